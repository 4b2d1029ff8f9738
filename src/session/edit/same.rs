//! Whether stored values are the same.

use bson::{Bson, Document};

use super::digits::numeral;

/// Whether two stored values are the same for a guard: type and value, documents with their fields in the same order. NaN is itself
/// here, and -0 is not 0.
#[must_use]
pub fn same(a: Option<&Bson>, b: Option<&Bson>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_value(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The same of whole documents.
#[must_use]
pub fn same_fields(a: &Document, b: &Document) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((a_key, a), (b_key, b))| a_key == b_key && same_value(a, b))
}

fn same_value(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::Double(a), Bson::Double(b)) => a.to_bits() == b.to_bits(),
        (Bson::Document(a), Bson::Document(b)) => same_fields(a, b),
        (Bson::Array(a), Bson::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        (Bson::JavaScriptCodeWithScope(a), Bson::JavaScriptCodeWithScope(b)) => {
            a.code == b.code && same_fields(&a.scope, &b.scope)
        }
        _ => a == b,
    }
}

/// Whether MongoDB takes two values for equal: numbers whatever their types, a symbol and a text, and what is made of such values in
/// the same order.
pub(crate) fn equal(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::String(a) | Bson::Symbol(a), Bson::String(b) | Bson::Symbol(b)) => a == b,
        (Bson::Document(a), Bson::Document(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((a_key, a), (b_key, b))| a_key == b_key && equal(a, b))
        }
        (Bson::Array(a), Bson::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        _ => match (numeral(a), numeral(b)) {
            (Some(a), Some(b)) => a == b,
            (None, None) => same_value(a, b),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use bson::{doc, oid::ObjectId};
    use proptest::prelude::*;

    use super::*;

    /// The bytes that are stored of it.
    fn bytes(value: &Bson) -> Vec<u8> {
        bson::serialize_to_vec(&doc! { "": value.clone() }).unwrap()
    }

    fn value() -> impl Strategy<Value = Bson> {
        let doubles = vec![0.0, -0.0, 1.0, f64::NAN, -f64::NAN, f64::INFINITY];
        let leaf = prop_oneof![
            (0..2_i32).prop_map(Bson::Int32),
            (0..2_i64).prop_map(Bson::Int64),
            prop::sample::select(doubles).prop_map(Bson::Double),
            prop::sample::select(vec!["0", "-0", "1.0", "NaN"])
                .prop_map(|text| Bson::Decimal128(text.parse().unwrap())),
            "[01]".prop_map(Bson::String),
            "[01]".prop_map(Bson::Symbol),
            any::<bool>().prop_map(Bson::Boolean),
            (0..2_u8).prop_map(|byte| Bson::ObjectId(ObjectId::from_bytes([byte; 12]))),
            (0..2_u8, 0..3_u8).prop_map(|(byte, subtype)| {
                Bson::Binary(bson::Binary { subtype: subtype.into(), bytes: vec![byte] })
            }),
            Just(Bson::Null),
            Just(Bson::Undefined),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Bson::Array),
                prop::collection::vec(("[ab]", inner), 0..3)
                    .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn two_values_are_the_same_where_their_bytes_are(a in value(), b in value()) {
            prop_assert_eq!(same(Some(&a), Some(&b)), bytes(&a) == bytes(&b), "{} and {}", a, b);
            prop_assert!(same(Some(&a), Some(&a.clone())));
            prop_assert!(equal(&a, &b) || !same(Some(&a), Some(&b)), "what is the same is equal: {} and {}", a, b);
        }
    }

    #[test]
    fn numbers_are_equal_by_their_value() {
        let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
        for (a, b) in [
            (Bson::Int32(5), Bson::Int64(5)),
            (Bson::Int64(5), Bson::Double(5.0)),
            (Bson::Double(-0.0), decimal("0.00")),
            (Bson::Double(1.5), decimal("1.50")),
            (Bson::Int64(5000), decimal("5E+3")),
            (Bson::Double(f64::NAN), decimal("NaN")),
            (Bson::Double(f64::NEG_INFINITY), decimal("-Infinity")),
            (doc! { "a": [5] }.into(), doc! { "a": [5.0] }.into()),
            ("a".into(), Bson::Symbol("a".into())),
        ] {
            assert!(equal(&a, &b) && equal(&b, &a), "{a} and {b}");
        }
        for (a, b) in [
            (Bson::Int64((1 << 53) + 1), Bson::Double(9_007_199_254_740_992.0)),
            (Bson::Double(0.1), decimal("0.1")),
            (Bson::Double(1.5), decimal("1.5000000000000000000001")),
            (Bson::Int32(5), Bson::Int32(-5)),
            (Bson::Int32(5), "5".into()),
            (doc! { "a": 1, "b": 2 }.into(), doc! { "b": 2, "a": 1 }.into()),
        ] {
            assert!(!equal(&a, &b) && !equal(&b, &a), "{a} and {b}");
        }
    }

    #[test]
    fn what_is_absent_is_the_same_as_nothing_else() {
        assert!(same(None, None) && !same(None, Some(&Bson::Null)) && !same(Some(&Bson::Null), None));
    }
}
