use std::time::Duration;

use super::*;

fn place() -> Deployment {
    Deployment {
        hosts: "db:27017".to_owned(),
        namespace: "shop.sessions".to_owned(),
        limit: Duration::from_secs(30),
        ..Deployment::default()
    }
}

const DOING: Doing = Doing::new("find", "the list of sessions");

#[test]
fn a_server_that_is_too_old_is_told_so() {
    let said = "Server at db:27017 reports wire version 7, but this version of the MongoDB Rust driver requires at \
                least 9 (MongoDB 4.4).";
    assert!(matches!(selection(said, &place()), Error::TooOld { .. }));
    let newer = "Server at db:27017 requires wire version 99, but this version of the MongoDB Rust driver only \
                 supports up to 29";
    assert!(matches!(selection(newer, &place()), Error::Other { .. }));
}

#[test]
fn what_kept_the_network_from_answering_is_short() {
    let cases = [
        ("Error: Kind: I/O error: Connection refused (os error 111), labels: {}", "connection refused"),
        ("I/O error: failed to lookup address information: Name or service not known", "its name cannot be looked up"),
        ("invalid peer certificate: UnknownIssuer", "its TLS certificate was signed by nobody"),
        ("Topology: { Type: ReplicaSetNoPrimary, Servers: [] }", "the replica set has no primary"),
        ("I/O error: unexpected end of file", "it closed the connection"),
        ("Server selection timeout: No available servers.", "no answer in time"),
    ];
    for (said, reason) in cases {
        let Error::Unreachable { reason: found, .. } = network(said, &place()) else { panic!("{said}") };
        assert!(found.starts_with(reason), "{said} -> {found}");
    }
}

#[test]
fn a_driver_error_never_shows_what_the_driver_knows() {
    let io = io::Error::other("user:hunter2@db refused");
    let told = error(&DriverError::from(io), DOING, &place());
    assert!(matches!(told, Error::Unreachable { source: Some(_), .. }));
    assert!(!format!("{told} {told:?}").contains("hunter2"));
    let custom = error(&DriverError::custom("hunter2".to_owned()), DOING, &place());
    assert!(!format!("{custom} {custom:?}").contains("hunter2"));
}

#[test]
fn a_refused_login_says_what_is_odd_about_the_password() {
    let refused = || DriverError::custom("x".to_owned());
    let odd = Deployment { login_hint: Some("a blank is %20"), ..place() };
    let login = |place: &Deployment| {
        let error = no_login(LOGIN_FAILED);
        hinted(error, place).hints().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(login(&odd)[0], "a blank is %20");
    assert_eq!(login(&odd).len(), login(&place()).len() + 1);
    assert_eq!(error(&refused(), DOING, &odd).hints(), error(&refused(), DOING, &place()).hints());
}

#[test]
fn the_systems_error_lies_beneath() {
    let missing = || DriverError::from(io::Error::from_raw_os_error(2));
    let source = |error: &Error| std::error::Error::source(error).map(ToString::to_string);
    let system = Some(io::Error::from_raw_os_error(2).to_string());
    assert_eq!(source(&error(&missing(), DOING, &place())), system);
    let mistake = uri_mistake(&missing(), "mongodb://db/?tls=true&tlsCertificateKeyFile=/nowhere");
    assert!(matches!(&mistake, Error::Uri { hint: Some(_), .. }), "{mistake:?}");
    assert_eq!((source(&mistake), mistake.hints().len()), (system, 1));
}

#[test]
fn a_command_that_the_server_repeats_is_left_out() {
    let message = "not authorized on shop to execute command { find: \"sessions\", filter: { x: \"private\" } }";
    assert_eq!(said(13, "Unauthorized", message).message, "not authorized on shop");
}

/// What a server says of a command that it refuses.
fn command(code: i32, name: &str, message: &str) -> DriverError {
    let said = bson::doc! { "code": code, "codeName": name, "errmsg": message };
    ErrorKind::Command(bson::deserialize_from_document(said).unwrap()).into()
}

#[test]
fn a_member_that_is_no_primary_answers_and_did_nothing() {
    for code in [10107, 13435, 189, 91, 11600, 11602] {
        let refused = command(code, "NotThere", "not primary");
        assert!(is_refused_by_member(&refused) && is_lost(&refused), "{code}");
        let said = error(&refused, DOING, &place());
        assert!(matches!(said, Error::Unreachable { answered: true, .. }), "{said:?}");
    }
    let said = error(&command(10107, "NotWritablePrimary", "not primary"), DOING, &place()).to_string();
    assert!(said.contains("takes no writes (NotWritablePrimary)") && !said.contains("no MongoDB"), "{said}");
    let other = command(2, "BadValue", "no");
    assert!(!is_refused_by_member(&other) && !is_lost(&other));
}

#[test]
fn a_right_that_is_missing_is_told_from_a_login_that_is() {
    let denied = |said: &str| error(&command(13, "Unauthorized", said), DOING, &place());
    let write = denied("not authorized on shop to execute command { update: \"sessions\" }");
    assert!(matches!(&write, Error::Denied { action, anonymous: false, .. } if action == "update"), "{write:?}");
    let nobody = denied("command find requires authentication");
    assert!(matches!(&nobody, Error::Denied { action, anonymous: true, .. } if action == "find"), "{nobody:?}");
}

#[test]
fn a_write_that_too_few_members_acknowledged_is_not_a_lost_connection() {
    let concern = |code: i32, name: &str| -> DriverError {
        let said = bson::doc! { "code": code, "codeName": name, "errmsg": "waiting for replication timed out" };
        let concern = bson::deserialize_from_document(said).unwrap();
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)).into()
    };
    for (code, why) in [(64, "wtimeoutMS ran out"), (79, "no w of that name"), (100, "fewer members")] {
        let said = error(&concern(code, "X"), DOING, &place());
        assert!(!said.is_connection_lost() && said.to_string().contains(why), "{said}");
        assert!(matches!(said, Error::Unacknowledged { source: Some(_), .. }), "{said:?}");
    }
    // The driver has repeated it already; the run may as well.
    assert!(error(&concern(91, "ShutdownInProgress"), DOING, &place()).is_connection_lost());
}

#[test]
fn a_view_takes_no_writes() {
    let view = error(&command(166, "CommandNotSupportedOnView", "it is a view"), DOING, &place());
    assert!(matches!(view, Error::ReadOnly { why: Some("is a view"), .. }), "{view:?}");
}

#[test]
fn a_long_message_is_cut_and_stays_on_one_line() {
    assert_eq!(first_sentence("one\ntwo"), "one");
    assert_eq!(first_sentence(&"é".repeat(300)).chars().count(), 201);
}
