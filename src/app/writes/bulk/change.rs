//! What is changed, and what that comes to for one session.

use std::fmt;

use bson::{Bson, Document, spec::ElementType};
use jiff::{SignedDuration, Timestamp};

use super::{BulkOrder, SessionOutcome};
use crate::{
    app::{
        place::WriteRules,
        writes::{DeletionTerms, Write, value_start},
    },
    manager::retention,
    repository::{Projection, Result, SessionReader},
    session::{
        Feedback, Guard, MetadataEdit, MetadataPath, Rating, StoredDate, Summary,
        edit::{self, AssignedValue, DateContext, PathRefusal},
        plain,
        record::NewFeedback,
    },
};

/// The change.
#[derive(Debug, Clone, PartialEq)]
pub enum BulkChange {
    /// Sets values of the metadata: all of them in a session, or none.
    Set {
        /// Paths as they were typed, each with what it is given.
        fields: Vec<(String, AssignedValue)>,
        /// The type of every value that was typed as a text, whatever the fields have.
        kind: Option<ElementType>,
    },
    /// Removes values of the metadata, by their paths as typed.
    Unset(Vec<String>),
    /// Gives a value of the metadata another name; it keeps its place.
    Rename {
        /// Its path, as typed.
        from: String,
        /// Its new name in the same object; with a dot a path, which may lead into another object.
        to: String,
    },
    /// Gives a value of the metadata another type.
    Retype {
        /// Its path, as typed.
        field: String,
        /// The type.
        kind: ElementType,
    },
    /// Rates the session.
    Feedback {
        /// How.
        rating: Rating,
        /// What is said of it.
        comment: Option<String>,
    },
    /// Deletes the session, after a private copy was kept.
    Delete,
    /// The same where it was last alive so long before the order, also when its turn comes.
    DeleteOlder {
        /// How long.
        age: SignedDuration,
        /// The same as it was typed.
        typed: String,
    },
}

/// What a change comes to for one session.
#[derive(Debug, Clone, PartialEq)]
pub enum BulkFit {
    /// It is written.
    Change(Box<Write>),
    /// It is so already.
    Unchanged,
    /// It does not fit, and why.
    Misfit(String),
}

impl BulkFit {
    /// What becomes of the session, where its change goes well.
    #[must_use]
    pub fn outcome(&self) -> SessionOutcome {
        match self {
            Self::Change(_) => SessionOutcome::Done,
            Self::Unchanged => SessionOutcome::Unchanged,
            Self::Misfit(_) => SessionOutcome::Misfit,
        }
    }

    /// What is changed, or why it is not, in a few words. It holds stored text.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Self::Change(write) => describe(write),
            Self::Unchanged => String::new(),
            Self::Misfit(why) => why.clone(),
        }
    }
}

/// What is changed, in a few words. It holds text as it was typed.
impl fmt::Display for BulkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { fields, kind } => {
                f.write_str("set")?;
                for (key, value) in fields {
                    match value {
                        AssignedValue::Text(text) => write!(f, " {key}={text}")?,
                        AssignedValue::Json(value) => write!(f, " {key}:={}", plain::compact(value))?,
                    }
                }
                kind.map_or(Ok(()), |kind| write!(f, " as {}", plain::element_word(kind)))
            }
            Self::Unset(keys) => write!(f, "unset {}", keys.join(" ")),
            Self::Rename { from, to } => write!(f, "rename {from} to {to}"),
            Self::Retype { field, kind } => write!(f, "make {field} {}", plain::element_word(*kind)),
            Self::Feedback { rating, comment } => {
                write!(f, "rate {}", rating.as_str())?;
                comment.as_ref().map_or(Ok(()), |comment| write!(f, ": {comment}"))
            }
            Self::Delete => f.write_str("delete"),
            Self::DeleteOlder { typed, .. } => write!(f, "delete what is older than {typed}"),
        }
    }
}

impl BulkChange {
    /// Whether sessions are deleted.
    #[must_use]
    pub fn deletes(&self) -> bool {
        matches!(self, Self::Delete | Self::DeleteOlder { .. })
    }

    /// What has to be known of the metadata of each session.
    pub(super) fn wanted(&self) -> Projection {
        let keys: Vec<String> = match self {
            Self::Set { fields, .. } => fields.iter().map(|(key, _)| key.clone()).collect(),
            // What goes comes back to its place, which its neighbours tell.
            Self::Unset(_) | Self::Rename { .. } => return Projection::All,
            Self::Retype { field, .. } => vec![field.clone()],
            Self::Feedback { .. } | Self::Delete | Self::DeleteOlder { .. } => return Projection::Nothing,
        };
        // What a dot means only the whole tells: a path, or a key that holds it.
        if keys.iter().any(|key| key.contains('.')) { Projection::All } else { Projection::Fields(keys) }
    }

