//! The state of the screen: `(state, Input) -> [Effect]`, without I/O and nothing async.

mod actions;
pub mod agreement;
pub mod alerts;
pub mod areas;
pub mod asked_columns;
mod attention;
pub mod bulk;
pub mod changes;
pub mod chosen;
pub mod column_choice;
pub mod column_menu;
pub mod columns;
pub mod commands;
pub mod completion;
pub mod connection;
pub mod conversation;
mod copying;
pub mod deletion;
pub mod editor;
pub mod effect;
pub mod errors;
pub mod event_log;
mod events;
pub mod feedback;
pub mod fleet;
pub mod folding;
pub mod form;
mod forming;
pub mod glow;
pub mod help;
mod input;
pub mod inspector;
pub mod kept_drafts;
mod keys;
pub mod known;
pub mod letters;
mod links;
pub mod list;
pub mod live;
pub mod menu;
pub mod metadata;
pub mod metrics;
pub mod modal;
mod modals;
mod mouse;
pub mod named;
pub mod new_place;
mod newest;
pub mod note;
mod offers;
mod paging;
mod pane_glow;
pub mod password;
pub mod picker;
mod pictures;
mod places;
pub mod profile;
pub mod prompt;
pub mod rating;
pub mod review;
pub mod room;
#[cfg(test)]
pub(crate) mod sample;
pub mod sessions;
mod settling;
pub mod sort_menu;
mod start;
pub mod theme_menu;
pub mod themes;
mod title;
pub mod tree;
pub mod typed_word;
mod typing;
pub mod visits;
mod waiting;
pub mod wake;
pub mod workspace;
pub mod writing;

pub use effect::{Effect, Tickets};
pub use input::Input;
pub use start::Start;

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEventKind};
use jiff::Timestamp;
use ratatui::layout::{Rect, Size};
use uuid::Uuid;

use self::{
    areas::{Areas, Pane},
    connection::Connection,
    menu::Menu,
    modal::Modal,
    newest::Newest,
    workspace::Workspace,
};
use super::render::Look;
use crate::app::{
    config::Ui,
    keymap::Keymap,
    memory::Memory,
    place::{Place, Reveal},
};

/// The whole screen.
pub struct AppState {
    /// How it looks, and what time it is.
    pub look: Look,
    /// Settings.
    pub ui: Ui,
    /// Keys.
    pub keymap: Keymap,
    /// Saved filters by name.
    pub filters: BTreeMap<String, String>,
    /// What opens and seals encrypted metadata.
    pub reveal: Reveal,
    /// Places to choose from.
    pub places: Vec<Place>,
    /// Nothing may be written, wherever.
    only_reads: bool,
    /// What is remembered of how the program is used.
    pub memory: Memory,
    /// Where everything is.
    pub areas: Areas,
    /// The pane that gets the keys.
    pub focus: Pane,
    /// It has the whole body.
    pub zoomed: bool,
    /// What belongs to the connection.
    pub workspace: Workspace,
    /// The other connections that are open.
    others: places::OtherWorkspaces,
    /// Where one was, in whichever of them.
    jumps: visits::JumpList,
    /// What lies over the panes, the topmost last.
    pub modals: Vec<Modal>,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// The last thing said, until the next key.
    pub said: Option<String>,
    /// What is said while the program ends, before anything else.
    pub ending: Option<String>,
    /// The terminal's window is looked at, as far as it tells.
    looked_at: bool,
    /// The terminal shows images.
    shows_images: bool,
    /// The fleet is to be shown once the place is open.
    fleet_start: Option<fleet::FleetStart>,
    size: Size,
    run: Uuid,
    tickets: Tickets,
    newest: Newest,
    /// What was said and errors that were shown, also of other connections.
    errors: errors::ShownErrors,
    alerts: alerts::AlertState,
    /// Forms that were left with something not saved.
    forms: Vec<form::MetadataForm>,
    /// A field that was copied in a form.
    copied_field: Option<form::CopiedField>,
    /// A profile that was left while it was being kept.
    left_profile: Option<Box<profile::ProfilePane>>,
    /// Changes on their way.
    pending: Vec<writing::Pending>,
    /// Feedback that this run gave.
    rated: writing::RatedHere,
    /// The places that were open: what was typed is stored where it was typed for.
    homes: connection::HomePlaces,
    /// Saves of forms of which nobody knows whether they were carried out.
    unsure_saves: Vec<writing::UnsureSave>,
    /// Drafts of runs before.
    offered: kept_drafts::OfferedDrafts,
    /// What is read, and since when nothing was answered.
    silent: Option<(Timestamp, String)>,
}

