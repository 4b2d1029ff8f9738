//! What the filter that is being typed would come to: how many sessions match, where that is counted within moments; else what
//! would be read. A filter of ids that an index serves is shown at once.

use std::time::Duration;

use super::{Asks, Prompt, filters::begins, foreseen::ListShownBefore};
use crate::{
    app::{
        task::Command,
        text, told,
        tui::{
            render::format,
            state::{AppState, Effect, modal::Modal, sessions::narrowed::asks_for_ids},
        },
    },
    repository::{
        Filter, ListPlan,
        filter::{FilterTest, TextMatch, filter_words},
    },
};

/// How long the keys rest before it is asked.
const REST: Duration = Duration::from_millis(150);

/// Bytes of a filter that narrows rows at each key.
const NARROWS: usize = 200;

impl AppState {
    /// Notes that something else is typed: once the keys rest it is asked what that would come to.
    pub(super) fn note_typed(&mut self) {
        let now = self.look.now;
        let Some(Modal::Prompt(prompt)) = self.modals.last_mut() else { return };
        if prompt.searches() {
            // What lines are looked for with is no filter: what stands there once that ends is asked for anew.
            let foresight = &mut prompt.foresight;
            (foresight.due, foresight.asked, foresight.typed) = (None, None, Some(String::new()));
            return;
        }
        if prompt.asks != Asks::Filter || prompt.foresight.typed.as_deref() == Some(prompt.text()) {
            return;
        }
        let is_first = prompt.foresight.typed.is_none();
        let typed = prompt.text().to_owned();
        let foresight = &mut prompt.foresight;
        // What the line holds at first is listed already.
        foresight.due = if is_first { None } else { now.checked_add(REST).ok() };
        (foresight.typed, foresight.asked) = (Some(typed), None);
    }

    /// How long until it is asked.
    pub(in super::super) fn next_foresight(&self) -> Option<Duration> {
        let Some(Modal::Prompt(prompt)) = self.modals.last() else { return None };
        // What cannot be asked is not waited for.
        let connection = &self.workspace.connection;
        let due = prompt.foresight.due.filter(|_| connection.is_open() && connection.lost.is_none())?;
        Some(Duration::try_from(due.duration_since(self.look.now)).unwrap_or_default())
    }

