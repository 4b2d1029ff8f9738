//! One turn: a question, the model's answers, the tools that it calls, each stored as it is said.
//!
//! What holds, and how:
//!
//! - **Stored once.** The messages of a turn have the `tracking_id`s `<turn_id>/0`, `/1`, …: whoever asks for the same turn again gets
//!   the stored answer, and a turn that stopped on its way goes on from there.
//! - **Never half.** Once something of a turn is stored, or may be, the rest is tried again for as long as the database is away. Only
//!   the end of the process leaves a turn half; asking for it again finishes it.
//! - **In order.** The turns of a session run one after the other, see `queue.rs`.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::StreamExt;
use serde_json::{Value, json};
use strandscope::{
    Agent, AgentId, Error, ErrorKind, EventLoopMetrics, MessageBody, Resumed, SessionManager, Started, StoredMessage,
    ToolUse, Usage,
    bson::{Bson, Document, doc},
};
use tokio::sync::mpsc;

use super::{
    fault::Fault,
    model::{Model, Piece, order_of, run_tool},
};

/// The agent that answers.
pub const AGENT: &str = "support";
/// Among so many of the last messages a turn that is asked for again is known.
const RECENT: u64 = 64;
/// How long a client may take to take a piece before it counts as gone.
const SLOW: Duration = Duration::from_secs(10);
/// The wait before a write is tried again.
const AGAIN: Duration = Duration::from_millis(250);
/// How long the rest of a turn is tried.
const PATIENCE: Duration = Duration::from_mins(5);

/// What the agent keeps between turns, and what it hears and counts in this one.
#[derive(Debug, Default)]
struct Support {
    last_order: Option<String>,
    messages: Vec<MessageBody>,
    metrics: EventLoopMetrics,
}

impl Agent for Support {
    fn agent_id(&self) -> &'static str {
        AGENT
    }

    fn state(&self) -> Document {
        self.last_order.as_ref().map_or_else(Document::new, |order| doc! { "last_order": order })
    }

    fn model(&self) -> Option<String> {
        Some("scripted-1".to_owned())
    }

    fn metrics(&self) -> Option<Document> {
        self.metrics.to_document()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.last_order = resumed.state.get_str("last_order").ok().map(str::to_owned);
        self.messages = resumed.messages;
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The turn's id.
    pub turn: String,
    /// The client chose that id: the turn may be stored already.
    pub named: bool,
    /// What the user says.
    pub text: String,
}

/// What is heard while a turn runs.
#[derive(Debug)]
pub enum Said {
    /// The session is open: the model is asked now.
    Begun,
    /// Words of the answer.
    Piece(String),
    /// A tool is called.
    Tool(String),
    /// The turn is over.
    Ended(Result<Answer, Fault>),
}

/// What came of a turn.
#[derive(Debug)]
pub struct Answer {
    pub session: String,
    pub turn: String,
    /// Of the last message.
    pub message_id: i64,
    pub reply: String,
    /// Of all calls of the model; what it did not tell is unknown.
    pub usage: Usage,
    pub tools: Vec<String>,
    /// The client went away: the reply ends where it did.
    pub interrupted: bool,
}

impl Answer {
    /// `{session_id, turn_id, message_id, reply, usage, tools, interrupted}`; `usage` has only what is known.
    pub fn body(&self) -> Value {
        json!({
            "session_id": self.session,
            "turn_id": self.turn,
            "message_id": self.message_id,
            "reply": self.reply,
            "usage": Bson::Document(self.usage.to_document()).into_relaxed_extjson(),
            "tools": self.tools,
            "interrupted": self.interrupted,
        })
    }
}

/// A turn, underway.
pub struct Turn<'a> {
    manager: SessionManager,
    model: &'a Model,
    question: Question,
    agent: Support,
    /// What is stored of it, with the ids.
    said: Vec<(i64, MessageBody)>,
    /// Something is stored, or may be.
    begun: bool,
    /// Something was added.
    added: bool,
    since: Instant,
}

