//! What a watch tells of what is written, by whoever writes it.

use std::{sync::Arc, time::Duration};

use bson::{Bson, doc};

use super::{
    Case, Fixture, Found, Outcome, agent_id, case, ensure, new_agent, new_message, now,
    sessions::{event, up},
};
use crate::{
    repository::{InView, News, OpenInView, SessionRepository, Watch, WatchMode, WatchView},
    session::{
        AgentId, Change, ChangeKind, MetadataEdit, Session,
        record::{MessageBody, MessageUpdate},
    },
};

/// No news comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

/// An agent that comes and goes.
const OTHER: &str = "billing";

pub(super) const CASES: &[Case] = &[
    case!("a watch begins with how changes are told, or ends with why none are", begins),
    case!("what is told of an open session leads to what is stored, whatever is written", followed),
    case!("an open session that is deleted is told to be gone", gone),
    case!("where each change is told, a new session is", created),
];

async fn next(watch: &mut Watch) -> Outcome<Option<News>> {
    let told = tokio::time::timeout(PATIENCE, watch.next_news()).await;
    told.map_err(|_| Found(format!("nothing was told within {} s", PATIENCE.as_secs())))
}

/// How changes are told; `None`: they are not.
async fn begun(watch: &mut Watch) -> Outcome<Option<WatchMode>> {
    match next(watch).await? {
        Some(News::Begun(mode)) => Ok(Some(mode)),
        Some(News::Ended(_)) => Ok(None),
        other => Err(Found(format!("a watch begins with {other:?}"))),
    }
}

async fn begins(repository: Arc<dyn SessionRepository>) -> Outcome {
    let mut watch = repository.watch(&WatchView::default());
    if begun(&mut watch).await?.is_none() {
        let more = next(&mut watch).await?;
        ensure!(more.is_none(), "{more:?} is told after the end");
    }
    Ok(())
}

/// A session of a case as one holds it who watches it.
struct HeldSession {
    fixture: Fixture,
    watch: Watch,
    view: WatchView,
    held: Session,
}

impl HeldSession {
    /// `None`: the store does not tell what changes.
    async fn begin(fixture: Fixture) -> Outcome<Option<Self>> {
        let view = WatchView::default();
        view.show(in_view(&fixture.read().await?));
        let mut watch = fixture.repository.watch(&view);
        if begun(&mut watch).await?.is_none() {
            fixture.done().await?;
            return Ok(None);
        }
        let held = fixture.read().await?;
        view.show(in_view(&held));
        Ok(Some(Self { fixture, watch, view, held }))
    }

    /// The next that is told of this session; nothing but changes may be.
    async fn changes(&mut self) -> Outcome<Vec<Change>> {
        loop {
            match next(&mut self.watch).await? {
                Some(News::Changes(mut changes)) => {
                    changes.retain(|change| change.session == self.fixture.key);
                    return Ok(changes);
                }
                Some(News::Paced(_)) => {}
                other => return Err(Found(format!("{other:?} is told where changes should be"))),
            }
        }
    }

    /// Takes over what is told until it is what is stored.
    async fn catches_up(&mut self, after: &str) -> Outcome {
        loop {
            let stored = self.fixture.read().await?;
            if compared(&self.held) == compared(&stored) {
                // A store that looks again compares with what is in view.
                self.view.show(in_view(&self.held));
                return Ok(());
            }
            let changes = self.changes().await.map_err(|found| Found(format!("after {after}: {found}")))?;
            let mut is_clear = true;
            for change in changes {
                is_clear &= !change.apply_to_whole(&mut self.held).is_unresolved();
            }
            if !is_clear {
                self.held = self.fixture.read().await?;
            }
        }
    }
}

fn in_view(session: &Session) -> InView {
    InView::new(vec![(session.key.clone(), session.updated_at)], Some(OpenInView::from(session)))
}

type ComparedSession = (Option<Bson>, usize, usize, Vec<(AgentId, u64, Vec<Bson>)>);

/// What has to be the same; times may be told more finely than a store keeps them.
fn compared(session: &Session) -> ComparedSession {
    let agents = session.agents.iter().map(|agent| {
        let messages: Vec<Bson> = agent.messages.iter().map(|message| message.raw.bson()).collect();
        (agent.id.clone(), agent.message_count, messages)
    });
    let mut agents: Vec<_> = agents.collect();
    // A store may read them in an order of its own.
    agents.sort_by(|one, other| one.0.cmp(&other.0));
    (session.metadata.clone(), session.feedbacks.len(), session.guardrail_events.len(), agents)
}

async fn followed(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 2).await?;
    let Some(mut session) = HeldSession::begin(fixture).await? else { return Ok(()) };
    let (repository, key, agent) = (Arc::clone(&session.fixture.repository), session.fixture.key.clone(), agent_id());

    for text in ["one more", "and another"] {
        session.fixture.append(&new_message(text), None).await?;
    }
    session.catches_up("two messages").await?;

    let edits = [MetadataEdit::set("priority", "low"), MetadataEdit::set("customer", doc! { "tier": 1 })];
    repository.edit_metadata(&key, &edits).await?;
    session.catches_up("an edit of the metadata").await?;
    repository.edit_metadata(&key, &[MetadataEdit::unset("priority")]).await?;
    session.catches_up("a field of the metadata that was removed").await?;

    repository.add_feedback(&key, &up(now())).await?;
    session.catches_up("a feedback").await?;
    repository.add_guardrail_event(&key, &event()).await?;
    session.catches_up("a guardrail event").await?;

    let metrics = doc! { "accumulated_usage": { "totalTokens": 9 }, "cycle_metrics": { "cycle_count": 1 } };
    repository.update_message(&key, &agent, 3, &MessageUpdate::default().event_loop_metrics(metrics)).await?;
    session.catches_up("metrics of a message").await?;
    let redaction = MessageUpdate::default().redact_message(MessageBody::text("user", "[redacted]"));
    repository.update_message(&key, &agent, 1, &redaction).await?;
    session.catches_up("a redaction").await?;

    repository.create_agent(&key, &new_agent(OTHER)).await?;
    session.catches_up("a new agent").await?;
    repository.delete_agent(&key, &AgentId::from(OTHER)).await?;
    session.catches_up("an agent that was removed").await?;
    session.fixture.done().await
}

async fn gone(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let Some(mut session) = HeldSession::begin(fixture).await? else { return Ok(()) };
    session.fixture.repository.delete_session(&session.fixture.key).await?;
    loop {
        let changes = session.changes().await.map_err(|found| Found(format!("after a deletion: {found}")))?;
        if changes.iter().any(|change| matches!(change.kind, ChangeKind::Deleted)) {
            return Ok(());
        }
    }
}

async fn created(repository: Arc<dyn SessionRepository>) -> Outcome {
    let mut watch = repository.watch(&WatchView::default());
    if begun(&mut watch).await? != Some(WatchMode::Stream) {
        return Ok(());
    }
    let fixture = Fixture::session(repository).await?;
    loop {
        let changes = match next(&mut watch).await? {
            Some(News::Changes(changes)) => changes,
            other => return Err(Found(format!("{other:?} is told where a new session should be"))),
        };
        if changes.iter().any(|change| change.session == fixture.key && matches!(change.kind, ChangeKind::Created(_))) {
            return fixture.done().await;
        }
    }
}
