//! `find_text`: where a text stands in the messages of sessions, the newest first.

mod place;
mod words;

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    arguments::AssistantArguments,
    cursor,
    refusal::{self, AssistantRefusal},
    schema, sessions,
    shape::{CalledTools, ShownBlock, Veil, cut},
};
use crate::{
    app::{
        json,
        search::{HistoryPage, HistoryWalk},
    },
    repository::{Error, Filter, ListQuery, Projection, Result as StoreResult, SessionReader},
    session::Summary,
};
use place::{Begun, SearchPlace};
use words::Words;

/// Sessions of a page of the list.
const PAGE: u32 = 10;
/// Sessions that one call searches.
const MOST_SEARCHED: u64 = 500;
/// Characters of the start of a result, where no text is looked for.
const START: usize = 300;

/// Which blocks are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Anywhere,
    Said,
    Tools,
    Errors,
}

impl Within {
    fn takes(self, block: &ShownBlock<'_>) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Said => !block.is_of_tool(),
            Self::Tools => block.is_of_tool(),
            Self::Errors => block.is_error(),
        }
    }
}

/// What is asked.
#[derive(Debug)]
struct Wanted<'a> {
    /// `None`: whatever stands there.
    words: Option<Words>,
    within: Within,
    filter: Filter,
    session: Option<&'a str>,
    limit: usize,
    question: String,
    /// Where the answer before ended.
    from: Option<SearchPlace>,
}

/// Searches until so much is found, all was searched or the time is over.
pub async fn text(
    reader: &Arc<dyn SessionReader>,
    mut arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Value, AssistantRefusal> {
    let mut wanted = asked(&mut arguments)?;
    let place = match (wanted.from.take(), wanted.session) {
        (Some(place), _) => place,
        (None, Some(id)) => SearchPlace::of_session(refusal::one(reader.as_ref(), id, until).await?.key),
        (None, None) => SearchPlace::default(),
    };
    let mut search = TextSearch { reader, wanted: &wanted, until, place, hits: Vec::new(), sessions: 0, messages: 0 };
    let stopped = search.run().await?;
    Ok(search.answer(stopped))
}

fn asked<'a>(arguments: &mut AssistantArguments<'a>) -> Result<Wanted<'a>, AssistantRefusal> {
    let text = arguments.text("text")?.unwrap_or_default();
    let within = match arguments.word("where", &schema::WHERE)? {
        "said" => Within::Said,
        "tools" => Within::Tools,
        "tool_errors" => Within::Errors,
        _ => Within::Anywhere,
    };
    let session = arguments.text("session_id")?.filter(|id| !id.is_empty());
    let filter = sessions::filter(arguments)?;
    let limit = arguments.number("limit", 1..=schema::MOST_HITS)?.unwrap_or(schema::HITS);
    let after = arguments.after()?;
    arguments.end()?;
    if text.trim().is_empty() && within != Within::Errors {
        let what = "text of find_text is needed; only with where \"tool_errors\" it may be left out";
        return Err(AssistantRefusal(what.to_owned()));
    }
    if session.is_some() && !filter.is_empty() {
        return Err(AssistantRefusal("find_text takes session_id or filter, not both".to_owned()));
    }
    let question = json!([text, format!("{within:?}"), session, filter.source]).to_string();
    let from = match after {
        Some(token) => {
            let place = cursor::open(schema::FIND, &question, token)?;
            Some(SearchPlace::read(&place).ok_or_else(cursor::unknown)?)
        }
        None => None,
    };
    let words = (!text.trim().is_empty()).then(|| Words::new(text));
    Ok(Wanted { words, within, filter, session, limit: limit as usize, question, from })
}

/// Why a search ended before all was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    Limit,
    Time,
    Sessions,
}

impl Stopped {
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Time => "time",
            Self::Sessions => "sessions",
        }
    }
}

/// A search while it runs.
struct TextSearch<'a> {
    reader: &'a Arc<dyn SessionReader>,
    wanted: &'a Wanted<'a>,
    until: Instant,
    /// Where it goes on.
    place: SearchPlace,
    hits: Vec<Value>,
    sessions: u64,
    messages: u64,
}

/// What was found in a page.
enum PageLooked {
    /// All of it was looked at.
    Whole,
    /// The limit is reached: messages before that one are still to be looked at.
    Before(u64),
}

