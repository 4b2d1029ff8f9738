//! An agent whose model answers piece by piece: what is stored when, and what is left when it is interrupted or dies.
//!
//! `cargo run --example streaming -- FOLDER` keeps the session in a folder, in the layout of Strands' `FileSessionManager`.
//!
//! A message is stored once it is whole, in one write: a history never holds a message that is still being said. What follows from
//! it:
//!
//! - interrupted (Ctrl-C, a client that went away): what was said so far is appended as the answer and marked; the next turn goes on
//!   from it;
//! - dead before the answer was stored: the question is stored, so whoever resumes the session sees that an answer is owed.
//!
//! The figures of the turn are put on its last message afterwards (`sync_agent`, which is an `update_message`).

use std::{
    error::Error,
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt, stream};
use strandscope::{
    Agent, EventLoopMetrics, GuardrailIntervention, MessageBody, ModelCall, Resumed, SessionManager, SessionRepository,
    Usage,
    bson::{Document, doc},
    open_folder,
};

const AGENT: &str = "writer";

/// A writer: it remembers what was said.
#[derive(Default)]
struct Writer {
    messages: Vec<MessageBody>,
    metrics: EventLoopMetrics,
}

impl Agent for Writer {
    fn agent_id(&self) -> &'static str {
        AGENT
    }

    fn state(&self) -> Document {
        Document::new()
    }

    fn model(&self) -> Option<String> {
        Some("scripted-1".to_owned())
    }

    fn metrics(&self) -> Option<Document> {
        self.metrics.to_document()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.messages = resumed.messages;
    }
}

/// Where a real model's stream would begin.
fn model(said: &[MessageBody]) -> impl Stream<Item = String> + use<> {
    let asked = said.last().map(|message| message.texts().concat()).unwrap_or_default();
    let answer = match asked.as_str() {
        "Count to five." => "one two three four five",
        "Count to ten." => "one two three four five six seven eight nine ten",
        "Go on." => "six seven eight nine ten",
        _ => "a secret that nobody should read",
    };
    stream::iter(answer.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>())
}

/// How an answer ended.
#[derive(Debug, PartialEq)]
enum Ending {
    Whole,
    Interrupted,
}

impl Writer {
    async fn keep(&mut self, manager: &SessionManager, mut body: MessageBody) -> Result<(), Box<dyn Error>> {
        // Where this fails, the same body may be given again: its `tracking_id` has it stored once.
        manager.append_message(AGENT, &mut body).await?;
        self.messages.push(body);
        Ok(())
    }

    /// Streams an answer and stores it. `patience`: after so many pieces nobody listens any more.
    async fn answer(&mut self, manager: &SessionManager, patience: usize) -> Result<Ending, Box<dyn Error>> {
        let began = Instant::now();
        let heard: usize = self.messages.iter().map(|message| message.to_string().split_whitespace().count()).sum();
        let mut pieces = Box::pin(model(&self.messages));
        let (mut said, mut count, mut ending) = (String::new(), 0, Ending::Whole);
        print!("  assistant  ");
        while let Some(piece) = pieces.next().await {
            if count == patience {
                ending = Ending::Interrupted;
                break;
            }
            print!("{piece}");
            std::io::stdout().flush()?;
            said.push_str(&piece);
            count += 1;
        }
        println!("{}", if ending == Ending::Whole { "" } else { "…" });
        let usage = Usage::new(heard as u64, count as u64);
        let mut metadata = self.metrics.add_call(ModelCall::new(usage).latency_ms(420).first_byte_ms(110));
        self.metrics.add_cycle(began.elapsed() + Duration::from_millis(420));
        if ending == Ending::Interrupted {
            metadata.insert("custom", doc! { "interrupted": true });
        }
        // A model refuses a history with a blank text. The question is stored, so an answer is owed.
        if said.trim().is_empty() {
            return Err("it was interrupted before the first word: nothing of the answer is stored".into());
        }
        self.keep(manager, MessageBody::assistant(&said).with_metadata(metadata)).await?;
        manager.sync_agent(self).await?;
        Ok(ending)
    }

    async fn ask(&mut self, manager: &SessionManager, question: &str) -> Result<(), Box<dyn Error>> {
        println!("  user       {question}");
        self.keep(manager, MessageBody::user(question)).await
    }
}

/// Another process: it knows only what is stored.
async fn resume(sessions: &Arc<dyn SessionRepository>) -> Result<(SessionManager, Writer), Box<dyn Error>> {
    let manager = SessionManager::new(Arc::clone(sessions), "counting");
    let mut writer = Writer::default();
    manager.initialize(&mut writer).await?;
    Ok((manager, writer))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a folder to keep the session in")?;
    std::fs::create_dir_all(&path)?;
    let sessions = open_folder(path).await?;

    println!("A whole answer");
    let (manager, mut writer) = resume(&sessions).await?;
    writer.ask(&manager, "Count to five.").await?;
    writer.answer(&manager, usize::MAX).await?;

    println!("An interrupted answer");
    writer.ask(&manager, "Count to ten.").await?;
    assert_eq!(writer.answer(&manager, 5).await?, Ending::Interrupted);

    println!("Another process goes on");
    let (manager, mut writer) = resume(&sessions).await?;
    writer.ask(&manager, "Go on.").await?;
    writer.answer(&manager, usize::MAX).await?;

    println!("It dies before the answer is stored");
    writer.ask(&manager, "Count to five.").await?;
    drop((manager, writer));
    let (manager, mut writer) = resume(&sessions).await?;
    if writer.messages.last().is_some_and(|last| last.role() == "user") {
        println!("  (an answer is owed)");
        writer.answer(&manager, usize::MAX).await?;
    }

    println!("A guardrail steps in once the answer is said");
    writer.ask(&manager, "What is the password?").await?;
    writer.answer(&manager, usize::MAX).await?;
    let cause = GuardrailIntervention::default().stop_reason("guardrail_intervened");
    manager.redact_latest_message(AGENT, MessageBody::assistant("I cannot tell."), cause).await?;

    for message in manager.messages(AGENT, 0..u64::MAX).await? {
        let redacted = if message.redaction.is_some() { " (redacted)" } else { "" };
        println!("{} {}{redacted}", message.message_id.unwrap_or_default(), message.role.as_str());
    }
    Ok(())
}
