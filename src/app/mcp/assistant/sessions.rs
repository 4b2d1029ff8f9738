//! `list_sessions`: rows with what is counted of them, as much of it as is known in time.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    arguments::AssistantArguments,
    cursor,
    refusal::{self, AssistantRefusal},
    schema, shape,
};
use crate::{
    app::{json, namesakes, told},
    metrics,
    repository::{Filter, ListQuery, PageEnd, Projection, SessionReader, Sort, SortBy, filter::FilterTest},
    session::{Details, SessionKey, Summary, Usage, VIEWER_PASSWORD},
};

/// Histories read at once for their tokens.
const AT_ONCE: usize = 4;
/// Characters of the metadata of one session, and of all.
const METADATA: usize = 1000;
const ALL_METADATA: usize = 16_000;
/// Agents of a session that are named.
const MOST_AGENTS: usize = 10;
/// Characters of a name that nobody has to give back.
const LONGEST_NAME: usize = 120;

/// What is asked.
struct AskedList {
    query: ListQuery,
    /// Which list it is: what its cursors belong to.
    question: String,
    count: bool,
}

pub async fn list(
    reader: &dyn SessionReader,
    mut arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Value, AssistantRefusal> {
    let asked = asked(&mut arguments)?;
    let query = &asked.query;
    let (rows, end, mut notes) = rows(reader, query, until).await?;
    let mut complete = end.next.is_none() && !end.timed_out && notes.is_empty();
    let figures = Figures::read(reader, &rows, until).await;
    notes.extend(figures.late.then(|| "figures that are null were not read in time".to_owned()));
    let others = timeout_at(until, namesakes::of(reader, &rows)).await;
    let names = match others {
        Ok(Ok(others)) => refusal::names(&rows, &others),
        _ => rows.iter().map(refusal::exactly).collect(),
    };
    let each = METADATA.min(ALL_METADATA / rows.len().max(1));
    let sessions: Vec<Value> = rows.iter().zip(names).map(|(row, name)| object(row, &name, &figures, each)).collect();
    let matching = if asked.count { count(reader, &query.filter, until).await? } else { None };
    if sessions.is_empty() && query.after.is_none() {
        notes.extend(why_empty(reader, until).await);
    }
    notes.extend(end.note);
    let next = end.next.as_ref().and_then(|next| cursor::seal(schema::LIST, &asked.question, &cursor::of_list(next)));
    if end.next.is_some() && next.is_none() {
        notes.push("more sessions follow from a place that no cursor has room for; narrow the filter".to_owned());
        complete = false;
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok(json!({ "sessions": sessions, "matching": matching, "complete": complete, "next": next, "note": note }))
}

fn asked(arguments: &mut AssistantArguments<'_>) -> Result<AskedList, AssistantRefusal> {
    let filter = filter(arguments)?;
    let sort = sort(arguments)?;
    let limit = arguments.number("limit", 1..=schema::MOST_SESSIONS)?.unwrap_or(schema::SESSIONS);
    let after = arguments.after()?;
    let count = arguments.flag("count")?;
    arguments.end()?;
    let question = json!([filter.source, sort.to_string()]).to_string();
    let mut query = ListQuery::new(limit as u32).filter(filter).sort(sort).metadata(Projection::All);
    if let Some(token) = after {
        let place = cursor::open(schema::LIST, &question, token)?;
        query.after = Some(cursor::to_list(&place).ok_or_else(cursor::unknown)?);
    }
    Ok(AskedList { query, question, count })
}

fn sort(arguments: &mut AssistantArguments<'_>) -> Result<Sort, AssistantRefusal> {
    let read = arguments.text("sort")?.map_or(Ok(Sort::default()), Sort::parse);
    let sort = read.map_err(|mistake| AssistantRefusal(mistake.sentence()))?;
    // A cursor holds what it is sorted by.
    if let SortBy::Metadata(key) = &sort.by {
        refuse_secret(key)?;
    }
    Ok(sort)
}

/// Neither an order nor a filter, which could guess it, asks for what is secret.
fn refuse_secret(key: &str) -> Result<(), AssistantRefusal> {
    if key.split('.').any(|part| part == VIEWER_PASSWORD) {
        return Err(AssistantRefusal(format!("{VIEWER_PASSWORD} is secret: no list is sorted or filtered by it")));
    }
    Ok(())
}

/// The filter of a call; days are in UTC, as the times of answers.
pub fn filter(arguments: &mut AssistantArguments<'_>) -> Result<Filter, AssistantRefusal> {
    let text = arguments.text("filter")?.unwrap_or_default();
    let mut filter = Filter::parse(text, Timestamp::now()).map_err(|mistake| AssistantRefusal::from(&mistake))?;
    for test in filter.tests() {
        if let FilterTest::Metadata { key, .. } | FilterTest::HasMetadata(key) = test {
            refuse_secret(key)?;
        }
    }
    if let Some(reveal) = arguments.reveal {
        reveal.search(&mut filter);
    }
    Ok(filter)
}

/// The rows that are found in time, how the page ended, and what is to be said of it.
async fn rows(
    reader: &dyn SessionReader,
    query: &ListQuery,
    until: Instant,
) -> Result<(Vec<Summary>, PageEnd, Vec<String>), AssistantRefusal> {
    let mut page = reader.list(query);
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    loop {
        match timeout_at(until, page.next_row()).await {
            Ok(Ok(Some(row))) => rows.push(row),
            Ok(Ok(None)) => break,
            Ok(Err(error)) if rows.is_empty() => return Err(error.into()),
            Ok(Err(error)) => {
                notes.push(format!("more may match: {}", told::sentence_to_assistant(&error)));
                break;
            }
            Err(_) => {
                notes.push("the search took too long and was ended; more may match: narrow the filter".to_owned());
                break;
            }
        }
    }
    let end = page.end().cloned().unwrap_or_default();
    if end.timed_out {
        notes.push("the search took too long and was ended; `next` goes on, a narrower filter is faster".to_owned());
    }
    Ok((rows, end, notes))
}

async fn count(reader: &dyn SessionReader, filter: &Filter, until: Instant) -> Result<Option<u64>, AssistantRefusal> {
    match timeout_at(until, reader.count(filter)).await {
        Ok(counted) => counted.map_err(AssistantRefusal::from),
        Err(_) => Ok(None),
    }
}

/// Why nothing is there at all, where that is known.
async fn why_empty(reader: &dyn SessionReader, until: Instant) -> Option<String> {
    let check = timeout_at(until, reader.why_empty()).await.ok()?.ok()??;
    Some(match told::advice(&check.advice) {
        Some(advice) => format!("{}; {advice}", check.found),
        None => check.found,
    })
}

/// What became known of the rows.
#[derive(Default)]
struct Figures {
    details: HashMap<SessionKey, Details>,
    usage: HashMap<SessionKey, Usage>,
    /// Some were not read in time, or could not be.
    late: bool,
}

impl Figures {
    async fn read(reader: &dyn SessionReader, rows: &[Summary], until: Instant) -> Self {
        let mut figures = Self::default();
        let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
        if keys.is_empty() {
            return figures;
        }
        match timeout_at(until, reader.details(&keys)).await {
            Ok(Ok(details)) => figures.details.extend(details),
            _ => figures.late = true,
        }
        let read = |key: SessionKey| async move {
            let outline = timeout_at(until, reader.outline(&key)).await.ok().and_then(Result::ok);
            (key, outline.map(|outline| metrics::session_metrics(&outline).total))
        };
        let reads: Vec<_> = keys.into_iter().map(read).collect();
        let mut used = stream::iter(reads).buffered(AT_ONCE);
        while let Some((key, usage)) = used.next().await {
            figures.late |= usage.is_none();
            figures.usage.extend(usage.map(|usage| (key, usage)));
        }
        figures
    }
}

/// A row as `list --json` has it, bounded; `session_id` is what the tools take.
fn object(row: &Summary, name: &str, figures: &Figures, room: usize) -> Value {
    let metadata = row.metadata.as_ref().map(|stored| shape::value(stored, &mut { room }));
    let (metadata, is_cut) = metadata.map_or((None, false), |(shown, is_cut)| (Some(shown), is_cut));
    let thin = Summary { metadata: None, ..row.clone() };
    let mut object = json::row(&thin, figures.details.get(&row.key), figures.usage.get(&row.key));
    if let Value::Object(fields) = &mut object {
        fields.shift_remove("_id");
    }
    object["session_id"] = name.into();
    object["metadata"] = metadata.unwrap_or(Value::Null);
    if is_cut {
        object["metadata_cut"] = true.into();
    }
    for field in ["application_name", "session_type"] {
        if let Value::String(text) = &mut object[field] {
            *text = shape::cut(text, LONGEST_NAME).0;
        }
    }
    let left_out = object["agents"].as_array_mut().map_or(0, |agents| {
        let left_out = agents.len().saturating_sub(MOST_AGENTS);
        agents.truncate(MOST_AGENTS);
        for agent in agents {
            if let Value::String(model) = &mut agent["model"] {
                *model = shape::cut(model, LONGEST_NAME).0;
            }
        }
        left_out
    });
    if left_out > 0 {
        object["agents_left_out"] = left_out.into();
    }
    object
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::{
        app::place::Reveal,
        hook::{CipherKeys, EncryptedField, FieldCipher},
        session::{AgentCount, MetadataEdit},
    };

    #[test]
    fn a_row_is_bounded_and_named_as_it_can_be_given_back() {
        let agent = |n: usize| AgentCount {
            id: format!("a-{n}").as_str().into(),
            model: Some("m".repeat(500)),
            messages: 1,
            created_at: None,
            updated_at: None,
            waiting: None,
        };
        let key = SessionKey::from("s-1");
        let details = Details::of((0..30).map(agent).collect(), [], 0, None);
        let figures = Figures { details: HashMap::from([(key.clone(), details)]), ..Figures::default() };
        let metadata = doc! { "session_viewer_password": "hunter2hunter2", "long": "x".repeat(5000) };
        let row =
            Summary { metadata: Some(metadata.into()), application_name: Some("y".repeat(5000)), ..Summary::new(key) };
        let shown = object(&row, "s-1", &figures, 500);
        let said = shown.to_string();
        assert!(!said.contains("hunter2") && said.len() < 4000, "{said}");
        assert_eq!((&shown["session_id"], &shown["metadata_cut"]), (&"s-1".into(), &true.into()));
        assert_eq!(shown["agents"].as_array().map(Vec::len), Some(MOST_AGENTS));
        assert_eq!(shown["agents_left_out"], 20);
        assert_eq!((&shown["usage"], shown.get("_id")), (&Value::Null, None));
    }

    #[test]
    fn a_filter_finds_what_is_encrypted_to_be_found() {
        let keys = CipherKeys::new("k1", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
        let cipher = FieldCipher::new(keys, vec![EncryptedField::new("email").deterministic(true)]).unwrap();
        let reveal = Reveal::new(vec!["email".into()], Ok(cipher));
        let edits = vec![MetadataEdit::set("email", "ada@example.org")];
        let sealed = reveal.sealed(&"s-1".into(), edits, &bson::Document::new()).unwrap();
        let stored = doc! { "_id": "s-1", "metadata": { "email": sealed[0].value.clone().unwrap() } };
        let given = json!({ "filter": "meta.email:ada@example.org" }).as_object().unwrap().clone();
        let arguments = || AssistantArguments::new(schema::LIST, &given);
        assert!(filter(&mut arguments().searching(&reveal)).unwrap().matches(&stored));
        assert!(!filter(&mut arguments()).unwrap().matches(&stored));
    }

    #[test]
    fn a_list_comes_in_any_order_but_by_what_is_secret() {
        let ask = |sort: &str| {
            let given = json!({ "sort": sort }).as_object().unwrap().clone();
            asked(&mut AssistantArguments::new(schema::LIST, &given)).map(|asked| asked.query.sort.to_string())
        };
        for sort in ["created", "tokens:asc", "meta.tier"] {
            assert_eq!(ask(sort), Ok(sort.to_owned()));
        }
        let said = ask("tokns").unwrap_err().to_string();
        assert!(said.contains("did you mean tokens?"), "{said}");
        for secret in ["meta.session_viewer_password", "meta.a.session_viewer_password:asc"] {
            assert!(ask(secret).is_err(), "{secret}");
        }
    }

    #[test]
    fn no_filter_guesses_what_is_secret() {
        let read = |text: &str| {
            let given = json!({ "filter": text }).as_object().unwrap().clone();
            filter(&mut AssistantArguments::new(schema::LIST, &given)).is_ok()
        };
        assert!(read("meta.tier:gold OR has:meta.tier"));
        for secret in ["meta.session_viewer_password:a", "app:a OR -(has:meta.a.session_viewer_password)"] {
            assert!(!read(secret), "{secret}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let ask = |arguments: Value| {
            let given = arguments.as_object().unwrap().clone();
            asked(&mut AssistantArguments::new(schema::LIST, &given)).map(|asked| asked.query.after)
        };
        let question = json!(["app:x", Sort::default().to_string()]).to_string();
        let place = crate::repository::Cursor::Undated { after: Some("s-1".into()) };
        let token = cursor::seal(schema::LIST, &question, &cursor::of_list(&place)).unwrap();
        assert_eq!(ask(json!({ "filter": "app:x", "after": token })), Ok(Some(place)));
        assert!(ask(json!({ "filter": "app:y", "after": token })).is_err());
        assert!(ask(json!({ "filter": "app:x", "sort": "created", "after": token })).is_err());
        assert!(ask(json!({ "filter": "app:x", "after": "" })).is_err());
        assert!(ask(json!({ "limit": 51 })).is_err() && ask(json!({ "filter": "foo:x" })).is_err());
    }
}
