//! Documents that are no sessions: which they are, in words. The rule stands here; `mongo::foreign` asks it of the server.

use bson::Bson;

/// The top-level fields of a session's document.
pub(super) const SESSION_FIELDS: [&str; 11] = [
    "_id",
    "session_id",
    "application_name",
    "session_type",
    "session_viewer_password",
    "created_at",
    "updated_at",
    "agents",
    "metadata",
    "feedbacks",
    "guardrail_events",
];

/// Those of them that no other store is known to write.
pub(super) const OWN_FIELDS: [&str; 4] = ["agents", "feedbacks", "guardrail_events", "session_viewer_password"];

/// What a document is that is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ForeignRecord {
    /// `session/<id>/scopes/…`: an agent's or orchestrator's state, the newest or a checkpoint.
    Snapshot,
    /// `context/<id>/scopes/…`: what was moved out of a history.
    Offloaded,
    /// `pk`, `sk` and `data`.
    Keyed,
    /// A message (`message_data`) or the counter of a session (`_seq`).
    OpenAi,
    /// `SessionId` and `History`.
    LangChain,
    /// `thread_id` and what belongs to a checkpoint.
    LangGraph,
    /// `session_data` and `runs`.
    Agno,
    /// Messages, of whichever program.
    ChatHistory,
    /// Nothing of a conversation.
    Other,
}

/// What a document is by its `_id` and the names of its top-level fields; `None` for a session, which has a field that only
/// sessions have, or nothing but fields of a session: it may be bare.
pub(super) fn recognise(id: &Bson, fields: &[&str]) -> Option<ForeignRecord> {
    let own = OWN_FIELDS.iter().any(|field| fields.contains(field));
    if own || fields.iter().all(|field| SESSION_FIELDS.contains(field)) {
        return None;
    }
    let all = |names: &[&str]| names.iter().all(|name| fields.contains(name));
    let any = |names: &[&str]| names.iter().any(|name| fields.contains(name));
    let by_key = id.as_str().and_then(snapshot_key);
    Some(if let Some(record) = by_key {
        record
    } else if all(&["pk", "sk"]) {
        ForeignRecord::Keyed
    } else if any(&["message_data", "_seq"]) && all(&["session_id"]) {
        ForeignRecord::OpenAi
    } else if all(&["SessionId", "History"]) {
        ForeignRecord::LangChain
    } else if all(&["thread_id"]) && any(&["checkpoint", "checkpoint_id", "checkpoint_ns"]) {
        ForeignRecord::LangGraph
    } else if all(&["session_id"]) && any(&["session_data", "runs"]) {
        ForeignRecord::Agno
    } else if any(&["messages", "history", "conversation_id", "thread_id"]) || all(&["role", "content"]) {
        ForeignRecord::ChatHistory
    } else {
        ForeignRecord::Other
    })
}

/// TypeScript's older storage has no `session/` before the id.
fn snapshot_key(key: &str) -> Option<ForeignRecord> {
    let (place, rest) = key.split_once("/scopes/")?;
    if place.starts_with("context/") {
        return Some(ForeignRecord::Offloaded);
    }
    let is_scope = rest.starts_with("agent/") || rest.starts_with("multiAgent/");
    (place.starts_with("session/") || is_scope).then_some(ForeignRecord::Snapshot)
}