    /// Asks once the keys rest.
    pub(in super::super) fn foresee(&mut self) -> Vec<Effect> {
        let now = self.look.now;
        let Some(Modal::Prompt(prompt)) = self.modals.last_mut() else { return Vec::new() };
        if prompt.foresight.due.take_if(|due| *due <= now).is_none() {
            return Vec::new();
        }
        let typed = prompt.text().to_owned();
        // What is wrong with what is not typed to its end is said once it is.
        let Ok(filter) = self.read_filter(&typed) else { return Vec::new() };
        if filter.is_empty() {
            return self.show_before().unwrap_or_default();
        }
        let ticket = self.tickets.take();
        // As it would be listed: for another page size or order the server may choose another index.
        let query = self.workspace.list.first_page_of(filter.clone());
        if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
            prompt.foresight.asked = Some((ticket, filter));
        }
        vec![Effect::Ask(Command::Foresee(ticket, Box::new(query)))]
    }

    /// Whether an index serves what is typed.
    pub(in super::super) fn on_foreseen(&mut self, plan: &ListPlan) -> Vec<Effect> {
        let Some(prompt) = self.foreseeing() else { return Vec::new() };
        if !plan.served {
            let says = told::plan_on_screen(plan);
            prompt.says = Some(text::line(&says).into_owned());
            return Vec::new();
        }
        let filter = prompt.foresight.asked.as_ref().map(|(_, filter)| filter.clone());
        let known = prompt.foresight.before.is_some();
        // What is marked, or rated one after another, is of the list as it is.
        let holds_still = self.workspace.list.has_marks() || self.workspace.review.is_some();
        let Some(filter) = filter.filter(|filter| !holds_still && is_of_ids(filter)) else { return Vec::new() };
        if !known {
            let list = &self.workspace.list;
            let selected = list.selected_row().map(|row| row.key.clone());
            let before = ListShownBefore { filter: list.listed().0.clone(), selected };
            if let Some(prompt) = self.foreseeing() {
                prompt.foresight.before = Some(before);
            }
        }
        self.list_matching(filter)
    }

    /// Shows of the rows that are there those that match, while ids are typed and the list is still the one before. Whether
    /// those are others than at the last look.
    pub(in super::super) fn narrow_as_typed(&mut self) -> bool {
        let typed = match self.modals.last() {
            Some(Modal::Prompt(prompt)) if prompt.asks == Asks::Filter && prompt.foresight.before.is_none() => {
                // What the line held at first is what is listed.
                (!prompt.searches()
                    && prompt.text().len() <= NARROWS
                    && prompt.text() != self.workspace.list.filter.source)
                    .then(|| prompt.text().to_owned())
            }
            _ => None,
        };
        // `ap` is more likely the start of `app:` than of an id: rows do not go and come back for that.
        let goes_on = |typed: &String| {
            let last = typed.rsplit(char::is_whitespace).next().unwrap_or_default();
            !last.is_empty() && filter_words().iter().any(|known| begins(known.text, last))
        };
        let typed = typed.filter(|typed| !goes_on(typed));
        let filter = typed.and_then(|typed| self.read_filter(&typed).ok()).filter(asks_for_ids);
        self.workspace.list.narrow(filter.as_ref())
    }

    /// How many sessions match what is typed.
    pub(in super::super) fn on_foreseen_count(&mut self, count: Option<u64>) -> Vec<Effect> {
        let marks = self.look.marks;
        if let (Some(prompt), Some(count)) = (self.foreseeing(), count) {
            let matches = if count == 1 { "session matches" } else { "sessions match" };
            prompt.says = Some(format!("{} {matches}", format::number(count, marks)));
        }
        Vec::new()
    }

    /// The line that something was asked for, where nothing else was typed since.
    fn foreseeing(&mut self) -> Option<&mut Prompt> {
        match self.modals.last_mut() {
            Some(Modal::Prompt(prompt)) if prompt.foresight.asked.is_some() => Some(prompt),
            _ => None,
        }
    }

    /// Lists again what was listed before what is typed was shown at once. `None`: nothing was.
    pub(super) fn show_before(&mut self) -> Option<Vec<Effect>> {
        let Some(Modal::Prompt(prompt)) = self.modals.last_mut() else { return None };
        let before = prompt.foresight.before.take()?;
        let effects = self.list_matching(before.filter);
        if let Some(key) = before.selected {
            self.workspace.list.prefer(&key);
        }
        Some(effects)
    }
}

