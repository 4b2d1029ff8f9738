//! The keys: one that seals, and older ones that open what they sealed.

use std::{env, fmt, io, path::Path, process::Command, sync::Arc};

use base64::{
    Engine,
    alphabet::{self, Alphabet},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{
    ExposeSecret, SecretBox, SecretString,
    zeroize::{Zeroize, Zeroizing},
};
use sha2::Sha256;

use super::error::{CipherError, KeyProblem};
use crate::session::sealed::is_key_id;

/// Bytes of a key as it is given.
const GIVEN: usize = 32;

/// What the two halves of a key for AES-256-SIV are made for.
const LABELS: [&[u8]; 2] = [b"strandscope-sealed:1:authenticate", b"strandscope-sealed:1:encrypt"];

/// The keys of encrypted metadata: the active one seals, older ones still open what they sealed.
///
/// Each is 32 random bytes in base64 (`openssl rand -base64 32`), and has an id that is stored in clear with each value. The two keys of
/// AES-256-SIV are the HMAC-SHA256 of a label each under these bytes: `strandscope-sealed:1:authenticate` and
/// `strandscope-sealed:1:encrypt`. To change the key, put a new one in front and keep the old ones for as long as values hold their ids:
/// [`FieldCipher::rotate`](super::FieldCipher::rotate) makes them new.
///
/// ```
/// use strandscope::CipherKeys;
///
/// let new = CipherKeys::generate_secret()?;
/// let keys = CipherKeys::new("2026-11", &new)?.and_older("2025", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into())?;
/// assert_eq!(keys.ids().collect::<Vec<_>>(), ["2026-11", "2025"]);
/// assert_eq!(format!("{keys:?}"), r#"CipherKeys(["2026-11", "2025"])"#);
/// # Ok::<(), strandscope::CipherError>(())
/// ```
#[derive(Clone)]
pub struct CipherKeys {
    active: Arc<CipherKey>,
    older: Vec<Arc<CipherKey>>,
}

/// One key.
pub(super) struct CipherKey {
    pub(super) id: String,
    /// That of AES-256-SIV: the half that authenticates, and the half that encrypts.
    pub(super) siv: SecretBox<[u8; 64]>,
}

impl CipherKeys {
    /// The active key alone: its id, and its 32 bytes in base64.
    ///
    /// # Errors
    /// [`CipherError::Key`].
    pub fn new(id: impl Into<String>, secret: &SecretString) -> Result<Self, CipherError> {
        Ok(Self { active: Arc::new(CipherKey::new(1, id.into(), secret)?), older: Vec::new() })
    }

    /// The same with one more that opens what it sealed.
    ///
    /// # Errors
    /// [`CipherError::Key`].
    pub fn and_older(mut self, id: impl Into<String>, secret: &SecretString) -> Result<Self, CipherError> {
        let position = self.all().count() + 1;
        let key = CipherKey::new(position, id.into(), secret)?;
        if self.find(&key.id).is_some() {
            return Err(CipherError::Key { position, problem: KeyProblem::Twice });
        }
        self.older.push(Arc::new(key));
        Ok(self)
    }

    /// Of a text as it stands in a file or a variable: `ID:BASE64`, separated by commas or lines, the active one first. Blank lines and
    /// those that begin with `#` are left out.
    ///
    /// # Errors
    /// [`CipherError::Key`], and [`CipherError::NoKeys`] where there is none.
    pub fn parse(text: &SecretString) -> Result<Self, CipherError> {
        Self::parse_of("the text", text.expose_secret())
    }

    /// Of an environment variable, in the form of [`Self::parse`].
    ///
    /// # Errors
    /// As [`Self::parse`], and where it is not set.
    pub fn from_env(name: &str) -> Result<Self, CipherError> {
        let place = format!("the variable {name}");
        match env::var(name).map(Zeroizing::new) {
            Ok(text) => Self::parse_of(&place, &text),
            Err(env::VarError::NotPresent) => Err(none(place, "it is not set")),
            Err(env::VarError::NotUnicode(_)) => Err(none(place, "it is no text")),
        }
    }

    /// Of a file, in the form of [`Self::parse`]. Blocks while it is read.
    ///
    /// # Errors
    /// As [`Self::parse`], and where it cannot be read.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, CipherError> {
        let path = path.as_ref();
        let place = format!("the file {}", path.display());
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => Self::parse_of(&place, &text),
            Err(error) => Err(none(place, why(&error))),
        }
    }

    /// Of what a program prints, in the form of [`Self::parse`], such as one that asks a vault. Blocks until it ends; it is given nothing
    /// to read, and what it says to standard error is shown.
    ///
    /// # Errors
    /// As [`Self::parse`], and where it cannot be started, fails, or prints no text.
    pub fn from_command(command: &mut Command) -> Result<Self, CipherError> {
        // Its arguments may hold a token.
        let place = format!("what {} printed", Path::new(command.get_program()).display());
        let command = command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::inherit());
        let output = command.output().map_err(|error| none(place.clone(), why(&error)))?;
        let printed = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(none(place, format!("it ended with {}", output.status)));
        }
        match std::str::from_utf8(&printed) {
            Ok(text) => Self::parse_of(&place, text),
            Err(_) => Err(none(place, "it is no text")),
        }
    }

    /// Of a text from there.
    pub(crate) fn parse_of(place: &str, text: &str) -> Result<Self, CipherError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let keys = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|key| !key.is_empty());
        let mut read: Option<Self> = None;
        for (before, key) in keys.enumerate() {
            let form = CipherError::Key { position: before + 1, problem: KeyProblem::Form };
            let (id, secret) = key.split_once(':').ok_or(form)?;
            let (id, secret) = (id.trim(), SecretString::from(secret.trim()));
            read = Some(match read {
                None => Self::new(id, &secret)?,
                Some(earlier) => earlier.and_older(id, &secret)?,
            });
        }
        read.ok_or_else(|| none(place.to_owned(), "there is none in it"))
    }

    /// A new secret: 32 random bytes, in base64.
    ///
    /// # Errors
    /// [`CipherError::NoRandomness`].
    pub fn generate_secret() -> Result<SecretString, CipherError> {
        let mut bytes = Zeroizing::new([0_u8; GIVEN]);
        getrandom::fill(&mut bytes[..]).map_err(|_| CipherError::NoRandomness)?;
        Ok(base64::engine::general_purpose::STANDARD.encode(&bytes[..]).into())
    }

    /// Their ids, the active one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|key| key.id.as_str())
    }

    /// The one that seals.
    pub(super) fn active(&self) -> &CipherKey {
        &self.active
    }

    /// All of them, the active one first.
    pub(super) fn all(&self) -> impl Iterator<Item = &CipherKey> {
        std::iter::once(&self.active).chain(&self.older).map(|key| &**key)
    }

    /// The one of that id.
    pub(super) fn find(&self, id: &str) -> Option<&CipherKey> {
        self.all().find(|key| key.id == id)
    }
}

