//! The fixtures as a folder of sessions, in the layout of Strands' `FileSessionManager`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bson::{Bson, Document};
use serde_json::{Value, json};

use super::home::Home;

/// The folder's own fields of an agent; the rest of `agent_data` stands in `agent.json`.
const CONFIG: [&str; 3] = ["model", "system_prompt", "prompt_metadata"];

/// Writes every document of a fixture file. Folder dates are those of the documents.
pub fn write(root: &Path, fixture: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture);
    for line in fs::read_to_string(path).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        session(root, &Document::try_from(value.as_object().unwrap().clone()).unwrap());
    }
}

fn session(root: &Path, document: &Document) {
    let id = document.get_str("session_id").unwrap();
    let folder = root.join(format!("session_{id}"));
    let mut top = document.clone();
    top.remove("_id");
    let mut changed = vec![file(&folder.join("session.json"), &top)];
    for (agent_id, agent) in top.remove("agents").unwrap().as_document().unwrap() {
        let agent = agent.as_document().unwrap();
        let agent_folder = folder.join("agents").join(format!("agent_{agent_id}"));
        let (config, data) = agent
            .get_document("agent_data")
            .unwrap()
            .clone()
            .into_iter()
            .partition::<Document, _>(|(key, _)| CONFIG.contains(&key.as_str()));
        file(&agent_folder.join("agent.json"), &data);
        file(&agent_folder.join("config.json"), &config);
        for (n, message) in agent.get_array("messages").unwrap().iter().enumerate() {
            let path = agent_folder.join("messages").join(format!("message_{n}.json"));
            file(&path, message.as_document().unwrap());
        }
        changed.extend([agent_folder.join("messages"), agent_folder]);
    }
    top.remove("agents");
    file(&folder.join("session.json"), &top);
    let millis = document.get_datetime("updated_at").unwrap().timestamp_millis() as u64;
    for path in changed.iter().filter(|path| path.exists()) {
        let times = fs::FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
        File::open(path).unwrap().set_times(times).unwrap();
    }
}

impl Home {
    /// Adds a session with that id, without agents.
    pub fn add(&self, id: &str, more: &Value) {
        let folder = self.sessions().join(format!("session_{id}"));
        fs::create_dir(&folder).unwrap();
        let at = "2026-11-23T14:11:20+00:00";
        let mut session = json!({ "session_id": id, "session_type": "AGENT", "created_at": at, "updated_at": at });
        session.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fs::write(folder.join("session.json"), session.to_string()).unwrap();
    }
}

fn file(path: &Path, document: &Document) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, plain(&Bson::Document(document.clone())).to_string()).unwrap();
    path.to_owned()
}

/// JSON as Python writes it.
fn plain(value: &Bson) -> Value {
    match value {
        Bson::Document(fields) => fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        Bson::Array(values) => values.iter().map(plain).collect(),
        Bson::DateTime(at) => at.try_to_rfc3339_string().unwrap().into(),
        Bson::Binary(binary) => json!({"__bytes_encoded__": true, "data": BASE64_STANDARD.encode(&binary.bytes)}),
        other => other.clone().into_relaxed_extjson(),
    }
}