impl<'a> Turn<'a> {
    pub fn new(manager: SessionManager, model: &'a Model, question: Question) -> Self {
        let (agent, said, since) = (Support::default(), Vec::new(), Instant::now());
        Self { manager, model, question, agent, said, begun: false, added: false, since }
    }

    /// Runs it to its end. Without `pieces` nobody listens on the way; with it, a listener that goes away stops the model.
    pub async fn run(mut self, pieces: Option<&mpsc::Sender<Said>>) -> Result<Answer, Fault> {
        self.enter().await?;
        tell(pieces, Said::Begun).await;
        if self.said.is_empty() {
            let question = MessageBody::user(&self.question.text);
            self.keep(question).await?;
        }
        while let Some(body) = self.following(pieces).await {
            self.keep(body).await?;
        }
        self.sync().await?;
        Ok(self.answer())
    }

    /// Creates the session and the agent, or resumes them.
    async fn enter(&mut self) -> Result<(), Fault> {
        let started = match self.manager.initialize(&mut self.agent).await {
            // Another process created the agent a moment before.
            Err(Error::Exists { .. }) => self.manager.initialize(&mut self.agent).await?,
            started => started?,
        };
        if self.question.named && matches!(started, Started::Resumed(_)) {
            self.recall().await?;
        }
        Ok(())
    }

    /// What is stored of a turn that was asked for before.
    async fn recall(&mut self) -> Result<(), Fault> {
        let count = self.manager.message_count(AGENT).await?;
        let (repository, key) = (self.manager.repository(), self.manager.key());
        let recent = repository.history(key, &AgentId::from(AGENT), count.saturating_sub(RECENT), None).await?;
        let ids = format!("{}/", self.question.turn);
        let is_ours = |message: &StoredMessage| message.body.tracking_id().is_some_and(|id| id.starts_with(&ids));
        let is_last = recent.last().is_some_and(is_ours);
        let ours = recent.into_iter().filter(is_ours);
        self.said = ours.map(|message| (message.message_id.unwrap_or_default(), message.body)).collect();
        let Some((_, first)) = self.said.first() else { return Ok(()) };
        if first.texts().concat() != self.question.text {
            let why = "this turn_id was used for another message; a turn_id is for one turn";
            return Err(Fault::new(StatusCode::CONFLICT, "turn_reused", why));
        }
        if !is_last && !self.is_over() {
            let why = "this turn stopped on its way and the conversation went on; ask in a new turn";
            return Err(Fault::new(StatusCode::CONFLICT, "overtaken", why));
        }
        self.begun = true;
        Ok(())
    }

    /// Whether the last message is an answer that asks for no tool.
    fn is_over(&self) -> bool {
        self.said.last().is_some_and(|(_, last)| last.role() == "assistant" && last.tool_uses().is_empty())
    }

    /// The message that follows; `None`: the turn is over.
    async fn following(&mut self, pieces: Option<&mpsc::Sender<Said>>) -> Option<MessageBody> {
        let (_, last) = self.said.last()?;
        if last.role() != "assistant" {
            return Some(self.ask(pieces).await);
        }
        let calls = last.tool_uses();
        (!calls.is_empty()).then(|| self.call(&calls))
    }

    /// Asks the model. Where the listener goes away, the model is stopped, and what was said so far is the answer, marked with
    /// `metadata.custom.interrupted`: the person has read it, and it need not be paid for again.
    async fn ask(&mut self, pieces: Option<&mpsc::Sender<Said>>) -> MessageBody {
        let began = Instant::now();
        let mut answer = self.model.answer(&self.agent.messages);
        let (mut text, mut calls) = (String::new(), Vec::new());
        let mut metadata = Document::new();
        while let Some(piece) = answer.next().await {
            let heard = match piece {
                Piece::Text(words) => {
                    text.push_str(&words);
                    tell(pieces, Said::Piece(words)).await
                }
                Piece::Call { id, name, input } => {
                    calls.push((id, name.clone(), input));
                    tell(pieces, Said::Tool(name)).await
                }
                Piece::End(call) => {
                    metadata = self.agent.metrics.add_call(call);
                    true
                }
            };
            if !heard {
                // A call that nobody carries out would stay without its result.
                calls.clear();
                metadata.insert("custom", doc! { "interrupted": true });
                break;
            }
        }
        self.agent.metrics.add_cycle(began.elapsed());
        let spoken = MessageBody::assistant(&text);
        let body = calls.iter().fold(spoken, |body, (id, name, input)| body.with_tool_use(id, name, input.clone()));
        if metadata.is_empty() { body } else { body.with_metadata(metadata) }
    }

