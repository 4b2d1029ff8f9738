//! What an update asks of the world outside.

use super::{conversation::PictureOrder, kept_drafts::DraftOrder};
use crate::app::{
    alert::Alert,
    config::{Themes, write::ConfigEdit},
    memory::Memory,
    task::{Command, Ticket},
};

/// Something the loop does for the state.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the background task.
    Ask(Command),
    /// Copy a text to the clipboard (OSC 52).
    Copy(String),
    /// Capture the mouse, or not.
    Mouse(bool),
    /// Ring the terminal's bell.
    Bell,
    /// Have the terminal show a notification (OSC 9); stored text, made safe where it is written.
    Notify(String),
    /// Have the webhook of that name tell of an alert.
    Deliver(String, Box<Alert>),
    /// Say something on the status line (safe text is made by the view).
    Say(String),
    /// Have a text edited by the editor of the environment, in a file whose name ends so: `.json`, `.txt`.
    EditOutside(String, &'static str),
    /// Show a text, made safe, in the pager of the environment.
    Page(String),
    /// Do something with the file of a draft of a run before.
    Draft(DraftOrder),
    /// Remember how the program is used, beyond this run.
    Remember(Box<Memory>),
    /// Change the file of settings; answered by `Input::Configured`.
    Configure(Box<ConfigEdit>),
    /// List the folders whose path begins as it was typed; answered by `Input::Folders`.
    ListFolders(String),
    /// Read these themes from the disk once more; answered by `Input::Themes`.
    ReadThemes(Themes),
    /// Make an image ready to be shown; answered by `Input::Picture`.
    Picture(Box<PictureOrder>),
    /// Open a link with what the platform opens links with; where that fails later, answered by `Input::NotOpened`.
    OpenLink(String),
    /// Leave.
    Quit,
}

/// Hands out tickets: each is newer than all before it.
#[derive(Debug, Clone, Default)]
pub struct Tickets(u64);

impl Tickets {
    /// The next ticket.
    pub fn take(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}
