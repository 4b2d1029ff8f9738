//! A change of many sessions as it is typed in one line.

use std::fmt;

use bson::spec::ElementType;

use super::BulkChange;
use crate::session::{
    MetadataEdit, MetadataPath, Rating,
    edit::{self, AssignedValue, AssignmentError, DateContext, date},
    plain,
};

/// What can be changed of many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkKind {
    /// Set a field.
    Set,
    /// Remove a field.
    Unset,
    /// Rename a field.
    Rename,
    /// Give a field another type.
    Retype,
    /// Rate.
    Feedback,
    /// Delete.
    Delete,
    /// Delete what is old.
    DeleteOlder,
}

impl BulkKind {
    /// Every kind, in the order they are offered.
    pub const ALL: [Self; 7] =
        [Self::Set, Self::Unset, Self::Rename, Self::Retype, Self::Feedback, Self::Delete, Self::DeleteOlder];

    /// What it does.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Set => "set a metadata field",
            Self::Unset => "remove a metadata field",
            Self::Rename => "rename a metadata field",
            Self::Retype => "give a metadata field another type",
            Self::Feedback => "give feedback",
            Self::Delete => "delete",
            Self::DeleteOlder => "delete those older than",
        }
    }

    /// What is typed for it; `None`: nothing.
    #[must_use]
    pub fn form(self) -> Option<&'static str> {
        Some(match self {
            Self::Set => {
                "KEY=VALUE, read as the type each session has; KEY:=JSON sets just that; a.b is b in the object a"
            }
            Self::Unset => "KEY, or a.b for b in the object a",
            Self::Rename => "OLD=NEW; the field keeps its place",
            Self::Retype => "KEY=TYPE, such as i64, date, str",
            Self::Feedback => "+, - or =, and a comment behind it if you like",
            Self::Delete => return None,
            Self::DeleteOlder => "an age such as 30d, 12h or 2w since the last change; what has no clear date stays",
        })
    }

    /// Reads what was typed.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(self, typed: &str, dates: &DateContext) -> Result<BulkChange, String> {
        let change = match self {
            Self::Set => {
                let field = edit::assignment(typed).map_err(|error| match error {
                    AssignmentError::NoEquals => "type KEY=VALUE".to_owned(),
                    other => other.to_string(),
                })?;
                BulkChange::Set { fields: vec![field], kind: None }
            }
            Self::Unset => BulkChange::Unset(vec![named(typed, "type the KEY of the field")?]),
            Self::Rename => {
                let (from, to) = pair(typed, "type OLD=NEW")?;
                BulkChange::rename(&from, &to)?
            }
            Self::Retype => {
                let (field, word) = pair(typed, "type KEY=TYPE")?;
                let kind = element_of(&word).ok_or_else(|| format!("{word:?} is no type; they are {}", types()))?;
                BulkChange::Retype { field, kind }
            }
            Self::Feedback => feedback(typed)?,
            Self::Delete => BulkChange::Delete,
            Self::DeleteOlder => {
                let typed = typed.trim();
                BulkChange::DeleteOlder { age: date::age(typed)?, typed: typed.to_owned() }
            }
        };
        change.check(dates)?;
        Ok(change)
    }
}

impl fmt::Display for BulkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl BulkChange {
    /// A field gets another name.
    ///
    /// # Errors
    /// Why that can be none, in a sentence.
    pub fn rename(from: &str, to: &str) -> Result<Self, String> {
        let last = to.rsplit('.').next().unwrap_or(to);
        edit::check_new_key(last).map_err(|why| format!("{to:?} cannot be a key: {why}"))?;
        if from == to {
            return Err(format!("{to:?} is the name it has"));
        }
        Ok(Self::Rename { from: from.to_owned(), to: to.to_owned() })
    }

    /// Refuses what no session could take: a path that can be none, a field that is changed twice at once, a value that is none of
    /// the type it is to have.
    ///
    /// # Errors
    /// Why, in a sentence.
    pub fn check(&self, dates: &DateContext) -> Result<(), String> {
        let paths: Vec<&str> = match self {
            Self::Set { fields, kind } => {
                for (key, value) in fields {
                    if let (AssignedValue::Text(text), Some(kind)) = (value, kind) {
                        edit::read_type(text, *kind, dates)
                            .map_err(|misfit| format!("{key:?} does not fit: {misfit}"))?;
                    }
                }
                fields.iter().map(|(key, _)| key.as_str()).collect()
            }
            Self::Unset(keys) => keys.iter().map(String::as_str).collect(),
            // Without a dot the new name is one beside the old.
            Self::Rename { from, to } if to.contains('.') => vec![from.as_str(), to.as_str()],
            Self::Rename { from: field, .. } | Self::Retype { field, .. } => vec![field.as_str()],
            Self::Feedback { .. } | Self::Delete | Self::DeleteOlder { .. } => Vec::new(),
        };
        let path = |typed: &str| MetadataPath::new(typed.split('.').map(str::to_owned).collect());
        let edits: Vec<_> = paths.into_iter().filter_map(path).map(MetadataEdit::unset).collect();
        edit::check_keys(&edits).map_err(|(edit, why)| format!("{:?} is refused: {why}", edit.path.to_string()))
    }
}

fn named(typed: &str, form: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() { Err(form.to_owned()) } else { Ok(typed.to_owned()) }
}

fn pair(typed: &str, form: &str) -> Result<(String, String), String> {
    let (left, right) = typed.split_once('=').ok_or_else(|| form.to_owned())?;
    Ok((named(left, form)?, named(right, form)?))
}

