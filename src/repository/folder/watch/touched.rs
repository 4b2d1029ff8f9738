//! Which files were touched, as the system tells it: gathered until somebody looks. What happened to them is not believed, only
//! that they are worth a look.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use notify::{
    Event, EventKind,
    event::{AccessKind, AccessMode, ModifyKind},
};
use tokio::sync::Notify;

use crate::repository::folder::layout;

/// With more sessions than that the whole folder is looked at anew.
const MANY: usize = 100_000;

/// What a path belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FilePlace {
    /// It is the folder of sessions, or one that it stands in.
    Root,
    /// A session.
    Session(String, SessionPart),
    /// What is not read: locks, files in the making, those of others.
    Other,
}

/// What of a session a path is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SessionPart {
    /// One of its folders.
    Folder,
    /// `session.json`.
    Head,
    /// A file of that agent that is no message.
    Agent(String),
    /// The message of that number of that agent.
    Message(String, u64),
    /// The state of a Graph or a Swarm.
    Orchestrator,
}

impl FilePlace {
    /// The one rule for which session a path belongs to.
    pub(super) fn of(root: &Path, path: &Path) -> Self {
        let Ok(beneath) = path.strip_prefix(root) else {
            return if root.starts_with(path) { Self::Root } else { Self::Other };
        };
        let names: Option<Vec<&str>> = beneath.iter().map(|name| name.to_str()).collect();
        let Some(names) = names else { return Self::Other };
        let Some((session, names)) = names.split_first() else { return Self::Root };
        let Some(id) = layout::session_id(session) else { return Self::Other };
        SessionPart::of(names).map_or(Self::Other, |part| Self::Session(id.to_owned(), part))
    }
}

impl SessionPart {
    /// Of the names beneath a session's folder.
    fn of(names: &[&str]) -> Option<Self> {
        match names {
            [] | ["agents" | "multi_agents"] => Some(Self::Folder),
            ["session.json"] => Some(Self::Head),
            ["agents", agent, rest @ ..] => Self::of_agent(layout::agent_id(agent)?, rest),
            ["multi_agents", _] | ["multi_agents", _, "multi_agent.json"] => Some(Self::Orchestrator),
            _ => None,
        }
    }

    fn of_agent(agent: &str, names: &[&str]) -> Option<Self> {
        match names {
            [] | ["messages"] => Some(Self::Folder),
            ["agent.json" | "config.json"] => Some(Self::Agent(agent.to_owned())),
            ["messages", file] => {
                let number = layout::message_number(file)?;
                // Under another spelling of its number only the list of files tells its place.
                let plain = *file == layout::message_name(number);
                Some(if plain { Self::Message(agent.to_owned(), number) } else { Self::Folder })
            }
            _ => None,
        }
    }
}

/// What was touched of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TouchedSession {
    /// All of it is to be looked at.
    pub whole: bool,
    /// A folder was made, moved or removed: all of it is to be looked at, now and once the system watches that folder.
    pub folders: bool,
    /// `session.json`.
    pub head: bool,
    /// Files of agents that are no messages.
    pub agents: BTreeSet<String>,
    /// Messages by agent and number.
    pub messages: BTreeMap<String, BTreeSet<u64>>,
    /// The state of a Graph or a Swarm.
    pub orchestrators: bool,
}

impl TouchedSession {
    /// All of it.
    pub(super) fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Whether all of it is to be looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.whole || self.folders
    }

    /// Nothing, but maybe the times of files.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.whole |= other.whole;
        self.folders |= other.folders;
        self.head |= other.head;
        self.orchestrators |= other.orchestrators;
        self.agents.extend(other.agents);
        for (agent, numbers) in other.messages {
            self.messages.entry(agent).or_default().extend(numbers);
        }
    }

    /// Where only the times of a folder changed, nothing in it is taken for touched.
    fn add(&mut self, part: SessionPart, times_only: bool) {
        match part {
            SessionPart::Folder => self.folders |= !times_only,
            SessionPart::Head => self.head = true,
            SessionPart::Agent(agent) => drop(self.agents.insert(agent)),
            SessionPart::Message(agent, number) => drop(self.messages.entry(agent).or_default().insert(number)),
            SessionPart::Orchestrator => self.orchestrators = true,
        }
    }
}

/// What was touched since somebody looked.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// By id.
    pub sessions: HashMap<String, TouchedSession>,
    /// The folder of sessions itself.
    pub root: bool,
    /// Events were lost.
    pub missed: bool,
    /// Why no more can be told.
    pub failed: Option<String>,
}

/// What the notifier writes down, and what wakes whoever looks.
#[derive(Debug)]
pub(super) struct TouchedFiles {
    root: Arc<Path>,
    gathered: Mutex<Gathered>,
    woken: Notify,
}

impl TouchedFiles {
    pub(super) fn new(root: Arc<Path>) -> Self {
        Self { root, gathered: Mutex::default(), woken: Notify::new() }
    }

    /// Once something was touched.
    pub(super) async fn wait(&self) {
        self.woken.notified().await;
    }

