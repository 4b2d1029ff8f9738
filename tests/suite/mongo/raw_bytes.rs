//! Documents whose bytes other writers left odd: text that is no UTF-8, names that stand twice.

use bson::{Bson, Document, RawDocumentBuf, doc};
use strandscope::{
    AgentConfig, CopiedDeletion, CopyKeeper, Error, Filter, Limits, MetadataEdit, MongoRepository, Result, SessionCopy,
    SessionKey, SessionManager, SessionReader, SessionWriter, Timestamp, async_trait,
};

use super::common::{every_page, filtered, first_page};
use crate::support::{self, Fresh};

/// The document with each of these marks replaced by other bytes of the same length.
fn with_bytes(document: &Document, changes: &[(&str, &[u8])]) -> RawDocumentBuf {
    let mut bytes = RawDocumentBuf::try_from(document).expect("bytes").into_bytes();
    for (mark, other) in changes {
        let at = bytes.windows(mark.len()).position(|part| part == mark.as_bytes()).expect("the mark is there");
        bytes[at..at + mark.len()].copy_from_slice(other);
    }
    RawDocumentBuf::from_bytes(bytes).expect("a document")
}

async fn stored(name: &str) -> (Fresh, MongoRepository) {
    let message = |text: &str| {
        doc! { "message": { "role": "user", "content": [{ "text": text }] }, "message_id": 0, "redact_message": null }
    };
    let sound = doc! {
        "_id": "odd", "session_id": "odd", "application_name": "NAME1",
        "metadata": { "sound": 5, "text": "TEXT1", "NAME2": "v", "twice": 1, "twicf": 2 },
        "agents": {
            "a": { "agent_data": { "model": "m" }, "messages": [message("TEXT2abc")] },
            "AGENT": { "agent_data": { "model": "m" }, "messages": [message("hello")] },
            "b": { "agent_data": { "model": "one" }, "messages": [] },
            "c": { "agent_data": { "model": "two" }, "messages": [] },
        },
    };
    let changes: [(&str, &[u8]); 6] = [
        ("NAME1", b"NA\xffE1"),
        ("TEXT1", b"TE\xffT1"),
        ("NAME2", b"NA\xffE2"),
        ("twicf", b"twice"),
        ("TEXT2", b"\xffEXT2"),
        ("AGENT", b"AG\xffNT"),
    ];
    let fresh = support::fresh_collection(name).await;
    let raw = with_bytes(&sound, &changes);
    fresh.collection.clone_with_type::<RawDocumentBuf>().insert_one(raw).await.expect("stored");
    let client = mongodb::Client::with_uri_str(&fresh.uri).await.expect("a client");
    let repository = MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default());
    (fresh, repository)
}

#[tokio::test]
async fn odd_bytes_hide_nothing_and_each_is_a_finding() {
    let (_fresh, reader) = stored("raw_read").await;
    let key = SessionKey::from("odd");
    for last in [0, 5, u64::MAX] {
        let session = reader.open(&key, last).await.expect("it opens");
        assert_eq!(session.application_name.as_deref(), Some("NA\u{fffd}E1"));
        let metadata = doc! { "sound": 5, "text": "TE\u{fffd}T1", "NA\u{fffd}E2": "v", "twice": 1 };
        assert_eq!(session.metadata_fields(), Some(&metadata), "with the last {last}");
        let agents: Vec<&str> = session.agents.iter().map(|agent| agent.id.as_str()).collect();
        assert_eq!(agents, ["a", "AG\u{fffd}NT", "b", "c"]);
        let paths: Vec<&str> = session.all_findings().map(|finding| finding.path.as_str()).collect();
        for path in
            ["application_name", "metadata.text", "metadata.NA\u{fffd}E2", "metadata.twice", "agents.AG\u{fffd}NT"]
        {
            assert!(paths.contains(&path), "{path} in {paths:?} with the last {last}");
        }
        let bad_text = "agents.a.messages.0.message.content.0.text";
        assert_eq!(last > 0, paths.contains(&bad_text), "{paths:?}");
    }
    let outline = reader.outline(&key).await.expect("an outline");
    assert_eq!(outline.agents.iter().map(|agent| agent.samples.len()).collect::<Vec<_>>(), [1, 1, 0, 0]);
    let details = reader.details(std::slice::from_ref(&key)).await.expect("details");
    assert_eq!(details[0].1.messages, 2);
    let hidden = reader.messages(&key, &"AG\u{fffd}NT".into(), 0..5).await.expect("messages");
    assert_eq!(hidden.len(), 1, "those of an agent whose name is no text");
    let document = reader.document(&key).await.expect("the document");
    assert_eq!(document["metadata"].as_document().map(Document::len), Some(4));
    let checks = reader.check().await;
    assert!(checks.iter().any(|check| check.name == "documents" && check.found.starts_with("1 of 1")), "{checks:?}");
}

