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

#[test]
fn a_long_message_is_cut_and_stays_on_one_line() {
    assert_eq!(first_sentence("one\ntwo"), "one");
    assert_eq!(first_sentence(&"é".repeat(300)).chars().count(), 201);
}
