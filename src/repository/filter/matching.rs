//! Whether a filter matches a session held in memory: what the folder does, and the model the MongoDB translation is
//! tested against.

use bson::Document;

use super::Filter;

impl Filter {
    /// Whether the session's document matches.
    #[must_use]
    pub fn matches(&self, document: &Document) -> bool {
        let _ = document;
        todo!()
    }
}
