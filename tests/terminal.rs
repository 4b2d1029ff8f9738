//! The real program in a pseudo-terminal.
#![cfg(unix)]

#[path = "terminal/outside.rs"]
mod outside;
#[path = "support/terminal.rs"]
mod terminal;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use terminal::Terminal;

/// The demo stays as it is.
fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
    let still = [variables, &[("STRANDSCOPE_STILL", "1")]].concat();
    Terminal::start(env!("CARGO_BIN_EXE_strandscope"), arguments, &still, (120, 40))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
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
    terminal.wait_for("find \"express fee\" ");
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
fn an_agent_is_at_work_in_the_demo() {
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_strandscope"), &["demo"], &[], (120, 40));
    terminal.wait_until("rows", |screen| screen.contains("support-48213"));
    terminal.wait_for("night-watch-1");
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
    terminal.signal("TERM");
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
    terminal.wait_for("Metadata of support-48213");
    // Taken over, listed, saved.
    terminal.press("er\r\u{13}");
    terminal.wait_for("Save 1 change");
    terminal.press("\r");
    terminal.wait_for("priority of support-48213 is stored");
    terminal.press("aowner=me\r\u{13}");
    terminal.wait_for("Save 1 change");
    terminal.press("\r");
    terminal.wait_for("owner of support-48213 is stored");
    terminal.press("gd\u{13}");
    terminal.wait_for("Save 1 change");
    terminal.press("\r");
    terminal.wait_for("is removed");
    terminal.press("\u{1b}");
    terminal.wait_until("the field is gone", |screen| !screen.contains("higher") && screen.contains("owner"));
    // What was stored is taken back and made again.
    terminal.press("u");
    terminal.wait_until("the field is back", |screen| screen.contains("higher"));
    terminal.press("\u{12}");
    terminal.wait_until("the field is gone again", |screen| !screen.contains("higher"));

    terminal.press("f");
    terminal.wait_for("feedback on support-48213");
    terminal.press("\tquite slow\u{13}");
    terminal.wait_for("feedback on support-48213 is stored");
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
    terminal.wait_until("it is open", |screen| !screen.contains("no session open"));
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
fn a_burst_of_keys_is_all_taken_and_ctrl_c_ends_it_at_once() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/");
    terminal.wait_for("Filter the sessions");
    // The last of them are seen at the end of the line.
    terminal.press(&"a".repeat(20_000));
    terminal.press("the end");
    terminal.wait_for("the end");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}

#[test]
fn an_unfinished_sequence_or_paste_swallows_nothing() {
    for begun in ["\u{1b}[1;", "\u{1b}]11;rgb:", "\u{1b}[200~abc", "\u{1b}O", "\u{1b}"] {
        let mut terminal = start(&["demo"], &[]);
        terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
        terminal.press(begun);
        terminal.press("\u{3}");
        assert_eq!(terminal.wait_for_end(), 0, "{begun:?}");
        terminal.assert_restored();
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

#[test]
fn a_shell_gets_the_terminal_back_and_continues_it() {
    let script = "set -m; \"$0\" demo; echo stopped; read line; fg";
    let mut terminal = Terminal::start("sh", &["-c", script, env!("CARGO_BIN_EXE_strandscope")], &[], (120, 40));
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("\u{1a}");
    terminal.wait_for("stopped");
    terminal.press("\n");
    terminal.wait_until("it is continued", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
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

#[test]
fn the_cursor_stands_at_the_caret_of_what_is_typed() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    assert_eq!(terminal.cursor(), None, "nothing is typed");
    terminal.press("/漢b");
    let (row, column) = terminal.wait_for_cursor_beside("漢b");
    terminal.press("\u{1b}[D");
    terminal.wait_for_cursor((row, column - 1));
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn colours_follow_the_background_that_the_terminal_tells() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    assert!(contains(terminal.raw(), b"\x1b]11;?"), "it is asked");
    terminal.press("/^support-48213\r");
    terminal.wait_until("one session", |screen| screen.contains("1–1 / 1 ╯"));
    terminal.press("\u{1b}]11;rgb:ffff/ffff/ffff\u{7}");
    terminal.wait_until_on(254, "support-48213");
    terminal.press("\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{1b}\\");
    terminal.wait_until_on(237, "support-48213");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn a_terminal_of_few_colours_is_sent_no_others() {
    let mut terminal = start(&["demo"], &[("TERM", "vt100"), ("COLORFGBG", "15;0")]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("\r");
    terminal.wait_for("assistant");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(contains(terminal.raw(), b"\x1b[36"), "it has colours");
    for other in ["38;5;", "48;5;", "38;2;", "48;2;"] {
        assert!(!contains(terminal.raw(), other.as_bytes()), "{other}");
    }
}

#[test]
fn a_dumb_terminal_gets_a_sentence() {
    let mut terminal = start(&["demo"], &[("TERM", "dumb")]);
    terminal.wait_for("TERM=dumb");
    assert_eq!(terminal.wait_for_end(), 1);
    assert!(!terminal.raw().contains(&0x1b));
}

#[test]
fn a_password_is_asked_for_and_does_not_show() {
    let uri = "mongodb://reader@127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=200";
    for (keys, code) in [("hunter2\r", 5), ("hunter2\u{3}", 130)] {
        let mut terminal = start(&["list", "--uri", uri], &[]);
        terminal.wait_for("Password of reader at 127.0.0.1:1:");
        terminal.press(keys);
        assert_eq!(terminal.wait_for_end(), code, "{}", terminal.screen());
        terminal.assert_restored();
        assert!(!contains(terminal.raw(), b"hunter2"));
    }
}
