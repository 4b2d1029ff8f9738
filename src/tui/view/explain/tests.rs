use proptest::prelude::*;

use super::*;
use crate::tui::view::sample;

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
    sample::screen(width, height, |frame, area| draw(frame, area, &explanation(), look))
}

#[test]
fn sizes() {
    insta::assert_snapshot!("80x24", shown(80, 24, &sample::look()));
    insta::assert_snapshot!("120x20", shown(120, 20, &sample::look()));
    insta::assert_snapshot!("30x8_ascii", shown(30, 8, &sample::plain()));
}

proptest! {
    #[test]
    fn every_size_draws(width in 1u16..100, height in 1u16..30) {
        shown(width, height, &sample::look());
    }
}
