use proptest::prelude::*;

use super::*;
use crate::app::tui::state::list::Selection;
use crate::{app::tui::view::sample, session::AgentId};

fn shown(size: (u16, u16), agent: Option<&str>, selected: usize, look: &Look) -> String {
    let metrics = sample::metrics();
    let agent = agent.map(AgentId::from);
    let data = Data { open: true, metrics: Some(&metrics), agent: agent.as_ref(), unread: false };
    let pane = MetricsPane { selection: Selection::placed(selected, 0), ..MetricsPane::default() };
    sample::screen(size.0, size.1, |frame, area| draw(frame, area, &pane, data, true, look))
}

#[test]
fn sizes() {
    for (name, size) in [("26x12", (26, 12)), ("40x20", (40, 20)), ("78x22", (78, 22))] {
        insta::assert_snapshot!(format!("support_{name}"), shown(size, Some("support"), 3, &sample::look()));
        insta::assert_snapshot!(format!("merged_{name}"), shown(size, None, 17, &sample::look()));
    }
}

#[test]
fn stored_sessions() {
    for (id, agent) in [("support-1042", Some("support")), ("support-1042", None), ("no-latency-provider", None)] {
        let metrics = crate::metrics::session_metrics(&(&sample::session(id)).into());
        let agent = agent.map(AgentId::from);
        let data = Data { open: true, metrics: Some(&metrics), agent: agent.as_ref(), unread: false };
        let screen = sample::screen(40, 30, |frame, area| {
            draw(frame, area, &MetricsPane::default(), data, false, &sample::look());
        });
        let tab = agent.as_ref().map_or("all", AgentId::as_str);
        insta::assert_snapshot!(format!("stored_{id}_{tab}"), screen);
    }
}

#[test]
fn unknown_figures_are_a_dash() {
    insta::assert_snapshot!("unknown_34x24", shown((34, 24), Some("billing\u{202e}"), 0, &sample::look()));
}

#[test]
fn ascii_without_colours() {
    insta::assert_snapshot!("ascii_26x20", shown((26, 20), Some("support"), 3, &sample::plain()));
}

#[test]
fn before_the_figures_are_known() {
    let metrics = crate::metrics::SessionMetrics::default();
    for (open, metrics, said) in
        [(false, None, "no session open"), (true, None, "reading…"), (true, Some(&metrics), "all agents")]
    {
        let data = Data { open, metrics, agent: None, unread: false };
        let screen = sample::screen(30, 6, |frame, area| {
            draw(frame, area, &MetricsPane::default(), data, false, &sample::look());
        });
        assert!(screen.contains(said), "{screen}");
    }
}

proptest! {
    #[test]
    fn every_size_draws(width in 1u16..60, height in 1u16..30, selected in 0usize..99, top in 0usize..99, cell in 0usize..4) {
        let metrics = sample::metrics();
        let data = Data { open: true, metrics: Some(&metrics), agent: None, unread: false };
        let pane = MetricsPane { selection: Selection::placed(selected, top), cell, ..MetricsPane::default() };
        sample::screen(width, height, |frame, area| draw(frame, area, &pane, data, true, &sample::plain()));
    }
}
