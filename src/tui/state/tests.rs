use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::{Input, areas::Pane, connection::Stage, modal::Modal, sample::Screen};
use crate::{
    repository::{Error, ListQuery, PageEnd, Plan, Sort},
    task::{Command, Event, Link, command::Lane},
    tui::view::{self, sample},
};

fn names(screen: &Screen) -> Vec<&str> {
    screen.state.list.rows.iter().map(crate::session::Summary::name).collect()
}

fn last_list(screen: &mut Screen) -> (crate::task::Ticket, ListQuery) {
    let at = screen.asked.iter().rposition(|command| matches!(command, Command::List(..))).expect("a list was asked");
    match screen.asked.remove(at) {
        Some(Command::List(ticket, query)) => (ticket, query),
        _ => unreachable!(),
    }
}

#[test]
fn a_session_opens_and_esc_goes_back() {
    let mut screen = Screen::listed(120, 40);
    screen.press("j\n");
    screen.answer_all();
    assert_eq!(screen.state.focus, Pane::Conversation);
    assert_eq!(screen.state.conversation.key().unwrap().text(), "support-updated-1");
    assert!(screen.state.conversation.metrics().is_some(), "the outline came");
    screen.press("\u{1b}");
    assert_eq!(screen.state.focus, Pane::Sessions);
    assert!(!screen.left);
    screen.press("q");
    assert!(screen.left);
}

#[test]
fn the_list_goes_on_page_by_page() {
    let mut screen = Screen::listed(80, 24);
    screen.stored = 100;
    for _ in 0..12 {
        screen.put(Input::Key(KeyCode::PageDown.into()));
        screen.answer_all();
    }
    assert_eq!(screen.state.list.rows.len(), 100);
    assert_eq!(screen.state.list.selected, 99);
    let distinct: std::collections::HashSet<_> = names(&screen).into_iter().collect();
    assert_eq!(distinct.len(), 100);
}

#[test]
fn a_reload_keeps_the_selected_session_and_what_is_on_screen() {
    let mut screen = Screen::listed(80, 24);
    screen.press("jjj");
    screen.press("r");
    assert!(!screen.state.list.rows.is_empty(), "nothing vanishes while it reads");
    let (ticket, query) = last_list(&mut screen);
    let mut events = screen.answers(&Command::List(ticket, query));
    if let Event::Rows(_, rows) = &mut events[0] {
        rows.swap(0, 3);
    }
    events.into_iter().for_each(|event| screen.tell(event));
    assert_eq!(screen.state.list.selected, 0);
    assert_eq!(screen.state.list.selected_row().unwrap().name(), "support-updated-3");
}

#[test]
fn giving_up_keeps_what_was_found() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/slow\n");
    let (ticket, query) = last_list(&mut screen);
    screen.tell(Event::Plan(ticket, Plan { served: false, why: "all are read".into() }));
    let events = screen.answers(&Command::List(ticket, query));
    screen.tell(events[0].clone());
    let found = screen.state.list.rows.len();
    assert!(found > 0);
    screen.press("\u{1b}");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::List))));
    screen.tell(events[0].clone());
    screen.tell(events[1].clone());
    assert_eq!(screen.state.list.rows.len(), found, "what comes after is not wanted any more");
    assert!(screen.state.list.notice.as_deref().unwrap().contains("given up"));
}

#[test]
fn a_page_that_failed_is_asked_again_when_the_view_moves() {
    let mut screen = Screen::listed(80, 24);
    screen.stored = 100;
    screen.press("r");
    screen.answer_all();
    screen.press("G");
    let (ticket, query) = last_list(&mut screen);
    let known = screen.state.list.rows.len();
    let events = screen.answers(&Command::List(ticket, query));
    screen.tell(events[0].clone());
    let error = Error::Other { doing: "reading".into(), reason: "it broke".into() };
    screen.asked.clear();
    screen.tell(Event::Failed { ticket, lane: Lane::List, error });
    assert_eq!(screen.state.list.rows.len(), known);
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::List(..))), "not at once");
    screen.press("G");
    screen.answer_all();
    screen.press("G");
    screen.answer_all();
    let distinct: std::collections::HashSet<_> = names(&screen).into_iter().collect();
    assert!(distinct.len() == screen.state.list.rows.len() && distinct.len() > known);
}

#[test]
fn a_search_that_was_ended_says_so() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/slow\n");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::ListEnd(ticket, PageEnd { next: None, timed_out: true }));
    assert!(screen.state.list.notice.as_deref().unwrap().contains("too long"));
}

