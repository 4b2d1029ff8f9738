//! The styles of a theme, as the terminal shows them.

use ratatui::style::{Color, Modifier, Style};

use super::colour::{Depth, Ground, Palette};
use crate::app::config::{
    ThemeName, Ui,
    themes::{SheetGround, SheetStyle, ThemeSheet},
};

/// Styles by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Headings, titles.
    pub title: Style,
    /// Border of an unfocused pane.
    pub border: Style,
    /// Border of the focused pane.
    pub focus: Style,
    /// The selected row.
    pub selected: Style,
    /// The `user` role.
    pub user: Style,
    /// The `assistant` role.
    pub assistant: Style,
    /// Tool names and other roles.
    pub tool: Style,
    /// Reasoning.
    pub reasoning: Style,
    /// Success, up.
    pub ok: Style,
    /// Warning, guardrail, redaction.
    pub warn: Style,
    /// Error, down.
    pub error: Style,
    /// What is new or live.
    pub new: Style,
    /// What changed just now.
    pub glow: Style,
    /// A find hit.
    pub hit: Style,
    /// Inline code, keys in hints.
    pub code: Style,
    /// Links.
    pub link: Style,
    /// What lies behind everything; `None`: what the terminal has there.
    pub background: Option<Color>,
    /// Whether colours may be used (code highlighting asks this).
    pub colours: bool,
    /// The terminal's colours, on the background that this theme is for.
    pub palette: Palette,
    /// What is known of the terminal's colours, whatever the theme.
    pub terminal: Palette,
}

impl Theme {
    /// The styles of a theme on a terminal of 256 colours.
    #[must_use]
    pub fn of(name: ThemeName) -> Self {
        Self::on(name, Palette::default())
    }

    /// The styles of a theme on a terminal with such colours; the name of a theme comes before what is known of the background.
    #[must_use]
    pub fn on(name: ThemeName, terminal: Palette) -> Self {
        Self::of_settings(&Ui { theme: name.as_str().to_owned(), ..Ui::default() }, terminal).0
    }

    /// The styles that the settings ask for. Where that theme has a mistake: those that are always there, and what is wrong.
    #[must_use]
    pub fn of_settings(ui: &Ui, terminal: Palette) -> (Self, Option<String>) {
        let name = |ui: &Ui| match terminal.ground {
            _ if ui.theme != ThemeName::Auto.as_str() => ui.theme.clone(),
            Ground::Dark => ui.theme_dark.clone(),
            Ground::Light => ui.theme_light.clone(),
            Ground::Unknown => "any".to_owned(),
        };
        match ui.themes.sheet(&name(ui)) {
            Ok(sheet) => (Self::shown(&sheet, terminal), None),
            Err(why) => {
                let always = Ui::default();
                let sheet = always.themes.sheet(&name(&always)).unwrap_or_default();
                (Self::shown(&sheet, terminal), Some(why))
            }
        }
    }

    /// Bars of plots and of rates.
    #[must_use]
    pub fn bars(&self) -> Style {
        self.link.remove_modifier(Modifier::UNDERLINED)
    }

    /// The styles of a sheet on such a terminal.
    fn shown(sheet: &ThemeSheet, terminal: Palette) -> Self {
        let ground = match sheet.ground {
            // It lies on the terminal's own background.
            _ if terminal.depth == Depth::Sixteen && sheet.background.is_some() => terminal.ground,
            SheetGround::Dark => Ground::Dark,
            SheetGround::Light => Ground::Light,
            SheetGround::Any => terminal.ground,
        };
        let fitting = Fitting::of(sheet, Palette { ground, ..terminal });
        let style = |meaning| fitting.style(sheet.style(meaning));
        let faint = |meaning| fitting.faint(sheet.style(meaning));
        Self {
            text: style("text"),
            dim: faint("dim"),
            title: style("title"),
            border: faint("border"),
            focus: style("focus"),
            selected: style("selected"),
            user: style("user"),
            assistant: style("assistant"),
            tool: style("tool"),
            reasoning: faint("reasoning"),
            ok: style("ok"),
            warn: style("warn"),
            error: style("error"),
            new: style("new"),
            glow: style("glow"),
            hit: style("hit"),
            code: style("code"),
            link: style("link"),
            background: fitting.background.map(|(_, shown)| shown),
            colours: sheet.has_colours(),
            palette: fitting.palette,
            terminal,
        }
    }

