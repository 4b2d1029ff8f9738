//! The commands that write.

use std::{fs, io::Read, net::TcpListener};

use serde_json::json;

use super::{fixtures, home::Home, lines};

#[test]
fn metadata_is_set_as_the_type_it_has_and_got_back() {
    let home = fixtures();
    home.on_sessions(&[
        "metadata",
        "set",
        "support-1042",
        "retries=7",
        "score=2",
        "new:=[1, {\"a\": null}]",
        "note=a=b",
    ])
    .data();
    let stored = lines(&home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data()).remove(0);
    assert_eq!(stored["retries"], json!(7));
    assert_eq!(stored["score"], json!(2.0), "a double stays one");
    assert_eq!(stored["new"], json!([1, { "a": null }]));
    assert_eq!(home.on_sessions(&["metadata", "get", "support-1042", "note"]).data(), "a=b\n");
    home.on_sessions(&["metadata", "unset", "support-1042", "new", "note"]).data();
    let gone = home.on_sessions(&["metadata", "get", "support-1042", "note"]);
    assert_eq!(gone.talk(), "[3] strandscope: session \"support-1042\" has no metadata field \"note\"\n");
}

#[test]
fn what_does_not_fit_its_field_is_refused_until_its_type_is_told() {
    let home = fixtures();
    let set = |fields: &[&str]| home.on_sessions(&[&["metadata", "set", "support-1042"][..], fields].concat());
    let stored = || lines(&home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data()).remove(0);
    let before = stored();
    let told = set(&["new=1", "retries=3000000000"]).talk();
    for word in ["[2] ", "\"retries\"", "i32", ":=", "--type i64", "a whole number from"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    for fields in [&["retries=x"][..], &["retries=x", "--type", "f64"], &["retries:=1", "--type", "i64"], &["a\tb=1"]] {
        assert!(set(fields).talk().starts_with("[2] "), "{fields:?}");
    }
    assert_eq!(stored(), before, "nothing of it was stored");
    set(&["retries=3000000000", "--type", "long"]).data();
    set(&["priority=5", "big:=17293822569102704641"]).data();
    let after = stored();
    assert_eq!((&after["retries"], &after["priority"]), (&json!(3_000_000_000_i64), &json!("5")));
    assert!(home.on_sessions(&["metadata", "get", "support-1042", "big"]).data().contains("17293822569102704641"));
}

#[test]
fn no_digit_is_made_up() {
    let home = fixtures();
    let set = |fields: &[&str]| home.on_sessions(&[&["metadata", "set", "support-1042"][..], fields].concat());
    for (typed, word) in [
        ("d=0.12345678901234567890123", "--type dec"),
        ("d=1e400", "--type dec"),
        (r#"d={"z": 9007199254740993.5}"#, "$numberDecimal"),
        (r#"d={"a": 1, "a": 2}"#, "stands twice"),
    ] {
        let told = set(&[typed]).talk();
        assert!(told.starts_with("[2] ") && told.contains(word), "{typed}: {told}");
    }
    let long = "9".repeat(45);
    set(&[&format!("long={long}")]).data();
    assert!(home.on_sessions(&["metadata", "get", "support-1042", "long"]).data().contains(&long));
    // A folder holds half a pair of surrogates, as Python does.
    set(&[r#"half:={"a": ["\ud83e"]}"#]).data();
    set(&["d=[draft] text", "e=1e400", "--type", "str"]).data();
    set(&["f=[draft] text", "g=0.1"]).data();
}

#[test]
fn what_cannot_be_written_says_why_and_changes_nothing() {
    let home = fixtures();
    let before = home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data();
    let told = [
        vec!["metadata", "set", "support-1042", "fine=1", "a.b=1"],
        vec!["metadata", "set", "support-1042", "x:={"],
        vec!["metadata", "set", "support-1042", "x"],
        vec!["metadata", "set", "nobody", "x=1"],
        vec!["metadata", "set", "support-1042", "x=1", "--read-only"],
        vec!["feedback", "add", "support-1042", "--rating", "up", "--agent", "nobody"],
        vec!["feedback", "add", "support-1042", "--rating", "up", "--agent", "support", "--message", "99"],
        vec!["delete", "support-1042"],
        vec!["delete", "nobody", "--yes"],
    ]
    .map(|args| home.on_sessions(&args).talk());
    insta::assert_snapshot!(told.concat());
    assert_eq!(home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data(), before);
}

#[test]
fn feedback_is_added_and_listed() {
    let home = fixtures();
    let before = lines(&home.on_sessions(&["feedback", "list", "resumed-7", "--json"]).data()).len();
    let args = ["feedback", "add", "resumed-7", "--rating", "down", "--comment", "slow\nand \u{1b}[2J", "--agent"];
    home.on_sessions(&[&args[..], &["assistant", "--message", "1"]].concat()).data();
    let listed = lines(&home.on_sessions(&["feedback", "list", "resumed-7", "--json"]).data());
    assert_eq!(listed.len(), before + 1);
    let last = &listed[before];
    assert_eq!(
        (&last["rating"], &last["agent_id"], &last["message_id"]),
        (&json!("down"), &json!("assistant"), &json!(1))
    );
    let text = home.on_sessions(&["feedback", "list", "resumed-7"]).data();
    assert!(text.contains("down  (assistant, message 1)\n  slow\n  and ␛[2J\n"), "{text}");
}

#[test]
fn a_deleted_session_leaves_a_private_copy() {
    let home = fixtures();
    let listed = home.on_sessions(&["delete", "resumed-7", "media-4", "--dry-run"]);
    assert_eq!((listed.code, listed.out.lines().count()), (0, 2), "{}", listed.out);
    assert!(listed.err.starts_with("strandscope: 2 sessions: 14 messages of 2 agents, "), "{}", listed.err);
    let ran = home.on_sessions(&["delete", "resumed-7", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "resumed-7\n"), "{}", ran.err);
    let copies: Vec<_> = fs::read_dir(home.path().join(".local/state/strandscope/deleted")).unwrap().collect();
    assert_eq!(copies.len(), 1);
    let copy = fs::read_to_string(copies[0].as_ref().unwrap().path()).unwrap();
    assert!(copy.contains("\"session_id\":\"resumed-7\"") && copy.contains("run 0 question 0"), "{copy}");
    assert_eq!(home.on_sessions(&["show", "resumed-7"]).code, 3);
    assert_eq!(home.on_sessions(&["list", "--json"]).data().lines().count(), 4);
}

#[test]
fn a_place_is_changed_only_with_its_words() {
    let home = fixtures();
    let config = home.config("[profiles.prod]\ndir = '~/sessions'\nconfirm = \"prod eu\"");
    let on = |args: &[&str]| home.run(&[args, &["--config", &config]].concat());
    for args in [
        &["metadata", "set", "support-1042", "retries=7"][..],
        &["metadata", "unset", "support-1042", "retries"],
        &["feedback", "add", "support-1042", "--rating", "up"],
        &["delete", "support-1042", "--yes"],
    ] {
        let unasked = on(args).talk();
        assert!(unasked.starts_with("[2] ") && unasked.contains("give --confirm 'prod eu'"), "{unasked}");
        let others = on(&[args, &["--confirm", "prod"]].concat()).talk();
        assert!(others.starts_with("[2] ") && others.contains("nothing was changed"), "{others}");
    }
    assert_eq!(on(&["metadata", "get", "support-1042", "retries"]).data(), "3\n", "reading asks for nothing");
    on(&["metadata", "set", "support-1042", "retries=7", "--confirm", "prod eu"]).data();
    assert_eq!(on(&["metadata", "get", "support-1042", "retries"]).data(), "7\n");
}

#[test]
fn sessions_go_by_age() {
    let home = fixtures();
    let young = home.on_sessions(&["delete", "--older-than", "30d", "--yes"]);
    assert_eq!((young.code, young.err.as_str()), (0, "strandscope: no session is that old\n"));
    let wrong = home.on_sessions(&["delete", "--older-than", "30", "--yes"]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn the_configured_webhook_is_told_before_the_command_ends() {
    let home = fixtures();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut buffer = [0; 4096];
        while !request.contains("\"unset\"") {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "{request}");
            request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
        request
    });
    let config = home.config(&format!("[hooks.webhooks.audit]\nurl = \"http://127.0.0.1:{port}/x\"\nsecret = \"s\"\n"));
    home.on_sessions(&["metadata", "set", "support-1042", "priority=low", "--config", &config]).data();
    let request = heard.join().unwrap();
    assert!(
        request.contains("\"action\":\"metadata.update\"") && request.contains("\"priority\":\"low\""),
        "{request}"
    );
    assert!(request.to_lowercase().contains("x-strandscope-signature: sha256="), "{request}");
}

#[test]
fn a_webhook_that_is_away_delays_nothing_but_is_said() {
    let home = fixtures();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let text = format!("[hooks.webhooks.audit]\nurl = \"http://token@127.0.0.1:{port}/\"\nattempts = 1\n");
    let config = home.config(&text);
    let ran = home.on_sessions(&["metadata", "set", "support-1042", "priority=low", "--config", &config]);
    assert_eq!(ran.code, 0);
    let said = "strandscope: 1 hook delivery did not arrive (hook audit: a delivery was given up, 1 attempt failed, the \
                last attempt: ";
    assert!(ran.err.starts_with(said) && ran.err.ends_with("; the log says more\n"), "{}", ran.err);
    assert!(ran.err.to_lowercase().contains("refused") && !ran.err.contains("token"), "{}", ran.err);
    assert_eq!(home.on_sessions(&["metadata", "get", "support-1042", "priority"]).data(), "low\n");
}

/// Without a home there is no state folder to keep a copy in.
#[test]
fn nothing_is_deleted_without_its_copy() {
    let home = fixtures();
    let state = home.path().join(".local");
    fs::write(&state, "in the way").unwrap();
    let ran: super::home::Ran = Home::on_sessions(&home, &["delete", "media-4", "--yes"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("nothing was deleted"), "{}", ran.err);
    assert_eq!(home.on_sessions(&["list", "--json"]).data().lines().count(), 5);
}
