//! The example that keeps a session in MongoDB, run as a reader would, and what it leaves.

use strandscope::{Limits, MongoRepository, Opened, Outline, SessionReader, session_metrics};

use crate::{examples::run, support};

#[tokio::test]
async fn a_week_with_one_agent() {
    let fresh = support::fresh_collection("resume").await;
    let arguments =
        ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions", "--session", "trip-1"];
    let said = run("resume", &arguments);
    assert!(said.contains("it remembers 4 messages, and that it is about Lisbon"), "{said}");
    assert!(said.contains("holds 6 messages"), "{said}");
    let uri = fresh.uri.clone().into();
    let opened = MongoRepository::discover(&uri, Some(&fresh.database), Some("sessions"), Limits::default()).await;
    let Ok(Opened::Store(reader)) = opened else { panic!("the collection opens") };
    let session = reader.open(&"trip-1".into(), u64::MAX).await.expect("it stays in its place");
    assert_eq!(session.all_findings().count(), 0);
    assert_eq!(session.application_name.as_deref(), Some("travel"));
    let metrics = session_metrics(&Outline::from(&session));
    let figures = &metrics.agents[0].1;
    assert_eq!((figures.runs, figures.calls, figures.turns), (Some(2), 3, 3));
    assert_eq!(figures.latency.last, Some(420));
}
