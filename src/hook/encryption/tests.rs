//! What is sealed, what opens, and what does not.

mod edits;
mod through_hooks;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::doc;
use proptest::prelude::*;

use super::*;
use crate::session::edit::same;

/// `0123456789abcdef0123456789abcdef`.
const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// `fedcba9876543210fedcba9876543210`.
const OTHER_SECRET: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

fn fields() -> Vec<EncryptedField> {
    vec![
        EncryptedField::new("ssn"),
        EncryptedField::new("email").deterministic(true),
        EncryptedField::new("note").bound(true),
        EncryptedField::new(iban()),
    ]
}

fn iban() -> MetadataPath {
    MetadataPath::from("customer").child("iban")
}

/// With the keys of these ids and secrets, the first the active one.
fn cipher_of(keys: &[(&str, &str)]) -> FieldCipher {
    let text: Vec<String> = keys.iter().map(|(id, secret)| format!("{id}:{secret}")).collect();
    FieldCipher::new(CipherKeys::parse(&text.join(",").into()).unwrap(), fields()).unwrap()
}

fn cipher() -> FieldCipher {
    cipher_of(&[("k1", SECRET)])
}

fn session() -> SessionKey {
    "support-1".into()
}

/// What is stored where a value is set.
fn stored(cipher: &FieldCipher, path: impl Into<MetadataPath>, value: impl Into<Bson>) -> Bson {
    let mut edits = [MetadataEdit::set(path, value)];
    cipher.seal_edits(&session(), &mut edits).unwrap();
    let [edit] = edits;
    edit.value.unwrap()
}

fn opened(cipher: &FieldCipher, path: impl Into<MetadataPath>, stored: &Bson) -> Result<Option<Bson>, CipherError> {
    cipher.open(&session(), &path.into(), stored)
}

fn is_not_authentic(read: &Result<Option<Bson>, CipherError>) -> bool {
    matches!(read, Err(CipherError::NotAuthentic { .. }))
}

/// Of every type that BSON has.
fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY]).prop_map(Bson::Double),
        any::<String>().prop_map(Bson::String),
        "[01]{0,3}".prop_map(Bson::Symbol),
        "[a-z]{0,3}".prop_map(Bson::JavaScriptCode),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i64>().prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
        any::<[u8; 16]>().prop_map(|bytes| Bson::Decimal128(bson::Decimal128::from_bytes(bytes))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(bson::oid::ObjectId::from_bytes(bytes))),
        (any::<Vec<u8>>(), prop::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 0x80]))
            .prop_map(|(bytes, subtype)| { Bson::Binary(bson::Binary { subtype: subtype.into(), bytes }) }),
        (any::<u32>(), any::<u32>()).prop_map(|(time, increment)| Bson::Timestamp(bson::Timestamp { time, increment })),
        prop::sample::select(vec![Bson::Null, Bson::Undefined, Bson::MinKey, Bson::MaxKey]),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Bson::Array),
            prop::collection::vec(("[a-z.$]{0,3}", inner), 0..3)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back_with_its_type(value in value(), at in 0..4_usize) {
        let cipher = cipher();
        let path = fields()[at].path.clone();
        let stored = stored(&cipher, path.clone(), value.clone());
        prop_assert_eq!(SealedValue::read(&stored).map(|sealed| sealed.key_id), Some("k1"));
        let opened = opened(&cipher, path, &stored).unwrap();
        prop_assert!(same(opened.as_ref(), Some(&value)), "{:?} became {:?}", value, opened);
    }

    #[test]
    fn any_text_is_asked_without_harm(text in "(strandscope-sealed:1:k1:[rdb]:)?[A-Za-z0-9_-]{0,120}") {
        let read = opened(&cipher(), "ssn", &Bson::String(text));
        prop_assert!(read == Ok(None) || is_not_authentic(&read));
    }
}

