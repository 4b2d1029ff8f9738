//! What is typed becomes a place that is opened.

use crossterm::event::KeyEvent;

use secrecy::{ExposeSecret, SecretString};

use super::{ListedFolders, NewPlacePane};
use crate::{
    app::{
        config::typed_place,
        place::{Origin, Place, SecretSource},
        tui::state::{
            AppState, Effect,
            completion::Completion,
            connection::Stage,
            modal::Modal,
            prompt::TypedMistake,
            typed_word::{TypedWord, WordKey},
        },
    },
    repository::Target,
};

impl AppState {
    /// Asks for a place. One that was typed and could not be opened is there, to be put right or typed over.
    pub(in super::super) fn type_place(&mut self) -> Vec<Effect> {
        let failed = matches!(self.workspace.connection.stage, Stage::Failed(_)) && self.workspace.typed_place;
        let tried = self.workspace.connection.place.as_ref().filter(|_| failed);
        let typed = tried.and_then(|place| as_typed(&place.origin)).unwrap_or_default();
        let typed = TypedWord::suggested(typed.expose_secret());
        self.modals.push(Modal::NewPlace(Box::new(NewPlacePane { typed, ..NewPlacePane::default() })));
        Vec::new()
    }

    /// Asks for a place that was pasted where one is chosen.
    pub(in super::super) fn type_place_from(&mut self, pasted: &str) {
        let mut pane = NewPlacePane::default();
        pane.paste(pasted);
        self.modals.push(Modal::NewPlace(Box::new(pane)));
    }

    /// A key while a place is typed.
    pub(in super::super) fn on_new_place_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::NewPlace(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.typed.on_key(key) {
            WordKey::Taken => pane.folders.clear(),
            WordKey::Complete if pane.typed.text().contains("://") => {
                pane.typed.problem = Some("only folders are completed".to_owned());
            }
            WordKey::Complete => {
                let typed = pane.typed.text();
                pane.asked = Some(typed.clone());
                return vec![Effect::ListFolders(typed)];
            }
            WordKey::Enter => match typed_place(&pane.typed.text()) {
                Ok(place) => return self.connect_typed(place),
                Err(why) => pane.typed.problem = Some(why),
            },
            WordKey::Leave => return self.close_modal(),
        }
        Vec::new()
    }

    pub(in super::super) fn on_folders(&mut self, listed: ListedFolders) -> Vec<Effect> {
        if let Some(Modal::NewPlace(pane)) = self.modals.last_mut() {
            pane.take_folders(listed);
        }
        Vec::new()
    }

    /// Opens what was typed. It can be chosen again for as long as the program runs.
    fn connect_typed(&mut self, mut place: Place) -> Vec<Effect> {
        place.read_only |= self.only_reads;
        if !self.places.iter().any(|known| known.name == place.name && known.origin.is_same(&place.origin)) {
            self.places.insert(0, place.clone());
        }
        self.close_start_screen();
        if self.is_place_shown(&place) && !self.workspace.was_chosen(&place) {
            return self.say("it is open");
        }
        if let Some(effects) = self.show_open_at(&place, None) {
            return effects;
        }
        let effects = self.connect(place);
        self.workspace.typed_place = true;
        effects
    }

    /// `:connect`: a place by its name, else one that is typed.
    ///
    /// # Errors
    /// What is neither.
    pub(in super::super) fn run_connect(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        let name = words.trim();
        if let Some(place) = self.places.iter().find(|place| place.name == name).cloned() {
            return Ok(if self.is_place_shown(&place) { self.say("it is open") } else { self.go_to_place(place) });
        }
        match typed_place(name) {
            Ok(place) => Ok(self.connect_typed(place)),
            Err(problem) => Err(TypedMistake { span: 0..words.len(), problem }),
        }
    }

    /// What may follow `:connect`.
    pub(in super::super) fn complete_connect(&self, words: &str) -> Vec<Completion> {
        let typed = words.trim_start();
        let fitting = self.places.iter().filter(|place| place.name.starts_with(typed));
        let help = |place: &Place| place.whereabouts().unwrap_or_else(|| place.kind().to_owned());
        fitting.map(|place| Completion { text: place.name.clone(), help: help(place) }).collect()
    }
}

