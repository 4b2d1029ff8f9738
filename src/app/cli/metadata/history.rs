//! `metadata log`, `undo` and `redo`: what was changed by hand, and the way back.

mod scoped;

use crate::{
    app::{
        cli::{
            args::HistoryArgs,
            context::{self, Context},
            json,
            output::{self, Out, ProgressLine},
            stop::Stop,
        },
        config::places,
        place::holds_sealed,
        text,
        writes::{
            HandWriter, Journal, Turn, TurnProgress, Turned, UndoScope, in_the_way,
            journal::{Deed, DeedState, FieldDeed, JournalEntry},
            value_start,
        },
    },
    disk,
    hook::Hooks,
    repository::Error,
    session::{SessionKey, StoredDate, decode, id::id_meanings, plain},
};
use anyhow::Result;
use bson::Bson;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Prints what was changed by hand, the newest first.
pub async fn log(context: &Context, args: &HistoryArgs) -> Result<()> {
    let journal = Journal::new(places::state_dir());
    let chosen = context.chosen()?;
    let scope = chosen.as_ref().and_then(|place| place.scope.as_ref());
    // Without a place, and for all of them, nothing is opened; a scope is of one place.
    let reader = match &chosen {
        Some(_) if !args.all || scope.is_some() => Some(context.reader().await?),
        _ => None,
    };
    if args.all && scope.is_some() {
        output::note("the profile has a scope: only what was changed within it is listed");
    }
    let place = reader.as_ref().map(|reader| reader.identity());
    let read = journal.read().await.map_err(|error| unread(&journal, &error))?;
    for note in journal.notes(&read) {
        output::note(&note);
    }
    let is_meant = |entry: &&JournalEntry| {
        place.as_ref().is_none_or(|place| entry.place == *place)
            && args.id.as_ref().is_none_or(|id| is_called(&entry.session, id))
    };
    let mut out = Out::new();
    let mut meant: Vec<&JournalEntry> = read.entries.iter().rev().filter(is_meant).collect();
    if let (Some(reader), Some(scope)) = (&reader, scope) {
        meant = scoped::within(reader.as_ref(), scope, meant).await?;
    }
    if meant.is_empty() {
        let of = args.id.as_ref().map(|id| format!(" of session {id:?}")).unwrap_or_default();
        let at = place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        output::note(&format!("no change{of}{at} was made by hand from here"));
    }
    for entry in meant.into_iter().take(args.limit.unwrap_or(usize::MAX)) {
        let entry = &opened(context, entry).await;
        if args.json {
            out.line(&json::line(&as_json(entry)))?;
        } else {
            out.line(&text::line(&shown(entry, place.is_none())))?;
        }
    }
    Ok(out.flush()?)
}

/// The same with what was encrypted opened, where the key is there.
async fn opened(context: &Context, entry: &JournalEntry) -> JournalEntry {
    let mut entry = entry.clone();
    let Deed::Metadata(fields) = &mut entry.deed else { return entry };
    let is_sealed = |value: &Option<Bson>| value.as_ref().is_some_and(holds_sealed);
    if !fields.iter().any(|field| is_sealed(&field.before) || is_sealed(&field.after)) {
        return entry;
    }
    let reveal = context.reveal().await;
    for field in fields {
        for side in [&mut field.before, &mut field.after] {
            *side = side.as_ref().map(|value| reveal.opened_value(&entry.session, &field.path, value));
        }
    }
    entry
}

/// Takes the newest change back, or makes the one again that was taken back last.
pub async fn turn(context: &Context, hooks: &Hooks, id: Option<&str>, turn: Turn) -> Result<()> {
    let hand = context.metadata_hand(hooks).await?;
    let scope = match id {
        Some(id) => UndoScope::Session(meant(&hand, id).await?),
        None => UndoScope::Place,
    };
    context.agree()?;
    let (progress, mut told) = mpsc::channel(1);
    let turning = async move { hand.turn(&scope, turn, &progress).await };
    let telling = async {
        let mut line = ProgressLine::default();
        while let Some(TurnProgress { done, of }) = told.recv().await {
            line.show(&format!("{done} of {of} sessions"));
        }
        line.clear();
    };
    let (turned, ()) = tokio::join!(turning, telling);
    let Turned { outcome, unfinished, .. } = turned?;
    for note in &outcome.notes {
        output::note(note);
    }
    let says = outcome.says.unwrap_or_default();
    if outcome.changes.is_empty() {
        return Err(unfinished.map_or_else(|| Stop::NotFound(says).into(), not_turned));
    }
    let mut out = Out::new();
    out.line(&says)?;
    out.flush()?;
    unfinished.map_or(Ok(()), |error| Err(not_turned(error)))
}

