//! Values of the metadata that are kept encrypted: opened to be shown and edited where the key is there, sealed before they are
//! written or kept on a disk. Nothing here reads anything: keys are read by [`EncryptionSettings`](super::EncryptionSettings).

mod sealing;
mod search;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, sync::Arc};

use bson::{Bson, Document};

use crate::{
    hook::FieldCipher,
    session::{MetadataEdit, MetadataPath, SealedValue, SessionKey, edit, sealed::stands_in_array},
};

/// What opens and seals values of the metadata. Cheap to clone. Without settings it opens and seals nothing.
#[derive(Clone, Default)]
pub struct Reveal(Option<Arc<RevealParts>>);

struct RevealParts {
    /// The fields that are kept encrypted.
    fields: Vec<MetadataPath>,
    /// What opens and seals them, or why nothing does.
    cipher: Result<FieldCipher, String>,
}

impl Reveal {
    /// For these fields; `cipher`: of just these, or in a few words why their key is not here.
    #[must_use]
    pub fn new(fields: Vec<MetadataPath>, cipher: Result<FieldCipher, String>) -> Self {
        Self(Some(Arc::new(RevealParts { fields, cipher })))
    }

    /// Why the keys are not here, in a few words; `None`: they are, or none is needed.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        self.0.as_deref()?.cipher.as_ref().err().map(String::as_str)
    }

    /// Whether it can open what is sealed.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.cipher().is_some()
    }

    fn cipher(&self) -> Option<&FieldCipher> {
        self.0.as_deref()?.cipher.as_ref().ok()
    }

    fn fields(&self) -> &[MetadataPath] {
        self.0.as_deref().map_or(&[][..], |parts| parts.fields.as_slice())
    }

    /// Whether any field is kept encrypted.
    #[must_use]
    pub fn encrypts(&self) -> bool {
        !self.fields().is_empty()
    }

    /// Whether a field is kept encrypted.
    #[must_use]
    pub fn is_chosen(&self, path: &MetadataPath) -> bool {
        self.fields().contains(path)
    }

    /// Whether a value is kept encrypted, stands in one that is, or may hold one.
    #[must_use]
    pub fn touches(&self, path: &MetadataPath) -> bool {
        self.fields().iter().any(|field| field.is_within(path) || path.is_within(field))
    }

    /// Whether a value stands in one that is kept encrypted as a whole.
    #[must_use]
    pub fn is_within_chosen(&self, path: &MetadataPath) -> bool {
        self.whole(path) != path
    }

    /// Whether a value may hold one that is kept encrypted.
    #[must_use]
    pub fn is_around(&self, path: &MetadataPath) -> bool {
        self.fields().iter().any(|field| field != path && field.is_within(path))
    }

    /// Whether a field that was typed with dots is kept encrypted, stands in one that is, or may hold one.
    #[must_use]
    pub fn touches_typed(&self, typed: &str) -> bool {
        typed_path(typed).is_some_and(|path| self.touches(&path))
    }

    /// The field that a value is stored with: the one that is kept encrypted as a whole, or itself.
    #[must_use]
    pub fn whole<'a>(&'a self, path: &'a MetadataPath) -> &'a MetadataPath {
        self.fields().iter().find(|field| path.is_within(field)).unwrap_or(path)
    }

    /// The value that is sealed there; `None`: it is not sealed, or cannot be opened.
    #[must_use]
    pub fn open(&self, session: &SessionKey, path: &MetadataPath, stored: &Bson) -> Option<Bson> {
        SealedValue::read(stored)?;
        self.cipher()?.open(session, path, stored).ok().flatten()
    }

    /// The value of a place to be shown: all in it that can be opened is.
    #[must_use]
    pub fn opened_value(&self, session: &SessionKey, path: &MetadataPath, stored: &Bson) -> Bson {
        match stored {
            Bson::Document(fields) if holds_sealed(stored) => {
                let opened =
                    |(key, value): (&String, &Bson)| (key.clone(), self.opened_value(session, &path.child(key), value));
                Bson::Document(fields.iter().map(opened).collect())
            }
            stored => self.open(session, path, stored).unwrap_or_else(|| stored.clone()),
        }
    }

    /// Why a value is not set where it was typed to: what is stored there, or around it, is encrypted and cannot be opened. `as_text`: it
    /// is to be of the type that is stored. Of a whole field whose key is missing nothing is said: it is not written at all. `editable`:
    /// see [`Self::editable`].
    #[must_use]
    pub fn unopened(&self, typed: &str, as_text: bool, editable: &Document) -> Option<String> {
        let path = typed_path(typed)?;
        let field = self.whole(&path);
        let words = field.value(editable).filter(|_| self.is_chosen(field)).and_then(sealed_words)?;
        match (*field == path, self.missing()) {
            (true, None) => as_text.then(|| format!("it is {words} and cannot be opened, so its type is not known")),
            (true, Some(_)) => None,
            (false, None) => Some(format!("{field} is {words} and cannot be opened")),
            (false, Some(why)) => Some(format!("{field} is {words} and is not opened: {why}")),
        }
    }

    /// Metadata to be shown: all that can be opened is.
    #[must_use]
    pub fn opened<'a>(&self, session: &SessionKey, metadata: &'a Document) -> Cow<'a, Document> {
        let Some(cipher) = self.cipher().filter(|_| metadata.iter().any(|(_, value)| holds_sealed(value))) else {
            return Cow::Borrowed(metadata);
        };
        let mut opened = metadata.clone();
        // What cannot be opened stays as it is stored, and is shown as encrypted.
        drop(cipher.open_metadata(session, &mut opened));
        Cow::Owned(opened)
    }

    /// Metadata to be edited: the fields that would be sealed again are opened, and no others.
    #[must_use]
    pub fn editable<'a>(&self, session: &SessionKey, metadata: &'a Document) -> Cow<'a, Document> {
        let mut editable = Cow::Borrowed(metadata);
        for field in self.fields() {
            if let Some(opened) = field.value(metadata).and_then(|stored| self.open(session, field, stored)) {
                put(editable.to_mut(), field.keys(), Some(opened));
            }
        }
        editable
    }

    /// Edited metadata as they may be kept on a disk: what is to be encrypted is sealed, or left out where it cannot be. `like`: the
    /// same of metadata that were kept before, as edited and as kept; what is the same in them is kept the same.
    #[must_use]
    pub fn kept(&self, session: &SessionKey, edited: &Document, like: Option<(&Document, &Document)>) -> Document {
        let mut kept = edited.clone();
        for field in self.fields() {
            if let [top, rest @ ..] = field.keys()
                && edited.get(top).is_some_and(|value| stands_in_array(value, rest))
            {
                // It is not sealed there, and not saved either.
                kept.remove(top);
                continue;
            }
            let Some(value) = field.value(edited).filter(|value| !is_sealed(value)) else { continue };
            let is_known = |(clear, _): &(&Document, &Document)| edit::same(field.value(clear), Some(value));
            let known = like.filter(is_known).and_then(|(_, kept)| field.value(kept).cloned());
            put(&mut kept, field.keys(), known.or_else(|| self.seal_value(session, field, value)));
        }
        kept
    }

    /// A text that was typed for such a field, as it may be kept on a disk: sealed, or empty where it cannot be.
    #[must_use]
    pub fn kept_text(&self, session: &SessionKey, typed: &str) -> String {
        // Which field it is sealed as says nothing of what it was typed for; it opens again as that one.
        let sealed = self.fields().first().and_then(|field| self.seal_value(session, field, &typed.into()));
        sealed.and_then(|sealed| sealed.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The text that was kept so; another one as it is.
    #[must_use]
    pub fn typed_text(&self, session: &SessionKey, kept: String) -> String {
        let kept = Bson::String(kept);
        // The first one may have been another when it was kept.
        let opened = self.fields().iter().find_map(|field| self.open(session, field, &kept));
        match opened.unwrap_or(kept) {
            Bson::String(text) => text,
            _ => String::new(),
        }
    }

    /// A value of that place as it may be kept on a disk, where it can be sealed.
    #[must_use]
    pub fn kept_value(&self, session: &SessionKey, path: &MetadataPath, value: Bson) -> Bson {
        self.seal_value(session, path, &value).unwrap_or(value)
    }

    fn seal_value(&self, session: &SessionKey, field: &MetadataPath, value: &Bson) -> Option<Bson> {
        let mut edits = [MetadataEdit::set(field, value.clone())];
        self.cipher()?.seal_edits(session, &mut edits).ok()?;
        let [edit] = edits;
        edit.value
    }
}

/// Two are the same that were made as one.
impl PartialEq for Reveal {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(parts), Some(others)) => Arc::ptr_eq(parts, others),
            _ => false,
        }
    }
}

