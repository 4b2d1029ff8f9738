//! Where the sessions come from, and how that goes.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        place::{Origin, Place},
        text,
    },
    repository::Error,
};

/// The connection as the screen shows it.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// What was chosen.
    pub place: Option<Place>,
    /// How far it came.
    pub stage: Stage,
    /// What of it takes long to be had, while it is being opened.
    pub fetches: Option<String>,
    /// It was up and is lost.
    pub lost: Option<Lost>,
}

/// How far a connection came.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// Nothing was chosen yet.
    #[default]
    None,
    /// It is being opened.
    Connecting,
    /// A collection is to be chosen, or a password to be typed.
    Choosing,
    /// It could not be opened.
    Failed(Error),
    /// It is open, at `database.collection` or a folder.
    Open(String),
}

/// A connection that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Why.
    pub reason: String,
    /// When it is tried again.
    pub retry_at: Timestamp,
}

impl Lost {
    /// Lost now, and tried again in so many seconds.
    pub(super) fn at(now: Timestamp, reason: String, retry_in_s: u64) -> Self {
        let wait = SignedDuration::try_from(Duration::from_secs(retry_in_s)).unwrap_or_default();
        Self { reason, retry_at: now.saturating_add(wait).unwrap_or(now) }
    }
}

/// A place that was open, told from every other: what is typed for a session there is for no other's, whatever its id. Two
/// connections to the same place are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HomePlace(usize);

/// A place as it is known beyond the run of the program. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastingPlace {
    /// What a person calls it.
    pub name: String,
    /// `database.collection` or the folder's path.
    pub location: String,
    /// What it is, whatever it is called: hosts, database and collection, or the folder.
    pub identity: String,
}

/// What a person knows it by. Safe text.
impl fmt::Display for LastingPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", text::line(&self.name), text::line(&self.location))
    }
}

/// The places that were open so far.
#[derive(Debug, Default)]
pub(super) struct HomePlaces(Vec<(Place, LastingPlace)>);

impl HomePlaces {
    /// The one that is open at a location, with the identity of the store.
    pub fn of(&mut self, place: &Place, location: &str, identity: String) -> HomePlace {
        let same = |(known, at): &(Place, LastingPlace)| {
            known.name == place.name && known.origin.is_same(&place.origin) && at.location == location
        };
        let known = self.0.iter().position(same);
        if known.is_none() {
            let lasting = LastingPlace { name: place.name.clone(), location: location.to_owned(), identity };
            self.0.push((place.clone(), lasting));
        }
        HomePlace(known.unwrap_or(self.0.len() - 1))
    }

    /// It is opened by that place from now on, and called so.
    pub fn rename(&mut self, home: HomePlace, place: &Place) {
        if let Some((known, lasting)) = self.0.get_mut(home.0) {
            lasting.name.clone_from(&place.name);
            *known = place.clone();
        }
    }

    /// The place by which a store was opened, of the last one that was.
    pub fn place_of(&self, identity: &str) -> Option<&Place> {
        self.0.iter().rev().find(|(_, lasting)| lasting.identity == identity).map(|(place, _)| place)
    }

    /// Whether a store holds the sample sessions.
    pub fn is_of_samples(&self, identity: &str) -> bool {
        self.place_of(identity).is_some_and(|place| matches!(place.origin, Origin::Demo))
    }

    /// What a person knows it by. Safe text.
    pub fn name(&self, home: HomePlace) -> String {
        self.lasting(home).map(ToString::to_string).unwrap_or_default()
    }

    /// The same beyond this run.
    pub fn lasting(&self, home: HomePlace) -> Option<&LastingPlace> {
        self.0.get(home.0).map(|(_, lasting)| lasting)
    }
}

impl super::AppState {
    /// What a person knows a place by; empty where none is known. Safe text.
    #[must_use]
    pub fn home_name(&self, home: Option<HomePlace>) -> String {
        home.map(|home| self.homes.name(home)).unwrap_or_default()
    }
}

impl super::AppState {
    /// The connection is lost, and tried again in so many seconds.
    pub(super) fn on_lost(&mut self, reason: String, retry_in_s: u64) -> Vec<super::Effect> {
        let now = self.look.now;
        self.errors.keep(&format!("connection lost: {reason}"), now);
        if self.workspace.connection.lost.is_none() {
            self.note_age();
        }
        self.workspace.connection.lost = Some(Lost::at(now, reason, retry_in_s));
        Vec::new()
    }
}

impl Connection {
    /// Whether it is open and nothing may be written there. Of a place that was only chosen, or could not be opened, nothing is in
    /// use.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.is_open() && self.place.as_ref().is_some_and(|place| place.read_only)
    }

    /// Whether sessions can be read.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open(_))
    }

    /// Whether it is being opened, also where something is to be chosen or typed for that first.
    #[must_use]
    pub fn is_being_opened(&self) -> bool {
        matches!(self.stage, Stage::Connecting | Stage::Choosing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Target;

    #[test]
    fn a_place_is_the_same_by_its_server_and_collection_and_name() {
        let server = |uri: &str, collection: Option<&str>| Target::Mongo {
            uri: uri.to_owned().into(),
            database: None,
            collection: collection.map(str::to_owned),
        };
        let mut homes = HomePlaces::default();
        let mut of = |name: &str, origin: Origin, location: &str| {
            homes.of(&Place::plain(name, origin), location, "h".to_owned())
        };
        let first = of("a", server("mongodb://a", None).into(), "x.y");
        assert_eq!(
            of("a", server("mongodb://a", Some("y")).into(), "x.y"),
            first,
            "once it was chosen, once it was found"
        );
        for other in [
            of("a", server("mongodb://a", None).into(), "x.z"),
            of("a", server("mongodb://b", None).into(), "x.y"),
            of("b", server("mongodb://a", None).into(), "x.y"),
            of("a", Origin::Demo, "x.y"),
        ] {
            assert_ne!(other, first);
        }
        assert_eq!(homes.name(first), "a, x.y");
    }
}
