use bson::{Bson, doc};
use jiff::{Timestamp, tz::TimeZone};

use super::*;
use crate::{
    app::{
        place::{Reveal, WriteRules},
        tui::state::{
            form::{EditPlace, FieldUse, OpenField},
            named::ChosenSession,
        },
    },
    hook::{CipherKeys, EncryptedField, FieldCipher},
    session::{SessionKey, edit::DateContext},
};

fn reveal(id: &str) -> Reveal {
    let fields = vec![EncryptedField::new("ssn")];
    let keys = CipherKeys::new(id, &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
    Reveal::new(vec!["ssn".into()], Ok(FieldCipher::new(keys, fields).unwrap()))
}

fn stored() -> Document {
    let clear = doc! { "ssn": "078-05-1120", "tier": "gold" };
    reveal("2026-11").kept(&SessionKey::from("s"), &clear, None)
}

fn form(reveal: Reveal) -> MetadataForm {
    let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
    let opened = reveal.editable(&session.key, &stored()).into_owned();
    let mut form = MetadataForm::new(session, None, WriteRules { reveal, ..WriteRules::default() }, &opened);
    form.select(&[PathKey::Name("ssn".to_owned())]);
    form
}

fn says(form: &mut MetadataForm) -> String {
    form.says.take().unwrap_or_default()
}

#[test]
fn an_encrypted_field_is_edited_as_what_it_opens_to_and_follows_what_is_stored() {
    let mut form = form(reveal("2026-11"));
    assert_eq!(form.value(0), Some(&Bson::from("078-05-1120")));
    assert!(form.is_encrypted(&form.path(0)) && !form.is_encrypted(&form.path(1)));
    assert_eq!(form.edit(), EditPlace::Here);
    assert_eq!(form.field_editor().unwrap().editor.text(), "078-05-1120");
    // Another sealed the same value anew: nothing changed.
    form.told_stored(&stored());
    assert!(form.conflicts.is_empty() && form.changes().is_empty());
}

#[test]
fn a_draft_holds_it_sealed() {
    let mut form = form(reveal("2026-11"));
    form.edit();
    let draft = form.draft(None).sealed(&form.rules.reveal);
    let open = draft.open.clone().unwrap();
    assert_eq!(open.used_for, FieldUse::Value);
    assert!(!format!("{draft:?}").contains("078-05-1120"), "{draft:?}");
    let again = draft.opened(&form.rules.reveal);
    assert_eq!((again.open.unwrap().text, again.mine), ("078-05-1120".to_owned(), form.mine.clone()));
}

#[test]
fn what_cannot_be_opened_is_replaced_only_when_asked_for_twice() {
    let mut form = form(reveal("2027"));
    assert!(is_sealed(form.value(0).unwrap()));
    form.edit();
    assert!(form.field_editor().is_none());
    assert!(says(&mut form).starts_with("ssn is encrypted (key 2026-11) and cannot be opened"));
    assert!(form.large_editor().is_none());
    form.retype(&DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC));
    assert!(form.retyping().is_none());
    form.edit();
    assert_eq!(form.field_editor().unwrap().editor.text(), "");
}

#[test]
fn without_a_key_it_can_only_be_removed() {
    let missing = Reveal::new(vec!["ssn".into()], Err("the variable K is not set".to_owned()));
    for (reveal, why) in [(missing, "the variable K is not set"), (Reveal::default(), "does not name it")] {
        let mut form = form(reveal);
        for _ in 0..2 {
            form.edit();
            assert!(form.field_editor().is_none());
            let says = says(&mut form);
            assert!(says.contains(why), "{says}");
        }
        form.remove();
        assert_eq!(form.changes().len(), 1);
    }
}

#[test]
fn it_keeps_its_name_and_is_not_put_elsewhere_in_clear() {
    let mut form = form(reveal("2026-11"));
    form.rename();
    assert!(form.field_editor().is_none());
    assert!(says(&mut form).contains("neither renamed"));
    form.duplicate();
    assert!(says(&mut form).contains("kept encrypted"));
    let copied = form.copied().unwrap();
    assert_eq!(copied.text(), "078-05-1120", "whoever copies it has it");
    form.paste_field(&copied);
    assert!(says(&mut form).contains("in clear"));
    form.remove();
    form.paste_field(&copied);
    assert_eq!(form.mine.get_str("ssn").ok(), Some("078-05-1120"), "its own name keeps it encrypted");
}

#[test]
fn it_is_given_to_no_other_editor() {
    let mut in_row = form(reveal("2026-11"));
    assert!(!in_row.goes_outside() && !in_row.types_what_is_private());
    in_row.edit();
    assert!(in_row.types_what_is_private());
    let mut in_large = form(reveal("2026-11"));
    assert!(in_large.large_editor().is_some() && in_large.types_what_is_private());
    let mut other = form(reveal("2026-11"));
    other.select(&[PathKey::Name("tier".to_owned())]);
    other.edit();
    assert!(other.goes_outside() && !other.types_what_is_private());
}

#[test]
fn a_new_field_that_is_typed_as_a_path_is_private_too() {
    let iban = MetadataPath::from("customer").child("iban");
    let reveal = Reveal::new(vec![iban], Err("no key".to_owned()));
    let typed = |text: &str| OpenField {
        path: Vec::new(),
        used_for: FieldUse::New,
        after: None,
        large: false,
        text: text.to_owned(),
    };
    for (text, is_private) in
        [("customer.iban=DE1", true), ("customer:={}", true), ("tier=1", false), ("customer.name=Ada", false)]
    {
        assert_eq!(typed(text).is_private(&reveal), is_private, "{text}");
    }
}
