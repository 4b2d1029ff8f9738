//! What is at hand: from the cursor of the list to the preview, a preview that is given up, a filter while it is typed, the frames of what
//! lies over the panes, and the start. Run it with `cargo bench --bench at_hand`, or a part of it with its name:
//! `cargo bench --bench at_hand -- preview|stop|typing|frames|start`; `--quick` measures less often.
//! `STRANDSCOPE_BENCH_BINARY` names another build to measure, `STRANDSCOPE_BENCH_BASELINE` one that the start is compared with.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;
#[expect(dead_code, reason = "the tests of the screen use all of it")]
#[path = "../support/terminal.rs"]
mod terminal;

mod answers;
mod collection;
mod data;
#[path = "at_hand/desk.rs"]
mod desk;
#[path = "at_hand/frames.rs"]
mod frames;
mod measure;
#[path = "at_hand/preview.rs"]
mod preview;
#[path = "at_hand/start.rs"]
mod start;
#[path = "at_hand/stop.rs"]
mod stop;
#[path = "at_hand/typing.rs"]
mod typing;

use terminal::Terminal;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 10 } else { 60 };
    if wanted("frames") {
        frames::run(rounds * 5);
    }
    if wanted("typing") {
        typing::run(rounds / 5);
    }
    if !["preview", "stop", "start"].into_iter().any(wanted) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let uri = support::server().uri.clone();
    let sessions = runtime.block_on(collection::fill(&uri));
    if wanted("preview") {
        preview::run(&runtime, &uri, &sessions, rounds / 12);
    }
    if wanted("stop") {
        runtime.block_on(stop::run(&uri, rounds));
    }
    if wanted("start") {
        runtime.block_on(start::run(&uri, rounds / 4));
    }
    runtime.block_on(async { sessions.drop().await }).expect("drop");
}

/// The browser on `bench.sessions`, of the build that is measured.
fn browse(uri: &str) -> Terminal {
    let binary = std::env::var("STRANDSCOPE_BENCH_BINARY");
    browse_with(binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_strandscope")), uri)
}

/// The same of another build.
fn browse_with(binary: &str, uri: &str) -> Terminal {
    let arguments = ["--uri", uri, "--database", "bench", "--collection", "sessions"];
    Terminal::start(binary, &arguments, &[], (160, 50))
}
