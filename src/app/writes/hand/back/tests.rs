use std::sync::Arc;

use bson::doc;

use super::*;
use crate::{
    app::{
        place::Store,
        writes::{Journal, Write, WritePlace},
    },
    hook::Hooks,
    repository::{SessionRepository, folder::FolderRepository},
    session::{MetadataEdit, MetadataPath, Rating, record::NewSession},
};

mod sealed;

/// A folder with the sessions `a` and `b`, written to by hand.
async fn hand(dir: &std::path::Path) -> (HandWriter, Arc<dyn SessionRepository>) {
    let repository: Arc<dyn SessionRepository> = Arc::new(FolderRepository::open(dir).await.unwrap());
    for id in ["a", "b"] {
        let session = NewSession::new(id).metadata(doc! { "x": 1, "y": { "z": "deep", "n": 2 }, "w": [1, "two"] });
        repository.create_session(&session).await.unwrap();
    }
    let place = WritePlace { name: "here".to_owned(), identity: "here".to_owned(), ..WritePlace::default() };
    let store = Store::Repository(Arc::clone(&repository));
    let copies = Some(dir.join("copies"));
    (HandWriter { place, store, hooks: Hooks::default(), copies, journal: Journal::new(None) }, repository)
}

fn of(id: &str) -> UndoScope {
    UndoScope::Session(id.into())
}

fn edits(edits: Vec<MetadataEdit>) -> Write {
    Write::Metadata("a".into(), edits)
}

