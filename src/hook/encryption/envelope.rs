//! One sealed value: encrypted and authenticated by AES-256-SIV (RFC 5297), as a text.
//!
//! The text is a head, which says how it was sealed and with which key, and bytes in base64. The bytes are a nonce of 16 (none where it is
//! deterministic) and what AES-SIV makes of the BSON document `{"v": value}`. Authenticated with it are, each a component of its own: the
//! head; the path, each key after its length in bytes (8 of them, little endian); where it is bound the canonical Extended JSON of the
//! session's `_id`; and the nonce, where there is one.

use aes_siv::{KeyInit, siv::Aes256Siv};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, Document, doc};
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::{
    error::CipherError,
    field::EncryptedField,
    keys::{CipherKey, CipherKeys},
};
use crate::session::{MetadataPath, SessionKey, sealed::SealedValue};

/// Bytes of a nonce.
const NONCE: usize = 16;

/// The field of the document that is encrypted.
const VALUE: &str = "v";

/// How a value is sealed.
#[derive(Clone, Copy)]
pub(super) enum SealMode<'a> {
    Random,
    Deterministic,
    Bound(&'a SessionKey),
}

impl<'a> SealMode<'a> {
    /// As it was chosen for a field.
    pub(super) fn of(field: &EncryptedField, session: &'a SessionKey) -> Self {
        Self::new(field.deterministic, field.bound, session)
    }

    fn new(deterministic: bool, bound: bool, session: &'a SessionKey) -> Self {
        match (deterministic, bound) {
            (true, _) => Self::Deterministic,
            (false, true) => Self::Bound(session),
            (false, false) => Self::Random,
        }
    }

    fn is_deterministic(self) -> bool {
        matches!(self, Self::Deterministic)
    }

    /// What is authenticated with a value: its head, its path, what it is bound to, and the nonce. None of them is empty: what is not
    /// there is left out.
    fn components(self, key_id: &str, path: &MetadataPath, nonce: &[u8]) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        for key in path.keys() {
            keys.extend((key.len() as u64).to_le_bytes());
            keys.extend(key.as_bytes());
        }
        let mut components = vec![self.head(key_id).into_bytes(), keys];
        if let Self::Bound(session) = self {
            components.push(session.canonical().as_bytes().to_vec());
        }
        if !nonce.is_empty() {
            components.push(nonce.to_vec());
        }
        components
    }

    fn head(self, key_id: &str) -> String {
        SealedValue::head(key_id, self.is_deterministic(), matches!(self, Self::Bound(_)))
    }
}

/// The text that a value becomes.
pub(super) fn seal(
    key: &CipherKey,
    path: &MetadataPath,
    mode: SealMode<'_>,
    value: &Bson,
) -> Result<String, CipherError> {
    let mut nonce = [0_u8; NONCE];
    let nonce = if mode.is_deterministic() {
        &nonce[..0]
    } else {
        getrandom::fill(&mut nonce).map_err(|_| CipherError::NoRandomness)?;
        &nonce[..]
    };
    // The error would repeat a key of the value.
    let unencodable = || CipherError::Unencodable { path: path.clone(), reason: "no BSON document can hold it" };
    let plain = doc! { VALUE: value.clone() }.to_vec().map_err(|_| unencodable())?;
    let plain = Zeroizing::new(plain);
    let mut cipher = Aes256Siv::new(key.siv.expose_secret().into());
    let encrypted = cipher.encrypt(mode.components(&key.id, path, nonce), &plain).map_err(|_| unencodable())?;
    let mut text = mode.head(&key.id);
    URL_SAFE_NO_PAD.encode_string([nonce, encrypted.as_slice()].concat(), &mut text);
    Ok(text)
}

/// The value that became this text; `None`: it is no sealed one.
pub(super) fn open(
    keys: &CipherKeys,
    session: &SessionKey,
    path: &MetadataPath,
    text: &str,
) -> Result<Option<Bson>, CipherError> {
    let Some((sealed, base64)) = SealedValue::parts(text) else { return Ok(None) };
    let key_id = sealed.key_id;
    let Some(key) = keys.find(key_id) else {
        return Err(CipherError::UnknownKey { path: path.clone(), key_id: key_id.to_owned() });
    };
    let mode = SealMode::new(sealed.deterministic, sealed.bound, session);
    let opened = decrypt(key, path, mode, base64);
    opened.map(Some).ok_or_else(|| CipherError::NotAuthentic { path: path.clone(), key_id: key_id.to_owned() })
}

fn decrypt(key: &CipherKey, path: &MetadataPath, mode: SealMode<'_>, base64: &str) -> Option<Bson> {
    let bytes = URL_SAFE_NO_PAD.decode(base64).ok()?;
    let (nonce, encrypted) = bytes.split_at_checked(if mode.is_deterministic() { 0 } else { NONCE })?;
    let mut cipher = Aes256Siv::new(key.siv.expose_secret().into());
    let plain = cipher.decrypt(mode.components(&key.id, path, nonce), encrypted).map(Zeroizing::new).ok()?;
    Document::from_reader(&plain[..]).ok()?.remove(VALUE)
}