impl CipherKey {
    fn new(position: usize, id: String, secret: &SecretString) -> Result<Self, CipherError> {
        let wrong = |problem| CipherError::Key { position, problem };
        if !is_key_id(&id) {
            return Err(wrong(KeyProblem::Id));
        }
        let bytes = given(secret.expose_secret()).map_err(wrong)?;
        let siv = expanded(&bytes);
        Ok(Self { id, siv })
    }
}

/// Their ids alone.
impl fmt::Debug for CipherKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CipherKeys").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

fn none(place: String, reason: impl Into<String>) -> CipherError {
    CipherError::NoKeys { place, reason: reason.into() }
}

/// What the system said, without what was to be read.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::InvalidData => "it is no text".to_owned(),
        other => other.to_string(),
    }
}

/// The bytes of a key as it is given: in base64 of either alphabet, with or without its padding.
fn given(secret: &str) -> Result<Zeroizing<[u8; GIVEN]>, KeyProblem> {
    let decode = |alphabet: &Alphabet| {
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        GeneralPurpose::new(alphabet, lenient).decode(secret.trim())
    };
    let decoded = decode(&alphabet::STANDARD).or_else(|_| decode(&alphabet::URL_SAFE));
    let decoded = Zeroizing::new(decoded.map_err(|_| KeyProblem::Base64)?);
    <[u8; GIVEN]>::try_from(&decoded[..]).map(Zeroizing::new).map_err(|_| KeyProblem::Length)
}

/// The key of AES-256-SIV that is made of it.
fn expanded(given: &[u8; GIVEN]) -> SecretBox<[u8; 64]> {
    // HMAC fills its key up with zeros to a block.
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..GIVEN].copy_from_slice(given);
    let mut siv = Box::new([0_u8; 64]);
    for (half, label) in siv.chunks_exact_mut(32).zip(LABELS) {
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(label);
        let mut made = mac.finalize().into_bytes();
        half.copy_from_slice(&made);
        made.zeroize();
    }
    SecretBox::new(siv)
}

#[cfg(test)]
mod tests;