fn feedback(typed: &str) -> Result<BulkChange, String> {
    let typed = typed.trim();
    let (rating, comment) = match typed.split_at_checked(1) {
        Some(("+", comment)) => (Rating::Up, comment),
        Some(("-", comment)) => (Rating::Down, comment),
        Some(("=", comment)) => (Rating::Neutral, comment),
        _ => return Err("begin with + for up, - for down or = for neutral".to_owned()),
    };
    let comment = comment.trim();
    Ok(BulkChange::Feedback { rating, comment: (!comment.is_empty()).then(|| comment.to_owned()) })
}

/// The types that a value may be given: those that the command line takes.
const TYPES: [ElementType; 14] = [
    ElementType::String,
    ElementType::Int32,
    ElementType::Int64,
    ElementType::Double,
    ElementType::Decimal128,
    ElementType::Boolean,
    ElementType::Null,
    ElementType::DateTime,
    ElementType::ObjectId,
    ElementType::EmbeddedDocument,
    ElementType::Array,
    ElementType::Binary,
    ElementType::RegularExpression,
    ElementType::Timestamp,
];

/// The type of that word of the screen.
fn element_of(word: &str) -> Option<ElementType> {
    TYPES.into_iter().find(|kind| plain::element_word(*kind) == word)
}

fn types() -> String {
    TYPES.map(plain::element_word).join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;

    fn read(kind: BulkKind, typed: &str) -> Result<BulkChange, String> {
        kind.read(typed, &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC))
    }

    #[test]
    fn what_no_session_could_take_is_refused_before_any_is_read() {
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let unset = |keys: &[&str]| BulkChange::Unset(keys.iter().map(|key| (*key).to_owned()).collect());
        let set = |keys: &[&str], kind| BulkChange::Set {
            fields: keys.iter().map(|key| ((*key).to_owned(), AssignedValue::Text("many".to_owned()))).collect(),
            kind,
        };
        let rename = |from: &str, to: &str| BulkChange::Rename { from: from.to_owned(), to: to.to_owned() };
        for refused in [
            unset(&["n", "n"]),
            unset(&["a.b", "a"]),
            unset(&["a", "a.b.c"]),
            unset(&[""]),
            unset(&["a..b"]),
            unset(&["a.$b"]),
            set(&["n", "m", "n"], None),
            set(&["a", "a.b"], None),
            set(&["n"], Some(ElementType::Int32)),
            rename("customer", "customer.x"),
            rename("$n", "m"),
            BulkChange::Retype { field: "$n".to_owned(), kind: ElementType::Int32 },
        ] {
            assert!(refused.check(&dates).is_err(), "{refused}");
        }
        for fine in [
            unset(&["a", "ab", "b.a"]),
            set(&["a.b", "a.c"], None),
            set(&["n"], Some(ElementType::String)),
            rename("customer.x", "customer"),
            rename("a.b", "c.b"),
            BulkChange::Delete,
        ] {
            assert_eq!(fine.check(&dates), Ok(()), "{fine}");
        }
    }

    #[test]
    fn a_line_says_what_is_changed() {
        let set = read(BulkKind::Set, "priority=high = low").unwrap();
        let fields = vec![("priority".to_owned(), AssignedValue::Text("high = low".to_owned()))];
        assert_eq!(set, BulkChange::Set { fields, kind: None });
        assert_eq!(read(BulkKind::Unset, " a.b "), Ok(BulkChange::Unset(vec!["a.b".to_owned()])));
        let renamed = BulkChange::Rename { from: "old".to_owned(), to: "new".to_owned() };
        assert_eq!(read(BulkKind::Rename, "old = new"), Ok(renamed));
        let retyped = BulkChange::Retype { field: "n".to_owned(), kind: ElementType::Int64 };
        assert_eq!(read(BulkKind::Retype, "n=i64"), Ok(retyped));
        let rated = BulkChange::Feedback { rating: Rating::Down, comment: Some("too slow".to_owned()) };
        assert_eq!(read(BulkKind::Feedback, "- too slow"), Ok(rated));
        let plain = BulkChange::Feedback { rating: Rating::Neutral, comment: None };
        assert_eq!(read(BulkKind::Feedback, "="), Ok(plain));
        assert_eq!(read(BulkKind::Delete, ""), Ok(BulkChange::Delete));
        let old = BulkChange::DeleteOlder { age: jiff::SignedDuration::from_hours(720), typed: "30d".to_owned() };
        assert_eq!(read(BulkKind::DeleteOlder, " 30d "), Ok(old));
    }

    #[test]
    fn what_says_nothing_is_refused_with_its_form() {
        for (kind, typed) in [
            (BulkKind::Set, "priority"),
            (BulkKind::Set, ""),
            (BulkKind::Unset, "  "),
            (BulkKind::Unset, "$n"),
            (BulkKind::Rename, "a=a.b"),
            (BulkKind::Rename, "old"),
            (BulkKind::Rename, "old="),
            (BulkKind::Rename, "old=$new"),
            (BulkKind::Rename, "same=same"),
            (BulkKind::Retype, "n=integer"),
            (BulkKind::Feedback, "good"),
            (BulkKind::Feedback, ""),
            (BulkKind::DeleteOlder, ""),
            (BulkKind::DeleteOlder, "0d"),
            (BulkKind::DeleteOlder, "-3d"),
            (BulkKind::DeleteOlder, "30"),
        ] {
            assert!(read(kind, typed).is_err(), "{kind} {typed:?}");
        }
    }
}
