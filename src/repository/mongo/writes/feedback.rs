//! A feedback that is changed or taken back: where it stands in the array, guarded by all of it.

use bson::{Bson, Document, doc};
use mongodb::options::UpdateModifications;

use super::run::{RunningWrite, sized};
use crate::{
    repository::{
        Error, Result,
        mongo::{exact, expr},
    },
    session::{Finding, SessionKey, edit, encode, record::FeedbackChange},
};

/// How often other writers may move the element between the look and the update.
const PATIENCE: usize = 100;

/// More elements than a document of 16 MiB holds.
const ALL: i32 = i32::MAX;

/// Refuses what no document holds.
pub(super) fn check(key: &SessionKey, change: &FeedbackChange) -> Result<()> {
    let Some(new) = &change.new else { return Ok(()) };
    edit::check_bson(&Bson::Document(new.clone())).map_err(|reason| Error::invalid(key.text(), "the feedback", reason))
}

/// What was stored before an attempt of which nobody knows what became.
struct FeedbackSeen {
    /// Where the element stood.
    at: usize,
    /// How many stood there like it, and how many like what it becomes.
    before: (usize, usize),
}

pub(super) async fn change(run: RunningWrite, key: SessionKey, change: FeedbackChange) -> Result<u64> {
    let mut unknown: Option<FeedbackSeen> = None;
    for turn in 0..PATIENCE {
        let looked = run.read_told(&key, doc! { "feedbacks": 1 }).await;
        let Some((stored, told)) = run.after(unknown.is_some(), looked)? else {
            return run.no_session(&key, unknown.is_some()).await;
        };
        let all = stored.get_array("feedbacks").map(Vec::as_slice).unwrap_or_default();
        let alike = count(all, &change);
        if let Some(seen) = &unknown
            && alike.0 < seen.before.0
        {
            return settled(&run, seen, alike, &change);
        }
        let Some(at) = all.iter().rposition(|stored| edit::same(Some(stored), Some(&change.stored))) else {
            return Err(Error::feedback_conflict(key.text()));
        };
        if let Some(refusal) = unreadable(&key, at, &told) {
            return Err(refusal);
        }
        // Most need no more than the short question.
        let session =
            if turn == 0 { run.repository.sure_session_by_key(&key) } else { run.repository.session_by_key(&key) };
        let (matched, repeated) = send(&run, &session, (at, all.len()), &change).await?;
        if matched {
            return Ok(at as u64);
        }
        if repeated && unknown.is_none() {
            unknown = Some(FeedbackSeen { at, before: alike });
        }
    }
    let doing = format!("changing feedback of session {:?}", key.text());
    Err(Error::other(doing, "it changes all the time").with_hint("try again"))
}

/// How many of the elements are what is changed, and how many what it becomes.
fn count(all: &[Bson], change: &FeedbackChange) -> (usize, usize) {
    let new = change.new.clone().map(Bson::Document);
    let like = |wanted: Option<&Bson>| {
        all.iter().filter(|stored| wanted.is_some() && edit::same(Some(*stored), wanted)).count()
    };
    (like(Some(&change.stored)), like(new.as_ref()))
}

/// One of the elements is gone after an attempt whose answer was lost: it is what we wrote, or another writer came first.
fn settled(run: &RunningWrite, seen: &FeedbackSeen, alike: (usize, usize), change: &FeedbackChange) -> Result<u64> {
    if change.new.is_none() || alike.1 > seen.before.1 {
        return run.found(seen.at as u64);
    }
    Err(run.unconfirmed("the feedback is neither what it was nor what was written"))
}

/// Changes the element that stands there of the session that `session` finds; whether it did, and whether an attempt before may have
/// done it.
async fn send(
    run: &RunningWrite,
    session: &Document,
    (at, length): (usize, usize),
    change: &FeedbackChange,
) -> Result<(bool, bool)> {
    // No document holds more.
    let at = i32::try_from(at).unwrap_or(ALL - 1);
    let once = guarded(session, at, None, &change.stored);
    // Behind one that was taken back already another may stand that the server takes for the same.
    let again = guarded(session, at, i32::try_from(length).ok(), &change.stored);
    let update = update(at, change);
    let attempt = |repeated: bool| {
        let query = if repeated { again.clone() } else { once.clone() };
        let (collection, update) = (run.repository.collection(), update.clone());
        async move { Ok(collection.update_one(query, update).await?.matched_count > 0) }
    };
    let answered = run.until_answered(attempt).await;
    answered.map_err(|error| sized(error, &change.new.clone().unwrap_or_default()))
}

fn guarded(session: &Document, at: i32, length: Option<i32>, stored: &Bson) -> Document {
    let element = doc! { "$arrayElemAt": [ "$feedbacks", at ] };
    let is_it = doc! { "$let": { "vars": { "e": element }, "in": exact::is_just("$$e", stored) } };
    let mut conditions = vec![is_it];
    conditions.extend(length.map(|length| doc! { "$eq": [ { "$size": "$feedbacks" }, length ] }));
    let mut query = session.clone();
    let holds = doc! { "$cond": [ expr::is_type("$feedbacks", "array"), { "$and": conditions }, false ] };
    query.insert("$expr", holds);
    query
}

/// Sets the one element, or leaves the array without it: every other one stays as it is.
fn update(at: i32, change: &FeedbackChange) -> UpdateModifications {
    let date = encode::date(change.at);
    if let Some(new) = &change.new {
        let element = format!("feedbacks.{at}");
        return doc! { "$set": { element: new.clone(), "updated_at": date } }.into();
    }
    // No operator removes an element by its place.
    let before = doc! { "$slice": [ "$feedbacks", at ] };
    let after = doc! { "$slice": [ "$feedbacks", at + 1, ALL ] };
    let rest = doc! { "$concatArrays": [ before, after ] };
    vec![doc! { "$set": { "feedbacks": rest, "updated_at": expr::literal(date) } }].into()
}

/// Why an element cannot be compared: what could be sent is not what its bytes are.
fn unreadable(key: &SessionKey, at: usize, told: &[Finding]) -> Option<Error> {
    let element = format!("feedbacks.{at}");
    let is_below =
        |path: &str| path.strip_prefix(&element).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let finding = told.iter().find(|finding| is_below(&finding.path))?;
    let reason = format!(
        "what is stored there cannot be compared with what was seen. {}",
        finding.problem.trim_end_matches('.')
    );
    Some(Error::invalid(key.text(), element, reason).with_hint("change it with a database client"))
}
