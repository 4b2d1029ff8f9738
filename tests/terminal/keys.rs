//! Every default key of the help, pressed in the demo: the program goes on, and what a key does shows.

use strandscope::app::keymap::{Action, ENTRIES};

use super::{Terminal, start};

/// `Esc` as terminals send it that tell it from the start of a sequence: nothing is waited for.
const ESC: &str = "\u{1b}[27u";

/// What the screen shows.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// A text.
    Text(&'static str),
    /// The list's cursor on the session whose id begins like that.
    Row(&'static str),
}

use Seen::{Row, Text};

impl Seen {
    fn shows(self, screen: &str) -> bool {
        let is_row = |line: &str, id: &str| {
            line.starts_with("│▌") && line.split("││").next().is_some_and(|cells| cells.contains(id))
        };
        match self {
            Text(text) => screen.contains(text),
            Row(id) => screen.lines().any(|line| is_row(line, id)),
        }
    }
}

/// Keys pressed one after another, each once what the one before leads to is there.
type Steps = &'static [(&'static str, Seen)];

/// Nothing is waited for.
const ANY: Seen = Text("");

const LIST: Steps = &[];
const LAST_ROW: Steps = &[("G", Row("tutor-fractions"))];
// `Enter` reads it again, and goes to its end once that is answered.
const CONVERSATION: Steps = &[("2", Text("/ find"))];
const FIRST_MESSAGE: Steps = &[("2", Text("/ find")), ("g", Text("▌  Hi, I ordered a tent"))];
const SECOND_MESSAGE: Steps =
    &[("2", Text("/ find")), ("g", Text("▌  Hi, I ordered a tent")), ("}", Text("▌  Let me look that up"))];
const LAST_MESSAGE: Steps = &[("2", Text("/ find")), ("G", Text("▌  Billing has your request"))];
const METRICS: Steps = &[("3", Text("x explain"))];
const METADATA: Steps = &[("4", Text("d remove"))];
const FLEET: Steps = &[("L", Text("changed within 1h"))];

