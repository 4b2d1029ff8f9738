//! Encrypted fields on MongoDB: what is stored, what is read, found and used once, and what somebody else puts there.

use crate::support;
use std::sync::Arc;

use bson::{Bson, DateTime, Document, doc};
use futures_util::TryStreamExt;
use strandscope::{
    CipherKeys, EncryptMetadata, EncryptedField, Error, FieldCipher, Filter, Hooks, ListQuery, MetadataEdit,
    MetadataPath, Pool, PoolOptions, SealedValue, SecretString, SessionManager, SessionRepository, Summary, Timestamp,
};
use support::Fresh;

fn iban() -> MetadataPath {
    MetadataPath::from("customer").child("iban")
}

fn cipher(keys: CipherKeys) -> FieldCipher {
    let fields = vec![
        EncryptedField::new("ssn").bound(true),
        EncryptedField::new("email").deterministic(true),
        EncryptedField::new(iban()),
    ];
    FieldCipher::new(keys, fields).unwrap()
}

fn secret() -> SecretString {
    CipherKeys::generate_secret().unwrap()
}

async fn repository(fresh: &Fresh) -> Arc<dyn SessionRepository> {
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.unwrap();
    Arc::new(pool.repository(&fresh.database, "sessions").unwrap())
}

fn manager(sessions: &Arc<dyn SessionRepository>, id: &str, hook: EncryptMetadata) -> SessionManager {
    SessionManager::builder(Arc::clone(sessions), id).hooks(Hooks::new(vec![Arc::new(hook)])).build()
}

async fn raw(fresh: &Fresh, id: &str) -> Document {
    fresh.collection.find_one(doc! { "_id": id }).await.unwrap().unwrap()
}

/// Two sessions, `s-1` and `s-2`.
async fn two(name: &str, cipher: &FieldCipher) -> (Fresh, Arc<dyn SessionRepository>, [SessionManager; 2]) {
    let fresh = support::fresh_collection(name).await;
    let at = DateTime::now();
    let session = |id: &str| {
        doc! { "_id": id, "session_id": id, "created_at": at, "updated_at": at, "agents": {}, "metadata": { "customer": {} } }
    };
    fresh.load([session("s-1"), session("s-2")]).await;
    let sessions = repository(&fresh).await;
    let managers = ["s-1", "s-2"].map(|id| manager(&sessions, id, EncryptMetadata::new(cipher.clone())));
    (fresh, sessions, managers)
}

#[tokio::test]
async fn nothing_chosen_is_stored_in_clear() {
    let (fresh, _, [manager, _]) = two("sealed", &cipher(CipherKeys::new("k1", &secret()).unwrap())).await;
    let decimal: bson::Decimal128 = "12.50".parse().unwrap();
    let whole = doc! { "number": "078-05-1120", "since": DateTime::from_millis(5), "fee": decimal, "count": 5_i64 };
    let edits = vec![
        MetadataEdit::set("ssn", whole.clone()).only_if(None),
        MetadataEdit::set("email", "ada@example.org"),
        MetadataEdit::set("customer", doc! { "name": "Ada", "iban": "DE89 3704" }),
        MetadataEdit::set("tier", Bson::Null),
    ];
    manager.edit_metadata(edits).await.unwrap();
    let stored = raw(&fresh, "s-1").await.to_string();
    for clear in ["078-05-1120", "ada@example.org", "DE89"] {
        assert!(!stored.contains(clear), "{stored}");
    }
    assert!(stored.contains("Ada"), "{stored}");
    let read = manager.metadata().await.unwrap();
    let customer = doc! { "name": "Ada", "iban": "DE89 3704" };
    let expected = doc! { "customer": customer, "ssn": whole, "email": "ada@example.org", "tier": Bson::Null };
    assert_eq!(read, expected);
    // One field of an object beside the sealed one.
    manager.edit_metadata(vec![MetadataEdit::set(iban().sibling("name"), "Grace")]).await.unwrap();
    manager.edit_metadata(vec![MetadataEdit::set(iban(), 7)]).await.unwrap();
    let read = manager.metadata().await.unwrap();
    assert_eq!(read.get_document("customer").unwrap(), &doc! { "name": "Grace", "iban": 7 });
    let within = manager.edit_metadata(vec![MetadataEdit::set(iban().child("country"), "DE")]).await;
    assert!(matches!(within, Err(Error::Refused { .. })), "{within:?}");
}

