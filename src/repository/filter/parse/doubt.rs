//! Words that are looked for in ids and may have been meant otherwise: they are no mistake, and told of where nothing matches.

use super::word::{FilterToken, scan};

const WORDS: [(&str, &str); 3] = [
    ("or", "alternatives are written `OR`"),
    ("and", "of terms side by side all must match"),
    ("not", "a term to leave out is written with a `-` before it"),
];

/// The first of them that stands among other terms, and what is right. In quotes it is surely looked for.
pub(super) fn doubt(source: &str) -> Option<String> {
    let tokens = scan(source).0;
    if tokens.len() < 2 {
        return None;
    }
    tokens.iter().find_map(|token| {
        let FilterToken::Word(word) = token else { return None };
        let typed = word.text();
        let (_, right) = WORDS.iter().find(|(name, _)| typed.eq_ignore_ascii_case(name) && word.is_bare(&typed))?;
        Some(format!("`{typed}` is looked for in ids: {right}"))
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::repository::Filter;

    #[test]
    fn a_word_that_looks_like_an_operator_is_told_of_where_it_stands_among_others() {
        let doubt = |text: &str| Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap().doubt().unwrap_or_default();
        assert_eq!(doubt("app:a or app:b"), "`or` is looked for in ids: alternatives are written `OR`");
        assert!(doubt("(app:a And app:b)").starts_with("`And` is looked for"));
        assert!(doubt("not app:a").contains("`-` before it"));
        for text in ["or", "a OR b", "a \"or\" b", "order not-1 android", "app:or b", ""] {
            assert_eq!(doubt(text), "", "{text}");
        }
    }
}
