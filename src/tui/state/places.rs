//! Places sessions can be opened at: what the start screen and the connections screen list.

use std::path::PathBuf;

use crate::repository::Target;

/// A place with sessions, and how it is shown.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name: a profile's, a host's or a folder's. Holds no password.
    pub name: String,
    /// What to open.
    pub target: Target,
    /// Colour of the name, as the settings write it.
    pub colour: Option<String>,
    /// Nothing may be written there.
    pub read_only: bool,
}

impl Place {
    fn plain(name: &str, target: Target) -> Self {
        Self { name: name.into(), target, colour: None, read_only: false }
    }

    /// What kind of place it is, in a few words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.target {
            Target::Mongo { .. } => "MongoDB",
            Target::Folder(_) => "folder",
            Target::Demo => "sample sessions, no server needed",
        }
    }
}

/// The places of the settings, then those everyone has.
#[must_use]
pub fn all(profiles: Vec<Place>, home: Option<PathBuf>) -> Vec<Place> {
    let mut places = profiles;
    let local = "mongodb://localhost:27017".to_owned().into();
    places.push(Place::plain("localhost:27017", Target::Mongo { uri: local, database: None, collection: None }));
    if let Some(home) = home {
        places.push(Place::plain("~/.strands/sessions", Target::Folder(home.join(".strands").join("sessions"))));
    }
    places.push(Place::plain("demo", Target::Demo));
    places
}
