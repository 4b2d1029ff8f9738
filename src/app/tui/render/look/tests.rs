use super::{
    colour::{luminance, rgb},
    *,
};

/// Every theme on every terminal, and the backgrounds it may lie on.
fn themes() -> Vec<(Theme, Vec<[u8; 3]>)> {
    const DARK: [[u8; 3]; 2] = [[0, 0, 0], [40, 40, 40]];
    const LIGHT: [[u8; 3]; 2] = [[255, 255, 255], [253, 246, 227]];
    let mut themes = Vec::new();
    for depth in [Depth::Sixteen, Depth::Indexed, Depth::Full] {
        for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
            let palette = Palette { depth, ground };
            let behind = match ground {
                Ground::Dark => DARK.to_vec(),
                Ground::Light => LIGHT.to_vec(),
                Ground::Unknown => vec![DARK[0], LIGHT[0]],
            };
            themes.push((Theme::on(ThemeName::Auto, palette), behind));
            themes.push((Theme::on(ThemeName::None, palette), Vec::new()));
            themes.push((Theme::on(ThemeName::Dark, palette), vec![DARK[0]]));
            themes.push((Theme::on(ThemeName::Light, palette), vec![LIGHT[0]]));
        }
    }
    themes
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn a_background_never_stands_without_its_foreground() {
    for (theme, _) in themes() {
        for (name, style) in theme.styles() {
            let chosen = |colour: Option<Color>| colour.is_some_and(|colour| colour != Color::Reset);
            assert!(!chosen(style.bg) || chosen(style.fg), "{name} of {theme:?}");
        }
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
fn a_terminal_is_sent_the_colours_it_has() {
    for (theme, _) in themes() {
        for (name, style) in theme.styles() {
            for colour in [style.fg, style.bg].into_iter().flatten() {
                let few = !matches!(colour, Color::Indexed(_) | Color::Rgb(..));
                assert!(few || theme.palette.depth != Depth::Sixteen, "{name} of {:?}", theme.palette);
                assert!(theme.colours, "{name} of a theme without colours");
            }
        }
    }
}

#[test]
fn the_name_of_a_theme_comes_before_what_is_known() {
    let of = |name, ground| Theme::on(name, Palette { ground, ..Palette::default() });
    assert_eq!(of(ThemeName::Dark, Ground::Light), of(ThemeName::Auto, Ground::Dark));
    assert_eq!(of(ThemeName::Light, Ground::Dark), of(ThemeName::Auto, Ground::Light));
    assert_ne!(of(ThemeName::Auto, Ground::Dark), of(ThemeName::Auto, Ground::Light));
    assert_eq!(of(ThemeName::Auto, Ground::Unknown).selected, Style::new().add_modifier(Modifier::REVERSED));
}