/// Why a change is not taken back or made again, with what is stored of a field where another change stands in the way.
fn not_turned(error: Error) -> anyhow::Error {
    if let Error::Conflict { field, stored, .. } = &error
        && field.starts_with("metadata.")
    {
        super::say_stored(stored.as_deref());
    }
    in_the_way(&error).map_or_else(|| error.into(), |told| Stop::Conflict(told.to_string()).into())
}

/// The session that an ID means; one that was deleted here is still known to the journal.
async fn meant(hand: &HandWriter, id: &str) -> Result<SessionKey> {
    let missing = match context::one(hand.store.reader().as_ref(), id).await {
        Ok(row) => return Ok(row.key),
        Err(error) => error,
    };
    let is_missing = matches!(missing.downcast_ref(), Some(Stop::NotFound(_)))
        || matches!(missing.downcast_ref(), Some(Error::NotFound { .. }));
    let known = match hand.journal.read().await {
        Ok(read) if is_missing => known(&read.entries, &hand.place.identity, id),
        _ => None,
    };
    // What is outside of the scope is known to nobody here.
    let reader = hand.store.reader();
    known.filter(|key| reader.admits(key).is_ok()).ok_or(missing)
}

/// The one session of the journal that is called so.
fn known(entries: &[JournalEntry], place: &str, id: &str) -> Option<SessionKey> {
    let here = entries.iter().filter(|entry| entry.place == place && is_called(&entry.session, id));
    let mut keys: Vec<&SessionKey> = here.map(|entry| &entry.session).collect();
    keys.sort();
    keys.dedup();
    match keys.as_slice() {
        [one] => Some((*one).clone()),
        _ => None,
    }
}

fn is_called(session: &SessionKey, id: &str) -> bool {
    id_meanings(id).iter().any(|meaning| meaning.holds(Some(session.bson()), None))
}

fn unread(journal: &Journal, error: &std::io::Error) -> Error {
    let name = journal.folder().map(|folder| format!(" in {}", folder.display())).unwrap_or_default();
    Error::other(format!("reading the journal of changes{name}"), disk::reason(error))
}

fn state(state: DeedState) -> &'static str {
    match state {
        DeedState::Begun => "unsettled",
        DeedState::Done => "done",
        DeedState::Failed => "failed",
        DeedState::Undoing | DeedState::Redoing => "turning",
        DeedState::Undone => "undone",
    }
}

fn shown(entry: &JournalEntry, with_place: bool) -> String {
    let what = match &entry.deed {
        Deed::Metadata(fields) => fields.iter().map(field).collect::<Vec<_>>().join(", "),
        Deed::Feedback { before, after } => {
            format!("feedback: {} -> {}", given(before.as_ref()), given(after.as_ref()))
        }
        Deed::Deletion { copy } => format!("deleted, copy at {}", copy.display()),
    };
    let at = output::time(Some(StoredDate::from(entry.at)));
    let place = if with_place { format!("  {}", entry.place) } else { String::new() };
    format!("{at}  {}{place}  {:<9}  {}  {what}", entry.who, state(entry.state), entry.session.text())
}

fn field(field: &FieldDeed) -> String {
    if field.is_moved() && field.before == field.after {
        return format!("{} moved", field.path);
    }
    format!("{}: {}", field.path, sides(field.before.as_ref(), field.after.as_ref()))
}

/// A feedback as a person gave it: its rating, its comment and what it speaks of.
fn given(stored: Option<&Bson>) -> String {
    let Some(stored) = stored else { return "nothing".to_owned() };
    let feedback = decode::feedback(stored);
    let mut says = feedback.rating.as_str().to_owned();
    if let Some(comment) = feedback.comment.filter(|comment| !comment.is_empty()) {
        says = format!("{says} {}", value_start(&comment.into()));
    }
    if let Some(message) = feedback.message_id {
        let agent = feedback.agent_id.map(|agent| format!("{agent} ")).unwrap_or_default();
        says = format!("{says} on {agent}message {message}");
    }
    says
}

/// Of what becomes another type the types are told: an i32 1 that becomes an i64 1 looks the same.
fn sides(before: Option<&Bson>, after: Option<&Bson>) -> String {
    let kinds = (before.map(Bson::element_type), after.map(Bson::element_type));
    let is_retyped = matches!(kinds, (Some(before), Some(after)) if before != after);
    let side = |value: Option<&Bson>| match value {
        None => "nothing".to_owned(),
        Some(value) if is_retyped => format!("{} {}", plain::element_word(value.element_type()), value_start(value)),
        Some(value) => value_start(value),
    };
    format!("{} -> {}", side(before), side(after))
}

