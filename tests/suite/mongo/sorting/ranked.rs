//! Orders that no index gives.

use std::sync::{Arc, Mutex};

use bson::{DateTime, Document, doc};
use strandscope::{Hint, SessionFigure, Sort, SortBy, Summary};

use super::index;
use crate::{
    mongo::common::{first_page, loaded, page, reader},
    support::{Fresh, fresh_collection},
};

fn spoken(id: i32, messages: usize) -> Document {
    let said = |n: usize| {
        let usage = doc! { "inputTokens": 10, "outputTokens": 1, "totalTokens": 11 };
        let message = doc! { "role": "assistant", "content": [{ "text": "x" }], "metadata": { "usage": usage } };
        doc! { "message": message, "message_id": n as i64 }
    };
    let said: Vec<Document> = (0..messages).map(said).collect();
    doc! { "_id": id, "updated_at": DateTime::from_millis(i64::from(id)), "agents": { "a": { "messages": said } } }
}

#[tokio::test]
async fn sessions_that_change_while_a_ranking_is_paged_are_each_shown_once() {
    let (fresh, reader) = loaded("ranked_changing", (0..9).map(|id| spoken(id, id as usize)).collect()).await;
    let sort = Sort::new(SortBy::Figure(SessionFigure::Tokens));
    let (mut rows, mut end) = page(&*reader, &first_page(3).sort(sort.clone())).await;
    assert_eq!(rows.iter().map(Summary::name).collect::<Vec<_>>(), ["8", "7", "6"]);
    // The least becomes the most, and one goes.
    fresh.collection.replace_one(doc! { "_id": 1 }, spoken(1, 50)).await.expect("a write");
    fresh.collection.delete_one(doc! { "_id": 4 }).await.expect("a deletion");
    while let Some(next) = end.next {
        let (more, ended) = page(&*reader, &first_page(3).sort(sort.clone()).after(next)).await;
        rows.extend(more);
        end = ended;
    }
    let names: Vec<&str> = rows.iter().map(Summary::name).collect();
    assert_eq!(names, ["8", "7", "6", "5", "3", "2", "1", "0"]);
    let (first, _) = page(&*reader, &first_page(1).sort(sort)).await;
    assert_eq!(first[0].name(), "1", "a list from its start is ranked anew");
}

#[tokio::test]
async fn a_session_that_changes_while_the_others_are_looked_at_is_ranked_by_what_it_is_then() {
    let (fresh, _) = loaded("ranked_moving", (0..100).map(|id| spoken(id, 1)).collect()).await;
    index(&fresh, "updated_at").await;
    let reader = reader(&fresh).await;
    // The oldest, which is not looked at yet, becomes the newest; so does one that was.
    let (uri, database) = (fresh.uri.clone(), fresh.database.clone());
    let mut change = Some(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let client = mongodb::Client::with_uri_str(uri).await.expect("a client");
            let sessions = client.database(&database).collection::<Document>("sessions");
            for (id, messages) in [(0, 50), (99, 40)] {
                let dated = doc! { "updated_at": DateTime::from_millis(1000) };
                let changed: Document = spoken(id, messages).into_iter().chain(dated).collect();
                sessions.replace_one(doc! { "_id": id }, changed).await.expect("a write");
            }
        });
    });
    let query = first_page(200).sort(SortBy::Figure(SessionFigure::Tokens));
    let listed = reader.list(&query).on_looked(move |_| {
        if let Some(change) = change.take() {
            std::thread::spawn(change).join().expect("it is written");
        }
    });
    let (rows, end) = listed.read().await.expect("a page");
    let names: Vec<&str> = rows.iter().map(Summary::name).collect();
    assert_eq!((rows.len(), end.timed_out, &names[..2]), (100, false, &["0", "99"][..]), "{names:?}");
}

#[tokio::test]
async fn a_ranking_that_is_not_kept_any_more_goes_on_where_it_was() {
    let (_fresh, reader) = loaded("ranked_anew", (0..7).map(|id| spoken(id, id as usize)).collect()).await;
    let sort = |by: SessionFigure| Sort::new(SortBy::Figure(by));
    let tokens = sort(SessionFigure::Tokens);
    let mut query = first_page(2).sort(tokens);
    let mut names = Vec::new();
    loop {
        let (rows, end) = page(&*reader, &query).await;
        names.extend(rows.iter().map(|row| row.name().to_owned()));
        for other in [SessionFigure::Size, SessionFigure::Messages, SessionFigure::Calls] {
            page(&*reader, &first_page(1).sort(sort(other))).await;
        }
        query.after = end.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(names, ["6", "5", "4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn what_is_looked_at_is_told_and_what_is_read_is_said_before() {
    let (_fresh, reader) = loaded("ranked_told", (0..20).map(|id| spoken(id, 1)).collect()).await;
    let query = first_page(5).sort(SortBy::Figure(SessionFigure::Tokens));
    let plan = reader.plan(&query).await.expect("a plan");
    assert!(!plan.served && plan.why.contains("tokens") && plan.why.contains("messages"), "{plan:?}");
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let listed = reader.list(&query).on_looked(move |sessions| noted.lock().unwrap().push(sessions));
    let (rows, end) = listed.read().await.expect("a page");
    assert_eq!((rows.len(), end.note, end.timed_out), (5, None, false));
    assert_eq!(told.lock().unwrap().last(), Some(&20));
}

#[tokio::test]
async fn an_index_that_is_there_is_not_asked_for() {
    let fresh = fresh_collection("ranked_collated").await;
    // Under such a collation no index tells equal texts apart.
    let blind = doc! { "create": "sessions", "collation": { "locale": "en", "strength": 1 } };
    fresh.collection.client().database(&fresh.database).run_command(blind).await.expect("a collection");
    fresh.load((0..3).map(|id| spoken(id, 1)).collect::<Vec<_>>()).await;
    let query = first_page(5).sort(SortBy::Application);
    let hint = async |fresh: &Fresh| {
        let plan = reader(fresh).await.plan(&query).await.expect("a plan");
        assert!(!plan.served, "{plan:?}");
        plan.hint
    };
    assert_eq!(hint(&fresh).await, Some(Hint::CreateIndexes));
    index(&fresh, "application_name").await;
    assert_eq!(hint(&fresh).await, None);
}
