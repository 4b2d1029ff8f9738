use bson::{bson, doc};
use proptest::prelude::*;

use super::*;
use crate::{
    hook::{CipherKeys, EncryptedField},
    repository::{Error, ErrorKind, Filter},
    session::Guard,
};

const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn iban() -> MetadataPath {
    MetadataPath::from("customer").child("iban")
}

fn fields() -> Vec<EncryptedField> {
    vec![
        EncryptedField::new("ssn").bound(true),
        EncryptedField::new(iban()),
        EncryptedField::new("email").deterministic(true),
        EncryptedField::new("vault"),
    ]
}

fn with_key(id: &str) -> Reveal {
    let keys = CipherKeys::new(id, &SECRET.into()).unwrap();
    let paths = fields().into_iter().map(|field| field.path).collect();
    Reveal::new(paths, Ok(FieldCipher::new(keys, fields()).unwrap()))
}

fn without_key() -> Reveal {
    Reveal::new(fields().into_iter().map(|field| field.path).collect(), Err("the file is gone".to_owned()))
}

fn session() -> SessionKey {
    "support-1042".into()
}

/// As a store has it that knows these values in clear.
fn stored(reveal: &Reveal, clear: &Document) -> Document {
    reveal.kept(&session(), clear, None)
}

fn clear() -> Document {
    doc! {
        "tier": "gold", "ssn": "078-05-1120", "email": "ada@example.org",
        "customer": { "name": "Ada", "iban": "DE89 3704" }, "vault": { "pin": 1234, "hint": "my cat" },
    }
}

/// Carries edits out over what is stored, and opens what is there then.
fn written(reveal: &Reveal, stored: &Document, edits: Vec<MetadataEdit>) -> (Document, Document) {
    let sealed = reveal.sealed(&session(), edits, stored).unwrap();
    for edit in &sealed {
        let guard = format!("{:?}", edit.guard);
        for value in ["078-05-1120", "ada@", "DE89 3704", "my cat"] {
            assert!(!guard.contains(value), "{guard}");
        }
    }
    let mut after = stored.clone();
    edit::apply(&mut after, &sealed).unwrap();
    let opened = reveal.opened(&session(), &after).into_owned();
    (after, opened)
}

#[test]
fn what_is_edited_opened_is_stored_sealed() {
    let reveal = with_key("2026-11");
    let before = stored(&reveal, &clear());
    assert!(is_sealed(before.get("ssn").unwrap()) && is_sealed(iban().value(&before).unwrap()));
    let base = reveal.editable(&session(), &before).into_owned();
    assert_eq!(base, clear());
    let mut mine = base.clone();
    mine.insert("ssn", "219-09-9999");
    mine.insert("tier", "silver");
    mine.get_document_mut("customer").unwrap().insert("iban", 5_i64);
    mine.get_document_mut("vault").unwrap().insert("pin", 4321);
    mine.get_document_mut("vault").unwrap().remove("hint");
    let (after, opened) = written(&reveal, &before, edit::difference(&base, &mine));
    assert_eq!(opened, mine);
    assert_eq!(after.get_str("tier").ok(), Some("silver"));
    assert!(["ssn", "email", "vault"].iter().all(|key| is_sealed(after.get(key).unwrap())));
    assert!(is_sealed(iban().value(&after).unwrap()));
    assert_eq!(after.get("email"), before.get("email"), "it was not touched");
}

#[test]
fn what_stays_the_same_stays_as_it_is_stored() {
    let reveal = with_key("2026-11");
    let before = stored(&reveal, &clear());
    // Moved, and set within an object as a whole.
    let mut customer = clear().get_document("customer").unwrap().clone();
    customer.insert("name", "Bea");
    let edits = vec![
        MetadataEdit::set("ssn", "078-05-1120").only_if(Some("078-05-1120".into())).before("tier"),
        MetadataEdit::set("customer", customer).only_if(clear().get("customer").cloned()),
    ];
    let (after, opened) = written(&reveal, &before, edits);
    assert_eq!((after.get("ssn"), iban().value(&after)), (before.get("ssn"), iban().value(&before)));
    assert_eq!(opened.get_document("customer").unwrap().get_str("name").ok(), Some("Bea"));
    assert_eq!(after.keys().next().map(String::as_str), Some("ssn"));
}

