//! The hook in a chain.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bson::{Document, doc};

use super::{OTHER_SECRET, cipher, cipher_of, session, stored};
use crate::{
    hook::{EncryptMetadata, Hook, HookAnswer, HookOperation, HookPayload, Hooks, Next},
    repository::{Error, Result},
    session::{MetadataEdit, edit::apply, sealed::SealedValue},
};

/// What a hook behind it sees.
#[derive(Default)]
struct Onlooker(Mutex<Vec<HookPayload>>);

#[async_trait]
impl Hook for Onlooker {
    fn name(&self) -> &'static str {
        "onlooker"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        self.0.lock().unwrap().push(operation.payload.clone());
        next.run(operation).await
    }
}

/// Runs an operation on this metadata.
async fn run(hooks: &Hooks, metadata: &Mutex<Document>, payload: HookPayload) -> Result<HookAnswer> {
    let last = move |operation: HookOperation| async move {
        let mut metadata = metadata.lock().unwrap();
        match operation.payload {
            HookPayload::MetadataGet => Ok(HookAnswer::Metadata(metadata.clone())),
            HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) => {
                apply(&mut metadata, &edits).unwrap();
                Ok(HookAnswer::Done)
            }
            _ => Ok(HookAnswer::Unchanged),
        }
    };
    hooks.run(HookOperation::new(session(), payload), last).await
}

#[tokio::test]
async fn values_are_sealed_for_all_behind_it_and_read_by_all_before() {
    let onlooker = Arc::new(Onlooker::default());
    let hooks = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher())), onlooker.clone()]);
    let metadata = Mutex::default();
    let edits = vec![MetadataEdit::set("ssn", "078-05-1120"), MetadataEdit::set("tier", "gold")];
    run(&hooks, &metadata, HookPayload::MetadataUpdate(edits)).await.unwrap();
    let read = run(&hooks, &metadata, HookPayload::MetadataGet).await.unwrap();
    assert_eq!(read, HookAnswer::Metadata(doc! { "ssn": "078-05-1120", "tier": "gold" }));
    let stored = metadata.lock().unwrap().clone();
    assert!(stored.get("ssn").and_then(SealedValue::read).is_some());
    let seen = format!("{:?}", onlooker.0.lock().unwrap());
    assert!(seen.contains("strandscope-sealed:1:k1:r:") && !seen.contains("078-05-1120"), "{seen}");
    run(&hooks, &metadata, HookPayload::MetadataDelete(vec![MetadataEdit::unset("ssn")])).await.unwrap();
    assert_eq!(*metadata.lock().unwrap(), doc! { "tier": "gold" });
}

#[tokio::test]
async fn an_edit_that_cannot_be_sealed_is_refused_whole() {
    let hooks = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher()))]);
    let metadata = Mutex::new(doc! { "ssn": {} });
    let within = crate::session::MetadataPath::from("ssn").child("number");
    for payload in [
        HookPayload::MetadataUpdate(vec![MetadataEdit::set("tier", "gold"), MetadataEdit::set(within.clone(), 1)]),
        HookPayload::MetadataDelete(vec![MetadataEdit::unset(within)]),
    ] {
        let refused = run(&hooks, &metadata, payload).await.unwrap_err();
        let text = refused.to_string();
        assert!(matches!(refused, Error::Refused { .. }), "{text}");
        assert!(text.contains("support-1") && text.contains("metadata.ssn is encrypted whole"), "{text}");
    }
    assert_eq!(*metadata.lock().unwrap(), doc! { "ssn": {} });
}

#[tokio::test]
async fn what_cannot_be_opened_stays_or_is_refused_where_it_is_strict() {
    let lost = stored(&cipher_of(&[("lost", OTHER_SECRET)]), "ssn", "078-05-1120");
    let metadata = Mutex::new(doc! { "ssn": lost.clone(), "email": stored(&cipher(), "email", "a@b.c") });
    let lenient = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher()))]);
    let read = run(&lenient, &metadata, HookPayload::MetadataGet).await.unwrap();
    assert_eq!(read, HookAnswer::Metadata(doc! { "ssn": lost, "email": "a@b.c" }));
    let strict = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher()).strict(true))]);
    let refused = run(&strict, &metadata, HookPayload::MetadataGet).await.unwrap_err().to_string();
    assert!(refused.contains("metadata.get") && refused.contains("\"lost\""), "{refused}");
    run(&strict, &metadata, HookPayload::MetadataDelete(vec![MetadataEdit::unset("ssn")])).await.unwrap();
    let read = run(&strict, &metadata, HookPayload::MetadataGet).await.unwrap();
    assert_eq!(read, HookAnswer::Metadata(doc! { "email": "a@b.c" }));
}
