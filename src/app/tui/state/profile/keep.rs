//! What a person keeps of a connection.

use crossterm::event::KeyEvent;

use super::{ProfilePane, ProfileRow, uri_of};
use crate::{
    app::{
        config::write::{ConfigEdit, NewProfile, PasswordSource},
        place::{KeptTarget, Origin, Place, SecretSource},
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
            let pane = ProfilePane::new(place, self.workspace.ticket, &self.places);
            self.modals.push(Modal::Profile(Box::new(pane)));
        }
    }

    /// A key while a profile is made.
    pub(in super::super) fn on_profile_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Profile(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.on_key(key) {
            WordKey::Taken | WordKey::Complete => Vec::new(),
            WordKey::Enter if pane.kept_as.is_some() => Vec::new(),
            WordKey::Enter => {
                let edit = pane.edit();
                // What was typed stays until it is kept.
                if let Some(ConfigEdit::Profile(name, _)) = &edit {
                    pane.kept_as = Some(name.clone());
                }
                edit.map(|edit| Effect::Configure(Box::new(edit))).into_iter().collect()
            }
            WordKey::Leave if pane.kept_as.is_some() => {
                if let Some(Modal::Profile(pane)) = self.modals.pop() {
                    // Once it is kept it is known all the same.
                    self.left_profile = Some(pane);
                }
                Vec::new()
            }
            WordKey::Leave => {
                self.modals.pop();
                self.say("not kept; :save-profile keeps it later")
            }
        }
    }

    /// The file of settings was changed, or could not be: why stands where it can be put right.
    pub(in super::super) fn on_configured(&mut self, edit: &ConfigEdit, said: Result<String, String>) -> Vec<Effect> {
        match (said, edit) {
            (Ok(said), ConfigEdit::Profile(name, profile)) => {
                self.take_profile(name, profile);
                self.say(said)
            }
            (Ok(said), _) => self.say(said),
            (Err(why), ConfigEdit::Profile(name, _)) => {
                self.left_profile.take_if(|pane| pane.is_kept_as(name));
                let pane = self.modals.iter_mut().find_map(|modal| match modal {
                    Modal::Profile(pane) if pane.is_kept_as(name) => Some(pane),
                    _ => None,
                });
                if let Some(pane) = pane {
                    pane.kept_as = None;
                    pane.row = ProfileRow::Name;
                    pane.name.problem = Some(why);
                } else {
                    self.tell_error(why);
                }
                Vec::new()
            }
            (Err(why), _) => {
                self.tell_error(why);
                Vec::new()
            }
        }
    }

    /// A place is a profile from now on: it is called so, and can be chosen by its name.
    fn take_profile(&mut self, name: &str, profile: &NewProfile) {
        let is_kept = |modal: &Modal| matches!(modal, Modal::Profile(pane) if pane.is_kept_as(name));
        let position = self.modals.iter().position(is_kept);
        let pane = match position.map(|position| self.modals.remove(position)) {
            Some(Modal::Profile(pane)) => Some(pane),
            _ => self.left_profile.take_if(|pane| pane.is_kept_as(name)),
        };
        let Some(pane) = pane else { return };
        let before = pane.place;
        let kept = Place {
            name: name.to_owned(),
            origin: origin_of(profile),
            read_only: self.only_reads || profile.read_only(),
            is_profile: true,
            note: None,
            ..before.clone()
        };
        let is_it =
            |place: &Place| !place.is_profile && place.name == before.name && before.origin.is_same(&place.origin);
        match self.places.iter().position(is_it) {
            Some(position) => self.places[position] = kept.clone(),
            None => self.places.insert(0, kept.clone()),
        }
        if self.workspace.ticket != pane.ticket {
            return;
        }
        if let Some(home) = self.workspace.home {
            self.homes.rename(home, &kept);
        }
        if let Some(place) = &mut self.workspace.connection.place {
            // What was opened to be read stays so.
            let read_only = place.read_only || kept.read_only;
            *place = Place { read_only, ..kept };
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
        let mut pane = ProfilePane::new(place, self.workspace.ticket, &self.places);
        if !words.trim().is_empty() {
            pane.name = TypedWord::of(words.trim());
        }
        self.modals.push(Modal::Profile(Box::new(pane)));
        Ok(Vec::new())
    }
}

