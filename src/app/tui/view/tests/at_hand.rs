//! The screens by which one finds one's way, at the usual sizes: on a dark ground, on a light one, and without colours. Those of the
//! preview are in `preview`.

use super::picture;
use crate::app::{config::ThemeName, tui::state::sample::Screen};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (160, 48), (250, 70)];

const LOOKS: [(&str, ThemeName); 3] =
    [("dark", ThemeName::Dark), ("light", ThemeName::Light), ("none", ThemeName::None)];

/// A snapshot a size: the text, again only where a look has another one, and the styles in each look.
fn in_every_look(name: &str, begin: impl Fn(u16, u16) -> Screen, keys: &str) {
    for (width, height) in SIZES {
        let (mut shown, mut before, mut styled) = (String::new(), String::new(), Vec::new());
        for (look, theme) in LOOKS {
            let mut screen = begin(width, height);
            screen.wear(theme);
            for key in keys.chars() {
                screen.press(key.encode_utf8(&mut [0; 4]));
                screen.answer_all();
            }
            let seen = picture(&screen.state);
            let (text, styles) = seen.trim_end().rsplit_once('\n').expect("text, and its styles in the last line");
            if text != before {
                shown.extend([text, "\n"]);
            }
            shown.extend([look, " ", styles, "\n"]);
            before = text.to_owned();
            styled.push(styles.to_owned());
        }
        assert!(styled[0] != styled[1] && styled[0] != styled[2], "{name}: {styled:?}");
        assert!(!styled[2].contains("Indexed") && !styled[2].contains("Rgb"), "without colours: {}", styled[2]);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), shown);
    }
}

#[test]
fn the_start_screen() {
    in_every_look("start", Screen::start, "");
}

#[test]
fn the_palette() {
    in_every_look("palette", Screen::listed, ":re");
}

#[test]
fn the_help() {
    in_every_look("help", Screen::listed, "?");
}

#[test]
fn what_helps_with_typing_a_filter() {
    in_every_look("filter_help", Screen::listed, "/app:shop me");
}

#[test]
fn a_pane_alone() {
    in_every_look("zoom", Screen::listed, "\nz");
}
