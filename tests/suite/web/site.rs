//! The server as a process, and a client of it.

use std::process::{Command as Program, ExitStatus, Stdio};

use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{examples, support::Fresh};

/// A running server; killed when dropped.
pub struct Site {
    pub caller: Caller,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Asks a server. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Caller {
    pub url: String,
    client: Client,
}

impl std::ops::Deref for Site {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Site {
    /// Starts one on a free port, and waits until it listens.
    pub async fn start(fresh: &Fresh, uri: &str, more: &[&str]) -> Self {
        let mut command = Command::new(examples::program("web"));
        command.args(["--listen", "127.0.0.1:0", "--uri", uri, "--database", &fresh.database]);
        command.args(["--collection", "sessions"]).args(more).env_remove("WEBHOOK_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().expect("the example runs; `cargo test` builds it");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let said = lines.next_line().await.expect("its output").expect("it says where it listens");
        let url = said.strip_prefix("listening on ").expect("an address").to_owned();
        // The client could speak TLS too, so it wants to know which.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { caller: Caller { url, client }, child, lines }
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Program::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal is sent");
    }

    /// The next line that it says.
    pub async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.expect("its output")
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.expect("its status")
    }
}

impl Caller {
    /// A request: its status, and its body as JSON (null where there is none).
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.expect("it answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        let json = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
        (status, json)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(Method::DELETE, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// What stands at an address, as text.
    pub async fn text(&self, path: &str) -> String {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.expect("it answers");
        assert_eq!(response.status().as_u16(), 200);
        response.text().await.expect("a body")
    }

    /// A stream, whose answer has begun.
    pub async fn stream(&self, body: &Value) -> Response {
        let request = self.client.post(format!("{}/chat/stream", self.url));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let response = request.send().await.expect("it answers");
        assert_eq!(response.status().as_u16(), 200);
        response
    }
}

/// Reads a stream until it holds a text.
pub async fn read_until(response: &mut Response, text: &str) {
    let mut read = String::new();
    while !read.contains(text) {
        let chunk = response.chunk().await.expect("it goes on").expect("it has not ended");
        read.push_str(&String::from_utf8_lossy(&chunk));
    }
}

/// The events of a stream, by name, with their data.
pub fn events(stream: &str) -> Vec<(String, Value)> {
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(|value| value.trim().to_owned())
    };
    let event = |event: &str| {
        let data = field(event, "data").expect("data");
        Some((field(event, "event")?, serde_json::from_str(&data).expect("JSON")))
    };
    // A comment keeps a connection alive, and is no event.
    stream.split("\n\n").filter(|event| event.contains("event:")).filter_map(event).collect()
}
