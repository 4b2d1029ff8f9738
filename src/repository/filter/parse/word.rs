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

/// What a filter is made of.
#[derive(Debug, Clone)]
pub(super) enum FilterToken {
    /// A term.
    Word(Word),
    /// `OR`.
    Or(Range<usize>),
    /// `(`, or `-(` where what is in it is left out.
    Open { span: Range<usize>, negated: bool },
    /// `)`.
    Close(Range<usize>),
}

/// How a bracket is written that is none.
pub(super) const QUOTE: &str = "put a text with brackets in `\"…\"`";

/// Splits a text into words and brackets. Inside `"…"`, spaces and signs are text; `\"` and `\\` stand for `"` and `\`. A bracket
/// opens at the start of a term; one within a word belongs to it, and so does the one that closes it.
pub(super) fn tokens(text: &str) -> Result<Vec<FilterToken>, Mistake> {
    let (tokens, mistake) = scan(text);
    mistake.map_or(Ok(tokens), Err)
}

/// The same of a text that may not be ready yet, with the first mistake in it.
pub(super) fn scan(text: &str) -> (Vec<FilterToken>, Option<Mistake>) {
    let mut reader = TokenReader::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let quoted = reader.quote.is_some();
        match char {
            char if !quoted && char.is_whitespace() => reader.end_word(),
            '(' if !quoted && reader.opens() => reader.open(at),
            ')' if !quoted && reader.inner.is_empty() => {
                reader.end_word();
                reader.tokens.push(FilterToken::Close(at..at + 1));
            }
            '"' => {
                reader.reach(at, char);
                reader.quote = if quoted { None } else { Some(at) };
            }
            '\\' if quoted && matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                if let Some((at, char)) = chars.next() {
                    reader.letter(at, char);
                }
            }
            char => {
                if char == '(' && !quoted {
                    reader.inner.push(at);
                } else if char == ')' && !quoted {
                    reader.inner.pop();
                }
                reader.letter(at, char);
            }
        }
    }
    if let Some(start) = reader.quote {
        let mistake = Mistake::new(start..text.len(), "the quote is never closed").or("add a `\"` at its end");
        reader.mistake.get_or_insert(mistake);
    }
    reader.end_word();
    (reader.tokens, reader.mistake)
}

#[derive(Default)]
struct TokenReader {
    tokens: Vec<FilterToken>,
    word: Option<Word>,
    /// Where the open quote stands.
    quote: Option<usize>,
    /// Where the brackets stand that are open within the word.
    inner: Vec<usize>,
    /// The first one.
    mistake: Option<Mistake>,
}

impl TokenReader {
    /// The word reaches over that character.
    fn reach(&mut self, at: usize, char: char) -> &mut Word {
        let word = self.word.get_or_insert_with(|| Word { letters: Vec::new(), span: at..at });
        word.span.end = at + char.len_utf8();
        word
    }

    fn letter(&mut self, at: usize, char: char) {
        let quoted = self.quote.is_some();
        self.reach(at, char).letters.push(Letter { at, char, quoted });
    }

    /// Whether a bracket that stands here opens a group: no word has begun but for a `-`, or what looks like one.
    fn opens(&self) -> bool {
        self.word.as_ref().is_none_or(|word| word.is_bare("-") || word.is_bare("!"))
    }

    fn open(&mut self, at: usize) {
        let minus = self.word.take();
        let start = minus.as_ref().map_or(at, |minus| minus.span.start);
        if minus.as_ref().is_some_and(|minus| minus.is_bare("!")) {
            let hint = "write `-(` to leave out what matches within the brackets";
            self.mistake.get_or_insert(Mistake::new(start..at + 1, "`!` is no operator here").or(hint));
        }
        self.tokens.push(FilterToken::Open { span: start..at + 1, negated: minus.is_some() });
    }

    fn end_word(&mut self) {
        if let Some(open) = self.inner.first().copied() {
            let hint = format!("brackets go around whole terms, as in `(app:a OR app:b)`; {QUOTE}");
            let mistake = Mistake::new(open..open + 1, "the bracket is never closed").or(hint);
            self.mistake.get_or_insert(mistake);
            self.inner.clear();
        }
        let Some(word) = self.word.take() else { return };
        self.tokens.push(if word.is_bare("OR") { FilterToken::Or(word.span()) } else { FilterToken::Word(word) });
    }
}

impl Word {
    /// Its text without quotes.
    pub(super) fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.char).collect()
    }

    /// Its text up to that place.
    pub(super) fn text_before(&self, end: usize) -> String {
        self.letters.iter().filter(|letter| letter.at < end).map(|letter| letter.char).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Whether any of it stood in quotes, be it only `""`.
    pub(super) fn has_quotes(&self) -> bool {
        let bare: usize = self.letters.iter().map(|letter| letter.char.len_utf8()).sum();
        bare != self.span.len()
    }

    /// Whether it is just that, without quotes.
    pub(super) fn is_bare(&self, text: &str) -> bool {
        !self.has_quotes() && self.text() == text
    }

    /// Its parts between unquoted signs.
    pub(super) fn split(&self, sign: char) -> Vec<Self> {
        let (mut parts, mut start, mut from) = (Vec::new(), self.span.start, 0);
        for (place, letter) in self.letters.iter().enumerate() {
            if letter.char == sign && !letter.quoted {
                parts.push(Self { letters: self.letters[from..place].to_vec(), span: start..letter.at });
                (start, from) = (letter.at + sign.len_utf8(), place + 1);
            }
        }
        parts.push(Self { letters: self.letters[from..].to_vec(), span: start..self.span.end });
        parts
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

    /// What stands before the first unquoted one of these signs, and that with what follows.
    pub(super) fn split_before(&self, signs: &[char]) -> Option<(Self, Self)> {
        let place = self.letters.iter().position(|letter| signs.contains(&letter.char) && !letter.quoted)?;
        let at = self.letters.get(place)?.at;
        let (head, rest) = self.letters.split_at(place);
        Some((
            Self { letters: head.to_vec(), span: self.span.start..at },
            Self { letters: rest.to_vec(), span: at..self.span.end },
        ))
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
