//! Why no member of a deployment could be used: what each of them said, and which did not answer.

use std::collections::BTreeMap;

use super::{AskedTls, Deployment, Fault};
use crate::repository::{
    Error,
    mongo::members::{Member, Part},
};

type Known = BTreeMap<String, Member>;

const FROM_ANOTHER: &str = "readPreference=secondaryPreferred in the connection string reads from another member, \
                            directConnection=true from the one that it names";
const IN_A_TUNNEL: &str = "directConnection=true in the connection string talks to the one member that it names, as a \
                           tunnel needs";

/// The error of a deployment in which no member could be used; `None` where nothing is known of any.
pub(super) fn unusable(place: &Deployment) -> Option<Error> {
    let known = place.members.as_ref()?.known();
    other_set(place, &known).or_else(|| {
        let answers = known.values().any(|member| member.counted && member.answers());
        if answers { unfit(place, &known) } else { dropped(&known).or_else(|| out_of_reach(place, &known)) }
    })
}

/// The members that could not be talked to, and why.
fn failing(known: &Known) -> Vec<(&str, Fault)> {
    let counted = known.iter().filter(|(_, member)| member.counted && !member.answers());
    counted.map(|(host, member)| (host.as_str(), member.fault.unwrap_or(Fault::Silent))).collect()
}

/// `b:27017: connection refused; c:27017: its name cannot be looked up`.
fn each(failing: &[(&str, Fault)], tls: AskedTls) -> String {
    failing.iter().map(|(host, fault)| format!("{host}: {}", fault.words(tls))).collect::<Vec<_>>().join("; ")
}

/// The connection string names another set than the one that is there.
fn other_set(place: &Deployment, known: &Known) -> Option<Error> {
    let wanted = place.set.as_ref()?;
    let said = known.iter().filter_map(|(host, member)| Some((host, member.said.as_ref()?)));
    let others: Vec<_> = said.clone().filter(|(_, said)| said.set.as_ref() != Some(wanted)).collect();
    if others.is_empty() || said.count() > others.len() {
        return None;
    }
    let (host, said) = others.first()?;
    let error = |reason: String| Error::unusable(host.as_str(), reason);
    Some(match (&said.set, said.part) {
        (Some(set), _) => error(format!("its replica set is called {set:?}, not {wanted:?}"))
            .with_hint(format!("replicaSet={set} in the connection string")),
        (None, Part::Uninitiated) => uninitiated(host),
        (None, part) => {
            let what = if part == Part::Router { "a router of a sharded cluster" } else { "a standalone server" };
            error(format!("it is {what}, no member of a replica set {wanted:?}"))
                .with_hint("leave replicaSet out of the connection string")
        }
    })
}

/// A standalone server among several hosts: the driver takes them for members of one set, and lets it go.
fn dropped(known: &Known) -> Option<Error> {
    let (host, _) = known.iter().find(|(_, member)| !member.counted && member.is(Part::Standalone))?;
    let reason = "it is a standalone server, but the connection string names several hosts";
    Some(Error::unusable(host.as_str(), reason).with_hint("name it alone in the connection string"))
}

/// Whether no member that answers may be read from, such as an arbiter or one that recovers.
pub(super) fn none_reads(place: &Deployment) -> bool {
    let Some(members) = &place.members else { return false };
    let known = members.known();
    let mut answering = known.values().filter(|member| member.counted && member.answers()).peekable();
    answering.peek().is_some() && answering.all(|member| member.is(Part::NoReader))
}

fn uninitiated(host: &str) -> Error {
    Error::unusable(host, "its replica set is not initiated, or has put it out").with_hint("run rs.initiate() there")
}

/// No member answers.
fn out_of_reach(place: &Deployment, known: &Known) -> Option<Error> {
    let failing = failing(known);
    let (_, first) = failing.first()?;
    let hosts = place.hosts.clone();
    // What the connection string names did answer, and gave the names of others instead.
    let (counted, aliases): (Vec<_>, Vec<_>) = known.values().partition(|member| member.counted);
    let was_heard = |member: &&Member| member.said.is_some();
    if aliases.iter().any(was_heard) && !counted.iter().any(was_heard) {
        let reason = format!("it names members that cannot be reached: {}", each(&failing, place.tls));
        return Some(Error::unusable(hosts, reason).with_hint(IN_A_TUNNEL));
    }
    let reason = match failing.as_slice() {
        [(host, fault)] if *host == hosts => fault.words(place.tls).to_owned(),
        several => each(several, place.tls),
    };
    if *first == Fault::Login {
        return None;
    }
    let answered = failing.iter().any(|(_, fault)| fault.answered());
    let error = if answered { Error::unusable(hosts, reason) } else { Error::unreachable(hosts, reason) };
    let hint = failing.iter().find_map(|(_, fault)| fault.hint(place.tls));
    Some(match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    })
}

