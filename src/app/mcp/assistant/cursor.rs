//! Cursors: where an answer goes on, as a text that says all of it, so that nothing is kept between calls.
//!
//! A checksum over the tool, what was asked and the place tells those that were made up, changed, or given with another
//! question. It keeps no secret: whatever a cursor says could be asked for by arguments as well.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bson::{Bson, DateTime, Document, doc};
use sha2::{Digest, Sha256};

use super::refusal::AssistantRefusal;
use crate::repository::Cursor;

/// Bytes of the checksum.
const CHECKSUM: usize = 8;
/// A cursor has so many characters at most: a model has to copy it.
pub const LONGEST: usize = 6000;

/// The cursor of a place; `None` where it would be too long.
pub fn seal(tool: &str, question: &str, place: &Document) -> Option<String> {
    let place = place.to_vec().ok()?;
    let sealed = [checksum(tool, question, &place), place].concat();
    Some(BASE64_URL_SAFE_NO_PAD.encode(sealed)).filter(|token| token.len() <= LONGEST)
}

/// The place that a cursor of that tool and question means.
pub fn open(tool: &str, question: &str, token: &str) -> Result<Document, AssistantRefusal> {
    let refused = || {
        AssistantRefusal(format!(
            "after is no cursor that {tool} gave for these arguments; give back `next` of its last answer unchanged, with the \
             same other arguments, or leave it out to begin anew"
        ))
    };
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(token.trim()).map_err(|_| refused())?;
    let (sum, place) = sealed.split_at_checked(CHECKSUM).ok_or_else(refused)?;
    if checksum(tool, question, place) != sum {
        return Err(refused());
    }
    Document::from_reader(place).map_err(|_| refused())
}

/// What cannot be read of a place whose checksum is right, such as one of another version.
pub fn unknown() -> AssistantRefusal {
    AssistantRefusal("after is a cursor that cannot be read; leave it out to begin anew".to_owned())
}

fn checksum(tool: &str, question: &str, place: &[u8]) -> Vec<u8> {
    let said = [tool.as_bytes(), &[0], question.as_bytes(), &[0], place].concat();
    Sha256::digest(said).iter().take(CHECKSUM).copied().collect()
}

/// Where a list goes on.
pub fn of_list(cursor: &Cursor) -> Document {
    match cursor {
        Cursor::Dated { date, shown } => doc! { "d": *date, "s": shown.clone() },
        Cursor::Undated { after: Some(after) } => doc! { "u": after.clone() },
        Cursor::Undated { after: None } => Document::new(),
        Cursor::Placed { value, id } => doc! { "v": value.iter().cloned().collect::<Vec<Bson>>(), "i": id.clone() },
    }
}

/// Where a list goes on; `None` for what no list gives.
pub fn to_list(place: &Document) -> Option<Cursor> {
    match (place.get("d"), place.get("s"), place.get("u")) {
        (Some(Bson::DateTime(date)), Some(Bson::Array(shown)), None) => {
            // As an `_id` that is left out it would be a pattern.
            let is_plain = |id: &Bson| !matches!(id, Bson::RegularExpression(_));
            shown.iter().all(is_plain).then(|| dated(*date, shown.clone()))
        }
        (None, None, None) if place.contains_key("v") => placed(place),
        (None, None, after) => Some(Cursor::Undated { after: after.cloned() }),
        _ => None,
    }
}

fn placed(place: &Document) -> Option<Cursor> {
    let id = place.get("i")?.clone();
    match place.get_array("v").ok()?.as_slice() {
        [] => Some(Cursor::Placed { value: None, id }),
        [value] => Some(Cursor::Placed { value: Some(value.clone()), id }),
        _ => None,
    }
}

fn dated(date: DateTime, shown: Vec<Bson>) -> Cursor {
    Cursor::Dated { date, shown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_comes_back_and_for_its_own_question_only() {
        for cursor in [
            dated(DateTime::from_millis(5), vec!["a".into(), 5.into()]),
            Cursor::Undated { after: None },
            Cursor::Undated { after: Some(Bson::Null) },
            Cursor::Placed { value: None, id: Bson::Null },
            Cursor::Placed { value: Some(Bson::Null), id: "a".into() },
        ] {
            let token = seal("t", "q", &of_list(&cursor)).unwrap();
            assert_eq!(to_list(&open("t", "q", &token).unwrap()), Some(cursor));
            assert!(open("t", "other", &token).is_err() && open("u", "q", &token).is_err());
        }
    }

    #[test]
    fn what_no_list_gives_is_none() {
        let pattern =
            Bson::RegularExpression(bson::Regex { pattern: ".".try_into().unwrap(), options: "".try_into().unwrap() });
        let date = DateTime::from_millis(0);
        for place in [
            doc! { "d": date, "s": [pattern] },
            doc! { "d": 5, "s": [] },
            doc! { "d": date },
            doc! { "s": [] },
            doc! { "v": [] },
        ] {
            assert_eq!(to_list(&place), None, "{place}");
        }
    }

    #[test]
    fn a_place_that_takes_too_much_has_no_cursor() {
        assert_eq!(seal("t", "q", &doc! { "u": "x".repeat(LONGEST) }), None);
    }

    proptest! {
        #[test]
        fn what_is_made_up_is_refused(token in ".*") {
            prop_assert!(open("t", "q", &token).is_err());
        }

        #[test]
        fn what_is_changed_is_refused(at in 0_usize..40, by in 1_u8..=255) {
            let token = seal("t", "q", &doc! { "u": "support-1042" }).unwrap();
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
            let at = at % bytes.len();
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert!(open("t", "q", &BASE64_URL_SAFE_NO_PAD.encode(bytes)).is_err());
        }
    }
}