/// Made by another implementation of AES-SIV, so that what is stored today opens tomorrow.
#[test]
fn the_form_is_as_written() {
    let cipher = cipher();
    for text in [
        "strandscope-sealed:1:k1:d:5rY_w1uhMd-FVXbMoRNehF-RP3Chp54DPhbC6y503RFJcgkOdC8",
        "strandscope-sealed:1:k1:r:AAECAwQFBgcICQoLDA0ODzRy96gZ4RXjAKYnnsvH-BjmqneOW18VJBR4EOpEcMRa4H023p_z",
        "strandscope-sealed:1:k1:b:AAECAwQFBgcICQoLDA0OD-wF-51AIRQk5s1IpYV16sV_8L9GdqnBt4oNcM-lQN2WJ6v-QoG3",
    ] {
        assert_eq!(opened(&cipher, iban(), &text.into()), Ok(Some("DE89 3704".into())), "{text}");
    }
    let deterministic = FieldCipher::new(
        CipherKeys::new("k1", &SECRET.into()).unwrap(),
        vec![EncryptedField::new(iban()).deterministic(true)],
    );
    assert_eq!(
        stored(&deterministic.unwrap(), iban(), "DE89 3704"),
        Bson::from("strandscope-sealed:1:k1:d:5rY_w1uhMd-FVXbMoRNehF-RP3Chp54DPhbC6y503RFJcgkOdC8")
    );
}

#[test]
fn no_byte_of_it_can_be_changed() {
    let cipher = cipher_of(&[("k1", SECRET), ("k2", OTHER_SECRET)]);
    for path in ["ssn", "email", "note"] {
        let stored = stored(&cipher, path, "078-05-1120");
        let text = stored.as_str().unwrap();
        for at in 0..text.len() {
            for other in b"Az09_-:=. bdrk12\0".iter().copied().filter(|other| *other != text.as_bytes()[at]) {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = other;
                let changed = Bson::String(String::from_utf8(changed).unwrap());
                let read = opened(&cipher, path, &changed);
                let looks_so = SealedValue::read(&changed).is_some();
                assert_eq!(read.is_err(), looks_so, "{changed} gave {read:?}");
                assert!(read.is_err() || read == Ok(None), "{changed} gave {read:?}");
            }
            assert!(!matches!(opened(&cipher, path, &Bson::from(&text[..at])), Ok(Some(_))), "cut at {at}");
        }
        assert!(!matches!(opened(&cipher, path, &format!("{text}AA").into()), Ok(Some(_))));
    }
}

#[test]
fn no_bit_of_what_is_encrypted_can_be_changed() {
    let cipher = cipher();
    for path in ["ssn", "email", "note"] {
        let stored = stored(&cipher, path, doc! { "number": "078-05-1120", "issued": 1936_i64 });
        let (head, base64) = stored.as_str().unwrap().rsplit_once(':').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(base64).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let text = format!("{head}:{}", URL_SAFE_NO_PAD.encode(changed));
            assert!(is_not_authentic(&opened(&cipher, path, &text.into())), "{path}, bit {bit}");
        }
    }
}

#[test]
fn it_opens_where_it_belongs_alone() {
    let cipher = cipher();
    for path in ["ssn", "email", "note"] {
        let stored = stored(&cipher, path, 5);
        assert_eq!(opened(&cipher, path, &stored), Ok(Some(5.into())));
        // Two keys that are written alike are two paths all the same.
        for other in ["ssm".into(), iban(), MetadataPath::from(path).child(""), MetadataPath::from("").child(path)] {
            assert!(is_not_authentic(&opened(&cipher, other.clone(), &stored)), "{path} at {other}");
        }
        let elsewhere = cipher.open(&"support-2".into(), &path.into(), &stored);
        if path == "note" {
            assert!(is_not_authentic(&elsewhere));
        } else {
            assert_eq!(elsewhere, Ok(Some(5.into())));
        }
    }
    // An _id that reads alike is another session.
    let note = stored(&cipher, "note", 5);
    let oid = bson::oid::ObjectId::from_bytes([7; 12]);
    let bound = |id: Bson| {
        let mut edits = [MetadataEdit::set("note", 5)];
        cipher.seal_edits(&SessionKey::new(id), &mut edits).unwrap();
        let [edit] = edits;
        edit.value.unwrap()
    };
    let of_oid = bound(oid.into());
    assert!(is_not_authentic(&cipher.open(&oid.to_hex().as_str().into(), &"note".into(), &of_oid)));
    assert_eq!(cipher.open(&oid.into(), &"note".into(), &of_oid), Ok(Some(5.into())));
    assert!(is_not_authentic(&cipher.open(&SessionKey::new(5.into()), &"note".into(), &note)));
    let dotted = MetadataPath::from("customer.iban");
    assert!(is_not_authentic(&opened(&cipher, dotted, &stored(&cipher, iban(), 5))));
}

