//! Commands with a profile that sees a part of a place.

use super::fixtures;

#[test]
fn a_scope_is_said_and_nothing_of_others_is_told() {
    let home = fixtures();
    let place = "dir = '~/sessions'";
    let config = home.config(&format!(
        "[profiles.all]\n{place}\n[profiles.own]\n{place}\nscope = 'support-'\n[profiles.wrong]\n{place}\nscope = 'nobody/'"
    ));
    let on = |profile: &str, args: &[&str]| home.run(&[args, &["--config", &config, "--profile", profile]].concat());
    for id in ["resumed-7", "support-1042"] {
        on("all", &["metadata", "set", id, "noted=words"]).data();
    }
    // The journal is of the whole place.
    for all in [&[] as &[&str], &["--all"]] {
        let log = on("own", &[&["metadata", "log"][..], all].concat());
        assert!(log.code == 0 && log.out.contains("support-1042") && !log.out.contains("resumed-7"), "{}", log.out);
    }
    for command in
        [&["show"][..], &["metrics"], &["metadata", "get"], &["metadata", "undo"], &["doctor"], &["delete", "--yes"]]
    {
        let said = |id: &str| on("own", &[command, &[id]].concat()).talk();
        let outside = said("resumed-7");
        assert!(outside.starts_with("[3] ") && outside.contains("outside of the scope \"support-\""), "{outside}");
        assert_eq!(outside.replace("resumed-7", "absent-7"), said("absent-7"), "whether it is there is not told");
        assert!(said("support-0").starts_with("[3] strandscope: no session \"support-0\""));
    }
    let refused = on("own", &["mcp", "--session", "resumed-7"]).talk();
    assert!(refused.starts_with("[2] ") && refused.contains("outside of the scope"), "{refused}");
    let empty = on("wrong", &["list"]);
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    assert!(empty.err.contains("is within the scope \"nobody/\"; check the scope"), "{}", empty.err);
    let doctor = on("wrong", &["doctor"]);
    assert!(doctor.out.contains("is within the scope \"nobody/\""), "{}", doctor.out);
}

#[test]
fn many_at_once_are_those_of_the_scope() {
    let home = fixtures();
    let config = home.config("[profiles.own]\ndir = '~/sessions'\nscope = 'support-'");
    let on = |args: &[&str]| home.run(&[args, &["--config", &config, "--profile", "own"]].concat());
    let listed = || home.on_sessions(&["list", "--json"]).data().lines().count();
    let before = listed();
    let done = on(&["metadata", "set", "--where", "", "--yes", "checked=yes"]);
    assert_eq!((done.code, done.out.lines().count()), (0, 1), "{}{}", done.out, done.err);
    assert!(done.out.contains("support-1042"), "{}", done.out);
    assert_eq!(home.on_sessions(&["metadata", "get", "support-1042", "checked"]).data(), "yes\n");
    assert_eq!(home.on_sessions(&["metadata", "get", "resumed-7", "checked"]).code, 3, "it was not set there");
    // One of others among them: none is deleted.
    let refused = on(&["delete", "support-1042", "resumed-7", "--yes"]).talk();
    assert!(refused.starts_with("[3] ") && refused.contains("outside of the scope"), "{refused}");
    assert_eq!(listed(), before);
}
