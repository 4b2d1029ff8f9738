//! What a decoder could not read.

use bson::Bson;

use super::StoredValue;

/// Something in a document that is not as the data model has it. The rest of the document is still read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Dotted path of the value inside the document, e.g. `agents.a.messages.3.message.role`.
    pub path: String,
    /// One sentence for a person: what was expected and what stands there.
    pub problem: String,
    /// The value as stored; `None` when the field is missing.
    pub raw: Option<StoredValue>,
}

impl Finding {
    /// Of the value at `path`, which is `raw`; `None`: nothing stands there.
    #[must_use]
    pub fn new(path: impl Into<String>, problem: impl Into<String>, raw: Option<Bson>) -> Self {
        Self { path: path.into(), problem: problem.into(), raw: raw.map(StoredValue::from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_of_ones_own_is_one_of_the_decoder() {
        let found = crate::session::decode::message(Bson::Int32(5), 0, "m").findings;
        assert_eq!(found, [Finding::new("m", found[0].problem.as_str(), Some(Bson::Int32(5)))]);
    }
}
