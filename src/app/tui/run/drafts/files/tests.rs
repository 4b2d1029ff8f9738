use std::path::Path;

use super::*;
use crate::app::tui::run::drafts::format::tests::draft;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A window that was killed: its lock is free, and all its files are there.
fn killed(window: DraftFiles) {
    let DraftFiles { lock, .. } = window;
    // The lock's file stays as well.
    let path = lock.as_ref().map(|lock| lock.path().to_owned());
    drop(lock);
    if let Some(path) = path {
        fs::write(path, "").unwrap();
    }
}

fn texts(found: &[OfferedDraft]) -> Vec<String> {
    found.iter().map(|offered| offered.draft.as_ref().map_or_else(String::clone, |draft| draft.text.clone())).collect()
}

#[test]
fn only_what_a_window_left_is_offered_and_to_one_window_alone() {
    let folder = tempfile::tempdir().unwrap();
    let window = || DraftFiles::new(Some(folder.path().to_owned()));
    let (mut first, mut second, mut third) = (window(), window(), window());
    first.keep(vec![draft("a", "typed")], true, &[]).unwrap();
    assert!(second.find().is_empty(), "its window lives");
    assert!(first.find().is_empty(), "it is its own");
    killed(first);
    let found = second.find();
    assert_eq!(texts(&found), ["typed"]);
    assert!(third.find().is_empty(), "it is offered already");
    drop(second);
    let found = third.find();
    assert_eq!(texts(&found), ["typed"], "nobody took it up");
    third.discard(&found[0].id);
    drop(third);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn the_newer_of_two_files_counts_and_a_torn_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let window = || DraftFiles::new(Some(folder.path().to_owned()));
    let find = || texts(&window().find());
    let mut first = window();
    first.keep(vec![draft("a", "safe")], true, &[]).unwrap();
    first.keep(vec![draft("a", "typed")], false, &[]).unwrap();
    killed(first);
    let [safe, fresh] = pair::paths(folder.path(), &stem_of(folder.path()));
    assert_eq!(find(), ["typed"]);
    let typed = fs::read(&fresh).unwrap();
    fs::write(&fresh, &typed[..typed.len() / 2]).unwrap();
    assert_eq!(find(), ["safe"]);
    // A kill came between the safe file and the removal of the other.
    fs::write(&fresh, fs::read(&safe).unwrap()).unwrap();
    fs::write(&safe, &typed).unwrap();
    assert_eq!(find(), ["typed"]);
    fs::remove_file(&fresh).unwrap();
    fs::write(&safe, "").unwrap();
    assert_eq!(find(), ["its file is damaged"]);
}

fn stem_of(folder: &Path) -> String {
    let names = names(folder);
    names.iter().find_map(|name| name.strip_suffix(".typed.json")).unwrap().to_owned()
}

#[test]
fn a_draft_of_an_older_version_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("draft-20261129T140211Z-abc.json"), r#"{"text": "x"}"#).unwrap();
    let mut window = DraftFiles::new(Some(folder.path().to_owned()));
    let found = window.find();
    assert_eq!(texts(&found), ["an older strandscope wrote it"]);
    assert!(found[0].at.is_some());
    window.discard(&found[0].id);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_did_not_change_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = DraftFiles::new(Some(folder.path().to_owned()));
    window.keep(vec![draft("a", "x"), draft("a", "y")], true, &[]).unwrap();
    let written = |window: &DraftFiles| -> Vec<Vec<u8>> {
        window.kept().iter().map(|kept| fs::read(kept.saved.as_ref().unwrap()).unwrap()).collect()
    };
    let before = written(&window);
    for sync in [false, true] {
        window.keep(vec![draft("a", "x"), draft("a", "y")], sync, &[]).unwrap();
        assert_eq!(written(&window), before);
    }
    fs::remove_file(window.kept()[0].saved.as_ref().unwrap()).unwrap();
    window.keep(vec![draft("a", "x"), draft("a", "y")], false, &[]).unwrap();
    assert!(window.find().is_empty());
    assert_eq!(written(&window).len(), 2, "what somebody removed is there again");
}
