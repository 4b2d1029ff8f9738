//! Links in laid-out lines, also across their breaks: which cells they take, where they lead, and the sequence (OSC 8) that tells a
//! terminal so. Stored text is untrusted: only what a browser or a mail program opens is a link, and nothing in it can end the sequence.

mod named;

pub use named::NamedLink;

use std::{fmt::Write, ops::Range, sync::Arc};

use ratatui::text::Line;

use super::found::{BREAK, BROKEN_WORD, LaidLetter, laid_letters};

/// What a link may begin with.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];
/// Longer ones are no links.
const LONGEST: usize = 2_048;
/// Longer ones are not told to the terminal, which is told of every cell: they are opened by the key.
const LONGEST_TOLD: usize = 512;
/// Links of a message that are looked for, and letters that are compared for those with a text of their own.
const MOST: usize = 200;
const MOST_COMPARED: usize = 4_000_000;

/// A link on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidLink {
    /// Which line.
    pub line: usize,
    /// Its bytes there.
    pub bytes: (usize, usize),
    /// Where it leads.
    pub address: Arc<str>,
}

/// The links of the lines `body`, wrapped at `width` cells; `quote` is the bar that may stand left of them. `source` gives the text that
/// they show, which tells where a link ends that was broken: only links that stand there are any. `named` gives the links that have a
/// text of their own, in the order of reading: that text is a link too. One of them that is not found, as in a narrow table, stands on the
/// first line and takes no bytes of it.
pub fn laid_links(
    lines: &[Line<'_>],
    body: &Range<usize>,
    width: usize,
    quote: &str,
    source: impl FnOnce() -> String,
    named: impl FnOnce() -> Vec<NamedLink>,
) -> Vec<LaidLink> {
    let Some(shown) = lines.get(body.clone()) else { return Vec::new() };
    // Mostly there are none, and nothing else is looked at.
    let may_hold = |line: &Line<'_>| {
        let text = line.to_string();
        text.contains("://") || text.contains("ailto:") || text.contains("AILTO:") || text.contains('@')
    };
    if !shown.iter().any(may_hold) {
        return Vec::new();
    }
    let letters = laid_letters(shown, width, quote);
    let mut links: Vec<LaidLink> = Vec::new();
    let (taken, missing) = lay_named(&letters, body, named(), &mut links);
    let is_free = |at: usize| !taken.iter().any(|taken| taken.contains(&at));
    let begins: Vec<usize> = (0..letters.len()).filter(|at| starts(&letters, *at) && is_free(*at)).take(MOST).collect();
    let source = if begins.is_empty() { String::new() } else { source() };
    let mut from = 0;
    for start in begins {
        if start < from {
            continue;
        }
        let Some((end, address)) = whole(&letters, start, &source) else { continue };
        from = end;
        let address: Arc<str> = address.into();
        lay_letters(&letters[start..end], body, &address, &mut links);
    }
    links.sort_by_key(|link| (link.line, link.bytes));
    for address in missing {
        if links.iter().all(|link| link.address != address) {
            links.push(LaidLink { line: body.start, bytes: (0, 0), address });
        }
    }
    links
}

/// Lays the links that have a text of their own; gives the letters of their addresses, and where those lead that are not found.
fn lay_named(
    letters: &[LaidLetter],
    body: &Range<usize>,
    named: Vec<NamedLink>,
    links: &mut Vec<LaidLink>,
) -> (Vec<Range<usize>>, Vec<Arc<str>>) {
    let (mut taken, mut missing) = (Vec::new(), Vec::new());
    let (mut from, mut left) = (0, MOST_COMPARED);
    for link in named.into_iter().take(MOST) {
        let Some(address) = link.leads() else { continue };
        let address: Arc<str> = address.into();
        let Some(place) = link.place(letters, from, &mut left) else {
            missing.push(address);
            continue;
        };
        from = place.end;
        for part in [&place.text, &place.address] {
            lay_letters(&letters[part.clone()], body, &address, links);
        }
        taken.push(place.address);
    }
    (taken, missing)
}

/// Some letters become a link, line by line.
fn lay_letters(letters: &[LaidLetter], body: &Range<usize>, address: &Arc<str>, links: &mut Vec<LaidLink>) {
    for letter in letters.iter().filter(|letter| !is_break(letter.c)) {
        let at = body.start + letter.line;
        match links.last_mut() {
            Some(LaidLink { line, bytes, address: last })
                if *line == at && bytes.1 == letter.bytes.0 && Arc::ptr_eq(last, address) =>
            {
                bytes.1 = letter.bytes.1;
            }
            _ => links.push(LaidLink { line: at, bytes: letter.bytes, address: Arc::clone(address) }),
        }
    }
}

