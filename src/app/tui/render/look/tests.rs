use ratatui::style::{Color, Modifier, Style};

use super::{
    colour::{Depth, Ground, Palette, contrast, rgb},
    *,
};
use crate::app::config::{ThemeName, Themes, Ui};

/// Every theme that lets the terminal have its background, on every terminal; and the backgrounds it may lie on.
fn themes() -> Vec<(Theme, Vec<[u8; 3]>)> {
    const DARK: [[u8; 3]; 2] = [[0, 0, 0], [40, 40, 40]];
    const LIGHT: [[u8; 3]; 2] = [[255, 255, 255], [253, 246, 227]];
    let mut themes = Vec::new();
    for palette in palettes() {
        let behind = match palette.ground {
            Ground::Dark => DARK.to_vec(),
            Ground::Light => LIGHT.to_vec(),
            Ground::Unknown => vec![DARK[0], LIGHT[0]],
        };
        themes.push((Theme::on(ThemeName::Auto, palette), behind));
        themes.push((Theme::on(ThemeName::None, palette), Vec::new()));
        themes.push((Theme::on(ThemeName::Dark, palette), vec![DARK[0]]));
        themes.push((Theme::on(ThemeName::Light, palette), vec![LIGHT[0]]));
    }
    themes
}

fn palettes() -> Vec<Palette> {
    let depths = [Depth::Sixteen, Depth::Indexed, Depth::Full];
    let grounds = [Ground::Dark, Ground::Light, Ground::Unknown];
    depths.into_iter().flat_map(|depth| grounds.map(|ground| Palette { depth, ground })).collect()
}

fn named(name: &str, palette: Palette) -> Theme {
    let (theme, wrong) = Theme::of_settings(&Ui { theme: name.to_owned(), ..Ui::default() }, palette);
    assert_eq!(wrong, None);
    theme
}

/// Every theme that comes with the program, on every terminal.
fn shipped() -> Vec<(String, Theme)> {
    let names: Vec<String> = Themes::default().names().into_iter().map(str::to_owned).collect();
    assert!(names.len() > 12, "{names:?}");
    let on = |palette| names.iter().map(move |name| (name.clone(), named(name, palette)));
    palettes().into_iter().flat_map(on).collect()
}

#[test]
fn a_background_never_stands_without_its_foreground() {
    for (name, theme) in shipped() {
        for (meaning, style) in theme.styles() {
            let chosen = |colour: Option<Color>| colour.is_some_and(|colour| colour != Color::Reset);
            assert!(!chosen(style.bg) || chosen(style.fg), "{meaning} of {name}: {theme:?}");
        }
        assert!(theme.background.is_none() || theme.text.fg.is_some(), "{name}");
    }
}

#[test]
fn every_text_can_be_read_on_what_lies_behind_it() {
    let mut pairs = 0;
    for (theme, behind) in themes() {
        for (name, style) in theme.styles() {
            let Some(text) = style.fg.and_then(rgb) else { continue };
            let mut behind = style.bg.and_then(rgb).map_or(behind.clone(), |own| vec![own]);
            // Parts of a selected row keep their colours. Its border is no part of it.
            behind.extend(theme.selected.bg.and_then(rgb).filter(|_| style.bg.is_none() && name != "border"));
            for behind in behind {
                pairs += 1;
                assert!(contrast(text, behind) >= 3.0, "{name} on {behind:?} of {:?}", theme.palette);
            }
        }
    }
    assert!(pairs > 300, "{pairs}");
}

#[test]
fn a_theme_with_its_own_background_can_be_read_on_it() {
    let mut pairs = 0;
    for (name, theme) in shipped() {
        let Some(ground) = theme.background.and_then(rgb) else { continue };
        for (meaning, style) in theme.styles() {
            let text = rgb(style.fg.expect(meaning)).expect(meaning);
            let least = match meaning {
                "text" | "title" | "selected" | "hit" => 4.5,
                "border" => 1.3,
                _ => 3.0,
            };
            let behind = style.bg.and_then(rgb).unwrap_or(ground);
            assert!(contrast(text, behind) >= least, "{meaning} of {name}: {:?}", theme.palette);
            let row = theme.selected.bg.and_then(rgb).expect("a colour behind the selected row");
            let in_row = style.bg.is_some() || meaning == "border" || contrast(text, row) >= 2.7;
            assert!(in_row, "{meaning} of {name} in the selected row: {:?}", theme.palette);
            pairs += 1;
        }
    }
    assert!(pairs > 1000, "{pairs}");
}

