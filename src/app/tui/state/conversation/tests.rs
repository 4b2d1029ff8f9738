mod chance;
mod following;
mod written;

use super::{
    sample::{self, Desk},
    *,
};
use crate::app::keymap::Action;
use crate::{
    app::task::Event,
    session::{Block, Role},
};

fn long(count: u64) -> Desk {
    let mut desk = Desk::new(vec![sample::session("long", &[("a", count)], count)], 60, 20);
    desk.open("long");
    desk
}

fn selected(desk: &Desk) -> u64 {
    desk.state.selected().unwrap().1.index
}

/// Answers everything but the outline.
fn settle(desk: &mut Desk) {
    desk.settle_without_outline();
}

#[test]
fn it_opens_at_the_end_and_loads_while_going_up() {
    let mut desk = long(400);
    settle(&mut desk);
    assert_eq!(selected(&desk), 399);
    assert!(desk.lines().iter().any(|line| line.contains("message number 399")));
    for _ in 0..40 {
        desk.press(Action::PageUp);
        settle(&mut desk);
    }
    assert!(selected(&desk) < 250, "{}", selected(&desk));
    desk.press(Action::Top);
    settle(&mut desk);
    assert_eq!(selected(&desk), 0);
    assert_eq!(desk.state.position(), Some((1, 400)));
}

#[test]
fn what_is_held_does_not_grow_with_what_was_read() {
    let mut desk = long(6000);
    settle(&mut desk);
    for _ in 0..1500 {
        desk.press(Action::PageUp);
        settle(&mut desk);
        let open = desk.state.open.as_ref().unwrap();
        assert!(open.held() <= 460, "{}", open.held());
    }
    assert_eq!(selected(&desk), 0);
}

#[test]
fn the_place_stays_while_pages_arrive() {
    let mut desk = long(400);
    settle(&mut desk);
    for _ in 0..200 {
        desk.press(Action::Up);
    }
    let before = desk.lines();
    assert_ne!(desk.asked.len(), 0);
    settle(&mut desk);
    let loaded =
        |lines: &[String]| lines.iter().filter(|line| line.contains("message number")).cloned().collect::<Vec<_>>();
    let (before, after) = (loaded(&before), loaded(&desk.lines()));
    assert!(after.ends_with(&before), "{before:?}\n{after:?}");
}

#[test]
fn a_jump_shows_loading_until_its_page_comes() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.press(Action::Top);
    assert_eq!(desk.lines()[0], "loading…");
    assert_eq!(desk.state.loading().as_deref(), Some("loading messages"));
    settle(&mut desk);
    assert!(desk.lines().iter().any(|line| line.contains("message number 0")));
    assert_eq!(desk.state.loading(), None);
}

#[test]
fn a_late_answer_is_dropped() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.press(Action::Top);
    let old = desk.asked.pop().unwrap();
    desk.press(Action::Bottom);
    settle(&mut desk);
    let before = desk.lines();
    let Some(Event::Messages(_, agent, messages)) = desk.answer(&old) else { panic!() };
    desk.tell(&Event::Messages(Ticket(9999), agent, messages));
    assert_eq!(desk.lines(), before);
}

#[test]
fn a_failed_page_is_asked_again_only_when_the_reader_moves() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.press(Action::Top);
    let Command::Messages(ticket, ..) = desk.asked.pop().unwrap() else { panic!() };
    desk.tell(&sample::failure(ticket, Lane::Messages));
    assert_eq!((desk.asked.len(), desk.state.loading()), (0, None));
    assert_eq!(desk.lines()[0], "not loaded");
    desk.press(Action::Down);
    assert_eq!(desk.asked.len(), 1);
}

#[test]
fn at_the_end_a_reload_follows() {
    let mut desk = long(100);
    settle(&mut desk);
    desk.sessions = vec![sample::session("long", &[("a", 103)], 103)];
    desk.reload();
    settle(&mut desk);
    assert_eq!(selected(&desk), 102);
    assert_eq!(desk.state.new_below(), 0);
    assert!(desk.lines().iter().any(|line| line.contains("new")));
}

