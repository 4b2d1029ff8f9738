//! What changes in a collection of a server that does not tell it.

mod edges;

use std::{sync::OnceLock, time::Duration};

use bson::{Bson, DateTime, Document, doc};
use mongodb::IndexModel;
use strandscope::{Change, ChangeKind, InView, News, OpenInView, SessionReader, Watch, WatchMode, WatchView};

use super::common::reader;
use crate::support::{self, Fresh, Kind, Server};

/// No news comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

const QUICK: Duration = Duration::from_millis(500);

fn standalone() -> &'static Server {
    static ALONE: OnceLock<Server> = OnceLock::new();
    ALONE.get_or_init(|| Server::start(Kind::Standalone))
}

async fn stored(name: &str, documents: Vec<Document>) -> Fresh {
    let fresh = support::fresh_on(&standalone().uri, name).await;
    fresh.load(documents).await;
    fresh
}

async fn index(fresh: &Fresh) {
    let model = IndexModel::builder().keys(doc! { "updated_at": 1 }).build();
    fresh.collection.create_index(model).await.expect("an index");
}

/// Has these rows in view, and that session open.
async fn show(view: &WatchView, reader: &dyn SessionReader, rows: &[&str], open: Option<&str>) {
    let mut in_view = Vec::new();
    for id in rows {
        let row = reader.open(&(*id).into(), 0).await.expect("a session");
        in_view.push((row.key, row.updated_at));
    }
    let open = match open {
        Some(id) => Some(OpenInView::from(&reader.open(&id.into(), 5).await.expect("a session"))),
        None => None,
    };
    view.show(InView::new(in_view, open));
}

async fn next(watch: &mut Watch) -> News {
    tokio::time::timeout(PATIENCE, watch.next_news()).await.expect("news in time").expect("the watch goes on")
}

async fn begins(watch: &mut Watch) {
    let news = next(watch).await;
    assert!(matches!(news, News::Begun(WatchMode::Poll(every)) if every == QUICK), "{news:?}");
}

