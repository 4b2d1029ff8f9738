use proptest::prelude::*;

use super::*;
use crate::app::tui::view::sample;

fn pane(selected: usize, cell: usize) -> MetricsPane {
    MetricsPane { selected, cell, ..MetricsPane::default() }
}

fn row_of(rows: &[Row<'_>], label: &str) -> usize {
    rows.iter()
        .position(|row| match row.content {
            rows::Content::Figures(name, _) | rows::Content::Bars(name, _) => name == label,
            _ => false,
        })
        .unwrap()
}

fn copied(pane: &mut MetricsPane, rows: &[Row<'_>]) -> String {
    match &pane.take(Action::Copy, rows, 10).unwrap()[0] {
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
    let rows = rows::rows(&metrics, Some(&"support".into()));
    let mut pane = pane(row_of(&rows, "cache r/w"), 0);
    assert_eq!(copied(&mut pane, &rows), "300");
    assert!(pane.take(Action::Right, &rows, 10).is_some());
    assert_eq!(copied(&mut pane, &rows), "20");
    assert!(pane.take(Action::Right, &rows, 10).is_none());
    assert!(pane.take(Action::Left, &rows, 10).is_some());
    assert!(pane.take(Action::Left, &rows, 10).is_none());
}

#[test]
fn copying_gives_bare_values() {
    let metrics = sample::metrics();
    let rows = rows::rows(&metrics, Some(&"support".into()));
    assert_eq!(copied(&mut pane(row_of(&rows, "input"), 0), &rows), "1350");
    assert_eq!(copied(&mut pane(row_of(&rows, "ms/call"), 0), &rows), "400,650,null,320,200");
    assert_eq!(copied(&mut pane(row_of(&rows, "output/s"), 0), &rows), "85.26");
    let tool = copied(&mut pane(rows.len() - 7, 0), &rows);
    assert!(tool.starts_with('{') && tool.contains("\"error_count\":null"), "{tool}");
    let unknown = rows::rows(&metrics, Some(&"billing\u{202e}".into()));
    assert!(copied(&mut pane(row_of(&unknown, "input"), 0), &unknown).contains("unknown"));
}

#[test]
fn a_total_is_explained_agent_by_agent() {
    let metrics = sample::metrics();
    let rows = rows::rows(&metrics, None);
    let explained = pane(row_of(&rows, "input"), 0).explain_row(&rows).unwrap();
    assert_eq!(explained.value, "1350");
    assert_eq!(explained.fields[0], ("support".into(), "1350".into()));
    assert_eq!(explained.fields[1].1, "unknown");
}

#[test]
fn bars_are_explained_call_by_call_newest_first() {
    let metrics = sample::metrics();
    let rows = rows::rows(&metrics, Some(&"support".into()));
    let explained = pane(row_of(&rows, "ms/call"), 0).explain_row(&rows).unwrap();
    assert_eq!(explained.value, "known for 4 of 5 calls");
    assert_eq!(explained.fields[0], ("message 9".into(), "200".into()));
    assert_eq!(explained.fields[2], ("message 5".into(), "unknown".into()));
}

proptest! {
    #[test]
    fn the_selection_stays_in_range(
        moves in prop::collection::vec((0usize..crate::app::keymap::ENTRIES.len(), 0u16..40, -9i32..9), 0..60),
        merged: bool,
    ) {
        let metrics = sample::metrics();
        let agent = AgentId::from("support");
        let rows = rows::rows(&metrics, (!merged).then_some(&agent));
        let mut pane = MetricsPane::default();
        for (action, page, lines) in moves {
            let action = crate::app::keymap::ENTRIES[action].action;
            if !matches!(action, Action::Explain) {
                pane.take(action, &rows, page);
            }
            pane.select(page, rows.len());
            pane.scroll_rows(lines, rows.len(), page);
            prop_assert!(pane.selected < rows.len());
        }
    }
}
