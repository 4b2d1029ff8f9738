use bson::{Binary, DateTime, doc, oid::ObjectId};
use proptest::prelude::*;

use super::*;

fn prefix() -> Scope {
    Scope::prefix("tenant-7/").unwrap()
}

fn field() -> Scope {
    Scope::field("tenant", "7").unwrap()
}

#[test]
fn what_would_take_in_others_is_no_scope() {
    for bad in ["", "tenant-7", "7", "tenanté", "tenant-7/ ", "a\0/", "a\u{202e}/", "a\u{fffd}/", "tenant-7/\n"] {
        let error = Scope::prefix(bad).unwrap_err();
        assert!(!error.hint.is_empty() && error.to_string().contains("can be no scope"), "{bad:?}: {error}");
    }
    let long = |length: usize| Scope::prefix(format!("{}/", "x".repeat(length - 1)));
    assert!(long(1024).is_ok() && long(1025).unwrap_err().to_string().len() < 100);
    for good in ["tenant-7/", "a.", ":", "Zoë_", "$x-"] {
        assert!(Scope::prefix(good).is_ok(), "{good:?}");
    }
}

#[test]
fn a_field_is_a_path_with_a_value_that_tells() {
    for bad in ["", "a.b", "$a", "a\0"] {
        assert!(Scope::field(bad, "7").is_err(), "{bad:?}");
    }
    let odd: [Bson; 8] = [
        "".into(),
        "\u{fffd}".into(),
        Bson::Null,
        7.0.into(),
        f64::NAN.into(),
        vec!["7"].into(),
        doc! { "$ne": 1 }.into(),
        DateTime::from_millis(0).into(),
    ];
    for value in odd {
        assert!(Scope::field("tenant", value.clone()).is_err(), "{value}");
    }
    let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: vec![7; 16] };
    for value in [Bson::from("7"), 7.into(), 7_i64.into(), true.into(), ObjectId::new().into(), uuid.into()] {
        assert!(Scope::field("tenant", value.clone()).is_ok(), "{value}");
    }
}

#[test]
fn only_a_string_that_begins_so_is_within() {
    let other = ObjectId::new();
    for (id, is_within) in [
        (Bson::from("tenant-7/a"), true),
        ("tenant-7/".into(), true),
        ("tenant-7/../tenant-8/a".into(), true),
        ("tenant-70/a".into(), false),
        ("tenant-7".into(), false),
        ("Tenant-7/a".into(), false),
        (" tenant-7/a".into(), false),
        ("tenant-7\u{2215}a".into(), false),
        (Bson::Symbol("tenant-7/a".to_owned()), false),
        (doc! { "$regex": "tenant-7/" }.into(), false),
        (vec!["tenant-7/a"].into(), false),
        (other.into(), false),
        (7.into(), false),
    ] {
        assert_eq!(prefix().admits(&SessionKey::new(id.clone())), is_within, "{id}");
        assert_eq!(prefix().holds(&doc! { "_id": id.clone(), "session_id": "tenant-7/a" }), is_within, "{id}");
    }
    assert!(!prefix().holds(&doc! { "session_id": "tenant-7/a" }));
}

#[test]
fn only_just_that_value_is_within() {
    for (metadata, is_within) in [
        (Bson::from(doc! { "tenant": "7" }), true),
        (doc! { "tenant": "70" }.into(), false),
        (doc! { "tenant": 7 }.into(), false),
        (doc! { "tenant": ["7"] }.into(), false),
        (doc! { "tenant": { "0": "7" } }.into(), false),
        (doc! { "Tenant": "7" }.into(), false),
        (doc! { "tenant ": "7" }.into(), false),
        (doc! {}.into(), false),
        (vec![doc! { "tenant": "7" }].into(), false),
        ("7".into(), false),
    ] {
        assert_eq!(field().holds(&doc! { "_id": "x", "metadata": metadata.clone() }), is_within, "{metadata}");
    }
    assert!(!field().holds(&doc! { "_id": "x", "tenant": "7" }));
    let number = Scope::field("tenant", 7).unwrap();
    assert!(number.holds(&doc! { "metadata": { "tenant": 7 } }));
    assert!(
        !number.holds(&doc! { "metadata": { "tenant": 7_i64 } })
            && !number.holds(&doc! { "metadata": { "tenant": 7.0 } })
    );
}

#[test]
fn the_field_that_tells_is_not_moved() {
    let path = MetadataPath::from("owner").child("tenant");
    let scope = Scope::field(path.clone(), "7").unwrap();
    let moves = |path: MetadataPath| scope.moving(&[MetadataEdit::set("a", 1), MetadataEdit::unset(path)]).is_some();
    assert!(moves(path.clone()) && moves(MetadataPath::from("owner")) && moves(path.child("x")));
    assert!(!moves(path.sibling("name")) && !moves(MetadataPath::from("tenant")));
    assert!(prefix().moving(&[MetadataEdit::unset("tenant")]).is_none());
}

#[test]
fn a_new_session_gets_the_field_unless_it_has_another() {
    let scope = Scope::field(MetadataPath::from("owner").child("tenant"), "7").unwrap();
    let new = |metadata: Document| scope.marked(&NewSession::new("x").metadata(metadata)).map(|new| new.metadata);
    let marked = doc! { "owner": { "tenant": "7" } };
    for given in [doc! {}, doc! { "owner": {} }, doc! { "owner": { "tenant": "" } }, marked.clone()] {
        assert_eq!(new(given), Some(marked.clone()));
    }
    for other in [doc! { "owner": { "tenant": "8" } }, doc! { "owner": "" }, doc! { "owner": { "tenant": 7 } }] {
        assert_eq!(new(other.clone()), None, "{other}");
    }
}

proptest! {
    #[test]
    fn a_prefix_is_compared_byte_by_byte(id in "(tenant-7/|tenant-7|Tenant-7/|tenant-70/|)[a-c/é\u{301}.-]{0,4}") {
        let is_within = id.as_bytes().starts_with(b"tenant-7/");
        prop_assert_eq!(prefix().admits(&SessionKey::from(id.as_str())), is_within);
        let filter = crate::repository::Filter {
            source: String::new(),
            terms: vec![crate::repository::filter::FilterTerm::new(crate::repository::filter::FilterTest::Within(prefix()))],
        };
        prop_assert_eq!(filter.matches(&doc! { "_id": id }), is_within);
    }
}
