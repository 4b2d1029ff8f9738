use proptest::prelude::*;

use super::*;
use crate::app::{
    config::Symbols,
    tui::{render::look::marks, view::sample},
};
use crate::metrics::AgentMetrics;

fn pane(selected: usize, cell: usize) -> MetricsPane {
    MetricsPane { selection: Selection::placed(selected, 0), cell, ..MetricsPane::default() }
}

fn row_of(rows: &[MetricsRow<'_>], label: &str) -> usize {
    rows.iter()
        .position(|row| match row.content {
            rows::RowContent::Figures(name, _) => name == label,
            rows::RowContent::Plot(figure) => figure.label() == label,
            _ => false,
        })
        .unwrap()
}

/// What the pane shows of the made-up session.
fn data<'a>(metrics: &'a SessionMetrics, agent: Option<&'a AgentId>) -> Data<'a> {
    Data { open: true, metrics: Some(metrics), calls: Some(calls(metrics)), agent, ..Data::default() }
}

/// Its calls, for as long as the test runs.
fn calls(metrics: &SessionMetrics) -> &'static CallHistory {
    Box::leak(Box::new(CallHistory::of(metrics)))
}

fn copied(pane: &mut MetricsPane, data: Data<'_>) -> String {
    match &pane.on_action(Action::Copy, data).unwrap()[0] {
        Effect::Copy(text) | Effect::Say(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tab_shows_its_agent_then_the_total() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let rows = rows::rows(&metrics, Some(&agent), None);
    assert!(matches!(rows[0].scope, MeasuredPart::Agent(id, _) if *id == agent));
    assert!(matches!(rows.last().unwrap().scope, MeasuredPart::Total(_)));
    let merged = rows::rows(&metrics, None, None);
    assert!(matches!(merged[0].scope, MeasuredPart::Total(_)));
    assert!(merged.len() > rows.len());
}

#[test]
fn left_and_right_choose_a_figure_then_leave_the_pane() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let mut pane = pane(row_of(&data.rows(), "cache r/w"), 0);
    assert_eq!(copied(&mut pane, data), "300");
    assert!(pane.on_action(Action::Right, data).is_some());
    assert_eq!(copied(&mut pane, data), "20");
    assert!(pane.on_action(Action::Right, data).is_none());
    assert!(pane.on_action(Action::Left, data).is_some());
    assert!(pane.on_action(Action::Left, data).is_none());
}

#[test]
fn copying_gives_bare_values() {
    let metrics = sample::metrics();
    let (support, billing) = (AgentId::from("support"), AgentId::from("billing\u{202e}"));
    let known = data(&metrics, Some(&support));
    let rows = known.rows();
    assert_eq!(copied(&mut pane(row_of(&rows, "input"), 0), known), "1350");
    assert_eq!(copied(&mut pane(row_of(&rows, "ms/call"), 0), known), "400,650,null,320,200");
    assert_eq!(copied(&mut pane(row_of(&rows, "output/s"), 0), known), "85.26");
    let tool = copied(&mut pane(rows.len() - 7, 0), known);
    assert!(tool.starts_with('{') && tool.contains("\"error_count\":null"), "{tool}");
    let unknown = data(&metrics, Some(&billing));
    assert!(copied(&mut pane(row_of(&unknown.rows(), "input"), 0), unknown).contains("unknown"));
}

#[test]
fn a_total_is_explained_agent_by_agent() {
    let metrics = sample::metrics();
    let data = data(&metrics, None);
    let explained = pane(row_of(&data.rows(), "input"), 0).explain(data).remove(0);
    assert_eq!(explained.value, "1350");
    assert_eq!(explained.fields[0], ("support".into(), "1350".into()));
    assert_eq!(explained.fields[1].1, "unknown");
}

#[test]
fn bars_are_explained_call_by_call_newest_first() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let explained = pane(row_of(&data.rows(), "ms/call"), 0).explain(data).remove(0);
    assert_eq!(explained.value, "known for 4 of 5 calls");
    assert_eq!(explained.fields[0], ("message 9".into(), "200".into()));
    assert_eq!(explained.fields[2], ("message 5".into(), "unknown".into()));
}

#[test]
fn both_parts_of_a_double_figure_are_explained() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let explained = pane(row_of(&data.rows(), "cache r/w"), 0).explain(data);
    let values: Vec<&str> = explained.iter().map(|part| part.value.as_str()).collect();
    assert_eq!(values, ["300", "20"]);
    let note = super::super::note::Note::explained(explained).unwrap();
    assert_eq!(note.title, "cache read tokens, cache write tokens");
    let text = note.plain();
    assert!(text.contains("cache read tokens: 300") && text.contains("cache write tokens: 20"), "{text}");
}

