//! What a list page, an open and an append cost, counted: commands and bytes as the driver sends them, documents as the
//! server's profiler tells them. Time is for the benches.

mod by_hand;
#[path = "../../bench/data.rs"]
mod data;

use std::sync::{Arc, Mutex, MutexGuard};

use bson::{Bson, DateTime, Document, Timestamp, doc};
use futures_util::TryStreamExt;
use mongodb::{
    Client,
    event::{EventHandler, command::CommandEvent},
    options::ClientOptions,
};
use strandscope::{
    Agent, Change, ChangeKind, Cursor, Limits, ListQuery, MessageBody, MongoRepository, News, Resumed, SessionManager,
    SessionReader, SessionWriter, WatchMode, WatchView,
};

use super::common;
use crate::support::{self, Fresh};

/// Work that was done on one collection.
#[derive(Debug, Default, PartialEq, Eq)]
struct Work {
    /// Names of commands, in order.
    commands: Vec<String>,
    /// Bytes of the commands.
    sent: usize,
    /// Bytes of the answers.
    received: usize,
    /// Documents that the server looked at.
    documents: i64,
}

/// A repository whose work is counted.
struct Counted {
    fresh: Fresh,
    repository: Arc<MongoRepository>,
    told: Arc<Mutex<Work>>,
}

impl Counted {
    async fn new(name: &str, documents: impl IntoIterator<Item = Document>) -> Self {
        let fresh = support::fresh_collection(name).await;
        fresh.load(documents).await;
        let told = Arc::new(Mutex::new(Work::default()));
        let mut options = ClientOptions::parse(&fresh.uri).await.expect("options");
        let noting = told.clone();
        options.command_event_handler = Some(EventHandler::callback(move |event| note(&noting, event)));
        let client = Client::with_options(options).expect("a client");
        let collection = fresh.collection.name().to_owned();
        let repository = MongoRepository::from_client(client, &fresh.database, &collection, Limits::default());
        repository.create_indexes().await.expect("indexes");
        Self { fresh, repository: Arc::new(repository), told }
    }

    /// What `work` gave, and what it cost.
    async fn of<T>(&self, work: impl Future<Output = T>) -> (T, Work) {
        let database = self.fresh.collection.client().database(&self.fresh.database);
        let profile = database.collection::<Document>("system.profile");
        let level = async |level: i32| database.run_command(doc! { "profile": level }).await.expect("a level");
        level(2).await;
        std::mem::take(&mut *self.told());
        let done = work.await;
        let told = std::mem::take(&mut *self.told());
        level(0).await;
        let ours = doc! { "ns": self.fresh.collection.namespace().to_string() };
        let entries: Vec<Document> = profile.find(ours).await.expect("entries").try_collect().await.expect("entries");
        profile.drop().await.expect("forgotten");
        (done, Work { documents: entries.iter().map(|entry| number(entry, "docsExamined")).sum(), ..told })
    }

    fn told(&self) -> MutexGuard<'_, Work> {
        self.told.lock().expect("no panic")
    }
}

fn number(entry: &Document, name: &str) -> i64 {
    entry.get(name).and_then(|value| value.as_i64().or(value.as_i32().map(i64::from))).unwrap_or_default()
}

fn size(document: &Document) -> usize {
    bson::serialize_to_vec(document).expect("bytes").len()
}

fn note(told: &Mutex<Work>, event: CommandEvent) {
    let mut told = told.lock().expect("no panic");
    match event {
        CommandEvent::Started(started) => {
            told.commands.push(started.command_name);
            told.sent += size(&started.command);
        }
        CommandEvent::Succeeded(succeeded) => told.received += size(&succeeded.reply),
        _ => {}
    }
}

const SESSIONS: i64 = 2_000;
const PAGE: u32 = 100;

#[tokio::test]
async fn a_list_page_reads_its_rows_and_no_more() {
    let counted = Counted::new("list_cost", (0..SESSIONS).map(|number| data::session(number, 10, 400))).await;
    let reader = counted.repository.as_ref();
    let page = async |query: ListQuery| counted.of(common::page(reader, &query)).await;
    let ((rows, end), first) = page(ListQuery::new(PAGE)).await;
    assert_eq!(rows.len(), PAGE as usize);
    assert_eq!(first.commands, ["listIndexes", "find"], "the indexes are asked for once");
    let (_, second) = page(ListQuery::new(PAGE).after(end.next.expect("more"))).await;
    // Page 18 of 20, at its date.
    let date = DateTime::from_millis(data::NEWEST_MS - 1_800 * 60_000);
    let (_, far) = page(ListQuery::new(PAGE).after(Cursor::Dated { date, shown: Vec::new() })).await;
    for work in [&second, &far] {
        assert_eq!(work.commands, ["find"]);
    }
    for work in [&first, &second, &far] {
        // The last row of the page before is looked at again: it may share its date with others.
        assert!(work.documents <= i64::from(PAGE) + 1, "{work:?}");
        // A row is an id, three dates and two names, and no messages: 162 bytes here, where the documents have 9 kB.
        assert!(work.received <= 200 * PAGE as usize, "{work:?}");
    }
}

