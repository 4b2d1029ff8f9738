//! Colours for JSON, by hand: it is what tools give and take, often hundreds of lines of it, and a grammar takes a
//! hundred times as long.

use ratatui::style::{Color, Style};

use crate::app::tui::render::{
    look::{Theme, colour::Ground},
    wrap::StyledRun,
};

/// Styles of JSON's parts.
pub(super) struct Styles {
    key: Style,
    string: Style,
    value: Style,
    rest: Style,
    comment: Style,
}

impl Styles {
    pub fn of(theme: &Theme) -> Self {
        let [key, string, value, rest] = match theme.palette.ground {
            Ground::Dark => [109, 144, 173, 251],
            Ground::Light => [97, 24, 31, 236],
            Ground::Unknown => [67, 65, 130, 102],
        };
        let style = |colour| Style::new().fg(theme.palette.fit(Color::Indexed(colour)));
        Self { key: style(key), string: style(string), value: style(value), rest: style(rest), comment: theme.dim }
    }
}

/// A line of safe JSON, or of what looks like it, as coloured runs.
pub(super) fn line(text: &str, styles: &Styles) -> Vec<StyledRun> {
    let mut runs: Vec<StyledRun> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (len, style) = token(rest, first, styles);
        let (part, after) = rest.split_at(len);
        match runs.last_mut() {
            Some(last) if last.style == style => last.text.push_str(part),
            _ => runs.push(StyledRun::new(part, style)),
        }
        rest = after;
    }
    runs
}

/// The bytes of the next part, and its style.
fn token(text: &str, first: char, styles: &Styles) -> (usize, Style) {
    let until = |stop: fn(char) -> bool| text.find(stop).unwrap_or(text.len());
    match first {
        '"' => {
            let len = string(text);
            let key = text[len..].trim_start().starts_with(':');
            (len, if key { styles.key } else { styles.string })
        }
        '/' if text.starts_with("//") => (text.len(), styles.comment),
        c if c.is_alphanumeric() || c == '-' => {
            (until(|c| !c.is_alphanumeric() && !matches!(c, '-' | '+' | '.' | '_')), styles.value)
        }
        first => {
            let stop = |c: char| c == '"' || c == '/' || c == '-' || c.is_alphanumeric();
            let first = first.len_utf8();
            (first + text[first..].find(stop).unwrap_or(text.len() - first), styles.rest)
        }
    }
}

/// The bytes of the string a text begins with, quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::config::ThemeName;

    fn parts(text: &str) -> Vec<(String, char)> {
        let styles = Styles::of(&Theme::of(ThemeName::Dark));
        let letter = |style: Style| match style {
            style if style == styles.key => 'k',
            style if style == styles.string => 's',
            style if style == styles.value => 'v',
            style if style == styles.comment => 'c',
            _ => ' ',
        };
        line(text, &styles).into_iter().map(|run| (run.text, letter(run.style))).collect()
    }

    #[test]
    fn parts_are_told_apart() {
        let shown: Vec<(String, char)> = parts(r#"  "a\"b" : [-1.5e+3, true, "x: y"] // so"#);
        let wanted = [
            ("  ", ' '),
            (r#""a\"b""#, 'k'),
            (" : [", ' '),
            ("-1.5e+3", 'v'),
            (", ", ' '),
            ("true", 'v'),
            (", ", ' '),
            (r#""x: y""#, 's'),
            ("] ", ' '),
            ("// so", 'c'),
        ];
        assert_eq!(shown, wanted.map(|(text, letter)| (text.to_owned(), letter)));
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "[\"\\\\:/{}a1é漢 -]{0,40}") {
            let joined: String = parts(&text).into_iter().map(|(text, _)| text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
