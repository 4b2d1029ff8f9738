//! The links of a text that have a text of their own.

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use super::{MOST_TEXT, OPTIONS, is_beside};
use crate::app::{text, tui::render::links::NamedLink};

/// A link that is being read.
struct OpenLink {
    address: String,
    text: String,
    /// It is an address of mail, which is no link by itself.
    is_mail: bool,
}

/// The links of what is drawn of a source, in order, each with its text as it is drawn. An address that stands for itself has none.
#[must_use]
pub fn named_links(source: &str) -> Vec<NamedLink> {
    let source = &source[..source.floor_char_boundary(MOST_TEXT)];
    let mut links = Vec::new();
    let mut open: Vec<OpenLink> = Vec::new();
    let mut in_code = false;
    let put = |open: &mut Vec<OpenLink>, words: &str| {
        for link in open {
            link.text.push_str(words);
        }
    };
    for event in Parser::new_ext(source, OPTIONS) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. }) => {
                let address = text::line(&dest_url).into_owned();
                open.push(OpenLink { address, text: String::new(), is_mail: link_type == LinkType::Email });
            }
            Event::Text(words) if !in_code => put(&mut open, &text::block(&words)),
            Event::Html(words) | Event::InlineHtml(words) => put(&mut open, &text::block(&words)),
            Event::Code(words) => put(&mut open, &text::line(&words)),
            Event::SoftBreak | Event::HardBreak => put(&mut open, "\n"),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let Some(OpenLink { address, text, is_mail }) = open.pop() else { continue };
                let is_shown = is_beside(&text, &address);
                // An image's link may stand within another.
                match (text.is_empty(), is_shown) {
                    (true, _) => put(&mut open, &address),
                    (false, true) => put(&mut open, &format!(" ({address})")),
                    (false, false) => {}
                }
                let address = if is_mail { format!("mailto:{address}") } else { address };
                if !text.is_empty() && text != address {
                    links.push(NamedLink { text, address, is_shown });
                }
            }
            _ => {}
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};
    use ratatui::text::Line;

    use super::*;
    use crate::app::{
        config::{Symbols, ThemeName},
        tui::render::{
            Look,
            links::laid_links,
            look::{Theme, marks},
            markdown::render,
        },
    };

    /// The links of a source drawn at some width: what each says, and where it leads.
    fn laid(source: &str, width: usize) -> Vec<(String, String)> {
        let look = Look {
            theme: Theme::of(ThemeName::Dark),
            marks: marks(Symbols::Unicode),
            zone: TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
            links: true,
        };
        let lines: Vec<Line<'static>> = render(source, width, &look);
        let all = 0..lines.len();
        let found = laid_links(&lines, &all, width, look.marks.quote, || source.to_owned(), || named_links(source));
        let says = |line: usize, bytes: (usize, usize)| lines[line].to_string()[bytes.0..bytes.1].to_owned();
        found.into_iter().map(|link| (says(link.line, link.bytes), link.address.to_string())).collect()
    }

    fn pair(says: &str, leads: &str) -> (String, String) {
        (says.to_owned(), leads.to_owned())
    }

    #[test]
    fn the_text_of_a_link_leads_where_the_link_does() {
        let to = "https://a.example/x";
        assert_eq!(laid("see [the docs](https://a.example/x).", 80), [pair("the docs", to), pair(to, to)]);
        assert_eq!(laid("[**b** `c`][r]\n\n[r]: https://a.example/x", 80), [pair("b c", to), pair(to, to)]);
        assert_eq!(
            laid("[one](https://1.example) [one](https://2.example)", 80),
            [
                pair("one", "https://1.example"),
                pair("https://1.example", "https://1.example"),
                pair("one", "https://2.example"),
                pair("https://2.example", "https://2.example")
            ]
        );
        assert_eq!(laid("<me@a.example>", 80), [pair("me@a.example", "mailto:me@a.example")]);
        let spaced = "https://a.example/a%20b";
        assert_eq!(
            laid("[x](<https://a.example/a b>)", 80),
            [pair("x", spaced), pair("https://a.example/a b", spaced)]
        );
    }

    #[test]
    fn a_text_that_reads_as_an_address_leads_there_alone() {
        assert_eq!(
            laid("[https://good.example](https://evil.example)", 80),
            [
                pair("https://good.example", "https://good.example"),
                pair("https://evil.example", "https://evil.example")
            ]
        );
        for none in ["[x](javascript:alert(1)) [y](file:///etc)", "```\n[x](no)\n```\n`[y](z)` me@a.example"] {
            assert!(laid(none, 80).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_broken_text_is_a_link_on_each_of_its_lines() {
        for width in 14..60 {
            let laid = laid("[a text of some words](https://a.example/x) end", width);
            let says: String = laid.iter().map(|(says, _)| says.replace(' ', "")).collect();
            assert_eq!(says, "atextofsomewordshttps://a.example/x", "{width}");
            assert!(laid.iter().all(|(_, leads)| leads == "https://a.example/x"), "{width}: {laid:?}");
        }
    }

    #[test]
    fn what_a_table_breaks_is_still_known() {
        let table = "| a | b |\n|---|---|\n| [cell](https://a.example/rather/long) | https://b.example |";
        let laid = laid(table, 34);
        assert!(laid.iter().any(|(_, leads)| leads == "https://a.example/rather/long"), "{laid:?}");
        let whole = |leads: &str| matches!(leads, "https://a.example/rather/long" | "https://b.example");
        assert!(laid.iter().all(|(_, leads)| whole(leads)), "nothing leads to a part of an address: {laid:?}");
    }
}
