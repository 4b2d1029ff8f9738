//! Read-only tools for coding assistants: which sessions there are, what was said, what it took, where a text stands, and
//! what is wrong.
//!
//! All of it goes through a [`SessionReader`], so nothing can be written, and a folder, a scope or a read-only store answers
//! as any other. Answers are small unless more is asked for, end where their time does, and go on with `after`; nothing is
//! kept between calls. What sessions hold is untrusted: it is given as fields of JSON and as nothing else.

mod arguments;
mod conversation;
mod cursor;
mod figures;
mod find;
mod refusal;
mod schema;
mod sessions;
mod shape;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{McpAnswer, McpTool, McpTools};
use crate::{
    app::{
        json,
        place::{EncryptionSettings, Reveal},
        text,
    },
    repository::{Filter, SessionReader},
};
use arguments::AssistantArguments;
use refusal::AssistantRefusal;

/// How long an answer may take. A list that the server stops at its own limit (30 s) is told before.
const TIME: Duration = Duration::from_secs(45);
/// How long one call searches.
const SEARCH_TIME: Duration = Duration::from_secs(20);
/// Characters of a refusal at most: it repeats what was asked.
const LONGEST_REFUSAL: usize = 4000;

/// The tools of `strandscope mcp` without a session.
#[derive(Debug, Clone)]
pub struct Assistant {
    reader: Arc<dyn SessionReader>,
    /// Lets filters find what is encrypted.
    reveal: Reveal,
    /// Tells filters that find nothing because it is encrypted.
    encryption: Option<EncryptionSettings>,
    time: Duration,
    search_time: Duration,
}

impl Assistant {
    /// Tools that read these sessions.
    #[must_use]
    pub fn new(reader: Arc<dyn SessionReader>) -> Self {
        Self { reader, reveal: Reveal::default(), encryption: None, time: TIME, search_time: SEARCH_TIME }
    }

    /// With filters that find values which are kept encrypted so that they can be searched for.
    #[must_use]
    pub fn searching(self, reveal: Reveal) -> Self {
        Self { reveal, ..self }
    }

    /// With answers that say where a filter asks in vain for what these settings keep encrypted.
    #[must_use]
    pub fn encrypting(self, encryption: Option<EncryptionSettings>) -> Self {
        Self { encryption, ..self }
    }

    /// With another limit on how long an answer, also of a search, may take.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { time, search_time: time, ..self }
    }

    /// Why a filter does not find what it asks for.
    fn asked_in_vain(&self, arguments: &Map<String, Value>) -> Option<String> {
        let settings = self.encryption.as_ref()?;
        let filter = Filter::parse(arguments.get("filter")?.as_str()?, Timestamp::now()).ok()?;
        settings.not_found_by(&filter).or_else(|| {
            let why = self.reveal.missing().filter(|_| settings.are_asked_by(&filter))?;
            Some(format!("encrypted metadata is not searched: {why}"))
        })
    }

    /// `None`: no such tool.
    async fn answer(&self, name: &str, arguments: &Map<String, Value>) -> Option<Result<Value, AssistantRefusal>> {
        let reader = &self.reader;
        let given = |tool| AssistantArguments::new(tool, arguments).searching(&self.reveal);
        let until = Instant::now() + self.time;
        Some(match name {
            schema::LIST => sessions::list(reader.as_ref(), given(schema::LIST), until).await,
            schema::SHOW => conversation::show(reader.as_ref(), given(schema::SHOW), until).await,
            schema::METRICS => figures::metrics(reader.as_ref(), given(schema::METRICS), until).await,
            schema::HEALTH => figures::health(reader.as_ref(), given(schema::HEALTH), until).await,
            schema::FIND => find::text(reader, given(schema::FIND), Instant::now() + self.search_time).await,
            _ => return None,
        })
    }
}

#[async_trait]
impl McpTools for Assistant {
    fn tools(&self) -> Vec<McpTool> {
        schema::tools()
    }

    async fn call(&self, name: &str, arguments: &Map<String, Value>) -> Option<McpAnswer> {
        Some(match self.answer(name, arguments).await? {
            Ok(mut found) => {
                if let (Some(note), Some(why)) = (found.get_mut("note"), self.asked_in_vain(arguments)) {
                    *note = match note.as_str() {
                        Some(said) => format!("{said}; {why}").into(),
                        None => why.into(),
                    };
                }
                McpAnswer { text: json::line(&found), structured: Some(found), is_error: false }
            }
            Err(refusal) => {
                // What was asked may be a value that is kept encrypted: it is not written down.
                tracing::debug!("{name} was refused");
                let said = shape::cut(&refusal.to_string(), LONGEST_REFUSAL).0;
                McpAnswer { text: text::block(&said).into_owned(), structured: None, is_error: true }
            }
        })
    }

    fn instructions(&self) -> String {
        schema::instructions(&text::line(&self.reader.location()))
    }

    fn may_be_given_up(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{app::place::KeySource, hook::EncryptedField, repository::folder};

    #[tokio::test]
    async fn a_filter_that_asks_in_vain_for_what_is_encrypted_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let reader = folder::open(dir.path()).await.unwrap() as Arc<dyn SessionReader>;
        let fields = vec![EncryptedField::new("ssn"), EncryptedField::new("email").deterministic(true)];
        let settings = EncryptionSettings { keys: KeySource::Variable("K".to_owned()), fields };
        let missing = Reveal::new(vec!["ssn".into(), "email".into()], Err("the file is gone".to_owned()));
        let assistant = Assistant::new(reader).searching(missing).encrypting(Some(settings));
        for tool in [schema::LIST, schema::FIND] {
            for (filter, said) in [
                ("meta.ssn:078", Some("ssn is kept encrypted and not found")),
                ("meta.email:a@b.c", Some("encrypted metadata is not searched: the file is gone")),
                ("meta.tier:gold", None),
            ] {
                let mut arguments = json!({ "filter": filter });
                if tool == schema::FIND {
                    arguments["text"] = "x".into();
                }
                let answer = assistant.call(tool, arguments.as_object().unwrap()).await.unwrap();
                assert!(!answer.is_error, "{}", answer.text);
                let note = answer.structured.unwrap()["note"].as_str().unwrap_or_default().to_owned();
                match said {
                    Some(said) => assert!(note.contains(said) && answer.text.contains(said), "{tool}: {note}"),
                    None => assert!(!note.contains("encrypted"), "{tool}: {note}"),
                }
            }
        }
    }
}
