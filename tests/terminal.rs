//! The real program in a pseudo-terminal.
#![cfg(unix)]

#[path = "support/terminal.rs"]
mod terminal;

use terminal::Terminal;

fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
    Terminal::start(env!("CARGO_BIN_EXE_strandscope"), arguments, variables, (120, 40))
}

#[test]
fn browsing_the_demo() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/^support-48213\r");
    terminal.wait_until("one session", |screen| screen.contains("1–1 / 1 ╯"));
    terminal.press("\r");
    terminal.wait_for("[support]");
    terminal.wait_for("assistant");

    terminal.press("/express fee\r");
    terminal.wait_for("find \"express fee\" 1/");
    terminal.wait_until_marked("express fee");

    terminal.press("]");
    terminal.wait_for("[billing]");
    terminal.press("[");
    terminal.wait_for("[support]");
    terminal.press("?");
    terminal.wait_for(":previous-pane");
    terminal.press("\u{1b}");
    terminal.wait_until("help is gone", |screen| !screen.contains(":previous-pane"));

    terminal.resize(60, 20);
    terminal.wait_until("one pane at a time", |screen| {
        screen.contains("2 support-48213") && !screen.contains("1 Sessions")
    });
    terminal.resize(30, 8);
    terminal.wait_for("40×10");
    terminal.resize(120, 40);
    for pane in ["1 Sessions", "2 support-48213", "3 Metrics", "4 Metadata", "5 Feedback"] {
        terminal.wait_for(pane);
    }
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}

#[test]
fn ctrl_c_quits_cleanly() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}

#[test]
fn sigterm_leaves_the_terminal_as_it_was() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    let id = terminal.pid().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(terminal.wait_for_end(), 143);
    terminal.assert_restored();
}

#[test]
fn the_demo_is_written_to() {
    let state = tempfile::tempdir().expect("a folder");
    let folder = state.path().to_str().expect("a path");
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", folder)]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/^support-48213\r");
    terminal.wait_until("one session", |screen| screen.contains("1–1 / 1 ╯"));
    terminal.press("\r");
    terminal.wait_for("[support]");

    terminal.press("4e");
    terminal.wait_for("priority  str");
    terminal.press("er\r");
    terminal.wait_for("stored");
    terminal.wait_for("higher");
    terminal.press("aowner=me\r");
    terminal.wait_until("a new field", |screen| screen.contains("owner") && screen.contains("stored"));
    terminal.press("gd");
    terminal.wait_for("Remove priority");
    terminal.press("y");
    terminal.wait_until("the field is gone", |screen| !screen.contains("higher") && screen.contains("stored"));

    terminal.press("f");
    terminal.wait_for("Feedback on this session");
    terminal.press("\tquite slow\u{13}");
    terminal.wait_for("feedback stored");
    terminal.wait_for("- quite slow");
    // What was stored is what is read again.
    terminal.press("rG");
    terminal.wait_until("read again", |screen| screen.contains("owner") && screen.contains("- quite slow"));

    terminal.press("Dsupport-48213\r");
    terminal.wait_for("a private copy is kept");
    let copies = std::fs::read_dir(state.path().join("strandscope/deleted")).expect("a folder of copies");
    assert_eq!(copies.count(), 1);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_kill_keeps_what_was_typed() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", state.path().to_str().expect("a path"))]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("\r");
    terminal.wait_for("[");
    terminal.wait_for("4 Metadata");
    terminal.wait_until("it is open", |screen| !screen.contains("no session open"));
    terminal.press("fnot stored yet");
    terminal.wait_for("not stored yet");
    let id = terminal.pid().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(terminal.wait_for_end(), 143);
    terminal.assert_restored();
    let mut drafts = std::fs::read_dir(state.path().join("strandscope/drafts")).expect("a folder of drafts");
    let draft = drafts.next().expect("a draft").expect("a draft").path();
    assert!(std::fs::read_to_string(draft).expect("a draft").contains("not stored yet"));
    let said = String::from_utf8_lossy(terminal.raw()).into_owned();
    assert!(said.contains("what was typed is kept in"), "{said}");
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    let mut terminal = start(&["demo"], &[("STRANDSCOPE_PANIC", "1")]);
    assert_ne!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
    let said = String::from_utf8_lossy(terminal.raw());
    assert!(said.contains("strandscope crashed"), "{said}");
}
