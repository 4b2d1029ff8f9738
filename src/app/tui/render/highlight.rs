//! Colours for code. Reading the grammars takes longer than a frame may: the browser has it done beside it.

mod json;

use std::{
    collections::HashMap,
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

use super::{
    look::{Theme, colour::Ground},
    wrap::StyledRun,
};

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
    let mut fitted: HashMap<Rgb, Color> = HashMap::new();
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
                let Rgb { r, g, b, .. } = style.foreground;
                let fit = || theme.palette.fit(Color::Rgb(r, g, b));
                let colour = *fitted.entry(style.foreground).or_insert_with(fit);
                StyledRun::new(part.trim_end_matches('\n'), Style::new().fg(colour))
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
    let is_light = theme.palette.ground == Ground::Light;
    grammars.colours.themes.get(if is_light { "InspiredGitHub" } else { "base16-ocean.dark" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        config::ThemeName,
        tui::render::look::colour::{Depth, Palette, luminance, rgb},
    };

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
    fn code_can_be_read_on_every_background_with_the_colours_there_are() {
        let source = "// a\nfn main() -> u8 {\n    let x = \"b\"; 12\n}\n";
        for depth in [Depth::Sixteen, Depth::Indexed, Depth::Full] {
            for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
                let theme = Theme::on(ThemeName::Auto, Palette { depth, ground });
                for language in ["rust", "json"] {
                    let colours = code(source, language, &theme).into_iter().flatten().filter_map(|run| run.style.fg);
                    for colour in colours {
                        let indexed = matches!(colour, Color::Indexed(_));
                        assert!(!indexed || depth != Depth::Sixteen, "{colour:?}");
                        assert!(!matches!(colour, Color::Rgb(..)) || depth == Depth::Full, "{colour:?}");
                        let Some(light) = rgb(colour).map(luminance) else { continue };
                        assert!(ground == Ground::Light || light >= 0.1, "{colour:?} on black");
                        assert!(ground == Ground::Dark || light <= 0.3, "{colour:?} on white");
                    }
                }
            }
        }
    }
}
