use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{
    app::{
        task::Link,
        tui::{
            render::Look,
            state::{Input, sample::Screen},
            view::sample,
        },
    },
    repository::{Error, News, Scope},
};

fn line(screen: &Screen, width: u16) -> String {
    let drawn = sample::screen(width, 1, |frame, area| draw(frame, area, &screen.state));
    drawn.lines().take(2).flat_map(|line| [line, "\n"]).collect()
}

fn wait(screen: &mut Screen, seconds: i64) {
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    screen.put(Input::Tick(later));
}

fn broken() -> Error {
    Error::unreachable("localhost", "reset")
}

fn begun(mode: WatchMode) -> Screen {
    let mut screen = Screen::listed(100, 30);
    screen.news(News::Begun(mode));
    screen
}

fn live() -> Screen {
    begun(WatchMode::Stream)
}

/// Every state of the connection.
fn states() -> Vec<(&'static str, Screen)> {
    let mut behind = live();
    assert!(behind.state.lags(Some(Duration::from_millis(3400))));
    assert!(!behind.state.lags(Some(Duration::from_millis(3900))), "the same second");
    let mut lost = live();
    wait(&mut lost, 3600);
    lost.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    wait(&mut lost, 1);
    let mut long_lost = live();
    long_lost.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    wait(&mut long_lost, 190);
    let mut interrupted = live();
    interrupted.news(News::Lost(broken()));
    wait(&mut interrupted, 180);
    let mut ended = Screen::listed(100, 30);
    ended.news(News::Ended(broken()));
    wait(&mut ended, 7200);
    vec![
        ("connecting", Screen::connecting(100, 30)),
        ("read", Screen::listed(100, 30)),
        ("live", live()),
        ("every half second", begun(WatchMode::Poll(Duration::from_millis(500)))),
        ("every two seconds", begun(WatchMode::Poll(Duration::from_secs(2)))),
        ("behind", behind),
        ("lost", lost),
        ("lost for long", long_lost),
        ("interrupted", interrupted),
        ("ended", ended),
    ]
}

#[test]
fn every_state_of_the_connection() {
    let shown = states()
        .into_iter()
        .flat_map(|(name, screen)| [100, 60, 40].map(|width| format!("{name}, {width}:\n{}", line(&screen, width))));
    insta::assert_snapshot!("states", shown.collect::<Vec<_>>().concat());
}

#[test]
fn the_scope_of_the_place_stands_beside_its_name() {
    let mut shown = Vec::new();
    for scope in
        [Scope::prefix("tenant-7/"), Scope::field("tenant", "7"), Scope::prefix("a-very-long-name-of-a-tenant/")]
    {
        let mut screen = live();
        if let Some(place) = &mut screen.state.workspace.connection.place {
            place.scope = scope.ok();
        }
        shown.extend([100, 60, 40].map(|width| format!("{width}:\n{}", line(&screen, width))));
    }
    insta::assert_snapshot!("scope", shown.concat());
}

#[test]
fn whose_sessions_they_are_comes_before_how_many() {
    let mut screen = live();
    for (name, colour) in [("local", None), ("production-in-europe", Some("red".to_owned()))] {
        let place = screen.state.workspace.connection.place.as_mut().unwrap();
        (place.name, place.colour) = (name.to_owned(), colour);
        place.scope = Scope::prefix("tenant-7/").ok();
        for width in [120, 100, 80, 60] {
            let drawn = line(&screen, width);
            assert!(drawn.contains(&format!("{name} scope tenant-7/ ")), "{width}: {drawn}");
        }
    }
    let drawn = line(&screen, 40);
    assert!(drawn.contains(" scope t") && drawn.contains("…  "), "{drawn}");
}

#[test]
fn every_state_in_ascii_without_colours() {
    let mut shown = Vec::new();
    for (name, mut screen) in states() {
        screen.state.look = Look { now: screen.state.look.now, ..sample::plain() };
        let drawn = line(&screen, 100);
        let ascii = drawn.is_ascii();
        assert!(ascii, "{drawn}");
        shown.push(format!("{name}:\n{drawn}"));
    }
    insta::assert_snapshot!("states_ascii", shown.concat());
}

#[test]
fn what_was_live_is_as_old_as_the_loss() {
    let mut screen = live();
    wait(&mut screen, 3600);
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    assert!(line(&screen, 100).contains("○ read now"), "{}", line(&screen, 100));
    wait(&mut screen, 120);
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 8 });
    assert!(line(&screen, 100).contains("○ read 2m ago"), "{}", line(&screen, 100));
    screen.link(Link::Up);
    assert!(line(&screen, 100).contains("● live"), "{}", line(&screen, 100));
}

#[test]
fn who_catches_up_is_live_again() {
    let mut screen = live();
    screen.state.lags(Some(Duration::from_secs(5)));
    assert!(line(&screen, 100).contains("◍ behind 5 s"));
    assert!(screen.state.lags(Some(Duration::from_secs(1))), "less than two seconds is none");
    assert!(line(&screen, 100).contains("● live"));
    assert!(!screen.state.lags(None));
}