#[test]
fn a_wrong_key_and_a_lost_one_are_told_apart() {
    let sealed = stored(&cipher(), "ssn", "078-05-1120");
    let lost = opened(&cipher_of(&[("k2", SECRET)]), "ssn", &sealed);
    assert_eq!(lost, Err(CipherError::UnknownKey { path: "ssn".into(), key_id: "k1".to_owned() }));
    let wrong = opened(&cipher_of(&[("k1", OTHER_SECRET)]), "ssn", &sealed);
    assert_eq!(wrong, Err(CipherError::NotAuthentic { path: "ssn".into(), key_id: "k1".to_owned() }));
    for error in [lost.unwrap_err(), wrong.unwrap_err()] {
        let text = error.to_string();
        assert!(text.contains("metadata.ssn") && text.contains("\"k1\"") && !text.contains("078"), "{text}");
    }
    let renamed = sealed.as_str().unwrap().replace(":k1:", ":k2:");
    assert!(is_not_authentic(&opened(&cipher_of(&[("k1", SECRET), ("k2", SECRET)]), "ssn", &renamed.into())));
}

#[test]
fn equal_values_are_told_by_deterministic_ones_alone() {
    let cipher = cipher();
    for (path, is_equal) in [("ssn", false), ("note", false), ("email", true)] {
        assert_eq!(stored(&cipher, path, "a@b.c") == stored(&cipher, path, "a@b.c"), is_equal, "{path}");
    }
    assert_ne!(stored(&cipher, "email", 5), stored(&cipher, "email", 5_i64));
}

#[test]
fn a_deterministic_value_is_searched_for_by_all_keys() {
    let rotated = cipher_of(&[("k2", OTHER_SECRET), ("k1", SECRET)]);
    let texts = rotated.seal_for_search(&"email".into(), &"a@b.c".into()).unwrap();
    let by_key = [&rotated, &cipher()].map(|cipher| stored(cipher, "email", "a@b.c"));
    assert_eq!(texts.into_iter().map(Bson::String).collect::<Vec<_>>(), by_key);
    for path in ["ssn", "other"] {
        let refused = rotated.seal_for_search(&path.into(), &"a@b.c".into());
        assert_eq!(refused, Err(CipherError::NotDeterministic { path: path.into() }));
    }
}

#[test]
fn fields_that_do_not_go_together_are_refused() {
    let with = |fields| FieldCipher::new(CipherKeys::new("k1", &SECRET.into()).unwrap(), fields);
    let (outer, inner) = (MetadataPath::from("customer"), iban());
    let overlap = Err(CipherError::Overlap { outer: outer.clone(), inner: inner.clone() });
    let chosen = |paths: [&MetadataPath; 2]| with(paths.map(EncryptedField::new).to_vec()).map(drop);
    assert_eq!(chosen([&outer, &inner]), overlap);
    assert_eq!(chosen([&inner, &outer]), overlap);
    assert!(matches!(chosen([&inner, &inner]), Err(CipherError::Overlap { .. })));
    assert_eq!(chosen([&inner, &outer.child("ibans")]), Ok(()));
    let both = with(vec![EncryptedField::new("a").deterministic(true).bound(true)]).map(drop);
    assert_eq!(both, Err(CipherError::DeterministicBound { path: "a".into() }));
    assert!(with(Vec::new()).is_ok());
}

#[test]
fn nothing_shows_a_secret() {
    let cipher = cipher();
    let shown = format!("{cipher:?} {:?}", EncryptMetadata::new(cipher.clone()));
    assert!(shown.contains("k1") && !shown.contains("MDEy"), "{shown}");
    let unfit = cipher.seal_edits(&session(), &mut [MetadataEdit::set("ssn", doc! { "078\0": 1 })]).unwrap_err();
    assert!(matches!(unfit, CipherError::Unencodable { .. }) && !unfit.to_string().contains("078"), "{unfit}");
}
