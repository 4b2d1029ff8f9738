//! The one place where the words of a place are asked for.

use crossterm::event::KeyEvent;

use super::{AgreedTo, Agreement};
use crate::app::{
    agreed, text,
    tui::state::{
        AppState, Effect,
        modal::Modal,
        typed_word::{TypedWord, WordKey},
    },
};

impl AppState {
    /// Does it at once, or once the words that the place asks for are typed. `what`: what is written, e.g. `priority of support-1042
    /// is stored`. Safe text.
    pub(in super::super) fn once_agreed(&mut self, what: &str, then: AgreedTo) -> Vec<Effect> {
        let place = self.workspace.connection.place.as_ref();
        let Some(words) = place.and_then(|place| place.rules.confirm.clone()) else { return self.agreed(then) };
        let place = self.place_name();
        let says = format!("{what} once the words of {place} are typed: {}", text::line(&words));
        let agreement = Agreement { words, typed: TypedWord::default(), says, then };
        self.modals.push(Modal::Agreement(Box::new(agreement)));
        Vec::new()
    }

    /// What a person knows the place that is open by. Safe text.
    #[must_use]
    pub fn place_name(&self) -> String {
        self.workspace.home.map(|home| self.homes.name(home)).unwrap_or_default()
    }

    /// A key while the words are typed.
    pub(in super::super) fn on_agreement_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Agreement(agreement)) = self.modals.last_mut() else { return Vec::new() };
        match agreement.typed.on_key(key) {
            WordKey::Taken => Vec::new(),
            // Words that a key completes are no words that were thought of.
            WordKey::Complete => {
                agreement.typed.problem = Some("these words are typed in full".to_owned());
                Vec::new()
            }
            WordKey::Enter if !agreed::are_words(&agreement.typed.text(), &agreement.words) => {
                agreement.typed.problem = Some("those are other words; nothing is written".to_owned());
                Vec::new()
            }
            WordKey::Enter => {
                let Some(Modal::Agreement(agreement)) = self.modals.pop() else { return Vec::new() };
                self.agreed(agreement.then)
            }
            WordKey::Leave => {
                self.modals.pop();
                self.say("nothing is written: the words of the place were not typed")
            }
        }
    }

    fn agreed(&mut self, then: AgreedTo) -> Vec<Effect> {
        match then {
            AgreedTo::Review => self.begin_review(),
            AgreedTo::Effects(effects) => effects,
            AgreedTo::Write { write, name, typed } => {
                let editor = match self.modals.pop() {
                    Some(Modal::Editor(editor)) if typed => Some(editor),
                    other => {
                        self.modals.extend(other);
                        None
                    }
                };
                self.order(*write, name, editor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::Bson;

    use crate::app::{
        place::WriteRules,
        task::Command,
        tui::state::{modal::Modal, sample::Screen},
        writes::Write,
    };

    fn asking() -> Screen {
        let mut screen = Screen::writable(120, 40);
        if let Some(place) = &mut screen.state.workspace.connection.place {
            place.rules = WriteRules { confirm: Some("prod-eu".to_owned()), ..WriteRules::default() };
        }
        screen
    }

    fn is_asked(screen: &Screen) -> bool {
        matches!(screen.state.modals.last(), Some(Modal::Agreement(_)))
    }

    #[test]
    fn feedback_that_was_typed_waits_beneath_until_the_words_are_typed() {
        let mut screen = asking();
        screen.press("flate");
        screen.put(crate::app::tui::state::Input::Key(crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Char('s'),
            crossterm::event::KeyModifiers::CONTROL,
        )));
        assert!(is_asked(&screen) && screen.asked.is_empty());
        screen.press("prod\n");
        assert!(is_asked(&screen) && screen.asked.is_empty(), "half of them are not they");
        screen.press("\u{1b}");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Editor(editor)) if editor.text() == "late"));
        screen.put(crate::app::tui::state::Input::Key(crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Char('s'),
            crossterm::event::KeyModifiers::CONTROL,
        )));
        screen.press("prod-eu\n");
        assert!(screen.state.modals.is_empty());
        let Some(Command::Write(_, order)) = screen.asked.pop_front() else { panic!("nothing is written") };
        assert!(matches!(&order.write, Write::Feedback(_, feedback) if feedback.comment.as_deref() == Some("late")));
    }

    #[test]
    fn what_is_rated_at_once_waits_as_well() {
        let mut screen = asking();
        screen.press("+");
        assert!(is_asked(&screen) && screen.asked.is_empty());
        screen.press("prod-eu\n");
        let Some(Command::Write(_, order)) = screen.asked.pop_front() else { panic!("nothing is written") };
        assert!(matches!(&order.write, Write::Feedback(_, feedback) if feedback.rating.stored() == Bson::from("up")));
    }
}