#[tokio::test]
async fn a_filter_is_not_failed_by_odd_bytes() {
    let (_fresh, reader) = stored("raw_filter").await;
    assert_eq!(every_page(&reader, first_page(5)).await[0].application_name.as_deref(), Some("NA\u{fffd}E1"));
    for (typed, wanted) in [("agent:B", 1), ("agent:zzz", 0), ("model:TWO", 1), ("app:x", 0), ("meta.sound:5", 1)] {
        let filter = Filter::parse(typed, Timestamp::now()).expect("a filter");
        assert_eq!(every_page(&reader, filtered(filter, 5)).await.len(), wanted, "{typed}");
    }
}

#[tokio::test]
async fn sound_metadata_beside_odd_bytes_is_edited_and_the_odd_is_refused_with_the_reason() {
    let (fresh, reader) = stored("raw_edit").await;
    let key = SessionKey::from("odd");
    let edit = MetadataEdit::set("sound", 6).only_if(Some(Bson::Int32(5)));
    reader.edit_metadata(&key, &[edit]).await.expect("it is edited");
    let shown = reader.metadata(&key).await.expect("the metadata");
    assert_eq!(shown.get("sound"), Some(&Bson::Int32(6)));
    let edit = MetadataEdit::set("text", "new").only_if(shown.get("text").cloned());
    let refused = reader.edit_metadata(&key, &[edit]).await.expect_err("it cannot be compared");
    assert!(matches!(&refused, Error::Invalid { what, .. } if what == "metadata.text"), "{refused:?}");
    assert!(refused.to_string().contains("UTF-8"), "{refused}");
    let twice = reader.edit_metadata(&key, &[MetadataEdit::unset("twice")]).await.expect_err("another would be left");
    assert!(matches!(&twice, Error::Invalid { what, .. } if what == "metadata.twice"), "{twice:?}");
    let moved = MetadataEdit::set("new", 1).before("sound");
    let moved = reader.edit_metadata(&key, &[moved]).await.expect_err("one of two would be lost");
    assert!(matches!(&moved, Error::Invalid { what, .. } if what == "metadata.twice"), "{moved:?}");
    let stale = MetadataEdit::set("sound", 7).only_if(Some(Bson::Int32(5)));
    let conflict = reader.edit_metadata(&key, &[stale]).await.expect_err("a conflict");
    assert!(matches!(conflict, Error::Conflict { .. }), "{conflict:?}");
    let raw = fresh.collection.clone_with_type::<RawDocumentBuf>();
    let raw = raw.find_one(doc! {}).await.expect("an answer").expect("it");
    assert!(raw.as_bytes().windows(5).any(|part| part == b"TE\xffT1"), "the odd bytes are as they were");
}

/// Keeps copies in memory.
#[derive(Default)]
struct Kept(Vec<SessionCopy>);

#[async_trait]
impl CopyKeeper for Kept {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        self.0.push(copy.clone());
        Ok(())
    }

    async fn discard(&mut self) {
        self.0.clear();
    }
}

