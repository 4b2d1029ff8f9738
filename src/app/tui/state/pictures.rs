//! Images: shown where the terminal can.

use super::{AppState, Effect, areas::Pane, conversation::PictureNews};

impl AppState {
    /// The terminal shows images, or none any more. What it was sent before is gone.
    pub(super) fn on_images(&mut self, shows: bool) -> Vec<Effect> {
        if shows || self.shows_images {
            self.shows_images = shows;
            self.workspace.conversation.forget_pictures();
        }
        Vec::new()
    }

    /// An image is ready, or cannot be shown.
    pub(super) fn on_picture(&mut self, news: PictureNews) -> Vec<Effect> {
        self.workspace.conversation.on_picture(news);
        Vec::new()
    }

    /// Asks for the images in view.
    pub(super) fn ask_for_pictures(&mut self) -> Vec<Effect> {
        if !self.shows_images || self.areas.inner(Pane::Conversation).is_none() {
            return Vec::new();
        }
        self.workspace.conversation.ask_for_pictures()
    }
}