#[test]
fn details_are_asked_once_for_the_rows_in_view() {
    let mut screen = Screen::connecting(80, 24);
    let connect = screen.asked.pop_front().unwrap();
    screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
    let (ticket, query) = last_list(&mut screen);
    let events = screen.answers(&Command::List(ticket, query));
    screen.tell(events[0].clone());
    let asks = |screen: &Screen| screen.asked.iter().filter(|command| matches!(command, Command::Details(..))).count();
    assert_eq!(asks(&screen), 0, "rows first");
    screen.tell(events[1].clone());
    assert_eq!(asks(&screen), 1);
    screen.press("jk");
    assert_eq!(asks(&screen), 1);
    screen.answer_all();
    let row = &screen.state.list.rows[0];
    assert_eq!(screen.state.list.details(row).unwrap().usage.unwrap().total, Some(1572));
}

#[test]
fn an_id_is_opened_or_chosen_or_missing() {
    for found in 0..3_usize {
        let mut screen = Screen::connecting(120, 40);
        screen.state.open_id = Some("a\u{7}b".into());
        let connect = screen.asked.pop_front().unwrap();
        screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
        let Some(Command::Resolve(ticket, id)) = screen.asked.pop_front() else { panic!("no question") };
        let Event::Resolved(_, _, one) = screen.answers(&Command::Resolve(ticket, id.clone())).remove(0) else {
            panic!()
        };
        screen.tell(Event::Resolved(ticket, id, one.iter().cycle().take(found).cloned().collect()));
        assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
        match found {
            0 => assert_eq!(screen.state.last_error.as_deref(), Some("no session a␇b here")),
            1 => assert!(screen.state.conversation.key().is_some()),
            _ => assert!(matches!(screen.state.modals.last(), Some(Modal::Sessions(_)))),
        }
    }
}

#[test]
fn what_failed_while_the_connection_was_lost_is_asked_again() {
    let mut screen = Screen::listed(120, 40);
    screen.press("r");
    let (ticket, _) = last_list(&mut screen);
    screen.asked.clear();
    let lost = || Error::Unreachable { hosts: "localhost".into(), reason: "reset".into() };
    screen.tell(Event::Failed { ticket, lane: Lane::List, error: lost() });
    screen.tell(Event::Link(Link::Lost { reason: "reset".into(), retry_in_s: 4 }));
    assert!(!screen.state.list.rows.is_empty());
    screen.tell(Event::Link(Link::Up));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
    screen.answer_all();
    assert!(screen.state.loading().is_none());
    assert_eq!(screen.state.last_error, None);
}

#[test]
fn the_other_order_and_saved_filters() {
    let mut screen = Screen::listed(120, 40);
    screen.press("s");
    screen.answer_all();
    assert!(names(&screen)[0].starts_with("support-created"));
    screen.press(":filter @sup\n");
    screen.answer_all();
    assert_eq!(screen.state.list.filter.source, "app:support");
    assert_eq!(screen.state.list.rows.len(), 30);
    screen.press("/");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    screen.press("\n");
    assert!(!screen.left);
}

#[test]
fn a_click_selects_and_another_opens() {
    let mut screen = Screen::listed(120, 40);
    let click = |x, y| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Input::Mouse(MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE })
    };
    screen.put(click(10, 5));
    assert_eq!(screen.state.list.selected, 2);
    screen.put(click(10, 5));
    assert_eq!(screen.state.conversation.key().unwrap().text(), "support-updated-2");
    let metrics = screen.state.areas.pane(Pane::Metrics).unwrap();
    screen.put(click(metrics.x + 2, metrics.y + 1));
    assert_eq!(screen.state.focus, Pane::Metrics);
}

#[test]
fn nothing_changes_by_itself_when_all_is_old() {
    let mut screen = Screen::listed(120, 40);
    for row in &mut screen.state.list.rows {
        (row.updated_at, row.created_at) = (Some(jiff::Timestamp::UNIX_EPOCH), None);
    }
    assert_eq!(screen.state.next_change(), None);
    screen.press("r");
    assert!(screen.state.next_change().is_some(), "the mark of loading turns");
}

#[derive(Debug, Clone)]
enum Step {
    Keys(&'static str),
    Control(char),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
    /// Answers the question at that place of the queue; in part, the rest is on its way.
    Answer(usize, bool),
    /// What is on its way arrives.
    Arrive(usize),
    Fail(usize, bool),
    Link(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = prop::sample::select(vec![
        "j",
        "k",
        "\n",
        "\u{1b}",
        "\t",
        "r",
        "s",
        "G",
        "g",
        "1",
        "2",
        "3",
        "4",
        "5",
        "/word\n",
        "/\n",
        "/rating:x\n",
        "i",
        "x",
        "?",
        ":sort\n",
        ":nonsense\n",
        "c",
        "[",
        "]",
        "n",
        "N",
        "R",
        "t",
        "y",
        "M",
        "h",
        "l",
    ]);
    let kinds = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ]);
    prop_oneof![
        6 => keys.prop_map(Step::Keys),
        1 => prop::char::range('a', 'z').prop_map(Step::Control),
        1 => (0_u16..220, 0_u16..70).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => (kinds, 0_u16..130, 0_u16..45).prop_map(|(kind, x, y)| Step::Mouse(kind, x, y)),
        6 => (0_usize..6, any::<bool>()).prop_map(|(at, whole)| Step::Answer(at, whole)),
        2 => (0_usize..6).prop_map(Step::Arrive),
        1 => (0_usize..6, any::<bool>()).prop_map(|(at, lost)| Step::Fail(at, lost)),
        1 => any::<bool>().prop_map(Step::Link),
    ]
}

