//! What real users of MongoDB may do through a manager: whoever lacks a right is told which, nothing is written by half, and no hook
//! hears of it as done. And the same writes over TLS with a client's certificate.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use bson::{Document, RawDocumentBuf, doc};
use jiff::Timestamp;
use mongodb::Client;
use strandscope::{
    Agent, AgentConfig, ConnectionStatus, Error, ErrorKind, FactorySettings, FeedbackChange, GuardrailIntervention,
    Hook, HookAnswer, HookOperation, Hooks, MessageBody, MetadataEdit, NewFeedback, Next, Rating, Result, Resumed,
    SessionManager, SessionManagerFactory, async_trait,
};

use crate::support::{Kind, Server, certificate, load_fixture};

/// Keeps which changes were carried out.
#[derive(Default)]
struct Witness {
    done: Mutex<Vec<&'static str>>,
    asked: AtomicU64,
}

#[async_trait]
impl Hook for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let action = operation.action();
        let answer = next.run(operation).await;
        if action.is_change() {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if answer.is_ok() {
                self.done.lock().unwrap().push(action.name());
            }
        }
        answer
    }
}

/// An agent with nothing of its own.
struct Newcomer(&'static str);

impl Agent for Newcomer {
    fn agent_id(&self) -> &str {
        self.0
    }

    fn state(&self) -> Document {
        doc! { "new": true }
    }

    fn restore(&mut self, _: Resumed) {}
}

/// A server that wants a login, with the session `support-1042` in `shop.sessions`.
async fn with_a_session() -> (Server, Client) {
    let server = Server::start(Kind::Login);
    let admin = Client::with_uri_str(&server.uri).await.unwrap();
    let session = load_fixture("sessions.jsonl").remove(0);
    admin.database("shop").collection::<Document>("sessions").insert_one(session).await.unwrap();
    (server, admin)
}

async fn user(admin: &Client, name: &str, role: &str) {
    let roles = vec![doc! { "role": role, "db": "shop" }];
    let create = doc! { "createUser": name, "pwd": "hunter2", "roles": roles };
    admin.database("admin").run_command(create).await.unwrap();
}

async fn factory(server: &Server, name: &str, hooks: Hooks) -> SessionManagerFactory {
    let settings = FactorySettings::new(server.uri_as(name, "hunter2"), "shop", "sessions").hooks(hooks);
    SessionManagerFactory::connect(&settings).await.unwrap()
}

async fn stored(admin: &Client) -> Vec<RawDocumentBuf> {
    let collection = admin.database("shop").collection::<RawDocumentBuf>("sessions");
    let rows = collection.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    futures_util::TryStreamExt::try_collect(rows).await.unwrap()
}

/// Every write of a manager, by name; the last two leave nothing.
async fn every_write(manager: &SessionManager, missing: &SessionManager) -> Vec<(&'static str, Result<()>)> {
    let given = manager.feedbacks().await.unwrap().remove(0);
    let edits = vec![MetadataEdit::set("n", 1), MetadataEdit::set("m", 2)];
    let config = AgentConfig::default().model("another");
    let cause = GuardrailIntervention::default();
    vec![
        ("create", missing.open_or_create().await.map(drop)),
        ("create an agent", manager.initialize(&mut Newcomer("newcomer")).await.map(drop)),
        ("append", manager.append_message("support", &mut MessageBody::user("and now?")).await.map(drop)),
        ("redact", manager.redact_latest_message("support", MessageBody::user("[redacted]"), cause).await),
        ("configure", manager.update_agent_config("support", &config).await),
        ("set", manager.edit_metadata(edits).await),
        ("unset", manager.edit_metadata(vec![MetadataEdit::unset("priority")]).await),
        ("rate", manager.add_feedback(NewFeedback::new(Rating::Up)).await),
        ("take back", manager.change_feedback(FeedbackChange::back(given.raw.bson())).await.map(drop)),
        ("delete an agent", manager.delete_agent("support").await),
        ("delete by age", manager.delete_session_if_older(Timestamp::MAX, None).await.map(drop)),
        ("delete", missing.delete_session().await),
    ]
}

#[tokio::test]
async fn statistics_tell_who_may_read_nothing() {
    let (server, admin) = with_a_session().await;
    user(&admin, "reader", "read").await;
    assert!(factory(&server, "reader", Hooks::default()).await.connection_statistics().await.is_connected());
    let roles = vec![doc! { "role": "read", "db": "elsewhere" }];
    let create = doc! { "createUser": "stranger", "pwd": "hunter2", "roles": roles };
    admin.database("admin").run_command(create).await.unwrap();
    let statistics = factory(&server, "stranger", Hooks::default()).await.connection_statistics().await;
    assert!(matches!(&statistics.status, ConnectionStatus::Failed(Error::Denied { .. })), "{statistics:?}");
    assert!(statistics.server_version.is_some() && statistics.server_state.is_some(), "{statistics:?}");
}

#[tokio::test]
async fn who_may_only_read_writes_nothing_and_is_told_so() {
    let (server, admin) = with_a_session().await;
    user(&admin, "reader", "read").await;
    let witness = Arc::new(Witness::default());
    let hook: Arc<dyn Hook> = witness.clone();
    let factory = factory(&server, "reader", Hooks::new(vec![hook])).await;
    let (manager, missing) = (factory.manager("support-1042"), factory.manager("missing"));
    let before = stored(&admin).await;
    assert!(!manager.open_or_create().await.unwrap(), "it is there, and may be read");
    assert!(!manager.metadata().await.unwrap().is_empty());
    for (what, answer) in every_write(&manager, &missing).await {
        let error = answer.expect_err(what);
        assert!(matches!(&error, Error::Denied { namespace, .. } if namespace == "shop.sessions"), "{what}: {error:?}");
        assert_eq!(error.kind(), ErrorKind::Denied, "{what}");
        let hints = error.hints();
        assert!(hints.iter().any(|hint| hint.to_string().contains("`readWrite`")), "{what}: {hints:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{what}");
    }
    assert_eq!(stored(&admin).await, before, "byte for byte");
    assert_eq!(*witness.done.lock().unwrap(), [""; 0], "nothing was told as done");
    assert!(witness.asked.load(Ordering::Relaxed) >= 6, "and the hooks were asked");
    factory.close().await;
}

#[tokio::test]
async fn who_may_write_does_all_of_it_there_and_nothing_elsewhere() {
    let (server, admin) = with_a_session().await;
    user(&admin, "writer", "readWrite").await;
    let factory = factory(&server, "writer", Hooks::default()).await;
    for (what, answer) in every_write(&factory.manager("support-1042"), &factory.manager("missing")).await {
        assert!(answer.is_ok(), "{what}: {answer:?}");
    }
    assert_eq!(stored(&admin).await.len(), 0, "one created and both deleted");
    let elsewhere = strandscope::SessionOverrides::default().database("theirs");
    let elsewhere = factory.manager_with("support-1042", &elsewhere).unwrap();
    let error = elsewhere.open_or_create().await.expect_err("another database");
    assert!(matches!(&error, Error::Denied { namespace, .. } if namespace == "theirs.sessions"), "{error:?}");
    factory.close().await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_while_an_agent_works_ends_its_writes_whole() {
    let (server, admin) = with_a_session().await;
    user(&admin, "worker", "readWrite").await;
    let factory = factory(&server, "worker", Hooks::default()).await;
    let manager = factory.manager("support-1042");
    let first = manager.append_message("support", &mut MessageBody::user("one")).await.unwrap();
    let roles = |command: &str| doc! { command: "worker", "roles": [{ "role": "readWrite", "db": "shop" }] };
    admin.database("admin").run_command(roles("revokeRolesFromUser")).await.unwrap();
    let before = stored(&admin).await;
    let mut question = MessageBody::user("two");
    let error = manager.append_message("support", &mut question).await.expect_err("it was taken away");
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    assert_eq!(stored(&admin).await, before);
    admin.database("admin").run_command(roles("grantRolesToUser")).await.unwrap();
    assert_eq!(manager.append_message("support", &mut question).await.unwrap(), first + 1, "and it goes on");
    factory.close().await;
}

#[tokio::test]
async fn a_manager_writes_over_tls_with_its_certificate() {
    let server = Server::start(Kind::TlsOfBoth);
    let admin = Client::with_uri_str(&server.uri).await.unwrap();
    let roles = vec![doc! { "role": "readWrite", "db": "shop" }];
    let create = doc! { "createUser": "CN=client,O=strandscope clients", "roles": roles };
    admin.database("$external").run_command(create).await.unwrap();
    let login = format!("{}&authMechanism=MONGODB-X509", server.uri);
    let factory = SessionManagerFactory::connect(&FactorySettings::new(login, "shop", "sessions")).await.unwrap();
    let manager = factory.manager("s-1");
    manager.initialize(&mut Newcomer("support")).await.unwrap();
    let id = manager.append_message("support", &mut MessageBody::user("over TLS")).await.unwrap();
    assert_eq!((id, stored(&admin).await.len()), (0, 1));
    assert!(factory.connection_statistics().await.is_connected());
    factory.close().await;

    let address = server.uri.split('?').next().unwrap();
    let strangers = format!("{address}?tls=true&tlsCAFile={}&serverSelectionTimeoutMS=1000", certificate("authority"));
    let refused = SessionManagerFactory::connect(&FactorySettings::new(strangers, "shop", "sessions")).await;
    assert_eq!(refused.expect_err("it has no certificate").kind(), ErrorKind::Connection);
}
