//! What is typed and not stored, to be kept on disk as it is typed; and what a run before left so, to be offered again.

mod menu;
mod offered;

use jiff::Timestamp;

use super::{
    connection::{HomePlace, LastingPlace},
    editor::EditorDraft,
    form::FormDraft,
    named::ChosenSession,
};
use crate::session::SessionKey;

/// Something typed that is not stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The place it was typed for; `None` where none was open.
    pub place: Option<LastingPlace>,
    /// The session.
    pub session: ChosenSession,
    /// What it was for. Safe text.
    pub what: String,
    /// What was typed, for people to read.
    pub text: String,
    /// It was sent, and may be stored after all.
    pub may_be_stored: bool,
    /// What it is rebuilt from.
    pub content: DraftContent,
}

/// What a draft is rebuilt from.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftContent {
    /// An editor.
    Editor(Box<EditorDraft>),
    /// A form on the metadata.
    Form(Box<FormDraft>),
}

/// Names a draft of a run before: its file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftId(pub String);

/// A draft of a run before.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedDraft {
    /// Names it.
    pub id: DraftId,
    /// Where it is.
    pub file: String,
    /// When it was typed, as far as that is known.
    pub at: Option<Timestamp>,
    /// The draft, or why it cannot be read, in a few words.
    pub draft: Result<Box<Draft>, String>,
}

/// What is told of the files of drafts.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftNews {
    /// Drafts of runs that ended with them, the newest first.
    Found(Vec<OfferedDraft>),
    /// What is typed cannot be kept on disk: why.
    NotKept(String),
    /// It is kept again.
    KeptAgain,
}

/// What is to be done with the file of a draft of a run before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftOrder {
    /// It goes on here: its file goes once it is in one of this run.
    TakenUp(DraftId),
    /// It is given up.
    Discarded(DraftId),
}

/// The drafts of runs before that nobody took up or gave up.
#[derive(Debug, Default)]
pub(super) struct OfferedDrafts {
    all: Vec<OfferedDraft>,
    /// One that is taken up once its place and session are open.
    wanted: Option<DraftId>,
    /// The session, and its place, whose drafts were offered when it was opened.
    offered_for: Option<(Option<HomePlace>, SessionKey)>,
    /// What is typed is not kept on disk.
    failing: bool,
}

impl OfferedDrafts {
    fn get(&self, id: &DraftId) -> Option<&OfferedDraft> {
        self.all.iter().find(|offered| offered.id == *id)
    }

    fn forget(&mut self, id: &DraftId) {
        self.all.retain(|offered| offered.id != *id);
        self.wanted.take_if(|wanted| *wanted == *id);
    }

    /// Of one session at one place.
    fn of(&self, place: &LastingPlace, session: &SessionKey) -> Vec<DraftId> {
        let is_of = |draft: &Draft| draft.session.key == *session && draft.is_for(place);
        self.all
            .iter()
            .filter(|offered| offered.draft.as_ref().is_ok_and(|draft| is_of(draft)))
            .map(|offered| offered.id.clone())
            .collect()
    }
}

impl Draft {
    /// Whether it was typed for that place, whatever it was called.
    fn is_for(&self, place: &LastingPlace) -> bool {
        self.place.as_ref().is_some_and(|typed_for| typed_for.identity == place.identity)
    }
}

/// Drafts that are offered, to take one up or discard it.
#[derive(Debug, Clone, Default)]
pub struct DraftMenu {
    /// Which, the newest first.
    pub ids: Vec<DraftId>,
    /// Position of the selected one.
    pub selected: usize,
    /// Whether it is to be discarded was asked.
    pub asks: bool,
}

#[cfg(test)]
mod tests;
