//! The session manager on a real MongoDB, and what it leaves in documents.

use crate::support;
use std::sync::Arc;

use bson::{Bson, Document, doc};
use strandscope::{
    Agent, AgentId, Error, EventLoopMetrics, GuardrailIntervention, MessageBody, ModelCall, Outline, Pool, PoolOptions,
    Resumed, SessionManager, SessionManagerFactory, SessionOverrides, SessionRepository, SessionSettings, Started,
    Usage, session_metrics,
};

/// An agent that only remembers.
struct Memo {
    id: String,
    state: Document,
    manager_state: Document,
    model: Option<String>,
    metrics: EventLoopMetrics,
    messages: Vec<MessageBody>,
    resumed: Option<Resumed>,
}

impl Memo {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            state: Document::new(),
            manager_state: doc! { "__name__": "SlidingWindowConversationManager", "removed_message_count": 0 },
            model: None,
            metrics: EventLoopMetrics::new(),
            messages: Vec::new(),
            resumed: None,
        }
    }

    fn resumed(&self) -> &Resumed {
        self.resumed.as_ref().expect("it was resumed")
    }

    fn called(&mut self, input: u64, output: u64) -> MessageBody {
        let usage = Usage::default().input(input).output(output);
        let metadata = self.metrics.add_call(ModelCall::new(usage).latency_ms(100).first_byte_ms(20));
        self.metrics.add_cycle(std::time::Duration::from_millis(100));
        MessageBody::text("assistant", "an answer").with_metadata(metadata)
    }
}

impl Agent for Memo {
    fn agent_id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> Document {
        self.state.clone()
    }

    fn conversation_manager_state(&self) -> Document {
        self.manager_state.clone()
    }

    fn model(&self) -> Option<String> {
        self.model.clone()
    }

    fn metrics(&self) -> Option<Document> {
        self.metrics.to_document()
    }

    fn messages(&self) -> Vec<MessageBody> {
        self.messages.clone()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.state = resumed.state.clone();
        self.manager_state = resumed.conversation_manager_state.clone();
        self.model.clone_from(&resumed.model);
        self.resumed = Some(resumed);
    }
}

async fn pool(fresh: &support::Fresh) -> Pool {
    Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool")
}

async fn repository(fresh: &support::Fresh) -> Arc<dyn SessionRepository> {
    Arc::new(pool(fresh).await.repository(&fresh.database, "sessions").expect("a repository"))
}

async fn stored(fresh: &support::Fresh, id: &str) -> Document {
    fresh.collection.find_one(doc! { "_id": id }).await.expect("it answers").expect("it is there")
}

fn agent(id: &str) -> AgentId {
    AgentId::from(id)
}

#[tokio::test]
async fn a_new_session_has_what_the_python_library_gives_one() {
    let fresh = support::fresh_collection("created").await;
    let settings = SessionSettings::default()
        .application_name("support")
        .metadata_fields(vec!["status".to_owned(), "priority".to_owned()])
        .index_metadata_fields(true);
    let manager = SessionManager::builder(repository(&fresh).await, "s-1").settings(settings).build();
    let mut memo = Memo::new("support");
    memo.model = Some("a-model".to_owned());
    memo.messages = vec![MessageBody::text("user", "before")];
    assert_eq!(manager.initialize(&mut memo).await.unwrap(), Started::Created);
    let ours = stored(&fresh, "s-1").await;
    let theirs = &support::load_fixture("sessions.jsonl")[1];
    assert_eq!(shape(&ours), shape(theirs));
    let (our_agent, their_agent) = (&first_agent(&ours), &first_agent(theirs));
    assert_eq!(shape(our_agent), shape(their_agent));
    assert_eq!(
        shape(our_agent.get_document("agent_data").unwrap()),
        shape(their_agent.get_document("agent_data").unwrap())
    );
    let message = |agent: &Document| agent.get_array("messages").unwrap()[0].as_document().unwrap().clone();
    assert_eq!(shape(&message(our_agent)), shape(&message(their_agent)));
    assert_eq!(ours.get_document("metadata").unwrap(), &doc! { "status": "", "priority": "" });
    let indexes = fresh.collection.list_index_names().await.unwrap();
    assert!(indexes.contains(&"metadata.status_1".to_owned()), "{indexes:?}");
    assert_eq!(manager.application_name().await.unwrap().as_deref(), Some("support"));
    assert!(manager.viewer_password().await.unwrap().is_some());
}

