use proptest::prelude::*;

use super::*;

fn typed(text: &str, keys: &[KeyCode]) -> String {
    let mut area = TextArea::new(vec![text.to_owned()]);
    area.move_cursor(CursorMove::End);
    for key in keys {
        take(&mut area, KeyEvent::from(*key));
    }
    area.lines().join("\n")
}

#[test]
fn a_line_is_cleared_and_brought_back_as_in_a_shell() {
    let mut area = TextArea::new(vec!["app:zzz".to_owned()]);
    area.move_cursor(CursorMove::End);
    take(&mut area, control('u'));
    assert_eq!(area.lines(), [""]);
    take(&mut area, control('y'));
    assert_eq!(area.lines(), ["app:zzz"]);
    take(&mut area, KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT));
    assert_eq!(area.lines(), [""]);
}

fn control(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
}

#[test]
fn a_word_goes_back_to_the_blank_before_it_and_is_brought_back() {
    let mut area = line("app:shop -meta.tier:gold  ");
    take(&mut area, control('w'));
    assert_eq!(area.lines(), ["app:shop "]);
    take(&mut area, control('y'));
    assert_eq!(area.lines(), ["app:shop -meta.tier:gold  "]);
    take(&mut area, control('_'));
    assert_eq!(area.lines(), ["app:shop "]);
    take(&mut area, control('w'));
    take(&mut area, control('w'));
    assert_eq!(area.lines(), [""]);
}

#[test]
fn a_line_is_edited_as_in_a_shell() {
    let mut area = line("one two three");
    take(&mut area, control('a'));
    take(&mut area, KeyEvent::new(KeyCode::Char('d'), KeyModifiers::ALT));
    assert_eq!(area.lines(), [" two three"]);
    take(&mut area, KeyEvent::new(KeyCode::Char('f'), KeyModifiers::ALT));
    take(&mut area, control('k'));
    assert_eq!(area.lines(), [" two"], "the rest of the line is gone");
    take(&mut area, control('e'));
    take(&mut area, KeyEvent::new(KeyCode::Backspace, KeyModifiers::ALT));
    assert_eq!(area.lines(), [" "]);
    take(&mut area, control('h'));
    take(&mut area, KeyEvent::from(KeyCode::Char('x')));
    assert!(area.lines()[0].ends_with('x'));
}

#[test]
fn what_was_put_there_is_replaced_by_what_is_typed_and_kept_by_every_other_key() {
    let first = |key: KeyEvent| {
        let mut area = line("app:shop");
        Prefilled::of(&mut area).before(&mut area, key);
        take(&mut area, key);
        area.lines()[0].clone()
    };
    assert_eq!(first(KeyEvent::from(KeyCode::Char('x'))), "x");
    assert_eq!(first(KeyEvent::new(KeyCode::Char('X'), KeyModifiers::SHIFT)), "X");
    assert_eq!(first(KeyEvent::from(KeyCode::Left)), "app:shop");
    assert_eq!(first(KeyEvent::from(KeyCode::End)), "app:shop");
    assert_eq!(first(KeyEvent::from(KeyCode::Backspace)), "app:sho");
    assert_eq!(first(control('a')), "app:shop");
    assert_eq!(first(control('u')), "");
}

#[test]
fn what_was_replaced_is_back_at_once_when_the_rest_is_taken_back() {
    let undo = control('_');
    for keys in ["x", "xyz"] {
        let mut area = line("high");
        let mut prefilled = Prefilled::of(&mut area);
        for key in keys.chars().map(|c| KeyEvent::from(KeyCode::Char(c))).chain(keys.chars().map(|_| undo)) {
            prefilled.before(&mut area, key);
            prefilled.take(&mut area, key);
        }
        assert_eq!(area.lines(), ["high"], "{keys}");
    }
    let mut area = line("high");
    let mut prefilled = Prefilled::of(&mut area);
    prefilled.pasted();
    area.insert_str("low");
    prefilled.before(&mut area, undo);
    prefilled.take(&mut area, undo);
    assert_eq!(area.lines(), ["high"]);
}

#[test]
fn what_is_seen_as_one_is_deleted_whole() {
    for one in ["👩‍👩‍👧", "🇪🇸", "e\u{301}", "👍🏽", "漢", "x"] {
        let text = format!("a{one}b{one}");
        assert_eq!(typed(&text, &[KeyCode::Backspace]), format!("a{one}b"));
        assert_eq!(typed(&text, &[KeyCode::Home, KeyCode::Right, KeyCode::Delete]), format!("ab{one}"));
        let between = [KeyCode::Left, KeyCode::Left, KeyCode::Char('!')];
        assert_eq!(typed(&text, &between), format!("a{one}!b{one}"));
        let within = [KeyCode::Home, KeyCode::Right, KeyCode::Right, KeyCode::Char('!')];
        assert_eq!(typed(&text, &within), format!("a{one}!b{one}"));
    }
}

