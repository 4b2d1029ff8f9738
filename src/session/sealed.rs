//! Sealed values of metadata: encrypted by a key that is not stored. Any build tells one, whether or not it can open it.

use bson::Bson;

/// What every sealed value begins with: what made it, and the version of its form.
const MARK: &str = "strandscope-sealed:1:";

/// Base64 characters of the shortest one: 16 bytes that authenticate it, and the smallest document that holds a value.
const SHORTEST: usize = 32;

/// What a sealed value tells without its key. It is stored as a text: `strandscope-sealed:1:KEY ID:MODE:BASE64`, with the mode `r`
/// (random), `d` (deterministic) or `b` (random, and bound to its session).
///
/// Whoever can write to the store can write a text that looks so: only opening it tells whether it is authentic.
///
/// ```
/// use strandscope::{SealedValue, bson::Bson};
///
/// let stored = Bson::from("strandscope-sealed:1:2026-11:d:2kUyDRQcJ2h0V3d4bZ3Hsw0kX5m1Qe7pYt6u");
/// let sealed = SealedValue::read(&stored).expect("it looks sealed");
/// assert_eq!((sealed.key_id, sealed.deterministic), ("2026-11", true));
/// assert_eq!(SealedValue::read(&Bson::from("4111-1111")), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SealedValue<'a> {
    /// Which key it was sealed with: 1 to 64 of `A-Z a-z 0-9 . _ -`, so it can be shown as it is.
    pub key_id: &'a str,
    /// The same value at the same path is the same text: it can be searched for, and whoever reads the store sees which are equal.
    pub deterministic: bool,
    /// It opens in the session that it was sealed for alone.
    pub bound: bool,
}

impl<'a> SealedValue<'a> {
    /// Reads what a stored value tells of itself; `None`: it is not sealed.
    #[must_use]
    pub fn read(stored: &'a Bson) -> Option<Self> {
        Self::parts(stored.as_str()?).map(|(sealed, _)| sealed)
    }

    /// The same of a text, with its base64.
    pub(crate) fn parts(stored: &'a str) -> Option<(Self, &'a str)> {
        let (key_id, rest) = stored.strip_prefix(MARK)?.split_once(':')?;
        let (mode, base64) = rest.split_once(':')?;
        let (deterministic, bound) = match mode {
            "r" => (false, false),
            "d" => (true, false),
            "b" => (false, true),
            _ => return None,
        };
        let is_base64 = base64.len() >= SHORTEST
            && base64.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        (is_key_id(key_id) && is_base64).then_some((Self { key_id, deterministic, bound }, base64))
    }

    /// What such a value is stored as, up to its base64: all of it that stands there in clear.
    #[cfg(feature = "encryption")]
    pub(crate) fn head(key_id: &str, deterministic: bool, bound: bool) -> String {
        let mode = match (deterministic, bound) {
            (true, _) => 'd',
            (false, true) => 'b',
            (false, false) => 'r',
        };
        format!("{MARK}{key_id}:{mode}:")
    }
}

/// Whether a key may be called so: 1 to 64 of `A-Z a-z 0-9 . _ -`.
pub(crate) fn is_key_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Whether these keys lead through an array to something in the value: no path does, so nobody would seal that.
#[cfg(feature = "encryption")]
pub(crate) fn stands_in_array(value: &Bson, keys: &[String]) -> bool {
    match (value, keys) {
        (Bson::Array(items), [_, ..]) => items.iter().any(|item| leads_to_some(item, keys)),
        (Bson::Document(fields), [key, rest @ ..]) => fields.get(key).is_some_and(|value| stands_in_array(value, rest)),
        _ => false,
    }
}

/// Whether keys lead to something in the value, also through arrays.
#[cfg(feature = "encryption")]
fn leads_to_some(value: &Bson, keys: &[String]) -> bool {
    match (value, keys) {
        (_, []) => true,
        (Bson::Array(items), _) => items.iter().any(|item| leads_to_some(item, keys)),
        (Bson::Document(fields), [key, rest @ ..]) => fields.get(key).is_some_and(|value| leads_to_some(value, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE64: &str = "2kUyDRQcJ2h0V3d4bZ3Hsw0kX5m1Qe7pYt6u";

    fn read(text: &str) -> Option<(String, bool, bool)> {
        let stored = Bson::from(text);
        SealedValue::read(&stored).map(|sealed| (sealed.key_id.to_owned(), sealed.deterministic, sealed.bound))
    }

    #[test]
    fn what_is_sealed_is_told_without_its_key() {
        for (mode, deterministic, bound) in [("r", false, false), ("d", true, false), ("b", false, true)] {
            let text = format!("strandscope-sealed:1:k.1_a-B:{mode}:{BASE64}");
            assert_eq!(read(&text), Some(("k.1_a-B".to_owned(), deterministic, bound)), "{text}");
        }
    }

    #[test]
    fn what_only_begins_so_is_a_text() {
        let long = "k".repeat(65);
        for text in [
            String::new(),
            MARK.to_owned(),
            format!("strandscope-sealed:2:k:r:{BASE64}"),
            format!("strandscope-sealed:1::r:{BASE64}"),
            format!("strandscope-sealed:1:{long}:r:{BASE64}"),
            format!("strandscope-sealed:1:k y:r:{BASE64}"),
            format!("strandscope-sealed:1:k\u{e9}:r:{BASE64}"),
            format!("strandscope-sealed:1:k:x:{BASE64}"),
            format!("strandscope-sealed:1:k:rd:{BASE64}"),
            format!("strandscope-sealed:1:k:r:{BASE64}="),
            format!("strandscope-sealed:1:k:r:{BASE64}\n"),
            format!("strandscope-sealed:1:k:r:{}", &BASE64[..31]),
            format!(" strandscope-sealed:1:k:r:{BASE64}"),
        ] {
            assert_eq!(read(&text), None, "{text:?}");
        }
        assert_eq!(SealedValue::read(&Bson::Symbol(format!("strandscope-sealed:1:k:r:{BASE64}"))), None);
    }

    #[cfg(feature = "encryption")]
    #[test]
    fn arrays_on_the_way_are_told() {
        let keys = ["a", "b"].map(str::to_owned);
        for (value, is_so) in [
            (bson::bson!([{ "a": { "b": 1 } }]), true),
            (bson::bson!({ "a": [1, { "b": null }] }), true),
            (bson::bson!([[{ "a": [{ "b": 1 }] }]]), true),
            (bson::bson!({ "a": { "b": [1] } }), false),
            (bson::bson!([{ "a": 1 }, { "b": 1 }]), false),
            (bson::bson!({ "c": [{ "b": 1 }] }), false),
            (bson::bson!(5), false),
        ] {
            assert_eq!(stands_in_array(&value, &keys), is_so, "{value}");
        }
        assert!(!stands_in_array(&bson::bson!([1]), &[]));
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(text in "(strandscope-sealed:1:)?[a-z:é]{0,9}:?[rdbx]?:?[A-Za-z0-9_=é-]{0,40}") {
            if let Some((key_id, ..)) = read(&text) {
                prop_assert!(is_key_id(&key_id));
                prop_assert!(text.starts_with(MARK));
            }
        }
    }
}
