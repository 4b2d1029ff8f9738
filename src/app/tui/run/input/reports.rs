//! What a terminal says of itself when it is asked.

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "only terminals of Unix are asked"))]
pub(in crate::app::tui::run) enum TerminalReport {
    /// It can report keys apart that are one otherwise, such as Ctrl-I and Tab: `CSI ? flags u`.
    /// <https://sw.kovidgoyal.net/kitty/keyboard-protocol/#detection-of-support-for-this-protocol>
    KeysApart,
    /// Whether it draws sixels, by its primary device attributes: `CSI ? 62 ; 4 ; ... c`.
    Sixel(bool),
    /// It draws images as kitty does: `APC G i=31 ; OK ST`.
    Kitty,
    /// Pixels of a cell, width and height: `CSI 6 ; height ; width t`.
    CellSize(u16, u16),
}

/// The number by which the question about images is known again.
#[cfg(unix)]
const ASKED: &[u8] = b"\x1b_Gi=31;OK";

/// A whole sequence as an answer, where it is one.
#[cfg(unix)]
pub(super) fn report(sequence: &[u8]) -> Option<TerminalReport> {
    if sequence.starts_with(ASKED) {
        return Some(TerminalReport::Kitty);
    }
    let text = str::from_utf8(sequence.strip_prefix(b"\x1b[")?).ok()?;
    if let Some(flags) = text.strip_prefix('?').and_then(|rest| rest.strip_suffix('u')) {
        return flags.parse::<u16>().ok().map(|_| TerminalReport::KeysApart);
    }
    if let Some(attributes) = text.strip_prefix('?').and_then(|rest| rest.strip_suffix('c')) {
        return Some(TerminalReport::Sixel(attributes.split(';').skip(1).any(|attribute| attribute == "4")));
    }
    let mut sizes = text.strip_prefix("6;")?.strip_suffix('t')?.split(';').map(str::parse::<u16>);
    match (sizes.next(), sizes.next(), sizes.next()) {
        // One that lies tells nothing.
        (Some(Ok(height @ 4..=200)), Some(Ok(width @ 2..=200)), None) => Some(TerminalReport::CellSize(width, height)),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn answers_are_known_and_nothing_else_is_one() {
        assert_eq!(report(b"\x1b[?0u"), Some(TerminalReport::KeysApart));
        assert_eq!(report(b"\x1b[?62;4;22c"), Some(TerminalReport::Sixel(true)));
        assert_eq!(report(b"\x1b[?4;22c"), Some(TerminalReport::Sixel(false)), "the first is what it is");
        assert_eq!(report(b"\x1b[6;20;10t"), Some(TerminalReport::CellSize(10, 20)));
        assert_eq!(report(b"\x1b_Gi=31;OK\x1b\\"), Some(TerminalReport::Kitty));
        for other in [&b"\x1b[6;0;0t"[..], b"\x1b[6;20;10;1t", b"\x1b_Gi=31;ENOTSUPPORTED\x1b\\", b"\x1b[97;5u", b"j"] {
            assert_eq!(report(other), None, "{other:?}");
        }
    }
}
