//! What is written within a scope: the field that tells, and copies.

use std::sync::Arc;

use bson::{Document, RawDocumentBuf, doc};
use strandscope::{Error, MetadataEdit, MetadataPath, NewSession, SessionCopy, open_folder};

use super::{field, is_out_of_scope, make, mongo};

#[tokio::test(flavor = "multi_thread")]
async fn the_field_is_put_in_and_stays() {
    let (_fresh, all) = mongo("scope_marks", false).await;
    let store = field().guard(Arc::clone(&all)).unwrap();
    let key = store.create_session(&NewSession::new("mine").metadata(doc! { "n": 1 })).await.unwrap();
    assert_eq!(all.metadata(&key).await.unwrap(), doc! { "n": 1, "tenant": "7" });
    let other = NewSession::new("theirs").metadata(doc! { "tenant": "8" });
    assert!(is_out_of_scope(store.create_session(&other).await.err().as_ref()));
    for edit in [
        MetadataEdit::set("tenant", "8"),
        MetadataEdit::unset("tenant"),
        MetadataEdit::set("tenant", "8").only_if(Some("7".into())),
        MetadataEdit::set(MetadataPath::from("tenant").child("x"), 1),
    ] {
        let edits = [MetadataEdit::set("n", 2), edit];
        assert!(is_out_of_scope(store.edit_metadata(&key, &edits).await.err().as_ref()), "{edits:?}");
    }
    store.edit_metadata(&key, &[MetadataEdit::set("first", 2).before("tenant")]).await.unwrap();
    assert_eq!(all.metadata(&key).await.unwrap(), doc! { "n": 1, "first": 2, "tenant": "7" });
    // A session of others under that id is not told of.
    make(&all, "taken", doc! { "tenant": "8" }).await;
    let error = store.create_session(&NewSession::new("taken")).await.unwrap_err();
    assert!(is_out_of_scope(Some(&error)) && !error.to_string().contains("exists"), "{error}");
    assert!(matches!(store.create_session(&NewSession::new("mine")).await, Err(Error::Exists { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_looked_at_before_it_is_put_back() {
    let (_fresh, all) = mongo("scope_copies", false).await;
    let store = field().guard(Arc::clone(&all)).unwrap();
    let key = store.create_session(&NewSession::new("mine")).await.unwrap();
    let copy = store.exact_copy(&key).await.unwrap();
    store.delete_session(&key).await.unwrap();
    let raw = |document: &Document| SessionCopy::Document(RawDocumentBuf::try_from(document).unwrap());
    // Two of a name: which of them counts depends on who reads.
    let twice = |document: Document, from: &[u8], to: &[u8]| {
        let mut bytes = RawDocumentBuf::try_from(&document).unwrap().into_bytes();
        let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
        SessionCopy::Document(RawDocumentBuf::from_bytes(bytes).unwrap())
    };
    let two = doc! { "_id": "x", "metadata": { "tenant": "7" }, "metadatb": { "tenant": "8" }, "agents": {} };
    let inner = doc! { "_id": "x", "metadata": { "tenanu": "8", "tenant": "7" }, "agents": {} };
    for odd in [
        raw(&doc! { "_id": "x", "agents": {} }),
        raw(&doc! { "_id": "x", "metadata": { "tenant": "8" }, "agents": {} }),
        raw(&doc! { "_id": "x", "metadata": { "tenant": ["7"] }, "agents": {} }),
        raw(&doc! { "_id": "x", "metadata": [{ "tenant": "7" }], "agents": {} }),
        raw(&doc! { "_id": "x", "metadata.tenant": "7", "agents": {} }),
        raw(&doc! { "metadata": { "tenant": "7" }, "agents": {} }),
        twice(two, b"metadatb", b"metadata"),
        twice(inner, b"tenanu", b"tenant"),
        SessionCopy::Folder(Vec::<u8>::new().into()),
    ] {
        assert!(is_out_of_scope(store.restore(&odd).await.err().as_ref()), "{odd:?}");
    }
    assert_eq!(store.restore(&copy).await.unwrap(), key);
    assert_eq!(all.exact_copy(&key).await.unwrap(), copy);
}

#[tokio::test]
async fn a_copy_of_a_folder_is_looked_at_too() {
    let dir = tempfile::tempdir().unwrap();
    let all = open_folder(dir.path()).await.unwrap();
    let store = field().guard(Arc::clone(&all)).unwrap();
    let own = make(&all, "a", doc! { "tenant": "7" }).await;
    let other = make(&all, "b", doc! { "tenant": "8" }).await;
    let (own_copy, other_copy) = (all.exact_copy(&own).await.unwrap(), all.exact_copy(&other).await.unwrap());
    all.delete_session(&own).await.unwrap();
    all.delete_session(&other).await.unwrap();
    assert!(is_out_of_scope(store.restore(&other_copy).await.err().as_ref()));
    assert_eq!(store.restore(&own_copy).await.unwrap(), own);
}
