use std::{fs, path::Path};

use super::*;
use format::tests::draft;

/// The states of drafts in a folder, the older file of each draft first.
fn texts(folder: &Path) -> Vec<String> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    let read = |path: &PathBuf| format::read(&fs::read(path).unwrap()).unwrap().draft.text;
    paths.iter().map(read).collect()
}

#[test]
fn a_file_follows_what_is_typed_and_goes_when_it_is_stored() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("drafts");
    let mut drafts = Drafts::new(Some(folder.clone()));
    drafts.keep(vec![draft("a", "one")]);
    drafts.keep(vec![draft("a", "one more"), draft("b", "two")]);
    assert_eq!(texts(&folder), ["one more", "two"]);
    #[cfg(unix)]
    for file in fs::read_dir(&folder).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    drafts.keep(vec![draft("b", "two")]);
    assert_eq!(texts(&folder), ["two"]);
    drafts.keep(Vec::new());
    assert!(texts(&folder).is_empty());
    drop(drafts);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is left of the window");
}

#[test]
fn a_key_is_kept_at_once_and_news_within_a_while() {
    let state = tempfile::tempdir().unwrap();
    let mut drafts = Drafts::new(Some(state.path().to_owned()));
    drafts.touch(false);
    assert_eq!(drafts.wait(), None, "nothing is typed");
    drafts.touch(true);
    assert_eq!(drafts.wait(), Some(Duration::ZERO));
    drafts.keep(vec![draft("a", "x")]);
    assert_eq!(drafts.wait(), None);
    drafts.touch_later(true);
    assert!(drafts.wait().is_some_and(|wait| wait > Duration::ZERO && wait <= EVERY));
    drafts.touch(true);
    assert_eq!(drafts.wait(), Some(Duration::ZERO));
    drafts.keep(Vec::new());
    drafts.touch(false);
    assert_eq!(drafts.wait(), None, "nothing is typed any more");
}

/// Waits for the thread that is at work.
fn settle(drafts: &Drafts) {
    drafts.desk.work();
}

#[tokio::test]
async fn what_is_typed_is_written_before_it_outlives_a_power_cut() {
    let state = tempfile::tempdir().unwrap();
    let mut drafts = Drafts::new(Some(state.path().to_owned()));
    drafts.keep_soon(vec![draft("a", "first")]);
    settle(&drafts);
    assert_eq!(texts(state.path()), ["first"]);
    assert_eq!(drafts.wait(), None, "the first state is safe at once");
    for text in ["second", "third"] {
        drafts.keep_soon(vec![draft("a", text)]);
        settle(&drafts);
        assert_eq!(texts(state.path()), ["first", text]);
    }
    assert!(drafts.wait().is_some_and(|wait| wait <= EVERY), "it comes back to make that safe");
    drafts.hurry();
    drafts.keep_soon(vec![draft("a", "third")]);
    settle(&drafts);
    assert_eq!(texts(state.path()), ["third"]);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told_once_a_try_and_when_it_is_over() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("drafts");
    fs::write(&folder, "in the way").unwrap();
    let mut drafts = Drafts::new(Some(folder.clone()));
    drafts.keep(vec![draft("a", "x")]);
    assert!(matches!(drafts.news().await, DraftNews::NotKept(_)));
    assert!(drafts.wait().is_some(), "it is tried again");
    fs::remove_file(&folder).unwrap();
    drafts.keep(vec![draft("a", "x")]);
    assert_eq!(drafts.news().await, DraftNews::KeptAgain);
    assert_eq!(texts(&folder), ["x"]);
}

#[tokio::test]
async fn what_is_taken_up_stays_until_it_is_kept_here() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().to_owned();
    let mut killed = DraftFiles::new(Some(folder.clone()));
    killed.keep(vec![draft("a", "old"), draft("b", "other")], true, &[]).unwrap();
    drop(killed);
    let mut drafts = Drafts::new(Some(folder.clone()));
    drafts.find();
    let DraftNews::Found(found) = drafts.news().await else { panic!("nothing was found") };
    assert_eq!(found.len(), 2);
    let of = |session: &str| {
        let it = found.iter().find(|offered| offered.draft.as_ref().unwrap().session.name == session);
        it.unwrap().id.clone()
    };
    drafts.order(DraftOrder::TakenUp(of("a")));
    settle(&drafts);
    assert_eq!(texts(&folder), ["old", "other"]);
    assert_eq!(drafts.wait(), Some(Duration::ZERO));
    drafts.keep_soon(vec![draft("a", "old")]);
    settle(&drafts);
    assert_eq!(texts(&folder).len(), 2);
    drafts.order(DraftOrder::Discarded(of("b")));
    settle(&drafts);
    assert_eq!(texts(&folder), ["old"]);
}