fn is_break(c: char) -> bool {
    matches!(c, BREAK | BROKEN_WORD)
}

/// Whether a link begins at a letter, and no word before it goes on there.
fn starts(letters: &[LaidLetter], at: usize) -> bool {
    if !matches!(letters[at].c, 'h' | 'H' | 'm' | 'M')
        || at.checked_sub(1).is_some_and(|at| letters[at].c.is_alphanumeric())
    {
        return false;
    }
    SCHEMES.iter().any(|scheme| {
        let mut here = letters[at..].iter().map(|letter| letter.c);
        scheme.chars().all(|wanted| here.next().is_some_and(|c| c.eq_ignore_ascii_case(&wanted)))
    })
}

/// Where the link ends that begins at a letter, and where it leads. Of several ends, where its line may or may not go on on the next, the
/// last that the source has.
fn whole(letters: &[LaidLetter], start: usize, source: &str) -> Option<(usize, String)> {
    let mut text = String::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    while let Some(letter) = letters.get(at) {
        match letter.c {
            BROKEN_WORD => ends.push((at, text.len())),
            c if ends_link(c) || text.len() > LONGEST => break,
            c => text.push(c),
        }
        at += 1;
    }
    // It is cut there: where it leads is not to be seen.
    if text.contains('…') || text.contains("...") {
        return None;
    }
    ends.push((at, text.len()));
    ends.into_iter().rev().find_map(|(end, bytes)| {
        let trimmed = without_rest(&text[..bytes]);
        let address = address(trimmed).filter(|_| stands_whole(source, trimmed))?;
        // Back over what was trimmed: a letter each, and breaks.
        let mut end = end;
        let mut left = text[trimmed.len()..bytes].chars().count();
        while left > 0 || letters.get(end - 1).is_some_and(|letter| is_break(letter.c)) {
            end -= 1;
            left -= usize::from(!is_break(letters[end].c));
        }
        Some((end, address))
    })
}

/// Whether a source has a link that is not only the beginning of a longer one, as the cell of a table may show it.
fn stands_whole(source: &str, link: &str) -> bool {
    source.match_indices(link).any(|(at, _)| {
        // Of a link that has it for its text it ends there too.
        source[at + link.len()..].starts_with("](")
            || source[at..].split(ends_link).next().map(without_rest) == Some(link)
    })
}

fn ends_link(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
}

