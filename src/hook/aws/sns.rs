//! Tells SNS topics of feedback.

use async_trait::async_trait;
use aws_config::{Region, SdkConfig};
use aws_sdk_sns::{Client, config::Builder, types::MessageAttributeValue};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::{
    AwsHookError, AwsHookProblem, FeedbackSnsSettings, FeedbackTopic,
    access::AwsAccess,
    address::TopicArn,
    limits,
    look::{self, SessionLook},
    outcome::{self, AttemptFailure},
    template::{TemplateVariable, TextTemplate},
};
use crate::{
    hook::{
        Deliver, Delivery, DeliveryOutcome, DeliveryTally, Hook, HookAnswer, HookOperation, HookPayload, HookSubject,
        Next, Outbox,
    },
    repository::Result,
    session::{Rating, record::NewFeedback},
};

/// A hook that tells topics of SNS of the feedback that is added, without ever delaying or breaking it.
///
/// There is a topic for each rating, `none` where nobody wants to know. The subject is the topic's prefix and `on session ID`, as ASCII
/// in at most 100 characters; the message is the prefix of the body, `Session: ID`, an empty line, and the comment. A comment that
/// would make it too large (256 KiB with its attributes) is cut, and says so.
///
/// Attributes to filter by: `session_id`, left out where it is empty, and `rating`, which is `positive`, `negative` or `neutral`. A
/// FIFO topic (`.fifo`) keeps the order of each session, and knows a repetition by the delivery's id.
///
/// Throttling, 5xx, no answer and no credentials are tried again; a topic that is not there or not allowed is not.
#[derive(Debug)]
pub struct FeedbackSns {
    name: String,
    good: Option<RatedTopic>,
    bad: Option<RatedTopic>,
    neutral: Option<RatedTopic>,
    outbox: Outbox,
}

#[derive(Debug)]
struct RatedTopic {
    arn: String,
    subject: TextTemplate,
    body: TextTemplate,
}

impl RatedTopic {
    /// `None` where it is turned off.
    fn read(settings: &FeedbackTopic, rating: &'static str) -> std::result::Result<Option<Self>, AwsHookProblem> {
        if settings.arn == "none" {
            return Ok(None);
        }
        let topic = TopicArn::read(&settings.arn).ok_or(AwsHookProblem::Topic(rating))?;
        let subject = TextTemplate::subject(&settings.subject_prefix)?;
        Ok(Some(Self { arn: topic.arn, subject, body: TextTemplate::body(&settings.body_prefix)? }))
    }
}

impl FeedbackSns {
    /// Starts its outbox on the current tokio runtime. Asks nothing of AWS.
    ///
    /// # Errors
    /// [`AwsHookError`] where an ARN, a template or an endpoint cannot be one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(name: &str, settings: &FeedbackSnsSettings) -> std::result::Result<Self, AwsHookError> {
        let wrong = |problem| AwsHookError { name: name.to_owned(), problem };
        let read = |topic: &FeedbackTopic, rating| RatedTopic::read(topic, rating).map_err(wrong);
        let good = read(&settings.good, "good")?;
        let bad = read(&settings.bad, "bad")?;
        let neutral = read(&settings.neutral, "neutral")?;
        if good.is_none() && bad.is_none() && neutral.is_none() {
            return Err(wrong(AwsHookProblem::NoTopic));
        }
        let publisher = Publisher { access: AwsAccess::new(name, &settings.aws)? };
        let outbox = Outbox::start(name, publisher, settings.aws.outbox);
        Ok(Self { name: name.to_owned(), good, bad, neutral, outbox })
    }

    /// What became of its deliveries so far.
    #[must_use]
    pub fn tally(&self) -> DeliveryTally {
        self.outbox.tally()
    }

    fn delivery(&self, operation: &HookOperation) -> Option<Delivery> {
        let HookPayload::FeedbackAdd(feedback) = &operation.payload else { return None };
        let (topic, rating) = match feedback.rating {
            Rating::Up => (&self.good, "positive"),
            Rating::Down => (&self.bad, "negative"),
            _ => (&self.neutral, "neutral"),
        };
        Some(message(topic.as_ref()?, operation, feedback, rating))
    }
}

