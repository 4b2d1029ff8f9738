//! The commands as a person or a script runs them: output, talk and exit code.

mod bad_input;
mod completed;
mod encrypted;
mod folder;
pub mod home;
mod many;
mod remembered;
mod scoped;
#[cfg(unix)]
mod shells;
mod tail;
mod top;
mod undo;
mod writing;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use home::{Home, Ran};
use serde_json::Value;

impl Home {
    /// With a folder of sessions.
    fn new(fixtures: &[&str]) -> Self {
        let home = Self::empty();
        fs::create_dir_all(home.sessions()).unwrap();
        for fixture in fixtures {
            folder::write(&home.sessions(), fixture);
        }
        home
    }

    fn sessions(&self) -> PathBuf {
        self.path().join("sessions")
    }

    /// With `--dir` on the sessions.
    fn on_sessions(&self, args: &[&str]) -> Ran {
        let dir = self.sessions();
        self.run(&[args, &["--dir", dir.to_str().unwrap()]].concat())
    }
}

fn fixtures() -> Home {
    Home::new(&["sessions.jsonl"])
}

fn lines(data: &str) -> Vec<Value> {
    data.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `bytes` depends on how files are written.
fn without_bytes(data: &str) -> String {
    let mut out = String::new();
    for mut value in lines(data) {
        assert!(value["bytes"].as_u64().unwrap() > 100, "{value}");
        value["bytes"] = "some".into();
        out.push_str(&value.to_string());
        out.push('\n');
    }
    out
}

#[test]
fn list_is_a_table() {
    insta::assert_snapshot!(fixtures().on_sessions(&["list"]).data());
}

#[test]
fn list_json_is_an_object_a_line() {
    insta::assert_snapshot!(without_bytes(&fixtures().on_sessions(&["list", "--json"]).data()));
}

#[test]
fn list_filters_sorts_and_stops() {
    let home = fixtures();
    let ids = |args: &[&str]| -> Vec<String> {
        let data = home.on_sessions(&[args, &["--json"]].concat()).data();
        lines(&data).iter().map(|value| value["session_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["list", "support"]), ["support-1042"]);
    assert_eq!(ids(&["list", "--limit", "2"]).len(), 2);
    assert_eq!(ids(&["list", "-support", "-resumed"]).len(), 3);
    assert_eq!(ids(&["list", "no-such-session"]).len(), 0);
    let by_creation = lines(&home.on_sessions(&["list", "--sort", "created", "--json"]).data());
    assert!(by_creation.is_sorted_by(|a, b| a["created_at"].as_str() >= b["created_at"].as_str()));
}

#[test]
fn list_shows_the_columns_asked_for_in_the_order_asked_for() {
    let home = fixtures();
    let columns = "id,messages,tokens,calls,errors,latency,feedback,model,meta.priority";
    let tabs = home.on_sessions(&["list", "--sort", "-messages", "--columns", columns, "--tsv"]).data();
    let messages: Vec<Option<u64>> =
        tabs.lines().skip(1).map(|line| line.split('\t').nth(1).and_then(|value| value.parse().ok())).collect();
    assert!(messages.len() > 3 && messages.is_sorted_by(|a, b| a >= b), "{tabs}");
    insta::assert_snapshot!(tabs);
    insta::assert_snapshot!(home.on_sessions(&["list", "--sort", "tokens:asc"]).data());
    let said = home.on_sessions(&["list", "--sort", "tokns"]).talk();
    assert!(said.starts_with("[2]") && said.contains("did you mean tokens?"), "{said}");
    let says = "strandscope: none of the sessions read so far has meta.prority; did you mean meta.priority?\n";
    for args in [["list", "--sort", "meta.prority"], ["list", "--columns", "id,meta.prority"]] {
        let ran = home.on_sessions(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, says), "{args:?}");
        assert!(ran.out.contains("support-1042"), "they are listed all the same: {}", ran.out);
    }
    assert_eq!(home.on_sessions(&["list", "--sort", "meta.priority", "--columns", "id"]).err, "", "one has it");
}

#[test]
fn columns_are_named_once_with_or_without_blanks() {
    let home = fixtures();
    let blanks = home.on_sessions(&["list", "--columns", "id, messages ", "--tsv"]).data();
    assert_eq!(blanks, home.on_sessions(&["list", "--columns", "id,messages", "--tsv"]).data());
    let said = home.on_sessions(&["list", "--columns", "id,updated,changed"]).talk();
    assert_eq!(said, "[2] strandscope: --columns names the column \"changed\" twice\n");
    let config = home.config("[ui]\ncolumns = ['id', 'id']\n");
    let said = home.on_sessions(&["list", "--config", &config]).talk();
    assert!(said.starts_with("[2]") && said.contains("columns names the column \"id\" twice"), "{said}");
}

#[test]
fn list_knows_saved_filters_and_profiles() {
    let home = fixtures();
    let config = home.config("[profiles.files]\ndir = '~/sessions'\n[filters]\nmine = 'support'");
    let found = home.run(&["list", "@mine", "--json", "--config", &config]).data();
    assert_eq!(lines(&found).len(), 1);
    insta::assert_snapshot!(home.run(&["list", "@mien", "--config", &config]).talk());
}

#[test]
fn show_is_for_people() {
    insta::assert_snapshot!(fixtures().on_sessions(&["show", "support-1042"]).data());
}

#[test]
fn show_markdown_is_a_transcript() {
    let shown = fixtures().on_sessions(&["show", "support-1042", "--format", "markdown", "--agent", "support"]).data();
    insta::assert_snapshot!(shown);
}

#[test]
fn show_tells_sources_guards_and_calls_of_other_programs() {
    let home = Home::new(&["reports/c25-openai-flat.jsonl", "reports/c27-citations.jsonl"]);
    let shown = home.on_sessions(&["show", "c27-citations"]).out;
    let lines = [
        "  [document pdf report at s3://bucket/report.pdf (bucketOwner 111122223333)]",
        "  guard content (query): guard me",
        "  Sales rose by 4%.",
        "  [1] report, document 0, pages 2-3: rose 4%",
        "  [2] https://e.example/x",
    ];
    for line in lines {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let shown = home.on_sessions(&["show", "c27-citations", "--format", "markdown"]).data();
    assert!(shown.contains("Guard content (query):\n\n> guard me\n"), "{shown}");
    assert!(
        shown.contains("Sources:\n\n1. report, document 0, pages 2-3: rose 4%\n2. https://e.example/x\n"),
        "{shown}"
    );
    let shown = home.on_sessions(&["show", "c25-openai-flat"]).out;
    for line in [
        "  > get_weather {\"city\":\"Oslo\"}",
        "  < no status [#2 get_weather] rain, 4 degrees",
        "  ~ the tool said rain",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}

#[test]
fn show_json_is_the_document() {
    let home = fixtures();
    let args = ["show", "support-1042", "--format", "json", "--agent", "support", "--last", "2"];
    let shown = home.on_sessions(&args).data();
    assert_eq!(shown.lines().count(), 1);
    let document = &lines(&shown)[0];
    let agents = document["agents"].as_object().unwrap();
    assert_eq!(agents.keys().collect::<Vec<_>>(), ["support"]);
    assert_eq!(agents["support"]["messages"].as_array().unwrap().len(), 2);
    assert_eq!(document["session_id"], "support-1042");
}

#[test]
fn show_cuts_to_the_last_messages() {
    let shown = fixtures().on_sessions(&["show", "support-1042", "--agent", "support", "--last", "1"]).data();
    insta::assert_snapshot!(shown);
}

#[test]
fn the_viewer_password_is_shown_only_when_asked_for() {
    let home = fixtures();
    let stored: Value =
        serde_json::from_str(&fs::read_to_string(home.sessions().join("session_support-1042/session.json")).unwrap())
            .unwrap();
    let password = stored["session_viewer_password"].as_str().unwrap();
    for format in ["text", "markdown", "json"] {
        let args = ["show", "support-1042", "--format", format];
        assert!(!home.on_sessions(&args).data().contains(password), "{format}");
        let asked = home.on_sessions(&[&args[..], &["--viewer-password"]].concat()).data();
        assert!(asked.contains(password), "{format}");
    }
    for args in [&["list", "--json"][..], &["metrics", "support-1042"], &["doctor", "support-1042"]] {
        assert!(!home.on_sessions(args).out.contains(password), "{args:?}");
    }
}

#[test]
fn metrics_are_a_table() {
    insta::assert_snapshot!(fixtures().on_sessions(&["metrics", "support-1042"]).data());
}

#[test]
fn metrics_json_is_what_was_used() {
    let home = fixtures();
    let expected: Value = serde_json::from_str(
        &fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expected-metrics.json"))
            .unwrap(),
    )
    .unwrap();
    for id in ["support-1042", "resumed-7", "guarded-3", "media-4", "tooled-5"] {
        let given = &lines(&home.on_sessions(&["metrics", id, "--json"]).data())[0];
        assert_eq!(given["session_id"], id);
        assert_eq!(given["total"]["usage"], expected[id]["total"], "{id}");
        for (agent, figures) in expected[id]["agents"].as_object().unwrap() {
            for key in ["usage", "latency_ms", "calls", "turns", "runs", "context_tokens"] {
                assert_eq!(given["agents"][agent][key], figures[key], "{id} {agent} {key}");
            }
        }
    }
    insta::assert_snapshot!(home.on_sessions(&["metrics", "support-1042", "--json"]).data());
}

#[test]
fn mistakes_get_a_sentence_and_their_code() {
    let home = fixtures();
    let bad_config = home.config("[ui]\ncolums = []");
    let told = [
        home.run(&["list"]),
        home.run(&["list", "--database", "d"]),
        home.run(&["list", "--dir", "/nowhere", "--uri", "mongodb://h"]),
        home.run(&["list", "--dir", "/nowhere"]),
        home.run(&["list", "--profile", "prod"]),
        home.run(&["list", "--config", "/nowhere.toml"]),
        home.run(&["list", "--config", &bad_config]),
        home.on_sessions(&["list", "rating:good"]),
        home.on_sessions(&["show", "no\u{1b}such"]),
        home.on_sessions(&["show", "support-1042", "--agent", "suport"]),
        home.run(&["list", "--uri", "mongodb://reader:hunter2@host:port"]),
        home.run(&["doctor", "--create-indexes", "--read-only", "--uri", "mongodb://h"]),
    ];
    let told: Vec<String> = told.into_iter().map(Ran::talk).collect();
    assert!(!told.concat().contains("hunter2"));
    insta::assert_snapshot!(told.concat());
}

#[test]
fn no_server_is_told_with_its_own_code() {
    let home = fixtures();
    let config = home.config("[limits]\nserver_selection_s = 0.2");
    let uri = "mongodb://reader:hunter2@127.0.0.1:1/?directConnection=true";
    let ran = home.run(&["list", "--uri", uri, "--database", "d", "--collection", "c", "--config", &config]);
    let talk = ran.talk();
    assert!(talk.starts_with("[5] strandscope: no MongoDB answers at 127.0.0.1:1"), "{talk}");
    assert!(!talk.contains("hunter2") && talk.lines().count() == 1, "{talk}");
    let doctor = home.run(&["doctor", "--uri", uri, "--config", &config]);
    assert_eq!(doctor.code, 5);
    assert!(doctor.out.contains("fail  connection") && !doctor.out.contains("hunter2"), "{}", doctor.out);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let home = Home::new(&["sessions.jsonl"]);
    // More than a pipe holds, so that the writer must notice.
    let text = "x".repeat(300_000);
    let path = home.sessions().join("session_support-1042/agents/agent_support/messages/message_0.json");
    let message = serde_json::json!({"message": {"role": "user", "content": [{"text": text}]}, "message_id": 0});
    fs::write(path, message.to_string()).unwrap();
    let dir = home.sessions();
    let mut command = home.command(&["show", "support-1042", "--dir", dir.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "support-1042\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn stored_text_reaches_no_terminal_raw() {
    let home = fixtures();
    let hostile = "\u{1b}]0;owned\u{7} \u{202e}txt \u{9b}2J";
    let path = home.sessions().join("session_tooled-5/session.json");
    let mut stored: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    stored["application_name"] = hostile.into();
    stored["metadata"] = serde_json::json!({ hostile: hostile });
    stored["session_type"] = 7.into();
    fs::write(&path, stored.to_string()).unwrap();
    let commands: [&[&str]; 7] = [
        &["list"],
        &["list", "--json"],
        &["show", "tooled-5"],
        &["show", "tooled-5", "--format", "markdown"],
        &["show", "tooled-5", "--format", "json"],
        &["metrics", "tooled-5"],
        &["doctor", "tooled-5"],
    ];
    for args in commands {
        let ran = home.on_sessions(args);
        assert_eq!(ran.code, 0, "{args:?} {}", ran.err);
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!ran.out.contains(raw) && !ran.err.contains(raw), "{args:?}\n{}", ran.out);
    }
}

#[test]
fn doctor_checks_a_folder_and_a_session() {
    let home = fixtures();
    let whole = home.on_sessions(&["doctor"]);
    assert_eq!((whole.code, whole.err.as_str()), (0, ""), "{}", whole.out);
    assert!(whole.out.starts_with("this program\n  ok    version"), "{}", whole.out);
    let one = home.on_sessions(&["doctor", "support-1042"]).data();
    assert!(one.contains("ok    document  everything in it can be read; agents: 2, messages: "), "{one}");
    for value in lines(&home.on_sessions(&["doctor", "--json"]).data()) {
        assert!(["ok", "warn"].contains(&value["verdict"].as_str().unwrap()), "{value}");
    }
}

#[test]
fn help_tells_where_things_are() {
    let home = fixtures();
    let help = home.run(&["--help"]).data();
    assert!(help.contains("Configuration: HOME"), "{help}");
    assert!(help.contains("strandscope.log"), "{help}");
    for command in ["open", "list", "show", "metrics", "demo", "doctor"] {
        assert!(help.contains(&format!("  {command} ")), "{command}");
    }
}
