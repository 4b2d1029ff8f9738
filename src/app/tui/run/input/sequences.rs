//! Bytes to events. What is not whole waits for a moment and no longer: an escape sequence or a paste whose end never
//! comes keeps no later key from being heard, and `Ctrl-C` ends either.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::{
    codes,
    reports::{TerminalReport, report},
};

/// How long the rest of a sequence may take. After that an escape byte was the key.
const ESCAPE: Duration = Duration::from_millis(50);

/// How long the rest of an answer may take that was asked for: it may come over a slow line, and no key begins like it.
const ANSWER: Duration = Duration::from_secs(1);

/// How long a paste may pause before what came of it is handed over.
const PASTE: Duration = Duration::from_millis(300);

/// How long a paste may pause altogether: after that its end is not waited for any more.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// No sequence of a key or the mouse is longer.
const LONGEST_KEY: usize = 64;

/// No answer of a terminal is longer.
const LONGEST_ANSWER: usize = 4096;

const ESC: u8 = 0x1b;
const CTRL_C: u8 = 0x03;
const BACKGROUND: &[u8] = b"\x1b]11";
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What came and is not whole yet.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    /// The beginning of a sequence or of a character.
    waiting: Vec<u8>,
    paste: Option<Pasted>,
    /// The last answer about the background's colour, until it is taken.
    background: Option<[u8; 3]>,
    /// Other answers, until they are taken.
    reports: Vec<TerminalReport>,
}

/// A paste whose end has not come.
#[derive(Debug, Default)]
struct Pasted {
    text: Vec<u8>,
    /// It paused, and what came of it was handed over.
    paused: bool,
}

/// What stands first.
#[derive(Debug, PartialEq)]
enum First {
    /// So many bytes, and what they mean to us, if anything.
    Whole(usize, Option<Event>),
    /// The mark that a paste begins.
    Paste,
    /// The rest has not come.
    Unfinished,
}

impl Sequences {
    /// How long to wait for more before [`Self::silence`]; `None`: nothing is unfinished.
    pub fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(paste) if paste.paused => Some(LONGEST_PAUSE),
            Some(_) => Some(PASTE),
            None if self.waiting.starts_with(BACKGROUND) => Some(ANSWER),
            None => (!self.waiting.is_empty()).then_some(ESCAPE),
        }
    }

    /// The background's colour, where the terminal told it since this was last asked.
    pub fn background(&mut self) -> Option<[u8; 3]> {
        self.background.take()
    }

    /// What else the terminal told of itself since this was last asked.
    pub fn reports(&mut self) -> Vec<TerminalReport> {
        std::mem::take(&mut self.reports)
    }

    /// Takes what was read at once.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut heard = Vec::new();
        if bytes == [CTRL_C] {
            heard = self.silence();
            self.paste = None;
            heard.push(control_c());
            return heard;
        }
        if self.paste.as_ref().is_some_and(|paste| paste.paused && !paste.goes_on_with(bytes) && is_one_key(bytes)) {
            self.paste = None;
        }
        let mut all = std::mem::take(&mut self.waiting);
        all.extend_from_slice(bytes);
        let mut rest = all.as_slice();
        while !rest.is_empty() {
            if self.paste.is_some() {
                rest = self.pasted(rest, &mut heard);
                continue;
            }
            match first(rest) {
                First::Whole(length, event) => {
                    let (whole, after) = rest.split_at(length.clamp(1, rest.len()));
                    self.background = codes::background(whole).or(self.background);
                    self.reports.extend(report(whole));
                    heard.extend(event);
                    rest = after;
                }
                First::Paste => {
                    self.paste = Some(Pasted::default());
                    rest = &rest[PASTE_BEGINS.len()..];
                }
                First::Unfinished => {
                    self.waiting = rest.to_vec();
                    break;
                }
            }
        }
        heard
    }

    /// Nothing more came for as long as [`Self::patience`] says.
    pub fn silence(&mut self) -> Vec<Event> {
        let Some(paste) = &mut self.paste else { return as_typed(&std::mem::take(&mut self.waiting)) };
        if std::mem::replace(&mut paste.paused, true) {
            // What is left of it is no whole character and no whole mark.
            self.paste = None;
            return Vec::new();
        }
        let mut text = std::mem::take(&mut paste.text);
        let ends = text.last() == Some(&CTRL_C);
        if ends {
            text.pop();
        }
        let rest = text.split_off(text.len() - unfinished(&text));
        let mut heard = pasted_text(&text);
        if ends {
            self.paste = None;
            heard.push(control_c());
        } else {
            paste.text = rest;
        }
        heard
    }

    /// Takes pasted text up to its end; gives what stands behind it.
    fn pasted<'a>(&mut self, bytes: &'a [u8], heard: &mut Vec<Event>) -> &'a [u8] {
        let Some(mut paste) = self.paste.take() else { return bytes };
        let before = paste.text.len();
        paste.text.extend_from_slice(bytes);
        let Some(end) = find(&paste.text, before.saturating_sub(PASTE_ENDS.len() - 1)) else {
            paste.paused = false;
            self.paste = Some(paste);
            return &[];
        };
        paste.text.truncate(end);
        heard.extend(pasted_text(&paste.text));
        &bytes[end + PASTE_ENDS.len() - before..]
    }
}

impl Pasted {
    /// Whether this is the rest of the mark that ends it, of which the beginning has come.
    fn goes_on_with(&self, bytes: &[u8]) -> bool {
        let begun = begun_end(&self.text);
        begun > 0 && PASTE_ENDS[begun..].starts_with(bytes)
    }
}

