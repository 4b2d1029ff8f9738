//! What an ID means that a person types whole: the one rule for `show ID`, `in:ID` and wherever else one is given.

use bson::{Bson, oid::ObjectId};

use super::{spell::unspelled, typed};
use crate::session::edit::equal;

/// One meaning of an ID.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum IdMeaning {
    /// The session whose `_id` equals one of these, which are as likely.
    Key(Vec<Bson>),
    /// The sessions with that `session_id`.
    Name(Bson),
}

impl IdMeaning {
    /// Whether it means a session with that `_id` and that `session_id`, where it has them.
    pub fn holds(&self, key: Option<&Bson>, name: Option<&Bson>) -> bool {
        match self {
            Self::Key(ids) => key.is_some_and(|key| ids.iter().any(|id| equal(key, id))),
            Self::Name(meant) => name.is_some_and(|name| equal(name, meant)),
        }
    }
}

/// All that an ID may mean, the likeliest first: a text before anything that a text can stand for.
pub(crate) fn id_meanings(id: &str) -> Vec<IdMeaning> {
    let mut all = vec![IdMeaning::Key(vec![id.into()]), IdMeaning::Name(id.into())];
    all.extend(typed::meanings(id).into_iter().map(IdMeaning::Key));
    all.extend(ObjectId::parse_str(id).ok().map(|id| IdMeaning::Name(id.into())));
    // The list spells a name out that hides something.
    all.extend(unspelled(id).map(|name| IdMeaning::Name(name.into())));
    all
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn means(id: &str, key: impl Into<Bson>) -> bool {
        let key = key.into();
        id_meanings(id).iter().any(|meaning| meaning.holds(Some(&key), None))
    }

    #[test]
    fn an_id_means_whatever_is_shown_so_or_typed_so() {
        let oid = ObjectId::parse_str("65a5c1d2e3f4a5b6c7d8e9f0").unwrap();
        for id in ["65a5c1d2e3f4a5b6c7d8e9f0", "65A5C1D2E3F4A5B6C7D8E9F0", r#"{"$oid":"65a5c1d2e3f4a5b6c7d8e9f0"}"#] {
            assert!(means(id, oid), "{id}");
        }
        assert!(means("null", Bson::Null) && means("null", "null") && means(r#"{"$literal":null}"#, Bson::Null));
        assert!(means("true", true) && !means("true", false));
        for number in [Bson::Int32(5), Bson::Int64(5), Bson::Double(5.0), Bson::Decimal128("5.00".parse().unwrap())] {
            assert!(means("5", number.clone()) && means(r#"{"$numberInt":"5"}"#, number.clone()), "{number}");
            assert!(!means("6", number));
        }
        assert!(means(r#"{"n":5}"#, doc! { "n": 5_i64 }), "as the list shows it");
        assert!(means(r#""trail ""#, "trail ") && !means("trail", "trail "));
    }

    #[test]
    fn a_name_is_a_text_or_an_object_id() {
        let oid = ObjectId::from_bytes([7; 12]);
        let named = |id: &str, name: Bson| id_meanings(id).iter().any(|meaning| meaning.holds(None, Some(&name)));
        assert!(named("a", "a".into()) && named(r#""""#, "".into()) && named(&oid.to_hex(), oid.into()));
        assert!(!named("5", 5.into()));
    }

    #[test]
    fn a_text_comes_first() {
        assert_eq!(id_meanings("x"), [IdMeaning::Key(vec!["x".into()]), IdMeaning::Name("x".into())]);
        assert_eq!(id_meanings("null").last(), Some(&IdMeaning::Key(vec![Bson::Null])));
    }
}
