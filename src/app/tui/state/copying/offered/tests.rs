use crate::{
    app::{
        place::{Origin, Place},
        tui::state::{AppState, Effect, Input, modal::Modal, sample::Screen},
    },
    repository::Target,
};
use crossterm::event::{KeyCode, KeyEvent};

fn letters(state: &AppState) -> String {
    match state.modals.last() {
        Some(Modal::Letters(letters)) => letters.menu.items.iter().map(|item| item.key).collect(),
        _ => String::new(),
    }
}

/// What the keys copy, and what is said of it.
fn copied(screen: &mut Screen, keys: &str) -> (String, String) {
    let mut found = String::new();
    for c in keys.chars() {
        let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
        for effect in screen.state.update(Input::Key(KeyEvent::from(code))) {
            if let Effect::Copy(text) = effect {
                found = text;
            }
        }
    }
    (found, screen.state.said.clone().unwrap_or_default())
}

#[test]
fn in_the_list_it_is_the_row() {
    let mut screen = Screen::listed(120, 40);
    screen.press("y");
    assert_eq!(letters(&screen.state), "irjoq");
    screen.press("\u{1b}");
    let (id, says) = copied(&mut screen, "yy");
    assert!(!id.is_empty() && says == format!("copied the id: {} characters", id.chars().count()), "{says}");
    assert_eq!(copied(&mut screen, "yi").0, id);
    let (row, _) = copied(&mut screen, "yr");
    assert!(row.starts_with(&format!("{id}\tshop\tAGENT\t")) && row.matches('\t').count() == 6, "{row}");
    let (query, _) = copied(&mut screen, "yq");
    assert_eq!(query, format!("db.getSiblingDB(\"agents\").getCollection(\"sessions\").findOne({{_id: \"{id}\"}})"));
    let (command, _) = copied(&mut screen, "yo");
    assert_eq!(
        command,
        format!("strandscope open --uri mongodb://me@localhost/ --database agents --collection sessions {id}")
    );
    assert!(!command.contains("hunter2"));
}

#[test]
fn where_two_sessions_go_by_one_name_it_is_the_exact_id() {
    let mut screen = Screen::listed(120, 40);
    let (id, _) = copied(&mut screen, "yi");
    for row in screen.state.workspace.list.rows.iter_mut().take(2) {
        row.session_id = Some("twin".to_owned());
    }
    assert_eq!(copied(&mut screen, "yi").0, id);
    assert_eq!(copied(&mut screen, "yn").0, "twin");
    let (row, _) = copied(&mut screen, "yr");
    assert!(row.starts_with(&format!("{id}\t")), "{row}");
}

#[test]
fn what_a_choice_shows_is_a_beginning_and_what_it_copies_is_whole() {
    let mut screen = Screen::listed(120, 40);
    let long = "ü".repeat(5_000);
    screen.state.workspace.list.rows[0].application_name = Some(long.clone());
    screen.press("y");
    let Some(Modal::Letters(letters)) = screen.state.modals.last() else { panic!("no letters") };
    assert!(letters.menu.items.iter().all(|item| item.shows.len() <= 1_000));
    screen.press("\u{1b}");
    assert!(copied(&mut screen, "yr").0.contains(&long));
}

#[test]
fn in_the_conversation_it_is_the_message() {
    let mut screen = Screen::writable(120, 40);
    screen.press("2");
    screen.press("y");
    let offered = letters(&screen.state);
    assert!(offered.starts_with("tmj") && offered.ends_with("ioq"), "{offered}");
    screen.press("\u{1b}");
    let (text, says) = copied(&mut screen, "yt");
    assert!(!text.is_empty() && says.starts_with("copied the text of message "), "{says}");
    let (json, says) = copied(&mut screen, "yj");
    assert!(json.starts_with('{') && says.contains("JSON of message"), "{says}");
    assert!(copied(&mut screen, "ym").0.starts_with("**"));
}

#[test]
fn in_the_side_panes_it_is_what_the_cursor_is_on() {
    let mut screen = Screen::writable(120, 40);
    screen.press("4");
    let (value, says) = copied(&mut screen, "y\n");
    assert!(!value.is_empty() && says.starts_with("copied what "), "{says}");
    let (key, _) = copied(&mut screen, "yk");
    assert_eq!(copied(&mut screen, "yp").0, format!("metadata.{key}"));
    screen.press("3y");
    assert!(letters(&screen.state).ends_with("ioq"));
}

#[test]
fn what_cannot_be_copied_is_not_offered() {
    let mut screen = Screen::start(120, 40);
    screen.press("y");
    assert_eq!(letters(&screen.state), "");
    let mut screen = Screen::listed(120, 40);
    if let Some(place) = &mut screen.state.workspace.connection.place {
        place.origin = Origin::Demo;
    }
    screen.press("y");
    assert_eq!(letters(&screen.state), "irj", "no command and no shell opens the samples");
}

#[test]
fn a_profile_names_the_collection_only_where_it_leaves_it_open() {
    let mongo = |collection: Option<&str>| Target::Mongo {
        uri: "mongodb://localhost".to_owned().into(),
        database: collection.map(|_| "agents".to_owned()),
        collection: collection.map(str::to_owned),
    };
    let profile = |collection| Place { is_profile: true, ..Place::plain("my prod", mongo(collection)) };
    let mut screen = Screen::listed(120, 40);
    screen.state.workspace.connection.place = Some(profile(Some("sessions")));
    screen.state.places = vec![profile(Some("sessions"))];
    let (id, _) = copied(&mut screen, "yi");
    assert_eq!(copied(&mut screen, "yo").0, format!("strandscope open --profile 'my prod' {id}"));
    screen.state.places = vec![profile(None)];
    let (command, _) = copied(&mut screen, "yo");
    assert!(command.contains("--database agents --collection sessions"), "{command}");
}
