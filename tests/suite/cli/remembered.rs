//! `in:@bookmarks` and `in:@recent`: the sessions that the browser remembers, from the command line.

use std::fs;

use serde_json::{Value, json};

use super::{fixtures, home::Home, lines};

const STATE: &str = ".local/state/strandscope";

/// The browser kept `support-1042`, and had `resumed-7` open; also a session of another place, and one that is gone.
fn remembered() -> Home {
    let home = fixtures();
    let here = home.sessions().canonicalize().unwrap();
    let session = |store: &str, id: &str| json!({ "store": store, "id": json!(id).to_string(), "name": id });
    let here = here.to_str().unwrap();
    let bookmarks = [session(here, "support-1042"), session("elsewhere", "media-4"), session(here, "gone-1")];
    let memory = json!({ "bookmarks": bookmarks, "recent": [session(here, "resumed-7")] });
    keep(&home, &memory);
    home
}

fn keep(home: &Home, memory: &Value) {
    let state = home.path().join(STATE);
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("memory.json"), memory.to_string()).unwrap();
}

fn listed(home: &Home, filter: &[&str]) -> Vec<String> {
    let rows = lines(&home.on_sessions(&[&["list", "--json"], filter].concat()).data());
    rows.iter().map(|row| row["session_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_the_browser_remembers_is_listed_and_changed() {
    let home = remembered();
    assert_eq!(listed(&home, &["in:@bookmarks"]), ["support-1042"]);
    assert_eq!(listed(&home, &["in:@recent"]), ["resumed-7"]);
    let others = listed(&home, &["-in:@bookmarks"]);
    assert!(others.len() > 2 && !others.contains(&"support-1042".to_owned()), "{others:?}");
    let config = home.config("[filters]\nmine = 'in:@bookmarks OR in:@recent'");
    assert_eq!(listed(&home, &["@mine", "--config", &config]).len(), 2, "a saved filter may name them");
    let done = home.on_sessions(&["metadata", "set", "--where", "in:@bookmarks", "checked=yes", "--yes"]);
    assert!(done.code == 0 && done.out.lines().count() == 1 && done.out.contains("support-1042"), "{}", done.out);
    let once = home.on_sessions(&["top", "--once", "--json", "in:@recent"]);
    assert_eq!(once.code, 0, "{}", once.err);
}

#[test]
fn what_is_not_remembered_is_said() {
    let home = fixtures();
    let says = |filter: &str| home.on_sessions(&["list", filter]).talk();
    let none = says("in:@bookmarks");
    assert!(none.starts_with("[2] ") && none.contains("there is no session in \"bookmarks\" here"), "{none}");
    let unknown = says("in:@bokmarks");
    assert!(unknown.starts_with("[2] ") && unknown.contains("did you mean \"bookmarks\"?"), "{unknown}");
    keep(&home, &json!({ "bookmarks": 5 }));
    let before = fs::read(home.path().join(STATE).join("memory.json")).unwrap();
    let broken = says("in:@bookmarks");
    assert!(broken.starts_with("[1] ") && broken.contains("memory.json is broken"), "{broken}");
    assert_eq!(fs::read(home.path().join(STATE).join("memory.json")).unwrap(), before, "a command moves nothing");
}
