//! Words that a place asks for before a write, such as `prod-eu`.

mod asked;

use super::{Effect, typed_word::TypedWord};
use crate::app::writes::Write;

/// What waits for the words of its place.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The words.
    pub words: String,
    /// What is typed so far.
    pub typed: TypedWord,
    /// What is written once they are, of which session, and where, in a sentence. Safe text.
    pub says: String,
    then: AgreedTo,
}

/// What is done once the words are typed.
#[derive(Debug, Clone)]
pub(super) enum AgreedTo {
    /// A write of one session.
    Write {
        /// Which.
        write: Box<Write>,
        /// What a person knows the session by, as stored.
        name: String,
        /// It was typed in the editor that lies beneath.
        typed: bool,
    },
    /// The review, with all that is rated in it.
    Review,
    /// What is asked of the world outside.
    Effects(Vec<Effect>),
}