#[tokio::test]
async fn edits_are_taken_back_and_made_again_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let mut states = vec![repository.metadata(&key).await.unwrap().to_string()];
    let deep = MetadataPath::from("y").child("z");
    for write in [
        vec![MetadataEdit::set("x", 1_i64).only_if(Some(1.into()))],
        vec![MetadataEdit::unset("x"), MetadataEdit::unset(&deep).only_if(Some("deep".into()))],
        vec![MetadataEdit::set("new", "n").only_if(None)],
    ] {
        hand.carry_out(edits(write)).await.unwrap();
        states.push(repository.metadata(&key).await.unwrap().to_string());
    }
    for expected in states.iter().rev().skip(1) {
        let outcome = hand.carry_out(Write::Undo(of("a"))).await.unwrap();
        assert_eq!(outcome.changes.len(), 1, "{:?}", outcome.says);
        assert_eq!(repository.metadata(&key).await.unwrap().to_string(), *expected);
    }
    let nothing = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(nothing.says.as_deref(), Some("there is nothing to take back: no change made by hand is left at here"));
    assert!(nothing.changes.is_empty());
    for expected in &states[1..] {
        hand.carry_out(Write::Redo(UndoScope::Place)).await.unwrap();
        assert_eq!(repository.metadata(&key).await.unwrap().to_string(), *expected);
    }
    assert!(hand.carry_out(Write::Redo(of("a"))).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn a_new_change_ends_what_can_be_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let x = async || repository.metadata(&"a".into()).await.unwrap().get_i32("x").unwrap();
    let set = |from: i32, to: i32| edits(vec![MetadataEdit::set("x", to).only_if(Some(from.into()))]);
    hand.carry_out(set(1, 2)).await.unwrap();
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    hand.carry_out(set(1, 3)).await.unwrap();
    assert!(hand.carry_out(Write::Redo(of("a"))).await.unwrap().changes.is_empty());
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    hand.carry_out(Write::Redo(of("a"))).await.unwrap();
    assert_eq!(x().await, 3);
    assert!(hand.carry_out(Write::Redo(of("a"))).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn another_change_stands_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let change = vec![MetadataEdit::set("x", 2).only_if(Some(1.into())), MetadataEdit::unset("w")];
    hand.carry_out(edits(change)).await.unwrap();
    repository.edit_metadata(&key, &[MetadataEdit::set("x", 3)]).await.unwrap();
    let stored = repository.metadata(&key).await.unwrap();
    let refused = hand.carry_out(Write::Undo(of("a"))).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
    assert_eq!(repository.metadata(&key).await.unwrap(), stored, "nothing is done");
    assert!(hand.carry_out(Write::Undo(of("b"))).await.unwrap().changes.is_empty());
    // It is as it was by another hand: it counts as taken back.
    let back = [MetadataEdit::set("x", 1), MetadataEdit::set("w", vec![Bson::Int32(1), "two".into()])];
    repository.edit_metadata(&key, &back).await.unwrap();
    assert_eq!(hand.carry_out(Write::Undo(of("a"))).await.unwrap().changes.len(), 1);
    assert!(hand.carry_out(Write::Undo(of("a"))).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn what_was_begun_is_known_by_what_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let entry = |edit: MetadataEdit| {
        JournalEntry::new("here", "a".into(), Deed::Metadata(crate::app::writes::field_deeds(&[edit], None)))
    };
    let sent = MetadataEdit::set("x", 2).only_if(Some(1.into()));
    let lost = MetadataEdit::set("new", 2).only_if(None);
    hand.journal.begin(vec![entry(sent.clone()), entry(lost)]).await.unwrap();
    repository.edit_metadata(&key, &[sent]).await.unwrap();
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    assert_eq!(repository.metadata(&key).await.unwrap().get("x"), Some(&Bson::Int32(1)));
    assert!(hand.carry_out(Write::Undo(of("a"))).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn a_group_is_taken_back_as_one_at_the_place_and_by_itself_in_a_session() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let group = Uuid::new_v4();
    let x = async |id: &str| repository.metadata(&id.into()).await.unwrap().get_i32("x").unwrap();
    for id in ["a", "b"] {
        let edit = MetadataEdit::set("x", 2).only_if(Some(1.into()));
        let deed = Deed::Metadata(crate::app::writes::field_deeds(std::slice::from_ref(&edit), None));
        let entry = JournalEntry::new("here", id.into(), deed).in_group(group);
        let outcomes = vec![(entry.id, DeedState::Done)];
        hand.journal.begin(vec![entry]).await.unwrap();
        repository.edit_metadata(&id.into(), &[edit]).await.unwrap();
        hand.journal.settle(outcomes).await.unwrap();
    }
    let outcome = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(outcome.says.as_deref(), Some("the change of 2 sessions is taken back, at here"));
    assert_eq!((x("a").await, x("b").await), (1, 1));
    hand.carry_out(Write::Redo(UndoScope::Place)).await.unwrap();
    assert_eq!((x("a").await, x("b").await), (2, 2));
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    assert_eq!((x("a").await, x("b").await), (1, 2));
    // The rest of it, where something stands in the way of one.
    repository.edit_metadata(&"b".into(), &[MetadataEdit::set("x", 9)]).await.unwrap();
    let refused = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_session_that_another_deleted_does_not_stand_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let x = async || repository.metadata(&"b".into()).await.unwrap().get_i32("x").unwrap();
    let set = |id: &str, from: i32| {
        let edit = MetadataEdit::set("x", from + 1).only_if(Some(from.into()));
        Write::Metadata(id.into(), vec![edit])
    };
    hand.carry_out(set("b", 1)).await.unwrap();
    let group = Uuid::new_v4();
    let mut entries = Vec::new();
    for id in ["a", "b"] {
        let edit = MetadataEdit::set("n", 2).only_if(None);
        let deed = Deed::Metadata(crate::app::writes::field_deeds(std::slice::from_ref(&edit), None));
        repository.edit_metadata(&id.into(), &[edit]).await.unwrap();
        entries.push(JournalEntry::new("here", id.into(), deed).in_group(group));
    }
    let done = entries.iter().map(|entry| (entry.id, DeedState::Done)).collect();
    hand.journal.begin(entries).await.unwrap();
    hand.journal.settle(done).await.unwrap();
    hand.carry_out(set("a", 1)).await.unwrap();
    repository.delete_session(&"a".into()).await.unwrap();
    // That of `a` alone, then those of both, of which one is left, then that of `b` alone.
    let passed = "; 1 session that was changed is not there any more and was passed over";
    let outcome = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(outcome.changes.len(), 1);
    assert_eq!(outcome.says, Some(format!("n of b is gone again, at here{passed}")));
    let outcome = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(outcome.says, Some(format!("x of b is 1 again, at here{passed}")));
    assert_eq!(x().await, 1);
    let nothing = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert!(nothing.changes.is_empty() && nothing.says.is_some_and(|says| says.ends_with(passed)));
    // Asked for by its id it is told.
    assert_eq!(hand.carry_out(Write::Undo(of("a"))).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn how_far_a_group_is_taken_back_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let group = Uuid::new_v4();
    for id in ["a", "b"] {
        let edit = MetadataEdit::set("n", 2).only_if(None);
        let deed = Deed::Metadata(crate::app::writes::field_deeds(std::slice::from_ref(&edit), None));
        let entry = JournalEntry::new("here", id.into(), deed).in_group(group);
        let outcomes = vec![(entry.id, DeedState::Done)];
        hand.journal.begin(vec![entry]).await.unwrap();
        repository.edit_metadata(&id.into(), &[edit]).await.unwrap();
        hand.journal.settle(outcomes).await.unwrap();
    }
    let (progress, mut told) = mpsc::channel(8);
    hand.carry_out_told(Write::Undo(UndoScope::Place), &progress).await.unwrap();
    let told: Vec<TurnProgress> = std::iter::from_fn(|| told.try_recv().ok()).collect();
    assert_eq!(told, [TurnProgress { done: 0, of: 2 }, TurnProgress { done: 2, of: 2 }]);
}

#[tokio::test]
async fn feedback_given_here_is_known_and_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let given = NewFeedback::new(Rating::Up).comment("good");
    hand.carry_out(Write::Feedback(key.clone(), given)).await.unwrap();
    let stored: Vec<Bson> = repository.feedbacks(&key).await.unwrap().iter().map(|one| one.raw.bson()).collect();
    assert_eq!(hand.journal.own_feedback("here", &key).await.unwrap(), stored);
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    assert!(repository.feedbacks(&key).await.unwrap().is_empty());
    hand.carry_out(Write::Redo(of("a"))).await.unwrap();
    let again: Vec<Bson> = repository.feedbacks(&key).await.unwrap().iter().map(|one| one.raw.bson()).collect();
    assert_eq!(again, stored);
}

#[tokio::test]
async fn feedback_that_another_changed_is_not_said_to_be_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let stored =
        async || -> Vec<Bson> { repository.feedbacks(&key).await.unwrap().iter().map(|one| one.raw.bson()).collect() };
    hand.carry_out(Write::Feedback(key.clone(), NewFeedback::new(Rating::Up).comment("good"))).await.unwrap();
    let given = stored().await.remove(0);
    let mut other = given.as_document().unwrap().clone();
    other.insert("comment", "of another");
    repository.change_feedback(&key, &FeedbackChange::to(given, other.clone())).await.unwrap();
    let refused = hand.carry_out(Write::Undo(of("a"))).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
    assert_eq!(stored().await, [Bson::from(other.clone())], "nothing is done");
    // Another took it back: so it is as it was.
    repository.change_feedback(&key, &FeedbackChange::back(other.into())).await.unwrap();
    assert_eq!(hand.carry_out(Write::Undo(of("a"))).await.unwrap().changes.len(), 1);
}

#[tokio::test]
async fn a_deletion_without_its_copy_does_not_stand_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let change = Write::Metadata("b".into(), vec![MetadataEdit::set("x", 2).only_if(Some(1.into()))]);
    hand.carry_out(change).await.unwrap();
    let copy = hand.carry_out(Write::Delete("a".into())).await.unwrap().copy.unwrap();
    let kept = dir.path().join("kept");
    std::fs::rename(copy, &kept).unwrap();
    let outcome = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(outcome.says.as_deref(), Some("x of b is 1 again, at here"));
    assert_eq!(
        outcome.notes,
        ["the deletion of session a cannot be taken back, for its copy is gone; it was passed over"]
    );
    // By the file, wherever it is now: then there is nothing to be said of it either.
    hand.restore(kept).await.unwrap();
    assert!(repository.open(&"a".into(), 0).await.is_ok());
    let nothing = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert!(nothing.changes.is_empty() && nothing.notes.is_empty(), "{:?}", nothing.notes);
}

#[tokio::test]
async fn damage_is_told_with_what_stands_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (mut hand, _) = hand(dir.path()).await;
    let state = dir.path().join("state");
    hand.journal = Journal::new(Some(state.clone()));
    let set = |from: i32, to: i32| edits(vec![MetadataEdit::set("x", to).only_if(Some(from.into()))]);
    hand.carry_out(set(1, 2)).await.unwrap();
    hand.carry_out(set(2, 3)).await.unwrap();
    let journal = state.join("journal");
    let mut lines: Vec<String> = std::fs::read_to_string(&journal).unwrap().lines().map(str::to_owned).collect();
    lines[2].pop();
    std::fs::write(&journal, lines.join("\n") + "\n").unwrap();
    let Turned { outcome, unfinished, .. } = hand.turn(&of("a"), Turn::Back, &mpsc::channel(1).0).await.unwrap();
    assert_eq!(unfinished.map(|error| error.kind()), Some(ErrorKind::Conflict));
    assert_eq!(outcome.notes.len(), 1, "{:?}", outcome.notes);
    // On the screen the error comes first, and that is said afterwards; for one run of the program once.
    hand.journal = Journal::new(Some(state));
    assert!(hand.carry_out(Write::Undo(of("a"))).await.is_err());
    assert_eq!(hand.carry_out(Write::Undo(of("b"))).await.unwrap().notes.len(), 1);
    // Once that went well it was told.
    assert!(hand.carry_out(Write::Undo(of("a"))).await.is_err());
    assert_eq!(hand.carry_out(Write::Undo(of("b"))).await.unwrap().notes.len(), 0);
}

