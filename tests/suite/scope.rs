//! Scopes on every store: what lies outside is refused or not there, whatever is asked, and stays as it was.

mod asking;
mod crafted;
mod managers;
mod told;
mod watching;
mod writing;

use std::sync::Arc;

use bson::{Bson, Document, doc, oid::ObjectId};
use strandscope::{
    AgentId, Cursor, Error, Filter, ListQuery, MessageBody, MetadataPath, NewAgent, NewFeedback, NewMessage,
    NewSession, Pool, PoolOptions, Projection, Rating, Scope, SessionKey, SessionRepository, Timestamp, open_folder,
};

use crate::support::{self, Fresh};
use asking::asked;

type Repository = Arc<dyn SessionRepository>;

/// A collection and its repository.
async fn mongo(name: &str, collation: bool) -> (Fresh, Repository) {
    let fresh = support::fresh_collection(name).await;
    if collation {
        let blind = doc! { "create": "sessions", "collation": { "locale": "en", "strength": 1 } };
        fresh.collection.client().database(&fresh.database).run_command(blind).await.unwrap();
    }
    let repository = pool(&fresh).await.repository(&fresh.database, "sessions").unwrap();
    (fresh, Arc::new(repository))
}

async fn pool(fresh: &Fresh) -> Pool {
    Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.unwrap()
}

fn prefix() -> Scope {
    Scope::prefix("tenant-7.").unwrap()
}

fn field() -> Scope {
    Scope::field("tenant", "7").unwrap()
}

/// Makes a session with an agent, a message, a feedback and metadata.
async fn make(repository: &Repository, id: &str, metadata: Document) -> SessionKey {
    let new = NewSession::new(id).metadata(metadata);
    let key = repository.create_session(&new).await.unwrap();
    repository.create_agent(&key, &NewAgent::new("support")).await.unwrap();
    let message = NewMessage::new(MessageBody::user("a secret"));
    repository.append_message(&key, &AgentId::from("support"), &message, None).await.unwrap();
    repository.add_feedback(&key, &NewFeedback::new(Rating::Up)).await.unwrap();
    key
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::OutOfScope { .. } | Error::NotFound { .. })
}

/// What holds of a store with two sessions of the tenant and others.
async fn holds(all: &Repository, scope: &Scope, own: &[SessionKey], others: &[SessionKey]) {
    let store = scope.guard(Arc::clone(all)).unwrap();
    for key in others {
        let before = all.exact_copy(key).await.unwrap();
        for (method, said) in asked(&store, key, &before).await {
            assert!(said.as_ref().is_err_and(is_refused), "{method} of {key}: {said:?}");
        }
        assert_eq!(all.exact_copy(key).await.unwrap(), before, "{key}");
        assert!(store.restore(&before).await.is_err_and(|error| matches!(error, Error::OutOfScope { .. })), "{key}");
        for id in [key.text(), &key.bson().to_string()] {
            assert!(store.resolve(id).await.unwrap().iter().all(|row| own.contains(&row.key)), "{id}");
        }
    }
    nothing_is_listed(&store, own, others).await;
    // Who lies within is served by all of it.
    for key in own {
        let copy = store.exact_copy(key).await.unwrap();
        for (method, said) in asked(&store, key, &copy).await {
            let is_served = match &said {
                Ok(_) | Err(Error::Conflict { .. }) => true,
                // The first deletion that is carried out leaves nothing to the next.
                Err(Error::NotFound { .. }) => method.starts_with("delete_"),
                Err(_) => false,
            };
            assert!(is_served, "{method} of {key}: {said:?}");
        }
    }
}

fn is_out_of_scope(error: Option<&Error>) -> bool {
    matches!(error, Some(Error::OutOfScope { .. }))
}

/// Lists, counts, offers and what else is of several sessions.
async fn nothing_is_listed(store: &Repository, own: &[SessionKey], others: &[SessionKey]) {
    let everyone: Vec<SessionKey> = own.iter().chain(others).cloned().collect();
    let now = Timestamp::now();
    let filters = ["", "-^tenant-7.", "-meta.tenant:7", "has:meta.secret", "rating:up", "tenant"];
    let filters = filters.map(|text| Filter::parse(text, now).unwrap());
    let date = bson::DateTime::from_millis(now.as_millisecond() + 1_000_000);
    let mut cursors =
        vec![None, Some(Cursor::Dated { date, shown: Vec::new() }), Some(Cursor::Undated { after: None })];
    cursors.extend(others.iter().map(|key| Some(Cursor::Undated { after: Some(key.bson().clone()) })));
    let projections = [Projection::Nothing, Projection::Fields(vec!["secret".to_owned()]), Projection::All];
    for (filter, metadata) in filters.iter().flat_map(|filter| projections.iter().map(move |wanted| (filter, wanted))) {
        for cursor in &cursors {
            let mut query = ListQuery::new(2).filter(filter.clone()).metadata(metadata.clone());
            query.after.clone_from(cursor);
            let (rows, end) = store.list(&query).read().await.unwrap();
            assert!(rows.iter().all(|row| own.contains(&row.key)), "{:?} {cursor:?}", filter.source);
            assert!(end.note.is_none());
            if metadata == &Projection::Nothing {
                assert!(rows.iter().all(|row| row.metadata.is_none()));
            }
            // Where the page ends tells of nobody either, but the caller's own words.
            if cursor.is_none() {
                let told = format!("{:?}", end.next);
                assert!(others.iter().all(|key| !told.contains(&key.bson().to_string())), "{told}");
            }
        }
        let rows = store.rows(&everyone, filter, metadata).await.unwrap();
        assert!(rows.iter().all(|row| own.contains(&row.key)), "{:?}", filter.source);
        let count = store.count(filter).await.unwrap().unwrap();
        assert!(count <= own.len() as u64, "{:?}: {count}", filter.source);
        store.plan(&ListQuery::new(5).filter(filter.clone())).await.unwrap();
    }
    assert_eq!(store.count(&Filter::default()).await.unwrap(), Some(own.len() as u64));
    assert!(store.details(&everyone).await.unwrap().iter().all(|(key, _)| own.contains(key)));
    let names: Vec<String> = everyone.iter().map(|key| key.text().to_owned()).collect();
    assert!(store.namesakes(&names).await.unwrap().iter().all(|row| own.contains(&row.key)));
    let keys = format!("{:?}", store.metadata_keys().await.unwrap());
    assert!(!keys.contains("secret"), "{keys}");
    let values = store.metadata_values(&MetadataPath::from("secret")).await.unwrap();
    assert!(values.unwrap_or_default().is_empty());
    assert!(store.create_indexes().await.is_err() && store.index_metadata(&["x".to_owned()]).await.is_err());
    assert!(store.why_empty().await.unwrap().is_none());
    let checks = format!("{:?}", store.check().await);
    // Shorter ones stand in the scope's own name.
    let mut long = others.iter().filter(|key| key.text().len() > 8);
    assert!(long.all(|key| !checks.contains(key.text())), "{checks}");
}

