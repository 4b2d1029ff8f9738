use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::*;
use crate::app::tui::{
    state::{Input, sample::Screen},
    view::{self, sample},
};

fn width(screen: &Screen, pane: Pane) -> u16 {
    screen.state.areas.pane(pane).map_or(0, |area| area.width)
}

fn opened(width: u16, height: u16) -> Screen {
    let mut screen = Screen::listed(width, height);
    screen.press("\n");
    screen.answer_all();
    screen
}

fn mouse(kind: MouseEventKind, x: u16, y: u16) -> Input {
    Input::Mouse(MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE })
}

/// Whether the effects of an input keep what was given.
fn keeps(screen: &mut Screen, input: Input) -> bool {
    let effects = screen.state.update(input);
    let kept = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Remember(memory) if memory.room == screen.state.memory.room));
    screen.take(effects);
    kept
}

#[test]
fn keys_give_the_focused_pane_more_room_and_take_it_again() {
    let mut screen = opened(160, 40);
    for (pane, focus) in [("1", Pane::Sessions), ("2", Pane::Conversation), ("4", Pane::Metadata)] {
        screen.press(pane);
        assert_eq!(screen.state.focus, focus);
        let before = width(&screen, focus);
        assert!(keeps(&mut screen, Input::Key(crossterm::event::KeyCode::Char('>').into())));
        assert!(width(&screen, focus) > before, "{focus:?}");
        screen.press("<");
        assert_eq!(width(&screen, focus), before, "{focus:?}");
    }
}

#[test]
fn what_gives_nothing_is_said_and_not_kept() {
    let mut screen = opened(160, 40);
    screen.press("4");
    let room = screen.state.memory.room;
    screen.press("z>");
    assert_eq!(screen.state.memory.room, room);
    assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("no other pane")));
    screen.press("z");
    screen.press(&">".repeat(80));
    let most = screen.state.memory.room;
    screen.press(">>>");
    assert_eq!(screen.state.memory.room, most);
    assert!(width(&screen, Pane::Conversation) >= 20);
}

#[test]
fn the_room_is_what_is_needed_again_after_a_reset() {
    let mut screen = opened(160, 40);
    let before = screen.state.areas;
    screen.press("2>>4>>>");
    assert_ne!(screen.state.memory.room, PaneRoom::default());
    assert!(screen.state.run_room("reste").is_err());
    let effects = screen.state.run_room(" reset").unwrap();
    assert!(matches!(&effects[..], [Effect::Remember(memory)] if memory.room == PaneRoom::default()));
    screen.press("2");
    assert_eq!(screen.state.areas.panes, before.panes);
}

#[test]
fn the_mouse_moves_borders_and_a_click_on_one_is_a_click() {
    let mut screen = opened(160, 40);
    let (down, drag, up) = (
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
    );
    let list = screen.state.areas.pane(Pane::Sessions).unwrap();
    let edge = list.right() - 1;
    screen.put(mouse(down, edge, 8));
    screen.put(mouse(drag, edge + 7, 9));
    assert_eq!(width(&screen, Pane::Sessions), list.width + 7);
    assert!(keeps(&mut screen, mouse(up, edge + 7, 9)));
    assert_eq!(screen.state.focus, Pane::Conversation, "that was no click");

    let metadata = screen.state.areas.pane(Pane::Metadata).unwrap();
    screen.put(mouse(down, metadata.x + 3, metadata.y));
    screen.put(mouse(drag, metadata.x + 3, metadata.y - 3));
    assert_eq!(screen.state.areas.pane(Pane::Metadata).unwrap().y, metadata.y - 3);
    assert!(keeps(&mut screen, mouse(up, metadata.x + 3, metadata.y - 3)));

    screen.put(mouse(down, 0, 8));
    assert_eq!(screen.state.focus, Pane::Sessions, "the edge of the screen is no border between panes");
    let edge = screen.state.areas.pane(Pane::Conversation).unwrap().x;
    screen.put(mouse(down, edge, 8));
    assert!(!keeps(&mut screen, mouse(up, edge, 8)));
    assert_eq!(screen.state.focus, Pane::Conversation);
}

