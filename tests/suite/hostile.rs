//! Random and mutated documents through every command that reads and through the screen: nothing crashes, no document hides
//! another, and nothing that is stored reaches a terminal raw. `STRANDSCOPE_HOSTILE=100000` tries so many documents.

use bson::{Bson, Document, doc};
use proptest::{
    prelude::*,
    sample::Index,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use ratatui::{Terminal, backend::TestBackend};
use strandscope::{app::tui::view, open_mongo};

use crate::{
    cli::home::{Home, Ran},
    decode::{
        fixture,
        properties::{anything, places, put},
    },
    joint::{screen::Screen, store::Faulty},
    support::{self, Fresh},
};

/// Documents that are looked at in one run of the commands.
const BATCH: usize = 200;
/// Those of them that each command of one session and the screen are tried on.
const ONE_BY_ONE: usize = 8;
const KEYS: &str = "jjk\nlhtRix[]GgyE/n3jx\u{1b}4jli\u{1b}5i\u{1b}1?\u{1b}2ij\tj\tG\u{1b}\u{1b}";

/// Documents by their numbers: a fixture of which some values are others, or hardly one at all.
fn document(runner: &mut TestRunner, number: usize) -> Document {
    let changes = proptest::collection::vec((anything(), any::<Index>()), 1..4);
    let tree = (changes, any::<bool>()).new_tree(runner).expect("a tree");
    let (changes, is_fixture) = tree.current();
    let fixtures = fixture("sessions.jsonl");
    let mut stored = if is_fixture {
        Bson::Document(fixtures[number % fixtures.len()].clone())
    } else {
        doc! { "agents": { "a": { "messages": [] } }, "metadata": {}, "feedbacks": [], "guardrail_events": [] }.into()
    };
    for (value, place) in changes {
        let mut all = Vec::new();
        places(&stored, &mut Vec::new(), &mut all);
        let place: &Vec<String> = place.get(&all);
        put(&mut stored, place, value);
    }
    let Bson::Document(mut stored) = stored else { unreachable!("a place is below the document") };
    stored.insert("_id", format!("s{number:06}"));
    stored
}

fn is_raw(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn check(args: &[&str], ran: &Ran) {
    assert!((0..=1).contains(&ran.code), "{args:?}: {} {}", ran.code, ran.err);
    assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
    let raw = ran.out.chars().chain(ran.err.chars()).find(|c| is_raw(*c));
    assert_eq!(raw, None, "{args:?} hands it to the terminal");
}

fn commands(home: &Home, fresh: &Fresh, ids: &[String]) {
    let on = |args: &[&str]| {
        let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
        let ran = home.run(&[args, &place].concat());
        check(args, &ran);
        ran
    };
    let all = BATCH.to_string();
    let listed = on(&["list", "--json", "--limit", &all]).out.lines().count();
    assert_eq!(listed, BATCH, "each is listed");
    on(&["list", "--limit", &all]);
    on(&["list", "has:finding", "--limit", &all]);
    on(&["list", "meta.x:>1 rating:up created:>2020-01-01 agent:a", "--limit", &all]);
    on(&["doctor"]);
    on(&["delete", "--older-than", "1d", "--dry-run"]);
    for id in ids {
        for format in ["text", "markdown", "json"] {
            on(&["show", id, "--format", format]);
        }
        on(&["metrics", id]);
        on(&["metrics", id, "--json"]);
        on(&["metadata", "get", id]);
        on(&["feedback", "list", id]);
        on(&["doctor", id, "--json"]);
    }
}

async fn on_screen(fresh: &Fresh, ids: &[String]) {
    let repository = open_mongo(&fresh.uri, &fresh.database, "sessions").await.expect("it opens");
    for id in ids {
        let mut screen = Screen::start(&Faulty::over(repository.clone()), Some(id)).await;
        screen.quiet().await;
        for key in KEYS.chars() {
            screen.press(key.encode_utf8(&mut [0; 4])).await;
            screen.quiet().await;
            let mut terminal = Terminal::new(TestBackend::new(120, 24)).expect("a terminal");
            terminal.draw(|frame| view::draw(frame, &screen.state)).expect("drawn");
            let cells = terminal.backend().buffer().content.iter();
            let raw = cells.flat_map(|cell| cell.symbol().chars()).find(|c| is_raw(*c));
            assert_eq!(raw, None, "{id} after {key:?}");
        }
    }
}

#[tokio::test]
async fn hostile_documents_go_through_every_command_and_the_screen() {
    let wanted = std::env::var("STRANDSCOPE_HOSTILE").ok().and_then(|number| number.parse().ok()).unwrap_or(BATCH);
    for batch in 0..wanted.div_ceil(BATCH) {
        let seed = RngSeed::Fixed(batch as u64);
        let mut runner = TestRunner::new(Config { rng_seed: seed, ..Config::default() });
        let fresh = support::fresh_collection(&format!("hostile_{batch}")).await;
        let documents: Vec<Document> = (0..BATCH).map(|number| document(&mut runner, number)).collect();
        fresh.load(documents).await;
        let ids: Vec<String> = (0..ONE_BY_ONE).map(|at| format!("s{:06}", at * BATCH / ONE_BY_ONE)).collect();
        commands(&Home::empty(), &fresh, &ids);
        on_screen(&fresh, &ids).await;
        fresh.collection.drop().await.expect("dropped");
    }
}