    /// The edits of the metadata that it comes to; none where all is so already. `None`: it is no change of metadata.
    ///
    /// # Errors
    /// Why it does not fit.
    pub fn edits(&self, metadata: &Document, dates: &DateContext) -> Option<Result<Vec<MetadataEdit>, String>> {
        Some(match self {
            Self::Set { fields, kind } => {
                let edits = fields.iter().map(|(key, value)| set(metadata, key, value, *kind, dates));
                edits.collect::<Result<Vec<_>, _>>().map(|edits| edits.into_iter().flatten().collect())
            }
            Self::Unset(keys) => {
                let edits = keys.iter().map(|key| unset(metadata, key));
                edits.collect::<Result<Vec<_>, _>>().map(|edits| edits.into_iter().flatten().collect())
            }
            Self::Rename { from, to } => rename(metadata, from, to),
            Self::Retype { field, kind } => {
                retype(metadata, field, *kind, dates).map(|edit| edit.into_iter().collect())
            }
            Self::Feedback { .. } | Self::Delete | Self::DeleteOlder { .. } => return None,
        })
    }
}

impl BulkOrder {
    /// How sessions are deleted.
    pub(super) fn terms(&self) -> DeletionTerms {
        let cutoff = match &self.change {
            // Before the first date that can be told there is nothing.
            BulkChange::DeleteOlder { age, .. } => Some(self.dates.now.checked_sub(*age).unwrap_or(Timestamp::MIN)),
            _ => None,
        };
        DeletionTerms { cutoff, ..DeletionTerms::default() }
    }

    /// What it comes to for a session whose row was read with what the change needs of its metadata.
    ///
    /// # Errors
    /// What reading more of the session can meet, where its row does not tell enough.
    pub async fn fit(&self, reader: &dyn SessionReader, row: &Summary, rules: &WriteRules) -> Result<BulkFit> {
        if let BulkChange::Feedback { rating, comment } = &self.change {
            // What was given by a run before, which was cut short, is not given again.
            let stored = reader.feedbacks(&row.key).await?;
            let mut whole = stored.iter().filter(|given| given.message_id.is_none() && given.agent_id.is_none());
            let comment_or_none = comment.as_deref().unwrap_or_default();
            let is_same = |given: &Feedback| {
                given.rating == *rating && given.comment.as_deref().unwrap_or_default() == comment_or_none
            };
            if whole.any(is_same) {
                return Ok(BulkFit::Unchanged);
            }
            let mut feedback = NewFeedback::new(rating.clone());
            (feedback.comment, feedback.at) = (comment.clone(), self.dates.now);
            return Ok(BulkFit::Change(Box::new(Write::Feedback(row.key.clone(), feedback))));
        }
        if let Some(cutoff) = self.terms().cutoff {
            return Ok(match retention::last_alive(row) {
                Ok(at) if at < StoredDate::from(cutoff) => BulkFit::Change(Box::new(Write::Delete(row.key.clone()))),
                Ok(_) => BulkFit::Unchanged,
                Err(why) => BulkFit::Misfit(why.to_string()),
            });
        }
        Ok(self.fit_metadata(row, rules))
    }

    fn fit_metadata(&self, row: &Summary, rules: &WriteRules) -> BulkFit {
        let none = Document::new();
        let metadata = match &row.metadata {
            None => &none,
            Some(Bson::Document(fields)) => fields,
            Some(_) => return BulkFit::Misfit(NO_OBJECT.to_owned()),
        };
        let edits = match self.change.sealed_edits(&row.key, metadata, &self.dates, &rules.reveal) {
            None => return BulkFit::Change(Box::new(Write::Delete(row.key.clone()))),
            Some(Err(why)) => return BulkFit::Misfit(why),
            Some(Ok(edits)) if edits.is_empty() => return BulkFit::Unchanged,
            Some(Ok(edits)) => edits,
        };
        if let Some(field) = edits.iter().find_map(|edit| rules.protects(&edit.path)) {
            return BulkFit::Misfit(format!("{field:?} is protected at this place"));
        }
        match edit::check_keys(&edits) {
            Err((edit, why)) => BulkFit::Misfit(format!("{:?} cannot be written: {why}", edit.path.to_string())),
            Ok(()) => BulkFit::Change(Box::new(Write::Metadata(row.key.clone(), edits))),
        }
    }
}

