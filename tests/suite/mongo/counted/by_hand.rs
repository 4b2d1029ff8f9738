//! What a save by hand costs, and the way back.

use std::{path::Path, sync::Arc};

use bson::{Bson, Document, doc};
use strandscope::{
    FeedbackChange, MetadataEdit, MetadataPath, SessionReader,
    app::{
        place::{Store, WriteRules},
        writes::{HandWriter, Journal, UndoScope, Write, WritePlace},
    },
};

use super::{Counted, Work, data};

/// Bytes of a text in the metadata that no change is of.
const TEXT: usize = 100_000;

/// A session of 12 MB.
fn large() -> Document {
    let mut large = data::session(1, 12_000, 500);
    large.insert("metadata", doc! { "customer": { "tier": "gold", "since": 1 }, "text": "x".repeat(TEXT) });
    large
}

fn hand(counted: &Counted, state: &Path) -> HandWriter {
    HandWriter {
        place: WritePlace {
            name: "test".into(),
            identity: counted.repository.identity(),
            rules: WriteRules::default(),
        },
        store: Store::Repository(Arc::clone(&counted.repository) as _),
        hooks: strandscope::Hooks::default(),
        copies: None,
        journal: Journal::new(Some(state.to_owned())),
    }
}

/// What one change costs.
async fn cost(counted: &Counted, hand: &HandWriter, write: Write) -> Work {
    let (done, work) = counted.of(hand.carry_out(write)).await;
    assert_eq!(done.expect("stored").changes.len(), 1);
    work
}

fn back() -> Write {
    Write::Undo(UndoScope::Session(data::id(1).as_str().into()))
}

fn again() -> Write {
    Write::Redo(UndoScope::Session(data::id(1).as_str().into()))
}

#[tokio::test]
async fn a_save_and_the_way_back_send_their_paths_alone_however_long_the_session_is() {
    let counted = Counted::new("save_cost", [large()]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = hand(&counted, state.path());
    let path = MetadataPath::new(vec!["customer".into(), "tier".into()]).expect("keys");
    let edit = MetadataEdit::set(&path, "silver").only_if(Some(Bson::from("gold")));
    let save = Write::Metadata(data::id(1).as_str().into(), vec![edit]);
    for write in [save, back(), again(), back(), again()] {
        let work = cost(&counted, &hand, write).await;
        assert_eq!(work.commands, ["update"], "{work:?}");
        assert!(work.sent < 2_000 && work.received < 1_000, "{work:?}");
        assert!(work.documents <= 1, "{work:?}");
    }
}

#[tokio::test]
async fn a_removal_and_the_way_back_read_the_metadata_for_its_place_and_nothing_else() {
    let counted = Counted::new("removal_cost", [large()]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = hand(&counted, state.path());
    let path = MetadataPath::new(vec!["customer".into(), "tier".into()]).expect("keys");
    let edit = MetadataEdit::unset(&path).only_if(Some(Bson::from("gold")));
    let removal = Write::Metadata(data::id(1).as_str().into(), vec![edit]);
    for write in [removal, back(), again(), back()] {
        let work = cost(&counted, &hand, write).await;
        assert_eq!(work.commands.iter().filter(|name| *name == "update").count(), 1, "{work:?}");
        // For the place that it has in the journal, and for that which the server is told.
        assert!(work.received < 2 * (TEXT + 2_000), "{work:?}");
        // To put a field back in its place the server is told how.
        assert!(work.sent < 3_000, "{work:?}");
    }
    let stored = counted.repository.metadata(&data::id(1).as_str().into()).await.expect("the metadata");
    let customer = stored.get_document("customer").expect("an object");
    assert_eq!(customer.keys().collect::<Vec<_>>(), ["tier", "since"]);
}

#[tokio::test]
async fn a_feedback_that_is_changed_reads_the_feedbacks_alone_however_long_the_session_is() {
    let large = large();
    let given = large.get_array("feedbacks").expect("feedbacks")[0].clone();
    let counted = Counted::new("feedback_cost", [large]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = hand(&counted, state.path());
    let mut other = given.as_document().expect("an object").clone();
    other.insert("comment", "better now");
    let of = |change| Write::ChangeFeedback(data::id(1).as_str().into(), change);
    let changed = of(FeedbackChange::to(given, other.clone()));
    for write in [changed, back(), again(), of(FeedbackChange::back(other.into()))] {
        let work = cost(&counted, &hand, write).await;
        assert_eq!(work.commands, ["find", "update"], "{work:?}");
        assert!(work.sent < 2_000 && work.received < 4_000, "{work:?}");
        assert!(work.documents <= 2, "{work:?}");
    }
    let again = cost(&counted, &hand, back()).await;
    assert_eq!(again.commands, ["update"], "{again:?}");
    assert!(again.sent < 3_000 && again.received < 1_000, "{again:?}");
    let stored = counted.repository.feedbacks(&data::id(1).as_str().into()).await.expect("feedbacks");
    assert_eq!(stored.len(), 1);
}