#[test]
fn another_value_than_was_seen_is_a_conflict_that_tells_none_in_clear() {
    let reveal = with_key("2026-11");
    let before = stored(&reveal, &clear());
    for edit in [
        MetadataEdit::set("ssn", "1").only_if(Some("2".into())),
        MetadataEdit::set(MetadataPath::from("vault").child("pin"), 1).only_if(Some(2.into())),
    ] {
        let error = reveal.sealed(&session(), vec![edit], &before).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let Error::Conflict { stored, .. } = error else { panic!("another error") };
        assert!(stored.is_some_and(|stored| is_sealed(&stored)));
    }
    // The same value that somebody sealed anew is the same.
    let anew = stored(&reveal, &clear());
    assert_ne!(anew.get("ssn"), before.get("ssn"));
    let edit = MetadataEdit::set("ssn", "1").only_if(Some("078-05-1120".into()));
    let sealed = reveal.sealed(&session(), vec![edit], &anew).unwrap();
    assert_eq!(sealed[0].guard, Guard::Stored(anew.get("ssn").cloned()));
}

#[test]
fn without_the_key_nothing_is_stored_in_clear() {
    let before = stored(&with_key("2026-11"), &clear());
    let reveal = without_key();
    assert_eq!(reveal.editable(&session(), &before).into_owned(), before);
    for edit in [
        MetadataEdit::set("ssn", "1").only_if(before.get("ssn").cloned()),
        MetadataEdit::set("customer", doc! { "iban": "DE1" }),
        MetadataEdit::set(MetadataPath::from("vault").child("pin"), 1),
    ] {
        let error = reveal.sealed(&session(), vec![edit], &before).unwrap_err();
        assert!(error.to_string().contains("the file is gone"), "{error}");
    }
    let gone = vec![MetadataEdit::unset("ssn").only_if(before.get("ssn").cloned())];
    assert_eq!(reveal.sealed(&session(), gone.clone(), &before).unwrap(), gone);
    let other = vec![MetadataEdit::set("tier", "silver")];
    assert_eq!(reveal.sealed(&session(), other.clone(), &before).unwrap(), other);
    assert_eq!(reveal.kept(&session(), &clear(), None).keys().collect::<Vec<_>>(), ["tier", "customer"]);
    assert_eq!(reveal.kept_text(&session(), "typed"), "");
}

#[test]
fn what_would_stand_in_an_array_is_neither_stored_nor_kept_in_clear() {
    let inner = bson!([{ "iban": "DE89 3704" }]);
    for reveal in [with_key("2026-11"), without_key()] {
        let edits = vec![MetadataEdit::set("customer", inner.clone())];
        let error = reveal.sealed(&session(), edits, &Document::new()).unwrap_err().to_string();
        assert!(error.contains("customer") && !error.contains("DE89"), "{error}");
        let kept = reveal.kept(&session(), &doc! { "customer": inner.clone(), "tier": 1 }, None);
        assert_eq!(kept, doc! { "tier": 1 });
    }
}

#[test]
fn a_field_that_is_not_named_any_more_does_not_become_clear() {
    let before = stored(&with_key("2026-11"), &clear());
    let edit = || MetadataEdit::set("ssn", "1").only_if(before.get("ssn").cloned());
    let error = Reveal::default().sealed(&session(), vec![edit()], &before).unwrap_err();
    assert!(error.to_string().contains("would be stored in clear"), "{error}");
    let customer = MetadataEdit::set("customer", doc! { "iban": "x" }).only_if(before.get("customer").cloned());
    assert!(Reveal::default().sealed(&session(), vec![customer], &before).is_err());
    let gone = MetadataEdit::unset("ssn").only_if(before.get("ssn").cloned());
    assert!(Reveal::default().sealed(&session(), vec![gone], &before).is_ok());
}

