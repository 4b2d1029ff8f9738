//! Edits as they are stored, and whole metadata.

use bson::{Bson, Document, doc};

use super::{OTHER_SECRET, SECRET, cipher, cipher_of, iban, opened, session, stored};
use crate::{
    hook::encryption::{CipherError, FieldCipher},
    session::{Guard, MetadataEdit, MetadataPath, edit::apply, sealed::SealedValue},
};

fn is_sealed(value: Option<&Bson>) -> bool {
    value.is_some_and(|value| SealedValue::read(value).is_some())
}

/// Metadata after edits that were sealed.
fn edited(cipher: &FieldCipher, edits: impl IntoIterator<Item = MetadataEdit>) -> Document {
    let mut edits: Vec<_> = edits.into_iter().collect();
    cipher.seal_edits(&session(), &mut edits).unwrap();
    let mut metadata = doc! { "customer": {} };
    apply(&mut metadata, &edits).unwrap();
    metadata
}

#[test]
fn only_chosen_values_are_sealed_and_guards_stay() {
    let guard = Some(Bson::from("as stored"));
    let mut edits = [
        MetadataEdit::set("ssn", "a").only_if(guard.clone()).before("tier"),
        MetadataEdit::set("tier", "gold").only_if(None),
        MetadataEdit::unset("email").only_if(guard.clone()),
        MetadataEdit::unset("customer"),
    ];
    let before = edits.clone();
    cipher().seal_edits(&session(), &mut edits).unwrap();
    assert!(is_sealed(edits[0].value.as_ref()));
    assert_eq!((&edits[0].guard, &edits[0].before), (&Guard::Stored(guard), &before[0].before));
    assert_eq!(edits[1..], before[1..]);
}

#[test]
fn a_whole_object_is_stored_with_its_chosen_field_sealed() {
    let cipher = cipher();
    let whole = doc! { "name": "Ada", "iban": { "country": "DE" }, "tags": ["a"] };
    let mut metadata = edited(&cipher, [MetadataEdit::set("customer", whole.clone())]);
    let customer = metadata.get_document("customer").unwrap();
    assert!(is_sealed(customer.get("iban")));
    assert_eq!(customer.keys().collect::<Vec<_>>(), ["name", "iban", "tags"]);
    assert!(cipher.open_metadata(&session(), &mut metadata).is_empty());
    assert_eq!(metadata, doc! { "customer": whole });
    // Nothing stands at the path: there is nothing to seal.
    for other in [Bson::from("text"), Bson::Array(vec![doc! { "name": 1 }.into()]), doc! { "name": 1 }.into()] {
        let metadata = edited(&cipher, [MetadataEdit::set("customer", other.clone())]);
        assert_eq!(metadata.get("customer"), Some(&other));
    }
}

#[test]
fn a_chosen_field_in_an_array_is_not_stored_in_clear() {
    let inner = Bson::Array(vec![5.into(), doc! { "iban": "DE89 3704" }.into()]);
    let refused = cipher().seal_edits(&session(), &mut [MetadataEdit::set("customer", inner)]).unwrap_err();
    assert_eq!(refused, CipherError::InArray { path: "customer".into(), field: iban() });
    assert!(!refused.to_string().contains("DE89"), "{refused}");
    // What is chosen may be an array itself.
    assert!(is_sealed(edited(&cipher(), [MetadataEdit::set("ssn", vec!["a", "b"])]).get("ssn")));
}

#[test]
fn an_edit_within_a_sealed_value_is_refused() {
    let within = MetadataPath::from("ssn").child("number");
    for edit in [MetadataEdit::set(within.clone(), 1), MetadataEdit::unset(within.clone())] {
        let refused = cipher().seal_edits(&session(), &mut [edit]);
        assert_eq!(refused, Err(CipherError::Within { path: within.clone(), field: "ssn".into() }));
    }
    let beside = edited(&cipher(), [MetadataEdit::set(MetadataPath::from("customer").child("name"), "Ada")]);
    assert_eq!(beside, doc! { "customer": { "name": "Ada" } });
}

#[test]
fn what_is_sealed_for_its_place_stays_as_it_is() {
    let older = stored(&cipher(), "ssn", "a");
    let rotated = cipher_of(&[("k2", OTHER_SECRET), ("k1", SECRET)]);
    assert_eq!(stored(&rotated, "ssn", older.clone()), older);
    let note = stored(&cipher(), "note", "a");
    assert_eq!(stored(&cipher(), "note", note.clone()), note);
    // Also within an object that is set as a whole.
    let sealed = stored(&cipher(), iban(), "DE1");
    let metadata = edited(&cipher(), [MetadataEdit::set("customer", doc! { "iban": sealed.clone() })]);
    assert_eq!(iban().value(&metadata), Some(&sealed));
}

