//! In which order sessions are listed.

use std::{fmt, str::FromStr};

use crate::{metrics::SessionFigure, nearest::nearest, session::setters};

/// The order of a list; unless something else is said, by the last change, newest first.
///
/// As a text it is the name of what is sorted by, `tokens` or `meta.priority`, with `:asc` or `:desc` where the direction is not the
/// usual one: texts begin with `a`, dates with the newest, everything else with the most. `-tokens` is `tokens:desc`.
///
/// Sessions without such a value come last in either direction, those of equal values by their `_id`; those of one date as the store
/// has them.
///
/// ```
/// use strandscope::{SessionFigure, Sort, SortBy};
///
/// let sort = Sort::parse("tokens:asc")?;
/// assert_eq!(sort, Sort::new(SortBy::Figure(SessionFigure::Tokens)).ascending(true));
/// assert_eq!(Sort::default().to_string(), "updated");
/// # Ok::<(), strandscope::SortError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Deserialize, serde::Serialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub struct Sort {
    /// What is sorted by.
    pub by: SortBy,
    /// The least comes first: the oldest, the smallest, the first of the alphabet.
    pub ascending: bool,
}

/// What sessions can be sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SortBy {
    /// `updated_at`.
    #[default]
    Updated,
    /// `created_at`.
    Created,
    /// `_id`, in the order of MongoDB's values.
    Id,
    /// `application_name`.
    Application,
    /// `session_type`.
    SessionType,
    /// How many agents there are.
    Agents,
    /// The model of the first agent.
    Model,
    /// How many `guardrail_events` there are.
    Guardrail,
    /// How many findings there are: those of the row ([`row_findings`](crate::row_findings)) and of its histories
    /// ([`history_findings`](crate::history_findings)); without what the decoder could not read
    /// ([`Session::all_findings`](crate::Session::all_findings)), which is known of a whole session only.
    Findings,
    /// A figure.
    Figure(SessionFigure),
    /// A field of `metadata`: its numbers, texts, ObjectIds, booleans and dates, in this order; whatever else stands there, NaN too, is no
    /// value.
    Metadata(String),
}

/// A text that is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{problem}")]
pub struct SortError {
    /// What is wrong, without advice.
    pub problem: String,
    /// What would be right.
    pub hint: String,
}

impl SortError {
    /// What is wrong and what would be right, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.problem, self.hint)
    }
}

/// What begins the name of a field of the metadata.
const META: &str = "meta.";

impl SortBy {
    /// The names there are; `meta.KEY` stands for any field of the metadata.
    pub const NAMES: &'static [&'static str] = &[
        "updated",
        "created",
        "id",
        "application",
        "type",
        "agents",
        "model",
        "messages",
        "tokens",
        "calls",
        "errors",
        "latency",
        "feedback",
        "guardrail",
        "findings",
        "size",
        "meta.KEY",
    ];

    /// Reads a name, or what stands above the column in a list; `None` where there is no such one. `changed` is `updated`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(key) = name.strip_prefix(META) {
            return (!key.is_empty()).then(|| Self::Metadata(key.to_owned()));
        }
        Some(match name.to_ascii_lowercase().as_str() {
            "updated" | "changed" | "age" => Self::Updated,
            "created" | "made" => Self::Created,
            "id" => Self::Id,
            "application" | "app" => Self::Application,
            "type" => Self::SessionType,
            "agents" | "ag" => Self::Agents,
            "model" => Self::Model,
            "guardrail" | "gr" => Self::Guardrail,
            "findings" | "find" => Self::Findings,
            name => Self::Figure(SessionFigure::from_name(match name {
                "msg" => "messages",
                "tok" => "tokens",
                "err" => "errors",
                "p95" => "latency",
                "fb" => "feedback",
                name => name,
            })?),
        })
    }

    /// Whether the least comes first where nothing else is said: of texts.
    #[must_use]
    pub fn usually_ascends(&self) -> bool {
        matches!(self, Self::Id | Self::Application | Self::SessionType | Self::Model)
    }

    /// The date it is, as it is stored.
    #[must_use]
    pub(crate) fn date_field(&self) -> Option<&'static str> {
        match self {
            Self::Updated => Some("updated_at"),
            Self::Created => Some("created_at"),
            _ => None,
        }
    }

    /// Whether it is read from the messages.
    #[must_use]
    pub fn needs_messages(&self) -> bool {
        match self {
            Self::Figure(figure) => figure.needs_messages(),
            Self::Findings => true,
            _ => false,
        }
    }
}

impl fmt::Display for SortBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Updated => "updated",
            Self::Created => "created",
            Self::Id => "id",
            Self::Application => "application",
            Self::SessionType => "type",
            Self::Agents => "agents",
            Self::Model => "model",
            Self::Guardrail => "guardrail",
            Self::Findings => "findings",
            Self::Figure(figure) => figure.name(),
            Self::Metadata(key) => return write!(f, "{META}{key}"),
        })
    }
}