#[tokio::test]
async fn a_session_with_odd_bytes_is_deleted_with_its_copy_and_put_back_byte_for_byte() {
    let (fresh, repository) = stored("raw_delete").await;
    let raw = fresh.collection.clone_with_type::<RawDocumentBuf>();
    let before = raw.find_one(doc! {}).await.expect("an answer").expect("it is there");
    let repository = std::sync::Arc::new(repository);
    let mut kept = Kept::default();
    let manager = SessionManager::new(repository.clone(), "odd");
    manager.delete_session_kept(&mut kept).await.expect("it is deleted");
    assert_eq!(raw.find_one(doc! {}).await.expect("an answer"), None);
    let [copy] = &kept.0[..] else { panic!("one copy: {:?}", kept.0) };
    assert_eq!(copy.as_bytes(), before.as_bytes());
    repository.restore(copy).await.expect("it is put back");
    let after = raw.find_one(doc! {}).await.expect("an answer").expect("it is there");
    assert_eq!(after.as_bytes(), before.as_bytes());
}

#[tokio::test]
async fn a_change_beside_odd_bytes_is_seen_before_the_deletion_or_given_by_it() {
    let (_fresh, repository) = stored("raw_changed").await;
    let key = SessionKey::from("odd");
    let old = repository.exact_copy(&key).await.expect("a copy");
    repository.add_feedback(&key, &strandscope::NewFeedback::new(strandscope::Rating::Up)).await.expect("added");
    let changed = repository.delete_copied(&key, &old).await.expect("an answer");
    assert_eq!(changed, CopiedDeletion::Changed);
    let copy = repository.exact_copy(&key).await.expect("a copy");
    let holds = |copy: &SessionCopy, text: &[u8]| copy.as_bytes().windows(text.len()).any(|part| part == text);
    // As large as before, and no time tells of it: beside a text that is odd, and in an agent.
    repository.edit_metadata(&key, &[MetadataEdit::set("sound", 6)]).await.expect("edited");
    let config = AgentConfig::default().model("new");
    repository.update_agent_config(&key, &"b".into(), &config).await.expect("configured");
    let overtaken = repository.delete_copied(&key, &copy).await.expect("an answer");
    let CopiedDeletion::Overtaken(last) = overtaken else { panic!("{overtaken:?}") };
    assert_eq!(last.as_bytes().len(), copy.as_bytes().len());
    assert!(holds(&last, b"TE\xffT1") && holds(&last, b"new\0") && last != copy, "all of it, odd bytes too");
    repository.restore(&last).await.expect("it is put back");
    repository.edit_metadata(&key, &[MetadataEdit::set("sound", "longer")]).await.expect("edited");
    let overtaken = repository.delete_latest(&key, &last).await.expect("an answer");
    let CopiedDeletion::Overtaken(last) = overtaken else { panic!("{overtaken:?}") };
    assert!(holds(&last, b"TE\xffT1") && holds(&last, b"longer"), "all of it, odd bytes too");
    repository.restore(&last).await.expect("it is put back");
    assert_eq!(repository.delete_latest(&key, &last).await.expect("an answer"), CopiedDeletion::Done);
}

#[tokio::test]
async fn half_a_pair_of_surrogates_is_refused_before_anything_is_stored() {
    let fresh = support::fresh_collection("half").await;
    fresh.load([doc! { "_id": "a", "session_id": "a", "agents": {}, "metadata": {} }]).await;
    let repository = strandscope::open_mongo(&fresh.uri, &fresh.database, "sessions").await.expect("it opens");
    for typed in [r#""\ud83e""#, r#"{"a": ["\ud83e"]}"#] {
        let half = strandscope::edit::read_new(typed).expect("it is JSON");
        let refused = repository.edit_metadata(&"a".into(), &[MetadataEdit::set("half", half)]).await;
        assert!(refused.expect_err("a database holds none").to_string().contains("surrogate"), "{typed}");
    }
    assert!(repository.metadata(&"a".into()).await.expect("metadata").is_empty());
}
