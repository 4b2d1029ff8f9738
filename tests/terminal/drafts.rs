//! What was typed outlives whatever ends the program, and is offered again.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use super::{Terminal, start};

/// The demo with a folder for its state, and feedback being typed on a session.
fn typing(state: &Path) -> Terminal {
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", state.to_str().expect("a path"))]);
    type_feedback(&mut terminal);
    terminal
}

fn type_feedback(terminal: &mut Terminal) {
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("\r");
    terminal.wait_for("[");
    terminal.wait_for("4 Metadata");
    terminal.wait_until("it is open", |screen| !screen.contains("no session open") && !screen.contains("reading"));
    terminal.press("fnot stored yet");
    terminal.wait_for("not stored yet");
}

/// The drafts that are kept, each as it was last written.
fn drafts(state: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(state.join("strandscope/drafts")) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    // `a.typed.json` is newer than `a.json`.
    paths.sort();
    let newest: BTreeMap<_, _> = paths
        .iter()
        .filter_map(|path| Some((path.file_name()?.to_str()?.split('.').next()?, std::fs::read_to_string(path).ok()?)))
        .collect();
    newest.into_values().collect()
}

/// What was typed in a draft.
fn typed_in(draft: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(draft).expect("a whole draft");
    json["text"].as_str().expect("a text").to_owned()
}

/// Waits until something is so that the screen does not show.
fn wait_until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_kill_keeps_what_was_typed() {
    for (signal, code) in [("TERM", 143), ("QUIT", 131), ("HUP", 129)] {
        let state = tempfile::tempdir().expect("a folder");
        let mut terminal = typing(state.path());
        terminal.signal(signal);
        assert_eq!(terminal.wait_for_end(), code, "SIG{signal}");
        terminal.assert_restored();
        let kept = drafts(state.path());
        assert!(kept.len() == 1 && kept[0].contains("not stored yet"), "SIG{signal}: {kept:?}");
        let said = String::from_utf8_lossy(terminal.raw()).into_owned();
        assert!(said.contains("what was typed is kept in"), "{said}");
    }
}

#[test]
fn what_is_being_typed_outlives_a_kill_that_cannot_be_heard_and_is_gone_once_given_up() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = typing(state.path());
    wait_until("the draft is written", || drafts(state.path()).iter().any(|draft| draft.contains("not stored yet")));
    terminal.press("\u{1b}");
    terminal.wait_for("Esc again");
    terminal.press("\u{1b}");
    wait_until("the draft is gone", || drafts(state.path()).is_empty());
    terminal.press("fonce more");
    wait_until("the draft is written", || drafts(state.path()).iter().any(|draft| draft.contains("once more")));
    terminal.signal("KILL");
    terminal.wait_for_end();
    assert_eq!(drafts(state.path()).len(), 1);
}

#[test]
fn what_a_killed_window_left_is_offered_at_the_next_start_and_taken_up() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = typing(state.path());
    wait_until("the draft is written", || drafts(state.path()).iter().any(|draft| draft.contains("not stored yet")));
    terminal.signal("KILL");
    terminal.wait_for_end();
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", state.path().to_str().expect("a path"))]);
    terminal.wait_for("Drafts");
    terminal.press("\r");
    terminal.wait_until("the editor, no longer the list of drafts", |screen| {
        screen.contains("[support]") && screen.contains("not stored yet") && !screen.contains("Drafts")
    });
    terminal.press(", at last\u{13}");
    terminal.wait_for("is stored");
    wait_until("the draft is gone", || drafts(state.path()).is_empty());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let left = std::fs::read_dir(state.path().join("strandscope/drafts")).expect("a folder of drafts");
    assert_eq!(left.count(), 0);
}

#[test]
fn a_kill_at_any_instant_leaves_a_whole_draft() {
    for round in 0..6 {
        let state = tempfile::tempdir().expect("a folder");
        let mut terminal = typing(state.path());
        wait_until("the draft is written", || !drafts(state.path()).is_empty());
        let keys: String = (0..100 + round * 37).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        for key in keys.chars() {
            terminal.press(&key.to_string());
        }
        terminal.signal("KILL");
        terminal.wait_for_end();
        let kept = drafts(state.path());
        assert_eq!(kept.len(), 1);
        let whole = format!("not stored yet{keys}");
        let typed = typed_in(&kept[0]);
        assert!(whole.starts_with(&typed), "{typed:?}");
    }
}

/// `script` is the terminal: killed, it closes it as a terminal window does.
#[cfg(target_os = "linux")]
#[test]
fn a_window_closed_while_typing_keeps_the_text_and_is_no_crash() {
    for typed in [true, false] {
        let state = tempfile::tempdir().expect("a folder");
        let ended = state.path().join("ended");
        let program = env!("CARGO_BIN_EXE_strandscope");
        let script = format!("trap : HUP; '{program}' demo; echo $? > '{}'", ended.display());
        let variables = [("XDG_STATE_HOME", state.path().to_str().expect("a path")), ("SHELL", "/bin/sh")];
        let mut terminal = Terminal::start("script", &["-qec", &script, "/dev/null"], &variables, (120, 40));
        if typed {
            type_feedback(&mut terminal);
        } else {
            terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
        }
        terminal.signal("KILL");
        wait_until("the program ends", || std::fs::read_to_string(&ended).is_ok_and(|code| code.ends_with('\n')));
        assert_eq!(std::fs::read_to_string(&ended).expect("its exit code").trim(), "129");
        let kept = drafts(state.path());
        assert_eq!(kept.len(), usize::from(typed));
        assert!(kept.iter().all(|draft| draft.contains("not stored yet")), "{kept:?}");
        let log = std::fs::read_to_string(state.path().join("strandscope/strandscope.log")).expect("a log");
        assert!(!log.contains("panicked"), "{log}");
    }
}

#[test]
fn stopped_and_continued_it_leaves_and_takes_the_terminal_cleanly() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = typing(state.path());
    terminal.signal("TSTP");
    terminal.wait_until_left();
    terminal.wait_until_stopped();
    terminal.assert_restored();
    assert_eq!(drafts(state.path()).len(), 1, "what was typed is kept meanwhile");
    terminal.signal("CONT");
    terminal
        .wait_until("all is drawn again", |screen| screen.contains("not stored yet") && screen.contains("1 Sessions"));
    // No shell waits that would continue it.
    terminal.press("\u{1a}");
    terminal.wait_for("no shell waits");
    terminal.press(", more");
    terminal.wait_for("not stored yet, more");
    terminal.signal("QUIT");
    assert_eq!(terminal.wait_for_end(), 131);
    terminal.assert_restored();
}
