//! Metadata to queues.

use std::time::Duration;

use serde_json::json;
use strandscope::{
    MetadataEdit, MetadataSqs, MetadataSqsSettings,
    bson::{Bson, DateTime, doc, oid::ObjectId},
};

use crate::{
    detour::{Detour, Reply},
    hooked, moto, options, patiently,
};

fn set(key: &str, value: impl Into<Bson>) -> Vec<MetadataEdit> {
    vec![MetadataEdit::set(key, value)]
}

#[tokio::test]
async fn changes_of_chosen_fields_arrive_in_order() {
    let queue = moto::queue("changes.fifo").await;
    let settings = MetadataSqsSettings::new(queue.as_str()).fields(vec!["status".into(), "at".into(), "who".into()]);
    let settings = settings.aws(options(moto::url()));
    let hooked = hooked("s-1", MetadataSqs::start("changes", &settings).unwrap()).await;
    let mut edits = set("status", "open");
    edits.extend(set("secret", "hush"));
    edits.extend(set("at", DateTime::from_millis(1_700_000_000_000)));
    edits.extend(set("who", doc! { "id": ObjectId::from_bytes([7; 12]) }));
    hooked.manager.edit_metadata(edits).await.unwrap();
    hooked.manager.edit_metadata(set("secret", "hush again")).await.unwrap();
    hooked.manager.edit_metadata(vec![MetadataEdit::unset("status"), MetadataEdit::unset("secret")]).await.unwrap();
    assert_eq!(hooked.closed().await, 0);
    let messages = moto::received(&queue, 2).await;
    let [update, delete] = [moto::body(&messages[0]), moto::body(&messages[1])];
    assert_eq!((&update["operation"], &update["session_id"]), (&json!("update"), &json!("s-1")));
    let told = json!({ "status": "open", "at": "2023-11-14T22:13:20Z", "who": { "id": "07".repeat(12) } });
    assert_eq!(update["metadata"], told);
    assert_eq!((&delete["operation"], &delete["metadata"]), (&json!("delete"), &json!({ "status": null })));
    let attributes = messages[0].message_attributes.as_ref().unwrap();
    assert_eq!(attributes["event"].string_value(), Some("metadata_update"));
    assert_eq!(attributes["session_id"].string_value(), Some("s-1"));
    let system = messages[0].attributes.as_ref().unwrap();
    assert!(system.values().any(|value| value == "s-1"), "the session is the group: {system:?}");
}

#[tokio::test]
async fn an_odd_session_and_a_queue_by_its_own_address() {
    moto::queue("plain").await;
    let url = format!("{}/123456789012/plain", moto::url());
    // The endpoint is the queue's own; its host tells no region.
    let mut aws = options(moto::url()).region(moto::REGION);
    aws.endpoint = None;
    let session = "\u{1f600}\u{ffff} odd";
    let settings = MetadataSqsSettings::new(url.as_str()).aws(aws);
    let hooked = hooked(session, MetadataSqs::start("changes", &settings).unwrap()).await;
    hooked.manager.edit_metadata(set("a", 1)).await.unwrap();
    assert_eq!(hooked.closed().await, 0);
    let told = moto::body(&moto::received(&url, 1).await[0]);
    assert_eq!(told["session_id"], json!(session), "nothing of it is lost");
}

#[tokio::test]
async fn what_cannot_be_delivered_is_told_and_the_change_stands() {
    let refused = Detour::start(Vec::new(), Reply::Status("403 Forbidden"), "").await;
    let portal = Detour::start(Vec::new(), Reply::Status("200 OK"), "").await;
    let nothing = "https://sqs.eu-west-1.amazonaws.com/123456789012/nothing";
    let large = "x".repeat(300_000);
    for (endpoint, value, why) in [
        (moto::url(), "small", "SQS answered 400 ("),
        (refused.url.as_str(), "small", "SQS answered 403"),
        (portal.url.as_str(), "small", "6 attempts failed, the last attempt: what answered is not SQS"),
        (moto::url(), large.as_str(), "more than the 262144 that can be sent; choose fewer fields"),
    ] {
        let settings = MetadataSqsSettings::new(nothing).aws(options(endpoint));
        let hooked = hooked("s-1", MetadataSqs::start("changes", &settings).unwrap()).await;
        hooked.manager.edit_metadata(set("a", value)).await.unwrap();
        let said = hooked.given_up().await;
        assert!(said.contains(why), "{said}");
        assert_eq!(hooked.closed().await, 1);
        assert_eq!(hooked.manager.metadata().await.unwrap().get_str("a").ok(), Some(value));
    }
}

#[tokio::test]
async fn an_endpoint_that_never_answers_holds_nothing_up_and_what_is_lost_is_counted() {
    let silent = Detour::start(Vec::new(), Reply::Silence, "").await;
    let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/silent";
    let settings = MetadataSqsSettings::new(queue).aws(options(&silent.url).timeout(Duration::from_mins(10)));
    let hooked = hooked("s-1", MetadataSqs::start("changes", &settings).unwrap()).await;
    for number in 0..3 {
        patiently("it is stored", hooked.manager.edit_metadata(set("n", number))).await.unwrap();
    }
    silent.requests(1).await;
    patiently("it is closed", hooked.hook.close(Duration::from_millis(50))).await;
    assert_eq!(hooked.hook.undelivered(), 3);
    assert!(hooked.given_up().await.contains("the time ran out"));
}

#[tokio::test]
async fn an_attempt_that_hangs_is_ended_and_tried_again() {
    let queue = moto::queue("hung").await;
    let detour = Detour::start(vec![Reply::Silence], Reply::Passed, moto::url()).await;
    let settings = MetadataSqsSettings::new(queue.as_str()).aws(options(&detour.url).timeout(Duration::from_secs(5)));
    let hooked = hooked("s-1", MetadataSqs::start("changes", &settings).unwrap()).await;
    hooked.manager.edit_metadata(set("a", 1)).await.unwrap();
    assert_eq!(hooked.closed().await, 0);
    assert_eq!(moto::body(&moto::received(&queue, 1).await[0])["metadata"], json!({ "a": 1 }));
}
