//! The model, and the one tool that it has. Both are scripted: the same history gives the same answer, in pieces as a real model
//! gives them.

use std::time::Duration;

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use strandscope::{
    MessageBody, ModelCall, ToolStatus, Usage,
    bson::{Bson, Document, doc},
};

/// The tool's name.
const LOOKUP: &str = "lookup_order";

/// A piece of an answer.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Words.
    Text(String),
    /// The model asks for a tool.
    Call { id: String, name: String, input: Document },
    /// The answer is over: what it took.
    End(ModelCall),
}

/// Where a real model would be called.
#[derive(Debug)]
pub struct Model {
    /// How long each piece takes.
    pace: Duration,
}

impl Model {
    pub fn new(pace: Duration) -> Self {
        Self { pace }
    }

    /// What it says to a history.
    pub fn answer(&self, said: &[MessageBody]) -> BoxStream<'static, Piece> {
        let (text, order) = words(said);
        let tokens = |text: &str| text.split_whitespace().count() as u64;
        let heard: u64 = said.iter().map(|message| tokens(&message.to_string())).sum();
        let usage = Usage::new(heard, tokens(&text));
        let mut pieces: Vec<Piece> = text.split_inclusive(' ').map(|words| Piece::Text(words.to_owned())).collect();
        pieces.extend(order.map(|order| Piece::Call {
            id: format!("lookup-{}", said.len()),
            name: LOOKUP.to_owned(),
            input: doc! { "order_id": order },
        }));
        pieces.push(Piece::End(ModelCall::new(usage).latency_ms(100 + tokens(&text)).first_byte_ms(40)));
        let pace = self.pace;
        let spoken = stream::iter(pieces).then(move |piece| async move {
            if !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            piece
        });
        spoken.boxed()
    }
}

/// What it says to the last message, and the order that it wants to look up.
fn words(said: &[MessageBody]) -> (String, Option<String>) {
    let Some(last) = said.last() else { return ("How can I help?".to_owned(), None) };
    if let Some(result) = last.tool_results().first() {
        return (format!("{}. Anything else?", result.text()), None);
    }
    let question = last.texts().join(" ");
    match order_in(&question) {
        Some(order) => ("Let me look.".to_owned(), Some(order)),
        None => (format!("You said: {question}"), None),
    }
}

/// The first word like `A100`.
fn order_in(question: &str) -> Option<String> {
    let mut words = question.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_order = |word: &&str| {
        word.strip_prefix('A').is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|digit| digit.is_ascii_digit()))
    };
    words.find(is_order).map(str::to_owned)
}

/// The order that a call of the tool is about.
pub fn order_of(input: &Bson) -> Option<&str> {
    input.as_document().and_then(|input| input.get_str("order_id").ok())
}

/// What the tool gives.
pub fn run_tool(name: &str, input: &Bson) -> (ToolStatus, String) {
    match order_of(input) {
        _ if name != LOOKUP => (ToolStatus::Error, format!("there is no tool {name:?}")),
        Some(order) => (ToolStatus::Success, format!("Order {order} left on Monday")),
        None => (ToolStatus::Error, "order_id is missing".to_owned()),
    }
}