    /// Runs the tools; their results are one message.
    fn call(&mut self, calls: &[ToolUse]) -> MessageBody {
        let mut body = MessageBody::new("user", Vec::new());
        for call in calls {
            let began = Instant::now();
            let (status, text) = run_tool(&call.name, &call.input);
            self.agent.metrics.add_tool(&call.name, status.as_str() == "success", began.elapsed());
            if let Some(order) = order_of(&call.input) {
                self.agent.last_order = Some(order.to_owned());
            }
            body = body.with_tool_result(&call.id, &status, &text);
        }
        body
    }

    /// Stores a message.
    async fn keep(&mut self, body: MessageBody) -> Result<(), Fault> {
        let mut body = body.with_tracking_id(format!("{}/{}", self.question.turn, self.said.len()));
        let id = loop {
            match self.manager.append_message(AGENT, &mut body).await {
                Ok(id) => break id,
                Err(error) => self.pause(error).await?,
            }
        };
        (self.begun, self.added) = (true, true);
        self.agent.messages.push(body.clone());
        self.said.push((id, body));
        Ok(())
    }

    /// Stores the agent's state, and the figures of this turn on its last message.
    async fn sync(&mut self) -> Result<(), Fault> {
        while self.added {
            match self.manager.sync_agent(&self.agent).await {
                Ok(()) => return Ok(()),
                Err(error) => self.pause(error).await?,
            }
        }
        Ok(())
    }

    /// Waits until it is tried again; the error, where it is not.
    async fn pause(&mut self, error: Error) -> Result<(), Fault> {
        self.begun |= !error.is_passing();
        let may_pass = matches!(error.kind(), ErrorKind::Connection | ErrorKind::Busy | ErrorKind::Unconfirmed);
        if !self.begun || !may_pass || self.since.elapsed() > PATIENCE {
            return Err(error.into());
        }
        tracing::warn!(turn = self.question.turn, %error, "a turn that is begun is tried again");
        tokio::time::sleep(AGAIN).await;
        Ok(())
    }

    fn answer(self) -> Answer {
        let mut usage = Usage::default();
        let mut tools = Vec::new();
        for (_, body) in &self.said {
            usage += body.usage().unwrap_or_default();
            tools.extend(body.tool_uses().into_iter().map(|call| call.name));
        }
        let last = self.said.last();
        let interrupted = last.is_some_and(|(_, body)| is_interrupted(body));
        Answer {
            session: self.manager.key().text().to_owned(),
            turn: self.question.turn,
            message_id: last.map_or(0, |(id, _)| *id),
            reply: last.map_or_else(String::new, |(_, body)| body.texts().concat()),
            usage,
            tools,
            interrupted,
        }
    }
}

fn is_interrupted(body: &MessageBody) -> bool {
    let custom = body.as_document().get_document("metadata").and_then(|metadata| metadata.get_document("custom"));
    custom.is_ok_and(|custom| custom.get_bool("interrupted").unwrap_or_default())
}

/// Tells whoever listens; `false`: nobody does any more.
async fn tell(pieces: Option<&mpsc::Sender<Said>>, said: Said) -> bool {
    let Some(sender) = pieces else { return true };
    matches!(tokio::time::timeout(SLOW, sender.send(said)).await, Ok(Ok(())))
}
