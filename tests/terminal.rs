//! The real program in a pseudo-terminal.
#![cfg(unix)]

#[path = "terminal/drafts.rs"]
mod drafts;
#[path = "terminal/images.rs"]
mod images;
#[path = "terminal/keys.rs"]
mod keys;
#[path = "terminal/listing.rs"]
mod listing;
#[path = "terminal/outside.rs"]
mod outside;
#[path = "terminal/pictures.rs"]
mod pictures;
#[path = "support/terminal.rs"]
mod terminal;

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
    // It is broken over two lines.
    terminal.wait_until_marked("express");
    terminal.wait_for("1/1");

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
    terminal.press("\u{5}er\r\u{13}");
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

#[test]
fn a_burst_of_keys_is_all_taken_and_ctrl_c_ends_it_at_once() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/");
    terminal.wait_for("Filter the sessions");
    // More than are taken in between two frames and than the terminal holds. The last of them are seen at the end of the line.
    terminal.press(&"a".repeat(5_000));
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
fn the_window_has_a_title_and_keys_are_told_apart_where_the_terminal_can() {
    let mut terminal = start(&["demo"], &[]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    assert!(contains(terminal.raw(), b"\x1b[22;2t"), "the title of before is kept");
    assert!(contains(terminal.raw(), b"demo - strandscope\x07"));
    assert!(contains(terminal.raw(), b"\x1b[?u") && !contains(terminal.raw(), b"\x1b[>1u"), "it is asked first");
    // It can, and shift-t is pressed.
    terminal.press("\u{1b}[?0uT");
    terminal.wait_for(" Themes ");
    assert!(contains(terminal.raw(), b"\x1b[>1u"));
    terminal.press("\u{1b}[27u");
    terminal.wait_until("the list", |screen| !screen.contains(" Themes "));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(contains(terminal.raw(), b"\x1b[<1u") && contains(terminal.raw(), b"\x1b[23;2t"), "all is as it was");
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

#[test]
fn a_command_that_wants_a_terminal_gets_none_of_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    let profile = "[profiles.other]\ndir = \"/nowhere\"\n[profiles.asks]\nuri = \"mongodb://me@127.0.0.1:1/agents\"\n\
        password_command = [\"sh\", \"-c\", \"echo PASSPHRASE >/dev/tty; read -r word </dev/tty; echo $word\"]\n";
    std::fs::write(&config, profile).expect("written");
    let mut terminal = start(&["--config", &config.display().to_string()], &[]);
    terminal.wait_for("Where are your agents' sessions?");
    // It is the first of the list.
    terminal.press("\r");
    terminal.wait_for("Cannot open asks");
    terminal.wait_for("it printed nothing");
    assert!(!contains(terminal.raw(), b"PASSPHRASE"), "{}", terminal.screen());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}