/// Where an action's keys are pressed, what they lead to, and what is pressed to have it as before, beside `Esc`.
const SHOWN: &[(Action, Steps, Seen, Steps)] = &[
    (Action::Up, &[("j", Row("refactor-auth"))], Row("support-48213"), LIST),
    (Action::Down, LIST, Row("refactor-auth"), LIST),
    (Action::Left, LIST, Text("+ rate"), LIST),
    (Action::Right, LIST, Text("/ find"), LIST),
    (Action::PageUp, LAST_ROW, Row("support-48213"), LIST),
    (Action::PageDown, LIST, Row("tutor-fractions"), LIST),
    (Action::HalfPageUp, LAST_ROW, Row("support-48213"), LIST),
    (Action::HalfPageDown, LIST, Row("tutor-fractions"), LIST),
    (Action::Top, LAST_ROW, Row("support-48213"), LIST),
    (Action::Bottom, LIST, Row("tutor-fractions"), LIST),
    (Action::NextPane, LIST, Text("/ find"), LIST),
    (Action::PreviousPane, LIST, Text("+ rate"), LIST),
    (Action::PaneSessions, CONVERSATION, Text("L fleet"), LIST),
    (Action::PaneConversation, LIST, Text("/ find"), LIST),
    (Action::PaneMetrics, LIST, Text("x explain"), LIST),
    (Action::PaneMetadata, LIST, Text("d remove"), LIST),
    (Action::PaneFeedback, LIST, Text("+ rate"), LIST),
    (Action::NextSession, CONVERSATION, Row("refactor-auth"), LIST),
    (Action::PreviousSession, LIST, Text("this is the first session"), LIST),
    (Action::Bookmark, LIST, Text("support-48213 is bookmarked"), &[("b", ANY)]),
    (Action::Bookmarks, LIST, Text("nothing is bookmarked"), LIST),
    (Action::Recent, CONVERSATION, Text("╭ Recent "), LIST),
    (Action::Preview, LIST, Text("only sessions that are opened are shown"), &[("V", ANY)]),
    (Action::Zoom, CONVERSATION, Text("╭ 2 support-48213 ──[support] billing  all ─────────"), LIST),
    (Action::PreviousAgent, CONVERSATION, Text("[all]"), &[("]", ANY)]),
    (Action::NextAgent, CONVERSATION, Text("[billing]"), &[("[", ANY)]),
    (Action::Open, LIST, Text("/ find"), LIST),
    (Action::Back, CONVERSATION, Text("L fleet"), LIST),
    (Action::Filter, LIST, Text("╭ Filter the sessions"), LIST),
    (Action::NextMatch, LIST, Text("nothing was looked for yet"), LIST),
    (Action::PreviousMatch, LIST, Text("nothing was looked for yet"), LIST),
    (Action::PreviousMessage, SECOND_MESSAGE, Text("▌  Hi, I ordered a tent"), LIST),
    (Action::NextMessage, FIRST_MESSAGE, Text("▌  Let me look that up"), LIST),
    (Action::PreviousTurn, LAST_MESSAGE, Text("turn 4 of 4"), LIST),
    (Action::NextTurn, FIRST_MESSAGE, Text("turn 2 of 4"), LIST),
    (Action::GoBackTo, CONVERSATION, Text("╭ Back to the last"), LIST),
    (Action::GoOnTo, CONVERSATION, Text("╭ On to the next"), LIST),
    (Action::OpenLink, FIRST_MESSAGE, Text("there is no link in this message"), LIST),
    (Action::Sort, LIST, Text("╭ Sort the sessions"), LIST),
    (Action::ReverseSort, LIST, Text("by updated:asc"), &[("S", Row("support-48213"))]),
    (Action::Columns, LIST, Text("╭ Columns "), LIST),
    (Action::Edit, METADATA, Text("╭ Metadata of support-48213"), LIST),
    (Action::Add, METADATA, Text("type a key, then = and a value"), LIST),
    (Action::Remove, METADATA, Text("1 unsaved change"), &[("u", ANY)]),
    (Action::Rename, METADATA, Text("Enter take over"), LIST),
    (Action::Retype, METADATA, Text("Enter take it"), LIST),
    (Action::PasteField, LIST, Text("choose a field of the metadata first"), LIST),
    (Action::EditLarge, METADATA, Text("Enter take over"), LIST),
    (Action::Save, LIST, Text("nothing is unsaved here"), LIST),
    (Action::Discard, LIST, Text("nothing is unsaved here"), LIST),
    (Action::Undo, LIST, Text("there is nothing to take back"), LIST),
    (Action::Redo, LIST, Text("nothing was taken back"), LIST),
    (Action::Mark, LIST, Text("✓ 1 marked"), &[("k ", ANY)]),
    (Action::MarkAll, LIST, Text("✓ 13 marked"), &[("*", ANY)]),
    (Action::Bulk, LIST, Text("mark the sessions first"), LIST),
    (Action::Rate, LIST, Text("up: feedback on support-48213"), LIST),
    (Action::RateUp, LIST, Text("feedback on support-48213 is stored"), LIST),
    (Action::RateDown, LIST, Text("feedback on support-48213 is changed"), LIST),
    (Action::RateNeutral, LIST, Text("feedback on support-48213 is changed"), LIST),
    (Action::Review, LIST, Text("review: 2 sessions left"), &[("v", Text("/ 13 ╯")), ("1G", Row("tutor-fractions"))]),
    (Action::DeleteSession, LIST, Text("╭ Delete support-48213"), LIST),
    (Action::Copy, LIST, Text("╭ Copy "), LIST),
    (Action::Pager, LIST, Text("open a session first"), LIST),
    (Action::Tools, FIRST_MESSAGE, Text("▾ lookup_order"), &[("t", ANY)]),
    (Action::Inspect, LIST, Text("╭ session support-48213"), LIST),
    (Action::Explain, METRICS, Text("runs: 1"), LIST),
    (Action::LastError, LIST, Text("said, the newest first"), LIST),
    (Action::Events, LIST, Text("nothing happened so far"), LIST),
    (Action::Mouse, LIST, Text("the mouse is the terminal's"), &[("M", ANY)]),
    (Action::Themes, LIST, Text("╭ Themes "), LIST),
    (Action::Fleet, LIST, Text("╭ Fleet "), LIST),
    (Action::Window, FLEET, Text("changed within 2h"), LIST),
    (Action::Connections, LIST, Text("╭ Connections "), LIST),
    (Action::NextConnection, LIST, Text("no other connection is open"), LIST),
    (Action::PreviousConnection, LIST, Text("no other connection is open"), LIST),
    (Action::CloseConnection, LIST, Text("the only open connection is closed"), LIST),
    (Action::CommandLine, LIST, Text("╭ Command "), LIST),
    (Action::Help, LIST, Text("╭ Keys: type to narrow"), LIST),
];

/// Actions whose keys lead to what depends on the keys before, to nothing that shows in a demo that stands still, or that have in
/// the list the key of another action; and what is pressed to have it as before.
const UNSEEN: &[(Action, Steps)] = &[
    (Action::JumpBack, LIST),
    (Action::JumpForward, LIST),
    (Action::Widen, &[("<", ANY)]),
    (Action::Narrow, &[(">", ANY)]),
    (Action::MoveAgain, LIST),
    (Action::Reload, LIST),
    (Action::Duplicate, LIST),
    (Action::MoveUp, LIST),
    (Action::MoveDown, LIST),
    (Action::EditOutside, LIST),
    (Action::Reasoning, &[("R", ANY)]),
];

