//! An answer over MCP, in both eras of the protocol, beyond what the same question takes of the manager.

use std::process::Stdio;

use rmcp::{
    ClientLifecycleMode, ClientServiceExt,
    model::{CallToolRequestParams, ProtocolVersion},
    transport::TokioChildProcess,
};
use serde_json::json;
use strandscope::{NewSession, Pool, PoolOptions, SessionManager, SessionWriter, bson::doc};
use tokio::process::Command;

use crate::{
    measure::{by_turns, ms, report},
    support,
};

const ROUNDS: usize = 60;
/// Questions in a round.
const QUESTIONS: usize = 20;

pub async fn run() {
    let fresh = support::fresh_collection("bench_mcp").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let sessions = pool.repository(&fresh.database, "sessions").expect("names");
    let new = NewSession::new("bench").metadata(doc! { "priority": "high", "customer": { "tier": "gold" } });
    let key = sessions.create_session(&new).await.expect("created");
    let tool = SessionManager::new(std::sync::Arc::new(sessions), key).metadata_tool();
    let arguments = json!({ "action": "get" });
    let without = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for (era, lifecycle) in [("2025-11-25", ClientLifecycleMode::Initialize), ("2026-07-28", without)] {
        let home = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_strandscope"));
        command.args(["mcp", "--session", "bench", "--uri", &fresh.uri, "--database", &fresh.database]);
        command.args(["--collection", "sessions"]).env("HOME", home.path()).env_remove("XDG_STATE_HOME");
        let (process, _) = TokioChildProcess::builder(command).stderr(Stdio::null()).spawn().expect("it starts");
        let client = ().serve_with_lifecycle(process, lifecycle).await.expect("it serves");
        let plain = async || {
            for _ in 0..QUESTIONS {
                assert!(!tool.call(&arguments).await.is_error);
            }
        };
        let served = async || {
            for _ in 0..QUESTIONS {
                let fields = arguments.as_object().expect("an object").clone();
                let asked = CallToolRequestParams::new("manage_metadata").with_arguments(fields);
                let answer = client.call_tool(asked).await.expect("an answer");
                assert_ne!(answer.is_error, Some(true));
            }
        };
        let (plain, served) = by_turns(ROUNDS, plain, served).await;
        let each = |seconds: f64| seconds / QUESTIONS as f64;
        let what = format!("an answer over MCP {era}, beyond the database's: ms");
        let detail = format!("{} served, {} in the process", ms(each(served)), ms(each(plain)));
        report(&what, (each(served) - each(plain)) * 1e3, "< 3", &detail);
        client.cancel().await.expect("it ends");
    }
}