/// So many calls of one agent, each with the latency that `ms` says.
fn many(calls: u64, ms: impl Fn(u64) -> Option<u64>) -> SessionMetrics {
    let call = |at: u64| CallMetrics { index: at * 2 + 1, latency_ms: ms(at), ..CallMetrics::default() };
    let figures = AgentMetrics { calls, per_call: (0..calls).map(call).collect(), ..AgentMetrics::default() };
    SessionMetrics { agents: vec![("support".into(), figures)], ..SessionMetrics::default() }
}

/// A pane of a usual size with the plot of latencies selected.
fn on_latency(data: Data<'_>) -> MetricsPane {
    let mut pane = pane(row_of(&data.rows(), "ms/call"), 0);
    pane.resize(Size::new(26, 15), marks(Symbols::Unicode));
    pane
}

#[test]
fn the_cursor_goes_over_the_calls_and_names_their_messages() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let mut pane = on_latency(data);
    let mut press = |action| {
        assert!(pane.on_action(action, data).is_some());
        pane.chosen_call(data).map(|(_, index)| index)
    };
    assert_eq!(press(Action::Right), Some(9), "it follows the newest");
    assert_eq!(press(Action::Left), Some(7));
    assert_eq!(press(Action::Left), Some(5), "also where nothing tells the figure");
    assert_eq!(press(Action::Top), Some(1));
    assert_eq!(press(Action::Left), Some(1), "the pane is not left by it");
    assert_eq!(press(Action::Right), Some(3));
    assert_eq!(press(Action::Bottom), Some(9));
    assert_eq!(pane.cursor, None, "it follows again");
    let before = pane.selection.at(99);
    pane.on_action(Action::Up, data);
    assert_eq!(pane.selection.at(99), before - 1, "rows are gone through as ever");
}

#[test]
fn the_cursor_stays_on_its_call_while_others_come_and_follows_the_newest_until_moved() {
    let (before, after) = (many(30, Some), many(31, Some));
    let agent = AgentId::from("support");
    let (before, after) = (data(&before, Some(&agent)), data(&after, Some(&agent)));
    let mut pane = on_latency(before);
    assert_eq!(pane.chosen_call(after), Some((agent.clone(), 61)));
    pane.on_action(Action::Left, before);
    pane.on_change(after);
    assert_eq!(pane.chosen_call(after), Some((agent.clone(), 55)));
    assert_eq!(pane.chosen_call(before), Some((agent.clone(), 55)));
}

#[test]
fn where_bars_stand_for_several_calls_the_cursor_goes_to_the_highest_of_each() {
    let metrics = many(10_000, |at| Some(if at == 4321 { 90_000 } else { at % 7 }));
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let mut pane = on_latency(data);
    let mut seen = Vec::new();
    for _ in 0..200 {
        pane.on_action(Action::Left, data);
        seen.extend(pane.chosen_call(data).map(|(_, index)| index));
    }
    assert!(seen.contains(&(4321 * 2 + 1)));
    assert_eq!(seen.last(), Some(&1), "the first call is reached in the end");
}

#[test]
fn a_click_on_a_bar_chooses_its_call() {
    let metrics = many(3, Some);
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let mut pane = on_latency(data);
    pane.selection = Selection::default();
    let rows = data.rows();
    let parts = pane.arrange(Rect::new(0, 0, 26, 15), &data, &rows);
    let heights = data.heights(&rows, &parts);
    let row = row_of(&rows, "ms/call");
    let y = heights[..row].iter().sum::<usize>() as u16;
    assert_eq!(heights[row], 2);
    let last = layout::bars_among(parts.list).right() - 1;
    pane.click(last - 5, y, data);
    assert_eq!(pane.selection.at(rows.len()), row);
    assert_eq!(pane.chosen_call(data), Some((agent.clone(), 3)));
}

#[test]
fn a_figure_that_nothing_tells_takes_one_line_and_copies_as_gaps() {
    let metrics = many(2, |_| None);
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let rows = data.rows();
    let parts = MetricsPane::default().arrange(Rect::new(0, 0, 26, 15), &data, &rows);
    assert!(data.heights(&rows, &parts).iter().all(|lines| *lines == 1));
    assert_eq!(copied(&mut pane(row_of(&rows, "ms/call"), 0), data), "null,null");
}

proptest! {
    #[test]
    fn the_selection_stays_in_range(
        moves in prop::collection::vec((0usize..crate::app::keymap::ENTRIES.len(), 0u16..40, -9i32..9), 0..60),
        merged: bool,
    ) {
        let metrics = sample::metrics();
        let agent = AgentId::from("support");
        let data = data(&metrics, (!merged).then_some(&agent));
        let len = data.rows().len();
        let mut pane = MetricsPane::default();
        for (action, page, lines) in moves {
            let action = crate::app::keymap::ENTRIES[action].action;
            if !matches!(action, Action::Explain) {
                pane.on_action(action, data);
            }
            pane.click(9, page, data);
            pane.scroll(lines, data);
            pane.resize(Size::new(page.saturating_mul(5), page), marks(Symbols::Ascii));
            prop_assert!(pane.selection.at(usize::MAX) < len);
        }
    }
}
