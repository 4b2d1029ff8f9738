//! What a typed password opens.

use crossterm::event::KeyEvent;

use super::PasswordPane;
use crate::app::{
    place::{Origin, SecretSource},
    tui::state::{
        AppState, Effect,
        connection::Stage,
        modal::Modal,
        typed_word::{TypedWord, WordKey},
    },
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
                self.modals.pop();
                let Some(mut place) = self.workspace.connection.place.clone() else { return Vec::new() };
                if let Origin::Kept(kept) = &mut place.origin {
                    kept.password = Some(SecretSource::Value(typed.into()));
                }
                self.workspace.typed_password = true;
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

    /// A place could not be opened with the password that was typed: who tries again is asked again.
    pub(in super::super) fn forget_typed_password(&mut self) {
        if std::mem::take(&mut self.workspace.typed_password)
            && let Some(place) = &mut self.workspace.connection.place
            && let Origin::Kept(kept) = &mut place.origin
        {
            kept.password = None;
        }
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
    fn it_is_left_for_the_start_screen() {
        let mut screen = asked();
        screen.press("x\u{1b}");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))) && screen.asked.is_empty());
    }
}
