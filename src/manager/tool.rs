//! The metadata of a session as a tool that an agent calls: `manage_metadata`, in the words of `mongodb-session-manager`.

mod arguments;
mod python;

use std::{collections::HashSet, fmt, sync::Arc};

use bson::{Bson, Document};
use serde_json::{Value, json};

use self::arguments::{Order, failed};
use super::SessionManager;
use crate::{
    hook::{HookAnswer, HookOperation, HookPayload, HookStore, Hooks},
    repository::{Error, Result, SessionReader, SessionRepository},
    session::{MetadataEdit, SessionKey},
};

/// A tool with which an agent reads and changes the metadata of its session: give [`name`](Self::name),
/// [`description`](Self::description) and [`schema`](Self::schema) to any framework and let it [`call`](Self::call). Which session is
/// fixed here and never an argument. Names, arguments and answers are those of the Python library's tool.
///
/// ```
/// use serde_json::json;
/// use strandscope::{NewSession, SessionManager};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> strandscope::Result<()> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let sessions = strandscope::open_folder(folder.path()).await?;
/// # let _ = sessions.create_session(&NewSession::new("support-1042")).await?;
/// let tool = SessionManager::new(sessions, "support-1042").metadata_tool();
/// assert_eq!(tool.name(), "manage_metadata");
/// let answer = tool.call(&json!({ "action": "set", "metadata": { "priority": "high" } })).await;
/// assert_eq!(answer.text, "Successfully updated metadata fields: ['priority']");
/// let answer = tool.call(&json!({ "action": "get", "keys": ["priority"] })).await;
/// assert_eq!(answer.text, r#"Metadata retrieved: {"priority": "high"}"#);
/// assert_eq!(answer.structured["metadata"], json!({ "priority": "high" }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MetadataTool(ToolAccess);

/// What a tool may do.
#[derive(Clone)]
enum ToolAccess {
    /// All of it, through the hooks.
    Managed(SessionManager),
    /// Reading alone, through these hooks.
    Reading(Arc<dyn SessionReader>, SessionKey, Hooks),
}

/// Characters of an error at most: what a model gave wrongly is not given back whole.
const LONGEST_ERROR: usize = 2000;

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolAnswer {
    /// For the model. Holds stored text: make it safe before it reaches a terminal.
    pub text: String,
    /// The same for a program, in the shape of [`MetadataTool::output_schema`].
    pub structured: Value,
    /// It was not done; the text says why, and the model may try again otherwise.
    pub is_error: bool,
}

impl ToolAnswer {
    fn new(text: String, field: &str, value: impl Into<Value>) -> Self {
        let value: Value = value.into();
        let structured = json!({ "answer": &text, field: value });
        Self { text, structured, is_error: false }
    }

    fn error(mut text: String) -> Self {
        if let Some((end, _)) = text.char_indices().nth(LONGEST_ERROR) {
            text.truncate(end);
            text.push_str("...");
        }
        let structured = json!({ "answer": &text });
        Self { text, structured, is_error: true }
    }
}

impl fmt::Debug for MetadataTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("MetadataTool");
        shown.field("location", &self.reader().location()).field("key", self.key()).finish_non_exhaustive()
    }
}

impl SessionManager {
    /// The metadata of this session as a tool for its agent; what it does goes through the hooks.
    #[must_use]
    pub fn metadata_tool(&self) -> MetadataTool {
        MetadataTool(ToolAccess::Managed(self.clone()))
    }
}

impl MetadataTool {
    /// A tool that only reads: whatever would change something is refused. No hook is asked.
    #[must_use]
    pub fn read_only(reader: Arc<dyn SessionReader>, key: impl Into<SessionKey>) -> Self {
        Self::read_only_through(reader, key, Hooks::default())
    }

    /// The same through hooks, such as one that opens what is stored encrypted: they see each get.
    #[must_use]
    pub fn read_only_through(reader: Arc<dyn SessionReader>, key: impl Into<SessionKey>, hooks: Hooks) -> Self {
        Self(ToolAccess::Reading(reader, key.into(), hooks))
    }

