//! What a scope costs: the same edit of the metadata with and without one.

use std::sync::Arc;

use bson::doc;
use strandscope::{MetadataEdit, NewSession, Pool, PoolOptions, Scope, SessionKey, SessionRepository};

use crate::{
    measure::{by_turns, report},
    memory::MemoryRepository,
    support,
};

const ROUNDS: usize = 60;
/// Edits in a round.
const EDITS: i32 = 100;

async fn edit(repository: &dyn SessionRepository, key: &SessionKey) {
    for n in 0..EDITS {
        repository.edit_metadata(key, &[MetadataEdit::set("n", n)]).await.expect("stored");
    }
}

pub async fn run() {
    in_memory().await;
    on_the_server().await;
}

/// What the guard itself takes: the same of a store that takes next to no time. It is asked once more by field, as no question of
/// its own can hold the rule.
async fn in_memory() {
    let all: Arc<dyn SessionRepository> = Arc::new(MemoryRepository::default());
    let key = all.create_session(&new_session()).await.expect("created");
    for (what, scope) in scopes("in memory") {
        let scoped = scope.guard(Arc::clone(&all)).expect("its place");
        compare(&what, all.as_ref(), scoped.as_ref(), &key).await;
    }
}

fn new_session() -> NewSession {
    NewSession::new("tenant-7/bench").metadata(doc! { "tenant": "7" })
}

fn scopes(place: &str) -> [(String, Scope); 2] {
    [("prefix", Scope::prefix("tenant-7/")), ("field", Scope::field("tenant", "7"))]
        .map(|(kind, scope)| (format!("an edit within a scope by {kind}, {place}: µs more"), scope.expect("a scope")))
}

async fn compare(what: &str, all: &dyn SessionRepository, scoped: &dyn SessionRepository, key: &SessionKey) {
    let (plain, within) = by_turns(ROUNDS, async || edit(all, key).await, async || edit(scoped, key).await).await;
    let each = |seconds: f64| seconds / f64::from(EDITS) * 1e6;
    report(what, each(within) - each(plain), "< 5", &format!("{:.0} µs without", each(plain)));
}

async fn on_the_server() {
    let fresh = support::fresh_collection("bench_scope").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let all: Arc<dyn SessionRepository> = Arc::new(pool.repository(&fresh.database, "sessions").expect("names"));
    let key = all.create_session(&new_session()).await.expect("created");
    for (what, scope) in scopes("on the server") {
        let scoped = scope.guard(Arc::clone(&all)).expect("its place");
        compare(&what, all.as_ref(), scoped.as_ref(), &key).await;
    }
}