/// The screen, with answers that are still on their way.
struct Late {
    screen: Screen,
    on_the_way: Vec<Event>,
}

impl Late {
    /// What is listed is always the beginning of what the store has for the filter and the order shown.
    fn check_rows(&self) -> Result<(), TestCaseError> {
        let list = &self.screen.state.list;
        let sort = if list.sort == Sort::Updated { "updated" } else { "created" };
        let name = if list.filter.is_empty() { "support" } else { list.filter.source.as_str() };
        for (at, row) in list.rows.iter().enumerate() {
            prop_assert_eq!(row.name(), format!("{name}-{sort}-{at}").to_lowercase());
        }
        Ok(())
    }

    /// The newest question is answered first, the older ones after it.
    fn answer_backwards(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..100 {
            let Some(command) = self.screen.asked.pop_back() else { break };
            for event in self.screen.answers(&command) {
                self.screen.tell(event);
                self.check_rows()?;
            }
        }
        for event in std::mem::take(&mut self.on_the_way) {
            self.screen.tell(event);
            self.check_rows()?;
        }
        Ok(())
    }
}

fn take(late: &mut Late, step: Step) {
    let screen = &mut late.screen;
    match step {
        Step::Keys(keys) => screen.press(keys),
        Step::Control(c) => screen.put(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))),
        Step::Resize(width, height) => screen.put(Input::Resize(Size::new(width, height))),
        Step::Mouse(kind, column, row) => {
            screen.put(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        }
        Step::Answer(at, whole) => {
            let Some(command) = screen.asked.remove(at) else { return };
            let mut events = screen.answers(&command);
            let rest = events.split_off(if whole { events.len() } else { events.len() / 2 });
            late.on_the_way.extend(rest);
            events.into_iter().for_each(|event| screen.tell(event));
        }
        Step::Arrive(at) => {
            if at < late.on_the_way.len() {
                let event = late.on_the_way.remove(at);
                screen.tell(event);
            }
        }
        Step::Fail(at, lost) => fail(screen, at, lost),
        Step::Link(true) => screen.tell(Event::Link(Link::Up)),
        Step::Link(false) => screen.tell(Event::Link(Link::Lost { reason: "reset".into(), retry_in_s: 4 })),
    }
}

fn fail(screen: &mut Screen, at: usize, lost: bool) {
    let (ticket, lane) = match screen.asked.remove(at) {
        Some(Command::List(ticket, _)) => (ticket, Lane::List),
        Some(Command::Count(ticket, _)) => (ticket, Lane::Count),
        Some(Command::Details(ticket, _)) => (ticket, Lane::Details),
        Some(Command::Open(ticket, ..)) => (ticket, Lane::Open),
        Some(Command::Outline(ticket, _)) => (ticket, Lane::Outline),
        Some(Command::Connect(ticket, _)) => (ticket, Lane::Connection),
        _ => return,
    };
    let error = if lost {
        Error::Unreachable { hosts: "localhost".into(), reason: "reset".into() }
    } else {
        Error::Other { doing: "reading".into(), reason: "it broke".into() }
    };
    screen.tell(Event::Failed { ticket, lane, error });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happens in whatever order, the screen draws, and ends on the answer to the last question asked.
    #[test]
    fn the_screen_ends_on_the_last_question(steps in prop::collection::vec(step(), 1..60)) {
        let mut late = Late { screen: Screen::listed(120, 40), on_the_way: Vec::new() };
        for step in steps {
            take(&mut late, step);
            late.check_rows()?;
            if late.screen.left {
                return Ok(());
            }
        }
        let size = late.screen.state.size;
        if size.width > 0 && size.height > 0 {
            sample::screen(size.width, size.height, |frame, _| view::draw(frame, &late.screen.state));
        }
        late.screen.tell(Event::Link(Link::Up));
        late.screen.put(Input::Resize(Size::new(120, 40)));
        late.answer_backwards()?;
        // Whatever is over the panes is closed, then the list is asked once more.
        for _ in 0..4 {
            late.screen.press("\u{1b}");
        }
        late.answer_backwards()?;
        if matches!(late.screen.state.connection.stage, Stage::Open(_)) && late.screen.state.modals.is_empty() {
            late.screen.press("1s");
            late.answer_backwards()?;
            let list = &late.screen.state.list;
            prop_assert!(list.loading().is_none() && list.error.is_none());
            prop_assert!(!list.rows.is_empty());
        }
    }
}
