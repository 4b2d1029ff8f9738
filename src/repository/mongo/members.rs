//! What is known of each member of a deployment, from the driver's own events (SDAM): errors are built from these facts.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bson::Document;
use mongodb::{
    ServerType,
    error::{Error as DriverError, ErrorKind},
    event::sdam::{SdamEvent, ServerDescription},
};

use super::errors::fault::Fault;

/// What is known of each member, by `host:port`. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Members(Arc<Mutex<MemberFacts>>);

#[derive(Debug, Default)]
struct MemberFacts {
    members: BTreeMap<String, Member>,
    losses: u64,
}

/// What is known of one member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Member {
    /// Whether it belongs to the deployment: a host of the connection string that the set calls otherwise does not.
    pub(super) counted: bool,
    /// What it said of itself, when it was heard last.
    pub(super) said: Option<MemberWords>,
    /// Why it could not be talked to the last time; `None` once it is heard again.
    pub(super) fault: Option<Fault>,
    /// It says that it is the primary, and the driver, which has seen a later election, does not believe it.
    pub(super) outdated: bool,
}

/// What a member says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemberWords {
    pub(super) part: Part,
    /// The name of its replica set.
    pub(super) set: Option<String>,
}

/// The part that a member plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Primary,
    Secondary,
    /// A router of a sharded cluster.
    Router,
    Standalone,
    /// Of a replica set that was not initiated yet, or that has put it out.
    Uninitiated,
    /// An arbiter, a member that starts or recovers.
    NoReader,
}

impl Member {
    /// Whether it was heard, and nothing went wrong since.
    pub(super) fn answers(&self) -> bool {
        self.said.is_some() && self.fault.is_none()
    }

    pub(super) fn is(&self, part: Part) -> bool {
        self.answers() && self.said.as_ref().is_some_and(|said| said.part == part)
    }
}

impl MemberWords {
    /// Reads the answer to `hello`, or to the older `isMaster`.
    pub(super) fn read(hello: &Document) -> Self {
        let says = |field: &str| hello.get_bool(field).unwrap_or_default();
        let set = hello.get_str("setName").ok().map(str::to_owned);
        let part = if hello.get_str("msg").is_ok_and(|word| word == "isdbgrid") {
            Part::Router
        } else if says("isreplicaset") {
            Part::Uninitiated
        } else if set.is_none() {
            Part::Standalone
        } else if says("isWritablePrimary") || says("ismaster") {
            Part::Primary
        } else if says("secondary") && !says("hidden") {
            Part::Secondary
        } else {
            Part::NoReader
        };
        Self { part, set }
    }
}

impl Members {
    fn told(&self) -> MutexGuard<'_, MemberFacts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known now, by `host:port`.
    pub(super) fn known(&self) -> BTreeMap<String, Member> {
        self.told().members.clone()
    }

    /// Whether any member of the deployment answers now.
    pub(super) fn any_answers(&self) -> bool {
        self.told().members.values().any(|member| member.counted && member.answers())
    }

    /// How often a connection was lost so far.
    pub(super) fn losses(&self) -> u64 {
        self.told().losses
    }

    /// Whether the only primary there is stands in the shadow of a later one, as after a set was made anew under the same
    /// name.
    pub(super) fn is_rebuilt(&self) -> bool {
        let told = self.told();
        let primaries = told.members.values().filter(|member| member.counted && member.is(Part::Primary));
        let (outdated, good): (Vec<_>, Vec<_>) = primaries.partition(|member| member.outdated);
        !outdated.is_empty() && good.is_empty()
    }

    pub(super) fn note(&self, event: &SdamEvent) {
        let mut told = self.told();
        match event {
            SdamEvent::ServerOpening(event) => told.member(&event.address).counted = true,
            SdamEvent::ServerClosed(event) => told.member(&event.address).counted = false,
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                let member = told.member(&event.server_address);
                member.said = Some(MemberWords::read(&event.reply));
                member.fault = None;
            }
            SdamEvent::ServerHeartbeatFailed(event) => told.failed(&event.server_address, &event.failure),
            SdamEvent::ServerDescriptionChanged(event) => told.described(&event.new_description),
            _ => {}
        }
    }
}

impl MemberFacts {
    fn member(&mut self, address: &impl ToString) -> &mut Member {
        self.members.entry(address.to_string()).or_default()
    }

    fn failed(&mut self, address: &impl ToString, error: &DriverError) {
        if is_loss(error) {
            self.losses += 1;
        }
        // What ended for reasons of ours is no word about the member.
        if let Some(fault) = Fault::of(error) {
            self.member(address).fault = Some(fault);
        }
    }

    fn described(&mut self, description: &ServerDescription) {
        let Some(error) = description.error() else {
            if description.server_type() != ServerType::Unknown {
                let member = self.member(description.address());
                (member.fault, member.outdated) = (None, false);
            }
            return;
        };
        if is_outdated(error) {
            self.member(description.address()).outdated = true;
        } else {
            self.failed(description.address(), error);
        }
    }
}

fn is_loss(error: &DriverError) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. })
}

/// The driver holds a primary back whose election is older than another that it has seen.
fn is_outdated(error: &DriverError) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::InvalidResponse { message, .. } if message.contains("stale due to electionId"))
}

#[cfg(test)]
impl Members {
    /// Members as a test has them.
    pub(super) fn of(members: impl IntoIterator<Item = (&'static str, Member)>) -> Self {
        let members = members.into_iter().map(|(host, member)| (host.to_owned(), member)).collect();
        Self(Arc::new(Mutex::new(MemberFacts { members, losses: 0 })))
    }
}

#[cfg(test)]
impl Member {
    /// One that was heard.
    pub(super) fn saying(part: Part, set: Option<&str>) -> Self {
        let said = MemberWords { part, set: set.map(str::to_owned) };
        Self { counted: true, said: Some(said), fault: None, outdated: false }
    }

    /// One that could not be talked to.
    pub(super) fn failing(fault: Fault) -> Self {
        Self { counted: true, said: None, fault: Some(fault), outdated: false }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn a_member_says_its_part_and_its_set() {
        for (hello, part, set) in [
            (doc! { "isWritablePrimary": true, "setName": "rs0" }, Part::Primary, Some("rs0")),
            (doc! { "ismaster": true, "setName": "rs0" }, Part::Primary, Some("rs0")),
            (doc! { "secondary": true, "setName": "rs0" }, Part::Secondary, Some("rs0")),
            (doc! { "arbiterOnly": true, "setName": "rs0" }, Part::NoReader, Some("rs0")),
            (doc! { "isreplicaset": true, "secondary": false }, Part::Uninitiated, None),
            (doc! { "isWritablePrimary": true }, Part::Standalone, None),
            (doc! { "isWritablePrimary": true, "msg": "isdbgrid" }, Part::Router, None),
        ] {
            assert_eq!(MemberWords::read(&hello), MemberWords { part, set: set.map(str::to_owned) }, "{hello}");
        }
    }

    #[test]
    fn a_set_is_rebuilt_where_its_only_primary_is_not_believed() {
        let old = Member { outdated: true, ..Member::saying(Part::Primary, Some("rs0")) };
        assert!(Members::of([("a:1", old.clone())]).is_rebuilt());
        let other = Member::saying(Part::Primary, Some("rs0"));
        assert!(!Members::of([("a:1", old.clone()), ("b:1", other)]).is_rebuilt());
        assert!(!Members::of([("a:1", Member { fault: Some(Fault::Refused), ..old })]).is_rebuilt());
    }
}