/// Why no field is changed where the metadata is a text, a number or null.
const NO_OBJECT: &str = "its metadata is not an object";

/// The path that is meant, and what stands there. `None`: nothing does, nor could it.
fn stored<'a>(metadata: &'a Document, typed: &str) -> Result<Option<(MetadataPath, &'a Bson)>, String> {
    match edit::resolve(typed, metadata) {
        Ok(path) => {
            let value = path.value(metadata);
            Ok(value.map(|value| (path, value)))
        }
        Err(PathRefusal::Missing(_)) => Ok(None),
        Err(refusal) => Err(refusal.to_string()),
    }
}

fn path_in(metadata: &Document, typed: &str) -> Result<MetadataPath, String> {
    edit::resolve(typed, metadata).map_err(|refusal| refusal.to_string())
}

/// `None`: it is so already.
fn set(
    metadata: &Document,
    typed: &str,
    value: &AssignedValue,
    kind: Option<ElementType>,
    dates: &DateContext,
) -> Result<Option<MetadataEdit>, String> {
    let path = path_in(metadata, typed)?;
    let stored = path.value(metadata);
    let value = match (value, kind) {
        (AssignedValue::Text(text), Some(kind)) => {
            edit::read_type(text, kind, dates).map_err(|misfit| misfit.to_string())?
        }
        _ => value.value(stored, dates).map_err(|unfit| match stored {
            Some(stored) => format!("it is stored as {}: {unfit}", plain::type_word(stored)),
            None => unfit.to_string(),
        })?,
    };
    let stored = stored.cloned();
    Ok((!edit::same(stored.as_ref(), Some(&value))).then(|| MetadataEdit::set(path, value).only_if(stored)))
}

/// `None`: nothing is there.
fn unset(metadata: &Document, typed: &str) -> Result<Option<MetadataEdit>, String> {
    let found = stored(metadata, typed)?;
    Ok(found.map(|(path, stored)| MetadataEdit::unset(path).only_if(Some(stored.clone()))))
}

/// None where nothing is there: it has that name already, or never had it.
fn rename(metadata: &Document, from: &str, to: &str) -> Result<Vec<MetadataEdit>, String> {
    let Some((from, stored)) = stored(metadata, from)? else { return Ok(Vec::new()) };
    let to = if to.contains('.') { path_in(metadata, to)? } else { from.sibling(to) };
    if to == from {
        return Ok(Vec::new());
    }
    if to.value(metadata).is_some() {
        return Err(format!("it has a field {to} already"));
    }
    let mut new = MetadataEdit::set(&to, stored.clone()).only_if(None);
    if to.parent() == from.parent() {
        new = new.before(from.name());
    }
    Ok(vec![new, MetadataEdit::unset(&from).only_if(Some(stored.clone()))])
}

/// `None`: nothing is there, or it is of that type.
fn retype(
    metadata: &Document,
    typed: &str,
    kind: ElementType,
    dates: &DateContext,
) -> Result<Option<MetadataEdit>, String> {
    let found = stored(metadata, typed)?.filter(|(_, stored)| stored.element_type() != kind);
    let Some((path, stored)) = found else { return Ok(None) };
    let value = edit::retyped(stored, kind, dates)
        .map_err(|misfit| format!("{} does not fit: {misfit}", value_start(stored)))?;
    let stored = stored.clone();
    Ok(Some(MetadataEdit::set(path, value).only_if(Some(stored))))
}

/// What a write changes, in a few words. It holds stored text.
pub(super) fn describe(write: &Write) -> String {
    match write {
        Write::Metadata(_, edits) => edits.iter().map(described).collect::<Vec<_>>().join("; "),
        Write::Feedback(_, feedback) => {
            let comment = feedback.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            format!("{}{comment}", feedback.rating.as_str())
        }
        _ => String::new(),
    }
}

fn described(edit: &MetadataEdit) -> String {
    let short = |value: &Bson| -> String { format!("{} {}", plain::type_word(value), value_start(value)) };
    let stored = match &edit.guard {
        Guard::Stored(stored) => stored.as_ref(),
        Guard::None => None,
    };
    match (stored, &edit.value) {
        (Some(stored), Some(value)) => format!("{}: {} becomes {}", edit.path, short(stored), short(value)),
        (None, Some(value)) => format!("{}: {}, new", edit.path, short(value)),
        (Some(stored), None) => format!("{}: {} is removed", edit.path, short(stored)),
        (None, None) => format!("{} is removed", edit.path),
    }
}
