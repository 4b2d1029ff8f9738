//! A change of many sessions against the raw driver's guarded updates of the same.

use bson::{Document, doc};
use futures_util::{StreamExt, stream};
use jiff::{Timestamp, tz::TimeZone};
use mongodb::{Client, Collection};
use strandscope::{
    Filter,
    app::writes::bulk::{BulkKind, BulkOrder, BulkRun, BulkScope, SessionOutcome},
    edit::DateContext,
};
use tokio::sync::mpsc;

use crate::{
    data,
    measure::{by_turns, report},
    process::resident_mb,
    save, support,
};

const SESSIONS: usize = 10_000;
const ROUNDS: usize = 5;
/// As many at once as the change has.
const AT_ONCE: usize = 16;

/// Ours sends the journal and the report to the disk as well.
pub async fn run() {
    let uri = support::server().uri.clone();
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let sessions = client.database("bench").collection::<Document>("hand");
    sessions.drop().await.expect("room");
    let session = |at: usize| {
        let mut session = data::session(at as i64, 4, 300);
        session.insert("metadata", doc! { "n": 0, "priority": "low" });
        session
    };
    sessions.insert_many((0..SESSIONS).map(session)).await.expect("sessions");
    // A system's temporary folder may be in memory.
    let state = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let hand = save::hand(&uri, Some(state.path())).await;
    hand.store.repository().expect("it is written to").create_indexes().await.expect("indexes");
    let (mut number, mut raw_number) = (0, 0);
    let (mut at_half, mut at_end) = (0.0, 0.0);
    let raw = async || {
        raw_number -= 1;
        raw_updates(&sessions, raw_number).await;
    };
    let ours = async || {
        number += 1;
        let dates = DateContext::new(Timestamp::now(), TimeZone::UTC);
        let change = BulkKind::Set.read(&format!("n={number}"), &dates).expect("a change");
        let order = BulkOrder { scope: BulkScope::matching(Filter::default()), change, dates };
        let run = BulkRun::new(hand.clone(), order, Some(state.path().join("bulk")));
        let (progress, mut told) = mpsc::channel(2);
        let listening = tokio::spawn(async move {
            let mut memory = Vec::new();
            while told.recv().await.is_some() {
                memory.push(resident_mb(std::process::id()));
            }
            memory
        });
        let end = run.run(None, &progress).await.expect("it runs");
        assert_eq!(end.tally.of(SessionOutcome::Done), SESSIONS as u64, "{}", end.tally);
        drop(progress);
        let memory = listening.await.expect("it ends");
        // Later ones shorten the journal, which is read for that.
        if number == 1 {
            (at_half, at_end) = (memory[memory.len() / 2], memory[memory.len() - 1]);
        }
    };
    let (raw, ours) = by_turns(ROUNDS, raw, ours).await;
    let rate = |seconds: f64| format!("{:.0}/s", SESSIONS as f64 / seconds);
    let detail = format!("update_one {}, ours {}", rate(raw), rate(ours));
    report("10 000 sessions changed: ours / guarded update_one rate", raw / ours, ">= 0.8", &detail);
    let detail = format!("{at_end:.1} MB, with what the raw driver left");
    report("the same: memory at the end / at half", at_end / at_half, "flat", &detail);
    sessions.delete_many(doc! {}).await.expect("room");
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
