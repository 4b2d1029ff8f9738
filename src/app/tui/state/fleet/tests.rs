use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;

use super::*;
use crate::{
    app::{
        fleet::read::FleetExtent,
        keymap::Action,
        task::{Command, Event, FleetScope, command::Lane},
        tui::state::{Input, Start, prompt::Asks, sample::Screen},
    },
    repository::{News, WatchMode},
    session::{Message, decode},
};
use bson::doc;

/// A fleet of three sessions, whose changes are told.
fn shown(width: u16, height: u16) -> Screen {
    let mut screen = Screen::listed(width, height);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    screen.press("L");
    screen.answer_all();
    screen
}

fn tell(screen: &mut Screen, news: News) {
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, news));
}

fn message(index: u64, role: &str, tokens: i32) -> Message {
    let usage = doc! { "inputTokens": tokens - 1, "outputTokens": 1, "totalTokens": tokens };
    let body = doc! { "role": role, "content": [{ "text": "hello" }], "metadata": { "usage": usage } };
    decode::message(doc! { "message": body }.into(), index, "")
}

fn says(screen: &mut Screen, id: &str, index: u64, tokens: i32) {
    let change = Change::messages(id.into(), "a".into(), vec![message(index, "assistant", tokens)]);
    tell(screen, News::Changes(vec![change]));
}

fn after(screen: &mut Screen, ms: i64) {
    let later = screen.state.look.now.checked_add(SignedDuration::from_millis(ms)).unwrap();
    screen.put(Input::Tick(later));
    // As a frame does.
    let size = screen.state.size;
    screen.put(Input::Resize(size));
}

fn names(screen: &Screen) -> Vec<&str> {
    screen.state.workspace.fleet.rows.iter().map(|row| row.name.as_str()).collect()
}

fn chosen(screen: &Screen) -> Option<&str> {
    screen.state.workspace.fleet.selected().map(|row| row.name.as_str())
}

fn asked(screen: &Screen) -> Vec<&FleetScope> {
    let scopes = screen.asked.iter().filter_map(|command| match command {
        Command::Fleet(_, scope) => Some(scope),
        _ => None,
    });
    scopes.collect()
}

#[test]
fn it_asks_once_and_shows_what_is_known_at_once() {
    let mut screen = Screen::listed(120, 40);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    says(&mut screen, "early", 5, 100);
    assert!(asked(&screen).is_empty(), "nobody looks at it");
    screen.press("L");
    assert_eq!(names(&screen), ["early"]);
    assert_eq!(asked(&screen), [&FleetScope::Window(FleetWindow::HOUR, Filter::default())]);
    assert!(screen.state.workspace.fleet.is_reading());
    screen.answer_all();
    assert_eq!(names(&screen), ["early", "agent-1", "agent-2", "agent-3"]);
    after(&mut screen, 1500);
    assert_eq!(asked(&screen), [&FleetScope::Sessions(vec!["early".into()])], "it was only heard of");
    screen.answer_all();
    after(&mut screen, 1500);
    assert!(asked(&screen).is_empty(), "nothing more is known of it");
    screen.press("LL");
    assert!(asked(&screen).is_empty());
}

#[test]
fn the_selection_stays_on_its_session_and_nothing_moves_under_the_hand() {
    let mut screen = shown(120, 40);
    assert_eq!(names(&screen), ["agent-1", "agent-2", "agent-3"]);
    screen.press("j");
    assert_eq!(chosen(&screen), Some("agent-2"));
    says(&mut screen, "agent-3", 900, 5000);
    assert_eq!(names(&screen)[0], "agent-1");
    after(&mut screen, 1500);
    assert_eq!(names(&screen)[0], "agent-1", "the hand just moved");
    let rate = |screen: &Screen| screen.state.workspace.fleet.rows[2].tokens_per_minute;
    assert_eq!(rate(&screen), Some(1000.0), "its figures are new");
    after(&mut screen, 1500);
    assert_eq!((names(&screen)[0], chosen(&screen)), ("agent-3", Some("agent-2")));
}

#[test]
fn enter_opens_the_session_and_closes_the_fleet() {
    let mut screen = shown(120, 40);
    screen.press("j\n");
    assert!(screen.state.modals.is_empty());
    assert_eq!(screen.state.workspace.conversation.key().map(SessionKey::text), Some("agent-2"));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Open(..))));
    screen.press("L");
    assert!(screen.state.shows_fleet());
    screen.press("\u{1b}");
    assert!(!screen.state.shows_fleet());
    screen.press("Lq");
    assert!(screen.left);
}

#[test]
fn from_the_sums_it_goes_back_to_the_sessions_and_hints_say_so() {
    let mut screen = shown(120, 40);
    let hint =
        |screen: &Screen, of| screen.state.offers().into_iter().find(|(action, _)| *action == of).map(|(_, says)| says);
    assert_eq!((hint(&screen, Action::Tools), hint(&screen, Action::Open)), (Some("totals"), Some("open")));
    screen.press("tt");
    assert_eq!((hint(&screen, Action::Tools), hint(&screen, Action::Open)), (Some("sessions"), None));
    assert_eq!(hint(&screen, Action::Sort), None);
    screen.press("\u{1b}");
    assert!(screen.state.shows_fleet() && screen.state.workspace.fleet.face == FleetFace::Sessions);
    screen.press("\u{1b}");
    assert!(!screen.state.shows_fleet());
}

