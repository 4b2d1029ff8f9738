//! Documents that are no sessions: which they are, in words. The rule stands here; `mongo::foreign` asks it of the server.

use bson::{Bson, Document};

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

/// Those of them that tell a session beside its `session_id`; alone, other programs have such too.
pub(super) const OWN_FIELDS: [&str; 3] = ["agents", "feedbacks", "guardrail_events"];

/// The marks of stores that have a name: all of these fields, and one of those where there are any.
pub(super) const MARKS: [(ForeignRecord, &[&str], &[&str]); 5] = [
    (ForeignRecord::Keyed, &["pk", "sk"], &[]),
    (ForeignRecord::OpenAi, &["session_id"], &["message_data", "_seq"]),
    (ForeignRecord::LangChain, &["SessionId", "History"], &[]),
    (ForeignRecord::LangGraph, &["thread_id"], &["checkpoint", "checkpoint_id", "checkpoint_ns"]),
    (ForeignRecord::Agno, &["session_id"], &["session_data", "runs"]),
];

/// What the `_id` of a snapshot is like, which has [`SNAPSHOT_FIELD`]: [`snapshot_key`] for the server.
pub(super) const SNAPSHOT_KEY: &str = r"^(?:context|session)/[\s\S]*/scopes/|/scopes/(?:agent|multiAgent)/";
pub(super) const SNAPSHOT_FIELD: &str = "data";

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

/// What a document is that is no session; `None` for a session: one that has nothing but fields of a session (it may be bare),
/// or marks that only sessions have and none of another store.
pub(super) fn recognise(document: &Document) -> Option<ForeignRecord> {
    let id = document.get("_id").unwrap_or(&Bson::Null);
    let fields: Vec<&str> = document.keys().map(String::as_str).collect();
    let has = |name: &str| fields.contains(&name);
    let is_bare = fields.iter().all(|field| SESSION_FIELDS.contains(field));
    let by_agent = matches!(document.get("agents"), Some(Bson::Document(_)));
    let has_password = has("session_viewer_password");
    let is_marked = || {
        by_agent
            || has_password
            || matches!(document.get("guardrail_events"), Some(Bson::Array(_)))
            || (has("session_id") && OWN_FIELDS.iter().any(|field| has(field)))
    };
    let is_session = is_bare || (by_agent && has_password) || (known(id, &fields).is_none() && is_marked());
    (!is_session).then(|| named(id, &fields))
}

/// What a document is that is no session, by its `_id` and the names of its top-level fields.
pub(super) fn named(id: &Bson, fields: &[&str]) -> ForeignRecord {
    let all = |names: &[&str]| names.iter().all(|name| fields.contains(name));
    let any = |names: &[&str]| names.iter().any(|name| fields.contains(name));
    if let Some(record) = known(id, fields) {
        record
    } else if any(&["messages", "history", "conversation_id", "thread_id"]) || all(&["role", "content"]) {
        ForeignRecord::ChatHistory
    } else {
        ForeignRecord::Other
    }
}

/// The store with a name that a document has the marks of.
fn known(id: &Bson, fields: &[&str]) -> Option<ForeignRecord> {
    let has = |name: &&str| fields.contains(name);
    let by_key = id.as_str().filter(|_| has(&SNAPSHOT_FIELD)).and_then(snapshot_key);
    let by_marks = || {
        let bears = |all: &[&str], one: &[&str]| all.iter().all(has) && (one.is_empty() || one.iter().any(has));
        MARKS.iter().find(|(_, all, one)| bears(all, one)).map(|(record, _, _)| *record)
    };
    by_key.or_else(by_marks)
}

/// TypeScript's older storage has no `session/` before the id.
fn snapshot_key(key: &str) -> Option<ForeignRecord> {
    let in_place = |place: &str| key.strip_prefix(place).is_some_and(|rest| rest.contains("/scopes/"));
    if in_place("context/") {
        return Some(ForeignRecord::Offloaded);
    }
    let is_scope = ["/scopes/agent/", "/scopes/multiAgent/"].iter().any(|scope| key.contains(scope));
    (in_place("session/") || is_scope).then_some(ForeignRecord::Snapshot)
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
    use bson::doc;

    use super::*;

    /// Of a document whose fields are of the types that a session has.
    fn of(id: impl Into<Bson>, fields: &[&str]) -> Option<ForeignRecord> {
        let value = |field: &str| match field {
            "agents" | "metadata" => Bson::from(doc! {}),
            "feedbacks" | "guardrail_events" => Bson::Array(Vec::new()),
            _ => Bson::Null,
        };
        let id: Bson = id.into();
        let mut document = doc! { "_id": id };
        document.extend(fields.iter().map(|field| ((*field).to_owned(), value(field))));
        recognise(&document)
    }

    #[test]
    fn a_session_may_be_bare_or_damaged() {
        for fields in [
            &[][..],
            &["session_id"],
            &["session_id", "updated_at", "metadata"],
            &["agents", "order"],
            &["guardrail_events", "order"],
            &["session_id", "feedbacks", "messages"],
            &["session_viewer_password", "order"],
            &["session_viewer_password", "agents", "session_id", "runs"],
        ] {
            assert_eq!(of("s", fields), None, "{fields:?}");
            assert_eq!(of(bson::oid::ObjectId::new(), fields), None, "{fields:?}");
        }
        for damaged in [doc! { "agents": Bson::Null, "feedbacks": {} }, doc! { "session_id": "s", "agents": 5, "n": 1 }]
        {
            assert_eq!(recognise(&damaged), None, "{damaged}");
        }
    }

    #[test]
    fn one_name_that_a_session_has_too_makes_none() {
        for (document, record) in [
            (doc! { "_id": "org1", "name": "Sales", "agents": ["bob"] }, ForeignRecord::Other),
            (doc! { "_id": "prod1", "sku": "a", "feedbacks": [{ "stars": 5 }] }, ForeignRecord::Other),
            (doc! { "_id": "c", "metadata": {}, "messages": [] }, ForeignRecord::ChatHistory),
            (doc! { "_id": "a", "session_id": "a", "session_data": {}, "runs": [], "agents": [] }, ForeignRecord::Agno),
            (doc! { "_id": "a", "session_id": "a", "runs": [], "agents": {} }, ForeignRecord::Agno),
        ] {
            assert_eq!(recognise(&document), Some(record), "{document}");
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
