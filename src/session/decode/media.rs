//! Images, sounds, films and documents: described by format and size, never held.

use bson::{Bson, Document};

use super::{
    notes::{Notes, Path},
    value,
};
use crate::session::{Media, MediaKind, MediaSource};

/// The kind of medium a key or an Anthropic `type` names.
pub(super) fn kind(word: &str) -> Option<MediaKind> {
    match word {
        "image" => Some(MediaKind::Image),
        "audio" => Some(MediaKind::Audio),
        "video" => Some(MediaKind::Video),
        "document" => Some(MediaKind::Document),
        _ => None,
    }
}

/// `{format, source, name?}`, or Anthropic's with `source.media_type` and `title`.
pub(super) fn read(kind: MediaKind, fields: &Document, path: &Path, notes: &mut Notes) -> Media {
    let name = value::text(fields, "name", path, notes).or_else(|| value::text(fields, "title", path, notes));
    let format = value::text(fields, "format", path, notes).or_else(|| media_type(fields));
    Media { kind, format, name, source: source(fields, path, notes) }
}

fn media_type(fields: &Document) -> Option<String> {
    let word = fields.get("source")?.as_document()?.get("media_type")?.as_str()?;
    Some(word.rsplit('/').next().unwrap_or(word).to_owned())
}

fn source(fields: &Document, path: &Path, notes: &mut Notes) -> MediaSource {
    let path = path.key("source");
    match fields.get("source") {
        None => {
            notes.missing(&path, "bytes or a location");
            MediaSource::Unknown
        }
        Some(Bson::Document(place)) => match stored(place) {
            Some(found) => found,
            None => unknown(&fields["source"], &path, notes),
        },
        Some(value) => match size(value) {
            Some(bytes) => MediaSource::Bytes(bytes),
            None => unknown(value, &path, notes),
        },
    }
}

fn unknown(value: &Bson, path: &Path, notes: &mut Notes) -> MediaSource {
    notes.odd(path, "Neither bytes nor a location can be read here.", value);
    MediaSource::Unknown
}

fn stored(place: &Document) -> Option<MediaSource> {
    if let Some(bytes) = place.get("bytes").and_then(size) {
        return Some(MediaSource::Bytes(bytes));
    }
    let elsewhere = ["location", "s3Location", "url", "file_id"].iter().find_map(|key| place.get(key));
    if let Some(location) = elsewhere.filter(|location| !matches!(location, Bson::Null)) {
        return Some(MediaSource::Location(location.clone()));
    }
    let plain_text = place.get_str("type").is_ok_and(|word| word == "text");
    match place.get("data") {
        Some(Bson::String(data)) if plain_text => Some(MediaSource::Bytes(data.len())),
        Some(data) => size(data).map(MediaSource::Bytes),
        None => place.get_str("text").ok().map(|text| MediaSource::Bytes(text.len())),
    }
}

/// Size of bytes however they are stored: BSON binary, Strands' `{"__bytes_encoded__": true, "data": base64}`, or a
/// base64 string.
pub(super) fn size(value: &Bson) -> Option<usize> {
    match value {
        Bson::Binary(binary) => Some(binary.bytes.len()),
        Bson::String(data) => decoded_length(data),
        Bson::Document(wrapped) if wrapped.contains_key("__bytes_encoded__") => {
            wrapped.get_str("data").ok().and_then(decoded_length)
        }
        _ => None,
    }
}

/// How many bytes a base64 text stands for, without decoding it.
fn decoded_length(data: &str) -> Option<usize> {
    let digits = data.trim_end_matches('=');
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let whole = digits.len() % 4 != 1 && data.len() - digits.len() <= 2;
    (whole && digits.bytes().all(base64)).then(|| digits.len() / 4 * 3 + (digits.len() % 4).saturating_sub(1))
}
