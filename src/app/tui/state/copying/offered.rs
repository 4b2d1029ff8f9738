//! The box of `y`: a letter, a name and the beginning of each thing that can be copied here; what cannot is not offered.

use super::{
    super::{
        AppState, Effect,
        areas::Pane,
        connection::Stage,
        feedback,
        letters::{LetterBox, LetterDoes, LetterItem},
        metadata,
        metrics::Data,
        tree,
    },
    shell,
};
use crate::{
    app::{json, keymap::Action, place, text, told},
    session::{Details, SessionKey, Summary, id::spelled, plain},
};

/// Blocks of code that have a number of their own.
const NUMBERED: &str = "123456789";

/// Things to copy, as they are offered.
#[derive(Default)]
pub(super) struct CopyOffers(pub(super) Vec<LetterItem>);

impl CopyOffers {
    pub(super) fn put(&mut self, key: char, name: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            let shows = LetterItem::beginning(&text).to_owned();
            self.0.push(LetterItem::new(key, name, shows, LetterDoes::Copy(text)));
        }
    }
}

impl AppState {
    /// Offers what can be copied of what is selected.
    pub(in crate::app::tui::state) fn offer_copies(&mut self) -> Vec<Effect> {
        let mut offers = CopyOffers::default();
        match self.focus {
            Pane::Sessions => self.of_row(&mut offers),
            Pane::Conversation => self.of_message(&mut offers),
            Pane::Metrics => {
                let taken = self.workspace.metrics.on_action(Action::Copy, Data::of(&self.workspace.conversation));
                offers.put('f', "the figure", copied_text(taken));
            }
            Pane::Metadata => self.of_field(&mut offers),
            Pane::Feedback => self.of_feedback(&mut offers),
        }
        if self.focus != Pane::Sessions {
            let name = self.workspace.conversation.name().unwrap_or_default();
            offers.put('i', "the session's id", name);
        }
        if let Some(chosen) = self.chosen() {
            self.of_session(&chosen.key, &mut offers);
        }
        self.offer_box(offers)
    }

    /// The ways to a session from elsewhere.
    pub(super) fn of_session(&self, key: &SessionKey, offers: &mut CopyOffers) {
        offers.put('o', "the command that opens it", self.open_command(key).unwrap_or_default());
        offers.put('q', "a mongosh query of it", self.query(key).unwrap_or_default());
    }

    /// Lets a person choose; a single thing is copied at once.
    pub(super) fn offer_box(&mut self, offers: CopyOffers) -> Vec<Effect> {
        if offers.0.is_empty() {
            return self.say("nothing to copy");
        }
        let is_one = offers.0.len() == 1;
        let effects = self.offer_letters(LetterBox::new("Copy", offers.0, Action::Copy));
        if is_one { self.choose_letter(0) } else { effects }
    }

    fn of_row(&self, offers: &mut CopyOffers) {
        let list = &self.workspace.list;
        let Some(row) = list.selected_row() else { return };
        let (id, details) = (list.called(row), list.details(row));
        offers.put('i', "the id", id);
        if row.name() != id {
            offers.put('n', "the name", row.name());
        }
        let usage = details.and_then(|details| details.usage.as_ref());
        offers.put('r', "the row, tab by tab", tab_separated(id, row, details));
        offers.put('j', "the row as JSON", json::line(&json::row(row, details, usage)));
    }

    fn of_message(&mut self, offers: &mut CopyOffers) {
        let Some(copies) = self.workspace.conversation.copies() else { return };
        let of = format!("of message {}", copies.index);
        offers.put('t', &format!("the text {of}"), copies.text);
        offers.put('m', &format!("Markdown {of}"), copies.markdown);
        offers.put('j', &format!("JSON {of}"), copies.json.unwrap_or_default());
        if let Some(tool) = copies.tool {
            offers.put('u', "the tool's input", tool.input.unwrap_or_default());
            offers.put('r', "the tool's result", tool.result.unwrap_or_default());
        }
        // The one that the cursor is on, or the only one, has the letter.
        let near = copies.code_at_cursor.or((copies.codes.len() == 1).then_some(0));
        if let Some(code) = near.and_then(|near| copies.codes.get(near)) {
            offers.put('c', "the code block", code.as_str());
        }
        if copies.codes.len() > 1 {
            for (number, code) in NUMBERED.chars().zip(&copies.codes) {
                offers.put(number, &format!("code block {number}"), code.as_str());
            }
        }
    }

