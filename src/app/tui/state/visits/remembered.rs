//! What is remembered of sessions: which a person keeps, which were open.

use crate::{
    app::{
        config::filters,
        keymap::Action,
        memory::{Memory, RememberedSession},
        task::command::Lane,
        text,
        tui::state::{AppState, Effect, connection::HomePlace, named::ChosenSession, prompt::TypedMistake},
    },
    repository::{Error, Filter},
    session::SessionKey,
};

impl AppState {
    /// Has what is remembered kept. Whoever changes [`AppState::memory`] gives this.
    pub(in crate::app::tui::state) fn remember(&self) -> Effect {
        let mut memory = self.memory.clone();
        // The samples end with the program.
        memory.recent.retain(|session| !self.homes.is_of_samples(&session.store));
        Effect::Remember(Box::new(memory))
    }

    /// `sent` was kept, and other programs put in what makes it `kept`: it is known here too. Panes stay as large as they are.
    pub(in crate::app::tui::state) fn on_remembered(&mut self, sent: &Memory, kept: Memory) -> Vec<Effect> {
        let merged = Memory { room: self.memory.room, ..self.memory.merged(sent, kept) };
        if merged == self.memory {
            return Vec::new();
        }
        self.memory = merged;
        self.show_new_remembered();
        vec![self.remember()]
    }

    /// A session of the place that is open, as it is remembered.
    fn as_remembered(&self, session: &ChosenSession) -> Option<RememberedSession> {
        let here = self.workspace.home.and_then(|home| self.homes.lasting(home))?;
        Some(RememberedSession {
            store: here.identity.clone(),
            location: here.location.clone(),
            place: here.name.clone(),
            id: session.key.canonical().to_owned(),
            name: session.name.clone(),
            at: Some(self.look.now),
        })
    }

    /// What tells the store that is open from every other.
    pub(super) fn store_here(&self) -> Option<&str> {
        self.store_of(self.workspace.home)
    }

    /// The same of any connection.
    pub(in crate::app::tui::state) fn store_of(&self, home: Option<HomePlace>) -> Option<&str> {
        let place = home.and_then(|home| self.homes.lasting(home))?;
        Some(&place.identity)
    }

    /// Whether a session of the place that is open is among the bookmarks.
    #[must_use]
    pub fn is_bookmarked(&self, key: &SessionKey) -> bool {
        let Some(store) = self.store_here().filter(|_| !self.memory.bookmarks.is_empty()) else { return false };
        self.memory.bookmarks.iter().any(|kept| kept.id == key.canonical() && kept.store == store)
    }

    /// Keeps the chosen session among the bookmarks, or not any more.
    pub(in crate::app::tui::state) fn turn_bookmark(&mut self) -> Vec<Effect> {
        let Some(session) = self.chosen() else { return self.say("choose a session first") };
        let Some(kept) = self.as_remembered(&session) else { return self.say("choose a connection first") };
        self.turn_kept(kept)
    }

    /// The same of a session wherever it is.
    pub(super) fn turn_kept(&mut self, kept: RememberedSession) -> Vec<Effect> {
        let name = text::line(&kept.name).into_owned();
        let says = if self.memory.bookmark(RememberedSession { at: Some(self.look.now), ..kept }) {
            self.with_key(&format!("{name} is bookmarked; all of them"), Action::Bookmarks)
        } else {
            format!("{name} is no bookmark any more")
        };
        self.said = Some(says);
        vec![self.remember()]
    }

    /// A session is open now.
    pub(super) fn note_recent(&mut self, session: &ChosenSession) -> Vec<Effect> {
        let Some(opened) = self.as_remembered(session) else { return Vec::new() };
        self.memory.note_recent(opened);
        vec![self.remember()]
    }

    /// What is said where a bookmarked session is not there any more.
    pub(in crate::app::tui::state) fn says_of_missing(&self, lane: Lane, error: &Error) -> Option<String> {
        if lane != Lane::Open || !matches!(error, Error::NotFound { .. }) {
            return None;
        }
        let (key, store) = self.workspace.conversation.key().zip(self.store_here())?;
        let is_it = |kept: &&RememberedSession| kept.id == key.canonical() && kept.store == store;
        let name = text::line(&self.memory.bookmarks.iter().find(is_it)?.name);
        let keys = self.keymap.label(Action::Bookmarks).zip(self.keymap.label(Action::Bookmark));
        let way = match keys {
            Some((bookmarks, bookmark)) => format!("among the bookmarks ({bookmarks}) {bookmark} takes it off"),
            None => "it is still bookmarked".to_owned(),
        };
        Some(format!("{name} is not there any more; {way}"))
    }

    /// A filter of the command line, with the sessions of this place in it where it names a list of them.
    ///
    /// # Errors
    /// A list that is empty here, or that there is not.
    pub(in crate::app::tui::state) fn with_lists(&self, filter: Filter) -> Result<Filter, TypedMistake> {
        if filters::names_list(&filter.source) { self.read_filter(&filter.source) } else { Ok(filter) }
    }

    /// A list of bookmarks that is read again holds those of by now. `None`: it is the same, or another one.
    pub(in crate::app::tui::state) fn renew_remembered(&mut self) -> Option<Vec<Effect>> {
        let source = self.workspace.list.filter.source.clone();
        let names_list = filters::expand(&self.filters, &source).is_ok_and(|text| filters::names_list(&text));
        if !names_list || !self.workspace.connection.is_open() {
            return None;
        }
        match self.read_filter(&source) {
            Ok(filter) if filter.terms == self.workspace.list.filter.terms => None,
            Ok(filter) => Some(self.list_matching(filter)),
            Err(mistake) => {
                self.said = Some(mistake.problem);
                None
            }
        }
    }

    /// The ids of the sessions of this place that `in:@NAME` stands for, as a person would type them. `None`: there is no such list.
    pub(in crate::app::tui::state) fn remembered_ids(&self, name: &str) -> Option<Vec<String>> {
        self.memory.ids(name, self.store_here().unwrap_or_default())
    }
}
