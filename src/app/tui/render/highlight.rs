//! Colours for code. Reading the grammars takes longer than a frame may: the browser has it done beside it.

mod json;

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use ratatui::style::{Color, Style};
use syntect::{
    easy::HighlightLines,
    highlighting::{Color as Rgb, Theme as Colours, ThemeSet},
    parsing::{SyntaxReference, SyntaxSet},
};

use super::{look::Theme, wrap::StyledRun};

struct Grammars {
    languages: SyntaxSet,
    colours: ThemeSet,
}

static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
static READ_ASIDE: AtomicBool = AtomicBool::new(false);

/// Grammars cost much more than wrapping does: beyond these, code is shown in one colour.
const MOST_LINES: usize = 400;
const LONGEST_LINE: usize = 500;

fn read() -> Grammars {
    Grammars { languages: SyntaxSet::load_defaults_newlines(), colours: ThemeSet::load_defaults() }
}

/// Has the grammars read by a thread. Until it is done ([`is_ready`]), code is shown in one colour; without this call,
/// they are read when the first code is shown.
pub fn warm_up() {
    if !READ_ASIDE.swap(true, Ordering::Relaxed) {
        thread::spawn(|| GRAMMARS.get_or_init(read));
    }
}

/// Whether code is shown in colours.
#[must_use]
pub fn is_ready() -> bool {
    !READ_ASIDE.load(Ordering::Relaxed) || GRAMMARS.get().is_some()
}

fn grammars() -> Option<&'static Grammars> {
    if READ_ASIDE.load(Ordering::Relaxed) { GRAMMARS.get() } else { Some(GRAMMARS.get_or_init(read)) }
}

/// Each line of safe code (without its line break) as coloured runs. In one colour where the theme has none, where
/// the language is not known, and after 400 lines.
#[must_use]
pub fn code(text: &str, language: &str, theme: &Theme) -> Vec<Vec<StyledRun>> {
    let token = language.split([' ', ',', '{']).next().unwrap_or_default().to_ascii_lowercase();
    let plain = |line: &str| vec![StyledRun::new(line, theme.code)];
    if theme.colours && matches!(token.as_str(), "json" | "jsonc" | "json5" | "jsonl") {
        let styles = json::Styles::of(theme);
        return text.lines().map(|line| json::line(line, &styles)).collect();
    }
    let grammars = if theme.colours { grammars() } else { None };
    let grammar = grammars.and_then(|grammars| Some((grammars, grammar(grammars, &token)?, colours(grammars, theme)?)));
    let Some((grammars, grammar, colours)) = grammar else {
        return text.lines().map(plain).collect();
    };
    let mut lines = HighlightLines::new(grammar, colours);
    let mut with_break = String::new();
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            if at >= MOST_LINES || line.len() > LONGEST_LINE {
                return plain(line);
            }
            with_break.clear();
            with_break.push_str(line);
            with_break.push('\n');
            let Ok(parts) = lines.highlight_line(&with_break, &grammars.languages) else { return plain(line) };
            let run = |(style, part): (syntect::highlighting::Style, &str)| {
                StyledRun::new(part.trim_end_matches('\n'), Style::new().fg(nearest(style.foreground)))
            };
            parts.into_iter().map(run).collect()
        })
        .collect()
}

fn grammar<'a>(grammars: &'a Grammars, token: &str) -> Option<&'a SyntaxReference> {
    let token = match token {
        "" | "text" | "plain" | "txt" => return None,
        "typescript" | "ts" | "tsx" | "jsx" | "mjs" => "js",
        "console" | "shell" | "zsh" => "sh",
        other => other,
    };
    grammars.languages.find_syntax_by_token(token)
}

fn colours<'a>(grammars: &'a Grammars, theme: &Theme) -> Option<&'a Colours> {
    grammars.colours.themes.get(if theme.light { "InspiredGitHub" } else { "base16-ocean.dark" })
}

/// The nearest of the 256 colours every terminal has.
fn nearest(colour: Rgb) -> Color {
    let distance = |r: u8, g: u8, b: u8| {
        let part = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        part(r, colour.r) + part(g, colour.g) + part(b, colour.b)
    };
    let step = |value: u8| match value {
        0..48 => 0u8,
        48..115 => 1,
        _ => (value - 35) / 40,
    };
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    let (r, g, b) = (step(colour.r), step(colour.g), step(colour.b));
    let mean = (u32::from(colour.r) + u32::from(colour.g) + u32::from(colour.b)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    let shade = 8 + grey * 10;
    if distance(shade, shade, shade) < distance(level(r), level(g), level(b)) {
        Color::Indexed(232 + grey)
    } else {
        Color::Indexed(16 + 36 * r + 6 * g + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::ThemeName;

    #[test]
    fn code_keeps_its_text_and_gets_colours() {
        let source = "fn main() {\n    let x = \"é漢\";\n}\n";
        for theme in [ThemeName::Dark, ThemeName::Light, ThemeName::None] {
            let lines = code(source, "rust", &Theme::of(theme));
            let text: Vec<String> =
                lines.iter().map(|line| line.iter().map(|run| run.text.as_str()).collect()).collect();
            assert_eq!(text.join("\n") + "\n", source);
            let coloured = lines.iter().flatten().any(|run| run.style != Theme::of(theme).code);
            assert_eq!(coloured, theme != ThemeName::None);
        }
    }

    #[test]
    fn an_unknown_language_and_long_code_are_plain() {
        let theme = Theme::of(ThemeName::Dark);
        assert!(code("x = 1", "nosuch", &theme).iter().flatten().all(|run| run.style == theme.code));
        let long = "let x = 1;\n".repeat(MOST_LINES + 1);
        let lines = code(&long, "rust", &theme);
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert_eq!(lines[MOST_LINES], [StyledRun::new("let x = 1;", theme.code)]);
    }

    #[test]
    fn colours_come_from_the_palette() {
        assert_eq!(nearest(Rgb { r: 255, g: 0, b: 0, a: 255 }), Color::Indexed(196));
        assert_eq!(nearest(Rgb { r: 0, g: 0, b: 0, a: 255 }), Color::Indexed(16));
        assert_eq!(nearest(Rgb { r: 128, g: 128, b: 128, a: 255 }), Color::Indexed(244));
    }
}