#[tokio::test]
async fn a_deterministic_value_is_found() {
    let cipher = cipher(CipherKeys::new("k1", &secret()).unwrap());
    let (_fresh, sessions, [one, other]) = two("searched", &cipher).await;
    one.edit_metadata(vec![MetadataEdit::set("email", "ada@example.org")]).await.unwrap();
    other.edit_metadata(vec![MetadataEdit::set("email", "grace@example.org")]).await.unwrap();
    for (email, names) in [("ada@example.org", "s-1"), ("grace@example.org", "s-2"), ("eve@example.org", "")] {
        let texts = cipher.seal_for_search(&"email".into(), &email.into()).unwrap();
        let filter = Filter::parse(&format!("meta.email:\"{}\"", texts[0]), Timestamp::now()).unwrap();
        let found: Vec<Summary> = sessions.list(&ListQuery::new(10).filter(filter)).try_collect().await.unwrap();
        assert_eq!(found.iter().map(Summary::name).collect::<Vec<_>>().join(","), names, "{email}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_uses_it_once() {
    let (fresh, _, [manager, _]) = two("once", &cipher(CipherKeys::new("k1", &secret()).unwrap())).await;
    manager.edit_metadata(vec![MetadataEdit::set("ssn", "078"), MetadataEdit::set("tier", 1)]).await.unwrap();
    let takers: Vec<_> = (0..8)
        .map(|_| {
            let manager = manager.clone();
            tokio::spawn(async move { manager.take_metadata(&["ssn".into()]).await })
        })
        .collect();
    let mut got = Vec::new();
    for taker in takers {
        got.extend(Some(taker.await.unwrap().unwrap()).filter(|taken| !taken.is_empty()));
    }
    assert_eq!(got, [doc! { "ssn": "078" }]);
    assert_eq!(raw(&fresh, "s-1").await.get_document("metadata").unwrap(), &doc! { "customer": {}, "tier": 1 });
}

#[tokio::test]
async fn what_others_put_there_is_not_believed() {
    let cipher = cipher(CipherKeys::new("k1", &secret()).unwrap());
    let (fresh, sessions, [one, _]) = two("moved", &cipher).await;
    one.edit_metadata(vec![MetadataEdit::set("ssn", "078"), MetadataEdit::set(iban(), "DE89")]).await.unwrap();
    let stored = sessions.metadata(one.key()).await.unwrap();
    let (ssn, sealed_iban) = (stored.get("ssn").unwrap().clone(), iban().value(&stored).unwrap().clone());
    // To another session, and to another field.
    let moved = doc! { "$set": { "metadata.ssn": ssn.clone(), "metadata.email": sealed_iban.clone() } };
    fresh.collection.update_one(doc! { "_id": "s-2" }, moved).await.unwrap();
    let lenient = manager(&sessions, "s-2", EncryptMetadata::new(cipher.clone()));
    let read = lenient.metadata().await.unwrap();
    assert_eq!(read, doc! { "customer": {}, "ssn": ssn, "email": sealed_iban });
    let taken = lenient.take_metadata(&["ssn".into()]).await.unwrap_err().to_string();
    assert!(taken.contains("metadata.ssn") && taken.contains("nothing was removed"), "{taken}");
    let strict = manager(&sessions, "s-2", EncryptMetadata::new(cipher).strict(true));
    let refused = strict.metadata().await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }) && refused.to_string().contains("s-2"), "{refused}");
}

#[tokio::test]
async fn a_new_key_takes_over_and_overwrites_nothing() {
    let (old, new) = (secret(), secret());
    let (_fresh, sessions, [one, _]) = two("rotated", &cipher(CipherKeys::new("old", &old).unwrap())).await;
    one.edit_metadata(vec![MetadataEdit::set("ssn", "078"), MetadataEdit::set(iban(), 5)]).await.unwrap();
    let rotated = cipher(CipherKeys::new("new", &new).unwrap().and_older("old", &old).unwrap());
    let key = one.key();
    let rotation = rotated.rotate(key, &sessions.metadata(key).await.unwrap());
    // Somebody is quicker.
    one.edit_metadata(vec![MetadataEdit::set("ssn", "079")]).await.unwrap();
    let late = sessions.edit_metadata(key, &rotation.edits).await;
    assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
    let rotation = rotated.rotate(key, &sessions.metadata(key).await.unwrap());
    sessions.edit_metadata(key, &rotation.edits).await.unwrap();
    let stored = sessions.metadata(key).await.unwrap();
    for path in ["ssn".into(), iban()] {
        assert_eq!(path.value(&stored).and_then(SealedValue::read).unwrap().key_id, "new", "{path}");
    }
    // The old key is gone.
    let alone = manager(&sessions, "s-1", EncryptMetadata::new(cipher(CipherKeys::new("new", &new).unwrap())));
    assert_eq!(alone.metadata().await.unwrap(), doc! { "customer": { "iban": 5 }, "ssn": "079" });
}
