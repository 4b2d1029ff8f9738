use crate::app::keymap::Action;
use proptest::prelude::*;

use super::*;
use crate::app::tui::{state::list::Selection, view::sample};

fn shown(id: &str, size: (u16, u16), pane: &MetadataPane, look: &Look) -> String {
    let session = sample::session(id);
    sample::screen(size.0, size.1, |frame, area| draw(frame, area, pane, Ok(&session), &[], true, look))
}

/// Everything unfolded, the selection at the end or at the start.
fn unfolded(id: &str, at_end: bool) -> MetadataPane {
    let session = sample::session(id);
    let mut pane = MetadataPane::default();
    for _ in 0..40 {
        pane.on_action(Action::Right, Some(&session), 10);
        pane.on_action(Action::Down, Some(&session), 10);
    }
    if !at_end {
        pane.on_action(Action::Top, Some(&session), 10);
    }
    pane
}

#[test]
fn sizes() {
    for (name, size) in [("26x12", (26, 12)), ("40x20", (40, 20)), ("78x22", (78, 22))] {
        for id in ["support-1042", "typed-metadata", "hostile-text"] {
            let screen = shown(id, size, &MetadataPane::default(), &sample::look());
            insta::assert_snapshot!(format!("{id}_{name}"), screen);
        }
    }
}

#[test]
fn nested_values_are_indented() {
    let end = unfolded("typed-metadata", true);
    insta::assert_snapshot!("nested_40x20", shown("typed-metadata", (40, 20), &end, &sample::look()));
    let start = unfolded("support-1042", false);
    insta::assert_snapshot!("nested_ascii_30x14", shown("support-1042", (30, 14), &start, &sample::plain()));
}

#[test]
fn keys_are_read_before_values_and_a_value_on_its_way_is_too() {
    let session = sample::session("support-1042");
    let (text, nested) = (Bson::from("urgent"), Bson::Document(bson::doc! { "tier": "gold" }));
    let pending = [("priority", Some(&text)), ("customer", Some(&nested)), ("retries", None)];
    let screen = sample::screen(30, 12, |frame, area| {
        draw(frame, area, &MetadataPane::default(), Ok(&session), &pending, true, &sample::look());
    });
    for seen in ["priority", "… urgent", "customer", "… {\"ti", "… removed"] {
        assert!(screen.contains(seen), "{seen}: {screen}");
    }
}

#[test]
fn what_is_no_object() {
    for id in ["nulls", "bare", "resumed-7", "wrong-types"] {
        let screen = shown(id, (40, 6), &MetadataPane::default(), &sample::look());
        insta::assert_snapshot!(format!("odd_{id}"), screen);
    }
}

#[test]
fn while_none_is_shown() {
    for (none, says) in [(NoSession::Closed, "no session open"), (NoSession::Opening, "reading…")] {
        let screen = sample::screen(30, 6, |frame, area| {
            draw(frame, area, &MetadataPane::default(), Err(none), &[], true, &sample::look());
        });
        assert!(screen.contains(says), "{screen}");
    }
}

proptest! {
    #[test]
    fn every_size_draws(
        width in 1u16..60, height in 1u16..30, selected in 0usize..99, top in 0usize..99,
        id in prop::sample::select(vec!["support-1042", "typed-metadata", "hostile-text", "wrong-types", "nulls"]),
    ) {
        let mut pane = unfolded(id, true);
        pane.tree.selection = Selection::placed(selected, top);
        let screen = shown(id, (width, height), &pane, &sample::look());
        prop_assert!(sample::safe(&screen), "{}", screen);
    }
}
