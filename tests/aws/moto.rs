//! A stand-in for AWS, started once and ended with the tests.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use crate::{patiently, python};

const PACKAGE: &str = "moto[server,sns,sqs]==5.2.5";

pub const REGION: &str = "eu-west-1";

const ACCOUNT: &str = "123456789012";

/// Ends the server with the tests, even when they are killed: the pipe on standard input closes with their process.
const WATCH: &str = r#"
"$@" </dev/null &
server=$!
exec 2>/dev/null
cat >/dev/null
kill -9 "$server"
"#;

struct Moto {
    url: String,
    _watch: Child,
}

/// Where it is.
pub fn url() -> &'static str {
    static MOTO: OnceLock<Moto> = OnceLock::new();
    &MOTO.get_or_init(Moto::start).url
}

impl Moto {
    fn start() -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "moto-watch"]).arg(python::with(PACKAGE));
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut watch = command.spawn().unwrap();
        let mut said = BufReader::new(watch.stderr.take().unwrap()).lines();
        let mut before = String::new();
        let url = loop {
            let line = said.next().unwrap_or_else(|| panic!("moto did not start: {before}")).unwrap();
            match line.split_once("Running on ") {
                Some((_, url)) => break url.trim().to_owned(),
                None => before.push_str(&line),
            }
        };
        // It goes on telling of every request.
        std::thread::spawn(move || said.for_each(drop));
        Self { url, _watch: watch }
    }
}

fn http() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

fn keys() -> Credentials {
    Credentials::new("test", "hunter2", None, None, "tests")
}

pub fn sns() -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(keys())
        .http_client(http())
        .endpoint_url(url())
        .build();
    aws_sdk_sns::Client::from_conf(config)
}

pub fn sqs() -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(keys())
        .http_client(http())
        .endpoint_url(url())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// A queue, by the URL that it would have at AWS.
pub async fn queue(name: &str) -> String {
    let mut request = sqs().create_queue().queue_name(name);
    if name.strip_suffix(".fifo").is_some() {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    request.send().await.unwrap();
    format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
}

/// A topic whose messages go to a queue of the same name: its ARN and the queue's URL.
pub async fn topic(name: &str) -> (String, String) {
    let url = queue(name).await;
    let arn = topic_into(name, name).await;
    (arn, url)
}

/// A topic whose messages go to that queue.
pub async fn topic_into(name: &str, queue: &str) -> String {
    let mut request = sns().create_topic().name(name);
    if name.strip_suffix(".fifo").is_some() {
        request = request.attributes("FifoTopic", "true");
    }
    let arn = request.send().await.unwrap().topic_arn.unwrap();
    let queue = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}");
    sns().subscribe().topic_arn(&arn).protocol("sqs").endpoint(queue).send().await.unwrap();
    arn
}

/// That many messages of a queue, in the order in which they came.
pub async fn received(queue: &str, count: usize) -> Vec<Message> {
    let client = sqs();
    let mut messages = Vec::new();
    let receive = async {
        while messages.len() < count {
            let request = client.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(5);
            let request = request.message_attribute_names("All");
            let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
            for message in request.send().await.unwrap().messages.unwrap_or_default() {
                let handle = message.receipt_handle.clone().unwrap();
                client.delete_message().queue_url(queue).receipt_handle(handle).send().await.unwrap();
                messages.push(message);
            }
        }
    };
    patiently("the messages are there", receive).await;
    assert_eq!(messages.len(), count);
    messages
}

pub fn body(message: &Message) -> serde_json::Value {
    serde_json::from_str(message.body.as_deref().unwrap()).unwrap()
}
