use ratatui::style::Color;

use super::*;
use crate::app::tui::{
    render::look::colour::Palette,
    state::{Input, sample::Screen},
};

fn configured(effects: &[Effect]) -> Option<&ConfigEdit> {
    effects.iter().find_map(|effect| if let Effect::Configure(edit) = effect { Some(&**edit) } else { None })
}

#[test]
fn a_theme_is_shown_as_the_cursor_comes_to_it_and_put_back_by_esc() {
    let mut screen = Screen::listed(120, 40);
    screen.put(Input::Background(Ground::Dark));
    let before = screen.state.look.theme;
    screen.press("T");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Themes(_))));
    screen.press("G");
    assert_eq!(screen.state.ui.theme, "tokyo-night");
    assert!(screen.state.look.theme.background.is_some());
    screen.press("\u{1b}");
    assert!(screen.state.modals.is_empty());
    assert_eq!((screen.state.ui.theme.as_str(), screen.state.look.theme), ("auto", before));
}

#[test]
fn the_list_stands_at_the_side_and_leaves_the_screen_to_be_seen() {
    for (width, height) in [(80, 24), (120, 40), (250, 70)] {
        let mut screen = Screen::listed(width, height);
        screen.press("T");
        let modal = screen.state.modals.last().unwrap();
        let picker = screen.state.picker(modal).unwrap();
        assert!(picker.area.right() == width && picker.area.width <= width / 2, "{picker:?}");
    }
}

#[test]
fn enter_takes_it_for_this_run_and_w_writes_it() {
    let mut screen = Screen::listed(120, 40);
    screen.press("TG\n");
    assert!(screen.state.modals.is_empty());
    assert_eq!(screen.state.ui.theme, "tokyo-night");
    screen.press("T");
    let key = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char('w'));
    let effects = screen.state.update(Input::Key(key));
    assert_eq!(configured(&effects), Some(&ConfigEdit::Theme("tokyo-night".into())));
    assert!(screen.state.modals.is_empty());
}

#[test]
fn one_with_a_mistake_is_not_offered_to_be_used() {
    let mut screen = Screen::listed(120, 40);
    screen.press("T");
    let Some(Modal::Themes(themes)) = screen.state.modals.last_mut() else { panic!("no themes") };
    themes.menu.items[0].about = Err("line 3: no colour".to_owned());
    let offered = |screen: &Screen| screen.state.offers().into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    assert_eq!(offered(&screen), [Action::Back]);
    screen.press("j");
    assert_eq!(offered(&screen), [Action::Open, Action::Window, Action::Back]);
}

#[test]
fn the_command_names_one_and_completes_it() {
    let mut screen = Screen::listed(120, 40);
    let state = &mut screen.state;
    let names: Vec<String> = complete(state, "solar").into_iter().map(|offer| offer.text).collect();
    assert_eq!(names, ["solarized-dark", "solarized-light"]);
    assert_eq!(complete(state, "dark")[0].text, "dark", "those that begin so come first");
    run(state, " nord ").unwrap();
    assert_eq!(state.ui.theme, "nord");
    let mistake = run(state, "nrod").unwrap_err();
    assert_eq!(mistake.problem, "there is no theme \"nrod\"; did you mean \"nord\"?");
    assert_eq!(state.ui.theme, "nord", "it stays as it was");
    assert!(run(state, "").unwrap_err().problem.starts_with("name a theme: auto, dark, light"));
}

/// The themes of a folder, as they were read before it held anything.
fn listed_with(folder: &std::path::Path) -> Screen {
    let mut screen = Screen::listed(120, 40);
    screen.state.ui.themes = Themes::load(Some(folder));
    screen
}

/// What is asked for is read, and told.
fn read(screen: &mut Screen, effects: Vec<Effect>) {
    let asked = effects
        .into_iter()
        .find_map(|effect| if let Effect::ReadThemes(themes) = effect { Some(themes) } else { None });
    screen.put(Input::Themes(asked.expect("the themes are read").read_anew()));
}

#[test]
fn a_file_that_came_is_offered_and_one_that_changed_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = listed_with(folder.path());
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "inherits = \"nord\"").unwrap();
    let effects = screen.state.open_themes();
    screen.press("j");
    read(&mut screen, effects);
    let Some(Modal::Themes(themes)) = screen.state.modals.last() else { panic!("no themes") };
    assert_eq!(themes.menu.items.last().map(|item| item.name.as_str()), Some("mine"));
    assert_eq!(themes.menu.chosen().map(|item| item.name.as_str()), Some("dark"), "the cursor stays");
    screen.press("G\n");
    assert_eq!(screen.state.ui.theme, "mine");
    let before = screen.state.look.theme;
    std::fs::write(&file, "inherits = \"dracula\"").unwrap();
    let effects = screen.state.open_themes();
    read(&mut screen, effects);
    assert_ne!(screen.state.look.theme, before);
    assert_eq!(screen.state.ui.theme, "mine");
}

#[test]
fn a_file_that_came_is_known_by_name_and_its_mistake_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = listed_with(folder.path());
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "inherits = \"nord\"").unwrap();
    let colon = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char(':'));
    let effects = screen.state.update(Input::Key(colon));
    read(&mut screen, effects);
    screen.press("theme mine\n");
    assert_eq!(screen.state.ui.theme, "mine");
    std::fs::write(&file, "ok = { blod = true }").unwrap();
    let effects = screen.state.update(Input::Key(colon));
    read(&mut screen, effects);
    let said = screen.state.said.clone().unwrap_or_default();
    assert!(said.contains("mine.toml, line 1: unknown key \"blod\" in [ok]; did you mean \"bold\"?"), "{said}");
}

#[test]
fn auto_follows_the_terminal_also_after_another_theme() {
    let mut screen = Screen::listed(120, 40);
    run(&mut screen.state, "nord").unwrap();
    screen.put(Input::Background(Ground::Light));
    assert_eq!(screen.state.look.theme.palette.ground, Ground::Dark, "nord is for the dark");
    run(&mut screen.state, "auto").unwrap();
    let terminal = Palette { ground: Ground::Light, ..Palette::default() };
    assert_eq!(screen.state.look.theme, Theme::on(ThemeName::Auto, terminal));
    assert_eq!(screen.state.look.theme.selected.bg, Some(Color::Indexed(254)));
}

#[test]
fn a_theme_with_a_mistake_is_told_at_the_start_and_the_screen_goes_on() {
    let ui = Ui { theme: "nrod".into(), ..Ui::default() };
    let screen = Screen::with(120, 40, None, ui);
    let said = screen.state.said.unwrap();
    assert_eq!(said, "theme not used: there is no theme \"nrod\"; did you mean \"nord\"?");
}
