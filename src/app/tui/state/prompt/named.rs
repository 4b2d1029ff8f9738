//! The commands of the `:` line that take words, and what completes them: a session by its id, a filter.

use super::{Does, Offer, TypedMistake};
use crate::{
    app::{
        config::{filters, write::ConfigEdit},
        text,
        tui::state::{AppState, Effect, completion::Completion, modal::Modal},
    },
    repository::Filter,
};

/// Most sessions that are offered.
const SESSIONS: usize = 50;

impl AppState {
    pub(in super::super) fn complete_filter(&self, typed: &str) -> Vec<Completion> {
        let offers = self.filter_offers(typed, typed.len()).into_iter();
        let completion = |offer: Offer| match offer.does {
            Does::Fill(text, _) => Some(Completion { text: text.trim_end().to_owned(), help: offer.help }),
            _ => None,
        };
        offers.filter_map(completion).collect()
    }

    /// In the fleet its sessions are filtered, else those of the list.
    pub(in super::super) fn run_filter(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        if self.shows_fleet() { self.filter_fleet(words) } else { self.filter(words) }
    }

    pub(in super::super) fn complete_open(&self, typed: &str) -> Vec<Completion> {
        let needle = typed.trim().to_lowercase();
        let rows = self.workspace.list.rows_to_look_at();
        let fitting = rows.iter().filter(|row| row.name().to_lowercase().contains(&needle));
        fitting
            .take(SESSIONS)
            .map(|row| Completion {
                text: row.name().to_owned(),
                help: row.application_name.clone().unwrap_or_default(),
            })
            .collect()
    }

    pub(in super::super) fn run_open(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        let id = words.trim();
        if id.is_empty() {
            return Err(whole(words, "say which: open ID".to_owned()));
        }
        if !self.workspace.connection.is_open() {
            return Err(whole(words, "choose a connection first".to_owned()));
        }
        self.show_panes();
        Ok(self.resolve(id.to_owned()))
    }

    pub(in super::super) fn complete_saved(&self, typed: &str) -> Vec<Completion> {
        let fitting = self.filters.iter().filter(|(name, _)| name.starts_with(typed.trim()));
        fitting.map(|(name, filter)| Completion { text: name.clone(), help: format!("now {filter}") }).collect()
    }

    /// Keeps the filter of what is shown under a name, here and in the file of settings.
    pub(in super::super) fn run_save_filter(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        let name = words.trim().trim_start_matches('@');
        if let Some(problem) = filters::name_problem(name) {
            return Err(whole(words, problem));
        }
        let of = self.shown_filter();
        if of.is_empty() {
            return Err(whole(words, "there is no filter to keep: filter the sessions first".to_owned()));
        }
        if !self.may_keep(&of.source) {
            return Err(whole(
                words,
                "the filter names a value that is kept encrypted: it is not kept in clear".to_owned(),
            ));
        }
        // A saved filter names no other: what it was made of stands in it.
        let filter = filters::expand(&self.filters, &of.source).map_err(|unknown| whole(words, unknown.problem))?;
        self.filters.insert(name.to_owned(), filter.clone());
        // Once it is kept, what it was is told.
        self.said = Some(format!("@{} is this filter by now", text::line(name)));
        Ok(vec![Effect::Configure(Box::new(ConfigEdit::Filter(name.to_owned(), filter)))])
    }

    /// The filter of what is shown: of the fleet, else of the list.
    pub(super) fn shown_filter(&self) -> &Filter {
        if self.shows_fleet() { &self.workspace.fleet.filter } else { &self.workspace.list.filter }
    }

    /// Asks for the name to keep the filter under.
    pub(in super::super) fn ask_filter_name(&mut self) -> Vec<Effect> {
        if self.shown_filter().is_empty() {
            return self.say("there is no filter to keep: filter the sessions first");
        }
        self.prompt_for("save-filter");
        Vec::new()
    }

    /// Takes away what lies over the panes; what is typed there and not stored stays.
    pub(in super::super) fn show_panes(&mut self) {
        self.put_forms_aside();
        self.modals.retain(|modal| matches!(modal, Modal::Editor(editor) if editor.is_unsaved()));
    }
}

/// A mistake in all of the words.
fn whole(words: &str, problem: String) -> TypedMistake {
    TypedMistake { span: 0..words.len(), problem }
}

#[cfg(test)]
mod tests {
    use super::{super::Asks, *};
    use crate::app::{
        task::Command,
        tui::{
            state::sample::Screen,
            view::{self, sample},
        },
    };