#[tokio::test]
async fn a_deleted_session_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (hand, repository) = hand(dir.path()).await;
    let key = SessionKey::from("a");
    let document = repository.document(&key).await.unwrap();
    let deleted = hand.carry_out(Write::Delete(key.clone())).await.unwrap();
    assert!(deleted.copy.is_some());
    let outcome = hand.carry_out(Write::Undo(UndoScope::Place)).await.unwrap();
    assert_eq!(outcome.says.as_deref(), Some("session a is there again, at here"));
    assert_eq!(repository.document(&key).await.unwrap().get("metadata"), document.get("metadata"));
    // That asks for the id.
    let again = hand.carry_out(Write::Redo(UndoScope::Place)).await.unwrap();
    assert!(again.changes.is_empty() && again.notes.len() == 1 && repository.open(&key, 0).await.is_ok());
    // By the file, which takes the deletion back as well.
    let copy = hand.carry_out(Write::Delete(key.clone())).await.unwrap().copy.unwrap();
    hand.restore(copy).await.unwrap();
    assert!(hand.carry_out(Write::Undo(of("a"))).await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn nothing_is_lost_where_the_journal_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let (mut hand, repository) = hand(dir.path()).await;
    let no_folder = dir.path().join("file");
    std::fs::write(&no_folder, "").unwrap();
    hand.journal = Journal::new(Some(no_folder));
    let change = edits(vec![MetadataEdit::set("x", 2).only_if(Some(1.into()))]);
    let refused = hand.carry_out(change).await.unwrap_err();
    assert!(refused.to_string().contains("no way back"), "{refused}");
    let added = hand.carry_out(edits(vec![MetadataEdit::set("new", 2).only_if(None)])).await.unwrap();
    assert_eq!(added.notes.len(), 1, "{:?}", added.notes);
    let metadata = repository.metadata(&"a".into()).await.unwrap();
    assert_eq!((metadata.get_i32("x").unwrap(), metadata.get_i32("new").unwrap()), (1, 2));
}
