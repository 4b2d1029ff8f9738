use super::*;
use crossterm::event::{KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

/// What is heard of bytes that come in these reads, with nothing after them.
fn heard(reads: &[&[u8]]) -> Vec<String> {
    let mut sequences = Sequences::default();
    let mut events: Vec<Event> = reads.iter().flat_map(|read| sequences.take(read)).collect();
    events.extend(sequences.silence());
    events.iter().map(named).collect()
}

fn named(event: &Event) -> String {
    match event {
        Event::Paste(text) => format!("paste {text}"),
        Event::Key(key) => {
            let held = key.modifiers.iter_names().map(|(name, _)| format!("{name}-"));
            let let_go = if key.kind == KeyEventKind::Release { " let go" } else { "" };
            format!("{}{}{let_go}", held.collect::<String>(), key.code)
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn keys_of_one_read_are_all_heard() {
    assert_eq!(heard(&[b"jk\r\x7f\x1b[A\x1bOP\x1b[5~\x03"]).len(), 8);
    assert_eq!(heard(&[b"j\x1b[A\x1b[1;5D\x1bOB"]), ["j", "Up", "CONTROL-Left", "Down"]);
    assert_eq!(
        heard(&[b"\x1b[97;5u\x1b[27;5;13~\x1b[97:65;2u\x1b[97;1:3u"]),
        ["CONTROL-a", "CONTROL-Enter", "SHIFT-A", "a let go"]
    );
    assert_eq!(heard(&["é漢🧑".as_bytes()]), ["é", "漢", "🧑"]);
}

#[test]
fn a_window_tells_whether_it_is_looked_at() {
    assert_eq!(heard(&[b"a\x1b[I\x1b[Ob"]), ["a", "FocusGained", "FocusLost", "b"]);
    assert_eq!(heard(&[b"\x1b[", b"O"]), ["FocusLost"]);
}

#[test]
fn what_a_terminal_says_of_itself_is_no_key() {
    assert_eq!(heard(&[b"a\x1b[?0ub\x1b[?62;4c\x1b[6;20;10tc\x1b_Gi=31;OK\x1b\\d"]), ["a", "b", "c", "d"]);
    let mut sequences = Sequences::default();
    sequences.take(b"\x1b[?1");
    assert_eq!(sequences.reports(), []);
    sequences.take(b"u\x1b[6;20;10t");
    assert_eq!(sequences.reports(), [TerminalReport::KeysApart, TerminalReport::CellSize(10, 20)]);
    assert_eq!(sequences.reports(), []);
}

#[test]
fn a_sequence_or_character_may_come_in_parts() {
    assert_eq!(heard(&[b"\x1b", b"[", b"1;", b"5D", b"x"]), ["CONTROL-Left", "x"]);
    assert_eq!(heard(&[&[0xe6], &[0xbc, 0xa2]]), ["漢"]);
}

#[test]
fn the_escape_key_is_heard_with_what_is_typed_after_it() {
    assert_eq!(heard(&[b"\x1b"]), ["Esc"]);
    assert_eq!(heard(&[b"\x1b\x1b"]), ["Esc", "Esc"]);
    assert_eq!(heard(&[b"\x1b["]), ["Esc", "["]);
    assert_eq!(heard(&[b"\x1bO"]), ["Esc", "SHIFT-O"]);
    assert_eq!(heard(&[b"\x1b\x1b[B"]), ["Esc", "Down"]);
    assert_eq!(heard(&[b"\x1bj"]), ["ALT-j"]);
}

#[test]
fn what_never_ends_swallows_nothing() {
    for begun in
        [&b"\x1b[1;"[..], b"\x1b[<0;3", b"\x1b]11;rgb:", b"\x1bP>|x", b"\x1b[M", b"\x1bO", b"\x1b[", b"\xe6", b"\x1b["]
    {
        let mut sequences = Sequences::default();
        sequences.take(begun);
        assert!(sequences.patience().is_some(), "{begun:?}");
        sequences.silence();
        assert_eq!(sequences.patience(), None, "{begun:?}");
        assert_eq!(sequences.take(b"q").iter().map(named).collect::<Vec<_>>(), ["q"], "{begun:?}");
        assert_eq!(heard(&[begun, b"\x03"]).last().map(String::as_str), Some("CONTROL-c"), "{begun:?}");
        let together = [begun, b"\x03"].concat();
        assert_eq!(heard(&[&together]).last().map(String::as_str), Some("CONTROL-c"), "{begun:?}");
    }
}

#[test]
fn pasted_text_is_one_and_keys_follow_it() {
    assert_eq!(heard(&[b"a\x1b[200~D\x1b[201~b"]), ["a", "paste D", "b"]);
    assert_eq!(heard(&[b"\x1b[200~one ", b"two\x1b[20", b"1~x"]), ["paste one two", "x"]);
    assert_eq!(heard(&[b"\x1b[201~x"]), ["x"]);
}

#[test]
fn a_paste_without_an_end_is_left_by_what_is_typed() {
    let mut sequences = Sequences::default();
    assert!(sequences.take(b"\x1b[200~abc").is_empty());
    assert_eq!(sequences.silence().iter().map(named).collect::<Vec<_>>(), ["paste abc"]);
    assert_eq!(sequences.patience(), Some(LONGEST_PAUSE), "it is not asked for again and again");
    assert_eq!(sequences.take(b"q").iter().map(named).collect::<Vec<_>>(), ["q"]);
    assert_eq!(heard(&[b"\x1b[200~abc", b"\x03"]), ["paste abc", "CONTROL-c"]);
    assert_eq!(heard(&[b"\x1b[200~abc\x03"]), ["paste abc", "CONTROL-c"]);
}

#[test]
fn a_paste_that_paused_goes_on() {
    let mut sequences = Sequences::default();
    sequences.take(b"\x1b[200~abc");
    sequences.silence();
    assert!(sequences.take(b"DD").is_empty(), "two at once are not typed");
    assert_eq!(sequences.silence().len(), 1);
    let rest = sequences.take(b"D\x1b[201~q");
    assert_eq!(rest.iter().map(named).collect::<Vec<_>>(), ["paste D", "q"]);
}

#[test]
fn a_paste_that_pauses_within_a_character_or_its_end_loses_nothing() {
    let text = "é漢🧑abc";
    let whole = text.as_bytes();
    for at in 1..=9 {
        for end in 0..PASTE_ENDS.len() {
            let mut sequences = Sequences::default();
            let mut events = sequences.take(&[PASTE_BEGINS, &whole[..at]].concat());
            events.extend(sequences.silence());
            events.extend(sequences.take(&[&whole[at..], &PASTE_ENDS[..end]].concat()));
            events.extend(sequences.silence());
            events.extend(sequences.take(&PASTE_ENDS[end..]));
            events.extend(sequences.take(b"q"));
            let part = |event: &Event| if let Event::Paste(part) = event { part.clone() } else { String::new() };
            assert_eq!(events.iter().map(part).collect::<String>(), text, "{at} {end}");
            assert_eq!(events.iter().map(named).filter(|name| !name.starts_with("paste")).collect::<Vec<_>>(), ["q"]);
        }
    }
}

#[test]
fn a_paste_without_an_end_is_left_after_a_while() {
    let mut sequences = Sequences::default();
    sequences.take(b"\x1b[200~abc");
    sequences.silence();
    assert!(sequences.silence().is_empty());
    assert_eq!(sequences.patience(), None);
    assert_eq!(sequences.take(b"qj").iter().map(named).collect::<Vec<_>>(), ["q", "j"]);
    for key in [&b"\x1b"[..], b"\x1b[A", "é".as_bytes()] {
        let mut sequences = Sequences::default();
        sequences.take(b"\x1b[200~abc");
        sequences.silence();
        sequences.take(key);
        sequences.silence();
        assert_eq!(sequences.take(b"qj").len(), 2, "one key leaves it: {key:?}");
    }
}

#[test]
fn answers_of_the_terminal_are_no_keys() {
    assert_eq!(heard(&[b"\x1b]11;rgb:ffff/ffff/ffff\x07a"]), ["a"]);
    assert_eq!(heard(&[b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\a"]), ["a"]);
    assert_eq!(heard(&[b"\x1bP>|xterm\x1b\\\x1b[?62;c\x1b[12;40R\x1b[Ia"]), ["FocusGained", "a"]);
}

#[test]
fn the_background_that_was_asked_is_heard_beside_keys() {
    let told = |reads: &[&[u8]]| {
        let mut sequences = Sequences::default();
        let keys: Vec<String> = reads.iter().flat_map(|read| sequences.take(read)).map(|key| named(&key)).collect();
        (sequences.background(), keys)
    };
    let white = (Some([255; 3]), vec!["j".to_owned(), "k".to_owned()]);
    assert_eq!(told(&[b"j\x1b]11;rgb:ffff/ffff/ffff\x07k"]), white);
    assert_eq!(told(&[b"j\x1b]11;rgb:ff/", b"ff/ff\x1b", b"\\k"]), white);
    assert_eq!(told(&[b"jk\x1b]11;rgba:f/f/f/0\x07"]), white);
    assert_eq!(told(&[b"\x1b]11;rgb:1e1e/2020/0000\x1b\\"]).0, Some([0x1e, 0x20, 0]));
    for none in
        [&b"\x1b]11;?\x07"[..], b"\x1b]11;rgb:fffff/0/0\x07", b"\x1b]11;rgb:ff/ff\x07", b"\x1b]10;rgb:f/f/f\x07"]
    {
        assert_eq!(told(&[none]), (None, Vec::new()), "{none:?}");
    }
}

#[test]
fn an_answer_over_a_slow_line_is_waited_for_longer_than_a_key() {
    let patience = |begun: &[u8]| {
        let mut sequences = Sequences::default();
        sequences.take(begun);
        sequences.patience()
    };
    assert_eq!(patience(b"\x1b]11;rgb:ff"), Some(ANSWER));
    assert_eq!(patience(b"\x1b[1;"), Some(ESCAPE));
}

#[test]
fn the_mouse_is_told_from_places_that_are_none() {
    let mouse = |bytes: &[u8]| Sequences::default().take(bytes);
    let at = |kind| Event::Mouse(MouseEvent { kind, column: 2, row: 4, modifiers: KeyModifiers::NONE });
    let left = MouseButton::Left;
    assert_eq!(mouse(b"\x1b[<0;3;5M\x1b[<0;3;5m"), [at(MouseEventKind::Down(left)), at(MouseEventKind::Up(left))]);
    assert_eq!(mouse(b"\x1b[<65;3;5M"), [at(MouseEventKind::ScrollDown)]);
    assert_eq!(mouse(b"\x1b[32;3;5M"), [at(MouseEventKind::Down(left))]);
    assert_eq!(mouse(b"\x1b[M #%"), [at(MouseEventKind::Down(left))]);
    assert!(mouse(b"\x1b[<0;0;0M\x1b[<9999999;1;1M").is_empty());
}

#[test]
fn whatever_comes_a_key_after_it_is_heard() {
    // Every two bytes after an escape byte, in one read.
    for bytes in 0..=u16::MAX {
        let [first, second] = bytes.to_be_bytes();
        let mut sequences = Sequences::default();
        sequences.take(&[ESC, first, second]);
        sequences.silence();
        assert_eq!(sequences.take(b"x\x03").last(), Some(&control_c()), "{first:#x} {second:#x}");
    }
}
