//! The editor of the environment, as a script that has the terminal.

use std::{fs, path::Path};

use super::{Terminal, start};

/// The demo with the field `priority` of a session being edited, and an editor that runs these lines of a shell.
fn editing(state: &Path, script: &str) -> Terminal {
    let file = state.join("editor.sh");
    fs::write(&file, script).expect("the script is written");
    with_editor(state, &format!("sh '{}'", file.display()))
}

fn with_editor(state: &Path, editor: &str) -> Terminal {
    let folder = state.to_str().expect("a path");
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", folder), ("VISUAL", editor)]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/^support-48213\r");
    terminal.wait_until("one session", |screen| screen.contains("1–1 / 1 ╯"));
    terminal.press("\r");
    terminal.wait_for("[support]");
    terminal.press("4e");
    terminal.wait_for("Metadata of support-48213");
    terminal
}

/// The texts of the files that were kept of the editor.
fn kept(state: &Path) -> Vec<String> {
    let Ok(folders) = fs::read_dir(state.join("strandscope/edits")) else { return Vec::new() };
    let files = folders.flat_map(|folder| fs::read_dir(folder.expect("a folder").path()).expect("files"));
    files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a text")).collect()
}

#[test]
fn it_has_the_terminal_and_what_it_leaves_is_typed() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = editing(state.path(), "printf 'outside> '; read line; printf '%s\\n' \"$line\" > \"$1\"\n");
    terminal.press("\u{f}");
    terminal.wait_until_left();
    terminal.wait_for("outside> ");
    terminal.press("most urgent\r");
    terminal.wait_until("it is back", |screen| screen.contains("Metadata of") && screen.contains("most urgent"));
    // Keys are the browser's again.
    terminal.press("!\r");
    terminal.wait_for("1 unsaved change");
    assert!(kept(state.path()).is_empty());
}

#[test]
fn what_it_wrote_before_it_failed_is_kept() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = editing(state.path(), "echo half > \"$1\"; exit 3\n");
    terminal.press("\u{f}");
    terminal.wait_for("ended with exit code 3");
    assert_eq!(kept(state.path()), ["half\n"]);
}

#[test]
fn one_that_is_not_there_is_said_and_nothing_is_changed() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = with_editor(state.path(), "/nowhere/edlin --wait");
    terminal.press("\u{f}");
    terminal.wait_for("/nowhere/edlin, which $VISUAL names");
    assert!(kept(state.path()).is_empty());
}

#[test]
fn a_kill_meanwhile_keeps_what_it_wrote() {
    let state = tempfile::tempdir().expect("a folder");
    let mut terminal = editing(state.path(), "echo half > \"$1\"; printf 'outside> '; read line\n");
    terminal.press("\u{f}");
    terminal.wait_until_left();
    terminal.wait_for("outside> ");
    terminal.signal("TERM");
    terminal.wait_for("what the editor wrote is kept in");
    assert_eq!(terminal.wait_for_end(), 143);
    terminal.assert_restored();
    assert_eq!(kept(state.path()), ["half\n"]);
}

#[test]
fn a_pager_has_the_terminal_and_shows_the_selected_message() {
    let state = tempfile::tempdir().expect("a folder");
    let file = state.path().join("pager.sh");
    fs::write(&file, "printf 'pager> '; cat; read line < /dev/tty\n").expect("the script is written");
    let (folder, pager) = (state.path().to_str().expect("a path"), format!("sh '{}'", file.display()));
    let mut terminal = start(&["demo"], &[("XDG_STATE_HOME", folder), ("PAGER", &pager)]);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press("/^support-48213\r");
    terminal.wait_until("one session", |screen| screen.contains("1–1 / 1 ╯"));
    terminal.press("\r");
    terminal.wait_for("[support]");
    terminal.wait_for("assistant");
    terminal.press("P");
    terminal.wait_until_left();
    terminal.wait_for("pager> ");
    terminal.press("\r");
    terminal.wait_until("it is back", |screen| screen.contains("[support]") && !screen.contains("pager> "));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
    assert!(kept(state.path()).is_empty(), "nothing of it is left on the disk");
}
