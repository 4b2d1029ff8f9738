//! Scopes on every store: what lies outside is refused or not there, whatever is asked, and stays as it was.

#[path = "../../examples/memory.rs"]
#[expect(dead_code, reason = "it is a program of its own too")]
mod memory;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use bson::{Bson, Document, RawDocumentBuf, doc, oid::ObjectId};
use strandscope::{
    AgentConfig, AgentId, AgentUpdate, Change, ChangeKind, Cursor, Error, FeedbackChange, Filter, Hook, HookAnswer,
    HookOperation, Hooks, InView, ListQuery, MessageBody, MessageUpdate, MetadataEdit, MetadataPath, NewAgent,
    NewFeedback, NewGuardrailEvent, NewMessage, NewSession, News, Next, Pool, PoolOptions, Projection, Rating, Scope,
    SessionCopy, SessionKey, SessionManager, SessionManagerFactory, SessionOverrides, SessionRepository, SessionUpdate,
    Tail, Timestamp, WatchView, open_folder, retention,
};

use crate::support::{self, Fresh};

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

/// Asks every method that names a session, of one that lies outside.
async fn asked(store: &Repository, key: &SessionKey, copy: &SessionCopy) -> Vec<(&'static str, Option<Error>)> {
    let agent = &AgentId::from("support");
    let mut said = Vec::new();
    macro_rules! ask {
        ($($method:ident($($argument:expr),*);)*) => {
            $( said.push((stringify!($method), store.$method($($argument),*).await.err())); )*
        };
    }
    let event = NewGuardrailEvent::new("support", "BLOCKED");
    let message = NewMessage::new(MessageBody::user("hello"));
    ask! {
        open(key, 5);
        open(key, u64::MAX);
        messages(key, agent, 0..9);
        outline(key);
        document(key);
        inspect(key);
        exact_copy(key);
        agent(key, agent);
        message(key, agent, 0);
        history(key, agent, 0, None);
        feedbacks(key);
        metadata(key);
        update_session(key, &SessionUpdate::default().session_type("x"));
        delete_copied(key, copy);
        delete_latest(key, copy);
        create_agent(key, &NewAgent::new("new"));
        update_agent(key, agent, &AgentUpdate::default().state(doc! { "a": 1 }));
        update_agent_config(key, agent, &AgentConfig::default().model("m"));
        delete_agent(key, agent);
        append_message(key, agent, &message, None);
        append_message(key, agent, &message, Some(Tail::new(1, Some(0))));
        update_message(key, agent, 0, &MessageUpdate::default().event_loop_metrics(doc! { "a": 1 }));
        edit_metadata(key, &[MetadataEdit::set("x", 1)]);
        edit_metadata(key, &[MetadataEdit::unset("secret")]);
        edit_metadata(key, &[MetadataEdit::set("x", 1).only_if(None)]);
        add_feedback(key, &NewFeedback::new(Rating::Down));
        add_feedback(key, &NewFeedback::new(Rating::Down).again(true));
        change_feedback(key, &FeedbackChange::back(doc! { "rating": "up" }.into()));
        add_guardrail_event(key, &event);
        delete_session(key);
    }
    said
}

