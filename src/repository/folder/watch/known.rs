//! A session's folder as it was when it was looked at last, and how what is there now differs.

mod agent;
mod head;

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hasher},
};

use bson::{Document, RawDocumentBuf};

use self::{agent::KnownAgent, head::KnownHead};
use super::touched::TouchedSession;
use crate::{
    repository::{
        OpenInView,
        folder::{
            assemble,
            layout::{AgentDir, SessionDir},
            stamp::FileStamp,
        },
    },
    session::{Change, SessionKey, StoredDate},
};

/// How a session differs from what was known of it.
#[derive(Debug)]
pub(super) struct LookOutcome {
    key: SessionKey,
    /// In the order to apply them.
    pub changes: Vec<Change>,
    /// Something changed that is told no finer.
    unclear: bool,
    /// What could not be read yet.
    pub unfinished: TouchedSession,
}

impl LookOutcome {
    fn of(dir: &SessionDir) -> Self {
        let key = SessionKey::from(dir.id.as_str());
        Self { key, changes: Vec::new(), unclear: false, unfinished: TouchedSession::default() }
    }

    fn tell(&mut self, change: impl FnOnce(SessionKey) -> Change) {
        self.changes.push(change(self.key.clone()));
    }
}

/// What is known of a session: at least that it is there.
#[derive(Debug, Default)]
pub(super) struct KnownSession {
    /// The number of its folder: one that was made anew has another.
    number: Option<u64>,
    /// Its `updated_at`, once somebody looked.
    updated: Option<StoredDate>,
    /// What its changes are told from, once somebody looked closer.
    detail: Option<Box<SessionDetail>>,
}

#[derive(Debug)]
struct SessionDetail {
    head: KnownHead,
    agents: BTreeMap<String, KnownAgent>,
    /// The state of each Graph and Swarm.
    orchestrators: BTreeMap<String, Option<FileStamp>>,
}

impl KnownSession {
    /// Looked at from afar: its times only.
    pub(super) fn seen(dir: &SessionDir) -> Self {
        Self { number: folder_number(dir), updated: updated(dir), detail: None }
    }

    /// Its `updated_at` when it was looked at last.
    pub(super) fn updated(&self) -> Option<StoredDate> {
        self.updated
    }

    pub(super) fn is_known_closer(&self) -> bool {
        self.detail.is_some()
    }

    /// Whether its folder was made anew since it was looked at.
    pub(super) fn is_another(&self, dir: &SessionDir) -> bool {
        self.number.is_some_and(|number| folder_number(dir).is_some_and(|now| now != number))
    }

    /// Reads what its changes are told from.
    pub(super) fn read(dir: &SessionDir) -> Self {
        Self { detail: Some(Box::new(SessionDetail::read(dir))), ..Self::seen(dir) }
    }

    /// The same, as somebody has it before him.
    pub(super) fn shown_as(dir: &SessionDir, open: &OpenInView) -> Self {
        let number = folder_number(dir);
        let detail = Some(Box::new(SessionDetail::read(dir).shown_as(dir, open)));
        Self { number, updated: open.updated_at, detail }
    }

    /// Whether its times say that something was written since it was looked at. Of one that nobody looked at before: since the watch
    /// had `begun`.
    pub(super) fn glance(&mut self, dir: &SessionDir, begun: StoredDate) -> bool {
        if self.updated.is_none() {
            (self.number, self.updated) = (folder_number(dir), updated(dir));
            return self.updated > Some(begun);
        }
        updated(dir) != self.updated
    }

    /// Looks at what was touched, and takes it over. On the `last_try` what is half-written is taken as it is.
    pub(super) fn look(&mut self, dir: &SessionDir, touched: &TouchedSession, last_try: bool) -> LookOutcome {
        let mut outcome = LookOutcome::of(dir);
        if let Some(detail) = &mut self.detail {
            detail.look(dir, touched, last_try, &mut outcome);
        } else {
            outcome.unclear = !touched.is_nothing();
            self.detail = Some(Box::new(SessionDetail::read(dir)));
        }
        self.number = self.number.or_else(|| folder_number(dir));
        let updated = updated(dir);
        // Whoever holds the session only ever raises its time.
        if outcome.unclear || updated < self.updated {
            outcome.tell(|key| Change::unclear(key, updated));
        } else if let Some(updated) = updated.filter(|updated| Some(*updated) > self.updated) {
            outcome.tell(|key| Change::touched(key, updated));
        }
        self.updated = updated;
        outcome
    }
}