/// Actions that leave the demo: each is pressed last.
const LEAVE: [Action; 2] = [Action::Quit, Action::QuitNow];

/// What a terminal sends for a key as the settings write it.
fn sent(key: &str) -> String {
    let (modifier, name) = match key.split_once('-') {
        Some((modifier, name)) if !name.is_empty() => (modifier, name),
        _ => ("", key),
    };
    let number = match modifier {
        "" => "",
        "shift" => "2",
        "alt" => "3",
        "ctrl" => "5",
        other => panic!("{other} of {key}"),
    };
    let with = |end: char| if number.is_empty() { format!("\u{1b}[{end}") } else { format!("\u{1b}[1;{number}{end}") };
    match (modifier, name) {
        (_, "up") => with('A'),
        (_, "down") => with('B'),
        (_, "right") => with('C'),
        (_, "left") => with('D'),
        (_, "home") => with('H'),
        (_, "end") => with('F'),
        ("", "pageup") => "\u{1b}[5~".to_owned(),
        ("", "pagedown") => "\u{1b}[6~".to_owned(),
        ("", "tab") => "\t".to_owned(),
        ("shift", "backtab") => "\u{1b}[Z".to_owned(),
        ("", "enter") => "\r".to_owned(),
        ("", "esc") => ESC.to_owned(),
        ("", "space") => " ".to_owned(),
        ("ctrl", letter) if letter.len() == 1 => format!("\u{1b}[{};5u", u32::from(letter.as_bytes()[0])),
        ("shift", letter) if letter.len() == 1 => letter.to_uppercase(),
        ("", sign) if sign.chars().count() == 1 => sign.to_owned(),
        _ => panic!("what is sent for {key}?"),
    }
}

/// Back in the list, on its first row, nothing over it: which also shows that the program heard all that was pressed.
fn refresh(terminal: &mut Terminal, after: &str) {
    terminal.press(&ESC.repeat(4));
    let mark = format!("zz{after}");
    terminal.press(&format!(":{mark}"));
    terminal.wait_until(&format!("the line after {after}"), |screen| screen.contains(&mark));
    terminal.press(&format!("{ESC}1g"));
    let is_fresh = |screen: &str| {
        let over = screen.contains("╭ Command") || screen.contains(&mark);
        let title = screen.lines().find_map(|line| line.split_once("╭ 2 "));
        let shows_it = title.is_some_and(|(_, title)| title.contains("suppor"));
        !over
            && shows_it
            && screen.contains("L fleet")
            && screen.contains("/ 13 ╯")
            && Row("support-48213").shows(screen)
    };
    terminal.wait_until(&format!("the list after {after}"), is_fresh);
}

fn wait_for(terminal: &mut Terminal, seen: Seen, after: &str) {
    terminal.wait_until(&format!("{seen:?} after {after}"), |screen| seen.shows(screen));
}

fn step(terminal: &mut Terminal, steps: Steps, of: &str) {
    for (keys, seen) in steps {
        terminal.press(keys);
        wait_for(terminal, *seen, &format!("{keys:?} of {of}"));
    }
}

#[test]
fn every_key_does_what_the_help_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("a path");
    let variables = [("HOME", folder), ("XDG_STATE_HOME", folder)];
    let mut terminal = start(&["demo"], &variables);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    for entry in ENTRIES.iter().filter(|entry| !LEAVE.contains(&entry.action)) {
        let shown = SHOWN.iter().find(|(action, ..)| *action == entry.action);
        let unseen = UNSEEN.iter().find(|(action, _)| *action == entry.action);
        assert!(entry.keys.is_empty() || shown.is_some() != unseen.is_some(), "{}: what does it show?", entry.name);
        for key in entry.keys {
            let name = format!("{} ({key})", entry.name);
            step(&mut terminal, shown.map_or(LIST, |(_, before, ..)| *before), &name);
            terminal.press(&sent(key));
            if let Some((_, _, seen, _)) = shown {
                wait_for(&mut terminal, *seen, &name);
            }
            step(&mut terminal, shown.map_or(LIST, |(.., back)| *back), &name);
            step(&mut terminal, unseen.map_or(LIST, |(_, back)| *back), &name);
            refresh(&mut terminal, entry.name);
        }
    }
    terminal.press("c");
    terminal.wait_for("╭ Connections ");
    terminal.press(&sent("ctrl-w"));
    terminal.wait_for("demo is closed");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
    assert!(!String::from_utf8_lossy(terminal.raw()).contains("strandscope crashed"));

    let mut terminal = start(&["demo"], &variables);
    terminal.wait_until("rows", |screen| screen.contains("1–13 / 13 ╯"));
    terminal.press(&sent("ctrl-c"));
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}
