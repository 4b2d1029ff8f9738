//! What is selected, in the pager of the environment: a message, a value, a text over the panes.

use super::{
    AppState, Effect, areas::Pane, feedback, inspector::body::Body, metadata, metrics::Data, modal::Modal, note::Note,
    tree,
};
use crate::{app::text, session::plain};

impl AppState {
    /// Shows it, or says why there is nothing to show.
    pub(super) fn show_in_pager(&mut self) -> Vec<Effect> {
        match self.text_to_page() {
            Some(stored) if !stored.is_empty() => vec![Effect::Page(text::copied(&stored).into_owned())],
            _ if self.modals.is_empty() && self.focus == Pane::Sessions => {
                self.say("open a session first: its messages and values are shown in the pager")
            }
            _ => self.say("there is nothing here for the pager"),
        }
    }

    /// The text of what is selected, as stored.
    fn text_to_page(&self) -> Option<String> {
        match self.modals.last() {
            Some(Modal::Inspector(inspector)) => return of_body(&inspector.tab().body),
            Some(Modal::Note(note)) => return Some(note.plain()),
            _ => {}
        }
        let workspace = &self.workspace;
        let session = workspace.conversation.session();
        match self.focus {
            Pane::Sessions => None,
            Pane::Conversation => workspace.conversation.selected().map(|(_, message)| plain::text_of(message)),
            Pane::Metrics => {
                let figures = workspace.metrics.explain(Data::of(&workspace.conversation));
                Note::explained(figures).map(|note| note.plain())
            }
            Pane::Metadata => {
                let rows = workspace.metadata.rows(session);
                rows.get(workspace.metadata.tree.selection.at(rows.len())).map(metadata::text)
            }
            Pane::Feedback => {
                let shown = feedback::newest_first(session);
                let chosen = shown.get(workspace.feedback.selection.at(shown.len()));
                chosen.and_then(|(_, given)| given.comment.clone())
            }
        }
    }
}

fn of_body(body: &Body) -> Option<String> {
    match body {
        Body::Tree { root, .. } => Some(plain::pretty(&tree::without_secrets(root))),
        Body::Text { text, .. } => Some(text.clone()),
        Body::Items { items, .. } => {
            let item = |item: &super::inspector::body::Item| format!("{}\n{}\n", item.label, item.text);
            Some(items.iter().map(item).collect::<Vec<_>>().join("\n"))
        }
        Body::Nothing(_) | Body::Waiting | Body::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::state::{Input, sample::Screen};
    use crossterm::event::{KeyCode, KeyEvent};

    fn paged(screen: &mut Screen) -> Option<String> {
        let effects = screen.state.update(Input::Key(KeyEvent::from(KeyCode::Char('P'))));
        effects.into_iter().find_map(|effect| match effect {
            Effect::Page(text) => Some(text),
            _ => None,
        })
    }

    #[test]
    fn what_is_selected_is_shown_and_where_there_is_nothing_that_is_said() {
        let mut screen = Screen::listed(120, 40);
        assert_eq!(paged(&mut screen), None);
        assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("open a session first")));
        let mut screen = Screen::writable(120, 40);
        assert!(paged(&mut screen).is_some_and(|text| !text.is_empty()), "the value of a field");
        screen.press("2");
        let message = screen.state.workspace.conversation.selected().map(|(_, message)| plain::text_of(message));
        assert_eq!(paged(&mut screen), message.map(|message| text::copied(&message).into_owned()));
    }

    #[test]
    fn what_lies_over_the_panes_is_shown_and_stays_there() {
        let mut screen = Screen::writable(120, 40);
        screen.press("2i");
        screen.answer_all();
        assert!(matches!(screen.state.modals.last(), Some(Modal::Inspector(_))));
        assert!(paged(&mut screen).is_some());
        assert!(matches!(screen.state.modals.last(), Some(Modal::Inspector(_))));
    }
}
