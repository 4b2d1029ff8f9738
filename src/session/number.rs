//! Numbers as they were meant: Python writes whole ones as doubles, too.

use bson::Bson;

/// Up to here a double holds every whole number.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number that is not negative, from any BSON number that is one exactly.
#[must_use]
pub fn unsigned(value: &Bson) -> Option<u64> {
    signed(value).and_then(|number| u64::try_from(number).ok())
}

/// A whole number, from any BSON number that is one exactly.
#[must_use]
pub fn signed(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(n) => Some(i64::from(*n)),
        Bson::Int64(n) => Some(*n),
        Bson::Double(n) if n.fract() == 0.0 && n.abs() < EXACT => Some(*n as i64),
        Bson::Decimal128(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

/// An int32 where it fits, as the Python driver stores its integers.
#[must_use]
pub fn integer(n: i64) -> Bson {
    i32::try_from(n).map_or(Bson::Int64(n), Bson::Int32)
}

/// A count as Strands stores it.
#[must_use]
pub fn count(n: u64) -> Bson {
    integer(i64::try_from(n).unwrap_or(i64::MAX))
}
