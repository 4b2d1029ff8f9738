//! Colours that a terminal can show and a person can read there: how many it has, what they lie on, and fitting a colour to
//! both.

use ratatui::style::Color;

/// What lies behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// Dark.
    Dark,
    /// Light.
    Light,
    /// Nothing told yet which: what is shown can be read on both.
    #[default]
    Unknown,
}

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// The 16 with names.
    Sixteen,
    /// 256.
    #[default]
    Indexed,
    /// All of 24 bits.
    Full,
}

/// What is known of the terminal's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Palette {
    /// How many there are.
    pub depth: Depth,
    /// What they lie on.
    pub ground: Ground,
}

/// The 16 colours with names, and what xterm shows for them.
const NAMED: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// From here on (0 to 1) black is read better on a colour than white is.
const LIGHT: f64 = 0.179;

/// A contrast at which text is read without effort (level AA of WCAG 2).
const WELL: f64 = 4.5;

impl Ground {
    /// What a background of that colour is.
    #[must_use]
    pub fn of(rgb: [u8; 3]) -> Self {
        if luminance(rgb) > LIGHT { Self::Light } else { Self::Dark }
    }

    /// What `COLORFGBG` says, which some terminals set: numbers of colours, of the text's first, of the background's last.
    fn from_numbers(text: &str) -> Option<Self> {
        match text.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            _ => None,
        }
    }
}

impl Palette {
    /// What the environment says: `TERM`, `COLORTERM`, `COLORFGBG`. Where they are silent, the fewest colours.
    #[must_use]
    pub fn of(term: Option<&str>, colorterm: Option<&str>, colorfgbg: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name));
        let depth = if matches!(colorterm, Some("truecolor" | "24bit")) || is_one_of(&["-direct", "truecolor"]) {
            Depth::Full
        } else if is_one_of(&["256col", "kitty", "alacritty", "foot", "wezterm", "ghostty", "contour"]) {
            Depth::Indexed
        } else if term.is_empty() && cfg!(windows) {
            Depth::Full
        } else {
            Depth::Sixteen
        };
        let ground = if is_console(term) { Some(Ground::Dark) } else { colorfgbg.and_then(Ground::from_numbers) };
        Self { depth, ground: ground.unwrap_or_default() }
    }

    /// A colour as the terminal can show it and a person can read it. Those with names are the terminal's own, and stay.
    #[must_use]
    pub fn fit(self, colour: Color) -> Color {
        let named = NAMED.iter().map(|(colour, _)| *colour);
        match (colour, self.depth, rgb(colour)) {
            (Color::Rgb(..), Depth::Full, Some(wanted)) => {
                let [r, g, b] = self.legible(wanted);
                Color::Rgb(r, g, b)
            }
            (Color::Rgb(..), Depth::Indexed, Some(wanted)) => self.nearest(wanted, (16..=255).map(Color::Indexed)),
            // Greys of a set of 16 are whatever its owner made of them.
            (Color::Rgb(..) | Color::Indexed(16..), Depth::Sixteen, Some(wanted)) if is_grey(wanted) => Color::Reset,
            (Color::Rgb(..) | Color::Indexed(_), Depth::Sixteen, Some(wanted)) => self.nearest(wanted, named),
            (other, ..) => other,
        }
    }

    /// A colour of what lies behind text: the nearest that the terminal has.
    #[must_use]
    pub fn nearest_to(self, colour: Color) -> Color {
        match (colour, self.depth, rgb(colour)) {
            (Color::Rgb(..), Depth::Indexed, Some(wanted)) => among_256(wanted, |_| true),
            (Color::Rgb(..) | Color::Indexed(_), Depth::Sixteen, _) => Color::Reset,
            (other, ..) => other,
        }
    }

    /// A colour of text on what a theme itself lays behind it, if it does: as it is wanted there, and as it is shown. Where the
    /// colours are fewer, the nearest one that can be read as well there, or at least well.
    #[must_use]
    pub fn fit_on(self, colour: Color, behind: Option<(Color, Color)>) -> Color {
        let behind = behind.and_then(|(wanted, shown)| Some((rgb(wanted)?, rgb(shown)?)));
        match (colour, self.depth, rgb(colour), behind) {
            // What is chosen for a background that is known is right as it is.
            (_, Depth::Full, _, Some(_)) => colour,
            (Color::Rgb(..), Depth::Indexed, Some(wanted), Some((wanted_behind, behind))) => {
                let least = contrast(wanted, wanted_behind).min(WELL);
                among_256(wanted, |rgb| contrast(rgb, behind) >= least)
            }
            _ => self.fit(colour),
        }
    }

    fn nearest(self, wanted: [u8; 3], among: impl Iterator<Item = Color>) -> Color {
        let (least, most) = self.range();
        nearest_of(self.legible(wanted), among, |rgb| (least..=most).contains(&luminance(rgb)))
    }

    /// The luminance that can be read on the background: with a contrast of 3 on black and on white, and where there are
    /// colours enough, on the dark and the light greys that are used in their stead.
    fn range(self) -> (f64, f64) {
        let (least, most) = if self.depth == Depth::Sixteen { (0.1, 0.3) } else { (0.175, 0.25) };
        match self.ground {
            Ground::Dark => (least, 1.0),
            Ground::Light => (0.0, most),
            Ground::Unknown => (least, most),
        }
    }

    /// The same hue, as light or dark as can be read.
    fn legible(self, rgb: [u8; 3]) -> [u8; 3] {
        let (least, most) = self.range();
        let light = luminance(rgb);
        let change = |part: u8| {
            let part = linear(part);
            if light > most { part * most / light } else { part + (1.0 - part) * (least - light) / (1.0 - light) }
        };
        if (least..=most).contains(&light) { rgb } else { rgb.map(|part| encoded(change(part))) }
    }
}

