//! Which folders and files there are: `session_<id>/agents/agent_<id>/messages/message_<n>.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    disk,
    repository::{Error, Hint, Result},
    session::Finding,
};

/// The file in a session's folder that keeps its writers apart.
pub(super) const LOCK: &str = ".lock";

/// How the name of a folder begins that is being deleted.
pub(super) const DELETED: &str = ".deleted_";

/// How the name of a folder begins that is being made.
pub(super) const NEW: &str = ".new_";

/// A folder `session_<id>`.
#[derive(Debug, Clone)]
pub(super) struct SessionDir {
    pub id: String,
    pub path: PathBuf,
}

/// A folder `agent_<id>`.
#[derive(Debug, Clone)]
pub(super) struct AgentDir {
    pub id: String,
    pub path: PathBuf,
}

/// A folder `multi_agent_<id>`: a Graph or a Swarm.
#[derive(Debug, Clone)]
pub(super) struct OrchestratorDir {
    pub id: String,
    pub path: PathBuf,
}

/// Every session's folder in `root`, in no order. Links are left out.
pub(super) fn sessions(root: &Path) -> Result<Vec<SessionDir>> {
    let entries = fs::read_dir(root).map_err(|error| cannot_read(root, &error))?;
    let dirs = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let id = session_id(entry.file_name().to_str()?)?.to_owned();
        entry.file_type().ok()?.is_dir().then(|| SessionDir { id, path: entry.path() })
    });
    Ok(dirs.collect())
}

/// The name of a session's folder.
pub(super) fn session_name(id: &str) -> String {
    format!("session_{id}")
}

/// The id in the name of a session's folder.
pub(super) fn session_id(name: &str) -> Option<&str> {
    name.strip_prefix("session_")
}

/// The folder of one session; `None` when there is none.
pub(super) fn session(root: &Path, id: &str) -> Result<Option<SessionDir>> {
    if id.contains(['/', '\\', '\0']) {
        let reason = format!("the id {id:?} holds a path separator, which no session of a folder has");
        return Err(Error::folder(root, reason).with_hint("check the id"));
    }
    let path = root.join(session_name(id));
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_symlink() => {
            Err(Error::folder(&path, "it is a symbolic link, and links inside the folder are not followed")
                .with_hint("open the folder it leads to instead"))
        }
        Ok(meta) if meta.is_dir() => Ok(Some(SessionDir { id: id.to_owned(), path })),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::InvalidFilename => {
            Ok(None)
        }
        Err(error) => Err(cannot_read(&path, &error)),
    }
}

impl SessionDir {
    pub(super) fn file(&self) -> PathBuf {
        self.path.join("session.json")
    }

    /// Whether it is still there.
    pub(super) fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.is_dir())
    }

    /// Its agents' folders by name, and what was passed over.
    pub(super) fn agents(&self) -> (Vec<AgentDir>, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut agents = Vec::new();
        for (name, path) in dir_entries(&self.path.join("agents"), "agents", &mut findings) {
            let Some(id) = agent_id(&name) else { continue };
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => agents.push(AgentDir { id: id.to_owned(), path }),
                Ok(meta) if meta.is_symlink() => findings.push(link(format!("agents.{id}"), &path)),
                _ => {}
            }
        }
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        (agents, findings)
    }

    /// Its orchestrators' folders `multi_agents/multi_agent_<id>` by name, and what was passed over.
    pub(super) fn orchestrators(&self) -> (Vec<OrchestratorDir>, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut found = Vec::new();
        for (name, path) in dir_entries(&self.path.join("multi_agents"), "multi_agents", &mut findings) {
            let Some(id) = name.strip_prefix("multi_agent_") else { continue };
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
                found.push(OrchestratorDir { id: id.to_owned(), path });
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        (found, findings)
    }

    /// The newest modification time of `session.json`, the agents' folders with their `messages` folders, and the
    /// orchestrators' folders with their `multi_agent.json`: writers rename files into place, so these move with every
    /// change.
    pub(super) fn changed(&self) -> Option<SystemTime> {
        let agents = self.agents().0.into_iter().flat_map(|agent| [agent.path.join("messages"), agent.path]);
        let orchestrators = self.orchestrators().0.into_iter().flat_map(|dir| [dir.file(), dir.path]);
        let newest = agents.chain(orchestrators).chain([self.file()]).filter_map(|path| modified(&path)).max();
        newest.or_else(|| modified(&self.path))
    }
}

