//! Searching for values that are kept encrypted so that the same value is the same text.

use std::borrow::Cow;

use bson::Bson;

use super::{Reveal, typed_path};
use crate::repository::{
    Filter,
    filter::{Comparison, FilterTest},
};

impl Reveal {
    /// Lets a filter for such a field find what it is stored as, besides the value in clear.
    pub fn search(&self, filter: &mut Filter) {
        let Some(cipher) = self.cipher() else { return };
        filter.each_test_mut(&mut |test| {
            let FilterTest::Metadata { key, comparison: Comparison::Equal, readings, .. } = test else { return };
            let Some(path) = typed_path(key).filter(|path| self.is_chosen(path)) else { return };
            let values: Vec<Bson> = readings.iter().flat_map(of_each_type).collect();
            // One that cannot be searched for is found by nothing.
            let sealed = values.iter().filter_map(|value| cipher.seal_for_search(&path, value).ok()).flatten();
            readings.extend(sealed.map(Bson::String));
        });
    }

    /// A filter as it may be kept on a disk: as it was typed, without values of encrypted fields.
    #[must_use]
    pub fn filter_on_disk<'a>(&self, filter: &'a Filter) -> Cow<'a, str> {
        let names_one = filter
            .tests()
            .into_iter()
            .any(|test| matches!(test, FilterTest::Metadata { key, .. } if self.touches_typed(key)));
        if names_one { "a filter for a value that is kept encrypted".into() } else { filter.source.as_str().into() }
    }
}

/// A number in each type that holds it: they are equal in a store, and not once they are encrypted.
fn of_each_type(value: &Bson) -> Vec<Bson> {
    let mut values = vec![value.clone()];
    let whole = match value {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        // 2^53: up to there each whole number is one of these.
        Bson::Double(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
            Some(*number as i64)
        }
        _ => None,
    };
    if let Some(whole) = whole {
        let others =
            [i32::try_from(whole).ok().map(Bson::Int32), Some(Bson::Int64(whole)), Some(Bson::Double(whole as f64))];
        let kind = value.element_type();
        values.extend(others.into_iter().flatten().filter(|other| other.element_type() != kind));
    }
    values
}
