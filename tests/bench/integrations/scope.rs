//! What a scope costs: the same edit of the metadata with and without one.

use std::sync::Arc;

use bson::doc;
use strandscope::{MetadataEdit, NewSession, Pool, PoolOptions, Scope, SessionKey, SessionRepository};

use crate::{
    measure::{by_turns, report},
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
    let fresh = support::fresh_collection("bench_scope").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let all: Arc<dyn SessionRepository> = Arc::new(pool.repository(&fresh.database, "sessions").expect("names"));
    let new = NewSession::new("tenant-7/bench").metadata(doc! { "tenant": "7" });
    let key = all.create_session(&new).await.expect("created");
    let scopes = [
        ("an edit within a scope by prefix costs, in µs", Scope::prefix("tenant-7/")),
        ("an edit within a scope by field costs, in µs", Scope::field("tenant", "7")),
    ];
    for (what, scope) in scopes {
        let scoped = scope.expect("a scope").guard(Arc::clone(&all)).expect("its place");
        let plain = async || edit(all.as_ref(), &key).await;
        let within = async || edit(scoped.as_ref(), &key).await;
        let (plain, within) = by_turns(ROUNDS, plain, within).await;
        let each = |seconds: f64| seconds / f64::from(EDITS) * 1e6;
        let detail = format!("{:.0} µs without", each(plain));
        report(what, each(within) - each(plain), "< 5", &detail);
    }
}
