//! The collection that the benches read: 10,000 sessions of 42 KB on average, of which the newest ten have 12 MB and
//! 6,000 messages each.

use bson::{Document, doc};
use mongodb::{Client, Collection, IndexModel};

use super::data;

/// How many sessions.
pub const SESSIONS: i64 = 10_000;
/// How many of them, the newest, are large.
pub const LARGE: i64 = 10;

/// Makes it afresh, with the indexes of the Python library, as `bench.sessions`.
pub async fn fill(uri: &str) -> Collection<Document> {
    let client = Client::with_uri_str(uri).await.expect("a client");
    let sessions = client.database("bench").collection::<Document>("sessions");
    sessions.drop().await.expect("drop");
    for field in ["created_at", "updated_at", "session_id", "application_name"] {
        sessions.create_index(IndexModel::builder().keys(doc! { field: 1 }).build()).await.expect("index");
    }
    let mut bytes = 0;
    for start in (LARGE..SESSIONS).step_by(200) {
        // 5 to 26 messages of about 2.5 KB: 42 KB on average.
        let some: Vec<Document> = (start..(start + 200).min(SESSIONS))
            .map(|number| data::session(number, 5 + (number % 22) as usize, 2_150))
            .collect();
        bytes += some.iter().map(|one| bson::serialize_to_vec(one).expect("bytes").len()).sum::<usize>();
        sessions.insert_many(some).await.expect("insert");
    }
    for number in 0..LARGE {
        sessions.insert_one(data::session(number, 6_000, 1_500)).await.expect("insert");
    }
    let large = bson::serialize_to_vec(&data::session(0, 6_000, 1_500)).expect("bytes").len();
    println!(
        "{SESSIONS} sessions, {:.1} KB on average, the newest {LARGE} of {:.1} MB\n",
        bytes as f64 / (SESSIONS - LARGE) as f64 / 1e3,
        large as f64 / 1e6,
    );
    sessions
}
