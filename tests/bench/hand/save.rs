//! One field of a session of 12 MB: against the same guarded update of the raw driver, with and without the journal.

use std::sync::Arc;

use bson::{Document, doc};
use mongodb::{Client, Collection};
use strandscope::{
    MetadataEdit, Pool, PoolOptions, SessionReader,
    app::{
        place::{Store, WriteRules},
        writes::{HandWriter, Journal, Write, WritePlace},
    },
};

use crate::{
    data,
    measure::{by_turns, ms, report},
    support,
};

const ROUNDS: usize = 40;
/// Saves in a round.
const SAVES: i32 = 20;

/// What writes by hand to `bench.hand`, with a journal in that folder or in memory alone.
pub async fn hand(uri: &str, state: Option<&std::path::Path>) -> HandWriter {
    let pool = Pool::connect(&uri.to_owned().into(), PoolOptions::default()).await.expect("a pool");
    let repository = Arc::new(pool.repository("bench", "hand").expect("names"));
    let place = WritePlace { name: "bench".into(), identity: repository.identity(), rules: WriteRules::default() };
    HandWriter {
        place,
        store: Store::Repository(repository),
        hooks: strandscope::Hooks::default(),
        copies: None,
        journal: Journal::new(state.map(std::path::Path::to_owned)),
    }
}

/// The guarded update that a careful person would send.
async fn raw_save(sessions: &Collection<Document>, id: &str, now: i32) {
    let same = doc! { "$eq": ["$metadata.raw", { "$literal": now }] };
    let of_type = doc! { "$eq": [{ "$type": "$metadata.raw" }, "int"] };
    let query = doc! { "_id": id, "$expr": { "$and": [of_type, same] } };
    let done = sessions.update_one(query, doc! { "$set": { "metadata.raw": now + 1 } }).await.expect("stored");
    assert_eq!(done.matched_count, 1);
}

async fn our_save(hand: &HandWriter, id: &str, field: &str, now: i32) {
    let edit = MetadataEdit::set(field, now + 1).only_if(Some(now.into()));
    hand.carry_out(Write::Metadata(id.into(), vec![edit])).await.expect("stored");
}

pub async fn run() {
    let uri = support::server().uri.clone();
    let sessions = Client::with_uri_str(&uri).await.expect("a client").database("bench").collection::<Document>("hand");
    sessions.drop().await.expect("drop");
    let mut large = data::session(1, 12_000, 500);
    large.insert("metadata", doc! { "raw": 0, "bare": 0, "ours": 0 });
    let bytes = bson::serialize_to_vec(&large).expect("bytes").len();
    sessions.insert_one(large).await.expect("stored");
    let id = data::id(1);
    // A system's temporary folder may be in memory.
    let state = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let bare = hand(&uri, None).await;
    let kept = hand(&uri, Some(state.path())).await;
    let (mut raw_now, mut bare_now, mut kept_now) = (0, 0, 0);
    let raw = async || {
        for _ in 0..SAVES {
            raw_save(&sessions, &id, raw_now).await;
            raw_now += 1;
        }
    };
    let ours = async || {
        for _ in 0..SAVES {
            our_save(&bare, &id, "bare", bare_now).await;
            bare_now += 1;
        }
    };
    let (raw, ours) = by_turns(ROUNDS, raw, ours).await;
    let each = |seconds: f64| ms(seconds / f64::from(SAVES));
    let detail = format!("{} MB; guarded update_one {}, ours {}", bytes >> 20, each(raw), each(ours));
    report("save one field of a large session: ours / raw time", ours / raw, "<= 1.1", &detail);
    let memory = async || {
        for _ in 0..SAVES {
            our_save(&bare, &id, "bare", bare_now).await;
            bare_now += 1;
        }
    };
    let disk = async || {
        for _ in 0..SAVES {
            our_save(&kept, &id, "ours", kept_now).await;
            kept_now += 1;
        }
    };
    let (memory, disk) = by_turns(ROUNDS, memory, disk).await;
    let more = (disk - memory) / f64::from(SAVES) * 1e3;
    let detail = format!("without {}, with {}", each(memory), each(disk));
    report("the journal: ms it adds to a save", more, "< 1", &detail);
    sessions.drop().await.expect("drop");
}
