//! From the start of the real binary to its first row.

use std::time::Instant;

use strandscope::{Limits, ListQuery, Opened, Target, open};

use crate::{
    browse, browse_with, data,
    measure::{by_turns, ms, report},
    terminal::Terminal,
};

pub async fn run(uri: &str, rounds: usize) {
    let rounds = rounds.max(5);
    let first_row = async || drop(wait_for_a_row(browse(uri)));
    if let Ok(baseline) = std::env::var("STRANDSCOPE_BENCH_BASELINE") {
        let before = async || drop(wait_for_a_row(browse_with(&baseline, uri)));
        let (ours, before) = by_turns(rounds, first_row, before).await;
        report(
            "start to first row / the baseline's",
            ours / before,
            "<= 1.05",
            &format!("{} / {}", ms(ours), ms(before)),
        );
        return;
    }
    // The least that it takes: a connection, and a page.
    let library = async || {
        let target =
            Target::Mongo { uri: uri.into(), database: Some("bench".into()), collection: Some("sessions".into()) };
        let Ok(Opened::Store(reader)) = open(&target, Limits::default()).await else { panic!("the collection opens") };
        let (rows, _) = reader.list(&ListQuery::new(20)).read().await.expect("a page");
        assert_eq!(rows.len(), 20);
        reader.close().await;
    };
    let start = Instant::now();
    let (ours, library) = by_turns(rounds, first_row, library).await;
    let detail = format!("{} / {}, all of it {}", ms(ours), ms(library), ms(start.elapsed().as_secs_f64()));
    report("start to first row / connection and page", ours / library, "<= 4", &detail);
}

fn wait_for_a_row(mut screen: Terminal) -> Terminal {
    screen.wait_for(&data::id(0));
    screen
}
