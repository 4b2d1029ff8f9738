//! Metadata that is used once: read, and removed with it.

use std::sync::{Mutex, PoisonError};

use bson::{Bson, Document};

use super::SessionManager;
use crate::{
    hook::{HookAnswer, HookOperation, HookPayload},
    repository::{Error, Result, SessionRepository},
    session::{MetadataEdit, MetadataPath, sealed::SealedValue},
};

/// How often others may be quicker.
const TRIES: usize = 8;

impl SessionManager {
    /// Takes values out of the metadata: gives them as [`metadata`](Self::metadata) does, each in the objects that it stands in, and
    /// removes all of them or none, where they are still stored as they were read. What is not there is left out. Of several who take the
    /// same value at once, one gets it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> strandscope::Result<()> {
    /// # let dir = tempfile::tempdir().expect("a folder");
    /// # let sessions = strandscope::open_folder(dir.path()).await?;
    /// use strandscope::{MetadataEdit, SessionManager, bson::doc};
    ///
    /// let manager = SessionManager::new(sessions, "support-1");
    /// # manager.open_or_create().await?;
    /// manager.edit_metadata(vec![MetadataEdit::set("code", "4711"), MetadataEdit::set("tier", "gold")]).await?;
    /// assert_eq!(manager.take_metadata(&["code".into(), "other".into()]).await?, doc! { "code": "4711" });
    /// assert_eq!(manager.metadata().await?, doc! { "tier": "gold" });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata) and [`edit_metadata`](Self::edit_metadata); [`Error::Conflict`] where the values change faster than
    /// they can be taken; [`Error::Other`] for one that is encrypted, or holds what is, and that no hook opens: none is removed. After
    /// [`Error::Unconfirmed`] and [`Error::Deadline`] they may be gone.
    pub async fn take_metadata(&self, paths: &[MetadataPath]) -> Result<Document> {
        let mut tries = 1;
        loop {
            let (stored, read) = self.stored_and_read().await?;
            let mut taken = Document::new();
            let mut edits = Vec::new();
            for path in paths {
                let (Some(stored), Some(read)) = (path.value(&stored), path.value(&read)) else { continue };
                if let Some((path, sealed)) = still_sealed(path, stored, read) {
                    return Err(self.not_opened(&path, sealed));
                }
                put(&mut taken, path, read);
                edits.push(MetadataEdit::unset(path).only_if(Some(stored.clone())));
            }
            if edits.is_empty() {
                return Ok(taken);
            }
            match self.edit_metadata(edits).await {
                Err(Error::Conflict { .. }) if tries < TRIES => tries += 1,
                other => return other.map(|()| taken),
            }
        }
    }

    /// The metadata as it is stored, and as the hooks give it: one read.
    async fn stored_and_read(&self) -> Result<(Document, Document)> {
        let repository: &dyn SessionRepository = self.repository().as_ref();
        // No hook is asked of what is refused anyway.
        repository.admits(self.key())?;
        let stored = Mutex::new(None);
        let keep = &stored;
        let last = move |operation: HookOperation| async move {
            let metadata = repository.metadata(&operation.session).await?;
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(metadata.clone());
            Ok::<_, Error>(HookAnswer::Metadata(metadata))
        };
        let read = match self.0.hooks.run(self.operation(HookPayload::MetadataGet), last).await? {
            HookAnswer::Metadata(read) => read,
            _ => Document::new(),
        };
        let stored = stored.into_inner().unwrap_or_else(PoisonError::into_inner);
        // A hook that answered by itself is believed: what it gave is removed only where it is stored.
        Ok((stored.unwrap_or_else(|| read.clone()), read))
    }

    fn not_opened(&self, path: &MetadataPath, sealed: SealedValue<'_>) -> Error {
        let doing = format!("taking {} of session {:?} in {}", path.field(), self.id(), self.repository().location());
        let key_id = sealed.key_id;
        Error::other(doing, format!("it is encrypted with the key {key_id:?}, which is not here; nothing was removed"))
    }
}

/// What is encrypted in a value, or is the value, and was not opened.
fn still_sealed<'a>(path: &MetadataPath, stored: &'a Bson, read: &Bson) -> Option<(MetadataPath, SealedValue<'a>)> {
    match (stored, read) {
        (Bson::Document(stored), Bson::Document(read)) => {
            stored.iter().find_map(|(key, value)| still_sealed(&path.child(key), value, read.get(key)?))
        }
        _ => SealedValue::read(stored).filter(|_| stored == read).map(|sealed| (path.clone(), sealed)),
    }
}