/// Members answer, none of which fits.
fn unfit(place: &Deployment, known: &Known) -> Option<Error> {
    let failing = failing(known);
    let mut there = known.iter().filter(|(_, member)| member.counted && member.answers());
    if let Some((host, _)) = there.clone().find(|(_, member)| member.is(Part::Uninitiated)) {
        return Some(uninitiated(host));
    }
    let set = there.clone().find_map(|(_, member)| member.said.as_ref()?.set.as_deref())?;
    let mut reason = if there.clone().any(|(_, member)| member.outdated) {
        format!("the replica set {set:?} was made anew, with an older election than the one seen before")
    } else if there.any(|(_, member)| member.is(Part::Primary)) {
        format!("no member of the replica set {set:?} fits the readPreference of the connection string")
    } else {
        format!("the replica set {set:?} has no primary now")
    };
    if !failing.is_empty() {
        reason = format!("{reason}; {}", each(&failing, place.tls));
    }
    let hint = if failing.iter().any(|(_, fault)| fault.is_out_of_reach()) && place.reads_elsewhere {
        IN_A_TUNNEL
    } else if place.reads_elsewhere || none_reads(place) {
        "try again once a member fits"
    } else {
        FROM_ANOTHER
    };
    Some(Error::unusable(place.hosts.clone(), reason).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::mongo::members::Members;

    fn told(place: Deployment, members: impl IntoIterator<Item = (&'static str, Member)>) -> String {
        let place = Deployment { hosts: "a:1".to_owned(), members: Some(Members::of(members)), ..place };
        let error = unusable(&place).expect("an error");
        let hints = error.hints().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        format!("{error} [{hints}]")
    }

    fn asking_for(set: &str) -> Deployment {
        Deployment { set: Some(set.to_owned()), ..Deployment::default() }
    }

    #[test]
    fn the_one_host_that_does_not_answer_is_told_in_few_words() {
        let said = told(Deployment::default(), [("a:1", Member::failing(Fault::Refused))]);
        assert!(said.starts_with("no MongoDB answers at a:1: connection refused ["), "{said}");
        let said = told(Deployment::default(), [("a:1", Member::failing(Fault::Closed))]);
        assert!(
            said.starts_with("the server at a:1 cannot be used now: it closed") && said.contains("tls=true"),
            "{said}"
        );
    }

    #[test]
    fn each_member_that_does_not_answer_is_named_with_its_reason() {
        let members = [("a:1", Member::failing(Fault::Refused)), ("b:2", Member::failing(Fault::NoName))];
        let said = told(Deployment::default(), members);
        assert!(said.contains("a:1: connection refused; b:2: its name cannot be looked up"), "{said}");
    }

    #[test]
    fn a_set_of_another_name_is_called_by_its_name() {
        let other = Member { counted: false, ..Member::saying(Part::Primary, Some("rs0")) };
        let said = told(asking_for("prod"), [("a:1", other)]);
        assert!(said.contains("called \"rs0\", not \"prod\"") && said.contains("[replicaSet=rs0 "), "{said}");
        let said = told(asking_for("prod"), [("a:1", Member::saying(Part::Standalone, None))]);
        assert!(said.contains("a standalone server") && said.contains("leave replicaSet out"), "{said}");
    }

    #[test]
    fn a_tunnel_to_members_with_names_of_their_own_is_told_how_to_be_used() {
        let seed = Member { counted: false, ..Member::saying(Part::Primary, Some("rs0")) };
        let said = told(Deployment::default(), [("a:1", seed), ("mongo-1:27017", Member::failing(Fault::NoName))]);
        assert!(said.contains("mongo-1:27017: its name cannot be looked up"), "{said}");
        assert!(said.contains("directConnection=true"), "{said}");
    }

    #[test]
    fn a_set_without_a_primary_tells_which_member_is_missing() {
        let members =
            || [("a:1", Member::saying(Part::Secondary, Some("rs0"))), ("b:2", Member::failing(Fault::Refused))];
        let said = told(Deployment::default(), members());
        assert!(said.contains("\"rs0\" has no primary now; b:2: connection refused"), "{said}");
        assert!(said.contains("readPreference=secondaryPreferred"), "{said}");
        let elsewhere = Deployment { reads_elsewhere: true, ..Deployment::default() };
        assert!(!told(elsewhere, members()).contains("secondaryPreferred"));
        let new = Member::saying(Part::Uninitiated, None);
        assert!(told(asking_for("rs0"), [("a:1", new)]).contains("not initiated"));
    }

    #[test]
    fn a_standalone_server_among_several_hosts_is_told_to_be_named_alone() {
        let alone = Member { counted: false, ..Member::saying(Part::Standalone, None) };
        let said = told(Deployment::default(), [("a:1", alone.clone()), ("b:2", alone.clone())]);
        assert!(said.contains("standalone server, but") && said.contains("name it alone"), "{said}");
        let said = told(Deployment::default(), [("a:1", alone), ("b:2", Member::failing(Fault::Refused))]);
        assert!(said.contains("name it alone") && !said.contains("no MongoDB answers"), "{said}");
    }

    #[test]
    fn a_set_that_nobody_can_be_read_from_is_waited_for() {
        let members =
            || [("a:1", Member::saying(Part::NoReader, Some("rs0"))), ("b:2", Member::failing(Fault::Refused))];
        let said = told(Deployment::default(), members());
        assert!(said.contains("no primary now") && !said.contains("secondaryPreferred"), "{said}");
    }

    #[test]
    fn nothing_is_made_up_where_nothing_is_known() {
        assert!(unusable(&Deployment::default()).is_none());
        let unheard = Deployment { members: Some(Members::default()), ..Deployment::default() };
        assert!(unusable(&unheard).is_none());
    }
}
