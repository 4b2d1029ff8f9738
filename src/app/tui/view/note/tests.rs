use crate::app::keymap::Action;
use proptest::prelude::*;

use super::*;
use crate::{
    app::tui::{state::note::SaidLine, view::sample},
    metrics::Explanation,
};

fn explanation() -> Explanation {
    Explanation {
        title: "output tokens".into(),
        value: "162".into(),
        formula: "the larger of the last counter of each run and the sum over its messages, added up over runs".into(),
        fields: vec![
            ("run 1: event_loop_metrics.accumulated_usage.outputTokens".into(), "162".into()),
            ("run 1: sum of message.metadata.usage.outputTokens".into(), "162".into()),
            ("tool \u{1b}[2J".into(), "x".repeat(90)),
        ],
    }
}

fn shown(width: u16, height: u16, look: &Look) -> String {
    sample::screen(width, height, |frame, area| draw(frame, area, &Note::from(explanation()), Some("Esc"), look))
}

#[test]
fn sizes() {
    insta::assert_snapshot!("80x24", shown(80, 24, &sample::look()));
    insta::assert_snapshot!("120x20", shown(120, 20, &sample::look()));
    insta::assert_snapshot!("30x8_ascii", shown(30, 8, &sample::plain()));
}

#[test]
fn what_is_cut_is_scrolled_to() {
    let mut note = Note::from(explanation());
    let area = Rect::new(0, 0, 40, 8);
    let seen = |note: &Note| sample::screen(40, 8, |frame, area| draw(frame, area, note, Some("q"), &sample::look()));
    assert!(seen(&note).contains("162") && !seen(&note).contains("tool"));
    note.on_action(Action::Bottom, area);
    insta::assert_snapshot!("end_40x8", seen(&note));
}

#[test]
fn an_error_in_full() {
    let text = "cannot read the sessions: the server said \u{1b}[2J no. ".repeat(4);
    let note = Note::said(vec![SaidLine { at: "14:02".into(), text, is_error: true }]);
    let screen = sample::screen(60, 14, |frame, area| draw(frame, area, &note, Some("Esc"), &sample::look()));
    insta::assert_snapshot!("error_60x14", screen);
}

proptest! {
    #[test]
    fn every_size_draws(width in 1u16..100, height in 1u16..30) {
        shown(width, height, &sample::look());
    }
}