#[test]
fn nothing_moves_while_one_pages_or_reads() {
    let mut screen = opened(160, 40);
    screen.stored = 300;
    screen.press("1r");
    screen.answer_all();
    let areas = screen.state.areas;
    for keys in ["jjjj", "G", "g", "kkk"] {
        screen.press(keys);
        screen.answer_all();
        assert_eq!(screen.state.areas.panes[1..], areas.panes[1..], "{keys}");
    }
    screen.press("2");
    let areas = screen.state.areas;
    for keys in ["kkkk", "g", "G", "t", "R"] {
        screen.press(keys);
        screen.answer_all();
        assert_eq!(screen.state.areas, areas, "{keys}");
    }
    // What is folded again leaves its rows to those that need them.
    let metrics = |screen: &Screen| screen.state.areas.pane(Pane::Metrics);
    screen.press("4g");
    let before = metrics(&screen);
    screen.press("\n\n");
    assert_eq!(metrics(&screen), before);
}

#[test]
fn a_border_stays_where_it_was_put() {
    for (columns, focus) in [(120, "1"), (120, "2"), (160, "1"), (160, "2"), (100, "2")] {
        let mut screen = opened(columns, 40);
        screen.press(focus);
        let edge = screen.state.areas.pane(Pane::Sessions).unwrap().right() - 1;
        for (kind, x) in [
            (MouseEventKind::Down(MouseButton::Left), edge),
            (MouseEventKind::Drag(MouseButton::Left), edge - 5),
            (MouseEventKind::Up(MouseButton::Left), edge - 5),
        ] {
            screen.put(mouse(kind, x, 8));
        }
        let put = screen.state.areas.pane(Pane::Sessions);
        assert_eq!(put.unwrap().right(), edge - 4, "{columns}");
        for focus in ["1", "2", "1", "4", "2"] {
            screen.press(focus);
            let now = screen.state.areas.pane(Pane::Sessions);
            assert!(now == put || now.is_none() && columns < 120, "{columns} {focus} {now:?}");
        }
        screen.put(Input::Resize(Size::new(60, 40)));
        screen.put(Input::Resize(Size::new(columns, 40)));
        assert_eq!(screen.state.areas.pane(Pane::Sessions), put, "{columns}");
    }
}

#[test]
fn keys_put_a_border_where_it_stays_too() {
    let mut screen = opened(160, 40);
    screen.press("4>>");
    let put = width(&screen, Pane::Metadata);
    for focus in ["1", "2", "3", "5", "4"] {
        screen.press(focus);
        assert_eq!(width(&screen, Pane::Metadata), put, "{focus}");
    }
    let rows = |screen: &Screen| screen.state.areas.pane(Pane::Feedback).map_or(0, |area| area.height);
    screen.press("5");
    let before = rows(&screen);
    screen.press(">");
    assert_eq!(rows(&screen), before + 2);
    screen.press("1");
    assert_eq!(rows(&screen), before + 2);
}

#[test]
fn nothing_moves_as_a_session_shows_itself() {
    for (columns, rows) in [(80, 24), (120, 40), (160, 48), (250, 70)] {
        let mut screen = Screen::listed(columns, rows);
        screen.state.ui.preview = true;
        screen.press("j");
        let list = width(&screen, Pane::Sessions);
        let now = screen.state.look.now.checked_add(jiff::SignedDuration::from_millis(100)).unwrap();
        screen.put(Input::Tick(now));
        screen.put(Input::Resize(Size::new(columns, rows)));
        screen.answer_all();
        assert!(screen.state.workspace.conversation.is_preview(), "{columns}");
        assert_eq!(width(&screen, Pane::Sessions), list, "{columns}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn keys_and_the_mouse_keep_every_pane_on_screen(
        width in 40u16..220, height in 10u16..60,
        steps in prop::collection::vec((0usize..9, 0u16..220, 0u16..60), 1..30),
    ) {
        let mut screen = opened(width, height);
        for (step, x, y) in steps {
            match step {
                0..5 => screen.press(["1", "2", "3", "4", "5"][step]),
                5 => screen.press(">"),
                6 => screen.press("<"),
                7 => screen.put(mouse(MouseEventKind::Down(MouseButton::Left), x, y)),
                _ => screen.put(mouse(MouseEventKind::Drag(MouseButton::Left), x, y)),
            }
            let areas = screen.state.areas;
            let cells: u32 = areas.panes.iter().flatten().map(|area| area.area()).sum();
            prop_assert_eq!(cells, areas.body.area());
            prop_assert!(areas.pane(screen.state.focus).is_some());
        }
        screen.put(Input::Resize(Size::new(width.max(60), height.max(12))));
        let drawn = sample::screen(width.max(60), height.max(12), |frame, _| view::draw(frame, &screen.state));
        prop_assert!(sample::safe(&drawn), "{}", drawn);
    }
}