#[test]
fn what_only_looks_sealed_is_a_text() {
    let cipher = cipher();
    let elsewhere = stored(&cipher, "email", "a");
    let tampered = Bson::String(stored(&cipher, "ssn", "a").as_str().unwrap().replace(":r:", ":b:"));
    let lost = stored(&cipher_of(&[("lost", OTHER_SECRET)]), "ssn", "a");
    for text in [elsewhere, tampered, lost, "strandscope-sealed:1:".into()] {
        let sealed = stored(&cipher, "ssn", text.clone());
        assert_ne!(sealed, text);
        assert_eq!(opened(&cipher, "ssn", &sealed), Ok(Some(text)));
    }
}

#[test]
fn what_was_put_back_without_its_key_opens_once_it_is_there() {
    let sealed = stored(&cipher_of(&[("lost", OTHER_SECRET)]), "ssn", 5);
    let twice = stored(&cipher(), "ssn", sealed);
    assert_eq!(opened(&cipher_of(&[("k1", SECRET), ("lost", OTHER_SECRET)]), "ssn", &twice), Ok(Some(5.into())));
}

#[test]
fn what_was_sealed_in_another_way_is_sealed_anew() {
    let cipher = cipher();
    // Of a time when the field was not yet bound: it would open in any session.
    let random = stored(&cipher, "ssn", "a").as_str().unwrap().to_owned();
    let fields = vec![crate::hook::EncryptedField::new("ssn").bound(true)];
    let keys = crate::hook::CipherKeys::new("k1", &SECRET.into()).unwrap();
    let bound = FieldCipher::new(keys, fields).unwrap();
    let anew = stored(&bound, "ssn", random);
    assert!(SealedValue::read(&anew).unwrap().bound);
    assert_eq!(opened(&bound, "ssn", &anew), Ok(Some("a".into())));
}

#[test]
fn metadata_is_opened_as_far_as_it_can_be() {
    let cipher = cipher();
    let lost = stored(&cipher_of(&[("lost", OTHER_SECRET)]), "ssn", "a");
    let moved = stored(&cipher, "email", "a@b.c");
    let sealed_iban = stored(&cipher, iban(), 5_i64);
    let mut metadata = doc! {
        "ssn": lost.clone(),
        "email": moved.clone(),
        "note": "in clear",
        "copy": moved.clone(),
        "customer": { "iban": sealed_iban.clone(), "list": [sealed_iban.clone()] },
    };
    let findings = cipher.open_metadata(&session(), &mut metadata);
    let told: Vec<_> = findings.iter().map(|finding| finding.path.to_string()).collect();
    assert_eq!(told, ["ssn"]);
    assert!(matches!(&findings[0].problem, CipherError::UnknownKey { key_id, .. } if key_id == "lost"));
    let read = doc! {
        "ssn": lost,
        "email": "a@b.c",
        "note": "in clear",
        "copy": moved,
        "customer": { "iban": 5_i64, "list": [sealed_iban] },
    };
    assert_eq!(metadata, read);
}

#[test]
fn a_rotation_makes_all_new_that_can_be() {
    let old = cipher();
    let rotated = cipher_of(&[("k2", OTHER_SECRET), ("k1", SECRET)]);
    let lost = stored(&cipher_of(&[("lost", SECRET)]), "note", "b");
    let mut metadata = doc! {
        "ssn": stored(&old, "ssn", "a"),
        "email": stored(&rotated, "email", "a@b.c"),
        "note": lost.clone(),
        "customer": { "iban": "in clear" },
        "tier": "gold",
    };
    let before = metadata.clone();
    let rotation = rotated.rotate(&session(), &metadata);
    assert_eq!(rotation.findings.iter().map(|finding| finding.path.top()).collect::<Vec<_>>(), ["note"]);
    let paths: Vec<_> = rotation.edits.iter().map(|edit| edit.path.to_string()).collect();
    assert_eq!(paths, ["ssn", "customer.iban"]);
    // They pass the hook as they are.
    let mut again = rotation.edits.clone();
    rotated.seal_edits(&session(), &mut again).unwrap();
    assert_eq!(again, rotation.edits);
    apply(&mut metadata, &rotation.edits).unwrap();
    assert!(rotated.rotate(&session(), &metadata).edits.is_empty());
    assert_eq!(SealedValue::read(metadata.get("ssn").unwrap()).unwrap().key_id, "k2");
    assert_eq!(rotated.open_metadata(&session(), &mut metadata).len(), 1);
    assert_eq!(
        metadata,
        doc! {
            "ssn": "a", "email": "a@b.c", "note": lost, "customer": { "iban": "in clear" }, "tier": "gold",
        }
    );
    // Where another was quicker nothing is overwritten.
    let mut theirs = before;
    theirs.insert("ssn", "changed");
    assert!(apply(&mut theirs, &rotation.edits).is_err());
}
