//! What a person keeps of a connection.

use crossterm::event::KeyEvent;

use super::{ProfilePane, uri_of};
use crate::{
    app::{
        place::Origin,
        tui::state::{
            AppState, Effect,
            modal::Modal,
            prompt::TypedMistake,
            typed_word::{TypedWord, WordKey},
        },
    },
    repository::Target,
};

impl AppState {
    /// Offers to keep what was typed and is open now.
    pub(in super::super) fn offer_profile(&mut self) {
        if std::mem::take(&mut self.workspace.typed_place)
            && let Some(place) = &self.workspace.connection.place
        {
            self.modals.push(Modal::Profile(Box::new(ProfilePane::new(place))));
        }
    }

    /// A key while a profile is made.
    pub(in super::super) fn on_profile_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Profile(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.on_key(key) {
            WordKey::Taken | WordKey::Complete => Vec::new(),
            WordKey::Enter => {
                let Some(edit) = pane.edit() else { return Vec::new() };
                self.modals.pop();
                vec![Effect::Configure(Box::new(edit))]
            }
            WordKey::Leave => {
                self.modals.pop();
                self.say("not kept; :save-profile keeps it later")
            }
        }
    }

    /// `:save-profile`.
    ///
    /// # Errors
    /// Where nothing is open that could be kept.
    pub(in super::super) fn run_save_profile(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        let mistake = |problem: &str| TypedMistake { span: 0..words.len(), problem: problem.to_owned() };
        let place = self.workspace.connection.place.as_ref().filter(|_| self.workspace.connection.is_open());
        let Some(place) = place else { return Err(mistake("no connection is open")) };
        let is_folder = matches!(place.origin, Origin::Target(Target::Folder(_)));
        if !is_folder && uri_of(&place.origin).is_none() {
            return Err(mistake("this place is none that could be kept: it has no connection string of its own"));
        }
        let mut pane = ProfilePane::new(place);
        if !words.trim().is_empty() {
            pane.name = TypedWord::of(words.trim());
        }
        self.modals.push(Modal::Profile(Box::new(pane)));
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::{
        super::{PasswordChoice, ProfileRow},
        *,
    };
    use crate::app::{
        config::write::{ConfigEdit, NewProfile, PasswordSource},
        tui::state::sample::Screen,
    };

    fn pane(uri: &str) -> ProfilePane {
        ProfilePane::new(&crate::app::config::typed_place(uri).unwrap())
    }

    fn press(pane: &mut ProfilePane, keys: &[KeyCode]) {
        for key in keys {
            pane.on_key(KeyEvent::from(*key));
        }
    }

    #[test]
    fn a_profile_is_made_without_the_password() {
        let mut made = pane("mongodb://me:hunter2@db.example.org/agents");
        assert!(!format!("{made:?}").contains("hunter2"));
        assert_eq!(made.name.text(), "db");
        press(&mut made, &[KeyCode::Tab, KeyCode::Char(' '), KeyCode::Tab, KeyCode::Left]);
        assert_eq!((made.read_only, made.password), (true, Some(PasswordChoice::Command)));
        assert_eq!(made.edit(), None);
        assert!(made.problem().is_some() && made.row == ProfileRow::Source);
        made.paste("pass show 'my db'\n");
        let Some(ConfigEdit::Profile(name, NewProfile::Mongo { uri, password, read_only, database, .. })) = made.edit()
        else {
            panic!()
        };
        assert_eq!((name.as_str(), uri.as_str(), read_only), ("db", "mongodb://me@db.example.org/agents", true));
        assert_eq!(password, PasswordSource::Command(["pass", "show", "my db"].map(str::to_owned).to_vec()));
        assert_eq!(database.as_deref(), Some("agents"));
    }

    #[test]
    fn without_a_user_no_password_is_asked_for() {
        let mut made = pane("localhost:27017");
        assert_eq!(made.rows(), [ProfileRow::Name, ProfileRow::ReadOnly]);
        press(&mut made, &[KeyCode::Up, KeyCode::Down, KeyCode::Char('!')]);
        assert_eq!(made.name.text(), "localhost!");
        let folder = pane("/data/agents");
        assert_eq!((folder.name.text().as_str(), folder.rows().len()), ("agents", 2));
    }

    #[test]
    fn a_connection_is_kept_from_the_command_line() {
        let mut screen = Screen::listed(80, 24);
        assert!(screen.state.run_save_profile("mine").is_ok());
        screen.press("!");
        let Some(Modal::Profile(pane)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
        assert_eq!(pane.name.text(), "mine!");
        screen.press("\u{1b}");
        assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("save-profile")));
        assert!(Screen::start(80, 24).state.run_save_profile("x").is_err());
    }
}
