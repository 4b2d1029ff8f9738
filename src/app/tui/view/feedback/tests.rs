use proptest::prelude::*;

use super::*;
use crate::app::tui::{state::list::Selection, view::sample};

fn shown(session: &Session, size: (u16, u16), pane: &FeedbackPane, look: &Look) -> String {
    sample::screen(size.0, size.1, |frame, area| draw(frame, area, pane, Ok(session), true, look))
}

fn pane(selected: usize, top: usize) -> FeedbackPane {
    let mut pane = FeedbackPane::default();
    pane.selection = Selection::placed(selected, top);
    pane
}

#[test]
fn sizes() {
    let mut session = sample::session("support-1042");
    session.feedbacks[1].agent_id = Some("support".into());
    session.feedbacks[1].message_id = Some(4);
    for (name, size) in [("26x8", (26, 8)), ("40x12", (40, 12)), ("78x10", (78, 10))] {
        insta::assert_snapshot!(format!("support_{name}"), shown(&session, size, &pane(1, 0), &sample::look()));
    }
    insta::assert_snapshot!("ascii_26x8", shown(&session, (26, 8), &pane(1, 0), &sample::plain()));
}

#[test]
fn what_is_there_and_cannot_be_read_is_not_called_nothing() {
    let screen = shown(&sample::session("wrong-types"), (60, 6), &pane(0, 0), &sample::look());
    assert!(screen.contains("feedbacks is no list") && !screen.contains("no feedback"), "{screen}");
}

#[test]
fn hostile_and_none() {
    let hostile = sample::session("hostile-text");
    insta::assert_snapshot!("hostile_30x8", shown(&hostile, (30, 8), &pane(0, 0), &sample::look()));
    let none = sample::session("bare");
    assert!(shown(&none, (30, 8), &pane(0, 0), &sample::look()).contains("no feedback"));
}

proptest! {
    #[test]
    fn every_size_draws(
        width in 1u16..60, height in 1u16..30, selected in 0usize..9, top in 0usize..9,
        id in prop::sample::select(vec!["support-1042", "hostile-text", "wrong-types"]),
    ) {
        let screen = shown(&sample::session(id), (width, height), &pane(selected, top), &sample::look());
        prop_assert!(sample::safe(&screen), "{}", screen);
    }
}
