//! Content blocks of a message.

use std::{fmt, str::FromStr};

use bson::{Bson, Document};

use super::StoredValue;

/// One content block. Source: an element of `message.content` (Strands' `ContentBlock`: one key each, in Python's and in
/// TypeScript's words; Anthropic's and OpenAI's `{type, …}` blocks are read as well, and what OpenAI's messages hold
/// beside their content: `tool_calls`, `tool_call_id`, `reasoning_content`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// `text`.
    Text(String),
    /// `toolUse`: the model asks for a tool.
    ToolUse {
        /// `toolUseId`.
        id: Option<String>,
        /// `name`.
        name: Option<String>,
        /// `input`, any JSON.
        input: StoredValue,
    },
    /// `toolResult`: what the tool gave.
    ToolResult {
        /// `toolUseId`.
        id: Option<String>,
        /// `status`.
        status: Option<ToolStatus>,
        /// `content`.
        content: Vec<ToolContent>,
    },
    /// `reasoningContent`, TypeScript's `reasoning`.
    Reasoning {
        /// `reasoningText.text`; `None` when it is redacted, or only its signature is stored.
        text: Option<String>,
        /// Size in bytes of `redactedContent`, where that stands instead.
        redacted_bytes: Option<usize>,
    },
    /// `image`, `audio`, `video` or `document`.
    Media(Media),
    /// `cachePoint`, as stored.
    CachePoint(Bson),
    /// `guardContent`, as stored.
    Guard(Bson),
    /// `citationsContent`, TypeScript's `citations`; a text whose sources stand beside it.
    Citations {
        /// The cited text: `content[].text`.
        text: String,
        /// `citations`, as stored.
        citations: Bson,
    },
    /// `interruptResponse` or `searchResult`: known, and shown as stored.
    Other {
        /// The key of the block.
        kind: &'static str,
        /// What stands there.
        value: StoredValue,
    },
    /// Fields that the block before it, or the message, is not known to have: each under where it stands from there,
    /// e.g. `toolUse.cost`, as stored.
    Beside(Document),
    /// Anything else, as stored.
    Unknown(StoredValue),
}

/// Whether a tool call went well. Source: `toolResult.status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolStatus {
    /// `success`.
    Success,
    /// `error`.
    Error,
    /// `cancelled`: it did not run, or not to its end.
    Cancelled,
    /// Any other text.
    Other(String),
}

impl ToolStatus {
    /// The word as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Other(word) => word,
        }
    }
}

/// Reads the word as it is stored.
impl From<&str> for ToolStatus {
    fn from(word: &str) -> Self {
        match word {
            "success" => Self::Success,
            "error" => Self::Error,
            "cancelled" => Self::Cancelled,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// One part of a tool's result. Source: an element of `toolResult.content` (Strands' `ToolResultContent`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ToolContent {
    /// `text`.
    Text(String),
    /// `json`, any value.
    Json(StoredValue),
    /// `image`, `document` and the like.
    Media(Media),
    /// Anything else, as stored.
    Unknown(StoredValue),
}

/// What kind of medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaKind {
    /// `image`.
    Image,
    /// `audio`.
    Audio,
    /// `video`.
    Video,
    /// `document`.
    Document,
}

/// An image, a sound, a film or a document: described, not held.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// `format`, e.g. `png`.
    pub format: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// Where it is.
    pub source: MediaSource,
}

/// Where a medium's bytes are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MediaSource {
    /// In the document: how many bytes (decoded).
    Bytes(usize),
    /// Elsewhere: `location`, `url` and the like, as stored.
    Location(Bson),
    /// Not readable.
    Unknown,
}

impl MediaKind {
    /// The key of the block.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

/// [`MediaKind::as_str`].
impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the key of a block.
impl FromStr for MediaKind {
    type Err = UnknownMediaKind;

    fn from_str(word: &str) -> Result<Self, UnknownMediaKind> {
        [Self::Image, Self::Audio, Self::Video, Self::Document]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(UnknownMediaKind)
    }
}

/// A word that names no [`MediaKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of medium: those are image, audio, video and document")]
#[non_exhaustive]
pub struct UnknownMediaKind;

impl Media {
    /// One line: kind, format, name and size, e.g. `[image png 70 bytes]`. Holds stored text.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut out = format!("[{}", self.kind);
        for part in [&self.format, &self.name].into_iter().flatten() {
            out.push(' ');
            out.push_str(part);
        }
        match &self.source {
            MediaSource::Bytes(bytes) => {
                out.push(' ');
                out.push_str(&bytes.to_string());
                out.push_str(" bytes");
            }
            MediaSource::Location(place) => {
                out.push_str(" at ");
                out.push_str(&super::value_text::location(place));
            }
            MediaSource::Unknown => {}
        }
        out.push(']');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_status_is_read_from_the_word_it_is_shown_as() {
        for word in ["image", "audio", "video", "document"] {
            assert_eq!(word.parse::<MediaKind>().map(MediaKind::as_str), Ok(word));
        }
        assert_eq!("film".parse::<MediaKind>(), Err(UnknownMediaKind));
        assert_eq!(format!("{:>6}|", MediaKind::Image), " image|");
        for status in
            [ToolStatus::Success, ToolStatus::Error, ToolStatus::Cancelled, ToolStatus::Other("late".to_owned())]
        {
            assert_eq!(ToolStatus::from(status.as_str()), status);
            assert_eq!(status.to_string().parse::<ToolStatus>(), Ok(status));
        }
    }
}
