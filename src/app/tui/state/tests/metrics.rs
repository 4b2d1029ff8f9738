//! The metrics pane on a whole screen: from a bar to its message, one pane alone, and when it changes by itself.

use super::super::{areas::Pane, metrics::Data, sample::Screen};
use crate::{
    app::{
        task::Event,
        tui::{
            state::conversation::sample as stored,
            view::{self, sample},
        },
    },
    repository::{News, WatchMode},
    session::{AgentId, Change, StoredDate, Usage},
};

/// A session is open, and a plot chosen.
fn on_plot(width: u16, height: u16) -> Screen {
    let mut screen = Screen::writable(width, height);
    screen.answer_all();
    screen.press("3");
    for _ in 0..30 {
        if chosen(&screen).is_some() {
            return screen;
        }
        screen.press("j");
    }
    panic!("there is no plot");
}

fn chosen(screen: &Screen) -> Option<(AgentId, u64)> {
    screen.state.workspace.metrics.chosen_call(Data::of(&screen.state.workspace.conversation))
}

fn drawn(screen: &Screen) -> String {
    let size = screen.state.size;
    sample::screen(size.width, size.height, |frame, _| view::draw(frame, &screen.state))
}

#[test]
fn enter_on_a_bar_goes_to_its_message() {
    for (width, height) in [(120, 40), (80, 24), (60, 20)] {
        let mut screen = on_plot(width, height);
        let newest = chosen(&screen).unwrap();
        screen.press("h");
        let (agent, index) = chosen(&screen).unwrap();
        assert!(index < newest.1);
        screen.press("\n");
        screen.answer_all();
        assert_eq!(screen.state.focus, Pane::Conversation);
        let selected = screen.state.workspace.conversation.selected().map(|(agent, message)| (agent, message.index));
        assert_eq!(selected, Some((&agent, index)));
        screen.press("3");
        assert_eq!(chosen(&screen), Some((agent, index)), "the cursor stays there");
    }
}

#[test]
fn one_pane_has_the_body_until_z_or_esc() {
    let mut screen = on_plot(120, 40);
    let panes = |screen: &Screen| screen.state.areas.panes.iter().flatten().count();
    for back in ["z", "\u{1b}"] {
        screen.press("3z");
        assert_eq!((panes(&screen), screen.state.focus), (1, Pane::Metrics));
        assert_eq!(screen.state.areas.pane(Pane::Metrics), Some(screen.state.areas.body));
        screen.press(back);
        assert_eq!((panes(&screen), screen.state.focus), (5, Pane::Metrics));
    }
    screen.press("z2");
    assert_eq!(screen.state.areas.pane(Pane::Conversation), Some(screen.state.areas.body));
    screen.press("\u{1b}\u{1b}");
    assert_eq!((panes(&screen), screen.state.focus), (5, Pane::Sessions));
}

#[test]
fn the_metrics_alone() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = on_plot(width, height);
        screen.press("z");
        insta::assert_snapshot!(format!("zoomed_{width}x{height}"), drawn(&screen));
    }
}

#[test]
fn it_changes_by_itself_only_while_something_runs_or_a_rate_falls() {
    let mut screen = on_plot(120, 40);
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, News::Begun(WatchMode::Stream)));
    for row in &mut screen.state.workspace.list.rows {
        (row.updated_at, row.created_at) = (Some(StoredDate::from_millis(0)), None);
    }
    let wake = |screen: &Screen| screen.state.next_change().map(|left| left.as_secs()).filter(|left| *left < 60);
    assert_eq!(wake(&screen), None);
    let session = screen.state.workspace.conversation.key().unwrap().clone();
    let (agent, count) = screen
        .state
        .workspace
        .conversation
        .session()
        .map(|open| &open.agents[0])
        .map(|agent| (agent.id.clone(), agent.message_count))
        .unwrap();
    let mut asks = stored::tool_use(count, "call-9");
    asks.usage = Some(Usage { total: Some(600), ..Usage::default() });
    let told = |screen: &mut Screen, message| {
        let change = Change::messages(session.clone(), agent.clone(), vec![message]);
        screen.tell(Event::News(ticket, News::Changes(vec![change])));
        screen.answer_all();
    };
    // To the first call, then to the first row.
    screen.press("gg");
    told(&mut screen, asks);
    assert_eq!(wake(&screen), Some(1));
    assert!(drawn(&screen).contains("runs 0 s"));
    told(&mut screen, stored::tool_result(count + 1, "call-9"));
    let after_glow = screen.state.look.now.checked_add(jiff::SignedDuration::from_secs(2)).unwrap();
    screen.put(super::Input::Tick(after_glow));
    assert_eq!(wake(&screen), Some(5), "the rate falls");
    assert!(!drawn(&screen).contains("runs 0 s"));
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_mins(20)).unwrap();
    screen.put(super::Input::Tick(later));
    assert_eq!(wake(&screen), None, "nothing is left of it");
}