/// What the next look that found something found.
async fn changes(watch: &mut Watch) -> Vec<Change> {
    loop {
        match next(watch).await {
            News::Changes(changes) => return changes,
            News::Paced(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The only change.
async fn change(watch: &mut Watch) -> Change {
    let mut told = changes(watch).await;
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

async fn update(fresh: &Fresh, id: &str, update: Document) {
    let done = fresh.collection.update_one(doc! { "_id": id }, update).await.expect("an update");
    assert_eq!(done.matched_count, 1);
}

fn date(ms: i64) -> DateTime {
    DateTime::from_millis(ms)
}

/// So many seconds ago, or ahead.
fn from_now(seconds: i64) -> DateTime {
    date(DateTime::now().timestamp_millis() + seconds * 1000)
}

fn agent(messages: Vec<Document>) -> Document {
    let data = doc! { "model": "m", "updated_at": date(5) };
    doc! { "agent_data": data, "messages": messages, "created_at": date(5), "updated_at": date(5) }
}

fn session(id: &str, at: DateTime) -> Document {
    doc! {
        "_id": id, "session_id": id, "session_viewer_password": "secret", "created_at": at, "updated_at": at,
        "agents": { "x": agent(vec![said(0)]) }, "metadata": { "topic": "orders" }, "feedbacks": [],
    }
}

fn said(id: i32) -> Document {
    let message = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    let metrics = doc! { "accumulated_usage": { "totalTokens": 5 }, "cycle_metrics": { "cycle_count": 1 } };
    doc! {
        "message": message, "message_id": id, "created_at": date(9), "updated_at": date(9), "event_loop_metrics": metrics,
    }
}

fn tick(total: i32) -> Document {
    doc! { "$set": { "agents.x.messages.0.event_loop_metrics.accumulated_usage.totalTokens": total } }
}

fn event() -> Document {
    doc! { "$push": { "guardrail_events": { "message_id": 0, "agent_id": "x", "action": "BLOCKED" } } }
}

#[tokio::test]
async fn the_open_session_tells_each_write() {
    let fresh = stored("open_polled", vec![session("a", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a"], Some("a")).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;

    let moved = doc! { "updated_at": date(9), "agents.x.updated_at": date(9) };
    update(&fresh, "a", doc! { "$push": { "agents.x.messages": said(1) }, "$set": moved }).await;
    let told = change(&mut watch).await;
    let ChangeKind::Messages(agent_id, messages) = &told.kind else { panic!("{told:?}") };
    assert_eq!((agent_id.as_str(), messages.len(), messages[0].index), ("x", 1, 1));

    let feedback = doc! { "rating": "down", "created_at": date(10) };
    update(&fresh, "a", doc! { "$push": { "feedbacks": feedback }, "$set": { "updated_at": date(10) } }).await;
    let told = change(&mut watch).await;
    let ChangeKind::Feedback(feedback) = &told.kind else { panic!("{told:?}") };
    assert_eq!(feedback.rating.as_str(), "down");

    update(&fresh, "a", doc! { "$set": { "metadata.n": 1 }, "$unset": { "metadata.topic": "" } }).await;
    let told = change(&mut watch).await;
    let ChangeKind::Metadata(fields) = &told.kind else { panic!("{told:?}") };
    assert_eq!(fields.as_slice(), [("n".to_owned(), Some(Bson::from(1))), ("topic".to_owned(), None)]);

    update(&fresh, "a", doc! { "$set": { "updated_at": date(11) } }).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Touched(_)), "{told:?}");

    let redacted = doc! { "role": "user", "content": [{ "text": "redacted" }] };
    let front = doc! { "$each": [{ "rating": "up", "created_at": date(11) }], "$position": 0 };
    for written in [
        doc! { "$push": { "feedbacks": front } },
        doc! { "$set": { "agents.x.messages.1.event_loop_metrics.cycle_metrics.cycle_count": 2 } },
        // As many bytes, and no total of them.
        doc! { "$set": { "agents.x.messages.1.event_loop_metrics.accumulated_usage.inputTokens": 6 } },
        doc! { "$set": { "agents.x.messages.1.event_loop_metrics.accumulated_usage.inputTokens": 7 } },
        event(),
        doc! { "$set": { "agents.x.messages.0.redact_message": redacted } },
        doc! { "$set": { "agents.x.agent_data.model": "n" } },
        doc! { "$set": { "agents.x.agent_data.updated_at": date(12) } },
        doc! { "$set": { "agents.y": agent(vec![said(0)]) } },
        doc! { "$pop": { "agents.x.messages": 1 } },
    ] {
        update(&fresh, "a", written.clone()).await;
        let told = change(&mut watch).await;
        assert!(matches!(told.kind, ChangeKind::Unclear(Some(_))), "{written}: {told:?}");
    }

    fresh.collection.delete_one(doc! { "_id": "a" }).await.expect("a deletion");
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Deleted) && told.session == "a", "{told:?}");
}

#[tokio::test]
async fn what_was_stored_since_the_session_was_read_is_told() {
    let fresh = stored("late_polled", vec![session("a", date(5)), session("b", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a", "b"], Some("a")).await;
    update(&fresh, "a", doc! { "$push": { "agents.x.messages": said(1) }, "$set": { "metadata.n": 1 } }).await;
    update(&fresh, "b", doc! { "$set": { "updated_at": date(9) } }).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    let told = changes(&mut watch).await;
    let has =
        |id: &str, is: fn(&ChangeKind) -> bool| told.iter().any(|change| change.session == *id && is(&change.kind));
    assert!(has("b", |kind| matches!(kind, ChangeKind::Unclear(Some(_)))), "{told:?}");
    assert!(has("a", |kind| matches!(kind, ChangeKind::Metadata(_))), "{told:?}");
    assert!(has("a", |kind| matches!(kind, ChangeKind::Messages(_, messages) if messages.len() == 1)), "{told:?}");
    assert_eq!(told.len(), 3, "{told:?}");
}

#[tokio::test]
async fn rows_in_view_tell_what_moves_no_date() {
    let fresh = stored("rows_polled", vec![session("a", date(5)), session("b", date(5)), session("c", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a", "b"], None).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;

    update(&fresh, "b", doc! { "$set": { "metadata.topic": "bills" } }).await;
    let told = change(&mut watch).await;
    let ChangeKind::Metadata(fields) = &told.kind else { panic!("{told:?}") };
    assert_eq!((told.session.text(), fields.as_slice()), ("b", &[("topic".to_owned(), Some("bills".into()))][..]));
    for written in [tick(6), event(), doc! { "$push": { "agents.x.messages": said(1) } }] {
        update(&fresh, "a", written.clone()).await;
        let told = change(&mut watch).await;
        assert!(matches!(told.kind, ChangeKind::Unclear(Some(_))) && told.session == "a", "{written}: {told:?}");
    }
    update(&fresh, "a", doc! { "$set": { "updated_at": date(9) } }).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Touched(_)), "{told:?}");

    // Out of view nothing is looked at where no index tells; what comes into view is.
    update(&fresh, "c", doc! { "$set": { "updated_at": date(9) } }).await;
    view.show(InView::new(vec![("c".into(), Some(date(5).into()))], None));
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Unclear(Some(_))) && told.session == "c", "{told:?}");
}

#[tokio::test]
async fn sessions_out_of_view_are_found_by_their_date() {
    let ahead = from_now(366 * 86_400);
    let fresh = stored("far_polled", vec![session("old", date(5)), session("ahead", ahead)]).await;
    fresh.load([doc! { "_id": "odd", "session_id": "odd", "updated_at": "yesterday", "agents": {} }]).await;
    index(&fresh).await;
    let reader = reader(&fresh).await;
    let mut watch = reader.watch(&WatchView::default());
    begins(&mut watch).await;

    fresh.load([session("new", from_now(0))]).await;
    let told = change(&mut watch).await;
    let ChangeKind::Created(row) = &told.kind else { panic!("{told:?}") };
    assert_eq!((row.name(), row.meta("topic")), ("new", Some(&Bson::from("orders"))));

    for id in ["old", "new", "ahead"] {
        let at = if id == "ahead" { from_now(367 * 86_400) } else { from_now(0) };
        update(&fresh, id, doc! { "$set": { "updated_at": at } }).await;
        let told = change(&mut watch).await;
        assert!(matches!(told.kind, ChangeKind::Touched(told) if told == at.into()) && told.session == *id, "{told:?}");
    }
    // Clocks disagree by some seconds.
    fresh.load([session("behind", from_now(-8))]).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Created(_)) && told.session == "behind", "{told:?}");
    // Something else than a session is none.
    let foreign = doc! { "_id": "f", "title": "x", "messages": [], "updated_at": from_now(0) };
    fresh.load([foreign, session("last", from_now(0))]).await;
    let told = change(&mut watch).await;
    assert_eq!(told.session, *"last");
}

#[tokio::test]
async fn ids_with_dots_are_ids() {
    let mut dotted = session("a.b", date(5));
    dotted.insert("agents", doc! { "x.y": agent(vec![said(0)]), "": agent(Vec::new()) });
    let fresh = stored("dotted_polled", vec![dotted.clone()]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a.b"], Some("a.b")).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    dotted.insert("agents", doc! { "x.y": agent(vec![said(0), said(1)]), "": agent(Vec::new()) });
    fresh.collection.replace_one(doc! { "_id": "a.b" }, dotted).await.expect("a replacement");
    let told = change(&mut watch).await;
    let ChangeKind::Messages(agent_id, messages) = &told.kind else { panic!("{told:?}") };
    assert_eq!((agent_id.as_str(), messages.len(), messages[0].index), ("x.y", 1, 1));
}

#[tokio::test]
async fn a_dropped_collection_goes_on_once_it_is_there_again() {
    let fresh = stored("dropped_polled", vec![session("a", date(5)), session("b", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a", "b"], Some("b")).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    fresh.collection.drop().await.expect("it is dropped");
    let told = changes(&mut watch).await;
    let mut gone: Vec<&str> = told.iter().map(|change| change.session.text()).collect();
    gone.sort_unstable();
    assert_eq!(gone, ["a", "b"]);
    assert!(told.iter().all(|change| matches!(change.kind, ChangeKind::Deleted)), "{told:?}");
    fresh.load([session("a", date(5))]).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Unclear(Some(_))) && told.session == "a", "{told:?}");
}

#[tokio::test]
async fn sessions_come_and_go_where_no_index_is() {
    let fresh = stored("listed_polled", vec![session("a", date(5)), session("b", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    show(&view, reader.as_ref(), &["a"], None).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    // Something else than a session is none.
    let chat = doc! { "_id": "chat", "title": "x", "messages": [{ "role": "user" }], "updated_at": date(5) };
    fresh.load([chat, session("c", date(7))]).await;
    let told = change(&mut watch).await;
    let ChangeKind::Created(row) = &told.kind else { panic!("{told:?}") };
    assert_eq!((row.name(), row.meta("topic")), ("c", Some(&Bson::from("orders"))));
    for gone in ["b", "a"] {
        fresh.collection.delete_one(doc! { "_id": gone }).await.expect("a deletion");
        let told = change(&mut watch).await;
        assert!(matches!(told.kind, ChangeKind::Deleted) && told.session == *gone, "{told:?}");
    }
}