#[test]
fn further_up_a_reload_keeps_the_place_and_counts_what_is_new() {
    let mut desk = long(100);
    settle(&mut desk);
    for _ in 0..3 {
        desk.press(Action::PageUp);
    }
    settle(&mut desk);
    let (before, at) = (desk.lines(), selected(&desk));
    desk.sessions = vec![sample::session("long", &[("a", 103)], 103)];
    desk.reload();
    settle(&mut desk);
    assert_eq!((desk.lines(), selected(&desk)), (before, at));
    assert_eq!(desk.state.new_below(), 3);
    desk.press(Action::Bottom);
    settle(&mut desk);
    assert_eq!(desk.state.new_below(), 0);
}

#[test]
fn the_merged_timeline_is_in_order_of_time() {
    let mut desk = Desk::new(vec![sample::session("two", &[("a", 3), ("b", 3)], 3)], 60, 40);
    desk.open("two");
    settle(&mut desk);
    desk.press(Action::PreviousAgent);
    assert_eq!(desk.state.agent(), None);
    let order: Vec<String> = desk
        .lines()
        .iter()
        .filter_map(|line| line.trim_start().strip_prefix("message number ").map(str::to_owned))
        .collect();
    assert_eq!(order, ["0", "0", "1", "1", "2", "2"]);
    desk.press(Action::NextAgent);
    assert_eq!(desk.state.agent().unwrap().as_str(), "a");
}

#[test]
fn a_tab_keeps_its_place() {
    let mut desk = Desk::new(vec![sample::session("two", &[("a", 90), ("b", 90)], 90)], 60, 20);
    desk.open("two");
    settle(&mut desk);
    desk.press(Action::PageUp);
    let (before, at) = (desk.lines(), selected(&desk));
    desk.press(Action::NextAgent);
    assert_eq!(selected(&desk), 89);
    desk.press(Action::PreviousAgent);
    assert_eq!((desk.lines(), selected(&desk)), (before, at));
}

#[test]
fn places_found_are_gone_to_and_marked() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.find("NUMBER 1");
    settle(&mut desk);
    assert_eq!(selected(&desk), 199);
    let hit = desk.look.theme.hit.bg;
    let marked: Vec<String> = desk
        .state
        .rows()
        .iter()
        .flat_map(|row| &row.line.spans)
        .filter(|span| span.style.bg == hit)
        .map(|span| span.content.to_string())
        .collect();
    assert!(marked.contains(&"number 1".to_owned()), "{marked:?}");
    let status = desk.state.find_status().unwrap();
    assert_eq!((status.current, status.hits, status.searching), (111, 111, None), "counted as they are read");
    desk.press(Action::PreviousMatch);
    settle(&mut desk);
    assert_eq!(selected(&desk), 198);
    desk.press(Action::NextMatch);
    desk.press(Action::NextMatch);
    settle(&mut desk);
    assert_eq!((selected(&desk), desk.state.find_status().unwrap().current), (1, 1), "around the end");
    assert!(desk.state.give_up().is_some() && desk.state.find_status().is_none());
    assert!(desk.state.give_up().is_none());
}

#[test]
fn a_search_that_was_given_up_does_not_say_that_nothing_is_there() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.find("nowhere at all");
    assert!(desk.state.give_up().is_some());
    let status = desk.state.find_status().unwrap();
    assert!(status.cut_short && status.hits == 0 && status.searching.is_none(), "{status:?}");
    assert!(desk.press(Action::NextMatch));
}

#[test]
fn a_search_begins_where_the_reader_is() {
    let mut desk = long(400);
    settle(&mut desk);
    desk.press(Action::Top);
    settle(&mut desk);
    desk.press(Action::PageDown);
    settle(&mut desk);
    let from = selected(&desk);
    assert!((2..10).contains(&from), "{from}");
    desk.find("number 1");
    settle(&mut desk);
    assert_eq!(selected(&desk), 10, "the next one below, not the newest of all");
    assert_eq!(desk.state.find_status().unwrap().current, 2);
}