/// Ids that look like the tenant's.
const CRAFTED: [&str; 9] = [
    "tenant-70.a",
    "tenant-7",
    "tenant-8.tenant-7.a",
    " tenant-7.a",
    "TENANT-7.a",
    "tenant-7-a",
    "tenant-\u{ff17}.a",
    "tenant-7\u{200b}.a",
    "*",
];

async fn by_prefix(all: &Repository, crafted: &[&str]) {
    let own = [make(all, "tenant-7.a", doc! { "n": 1 }).await, make(all, "tenant-7.b", doc! {}).await];
    let mut others = Vec::new();
    for id in crafted {
        others.push(make(all, id, doc! { "secret": "s", "tenant": "7" }).await);
    }
    holds(all, &prefix(), &own, &others).await;
}

async fn by_field(all: &Repository) {
    let own = [make(all, "a", doc! { "tenant": "7" }).await, make(all, "b", doc! { "tenant": "7" }).await];
    let mut others = Vec::new();
    let values: [Bson; 7] = ["70".into(), "8".into(), "".into(), 7.into(), 7_i64.into(), vec!["7"].into(), Bson::Null];
    for (at, value) in values.into_iter().enumerate() {
        others.push(make(all, &format!("other-{at}"), doc! { "tenant": value, "secret": "s" }).await);
    }
    others.push(make(all, "tenant-7.x", doc! { "secret": "s" }).await);
    holds(all, &field(), &own, &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mongodb_by_prefix() {
    let (fresh, all) = mongo("scope_prefix", false).await;
    by_prefix(&all, &CRAFTED).await;
    // Other types than text lie outside, whatever they look like.
    let store = prefix().guard(all).unwrap();
    for id in
        [Bson::from(7), ObjectId::new().into(), Bson::Symbol("tenant-7.s".to_owned()), doc! { "a": "tenant-7." }.into()]
    {
        fresh.load([doc! { "_id": id.clone(), "session_id": "tenant-7.typed", "agents": {} }]).await;
        let error = store.document(&SessionKey::new(id.clone())).await.unwrap_err();
        assert!(matches!(error, Error::OutOfScope { .. }), "{id}: {error:?}");
    }
    assert!(store.resolve("tenant-7.typed").await.unwrap().is_empty());
    assert_eq!(store.list(&ListQuery::new(50)).read().await.unwrap().0.len(), 0, "its own were deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn mongodb_by_field() {
    let (_fresh, all) = mongo("scope_field", false).await;
    by_field(&all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collation_makes_no_other_tenant_one() {
    let (_fresh, all) = mongo("scope_collated", true).await;
    by_prefix(&all, &["TENANT-7.x", "t\u{e9}nant-7.y", "tenant-70.a"]).await;
    let store = prefix().guard(Arc::clone(&all)).unwrap();
    // The server takes these for the others' own.
    for id in ["tenant-7.x", "tenant-7.y"] {
        let key = SessionKey::from(id);
        for (method, said) in asked(&store, &key, &all.exact_copy(&key).await.unwrap()).await {
            assert!(said.as_ref().is_err_and(is_refused), "{method} of {id}: {said:?}");
        }
        let error = store.create_session(&NewSession::new(id)).await.unwrap_err();
        assert!(matches!(error, Error::OutOfScope { .. }), "{error:?}");
        assert!(!error.to_string().contains("exists"), "{error}");
    }
    let (_fresh, all) = mongo("scope_collated_field", true).await;
    let scope = Scope::field("tenant", "a").unwrap();
    let own = [make(&all, "1", doc! { "tenant": "a" }).await];
    let mut others = Vec::new();
    for (id, value) in [("2", "A"), ("3", "\u{e4}"), ("4", "a\u{0}")] {
        others.push(make(&all, id, doc! { "tenant": value, "secret": "s" }).await);
    }
    holds(&all, &scope, &own, &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_and_a_store_in_memory() {
    for scope in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let stores: [Repository; 2] =
            [open_folder(dir.path()).await.unwrap(), Arc::new(crate::memory::MemoryRepository::default())];
        for all in &stores {
            if scope {
                by_prefix(all, &["tenant-70.a", "tenant-7", "tenant-8.tenant-7.a", "tenant-7-a"]).await;
            } else {
                by_field(all).await;
            }
        }
    }
}
