//! Ratings, the review, and what is asked before a deletion or a write.

use super::{picture, written};
use crate::{
    app::{
        config::ThemeName,
        place::WriteRules,
        task::{Command, Event, command::Lane},
        tui::{state::sample::Screen, view::sample},
    },
    repository::Error,
};

fn with_words(screen: &mut Screen) {
    if let Some(place) = &mut screen.state.workspace.connection.place {
        place.rules = WriteRules { confirm: Some("prod-eu".to_owned()), ..WriteRules::default() };
    }
}

#[test]
fn words_of_the_place_are_asked_for() {
    written("agreement", |screen| {
        with_words(screen);
        screen.press("+prod\n");
    });
}

#[test]
fn what_a_deletion_takes_away_is_counted() {
    written("deletion", |screen| {
        screen.press("D");
        screen.answer_all();
        screen.press("su");
    });
}

#[test]
fn what_a_deletion_takes_away_cannot_be_counted() {
    written("deletion_uncounted", |screen| {
        screen.press("D");
        let Some(Command::Weigh(ticket, _)) = screen.asked.pop_front() else { panic!("nothing is counted") };
        screen.tell(Event::Failed { ticket, lane: Lane::Peek, error: Error::unreachable("localhost", "reset") });
        screen.press("no\n");
    });
}

#[test]
fn a_rating_on_its_way_is_shown_where_it_will_stand() {
    written("rating", |screen| screen.press("2+5"));
}

#[test]
fn a_rating_on_its_way_in_ascii() {
    let mut screen = Screen::writable(120, 40);
    screen.state.look = sample::plain();
    screen.wear(ThemeName::None);
    screen.press("2-");
    insta::assert_snapshot!("rating_ascii_120x40", picture(&screen.state));
}

#[test]
fn feedback_of_ones_own_is_being_taken_back() {
    written("taken_back", |screen| {
        screen.press("5d");
        let session = screen.state.workspace.conversation.session().expect("a session");
        let position = screen.state.workspace.feedback.position(Some(session)).expect("a feedback");
        let own = session.feedbacks[position].raw.bson();
        let asked = screen.asked.iter().find_map(|command| match command {
            Command::OwnFeedback(ticket, _) => Some(*ticket),
            _ => None,
        });
        screen.tell(Event::OwnFeedback(asked.expect("it is asked"), vec![own]));
    });
}

#[test]
fn a_review_says_how_many_are_left() {
    written("review", |screen| {
        screen.press("1v");
        screen.answer_all();
        screen.press("+");
        screen.answer_all();
    });
}

#[test]
fn every_size_of_these_draws() {
    for keys in ["D", "Dx\n", "+", "+x\n", "2+", "1v", "5+d"] {
        let mut screen = Screen::writable(120, 40);
        with_words(&mut screen);
        screen.press(keys);
        for (width, height) in [(40, 10), (41, 11), (80, 24), (119, 12), (200, 60)] {
            screen.put(crate::app::tui::state::Input::Resize(ratatui::layout::Size::new(width, height)));
            let seen = sample::screen(width, height, |frame, _| super::draw(frame, &screen.state));
            assert!(sample::safe(&seen), "{seen}");
        }
    }
}
