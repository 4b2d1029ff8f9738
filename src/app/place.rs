//! Places with sessions: what each is called, what is there, and opening it. The browser and the commands open them here
//! alike.

mod around;
mod kept;
mod keys;
mod reveal;
mod rules;
mod words;

pub use around::look_around;
pub use kept::{Attendance, KeptTarget, PasswordRefusal, SecretSource, no_password, path_database, told_when_slow};
pub use keys::{EncryptionSettings, KeySource};
pub use reveal::{Reveal, holds_sealed, is_sealed, sealed_words, with_sealed_words};
pub use rules::WriteRules;
pub use words::{namespace, namespace_words};

use std::{path::PathBuf, sync::Arc, time::Duration};

use secrecy::ExposeSecret;

use super::demo;
use crate::repository::{
    self, Candidate, Limits, Opened, Result, Scope, SessionReader, SessionRepository, Target, folder::FolderRepository,
};

/// A place with sessions, and how it is shown.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name: a profile's, a host's or a folder's. Holds no password.
    pub name: String,
    /// What is there.
    pub origin: Origin,
    /// Colour of the name, as the settings write it.
    pub colour: Option<String>,
    /// Nothing may be written there.
    pub read_only: bool,
    /// What it asks of a person who writes there.
    pub rules: WriteRules,
    /// Which of its sessions are seen; `None`: all.
    pub scope: Option<Scope>,
    /// What there is to say of it before it is chosen.
    pub note: Option<&'static str>,
    /// Its name is a profile's of the settings.
    pub is_profile: bool,
}

/// Where sessions come from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A MongoDB or a folder.
    Target(Target),
    /// A MongoDB whose connection string or password is still to be had.
    Kept(KeptTarget),
    /// The sample sessions of `strandscope demo`.
    Demo,
}

impl From<Target> for Origin {
    fn from(target: Target) -> Self {
        Self::Target(target)
    }
}

impl Origin {
    /// Whether a server is asked.
    #[must_use]
    pub fn is_mongo(&self) -> bool {
        matches!(self, Self::Target(Target::Mongo { .. }) | Self::Kept(_))
    }

    /// Whether it says which collection is meant.
    #[must_use]
    pub fn names_collection(&self) -> bool {
        matches!(
            self,
            Self::Target(Target::Mongo { collection: Some(_), .. })
                | Self::Kept(KeptTarget { collection: Some(_), .. })
        )
    }

    /// Whether both are the same server, folder or samples, whichever collection is meant there.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Target(Target::Mongo { uri, .. }), Self::Target(Target::Mongo { uri: others, .. })) => {
                uri.expose_secret() == others.expose_secret()
            }
            (Self::Target(Target::Folder(path)), Self::Target(Target::Folder(others))) => path == others,
            (Self::Kept(kept), Self::Kept(others)) => kept.uri.is_same(&others.uri),
            (Self::Demo, Self::Demo) => true,
            (Self::Target(_) | Self::Kept(_) | Self::Demo, _) => false,
        }
    }

    /// Names the collection that is meant, of a server.
    pub fn choose(&mut self, chosen: Candidate) {
        if let Self::Target(Target::Mongo { database, collection, .. })
        | Self::Kept(KeptTarget { database, collection, .. }) = self
        {
            (*database, *collection) = (Some(chosen.database), Some(chosen.collection));
        }
    }
}

impl Place {
    /// A place without a colour that may be written.
    #[must_use]
    pub fn plain(name: impl Into<String>, origin: impl Into<Origin>) -> Self {
        Self {
            name: name.into(),
            origin: origin.into(),
            colour: None,
            read_only: false,
            rules: WriteRules::default(),
            scope: None,
            note: None,
            is_profile: false,
        }
    }

    /// The same, to read alone or to write too.
    #[must_use]
    pub fn with_rights(origin: impl Into<Origin>, rights: Rights) -> Self {
        Self { read_only: rights == Rights::Read, ..Self::plain("", origin) }
    }

    /// Whether both are called the same and are the same server, folder or samples, whichever collection is meant there.
    #[must_use]
    pub fn is_called_and_at(&self, other: &Self) -> bool {
        self.name == other.name && self.origin.is_same(&other.origin)
    }

    /// What may be done there.
    #[must_use]
    pub fn rights(&self) -> Rights {
        if self.read_only { Rights::Read } else { Rights::Write }
    }

    /// What is left out of its connection string, a sentence each. Contacts nothing.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        match &self.origin {
            Origin::Target(target) => target.notes(),
            Origin::Kept(_) | Origin::Demo => Vec::new(),
        }
    }

    /// What kind of place it is, in a few words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.origin {
            Origin::Target(Target::Mongo { .. }) | Origin::Kept(_) => "MongoDB",
            Origin::Target(Target::Folder(_)) => "folder",
            Origin::Demo => "sample sessions, no server needed",
        }
    }
}

