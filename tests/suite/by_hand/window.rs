//! The real program in a terminal, over a collection behind a proxy, with a home and a state folder of its own.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use bson::{DateTime, Document, RawDocumentBuf, doc};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    cli::home::{Home, Ran},
    proxy::Proxy,
    support::{self, Fresh},
    terminal::Terminal,
};

/// Clears a line that is typed in.
pub const CLEAR: &str = "\u{15}";
pub const SAVE: &str = "\u{13}";
pub const REDO: &str = "\u{12}";

/// Where a window is opened, again and again.
pub struct Desk {
    pub proxy: Proxy,
    pub fresh: Fresh,
    home: Home,
    state: TempDir,
}

impl Desk {
    /// With one session, `s`.
    pub async fn with(name: &str, metadata: Document) -> Self {
        let fresh = support::fresh_collection(name).await;
        fresh.load([session(metadata)]).await;
        let proxy = Proxy::to(&fresh.uri).await;
        Self { proxy, fresh, home: Home::empty(), state: TempDir::new().expect("a folder") }
    }

    /// The same arguments for each run: it is the same place.
    fn arguments(&self, arguments: &[&str]) -> Vec<String> {
        let uri = self.proxy.uri("");
        let place = ["--uri", &uri, "--database", &self.fresh.database, "--collection", "sessions"];
        [arguments, &place].concat().into_iter().map(str::to_owned).collect()
    }

    /// A window with the session open.
    pub fn open(&self) -> Terminal {
        let arguments = self.arguments(&["open", "s"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let path = |path: &Path| path.to_str().expect("a path").to_owned();
        let (home, state) = (path(self.home.path()), path(self.state.path()));
        let variables = [("HOME", home.as_str()), ("XDG_STATE_HOME", state.as_str())];
        let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_strandscope"), &arguments, &variables, (120, 40));
        terminal.wait_for("Hello");
        terminal
    }

    /// A command beside it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let arguments = self.arguments(arguments);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = self.home.command(&arguments);
        command.env("XDG_STATE_HOME", self.state.path());
        self.home.ended(command)
    }

    /// What the log says of each change, the newest first.
    pub fn log(&self) -> Vec<String> {
        let ran = self.run(&["metadata", "log", "s", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let entries = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
        entries.map(|entry| entry["state"].as_str().expect("a state").to_owned()).collect()
    }

    /// The drafts that are kept.
    pub fn drafts(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.state.path().join("strandscope/drafts")) else { return Vec::new() };
        let paths = files.map(|file| file.expect("a file").path());
        let drafts = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
        // One that was just replaced is there under another name.
        drafts.filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// Waits until the drafts that are kept are so.
    pub fn wait_for_drafts(&self, what: &str, so: impl Fn(&[String]) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !so(&self.drafts()) {
            assert!(Instant::now() < deadline, "waited in vain until {what}: {:?}", self.drafts());
            std::thread::yield_now();
        }
    }

    /// The session as it is stored.
    pub async fn stored(&self) -> Document {
        self.fresh.collection.find_one(doc! { "_id": "s" }).await.expect("it answers").expect("it is there")
    }

    /// Its metadata.
    pub async fn metadata(&self) -> Document {
        self.stored().await.get_document("metadata").expect("metadata").clone()
    }

    /// Its bytes.
    pub async fn bytes(&self) -> RawDocumentBuf {
        super::raw(&self.fresh).await
    }
}

/// As the library stores it: it is surely a session, and written in one step.
fn session(metadata: Document) -> Document {
    let at = DateTime::from_millis(1_795_000_000_000);
    let said = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    let message = doc! { "message": said, "message_id": 0, "created_at": at, "updated_at": at };
    let agent = doc! { "agent_data": { "agent_id": "a" }, "messages": [message], "created_at": at, "updated_at": at };
    doc! {
        "_id": "s", "session_id": "s", "session_viewer_password": "secret", "created_at": at, "updated_at": at,
        "agents": { "a": agent }, "metadata": metadata, "feedbacks": [], "of_another": { "x": 1_i64 },
    }
}
