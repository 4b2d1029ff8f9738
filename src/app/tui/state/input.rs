//! What happens to the screen.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Size;

use super::{conversation::PictureNews, kept_drafts::DraftNews, new_place::ListedFolders};
use crate::app::{
    config::{Themes, write::ConfigEdit},
    memory::Memory,
    task::Event,
    tui::render::look::colour::Ground,
};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The mouse.
    Mouse(MouseEvent),
    /// The terminal's size.
    Resize(Size),
    /// The background task.
    Task(Box<Event>),
    /// The clock.
    Tick(Timestamp),
    /// The terminal told what its background is.
    Background(Ground),
    /// The terminal shows images: what it was sent of them before is gone.
    Images(bool),
    /// An image is ready, or cannot be shown.
    Picture(Box<PictureNews>),
    /// The terminal's window is looked at, or is not any more.
    Focus(bool),
    /// The editor of the environment ended: the text that it left, or why there is none.
    Outside(Result<String, String>),
    /// The file of settings was changed in that way: what is said of it, or why it was not.
    Configured(Box<ConfigEdit>, Result<String, String>),
    /// A link could not be opened after all: why, as safe text.
    NotOpened(String),
    /// Folders whose path begins as it was typed.
    Folders(ListedFolders),
    /// The themes that there are by now.
    Themes(Themes),
    /// That was kept of what is remembered, and this stands there by then: other programs put in more.
    Remembered(Box<Memory>, Box<Memory>),
    /// The files of drafts.
    Drafts(DraftNews),
}
