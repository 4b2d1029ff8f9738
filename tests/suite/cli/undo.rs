//! The way back from what was changed by hand, over several runs of the program.

use std::fs;

use serde_json::json;

use super::{fixtures, home::Home, lines};

const STATE: &str = ".local/state/strandscope";

fn metadata(home: &Home) -> String {
    home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data()
}

#[test]
fn changes_are_taken_back_one_after_another_and_made_again() {
    let home = fixtures();
    let mut states = vec![metadata(&home)];
    for args in [
        &["set", "support-1042", "retries=7", "new:={\"a\": [1, null]}"][..],
        &["unset", "support-1042", "priority"],
        &["set", "support-1042", "retries:=\"text\""],
    ] {
        home.on_sessions(&[&["metadata"], args].concat()).data();
        states.push(metadata(&home));
    }
    for expected in states.iter().rev().skip(1) {
        let said = home.on_sessions(&["metadata", "undo", "support-1042"]).data();
        assert!(said.contains("support-1042"), "{said}");
        assert_eq!(metadata(&home), *expected, "type, value and place");
    }
    assert!(
        home.on_sessions(&["metadata", "undo"]).talk().starts_with("[3] strandscope: there is nothing to take back")
    );
    for expected in &states[1..] {
        home.on_sessions(&["metadata", "redo"]).data();
        assert_eq!(metadata(&home), *expected);
    }
    let log = lines(&home.on_sessions(&["metadata", "log", "support-1042", "--json"]).data());
    assert_eq!(log.len(), 3);
    assert!(log.iter().all(|entry| entry["state"] == "done" && entry["_id"] == "support-1042"));
    assert_eq!(log[1]["metadata"][0]["path"], json!(["priority"]));
    assert_eq!(log[1]["metadata"][0]["after"], json!(null));
    // Of every place, and with none configured.
    assert_eq!(lines(&home.run(&["metadata", "log", "--all", "--json", "--limit", "2"]).data()), log[..2]);
    let nobody = home.on_sessions(&["metadata", "log", "nobody"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (0, ""));
    assert!(nobody.err.contains("no change of session \"nobody\" at "), "{}", nobody.err);
}

#[test]
fn another_change_stands_in_the_way() {
    let home = fixtures();
    home.on_sessions(&["metadata", "set", "support-1042", "retries=7"]).data();
    let journal = home.path().join(STATE).join("journal");
    let held = fs::read(&journal).unwrap();
    home.on_sessions(&["metadata", "set", "support-1042", "retries=8"]).data();
    // As if another machine had written that.
    fs::write(&journal, held).unwrap();
    let before = metadata(&home);
    let refused = home.on_sessions(&["metadata", "undo"]);
    assert_eq!((refused.code, refused.out.as_str()), (4, ""), "{}", refused.err);
    assert!(refused.err.contains("stored now: 8 (i32)"), "{}", refused.err);
    assert!(refused.err.contains("another change of metadata.retries of session \"support-1042\" stands in the way"));
    assert_eq!(metadata(&home), before);
    // Nor is another line of the journal made of what no store takes.
    let twice = home.on_sessions(&["metadata", "set", "support-1042", "retries=9", "retries=10"]).talk();
    assert!(twice.starts_with("[2] ") && twice.contains("it is edited twice at once; nothing was written"), "{twice}");
    assert!(!home.on_sessions(&["metadata", "log", "support-1042"]).data().contains("failed"));
}

#[test]
fn a_deletion_and_feedback_are_taken_back_too() {
    let home = fixtures();
    let feedback = || home.on_sessions(&["feedback", "list", "support-1042", "--json"]).data();
    let before = feedback();
    home.on_sessions(&["feedback", "add", "support-1042", "--rating", "down", "--comment", "late"]).data();
    let given = feedback();
    home.on_sessions(&["metadata", "undo"]).data();
    assert_eq!(feedback(), before);
    home.on_sessions(&["metadata", "redo", "support-1042"]).data();
    assert_eq!(feedback(), given);
    let whole = home.on_sessions(&["show", "support-1042", "--format", "json"]).data();
    assert_eq!(home.on_sessions(&["delete", "support-1042", "--yes"]).code, 0);
    home.on_sessions(&["metadata", "undo", "support-1042"]).data();
    assert_eq!(home.on_sessions(&["show", "support-1042", "--format", "json"]).data(), whole);
    // A copy that is put back by its name is no more to be taken back.
    assert_eq!(home.on_sessions(&["metadata", "redo"]).code, 3, "a deletion asks for the id");
    assert_eq!(home.on_sessions(&["delete", "support-1042", "--yes"]).code, 0);
    let mut copies: Vec<_> =
        fs::read_dir(home.path().join(STATE).join("deleted")).unwrap().map(|copy| copy.unwrap().path()).collect();
    copies.sort_by_key(|copy| fs::metadata(copy).unwrap().modified().unwrap());
    home.on_sessions(&["restore", copies.last().unwrap().to_str().unwrap()]).data();
    assert!(home.on_sessions(&["metadata", "undo"]).data().starts_with("feedback on support-1042"));
}

#[test]
fn nothing_is_changed_without_a_way_back() {
    let home = fixtures();
    fs::write(home.path().join(".local"), "in the way").unwrap();
    let before = metadata(&home);
    let refused = home.on_sessions(&["metadata", "set", "support-1042", "retries=7"]).talk();
    assert!(refused.starts_with("[1] ") && refused.contains("no way back"), "{refused}");
    assert_eq!(metadata(&home), before);
    let added = home.on_sessions(&["metadata", "set", "support-1042", "brand_new=7"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(added.err.contains("cannot be taken back"), "{}", added.err);
}
