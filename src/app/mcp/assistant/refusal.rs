//! Why a tool gives no answer, for the model that called it, and waiting for a store no longer than a call may take.

use std::future::Future;

use tokio::time::{Instant, timeout_at};

use crate::{
    app::told,
    repository::{Error, FilterError, Result as StoreResult, SessionReader},
    session::{Summary, distinct_names},
};

/// Sessions that are named where an id means several.
const MOST_NAMED: usize = 10;

/// Why a tool gives no answer: what is wrong and what to do, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AssistantRefusal(pub String);

impl From<Error> for AssistantRefusal {
    fn from(error: Error) -> Self {
        match &error {
            Error::Filter(mistake) => mistake.into(),
            other => Self(told::sentence_to_assistant(other)),
        }
    }
}

impl From<&FilterError> for AssistantRefusal {
    /// With the place: `unknown prefix `foo:`; …: "foo:" at character 5 of the filter "app:x foo:bar"`.
    fn from(mistake: &FilterError) -> Self {
        let source = &mistake.source_text;
        let before = source[..mistake.span.start].chars().count() + 1;
        let word = &source[mistake.span.clone()];
        Self(format!("{}: {word:?} at character {before} of the filter {source:?}", mistake.sentence()))
    }
}

/// An answer of the store, waited for until a moment. What is given up ends by itself.
pub async fn by<T>(
    until: Instant,
    doing: &str,
    answer: impl Future<Output = StoreResult<T>>,
) -> Result<T, AssistantRefusal> {
    match timeout_at(until, answer).await {
        Ok(answer) => answer.map_err(AssistantRefusal::from),
        Err(_) => Err(AssistantRefusal(format!("{doing} took too long and was given up; try again, or ask for less"))),
    }
}

/// The one session that an id means.
pub async fn one(reader: &dyn SessionReader, id: &str, until: Instant) -> Result<Summary, AssistantRefusal> {
    let mut matches = by(until, "finding the session", reader.resolve(id)).await?;
    match (matches.pop(), matches.is_empty()) {
        (None, _) => Err(Error::not_found(id, reader.location()).into()),
        (Some(row), true) => Ok(row),
        (Some(last), false) => {
            matches.push(last);
            Err(ambiguous(id, &matches))
        }
    }
}

fn ambiguous(id: &str, matches: &[Summary]) -> AssistantRefusal {
    let names: Vec<String> = matches.iter().take(MOST_NAMED).map(exactly).collect();
    let more = matches.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    AssistantRefusal(format!(
        "{id:?} means {} sessions; give one of these as session_id: {}{more}",
        matches.len(),
        names.join("  ")
    ))
}

/// What means that session and no other.
pub fn exactly(row: &Summary) -> String {
    row.spelled(row.key.exact()).into_owned()
}

/// What each row is called, so that it can be given back: as `list` prints them. `others` are sessions that no row may be
/// taken for.
pub fn names(rows: &[Summary], others: &[Summary]) -> Vec<String> {
    let names = distinct_names(rows.iter(), others.iter());
    rows.iter().zip(names).map(|(row, name)| row.spelled(name).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;
    use jiff::Timestamp;

    use super::*;
    use crate::repository::Filter;

    #[test]
    fn a_mistake_in_a_filter_is_told_with_its_place() {
        let mistake = Filter::parse("漢字 foo:bar", Timestamp::now()).unwrap_err();
        let said = AssistantRefusal::from(&mistake).to_string();
        assert!(said.ends_with(r#""foo:" at character 4 of the filter "漢字 foo:bar""#), "{said}");
        assert_eq!(AssistantRefusal::from(Error::Filter(mistake)).to_string(), said);
    }

    #[test]
    fn advice_names_tools_and_no_command_lines() {
        let said = AssistantRefusal::from(Error::not_found("x", "agents.sessions".to_owned())).to_string();
        assert!(said.contains("list_sessions") && !said.contains("strandscope list"), "{said}");
    }

    #[test]
    fn an_id_that_means_several_names_each() {
        let oid = ObjectId::from_bytes([7; 12]);
        let twin = |id: bson::Bson| Summary { session_id: Some("twin".into()), ..Summary::new(id) };
        let said = ambiguous("twin", &[twin("a".into()), twin(oid.into())]).to_string();
        assert!(said.contains(r#"a  {"$oid":"0707"#), "{said}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_given_up() {
        let until = Instant::now() + std::time::Duration::from_secs(1);
        let refused = by(until, "reading it", std::future::pending::<StoreResult<()>>()).await;
        assert!(refused.unwrap_err().to_string().starts_with("reading it took too long"));
    }
}
