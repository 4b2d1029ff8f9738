//! Where a search goes on: a page of the list, which of its sessions are done, and how far the one is that was begun.

use bson::{Binary, Bson, Document, doc, spec::BinarySubtype};
use sha2::{Digest, Sha256};

use crate::{
    app::{mcp::assistant::cursor, search::HistoryWalk},
    repository::Cursor,
    session::SessionKey,
};

/// Bytes by which a session that is done is known: two of one page share them in one of 2^48 cases.
const MARK: usize = 6;

/// Where a search goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchPlace {
    /// Where the page of the list begins; `None`: the first.
    pub page: Option<Cursor>,
    /// The list has no further page.
    pub ended: bool,
    /// The session that was begun.
    pub begun: Option<Begun>,
    /// Marks of the page's sessions that are done or begun.
    done: Vec<u8>,
}

/// A session that was searched in part.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    pub key: SessionKey,
    /// So many messages from the start are left of each agent, the next first; `None`: all.
    pub left: Option<Vec<(String, u64)>>,
}

impl Begun {
    pub fn of(key: &SessionKey, walk: &HistoryWalk) -> Self {
        let left = walk.left().map(|(agent, end)| (agent.as_str().to_owned(), end)).collect();
        Self { key: key.clone(), left: Some(left) }
    }

    /// Nothing is left of it.
    pub fn is_over(&self) -> bool {
        self.left.as_ref().is_some_and(Vec::is_empty)
    }
}

impl SearchPlace {
    /// In one session alone.
    pub fn of_session(key: SessionKey) -> Self {
        Self { ended: true, begun: Some(Begun { key, left: None }), ..Self::default() }
    }

    pub fn is_done(&self, key: &SessionKey) -> bool {
        let mark = mark(key);
        self.done.chunks(MARK).any(|done| done == mark)
    }

    pub fn done(&mut self, key: &SessionKey) {
        if !self.is_done(key) {
            self.done.extend(mark(key));
        }
    }

    /// The page is done.
    pub fn turn(&mut self, next: Option<Cursor>) {
        self.ended = next.is_none();
        self.page = next;
        self.done.clear();
    }

    /// As a cursor holds it; `None` where a number is beyond what that takes.
    pub fn write(&self) -> Option<Document> {
        let mut place = Document::new();
        if let Some(page) = &self.page {
            place.insert("p", cursor::of_list(page));
        }
        if self.ended {
            place.insert("n", true);
        }
        if !self.done.is_empty() {
            place.insert("d", Binary { subtype: BinarySubtype::Generic, bytes: self.done.clone() });
        }
        if let Some(begun) = &self.begun {
            place.insert("k", begun.key.bson().clone());
            if let Some(left) = &begun.left {
                let left: Option<Vec<Document>> =
                    left.iter().map(|(agent, end)| Some(doc! { "a": agent, "e": i64::try_from(*end).ok()? })).collect();
                place.insert("l", left?);
            }
        }
        Some(place)
    }

    /// `None` for what no search gives.
    pub fn read(place: &Document) -> Option<Self> {
        let page = match place.get("p") {
            Some(page) => Some(cursor::to_list(page.as_document()?)?),
            None => None,
        };
        let done = match place.get("d") {
            Some(Bson::Binary(done)) => done.bytes.clone(),
            Some(_) => return None,
            None => Vec::new(),
        };
        let left = match place.get("l") {
            Some(left) => Some(left.as_array()?.iter().map(agent_left).collect::<Option<Vec<_>>>()?),
            None => None,
        };
        let begun = place.get("k").map(|key| Begun { key: SessionKey::new(key.clone()), left });
        Some(Self { page, ended: place.get_bool("n").unwrap_or(false), begun, done })
    }
}

fn agent_left(left: &Bson) -> Option<(String, u64)> {
    let left = left.as_document()?;
    Some((left.get_str("a").ok()?.to_owned(), u64::try_from(left.get_i64("e").ok()?).ok()?))
}

fn mark(key: &SessionKey) -> Vec<u8> {
    Sha256::digest(key.exact()).iter().take(MARK).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was() {
        let mut place = SearchPlace::default();
        place.turn(Some(Cursor::Undated { after: Some("s-1".into()) }));
        place.done(&"s-2".into());
        place.done(&"s-3".into());
        place.begun = Some(Begun { key: "s-3".into(), left: Some(vec![("a.b".into(), 200), (String::new(), 5)]) });
        for place in [SearchPlace::default(), SearchPlace::of_session(SessionKey::new(5.into())), place] {
            assert_eq!(SearchPlace::read(&place.write().unwrap()), Some(place));
        }
    }

    #[test]
    fn a_page_knows_which_of_its_sessions_are_done() {
        let mut place = SearchPlace::default();
        place.done(&"s-1".into());
        assert!(place.is_done(&"s-1".into()) && !place.is_done(&SessionKey::new(1.into())));
        place.turn(None);
        assert!(place.ended && !place.is_done(&"s-1".into()));
    }

    #[test]
    fn what_no_search_gives_is_refused() {
        for place in [
            doc! { "p": 5 },
            doc! { "d": "x" },
            doc! { "k": 1, "l": [5] },
            doc! { "k": 1, "l": [{ "a": "x", "e": -1_i64 }] },
        ] {
            assert_eq!(SearchPlace::read(&place), None, "{place}");
        }
    }
}