#[test]
fn where_the_background_of_a_theme_cannot_be_shown_it_is_read_on_that_of_the_terminal() {
    let mut pairs = 0;
    for (name, theme) in shipped().into_iter().filter(|(_, theme)| theme.terminal.depth == Depth::Sixteen) {
        if Themes::default().sheet(&name).unwrap().background.is_none() {
            continue;
        }
        assert_eq!(theme.background, None);
        let behind: &[[u8; 3]] = match theme.terminal.ground {
            Ground::Dark => &[[0; 3]],
            Ground::Light => &[[255; 3]],
            Ground::Unknown => &[[0; 3], [255; 3]],
        };
        for (meaning, style) in theme.styles() {
            let Some(text) = style.fg.and_then(rgb).filter(|_| style.bg.is_none()) else { continue };
            for behind in behind {
                pairs += 1;
                assert!(contrast(text, *behind) >= 3.0, "{meaning} of {name} on {:?}", theme.terminal.ground);
            }
        }
    }
    assert!(pairs > 100, "{pairs}");
}

#[test]
fn a_terminal_is_sent_the_colours_it_has() {
    for (name, theme) in shipped() {
        for (meaning, style) in theme.styles() {
            for colour in [style.fg, style.bg, theme.background].into_iter().flatten() {
                let few = !matches!(colour, Color::Indexed(_) | Color::Rgb(..));
                let full = matches!(colour, Color::Rgb(..));
                assert!(few || theme.palette.depth != Depth::Sixteen, "{meaning} of {name}");
                assert!(!full || theme.palette.depth == Depth::Full, "{meaning} of {name}");
                assert!(theme.colours, "{meaning} of {name}, a theme without colours");
            }
        }
    }
}

#[test]
fn the_name_of_a_theme_comes_before_what_is_known() {
    let of = |name, ground| Theme::on(name, Palette { ground, ..Palette::default() }).styles();
    assert_eq!(of(ThemeName::Dark, Ground::Light), of(ThemeName::Auto, Ground::Dark));
    assert_eq!(of(ThemeName::Light, Ground::Dark), of(ThemeName::Auto, Ground::Light));
    assert_ne!(of(ThemeName::Auto, Ground::Dark), of(ThemeName::Auto, Ground::Light));
    let unknown = Theme::on(ThemeName::Auto, Palette::default());
    assert_eq!(unknown.selected, Style::new().add_modifier(Modifier::REVERSED));
    let ui = Ui { theme_dark: "nord".into(), theme_light: "gruvbox-light".into(), ..Ui::default() };
    for (ground, name) in [(Ground::Dark, "nord"), (Ground::Light, "gruvbox-light"), (Ground::Unknown, "any")] {
        let palette = Palette { depth: Depth::Full, ground };
        assert_eq!(Theme::of_settings(&ui, palette).0, named(name, palette));
    }
}

#[test]
fn a_theme_that_is_not_there_leaves_the_one_that_always_is() {
    let ui = Ui { theme: "nrod".into(), ..Ui::default() };
    let palette = Palette { ground: Ground::Dark, ..Palette::default() };
    let (theme, wrong) = Theme::of_settings(&ui, palette);
    assert_eq!(wrong.unwrap(), r#"there is no theme "nrod"; did you mean "nord"?"#);
    assert_eq!(theme, Theme::on(ThemeName::Auto, palette));
}

/// What eyes see that lack one kind of cone, after Machado, Oliveira and Fernandes (2009), in linear light.
const BLIND: [[[f64; 3]; 3]; 3] = [
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
];

/// CIE L*a*b* of a colour as such eyes see it.
fn lab(colour: Color, eyes: &[[f64; 3]; 3]) -> [f64; 3] {
    let linear = rgb(colour).unwrap().map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    let times = |row: &[f64; 3], of: [f64; 3]| row[0] * of[0] + row[1] * of[1] + row[2] * of[2];
    let seen = [0, 1, 2].map(|at| times(&eyes[at], linear).clamp(0.0, 1.0));
    let xyz = [
        times(&[0.412_456, 0.357_576, 0.180_438], seen) / 0.95047,
        times(&[0.212_673, 0.715_152, 0.072_175], seen),
        times(&[0.019_334, 0.119_192, 0.950_304], seen) / 1.08883,
    ];
    let [x, y, z] = xyz.map(|part| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn eyes_that_lack_a_cone_tell_success_warning_and_error_apart() {
    for name in ["colour-blind-dark", "colour-blind-light"] {
        for depth in [Depth::Full, Depth::Indexed] {
            let theme = named(name, Palette { depth, ..Palette::default() });
            let colours = [theme.ok, theme.warn, theme.error].map(|style| style.fg.unwrap());
            for eyes in &BLIND {
                for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                    let [one, other] = [one, other].map(|at| lab(colours[at], eyes));
                    let apart = [0, 1, 2].map(|at| (one[at] - other[at]).powi(2)).iter().sum::<f64>().sqrt();
                    assert!(apart >= 15.0, "{apart} in {name}, {depth:?}: {colours:?}");
                }
            }
        }
    }
}
