//! What a filter finds in a folder, it finds in MongoDB, where the layout can hold it.

use std::{fs, path::Path};

use bson::{Bson, Document, doc};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use strandscope::{Filter, FilterTest, SessionFigure, SessionKey, open_folder};

use super::{asked, check, filter, messages, read};
use crate::mongo::common::{every_page, filtered, loaded};

fn write(path: &Path, value: impl Into<Bson>) {
    let json = value.into().into_relaxed_extjson();
    fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
}

/// A session as Strands lays it out.
fn lay_out(root: &Path, id: &str, head: Document, agents: &Document) {
    let session = root.join(format!("session_{id}"));
    fs::create_dir_all(session.join("agents")).unwrap();
    write(&session.join("session.json"), head);
    for (name, agent) in agents {
        let Some(agent) = agent.as_document() else { continue };
        let Ok(messages) = agent.get_array("messages") else { continue };
        let folder = session.join(format!("agents/agent_{name}"));
        fs::create_dir_all(folder.join("messages")).unwrap();
        let mut data = agent.get_document("agent_data").unwrap().clone();
        data.insert("agent_id", name.as_str());
        write(&folder.join("agent.json"), data);
        // What is no object is no message's file.
        for (at, message) in messages.iter().filter_map(Bson::as_document).enumerate() {
            write(&folder.join(format!("messages/message_{at}.json")), message.clone());
        }
    }
}

fn made(root: &Path, runner: &mut TestRunner) {
    let feedback = (0usize..3).prop_map(|count| vec![doc! { "rating": "up", "comment": "a" }; count]);
    let head = (prop::option::of("[aA]"), feedback, 0i32..3);
    for number in 0..25 {
        let (app, feedbacks, meta) = head.new_tree(runner).unwrap().current();
        let id = format!("a-{number}");
        let mut stored = doc! {
            "session_id": id.as_str(), "session_type": "AGENT", "feedbacks": feedbacks, "metadata": { "a": meta },
            "created_at": format!("2026-11-01T10:00:{number:02}+00:00"), "updated_at": "2026-11-01T11:00:00+00:00",
        };
        stored.extend(app.map(|app| ("application_name".to_owned(), Bson::from(app))));
        let agents = messages::agents().new_tree(runner).unwrap().current();
        lay_out(root, &id, stored, agents.as_document().unwrap());
    }
}

/// The size of a folder is not that of a document.
fn is_shared(filter: &Filter) -> bool {
    !filter.tests().iter().any(|test| matches!(test, FilterTest::Figure(SessionFigure::Size, _)))
}

#[tokio::test]
async fn a_folder_finds_what_mongodb_finds() {
    let root = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    made(root.path(), &mut runner);
    let folder = open_folder(root.path()).await.unwrap();
    let mut documents = Vec::new();
    for number in 0..25 {
        let mut document = doc! { "_id": format!("a-{number}") };
        document.extend(folder.document(&SessionKey::from(format!("a-{number}").as_str())).await.unwrap());
        documents.push(document);
    }
    let (_fresh, stored) = loaded("filters_folder", documents.clone()).await;
    let filters = filter(prop_oneof![read(), asked()]);
    for _ in 0..80 {
        let filter = filters.new_tree(&mut runner).unwrap().current();
        if !is_shared(&filter) {
            continue;
        }
        check(&*folder, &documents, &filter).await;
        check(&*stored, &documents, &filter).await;
        let found = every_page(&*folder, filtered(filter.clone(), 500)).await.len() as u64;
        assert_eq!(folder.count(&filter).await.unwrap(), Some(found));
    }
}
