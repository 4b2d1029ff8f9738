//! `list` and `show` on a terminal.

use std::{fs, path::Path};

use super::{contains, start};

/// A session of that many messages, as Strands writes it.
fn seed(folder: &Path, id: &str, messages: usize) {
    let dir = folder.join(format!("session_{id}"));
    let agent = dir.join("agents/agent_a");
    fs::create_dir_all(agent.join("messages")).expect("a folder");
    let at = "2026-11-23T14:11:20.777123+00:00";
    let dates = format!("\"created_at\":\"{at}\",\"updated_at\":\"{at}\"");
    let session = format!("{{\"session_id\":\"{id}\",\"session_type\":\"AGENT\",{dates}}}");
    fs::write(dir.join("session.json"), session).expect("a session");
    let stored = format!("{{\"agent_id\":\"a\",\"state\":{{}},\"conversation_manager_state\":{{}},{dates}}}");
    fs::write(agent.join("agent.json"), stored).expect("an agent");
    for number in 0..messages {
        let message = "{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}";
        let stored = format!("{{\"message\":{message},\"message_id\":{number},{dates}}}");
        fs::write(agent.join(format!("messages/message_{number}.json")), stored).expect("a message");
    }
}

#[test]
fn how_many_sessions_were_looked_at_is_told_and_gone_before_the_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..45 {
        seed(folder.path(), &format!("s-{number:02}"), number % 3 + usize::from(number == 7));
    }
    let path = folder.path().to_str().expect("a path");
    let mut terminal = start(&["list", "--dir", path, "--sort", "messages", "--limit", "2"], &[]);
    assert_eq!(terminal.wait_for_end(), 0, "{}", terminal.screen());
    assert!(contains(terminal.raw(), b"looked at 40 sessions"), "it is told");
    assert!(contains(terminal.raw(), b"\r\x1b[K"), "and taken away");
    let screen = terminal.screen();
    let rows: Vec<&str> = screen.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(!screen.contains("looked at"), "{screen}");
    assert!(rows.len() == 3 && rows[0].contains("MESSAGES") && rows[1].contains("s-02"), "{screen}");
}

#[test]
fn a_pager_that_fails_is_said_and_the_text_is_there_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    seed(folder.path(), "s-1", 1);
    let path = folder.path().to_str().expect("a path");
    let show = |pager: &str| {
        let mut terminal = start(&["show", "s-1", "--dir", path, "--color", "never"], &[("PAGER", pager)]);
        assert_eq!(terminal.wait_for_end(), 0, "{}", terminal.screen());
        terminal.screen()
    };
    let whole = show("");
    assert!(whole.contains("s-1"), "{whole}");
    for (pager, said) in [("false", "false ended with exit code 1"), ("sh -c 'exit 3'", "sh ended with exit code 3")] {
        assert_eq!(show(pager), format!("strandscope: {said}\n{whole}"));
    }
    let left = show("sh -c 'head -c 1; kill -INT $$'");
    assert!(!left.contains("strandscope:") && !left.contains("user"), "{left}");
    let some = show("sh -c 'head -c 1; exit 3'");
    assert!(some.contains("sh ended with exit code 3") && !some.contains("user"), "{some}");
}
