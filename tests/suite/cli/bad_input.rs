//! Folders that are not what was expected: one clear sentence, the right exit code, and the rest is shown.

use std::fs;

use serde_json::json;

use crate::cli::home::{Home, Ran};

fn in_folder(home: &Home, name: &str, args: &[&str]) -> Ran {
    let dir = home.path().join(name);
    home.run(&[args, &["--dir", dir.to_str().unwrap()]].concat())
}

#[test]
fn folders_of_something_else_get_a_sentence() {
    let home = Home::empty();
    fs::create_dir_all(home.path().join("snapshots/session/s-1/scopes/agent/a/snapshots")).unwrap();
    fs::create_dir_all(home.path().join("one")).unwrap();
    fs::write(home.path().join("one/session.json"), "{}").unwrap();
    fs::write(home.path().join("file"), "text").unwrap();
    let told: Vec<String> =
        ["snapshots", "one", "file", "missing"].map(|name| in_folder(&home, name, &["list"]).talk()).into();
    insta::assert_snapshot!(told.concat());
}

#[test]
fn an_empty_folder_is_an_empty_list() {
    let home = Home::empty();
    fs::create_dir(home.path().join("empty")).unwrap();
    let listed = in_folder(&home, "empty", &["list"]);
    assert_eq!((listed.code, listed.out.as_str()), (0, ""));
    assert_eq!(listed.err, "strandscope: there is no session in ~/empty\n");
    let told = in_folder(&home, "empty", &["show", "a"]).talk() + &in_folder(&home, "empty", &["show", "a/b"]).talk();
    insta::assert_snapshot!(told);
}

#[test]
fn a_word_that_looks_like_an_operator_is_told_of_where_nothing_matches() {
    let home = Home::new(&["sessions.jsonl"]);
    let list = |filter: &str| home.on_sessions(&["list", "--json", filter]);
    let none = list("support-1042 or resumed-7");
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    assert!(
        none.err.contains("no session matches; `or` is looked for in ids: alternatives are written `OR`"),
        "{}",
        none.err
    );
    let both = list("support-1042 OR resumed-7");
    assert_eq!((both.out.lines().count(), both.err.as_str()), (2, ""), "{}", both.err);
    assert_eq!(list("support-1042 nowhere").err, "");
}

#[test]
fn of_several_sessions_those_that_are_there_are_printed_and_each_other_one_is_told() {
    let home = Home::new(&["sessions.jsonl"]);
    for args in [&["show", "--format", "json"][..], &["show"], &["show", "--format", "markdown"], &["metrics"]] {
        let of = |ids: &[&str]| home.on_sessions(&[args, ids].concat());
        let both = of(&["support-1042", "resumed-7"]).out;
        let some = of(&["nope-1", "support-1042", "nope-2", "resumed-7", "support-1042"]);
        assert_eq!((some.code, &some.out), (3, &both), "{args:?}: {}", some.err);
        let told: Vec<&str> = some.err.lines().filter(|line| line.contains("nope-")).collect();
        assert!(told.len() == 2 && told[0].contains("nope-1") && told[1].contains("nope-2"), "{}", some.err);
        assert!(of(&["nope-1", "nope-2"]).talk().starts_with("[3]"));
    }
    let agent = home.on_sessions(&["show", "support-1042", "resumed-7", "--agent", "support"]);
    let alone = home.on_sessions(&["show", "support-1042", "--agent", "support"]);
    assert_eq!((agent.code, agent.out), (3, alone.out), "{}", agent.err);
    assert!(agent.err.contains("no agent"), "{}", agent.err);
}

#[test]
fn a_folder_of_two_layouts_lists_the_one_and_names_the_other() {
    let mixed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/layouts/mixed");
    let home = Home::empty();
    let listed = home.run(&["list", "--json", "--dir", mixed]);
    assert_eq!((listed.code, listed.out.lines().count()), (0, 1), "{}", listed.err);
    assert!(listed.out.contains("\"big-1\"") && listed.err.contains("\"snap-1\""), "{} {}", listed.out, listed.err);
    let other = home.run(&["show", "snap-1", "--dir", mixed]).talk();
    assert!(other.starts_with("[3]") && other.contains("SnapshotSessionManager"), "{other}");
}

#[test]
fn half_written_files_hide_nothing_else() {
    let home = Home::new(&["sessions.jsonl"]);
    let session = home.sessions().join("session_support-1042");
    fs::write(session.join("agents/agent_support/messages/message_0.json"), "{\"message\": {\"role\"").unwrap();
    fs::write(home.sessions().join("session_resumed-7/session.json"), "{\"session_id\": \"resu").unwrap();
    assert_eq!(home.on_sessions(&["list", "--json"]).data().lines().count(), 5);
    let shown = home.on_sessions(&["show", "support-1042", "--agent", "support"]);
    let advice = "not as expected; run `strandscope doctor support-1042` to see all of them\n";
    assert!(shown.code == 0 && shown.err.ends_with(advice), "{}", shown.err);
    let told =
        home.on_sessions(&["doctor", "support-1042"]).data() + &home.on_sessions(&["doctor", "resumed-7"]).data();
    let told: Vec<&str> = told.lines().filter(|line| !line.contains("  size ")).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let home = Home::new(&["sessions.jsonl"]);
    let secret = home.path().join("secret.json");
    let message = json!({"message": {"role": "user", "content": [{"text": "hunter2"}]}, "message_id": 0});
    fs::write(&secret, message.to_string()).unwrap();
    let sessions = home.sessions();
    let stored = sessions.join("session_support-1042/agents/agent_support/messages/message_0.json");
    fs::remove_file(&stored).unwrap();
    symlink(&secret, &stored).unwrap();
    symlink(sessions.join("session_resumed-7"), sessions.join("session_linked")).unwrap();
    let all = home.on_sessions(&["show", "support-1042"]).out + &home.on_sessions(&["list"]).data();
    assert!(!all.contains("hunter2") && !all.contains("linked"), "{all}");
    let told = home.on_sessions(&["doctor", "support-1042"]).data();
    let told: Vec<&str> = told.lines().filter(|line| !line.contains("  size ")).collect();
    insta::assert_snapshot!(format!("{}\n{}", told.join("\n"), home.on_sessions(&["show", "linked"]).talk()));
}

#[test]
fn a_key_given_to_two_actions_is_one_mistake_with_its_line_wherever_it_is_met() {
    let home = Home::new(&["sessions.jsonl"]);
    let config = home.config("[keys]\nreload = \"ctrl-r\"\n# The same key, written otherwise.\nsort = \"Ctrl-R\"\n");
    let told = |args: &[&str]| {
        let ran = home.on_sessions(&[args, &["--config", &config]].concat());
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        let said = ran.out + &ran.err;
        let found = said.lines().find(|line| line.contains("config.toml")).expect("the file is named").to_owned();
        found[found.find("HOME").expect("its path")..].to_owned()
    };
    // The browser reads it before it looks for a terminal.
    let (browser, list) = (told(&[]), told(&["list"]));
    assert!(list.contains("config.toml, line 4"), "{list}");
    assert_eq!(list, browser);
    let doctor = home.on_sessions(&["doctor", "--config", &config]);
    assert!((doctor.out + &doctor.err).contains(&list), "{list}");
}
