//! A record of the journal as a line: `v1 CHECKSUM JSON`. The checksum is the start of the SHA-256 of the JSON, in hex; what was
//! stored stands in the JSON as BSON in base64, so that it comes back as it was.

use std::{fmt::Write, io, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use bson::{Bson, Document, doc};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::entry::{Deed, DeedState, FieldDeed, JournalEntry};
use crate::session::{MetadataPath, SessionKey};

/// The version of the format.
const VERSION: &str = "v1";

/// Bytes of the checksum.
const CHECKSUM: usize = 8;

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    /// A change that is about to be made.
    Entry(Box<JournalEntry>),
    /// What became of one.
    State(Uuid, DeedState),
    /// Of that group entries are gone, since the journal is bounded.
    Cut(Uuid),
}

/// A line that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    /// It is not as it was written.
    Damaged,
    /// A newer version wrote it.
    Newer,
}

/// The records as lines.
pub(super) fn lines(records: &[Record]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        let json = serde_json::to_string(&WrittenRecord::from(record))?;
        lines.extend_from_slice(format!("{VERSION} {} {json}\n", checksum(&json)).as_bytes());
    }
    Ok(lines)
}

/// Reads a line, without its end.
pub(super) fn record(line: &[u8]) -> Result<Record, LineFault> {
    let line = std::str::from_utf8(line).map_err(|_| LineFault::Damaged)?;
    let mut words = line.splitn(3, ' ');
    let (version, sum, json) = (words.next(), words.next(), words.next());
    if version != Some(VERSION) {
        return Err(if version.is_some_and(is_version) { LineFault::Newer } else { LineFault::Damaged });
    }
    let json = json.filter(|json| sum == Some(checksum(json).as_str())).ok_or(LineFault::Damaged)?;
    // It is as it was written: what cannot be read of it is not known yet.
    let written: WrittenRecord = serde_json::from_str(json).map_err(|_| LineFault::Newer)?;
    written.record().map_err(|UnreadRecord| LineFault::Newer)
}

/// Whether a line is of a change that is about to be made, by how it begins.
pub(super) fn is_entry(line: &[u8]) -> bool {
    let json = line.splitn(3, |byte| *byte == b' ').nth(2);
    json.is_some_and(|json| json.starts_with(b"{\"entry\":"))
}

fn is_version(word: &str) -> bool {
    let number = word.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
}

fn checksum(json: &str) -> String {
    let mut hex = String::with_capacity(2 * CHECKSUM);
    for byte in Sha256::digest(json).iter().take(CHECKSUM) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// A record in the JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenRecord {
    Entry(Box<WrittenEntry>),
    State { id: String, state: WrittenState },
    Cut { group: String },
}

#[derive(Serialize, Deserialize)]
struct WrittenEntry {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    at: Timestamp,
    who: String,
    place: String,
    session: HeldValue,
    deed: WrittenDeed,
    #[serde(default)]
    state: WrittenState,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenDeed {
    Metadata(Vec<WrittenField>),
    Feedback { before: Option<HeldValue>, after: Option<HeldValue> },
    Deletion { copy: PathBuf },
}

#[derive(Serialize, Deserialize)]
struct WrittenField {
    path: Vec<String>,
    before: Option<HeldValue>,
    after: Option<HeldValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    put: Option<String>,
}

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum WrittenState {
    #[default]
    Begun,
    Done,
    Failed,
    Undoing,
    Undone,
    Redoing,
}

/// A value as the bytes of a BSON document with it alone, in base64.
#[derive(Serialize, Deserialize)]
struct HeldValue(String);

impl HeldValue {
    fn of(value: &Bson) -> Self {
        // What was read from BSON can be written as it. Where it cannot, an empty text is no value when it is read again.
        let bytes = bson::serialize_to_vec(&doc! { "": value.clone() }).unwrap_or_default();
        Self(STANDARD.encode(bytes))
    }

