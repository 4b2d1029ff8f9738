//! The store against the raw driver, on 10,000 sessions of 42 KB on average of which the newest ten have 12 MB and
//! 6,000 messages each. Run it with `cargo bench --bench store`.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

mod collection;
mod data;
mod measure;
mod preview;

use std::sync::Arc;

use bson::{Document, doc};
use futures_util::TryStreamExt;
use measure::{by_turns, ms, report};
use mongodb::Collection;
use strandscope::{Cursor, Limits, ListQuery, Opened, SessionKey, SessionReader, Target, open};

const PAGE: u32 = 20;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let uri = support::server().uri.clone();
    let sessions = collection::fill(&uri).await;
    let target = Target::Mongo { uri: uri.into(), database: Some("bench".into()), collection: Some("sessions".into()) };
    let Ok(Opened::Store(reader)) = open(&target, Limits::default()).await else { panic!("the collection opens") };
    first_page(&sessions, &reader).await;
    late_page(&reader).await;
    open_at_end(&sessions, &reader).await;
    preview::preview(&reader).await;
    sessions.drop().await.expect("drop");
}

async fn first_page(sessions: &Collection<Document>, reader: &Arc<dyn SessionReader>) {
    let whole = async || {
        let found = sessions.find(doc! {}).sort(doc! { "updated_at": -1 }).limit(i64::from(PAGE)).await.expect("find");
        assert_eq!(found.try_collect::<Vec<_>>().await.expect("documents").len(), PAGE as usize);
    };
    let rows = async || drop(page(reader, None).await);
    let (raw, ours) = by_turns(7, whole, rows).await;
    let detail = format!("find of {PAGE} whole {}, our rows {}", ms(raw), ms(ours));
    report("first page: whole documents / our rows", raw / ours, ">= 150", &detail);
}

async fn late_page(reader: &Arc<dyn SessionReader>) {
    let mut after = None;
    for _ in 0..399 {
        after = page(reader, after).await;
    }
    let late = async || drop(page(reader, after.clone()).await);
    let first = async || drop(page(reader, None).await);
    let (late, first) = by_turns(51, late, first).await;
    report("page 400 / page 1", late / first, "<= 1.5", &format!("{} / {}", ms(late), ms(first)));
}

async fn page(reader: &Arc<dyn SessionReader>, after: Option<Cursor>) -> Option<Cursor> {
    let query = {
        let mut query = ListQuery::new(PAGE);
        query.after = after;
        query
    };
    let (rows, end) = reader.list(&query).read().await.expect("a page");
    assert_eq!(rows.len(), PAGE as usize);
    end.next
}

async fn open_at_end(sessions: &Collection<Document>, reader: &Arc<dyn SessionReader>) {
    let key = SessionKey::from(data::id(3).as_str());
    let whole = async || {
        let found = sessions.find_one(doc! { "_id": data::id(3) }).await.expect("find_one");
        assert!(found.is_some());
    };
    let end = async || {
        let session = reader.open(&key, 50).await.expect("opens");
        assert_eq!((session.message_count(), session.agents[0].messages.len()), (6_000, 50));
    };
    let (raw, ours) = by_turns(15, whole, end).await;
    let detail = format!("find_one {}, our last 50 {}", ms(raw), ms(ours));
    report("open 12 MB at its end: find_one / ours", raw / ours, ">= 5", &detail);
}
