//! What changed of a session that somebody holds in memory: an edit that was stored, a conflict that told what is
//! stored, a feedback, a message that arrived, a deletion. Each is applied where the session is held; nothing is read
//! again for it.

use bson::{Bson, Document};

use super::{AgentId, Feedback, Message, MetadataEdit, Session, SessionKey, StoredDate, Summary};

/// One change of one session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// The session's `_id`.
    pub session: SessionKey,
    /// What changed.
    pub kind: ChangeKind,
}

/// What changed of a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ChangeKind {
    /// These fields of `metadata` hold these values now; `None`: the field is absent.
    Metadata(Vec<(String, Option<Bson>)>),
    /// One more of `feedbacks`.
    Feedback(Box<Feedback>),
    /// More at the end of `agents.<id>.messages`, in stored order; each knows its index.
    Messages(AgentId, Vec<Message>),
    /// Something of it changed that is told no finer: whoever holds it reads it again. With it `updated_at`, where that was told.
    Unclear(Option<StoredDate>),
    /// Its `updated_at` rose to that, and nothing else that is told.
    Touched(StoredDate),
    /// The session is new.
    Created(Box<Summary>),
    /// The session is gone.
    Deleted,
}

impl Change {
    /// Edits of metadata that were stored.
    #[must_use]
    pub fn edited(session: SessionKey, edits: &[MetadataEdit]) -> Self {
        let fields = edits.iter().map(|edit| (edit.key.clone(), edit.value.clone())).collect();
        Self { session, kind: ChangeKind::Metadata(fields) }
    }

    /// One field of the metadata holds that now; `None`: it is absent.
    #[must_use]
    pub fn field(session: SessionKey, key: impl Into<String>, stored: Option<Bson>) -> Self {
        Self { session, kind: ChangeKind::Metadata(vec![(key.into(), stored)]) }
    }

    /// A feedback that was stored.
    #[must_use]
    pub fn feedback(session: SessionKey, feedback: Feedback) -> Self {
        Self { session, kind: ChangeKind::Feedback(Box::new(feedback)) }
    }

    /// Messages at the end of an agent's history.
    #[must_use]
    pub fn messages(session: SessionKey, agent: AgentId, messages: Vec<Message>) -> Self {
        Self { session, kind: ChangeKind::Messages(agent, messages) }
    }

    /// A change that is told no finer.
    #[must_use]
    pub fn unclear(session: SessionKey, updated_at: Option<StoredDate>) -> Self {
        Self { session, kind: ChangeKind::Unclear(updated_at) }
    }

    /// Only its time rose.
    #[must_use]
    pub fn touched(session: SessionKey, updated_at: StoredDate) -> Self {
        Self { session, kind: ChangeKind::Touched(updated_at) }
    }

    /// A session that is new.
    #[must_use]
    pub fn created(row: Summary) -> Self {
        Self { session: row.key.clone(), kind: ChangeKind::Created(Box::new(row)) }
    }

    /// The session is gone.
    #[must_use]
    pub fn deleted(session: SessionKey) -> Self {
        Self { session, kind: ChangeKind::Deleted }
    }

    /// Applies it to a session that is held. `false`: it is another session, or there is nothing to change in it:
    /// messages of an agent that is not there, one that is counted already, a deletion.
    ///
    /// Of messages it only raises the agent's `message_count` and the session's `updated_at`: whoever holds a part of
    /// the history puts them there.
    pub fn apply_to(&self, session: &mut Session) -> bool {
        if session.key != self.session {
            return false;
        }
        match &self.kind {
            ChangeKind::Metadata(fields) => set(session.metadata.get_or_insert_with(|| Document::new().into()), fields),
            ChangeKind::Feedback(feedback) => {
                session.feedbacks.push((**feedback).clone());
                raise(&mut session.updated_at, feedback.created_at);
                true
            }
            ChangeKind::Messages(id, messages) => {
                let Some(agent) = session.agents.iter_mut().find(|agent| &agent.id == id) else { return false };
                let mut grew = false;
                for message in messages {
                    if message.index >= agent.message_count {
                        agent.message_count = message.index.saturating_add(1);
                        raise(&mut session.updated_at, message.created_at);
                        grew = true;
                    }
                }
                grew
            }
            ChangeKind::Unclear(at) => raise(&mut session.updated_at, *at),
            ChangeKind::Touched(at) => raise(&mut session.updated_at, Some(*at)),
            ChangeKind::Created(_) | ChangeKind::Deleted => false,
        }
    }