/// Pasted text, where there is some.
fn pasted_text(bytes: &[u8]) -> Vec<Event> {
    if bytes.is_empty() { Vec::new() } else { vec![Event::Paste(String::from_utf8_lossy(bytes).into_owned())] }
}

/// Whether what was read at once is one key, as it is typed.
fn is_one_key(bytes: &[u8]) -> bool {
    matches!(bytes, [ESC]) || matches!(first(bytes), First::Whole(length, Some(Event::Key(_))) if length == bytes.len())
}

/// How many bytes at the end of what was pasted so far are the beginning of the mark that ends it, or of a character.
fn unfinished(text: &[u8]) -> usize {
    let begun = begun_end(text);
    if begun > 0 {
        return begun;
    }
    let Some(lead) = text.iter().rev().take(4).position(|byte| byte & 0xc0 != 0x80) else { return 0 };
    let came = lead + 1;
    let length = match text[text.len() - came] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    if came < length { came } else { 0 }
}

/// How many bytes of the mark that ends a paste stand at the end of what came of it.
fn begun_end(text: &[u8]) -> usize {
    (1..PASTE_ENDS.len()).rev().find(|length| text.ends_with(&PASTE_ENDS[..*length])).unwrap_or_default()
}

/// Where a paste ends, looked for from a byte on.
fn find(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(PASTE_ENDS.len()).position(|window| window == PASTE_ENDS).map(|at| from + at)
}

fn control_c() -> Event {
    codes::key(KeyCode::Char('c'), KeyModifiers::CONTROL)
}

fn escape() -> Event {
    codes::key(KeyCode::Esc, KeyModifiers::NONE)
}

/// What was the beginning of a sequence, had there been more: the escape key, and what was typed after it.
fn as_typed(bytes: &[u8]) -> Vec<Event> {
    match bytes {
        [ESC] => vec![escape()],
        [ESC, keys @ ..] if keys.len() == 1 || keys == b"[[" => {
            let keys = keys.iter().filter_map(|key| codes::character(&[*key]).and_then(|(_, event)| event));
            std::iter::once(escape()).chain(keys).collect()
        }
        _ => Vec::new(),
    }
}

fn first(bytes: &[u8]) -> First {
    match bytes {
        [ESC] | [ESC, b'[' | b'O' | b']' | b'P' | b'_'] => First::Unfinished,
        [ESC, ESC | CTRL_C, ..] => First::Whole(1, Some(escape())),
        [ESC, b'[', ..] => control(bytes),
        [ESC, b'O', end, ..] => match codes::function(*end) {
            Some(event) => First::Whole(3, Some(event)),
            None => First::Whole(1, Some(escape())),
        },
        [ESC, b']', b'0'..=b'9', ..]
        | [ESC, b'P', b'0'..=b'9' | b'>' | b'!' | b'+' | b'$', ..]
        | [ESC, b'_', b'G', ..] => answer(bytes),
        [ESC, rest @ ..] => match codes::character(rest) {
            None => First::Unfinished,
            Some((length, Some(Event::Key(key)))) => First::Whole(
                length + 1,
                Some(Event::Key(KeyEvent { modifiers: key.modifiers | KeyModifiers::ALT, ..key })),
            ),
            Some(_) => First::Whole(1, Some(escape())),
        },
        _ => match codes::character(bytes) {
            None => First::Unfinished,
            Some((length, event)) => First::Whole(length, event),
        },
    }
}

/// `ESC [ …`, ended by a letter or `~`. A byte that cannot belong to it breaks it off and stands for itself.
fn control(bytes: &[u8]) -> First {
    match bytes.get(2..).unwrap_or_default() {
        [b'['] => return First::Unfinished,
        [b'[', end @ b'A'..=b'E', ..] => {
            return First::Whole(4, Some(codes::key(KeyCode::F(1 + (*end - b'A')), KeyModifiers::NONE)));
        }
        [b'M', rest @ ..] if rest.iter().take(3).all(|byte| *byte >= b' ') => {
            return match rest {
                [button, column, row, ..] => First::Whole(6, codes::old_mouse(*button, *column, *row)),
                _ => First::Unfinished,
            };
        }
        [b'[', ..] => return First::Whole(1, Some(escape())),
        _ => {}
    }
    let parameters = bytes[2..].iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
    let length = 2 + parameters;
    match bytes.get(length).copied() {
        None if length < LONGEST_KEY => First::Unfinished,
        Some(b'@'..=b'~') if bytes.starts_with(PASTE_BEGINS) => First::Paste,
        Some(end @ b'@'..=b'~') => {
            let parameters = str::from_utf8(&bytes[2..length]).unwrap_or_default();
            First::Whole(length + 1, codes::control(parameters, end))
        }
        Some(_) if parameters == 0 => First::Whole(1, Some(escape())),
        _ => First::Whole(length, None),
    }
}

/// An answer to a question that was asked of the terminal, up to BEL or `ESC \`.
fn answer(bytes: &[u8]) -> First {
    let ends = |byte: &u8| matches!(*byte, 0x07 | ESC | CTRL_C | 0x18 | 0x1a);
    let Some(end) = bytes.iter().skip(2).position(ends).map(|at| at + 2) else {
        return if bytes.len() < LONGEST_ANSWER { First::Unfinished } else { First::Whole(bytes.len(), None) };
    };
    match bytes[end..] {
        [0x07, ..] => First::Whole(end + 1, None),
        [ESC] => First::Unfinished,
        [ESC, b'\\', ..] => First::Whole(end + 2, None),
        _ => First::Whole(end, None),
    }
}

#[cfg(test)]
mod tests;
