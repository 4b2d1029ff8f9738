//! The words of a filter: split at spaces, quotes taken off, each character knowing where it stood.

use std::ops::Range;

use super::Mistake;

/// A word or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Word {
    letters: Vec<Letter>,
    /// Where it stands, quotes included.
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Letter {
    at: usize,
    char: char,
    quoted: bool,
}

/// Splits a text into words. Inside `"…"`, spaces and signs are text; `\"` and `\\` stand for `"` and `\`.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Mistake> {
    let mut words = Vec::new();
    let mut current: Option<Word> = None;
    let mut quote: Option<usize> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if quote.is_none() && char.is_whitespace() {
            words.extend(current.take());
            continue;
        }
        let word = current.get_or_insert_with(|| Word { letters: Vec::new(), span: at..at });
        word.span.end = at + char.len_utf8();
        match char {
            '"' => quote = if quote.is_some() { None } else { Some(at) },
            '\\' if quote.is_some() && matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                if let Some((at, char)) = chars.next() {
                    word.span.end = at + char.len_utf8();
                    word.letters.push(Letter { at, char, quoted: true });
                }
            }
            char => word.letters.push(Letter { at, char, quoted: quote.is_some() }),
        }
    }
    if let Some(start) = quote {
        return Err(Mistake::new(start..text.len(), "the quote is never closed").or("add a `\"` at its end"));
    }
    words.extend(current);
    Ok(words)
}

impl Word {
    /// Its text without quotes.
    pub(super) fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.char).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Whether any of it stood in quotes, be it only `""`.
    pub(super) fn has_quotes(&self) -> bool {
        let bare: usize = self.letters.iter().map(|letter| letter.char.len_utf8()).sum();
        bare != self.span.len()
    }

    /// Byte range in the filter, quotes included.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Byte range with the colon that follows a prefix.
    pub(super) fn span_with_colon(&self) -> Range<usize> {
        self.span.start..self.span.end + 1
    }

    /// What follows an unquoted sign at the start.
    pub(super) fn strip(&self, sign: char) -> Option<Self> {
        let first = self.letters.first()?;
        (first.char == sign && self.starts_bare()).then(|| Self {
            letters: self.letters.get(1..).unwrap_or_default().to_vec(),
            span: first.at + sign.len_utf8()..self.span.end,
        })
    }

    /// What follows an unquoted ASCII prefix, in any case.
    pub(super) fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        prefix
            .chars()
            .try_fold(self.clone(), |rest, sign| rest.strip(sign).or_else(|| rest.strip(sign.to_ascii_uppercase())))
    }

    /// The first letter stands right at the start, without a quote before it.
    fn starts_bare(&self) -> bool {
        self.letters.first().is_some_and(|first| !first.quoted && first.at == self.span.start)
    }

    /// What stands before and after the first unquoted colon.
    pub(super) fn split_colon(&self) -> Option<(Self, Self)> {
        let place = self.letters.iter().position(|letter| letter.char == ':' && !letter.quoted)?;
        let colon = self.letters.get(place)?.at;
        let head = self.letters.get(..place)?.to_vec();
        let value = self.letters.get(place + 1..)?.to_vec();
        Some((
            Self { letters: head, span: self.span.start..colon },
            Self { letters: value, span: colon + 1..self.span.end },
        ))
    }
}
