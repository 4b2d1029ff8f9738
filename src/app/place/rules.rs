//! What a place asks of a person who writes there by hand.

use super::Reveal;
use crate::session::{MetadataEdit, MetadataPath};

/// What a place asks of a person who writes there by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteRules {
    /// The words that are typed before a write, such as `prod-eu`.
    pub confirm: Option<String>,
    /// Fields of the metadata that nobody edits by hand, nor what is in them: `tenant`, `billing.plan`.
    pub protected: Vec<String>,
    /// What seals the fields that are kept encrypted, and opens them.
    pub reveal: Reveal,
}

impl WriteRules {
    /// The protected field that an edit of this value would change.
    #[must_use]
    pub fn protects(&self, path: &MetadataPath) -> Option<&str> {
        let path = format!("{path}.");
        let protects = |field: &&String| {
            let field = format!("{field}.");
            path.starts_with(&field) || field.starts_with(&path)
        };
        self.protected.iter().find(protects).map(String::as_str)
    }

    /// The first of some edits that would change a protected field, with that field.
    #[must_use]
    pub fn refuses<'a>(&self, edits: &'a [MetadataEdit]) -> Option<(&'a MetadataPath, &str)> {
        edits.iter().find_map(|edit| Some((&edit.path, self.protects(&edit.path)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_protected_with_what_is_in_it_and_what_it_is_in() {
        let rules = WriteRules { protected: vec!["billing.plan".to_owned()], ..WriteRules::default() };
        let path = |keys: &[&str]| MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).unwrap();
        for protected in [&["billing"][..], &["billing", "plan"], &["billing", "plan", "name"]] {
            assert_eq!(rules.protects(&path(protected)), Some("billing.plan"), "{protected:?}");
        }
        for free in [&["bill"][..], &["billing", "plans"], &["plan"]] {
            assert_eq!(rules.protects(&path(free)), None, "{free:?}");
        }
    }

    #[test]
    fn of_several_edits_one_is_enough() {
        let rules = WriteRules { protected: vec!["tenant".to_owned()], ..WriteRules::default() };
        let edits = [MetadataEdit::set("priority", "high"), MetadataEdit::unset("tenant")];
        assert_eq!(rules.refuses(&edits), Some((&edits[1].path, "tenant")));
        assert_eq!(rules.refuses(&edits[..1]), None);
    }
}
