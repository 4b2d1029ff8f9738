//! strandscope: sessions of AI agents, kept in MongoDB or in a folder, read right to the token.
//!
//! The program `strandscope` is a terminal browser on top of this library; each part can be used without it.
//!
//! # Open a store, read its sessions
//!
//! A folder of sessions and a MongoDB collection are the same [`SessionRepository`]; [`open_mongo`] takes the connection
//! string, the database and the collection instead of the path.
//!
//! ```
//! use futures_util::TryStreamExt;
//! use strandscope::ListQuery;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path();
//! # let _ = strandscope::open_folder(path).await?.create_session(&strandscope::NewSession::new("support-1")).await?;
//! let sessions = strandscope::open_folder(path).await?;
//!
//! // Each row comes as soon as it is known.
//! let mut page = sessions.list(&ListQuery::new(20));
//! while let Some(row) = page.try_next().await? {
//!     println!("{}", row.name());
//! #   assert_eq!(row.name(), "support-1");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Keep an agent's session
//!
//! Anything that implements [`Agent`] can be kept in a session and resumed from it, also by another process and by
//! Strands in Python. [`plug_in`] says how to keep those of a loop of your own, of rig and of swiftide.
//!
//! ```
//! use strandscope::bson::{Document, doc};
//! use strandscope::{Agent, MessageBody, Resumed, SessionManager, Started};
//!
//! #[derive(Default)]
//! struct Support {
//!     visits: i32,
//!     messages: Vec<MessageBody>,
//! }
//!
//! impl Agent for Support {
//!     fn agent_id(&self) -> &str {
//!         "support"
//!     }
//!     fn state(&self) -> Document {
//!         doc! { "visits": self.visits }
//!     }
//!     fn restore(&mut self, resumed: Resumed) {
//!         self.visits = resumed.state.get_i32("visits").unwrap_or_default();
//!         self.messages = resumed.messages;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let dir = tempfile::tempdir().expect("a folder");
//! let sessions = strandscope::open_folder(dir.path()).await?;
//! let manager = SessionManager::new(sessions.clone(), "support-1042");
//! let mut agent = Support::default();
//! assert_eq!(manager.initialize(&mut agent).await?, Started::Created);
//! let mut question = MessageBody::user("Where is my order?");
//! manager.append_message("support", &mut question).await?;
//! agent.visits = 1;
//! manager.sync_agent(&agent).await?;
//!
//! // Days later, another process.
//! let mut again = Support::default();
//! SessionManager::new(sessions, "support-1042").initialize(&mut again).await?;
//! assert_eq!((again.visits, again.messages.len()), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! # Watch it being written
//!
//! [`SessionReader::watch`] tells what changes, by whoever writes it: from the change stream of a collection, from file notifications
//! of a folder, or by looking again where there is neither. A [`Change`] is applied to what is held
//! ([`Change::apply_to_whole`], [`Change::apply_to_row`]); nothing is read again, unless the change says so.
//!
//! ```
//! # use strandscope::{ChangeKind, NewSession};
//! use strandscope::{News, WatchView};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path();
//! let sessions = strandscope::open_folder(path).await?;
//! let mut watch = sessions.watch(&WatchView::default());
//! # let mut seen = Vec::new();
//! while let Some(news) = watch.next_news().await {
//!     match news {
//!         // From here on changes are told; what was read before may be old.
//!         News::Begun(mode) => println!("{mode:?}"),
//!         News::Changes(changes) => {
//!             for change in changes {
//!                 println!("{}: {:?}", change.session.text(), change.kind);
//! #               seen.extend(matches!(change.kind, ChangeKind::Created(_)).then_some(change.session));
//!             }
//! #           if !seen.is_empty() { break; }
//!         }
//!         // The store went away; `Begun` comes again once it is back.
//!         News::Lost(error) => eprintln!("{error}"),
//!         _ => {}
//!     }
//! #   // Another process; it is there already, where the watch had to begin anew.
//! #   let _ = sessions.create_session(&NewSession::new("support-1")).await;
//! }
//! # assert_eq!(seen[0].text(), "support-1");
//! # Ok(())
//! # }
//! ```
//!
//! [`Watch`] says what can be relied on; `examples/watch.rs` follows an agent at work. [`LiveMetrics`] keeps the figures of a session
//! right after each change, and [`Activity`] tells what it is at.
//!
//! # Change what people change
//!
//! A [`MetadataEdit`] names a path through objects that are there ([`MetadataPath`]) and may be guarded by what was seen: several are
//! carried out all or none, and nothing beside them changes. [`edit::difference`](edit::difference()) makes guarded edits of an edited
//! copy, [`edit::merge`](edit::merge()) puts the changes of two together and tells where they conflict. A feedback is changed or taken
//! back by a [`FeedbackChange`], where it is still stored just as it was.
//!
//! ```
//! use strandscope::{FeedbackChange, MetadataEdit, NewFeedback, Rating, SessionManager, edit};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let sessions = strandscope::open_folder(folder.path()).await?;
//! # let _ = sessions.create_session(&strandscope::NewSession::new("support-1042")).await?;
//! let manager = SessionManager::new(sessions, "support-1042");
//! let base = manager.metadata().await?;
//! let mut mine = base.clone();
//! mine.insert("priority", "high");
//!
//! // Meanwhile somebody else is quicker, with another field.
//! manager.edit_metadata(vec![MetadataEdit::set("tier", "gold")]).await?;
//!
//! let theirs = manager.metadata().await?;
//! let merged = edit::merge(&base, &mine, &theirs);
//! assert!(merged.conflicts.is_empty());
//! manager.edit_metadata(edit::difference(&theirs, &merged.document)).await?;
//! let stored = manager.metadata().await?;
//! assert_eq!(stored.get_str("priority").ok(), Some("high"));
//! assert_eq!(stored.get_str("tier").ok(), Some("gold"));
//!
//! manager.add_feedback(NewFeedback::new(Rating::Down)).await?;
//! let given = manager.feedbacks().await?.remove(0);
//! manager.change_feedback(FeedbackChange::back(given.raw.bson())).await?;
//! assert!(manager.feedbacks().await?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # One tenant, and its agent's own tool
//!
//! A [`Scope`] is fixed where the caller is known: for a factory that is made of it other sessions do not exist, whatever id, filter
//! or edit follows. [`SessionManager::metadata_tool`] lets an agent of any framework keep the metadata of its session, and no other.
//!
//! ```
//! use serde_json::json;
//! use strandscope::{Error, Scope, SessionManagerFactory};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> strandscope::Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let sessions = strandscope::open_folder(folder.path()).await?;
//! let tenant = SessionManagerFactory::new(sessions).scoped(&Scope::prefix("tenant-7.")?)?;
//! let another = tenant.manager("tenant-70.chat-1").metadata().await;
//! assert!(matches!(another, Err(Error::OutOfScope { .. })));
//!
//! let manager = tenant.manager("tenant-7.chat-1");
//! manager.open_or_create().await?;
//! let tool = manager.metadata_tool();
//! let answer = tool.call(&json!({ "action": "set", "metadata": { "tier": "gold" } })).await;
//! assert_eq!(answer.text, "Successfully updated metadata fields: ['tier']");
//! # Ok(())
//! # }
//! ```
//!
//! `EncryptMetadata`, a hook of the feature `encryption`, keeps fields sealed in the store and opens them for who has the key.
//!
//! ```
//! # #[cfg(feature = "encryption")]
//! # async fn encryption() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let sessions = strandscope::open_folder(folder.path()).await?;
//! use strandscope::{CipherKeys, EncryptMetadata, EncryptedField, FieldCipher, Hooks, MetadataEdit, SessionManager};
//!
//! let keys = CipherKeys::new("2026-11", &CipherKeys::generate_secret()?)?;
//! let hook = EncryptMetadata::new(FieldCipher::new(keys, vec![EncryptedField::new("ssn")])?);
//! let hooks = Hooks::new(vec![std::sync::Arc::new(hook)]);
//! let manager = SessionManager::builder(sessions.clone(), "support-1").hooks(hooks).build();
//! # manager.open_or_create().await?;
//! manager.edit_metadata(vec![MetadataEdit::set("ssn", "078-05-1120")]).await?;
//! assert_eq!(manager.metadata().await?.get_str("ssn")?, "078-05-1120");
//! assert_ne!(sessions.metadata(manager.key()).await?.get_str("ssn")?, "078-05-1120");
//! # Ok(())
//! # }
//! # #[cfg(feature = "encryption")]
//! # tokio::runtime::Runtime::new().unwrap().block_on(encryption()).unwrap();
//! ```
//!
//! # Numbers of a document
//!
//! Counters in a document are accumulated, so neither their sum nor the last one is what was used;
//! [`session_metrics`] reads them as counters with resets:
//!
//! ```
//! use strandscope::{Outline, bson::doc, decode};
//!
//! let reading = |total: i32| doc! {
//!     "message": { "role": "assistant", "content": [{ "text": "Hello" }] },
//!     "event_loop_metrics": { "accumulated_usage": { "totalTokens": total }, "cycle_metrics": { "cycle_count": 1 } },
//! };
//! // The second reading is lower: another process went on with the session and counted from 0.
//! let messages = vec![reading(100), reading(40)];
//! let session = decode::session(doc! { "_id": "s-1", "agents": { "support": { "messages": messages } } });
//! let figures = strandscope::session_metrics(&Outline::from(&session));
//! assert_eq!(figures.total.total, Some(140));
//! assert_eq!(figures.total.cache_read, None, "unknown stays unknown");
//! ```
//!
//! # The house
//!
//! All names stand here at the root. They come from these parts, each of which knows only those above it:
//!
//! | part | what it is | begin at |
//! | --- | --- | --- |
//! | `session` | the nouns: plain data, no I/O | [`Session`], [`Message`], [`MessageBody`], [`Change`] |
//! | `metrics` | numbers from messages, pure | [`session_metrics`], [`Outline`], [`LiveMetrics`], [`Activity`], [`explain()`] |
//! | `repository` | the port: what can be asked, changed and watched, filters, scopes of tenants, errors; a MongoDB collection and a folder | [`SessionRepository`], [`ListQuery`], [`Watch`], [`Filter`], [`Scope`], [`Error`], [`MongoRepository`], [`FolderRepository`] |
//! | `hook` | a chain around metadata, feedback, deletions and restores; hooks that tell others, or encrypt | [`Hook`], [`Hooks`], [`Outbox`] |
//! | `manager` | what an agent program calls, and the tool that its agent calls | [`SessionManager`], [`SessionManagerFactory`], [`initialize_global_factory`], [`Agent`], [`MetadataTool`] |
//!
//! What is used less, or by stores of your own, has modules:
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@plug_in`] | a page: how to keep the conversation of an agent that you already have |
//! | [`mod@decode`] | documents to nouns, tolerantly: what cannot be read is kept and listed as a [`Finding`] |
//! | [`mod@encode`] | what is written, as documents with the fields and types that Strands and the Python library have |
//! | [`mod@edit`] | edits of metadata: which keys can be one, typed paths and values, another type, edits carried out on a document, difference and merge |
//! | [`mod@plain`] | messages and values as plain text |
//! | [`mod@retention`] | finding and deleting sessions by their age |
//! | `conformance` | a suite that any store can be checked with (the feature of that name) |
//!
//! Only [`MongoRepository`] and [`Pool`] name the `mongodb` crate, which is [`driver`] here, for a client of your own:
//! [`MongoRepository::from_client`]. Values of [`bson`] are the vocabulary of documents everywhere.
//!
//! # Features
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `app` (default) | the program `strandscope`: its modules are no part of the library's interface |
//! | `webhook` | hooks that tell HTTP endpoints of changes; part of `app` |
//! | `encryption` | a hook that encrypts fields of the metadata; part of `app` |
//! | `conformance` | a suite that any store can be checked with |
//! | `aws` | hooks that tell SNS, SQS and WebSockets behind API Gateway; `authMechanism=MONGODB-AWS` in a connection string |
//! | `key-password` | `tlsCertificateKeyFilePassword` in a connection string; part of `app` |
//!
//! An agent program takes `default-features = false`: no terminal, no command line, about 210 crates.

#[cfg(feature = "app")]
#[doc(hidden)]
pub mod app;
#[cfg(feature = "conformance")]
pub mod conformance;
mod disk;
mod hook;
mod manager;
mod metrics;
mod nearest;
pub mod plug_in;
mod repository;
mod session;

pub use async_trait::async_trait;
pub use bson;
pub use jiff::{Timestamp, Zoned, tz::TimeZone};
pub use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "aws")]
pub use hook::{
    AwsHookError, AwsHookProblem, AwsKeys, AwsOptions, FeedbackSns, FeedbackSnsSettings, FeedbackTopic, MetadataSqs,
    MetadataSqsSettings, MetadataWebsocket, MetadataWebsocketSettings,
};
#[cfg(feature = "encryption")]
pub use hook::{
    CipherError, CipherFinding, CipherKeys, EncryptMetadata, EncryptedField, FieldCipher, KeyProblem, Rotation,
};
pub use hook::{
    Deliver, Delivery, DeliveryOutcome, DeliveryReport, DeliveryTally, HOOK_DEADLINE, Hook, HookAction, HookAnswer,
    HookOperation, HookOutcome, HookPayload, HookReport, HookStore, HookSubject, Hooks, Next, Outbox, OutboxOptions,
    feedback_sns_available, metadata_sqs_available, metadata_websocket_available,
};
#[cfg(any(feature = "aws", feature = "webhook"))]
pub use hook::{HookSettings, HookSetupError};
#[cfg(feature = "webhook")]
pub use hook::{Webhook, WebhookError, WebhookProblem, WebhookSettings};
pub use manager::{
    Agent, AgentSummary, CopyKeeper, EventLoopMetrics, FactorySettings, GlobalFactoryError, GuardrailIntervention,
    MetadataTool, ModelCall, Repair, RepairKind, Repaired, Resumed, SessionManager, SessionManagerBuilder,
    SessionManagerFactory, SessionOverrides, SessionSettings, Started, ToolAnswer, close_global_factory,
    get_global_factory, initialize_global_factory, repair, retention, set_global_factory, with_global_factory,
};
pub use metrics::{
    Activity, AgentMetrics, AgentOutline, AgentState, CallMetrics, Explanation, Figure, FigureSource, Latency,
    LiveMetrics, MessageSample, Outline, RunReading, RunningTool, SessionFigure, SessionMetrics, ToolMetrics,
    UsageSource, agent_metrics, explain, health, history_findings, row_findings, session_findings, session_metrics,
    size_finding,
};
pub use repository::{
    Candidate, Cause, Check, CopiedDeletion, Cursor, Error, ErrorKind, Filter, FilterError, FilterValues, Hint, InView,
    Limits, ListPlan, ListQuery, MetadataKey, MetadataKeys, News, OpenInView, Opened, Page, PageEnd, Projection,
    Result, RowSink, Scope, ScopeError, ServerError, SessionCopy, SessionReader, SessionRepository, SessionWriter,
    Sort, SortBy, SortError, Tail, Target, Verdict, Watch, WatchMode, WatchView,
    filter::{
        Comparison, FilterTerm, FilterTest, FilterWord, RatingWord, TextMatch, TypedFilterWord, filter_words, word_at,
    },
    folder::{FolderRepository, open as open_folder},
    mongo::{
        MongoRepository,
        connection::{ConnectionStatistics, ConnectionStatus, ServerMember, ServerState},
        driver, open as open_mongo,
        pool::{Pool, PoolOptions, PoolStatistics},
    },
    open, open_writable,
};
pub use session::{
    AgentCount, AgentId, Applied, Block, BlockPlace, Change, ChangeDate, ChangeKind, ChangedFields, Counters, Details,
    Feedback, FeedbackRewrite, FeedbackTally, Finding, Guard, GuardrailEvent, Image, Interrupt, InterruptState, Media,
    MediaKind, MediaSource, Message, MessageBody, MetadataEdit, MetadataPath, Rating, Reasoning, Redaction, Role,
    SealedValue, Session, SessionKey, StoredAgent, StoredDate, StoredValue, Summary, ToolContent, ToolCounter,
    ToolPairs, ToolResult, ToolStatus, ToolUse, UnclearDate, UnknownMediaKind, Usage, decode, distinct_names, edit,
    encode,
    history::StoredMessage,
    plain,
    record::{
        AgentConfig, AgentUpdate, FeedbackChange, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage,
        NewSession, SessionUpdate,
    },
};