    fn value(&self) -> Option<Bson> {
        let bytes = STANDARD.decode(&self.0).ok()?;
        Document::from_reader(bytes.as_slice()).ok()?.remove("")
    }
}

/// What is in a record is not as this version writes it.
struct UnreadRecord;

/// A value, or that there is none.
fn value(held: Option<&HeldValue>) -> Result<Option<Bson>, UnreadRecord> {
    held.map(|held| held.value().ok_or(UnreadRecord)).transpose()
}

fn uuid(text: &str) -> Result<Uuid, UnreadRecord> {
    Uuid::parse_str(text).map_err(|_| UnreadRecord)
}

impl From<&Record> for WrittenRecord {
    fn from(record: &Record) -> Self {
        match record {
            Record::Entry(entry) => Self::Entry(Box::new(WrittenEntry::from(entry.as_ref()))),
            Record::State(id, state) => Self::State { id: id.to_string(), state: (*state).into() },
            Record::Cut(group) => Self::Cut { group: group.to_string() },
        }
    }
}

impl From<&JournalEntry> for WrittenEntry {
    fn from(entry: &JournalEntry) -> Self {
        let held = |value: Option<&Bson>| value.map(HeldValue::of);
        let deed = match &entry.deed {
            Deed::Metadata(fields) => WrittenDeed::Metadata(
                fields
                    .iter()
                    .map(|field| WrittenField {
                        path: field.path.keys().to_vec(),
                        before: held(field.before.as_ref()),
                        after: held(field.after.as_ref()),
                        next: field.next.clone(),
                        put: field.put.clone(),
                    })
                    .collect(),
            ),
            Deed::Feedback { before, after } => {
                WrittenDeed::Feedback { before: held(before.as_ref()), after: held(after.as_ref()) }
            }
            Deed::Deletion { copy } => WrittenDeed::Deletion { copy: copy.clone() },
        };
        Self {
            id: entry.id.to_string(),
            group: entry.group.map(|group| group.to_string()),
            at: entry.at,
            who: entry.who.clone(),
            place: entry.place.clone(),
            session: HeldValue::of(entry.session.bson()),
            deed,
            state: entry.state.into(),
        }
    }
}

impl WrittenRecord {
    fn record(self) -> Result<Record, UnreadRecord> {
        Ok(match self {
            Self::Entry(entry) => Record::Entry(Box::new(entry.entry()?)),
            Self::State { id, state } => Record::State(uuid(&id)?, state.into()),
            Self::Cut { group } => Record::Cut(uuid(&group)?),
        })
    }
}

impl WrittenEntry {
    fn entry(self) -> Result<JournalEntry, UnreadRecord> {
        let deed = match self.deed {
            WrittenDeed::Metadata(fields) => {
                Deed::Metadata(fields.into_iter().map(WrittenField::field).collect::<Result<_, _>>()?)
            }
            WrittenDeed::Feedback { before, after } => {
                Deed::Feedback { before: value(before.as_ref())?, after: value(after.as_ref())? }
            }
            WrittenDeed::Deletion { copy } => Deed::Deletion { copy },
        };
        Ok(JournalEntry {
            id: uuid(&self.id)?,
            group: self.group.as_deref().map(uuid).transpose()?,
            at: self.at,
            who: self.who,
            place: self.place,
            session: SessionKey::new(self.session.value().ok_or(UnreadRecord)?),
            deed,
            state: self.state.into(),
        })
    }
}

impl WrittenField {
    fn field(self) -> Result<FieldDeed, UnreadRecord> {
        Ok(FieldDeed {
            path: MetadataPath::new(self.path).ok_or(UnreadRecord)?,
            before: value(self.before.as_ref())?,
            after: value(self.after.as_ref())?,
            next: self.next,
            put: self.put,
        })
    }
}

impl From<DeedState> for WrittenState {
    fn from(state: DeedState) -> Self {
        match state {
            DeedState::Begun => Self::Begun,
            DeedState::Done => Self::Done,
            DeedState::Failed => Self::Failed,
            DeedState::Undoing => Self::Undoing,
            DeedState::Undone => Self::Undone,
            DeedState::Redoing => Self::Redoing,
        }
    }
}

impl From<WrittenState> for DeedState {
    fn from(state: WrittenState) -> Self {
        match state {
            WrittenState::Begun => Self::Begun,
            WrittenState::Done => Self::Done,
            WrittenState::Failed => Self::Failed,
            WrittenState::Undoing => Self::Undoing,
            WrittenState::Undone => Self::Undone,
            WrittenState::Redoing => Self::Redoing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: Bson) -> Record {
        let path = MetadataPath::from("a").child("b.c");
        let field = FieldDeed { path, before: Some(value), after: None, next: Some("d".to_owned()), put: None };
        let key = SessionKey::from(bson::oid::ObjectId::from_bytes([7; 12]));
        let entry = JournalEntry::new("h:1/db.c", key, Deed::Metadata(vec![field]));
        Record::Entry(Box::new(entry.in_group(Uuid::from_u128(7))))
    }

    #[test]
    fn values_come_back_as_they_were() {
        let odd = [
            Bson::Int32(5),
            Bson::Int64(5),
            Bson::Double(f64::NAN),
            Bson::Null,
            Bson::Undefined,
            Bson::Symbol("s".to_owned()),
            Bson::DateTime(bson::DateTime::from_millis(-1)),
            Bson::String("\u{1b}[2J\n".to_owned()),
            Bson::Document(doc! { "$date": "yesterday", "z": 1, "a": [1, 2_i64] }),
            Bson::Decimal128("1.50".parse().unwrap()),
        ];
        for value in odd {
            let written = lines(&[entry(value.clone())]).unwrap();
            assert_eq!(written.split(|byte| *byte == b'\n').count(), 2);
            let Ok(Record::Entry(read)) = record(written.trim_ascii_end()) else { panic!("{value:?}") };
            let Deed::Metadata(fields) = read.deed else { panic!("{value:?}") };
            assert!(crate::session::edit::same(fields[0].before.as_ref(), Some(&value)), "{value:?}");
            assert_eq!((fields[0].path.keys().len(), fields[0].next.as_deref()), (2, Some("d")));
        }
    }

    #[test]
    fn a_changed_byte_is_damage_and_another_version_is_kept_apart() {
        let written = lines(&[entry(Bson::Int32(5)), Record::State(Uuid::from_u128(1), DeedState::Done)]).unwrap();
        let line = written.split(|byte| *byte == b'\n').next().unwrap();
        assert!(record(line).is_ok() && is_entry(line));
        assert!(!is_entry(written.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap()));
        for at in [1, 5, 20, line.len() - 1] {
            let mut changed = line.to_vec();
            changed[at] ^= 0x80;
            assert_eq!(record(&changed), Err(LineFault::Damaged), "{at}");
        }
        assert_eq!(record(&line[..line.len() - 1]), Err(LineFault::Damaged));
        assert_eq!(record(b"v2 whatever it says"), Err(LineFault::Newer));
        let json = r#"{"merge":{"of":1}}"#;
        assert_eq!(record(format!("v1 {} {json}", checksum(json)).as_bytes()), Err(LineFault::Newer));
        assert_eq!(record(b""), Err(LineFault::Damaged));
    }
}
