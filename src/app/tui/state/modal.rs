//! What lies over the panes and takes all input until it is closed.

use super::{
    agreement::Agreement, bulk::BulkPane, changes::ChangeList, column_choice::ColumnChoice, deletion::DeletionPane,
    editor::Editor, event_log::LoggedEvent, form::MetadataForm, help::pane::HelpPane, inspector::Inspector,
    kept_drafts::DraftMenu, letters::LetterBox, menu::Menu, new_place::NewPlacePane, note::Note,
    password::PasswordPane, profile::ProfilePane, prompt::Prompt, theme_menu::ThemeMenu, visits::RememberedKind,
};
use crate::{
    app::{config::Column, fleet::FleetColumn, memory::RememberedSession, place::Place},
    repository::Candidate,
    session::Summary,
};

/// Something over the panes.
#[derive(Debug)]
pub enum Modal {
    /// The keys.
    Help(HelpPane),
    /// A line to type into.
    Prompt(Box<Prompt>),
    /// Connections, also the start screen.
    Places(Menu<Place>),
    /// Collections that look like sessions.
    Collections(Menu<Candidate>),
    /// Sessions that an id may mean.
    Sessions(Menu<Summary>),
    /// Sessions that are remembered: bookmarks, those that were open lately.
    Remembered(RememberedKind, Menu<RememberedSession>),
    /// What happened since the start.
    Events(Menu<LoggedEvent>),
    /// All sessions at work or changed lately; what they are is kept with the connection.
    Fleet,
    /// Columns to sort them by.
    FleetColumns(Menu<FleetColumn>),
    /// How it looks.
    Themes(Box<ThemeMenu>),
    /// Columns to sort the sessions by.
    SortBy(Menu<Column>),
    /// Columns of the list.
    Columns(Menu<ColumnChoice>),
    /// The inspector.
    Inspector(Box<Inspector>),
    /// A text: what a number means, what was said in full.
    Note(Box<Note>),
    /// Something being edited that will be stored.
    Editor(Box<Editor>),
    /// A question with y or n.
    Confirm(Box<Confirm>),
    /// The form on a session's metadata.
    Form(Box<MetadataForm>),
    /// Its changes before they are saved, and what stands against them.
    Changes(Box<ChangeList>),
    /// Changes of many sessions.
    Bulk(Box<BulkPane>),
    /// Sessions that are to be deleted.
    Deletion(Box<DeletionPane>),
    /// A write that waits for the words of its place.
    Agreement(Box<Agreement>),
    /// Drafts of a run before.
    Drafts(Box<DraftMenu>),
    /// A place that is typed, to be opened.
    NewPlace(Box<NewPlacePane>),
    /// A password that is typed.
    Password(Box<PasswordPane>),
    /// A place that is to be kept as a profile.
    Profile(Box<ProfilePane>),
    /// What a letter chooses: what to copy, where to go, which link to open.
    Letters(Box<LetterBox>),
}

impl Modal {
    /// Whether it takes keys as they are typed, and no actions.
    #[must_use]
    pub fn takes_keys(&self) -> bool {
        if let Self::Form(form) = self {
            return form.is_typing();
        }
        matches!(
            self,
            Self::Prompt(_)
                | Self::Editor(_)
                | Self::Confirm(_)
                | Self::Changes(_)
                | Self::Bulk(_)
                | Self::Deletion(_)
                | Self::Agreement(_)
                | Self::Drafts(_)
                | Self::NewPlace(_)
                | Self::Password(_)
                | Self::Profile(_)
                | Self::Letters(_)
        )
    }

    /// Whether words are typed there.
    pub(super) fn is_typed_in(&self) -> bool {
        match self {
            Self::Form(form) => form.is_typing(),
            Self::Bulk(pane) => pane.is_typing(),
            _ => matches!(
                self,
                Self::Editor(_)
                    | Self::Prompt(_)
                    | Self::Agreement(_)
                    | Self::Deletion(_)
                    | Self::NewPlace(_)
                    | Self::Password(_)
                    | Self::Profile(_)
            ),
        }
    }

    /// Whether it is drawn over the whole body.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        matches!(self, Self::Form(_) | Self::Fleet | Self::Inspector(_))
    }
}

/// A question that is answered with y or n.
#[derive(Debug, Clone, PartialEq)]
pub enum Confirm {
    /// Quit, though something typed is not stored, or is on its way.
    Quit,
}
