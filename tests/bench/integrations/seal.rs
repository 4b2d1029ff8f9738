//! Encrypted fields: what sealing an edit and opening a value cost.

use std::{hint::black_box, time::Instant};

use strandscope::{CipherKeys, EncryptedField, FieldCipher, MetadataEdit, MetadataPath, SessionKey};

use crate::measure::{median, report};

const ROUNDS: usize = 40;
const VALUES: usize = 500;

pub fn run() {
    let secret = CipherKeys::generate_secret().expect("random bytes");
    let keys = CipherKeys::new("2026-11", &secret).expect("a key");
    let fields = vec![
        EncryptedField::new("ssn"),
        EncryptedField::new("email").deterministic(true),
        EncryptedField::new("note").bound(true),
    ];
    let cipher = FieldCipher::new(keys, fields).expect("a cipher");
    let session = SessionKey::from("support-1");
    let sealed = |field: &str| {
        let mut edits = [MetadataEdit::set(field, "078-05-1120")];
        cipher.seal_edits(&session, &mut edits).expect("sealed");
        let [edit] = edits;
        edit.value.expect("a value")
    };
    for (field, how) in [("ssn", "random"), ("email", "deterministic"), ("note", "bound"), ("tier", "not chosen")] {
        let seal = each(|| drop(black_box(sealed(field))));
        report(&format!("an edit sealed, {how}: µs"), seal, "< 5", "");
        let (stored, path) = (sealed(field), MetadataPath::from(field));
        let open = each(|| drop(black_box(cipher.open(&session, &path, &stored))));
        report(&format!("a value opened, {how}: µs"), open, "< 5", "");
    }
}

/// Median microseconds of one of many.
fn each(what: impl Fn()) -> f64 {
    let round = |_| {
        let start = Instant::now();
        (0..VALUES).for_each(|_| what());
        start.elapsed().as_secs_f64() * 1e6 / VALUES as f64
    };
    median((0..ROUNDS).map(round).collect())
}