/// Puts a value where it stood, with the objects on the way.
fn put(taken: &mut Document, path: &MetadataPath, value: &Bson) {
    let mut at = taken;
    for parent in path.parents() {
        let object = at.entry(parent.name()).or_insert_with(|| Document::new().into());
        let Bson::Document(object) = object else { return };
        at = object;
    }
    at.insert(path.name(), value.clone());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use bson::doc;

    use super::*;
    use crate::{
        hook::{Hook, Hooks, Next},
        repository::folder::open,
    };

    const SEALED: &str = "strandscope-sealed:1:lost:r:2kUyDRQcJ2h0V3d4bZ3Hsw0kX5m1Qe7pYt6u";

    async fn manager(dir: &tempfile::TempDir, hooks: Hooks, metadata: Document) -> SessionManager {
        let sessions = open(dir.path()).await.unwrap();
        let manager = SessionManager::builder(sessions, "s-1").hooks(hooks).build();
        manager.open_or_create().await.unwrap();
        let edits = metadata.into_iter().map(|(key, value)| MetadataEdit::set(key, value)).collect();
        manager.edit_metadata(edits).await.unwrap();
        manager
    }

    #[tokio::test]
    async fn values_come_in_their_objects_and_are_gone() {
        let dir = tempfile::tempdir().unwrap();
        let whole = doc! { "customer": { "iban": "DE1", "name": "Ada" }, "code": 5, "tier": "gold" };
        let manager = manager(&dir, Hooks::default(), whole).await;
        let iban = MetadataPath::from("customer").child("iban");
        let none = MetadataPath::from("tier").child("none");
        let taken = manager.take_metadata(&[iban.clone(), "code".into(), none]).await.unwrap();
        assert_eq!(taken, doc! { "customer": { "iban": "DE1" }, "code": 5 });
        assert_eq!(manager.metadata().await.unwrap(), doc! { "customer": { "name": "Ada" }, "tier": "gold" });
        assert_eq!(manager.take_metadata(&[iban]).await.unwrap(), doc! {});
    }

    #[tokio::test]
    async fn a_value_and_its_object_cannot_both_be_taken() {
        let dir = tempfile::tempdir().unwrap();
        let manager = manager(&dir, Hooks::default(), doc! { "a": { "b": 1 } }).await;
        let both = ["a".into(), MetadataPath::from("a").child("b")];
        assert!(matches!(manager.take_metadata(&both).await, Err(Error::Key { .. })));
        assert_eq!(manager.metadata().await.unwrap(), doc! { "a": { "b": 1 } });
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_of_many_gets_it() {
        let dir = tempfile::tempdir().unwrap();
        let manager = manager(&dir, Hooks::default(), doc! { "code": "4711" }).await;
        let takers: Vec<_> = (0..8)
            .map(|_| {
                let manager = manager.clone();
                tokio::spawn(async move { manager.take_metadata(&["code".into()]).await })
            })
            .collect();
        let mut got = Vec::new();
        for taker in takers {
            got.push(taker.await.unwrap().unwrap());
        }
        assert_eq!(got.iter().filter(|taken| **taken == doc! { "code": "4711" }).count(), 1);
        assert_eq!(got.iter().filter(|taken| taken.is_empty()).count(), 7);
    }

    #[tokio::test]
    async fn what_nobody_can_read_stays() {
        let dir = tempfile::tempdir().unwrap();
        let manager = manager(&dir, Hooks::default(), doc! { "ssn": SEALED, "code": 5 }).await;
        let refused = manager.take_metadata(&["code".into(), "ssn".into()]).await.unwrap_err().to_string();
        assert!(refused.contains("metadata.ssn") && refused.contains("\"lost\""), "{refused}");
        assert_eq!(manager.metadata().await.unwrap(), doc! { "ssn": SEALED, "code": 5 });
    }

    #[tokio::test]
    async fn nor_is_an_object_removed_that_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let whole = doc! { "customer": { "name": "Ada", "cards": { "iban": SEALED } } };
        let manager = manager(&dir, Hooks::default(), whole.clone()).await;
        let refused = manager.take_metadata(&["customer".into()]).await.unwrap_err().to_string();
        assert!(refused.contains("metadata.customer.cards.iban") && refused.contains("\"lost\""), "{refused}");
        assert_eq!(manager.metadata().await.unwrap(), whole);
    }

    /// Answers by itself, with what is not stored.
    struct Inventive;

    #[async_trait]
    impl Hook for Inventive {
        fn name(&self) -> &'static str {
            "inventive"
        }

        async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
            match operation.payload {
                HookPayload::MetadataGet => Ok(HookAnswer::Metadata(doc! { "code": "made up" })),
                _ => next.run(operation).await,
            }
        }
    }

    #[tokio::test]
    async fn what_was_not_read_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        let manager = manager(&dir, Hooks::new(vec![Arc::new(Inventive)]), doc! { "code": "4711" }).await;
        assert!(matches!(manager.take_metadata(&["code".into()]).await, Err(Error::Conflict { .. })));
        let stored = manager.repository().metadata(manager.key()).await.unwrap();
        assert_eq!(stored, doc! { "code": "4711" });
    }

    /// Lets through only what says where it is stored.
    struct Placed;

    #[async_trait]
    impl Hook for Placed {
        fn name(&self) -> &'static str {
            "placed"
        }

        async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
            if operation.store.is_none() {
                return Err(operation.refused(self.name(), "nobody says where"));
            }
            next.run(operation).await
        }
    }

    #[tokio::test]
    async fn hooks_are_told_where_it_is_stored() {
        let dir = tempfile::tempdir().unwrap();
        let manager = manager(&dir, Hooks::new(vec![Arc::new(Placed)]), doc! { "code": "4711" }).await;
        assert_eq!(manager.take_metadata(&["code".into()]).await.unwrap(), doc! { "code": "4711" });
    }
}