fn first_agent(document: &Document) -> Document {
    let agents = document.get_document("agents").unwrap();
    agents.iter().next().unwrap().1.as_document().unwrap().clone()
}

/// Keys in order with their BSON types.
fn shape(document: &Document) -> Vec<(String, bson::spec::ElementType)> {
    document.iter().map(|(key, value)| (key.clone(), value.element_type())).collect()
}

#[tokio::test]
async fn sessions_of_the_python_library_are_resumed_and_continued_and_keep_every_byte() {
    let fresh = support::fresh_collection("continued").await;
    let documents = support::load_fixture("sessions.jsonl");
    fresh.load(documents.clone()).await;
    let repository = repository(&fresh).await;
    for before in documents {
        let id = before.get_str("_id").unwrap().to_owned();
        let manager = SessionManager::new(Arc::clone(&repository), id.as_str());
        let name = manager.list_agents().await.unwrap()[0].id.clone();
        let mut memo = Memo::new(name.as_str());
        let Started::Resumed(count) = manager.initialize(&mut memo).await.unwrap() else { panic!("{id} was there") };
        let stored_count = manager.message_count(&name).await.unwrap();
        assert_eq!(count as u64, stored_count, "{id}");
        manager.sync_agent(&memo_without_figures(&memo)).await.unwrap();
        assert_eq!(stored(&fresh, &id).await, before, "{id}: a sync of what did not change writes nothing");
        let mut body = MessageBody::text("user", "and now?");
        assert_eq!(manager.append_message(&name, &mut body).await.unwrap() as u64, stored_count);
        memo.state.insert("visits", 7);
        manager.sync_agent(&memo).await.unwrap();
        let after = stored(&fresh, &id).await;
        assert_same_but(&before, &after, &name, stored_count as usize);
    }
}

fn memo_without_figures(memo: &Memo) -> Memo {
    Memo { metrics: EventLoopMetrics::new(), messages: Vec::new(), resumed: None, ..Memo::new(&memo.id) }.with(memo)
}

impl Memo {
    fn with(mut self, other: &Self) -> Self {
        self.state = other.state.clone();
        self.manager_state = other.manager_state.clone();
        self.model.clone_from(&other.model);
        self
    }
}

/// All bytes but those that an append and a changed state are about.
fn assert_same_but(before: &Document, after: &Document, agent: &AgentId, messages: usize) {
    let strip = |document: &Document| {
        let mut document = document.clone();
        document.remove("updated_at");
        let stored = document.get_document_mut("agents").unwrap().get_document_mut(agent.as_str()).unwrap();
        stored.remove("updated_at");
        let data = stored.get_document_mut("agent_data").unwrap();
        data.remove("updated_at");
        data.remove("state");
        // The agent here has none of its own, so what is stored of it stays or was given back as it is.
        data.remove("_internal_state");
        stored.get_array_mut("messages").unwrap().truncate(messages);
        bson::serialize_to_vec(&document).unwrap()
    };
    assert_eq!(strip(before), strip(after), "{}", agent.as_str());
    let state = after.get_document("agents").unwrap().get_document(agent.as_str()).unwrap();
    assert_eq!(
        state.get_document("agent_data").unwrap().get_document("state").unwrap().get_i32("visits").ok(),
        Some(7)
    );
}

#[tokio::test]
async fn figures_of_several_runs_add_up() {
    let fresh = support::fresh_collection("figures").await;
    let repository = repository(&fresh).await;
    for run in 0..3 {
        let manager = SessionManager::new(Arc::clone(&repository), "s-1");
        let mut memo = Memo::new("support");
        let started = manager.initialize(&mut memo).await.unwrap();
        assert_eq!(started == Started::Created, run == 0);
        for _ in 0..2 {
            manager.append_message(&agent("support"), &mut MessageBody::text("user", "?")).await.unwrap();
            let mut answer = memo.called(100, 10);
            manager.append_message(&agent("support"), &mut answer).await.unwrap();
            manager.sync_agent(&memo).await.unwrap();
        }
    }
    let outline = Outline::from(&repository.open(&"s-1".into(), u64::MAX).await.unwrap());
    let figures = session_metrics(&outline);
    assert_eq!((figures.total.input, figures.total.output, figures.total.total), (Some(600), Some(60), Some(660)));
    assert_eq!((figures.agents[0].1.runs, figures.agents[0].1.calls), (Some(3), 6));
}