/// The place that the program was started with, unless a profile names it; the places of the settings; then those everyone has.
#[must_use]
pub fn all(start: Option<&Place>, profiles: Vec<Place>, home: Option<PathBuf>) -> Vec<Place> {
    let start = start.filter(|start| profiles.iter().all(|profile| profile.name != start.name));
    let common = common(home).into_iter().filter(|place| start.is_none_or(|start| place.name != start.name));
    start.cloned().into_iter().chain(profiles).chain(common).collect()
}

/// What everyone has.
fn common(home: Option<PathBuf>) -> Vec<Place> {
    let mut places = Vec::new();
    let local = "mongodb://localhost:27017".to_owned().into();
    places.push(Place::plain("localhost:27017", Target::Mongo { uri: local, database: None, collection: None }));
    if let Some(home) = home {
        places.push(Place::plain("~/.strands/sessions", Target::Folder(home.join(".strands").join("sessions"))));
    }
    places.push(Place::plain("demo", Origin::Demo));
    places
}

/// What may be done with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Reading alone: what is opened is a reader and so cannot write.
    Read,
    /// Reading and writing.
    Write,
}

/// How long the connections of a store may take to end.
const CLOSING: Duration = Duration::from_millis(300);

/// An open store, as far as one has the right.
#[derive(Clone)]
pub enum Store {
    /// A reader: nothing can be written through it.
    Reader(Arc<dyn SessionReader>),
    /// A repository.
    Repository(Arc<dyn SessionRepository>),
}

impl Store {
    /// To read.
    #[must_use]
    pub fn reader(&self) -> Arc<dyn SessionReader> {
        match self {
            Self::Reader(reader) => Arc::clone(reader),
            Self::Repository(repository) => Arc::clone(repository) as Arc<dyn SessionReader>,
        }
    }

    /// Ends its connections, as far as that takes no longer than 300 ms: a server that is gone is not waited for.
    pub async fn close(&self) {
        let reader = self.reader();
        let closing = tokio::spawn(async move { reader.close().await });
        let _ = tokio::time::timeout(CLOSING, closing).await;
    }

    /// To write.
    ///
    /// # Errors
    /// [`repository::Error::ReadOnly`] where it was opened for reading alone.
    pub fn repository(&self) -> Result<Arc<dyn SessionRepository>> {
        match self {
            Self::Reader(reader) => Err(repository::Error::read_only(reader.location(), reader.read_only())),
            Self::Repository(repository) => Ok(Arc::clone(repository)),
        }
    }
}

/// Opens what is there, with no more than these rights and within the place's scope. Contacts the server, so it may take as long
/// as `limits` allow.
/// `waiting` is given a sentence when a write waits for another writer, from whichever thread writes.
///
/// # Errors
/// What a connection or a folder can meet.
pub async fn open(
    place: &Place,
    rights: Rights,
    limits: Limits,
    waiting: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Opened<Store>> {
    let opened = match &place.origin {
        Origin::Target(Target::Folder(path)) => {
            let folder = FolderRepository::open(path).await?.on_wait(waiting);
            Opened::Store(Arc::new(folder) as Arc<dyn SessionRepository>)
        }
        Origin::Target(target) => repository::open_writable(target, limits).await?,
        Origin::Kept(kept) => repository::open_writable(&kept.unattended().await?, limits).await?,
        Origin::Demo => Opened::Store(demo::open_living().await?),
    };
    let opened = match (opened, &place.scope) {
        (Opened::Store(repository), Some(scope)) => Opened::Store(scope.guard(repository)?),
        (opened, _) => opened,
    };
    Ok(opened.map(|repository| match rights {
        Rights::Write if repository.read_only().is_none() => Store::Repository(repository),
        // Nobody can write to a view, whatever rights were asked for.
        Rights::Write | Rights::Read => Store::Reader(repository),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(start: Option<&Place>, profiles: &[&str]) -> Vec<String> {
        let profiles = profiles.iter().map(|name| Place::plain(*name, Origin::Demo)).collect();
        all(start, profiles, Some("/somewhere/me".into())).into_iter().map(|place| place.name).collect()
    }

    #[test]
    fn there_is_a_way_back_to_where_the_program_was_started() {
        let everyone = ["localhost:27017", "~/.strands/sessions", "demo"];
        assert_eq!(names(None, &[]), everyone);
        let start = Place::plain("/data/sessions", Target::Folder("/data/sessions".into()));
        assert_eq!(names(Some(&start), &["prod"])[..3], ["/data/sessions", "prod", "localhost:27017"]);
        assert_eq!(names(Some(&Place::plain("prod", Origin::Demo)), &["test", "prod"])[..2], ["test", "prod"]);
        let local = Place::plain("localhost:27017", Origin::Demo);
        assert_eq!(names(Some(&local), &[]), everyone, "it is named once");
    }
}
