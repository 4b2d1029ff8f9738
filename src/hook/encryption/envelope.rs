//! One sealed value: encrypted and authenticated by AES-256-SIV (RFC 5297), as a text.
//!
//! The text is a head, which says how it was sealed and with which key, and bytes in base64. The bytes are a nonce of 16 (none where it is
//! deterministic) and what AES-SIV makes of the BSON document `{"v": value}`. Authenticated with it are, each a component of its own: the
//! head; the path, its keys each after their length in bytes (8 bytes, little endian); the canonical Extended JSON of the session's `_id`,
//! nothing where it is not bound; and the nonce.

use aes_siv::{KeyInit, siv::Aes256Siv};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, Document};
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

    /// What is authenticated with a value: its head, its path, and what it is bound to.
    fn components(self, key_id: &str, path: &MetadataPath) -> [Vec<u8>; 3] {
        let mut keys = Vec::new();
        for key in path.keys() {
            keys.extend((key.len() as u64).to_le_bytes());
            keys.extend(key.as_bytes());
        }
        let bound_to = if let Self::Bound(session) = self { session.canonical() } else { "" };
        [self.head(key_id).into_bytes(), keys, bound_to.as_bytes().to_vec()]
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
    let plain = Document::from_iter([(VALUE.to_owned(), value.clone())]).to_vec().map_err(|_| unencodable())?;
    let plain = Zeroizing::new(plain);
    let components = mode.components(&key.id, path);
    let mut cipher = Aes256Siv::new(key.siv.expose_secret().into());
    let encrypted = cipher.encrypt(headers(&components, nonce), &plain).map_err(|_| unencodable())?;
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
    let components = mode.components(&key.id, path);
    let mut cipher = Aes256Siv::new(key.siv.expose_secret().into());
    let plain = cipher.decrypt(headers(&components, nonce), encrypted).map(Zeroizing::new).ok()?;
    Document::from_reader(&plain[..]).ok()?.remove(VALUE)
}

/// The components as the cipher takes them; an empty nonce is none.
fn headers<'a>(components: &'a [Vec<u8>; 3], nonce: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    components.iter().map(Vec::as_slice).chain((!nonce.is_empty()).then_some(nonce))
}