#[tokio::test]
async fn the_end_of_the_list_reads_its_rows_and_no_more() {
    let counted = Counted::new("end_cost", (0..SESSIONS).map(|number| data::session(number, 1, 40))).await;
    let date = DateTime::from_millis(data::NEWEST_MS - (SESSIONS - 1) * 60_000);
    let query = ListQuery::new(PAGE).after(Cursor::Dated { date, shown: Vec::new() });
    let end = async || {
        let ((rows, end), work) = counted.of(common::page(counted.repository.as_ref(), &query)).await;
        assert_eq!(end.next, None);
        (rows.len(), work)
    };
    let (rows, work) = end().await;
    assert_eq!((rows, work.documents), (1, 1), "{work:?}");
    assert_eq!(work.commands, ["listIndexes", "find", "find"], "none is without a date, and none is looked for");

    let stamp = Timestamp { time: 7, increment: 7 };
    let values = [
        None,
        Some(Bson::Null),
        Some("2024-01-15".into()),
        Some(5.into()),
        Some(1.5.into()),
        Some(true.into()),
        Some(doc! { "at": date }.into()),
        Some(stamp.into()),
        Some(Bson::MinKey),
        Some(Bson::MaxKey),
    ];
    let undated = values.len();
    let session = |(number, value): (i64, Option<Bson>)| {
        let mut session = data::session(number, 1, 40);
        session.remove("updated_at");
        session.extend(value.map(|value| ("updated_at".to_owned(), value)));
        session
    };
    counted.fresh.load((SESSIONS..).zip(values).map(session)).await;
    let (rows, work) = end().await;
    assert_eq!(rows, 1 + undated);
    // Once to see that they are few, once in order.
    assert!(work.documents <= 1 + 2 * undated as i64, "{work:?}");

    // An index does not tell an array of dates from dates: it is found, at whatever cost.
    counted.fresh.load([session((SESSIONS + undated as i64, Some(vec![date, date].into())))]).await;
    assert_eq!(end().await.0, 1 + undated + 1);
}

#[tokio::test]
async fn an_open_at_the_end_reads_the_end() {
    let documents = [(1, 20), (2, 2_000)].map(|(number, messages)| data::session(number, messages, 400));
    let counted = Counted::new("open_cost", documents).await;
    for number in [1, 2] {
        let key = data::id(number).as_str().into();
        let (opened, work) = counted.of(counted.repository.open(&key, 20)).await;
        assert_eq!(opened.expect("a session").agents[0].messages.len(), 20);
        assert_eq!((work.commands.as_slice(), work.documents), (&["aggregate".to_owned()][..], 1));
        // 20 messages of about 900 bytes each, and the rest of the session once; however long it is.
        assert!(work.received <= 20 * 900 + 1_000, "{work:?}");
    }
}

#[tokio::test]
async fn a_change_of_a_long_session_is_read_and_no_more() {
    const CHANGES: usize = 20;
    let counted = Counted::new("watch_cost", [data::session(1, 6_000, 1_500)]).await;
    let mut watch = counted.repository.watch(&WatchView::default());
    assert!(matches!(watch.next_news().await, Some(News::Begun(WatchMode::Stream))));
    let session = doc! { "_id": data::id(1) };
    for kind in ["message", "metric tick"] {
        std::mem::take(&mut *counted.told());
        let mut written = 0;
        for number in 0..CHANGES {
            let update = if kind == "message" {
                let message = data::message(6_000 + number, 1_500, data::NEWEST_MS);
                doc! { "$push": { "agents.assistant.messages": message } }
            } else {
                doc! { "$set": { "agents.assistant.messages.5999.event_loop_metrics.cycle_count": number as i32 } }
            };
            written += size(&update);
            counted.fresh.collection.update_one(session.clone(), update).await.expect("written");
        }
        let mut told = 0;
        while told < CHANGES {
            match watch.next_news().await {
                Some(News::Changes(changes)) => {
                    let is_fine = |change: &Change| !matches!(change.kind, ChangeKind::Unclear(_));
                    assert!(changes.iter().all(is_fine), "{changes:?}");
                    told += changes.len();
                }
                news => panic!("{news:?}"),
            }
        }
        let work = std::mem::take(&mut *counted.told());
        assert!(work.commands.iter().all(|command| command == "getMore"), "{work:?}");
        // Beside the change an event holds its place and its time, 400 bytes or so.
        assert!(work.received <= written + CHANGES * 1_000 + 2_000, "{kind}: {written} written, {work:?}");
    }
}

struct Assistant;

impl Agent for Assistant {
    fn agent_id(&self) -> &'static str {
        "assistant"
    }
    fn state(&self) -> Document {
        Document::new()
    }
    fn restore(&mut self, _: Resumed) {}
}

#[tokio::test]
async fn an_append_sends_its_message_and_no_more() {
    let documents = [(1, 20), (2, 2_000)].map(|(number, messages)| data::session(number, messages, 400));
    let counted = Counted::new("append_cost", documents).await;
    for number in [1, 2] {
        let manager = SessionManager::new(counted.repository.clone(), data::id(number).as_str());
        manager.initialize(&mut Assistant).await.expect("resumed");
        for _ in 0..2 {
            let mut body = MessageBody::user("x".repeat(400).as_str());
            let (done, work) = counted.of(manager.append_message("assistant", &mut body)).await;
            done.expect("appended");
            assert_eq!((work.commands.as_slice(), work.documents), (&["update".to_owned()][..], 1));
            // The message (400 bytes of text), its dates and id, the guard, the driver's own fields (about 300).
            assert!(work.sent <= 1_100 && work.received <= 250, "{work:?}");
        }
    }
}