impl SessionDetail {
    fn read(dir: &SessionDir) -> Self {
        let head = KnownHead::read(dir);
        let agents = dir.agents().0.iter().map(|agent| (agent.id.clone(), KnownAgent::read(agent))).collect();
        Self { head, agents, orchestrators: orchestrators(dir) }
    }

    fn shown_as(mut self, dir: &SessionDir, open: &OpenInView) -> Self {
        self.head = self.head.shown_as(open);
        let mut agents = self.agents;
        let shown = dir.agents().0.into_iter().filter_map(|agent| {
            let (_, count) = open.messages.iter().find(|(id, _)| id.as_str() == agent.id)?;
            let known = agents.remove(&agent.id)?.shown_as(&agent, *count);
            Some((agent.id, known))
        });
        self.agents = shown.collect();
        self
    }

    fn look(&mut self, dir: &SessionDir, touched: &TouchedSession, last_try: bool, outcome: &mut LookOutcome) {
        if touched.head || (touched.is_whole() && self.head.is_touched(dir)) {
            self.head.look(dir, last_try, outcome);
        }
        if touched.is_whole() || touched.orchestrators {
            let now = orchestrators(dir);
            outcome.unclear |= now != self.orchestrators;
            self.orchestrators = now;
        }
        if touched.is_whole() {
            self.look_at_agents(dir, last_try, outcome);
        } else {
            for id in &touched.agents {
                self.look_at_agent(dir, id, last_try, outcome, |known, agent, outcome| {
                    known.look_at_data(agent, last_try, outcome);
                });
            }
        }
        // Also where all of it was looked at: a file may be written in place, which shows in no folder's time.
        for (id, numbers) in &touched.messages {
            self.look_at_agent(dir, id, last_try, outcome, |known, agent, outcome| {
                known.look_at(agent, numbers, last_try, outcome);
            });
        }
    }

    /// All of them: those that are new or gone, too.
    fn look_at_agents(&mut self, dir: &SessionDir, last_try: bool, outcome: &mut LookOutcome) {
        let dirs = dir.agents().0;
        let before = self.agents.len();
        self.agents.retain(|id, _| dirs.iter().any(|agent| agent.id == *id));
        outcome.unclear |= self.agents.len() != before;
        for agent in dirs {
            if let Some(known) = self.agents.get_mut(&agent.id) {
                known.look(&agent, last_try, outcome);
            } else {
                outcome.unclear = true;
                self.agents.insert(agent.id.clone(), KnownAgent::read(&agent));
            }
        }
    }

    /// One of them, if it is there; one that is new or gone shows by its folder.
    fn look_at_agent(
        &mut self,
        dir: &SessionDir,
        id: &str,
        last_try: bool,
        outcome: &mut LookOutcome,
        look: impl FnOnce(&mut KnownAgent, &AgentDir, &mut LookOutcome),
    ) {
        let path = dir.path.join("agents").join(format!("agent_{id}"));
        match self.agents.get_mut(id) {
            Some(known) => look(known, &AgentDir { id: id.to_owned(), path }, outcome),
            None => self.look_at_agents(dir, last_try, outcome),
        }
    }
}

fn orchestrators(dir: &SessionDir) -> BTreeMap<String, Option<FileStamp>> {
    let dirs = dir.orchestrators().0.into_iter();
    dirs.map(|orchestrator| (orchestrator.id.clone(), FileStamp::of(&orchestrator.file()))).collect()
}

fn folder_number(dir: &SessionDir) -> Option<u64> {
    FileStamp::of(&dir.path).map(|stamp| stamp.number())
}

/// A session's `updated_at`, as a list shows it.
pub(super) fn updated(dir: &SessionDir) -> Option<StoredDate> {
    dir.changed().map(|time| assemble::date(time).into())
}

/// By which a document is told from another; `None` for one that BSON cannot hold.
fn digest(document: &Document) -> Option<u64> {
    let raw = RawDocumentBuf::try_from(document).ok()?;
    let mut hasher = DefaultHasher::new();
    hasher.write(raw.as_bytes());
    Some(hasher.finish())
}
