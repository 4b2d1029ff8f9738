//! A change of many sessions against the raw driver's guarded updates of the same.

use std::sync::Arc;

use bson::{Document, doc};
use futures_util::{StreamExt, stream};
use jiff::{Timestamp, tz::TimeZone};
use mongodb::Collection;
use strandscope::{
    Filter, SessionRepository,
    app::{
        place::{Store, WriteRules},
        writes::{
            HandWriter, Journal, WritePlace,
            bulk::{BulkKind, BulkOrder, BulkRun, BulkScope, SessionOutcome},
        },
    },
    edit::DateContext,
};
use tokio::sync::mpsc;

use crate::{
    Bench,
    measure::{by_turns, report},
};

const SESSIONS: usize = 10_000;
const ROUNDS: usize = 5;
/// As many at once as the change has.
const AT_ONCE: usize = 16;

impl Bench {
    pub async fn bulk(&self) {
        self.sessions.delete_many(doc! {}).await.expect("room");
        let session = |at: usize| {
            let date = bson::DateTime::from_millis(1_795_443_080_000 + at as i64);
            doc! { "_id": format!("s{at:05}"), "created_at": date, "updated_at": date, "metadata": { "n": 0 } }
        };
        self.sessions.insert_many((0..SESSIONS).map(session)).await.expect("sessions");
        let repository: Arc<dyn SessionRepository> = self.factory.manager("s00000").repository().clone();
        repository.create_indexes().await.expect("indexes");
        let state = tempfile::tempdir().expect("a folder");
        let hand = HandWriter {
            place: WritePlace { name: String::new(), identity: "bench".to_owned(), rules: WriteRules::default() },
            store: Store::Repository(repository),
            hooks: strandscope::Hooks::default(),
            copies: None,
            journal: Journal::new(Some(state.path().to_owned())),
        };
        let (mut number, mut raw_number) = (0, 0);
        let raw = async || {
            raw_number -= 1;
            raw_updates(&self.sessions, raw_number).await;
        };
        let ours = async || {
            number += 1;
            let dates = DateContext::new(Timestamp::now(), TimeZone::UTC);
            let change = BulkKind::Set.read(&format!("n={number}"), &dates).expect("a change");
            let order = BulkOrder { scope: BulkScope::matching(Filter::default()), change, dates };
            let run = BulkRun::new(hand.clone(), order, Some(state.path().join("bulk")));
            let (progress, mut told) = mpsc::channel(2);
            let listening = tokio::spawn(async move { while told.recv().await.is_some() {} });
            let end = run.run(None, &progress).await.expect("it runs");
            assert_eq!(end.tally.of(SessionOutcome::Done), SESSIONS as u64, "{}", end.tally);
            drop(progress);
            listening.await.expect("it ends");
        };
        let (raw, ours) = by_turns(ROUNDS, raw, ours).await;
        let rate = |seconds: f64| format!("{:.0}/s", SESSIONS as f64 / seconds);
        let detail = format!("update_one {}, ours {}", rate(raw), rate(ours));
        report("10 000 sessions changed: ours / guarded update_one rate", raw / ours, ">= 0.8", &detail);
        self.sessions.delete_many(doc! {}).await.expect("room");
    }
}

/// Guarded by what each was seen to hold, as ours.
async fn raw_updates(sessions: &Collection<Document>, number: i32) {
    let mut found = sessions.find(doc! {}).projection(doc! { "metadata.n": 1 }).await.expect("sessions");
    let mut seen = Vec::with_capacity(SESSIONS);
    while found.advance().await.expect("a session") {
        let session = found.deserialize_current().expect("a document");
        let n = session.get_document("metadata").and_then(|metadata| metadata.get_i32("n")).expect("a number");
        seen.push((session.get_str("_id").expect("an id").to_owned(), n));
    }
    let updates = seen.into_iter().map(|(id, n)| {
        let sessions = sessions.clone();
        async move {
            let guard = doc! { "$and": [
                { "$eq": [{ "$type": "$metadata.n" }, "int"] }, { "$eq": ["$metadata.n", { "$literal": n }] },
            ] };
            let update = doc! { "$set": { "metadata.n": number } };
            tokio::spawn(async move { sessions.update_one(doc! { "_id": id, "$expr": guard }, update).await })
                .await
                .expect("it ends")
                .expect("an update");
        }
    });
    stream::iter(updates).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}