impl OrchestratorDir {
    pub(super) fn file(&self) -> PathBuf {
        self.path.join("multi_agent.json")
    }
}

impl AgentDir {
    /// Its message files in the order of their numbers, and what was passed over. Links are among them: they keep
    /// their place in the history and are refused when read.
    pub(super) fn messages(&self) -> (Vec<PathBuf>, Vec<Finding>) {
        let mut findings = Vec::new();
        let path = format!("agents.{}.messages", self.id);
        let entries = dir_entries(&self.path.join("messages"), &path, &mut findings);
        let mut files: Vec<(u64, String, PathBuf)> = Vec::with_capacity(entries.len());
        for (name, file) in entries {
            match message_number(&name) {
                Some(number) => files.push((number, name, file)),
                None if numbered(&name).is_some() => {
                    let problem = format!("{name} has a number beyond 64 bits, so it is left out");
                    findings.push(Finding { path: path.clone(), problem, raw: None });
                }
                None => {}
            }
        }
        files.sort();
        (files.into_iter().map(|(_, _, file)| file).collect(), findings)
    }
}

/// The id in the name of an agent's folder.
pub(super) fn agent_id(name: &str) -> Option<&str> {
    name.strip_prefix("agent_")
}

/// The n of `message_<n>.json`.
pub(super) fn message_number(name: &str) -> Option<u64> {
    numbered(name)?.parse().ok()
}

/// The name of the file that holds the message of that number.
pub(super) fn message_name(number: u64) -> String {
    format!("message_{number}.json")
}

/// The digits of `message_<n>.json`.
fn numbered(name: &str) -> Option<&str> {
    let digits = name.strip_prefix("message_")?.strip_suffix(".json")?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Names and paths in a folder that is not a link; empty when it is missing.
fn dir_entries(dir: &Path, path: &str, findings: &mut Vec<Finding>) -> Vec<(String, PathBuf)> {
    if fs::symlink_metadata(dir).is_ok_and(|meta| meta.is_symlink()) {
        findings.push(link(path.to_owned(), dir));
        return Vec::new();
    }
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.file_name().into_string().ok()?, entry.path()))
            })
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let problem = format!("the folder {} cannot be read: {}", file_name(dir), disk::reason(&error));
            findings.push(Finding { path: path.to_owned(), problem, raw: None });
            Vec::new()
        }
    }
}

fn link(path: String, target: &Path) -> Finding {
    let problem = format!("{} is a symbolic link, which is not followed", file_name(target));
    Finding { path, problem, raw: None }
}

fn modified(path: &Path) -> Option<SystemTime> {
    let meta = fs::symlink_metadata(path).ok()?;
    if meta.is_symlink() { None } else { meta.modified().ok() }
}

/// Bytes of all regular files beneath a folder; links are not followed.
pub(super) fn size(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) if meta.is_file() => meta.len(),
            _ => 0,
        })
        .sum()
}

/// The last part of a path, for a message.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A folder that cannot be read, and what to do.
pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Error {
    let (reason, hint): (_, Hint) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such folder".to_owned(), Hint::FindFolder),
        io::ErrorKind::NotADirectory => ("it is not a folder".to_owned(), Hint::FindFolder),
        io::ErrorKind::PermissionDenied => {
            ("permission denied".to_owned(), "run as the user who owns it, or ask for the right to read it".into())
        }
        _ => (disk::reason(error), "check that the disk is there and try again".into()),
    };
    Error::folder(path, reason).with_hint(hint).caused_by(disk::cause(error))
}