#[tokio::test]
async fn a_sync_writes_only_what_changed() {
    let fresh = support::fresh_collection("sync").await;
    let manager = SessionManager::new(repository(&fresh).await, "s-1");
    let mut memo = Memo::new("support");
    manager.initialize(&mut memo).await.unwrap();
    manager.append_message(&agent("support"), &mut MessageBody::text("user", "?")).await.unwrap();
    let path = |name: &str| format!("agents.support.agent_data.{name}");
    // Another program's fields, and a change of the state by another writer, must survive a sync of the rest.
    let others = doc! { "$set": { path("prompt_metadata"): { "prompt_id": "p" }, path("theirs"): 1, "theirs": [1] } };
    fresh.collection.update_one(doc! { "_id": "s-1" }, others).await.unwrap();
    let before = stored(&fresh, "s-1").await;
    manager.sync_agent(&memo).await.unwrap();
    assert_eq!(stored(&fresh, "s-1").await, before);
    memo.called(10, 1);
    manager.sync_agent(&memo).await.unwrap();
    let with_figures = stored(&fresh, "s-1").await;
    assert_eq!(with_figures.get("updated_at"), before.get("updated_at"), "figures move no time");
    assert!(with_figures.to_string().contains("accumulated_usage"));
    memo.state.insert("a", 1);
    manager.sync_agent(&memo).await.unwrap();
    let after = stored(&fresh, "s-1").await;
    assert!(after.get_datetime("updated_at").unwrap() >= before.get_datetime("updated_at").unwrap());
    let data = first_agent(&after).get_document("agent_data").unwrap().clone();
    assert_eq!((data.get_i32("theirs").ok(), data.contains_key("prompt_metadata")), (Some(1), true));
}

#[tokio::test]
async fn what_the_conversation_manager_removed_stays_away_and_its_summary_comes_first() {
    let fresh = support::fresh_collection("removed").await;
    let repository = repository(&fresh).await;
    let first = SessionManager::new(Arc::clone(&repository), "s-1");
    let mut memo = Memo::new("support");
    first.initialize(&mut memo).await.unwrap();
    for number in 0..5 {
        first.append_message(&agent("support"), &mut MessageBody::text("user", &number.to_string())).await.unwrap();
    }
    memo.manager_state = doc! {
        "__name__": "SummarizingConversationManager", "removed_message_count": 3,
        "summary_message": { "role": "user", "content": [{ "text": "a summary" }] },
    };
    first.sync_agent(&memo).await.unwrap();
    let mut again = Memo::new("support");
    SessionManager::new(repository, "s-1").initialize(&mut again).await.unwrap();
    let texts: Vec<&str> = again
        .resumed()
        .messages
        .iter()
        .flat_map(MessageBody::blocks)
        .map(|block| block.get_str("text").unwrap())
        .collect();
    assert_eq!(texts, ["a summary", "3", "4"]);
    assert_eq!(again.resumed().repairs.len(), 2, "three messages of one role are joined");
}