    /// Applies it to the row of a list, which holds some of the metadata or none; feedback and messages only raise its
    /// `updated_at`. `false`: it is another session's row, or nothing in it changes.
    pub fn apply_to_row(&self, row: &mut Summary) -> bool {
        if row.key != self.session {
            return false;
        }
        match &self.kind {
            ChangeKind::Metadata(fields) => row.metadata.as_mut().is_some_and(|metadata| set(metadata, fields)),
            ChangeKind::Feedback(feedback) => raise(&mut row.updated_at, feedback.created_at),
            ChangeKind::Messages(_, messages) => {
                raise(&mut row.updated_at, messages.iter().filter_map(|message| message.created_at).max())
            }
            ChangeKind::Unclear(at) => raise(&mut row.updated_at, *at),
            ChangeKind::Touched(at) => raise(&mut row.updated_at, Some(*at)),
            ChangeKind::Created(_) | ChangeKind::Deleted => false,
        }
    }
}

/// A session was updated no earlier than that. Whether this is news.
fn raise(updated: &mut Option<StoredDate>, at: Option<StoredDate>) -> bool {
    let news = at > *updated;
    if news {
        *updated = at;
    }
    news
}

/// Sets and removes fields. What is no document stays as it is: nobody can have written a field of it.
fn set(metadata: &mut Bson, fields: &[(String, Option<Bson>)]) -> bool {
    let Bson::Document(stored) = metadata else { return false };
    for (key, value) in fields {
        match value {
            Some(value) => drop(stored.insert(key, value.clone())),
            None => drop(stored.remove(key)),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::session::decode;

    fn session() -> Session {
        decode::session(doc! { "_id": "s", "metadata": { "a": 1, "b": 2 }, "agents": { "x": { "messages": [{}] } } })
    }

    #[test]
    fn fields_are_set_and_removed_in_session_and_row_alike() {
        let edits = [MetadataEdit::set("a", 5), MetadataEdit::unset("b"), MetadataEdit::set("c", "new")];
        let change = Change::edited("s".into(), &edits);
        let mut held = session();
        assert!(change.apply_to(&mut held));
        assert_eq!(held.metadata_fields(), Some(&doc! { "a": 5, "c": "new" }));
        let mut row = decode::summary(&doc! { "_id": "s", "metadata": { "b": 2 } });
        assert!(change.apply_to_row(&mut row));
        assert_eq!(row.meta("b"), None);
        let mut other = decode::session(doc! { "_id": "t" });
        assert!(!change.apply_to(&mut other) && other.metadata.is_none());
    }

    #[test]
    fn what_is_no_object_is_left_alone_and_what_is_absent_is_made() {
        let change = Change::field("s".into(), "a", Some(1.into()));
        let mut odd = decode::session(doc! { "_id": "s", "metadata": 5 });
        assert!(!change.apply_to(&mut odd));
        assert_eq!(odd.metadata, Some(Bson::Int32(5)));
        let mut bare = decode::session(doc! { "_id": "s" });
        assert!(change.apply_to(&mut bare));
        assert_eq!(bare.metadata_fields(), Some(&doc! { "a": 1 }));
    }

    #[test]
    fn messages_that_are_counted_already_change_nothing() {
        let message = |index| decode::message(doc! { "message": { "role": "user" } }.into(), index, "");
        let mut held = session();
        assert!(!Change::messages("s".into(), "x".into(), vec![message(0)]).apply_to(&mut held));
        assert!(Change::messages("s".into(), "x".into(), vec![message(0), message(1)]).apply_to(&mut held));
        assert_eq!(held.agents[0].message_count, 2);
        assert!(!Change::messages("s".into(), "y".into(), vec![message(1)]).apply_to(&mut held));
    }

    #[test]
    fn what_is_newer_raises_the_time_of_session_and_row_alike() {
        let at = |second: i64| StoredDate::from_millis(second * 1000);
        let date = |second| Bson::DateTime(at(second).into());
        let feedback = |second| {
            let feedback = decode::feedback(&doc! { "rating": "up", "created_at": date(second) }.into());
            Change::feedback("s".into(), feedback)
        };
        let said = |second| {
            let stored = doc! { "message": { "role": "user" }, "created_at": date(second) };
            Change::messages("s".into(), "x".into(), vec![decode::message(stored.into(), 1, "")])
        };
        for (change, earlier) in [(feedback(20), feedback(5)), (said(20), said(5))] {
            let mut held = session();
            held.updated_at = Some(at(10));
            let mut row = decode::summary(&doc! { "_id": "s", "updated_at": date(10) });
            assert!(!earlier.apply_to_row(&mut row));
            assert_eq!(row.updated_at, held.updated_at);
            assert!(change.apply_to_row(&mut row) && change.apply_to(&mut held));
            assert_eq!((row.updated_at, held.updated_at), (Some(at(20)), Some(at(20))));
            assert!(!change.apply_to_row(&mut row), "it is known by now");
        }
        let mut row = decode::summary(&doc! { "_id": "s" });
        assert!(!Change::deleted("s".into()).apply_to_row(&mut row));
        assert!(feedback(5).apply_to_row(&mut row) && row.updated_at == Some(at(5)));
        assert!(!feedback(9).apply_to_row(&mut decode::summary(&doc! { "_id": "t" })));
    }
}