impl TextSearch<'_> {
    /// `None`: all was searched.
    async fn run(&mut self) -> Result<Option<Stopped>, AssistantRefusal> {
        if let Some(begun) = self.place.begun.take() {
            let (keys, all) = ([begun.key.clone()], Filter::default());
            let Some(rows) = self.in_time(self.reader.rows(&keys, &all, &Projection::Nothing)).await? else {
                self.place.begun = Some(begun);
                return Ok(Some(Stopped::Time));
            };
            // One that is gone by now is left out.
            if let Some(row) = rows.first() {
                let stopped = self.session(row, begun.left).await?;
                if stopped.is_some() {
                    return Ok(stopped);
                }
            }
        }
        while !self.place.ended {
            if let Some(stopped) = self.page().await? {
                return Ok(Some(stopped));
            }
        }
        Ok(None)
    }

    /// The sessions of the next page of the list, each as soon as the list has it.
    async fn page(&mut self) -> Result<Option<Stopped>, AssistantRefusal> {
        let mut query = ListQuery::new(PAGE).filter(self.wanted.filter.clone());
        query.after = self.place.page.clone();
        let mut page = self.reader.list(&query);
        loop {
            let Some(row) = self.in_time(page.next_row()).await? else { return Ok(Some(Stopped::Time)) };
            let Some(row) = row else { break };
            if self.place.is_done(&row.key) {
                continue;
            }
            if self.sessions == MOST_SEARCHED {
                return Ok(Some(Stopped::Sessions));
            }
            if let Some(stopped) = self.session(&row, None).await? {
                return Ok(Some(stopped));
            }
        }
        let end = page.end().cloned().unwrap_or_default();
        if end.next.is_none() && end.timed_out {
            return Ok(Some(Stopped::Time));
        }
        self.place.turn(end.next);
        Ok(None)
    }

    /// One session: the messages that are left of it, or all.
    async fn session(
        &mut self,
        row: &Summary,
        left: Option<Vec<(String, u64)>>,
    ) -> Result<Option<Stopped>, AssistantRefusal> {
        let session = match timeout_at(self.until, self.reader.open(&row.key, 0)).await {
            Ok(Ok(session)) => session,
            // It is gone by now.
            Ok(Err(Error::NotFound { .. })) => return Ok(None),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                self.place.begun = Some(Begun { key: row.key.clone(), left });
                return Ok(Some(Stopped::Time));
            }
        };
        self.place.done(&row.key);
        self.sessions += 1;
        let veil = Veil::of(&session);
        let counts = session.agents.iter().map(|agent| (agent.id.clone(), agent.message_count));
        let left = left.map_or_else(
            || counts.clone().collect::<Vec<_>>(),
            // In the order of the answer before, and no longer than they are now.
            |left| {
                let is = |id: &str| counts.clone().find(|(known, _)| known.as_str() == id);
                left.iter().filter_map(|(id, end)| is(id).map(|(id, count)| (id, count.min(*end)))).collect()
            },
        );
        let mut walk = HistoryWalk::new(Arc::clone(self.reader), row.key.clone(), left);
        loop {
            let Some(page) = self.in_time(walk.next_page()).await? else {
                self.place.begun = Some(Begun::of(&row.key, &walk));
                return Ok(Some(Stopped::Time));
            };
            let Some(page) = page else { return Ok(None) };
            self.messages += page.looked;
            if let PageLooked::Before(end) = self.look(&page, row, &veil) {
                walk.give_back(&page.agent, end);
                let begun = Begun::of(&row.key, &walk);
                self.place.begun = (!begun.is_over()).then_some(begun);
                return Ok(Some(Stopped::Limit));
            }
        }
    }

    /// `None`: the time is over.
    async fn in_time<T>(&self, answer: impl Future<Output = StoreResult<T>>) -> Result<Option<T>, AssistantRefusal> {
        match timeout_at(self.until, answer).await {
            Ok(answer) => answer.map(Some).map_err(AssistantRefusal::from),
            Err(_) => Ok(None),
        }
    }

    /// Looks through a page from its end.
    fn look(&mut self, page: &HistoryPage, row: &Summary, veil: &Veil) -> PageLooked {
        let wanted = self.wanted;
        let tools = CalledTools::of(&page.messages);
        for message in page.messages.iter().rev() {
            let found = tools.blocks(message, veil).filter(|block| wanted.within.takes(block));
            let mut found = found.filter_map(|block| Some((wanted.excerpt(&block.text)?, block)));
            let Some((excerpt, block)) = found.next() else { continue };
            let hit = json!({
                "session_id": refusal::exactly(row),
                "application_name": row.application_name.as_deref().map(|text| cut(text, 120).0),
                "agent_id": page.agent.as_str(),
                "index": message.index,
                "role": cut(message.shown_role().as_str(), 60).0,
                "created_at": json::time(message.created_at),
                "type": block.kind,
                "tool": block.tool.map(|tool| cut(tool, 120).0),
                "status": block.status.map(|status| cut(status, 60).0),
                "excerpt": excerpt,
            });
            self.hits.push(hit);
            if self.hits.len() == wanted.limit {
                return PageLooked::Before(message.index);
            }
        }
        PageLooked::Whole
    }

    fn answer(self, stopped: Option<Stopped>) -> Value {
        let idle = self.place == SearchPlace::default() && stopped == Some(Stopped::Time);
        // The limit may have been reached with the very last message.
        let over = self.place.ended && self.place.begun.is_none();
        let place = stopped.filter(|_| !idle && !over).and_then(|_| self.place.write());
        let next = place.and_then(|place| cursor::seal(schema::FIND, &self.wanted.question, &place));
        let stopped = stopped.filter(|_| !over);
        let note = match stopped {
            Some(Stopped::Time) if idle => Some("no session was found in time; narrow the filter, such as by since:1d"),
            Some(_) if next.is_none() => Some("more may be found with a narrower filter, or in a session of its own"),
            _ => None,
        };
        json!({
            "hits": self.hits,
            "searched": { "sessions": self.sessions, "messages": self.messages },
            "complete": stopped.is_none(),
            "stopped_by": stopped.map(Stopped::word),
            "next": next,
            "note": note,
        })
    }
}

impl Wanted<'_> {
    /// The text around the first place; `None` where it does not stand there.
    fn excerpt(&self, text: &str) -> Option<String> {
        match &self.words {
            Some(words) => words.excerpt(text),
            None => Some(cut(text, START).0),
        }
    }
}

#[cfg(test)]
mod tests;
