//! Fields that are kept encrypted, changed by hand.

use super::*;
use crate::{
    app::place::{Reveal, is_sealed},
    hook::{CipherKeys, EncryptedField, FieldCipher},
};

#[tokio::test]
async fn what_is_kept_encrypted_is_nowhere_in_clear_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (mut hand, repository) = hand(dir.path()).await;
    let state = tempfile::tempdir().unwrap();
    hand.journal = Journal::new(Some(state.path().to_owned()));
    let keys = CipherKeys::new("k", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
    let fields = ["ssn", "y"].map(|field| EncryptedField::new(field).bound(true)).to_vec();
    let reveal = Reveal::new(vec!["ssn".into(), "y".into()], Ok(FieldCipher::new(keys, fields).unwrap()));
    hand.place.rules.reveal = reveal.clone();
    let opened = async || {
        let stored = repository.metadata(&"a".into()).await.unwrap();
        (stored.clone(), reveal.opened(&"a".into(), &stored).into_owned())
    };
    let inner = MetadataPath::from("y").child("z");
    hand.carry_out(edits(vec![MetadataEdit::set("ssn", "078-05-1120").only_if(None)])).await.unwrap();
    // It was stored in clear until now.
    let within = MetadataEdit::set(&inner, "219-09-9999").only_if(Some("deep".into()));
    let outcome = hand.carry_out(edits(vec![within])).await.unwrap();
    assert!(!format!("{outcome:?}").contains("219-09-9999"), "{outcome:?}");
    let (stored, open) = opened().await;
    assert!(is_sealed(stored.get("ssn").unwrap()) && is_sealed(stored.get("y").unwrap()));
    assert_eq!((open.get_str("ssn").ok(), inner.value(&open)), (Some("078-05-1120"), Some(&Bson::from("219-09-9999"))));
    hand.carry_out(edits(vec![MetadataEdit::unset("ssn").only_if(Some("078-05-1120".into()))])).await.unwrap();
    hand.carry_out(Write::Undo(of("a"))).await.unwrap();
    assert_eq!(opened().await.1.get_str("ssn").ok(), Some("078-05-1120"));
    let read = hand.journal.read().await.unwrap();
    assert_eq!(read.entries.len(), 3);
    assert!(!format!("{:?}", read.entries).contains("078-05-1120"));
    let refused = edits(vec![MetadataEdit::set("ssn", "1").only_if(Some("2".into()))]);
    assert_eq!(hand.carry_out(refused).await.unwrap_err().kind(), ErrorKind::Conflict);
    hand.place.rules.reveal = Reveal::new(vec!["ssn".into()], Err("it is gone".to_owned()));
    let refused = hand.carry_out(edits(vec![MetadataEdit::set("ssn", "1")])).await.unwrap_err();
    assert!(refused.to_string().contains("it is gone"), "{refused}");
}