#[test]
fn what_happened_is_looked_up_from_the_fleet_too() {
    let mut screen = shown(120, 40);
    let offers = |screen: &Screen| screen.state.offers().iter().any(|(action, _)| *action == Action::Events);
    assert!(!offers(&screen));
    screen.state.log_event("deleted elsewhere", None);
    assert!(offers(&screen));
    screen.press("O");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Events(_))));
    screen.press("\u{1b}");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Fleet)));
}

#[test]
fn another_window_is_read_once() {
    let mut screen = shown(120, 40);
    let window = |screen: &Screen| screen.state.workspace.fleet.window.to_string();
    let read = |length: &str| FleetScope::Window(length.parse().unwrap(), Filter::default());
    screen.press("w");
    assert_eq!((window(&screen).as_str(), asked(&screen)), ("2h", vec![&read("2h")]));
    screen.answer_all();
    screen.press("wwwww");
    assert_eq!(window(&screen), "15m");
    screen.answer_all();
    screen.press("wwwwww");
    assert_eq!(window(&screen), "7d");
    assert!(asked(&screen).is_empty(), "it was read on the way");
    screen.press("wr");
    assert_eq!(asked(&screen), [&read("15m")]);
}

/// The window of the fleet was listed, so far.
fn listed(screen: &mut Screen, extent: FleetExtent) {
    let Some(Command::Fleet(ticket, FleetScope::Window(..))) = screen.asked.pop_back() else { panic!() };
    screen.tell(Event::FleetEnd(ticket, extent));
}

#[test]
fn what_a_bounded_list_left_out_is_looked_for_when_it_is_filtered() {
    let mut screen = Screen::listed(120, 40);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    screen.press("L");
    listed(&mut screen, FleetExtent::All);
    screen.press("/app:rare\n");
    assert!(asked(&screen).is_empty(), "all are known");
    screen.state.workspace.fleet.filter = Filter::default();
    screen.press("r");
    listed(&mut screen, FleetExtent::Newest(Some(1300)));
    assert_eq!(screen.state.workspace.fleet.extent(screen.state.look.now), FleetExtent::Newest(Some(1300)));
    screen.press("/app:rare\n");
    let scopes = asked(&screen);
    let Some(FleetScope::Window(window, filter)) = scopes.first() else { panic!("{scopes:?}") };
    assert_eq!((*window, filter.source.as_str(), scopes.len()), (FleetWindow::HOUR, "app:rare", 1));
    listed(&mut screen, FleetExtent::All);
    after(&mut screen, 1500);
    assert!(asked(&screen).is_empty(), "once");
}

#[test]
fn a_shorter_window_may_be_whole_where_a_longer_one_is_not() {
    let mut screen = Screen::listed(120, 40);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    screen.press("L");
    let now = screen.state.look.now;
    let ago = |minutes: i64| now.checked_sub(SignedDuration::from_mins(minutes)).unwrap();
    let row = |minutes: i64| {
        let changed = bson::DateTime::from_millis(ago(minutes).as_millisecond());
        decode::summary(&doc! { "_id": format!("s-{minutes}"), "updated_at": changed })
    };
    let Some(Command::Fleet(ticket, _)) = screen.asked.pop_back() else { panic!() };
    screen.tell(Event::FleetRows(ticket, vec![row(1), row(30)]));
    screen.tell(Event::FleetEnd(ticket, FleetExtent::Newest(Some(9))));
    let fleet = &mut screen.state.workspace.fleet;
    assert_eq!(fleet.extent(now), FleetExtent::Newest(Some(9)));
    fleet.window = FleetWindow::QUARTER;
    assert_eq!(fleet.extent(now), FleetExtent::All);
    fleet.window = "45m".parse().unwrap();
    assert_eq!(fleet.extent(now), FleetExtent::Newest(None));
}

#[test]
fn the_first_row_is_selected_until_somebody_chose_one() {
    let mut screen = shown(120, 40);
    says(&mut screen, "agent-3", 900, 5000);
    screen.press("r");
    let Some(Command::Fleet(ticket, _)) = screen.asked.pop_back() else { panic!() };
    after(&mut screen, 1500);
    assert_eq!((names(&screen)[0], chosen(&screen)), ("agent-3", Some("agent-3")));
    says(&mut screen, "agent-2", 900, 9000);
    screen.tell(Event::FleetEnd(ticket, FleetExtent::All));
    assert_eq!((names(&screen)[0], chosen(&screen)), ("agent-2", Some("agent-2")));
    screen.press("j");
    assert_eq!(chosen(&screen), Some("agent-3"));
    says(&mut screen, "agent-1", 900, 20_000);
    after(&mut screen, 2500);
    assert_eq!((names(&screen)[0], chosen(&screen)), ("agent-1", Some("agent-3")));
}

