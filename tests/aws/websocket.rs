//! Metadata to WebSockets behind API Gateway.

use serde_json::{Value, json};
use strandscope::{MetadataEdit, MetadataWebsocket, MetadataWebsocketSettings};

use crate::{
    Hooked,
    detour::{Detour, Reply},
    hooked, options,
};

const GATEWAY: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";

/// A gateway that answers so, and a session whose client hears through it.
async fn connected(first: Vec<Reply>) -> (Detour, Hooked) {
    let gateway = Detour::start(first, Reply::Status("200 OK"), "").await;
    let options = options(&format!("{}/prod", gateway.url));
    let settings = MetadataWebsocketSettings::new(GATEWAY).aws(options);
    let hook = MetadataWebsocket::start("screen", &settings).unwrap();
    (gateway, hooked("s-1", hook).await)
}

/// Which connection a request is for, and what it tells.
fn told(request: &str) -> (String, Value) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let path = head.split(' ').nth(1).unwrap();
    let connection = path.strip_prefix("/prod/@connections/").or(path.strip_prefix("/prod/%40connections/"));
    (connection.unwrap_or(path).to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn the_connection_of_the_change_is_told_else_the_stored_one_also_of_what_is_removed() {
    let (gateway, hooked) = connected(Vec::new()).await;
    let manager = &hooked.manager;
    let set = MetadataEdit::set;
    manager.edit_metadata(vec![set("connection_id", "one"), set("status", "open")]).await.unwrap();
    manager.edit_metadata(vec![set("status", "closed")]).await.unwrap();
    manager.edit_metadata(vec![MetadataEdit::unset("status")]).await.unwrap();
    manager.edit_metadata(vec![set("connection_id", "two"), set("status", "open")]).await.unwrap();
    gateway.requests(4).await;
    // The client goes: it is told of what else is removed with its connection, and of nothing after that.
    manager.edit_metadata(vec![MetadataEdit::unset("status"), MetadataEdit::unset("connection_id")]).await.unwrap();
    manager.edit_metadata(vec![set("status", "nobody hears this")]).await.unwrap();
    assert_eq!(hooked.closed().await, 0);
    let requests: Vec<(String, Value)> = gateway.requests(1).await.iter().map(|request| told(request)).collect();
    let heard: Vec<(&str, &Value, &Value)> =
        requests.iter().map(|(to, body)| (to.as_str(), &body["operation"], &body["metadata"])).collect();
    let (update, delete) = (json!("update"), json!("delete"));
    let (open, closed, gone) = (json!({ "status": "open" }), json!({ "status": "closed" }), json!({ "status": null }));
    // One that is looked up is looked up when it is sent: by then it may be the new one.
    assert!(matches!(heard[1].0, "one" | "two") && matches!(heard[2].0, "one" | "two"), "{heard:?}");
    assert_eq!((heard[0].0, heard[3].0, heard[4].0, heard.len()), ("one", "two", "two", 5));
    let expected = [(&update, &open), (&update, &closed), (&delete, &gone), (&update, &open), (&delete, &gone)];
    assert!(heard.iter().map(|(_, operation, metadata)| (*operation, *metadata)).eq(expected), "{heard:?}");
}

#[tokio::test]
async fn a_client_that_is_gone_is_no_error_and_a_refusal_is_one() {
    let first = vec![
        Reply::Status("410 Gone\r\nx-amzn-errortype: GoneException"),
        Reply::Status("429 Too Many Requests\r\nx-amzn-errortype: LimitExceededException"),
        Reply::Status("200 OK"),
        Reply::Status("403 Forbidden\r\nx-amzn-errortype: ForbiddenException"),
    ];
    let (gateway, hooked) = connected(first).await;
    let change = |number: i32| vec![MetadataEdit::set("connection_id", "c="), MetadataEdit::set("n", number)];
    for number in 0..3 {
        hooked.manager.edit_metadata(change(number)).await.unwrap();
    }
    let said = hooked.given_up().await;
    assert_eq!(said, "a delivery was given up, API Gateway answered 403 (ForbiddenException)");
    assert_eq!((hooked.closed().await, gateway.requests(4).await.len()), (1, 4));
}
