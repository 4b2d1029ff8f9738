//! Any order of keys, sizes and answers: late, lost and failed ones too.

use crate::app::keymap::Action;
use proptest::prelude::*;

use super::{super::place::Sheet, *};
use crate::{app::tui::state::conversation::open::Goal, session::Session};

#[derive(Debug, Clone)]
enum DeskStep {
    Press(Action),
    Resize(u16, u16),
    /// The oldest question is answered.
    Answer,
    /// A question that was given up is answered after all.
    Late,
    Fail,
    Find(&'static str),
    Scroll(i32),
    Click(u16),
    /// So many messages more (or less), perhaps another number of agents, and read again.
    Reload(i64, Option<bool>),
    Open(bool),
    GiveUp,
}

fn step() -> impl Strategy<Value = DeskStep> {
    use Action::{
        Bottom, Copy, Down, Left, NextAgent, NextMatch, Open, PageDown, PageUp, PreviousAgent, PreviousMatch,
        Reasoning, Right, Tools, Top, Up,
    };
    let actions = vec![
        Up,
        Down,
        PageUp,
        PageUp,
        PageUp,
        PageDown,
        Top,
        Bottom,
        Left,
        Right,
        Open,
        Reasoning,
        Tools,
        PreviousAgent,
        NextAgent,
        NextMatch,
        PreviousMatch,
        Copy,
    ];
    prop_oneof![
        12 => prop::sample::select(actions).prop_map(DeskStep::Press),
        1 => (0u16..120, 0u16..50).prop_map(|(width, height)| DeskStep::Resize(width, height)),
        8 => Just(DeskStep::Answer),
        2 => Just(DeskStep::Late),
        1 => Just(DeskStep::Fail),
        1 => prop::sample::select(vec!["number 1", "currency", "", "nowhere"]).prop_map(DeskStep::Find),
        2 => (-40i32..40).prop_map(DeskStep::Scroll),
        1 => (0u16..50).prop_map(DeskStep::Click),
        1 => (-40i64..70, prop::option::weighted(0.3, any::<bool>())).prop_map(|(more, agents)| DeskStep::Reload(more, agents)),
        1 => any::<bool>().prop_map(DeskStep::Open),
        1 => Just(DeskStep::GiveUp),
    ]
}

fn session(id: &str, counts: &[u64]) -> Session {
    let names = ["a", "b", "c"];
    let agents: Vec<(&str, u64)> = names.iter().copied().zip(counts.iter().copied()).collect();
    let mut session = sample::session(id, &agents, u64::MAX);
    for agent in &mut session.agents {
        for message in &mut agent.messages {
            let index = message.index;
            match index % 7 {
                3 => *message = sample::tool_use(index, "again"),
                4 => *message = sample::tool_result(index, "again"),
                5 => message.created_at = None,
                _ => {}
            }
        }
    }
    session
}

fn apply(desk: &mut Desk, step: &DeskStep, counts: &mut Vec<u64>) {
    match step {
        DeskStep::Press(action) => drop(desk.press(*action)),
        DeskStep::Resize(width, height) => desk.resize(*width, *height),
        DeskStep::Answer if !desk.asked.is_empty() => {
            let command = desk.asked.remove(0);
            desk.answer(&command).into_iter().for_each(|event| desk.tell(&event));
        }
        DeskStep::Late => {
            if let Some(event) = desk.dropped.pop().and_then(|command| desk.answer(&command)) {
                let before = desk.lines();
                desk.tell(&event);
                assert_eq!(desk.lines(), before, "a late answer changed the screen");
            }
        }
        DeskStep::Fail if !desk.asked.is_empty() => {
            let (ticket, lane) = sample::question(&desk.asked.remove(0)).unwrap();
            desk.tell(&sample::failure(ticket, lane));
        }
        DeskStep::Answer | DeskStep::Fail => {}
        DeskStep::Find(needle) => desk.find(needle),
        DeskStep::Scroll(lines) => {
            let effects = desk.state.scroll(*lines, &mut desk.tickets);
            desk.run(effects);
        }
        DeskStep::Click(y) => {
            let effects = desk.state.click(*y, &mut desk.tickets);
            desk.run(effects);
        }
        DeskStep::Reload(more, agents) => {
            match agents {
                Some(true) if counts.len() < 3 => counts.push(30),
                Some(false) if counts.len() > 1 => drop(counts.pop()),
                _ => {}
            }
            counts[0] = counts[0].saturating_add_signed(*more);
            desk.sessions[0] = session("one", counts);
            desk.reload();
        }
        DeskStep::Open(first) => desk.open(if *first { "one" } else { "two" }),
        DeskStep::GiveUp => {
            let effects = desk.state.give_up().unwrap_or_default();
            desk.run(effects);
        }
    }
}

fn check(desk: &Desk) {
    let state = &desk.state;
    assert!(state.rows().len() <= usize::from(desk.size.height));
    assert!(state.rows().iter().all(|row| row.line.width() <= usize::from(desk.size.width).max(14)));
    let Some(open) = &state.open else { return };
    assert!(open.held() <= 460, "{} held", open.held());
    assert!(open.place.pos < open.timeline.len().max(1));
    if desk.size.height > 0 && open.timeline.len() > 0 {
        assert_eq!(state.rows().iter().filter(|row| row.cursor).count(), 1, "the cursor is in view");
        let (at, of) = state.position().unwrap();
        assert!((1..=of).contains(&at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn any_history_ends_on_loaded_lines(
        mut counts in prop::collection::vec(0u64..260, 1..4),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut desk = Desk::new(vec![session("one", &counts), session("two", &[120])], 60, 20);
        desk.open("one");
        for step in &steps {
            apply(&mut desk, step, &mut counts);
            check(&desk);
        }
        // The reader moves once more, and everything is answered.
        desk.resize(60, 20);
        desk.press(Action::Down);
        desk.settle();
        check(&desk);
        let goal: Option<Goal> = desk.state.open.as_ref().and_then(|open| open.goal);
        prop_assert_eq!(goal, None);
        prop_assert_eq!(desk.state.loading(), None);
        let all_loaded = desk.state.on_sheet(|pages, place, view| {
            let mut at = place.top(pages);
            (0..view).all(|_| {
                let loaded = pages.len() == 0 || pages.is_loaded(at.0);
                at = place::next(pages, at).unwrap_or(at);
                loaded
            })
        });
        prop_assert_ne!(all_loaded, Some(false), "{:?}", desk.lines());
    }
}

#[test]
fn what_is_said_of_a_message_no_longer_stored_fits_a_narrow_pane() {
    let mut counts = vec![70];
    let mut desk = Desk::new(vec![session("one", &counts), session("two", &[120])], 60, 20);
    desk.open("one");
    let steps = [
        DeskStep::Answer,
        DeskStep::GiveUp,
        DeskStep::Reload(-31, None),
        DeskStep::Press(Action::Top),
        DeskStep::Resize(20, 14),
        DeskStep::Reload(-34, None),
        DeskStep::Answer,
    ];
    for step in &steps {
        apply(&mut desk, step, &mut counts);
        check(&desk);
    }
}
