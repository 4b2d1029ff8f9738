//! What a whole sequence means: the codes of xterm, of the Linux console and of those that report keys with `CSI u`.
//!
//! <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// A key that was pressed.
pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

/// The character that stands first: its bytes and its key; no key where it is none. `None`: its rest has not come.
pub(super) fn character(bytes: &[u8]) -> Option<(usize, Option<Event>)> {
    let first = *bytes.first()?;
    let controlled = |letter: u8| key(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
    let event = match first {
        b'\r' => key(KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => key(KeyCode::Tab, KeyModifiers::NONE),
        0x7f => key(KeyCode::Backspace, KeyModifiers::NONE),
        0 => controlled(b' '),
        0x01..=0x1a => controlled(first - 1 + b'a'),
        0x1b => key(KeyCode::Esc, KeyModifiers::NONE),
        0x1c..=0x1f => controlled(first - 0x1c + b'4'),
        _ => return text(bytes),
    };
    Some((1, Some(event)))
}

/// A character of text in UTF-8.
fn text(bytes: &[u8]) -> Option<(usize, Option<Event>)> {
    let length = match *bytes.first()? {
        ..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((1, None)),
    };
    let whole = &bytes[..length.min(bytes.len())];
    match str::from_utf8(whole) {
        Ok(text) => {
            let typed = text.chars().next().map(|char| {
                let shift = if char.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
                key(KeyCode::Char(char), shift)
            });
            Some((length, typed))
        }
        Err(error) if error.error_len().is_none() => None,
        Err(_) => Some((1, None)),
    }
}

/// The background's colour, as a terminal that was asked answers: `ESC ] 11 ; rgb:RRRR/GGGG/BBBB` with 1 to 4 digits each,
/// ended by BEL or `ESC \`.
pub(super) fn background(answer: &[u8]) -> Option<[u8; 3]> {
    let text = str::from_utf8(answer.strip_prefix(b"\x1b]11;")?).ok()?;
    let text = text.strip_suffix('\x07').or_else(|| text.strip_suffix("\x1b\\"))?;
    let parts = text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:"))?;
    let mut parts = parts.split('/').map(share);
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// Hexadecimal digits as a share of the most that so many can say.
fn share(digits: &str) -> Option<u8> {
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    let most = (1_u32 << (4 * digits.len())) - 1;
    u32::from_str_radix(digits, 16).ok().map(|value| (value * 255 / most) as u8)
}

/// `ESC O` and a letter.
pub(super) fn function(end: u8) -> Option<Event> {
    named(end).map(|code| key(code, KeyModifiers::NONE))
}

/// `ESC [`, parameters and what ends them.
pub(super) fn control(parameters: &str, end: u8) -> Option<Event> {
    if let Some(mouse) = parameters.strip_prefix('<') {
        return pressed(mouse, 0).map(|mouse| lifted(mouse, end)).map(Event::Mouse);
    }
    let mut fields = parameters.split(';');
    let (first, held, third) = (fields.next().unwrap_or_default(), fields.next(), fields.next());
    let (mut modifiers, kind) = modifiers(held.unwrap_or_default());
    let code = match end {
        b'~' if first == "27" => unicode(third?, &mut modifiers)?,
        b'~' => numbered(first)?,
        b'u' => unicode(first, &mut modifiers)?,
        b'M' => return pressed(parameters, 32).map(Event::Mouse),
        b'Z' => {
            modifiers |= KeyModifiers::SHIFT;
            KeyCode::BackTab
        }
        // The terminal's window is looked at, or not.
        b'I' if parameters.is_empty() => return Some(Event::FocusGained),
        b'O' if parameters.is_empty() => return Some(Event::FocusLost),
        // With other numbers it is where the cursor stands, which nobody asked.
        b'R' if !matches!(first, "" | "1") => return None,
        end => named(end)?,
    };
    Some(Event::Key(KeyEvent::new_with_kind(code, modifiers, kind)))
}

fn named(end: u8) -> Option<KeyCode> {
    Some(match end {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(1 + end - b'P'),
        _ => return None,
    })
}

fn numbered(number: &str) -> Option<KeyCode> {
    Some(match number.parse::<u8>().ok()? {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        number @ 11..=15 => KeyCode::F(number - 10),
        number @ 17..=21 => KeyCode::F(number - 11),
        number @ 23..=26 => KeyCode::F(number - 12),
        number @ 28..=29 => KeyCode::F(number - 15),
        number @ 31..=34 => KeyCode::F(number - 17),
        _ => return None,
    })
}

/// A key by its character: `97`, or `97:65` with the one that shift makes of it.
fn unicode(numbers: &str, modifiers: &mut KeyModifiers) -> Option<KeyCode> {
    let mut numbers = numbers.split(':');
    let number: u32 = numbers.next()?.parse().ok()?;
    let shifted = numbers.next().and_then(|number| number.parse().ok()).and_then(char::from_u32);
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    Some(match number {
        9 if shift => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        57399..=57408 => KeyCode::Char(char::from_digit(number - 57399, 10)?),
        57409..=57413 => KeyCode::Char(['.', '/', '*', '-', '+'][(number - 57409) as usize]),
        57415 => KeyCode::Char('='),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        // Other keys of the keyboard's own, and control characters that have no key.
        57344..=63743 | ..=31 => return None,
        _ => {
            let plain = char::from_u32(number)?;
            let mut upper = plain.to_uppercase();
            match (shift, shifted, upper.next(), upper.next()) {
                (true, Some(shifted), ..) => KeyCode::Char(shifted),
                (true, None, Some(upper), None) => KeyCode::Char(upper),
                _ => KeyCode::Char(plain),
            }
        }
    })
}

/// Keys held meanwhile, and whether the key was pressed, repeats or was let go: `5` or `5:3`.
fn modifiers(numbers: &str) -> (KeyModifiers, KeyEventKind) {
    let mut numbers = numbers.split(':').map(|number| number.parse::<u8>().unwrap_or(1));
    let held = numbers.next().unwrap_or(1).saturating_sub(1);
    let kind = match numbers.next() {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    let of = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = of.into_iter().enumerate().filter(|(bit, _)| held & (1 << bit) != 0).map(|(_, modifier)| modifier);
    (held.collect(), kind)
}

/// `button;column;row`, the button counted from `base`, the rest from 1.
fn pressed(parameters: &str, base: u8) -> Option<MouseEvent> {
    let mut fields = parameters.split(';');
    let button = fields.next()?.parse::<u8>().ok()?.checked_sub(base)?;
    let mut place = || fields.next()?.parse::<u16>().ok()?.checked_sub(1);
    let (column, row) = (place()?, place()?);
    mouse(button, column, row)
}

/// In this form a button that was let go keeps its number, and the sequence ends with `m`.
fn lifted(mouse: MouseEvent, end: u8) -> MouseEvent {
    match mouse.kind {
        MouseEventKind::Down(button) if end == b'm' => MouseEvent { kind: MouseEventKind::Up(button), ..mouse },
        _ => mouse,
    }
}

/// `ESC [ M` and three bytes, each 32 more than what it means; places are counted from 1.
pub(super) fn old_mouse(button: u8, column: u8, row: u8) -> Option<Event> {
    let place = |byte: u8| byte.checked_sub(33).map(u16::from);
    mouse(button.checked_sub(32)?, place(column)?, place(row)?).map(Event::Mouse)
}

/// From low to high: two bits of the button, shift, alt, control, moved, two more bits of the button.
fn mouse(bits: u8, column: u16, row: u16) -> Option<MouseEvent> {
    let button = match bits & 0b11 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match ((bits & 0b11) | ((bits & 0b1100_0000) >> 4), bits & 0b10_0000 != 0) {
        (0..=2, false) => MouseEventKind::Down(button),
        (0..=2, true) => MouseEventKind::Drag(button),
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let of = [KeyModifiers::SHIFT, KeyModifiers::ALT, KeyModifiers::CONTROL];
    let held = of.into_iter().enumerate().filter(|(bit, _)| bits & (0b100 << bit) != 0).map(|(_, modifier)| modifier);
    Some(MouseEvent { kind, column, row, modifiers: held.collect() })
}
