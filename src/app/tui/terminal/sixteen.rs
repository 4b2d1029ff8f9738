//! Colours of a terminal that has 16: `crossterm` writes them as the first of 256, by numbers that such a terminal may take for
//! something else.

const ESC: u8 = 0x1b;

/// Rewrites colours on their way.
#[derive(Debug, Default)]
pub(super) struct PlainColours {
    /// The beginning of a sequence whose end was not written yet.
    begun: Vec<u8>,
}

impl PlainColours {
    /// What is written in place of these bytes.
    pub fn rewritten(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            if self.begun.is_empty() && byte != ESC {
                out.push(byte);
                continue;
            }
            self.begun.push(byte);
            let goes_on = match self.begun.len() {
                1 => true,
                2 => byte == b'[',
                _ => matches!(byte, b' '..=b'?'),
            };
            if !goes_on {
                out.extend(plain(std::mem::take(&mut self.begun)));
            }
        }
        out
    }
}

/// A sequence with its colours as 16 are written: `38;5;9` is `91`.
fn plain(sequence: Vec<u8>) -> Vec<u8> {
    let parameters = sequence.strip_prefix(b"\x1b[").and_then(|rest| rest.strip_suffix(b"m"));
    let Some(parameters) = parameters.and_then(|text| str::from_utf8(text).ok()) else { return sequence };
    let fields: Vec<&str> = parameters.split(';').collect();
    let mut rest = fields.as_slice();
    let mut codes: Vec<String> = Vec::with_capacity(fields.len());
    while let [first, more @ ..] = rest {
        rest = more;
        if let ("38" | "48", ["5", number, after @ ..]) = (*first, more)
            && let Some(code) = code(number, *first == "48")
        {
            codes.push(code.to_string());
            rest = after;
        } else {
            codes.push((*first).to_owned());
        }
    }
    format!("\x1b[{}m", codes.join(";")).into_bytes()
}

/// The code of one of the 16 colours, for the text or for what is behind it.
fn code(number: &str, behind: bool) -> Option<u8> {
    let base = if behind { 10 } else { 0 };
    match number.parse::<u8>().ok()? {
        number @ 0..8 => Some(base + 30 + number),
        number @ 8..16 => Some(base + 90 + number - 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_are_written_by_their_own_codes() {
        let mut colours = PlainColours::default();
        let mut rewritten = |text: &str| String::from_utf8(colours.rewritten(text.as_bytes())).unwrap();
        assert_eq!(rewritten("\x1b[38;5;1;48;5;11mé"), "\x1b[31;103mé");
        assert_eq!(rewritten("\x1b[39;49m\x1b[1m\x1b[7m\x1b[2;3Hx"), "\x1b[39;49m\x1b[1m\x1b[7m\x1b[2;3Hx");
        assert_eq!(rewritten("a\x1b[38;"), "a");
        assert_eq!(rewritten("5;14;1mb"), "\x1b[96;1mb");
        assert_eq!(rewritten("\x1b[?25l\x1b7\x1b[38;5;200m"), "\x1b[?25l\x1b7\x1b[38;5;200m");
    }
}