#[test]
fn what_cannot_be_read_of_one_stops_nothing() {
    let mut screen = Screen::listed(120, 40);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    screen.press("L");
    let Some(Command::Fleet(ticket, _)) = screen.asked.pop_back() else { panic!() };
    screen.tell(Event::FleetEnd(ticket, FleetExtent::All));
    let error = crate::repository::Error::timed_out("the end of a history", Duration::from_secs(1));
    screen.tell(Event::Failed { ticket, lane: Lane::Fleet, error });
    assert!(screen.state.workspace.last_error.is_some());
    says(&mut screen, "new", 3, 10);
    after(&mut screen, 1500);
    assert_eq!(asked(&screen), [&FleetScope::Sessions(vec!["new".into()])]);
}

#[test]
fn what_fails_is_told_and_asked_again_when_it_is_wanted() {
    let mut screen = Screen::listed(120, 40);
    screen.press("L");
    let Some(Command::Fleet(ticket, _)) = screen.asked.pop_back() else { panic!() };
    let error = crate::repository::Error::unreachable("here", "refused");
    screen.tell(Event::Failed { ticket, lane: Lane::Fleet, error });
    assert!(screen.state.workspace.last_error.is_some());
    after(&mut screen, 5000);
    assert!(asked(&screen).is_empty());
    screen.link(crate::app::task::Link::Up);
    assert_eq!(asked(&screen).len(), 1);
}

#[test]
fn a_column_is_chosen_from_a_menu_or_by_its_heading() {
    let mut screen = shown(120, 40);
    screen.press("s");
    assert!(matches!(screen.state.modals.last(), Some(Modal::FleetColumns(_))));
    screen.press("\n");
    let order = |screen: &Screen| screen.state.workspace.fleet.order;
    assert_eq!(order(&screen), FleetOrder { by: FleetColumn::Tokens, is_reversed: true });
    screen.press("sg\n");
    assert_eq!(order(&screen), FleetOrder { by: FleetColumn::State, is_reversed: false });
    let [_, headings, rows] = parts(screen.state.areas.body);
    let click = |screen: &mut Screen, column, row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        screen.put(Input::Mouse(MouseEvent { kind, column, row, modifiers: crossterm::event::KeyModifiers::NONE }));
    };
    click(&mut screen, headings.x + 12, headings.y);
    assert_eq!(order(&screen), FleetOrder { by: FleetColumn::Session, is_reversed: false });
    click(&mut screen, rows.x + 12, rows.y + 2);
    assert_eq!(chosen(&screen), Some("agent-3"));
    click(&mut screen, rows.x + 12, rows.y + 2);
    assert_eq!(screen.state.workspace.conversation.key().map(SessionKey::text), Some("agent-3"));
}

#[test]
fn a_filter_that_can_be_answered_is_and_another_is_explained() {
    let mut screen = shown(120, 40);
    screen.press("/has:feedback\n");
    let Some(Modal::Prompt(prompt)) = screen.state.modals.last() else { panic!() };
    assert!(prompt.asks == Asks::Fleet && prompt.mistake.as_ref().is_some_and(|it| it.problem.contains("feedback")));
    screen.press("\u{1b}/=agent-2\n");
    assert_eq!(names(&screen), ["agent-2"]);
    assert!(screen.state.workspace.list.filter.is_empty(), "the list is another matter");
    assert_eq!(screen.state.offers().first(), Some(&(Action::Back, "back")));
}

#[test]
fn the_screen_wakes_while_something_is_at_work_and_not_for_nothing() {
    let mut screen = shown(120, 40);
    after(&mut screen, 4_000_000);
    let ages = screen.state.next_change();
    assert!(ages.is_none_or(|wait| wait > Duration::from_secs(1)), "{ages:?}");
    says(&mut screen, "agent-1", 900, 50);
    assert!(screen.state.next_change().is_some_and(|wait| wait <= Duration::from_secs(1)));
    screen.press("L");
    screen.answer_all();
    assert!(screen.state.next_change().is_none_or(|wait| wait > Duration::from_secs(1)));
}

#[test]
fn the_program_may_start_with_it() {
    let mut screen = Screen::start(120, 40);
    let place = crate::app::place::Place::plain("demo", crate::app::place::Origin::Demo);
    let start = FleetStart { window: FleetWindow::DAY, ..FleetStart::default() };
    let (ui, keymap, look) = (screen.state.ui.clone(), screen.state.keymap.clone(), screen.state.look.clone());
    let (state, effects) = AppState::new(Start {
        ui,
        look,
        keymap,
        filters: screen.state.filters.clone(),
        reveal: screen.state.reveal.clone(),
        alerts: Vec::new(),
        read_only: false,
        places: Vec::new(),
        place: Some(place),
        open_id: None,
        fleet: Some(start),
        size: screen.state.size,
        memory: crate::app::memory::Memory::default(),
        run: uuid::Uuid::nil(),
    });
    screen.state = state;
    screen.take(effects);
    screen.answer_all();
    assert!(screen.state.shows_fleet());
    assert_eq!((screen.state.workspace.fleet.window, names(&screen).len()), (FleetWindow::DAY, 3));
}
