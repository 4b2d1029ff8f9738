//! Folders after public bug reports, read, resumed and written again.

use std::{fs, path::Path, sync::Arc};

use bson::{Bson, Document};
use strandscope::{
    Agent, MessageBody, MetadataEdit, Resumed, SessionKey, SessionManager, SessionRepository, Started, open_folder,
};
use tempfile::TempDir;

/// A copy of a fixture, opened.
async fn opened(fixture: &str) -> (TempDir, Arc<dyn SessionRepository>) {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports").join(fixture);
    crate::copies::copy_tree(&fixture, dir.path());
    let repository = open_folder(dir.path()).await.unwrap();
    (dir, repository)
}

/// An agent that takes what it is given.
#[derive(Default)]
struct Calc {
    state: Document,
    said: Vec<MessageBody>,
}

impl Agent for Calc {
    fn agent_id(&self) -> &'static str {
        "calc"
    }

    fn state(&self) -> Document {
        self.state.clone()
    }

    fn restore(&mut self, stored: Resumed) {
        (self.state, self.said) = (stored.state, stored.messages);
    }
}

/// Resumes the agent, changes its state, syncs, and gives it with the text of its `agent.json`.
async fn gone_on_with(dir: &TempDir, repository: Arc<dyn SessionRepository>, session: &str) -> (Calc, String) {
    let manager = SessionManager::new(repository, session);
    let mut agent = Calc::default();
    assert!(matches!(manager.initialize(&mut agent).await.unwrap(), Started::Resumed(_)));
    agent.state.insert("more", 1);
    manager.sync_agent(&agent).await.unwrap();
    let path = dir.path().join(format!("session_{session}/agents/agent_calc/agent.json"));
    (agent, fs::read_to_string(path).unwrap())
}

#[tokio::test]
async fn no_number_and_infinities_are_read_resumed_and_written_back_as_python_does() {
    let (dir, repository) = opened("f03-nan").await;
    let session = repository.open(&SessionKey::from("nan-1"), u64::MAX).await.unwrap();
    assert_eq!(session.all_findings().count(), 0);
    let (agent, written) = gone_on_with(&dir, repository, "nan-1").await;
    assert!(agent.state.get_f64("last_mean").unwrap().is_nan());
    assert_eq!(agent.state.get_i32("runs").unwrap(), 3);
    assert_eq!(agent.said.len(), 4);
    assert!(written.contains("\"last_mean\": NaN") && written.contains("\"more\": 1"), "{written}");
}

#[tokio::test]
async fn whole_numbers_of_any_length_stay_digit_for_digit() {
    let (dir, repository) = opened("f06-bigint").await;
    let document = repository.document(&SessionKey::from("big-1")).await.unwrap();
    let text = Bson::Document(document).into_relaxed_extjson().to_string();
    for digits in ["17293822569102704641", "9007199254740993", "123456789012345678901234567890"] {
        assert!(text.contains(digits), "{text}");
    }
    let (_, written) = gone_on_with(&dir, repository.clone(), "big-1").await;
    assert!(written.contains("\"last_id\": 17293822569102704641,"), "{written}");
    let key = SessionKey::from("big-1");
    let path = dir.path().join("session_big-1/session.json");
    let digits = "9".repeat(60);
    let with = |metadata: &str| {
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen('{', &format!("{{\"metadata\": {metadata},"), 1)).unwrap();
    };
    with(&format!("{{\"id\": {digits}, \"half\": \"\\ud83e\", \"n\": 1.10}}"));
    repository.edit_metadata(&key, &[MetadataEdit::set("other", 5)]).await.unwrap();
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written.contains(&digits) && written.contains("\"\\ud83e\"") && written.contains("\"n\": 1.1"),
        "{written}"
    );
}

#[test]
fn tokens_that_nobody_told_are_unknown_and_a_sum_with_them_is_a_lower_bound() {
    let document = crate::support::load_fixture("reports/c12-zero-usage.jsonl").remove(0);
    let session = strandscope::decode::session(document.clone());
    let (_, figures) = &strandscope::session_metrics(&(&session).into()).agents[0];
    assert!(!figures.usage.is_known());
    assert_eq!((figures.context_tokens, figures.output_per_second), (None, None));
    let latencies: Vec<_> = figures.per_call.iter().map(|call| call.latency_ms).collect();
    assert_eq!(latencies, [Some(812), Some(700)]);
    let mut told = document;
    let messages = told.get_document_mut("agents").unwrap().get_document_mut("a").unwrap().get_array_mut("messages");
    let asked = bson::doc! { "inputTokens": 10, "outputTokens": 2, "totalTokens": 12 };
    messages.unwrap().push(
        bson::doc! { "message_id": 9, "message": { "role": "assistant", "content": [{ "text": "x" }],
        "metadata": { "usage": asked } } }
        .into(),
    );
    let figures = strandscope::session_metrics(&(&strandscope::decode::session(told)).into());
    assert_eq!((figures.total.total, figures.total.partial), (Some(12), true));
}

#[tokio::test]
async fn half_a_pair_of_surrogates_hides_nothing() {
    let (_dir, repository) = opened("f04-surrogate").await;
    let key = SessionKey::from("sur-1");
    let session = repository.open(&key, u64::MAX).await.unwrap();
    assert_eq!(session.all_findings().count(), 0);
    let figures = strandscope::session_metrics(&repository.outline(&key).await.unwrap());
    assert_eq!(figures.total.total, Some(670), "those 550 are among them");
}
