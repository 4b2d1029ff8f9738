mod at_hand;
mod hand;
mod preview;
mod room;
mod themes;
mod typing;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::{draw, sample};
use crate::{
    app::{
        task::{Command, Event, Link, command::Lane},
        tui::state::{AppState, Input, sample::Screen},
    },
    repository::{Candidate, Error, ListPlan},
    session::{FeedbackTally, SessionKey},
};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (200, 60), (30, 8), (60, 20)];

fn picture(state: &AppState) -> String {
    let size = state.areas.body;
    let (width, height) = (size.width.max(1), if state.areas.too_small { size.height } else { size.height + 2 });
    sample::screen(width, height.max(1), |frame, _| draw(frame, state))
}

fn at_every_size(name: &str, prepare: impl Fn(u16, u16) -> Screen) {
    for (width, height) in SIZES {
        let screen = prepare(width, height);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&screen.state));
    }
}

#[test]
fn the_start_screen() {
    at_every_size("start", Screen::start);
}

#[test]
fn a_connection_that_failed() {
    at_every_size("failed", |width, height| {
        let mut screen = Screen::connecting(width, height);
        let Some(Command::Connect(ticket, ..)) = screen.asked.pop_front() else { panic!("no connection asked") };
        let error = Error::unreachable("localhost:27017", "connection refused");
        screen.tell(Event::Failed { ticket, lane: Lane::Connection, error });
        assert!(!picture(&screen.state).contains("hunter2"));
        screen
    });
}

#[test]
fn the_list_while_it_loads() {
    at_every_size("loading", |width, height| {
        let mut screen = Screen::connecting(width, height);
        let connect = screen.asked.pop_front().unwrap();
        for event in screen.answers(&connect) {
            screen.tell(event);
        }
        screen
    });
}

#[test]
fn the_list_with_rows() {
    at_every_size("listed", Screen::listed);
}

#[test]
fn the_list_in_ascii() {
    let mut screen = Screen::listed(80, 24);
    screen.state.look = sample::plain();
    insta::assert_snapshot!("listed_ascii_80x24", picture(&screen.state));
}

#[test]
fn a_mistake_in_a_filter() {
    at_every_size("mistake", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("/app:shop rating:good\n");
        screen
    });
}

#[test]
fn a_filter_that_no_index_serves() {
    at_every_size("unserved", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("/timeout\n");
        let asked = std::mem::take(&mut screen.asked);
        let mut lists = asked.into_iter().filter_map(|command| match command {
            Command::List(ticket, query) => Some((ticket, query)),
            _ => None,
        });
        let Some((ticket, query)) = lists.next_back() else {
            assert!(height < 10, "only where nobody sees it no list is asked");
            return screen;
        };
        assert_eq!(query.filter.source, "timeout");
        let why = "no index serves this filter: every session of the collection is read";
        screen.tell(Event::Plan(ticket, ListPlan::unserved(why)));
        screen
    });
}

#[test]
fn help() {
    at_every_size("help", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("?");
        screen
    });
}

#[test]
fn the_command_line() {
    at_every_size("command", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press(":re");
        screen
    });
}

#[test]
fn the_picker_of_collections() {
    at_every_size("picker", |width, height| {
        let mut screen = Screen::connecting(width, height);
        let Some(Command::Connect(ticket, ..)) = screen.asked.pop_front() else { panic!("no connection asked") };
        let candidate = |collection: &str, documents| Candidate {
            database: "agents".into(),
            collection: collection.into(),
            documents,
        };
        let candidates = vec![candidate("sessions", 4812), candidate("staging_sessions", 31)];
        screen.tell(Event::Choose { ticket, candidates });
        screen.put(Input::Key(KeyCode::Down.into()));
        screen
    });
}

#[test]
fn a_lost_connection() {
    at_every_size("lost", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.link(Link::Lost { reason: "connection reset by peer".into(), retry_in_s: 4 });
        screen
    });
}

#[test]
fn stored_text_never_reaches_the_terminal_raw() {
    let mut screen = Screen::listed(120, 40);
    screen.state.workspace.list.rows[0].key = SessionKey::from("a\u{1b}[2J\u{202e}b\nc");
    screen.state.workspace.list.filter.source = "x\u{7}".into();
    let picture = picture(&screen.state);
    assert!(picture.contains("a␛[2J<20"), "{picture}");
    assert!(!picture.contains(['\u{1b}', '\u{7}', '\u{202e}']));
}

#[test]
fn control_characters_have_marks_of_ascii_too() {
    let mut screen = Screen::listed(120, 40);
    screen.state.look = sample::plain();
    screen.state.workspace.list.rows[0].key = SessionKey::from("a\u{1b}[2J\u{7f}");
    let picture = picture(&screen.state);
    assert!(picture.contains("a[[2J?") && !picture.contains(['\u{241b}', '\u{2421}']), "{picture}");
}

