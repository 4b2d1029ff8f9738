//! Images, sounds, films and documents: described by format and size. Only [`image`] takes the bytes out.

use bson::{Bson, Document};

use super::{
    bytes::HeldBytes,
    known,
    notes::{Notes, Path},
    shape, value,
};
use crate::session::{Image, Media, MediaKind, MediaSource};

/// Strands' `{format, source, name?}`.
pub(super) fn read(kind: MediaKind, fields: &Document, path: &Path, notes: &mut Notes) -> Media {
    known::shown(fields, &[known::MEDIUM], path, notes);
    described(kind, fields, path, notes)
}

/// Anthropic's and OpenAI's, with a `type`; `None`: it is of no known kind, or holds nothing.
pub(super) fn typed(word: &str, fields: &Document, path: &Path, notes: &mut Notes) -> Option<Media> {
    match shape::medium(word) {
        Some(kind) => Some(described(kind, fields, path, notes)),
        None => openai(word, fields, path, notes),
    }
}

/// The image in a block, with its bytes; `None` where it holds none.
pub(super) fn image(fields: &Document) -> Option<Image> {
    let (path, notes) = (&Path::At(""), &mut Notes::default());
    let word = shape::typed(fields);
    if let Some(found) = word.and_then(|word| OpenAiMedium::find(word, fields)) {
        return (found.kind == MediaKind::Image).then(|| held(found.format(path, notes), found.place().as_ref()));
    }
    let fields = match word {
        Some("image") => fields,
        Some(_) => return None,
        None => fields.get_document("image").ok()?,
    };
    Some(held(format(fields, path, notes), fields.get("source").and_then(place).as_ref()))
}

fn held(format: Option<String>, place: Option<&MediumPlace<'_>>) -> Image {
    let (bytes, location) = match place {
        Some(MediumPlace::Here(bytes)) => (bytes.decoded(), None),
        Some(MediumPlace::Elsewhere(location)) => (None, Some((*location).clone())),
        Some(MediumPlace::Texts(_)) | None => (None, None),
    };
    Image { format, bytes, location }
}

/// `{format, source, name?}`, or Anthropic's with `source.media_type` and `title`.
fn described(kind: MediaKind, fields: &Document, path: &Path, notes: &mut Notes) -> Media {
    let name = value::text(fields, "name", path, notes).or_else(|| value::text(fields, "title", path, notes));
    known::aside(fields, known::MEDIUM_ASIDE, path, notes);
    Media { kind, format: format(fields, path, notes), name, source: source(fields, path, notes) }
}

fn format(fields: &Document, path: &Path, notes: &mut Notes) -> Option<String> {
    value::text(fields, "format", path, notes).or_else(|| media_type(fields.get("source")?.as_document()?))
}

/// The format that a `source` names.
fn media_type(source: &Document) -> Option<String> {
    let of_url = || source.get_str("url").ok().and_then(HeldBytes::data_url).map(|(media_type, _)| media_type);
    source.get_str("media_type").ok().or_else(of_url).map(format_of)
}

/// `png` of `image/png`.
fn format_of(media_type: &str) -> String {
    let word = media_type.split(';').next().unwrap_or(media_type);
    word.rsplit('/').next().unwrap_or(word).to_owned()
}

fn source(fields: &Document, path: &Path, notes: &mut Notes) -> MediaSource {
    let path = path.key("source");
    let Some(stored) = fields.get("source") else {
        notes.missing(&path, "bytes or a location");
        return MediaSource::Unknown;
    };
    let Some(place) = place(stored) else {
        notes.odd(&path, "Neither bytes nor a location can be read here.", stored);
        return MediaSource::Unknown;
    };
    if let Bson::Document(fields) = stored {
        known::shown(fields, &[known::SOURCE], &path, notes);
    }
    place.told()
}

/// Where the content of a medium is.
enum MediumPlace<'a> {
    /// In the document.
    Here(HeldBytes<'a>),
    /// In the document, as texts of so many bytes.
    Texts(usize),
    /// Where this says.
    Elsewhere(&'a Bson),
}

impl MediumPlace<'_> {
    fn told(self) -> MediaSource {
        match self {
            Self::Here(bytes) => MediaSource::Bytes(bytes.size()),
            Self::Texts(bytes) => MediaSource::Bytes(bytes),
            Self::Elsewhere(location) => MediaSource::Location(location.clone()),
        }
    }
}

