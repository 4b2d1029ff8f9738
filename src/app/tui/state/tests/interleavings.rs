//! Random keys, sizes, clicks, edits, and answers that come late, in part, twice or not at all; writes that are stored or refused.

use super::*;

#[derive(Debug, Clone, Copy)]
enum ScreenStep {
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
    /// The oldest write is stored, comes second, or meets a lost connection.
    Store(Outcome),
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Stored,
    Conflict,
    Lost,
}

fn step() -> impl Strategy<Value = ScreenStep> {
    let keys = prop::sample::select(vec![
        "j",
        "k",
        "\n",
        "\u{1b}",
        "\t",
        "r",
        "sc\n",
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
        "4ea\n",
        "4e",
        "ak=1\n",
        "4dy",
        "f",
        "word\n",
    ]);
    let kinds = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ]);
    prop_oneof![
        6 => keys.prop_map(ScreenStep::Keys),
        1 => prop::char::range('a', 'z').prop_map(ScreenStep::Control),
        1 => (0_u16..220, 0_u16..70).prop_map(|(w, h)| ScreenStep::Resize(w, h)),
        2 => (kinds, 0_u16..130, 0_u16..45).prop_map(|(kind, x, y)| ScreenStep::Mouse(kind, x, y)),
        6 => (0_usize..6, any::<bool>()).prop_map(|(at, whole)| ScreenStep::Answer(at, whole)),
        2 => (0_usize..6).prop_map(ScreenStep::Arrive),
        1 => (0_usize..6, any::<bool>()).prop_map(|(at, lost)| ScreenStep::Fail(at, lost)),
        1 => any::<bool>().prop_map(ScreenStep::Link),
        2 => prop::sample::select(vec![Outcome::Stored, Outcome::Conflict, Outcome::Lost]).prop_map(ScreenStep::Store),
        1 => Just(ScreenStep::Control('s')),
    ]
}

/// The screen, with answers that are still on their way.
struct Late {
    screen: Screen,
    on_the_way: Vec<Event>,
}

impl Late {
    /// What is listed is of the filter and the order that it says, nothing twice. A feedback that was given moves its row.
    fn check_rows(&self) -> Result<(), TestCaseError> {
        let list = &self.screen.state.workspace.list;
        let (filter, sort) = list.listed();
        let name = if filter.is_empty() { "support" } else { filter.source.as_str() };
        let start = format!("{name}-{sort}-").to_lowercase();
        let mut names = std::collections::HashSet::new();
        for row in &list.rows {
            let number = row.name().strip_prefix(&start).and_then(|at| at.parse::<usize>().ok());
            prop_assert!(number.is_some(), "{} is not of {}", row.name(), start);
            prop_assert!(names.insert(row.name()), "{} twice", row.name());
        }
        Ok(())
    }

    /// The newest question is answered first, the older ones after it.
    fn answer_backwards(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..100 {
            let next = self.screen.asked.iter().rposition(|command| !matches!(command, Command::Write(..)));
            let Some(command) = next.and_then(|at| self.screen.asked.remove(at)) else { break };
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

fn take(late: &mut Late, step: ScreenStep) {
    let screen = &mut late.screen;
    match step {
        ScreenStep::Keys(keys) => screen.press(keys),
        ScreenStep::Control(c) => screen.put(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))),
        ScreenStep::Resize(width, height) => screen.put(Input::Resize(Size::new(width, height))),
        ScreenStep::Mouse(kind, column, row) => {
            screen.put(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        }
        ScreenStep::Answer(at, whole) => {
            if screen.asked.get(at).is_none_or(|command| matches!(command, Command::Write(..))) {
                return;
            }
            let Some(command) = screen.asked.remove(at) else { return };
            let mut events = screen.answers(&command);
            let rest = events.split_off(if whole { events.len() } else { events.len() / 2 });
            late.on_the_way.extend(rest);
            for event in events {
                screen.tell(event);
            }
        }
        ScreenStep::Arrive(at) => {
            if at < late.on_the_way.len() {
                let event = late.on_the_way.remove(at);
                screen.tell(event);
            }
        }
        ScreenStep::Fail(at, lost) => fail(screen, at, lost),
        ScreenStep::Store(outcome) => store(screen, outcome),
        ScreenStep::Link(true) => screen.link(Link::Up),
        ScreenStep::Link(false) => screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 }),
    }
}

fn fail(screen: &mut Screen, at: usize, lost: bool) {
    let Some((lane, Some(ticket))) = screen.asked.get(at).map(Command::lane).filter(|(lane, _)| *lane != Lane::Write)
    else {
        return;
    };
    screen.asked.remove(at);
    let error = if lost { Error::unreachable("localhost", "reset") } else { Error::other("reading", "it broke") };
    screen.tell(Event::Failed { ticket, lane, error });
}

/// Answers the oldest write. What was typed for it is back in an editor where it is not stored; a rating without a word
/// has nothing to lose.
fn store(screen: &mut Screen, outcome: Outcome) {
    let Some(at) = screen.asked.iter().position(|command| matches!(command, Command::Write(..))) else { return };
    let Some(Command::Write(ticket, order)) = screen.asked.remove(at) else { return };
    let typed: Vec<String> = screen.state.drafts().into_iter().map(|draft| draft.text).collect();
    let error = match (outcome, order.write) {
        (Outcome::Stored, write) => {
            return screen.tell(Event::Written(ticket, crate::app::writes::HandOutcome::of(&write).into()));
        }
        (Outcome::Conflict, crate::app::writes::Write::Metadata(key, edits)) => {
            let (id, field) = (key.text().to_owned(), edits[0].path.field());
            Error::Conflict { id, field, stored: Some(Box::new("theirs".into())) }
        }
        _ => Error::unreachable("localhost", "reset"),
    };
    screen.tell(Event::NotWritten { ticket, error, stored: None });
    let left: Vec<String> = screen.state.drafts().into_iter().map(|draft| draft.text).collect();
    assert!(typed.iter().all(|text| text.is_empty() || left.contains(text)), "{typed:?} were typed, {left:?} are left");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happens in whatever order, the screen draws, and ends on the answer to the last question asked.
    #[test]
    fn the_screen_ends_on_the_last_question(steps in prop::collection::vec(step(), 1..60)) {
        let mut late = Late { screen: Screen::writable(120, 40), on_the_way: Vec::new() };
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
        late.screen.link(Link::Up);
        late.screen.put(Input::Resize(Size::new(120, 40)));
        late.answer_backwards()?;
        // Every write is answered once, and then none is on its way.
        while late.screen.asked.iter().any(|command| matches!(command, Command::Write(..))) {
            store(&mut late.screen, Outcome::Stored);
        }
        prop_assert!(late.screen.state.storing().is_none());
        // Whatever is over the panes is closed, then the list is asked once more.
        for _ in 0..12 {
            late.screen.press("\u{1b}");
        }
        late.answer_backwards()?;
        if matches!(late.screen.state.workspace.connection.stage, Stage::Open(_)) && late.screen.state.modals.is_empty() {
            late.screen.press("1S");
            late.answer_backwards()?;
            let list = &late.screen.state.workspace.list;
            prop_assert!(list.loading().is_none() && list.error.is_none());
            prop_assert!(!list.rows.is_empty());
        }
    }
}