    /// `manage_metadata`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        "manage_metadata"
    }

    /// What it is for, for the model.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        "Manage session metadata with get, set/update, or delete operations."
    }

    /// JSON schema of the arguments. `metadata` and `keys` are also taken as JSON in a string, as some models give them.
    #[must_use]
    pub fn schema(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "action": { "type": "string", "description": "What to do: get, set, update (the same as set) or delete" },
                "metadata": { "type": "object", "description": "For set and update: the fields to set, with their values" },
                "keys": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "For get: only these fields. For delete: the fields to remove",
                },
            },
            "required": ["action"],
        })
    }

    /// JSON schema of [`ToolAnswer::structured`]: `answer`, the text; `metadata` of a get, with what JSON has no form for as relaxed
    /// Extended JSON, null where the session has none; the fields that were `updated` or `deleted`.
    #[must_use]
    pub fn output_schema(&self) -> Value {
        let fields = |told: &str| json!({ "type": "array", "items": { "type": "string" }, "description": told });
        json!({
            "type": "object",
            "properties": {
                "answer": { "type": "string", "description": "The answer as text" },
                "metadata": {
                    "type": ["object", "null"],
                    "description": "The fields that were asked for, other types as relaxed Extended JSON; null: the session has no metadata",
                },
                "updated": fields("The fields that were set"),
                "deleted": fields("The fields that were removed, also those that were not there"),
            },
            "required": ["answer"],
        })
    }

    /// Carries out what a model asked for. Every failure is an answer, too: its text begins with `Error`, and holds neither a
    /// connection string nor a password.
    ///
    /// What is set is stored as pymongo would store it. A key with a dot or one that begins with `$` is refused, where the Python
    /// library would nest it; so is a change to a session that does not exist, which there goes nowhere without a word.
    pub async fn call(&self, arguments: &Value) -> ToolAnswer {
        let done = match arguments::read(arguments) {
            Err(told) => return ToolAnswer::error(told),
            Ok(Order::Get(keys)) => self.get(keys.as_deref()).await,
            Ok(Order::Set(fields)) => self.set(fields).await,
            Ok(Order::Delete(keys)) => self.delete(keys).await,
        };
        done.unwrap_or_else(|error| {
            let why = without_logins(&error.to_string());
            tracing::warn!(session = self.key().text(), "manage_metadata: {why}");
            ToolAnswer::error(failed(&why))
        })
    }

    async fn get(&self, keys: Option<&[Bson]>) -> Result<ToolAnswer> {
        let Some(stored) = self.stored().await? else {
            let text = "No metadata found for this session".to_owned();
            return Ok(ToolAnswer::new(text, "metadata", Value::Null));
        };
        let fields = match keys {
            None => stored,
            Some(keys) => keys
                .iter()
                .filter_map(|key| Some((key.as_str()?.to_owned(), stored.get(key.as_str()?)?.clone())))
                .collect(),
        };
        let text = match (keys, fields.is_empty()) {
            (None, true) => "No metadata stored in session".to_owned(),
            (None, false) => format!("All metadata: {}", python::dumps(&fields)),
            (Some(keys), true) => format!("No metadata found for keys: {}", python::repr(&Bson::Array(keys.to_vec()))),
            (Some(_), false) => format!("Metadata retrieved: {}", python::dumps(&fields)),
        };
        Ok(ToolAnswer::new(text, "metadata", Bson::Document(fields).into_relaxed_extjson()))
    }

    async fn set(&self, fields: Document) -> Result<ToolAnswer> {
        let keys: Vec<String> = fields.keys().cloned().collect();
        self.edit(fields.into_iter().map(|(key, value)| MetadataEdit::set(key, value)).collect()).await?;
        Ok(ToolAnswer::new(format!("Successfully updated metadata fields: {}", list(&keys)), "updated", keys))
    }

    async fn delete(&self, keys: Vec<String>) -> Result<ToolAnswer> {
        self.edit(removals(&keys)).await?;
        Ok(ToolAnswer::new(format!("Successfully deleted metadata fields: {}", list(&keys)), "deleted", keys))
    }

    async fn edit(&self, edits: Vec<MetadataEdit>) -> Result<()> {
        match &self.0 {
            ToolAccess::Managed(manager) => manager.edit_metadata(edits).await,
            ToolAccess::Reading(reader, ..) => Err(Error::read_only(reader.location(), reader.read_only())),
        }
    }

    /// The metadata; `None` where there is no such field, or no session yet. Only where nothing is in it, it is asked which of both it
    /// is.
    async fn stored(&self) -> Result<Option<Document>> {
        let read = match &self.0 {
            ToolAccess::Managed(manager) => manager.metadata().await,
            ToolAccess::Reading(reader, key, hooks) => read_through(hooks, reader, key).await,
        };
        match read {
            Ok(fields) if fields.is_empty() => match self.reader().open(self.key(), 0).await {
                Ok(session) => Ok(session.metadata.map(|_| fields)),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            },
            Ok(fields) => Ok(Some(fields)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn key(&self) -> &SessionKey {
        match &self.0 {
            ToolAccess::Managed(manager) => manager.key(),
            ToolAccess::Reading(_, key, _) => key,
        }
    }

    fn reader(&self) -> &dyn SessionReader {
        match &self.0 {
            ToolAccess::Managed(manager) => {
                let repository: &dyn SessionRepository = manager.repository().as_ref();
                repository
            }
            ToolAccess::Reading(reader, ..) => reader.as_ref(),
        }
    }
}

/// The metadata, as hooks give them.
async fn read_through(hooks: &Hooks, reader: &Arc<dyn SessionReader>, key: &SessionKey) -> Result<Document> {
    let operation = HookOperation::new(key, HookPayload::MetadataGet).within(HookStore::new(Arc::clone(reader)));
    let reader: &dyn SessionReader = reader.as_ref();
    match hooks.run(operation, move |operation| read(reader, operation)).await? {
        HookAnswer::Metadata(fields) => Ok(fields),
        _ => Ok(Document::new()),
    }
}

async fn read(reader: &dyn SessionReader, operation: HookOperation) -> Result<HookAnswer> {
    Ok(HookAnswer::Metadata(reader.metadata(&operation.session).await?))
}

/// Each key once.
fn removals(keys: &[String]) -> Vec<MetadataEdit> {
    let mut seen = HashSet::new();
    keys.iter().filter(|key| seen.insert(key.as_str())).map(MetadataEdit::unset).collect()
}

/// `['a', 'b']`.
fn list(keys: &[String]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| python::repr_text(key)).collect();
    format!("[{}]", keys.join(", "))
}

/// A text without the logins of addresses in it, and without connection strings: what a hook says may hold one.
fn without_logins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let (address, behind) = after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()));
        if before.ends_with("mongodb") || before.ends_with("mongodb+srv") {
            out.push_str("...");
            rest = behind;
        } else {
            // A password may hold anything, also another `@`.
            rest = address.rfind('@').map_or(after, |at| &after[at + 1..]);
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
