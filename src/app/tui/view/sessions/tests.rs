use jiff::SignedDuration;

use super::*;
use crate::{
    app::{
        config::{Column, Ui},
        place::Place,
        tui::{
            state::{Input, sample::Screen},
            view::{self, sample},
        },
    },
    repository::{News, Sort, Target, WatchMode},
    session::{Change, SessionKey, StoredDate},
};

fn picture(screen: &Screen) -> String {
    let area = screen.state.areas.body;
    sample::screen(area.width, area.height + 2, |frame, _| view::draw(frame, &screen.state))
}

fn key(screen: &Screen, at: usize) -> SessionKey {
    screen.state.workspace.list.rows[at].key.clone()
}

fn later(screen: &Screen, seconds: i64) -> StoredDate {
    StoredDate::from_millis(screen.state.look.now.as_millisecond() + seconds * 1000)
}

/// One row in view was written to often, another once; two sessions came above the view.
fn live(width: u16) -> Screen {
    let mut screen = Screen::listed(width, 20);
    screen.news(News::Begun(WatchMode::Stream));
    screen.press(&"j".repeat(30));
    screen.answer_all();
    let (busy, written) = (key(&screen, 28), key(&screen, 26));
    let mut changes: Vec<Change> = (0..12).map(|_| Change::unclear(busy.clone(), None)).collect();
    changes.push(Change::unclear(written, None));
    changes.push(Change::unclear(key(&screen, 5), Some(later(&screen, 1))));
    changes.push(Change::unclear(key(&screen, 40), Some(later(&screen, 2))));
    screen.news(News::Changes(changes));
    screen.answer_all();
    screen
}

#[test]
fn below_the_rows_that_match_what_is_typed_it_is_said_that_there_may_be_more() {
    let mut screen = Screen::listed(120, 24);
    for (typed, few) in [("/zzzz", "none"), ("/dated-1", "1")] {
        screen.press(typed);
        let seen = picture(&screen);
        assert!(seen.contains(" read so far; Enter looks among all") && seen.contains(&format!(" {few}")), "{seen}");
        screen.press("\u{1b}");
    }
}

#[test]
fn an_empty_list_tells_how_many_there_are_by_now() {
    let mut screen = Screen::listed(80, 24);
    screen.news(News::Begun(WatchMode::Stream));
    let (all, gone) = (screen.state.workspace.list.count.unwrap(), [key(&screen, 3), key(&screen, 5)]);
    let left = |screen: &Screen, count: u64| {
        let seen = picture(screen);
        let says = format!("shows all {}", format::number(count, screen.state.look.marks));
        assert!(seen.contains(&says), "{says}: {seen}");
    };
    screen.news(News::Changes(vec![Change::deleted(gone[0].clone())]));
    screen.stored = 0;
    screen.press("/none\n");
    screen.answer_all();
    left(&screen, all - 1);
    screen.news(News::Changes(vec![Change::deleted(gone[1].clone())]));
    left(&screen, all - 2);
}

#[test]
fn the_order_shows_in_its_column() {
    for (sort, width) in [("created:asc", 60), ("tokens", 120), ("latency:asc", 120), ("errors", 60), ("findings", 40)]
    {
        let mut screen = Screen::listed(width, 20);
        let effects = screen.state.sort_by(Sort::parse(sort).unwrap());
        screen.take(effects);
        screen.answer_all();
        let name = sort.replace(':', "_");
        insta::assert_snapshot!(format!("sorted_by_{name}_{width}"), picture(&screen));
    }
}

#[test]
fn every_column_shows_its_value() {
    let columns = Column::names().into_iter().filter_map(Column::from_name).collect();
    let mut screen = Screen::with(
        250,
        12,
        Some(Place::plain("local", Target::Folder("/x".into()))),
        Ui { columns, ..Ui::default() },
    );
    screen.answer_all();
    screen.state.zoomed = true;
    screen.put(Input::Resize(ratatui::layout::Size::new(250, 12)));
    screen.answer_all();
    insta::assert_snapshot!("every_column", picture(&screen));
}

#[test]
fn marks_of_what_is_told() {
    for width in [120, 60, 40] {
        let screen = live(width);
        let drawn = picture(&screen);
        assert!(drawn.contains("2 new above"), "{drawn}");
        insta::assert_snapshot!(format!("live_{width}"), drawn);
    }
    let mut screen = live(120);
    screen.state.look = sample::plain();
    insta::assert_snapshot!("live_ascii", picture(&screen));
}

#[test]
fn marks_go_by_themselves_and_at_the_top() {
    let mut screen = live(120);
    let wide = picture(&screen);
    assert!(wide.contains("12/min") && wide.contains(" 1/min"), "{wide}");
    assert!(screen.state.next_change().is_some_and(|wait| wait.as_secs() <= 60));
    let after = screen.state.look.now.checked_add(SignedDuration::from_secs(61)).unwrap();
    screen.put(Input::Tick(after));
    assert!(!picture(&screen).contains("/min"));
    screen.press("gG");
    screen.answer_all();
    assert!(!picture(&screen).contains("new above"));
}

#[test]
fn a_rate_stands_where_there_is_room_for_it() {
    let rated = |spaces: usize, writes| with_rate(format!("support{}", " ".repeat(spaces)), writes);
    assert_eq!(rated(8, 12), ("support  ".to_owned(), "12/min".to_owned()));
    assert_eq!(rated(7, 12), (format!("support{}", " ".repeat(7)), String::new()));
    assert_eq!(rated(8, 0), (format!("support{}", " ".repeat(8)), String::new()));
}
