//! A session that is watched while an agent writes it: each change is applied to what is held, and its figures keep up.
//!
//! `cargo run --example watch -- FOLDER` keeps the session in a folder. The agent is at work in a task here; it may as well be
//! another process, or Strands in Python, and the store a MongoDB collection.

use std::error::Error;

use strandscope::{
    Agent, AgentId, Change, ChangeKind, EventLoopMetrics, InView, LiveMetrics, MessageBody, MetadataEdit, ModelCall,
    News, OpenInView, Outline, Resumed, Session, SessionKey, SessionManager, SessionRepository, Usage, WatchView,
    bson::{Document, doc},
    open_folder, plain,
};
use tokio::sync::Notify;

const SESSION: &str = "order-78";

/// An agent that only has a name.
struct Desk;

impl Agent for Desk {
    fn agent_id(&self) -> &'static str {
        "support"
    }

    fn state(&self) -> Document {
        doc! {}
    }

    fn restore(&mut self, _resumed: Resumed) {}
}

/// What the agent does meanwhile.
async fn work(manager: &SessionManager) -> Result<(), Box<dyn Error>> {
    let support = AgentId::from(Desk.agent_id());
    let mut metrics = EventLoopMetrics::default();
    for (asked, answered) in [("Where is order 78?", "On its way."), ("When will it come?", "Tomorrow.")] {
        manager.append_message(&support, &mut MessageBody::user(asked)).await?;
        let call = metrics.add_call(ModelCall::new(Usage::new(40, 10)).latency_ms(300));
        manager.append_message(&support, &mut MessageBody::assistant(answered).with_metadata(call)).await?;
    }
    manager.edit_metadata(vec![MetadataEdit::set("status", "solved")]).await?;
    Ok(())
}

/// What is held of the session.
struct Held {
    session: Session,
    figures: LiveMetrics,
}

impl From<Session> for Held {
    fn from(session: Session) -> Self {
        Self { figures: LiveMetrics::from(Outline::from(&session)), session }
    }
}

impl Held {
    /// Takes a change over. `false`: the session has to be read again.
    fn take(&mut self, change: &Change) -> bool {
        if change.apply_to_whole(&mut self.session).is_unresolved() {
            return false;
        }
        match &change.kind {
            ChangeKind::Messages(agent, messages) => {
                for message in messages {
                    println!("{}: {}", message.role.as_str(), plain::text_of(message));
                }
                messages.iter().all(|message| self.figures.put(agent, message))
            }
            ChangeKind::AgentFields(..) => true,
            // What else becomes of a history is seldom: it is read again.
            _ => change.agent().is_none(),
        }
    }

    /// Whether the question is solved and so many messages are there.
    fn is_done(&self, messages: u64) -> bool {
        let status = self.session.metadata_fields().and_then(|fields| fields.get_str("status").ok());
        status == Some("solved") && self.session.message_count() == messages
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a folder to keep the session in")?;
    std::fs::create_dir_all(&path)?;
    let sessions = open_folder(path).await?;
    let manager = SessionManager::new(sessions.clone(), SESSION);
    manager.initialize(&mut Desk).await?;
    // Run again it goes on in the same session, whose question is open once more.
    manager.edit_metadata(vec![MetadataEdit::set("status", "open")]).await?;
    let begun = Notify::new();
    tokio::try_join!(follow(&*sessions, &begun), async {
        // So that there is something to see; a watch misses nothing that was written before, either.
        begun.notified().await;
        work(&manager).await
    })?;
    Ok(())
}

/// Follows the session until its question is solved.
async fn follow(sessions: &dyn SessionRepository, begun: &Notify) -> Result<(), Box<dyn Error>> {
    let key = SessionKey::from(SESSION);
    let mut held = Held::from(sessions.open(&key, u64::MAX).await?);
    let awaited = held.session.message_count() + 4;
    let view = WatchView::default();
    let mut watch = sessions.watch(&view);
    while !held.is_done(awaited) {
        match watch.next_news().await.ok_or("nothing more is told")? {
            News::Begun(mode) => {
                println!("watching: {mode:?}");
                // What was read before may be old.
                held = sessions.open(&key, u64::MAX).await?.into();
                // A store that has to be looked at again looks closer at what is in view.
                view.show(InView::new(Vec::new(), Some(OpenInView::from(&held.session))));
                begun.notify_one();
            }
            News::Changes(changes) => {
                let of_it = changes.iter().filter(|change| change.session == key);
                // All of them are taken over, also those after one that is not clear.
                if of_it.filter(|change| !held.take(change)).count() > 0 {
                    held = sessions.open(&key, u64::MAX).await?.into();
                }
            }
            News::Lost(error) => eprintln!("nothing is told for now: {error}"),
            News::Ended(error) => return Err(error.into()),
            _ => {}
        }
    }
    let total = held.figures.metrics().total.total.ok_or("its tokens are known")?;
    println!("solved with {total} tokens");
    Ok(())
}