/// What holds of a store with two sessions of the tenant and others.
async fn holds(all: &Repository, scope: &Scope, own: &[SessionKey], others: &[SessionKey]) {
    let store = scope.guard(Arc::clone(all)).unwrap();
    for key in others {
        let before = all.exact_copy(key).await.unwrap();
        for (method, error) in asked(&store, key, &before).await {
            assert!(error.as_ref().is_some_and(is_refused), "{method} of {key}: {error:?}");
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
        for (method, error) in asked(&store, key, &copy).await {
            let conflict = ["delete_copied", "change_feedback", "delete_session"].contains(&method);
            let settled = matches!(&error, Some(Error::Conflict { .. } | Error::Other { .. }) | None);
            let gone = matches!(&error, Some(Error::NotFound { .. } | Error::UnknownAgent { .. }));
            assert!(settled || conflict || gone && !is_out_of_scope(error.as_ref()), "{method} of {key}: {error:?}");
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
    assert!(others.iter().all(|key| !checks.contains(key.text())), "{checks}");
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
        for (method, error) in asked(&store, &key, &all.exact_copy(&key).await.unwrap()).await {
            assert!(error.as_ref().is_some_and(is_refused), "{method} of {id}: {error:?}");
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
            [open_folder(dir.path()).await.unwrap(), Arc::new(memory::MemoryRepository::default())];
        for all in &stores {
            if scope {
                by_prefix(all, &["tenant-70.a", "tenant-7", "tenant-8.tenant-7.a", "tenant-7-a"]).await;
            } else {
                by_field(all).await;
            }
        }
    }
}

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
        SessionCopy::Folder(Vec::new().into()),
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

/// Turns every operation to another session, and counts what it sees.
struct Turning {
    to: SessionKey,
    seen: AtomicU32,
}

#[async_trait]
impl Hook for Turning {
    fn name(&self) -> &str {
        "turning"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> strandscope::Result<HookAnswer> {
        self.seen.fetch_add(1, Ordering::Relaxed);
        operation.session = self.to.clone();
        next.run(operation).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hook_leads_out_and_none_sees_what_is_outside() {
    let (_fresh, all) = mongo("scope_hooks", false).await;
    let own = make(&all, "tenant-7.a", doc! { "tenant": "7" }).await;
    let other = make(&all, "tenant-70.a", doc! { "tenant": "8", "secret": "s" }).await;
    let before = all.exact_copy(&other).await.unwrap();
    for scope in [prefix(), field()] {
        let hook = Arc::new(Turning { to: other.clone(), seen: AtomicU32::new(0) });
        let hooks = Hooks::new(vec![Arc::clone(&hook) as Arc<dyn Hook>]);
        let factory = SessionManagerFactory::new(Arc::clone(&all)).with_hooks(hooks).scoped(&scope).unwrap();
        let manager = factory.manager(own.clone());
        assert!(manager.metadata().await.is_err());
        assert!(manager.edit_metadata(vec![MetadataEdit::set("x", 1)]).await.is_err());
        assert!(manager.add_feedback(NewFeedback::new(Rating::Down)).await.is_err());
        assert!(manager.delete_session().await.is_err());
        assert!(manager.restore_session(before.clone()).await.is_err());
        let seen = hook.seen.load(Ordering::Relaxed);
        assert!(seen >= 4);
        let outside = factory.manager(other.clone());
        assert!(outside.metadata().await.is_err() && outside.delete_session().await.is_err());
        if scope == prefix() {
            assert_eq!(hook.seen.load(Ordering::Relaxed), seen, "refused before");
        }
    }
    assert_eq!(all.exact_copy(&other).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factory_of_one_tenant_stays_where_it_is() {
    let fresh = support::fresh_collection("scope_factory").await;
    let factory = SessionManagerFactory::with_pool(pool(&fresh).await, &fresh.database, "sessions").unwrap();
    let tenant = factory.scoped(&prefix()).unwrap();
    let elsewhere = SessionOverrides::default().collection("others");
    assert!(is_out_of_scope(tenant.manager_with("tenant-7.a", &elsewhere).err().as_ref()));
    let elsewhere = SessionOverrides::default().database("others");
    assert!(is_out_of_scope(tenant.manager_with("tenant-7.a", &elsewhere).err().as_ref()));
    let here = SessionOverrides::default().collection("sessions");
    assert!(tenant.manager_with("tenant-7.a", &here).unwrap().open_or_create().await.unwrap());
    assert!(is_out_of_scope(tenant.manager("tenant-8.a").open_or_create().await.err().as_ref()));
    let other = factory.scoped(&prefix().collection("of-seven")).unwrap();
    assert_eq!(other.manager("tenant-7.a").repository().location(), format!("{}.of-seven", fresh.database));
    assert!(is_out_of_scope(other.scoped(&prefix().collection("sessions")).err().as_ref()));
    // A scope within a scope leaves what lies in both.
    let inner = tenant.scoped(&Scope::prefix("tenant-7.b-").unwrap()).unwrap();
    assert!(is_out_of_scope(inner.manager("tenant-7.a").metadata().await.err().as_ref()));
    assert!(inner.manager("tenant-7.b-1").open_or_create().await.unwrap());
    let outer = inner.scoped(&Scope::prefix("tenant-8.").unwrap()).unwrap();
    assert!(is_out_of_scope(outer.manager("tenant-8.a").open_or_create().await.err().as_ref()));
    tenant.close().await;
    assert!(factory.manager("tenant-7.a").metadata().await.is_ok(), "the pool is the factory's");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_by_age_takes_none_of_others() {
    let (_fresh, all) = mongo("scope_retention", false).await;
    let own = make(&all, "tenant-7.a", doc! { "tenant": "7" }).await;
    let other = make(&all, "tenant-70.a", doc! { "tenant": "8" }).await;
    let cutoff = Timestamp::now().checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    for scope in [field(), prefix()] {
        let store = scope.guard(Arc::clone(&all)).unwrap();
        assert!(retention::delete_if_older(store.as_ref(), &other, cutoff).await.map_or(true, |deleted| !deleted));
    }
    let store = prefix().guard(Arc::clone(&all)).unwrap();
    assert!(retention::delete_if_older(store.as_ref(), &own, cutoff).await.unwrap());
    assert!(all.document(&other).await.is_ok());
}

/// The changes up to the one that marks the end.
async fn told_until(store: &Repository, view: &WatchView, write: impl AsyncFn()) -> Vec<Change> {
    let mut watch = store.watch(view);
    let mut told = Vec::new();
    while let Some(news) = watch.next_news().await {
        match news {
            News::Begun(_) => write().await,
            News::Changes(changes) => {
                told.extend(changes);
                if told.iter().any(|change| change.session.text().ends_with("end")) {
                    break;
                }
            }
            News::Lost(error) | News::Ended(error) => panic!("{error}"),
            _ => {}
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_of_no_other() {
    let (_fresh, all) = mongo("scope_watch", false).await;
    for scope in [prefix(), field()] {
        let own = make(&all, "tenant-7.w", doc! { "tenant": "7" }).await;
        let other = make(&all, "tenant-70.w", doc! { "tenant": "8" }).await;
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let view = WatchView::default();
        view.show(InView::new(vec![(own.clone(), None), (other.clone(), None)], None));
        let write = async || {
            for key in [&other, &own] {
                all.edit_metadata(key, &[MetadataEdit::set("x", 1)]).await.unwrap();
                all.delete_session(key).await.unwrap();
            }
            make(&all, "tenant-7.end", doc! { "tenant": "7" }).await;
        };
        let told = told_until(&store, &view, write).await;
        assert!(told.iter().all(|change| change.session != other), "{told:?}");
        let is_deleted = |change: &Change| change.session == own && matches!(change.kind, ChangeKind::Deleted);
        assert!(told.iter().any(is_deleted), "{told:?}");
        all.delete_session(&"tenant-7.end".into()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_of_a_guarded_repository_works() {
    let (_fresh, all) = mongo("scope_manager", false).await;
    for scope in [prefix(), field()] {
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let manager = SessionManager::new(store, "tenant-7.m");
        assert!(manager.open_or_create().await.unwrap());
        manager.edit_metadata(vec![MetadataEdit::set("n", 1)]).await.unwrap();
        assert_eq!(manager.metadata().await.unwrap().get_i32("n").ok(), Some(1));
        manager.delete_session().await.unwrap();
    }
}