#[tokio::test]
async fn a_redaction_keeps_message_and_figures_and_is_recorded_twice() {
    let fresh = support::fresh_collection("redacted").await;
    let manager = SessionManager::new(repository(&fresh).await, "s-1");
    let mut memo = Memo::new("support");
    manager.initialize(&mut memo).await.unwrap();
    let mut answer = memo.called(30, 8);
    manager.append_message(&agent("support"), &mut answer).await.unwrap();
    manager.sync_agent(&memo).await.unwrap();
    let trace = doc! { "inputAssessment": { "contentPolicy": { "filters": [
        { "type": "HATE", "confidence": "HIGH", "action": "BLOCKED" },
    ] } } };
    let body = MessageBody::text("assistant", "[redacted by guardrail]");
    let cause = GuardrailIntervention::default().stop_reason("guardrail_intervened").trace(trace);
    manager.redact_latest_message(&agent("support"), body, cause).await.unwrap();
    let (ours, theirs) = (stored(&fresh, "s-1").await, &support::load_fixture("sessions.jsonl")[2]);
    let event = |document: &Document| document.get_array("guardrail_events").unwrap()[0].as_document().unwrap().clone();
    assert_eq!(shape(&event(&ours)), shape(&event(theirs)));
    assert_eq!(event(&ours).get("policies_triggered"), event(theirs).get("policies_triggered"));
    assert_eq!(event(&ours).get_str("action").ok(), Some("BLOCKED"));
    let last = |document: &Document| first_agent(document).get_array("messages").unwrap().last().cloned().unwrap();
    let (our_message, their_message) = (last(&ours), last(theirs));
    let on_message = |message: &Bson| message.as_document().unwrap().get_document("guardrail_event").unwrap().clone();
    assert_eq!(shape(&on_message(&our_message)), shape(&on_message(&their_message)));
    assert_eq!(our_message.as_document().unwrap().get_document("message").unwrap(), answer.as_document());
    assert!(our_message.as_document().unwrap().contains_key("event_loop_metrics"));
}