    fn says(screen: &Screen) -> String {
        match screen.state.modals.last() {
            Some(Modal::Prompt(prompt)) => prompt.mistake.as_ref().map_or_else(String::new, |it| it.problem.clone()),
            _ => screen.state.said.clone().unwrap_or_default(),
        }
    }

    #[test]
    fn a_session_is_opened_by_its_id() {
        let mut screen = Screen::listed(120, 40);
        screen.press(":open abc\n");
        let asked = screen.asked.iter().any(|command| matches!(command, Command::Resolve(_, id) if id == "abc"));
        assert!(asked && screen.state.modals.is_empty());
        assert_eq!(screen.state.memory.commands, ["open abc"]);
        screen.press(":open \n");
        assert!(screen.state.modals.is_empty(), "without an id it is the action");
    }

    #[test]
    fn a_connection_string_with_a_password_is_neither_shown_nor_kept() {
        let mut screen = Screen::listed(120, 40);
        screen.press(":connect mongodb://me:hunter2@h:1");
        let drawn = sample::screen(120, 40, |frame, _| view::draw(frame, &screen.state));
        assert!(drawn.contains("me:*******@h:1") && !drawn.contains("hunter2"), "{drawn}");
        screen.press("/?tlsCertificateKeyFilePassword=hunter3");
        let drawn = sample::screen(120, 40, |frame, _| view::draw(frame, &screen.state));
        assert!(drawn.contains("KeyFilePassword=*******") && !drawn.contains("hunter3"), "{drawn}");
        screen.press("\n");
        assert!(screen.asked.iter().any(|command| matches!(command, Command::Connect(..))));
        assert!(screen.state.memory.commands.is_empty(), "{:?}", screen.state.memory.commands);
        screen.press(":connect me:hunter2@h\n");
        assert!(screen.state.memory.commands.is_empty(), "{:?}", screen.state.memory.commands);
        assert!(!screen.state.places.iter().any(|place| place.name.contains("hunter2")), "without its scheme neither");
    }

    #[test]
    fn a_mistake_in_the_words_is_pointed_at_and_not_kept() {
        let mut screen = Screen::listed(120, 40);
        screen.press(":filter app:x rating:good\n");
        let Some(Modal::Prompt(prompt)) = screen.state.modals.last() else { panic!("it stays") };
        let wrong = prompt.mistake.as_ref().and_then(|mistake| prompt.text().get(mistake.span.clone()));
        assert_eq!(wrong, Some("good"));
        assert!(screen.state.memory.commands.is_empty() && screen.state.memory.filters.is_empty());
    }

    #[test]
    fn a_filter_is_kept_under_a_name_that_can_be_typed_at_once() {
        let mut screen = Screen::listed(120, 40);
        screen.press(":save-filter mine\n");
        assert!(says(&screen).contains("no filter to keep"), "{}", says(&screen));
        screen.press("\u{1b}/@support\n");
        screen.answer_all();
        screen.press(":save-filter a\"b\n");
        assert!(says(&screen).contains("one word without quotes"), "{}", says(&screen));
        screen.press("\u{1b}:save-filter mine\n");
        assert_eq!(screen.state.filters.get("mine").map(String::as_str), Some("app:support"));
        assert!(says(&screen).starts_with("@mine is this filter by now"), "{}", says(&screen));
        screen.press("/@mine\n");
        assert_eq!(screen.state.workspace.list.filter.source, "@mine");
    }

    #[test]
    fn in_the_fleet_its_filter_is_kept_also_where_the_name_is_asked_for() {
        let mut screen = Screen::listed(120, 40);
        screen.press("L/app:shop\n:save-filter\n");
        let Some(Modal::Prompt(prompt)) = screen.state.modals.last() else { panic!("the name is asked for") };
        assert_eq!(prompt.text(), "save-filter ");
        screen.press("mine\n");
        assert_eq!(screen.state.filters.get("mine").map(String::as_str), Some("app:shop"));
    }

    #[test]
    fn what_is_typed_in_a_line_is_offered_there_again() {
        let mut screen = Screen::listed(120, 40);
        screen.press("/app:one\n/app:two\n/");
        let up = || crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Up);
        screen.put(crate::app::tui::state::Input::Key(up()));
        let Some(Modal::Prompt(prompt)) = screen.state.modals.last() else { panic!("no line") };
        assert_eq!((prompt.asks, prompt.text()), (Asks::Filter, "app:one"), "the line holds app:two already");
    }
}