#[test]
fn what_another_key_sealed_can_be_replaced_alone() {
    let before = stored(&with_key("2025"), &clear());
    let reveal = with_key("2026-11");
    assert_eq!(sealed_words(before.get("ssn").unwrap()).as_deref(), Some("encrypted (key 2025)"));
    assert_eq!(reveal.open(&session(), &"ssn".into(), before.get("ssn").unwrap()), None);
    let edits = vec![MetadataEdit::set("ssn", "1").only_if(before.get("ssn").cloned())];
    let (_, opened) = written(&reveal, &before, edits);
    assert_eq!(opened.get_str("ssn").ok(), Some("1"));
    let within = MetadataEdit::set(MetadataPath::from("vault").child("pin"), 1);
    assert!(reveal.sealed(&session(), vec![within], &before).is_err(), "nobody knows what else is in it");
}

#[test]
fn what_another_key_sealed_is_stored_as_it_was_where_it_is_given_back() {
    let before = stored(&with_key("2025"), &clear());
    let mut customer = before.get_document("customer").unwrap().clone();
    customer.insert("name", "Bea");
    let edits =
        vec![MetadataEdit::set("ssn", before.get("ssn").cloned().unwrap()), MetadataEdit::set("customer", customer)];
    let (after, _) = written(&with_key("2026-11"), &before, edits);
    assert_eq!((after.get("ssn"), iban().value(&after)), (before.get("ssn"), iban().value(&before)));
    assert_eq!(after.get_document("customer").unwrap().get_str("name").ok(), Some("Bea"));
}

#[test]
fn what_is_kept_on_a_disk_is_sealed_and_comes_back() {
    let reveal = with_key("2026-11");
    let base = reveal.kept(&session(), &clear(), None);
    let mut mine = clear();
    mine.insert("ssn", "219-09-9999");
    let kept = reveal.kept(&session(), &mine, Some((&clear(), &base)));
    assert_eq!((kept.get("email"), kept.get("vault")), (base.get("email"), base.get("vault")));
    assert!(!format!("{kept} {base}").contains("219-09-9999") && !kept.to_string().contains("DE89 3704"));
    assert_eq!(reveal.editable(&session(), &kept).into_owned(), mine);
    let typed = reveal.kept_text(&session(), "219-");
    assert!(is_sealed(&Bson::String(typed.clone())));
    assert_eq!(reveal.typed_text(&session(), typed.clone()), "219-");
    let turned: Vec<EncryptedField> = fields().into_iter().rev().collect();
    let paths = turned.iter().map(|field| field.path.clone()).collect();
    let keys = CipherKeys::new("2026-11", &SECRET.into()).unwrap();
    let turned = Reveal::new(paths, Ok(FieldCipher::new(keys, turned).unwrap()));
    assert_eq!(turned.typed_text(&session(), typed), "219-", "the settings name them in another order");
    assert_eq!(reveal.typed_text(&session(), "plain".to_owned()), "plain");
}

#[test]
fn a_filter_finds_the_value_that_is_the_same_each_time() {
    let reveal = with_key("2026-11");
    let before = stored(&reveal, &clear());
    let document = doc! { "_id": "support-1042", "metadata": before };
    for (typed, found) in
        [("meta.email:ada@example.org", true), ("meta.email:other", false), ("meta.ssn:078-05-1120", false)]
    {
        let mut filter = Filter::parse(typed, jiff::Timestamp::UNIX_EPOCH).unwrap();
        assert!(!filter.matches(&document), "{typed}");
        reveal.search(&mut filter);
        assert_eq!(filter.matches(&document), found, "{typed}");
    }
}