/// Reads a `source`.
fn place(stored: &Bson) -> Option<MediumPlace<'_>> {
    let Bson::Document(fields) = stored else { return HeldBytes::read(stored).map(MediumPlace::Here) };
    if let Some(bytes) = fields.get("bytes").and_then(HeldBytes::read) {
        return Some(MediumPlace::Here(bytes));
    }
    let elsewhere = ["location", "s3Location", "url", "file_id"].iter().find_map(|key| fields.get(key));
    if let Some(location) = elsewhere.filter(|location| !matches!(location, Bson::Null)) {
        return Some(located(location));
    }
    if let Some(Bson::Array(parts)) = fields.get("content") {
        let sizes = parts.iter().filter_map(|part| part.as_document()?.get_str("text").ok()).map(str::len);
        return Some(MediumPlace::Texts(sizes.sum()));
    }
    let is_text = fields.get_str("type").is_ok_and(|word| word == "text");
    let held = match fields.get("data") {
        Some(Bson::String(data)) if is_text => Some(HeldBytes::Plain(data.as_bytes())),
        Some(data) => HeldBytes::read(data),
        None => {
            let text = ["text", "content"].iter().find_map(|key| fields.get_str(key).ok());
            text.map(|text| HeldBytes::Plain(text.as_bytes()))
        }
    };
    held.map(MediumPlace::Here)
}

/// A location, or the bytes that its `data:` URL holds.
fn located(location: &Bson) -> MediumPlace<'_> {
    match location.as_str().and_then(HeldBytes::data_url) {
        Some((_, bytes)) => MediumPlace::Here(bytes),
        None => MediumPlace::Elsewhere(location),
    }
}

fn openai(word: &str, fields: &Document, path: &Path, notes: &mut Notes) -> Option<Media> {
    let found = OpenAiMedium::find(word, fields)?;
    let format = found.format(path, notes);
    let name = value::text(found.inner, "filename", path, notes);
    if found.nested {
        known::shown(found.inner, &[known::OPENAI_MEDIUM], &path.key(found.key), notes);
    }
    let source = if let Some(place) = found.place() {
        place.told()
    } else {
        notes.odd(path, "Neither bytes nor a location can be read here.", found.stored);
        MediaSource::Unknown
    };
    Some(Media { kind: found.kind, format, name, source })
}

/// OpenAI's `image_url`, `input_image`, `input_audio`, `file` and `input_file`.
struct OpenAiMedium<'a> {
    kind: MediaKind,
    /// The key of the object that describes it.
    key: &'static str,
    /// That object, or the block itself.
    inner: &'a Document,
    nested: bool,
    /// Where it is, or its bytes in base64.
    stored: &'a Bson,
    is_data: bool,
}

impl<'a> OpenAiMedium<'a> {
    fn find(word: &str, fields: &'a Document) -> Option<Self> {
        let (kind, key) = match word {
            "image_url" | "input_image" => (MediaKind::Image, "image_url"),
            "input_audio" => (MediaKind::Audio, "input_audio"),
            "file" | "input_file" => (MediaKind::Document, "file"),
            _ => return None,
        };
        let nested = fields.get_document(key).ok();
        let inner = nested.unwrap_or(fields);
        let keys = [key, "url", "data", "file_data", "file_url", "file_id"];
        let usable =
            |key: &&str| inner.get(key).is_some_and(|value| matches!(value, Bson::String(_) | Bson::Binary(_)));
        let found = keys.into_iter().find(usable)?;
        let is_data = matches!(found, "data" | "file_data");
        Some(Self { kind, key, inner, nested: nested.is_some(), stored: inner.get(found)?, is_data })
    }

    fn place(&self) -> Option<MediumPlace<'a>> {
        match located(self.stored) {
            MediumPlace::Elsewhere(stored) if self.is_data => HeldBytes::read(stored).map(MediumPlace::Here),
            place => Some(place),
        }
    }

    fn format(&self, path: &Path, notes: &mut Notes) -> Option<String> {
        let of_url = || self.stored.as_str().and_then(HeldBytes::data_url).map(|(media_type, _)| format_of(media_type));
        value::text(self.inner, "format", path, notes).or_else(of_url)
    }
}
