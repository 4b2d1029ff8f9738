//! Changes on their way: what is said of them, and what is asked before the program is left. Nothing is called done before it is.

use bson::Bson;
use jiff::Timestamp;

use super::super::{AppState, Effect, connection::HomePlace, editor::Editor, form::MetadataForm, modal::Modal};
use crate::{
    app::{
        task::{Ticket, WriteOrder},
        text,
        tui::render::format,
        writes::{TurnProgress, UndoScope, Write},
    },
    session::SessionKey,
};

/// A change or a read without an answer for so many seconds is said to be without one.
pub(in super::super) const SLOW_S: i64 = 2;
/// What is said of it, before the seconds.
pub(in super::super) const NO_ANSWER: &str = "no answer for";

/// What is said of a change that was sent and not answered.
pub const MAY_BE_DONE: &str = "it may still be carried out: look before doing it again";

/// Fields that are named of a change of several.
const NAMED: usize = 3;

/// A change that is on its way.
#[derive(Debug)]
pub struct Pending {
    pub(super) ticket: Ticket,
    pub(super) order: Box<WriteOrder>,
    /// The place it was ordered for.
    pub(super) home: Option<HomePlace>,
    /// What a person knows the session by, as stored.
    pub(super) name: String,
    /// When it was ordered, or was last heard of.
    pub(super) since: Timestamp,
    /// How far it is, of a change of several sessions that is taken back or made again.
    pub(super) turned: Option<TurnProgress>,
    /// What it was typed in.
    pub(super) editor: Option<Box<Editor>>,
    /// They are the changes of a form.
    pub(super) from_form: bool,
}

impl Pending {
    /// What was typed for it only agrees to it.
    pub(super) fn is_deletion(&self) -> bool {
        matches!(self.order.write, Write::Delete(_))
    }

    /// What is changed, of which session, and what becomes of it, e.g. `priority of support-1042` and `stored`. Safe text.
    fn words(&self) -> (String, &'static str) {
        words_of(&self.order.write, &self.name)
    }

    /// The session; `None` of what may change several.
    pub(super) fn session(&self) -> Option<&SessionKey> {
        self.order.write.session()
    }
}

/// What a write changes, of the session that goes by that name, and what becomes of it. Safe text.
pub(super) fn words_of(write: &Write, name: &str) -> (String, &'static str) {
    let name = text::line(name);
    match write {
        Write::Metadata(_, edits) => {
            let keys = edits.iter().take(NAMED).map(|edit| text::line(&edit.path.to_string()).into_owned());
            let mut keys = keys.collect::<Vec<_>>().join(", ");
            if let Some(more) = edits.len().checked_sub(NAMED).filter(|more| *more > 0) {
                keys = format!("{keys} and {more} more");
            }
            let done = if edits.iter().all(|edit| edit.value.is_none()) { "removed" } else { "stored" };
            (format!("{keys} of {name}"), done)
        }
        Write::Feedback(..) => (format!("feedback on {name}"), "stored"),
        Write::ChangeFeedback(_, change) => {
            let done = if change.new.is_some() { "changed" } else { "taken back" };
            (format!("feedback on {name}"), done)
        }
        Write::Delete(_) => (name.into_owned(), "deleted"),
        Write::Undo(UndoScope::Session(_)) => (format!("the last change of {name}"), "taken back"),
        Write::Undo(UndoScope::Place) => ("the last change".to_owned(), "taken back"),
        Write::Redo(UndoScope::Session(_)) => (format!("the change of {name} taken back last"), "made again"),
        Write::Redo(UndoScope::Place) => ("the change taken back last".to_owned(), "made again"),
    }
}

impl AppState {
    /// Whether this program is deleting a session of the place that is open, or deleted it.
    pub(in super::super) fn is_deleting(&self, key: &SessionKey) -> bool {
        let is_of = |pending: &Pending| pending.is_deletion() && pending.session() == Some(key);
        self.workspace.deletions.has(key)
            || self.pending.iter().any(|pending| is_of(pending) && !self.is_elsewhere(pending))
    }

    /// Whether a change was ordered for another place than the one that is open.
    pub(super) fn is_elsewhere(&self, pending: &Pending) -> bool {
        pending.home != self.workspace.home
    }

    /// What is changed and what becomes of it, with the place where that is not the one that is open. Safe text.
    pub(super) fn words(&self, pending: &Pending) -> (String, &'static str) {
        let (what, done) = pending.words();
        match pending.home.filter(|_| self.is_elsewhere(pending)) {
            Some(home) => (format!("{what} at {}", self.homes.name(home)), done),
            None => (what, done),
        }
    }

    /// Whether the connection over which it was sent is lost, as far as that is known.
    fn is_lost(&self, pending: &Pending) -> bool {
        self.workspace.connection.lost.is_some() && !self.is_elsewhere(pending)
    }