/// A place as it would be typed again.
fn as_typed(origin: &Origin) -> Option<SecretString> {
    match origin {
        Origin::Target(Target::Mongo { uri, .. }) => Some(uri.clone()),
        Origin::Target(Target::Folder(path)) => Some(path.display().to_string().into()),
        Origin::Kept(kept) => match &kept.uri {
            SecretSource::Value(uri) => Some(uri.clone()),
            SecretSource::File(_) | SecretSource::Command(_) | SecretSource::Environment(_) => None,
        },
        Origin::Demo => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            task::{Command, Event, command::Lane},
            tui::state::{Input, sample::Screen},
        },
        repository::Error,
    };

    #[test]
    fn what_could_not_be_opened_is_put_right_and_still_offered_to_be_kept() {
        let mut screen = Screen::start(80, 24);
        screen.put(Input::Paste("mongodb://me:hunter2@bd:27017/agents\n".to_owned()));
        assert_eq!(shown(&screen), "mongodb://me:*******@bd:27017/agents", "pasted where a place is chosen");
        for tried in 0..3 {
            screen.press(if tried == 0 { "\n" } else { "r" });
            let Some(Command::Connect(ticket, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
            let error = Error::unreachable("bd:27017", "no such host");
            screen.tell(Event::Failed { ticket, lane: Lane::Connection, error });
        }
        screen.press("a");
        assert_eq!(shown(&screen), "mongodb://me:*******@bd:27017/agents");
        let Some(Modal::NewPlace(pane)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
        assert_eq!(pane.shown().area().selection_range(), Some(((0, 0), (0, 36))), "also where it is masked");
        screen.press("/data");
        assert_eq!(shown(&screen), "/data", "the first character stands in its place");
        screen.press("\u{1b}r");
        screen.answer_all();
        assert!(matches!(screen.state.modals.last(), Some(Modal::Profile(_))), "{:?}", screen.state.modals);
    }

    fn shown(screen: &Screen) -> String {
        let Some(Modal::NewPlace(pane)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
        pane.shown().text()
    }

    #[test]
    fn a_connection_string_is_typed_unseen_where_it_is_secret_and_opened() {
        let mut screen = Screen::start(80, 24);
        screen.press("ahttp://x\n");
        assert_eq!(shown(&screen), "http://x", "it stays to be put right");
        for _ in 0..8 {
            screen.put(Input::Key(crossterm::event::KeyCode::Backspace.into()));
        }
        screen.press("mongodb://me:hunter2");
        assert_eq!(shown(&screen), "mongodb://me:*******");
        screen.press("@db:27017/agents");
        assert_eq!(shown(&screen), "mongodb://me:*******@db:27017/agents");
        assert!(!format!("{:?}", screen.state.modals).contains("hunter2"));
        screen.press("\n");
        let Some(Command::Connect(_, place)) = screen.asked.back() else { panic!("{:?}", screen.asked) };
        assert_eq!(place.name, "db:27017");
        assert!(
            matches!(&place.origin, Origin::Target(Target::Mongo { database: Some(name), .. }) if name == "agents")
        );
        assert_eq!(screen.state.places[0].name, "db:27017");
        screen.answer_all();
        assert!(matches!(screen.state.modals.last(), Some(Modal::Profile(_))), "it is offered to be kept");
    }

    #[test]
    fn what_is_open_is_not_opened_again_as_it_is_typed_again() {
        let mut screen = Screen::start(80, 24);
        screen.press("amongodb://db:27017/agents\n");
        screen.answer_all();
        let ticket = screen.state.workspace.ticket;
        screen.press("\u{1b}:connect mongodb://db:27017/agents\n");
        assert_eq!(screen.state.said.as_deref(), Some("it is open"));
        assert!(!screen.asked.iter().any(|command| matches!(command, Command::Connect(..))));
        screen.press(":connect mongodb://other:27017/agents\n");
        screen.answer_all();
        screen.press("\u{1b}camongodb://db:27017/agents\n");
        screen.answer_all();
        assert_eq!((screen.state.workspace.ticket, screen.state.connection_number()), (ticket, Some((1, 2))));
    }

    #[test]
    fn folders_are_completed_as_far_as_they_are_the_same() {
        let mut screen = Screen::start(80, 24);
        screen.press("a/da\t");
        let listed = |typed: &str, found: &[&str]| {
            Input::Folders(ListedFolders {
                typed: typed.to_owned(),
                found: Ok(found.iter().map(|path| (*path).to_owned()).collect()),
            })
        };
        screen.put(listed("/d", &["/dev"]));
        assert_eq!(shown(&screen), "/da", "that was asked before");
        screen.put(listed("/da", &["/data-ä", "/data-äb", "/data-äc"]));
        assert_eq!(shown(&screen), "/data-ä");
        screen.press("b\t");
        screen.put(listed("/data-äb", &["/data-äb"]));
        assert_eq!(shown(&screen), "/data-äb/");
        screen.press("\t");
        screen.put(listed("/data-äb/", &[]));
        assert_eq!(shown(&screen), "/data-äb/");
        screen.press("\u{1b}aru\t");
        screen.put(listed("ru", &["runs:today"]));
        assert_eq!(shown(&screen), "./runs:today/", "it would be taken for a host");
        screen.press("\u{1b}\u{1b}");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))) && !screen.left);
    }
}