    /// Every style, for what must hold of all of them.
    #[cfg(test)]
    pub(super) fn styles(&self) -> [(&'static str, Style); 18] {
        let styles = [
            self.text,
            self.dim,
            self.title,
            self.border,
            self.focus,
            self.selected,
            self.user,
            self.assistant,
            self.tool,
            self.reasoning,
            self.ok,
            self.warn,
            self.error,
            self.new,
            self.glow,
            self.hit,
            self.code,
            self.link,
        ];
        std::array::from_fn(|at| (crate::app::config::themes::MEANINGS[at], styles[at]))
    }
}

/// Fits what a sheet says to what the terminal has.
struct Fitting {
    palette: Palette,
    /// What lies behind everything: as the sheet says it, and as it is shown.
    background: Option<(Color, Color)>,
}

impl Fitting {
    /// A terminal of 16 colours keeps its own background: what a sheet says is not among them.
    fn of(sheet: &ThemeSheet, palette: Palette) -> Self {
        let wanted = sheet.background.filter(|_| palette.depth != Depth::Sixteen);
        let background = wanted.map(|wanted| (wanted, palette.nearest_to(wanted)));
        Self { palette, background }
    }

    fn style(&self, sheet: SheetStyle) -> Style {
        let mut style = Style::new().add_modifier(sheet.modifier);
        let few = self.palette.depth == Depth::Sixteen;
        let is_named = |colour: Color| !matches!(colour, Color::Rgb(..) | Color::Indexed(_));
        // A terminal of 16 colours has both colours, or neither is shown.
        let has_both = |bg: Color| is_named(bg) && (sheet.fg16.is_some() || sheet.fg.is_none_or(is_named));
        match sheet.bg {
            // Whatever the two are, they differ.
            Some(bg) if few && !has_both(bg) => return style.add_modifier(Modifier::REVERSED),
            Some(bg) => style = style.bg(if few { bg } else { self.palette.nearest_to(bg) }),
            None => {}
        }
        let own = sheet.bg.map(|bg| (bg, self.palette.nearest_to(bg))).filter(|_| !few);
        match sheet.fg {
            Some(_) if few && sheet.fg16.is_some() => Style { fg: sheet.fg16, ..style },
            // Black on yellow is that everywhere.
            Some(fg) if few && sheet.bg.is_some() => style.fg(fg),
            Some(fg) => style.fg(self.palette.fit_on(fg, own.or(self.background))),
            None => style,
        }
    }

    /// What is grey of 16 colours may be what the background is: it is shown faint instead.
    fn faint(&self, sheet: SheetStyle) -> Style {
        let style = self.style(sheet);
        let is_gone = sheet.fg.is_some() && style.fg == Some(Color::Reset);
        if is_gone { Style { fg: None, ..style.add_modifier(Modifier::DIM) } } else { style }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_pair_a_terminal_of_16_colours_is_sent_both_or_neither() {
        let fitting = |depth| {
            let palette = Palette { depth, ..Palette::default() };
            Fitting::of(&ThemeSheet::default(), palette)
        };
        let pair = |fg| SheetStyle { fg: Some(fg), bg: Some(Color::Yellow), ..SheetStyle::default() };
        let (ink, black) = (Color::Rgb(1, 2, 3), Color::Black);
        let few = fitting(Depth::Sixteen);
        assert_eq!(few.style(pair(black)), Style::new().fg(black).bg(Color::Yellow));
        assert_eq!(few.style(pair(ink)), Style::new().add_modifier(Modifier::REVERSED));
        let told = SheetStyle { fg16: Some(black), ..pair(ink) };
        assert_eq!(few.style(told), Style::new().fg(black).bg(Color::Yellow));
        assert_eq!(fitting(Depth::Full).style(pair(ink)).fg, Some(ink));
    }
}
