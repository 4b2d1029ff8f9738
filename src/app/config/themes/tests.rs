use ratatui::style::{Color, Modifier};

use super::*;

fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Themes) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let themes = Themes::load(Some(folder.path()));
    (folder, themes)
}

/// What is wrong with a theme, without the folder it is in.
fn wrong(text: &str) -> String {
    let (folder, themes) = with(&[("mine.toml", text)]);
    let wrong = themes.sheet("mine").unwrap_err();
    let folder = folder.path().file_name().unwrap().display().to_string();
    wrong.replace(&format!("{folder}/"), "")
}

#[test]
fn every_theme_that_comes_with_the_program_is_whole() {
    let themes = Themes::default();
    assert_eq!(themes.names().len(), SHIPPED.len());
    for name in themes.names() {
        let sheet = themes.sheet(name).unwrap();
        assert!(!sheet.about.is_empty(), "{name}");
        assert_eq!(sheet.has_colours(), name != "none", "{name}");
        if sheet.background.is_some() {
            assert!(MEANINGS.iter().all(|meaning| sheet.style(meaning).fg.is_some()), "{name}");
        }
    }
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/themes");
    assert_eq!(own(&files).len(), SHIPPED.len(), "no file is forgotten");
}

#[test]
fn a_file_builds_on_another_and_on_its_palette() {
    let (_folder, themes) = with(&[
        ("mine.toml", "inherits = \"base\"\nok = { fg = \"leaf\", bold = true }\n[palette]\nsky = \"#0000ff\""),
        ("base.toml", "inherits = \"nord\"\nlink = \"sky\"\ndim = 245\n[palette]\nsky = \"#00ffff\"\nleaf = 40"),
        ("notes.txt", "no theme"),
    ]);
    assert!(themes.names().ends_with(&["base", "mine"]), "{themes:?}");
    let (base, mine) = (themes.sheet("base").unwrap(), themes.sheet("mine").unwrap());
    assert_eq!(base.style("link").fg, Some(Color::Rgb(0, 255, 255)));
    assert_eq!(mine.style("link").fg, Some(Color::Rgb(0, 0, 255)), "its own palette changes what it inherits");
    assert_eq!(mine.style("ok").fg, Some(Color::Indexed(40)));
    assert_eq!(mine.style("ok").modifier, Modifier::BOLD);
    assert_eq!(mine.style("dim").fg, Some(Color::Indexed(245)));
    let nord = themes.sheet("nord").unwrap();
    assert_eq!((mine.background, mine.ground), (nord.background, SheetGround::Dark));
}

#[test]
fn one_called_as_one_that_comes_with_the_program_takes_its_place_and_may_build_on_it() {
    let (_folder, themes) = with(&[("dark.toml", "inherits = \"dark\"\nlink = \"red\"")]);
    let (own, before) = (themes.sheet("dark").unwrap(), Themes::default().sheet("dark").unwrap());
    assert_eq!(own.style("link").fg, Some(Color::Red));
    assert_eq!(own.style("focus"), before.style("focus"));
    assert_eq!(themes.names(), Themes::default().names());
}

#[test]
fn mistakes_say_the_file_the_line_and_what_would_be_right() {
    for (text, says) in [
        ("ok = \"green\"\nfocsu = \"red\"", "line 2: unknown key \"focsu\" at the top level; did you mean \"focus\"?"),
        (
            "\nok = \"gren\"",
            "line 2: there is no colour \"gren\", neither in [palette] nor by itself; did you mean \"green\"?",
        ),
        (
            "ok = { fg = \"leef\" }\n[palette]\nleaf = 40",
            "line 1: there is no colour \"leef\", neither in [palette] nor by itself; did you mean \"leaf\"?",
        ),
        ("ok = 256", "line 1: ok must be a colour: \"#rrggbb\", a name, or a number from 0 to 255"),
        ("ok = { bg = \"red\" }", "line 1: ok has a bg, so it needs a fg: what is read on it must be known"),
        ("inherits = \"drak\"", "line 1: inherits: there is no theme \"drak\"; did you mean \"dark\"?"),
        (
            "ground = \"drak\"",
            "line 1: ground must be \"dark\", \"light\" or \"any\", not \"drak\"; did you mean \"dark\"?",
        ),
        (
            "background = \"#000010\"",
            "line 1: there is a background, so text needs a colour: what is read on it must be known",
        ),
        (
            "inherits = \"nord\"\n\nbackground = \"#d8dee9\"\nok = \"#d8dee9\"",
            "line 4: ok has the colour of what lies behind it, and cannot be seen",
        ),
        (
            "inherits = \"nord\"\ndim = { fg = \"x\", bg = \"y\" }\n[palette]\nx = 3\ny = 3",
            "line 2: dim has the colour of what lies behind it, and cannot be seen",
        ),
        ("ok = { blod = true }", "line 1: unknown key \"blod\" in [ok]; did you mean \"bold\"?"),
    ] {
        assert_eq!(wrong(text), format!("mine.toml, {says}"));
    }
    assert!(wrong("ok = ").starts_with("mine.toml, line 1: not valid TOML"), "{}", wrong("ok = "));
}

#[test]
fn files_that_came_changed_or_went_are_read_anew() {
    let (folder, themes) = with(&[("mine.toml", "inherits = \"nord\"\nok = { bold = true }")]);
    assert_eq!(themes.read_anew(), themes);
    let (mine, other) = (folder.path().join("mine.toml"), folder.path().join("other.toml"));
    std::fs::write(&other, "inherits = \"mine\"").unwrap();
    let more = themes.read_anew();
    assert!(more.names().contains(&"other") && more.sheet("other").is_ok());
    std::fs::write(&mine, "ok = { blod = true }").unwrap();
    let broken = more.read_anew();
    assert!(broken.sheet("other").unwrap_err().contains("mine.toml, line 1: unknown key \"blod\""));
    std::fs::remove_file(mine).unwrap();
    std::fs::remove_file(other).unwrap();
    assert_eq!(broken.read_anew(), Themes::default());
    assert_eq!(Themes::default().read_anew(), Themes::default());
}

#[test]
fn what_inherits_itself_or_is_no_text_is_told() {
    let (folder, themes) = with(&[("a.toml", "inherits = \"b\""), ("b.toml", "inherits = \"a\"")]);
    let wrong = themes.sheet("a").unwrap_err();
    assert!(wrong.ends_with("/b.toml, line 1: inherits: the theme \"a\" inherits itself"), "{wrong}");
    std::fs::write(folder.path().join("c.toml"), b"\xff").unwrap();
    std::fs::write(folder.path().join("d.toml"), "#".repeat(70_000)).unwrap();
    let themes = Themes::load(Some(folder.path()));
    assert!(themes.sheet("c").unwrap_err().ends_with("it is not UTF-8 text"));
    assert!(themes.sheet("d").unwrap_err().ends_with("it is no file of at most 64 KiB"));
    assert_eq!(Themes::load(Some(&folder.path().join("nowhere"))), Themes::default());
}
