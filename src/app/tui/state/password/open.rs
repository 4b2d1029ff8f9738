//! What a typed password opens.

use crossterm::event::KeyEvent;

use super::PasswordPane;
use crate::{
    app::{
        place::{Origin, SecretSource},
        told,
        tui::state::{
            AppState, Effect,
            connection::Stage,
            modal::Modal,
            typed_word::{TypedWord, WordKey},
        },
    },
    repository::Error,
};

impl AppState {
    /// A place names a user and no password.
    pub(in super::super) fn on_password_wanted(&mut self, user: String, hosts: String) -> Vec<Effect> {
        self.workspace.connection.stage = Stage::Choosing;
        self.close_start_screen();
        self.modals.push(Modal::Password(Box::new(PasswordPane { user, hosts, typed: TypedWord::default() })));
        Vec::new()
    }

    /// A key while a password is typed.
    pub(in super::super) fn on_password_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Password(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.typed.on_key(key) {
            WordKey::Taken | WordKey::Complete => Vec::new(),
            WordKey::Enter if pane.typed.text().is_empty() => {
                pane.typed.problem = Some("type it, or leave with Esc".to_owned());
                Vec::new()
            }
            WordKey::Enter => {
                let typed = pane.typed.text();
                let whose = Some((pane.user.clone(), pane.hosts.clone()));
                self.modals.pop();
                let Some(mut place) = self.workspace.connection.place.clone() else { return Vec::new() };
                if let Origin::Kept(kept) = &mut place.origin {
                    kept.password = Some(SecretSource::Value(typed.into()));
                }
                self.workspace.typed_password = whose;
                self.connect_as_before(place)
            }
            WordKey::Leave => {
                self.modals.pop();
                self.workspace.connection.stage = Stage::None;
                let effects = self.show_former();
                self.open_places();
                effects
            }
        }
    }

    /// A place could not be opened with the password that was typed, that of this user at these hosts: who tries again is asked again.
    pub(in super::super) fn forget_typed_password(&mut self) -> Option<(String, String)> {
        let whose = self.workspace.typed_password.take()?;
        if let Some(place) = &mut self.workspace.connection.place
            && let Origin::Kept(kept) = &mut place.origin
        {
            kept.password = None;
        }
        Some(whose)
    }

    /// The password that was typed was refused: it is asked for once more, with why.
    pub(in super::super) fn ask_password_again(&mut self, user: String, hosts: String, error: &Error) -> Vec<Effect> {
        let effects = self.on_password_wanted(user, hosts);
        if let Some(Modal::Password(pane)) = self.modals.last_mut() {
            pane.typed.problem = Some(told::sentence_on_screen(error));
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use crate::app::{
        place::{KeptTarget, Origin, Place, SecretSource},
        task::{Command, Event, command::Lane},
        tui::state::{modal::Modal, sample::Screen},
    };
    use crate::repository::Error;
    use secrecy::ExposeSecret;

    fn asked() -> Screen {
        let kept = KeptTarget {
            uri: SecretSource::Value("mongodb://me@h".to_owned().into()),
            password: None,
            database: None,
            other_database: None,
            collection: None,
        };
        let place = Place::plain("prod", Origin::Kept(kept));
        let mut screen = Screen::with(80, 24, Some(place), crate::app::config::Ui::default());
        want(&mut screen);
        screen
    }

    fn want(screen: &mut Screen) {
        let Some(Command::Connect(ticket, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
        screen.tell(Event::PasswordWanted { ticket, user: "me".to_owned(), hosts: "h".to_owned() });
        assert!(matches!(screen.state.modals.last(), Some(Modal::Password(_))));
    }

    #[test]
    fn a_password_is_typed_unseen_and_asked_for_again_where_it_was_wrong() {
        let mut screen = asked();
        screen.press("hunter2");
        let Some(Modal::Password(pane)) = screen.state.modals.last() else { panic!() };
        assert_eq!(pane.shown().text(), "*******");
        assert!(!format!("{:?}", screen.state.modals).contains("hunter2"));
        screen.press("\n");
        let Some(Command::Connect(ticket, place)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
        let Origin::Kept(kept) = &place.origin else { panic!() };
        assert!(matches!(&kept.password, Some(SecretSource::Value(typed)) if typed.expose_secret() == "hunter2"));
        let error = Error::unreachable("h", "the login was refused");
        screen.tell(Event::Failed { ticket, lane: Lane::Connection, error });
        screen.press("r");
        want(&mut screen);
    }

    #[test]
    fn a_password_that_is_refused_is_asked_for_at_once_with_the_reason() {
        let mut screen = asked();
        screen.press("wrong\n");
        let Some(Command::Connect(ticket, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
        let reason = "authentication failed".to_owned();
        let error = Error::Authentication { reason, by_password: true, hint: None, source: None };
        screen.tell(Event::Failed { ticket, lane: Lane::Connection, error });
        let Some(Modal::Password(pane)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
        assert!(pane.shown().text().is_empty() && pane.user == "me");
        assert!(pane.shown().problem.is_some_and(|why| why.contains("refused the login")));
        screen.press("right\n");
        let Some(Command::Connect(_, place)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
        let Origin::Kept(kept) = &place.origin else { panic!() };
        assert!(matches!(&kept.password, Some(SecretSource::Value(typed)) if typed.expose_secret() == "right"));
    }

    #[test]
    fn it_is_left_for_the_start_screen() {
        let mut screen = asked();
        screen.press("x\u{1b}");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))) && screen.asked.is_empty());
    }
}