#[test]
fn what_an_empty_list_has_to_say_is_read_in_full() {
    let words: Vec<String> = (0..60).map(|n| format!("word{n}")).collect();
    let said = format!("{} end", words.join(" "));
    for (width, height) in [(40, 24), (80, 24), (120, 40)] {
        let mut screen = Screen::listed(width, height);
        let list = &mut screen.state.workspace.list;
        list.rows.clear();
        list.notice = Some(said.clone());
        screen.put(Input::Resize(Size::new(width, height)));
        let seen = picture(&screen.state);
        assert!(seen.contains("word0 ") && seen.contains("word59") && !seen.contains("no sessions here"), "{seen}");
    }
    let mut screen = Screen::listed(80, 24);
    screen.state.workspace.list.notice = Some(said);
    screen.put(Input::Resize(Size::new(80, 24)));
    let seen = picture(&screen.state);
    assert!(seen.contains("word0 ") && seen.contains('…') && seen.contains("support-updated-0"), "{seen}");
}

#[test]
fn every_kind_of_rating_is_counted() {
    let mut screen = Screen::listed(120, 40);
    screen.press("r");
    while let Some(command) = screen.asked.pop_front() {
        for mut event in screen.answers(&command) {
            if let Event::Details(_, details) = &mut event {
                details[0].1.feedbacks = FeedbackTally { neutral: 2, other: 1, ..FeedbackTally::default() };
            }
            screen.tell(event);
        }
    }
    assert!(picture(&screen.state).contains("~2 ?1"), "{}", picture(&screen.state));
}

#[test]
fn the_open_row_and_one_that_is_gone_are_marked() {
    let mut screen = Screen::writable(120, 40);
    let gone = screen.state.workspace.list.rows[2].key.clone();
    screen.state.workspace.list.mark_gone(gone);
    let seen = picture(&screen.state);
    assert!(seen.contains("▸support-updated-0") && !seen.contains("▸support-updated-1"), "{seen}");
    assert!(seen.contains("gone: s") && seen.contains("-2 "), "its end is seen too: {seen}");
}

#[test]
fn a_field_is_chosen_for_a_row_that_is_not_open() {
    written("fields", |screen| {
        screen.press("1je");
        screen.answer_all();
    });
}

#[test]
fn a_change_without_an_answer_and_the_question_before_leaving() {
    written("undone", |screen| {
        screen.press("ex\n");
        screen.link(Link::Lost { reason: "connection reset by peer".into(), retry_in_s: 4 });
        screen.press("q");
    });
}

/// The sizes that show panes at all, and the smallest of them.
fn written(name: &str, prepare: impl Fn(&mut Screen)) {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::writable(width, height);
        prepare(&mut screen);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&screen.state));
    }
}

#[test]
fn a_field_being_edited_wrongly() {
    written("edit", |screen| screen.press("jex\n"));
}

#[test]
fn a_field_being_added() {
    written("add", |screen| screen.press("aowner=漢字 5"));
}

#[test]
fn a_field_about_to_be_removed() {
    written("remove", |screen| screen.press("d"));
}

#[test]
fn feedback_being_written() {
    written("rate", |screen| screen.press("f\tslow\nand wrong"));
}

/// An edit in the form, saved.
fn save(screen: &mut Screen, keys: &str) {
    screen.press(keys);
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    screen.press("\n");
}

#[test]
fn a_session_about_to_be_deleted() {
    written("delete", |screen| screen.press("Dx\n"));
}

#[test]
fn a_change_on_its_way() {
    written("pending", |screen| save(screen, "ex\n"));
}

#[test]
fn a_conflict() {
    written("conflict", |screen| {
        save(screen, "ex\n");
        let asked = std::mem::take(&mut screen.asked);
        let write = asked.into_iter().find_map(|command| match command {
            Command::Write(ticket, order) => Some((ticket, order)),
            _ => None,
        });
        let (ticket, order) = write.expect("it is saved");
        let crate::app::writes::Write::Metadata(_, edits) = &order.write else { panic!("{order:?}") };
        let path = &edits[0].path;
        let error = Error::Conflict { id: "s".into(), field: path.field(), stored: Some(Box::new("theirs".into())) };
        let now = bson::doc! { path.top(): "theirs\u{1b}[2J" };
        screen.tell(Event::NotWritten { ticket, error, stored: Some(Box::new(now)) });
    });
}

#[test]
fn every_size_draws() {
    for keys in ["", "?", ":", "/rating:x\n", "c", "\t\t", "\t\t\t\t", "ee", "a=", "d", "f", "Dx\n"] {
        let mut screen = Screen::writable(120, 40);
        screen.press(keys);
        for (width, heights) in [(1, 1..4), (41, 8..14), (79, 13..18), (80, 14..18), (119, 15..18), (160, 16..18)] {
            for height in heights {
                screen.put(Input::Resize(Size::new(width, height)));
                sample::screen(width, height, |frame, _| draw(frame, &screen.state));
            }
        }
    }
}

#[test]
fn what_a_letter_chooses() {
    at_every_size("copy", |width, height| {
        let mut screen = Screen::writable(width, height);
        screen.press("2y");
        screen
    });
    at_every_size("moves", |width, height| {
        let mut screen = Screen::writable(width, height);
        screen.press("2;j");
        screen
    });
}
