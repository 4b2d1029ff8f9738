//! SIGTERM: what was begun is finished, and what hooks hold is delivered.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::{
    roles,
    site::{self, Site},
    stored,
};
use crate::support;

/// An endpoint that takes one delivery, tells that it came, and answers once it is told to.
async fn endpoint(listener: TcpListener, came: oneshot::Sender<String>, answer: oneshot::Receiver<()>) {
    let (mut stream, _) = listener.accept().await.expect("a delivery");
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while !read.ends_with(b"}") {
        let count = stream.read(&mut buffer).await.expect("it can be read");
        assert!(count > 0, "the delivery is whole");
        read.extend_from_slice(&buffer[..count]);
    }
    came.send(String::from_utf8_lossy(&read).into_owned()).expect("the test listens");
    answer.await.expect("the test tells");
    let ended = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(ended).await.expect("it can be answered");
}

#[tokio::test]
async fn a_server_that_is_asked_to_end_finishes_what_it_began() {
    let fresh = support::fresh_collection("web_stop").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
    let ((came, delivered), (tell, told)) = (oneshot::channel(), oneshot::channel());
    let endpoint = tokio::spawn(endpoint(listener, came, told));

    let mut site = Site::start(&fresh, &fresh.uri, &["--pace", "5", "--webhook", &url]).await;
    site.post("/chat", &json!({ "session_id": "s-1", "message": "Hello" })).await;
    site.put("/sessions/s-1/metadata", &json!({ "tier": "gold" })).await;
    let delivery = delivered.await.expect("it is told of the change");
    assert!(delivery.contains("metadata.update"), "{delivery}");
    let said = "word ".repeat(200);
    let mut stream = site.stream(&json!({ "session_id": "s-1", "message": said })).await;
    site::read_until(&mut stream, "event: piece").await;

    site.terminate();
    assert_eq!(site.line().await.as_deref(), Some("stopping: what was begun is finished"));
    let address = site.url.trim_start_matches("http://").to_owned();
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    // Nobody new comes in; the stream goes on to its end.
    let rest = stream.text().await.expect("to its end");
    let events = site::events(&rest);
    let (name, done) = events.last().expect("some");
    assert_eq!((name.as_str(), &done["interrupted"]), ("done", &json!(false)));
    // The delivery is still waited for.
    tell.send(()).expect("the endpoint listens");
    assert_eq!(site.line().await.as_deref(), Some("stopped: hooks delivered 1, lost 0"));
    assert!(site.ended().await.success());
    endpoint.await.expect("it ends");
    let session = &stored(&fresh).await[0];
    assert_eq!(roles(session), ["user", "assistant", "user", "assistant"]);
    let metadata = session.metadata_fields().expect("an object");
    assert_eq!(metadata.get_str("tier").ok(), Some("gold"));
}
