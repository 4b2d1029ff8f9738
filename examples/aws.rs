//! Hooks for AWS: feedback to a topic of SNS, changes of metadata to a queue of SQS.
//!
//! `cargo run --features aws --example aws -- ENDPOINT` makes a topic and two queues at a stand-in of AWS, such as moto
//! (`moto_server -p 5000`, then `http://127.0.0.1:5000`) or LocalStack, changes a session, and prints what arrives.

use std::{error::Error, sync::Arc, time::Duration};

use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use strandscope::{
    AwsKeys, AwsOptions, FeedbackSns, FeedbackSnsSettings, FeedbackTopic, Hooks, MetadataEdit, MetadataPath,
    MetadataSqs, MetadataSqsSettings, NewFeedback, Rating, SessionManager, open_folder,
};

const REGION: &str = "eu-west-1";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args().nth(1).ok_or("name the endpoint of a stand-in of AWS, as http://127.0.0.1:5000")?;
    let receiver = Receiver::at(&endpoint);
    let (topic, feedback) = receiver.topic("example-feedback").await?;
    let changes = receiver.queue("example-changes").await?;

    // At AWS neither an endpoint nor keys are given: both are found as by every program for AWS.
    let aws = AwsOptions::default().endpoint(endpoint.as_str()).region(REGION).keys(AwsKeys::new("test", "test"));

    // Only feedback "down" is told. A body's prefix could also name {session_viewer_password}, which is told nowhere else.
    let bad = FeedbackTopic::new(topic).subject_prefix("[{rating}] ").body_prefix("At {timestamp}\n");
    let sns = FeedbackSnsSettings::new("none", bad, "none").aws(aws.clone());
    let sqs = MetadataSqsSettings::new(changes.as_str()).fields(vec![MetadataPath::from("status")]).aws(aws);
    let hooks = Hooks::new(vec![
        Arc::new(FeedbackSns::start("unhappy", &sns)?),
        Arc::new(MetadataSqs::start("changes", &sqs)?),
    ]);

    let dir = tempfile::tempdir()?;
    let manager = SessionManager::builder(open_folder(dir.path()).await?, "support-1").hooks(hooks.clone()).build();
    manager.open_or_create().await?;
    let edits = vec![MetadataEdit::set("status", "solved"), MetadataEdit::set("note", "nobody is told of this")];
    manager.edit_metadata(edits).await?;
    manager.add_feedback(NewFeedback::new(Rating::Down).comment("It took too long.")).await?;

    // Nothing waited for AWS until here: what is still to be told is told now, within a deadline.
    let lost = hooks.close(Duration::from_secs(10)).await;
    if lost > 0 {
        return Err(format!("{lost} were lost: {}", hooks.given_up().await).into());
    }
    let told: serde_json::Value = serde_json::from_str(&receiver.next(&feedback).await?)?;
    println!("feedback: {}", told["Subject"].as_str().unwrap_or_default());
    println!("changes: {}", receiver.next(&changes).await?);
    Ok(())
}

/// Makes topics and queues, and takes what arrives.
struct Receiver {
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
}

impl Receiver {
    fn at(endpoint: &str) -> Self {
        let (keys, region) = (Credentials::new("test", "test", None, None, "example"), Region::new(REGION));
        let sns = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http())
            .endpoint_url(endpoint)
            .credentials_provider(keys.clone())
            .region(region.clone())
            .build();
        let sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http())
            .endpoint_url(endpoint)
            .credentials_provider(keys)
            .region(region)
            .build();
        Self { sns: aws_sdk_sns::Client::from_conf(sns), sqs: aws_sdk_sqs::Client::from_conf(sqs) }
    }

    /// A queue's URL.
    async fn queue(&self, name: &str) -> Result<String, Box<dyn Error>> {
        let made = self.sqs.create_queue().queue_name(name).send().await?;
        Ok(made.queue_url.ok_or("the queue has no URL")?)
    }

    /// A topic, and the queue that its messages go to.
    async fn topic(&self, name: &str) -> Result<(String, String), Box<dyn Error>> {
        let queue = self.queue(name).await?;
        let topic = self.sns.create_topic().name(name).send().await?.topic_arn.ok_or("the topic has no ARN")?;
        let arn = topic.replace(":sns:", ":sqs:");
        self.sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn).send().await?;
        Ok((topic, queue))
    }

    /// The next message of a queue.
    async fn next(&self, queue: &str) -> Result<String, Box<dyn Error>> {
        let received = self.sqs.receive_message().queue_url(queue).wait_time_seconds(10).send().await?;
        let message = received.messages.unwrap_or_default().into_iter().next();
        Ok(message.and_then(|message| message.body).ok_or("nothing arrived")?)
    }
}

fn http() -> SharedHttpClient {
    use aws_smithy_http_client::{
        Builder,
        tls::{Provider, rustls_provider::CryptoMode},
    };
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