impl Eq for Reveal {}

/// Without keys and what they open.
impl fmt::Debug for Reveal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reveal").field("fields", &self.fields()).field("opens", &self.opens()).finish()
    }
}

/// The path that was typed, with dots between its keys.
fn typed_path(typed: &str) -> Option<MetadataPath> {
    MetadataPath::new(typed.split('.').map(str::to_owned).collect())
}

/// Whether a value is sealed, as it is stored.
#[must_use]
pub fn is_sealed(stored: &Bson) -> bool {
    SealedValue::read(stored).is_some()
}

/// Whether a sealed value stands in it, or it is one. In an array none does.
#[must_use]
pub fn holds_sealed(stored: &Bson) -> bool {
    match stored {
        Bson::Document(fields) => fields.iter().any(|(_, value)| holds_sealed(value)),
        value => is_sealed(value),
    }
}

/// What is said in place of a sealed value: `encrypted (key 2026-11)`; `None`: it is not sealed.
#[must_use]
pub fn sealed_words(stored: &Bson) -> Option<String> {
    SealedValue::read(stored).map(|sealed| format!("encrypted (key {})", sealed.key_id))
}

/// A value to be shown: what in it is sealed is told as that.
#[must_use]
pub fn with_sealed_words(value: &Bson) -> Cow<'_, Bson> {
    match value {
        value if !holds_sealed(value) => Cow::Borrowed(value),
        Bson::Document(fields) => {
            let told = fields.iter().map(|(key, value)| (key.clone(), with_sealed_words(value).into_owned()));
            Cow::Owned(Bson::Document(told.collect()))
        }
        value => Cow::Owned(sealed_words(value).map_or_else(|| value.clone(), Bson::String)),
    }
}

/// Sets or removes the value at a place, where objects lead to it.
fn put(metadata: &mut Document, keys: &[String], value: Option<Bson>) {
    let Some((name, parents)) = keys.split_last() else { return };
    let mut at = metadata;
    for key in parents {
        let Some(Bson::Document(inner)) = at.get_mut(key) else { return };
        at = inner;
    }
    match value {
        Some(value) => drop(at.insert(name, value)),
        None => drop(at.remove(name)),
    }
}