fn as_json(entry: &JournalEntry) -> Value {
    // What is not there is null, and so is a stored null: their types tell them apart.
    let value = |value: Option<&Bson>| {
        value.map_or(Value::Null, |value| {
            json!({ "type": plain::element_word(value.element_type()), "value": value.clone().into_canonical_extjson() })
        })
    };
    let mut shown = json!({
        "id": entry.id.to_string(),
        "group": entry.group.map(|group| group.to_string()),
        "at": json::time(Some(StoredDate::from(entry.at))),
        "who": entry.who,
        "place": entry.place,
        "_id": json::stored(entry.session.bson()),
        "state": state(entry.state),
    });
    match &entry.deed {
        Deed::Metadata(fields) => {
            let field = |field: &FieldDeed| {
                json!({
                    "path": field.path.keys(),
                    "before": value(field.before.as_ref()),
                    "after": value(field.after.as_ref()),
                })
            };
            shown["metadata"] = fields.iter().map(field).collect();
        }
        Deed::Feedback { before, after } => {
            shown["feedback"] = json!({ "before": value(before.as_ref()), "after": value(after.as_ref()) });
        }
        Deed::Deletion { copy } => shown["deletion"] = json!({ "copy": copy.display().to_string() }),
    }
    shown
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(session: SessionKey, deed: Deed) -> JournalEntry {
        let at = "2026-11-23T14:11:20Z".parse().unwrap();
        let entry = JournalEntry::new("h:27017/agents.sessions", session, deed);
        JournalEntry { id: Uuid::from_u128(1), at, who: "me@here".to_owned(), state: DeedState::Done, ..entry }
    }

    #[test]
    fn changes_are_listed_for_people_and_for_programs() {
        let fields = vec![
            FieldDeed {
                path: "priority".into(),
                before: Some("low".into()),
                after: Some("high".into()),
                next: None,
                put: None,
            },
            FieldDeed { path: "n".into(), before: Some(Bson::Int64(5)), after: None, next: None, put: None },
            FieldDeed {
                path: "m".into(),
                before: Some(1.into()),
                after: Some(1.into()),
                next: None,
                put: Some("n".into()),
            },
            FieldDeed { path: "t".into(), before: Some(1.into()), after: Some(Bson::Int64(1)), next: None, put: None },
        ];
        let entries = [
            entry("support-1042".into(), Deed::Metadata(fields)),
            entry(
                "s\u{1b}[2J".into(),
                Deed::Feedback {
                    before: Some(bson::doc! { "rating": "up", "comment": null }.into()),
                    after: Some(
                        bson::doc! { "rating": "down", "comment": "late", "agent_id": "a", "message_id": 3 }.into(),
                    ),
                },
            ),
            entry("s".into(), Deed::Deletion { copy: "/state/deleted/s.bson".into() }),
        ];
        let lines: Vec<String> = entries.iter().map(|entry| text::line(&shown(entry, true)).into_owned()).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        2026-11-23T14:11:20Z  me@here  h:27017/agents.sessions  done       support-1042  priority: "low" -> "high", n: 5 -> nothing, m moved, t: i32 1 -> i64 1
        2026-11-23T14:11:20Z  me@here  h:27017/agents.sessions  done       s␛[2J  feedback: up -> down "late" on a message 3
        2026-11-23T14:11:20Z  me@here  h:27017/agents.sessions  done       s  deleted, copy at /state/deleted/s.bson
        "#);
        let first = as_json(&entries[0]);
        assert_eq!(first["metadata"][1]["before"], json!({ "type": "i64", "value": { "$numberLong": "5" } }));
        assert_eq!((&first["metadata"][1]["after"], &first["state"]), (&Value::Null, &json!("done")));
    }

    #[test]
    fn what_stands_in_the_way_is_a_conflict_in_words_of_its_own() {
        let told = |error: Error| not_turned(error).to_string();
        assert_eq!(
            told(Error::conflict("s", "metadata.a", Some(Bson::Int64(2)))),
            "another change of metadata.a of session \"s\" stands in the way; nothing was done; what is stored stays: edit that \
             where it is to be another"
        );
        assert_eq!(
            told(Error::exists("session", "s", "agents.sessions")),
            "a session \"s\" is in agents.sessions again and stands in the way; nothing was done; that one stays; the deleted \
             one comes back once its id is free"
        );
        assert_eq!(told(Error::other("writing", "no")), "writing failed: no");
    }

    #[test]
    fn a_deleted_session_is_known_by_its_id() {
        let numbered = SessionKey::new(Bson::Int32(5));
        let deed = || Deed::Deletion { copy: "x".into() };
        let here = |key: SessionKey| JournalEntry { place: "here".to_owned(), ..entry(key, deed()) };
        let entries = vec![here("a".into()), here("a".into()), here("5".into()), here(numbered)];
        assert_eq!(known(&entries, "here", "a"), Some("a".into()));
        assert_eq!((known(&entries, "there", "a"), known(&entries, "here", "5")), (None, None));
    }
}
