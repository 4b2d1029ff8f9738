//! `_id`s that are neither strings nor ObjectIds, by the text they are shown as: UUIDs and numbers.

use bson::{Binary, Bson, Decimal128, Document, Uuid, doc, oid::ObjectId, spec::BinarySubtype};

use super::text_expression;
use crate::{
    repository::filter::TextMatch,
    session::{
        SessionKey,
        id::{IdMeaning, id_meanings},
    },
};

/// The sessions that one of these IDs may mean: what each [means](meant) by itself, with the many values together.
pub(super) fn any_of(ids: &[String]) -> Document {
    let (mut keys, mut names, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    for meaning in ids.iter().flat_map(|id| id_meanings(id)) {
        match meaning {
            IdMeaning::Name(name) => names.push(name),
            // In a list the first key of an object would be taken for an operator, where it looks like one.
            IdMeaning::Key(ids) => {
                let (own, others): (Vec<Bson>, Vec<Bson>) =
                    ids.into_iter().partition(|id| matches!(id, Bson::Document(_)));
                objects.extend(own.into_iter().map(|id| doc! { "_id": { "$eq": id } }));
                keys.extend(others);
            }
        }
    }
    let one_of = |field: &str, values: Vec<Bson>| doc! { field: { "$in": values, "$not": { "$type": "array" } } };
    let mut either = vec![one_of("session_id", names), one_of("_id", keys)];
    either.extend(objects);
    doc! { "$or": either }
}

/// The sessions that an ID has in this one of its meanings.
pub(in crate::repository::mongo) fn meant(meaning: &IdMeaning) -> Document {
    let is = |id: &Bson| doc! { "_id": { "$eq": id.clone() } };
    match meaning {
        IdMeaning::Name(name) => doc! { "session_id": { "$eq": name.clone(), "$not": { "$type": "array" } } },
        IdMeaning::Key(ids) => match ids.as_slice() {
            [id] => is(id),
            ids => doc! { "$or": ids.iter().map(is).collect::<Vec<Document>>() },
        },
    }
}

/// The ObjectId that is shown as just that text.
pub(super) fn hex(text: &str) -> Option<ObjectId> {
    ObjectId::parse_str(text).ok().filter(|id| id.to_hex() == text)
}

/// Conditions of which one must hold. Starts and whole ids are ranges, which the index serves.
pub(super) fn others(text: &TextMatch) -> Vec<Document> {
    uuids(text).into_iter().chain(integers(text)).chain(fractions(text)).collect()
}

/// The server cannot write a UUID as text before 8.0: so it is found by its start, which is a range of bytes.
fn uuids(text: &TextMatch) -> Vec<Document> {
    let start = match text {
        TextMatch::Contains(part) => part.to_ascii_lowercase(),
        TextMatch::StartsWith(start) => start.clone(),
        TextMatch::Exactly(whole) if whole.len() == UUID.len() => whole.clone(),
        TextMatch::Exactly(_) => return Vec::new(),
    };
    let (Some(from), Some(to)) = (filled(&start, '0'), filled(&start, 'f')) else { return Vec::new() };
    let value = |subtype, uuid: Uuid| Binary { subtype, bytes: uuid.bytes().to_vec() };
    let range = |subtype| doc! { "_id": { "$gte": value(subtype, from), "$lte": value(subtype, to) } };
    vec![range(BinarySubtype::Uuid), range(BinarySubtype::UuidOld)]
}

/// Where the letters of a UUID stand.
const UUID: &str = "00000000-0000-0000-0000-000000000000";

/// The UUID that begins so and goes on with one letter. `None` where none does.
fn filled(start: &str, letter: char) -> Option<Uuid> {
    let rest = UUID.get(start.len()..)?;
    let whole = format!("{start}{}", rest.replace('0', &letter.to_string()));
    let uuid = Uuid::parse_str(&whole).ok()?;
    // Capitals and other forms are not how it is shown.
    (uuid.to_string() == whole).then_some(uuid)
}

fn integers(text: &TextMatch) -> Vec<Document> {
    let is_integer = || doc! { "$in": [ { "$type": "$_id" }, [ "int", "long" ] ] };
    match text {
        TextMatch::Contains(part) if part.chars().all(|c| c.is_ascii_digit() || c == '-') => {
            let digits = doc! { "$cond": [ is_integer(), { "$toString": "$_id" }, "" ] };
            vec![doc! { "$expr": { "$and": [ is_integer(), text_expression(digits, text) ] } }]
        }
        TextMatch::Contains(_) => Vec::new(),
        TextMatch::StartsWith(start) => starts(start).into_iter().map(|(from, to)| between(from, to)).collect(),
        TextMatch::Exactly(whole) => {
            let number: Option<i64> = whole.parse().ok().filter(|number: &i64| number.to_string() == *whole);
            number.map(|number| between(number, number)).into_iter().collect()
        }
    }
}

fn between(from: i64, to: i64) -> Document {
    doc! { "_id": { "$gte": from, "$lte": to, "$type": [ "int", "long" ] } }
}

/// The ranges of whole numbers whose digits begin so: one for each count of digits that may follow.
fn starts(start: &str) -> Vec<(i64, i64)> {
    let (digits, is_negative) = match start.strip_prefix('-') {
        Some("") => return vec![(i64::MIN, -1)],
        Some(digits) => (digits, true),
        None if start.is_empty() => return vec![(i64::MIN, i64::MAX)],
        None => (start, false),
    };
    let Some(number) = digits.parse::<i128>().ok().filter(|number| *number >= 0 && number.to_string() == digits) else {
        return Vec::new();
    };
    if number == 0 {
        return if is_negative { Vec::new() } else { vec![(0, 0)] };
    }
    let most = if is_negative { -i128::from(i64::MIN) } else { i128::from(i64::MAX) };
    let mut ranges = Vec::new();
    let mut size = 1;
    while let Some(from) = number.checked_mul(size).filter(|from| *from <= most) {
        let to = (from + size - 1).min(most);
        let (from, to) = if is_negative { (-to, -from) } else { (from, to) };
        ranges.extend(i64::try_from(from).ok().zip(i64::try_from(to).ok()));
        size *= 10;
    }
    ranges
}

/// Other numbers are found as a whole: the server writes them in a way of its own.
fn fractions(text: &TextMatch) -> Vec<Document> {
    let TextMatch::Exactly(whole) = text else { return Vec::new() };
    let double = whole.parse().ok().map(|number| (Bson::Double(number), "double"));
    let decimal = whole.parse::<Decimal128>().ok().map(|number| (Bson::Decimal128(number), "decimal"));
    let shown_so = |(id, _): &(Bson, &str)| SessionKey::new(id.clone()).text() == whole;
    let found = double.into_iter().chain(decimal).filter(shown_so);
    found.map(|(id, kind)| doc! { "_id": { "$eq": id, "$type": kind } }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starting(start: &str) -> Vec<Document> {
        others(&TextMatch::StartsWith(start.to_owned()))
    }

    #[test]
    fn the_values_that_ids_mean_are_asked_for_together_and_objects_apart() {
        let ids = ["65A5C1D2E3F4A5B6C7D8E9F0", "null", r#"{"$a":1}"#].map(str::to_owned);
        let asked = any_of(&ids);
        let oid = Bson::ObjectId(ObjectId::parse_str(&ids[0]).unwrap());
        let texts = || ids.iter().map(Bson::from);
        let either = asked.get_array("$or").unwrap();
        let list = |at: usize, field: &str| -> Vec<Bson> {
            either[at].as_document().unwrap().get_document(field).unwrap().get_array("$in").unwrap().clone()
        };
        let [names, keys] = [list(0, "session_id"), list(1, "_id")];
        assert!(texts().all(|text| names.contains(&text) && keys.contains(&text)));
        assert!(names.contains(&oid) && keys.contains(&oid) && keys.contains(&Bson::Null));
        assert_eq!(either[2..], [Bson::from(doc! { "_id": { "$eq": { "$a": 1 } } })]);
    }

    #[test]
    fn the_start_of_a_uuid_is_a_range_of_bytes() {
        let (from, to) = (filled("c56a4180-65", '0').unwrap(), filled("c56a4180-65", 'f').unwrap());
        assert_eq!(from.to_string(), "c56a4180-6500-0000-0000-000000000000");
        assert_eq!(to.to_string(), "c56a4180-65ff-ffff-ffff-ffffffffffff");
        assert_eq!(filled("c56a418065", '0'), None, "the hyphen is missing");
        assert!(starting("C56A").is_empty(), "capitals are not how it is shown");
        assert_eq!(others(&TextMatch::Contains("C56A".to_owned())).len(), 2);
        assert!(others(&TextMatch::Exactly("c56a".to_owned())).is_empty());
    }

    #[test]
    fn the_start_of_a_number_is_a_range_for_each_length() {
        assert_eq!(starts("12")[..3], [(12, 12), (120, 129), (1200, 1299)]);
        assert_eq!(starts("9").last(), Some(&(9_000_000_000_000_000_000, i64::MAX)));
        assert_eq!(starts("9223372036854775807"), [(i64::MAX, i64::MAX)]);
        assert_eq!(starts("-9223372036854775808"), [(i64::MIN, i64::MIN)]);
        assert_eq!(starts("-1")[..2], [(-1, -1), (-19, -10)]);
        assert_eq!(starts("0"), [(0, 0)]);
        assert!(starts("01").is_empty() && starts("x").is_empty() && starts("-0").is_empty());
    }

    #[test]
    fn a_whole_number_is_looked_for_in_the_type_that_is_shown_so() {
        let exact = |text: &str| others(&TextMatch::Exactly(text.to_owned()));
        assert_eq!(exact("5")[0], between(5, 5));
        assert_eq!(exact("0.5").len(), 2);
        assert!(exact("05").is_empty() && exact("support").is_empty());
    }
}
