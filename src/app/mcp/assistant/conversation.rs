//! `show_messages`: a part of one agent's conversation.

use bson::{Document, doc};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    arguments::AssistantArguments,
    cursor,
    refusal::{self, AssistantRefusal, by},
    schema,
    shape::{self, CalledTools, Veil},
};
use crate::{
    app::json,
    repository::SessionReader,
    session::{AgentId, Message, Session, StoredAgent, Summary},
};

/// Agents that are named beside the messages.
const MOST_AGENTS: usize = 20;
/// Messages before the part that are read with it, so that its results know their calls.
const BEFORE: u64 = 2;

/// Which part is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartAsked {
    /// From that message on.
    From(u64),
    /// The last ones before that message; `None`: of all.
    Before(Option<u64>),
}

/// What is asked.
#[derive(Debug)]
struct ShownPart {
    session: String,
    agent: Option<String>,
    stretch: PartAsked,
    limit: u64,
    /// Characters of a message.
    each: usize,
    question: String,
}

pub async fn show(
    reader: &dyn SessionReader,
    mut arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Value, AssistantRefusal> {
    let part = asked(&mut arguments)?;
    let row = refusal::one(reader, &part.session, until).await?;
    let session = by(until, "reading the session", reader.open(&row.key, 0)).await?;
    let agent = match &part.agent {
        Some(wanted) => Some(named(&session, wanted)?),
        None => session.agents.iter().max_by_key(|agent| agent.updated_at),
    };
    let Some(agent) = agent else { return Ok(answer(&row, &session, None, &[], None)) };
    let (start, end) = window(part.stretch, part.limit, agent.message_count)?;
    let from = start.saturating_sub(BEFORE);
    let messages = by(until, "reading the messages", reader.messages(&row.key, &agent.id, from..end)).await?;
    let veil = Veil::of(&session);
    let shown = fitting(&messages, start, &part, &veil);
    let edge = match part.stretch {
        PartAsked::From(_) => last_index(&shown).map(|last| last + 1).filter(|next| *next < agent.message_count),
        PartAsked::Before(_) => first_index(&shown).filter(|first| *first > 0),
    };
    let next = edge.and_then(|edge| cursor::seal(schema::SHOW, &part.question, &place(part.stretch, &agent.id, edge)));
    Ok(answer(&row, &session, Some(agent), &shown, next.as_deref()))
}

fn asked(arguments: &mut AssistantArguments<'_>) -> Result<ShownPart, AssistantRefusal> {
    let session = arguments.needed("session_id")?.to_owned();
    let agent = arguments.text("agent")?.map(str::to_owned);
    let from = arguments.number("from", 0..=u64::MAX)?;
    let limit = arguments.number("limit", 1..=schema::MOST_MESSAGES)?.unwrap_or(schema::MESSAGES);
    let each = arguments.number("max_characters", schema::LEAST_CHARACTERS..=schema::MOST_CHARACTERS)?;
    let after = arguments.after()?;
    arguments.end()?;
    let question = json!([session, agent, from.is_some()]).to_string();
    let mut part = ShownPart {
        session,
        agent,
        stretch: from.map_or(PartAsked::Before(None), PartAsked::From),
        limit,
        each: each.unwrap_or(schema::CHARACTERS) as usize,
        question,
    };
    if let Some(token) = after {
        let place = cursor::open(schema::SHOW, &part.question, token)?;
        let (agent, stretch) = read_place(&place).ok_or_else(cursor::unknown)?;
        part.agent = Some(agent);
        part.stretch = stretch;
    }
    Ok(part)
}

fn place(stretch: PartAsked, agent: &AgentId, edge: u64) -> Document {
    let forward = matches!(stretch, PartAsked::From(_));
    doc! { "a": agent.as_str(), "f": forward, "e": i64::try_from(edge).unwrap_or(i64::MAX) }
}

fn read_place(place: &Document) -> Option<(String, PartAsked)> {
    let agent = place.get_str("a").ok()?.to_owned();
    let edge = u64::try_from(place.get_i64("e").ok()?).ok()?;
    let forward = place.get_bool("f").ok()?;
    Some((agent, if forward { PartAsked::From(edge) } else { PartAsked::Before(Some(edge)) }))
}

fn named<'a>(session: &'a Session, wanted: &str) -> Result<&'a StoredAgent, AssistantRefusal> {
    session.agents.iter().find(|agent| agent.id.as_str() == wanted).ok_or_else(|| {
        let known: Vec<String> =
            session.agents.iter().take(MOST_AGENTS).map(|agent| format!("{:?}", agent.id.as_str())).collect();
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        AssistantRefusal(format!("no agent {wanted:?} in the session {:?}; {known}", session.name()))
    })
}

/// The messages of a part, from the first to before the last: of 12 messages the last 5 are 7 to 12.
fn window(stretch: PartAsked, limit: u64, count: u64) -> Result<(u64, u64), AssistantRefusal> {
    match stretch {
        PartAsked::From(from) if from >= count && from > 0 => Err(AssistantRefusal(format!(
            "from is {from}, and the agent has {count} messages, counted from 0; leave from out for the last ones"
        ))),
        PartAsked::From(from) => Ok((from, from.saturating_add(limit).min(count))),
        PartAsked::Before(end) => {
            let end = end.map_or(count, |end| end.min(count));
            Ok((end.saturating_sub(limit), end))
        }
    }
}

