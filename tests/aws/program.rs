//! The program with hooks for AWS: it ends in time whatever they meet, and says what was lost.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use strandscope::{SessionManager, open_folder};

use crate::{
    detour::{Detour, Reply},
    moto,
};

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/none";

async fn sessions(dir: &Path, count: usize) {
    let sessions = open_folder(dir).await.unwrap();
    for number in 0..count {
        let manager = SessionManager::new(sessions.clone(), format!("s-{number}"));
        manager.open_or_create().await.unwrap();
    }
}

/// A command on a folder, with a home of its own and nothing of this machine's AWS.
fn command(home: &Path, keys: bool, config: &str, arguments: &[&str]) -> Command {
    let file = home.join("config.toml");
    std::fs::write(&file, config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_strandscope"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_ours = ["AWS_", "STRANDSCOPE_", "XDG_"].iter().any(|start| text.starts_with(start));
        if is_ours || text == "MONGODB_URI" || text.to_lowercase().ends_with("_proxy") {
            command.env_remove(&name);
        }
    }
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").current_dir(home);
    if keys {
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "hunter2");
    }
    command.args(arguments).arg("--dir").arg(home.join("sessions")).arg("--config").arg(&file);
    command
}

/// Its exit code and what it said.
async fn ran(home: &Path, keys: bool, config: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = command(home, keys, config, arguments);
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = crate::patiently("the program ends", ended).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("hunter2"), "{said}");
    (output.status.code(), said)
}

/// What stands in the metadata of a session.
async fn stored(home: &Path, session: &str, key: &str) -> Option<String> {
    let manager = SessionManager::new(open_folder(&home.join("sessions")).await.unwrap(), session);
    manager.metadata().await.unwrap().get(key).map(ToString::to_string)
}

#[tokio::test]
async fn a_full_outbox_that_hangs_is_given_up_in_time_and_counted() {
    let silent = Detour::start(Vec::new(), Reply::Silence, "").await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 5).await;
    let config = format!(
        "[hooks.sqs.changes]\nqueue_url = \"{QUEUE}\"\nendpoint = \"{}\"\nqueue = 2\ntimeout_s = 600\n",
        silent.url
    );
    let arguments = ["metadata", "set", "--where", "", "--yes", "a=1"];
    let (code, said) = ran(home.path(), true, &config, &arguments).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("5 hook deliveries did not arrive"), "{said}");
    for number in 0..5 {
        assert_eq!(stored(home.path(), &format!("s-{number}"), "a").await.as_deref(), Some("1"));
    }
}

#[tokio::test]
async fn an_interrupt_gives_up_what_is_underway_and_counts_it() {
    let silent = Detour::start(Vec::new(), Reply::Silence, "").await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 3).await;
    let config =
        format!("[hooks.sqs.changes]\nqueue_url = \"{QUEUE}\"\nendpoint = \"{}\"\ntimeout_s = 600\n", silent.url);
    let mut command = command(home.path(), true, &config, &["metadata", "set", "--where", "", "--yes", "a=1"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            if line.contains("waiting for hook deliveries") {
                let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
                assert!(sent.unwrap().success());
            }
            said.push_str(&line);
        }
        (child.wait().unwrap().code(), said)
    });
    let (code, said) = crate::patiently("the program ends", ended).await.unwrap();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("3 hook deliveries did not arrive"), "{said}");
}

#[tokio::test]
async fn without_credentials_the_change_stands_and_it_is_said() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 1).await;
    let endpoint = moto::url();
    let config = format!("[hooks.sqs.changes]\nqueue_url = \"{QUEUE}\"\nendpoint = \"{endpoint}\"\nattempts = 1\n");
    let (code, said) = ran(home.path(), false, &config, &["metadata", "set", "s-0", "a=1"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no AWS credentials were found"), "{said}");
    assert_eq!(stored(home.path(), "s-0", "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn credentials_come_from_the_usual_chain() {
    let queue = moto::queue("chain").await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 1).await;
    let config = format!("[hooks.sqs.changes]\nqueue_url = \"{queue}\"\nendpoint = \"{}\"\n", moto::url());
    let (code, said) = ran(home.path(), true, &config, &["metadata", "set", "s-0", "a=1"]).await;
    assert!(code == Some(0) && !said.contains("did not arrive"), "{said}");
    let told = moto::body(&moto::received(&queue, 1).await[0]);
    assert_eq!(told["metadata"], serde_json::json!({ "a": 1 }));
}

#[tokio::test]
async fn messages_go_through_the_proxy_of_the_environment() {
    let proxy = Detour::start(Vec::new(), Reply::Status("403 Forbidden"), "").await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 1).await;
    let config = format!("[hooks.sqs.changes]\nqueue_url = \"{QUEUE}\"\nendpoint = \"http://sqs.test\"\n");
    let mut command = command(home.path(), true, &config, &["metadata", "set", "s-0", "a=1"]);
    command.env("http_proxy", &proxy.url);
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = crate::patiently("the program ends", ended).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("SQS answered 403"), "{said}");
    assert!(proxy.requests(1).await[0].starts_with("POST http://sqs.test/"));
}

#[tokio::test]
async fn a_wrong_address_is_told_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    sessions(&home.path().join("sessions"), 1).await;
    let config = "[hooks.sqs.changes]\nqueue_url = \"https://me:hunter2@sqs/1\"\n";
    let (code, said) = ran(home.path(), true, config, &["metadata", "set", "s-0", "a=1"]).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("\"changes\"") && said.contains("queue URL"), "{said}");
    assert_eq!(stored(home.path(), "s-0", "a").await, None);
}