#[test]
fn a_place_found_is_marked_on_both_sides_of_a_break() {
    let mut session = sample::session("t", &[("a", 1)], 1);
    let words = "> somewhere in this long quotation stands the very place that is looked for";
    session.agents[0].messages = vec![sample::with(0, Role::User, vec![Block::Text(words.into())])];
    let mut desk = Desk::new(vec![session], 40, 20);
    desk.open("t");
    settle(&mut desk);
    desk.find("quotation stands the very");
    settle(&mut desk);
    let hit = desk.look.theme.hit.bg;
    let marked = |row: &ConversationRow| -> String {
        row.line.spans.iter().filter(|span| span.style.bg == hit).map(|span| span.content.as_ref()).collect()
    };
    let marked: Vec<String> = desk.state.rows().iter().map(marked).filter(|text| !text.is_empty()).collect();
    assert_eq!(marked, ["quotation", "stands the very"]);
}

#[test]
fn layouts_stay_bounded_where_messages_are_long() {
    let mut session = sample::session("t", &[("a", 120)], 120);
    for message in &mut session.agents[0].messages {
        message.content = vec![Block::Text("a line  \n".repeat(400))];
    }
    let mut desk = Desk::new(vec![session], 60, 40);
    desk.open("t");
    settle(&mut desk);
    for _ in 0..1000 {
        desk.press(Action::PageUp);
        settle(&mut desk);
        assert!(desk.state.layouts.lines() < 20_000, "{}", desk.state.layouts.lines());
    }
    assert!(selected(&desk) < 60);
}

#[test]
fn a_place_found_in_a_folded_result_is_unfolded() {
    let mut session = sample::session("t", &[("a", 4)], 4);
    let messages =
        vec![sample::message(0), sample::tool_use(1, "t1"), sample::tool_result(2, "t1"), sample::message(3)];
    session.agents[0].messages = messages;
    let mut desk = Desk::new(vec![session], 60, 20);
    desk.open("t");
    settle(&mut desk);
    assert!(!desk.lines().iter().any(|line| line.contains("currency")));
    desk.find("currency");
    settle(&mut desk);
    assert_eq!(selected(&desk), 1);
    assert!(desk.lines().iter().any(|line| line.contains("currency")));
}

#[test]
fn items_fold_where_the_cursor_is() {
    let mut session = sample::session("t", &[("a", 2)], 2);
    session.agents[0].messages = vec![sample::tool_use(0, "t1"), sample::tool_result(1, "t1")];
    let mut desk = Desk::new(vec![session], 60, 20);
    desk.open("t");
    settle(&mut desk);
    let folded = desk.lines();
    assert_eq!(selected(&desk), 0);
    assert!(desk.press(Action::Tools));
    assert!(desk.lines().len() > folded.len());
    desk.press(Action::Tools);
    assert_eq!(desk.lines(), folded);
    assert!(desk.press(Action::Right));
    assert!(desk.lines().len() > folded.len());
    assert!(!desk.press(Action::Right), "nothing to unfold: for the shell");
    assert!(desk.press(Action::Left));
    assert_eq!(desk.lines(), folded);
    let item = folded.iter().position(|line| line.contains("lookup_order")).unwrap();
    let effects = desk.state.click(item as u16, &mut desk.tickets);
    desk.run(effects);
    assert!(desk.lines().len() > folded.len());
}

#[test]
fn opening_another_keeps_the_first_until_it_comes() {
    let mut desk =
        Desk::new(vec![sample::session("one", &[("a", 3)], 3), sample::session("two", &[("b", 3)], 3)], 60, 20);
    desk.open("one");
    settle(&mut desk);
    desk.open("two");
    assert_eq!(desk.state.session().unwrap().name(), "one");
    assert_eq!(desk.state.key().unwrap().text(), "two");
    assert_eq!(desk.state.loading().as_deref(), Some("opening two"));
    settle(&mut desk);
    assert_eq!(desk.state.session().unwrap().name(), "two");
    desk.state.close();
    assert!(desk.state.session().is_none() && desk.lines().is_empty());
}

#[test]
fn a_click_in_the_title_switches_the_tab() {
    let mut desk = Desk::new(vec![sample::session("two", &[("a", 3), ("b", 3)], 3)], 60, 20);
    desk.open("two");
    settle(&mut desk);
    let title = desk.state.title(62, &desk.look.clone());
    let tab = &title.tabs[1];
    desk.state.click_title(tab.x, &mut desk.tickets);
    assert_eq!(desk.state.agent().unwrap().as_str(), "b");
}
