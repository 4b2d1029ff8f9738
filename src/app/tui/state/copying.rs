//! What can be copied of what is selected, and what is said of a copy: of what it is and how much.

mod offered;
mod shell;

use super::{AppState, Effect, areas::Pane, modal::Modal};
use crate::app::text;

impl AppState {
    /// A text as it may leave for the clipboard, and what is said of it.
    pub(super) fn copied(&self, stored: &str) -> (String, String) {
        let safe = text::copied(stored).into_owned();
        let says = copy_says(stored, &safe, &self.copy_subject());
        (safe, says)
    }

    /// Copies a text that was chosen by name.
    pub(super) fn copy_as(text: String, what: &str) -> Vec<Effect> {
        let says = copy_says(&text, &text::copied(&text), what);
        vec![Effect::Copy(text), Effect::Say(says)]
    }

    /// What is copied where the focus is.
    fn copy_subject(&self) -> String {
        let workspace = &self.workspace;
        match self.modals.last() {
            Some(Modal::Inspector(inspector)) => return format!("from {}", inspector.tab().name),
            Some(Modal::Note(note)) => return format!("the text on {}", text::line(&note.title)),
            _ => {}
        }
        let session = workspace.conversation.session();
        match self.focus {
            Pane::Sessions => "the id".to_owned(),
            Pane::Conversation => {
                let message = workspace.conversation.selected().map(|(_, message)| message.index);
                message.map_or_else(|| "a message".to_owned(), |index| format!("message {index}"))
            }
            Pane::Metrics => "the figure".to_owned(),
            Pane::Metadata => {
                let place = workspace.metadata.place(session);
                place.map_or_else(|| "a value".to_owned(), |key| format!("what {} holds", text::line(&key)))
            }
            Pane::Feedback => "the comment".to_owned(),
        }
    }
}

fn copy_says(stored: &str, safe: &str, what: &str) -> String {
    let count = safe.chars().count();
    let letters = if count == 1 { "character" } else { "characters" };
    let marks =
        if safe == stored.replace("\r\n", "\n") { "" } else { "; what could act where it is pasted became marks" };
    format!("copied {what}: {count} {letters}{marks}")
}