/// Where the sessions of a profile are.
fn origin_of(profile: &NewProfile) -> Origin {
    let (uri, database, collection, password) = match profile {
        NewProfile::Folder { dir, .. } => return Target::Folder(dir.into()).into(),
        NewProfile::Mongo { uri, database, collection, password, .. } => (uri, database, collection, password),
    };
    let (database, collection) = (database.clone(), collection.clone());
    let password = match password {
        PasswordSource::None => return Target::Mongo { uri: uri.clone().into(), database, collection }.into(),
        PasswordSource::Here(whole) => return Target::Mongo { uri: whole.0.clone(), database, collection }.into(),
        PasswordSource::Prompt => None,
        PasswordSource::Environment(name) => Some(SecretSource::Environment(name.clone())),
        PasswordSource::Command(words) => Some(SecretSource::Command(words.clone())),
    };
    let uri = SecretSource::Value(uri.clone().into());
    Origin::Kept(KeptTarget { uri, password, database, other_database: None, collection })
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::{super::PasswordChoice, *};
    use crate::app::{
        task::{Command, Ticket},
        tui::state::{Input, sample::Screen},
    };

    fn pane(uri: &str) -> ProfilePane {
        ProfilePane::new(&crate::app::config::typed_place(uri).unwrap(), Ticket::default(), &[])
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
        press(&mut made, &[KeyCode::Tab, KeyCode::Char(' '), KeyCode::Tab, KeyCode::Left, KeyCode::Left]);
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
        press(&mut made, &[KeyCode::Up, KeyCode::Down, KeyCode::End, KeyCode::Char('!')]);
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

    #[test]
    fn a_password_is_kept_in_the_file_only_where_that_is_chosen() {
        let mut made = pane("mongodb://me:hunter2@db.example.org/agents");
        assert!(made.warning().is_none());
        press(&mut made, &[KeyCode::Tab, KeyCode::Tab, KeyCode::Left]);
        assert_eq!(made.password, Some(PasswordChoice::Here));
        assert!(made.warning().is_some() && made.rows().len() == 3);
        let edit = made.edit().unwrap();
        assert!(!format!("{edit:?}").contains("hunter2"));
        let ConfigEdit::Profile(_, NewProfile::Mongo { uri, password: PasswordSource::Here(_), .. }) = edit else {
            panic!()
        };
        assert_eq!(uri, "mongodb://me@db.example.org/agents");
        let mut unknown = pane("mongodb://me@db.example.org/agents");
        press(&mut unknown, &[KeyCode::Tab, KeyCode::Tab, KeyCode::Left]);
        assert_eq!(unknown.password, Some(PasswordChoice::Command), "what nobody typed cannot be kept");
    }

    fn typed() -> Screen {
        let mut screen = Screen::start(80, 24);
        screen.press("amongodb://me:hunter2@db:27017/agents\n");
        screen.answer_all();
        assert!(matches!(screen.state.modals.last(), Some(Modal::Profile(_))));
        screen
    }

    /// The change that is asked for as Enter is pressed.
    fn kept(screen: &mut Screen) -> ConfigEdit {
        let effects = screen.state.update(Input::Key(KeyCode::Enter.into()));
        let mut edits = effects.into_iter().filter_map(|effect| match effect {
            Effect::Configure(edit) => Some(*edit),
            _ => None,
        });
        edits.next().unwrap()
    }

    #[test]
    fn what_is_kept_is_known_at_once() {
        let mut screen = typed();
        let edit = kept(&mut screen);
        screen.put(Input::Configured(Box::new(edit), Ok("the profile db is kept".to_owned())));
        assert!(screen.state.modals.is_empty());
        let here = screen.state.workspace.connection.place.clone().unwrap();
        assert!(here.is_profile && here.name == "db" && screen.state.is_place_shown(&screen.state.places[0]));
        assert_eq!(screen.state.places.iter().filter(|place| place.name.starts_with("db")).count(), 1);
        assert!(screen.state.home_name(screen.state.workspace.home).starts_with("db,"));
        screen.press("c\n");
        let connects = screen.asked.iter().any(|command| matches!(command, Command::Connect(..)));
        assert!(!connects && screen.state.modals.is_empty(), "it is open");
    }

    #[test]
    fn what_is_left_while_it_is_being_kept_is_known_once_it_is() {
        let mut screen = typed();
        let edit = kept(&mut screen);
        screen.press("\u{1b}");
        assert!(screen.state.modals.is_empty());
        screen.put(Input::Configured(Box::new(edit), Ok("the profile db is kept".to_owned())));
        let here = screen.state.workspace.connection.place.as_ref().unwrap();
        assert!(here.is_profile && here.name == "db" && screen.state.is_place_shown(&screen.state.places[0]));
    }

    #[test]
    fn what_cannot_be_kept_stays_to_be_put_right() {
        let mut screen = typed();
        screen.press("\u{5}x");
        let edit = kept(&mut screen);
        screen.press("\n");
        screen.put(Input::Configured(Box::new(edit), Err("not kept: there is one already".to_owned())));
        let Some(Modal::Profile(pane)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
        assert_eq!(pane.name.text(), "dbx");
        assert!(pane.problem().is_some_and(|problem| problem.contains("already")));
        assert!(matches!(kept(&mut screen), ConfigEdit::Profile(name, _) if name == "dbx"));
    }
}