fn alt(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::ALT)
}

/// A line with its caret, `|`.
fn with_caret(line: &str) -> TextArea<'static> {
    let caret = line.chars().position(|c| c == '|').unwrap();
    let mut area = TextArea::new(vec![line.replacen('|', "", 1)]);
    area.move_cursor(CursorMove::Jump(0, u16::try_from(caret).unwrap()));
    area
}

fn caret_in(area: &TextArea<'static>) -> String {
    let mut line: Vec<char> = area.lines()[0].chars().collect();
    line.insert(area.cursor().1, '|');
    line.into_iter().collect()
}

#[test]
fn words_are_letters_and_digits_as_in_a_shell() {
    for (before, key, after) in [
        ("app:shop -meta.tier:gold|", 'b', "app:shop -meta.tier:|gold"),
        ("app:shop -meta.tier:|gold", 'b', "app:shop -meta.|tier:gold"),
        ("app:shop -|meta.tier", 'b', "app:|shop -meta.tier"),
        ("-- |", 'b', "|-- "),
        ("|", 'b', "|"),
        ("|app:shop -meta", 'f', "app|:shop -meta"),
        ("app|:shop -meta", 'f', "app:shop| -meta"),
        ("app:shop| -meta.", 'f', "app:shop -meta|."),
        ("meta|.--", 'f', "meta.--|"),
        ("a_|b", 'f', "a_b|"),
        ("été|-漢字9", 'f', "été-漢字9|"),
        ("|e\u{301}te\u{301}.", 'f', "e\u{301}te\u{301}|."),
        ("x👩‍👩‍👧|", 'b', "|x👩‍👩‍👧"),
        ("app:|shop -meta", 'd', "app:| -meta"),
        ("app|:shop -meta", 'd', "app| -meta"),
        ("app|", 'd', "app|"),
        ("meta.tier:gold|", 'h', "meta.tier:|"),
        ("meta.tier:|gold", 'h', "meta.|gold"),
        ("|meta", 'h', "|meta"),
    ] {
        let codes: &[KeyCode] = match key {
            'b' => &[KeyCode::Char('b'), KeyCode::Left],
            'f' => &[KeyCode::Char('f'), KeyCode::Right],
            'd' => &[KeyCode::Char('d'), KeyCode::Delete],
            _ => &[KeyCode::Char('h'), KeyCode::Backspace],
        };
        for code in codes {
            let mut area = with_caret(before);
            take(&mut area, alt(*code));
            assert_eq!(caret_in(&area), after, "{before} {code:?}");
        }
    }
    let mut area = with_caret("a.b|.c");
    take(&mut area, KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL));
    assert_eq!(caret_in(&area), "a.|b.c");
    take(&mut area, KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL));
    assert_eq!(caret_in(&area), "a.b|.c");
}

#[test]
fn a_step_over_a_word_goes_on_in_the_next_line() {
    let mut area = TextArea::new(vec!["one".to_owned(), "two".to_owned()]);
    area.move_cursor(CursorMove::Jump(1, 0));
    take(&mut area, alt(KeyCode::Char('b')));
    assert_eq!(area.cursor().0, 0, "to the line before");
    area.move_cursor(CursorMove::Jump(0, 3));
    take(&mut area, alt(KeyCode::Char('f')));
    assert_eq!(area.cursor().0, 1, "and to the next");
}

proptest! {
    #[test]
    fn what_one_steps_over_is_what_is_deleted(text in "[a-z9.: _é漢-]{0,20}", caret in 0usize..20) {
        let at = caret.min(text.chars().count());
        let line: String = text.chars().take(at).chain(['|']).chain(text.chars().skip(at)).collect();
        for (step, delete) in [('b', 'h'), ('f', 'd')] {
            let (mut stepped, mut deleted) = (with_caret(&line), with_caret(&line));
            take(&mut stepped, alt(KeyCode::Char(step)));
            prop_assert_eq!(&stepped.lines()[0], &text);
            let to = stepped.cursor().1;
            let chars: Vec<char> = text.chars().collect();
            let kept = [&chars[..at.min(to)], &chars[at.max(to)..]].concat();
            take(&mut deleted, alt(KeyCode::Char(delete)));
            prop_assert_eq!(&deleted.lines()[0], &kept.iter().collect::<String>());
            // It stops at an end of the line or of a word.
            let (before, after) = (to.checked_sub(1).map(|at| chars[at]), chars.get(to).copied());
            let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let is_end = if step == 'b' { to == 0 || is_word(after) && !is_word(before) } else {
                to == chars.len() || is_word(before) && !is_word(after)
            };
            prop_assert!(is_end, "{} {}", line, to);
        }
    }
}