#[test]
fn what_is_typed_is_kept_on_no_disk_in_clear() {
    let reveal = with_key("2026-11");
    let on_disk = |typed: &str| {
        let filter = Filter::parse(typed, jiff::Timestamp::UNIX_EPOCH).unwrap();
        reveal.filter_on_disk(&filter).into_owned()
    };
    for typed in ["app:x meta.email:ada@example.org", "-meta.vault.pin:1234", "meta.customer.iban:>5"] {
        assert_eq!(on_disk(typed), "a filter for a value that is kept encrypted", "{typed}");
    }
    assert_eq!(on_disk("app:x meta.tier:gold"), "app:x meta.tier:gold");
}

#[test]
fn what_cannot_be_opened_is_told_wherever_it_stands() {
    let before = stored(&with_key("2025"), &clear());
    let customer = before.get("customer").unwrap();
    let opened = with_key("2025").opened_value(&session(), &"customer".into(), customer);
    assert_eq!(Some(&opened), clear().get("customer"));
    let lost = with_key("2026-11");
    assert_eq!(lost.opened_value(&session(), &"customer".into(), customer), *customer);
    assert_eq!(with_sealed_words(customer).into_owned(), bson!({ "name": "Ada", "iban": "encrypted (key 2025)" }));
    let why = |reveal: &Reveal, typed: &str| reveal.unopened(typed, true, &reveal.editable(&session(), &before));
    assert!(why(&lost, "ssn").unwrap().contains("encrypted (key 2025)"));
    assert!(why(&lost, "vault.pin").unwrap().starts_with("vault is encrypted (key 2025)"));
    assert!(why(&without_key(), "vault.pin").unwrap().contains("the file is gone"));
    assert_eq!(why(&without_key(), "ssn"), None, "it is refused as it is written");
    for typed in ["tier", "customer", "customer.name", "none"] {
        assert_eq!(why(&lost, typed), None, "{typed}");
    }
    assert_eq!(why(&with_key("2025"), "vault.pin"), None);
    assert_eq!(lost.unopened("ssn", false, &before), None, "it is replaced as a whole");
    assert!(lost.unopened("vault.pin", false, &before).is_some());
}

#[test]
fn no_key_and_no_value_is_in_debug() {
    let told = format!("{:?} {:?}", with_key("2026-11"), without_key());
    assert!(told.contains("ssn") && !told.contains("MDEy"), "{told}");
}

proptest! {
    /// Whatever is changed of metadata that were seen opened: what is stored opens to that, and holds no chosen value in clear.
    #[test]
    fn edits_come_out_as_they_were_meant(
        ssn in proptest::option::of("[a-z]{1,4}"),
        name in "[a-z]{1,4}",
        pin in proptest::option::of(0..9_i32),
        iban_value in proptest::option::of(0..9_i64),
    ) {
        let reveal = with_key("k");
        let before = stored(&reveal, &clear());
        let mut mine = clear();
        match ssn {
            Some(ssn) => drop(mine.insert("ssn", ssn)),
            None => drop(mine.remove("ssn")),
        }
        let customer = mine.get_document_mut("customer").unwrap();
        customer.insert("name", name);
        match iban_value {
            Some(value) => drop(customer.insert("iban", value)),
            None => drop(customer.remove("iban")),
        }
        match pin {
            Some(pin) => drop(mine.insert("vault", bson!({ "pin": pin, "hint": "my cat" }))),
            None => drop(mine.insert("vault", "none")),
        }
        let edits = edit::difference(&clear(), &mine);
        let sealed = reveal.sealed(&session(), edits, &before).unwrap();
        let mut after = before.clone();
        edit::apply(&mut after, &sealed).unwrap();
        let opened = reveal.opened(&session(), &after).into_owned();
        prop_assert_eq!(opened, mine);
        for field in fields() {
            prop_assert!(field.path.value(&after).is_none_or(is_sealed));
        }
    }
}