/// As many of the messages as an answer holds: counted from the side where the part begins.
fn fitting(messages: &[Message], start: u64, part: &ShownPart, veil: &Veil) -> Vec<Value> {
    let tools = CalledTools::of(messages);
    let mut left = schema::ANSWER;
    let mut shown = Vec::new();
    let mut take = |message| {
        let (object, took) = shape::message(message, &tools, veil, part.each);
        let fits = shown.is_empty() || took <= left;
        if fits {
            left = left.saturating_sub(took);
            shown.push(object);
        }
        fits
    };
    let mut wanted = messages.iter().filter(|message| message.index >= start);
    match part.stretch {
        PartAsked::From(_) => {
            wanted.all(&mut take);
        }
        PartAsked::Before(_) => {
            wanted.rev().all(&mut take);
            shown.reverse();
        }
    }
    shown
}

fn first_index(shown: &[Value]) -> Option<u64> {
    shown.first()?["index"].as_u64()
}

fn last_index(shown: &[Value]) -> Option<u64> {
    shown.last()?["index"].as_u64()
}

fn answer(
    row: &Summary,
    session: &Session,
    agent: Option<&StoredAgent>,
    messages: &[Value],
    next: Option<&str>,
) -> Value {
    let agents: Vec<Value> = session.agents.iter().take(MOST_AGENTS).map(of_agent).collect();
    json!({
        "session_id": refusal::exactly(row),
        "agent": agent.map(|agent| agent.id.as_str()),
        "agents": agents,
        "stored": agent.map(|agent| agent.message_count),
        "messages": messages,
        "next": next,
    })
}

fn of_agent(agent: &StoredAgent) -> Value {
    json!({
        "agent_id": agent.id.as_str(),
        "model": agent.model.as_deref().map(|model| shape::cut(model, 120).0),
        "messages": agent.message_count,
        "updated_at": json::time(agent.updated_at),
        "waiting": agent.waiting().map(|waiting| shape::cut(&waiting, 300).0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::decode;

    fn said(count: u64, length: usize) -> Vec<Message> {
        let stored = |at: u64| doc! { "message": { "role": "user", "content": [{ "text": "x".repeat(length) }] }, "message_id": at as i64 };
        (0..count).map(|at| decode::message(stored(at).into(), at, "m")).collect()
    }

    fn part(arguments: Value) -> Result<ShownPart, AssistantRefusal> {
        let Value::Object(given) = arguments else { panic!("{arguments}") };
        asked(&mut AssistantArguments::new(schema::SHOW, &given))
    }

    fn indexes(shown: &[Value]) -> Vec<u64> {
        shown.iter().map(|message| message["index"].as_u64().unwrap()).collect()
    }

    #[test]
    fn a_part_is_at_the_end_or_from_a_message_on() {
        assert_eq!(window(PartAsked::Before(None), 5, 12), Ok((7, 12)));
        assert_eq!(window(PartAsked::Before(Some(7)), 20, 12), Ok((0, 7)));
        assert_eq!(window(PartAsked::Before(Some(99)), 5, 12), Ok((7, 12)), "it was cut shorter since");
        assert_eq!(window(PartAsked::From(10), 5, 12), Ok((10, 12)));
        assert_eq!(window(PartAsked::From(0), 5, 0), Ok((0, 0)));
        assert!(window(PartAsked::From(12), 5, 12).is_err());
        assert!(window(PartAsked::From(u64::MAX), 5, 12).is_err());
    }

    #[test]
    fn an_answer_holds_what_fits_counted_from_its_beginning() {
        let messages = said(30, 10_000);
        let last = part(json!({ "session_id": "s" })).unwrap();
        let shown = fitting(&messages, 10, &last, &Veil::default());
        assert_eq!(indexes(&shown), (21..30).collect::<Vec<u64>>(), "nine of 4 000 characters");
        let first = part(json!({ "session_id": "s", "from": 10, "max_characters": 20_000 })).unwrap();
        let shown = fitting(&messages, 10, &first, &Veil::default());
        assert_eq!(indexes(&shown), [10, 11, 12]);
        let small = fitting(&said(30, 5), 10, &first, &Veil::default());
        assert_eq!(indexes(&small), (10..30).collect::<Vec<u64>>(), "what was read before is not shown");
    }

    #[test]
    fn a_cursor_goes_on_where_the_answer_ended() {
        let asked = json!({ "session_id": "s", "from": 3 });
        let first = part(asked.clone()).unwrap();
        let place = place(first.stretch, &"a.b".into(), 23);
        let token = cursor::seal(schema::SHOW, &first.question, &place).unwrap();
        let mut again = asked;
        again["after"] = token.as_str().into();
        let next = part(again).unwrap();
        assert_eq!((next.agent.as_deref(), next.stretch), (Some("a.b"), PartAsked::From(23)));
        assert!(part(json!({ "session_id": "other", "from": 3, "after": token })).is_err());
        assert!(part(json!({ "session_id": "s", "after": token })).is_err(), "backwards is another question");
    }

    #[test]
    fn arguments_have_bounds() {
        assert!(part(json!({})).is_err() && part(json!({ "session_id": "" })).is_err());
        assert!(part(json!({ "session_id": "s", "limit": 0 })).is_err());
        assert!(part(json!({ "session_id": "s", "from": -1 })).is_err());
        assert!(part(json!({ "session_id": "s", "max_characters": 1_000_000 })).is_err());
    }
}
