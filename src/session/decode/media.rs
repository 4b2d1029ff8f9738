//! Images, sounds, films and documents: described by format and size. Only [`image`] takes the bytes out.

use bson::{Bson, Document};

use super::{
    bytes::HeldBytes,
    notes::{Notes, Path},
    shape, value,
};
use crate::session::{Image, Media, MediaKind, MediaSource};

/// `{format, source, name?}`, or Anthropic's with `source.media_type` and `title`.
pub(super) fn read(kind: MediaKind, fields: &Document, path: &Path, notes: &mut Notes) -> Media {
    let name = value::text(fields, "name", path, notes).or_else(|| value::text(fields, "title", path, notes));
    Media { kind, format: format(fields, path, notes), name, source: source(fields, path, notes) }
}

/// The image in a block, with its bytes; `None` where it holds none.
pub(super) fn image(fields: &Document) -> Option<Image> {
    let fields = match shape::anthropic(fields) {
        Some("image") => fields,
        Some(_) => return None,
        None => fields.get_document("image").ok()?,
    };
    let (bytes, location) = match fields.get("source").and_then(place) {
        Some(MediumPlace::Here(bytes)) => (bytes.decoded(), None),
        Some(MediumPlace::Elsewhere(location)) => (None, Some(location.clone())),
        None => (None, None),
    };
    Some(Image { format: format(fields, &Path::At(""), &mut Notes::default()), bytes, location })
}

fn format(fields: &Document, path: &Path, notes: &mut Notes) -> Option<String> {
    value::text(fields, "format", path, notes).or_else(|| media_type(fields))
}

fn media_type(fields: &Document) -> Option<String> {
    let word = fields.get("source")?.as_document()?.get("media_type")?.as_str()?;
    Some(word.rsplit('/').next().unwrap_or(word).to_owned())
}

fn source(fields: &Document, path: &Path, notes: &mut Notes) -> MediaSource {
    let path = path.key("source");
    let Some(stored) = fields.get("source") else {
        notes.missing(&path, "bytes or a location");
        return MediaSource::Unknown;
    };
    match place(stored) {
        Some(MediumPlace::Here(bytes)) => MediaSource::Bytes(bytes.size()),
        Some(MediumPlace::Elsewhere(location)) => MediaSource::Location(location.clone()),
        None => {
            notes.odd(&path, "Neither bytes nor a location can be read here.", stored);
            MediaSource::Unknown
        }
    }
}

/// Where the content of a medium is.
enum MediumPlace<'a> {
    /// In the document.
    Here(HeldBytes<'a>),
    /// Where this says.
    Elsewhere(&'a Bson),
}

/// Reads a `source`.
fn place(stored: &Bson) -> Option<MediumPlace<'_>> {
    let Bson::Document(fields) = stored else { return HeldBytes::read(stored).map(MediumPlace::Here) };
    if let Some(bytes) = fields.get("bytes").and_then(HeldBytes::read) {
        return Some(MediumPlace::Here(bytes));
    }
    let elsewhere = ["location", "s3Location", "url", "file_id"].iter().find_map(|key| fields.get(key));
    if let Some(location) = elsewhere.filter(|location| !matches!(location, Bson::Null)) {
        return Some(MediumPlace::Elsewhere(location));
    }
    let is_text = fields.get_str("type").is_ok_and(|word| word == "text");
    let held = match fields.get("data") {
        Some(Bson::String(data)) if is_text => Some(HeldBytes::Plain(data.as_bytes())),
        Some(data) => HeldBytes::read(data),
        None => fields.get_str("text").ok().map(|text| HeldBytes::Plain(text.as_bytes())),
    };
    held.map(MediumPlace::Here)
}
