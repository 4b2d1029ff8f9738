//! A client that writes lines by hand, over pipes in memory.

use std::future::pending;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    sync::Semaphore,
};

use super::*;
use crate::app::mcp::McpAnswer;

/// `size` tells how much it was given, `wait` never answers.
#[derive(Default)]
struct SlowTools {
    came: Option<Arc<Semaphore>>,
    went: Option<Arc<Semaphore>>,
}

struct Going(Option<Arc<Semaphore>>);

impl Drop for Going {
    fn drop(&mut self) {
        self.0.iter().for_each(|went| went.add_permits(1));
    }
}

#[async_trait]
impl McpTools for SlowTools {
    fn tools(&self) -> Vec<McpTool> {
        Vec::new()
    }

    async fn call(&self, name: &str, arguments: &Map<String, Value>) -> Option<McpAnswer> {
        match name {
            "size" => {
                let text = arguments["text"].as_str().unwrap_or_default().len().to_string();
                Some(McpAnswer { text, structured: None, is_error: false })
            }
            "wait" => {
                let _going = Going(self.went.clone());
                self.came.iter().for_each(|came| came.add_permits(1));
                pending().await
            }
            _ => None,
        }
    }

    fn instructions(&self) -> String {
        String::new()
    }

    fn may_be_given_up(&self) -> bool {
        true
    }
}

struct ByHand {
    input: BufReader<ReadHalf<DuplexStream>>,
    output: WriteHalf<DuplexStream>,
}

impl ByHand {
    async fn send(&mut self, message: &Value) {
        self.output.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn answer(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.input.read_line(&mut line).await.unwrap() > 0, "it ended");
        serde_json::from_str(&line).unwrap()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&request(method, &params)).await;
        self.answer().await
    }
}

fn request(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

/// Serves a client that has begun, until it goes.
async fn served<F: Future<Output = ()>>(tools: SlowTools, talk: impl FnOnce(ByHand) -> F) {
    let (ours, theirs) = duplex(1 << 16);
    let (input, output) = split(theirs);
    let serving = serve_over(Arc::new(tools), lines(input, output));
    let talking = async {
        let (input, output) = split(ours);
        let mut client = ByHand { input: BufReader::new(input), output };
        let info = json!({ "name": "by hand", "version": "1" });
        let begin = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info });
        assert!(client.ask("initialize", begin).await["result"].is_object());
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        talk(client).await;
    };
    let (ended, ()) = tokio::join!(serving, talking);
    ended.unwrap();
}

#[tokio::test]
async fn what_is_cancelled_is_given_up() {
    let (came, went) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let tools = SlowTools { came: Some(Arc::clone(&came)), went: Some(Arc::clone(&went)) };
    served(tools, |mut client| async move {
        client.send(&request("tools/call", &json!({ "name": "wait" }))).await;
        came.acquire().await.unwrap().forget();
        assert_eq!(went.available_permits(), 0);
        let cancelled = json!({ "requestId": 7 });
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled })).await;
        went.acquire().await.unwrap().forget();
        // It is not answered, and the next one is.
        client.send(&json!({ "jsonrpc": "2.0", "id": 8, "method": "ping" })).await;
        assert_eq!(client.answer().await, json!({ "jsonrpc": "2.0", "id": 8, "result": {} }));
    })
    .await;
}

#[tokio::test]
async fn what_has_not_the_form_of_its_method_is_told_from_an_unknown_one() {
    served(SlowTools::default(), |mut client| async move {
        for params in [json!({}), json!({ "name": 5 }), json!({ "name": "size", "arguments": "{}" }), json!(null)] {
            let refused = client.ask("tools/call", params.clone()).await;
            assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(7), &json!(-32602)), "{params}");
        }
        let again = client.ask("initialize", json!({})).await;
        assert_eq!(again["error"]["code"], json!(-32602), "{again}");
        let unknown = client.ask("tools/drop", json!({})).await;
        assert_eq!(unknown["error"], json!({ "code": -32601, "message": "tools/drop" }));
        let long = client.ask(&"x".repeat(5000), json!({})).await;
        assert_eq!(long["error"]["message"].as_str().map(str::len), Some(LONGEST_NAME));
        let long = client.ask("tools/call", json!({ "name": "é".repeat(5000), "arguments": {} })).await;
        let told = long["error"]["message"].as_str().unwrap();
        assert!(told.starts_with("Unknown tool: é") && told.chars().count() < 2 * LONGEST_NAME, "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_message_as_long_as_a_document_may_be_is_answered() {
    served(SlowTools::default(), |mut client| async move {
        let long = json!({ "name": "size", "arguments": { "text": "x".repeat(17 * 1024 * 1024) } });
        let sized = client.ask("tools/call", long).await;
        assert_eq!(sized["result"]["content"][0]["text"], "17825792");
    })
    .await;
}

#[tokio::test]
async fn the_last_message_needs_no_end_of_line() {
    served(SlowTools::default(), |mut client| async move {
        let last = request("tools/call", &json!({ "name": "size", "arguments": { "text": "abc" } }));
        client.output.write_all(last.to_string().as_bytes()).await.unwrap();
        client.output.shutdown().await.unwrap();
        assert_eq!(client.answer().await["result"]["content"][0]["text"], "3");
    })
    .await;
}