    fn of_field(&self, offers: &mut CopyOffers) {
        let session = self.workspace.conversation.session();
        let pane = &self.workspace.metadata;
        let rows = pane.rows(session);
        let Some(row) = rows.get(pane.tree.selection.at(rows.len())) else { return };
        let path = pane.place(session).unwrap_or_default();
        let value = metadata::text(row);
        if !row.secret() {
            offers.put('v', &format!("what {} holds", text::line(&path)), value);
        }
        if let tree::Key::Name(name) = row.key {
            offers.put('k', "the key", name);
        }
        if !path.is_empty() {
            offers.put('p', "the path", format!("metadata.{path}"));
        }
        if !row.secret() {
            offers.put('j', "the value as JSON", plain::pretty(&tree::without_secrets(row.value)));
        }
    }

    fn of_feedback(&self, offers: &mut CopyOffers) {
        let shown = feedback::newest_first(self.workspace.conversation.session());
        let Some((_, given)) = shown.get(self.workspace.feedback.selection.at(shown.len())) else { return };
        offers.put('c', "the comment", given.comment.as_deref().unwrap_or_default());
        offers.put('j', "the feedback as JSON", plain::pretty(&given.raw.bson()));
    }

    /// The command line that opens a session as it is open here, quoted for a shell. It holds no password.
    fn open_command(&self, key: &SessionKey) -> Option<String> {
        let (place, location) = self.open_place()?;
        let mut words = vec!["strandscope".to_owned(), "open".to_owned()];
        words.extend(place.arguments(location)?);
        let mongo = if place.origin.is_mongo() { place::namespace(location) } else { None };
        if let Some((database, collection)) = mongo.filter(|_| place.is_profile && self.is_chosen_there(&place.name)) {
            words.extend(place::namespace_words(database, collection));
        }
        let id = spelled(key.exact()).into_owned();
        if id.starts_with('-') {
            words.push("--".to_owned());
        }
        words.push(id);
        // A word that cannot be shown as it is could not be typed either.
        let is_plain = words.iter().all(|word| text::line(word) == *word);
        is_plain.then(|| words.iter().map(|word| told::shell_word(word)).collect::<Vec<_>>().join(" "))
    }

    /// Whether a profile leaves open which collection is meant.
    fn is_chosen_there(&self, profile: &str) -> bool {
        let known = self.places.iter().find(|place| place.is_profile && place.name == profile);
        known.is_some_and(|place| !place.origin.names_collection())
    }

    fn query(&self, key: &SessionKey) -> Option<String> {
        let (place, location) = self.open_place()?;
        let (database, collection) = place::namespace(location).filter(|_| place.origin.is_mongo())?;
        Some(shell::find_one(database, collection, key.bson()))
    }

    fn open_place(&self) -> Option<(&place::Place, &str)> {
        let connection = &self.workspace.connection;
        let Stage::Open(location) = &connection.stage else { return None };
        Some((connection.place.as_ref()?, location))
    }
}

/// The text that a pane would have copied.
fn copied_text(taken: Option<Vec<Effect>>) -> String {
    let text = taken.unwrap_or_default().into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    text.unwrap_or_default()
}

/// A row of the list for a spreadsheet: id, application, type, created, updated, messages, tokens. What is unknown is empty.
fn tab_separated(id: &str, row: &Summary, details: Option<&Details>) -> String {
    let date = |at: Option<crate::session::StoredDate>| at.map(|at| at.to_string()).unwrap_or_default();
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let tokens = details.and_then(|details| details.usage).and_then(crate::session::Usage::total_tokens);
    let cells = [
        id.to_owned(),
        row.application_name.clone().unwrap_or_default(),
        row.session_type.clone().unwrap_or_default(),
        date(row.created_at),
        date(row.updated_at),
        number(details.map(|details| details.messages)),
        number(tokens),
    ];
    tab_by_tab(&cells)
}

/// Cells of a row for a spreadsheet; what would end a cell becomes a mark.
pub(super) fn tab_by_tab(cells: &[String]) -> String {
    cells.iter().map(|cell| text::line(cell).into_owned()).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests;