impl ForeignRecord {
    /// One of them, and several.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Snapshot => {
                ("a snapshot of Strands' SnapshotSessionManager", "snapshots of Strands' SnapshotSessionManager")
            }
            Self::Offloaded => (
                "a content that Strands' SnapshotSessionManager moved out of a history",
                "contents that Strands' SnapshotSessionManager moved out of histories",
            ),
            Self::Keyed => ("a record of strands-session-mongodb", "records of strands-session-mongodb"),
            Self::OpenAi => (
                "a record of MongoDBSession of the OpenAI Agents SDK",
                "records of MongoDBSession of the OpenAI Agents SDK",
            ),
            Self::LangChain => (
                "a message of LangChain's MongoDBChatMessageHistory",
                "messages of LangChain's MongoDBChatMessageHistory",
            ),
            Self::LangGraph => ("a checkpoint of LangGraph", "checkpoints of LangGraph"),
            Self::Agno => ("a session of Agno", "sessions of Agno"),
            Self::ChatHistory => ("a chat history of another program", "chat histories of another program"),
            Self::Other => ("a document of something else", "documents of something else"),
        }
    }

    /// What one of them is: `a checkpoint of LangGraph, which strandscope does not read`.
    pub(super) fn told(self) -> String {
        format!("{}, which strandscope does not read{}", self.names().0, self.yet())
    }

    /// Whether it is told from any other document: one of a store that has a name.
    pub(super) fn is_known(self) -> bool {
        !matches!(self, Self::ChatHistory | Self::Other)
    }

    /// Layouts of Strands are to be read one day.
    fn yet(self) -> &'static str {
        if matches!(self, Self::Snapshot | Self::Offloaded | Self::Keyed) { " yet" } else { "" }
    }
}

/// What several of them are: `snapshots of … and records of …, which strandscope does not read yet`. `None` for none.
pub(super) fn told_of_all(records: impl IntoIterator<Item = ForeignRecord>) -> Option<String> {
    let mut kinds: Vec<ForeignRecord> = records.into_iter().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let first = kinds.first()?;
    let names: Vec<&str> = kinds.iter().map(|kind| kind.names().1).collect();
    Some(format!("{}, which strandscope does not read{}", names.join(" and "), first.yet()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: impl Into<Bson>, fields: &[&str]) -> Option<ForeignRecord> {
        let fields: Vec<&str> = std::iter::once("_id").chain(fields.iter().copied()).collect();
        recognise(&id.into(), &fields)
    }

    #[test]
    fn a_session_may_be_bare_or_damaged() {
        for fields in [
            &[][..],
            &["session_id"],
            &["session_id", "updated_at", "metadata"],
            &["agents", "order"],
            &["feedbacks", "messages"],
        ] {
            assert_eq!(of("s", fields), None, "{fields:?}");
            assert_eq!(of(bson::oid::ObjectId::new(), fields), None, "{fields:?}");
        }
    }

    #[test]
    fn every_other_store_is_named() {
        let snapshot = "session/orders-1/scopes/agent/support/snapshots/snapshot_latest.json";
        for (id, fields, record) in [
            (snapshot, "data", ForeignRecord::Snapshot),
            ("ts-1/scopes/multiAgent/g/snapshots/snapshot_latest.json", "data", ForeignRecord::Snapshot),
            ("context/o-5/scopes/agent/reader/tooluse_log_0", "data", ForeignRecord::Offloaded),
            ("x", "pk sk data", ForeignRecord::Keyed),
            ("x", "session_id seq message_data", ForeignRecord::OpenAi),
            ("x", "session_id _seq", ForeignRecord::OpenAi),
            ("x", "SessionId History", ForeignRecord::LangChain),
            ("x", "thread_id checkpoint_ns checkpoint_id type checkpoint", ForeignRecord::LangGraph),
            ("x", "session_id session_type session_data runs", ForeignRecord::Agno),
            ("x", "user messages", ForeignRecord::ChatHistory),
            ("x", "total", ForeignRecord::Other),
            ("a/scopes/b", "session_id total", ForeignRecord::Other),
        ] {
            assert_eq!(of(id, &fields.split(' ').collect::<Vec<_>>()), Some(record), "{id} {fields:?}");
        }
    }

    #[test]
    fn several_are_told_of_in_one_sentence() {
        let told = told_of_all([ForeignRecord::LangGraph, ForeignRecord::Other, ForeignRecord::LangGraph]);
        let sentence = "checkpoints of LangGraph and documents of something else, which strandscope does not read";
        assert_eq!(told.as_deref(), Some(sentence));
        assert_eq!(told_of_all([]), None);
        assert!(ForeignRecord::Keyed.told().ends_with("does not read yet"));
    }
}