/// A link without what ends the sentence or the bracket around it.
fn without_rest(link: &str) -> &str {
    let mut rest = link;
    loop {
        let closes =
            |open: char, close: char| rest.ends_with(close) && rest.matches(close).count() > rest.matches(open).count();
        let is_rest = rest.ends_with(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        if rest.is_empty() || !(is_rest || closes('(', ')') || closes('[', ']')) {
            return rest;
        }
        let last = rest.chars().next_back().map_or(0, char::len_utf8);
        rest = &rest[..rest.len() - last];
    }
}

/// Where a text leads, as a browser takes it. `None`: it is no link that may be opened.
#[must_use]
pub fn address(text: &str) -> Option<String> {
    let scheme =
        SCHEMES.iter().find(|scheme| text.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))?;
    let rest = &text[scheme.len()..];
    let host = rest.split(['/', '?', '#']).next()?;
    let marks = |c: char| matches!(c, '\u{2400}'..='\u{243f}' | '\u{fffd}');
    // What stands before an `@` passes for a host, as letters that look like others do: such a link leads elsewhere than it seems to.
    let is_disguised = !host.is_ascii() || (*scheme != "mailto:" && host.contains('@'));
    if host.is_empty() || is_disguised || text.len() > LONGEST || text.chars().any(|c| ends_link(c) || marks(c)) {
        return None;
    }
    let mut address = (*scheme).to_owned();
    for byte in rest.bytes() {
        if byte.is_ascii_graphic() {
            address.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    Some(address)
}

/// What a terminal is told of the cells of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldLink {
    /// The sequence that begins it.
    begins: String,
}

impl ToldLink {
    /// Of a link that leads there. All its cells have one id, so that a terminal shows them as one, also across lines. `None`: it is too
    /// long to be told of every cell, or no address as [`address`] makes it.
    #[must_use]
    pub fn new(address: &str) -> Option<Self> {
        let is_safe = self::address(address).as_deref() == Some(address);
        (is_safe && address.len() <= LONGEST_TOLD).then(|| {
            let id = address.bytes().fold(0_u32, |id, byte| id.wrapping_mul(31).wrapping_add(byte.into()));
            Self { begins: format!("\u{1b}]8;id={id:08x};{address}\u{1b}\\") }
        })
    }

    /// What a cell of it says: its text between the sequences that begin and end the link.
    #[must_use]
    pub fn cell(&self, symbol: &str) -> String {
        format!("{}{symbol}\u{1b}]8;;\u{1b}\\", self.begins)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Style;

    use super::*;
    use crate::app::tui::render::wrap::{Margin, StyledRun, wrap};

    /// Links of a text wrapped at some width: each with its parts, joined.
    fn links(text: &str, width: usize) -> Vec<(String, String)> {
        let lines = wrap(&[StyledRun::new(text, Style::new())], width, &Margin::blank(2));
        let found = laid_links(&lines, &(0..lines.len()), width, "│", || text.to_owned(), Vec::new);
        let mut joined: Vec<(Arc<str>, String)> = Vec::new();
        for link in found {
            let line = lines[link.line].to_string();
            let part = &line[link.bytes.0..link.bytes.1];
            match joined.last_mut() {
                Some((last, words)) if Arc::ptr_eq(last, &link.address) => words.push_str(part),
                _ => joined.push((Arc::clone(&link.address), part.to_owned())),
            }
        }
        joined.into_iter().map(|(address, words)| (address.to_string(), words)).collect()
    }

    fn addresses(text: &str, width: usize) -> Vec<String> {
        links(text, width).into_iter().map(|(address, _)| address).collect()
    }

    #[test]
    fn links_end_before_what_ends_the_sentence() {
        assert_eq!(
            addresses("See https://a.example/x_(y), then (http://b.example).", 80),
            ["https://a.example/x_(y)", "http://b.example"]
        );
        assert_eq!(
            addresses("<https://a.example> and mailto:me@b.example!", 80),
            ["https://a.example", "mailto:me@b.example"]
        );
        assert_eq!(addresses("xhttps://no.example ftp://no.example javascript:x https:// file:///etc", 80), [""; 0]);
        assert_eq!(addresses("cut https://a.example/… and https://a.example/...", 80), [""; 0]);
    }

    #[test]
    fn a_broken_link_is_one_and_ends_where_the_text_has_it() {
        let text = "go to https://a.example/a/rather/long/way/to/go next";
        for width in 12..60 {
            assert_eq!(
                links(text, width),
                [(
                    "https://a.example/a/rather/long/way/to/go".to_owned(),
                    "https://a.example/a/rather/long/way/to/go".to_owned()
                )],
                "{width}"
            );
        }
        // The line is full, and the next begins with another word.
        assert_eq!(addresses("https://a.example/x next", 22), ["https://a.example/x"]);
    }

    #[test]
    fn letters_of_other_scripts_are_escaped_and_hosts_of_them_refused() {
        assert_eq!(address("HTTPS://a.example/ü").as_deref(), Some("https://a.example/%C3%BC"));
        assert_eq!(address("https://\u{430}.example/"), None);
        assert_eq!(address("https://good.example@evil.example/"), None);
        assert_eq!(address("https://a.example/@me").as_deref(), Some("https://a.example/@me"));
        assert_eq!(address("https://a.example/\u{241b}]8"), None);
        assert_eq!(address(&format!("https://a.example/{}", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn a_cell_says_its_text_within_the_sequence() {
        let told = ToldLink::new("https://a.example/").unwrap().cell("x");
        assert!(
            told.starts_with("\u{1b}]8;id=") && told.contains(";https://a.example/\u{1b}\\x\u{1b}]8;;"),
            "{told:?}"
        );
        assert_eq!(ToldLink::new("https://a.example/\u{1b}"), None);
        assert_eq!(ToldLink::new("file:///etc/passwd"), None);
        assert_eq!(ToldLink::new(&format!("https://a.example/{}", "x".repeat(LONGEST_TOLD))), None);
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_ends_the_sequence(text in "(https://)?[a-z./():…ü漢\u{1b}\u{7} \n-]{0,60}", width in 8usize..40) {
            for (address, words) in links(&crate::app::text::block(&text), width) {
                prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic()), "{address:?}");
                prop_assert!(!words.is_empty());
            }
        }
    }
}