impl Sort {
    /// By that, in its usual direction.
    #[must_use]
    pub fn new(by: SortBy) -> Self {
        Self { ascending: by.usually_ascends(), by }
    }

    /// The same the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { by: self.by.clone(), ascending: !self.ascending }
    }

    /// Whether it goes by one of a session's two dates.
    #[must_use]
    pub fn is_by_date(&self) -> bool {
        self.by.date_field().is_some()
    }

    /// Reads `tokens`, `tokens:asc`, `tokens:desc`, `-tokens`.
    ///
    /// # Errors
    /// Where there is nothing of that name to sort by, with the nearest one.
    pub fn parse(text: &str) -> Result<Self, SortError> {
        let (whole, is_backwards) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
        let (name, said) = match whole.rsplit_once(':') {
            Some((name, "asc" | "ascending")) => (name, Some(true)),
            Some((name, "desc" | "descending")) => (name, Some(false)),
            _ => (whole, None),
        };
        if is_backwards && said == Some(true) {
            let problem = format!("{text:?} says both directions");
            return Err(SortError { problem, hint: format!("say {name}:asc or {name}:desc") });
        }
        let by = SortBy::from_name(name).ok_or_else(|| unknown(name))?;
        let ascending = said.unwrap_or(!is_backwards && by.usually_ascends());
        Ok(Self { by, ascending })
    }

    setters! { exact { ascending: bool } }
}

fn unknown(name: &str) -> SortError {
    // A name with a direction that is none.
    let (first, rest) = name.split_once(':').unwrap_or((name, ""));
    if !rest.is_empty() && SortBy::from_name(first).is_some() {
        let problem = format!("{rest:?} is no direction");
        return SortError { problem, hint: format!("say {first}:asc or {first}:desc") };
    }
    let hint = match nearest(name, SortBy::NAMES) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", SortBy::NAMES.join(", ")),
    };
    SortError { problem: format!("there is nothing called {name:?} to sort by"), hint }
}

impl From<SortBy> for Sort {
    fn from(by: SortBy) -> Self {
        Self::new(by)
    }
}

impl FromStr for Sort {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, SortError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Sort {
    type Error = SortError;

    fn try_from(text: String) -> Result<Self, SortError> {
        Self::parse(&text)
    }
}

impl From<Sort> for String {
    fn from(sort: Sort) -> Self {
        sort.to_string()
    }
}

/// A text that [`Sort::parse`] reads as the same order.
impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.by, f)?;
        // A key may end like a direction.
        let is_told = self.ascending == self.by.usually_ascends()
            && !matches!(&self.by, SortBy::Metadata(key) if key.contains(':'));
        match (is_told, self.ascending) {
            (true, _) => Ok(()),
            (false, true) => f.write_str(":asc"),
            (false, false) => f.write_str(":desc"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_directions_are_read() {
        for (text, by, ascending) in [
            ("updated", SortBy::Updated, false),
            ("changed", SortBy::Updated, false),
            ("-created", SortBy::Created, false),
            ("created:asc", SortBy::Created, true),
            ("id", SortBy::Id, true),
            ("-id", SortBy::Id, false),
            ("Application:desc", SortBy::Application, false),
            ("tokens", SortBy::Figure(SessionFigure::Tokens), false),
            ("latency:ascending", SortBy::Figure(SessionFigure::LatencyP95), true),
            ("meta.a:b", SortBy::Metadata("a:b".to_owned()), false),
            ("meta.a:asc", SortBy::Metadata("a".to_owned()), true),
            ("-findings:desc", SortBy::Findings, false),
        ] {
            assert_eq!(Sort::parse(text), Ok(Sort { by, ascending }), "{text}");
        }
        assert_eq!(Sort::new(SortBy::Id).reversed(), Sort { by: SortBy::Id, ascending: false });
    }

    #[test]
    fn mistakes_name_what_is_near() {
        let said = |text: &str| Sort::parse(text).map_err(|error| error.sentence());
        insta::assert_debug_snapshot!(["tokns", "", "meta.", "tokens:up", "-tokens:asc", "zzzz"].map(said));
    }

    #[test]
    fn every_name_is_one_and_comes_back() {
        for name in SortBy::NAMES {
            assert_eq!(SortBy::from_name(name).map(|by| by.to_string()).as_deref(), Some(*name));
        }
    }

    proptest! {
        #[test]
        fn an_order_is_read_as_it_is_written(at in 0..SortBy::NAMES.len(), key in "[a-z:.-]{1,6}", ascending in any::<bool>()) {
            let by = SortBy::from_name(SortBy::NAMES[at]).unwrap();
            let by = if let SortBy::Metadata(_) = by { SortBy::Metadata(key) } else { by };
            let sort = Sort { by, ascending };
            prop_assert_eq!(Sort::parse(&sort.to_string()), Ok(sort));
        }
    }
}
