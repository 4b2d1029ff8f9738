use proptest::prelude::*;

use super::*;
use crate::app::tui::view::sample;

#[test]
fn the_newest_comes_first_and_what_has_no_date_last() {
    let mut session = sample::session("support-1042");
    session.feedbacks[0].created_at = None;
    session.feedbacks.swap(0, 1);
    let positions: Vec<usize> = newest_first(Some(&session)).iter().map(|(position, _)| *position).collect();
    assert_eq!(positions, [2, 0, 1]);
    assert_eq!(FeedbackPane::default().position(Some(&session)), Some(2));
    assert_eq!(FeedbackPane::default().position(None), None);
}

#[test]
fn comments_wrap_and_long_ones_say_that_there_is_more() {
    let mut session = sample::session("support-1042");
    let feedback = &mut session.feedbacks[1];
    assert_eq!(lines(feedback, 24), ["Too slow on the", "second order"]);
    feedback.comment = Some("word ".repeat(500));
    let long = lines(feedback, 24);
    assert_eq!(long.len(), COMMENT_LINES);
    assert!(long.last().unwrap().starts_with("(more"));
    feedback.comment = None;
    assert_eq!(lines(feedback, 24), ["no comment"]);
    feedback.rating = Rating::Other("\u{1b}[31msideways".into());
    assert_eq!(lines(feedback, 24), ["␛[31msideways"]);
}

#[test]
fn a_feedback_is_counted_once_while_what_it_says_and_the_width_stay() {
    let mut all = sample::session("support-1042").feedbacks;
    let mut heights = heights::FeedbackHeights::default();
    let mut counts = |all: &[Feedback], width: u16| {
        let before = heights.counted;
        let (_, rows) = heights.measure(all.iter(), width);
        assert_eq!(rows, all.iter().map(|feedback| height(feedback, width)).sum::<usize>());
        heights.counted - before
    };
    assert_eq!((counts(&all, 24), counts(&all, 24)), (all.len(), 0));
    assert_eq!((counts(&all, 18), counts(&all, 18)), (all.len(), 0), "another width");
    all[1].comment = Some("word ".repeat(5000));
    assert_eq!((counts(&all, 18), counts(&all, 18)), (1, 0), "another comment");
    all[1].comment = Some("word ".repeat(600));
    assert_eq!(counts(&all, 18), 1, "one without more of it");
    all[0].message_id = Some(4);
    all[2].rating = Rating::Other("sideways".to_owned());
    assert_eq!(counts(&all, 18), 2, "what they speak of, and a rating of another kind");
    let first = all[0].clone();
    all.insert(0, Feedback { comment: None, ..first });
    assert_eq!(counts(&all, 18), 1, "the others are as they were");
    all.rotate_left(1);
    assert_eq!(counts(&all, 18), 0, "in another order");
}

#[test]
fn the_longest_comment_tells_how_many_cells_are_of_use() {
    let mut all = sample::session("support-1042").feedbacks;
    let mut heights = heights::FeedbackHeights::default();
    assert_eq!(heights.measure(all.iter(), 30).0, "Too slow on the second order".len());
    all[0].comment = Some("Too slow on the second order and on the third  ".to_owned());
    assert_eq!(heights.measure(all.iter(), 30).0, "Too slow on the second order and on the third".len());
    assert_eq!(heights.measure([].iter(), 30), (0, 0));
}

#[test]
fn a_click_finds_the_feedback_under_it() {
    let mut session = sample::session("support-1042");
    session.feedbacks[2].agent_id = Some("support".into());
    session.feedbacks[2].message_id = Some(4);
    let mut pane = FeedbackPane::default();
    pane.resize(Size::new(24, 10));
    // neutral note (one line and what it speaks of), too slow (two lines), fast.
    for (y, selected) in [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (9, 2)] {
        pane.click(y, Some(&session));
        assert_eq!(pane.selection.at(3), selected, "row {y}");
    }
}

#[test]
fn copying_gives_the_comment_as_stored() {
    let session = sample::session("hostile-text");
    let taken = FeedbackPane::default().on_action(Action::Copy, Some(&session), 10).unwrap();
    assert!(matches!(&taken[0], Effect::Copy(text) if text.contains("overwrite")));
    assert!(FeedbackPane::default().on_action(Action::Copy, None, 10).is_none());
}

proptest! {
    #[test]
    fn the_selection_stays_in_range(
        moves in prop::collection::vec((0usize..crate::app::keymap::ENTRIES.len(), 0u16..40, -9i32..9), 0..60),
        width in 0u16..90,
        id in prop::sample::select(vec!["support-1042", "wrong-types", "bare", "hostile-text"]),
    ) {
        let session = sample::session(id);
        let mut pane = FeedbackPane::default();
        pane.resize(Size::new(width, 10));
        for (action, page, lines) in moves {
            pane.on_action(crate::app::keymap::ENTRIES[action].action, Some(&session), page);
            pane.click(page, Some(&session));
            pane.scroll(lines, Some(&session), page);
            prop_assert!(pane.selection.at(usize::MAX) < session.feedbacks.len().max(1));
        }
    }
}
