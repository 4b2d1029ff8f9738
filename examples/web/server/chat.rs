//! `POST /chat` and `POST /chat/stream`.
//!
//! A turn runs in a task of its own: a client that goes away tears nothing apart. Who asked with `/chat` finds the whole turn stored;
//! who left a stream has stopped the model, and what was said so far is kept as the answer.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::{
    App,
    fault::Fault,
    queue::Place,
    turn::{Answer, Question, Said, Turn},
};

/// Most characters of a message.
const MESSAGE: usize = 8_000;
/// Pieces that wait for a client.
const PIECES: usize = 32;
/// How long a turn waits for those before it in its session.
const QUEUE: Duration = Duration::from_secs(30);
/// How long a client waits for its turn; the turn itself goes on.
const ANSWER: Duration = Duration::from_mins(1);

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatRequest {
    /// None: a new session.
    session_id: Option<String>,
    /// Chosen by the client, a UUID at best, so that it can ask again where no answer came.
    turn_id: Option<String>,
    message: String,
}

/// A turn that may begin: no other runs in its session.
struct Ready {
    app: Arc<App>,
    session: String,
    question: Question,
    /// Given back when the turn is over, in this order.
    _place: Place,
    _permit: OwnedSemaphorePermit,
}

impl Ready {
    async fn new(app: Arc<App>, asked: ChatRequest) -> Result<Self, Fault> {
        let text = asked.message;
        if text.trim().is_empty() {
            return Err(Fault::invalid("the message is empty"));
        }
        if text.chars().count() > MESSAGE {
            let why = format!("the message is longer than {MESSAGE} characters");
            return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", why));
        }
        let named = asked.turn_id.is_some();
        let new_id = || uuid::Uuid::new_v4().to_string();
        let (session, turn) = (asked.session_id.unwrap_or_else(new_id), asked.turn_id.unwrap_or_else(new_id));
        check_id("session_id", &session)?;
        check_id("turn_id", &turn)?;
        let permit = Arc::clone(&app.places).try_acquire_owned().map_err(|_| Fault::busy().of_turn(&session, &turn))?;
        let entered = tokio::time::timeout(QUEUE, app.queues.enter(&session)).await;
        let place = entered.map_err(|_| Fault::busy().of_turn(&session, &turn))?;
        Ok(Self { app, session, question: Question { turn, named, text }, _place: place, _permit: permit })
    }

    async fn run(self, pieces: Option<&mpsc::Sender<Said>>) -> Result<Answer, Fault> {
        let turn = self.question.turn.clone();
        let running = Turn::new(self.app.manager(&self.session), &self.app.model, self.question);
        let answer = running.run(pieces).await.map_err(|fault| fault.of_turn(&self.session, &turn))?;
        self.app.monitor.note_turn(answer.usage, answer.interrupted);
        Ok(answer)
    }
}

/// Ids are stored as they are given, and stand in addresses: letters, digits, `.`, `_` and `-`. Clients resolve `.` and `..` in an
/// address before they ask, so none begins with a dot.
pub fn check_id(what: &str, id: &str) -> Result<(), Fault> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'_' | b'-');
    if (1..=128).contains(&id.len()) && id.bytes().all(is_plain) && !id.starts_with('.') {
        return Ok(());
    }
    let rule = "has 1 to 128 letters, digits, dots, underscores and hyphens, and begins with no dot";
    Err(Fault::invalid(format!("{what} {rule}")))
}

pub async fn chat(
    State(app): State<Arc<App>>,
    asked: Result<Json<ChatRequest>, JsonRejection>,
) -> Result<Json<Value>, Fault> {
    let ready = Ready::new(app, asked?.0).await?;
    let (session, turn) = (ready.session.clone(), ready.question.turn.clone());
    let task = tokio::spawn(ready.run(None));
    match tokio::time::timeout(ANSWER, task).await {
        Ok(Ok(answer)) => Ok(Json(answer?.body())),
        Ok(Err(_)) => Err(Fault::crash().of_turn(&session, &turn)),
        Err(_) => Err(Fault::unconfirmed().of_turn(&session, &turn)),
    }
}

pub async fn chat_stream(
    State(app): State<Arc<App>>,
    asked: Result<Json<ChatRequest>, JsonRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Fault> {
    let ready = Ready::new(app, asked?.0).await?;
    let (session, turn) = (ready.session.clone(), ready.question.turn.clone());
    let (sender, mut said) = mpsc::channel::<Said>(PIECES);
    tokio::spawn(async move {
        let ended = ready.run(Some(&sender)).await;
        // Whoever has gone hears it no more.
        let _ = sender.send(Said::Ended(ended)).await;
    });
    // What is wrong before the first word is told by a status.
    match said.recv().await {
        Some(Said::Begun) => {}
        Some(Said::Ended(Err(fault))) => return Err(fault),
        _ => return Err(Fault::crash().of_turn(&session, &turn)),
    }
    let begun = Event::default().event("begin").data(json!({ "session_id": session, "turn_id": turn }).to_string());
    let rest = stream::unfold(said, |mut said: mpsc::Receiver<Said>| async move {
        let heard = said.recv().await?;
        Some((Ok(event(&heard)), said))
    });
    Ok(Sse::new(stream::iter([Ok::<_, Infallible>(begun)]).chain(rest)).keep_alive(KeepAlive::default()))
}

/// `piece {text}`, `tool {name}`, then `done` with what `/chat` gives, or `error`.
fn event(said: &Said) -> Event {
    let (name, data) = match said {
        Said::Begun => ("begin", json!({})),
        Said::Piece(text) => ("piece", json!({ "text": text })),
        Said::Tool(tool) => ("tool", json!({ "name": tool })),
        Said::Ended(Ok(answer)) => ("done", answer.body()),
        Said::Ended(Err(fault)) => ("error", fault.body()),
    };
    Event::default().event(name).data(data.to_string())
}