fn message(topic: &RatedTopic, operation: &HookOperation, feedback: &NewFeedback, rating: &str) -> Delivery {
    let id = uuid::Uuid::new_v4().to_string();
    let (session, now, password) = (operation.session.text(), Timestamp::now().to_string(), password_mark(&id));
    let fill = |template: &TextTemplate| {
        template.filled(|variable| match variable {
            TemplateVariable::SessionId => session,
            TemplateVariable::Rating => rating,
            TemplateVariable::Timestamp => &now,
            TemplateVariable::ViewerPassword => &password,
        })
    };
    let title = limits::subject(&format!("{}on session {session}", fill(&topic.subject)));
    let attributes = limits::attributes([("session_id", session), ("rating", rating)]);
    // A character that is replaced may grow: first what can be sent, then how long it is.
    let head = format!("{}Session: {session}\n\n", fill(&topic.body));
    let head = limits::readable(&head);
    let comment = limits::readable(feedback.comment.as_deref().unwrap_or_default());
    let taken = head.len() + title.len() + limits::attribute_bytes(&attributes) + SPARE;
    let comment = limits::cut(&comment, limits::MESSAGE_BYTES.saturating_sub(taken));
    let mut delivery = Delivery::new(id, format!("{head}{comment}"))
        .subject(HookSubject::of(operation))
        .to(topic.arn.as_str())
        .title(title)
        .attributes(attributes);
    if topic.body.names(TemplateVariable::ViewerPassword) {
        delivery.store.clone_from(&operation.store);
    }
    delivery
}

/// Room for the viewer password, which comes last.
const SPARE: usize = 1024;

/// What stands in a body where the viewer password belongs, until it is sent: nobody who writes a comment can know the id.
fn password_mark(id: &str) -> String {
    format!("[viewer password of {id}]")
}

#[async_trait]
impl Hook for FeedbackSns {
    fn name(&self) -> &str {
        &self.name
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let told = self.delivery(&operation);
        self.outbox.tell_after(operation, next, told.into_iter().collect()).await
    }

    fn outbox(&self) -> Option<&Outbox> {
        Some(&self.outbox)
    }
}

/// Publishes to topics, with a client for each region.
struct Publisher {
    access: AwsAccess<Client>,
}

impl Publisher {
    async fn client(&self, region: &str) -> std::result::Result<Client, DeliveryOutcome> {
        let make = |config: &SdkConfig| {
            let builder = Builder::from(config).region(Region::new(region.to_owned()));
            Client::from_conf(match self.access.endpoint() {
                Some(endpoint) => builder.endpoint_url(endpoint).build(),
                None => builder.build(),
            })
        };
        self.access.client(Some(region), make).await
    }

    /// The text, with the viewer password where it belongs.
    async fn body(&self, delivery: &Delivery) -> std::result::Result<String, DeliveryOutcome> {
        let mark = password_mark(&delivery.id);
        if !delivery.body.contains(&mark) {
            return Ok(delivery.body.clone());
        }
        let password = match SessionLook::delivered(delivery.store.as_ref(), delivery.subject.as_ref()) {
            Some(looked) => {
                let found = look::viewer_password(looked).await;
                found.map_err(|why| DeliveryOutcome::Again { after: None, why })?
            }
            None => None,
        };
        Ok(match &password {
            Some(password) => delivery.body.replace(&mark, password.expose_secret()),
            None => delivery.body.replace(&mark, "not stored"),
        })
    }

    async fn publish(&self, delivery: &Delivery) -> std::result::Result<(), AttemptFailure> {
        let topic = delivery.to.as_deref().and_then(TopicArn::read);
        let topic = topic.ok_or_else(|| DeliveryOutcome::Never("it names no topic".to_owned()))?;
        let body = self.body(delivery).await?;
        let title = delivery.title.clone().unwrap_or_default();
        let bytes = body.len() + title.len() + limits::attribute_bytes(&delivery.attributes);
        if let Some(why) = limits::too_large(bytes, limits::MESSAGE_BYTES) {
            return Err(DeliveryOutcome::Never(why).into());
        }
        let mut request = self.client(&topic.region).await?.publish().topic_arn(&topic.arn).message(body);
        request = request.set_subject((!title.is_empty()).then_some(title));
        for (name, value) in &delivery.attributes {
            let value = MessageAttributeValue::builder().data_type(limits::ATTRIBUTE_TYPE).string_value(value).build();
            let value = value.map_err(|_| DeliveryOutcome::Never("an attribute cannot be sent".to_owned()))?;
            request = request.message_attributes(name, value);
        }
        if topic.fifo {
            let group = delivery.subject.as_ref().map_or("", |subject| subject.session.text());
            request = request.message_group_id(limits::group(group)).message_deduplication_id(&delivery.id);
        }
        let sent = request.send().await.map_err(|error| outcome::failed("SNS", &error))?;
        if sent.message_id().is_none() {
            return Err(outcome::not_from("SNS").into());
        }
        Ok(())
    }
}

