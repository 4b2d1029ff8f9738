use super::*;
use crate::{
    app::{
        config::Ui,
        task::Command,
        tui::state::{Input, sample::Screen},
    },
    repository::Projection,
};

fn columns(screen: &Screen) -> Vec<String> {
    screen.state.ui.columns.iter().map(ToString::to_string).collect()
}

/// What the list asked for last.
fn asked(screen: &Screen) -> Option<&Projection> {
    screen.asked.iter().rev().find_map(|command| match command {
        Command::List(_, query) => Some(&query.metadata),
        _ => None,
    })
}

/// The columns that an input has written to the settings.
fn kept(screen: &mut Screen, input: Input) -> Option<Vec<Column>> {
    let effects = screen.state.update(input);
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Configure(edit) => match &**edit {
            ConfigEdit::Columns(columns) => Some(columns.clone()),
            _ => None,
        },
        _ => None,
    });
    screen.take(effects);
    kept
}

#[test]
fn columns_are_shown_hidden_and_moved_in_the_menu() {
    let mut screen = Screen::listed(120, 40);
    let before = columns(&screen);
    assert_eq!(before, ["changed", "id", "messages", "tokens", "feedback"]);
    screen.press("|jj ");
    assert_eq!(columns(&screen), before, "not before it is applied");
    screen.press("\n");
    assert_eq!(columns(&screen), ["changed", "id", "tokens", "feedback"]);
    screen.press("|jjK\n");
    assert_eq!(columns(&screen), ["changed", "tokens", "id", "feedback"]);
    screen.press("|jjjJ\u{1b}");
    assert_eq!(columns(&screen), ["changed", "tokens", "id", "feedback"], "Esc leaves them");
    screen.press("|j \u{1b}");
    assert_eq!(columns(&screen), ["changed", "tokens", "id", "feedback"]);
    assert_eq!(screen.state.said.as_deref(), Some("the columns stay as they were"));
    screen.press("|j\u{1b}");
    assert_eq!(screen.state.said, None, "nothing was changed");
    screen.press("|jj ");
    assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("always shown")));
    screen.press("G \n");
    assert_eq!(columns(&screen).len(), 5, "the last one is shown too");
    assert!(asked(&screen).is_none(), "nothing is to be read for them");
}

#[test]
fn they_are_kept_where_that_is_wanted() {
    let mut screen = Screen::listed(120, 40);
    screen.press("|jj ");
    let key = |c| Input::Key(KeyCode::Char(c).into());
    let written = kept(&mut screen, key('w'));
    assert_eq!(written.as_ref(), Some(&screen.state.ui.columns));
    assert!(screen.state.modals.is_empty());
    screen.press("|jj ");
    let other = KeyEvent::new(KeyCode::Char('w'), KeyModifiers::ALT);
    assert_eq!(kept(&mut screen, Input::Key(other)), None, "that is another key");
    assert_eq!(kept(&mut screen, Input::Key(KeyCode::Enter.into())), None);
}

#[test]
fn a_field_of_the_metadata_is_read_with_the_rows() {
    let mut screen = Screen::listed(120, 40);
    let effects = screen.state.run_columns("+meta.priority -size").unwrap();
    screen.take(effects);
    assert_eq!(asked(&screen), Some(&Projection::Fields(vec!["priority".to_owned()])));
    screen.answer_all();
    screen.asked.clear();
    let effects = screen.state.run_columns("-meta.priority").unwrap();
    screen.take(effects);
    assert_eq!(asked(&screen), None, "what is known stays known");
    assert!(screen.state.run_columns("+no-such").is_err());
    assert_eq!(columns(&screen).len(), Ui::default().columns.len());
}

#[test]
fn fields_of_the_open_session_are_offered() {
    let mut screen = Screen::listed(120, 40);
    screen.press("\n");
    screen.answer_all();
    let further = screen.state.further_columns();
    assert!(further.contains(&Column::Meta("priority".to_owned())), "{further:?}");
    assert!(!further.contains(&Column::Tokens), "it is shown");
    let offered = screen.state.complete_columns("+meta.pri");
    assert!(offered.iter().any(|(text, _)| text == "+meta.priority"), "{offered:?}");
}
