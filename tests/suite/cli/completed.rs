//! What a shell is offered, as its script asks for it.

use std::fs;

use serde_json::json;

use super::{fixtures, home::Home};

/// What is offered for the last of these words.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let dir = home.sessions();
    let all = [&["--", "strandscope", "--dir", dir.to_str().unwrap()], words].concat();
    let mut command = home.command(&all);
    command.env("STRANDSCOPE_COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_COMP_TYPE", "9");
    command.env("_CLAP_COMPLETE_SPACE", "false").env("_CLAP_COMPLETE_INDEX", (all.len() - 2).to_string());
    home.ended(command).data().lines().map(str::to_owned).collect()
}

#[test]
fn filters_and_columns_are_completed() {
    let home = fixtures();
    let offered = |words: &[&str]| offered(&home, words);
    assert_eq!(offered(&["list", "in:res"]), ["in:resumed-7"]);
    assert_eq!(offered(&["list", "in:support-1042,@"]), ["in:support-1042,@bookmarks", "in:support-1042,@recent"]);
    assert_eq!(offered(&["list", "-meta.priority:h"]), ["-meta.priority:high"], "and no flag");
    assert_eq!(offered(&["list", "-app:x", "in:res"]), ["in:resumed-7"], "the folder is known behind it");
    assert_eq!(offered(&["list", "--sort", "tok"]), ["tokens"]);
    assert_eq!(offered(&["list", "--sort", "-tok"]), ["-tokens"]);
    assert_eq!(offered(&["list", "--sort", "tokens:"]), ["tokens:asc", "tokens:desc"]);
    assert_eq!(offered(&["list", "--sort", "tokens:d"]), ["tokens:desc"]);
    assert_eq!(offered(&["list", "--sort", "-tokens:"]), ["-tokens:desc"], "the other way round it contradicts itself");
    assert!(offered(&["list", "--sort", "nope:"]).is_empty());
    assert_eq!(offered(&["list", "--columns", "id,tok"]), ["id,tokens"]);
    assert_eq!(offered(&["list", "--sort", "met"]), ["meta."]);
    assert_eq!(offered(&["list", "--columns", "id,meta.priori"]), ["id,meta.priority"]);
    assert_eq!(offered(&["list", "'has:tool (in:res"]), ["has:tool (in:resumed-7"], "behind a quote that is open");
}

#[test]
fn ids_and_values_with_colons_are_completed() {
    let home = fixtures();
    home.add("user:1:a", &json!({ "application_name": "arn:aws:x/y" }));
    home.add("user:1:b", &json!({}));
    home.add("ticket#7", &json!({ "metadata": { "at": "12:30", "not:plain": 1 } }));
    let offered = |words: &[&str]| offered(&home, words);
    let mut both = offered(&["show", "user:1:"]);
    both.sort();
    assert_eq!(both, ["user:1:a", "user:1:b"]);
    assert_eq!(offered(&["list", "in:user:1:a,user:1:b"]), ["in:user:1:a,user:1:b"]);
    assert_eq!(offered(&["list", "app:ar"]), ["app:arn:aws:x/y"]);
    assert_eq!(offered(&["list", "meta.at:1"]), ["meta.at:12:30"]);
    assert!(offered(&["list", "meta.not"]).is_empty(), "the first colon would end it");
    for typed in ["ticket#", "ticket\\#"] {
        assert_eq!(offered(&["show", typed]), ["ticket#7"]);
    }
}

#[test]
fn a_field_and_a_path_that_read_alike_are_offered_once() {
    let home = fixtures();
    home.add("alike", &json!({ "metadata": { "v.x": 1, "v": { "x": 2 } } }));
    assert_eq!(offered(&home, &["list", "meta.v."]), ["meta.v.x:"]);
}

#[test]
fn with_a_mistake_in_the_settings_what_is_named_without_them_is_completed() {
    let home = fixtures();
    let config = home.config("[ui]\nutc = 1\n");
    assert_eq!(offered(&home, &["--config", &config, "show", "res"]), ["resumed-7"]);
    assert!(offered(&home, &["--config", &config, "--profile", "p"]).is_empty());
}

#[test]
fn ids_that_begin_with_a_hyphen_are_offered_where_they_are_taken() {
    let home = fixtures();
    let sessions = home.sessions();
    let (before, folder) = (sessions.join("session_resumed-7"), sessions.join("session_-resumed"));
    fs::rename(before, &folder).unwrap();
    let stored = fs::read_to_string(folder.join("session.json")).unwrap();
    fs::write(folder.join("session.json"), stored.replace("\"resumed-7\"", "\"-resumed\"")).unwrap();
    let named = |words: &[&str]| offered(&home, words).iter().any(|offer| offer == "-resumed");
    assert!(named(&["show", ""]) && named(&["show", "support-1042", "--", ""]));
    assert!(!named(&["show", "support-1042", ""]) && !named(&["delete", ""]));
}