#[async_trait]
impl Deliver for Publisher {
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.access.attempt(Box::pin(self.publish(delivery))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:feedback";

    fn topic(subject: &str, body: &str) -> RatedTopic {
        let settings = FeedbackTopic::new(TOPIC).subject_prefix(subject).body_prefix(body);
        RatedTopic::read(&settings, "bad").unwrap().unwrap()
    }

    fn told(topic: &RatedTopic, session: &str, comment: &str) -> Delivery {
        let feedback = NewFeedback::new(Rating::Down).comment(comment);
        let operation = HookOperation::new(session, HookPayload::FeedbackAdd(feedback.clone()));
        message(topic, &operation, &feedback, "negative")
    }

    #[test]
    fn a_message_has_what_its_prefixes_say() {
        let plain = told(&topic("", ""), "s-1", "it was wrong");
        assert_eq!(plain.title.as_deref(), Some("on session s-1"));
        assert_eq!(plain.body, "Session: s-1\n\nit was wrong");
        assert_eq!(plain.to.as_deref(), Some(TOPIC));
        assert_eq!((plain.attributes["session_id"].as_str(), plain.attributes["rating"].as_str()), ("s-1", "negative"));
        let topic = topic("[{rating}] \u{26a0} ", "{{{timestamp}}}\n");
        let rich = told(&topic, "s-1", "");
        assert_eq!(rich.title.as_deref(), Some("[negative] on session s-1"));
        let at = rich.body.strip_prefix('{').and_then(|rest| rest.split_once("}\n")).unwrap();
        assert!(at.0.parse::<Timestamp>().is_ok() && at.1 == "Session: s-1\n\n", "{}", rich.body);
    }

    #[test]
    fn the_viewer_password_is_looked_up_only_where_it_is_named() {
        assert!(told(&topic("", ""), "s-1", "{session_viewer_password}").store.is_none());
        let named = told(&topic("", "Password: {session_viewer_password}\n"), "s-1", "x");
        assert!(named.body.contains(&password_mark(&named.id)), "{}", named.body);
    }

    #[test]
    fn an_odd_session_makes_a_message_all_the_same() {
        for session in ["", "\u{0}\u{1b}[2J", "\u{1f600}", &"x".repeat(500)] {
            let told = told(&topic("{session_id} ", "{session_id} "), session, "\u{0}x\u{ffff}");
            assert!(told.title.as_ref().is_some_and(|title| title.is_ascii() && title.len() <= 100), "{told:?}");
            assert!(told.attributes.values().all(|value| !value.is_empty()));
            assert!(!told.body.contains(['\u{0}', '\u{1b}', '\u{ffff}']), "{told:?}");
        }
    }

    #[test]
    fn a_comment_that_is_too_long_is_cut() {
        for comment in ["\u{e9}".repeat(200_000), "\u{1}".repeat(200_000)] {
            let told = told(&topic("", ""), "s-1", &comment);
            let bytes = told.body.len() + limits::attribute_bytes(&told.attributes) + 100;
            assert!(bytes <= limits::MESSAGE_BYTES && told.body.ends_with("bytes in all]"), "{bytes}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_a_topic_is_told_at_the_start_without_repeating_it() {
        let wrong = FeedbackSnsSettings::new("hunter2", "none", "none");
        let error = FeedbackSns::start("feedback", &wrong).unwrap_err();
        assert_eq!(error.problem, AwsHookProblem::Topic("good"));
        assert!(error.to_string().contains("\"feedback\"") && !error.to_string().contains("hunter2"), "{error}");
        let none = FeedbackSnsSettings::new("none", "none", "none");
        assert_eq!(FeedbackSns::start("feedback", &none).unwrap_err().problem, AwsHookProblem::NoTopic);
        let named = FeedbackTopic::new(TOPIC).subject_prefix("{session_viewer_password}");
        let settings = FeedbackSnsSettings::new("none", named, "none");
        let problem = FeedbackSns::start("feedback", &settings).unwrap_err().problem;
        assert!(matches!(problem, AwsHookProblem::Variable(_)));
    }
}