impl AppState {
    /// The first screen, and what it asks for.
    #[must_use]
    pub fn new(start: Start) -> (Self, Vec<Effect>) {
        let mut state = Self {
            workspace: Workspace::new(&start.ui, Connection::default(), start.open_id),
            others: places::OtherWorkspaces::default(),
            jumps: visits::JumpList::default(),
            mouse: start.ui.mouse,
            look: start.look,
            ui: start.ui,
            keymap: start.keymap,
            filters: start.filters,
            reveal: start.reveal,
            places: start.places,
            only_reads: start.read_only,
            memory: start.memory,
            areas: Areas::default(),
            focus: Pane::Sessions,
            zoomed: false,
            modals: Vec::new(),
            said: None,
            ending: None,
            looked_at: true,
            shows_images: false,
            fleet_start: start.fleet,
            size: start.size,
            run: start.run,
            tickets: Tickets::default(),
            newest: Newest::default(),
            errors: errors::ShownErrors::default(),
            alerts: alerts::AlertState::new(start.alerts),
            forms: Vec::new(),
            copied_field: None,
            left_profile: None,
            pending: Vec::new(),
            rated: writing::RatedHere::default(),
            unsure_saves: Vec::new(),
            homes: connection::HomePlaces::default(),
            offered: kept_drafts::OfferedDrafts::default(),
            silent: None,
        };
        let mut effects = state.settle(false);
        match start.place {
            Some(place) => effects.extend(state.connect(place)),
            None => state.modals.push(Modal::Places(Menu::new(state.places.clone()))),
        }
        state.tell_theme();
        state.tell_missing_keys();
        let effects = state.absorb(effects);
        (state, effects)
    }

    /// Takes in what happened.
    pub fn update(&mut self, input: Input) -> Vec<Effect> {
        let answered = Self::is_answer(&input);
        let is_typed = self.is_typed(&input);
        let mut effects = match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Input::Key(key) => {
                let key = keys::meant(key);
                if let Some(then) = self.after_escape(key) {
                    let mut effects = self.update(Input::Key(KeyCode::Esc.into()));
                    effects.extend(self.update(Input::Key(then)));
                    return effects;
                }
                self.on_key(key)
            }
            Input::Paste(text) => {
                self.on_paste(&text);
                Vec::new()
            }
            Input::Mouse(mouse) => self.on_mouse(mouse),
            Input::Resize(size) => {
                self.size = size;
                Vec::new()
            }
            Input::Task(event) => self.on_event(*event),
            Input::Tick(now) => {
                self.look.now = now;
                self.workspace.conversation.tick(now);
                self.workspace.list.tick(now);
                self.arrange_fleet();
                return Vec::new();
            }
            Input::Outside(left) => self.on_outside(left),
            Input::Drafts(news) => self.on_drafts(news),
            Input::Remembered(sent, kept) => self.on_remembered(&sent, *kept),
            Input::Configured(edit, said) => self.on_configured(&edit, said),
            Input::Folders(listed) => self.on_folders(listed),
            Input::Themes(themes) => self.on_themes(themes),
            Input::NotOpened(why) => {
                self.say_and_keep(why);
                Vec::new()
            }
            Input::Focus(looked_at) => {
                self.on_focus(looked_at);
                Vec::new()
            }
            Input::Background(ground) => self.on_background(ground),
            Input::Images(shows) => self.on_images(shows),
            Input::Picture(news) => self.on_picture(*news),
        };
        effects.extend(self.alert_on_time());
        effects.extend(self.settle(is_typed));
        self.note_silence(answered);
        self.absorb(effects)
    }

    /// Headings, rows and notice of the sessions pane, where it is shown.
    #[must_use]
    pub fn list_parts(&self) -> Option<[Rect; 3]> {
        let list = &self.workspace.list;
        self.areas.inner(Pane::Sessions).map(|inner| areas::list_parts(inner, list.notice_height(inner)))
    }

    /// Keeps what is said for the status line, and notes the questions that are asked.
    fn absorb(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut out = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                Effect::Say(text) => self.said = Some(text),
                Effect::Ask(command) => {
                    self.newest.note(&command);
                    self.show_bulk(&command);
                    out.push(Effect::Ask(command));
                }
                Effect::Copy(text) => {
                    out.push(Effect::Copy(Self::as_copied(&text)));
                }
                other => out.push(other),
            }
        }
        self.note_said();
        out
    }

    /// Whether nothing can be written with the connection in use.
    #[must_use]
    pub fn read_only(&self) -> bool {
        self.workspace.connection.is_read_only()
    }

    fn page(&self, pane: Pane) -> u16 {
        self.areas.inner(pane).map_or(0, |inner| inner.height)
    }

    fn say(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.said = Some(text.into());
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
