use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use ratatui::{style::Color, text::Text};

use super::*;
use crate::app::{
    config::{Symbols, ThemeName},
    tui::{
        render::look::{Theme, marks},
        view::sample,
    },
};

fn look(theme: ThemeName, symbols: Symbols) -> Look {
    Look {
        theme: Theme::of(theme),
        marks: marks(symbols),
        zone: TimeZone::UTC,
        now: Timestamp::UNIX_EPOCH,
        links: false,
    }
}

fn laid(source: &str, width: usize) -> Vec<Line<'static>> {
    render(source, width, &look(ThemeName::Dark, Symbols::Unicode))
}

fn shown(source: &str, width: usize) -> String {
    laid(source, width).iter().map(|line| line.to_string().trim_end().to_owned() + "\n").collect()
}

/// As [`shown`], with its styles.
fn pictured(source: &str, width: u16) -> String {
    let lines = laid(source, width.into());
    let height = lines.len() as u16;
    sample::screen(width, height, |frame, area| frame.render_widget(Text::from(lines), area))
}

const EVERYTHING: &str = "\
# A heading

Some *emphasis*, **weight**, ~~gone~~ and `code` in a [link](https://example.com/a) with a long tail of words.
A second line of the same paragraph.

- one
- two
  - nested with a text that is long enough to be wrapped
    1. deep
    2. deeper
- three

  in a paragraph

> quoted
> > twice

```rust
fn main() { println!(\"hi\"); }
```

| sku | qty |
|:----|----:|
| A-1 | 2 |
| B-7 漢字 | 10 |

---

- [x] done
- [ ] open

<b>html</b> <https://example.com>
";

#[test]
fn everything_at_two_widths() {
    insta::assert_snapshot!("everything_60", pictured(EVERYTHING, 60));
    insta::assert_snapshot!("everything_24", pictured(EVERYTHING, 24));
}

#[test]
fn everything_in_ascii() {
    let lines = render(EVERYTHING, 60, &look(ThemeName::None, Symbols::Ascii));
    assert!(lines.iter().flat_map(|line| &line.spans).all(|span| span.style.fg.is_none()));
    let text: String = lines.iter().map(ToString::to_string).collect();
    assert_eq!(text.replace("漢字", ""), text.chars().filter(char::is_ascii).collect::<String>());
}

#[test]
fn line_breaks_of_the_writer_stay() {
    assert_eq!(shown("one\ntwo", 40), "one\ntwo\n");
}

#[test]
fn entities_cannot_bring_control_characters_back() {
    let text = shown("a&#27;[2Jb &#x202e;c `&#7;` [x&#27;](y&#27;z)\n\n```\n\u{1b}[0m\n```", 60);
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
    assert!(text.contains("␛[2Jb") && text.contains("<202E>"), "{text:?}");
}

#[test]
fn a_wide_table_is_wrapped_and_a_hopeless_one_stacked() {
    let wide = "| name | what it does |\n|---|---|\n| lookup_order | finds an order by its id and tells its lines |";
    insta::assert_snapshot!("table_wrapped", pictured(wide, 36));
    let many = "|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n|one|two|three|four|five|six|";
    insta::assert_snapshot!("table_stacked", pictured(many, 20));
}

#[test]
fn deep_nesting_keeps_room_for_text() {
    let deep = format!("{} text", ">".repeat(3000));
    let lines = render(&deep, 20, &look(ThemeName::Dark, Symbols::Unicode));
    assert!(lines.iter().all(|line| line.width() <= 20));
    assert!(lines.iter().any(|line| line.to_string().contains("text")));
}

#[test]
fn towers_of_marks_are_only_text() {
    for mark in [">", "- ", "1. ", "[", "![", "*", "_a", "`", "| a ", "<", "&#27;", "~~", "\t"] {
        let lines = render(&mark.repeat(4000), 40, &look(ThemeName::Dark, Symbols::Unicode));
        assert!(lines.iter().all(|line| line.width() <= 40), "{mark}");
    }
}

#[test]
fn inline_code_is_coloured() {
    let lines = render("`x`", 20, &look(ThemeName::Dark, Symbols::Unicode));
    assert_eq!(lines[0].spans[0].style.fg, Some(Color::Indexed(215)));
}

proptest! {
    #[test]
    fn anything_is_drawn_within_its_width(source in "[-a-z0-9#>|*_`~&;:<>!\\[\\]() \t\n漢é👍\u{1b}]{0,300}", width in 8usize..80) {
        for line in render(&source, width, &look(ThemeName::Dark, Symbols::Unicode)) {
            prop_assert!(line.width() <= width, "{line:?}");
            prop_assert!(!line.to_string().chars().any(char::is_control), "{line:?}");
        }
    }
}