/// Whether a filter asks for the start of an id, or for all of it, and for nothing else: what is typed of it is shown at once.
fn is_of_ids(filter: &Filter) -> bool {
    let is_of_id = |test: &FilterTest| matches!(test, FilterTest::Id(TextMatch::StartsWith(_) | TextMatch::Exactly(_)));
    !filter.terms.is_empty() && filter.terms.iter().all(|term| !term.negated && is_of_id(&term.test))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::ToSpan;

    use super::*;
    use crate::app::{
        task::{Event, Ticket},
        tui::state::{Input, sample::Screen},
    };

    /// The keys rest for so long, and a frame is drawn.
    fn rest(screen: &mut Screen, ms: i64) {
        let now = screen.state.look.now.checked_add(ms.milliseconds()).unwrap();
        screen.state.update(Input::Tick(now));
        let size = screen.state.size;
        screen.put(Input::Resize(size));
    }

    fn asked(screen: &Screen) -> Vec<(Ticket, String)> {
        let of = |command: &Command| match command {
            Command::Foresee(ticket, query) => Some((*ticket, query.filter.source.clone())),
            _ => None,
        };
        screen.asked.iter().filter_map(of).collect()
    }

    fn says(screen: &Screen) -> Option<&str> {
        match screen.state.modals.last() {
            Some(Modal::Prompt(prompt)) => prompt.says.as_deref(),
            _ => panic!("no line is typed"),
        }
    }

    #[test]
    fn it_is_asked_once_the_keys_rest_and_only_of_what_is_typed_by_then() {
        let mut screen = Screen::listed(120, 40);
        screen.asked.clear();
        screen.press("/app:sh");
        assert_eq!(screen.state.next_foresight(), Some(REST));
        rest(&mut screen, 100);
        assert!(asked(&screen).is_empty(), "the keys rest no time yet");
        screen.press("o");
        rest(&mut screen, 100);
        assert!(asked(&screen).is_empty(), "another key was pressed");
        rest(&mut screen, 50);
        let found = asked(&screen);
        let [(ticket, source)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((source.as_str(), screen.state.next_foresight()), ("app:sho", None));
        screen.tell(Event::Foreseen(*ticket, ListPlan::served("an index")));
        screen.tell(Event::ForeseenCount(*ticket, Some(1204)));
        assert_eq!(says(&screen).map(|says| says.contains("204 sessions match")), Some(true), "{:?}", says(&screen));
        assert!(screen.state.workspace.list.filter.is_empty(), "it is listed once it is typed");
        screen.press("p");
        assert_eq!(says(&screen), None, "it was of another filter");
    }

    #[test]
    fn what_no_index_serves_is_said_and_not_counted() {
        let mut screen = Screen::listed(120, 40);
        screen.press("/timeout");
        rest(&mut screen, 200);
        let (ticket, _) = asked(&screen)[0].clone();
        screen.tell(Event::Foreseen(ticket, ListPlan::unserved("no index serves this filter")));
        assert_eq!(says(&screen), Some("no index serves this filter"));
    }

    #[test]
    fn it_is_asked_as_it_is_listed_then() {
        let mut screen = Screen::listed(120, 40);
        screen.press("S");
        screen.answer_all();
        screen.asked.clear();
        screen.press("/app:shop");
        rest(&mut screen, 200);
        screen.press("\n");
        let mut queries = screen.asked.iter().filter_map(|command| match command {
            Command::Foresee(_, query) | Command::List(_, query) => Some(format!("{query:?}")),
            _ => None,
        });
        let (foreseen, listed) = (queries.next(), queries.next());
        assert!(foreseen.is_some() && foreseen == listed, "{foreseen:?} {listed:?}");
    }

    #[test]
    fn few_sessions_are_counted_without_an_index() {
        let mut screen = Screen::listed(120, 40);
        screen.press("/timeout");
        rest(&mut screen, 200);
        let (ticket, _) = asked(&screen)[0].clone();
        let plan = ListPlan { counts: true, ..ListPlan::unserved("every session.json is read") };
        screen.tell(Event::Foreseen(ticket, plan));
        screen.tell(Event::ForeseenCount(ticket, Some(3)));
        assert_eq!(says(&screen), Some("3 sessions match"));
        assert!(screen.state.workspace.list.filter.is_empty(), "it is listed once it is typed");
    }

    #[test]
    fn what_lines_are_looked_for_with_is_no_filter() {
        let mut screen = Screen::listed(120, 40);
        screen.press("/^zz\n");
        screen.answer_all();
        screen.press("/");
        screen.put(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        screen.asked.clear();
        screen.press("support");
        rest(&mut screen, 100);
        screen.put(Input::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL)));
        screen.put(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        screen.press("^zz");
        assert_eq!(screen.state.next_foresight(), None);
        rest(&mut screen, 200);
        assert!(asked(&screen).is_empty(), "{:?}", asked(&screen));
        screen.press("\u{1b}");
        rest(&mut screen, 200);
        assert_eq!(asked(&screen).iter().map(|(_, source)| source.as_str()).collect::<Vec<_>>(), ["support"]);
    }

    #[test]
    fn a_filter_that_is_not_ready_asks_nothing() {
        let mut screen = Screen::listed(120, 40);
        screen.press("/app:");
        rest(&mut screen, 200);
        screen.press("x rating:go");
        rest(&mut screen, 200);
        assert!(asked(&screen).is_empty());
    }

    #[test]
    fn the_start_of_an_id_is_shown_at_once_and_escape_shows_what_was_before() {
        let mut screen = Screen::listed(120, 40);
        let down = Input::Key(KeyEvent::from(KeyCode::Down));
        (0..3).for_each(|_| screen.put(down.clone()));
        let selected = screen.state.workspace.list.selected_row().map(|row| row.key.clone());
        screen.press("/^res");
        rest(&mut screen, 200);
        screen.answer_all();
        assert_eq!(screen.state.workspace.list.filter.source, "^res");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Prompt(_))), "it is typed on");
        screen.press("\u{1b}");
        screen.answer_all();
        assert!(screen.state.workspace.list.filter.is_empty() && screen.state.modals.is_empty());
        assert_eq!(screen.state.workspace.list.selected_row().map(|row| row.key.clone()), selected);
    }
}