/// The Linux console: dark, and not asked, for it would print the question.
#[must_use]
pub fn is_console(term: &str) -> bool {
    term == "linux" || term.starts_with("linux-")
}

/// What a colour looks like, where that is known: with xterm's colours for those with names.
#[must_use]
pub fn rgb(colour: Color) -> Option<[u8; 3]> {
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    match colour {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index @ 232..) => Some([8 + (index - 232) * 10; 3]),
        Color::Indexed(index @ 16..) => {
            let index = index - 16;
            Some([level(index / 36), level(index / 6 % 6), level(index % 6)])
        }
        Color::Indexed(index) => NAMED.get(usize::from(index)).map(|(_, rgb)| *rgb),
        named => NAMED.iter().find(|(colour, _)| *colour == named).map(|(_, rgb)| *rgb),
    }
}

/// How light a colour is, from 0 (black) to 1 (white): the relative luminance of WCAG 2.
/// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
#[must_use]
pub fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// How far two colours are apart, from 1 to 21: the contrast ratio of WCAG 2.
/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
#[must_use]
pub fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn linear(part: u8) -> f64 {
    let part = f64::from(part) / 255.0;
    if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

fn encoded(linear: f64) -> u8 {
    let part = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (part.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The nearest of the 240 that look the same everywhere.
fn among_256(wanted: [u8; 3], may_be: impl Fn([u8; 3]) -> bool) -> Color {
    nearest_of(wanted, (16..=255).map(Color::Indexed), may_be)
}

/// The nearest of those that may be. Whether one may costs far more to tell than how near it is, so it is asked last.
fn nearest_of(wanted: [u8; 3], among: impl Iterator<Item = Color>, may_be: impl Fn([u8; 3]) -> bool) -> Color {
    let mut nearest: Option<(Color, u32)> = None;
    for (colour, rgb) in among.filter_map(|colour| Some((colour, rgb(colour)?))) {
        let far = distance(rgb, wanted);
        if nearest.is_none_or(|(_, least)| far < least) && may_be(rgb) {
            nearest = Some((colour, far));
        }
    }
    nearest.map_or(Color::Reset, |(colour, _)| colour)
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.into_iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
}

fn is_grey([r, g, b]: [u8; 3]) -> bool {
    r.max(g).max(b) - r.min(g).min(b) < 32
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUNDS: [(Ground, &[[u8; 3]]); 3] = [
        (Ground::Dark, &[[0, 0, 0]]),
        (Ground::Light, &[[255, 255, 255]]),
        (Ground::Unknown, &[[0, 0, 0], [255, 255, 255]]),
    ];

    #[test]
    fn the_nearest_colour_is_found_with_few_questions_of_which_may_be() {
        let all = || (16..=255).map(Color::Indexed);
        let (least, most) = (0.175, 0.6);
        for wanted in [[0, 0, 0], [255, 255, 255], [200, 30, 40], [95, 135, 175], [12, 250, 130]] {
            let may_be = |rgb: [u8; 3]| (least..=most).contains(&luminance(rgb));
            let walked = all().filter_map(|colour| Some((colour, rgb(colour)?))).filter(|(_, rgb)| may_be(*rgb));
            let walked = walked.min_by_key(|(_, rgb)| distance(*rgb, wanted)).map(|(colour, _)| colour);
            let asked = std::cell::Cell::new(0);
            let found = nearest_of(wanted, all(), |rgb| {
                asked.set(asked.get() + 1);
                may_be(rgb)
            });
            assert_eq!(Some(found), walked, "{wanted:?}");
            assert!(asked.get() < all().count(), "{wanted:?}: {}", asked.get());
        }
        assert_eq!(nearest_of([0, 0, 0], all(), |_| false), Color::Reset);
    }

    #[test]
    fn luminance_is_that_of_the_standard() {
        assert!(luminance([0, 0, 0]).abs() < 1e-9 && (luminance([255, 255, 255]) - 1.0).abs() < 1e-9);
        assert!((contrast([255, 255, 255], [0, 0, 0]) - 21.0).abs() < 1e-6);
        assert!((luminance([128, 128, 128]) - 0.2159).abs() < 1e-3);
        for part in 0..=255 {
            assert_eq!(encoded(linear(part)), part);
        }
    }

    #[test]
    fn a_fitted_colour_can_be_shown_and_read() {
        for (ground, behind) in GROUNDS {
            for depth in [Depth::Sixteen, Depth::Indexed, Depth::Full] {
                let palette = Palette { depth, ground };
                for bits in 0..512_u16 {
                    let [r, g, b] = [0, 3, 6].map(|shift| (((bits >> shift) & 7) * 36) as u8);
                    let fitted = palette.fit(Color::Rgb(r, g, b));
                    let too_many = match depth {
                        Depth::Sixteen => matches!(fitted, Color::Indexed(_) | Color::Rgb(..)),
                        Depth::Indexed => matches!(fitted, Color::Rgb(..)),
                        Depth::Full => false,
                    };
                    assert!(!too_many, "{palette:?} has no {fitted:?}");
                    // The terminal's own colour of text is read on its own background.
                    let Some(shown) = rgb(fitted) else { continue };
                    for behind in behind {
                        assert!(contrast(shown, *behind) >= 3.0, "{palette:?} {:?} {fitted:?}", [r, g, b]);
                    }
                }
            }
        }
    }

    #[test]
    fn what_can_be_read_as_it_is_stays() {
        let of = |depth, ground| Palette { depth, ground };
        assert_eq!(of(Depth::Full, Ground::Dark).fit(Color::Rgb(255, 136, 0)), Color::Rgb(255, 136, 0));
        assert_eq!(of(Depth::Indexed, Ground::Dark).fit(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(of(Depth::Indexed, Ground::Light).fit(Color::Rgb(0, 0, 0)), Color::Indexed(16));
        assert_eq!(of(Depth::Sixteen, Ground::Dark).fit(Color::Rgb(250, 10, 10)), Color::LightRed);
        assert_eq!(of(Depth::Sixteen, Ground::Dark).fit(Color::Indexed(196)), Color::LightRed);
        assert_eq!(of(Depth::Indexed, Ground::Dark).fit(Color::Indexed(17)), Color::Indexed(17));
        assert_eq!(of(Depth::Sixteen, Ground::Unknown).fit(Color::Green), Color::Green);
    }

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        let depth = |term, colorterm| Palette::of(term, colorterm, None).depth;
        assert_eq!(depth(Some("xterm-256color"), None), Depth::Indexed);
        assert_eq!(depth(Some("tmux-256color"), Some("truecolor")), Depth::Full);
        assert_eq!(depth(Some("xterm-kitty"), None), Depth::Indexed);
        assert_eq!(depth(Some("xterm-direct"), None), Depth::Full);
        for term in ["linux", "xterm", "xterm-16color", "screen", "vt100", "ansi"] {
            assert_eq!(depth(Some(term), None), Depth::Sixteen, "{term}");
            assert_eq!(depth(Some(term), Some("1")), Depth::Sixteen, "{term}");
        }
    }

    #[test]
    fn the_environment_tells_the_background_where_it_can() {
        let ground = |term, numbers| Palette::of(Some(term), None, numbers).ground;
        assert_eq!(ground("xterm", Some("0;15")), Ground::Light);
        assert_eq!(ground("xterm", Some("15;default;0")), Ground::Dark);
        assert_eq!(ground("xterm", Some("0;default")), Ground::Unknown);
        assert_eq!(ground("xterm", None), Ground::Unknown);
        assert_eq!(ground("linux", None), Ground::Dark);
        assert_eq!([[253, 246, 227], [40, 44, 52]].map(Ground::of), [Ground::Light, Ground::Dark]);
    }
}
