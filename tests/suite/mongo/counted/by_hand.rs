//! What a save by hand costs.

use std::sync::Arc;

use bson::{Bson, doc};
use strandscope::{
    MetadataEdit, MetadataPath, SessionReader,
    app::{
        place::{Store, WriteRules},
        writes::{HandWriter, Journal, Write, WritePlace},
    },
};

use super::{Counted, data};

#[tokio::test]
async fn a_save_sends_its_paths_alone_however_long_the_session_is() {
    let mut large = data::session(1, 12_000, 500);
    large.insert("metadata", doc! { "customer": { "tier": "gold", "since": 1 }, "text": "x".repeat(100_000) });
    let counted = Counted::new("save_cost", [large]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = HandWriter {
        place: WritePlace {
            name: "test".into(),
            identity: counted.repository.identity(),
            rules: WriteRules::default(),
        },
        store: Store::Repository(Arc::clone(&counted.repository) as _),
        hooks: strandscope::Hooks::default(),
        copies: None,
        journal: Journal::new(Some(state.path().to_owned())),
    };
    let path = MetadataPath::new(vec!["customer".into(), "tier".into()]).expect("keys");
    let edit = MetadataEdit::set(&path, "silver").only_if(Some(Bson::from("gold")));
    let key = data::id(1).as_str().into();
    let (done, work) = counted.of(hand.carry_out(Write::Metadata(key, vec![edit]))).await;
    done.expect("stored");
    assert_eq!(work.commands, ["update"], "{work:?}");
    assert!(work.sent < 2_000 && work.received < 1_000, "{work:?}");
    assert!(work.documents <= 1, "{work:?}");
}