    /// What was touched, which is forgotten here.
    pub(super) fn take(&self) -> Gathered {
        std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes down what the notifier tells.
    pub(super) fn note(&self, told: &notify::Result<Event>) {
        let places: Vec<(FilePlace, bool)> = match told {
            Ok(event) if !event.need_rescan() && is_read(event.kind) => return,
            Ok(event) => event.paths.iter().map(|path| (self.place(path), is_of_times(event.kind))).collect(),
            Err(_) => Vec::new(),
        };
        let missed = told.as_ref().is_ok_and(Event::need_rescan);
        let failed = told.as_ref().err().and_then(why_failed);
        if !missed && failed.is_none() && places.iter().all(|(place, _)| *place == FilePlace::Other) {
            return;
        }
        self.write_down(places, missed, failed);
        self.woken.notify_one();
    }

    fn place(&self, path: &Path) -> FilePlace {
        FilePlace::of(&self.root, path)
    }

    fn write_down(&self, places: Vec<(FilePlace, bool)>, missed: bool, failed: Option<String>) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.missed |= missed;
        if failed.is_some() {
            gathered.failed = failed;
        }
        for (place, times_only) in places {
            match place {
                FilePlace::Root => gathered.root |= !times_only,
                FilePlace::Session(id, part) => gathered.sessions.entry(id).or_default().add(part, times_only),
                FilePlace::Other => {}
            }
        }
        if gathered.sessions.len() > MANY {
            gathered.sessions.clear();
            gathered.missed = true;
        }
    }
}

/// Reading changes nothing; we do it ourselves.
fn is_read(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}

/// What is told of a folder whose times or rights change, or in which something changes that is told by itself.
fn is_of_times(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)))
}

/// Why nothing more is told, where that is what an error means.
fn why_failed(error: &notify::Error) -> Option<String> {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch | notify::ErrorKind::Io(_) => Some(reason(error)),
        _ => {
            tracing::debug!(%error, "a file notification could not be given");
            None
        }
    }
}

/// Why files are not watched, as part of a sentence.
pub(super) fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => "the system's limit of watched folders is reached".to_owned(),
        notify::ErrorKind::Io(error) => crate::disk::reason(error),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> FilePlace {
        FilePlace::of(Path::new("/r/s"), Path::new(path))
    }

    fn part(path: &str) -> SessionPart {
        match place(&format!("/r/s/session_a/{path}")) {
            FilePlace::Session(id, part) if id == "a" => part,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn each_path_belongs_to_its_session() {
        for root in ["/r/s", "/r", "/"] {
            assert_eq!(place(root), FilePlace::Root, "{root}");
        }
        for folder in ["", "agents", "multi_agents", "agents/agent_x", "agents/agent_x/messages"] {
            assert_eq!(part(folder), SessionPart::Folder, "{folder}");
        }
        assert_eq!(part("session.json"), SessionPart::Head);
        assert_eq!(part("agents/agent_x/config.json"), SessionPart::Agent("x".to_owned()));
        assert_eq!(part("agents/agent_x/messages/message_12.json"), SessionPart::Message("x".to_owned(), 12));
        assert_eq!(part("agents/agent_x/messages/message_012.json"), SessionPart::Folder);
        assert_eq!(part("multi_agents/multi_agent_g/multi_agent.json"), SessionPart::Orchestrator);
        for other in [
            "/r/s/.deleted_1/session.json",
            "/r/s/.new_1",
            "/r/s/notes.txt",
            "/r/s/session_a/.lock",
            "/r/s/session_a/session.json.tmp",
            "/r/s/session_a/agents/.new_1/agent.json",
            "/r/s/session_a/agents/agent_x/messages/.new_1.tmp",
            "/r/s/session_a/agents/agent_x/messages/message_1.json.tmp",
            "/r/t/session_a/session.json",
        ] {
            assert_eq!(place(other), FilePlace::Other, "{other}");
        }
    }

    #[test]
    fn what_is_only_read_is_no_news_and_a_burst_is_gathered() {
        let touched = TouchedFiles::new(Path::new("/r").into());
        let event = |kind, path: &str| Ok(Event::new(kind).add_path(path.into()));
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        touched.note(&event(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/r/session_a/session.json"));
        assert!(touched.take().sessions.is_empty());
        for number in 0..3 {
            let message = format!("/r/session_a/agents/agent_x/messages/message_{number}.json");
            touched.note(&event(written, &message));
        }
        touched.note(&event(EventKind::Modify(ModifyKind::Any), "/r/session_a/session.json"));
        let gathered = touched.take();
        let a = &gathered.sessions["a"];
        assert!(a.head && !a.folders && !gathered.missed);
        assert_eq!(a.messages["x"], BTreeSet::from([0, 1, 2]));
        assert!(touched.take().sessions.is_empty());
        let lost = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        touched.note(&Ok(lost));
        assert!(touched.take().missed);
        touched.note(&Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
        assert!(touched.take().failed.is_some_and(|why| why.contains("limit")));
    }
}
