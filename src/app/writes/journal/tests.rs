use bson::doc;

use super::*;
use crate::session::MetadataPath;

fn entry(session: &str, before: Option<i32>, after: Option<i32>) -> JournalEntry {
    let field = FieldDeed {
        path: MetadataPath::from("n"),
        before: before.map(Bson::from),
        after: after.map(Bson::from),
        next: None,
        put: None,
    };
    JournalEntry::new("here", session.into(), Deed::Metadata(vec![field]))
}

#[tokio::test]
async fn what_was_begun_and_settled_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let on_disk = Journal::new(Some(dir.path().to_owned()));
    let in_memory = Journal::new(None);
    assert_eq!((on_disk.folder(), in_memory.folder()), (Some(dir.path()), None));
    for journal in [on_disk, in_memory] {
        let entries = [entry("a", None, Some(1)), entry("b", Some(1), Some(2))];
        journal.begin(entries.to_vec()).await.unwrap();
        journal.settle(vec![(entries[1].id, DeedState::Done)]).await.unwrap();
        let read = journal.clone().read().await.unwrap();
        let done = JournalEntry { state: DeedState::Done, ..entries[1].clone() };
        assert_eq!(read.entries, [entries[0].clone(), done]);
        assert!(journal.of_samples().read().await.unwrap().entries.is_empty());
    }
}

#[tokio::test]
async fn two_windows_write_one_journal() {
    let dir = tempfile::tempdir().unwrap();
    let windows = [1, 2, 3, 4].map(|_| Journal::new(Some(dir.path().to_owned())));
    let writing = windows.map(|journal| {
        tokio::spawn(async move {
            for _ in 0..50 {
                let entry = entry("s", None, Some(1));
                let id = entry.id;
                journal.begin(vec![entry]).await.unwrap();
                journal.settle(vec![(id, DeedState::Done)]).await.unwrap();
            }
        })
    });
    for window in writing {
        window.await.unwrap();
    }
    let read = Journal::new(Some(dir.path().to_owned())).read().await.unwrap();
    assert_eq!((read.entries.len(), read.damaged), (200, 0));
    assert!(read.entries.iter().all(|entry| entry.state == DeedState::Done));
}

#[tokio::test]
async fn damage_is_told_once_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::new(Some(dir.path().to_owned()));
    let first = entry("s", None, Some(1));
    journal.begin(vec![first.clone()]).await.unwrap();
    let path = dir.path().join("journal");
    let held = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&held[..held.len() / 2], b"\n", held.as_slice()].concat()).unwrap();
    journal.begin(vec![entry("s", None, Some(2))]).await.unwrap();
    let read = journal.read().await.unwrap();
    assert_eq!((read.entries.len(), read.damaged), (2, 1));
    assert_eq!(read.entries[0], first);
    assert_eq!((journal.notes(&read).len(), journal.clone().notes(&read).len()), (1, 0));
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let journal = Journal::new(Some(file.join("state")));
    assert!(journal.begin(vec![entry("s", None, Some(1))]).await.is_err());
    assert!(journal.begin(Vec::new()).await.is_ok(), "nothing is nothing");
    let element = Bson::from(doc! { "rating": "up" });
    let given = JournalEntry::new("here", "s".into(), Deed::Feedback { before: None, after: Some(element) });
    assert!(!given.loses_a_value() && entry("s", Some(1), None).loses_a_value());
}
