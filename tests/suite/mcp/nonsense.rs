//! A client that sends nonsense, or another era: what is a request is answered, all else passed over.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use bson::doc;
use serde_json::{Value, json};

use super::{home, on_folder};
use crate::cli::home::Home;

struct Raw {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Raw {
    fn begin(home: &Home) -> Self {
        let mut command = home.command(&on_folder(&["mcp", "--session", "s"]));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn send(&mut self, line: impl AsRef<[u8]>) {
        self.input.write_all(line.as_ref()).unwrap();
        self.input.write_all(b"\n").unwrap();
    }

    /// Sends a request and gives its answer; whatever comes before it is protocol, too.
    fn ask(&mut self, request: &Value) -> Value {
        self.send(request.to_string());
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended before it answered {request}");
            let answer: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
            if answer["id"] == request["id"] {
                return answer;
            }
        }
    }

    fn nonsense(&mut self) {
        let lines: [&[u8]; 14] = [
            b"",
            b"nonsense",
            b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"meth",
            b"\xff\xfe\x00",
            b"[]",
            b"[{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}]",
            b"5",
            b"null",
            b"{}",
            b"{\"jsonrpc\": \"2.0\", \"method\": \"notifications/initialized\"}",
            b"{\"jsonrpc\": \"2.0\", \"method\": \"notifications/cancelled\", \"params\": {\"requestId\": 99}}",
            b"{\"jsonrpc\": \"2.0\", \"id\": 77, \"result\": {}}",
            b"{\"jsonrpc\": \"2.0\", \"id\": 78, \"error\": {\"code\": 1, \"message\": \"no\"}}",
            b"{\"jsonrpc\": \"2.0\", \"id\": null, \"method\": \"tools/list\"}",
        ];
        for line in lines {
            self.send(line);
        }
        self.send("[".repeat(100_000));
        self.send("x".repeat(20_000_000));
    }

    /// Its standard input ends, and so does it.
    fn end(self) {
        let Self { mut child, input, output } = self;
        drop(input);
        assert!(output.lines().all(|line| serde_json::from_str::<Value>(&line.unwrap()).is_ok()));
        assert!(child.wait().unwrap().success());
    }
}

fn initialize(version: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": "begin", "method": "initialize", "params": {
        "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "raw", "version": "1" },
    } })
}

fn get(id: u32, meta: &Value) -> Value {
    let params = json!({ "name": "get_metadata", "arguments": {}, "_meta": meta });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

fn of_era(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": { "name": "raw", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

const GOT: &str = r#"All metadata: {"a": 1}"#;

#[tokio::test]
async fn nonsense_before_and_after_the_beginning_ends_nothing() {
    let (home, _) = home(doc! { "a": 1 }).await;
    let mut raw = Raw::begin(&home);
    raw.nonsense();
    let begun = raw.ask(&initialize("2025-11-25"));
    assert_eq!(begun["result"]["protocolVersion"], "2025-11-25", "{begun}");
    assert_eq!(begun["result"]["serverInfo"]["name"], "strandscope", "{begun}");
    raw.nonsense();
    let got = raw.ask(&get(2, &json!({})));
    assert_eq!(got["result"]["content"][0]["text"], GOT, "{got}");
    let unknown = raw.ask(&json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/drop" }));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    raw.end();
}

#[tokio::test]
async fn without_initialize_each_request_tells_its_era() {
    let (home, _) = home(doc! { "a": 1 }).await;
    let mut raw = Raw::begin(&home);
    let bare = raw.ask(&get(1, &json!({})));
    assert_eq!(bare["error"]["code"], -32602, "{bare}");
    let other = raw.ask(&get(2, &of_era("2099-01-01")));
    let supported = &other["error"]["data"]["supported"];
    assert!(supported.as_array().unwrap().contains(&json!("2026-07-28")), "{other}");
    raw.nonsense();
    let got = raw.ask(&get(3, &of_era("2026-07-28")));
    assert_eq!(got["result"]["structuredContent"]["metadata"], json!({ "a": 1 }), "{got}");
    assert_eq!(got["result"]["content"][0]["text"], GOT, "{got}");
    raw.nonsense();
    let still = raw.ask(&get(4, &of_era("2099-01-01")));
    assert!(still["error"]["data"]["supported"].is_array(), "{still}");
    raw.end();
}

#[tokio::test]
async fn an_era_that_nobody_knows_is_offered_one_that_is_known() {
    let (home, _) = home(doc! { "a": 1 }).await;
    for version in ["1999-01-01", "2099-01-01", "nonsense"] {
        let mut raw = Raw::begin(&home);
        let begun = raw.ask(&initialize(version));
        assert_eq!(begun["result"]["protocolVersion"], "2025-11-25", "{begun}");
        raw.end();
    }
}

#[tokio::test]
async fn a_client_that_goes_at_once_leaves_nothing_behind() {
    let (home, _) = home(doc! { "a": 1 }).await;
    Raw::begin(&home).end();
    let mut raw = Raw::begin(&home);
    raw.send(initialize("2025-11-25").to_string());
    raw.end();
}
