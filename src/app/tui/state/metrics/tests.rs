use proptest::prelude::*;

use super::*;
use crate::app::tui::view::sample;

fn pane(selected: usize, cell: usize) -> MetricsPane {
    MetricsPane { selection: Selection::placed(selected, 0), cell, ..MetricsPane::default() }
}

fn row_of(rows: &[MetricsRow<'_>], label: &str) -> usize {
    rows.iter()
        .position(|row| match row.content {
            rows::RowContent::Figures(name, _) | rows::RowContent::Bars(name, _) => name == label,
            _ => false,
        })
        .unwrap()
}

/// What the pane shows of the made-up session.
fn data<'a>(metrics: &'a SessionMetrics, agent: Option<&'a AgentId>) -> Data<'a> {
    Data { open: true, metrics: Some(metrics), agent, unread: false }
}

fn copied(pane: &mut MetricsPane, data: Data<'_>) -> String {
    match &pane.on_action(Action::Copy, data, 10).unwrap()[0] {
        Effect::Copy(text) | Effect::Say(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tab_shows_its_agent_then_the_total() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let rows = rows::rows(&metrics, Some(&agent));
    assert!(matches!(rows[0].scope, rows::Scope::Agent(id, _) if *id == agent));
    assert!(matches!(rows.last().unwrap().scope, rows::Scope::Total(_)));
    let merged = rows::rows(&metrics, None);
    assert!(matches!(merged[0].scope, rows::Scope::Total(_)));
    assert!(merged.len() > rows.len());
}

#[test]
fn left_and_right_choose_a_figure_then_leave_the_pane() {
    let metrics = sample::metrics();
    let agent = AgentId::from("support");
    let data = data(&metrics, Some(&agent));
    let mut pane = pane(row_of(&data.rows(), "cache r/w"), 0);
    assert_eq!(copied(&mut pane, data), "300");
    assert!(pane.on_action(Action::Right, data, 10).is_some());
    assert_eq!(copied(&mut pane, data), "20");
    assert!(pane.on_action(Action::Right, data, 10).is_none());
    assert!(pane.on_action(Action::Left, data, 10).is_some());
    assert!(pane.on_action(Action::Left, data, 10).is_none());
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
                pane.on_action(action, data, page);
            }
            pane.click(page, data);
            pane.scroll(lines, data, page);
            prop_assert!(pane.selection.at(usize::MAX) < len);
        }
    }
}
