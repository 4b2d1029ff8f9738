//! Images on terminals that answer what they are asked, and on one that lies.

use std::{fs, path::Path};

use super::{Terminal, contains, start};

/// Red, 40 pixels wide and high.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAIAAAADnC86AAAAMElEQVR42u3NAQ0AAAQAMATRP4pYYtjsL/Cc7rhQcUQsFovFYrFY\
    LBaLxWKxWPwxXjq0AVTPsAXoAAAAAElFTkSuQmCC";

/// What stands for an image on a terminal that draws as kitty does.
const PLACEHOLDER: char = '\u{10eeee}';

/// A session of a folder: a message with an image, and the result of a tool with another one.
fn store(folder: &Path) {
    let image =
        format!(r#"{{"image":{{"format":"png","source":{{"bytes":{{"__bytes_encoded__":true,"data":"{PNG}"}}}}}}}}"#);
    let at = r#""created_at":"2026-11-20T10:00:00+00:00","updated_at":"2026-11-20T10:00:00+00:00""#;
    let agent = folder.join("session_pics/agents/agent_a");
    fs::create_dir_all(agent.join("messages")).expect("created");
    let write = |path: &str, text: String| fs::write(folder.join("session_pics").join(path), text).expect("written");
    write("session.json", format!(r#"{{"session_id":"pics","session_type":"AGENT",{at}}}"#));
    write(
        "agents/agent_a/agent.json",
        format!(r#"{{"agent_id":"a","state":{{}},"conversation_manager_state":{{}},{at}}}"#),
    );
    let shot = r#"{"toolUse":{"toolUseId":"t","name":"screenshot","input":{}}}"#.to_owned();
    let result = format!(r#"{{"toolResult":{{"toolUseId":"t","status":"success","content":[{image}]}}}}"#);
    let asked = format!(r#"{{"text":"look at this"}},{image}"#);
    for (index, role, content) in [(0, "user", asked), (1, "assistant", shot), (2, "user", result)] {
        let path = format!("agents/agent_a/messages/message_{index}.json");
        let message = format!(r#"{{"role":"{role}","content":[{content}]}}"#);
        write(&path, format!(r#"{{"message":{message},"message_id":{index},"redact_message":null,{at}}}"#));
    }
}

fn open(folder: &Path, answers: &str) -> Terminal {
    store(folder);
    let folder = folder.display().to_string();
    let mut terminal = start(&["open", "--dir", &folder, "pics"], &[("COLORTERM", "truecolor")]);
    terminal.wait_for("look at this");
    terminal.wait_for("image png");
    terminal.press(answers);
    terminal
}

/// The numbers of the images that the terminal was sent.
fn sent(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let orders = text.split("\u{1b}_G").filter(|order| order.contains(",a=T,U=1,"));
    orders.filter_map(|order| Some(order.split_once("i=")?.1.split_once(',')?.0.to_owned())).collect()
}

#[test]
fn a_terminal_that_draws_as_kitty_is_sent_images_and_forgets_them_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = open(folder.path(), "\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[6;20;10t\u{1b}[?62;22c");
    terminal.wait_until("the image", |screen| screen.contains(PLACEHOLDER));
    let rows = |screen: &str| screen.lines().filter(|line| line.contains(PLACEHOLDER)).count();
    assert_eq!(rows(&terminal.screen()), 2);
    // Tools are unfolded.
    terminal.press("t");
    terminal.wait_until("the image of the result", |screen| rows(screen) == 4);
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 0);
    let numbers = sent(terminal.raw());
    assert!(numbers.len() >= 2, "{numbers:?}");
    for number in numbers {
        let forget = format!("\u{1b}_Ga=d,d=I,i={number},q=2\u{1b}\\");
        assert!(contains(terminal.raw(), forget.as_bytes()), "{number}");
    }
    terminal.assert_restored();
}

#[test]
fn a_terminal_that_lies_about_its_cells_is_sent_no_image() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = open(folder.path(), "\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[6;0;0t\u{1b}[?62;4;22c");
    terminal.press("?");
    terminal.wait_for(" Keys");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(sent(terminal.raw()).is_empty() && !contains(terminal.raw(), b"\x1bP"));
}