    /// What is on its way, for the status line. Safe text.
    #[must_use]
    pub fn storing(&self) -> Option<String> {
        let first = self.pending.first()?;
        let (what, done) = self.words(first);
        let doing = match done {
            "removed" => "removing",
            "deleted" => "deleting",
            "taken back" => "taking back",
            "made again" => "making again",
            _ => "storing",
        };
        let number = |count: usize| format::number(count as u64, self.look.marks);
        let far = first.turned.map(|at| format!(": {} of {} sessions", number(at.done), number(at.of)));
        Some(format!("{doing} {what}{}{}", far.unwrap_or_default(), self.and_more()))
    }

    /// What should be done by now and is not, for the status line: the connection is lost, or nothing was answered for a while.
    /// Safe text.
    #[must_use]
    pub fn undone(&self) -> Option<String> {
        let first = self.pending.first()?;
        let (what, done) = self.words(first);
        let more = self.and_more();
        if self.is_lost(first) {
            return Some(format!("{what} is not {done} yet{more}"));
        }
        let waited = self.look.now.as_second().saturating_sub(first.since.as_second());
        (waited >= SLOW_S).then(|| format!("{what} is not {done} yet{more}: {NO_ANSWER} {waited} s"))
    }

    /// How far it is with a change of several sessions that is taken back or made again.
    pub(in super::super) fn on_turning(&mut self, ticket: Ticket, at: TurnProgress) -> Vec<Effect> {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.ticket == ticket) {
            // An answer, if not the last: nobody is to think that nothing comes.
            (pending.turned, pending.since) = (Some(at), self.look.now);
        }
        Vec::new()
    }

    fn and_more(&self) -> String {
        match self.pending.len() {
            0 | 1 => String::new(),
            several => format!(" (and {} more)", several - 1),
        }
    }

    /// Fields of the open session's metadata that are on their way: key and new value.
    pub fn pending_fields(&self) -> impl Iterator<Item = (&str, Option<&Bson>)> {
        let open = self.workspace.conversation.session().map(|session| &session.key);
        let edits = self.pending.iter().filter_map(move |pending| match &pending.order.write {
            Write::Metadata(key, edits) if Some(key) == open && !self.is_elsewhere(pending) => Some(edits),
            _ => None,
        });
        edits.flatten().map(|edit| (edit.path.top(), edit.value.as_ref()))
    }

    /// A field that is on its way is not edited again before it is there.
    ///
    /// # Errors
    /// That it is.
    pub(in super::super) fn refuse_underway(&self, session: &SessionKey, field: &str) -> Result<(), String> {
        let mut here = self.pending.iter().filter(|pending| !self.is_elsewhere(pending));
        let underway = here.any(|pending| match &pending.order.write {
            Write::Metadata(key, edits) => key == session && edits.iter().any(|edit| edit.path.top() == field),
            _ => false,
        });
        if underway { Err("this field is just being stored".to_owned()) } else { Ok(()) }
    }

    /// Changes that were sent, that nobody answered, and of which no draft speaks, for the end. Safe text.
    #[must_use]
    pub fn unanswered_changes(&self) -> Vec<String> {
        let has_draft = |pending: &Pending| (pending.editor.is_some() && !pending.is_deletion()) || pending.from_form;
        let without_text = self.pending.iter().filter(|pending| !has_draft(pending));
        without_text
            .map(|pending| {
                let (what, done) = self.words(pending);
                format!("{what} is not {done} yet; {MAY_BE_DONE}")
            })
            .collect()
    }

    /// Whether there may be something typed that is not stored.
    #[must_use]
    pub fn is_typed_in(&self) -> bool {
        let open = self.modals.iter().any(|modal| matches!(modal, Modal::Editor(_) | Modal::Form(_)));
        open || !self.pending.is_empty() || !self.forms.is_empty()
    }

    /// Whether leaving is asked about: something typed is not stored, or is on its way.
    pub(super) fn holds_back(&self) -> bool {
        let unsaved = |modal: &Modal| match modal {
            Modal::Editor(editor) => editor.is_unsaved(),
            Modal::Form(form) => form.is_unsaved(),
            _ => false,
        };
        !self.pending.is_empty()
            || self.bulk_underway().is_some()
            || self.modals.iter().any(unsaved)
            || self.forms.iter().any(MetadataForm::is_unsaved)
    }

    /// What is asked before the program is left: what it would wait for, and what becomes of it. Safe text.
    #[must_use]
    pub fn quit_question(&self) -> String {
        if let Some(underway) = self.bulk_underway() {
            return format!("{underway}. Quit, and stop there? Its report says what became of each.");
        }
        let Some(first) = self.pending.first() else {
            return if self.holds_back() {
                "Something typed is not stored. Quit, and keep it as a draft in a file?".to_owned()
            } else {
                "Everything is stored by now. Quit?".to_owned()
            };
        };
        let (what, done) = self.words(first);
        let lost = if self.is_lost(first) { ": the connection is lost" } else { "" };
        let more = self.and_more();
        format!(
            "{what} is not {done} yet{more}{lost}. Quit, and wait a few seconds at most? After that {MAY_BE_DONE}. What was typed is \
             kept as a draft in a file."
        )
    }
}
