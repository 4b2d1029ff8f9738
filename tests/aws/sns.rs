//! Feedback to topics.

use serde_json::Value;
use strandscope::{ExposeSecret, FeedbackSns, FeedbackSnsSettings, FeedbackTopic, NewFeedback, Rating, SessionManager};

use crate::{
    detour::{Detour, Reply},
    hooked, moto, options,
};

async fn rated(manager: &SessionManager, rating: Rating, comment: &str) {
    manager.add_feedback(NewFeedback::new(rating).comment(comment)).await.unwrap();
}

/// What SNS tells of a message to a queue.
fn told(notice: &Value, key: &str) -> String {
    notice[key].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn feedback_reaches_the_topic_of_its_rating() {
    let (good, queue) = moto::topic("ratings").await;
    let bad = moto::topic_into("ratings-bad", "ratings").await;
    let bad = FeedbackTopic::new(bad)
        .subject_prefix("[{rating}] \u{26a0} ")
        .body_prefix("Password: {session_viewer_password}\nAt {timestamp}\n");
    let settings = FeedbackSnsSettings::new(good.as_str(), bad, "none").aws(options(moto::url()));
    let hooked = hooked("s-1", FeedbackSns::start("feedback", &settings).unwrap()).await;
    rated(&hooked.manager, Rating::Up, "right").await;
    rated(&hooked.manager, Rating::Neutral, "nobody is told of this").await;
    rated(&hooked.manager, Rating::Down, "wrong \u{1f600}").await;
    assert_eq!(hooked.closed().await, 0);
    let notices: Vec<Value> = moto::received(&queue, 2).await.iter().map(moto::body).collect();
    let [up, down] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!((told(up, "TopicArn"), told(up, "Subject")), (good, "on session s-1".to_owned()));
    assert_eq!(told(up, "Message"), "Session: s-1\n\nright");
    assert_eq!(told(&up["MessageAttributes"]["rating"], "Value"), "positive");
    assert_eq!(told(down, "Subject"), "[negative] on session s-1");
    assert_eq!(told(&down["MessageAttributes"]["session_id"], "Value"), "s-1");
    let session = hooked.manager.repository().open(&"s-1".into(), 0).await.unwrap();
    let password = session.viewer_password.as_ref().unwrap().expose_secret();
    let message = told(down, "Message");
    assert!(message.starts_with(&format!("Password: {password}\nAt 2")), "{message}");
    assert!(message.ends_with("Session: s-1\n\nwrong \u{1f600}"), "{message}");
    assert_eq!(hooked.manager.feedbacks().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_fifo_topic_keeps_the_order_of_a_session() {
    let (arn, queue) = moto::topic("ordered.fifo").await;
    let settings = FeedbackSnsSettings::new("none", arn.as_str(), "none").aws(options(moto::url()));
    let hooked = hooked("an odd session", FeedbackSns::start("feedback", &settings).unwrap()).await;
    for number in 0..4 {
        rated(&hooked.manager, Rating::Down, &number.to_string()).await;
    }
    assert_eq!(hooked.closed().await, 0);
    let messages = moto::received(&queue, 4).await;
    let last = |message| told(&moto::body(message), "Message").chars().last().unwrap();
    assert_eq!(messages.iter().map(last).collect::<String>(), "0123");
    let attributes = messages[0].attributes.as_ref().unwrap();
    assert!(attributes.values().any(|value| value.starts_with("sha256-")), "{attributes:?}");
}

#[tokio::test]
async fn what_fails_for_a_while_arrives_once_with_the_same_id() {
    let (arn, queue) = moto::topic("again.fifo").await;
    let first = vec![Reply::Status("503 Slow Down"), Reply::Lost, Reply::Status("429 Too Many Requests")];
    let detour = Detour::start(first, Reply::Passed, moto::url()).await;
    let settings = FeedbackSnsSettings::new("none", arn.as_str(), "none").aws(options(&detour.url));
    let hooked = hooked("s-1", FeedbackSns::start("feedback", &settings).unwrap()).await;
    rated(&hooked.manager, Rating::Down, "wrong").await;
    assert_eq!(hooked.closed().await, 0);
    moto::received(&queue, 1).await;
    let id = |request: &String| {
        let (_, rest) = request.split_once("MessageDeduplicationId=").unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    let ids: Vec<String> = detour.requests(4).await.iter().map(id).collect();
    assert!(ids.len() == 4 && ids.iter().all(|other| *other == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_topic_that_is_not_there_or_not_in_that_region_is_given_up_and_the_feedback_stands() {
    moto::topic("elsewhere").await;
    for arn in ["arn:aws:sns:eu-west-1:123456789012:nothing", "arn:aws:sns:us-east-2:123456789012:elsewhere"] {
        let settings = FeedbackSnsSettings::new(arn, "none", "none").aws(options(moto::url()));
        let hooked = hooked("s-1", FeedbackSns::start("feedback", &settings).unwrap()).await;
        rated(&hooked.manager, Rating::Up, "right").await;
        let said = hooked.given_up().await;
        assert_eq!(said, "a delivery was given up, SNS answered 404 (NotFound)", "{arn}");
        assert_eq!((hooked.closed().await, hooked.manager.feedbacks().await.unwrap().len()), (1, 1));
    }
}

#[tokio::test]
async fn what_answers_in_the_place_of_sns_takes_nothing() {
    let portal = Detour::start(Vec::new(), Reply::Status("200 OK"), "").await;
    let arn = "arn:aws:sns:eu-west-1:123456789012:nothing";
    let settings = FeedbackSnsSettings::new(arn, "none", "none").aws(options(&portal.url));
    let hooked = hooked("s-1", FeedbackSns::start("feedback", &settings).unwrap()).await;
    rated(&hooked.manager, Rating::Up, "right").await;
    let said = hooked.given_up().await;
    assert_eq!(said, "a delivery was given up, 6 attempts failed, the last attempt: what answered is not SNS");
}

#[tokio::test]
async fn a_comment_that_is_too_long_arrives_cut() {
    let (arn, queue) = moto::topic("long").await;
    let settings = FeedbackSnsSettings::new("none", "none", arn.as_str()).aws(options(moto::url()));
    let hooked = hooked("s-1", FeedbackSns::start("feedback", &settings).unwrap()).await;
    rated(&hooked.manager, Rating::Neutral, &"x".repeat(300_000)).await;
    assert_eq!(hooked.closed().await, 0);
    let notice = moto::body(&moto::received(&queue, 1).await[0]);
    assert!(told(&notice, "Message").ends_with("xx\n[cut: it has 300000 bytes in all]"));
}