#[tokio::test]
async fn a_retried_prompt_that_is_redacted_stays_in_clear_nowhere_in_the_conversation() {
    let fresh = support::fresh_collection("retried").await;
    let manager = SessionManager::new(repository(&fresh).await, "s-1");
    let mut memo = Memo::new("support");
    memo.manager_state.insert("removed_message_count", 1);
    memo.messages = vec![
        MessageBody::user("a bad prompt"),
        MessageBody::user("a bad prompt"),
        MessageBody::assistant("a bad prompt"),
    ];
    // More than is read at once.
    memo.messages.extend((0..120).map(|_| MessageBody::user("fine")));
    memo.messages.push(MessageBody::user("a bad prompt"));
    manager.initialize(&mut memo).await.unwrap();

    let redact = async |text: &str, cause| {
        manager.redact_latest_message("support", MessageBody::user(text), cause).await.unwrap();
        let messages = manager.messages("support", 0..u64::MAX).await.unwrap();
        let hidden = messages.iter().filter(|message| message.redaction.is_some());
        hidden.map(|message| (message.index, MessageBody::from(message).to_string())).collect::<Vec<_>>()
    };
    let hidden = redact("[redacted]", GuardrailIntervention::default()).await;
    assert_eq!(hidden, [(1, "[redacted]".to_owned()), (123, "[redacted]".to_owned())], "0 was removed, 2 is no prompt");
    let hidden = redact("[again]", GuardrailIntervention::default().action("ANONYMIZED")).await;
    assert_eq!(hidden, [(1, "[redacted]".to_owned()), (123, "[again]".to_owned())], "what is redacted stays");

    let document = stored(&fresh, "s-1").await;
    let events = document.get_array("guardrail_events").unwrap().iter().map(|event| event.as_document().unwrap());
    let told: Vec<_> =
        events.map(|event| (event.get_i32("message_id").unwrap(), event.get_str("action").unwrap())).collect();
    assert_eq!(told, [(123, "BLOCKED"), (123, "ANONYMIZED")]);
    let agent = first_agent(&document);
    let copy = agent.get_array("messages").unwrap()[1].as_document().unwrap();
    let said = copy.get_document("message").unwrap();
    assert_eq!(said.get_array("content").unwrap()[0], Bson::Document(doc! { "text": "a bad prompt" }), "it is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_managers_append_to_one_session_and_lose_nothing() {
    let fresh = support::fresh_collection("sixteen").await;
    let repository = repository(&fresh).await;
    SessionManager::new(Arc::clone(&repository), "s-1").initialize(&mut Memo::new("support")).await.unwrap();
    let tasks = (0..16).map(|writer| {
        let manager = SessionManager::new(Arc::clone(&repository), "s-1");
        tokio::spawn(async move {
            for number in 0..8 {
                let mut body = MessageBody::text("user", &format!("{writer}/{number}"));
                manager.append_message(&agent("support"), &mut body).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let messages = repository.messages(&"s-1".into(), &agent("support"), 0..u64::MAX).await.unwrap();
    let ids: Vec<i64> = messages.iter().filter_map(|message| message.message_id).collect();
    assert_eq!(ids, (0..128).collect::<Vec<_>>());
}

#[tokio::test]
async fn no_id_is_taken_twice_after_a_writer_that_counts_on_its_own() {
    let fresh = support::fresh_collection("counts").await;
    let repository = repository(&fresh).await;
    let append = async |manager: &SessionManager| {
        manager.append_message("support", &mut MessageBody::text("user", "ours")).await.unwrap()
    };
    let manager = SessionManager::new(Arc::clone(&repository), "s-1");
    manager.initialize(&mut Memo::new("support")).await.unwrap();
    for expected in 0..3 {
        assert_eq!(append(&manager).await, expected);
    }
    // Another program, which read the session when it had one message.
    let push = async |id: i32| {
        let message = doc! { "message": { "role": "user", "content": [{ "text": "theirs" }] }, "message_id": id };
        let update = doc! { "$push": { "agents.support.messages": message } };
        fresh.collection.update_one(doc! { "_id": "s-1" }, update).await.unwrap();
    };
    push(1).await;
    assert_eq!(append(&manager).await, 3, "it knew another end");
    push(2).await;
    let resumed = SessionManager::new(Arc::clone(&repository), "s-1");
    resumed.initialize(&mut Memo::new("support")).await.unwrap();
    assert_eq!(append(&resumed).await, 4, "it resumed with a lower id at the end");
    push(3).await;
    let redacting = SessionManager::new(repository, "s-1");
    let cause = GuardrailIntervention::default();
    redacting.redact_latest_message("support", MessageBody::text("user", "[redacted]"), cause).await.unwrap();
    assert_eq!(append(&redacting).await, 5, "it only looked at the last");
    assert_eq!(append(&redacting).await, 6);
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_whole_and_said() {
    let fresh = support::fresh_collection("large").await;
    let manager = SessionManager::new(repository(&fresh).await, "s-1");
    manager.initialize(&mut Memo::new("support")).await.unwrap();
    let mut half = MessageBody::text("user", &"x".repeat(9 << 20));
    manager.append_message(&agent("support"), &mut half.clone()).await.unwrap();
    let error = manager.append_message(&agent("support"), &mut half).await.unwrap_err();
    let Error::TooLarge { size, .. } = error else { panic!("{error}") };
    assert!(size > 9 << 20);
    assert!(error.to_string().contains("\"s-1\""), "{error}");
    let mut huge = MessageBody::text("user", &"x".repeat(17 << 20));
    let error = manager.append_message(&agent("support"), &mut huge).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    assert_eq!(manager.message_count(&agent("support")).await.unwrap(), 1);
    manager.append_message(&agent("support"), &mut MessageBody::text("user", "small")).await.unwrap();
}

#[tokio::test]
async fn an_agent_is_initialized_once_and_synced_only_then() {
    let fresh = support::fresh_collection("once").await;
    let manager = SessionManager::new(repository(&fresh).await, "s-1");
    assert!(matches!(manager.sync_agent(&Memo::new("a")).await, Err(Error::Invalid { .. })));
    manager.initialize(&mut Memo::new("a")).await.unwrap();
    let error = manager.initialize(&mut Memo::new("a")).await.unwrap_err();
    assert!(error.hints().iter().any(|hint| hint.to_string().contains("unique")), "{error}");
    assert!(matches!(manager.initialize(&mut Memo::new("a.b")).await, Err(Error::Key { .. })));
    manager.delete_agent("a").await.unwrap();
    assert_eq!(manager.initialize(&mut Memo::new("a")).await.unwrap(), Started::Created);
}

#[tokio::test]
async fn an_agent_that_was_only_appended_to_is_not_synced_and_can_still_be_initialized() {
    let fresh = support::fresh_collection("appended_only").await;
    let repository = repository(&fresh).await;
    let mut memo = Memo::new("support");
    memo.state.insert("visits", 3);
    SessionManager::new(Arc::clone(&repository), "s-1").initialize(&mut memo).await.unwrap();
    let manager = SessionManager::new(repository, "s-1");
    manager.append_message("support", &mut MessageBody::text("user", "?")).await.unwrap();
    let before = stored(&fresh, "s-1").await;
    let mut again = Memo::new("support");
    assert!(matches!(manager.sync_agent(&again).await, Err(Error::Invalid { .. })));
    assert_eq!(stored(&fresh, "s-1").await, before, "the stored state stays");
    assert_eq!(manager.initialize(&mut again).await.unwrap(), Started::Resumed(1));
    assert_eq!(again.state, doc! { "visits": 3 });
    again.state.insert("visits", 4);
    manager.sync_agent(&again).await.unwrap();
    let data = first_agent(&stored(&fresh, "s-1").await).get_document("agent_data").unwrap().clone();
    assert_eq!(data.get_document("state").unwrap(), &doc! { "visits": 4 });
    assert_eq!(manager.append_message("support", &mut MessageBody::text("user", "!")).await.unwrap(), 1);
    assert_eq!(manager.messages("support", 0..u64::MAX).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_factory_serves_other_collections_and_applications_from_one_pool() {
    let fresh = support::fresh_collection("factory").await;
    let pool = pool(&fresh).await;
    let factory = SessionManagerFactory::with_pool(pool, &fresh.database, "sessions").unwrap();
    let overrides = SessionOverrides::default().collection("others").application_name("billing");
    assert!(factory.manager("s-1").open_or_create().await.unwrap());
    assert!(factory.manager_with("s-1", &overrides).unwrap().open_or_create().await.unwrap());
    let other = factory.manager_with("s-1", &overrides).unwrap();
    assert!(!other.open_or_create().await.unwrap());
    assert_eq!(other.application_name().await.unwrap().as_deref(), Some("billing"));
    assert_eq!(factory.manager("s-1").application_name().await.unwrap(), None);
    let figures = factory.statistics().unwrap();
    assert!(figures.created >= 1 && figures.checkouts >= 5 && figures.in_use <= 1, "{figures:?}");
    factory.close().await;
}

#[tokio::test]
async fn old_sessions_go_by_their_last_change_and_those_without_a_date_stay() {
    let fresh = support::fresh_collection("old").await;
    let date = |day: i64| Bson::DateTime(bson::DateTime::from_millis(day * 86_400_000));
    fresh
        .load([
            doc! { "_id": "old", "updated_at": date(10) },
            doc! { "_id": "created", "created_at": date(10) },
            doc! { "_id": "alive", "created_at": date(10), "updated_at": date(100) },
            doc! { "_id": "undated" },
            doc! { "_id": "far", "created_at": date(10), "updated_at": bson::DateTime::from_millis(253_402_300_800_000) },
            doc! { "_id": "farthest", "created_at": date(10), "updated_at": bson::DateTime::MAX },
            doc! { "_id": "double", "created_at": date(10), "updated_at": 864_000.0 },
            doc! { "_id": "int64", "created_at": date(10), "updated_at": 864_000_i64 },
            doc! { "_id": "int32", "created_at": date(10), "updated_at": 864_000 },
            doc! { "_id": "text", "created_at": date(10), "updated_at": "last week" },
            doc! { "_id": "iso", "updated_at": "1970-01-11T00:00:00+00:00" },
        ])
        .await;
    let repository = repository(&fresh).await;
    let cutoff = jiff::Timestamp::from_second(50 * 86_400).unwrap();
    let mut named = Vec::new();
    let mut name = |row: &strandscope::Summary| named.push(row.name().to_owned());
    let would = strandscope::retention::delete_older_than(repository.as_ref(), cutoff, true, &mut name).await.unwrap();
    assert_eq!(fresh.collection.count_documents(doc! {}).await.unwrap(), 11, "a dry run deletes nothing");
    let went = strandscope::retention::delete_older_than(repository.as_ref(), cutoff, false, &mut name).await.unwrap();
    named.sort();
    assert_eq!(named, ["created", "created", "iso", "iso", "old", "old"]);
    assert_eq!(went, would);
    let mut skipped: Vec<&str> = went.skipped.iter().map(|one| one.row.name()).collect();
    skipped.sort_unstable();
    assert_eq!(skipped, ["double", "int32", "int64", "text", "undated"]);
    assert_eq!(fresh.collection.count_documents(doc! {}).await.unwrap(), 8);
    for id in skipped {
        let kept = strandscope::retention::delete_if_older(repository.as_ref(), &id.into(), cutoff).await.unwrap();
        assert!(!kept, "{id} has no age when it is asked for by name either");
    }
}
