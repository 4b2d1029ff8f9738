use std::{fs, os::unix::process::ExitStatusExt};

use super::*;

fn file(state: &std::path::Path, text: &str) -> EditFile {
    EditFile::write(Some(state), &OutsideText { text: text.to_owned(), suffix: ".json", pages: false })
        .unwrap_or_else(|error| panic!("{error}"))
}

fn program() -> EditorProgram {
    EditorProgram::named_for_test("vim")
}

fn exit(code: i32) -> ExitStatus {
    ExitStatus::from_raw(code << 8)
}

#[test]
fn what_the_editor_wrote_is_taken_once_it_ended_well() {
    let state = tempfile::tempdir().unwrap();
    let mut files = EditFiles::default();
    let edited = file(state.path(), "{}");
    fs::write(edited.path(), "[1]\n").unwrap();
    assert_eq!(files.taken(edited, &program(), exit(0), true), Ok("[1]".to_owned()));
    assert_eq!(files.taken(file(state.path(), "{}"), &program(), exit(0), false), Ok("{}".to_owned()));
    assert!(files.kept.is_empty());
    assert_eq!(fs::read_dir(state.path().join("edits")).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn what_it_wrote_before_it_failed_is_kept_and_not_taken() {
    let state = tempfile::tempdir().unwrap();
    let mut files = EditFiles::default();
    let edited = file(state.path(), "{}");
    fs::write(edited.path(), "[1]\n").unwrap();
    let path = edited.path().to_owned();
    let why = files.taken(edited, &program(), exit(1), false).unwrap_err();
    let kept = path.display();
    assert_eq!(why, format!("vim ended with exit code 1: nothing was changed; what it wrote is kept in {kept}"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[1]\n");
    let why = files.taken(file(state.path(), "{}"), &program(), exit(1), true).unwrap_err();
    assert_eq!(why, "vim ended with exit code 1: nothing was changed");
    let why = files.taken(file(state.path(), "{}"), &program(), ExitStatus::from_raw(9), true).unwrap_err();
    assert_eq!(why, "vim was ended by a signal: nothing was changed");
}

#[test]
fn no_file_no_text_and_an_editor_in_the_background_are_told_apart() {
    let state = tempfile::tempdir().unwrap();
    let mut files = EditFiles::default();
    let edited = file(state.path(), "{}");
    fs::remove_file(edited.path()).unwrap();
    let why = files.taken(edited, &program(), exit(0), false).unwrap_err();
    assert_eq!(why, "vim left no file: nothing was changed");
    let edited = file(state.path(), "{}");
    fs::write(edited.path(), [0xff]).unwrap();
    let why = files.taken(edited, &program(), exit(0), false).unwrap_err();
    assert!(why.starts_with("what vim left is not UTF-8: nothing was changed; it is kept in "), "{why}");
    let edited = file(state.path(), "{}");
    let path = edited.path().to_owned();
    let why = files.taken(edited, &program(), exit(0), true).unwrap_err();
    assert!(why.starts_with("vim came back at once and left the text as it was"), "{why}");
    assert!(path.exists(), "a window may still save it");
}
