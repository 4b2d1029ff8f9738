//! What a decoder could not read.

use bson::Bson;

/// Something in a document that is not as the data model has it. The rest of the document is still read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Dotted path of the value inside the document, e.g. `agents.a.messages.3.message.role`.
    pub path: String,
    /// One sentence for a person: what was expected and what stands there.
    pub problem: String,
    /// The value as stored; `None` when the field is missing.
    pub raw: Option<Bson>,
}
