//! The form on metadata of 2,000 fields: from a key to the state behind it, and the frame that follows.

#[path = "form/desk.rs"]
mod desk;

use bson::{Bson, Document};
use crossterm::event::KeyCode::{self, Char, Down, End, Enter, Esc, Home, PageDown, PageUp, Right};
use desk::{
    Desk,
    Happening::{self, Control, Key, Theirs},
    fields,
};
use ratatui::layout::Size;

use crate::measure::{median, ms, report};

const FIELDS: usize = 2_000;
const ROUNDS: usize = 60;
const SIZES: [Size; 2] = [Size { width: 120, height: 40 }, Size { width: 200, height: 60 }];

/// What is measured: its name, what happens before it, it, and what happens after it so that all is as it was.
type FormDeed = (&'static str, &'static [Happening], Option<Happening>, &'static [Happening]);

const HOME: Happening = Key(Home);

/// What can be done with rows.
const ROWS: &[FormDeed] = &[
    ("drawn again", &[HOME], None, &[]),
    ("a line down", &[HOME], Some(Key(Down)), &[]),
    ("a page down", &[HOME, Key(PageDown)], Some(Key(PageDown)), &[]),
    ("a page up", &[Key(End)], Some(Key(PageUp)), &[]),
    ("to the end", &[HOME], Some(Key(End)), &[]),
    ("a character in a text", &[HOME, Key(Char('e'))], Some(Key(Char('x'))), &[Key(Esc), Key(Esc)]),
    ("a value taken over", &[HOME, Key(Char('e')), Key(Char('x'))], Some(Key(Enter)), &[Key(Char('u'))]),
    ("removed", &[HOME], Some(Key(Char('d'))), &[Key(Char('u'))]),
    ("removed, taken back", &[HOME, Key(Char('d'))], Some(Key(Char('u'))), &[]),
    ("removed again", &[HOME, Key(Char('d')), Key(Char('u'))], Some(Control('r')), &[Key(Char('u'))]),
    ("changes listed", &[HOME, Key(Char('d'))], Some(Control('s')), &[Key(Esc), Key(Char('u'))]),
    ("another's change", &[HOME], Some(Theirs), &[]),
];

/// What can be done where all rows are shown as they are stored.
const ALL: &[FormDeed] = &[
    ("moved", &[HOME], Some(Key(Char('J'))), &[Key(Char('u'))]),
    ("moved, taken back", &[HOME, Key(Char('J'))], Some(Key(Char('u'))), &[]),
    ("sorted by key", &[HOME], Some(Key(Char('s'))), &[Key(Char('s')), Key(Char('s'))]),
    ("sorted by type", &[HOME, Key(Char('s'))], Some(Key(Char('s'))), &[Key(Char('s'))]),
    ("a letter in the filter", &[HOME, Key(Char('/'))], Some(Key(Char('t'))), &[Key(Esc)]),
    ("a digit in the filter", &[HOME, Key(Char('/')), Key(Char('1'))], Some(Key(Char('7'))), &[Key(Esc)]),
];

/// What can be done with what folds.
const FOLDS: &[FormDeed] = &[("unfolded", &[HOME, Key(Down)], Some(Key(Right)), &[Key(KeyCode::Left)])];

/// What can be done while a row is typed in.
const TYPING: &[FormDeed] = &[
    ("drawn again", &[], None, &[]),
    ("a character", &[], Some(Key(Char('y'))), &[Key(KeyCode::Backspace)]),
    ("another's change", &[], Some(Theirs), &[]),
];

/// A form in some state: its name, how it comes to that, and what is done in it.
struct FormCase {
    name: &'static str,
    prepare: fn(&mut Desk),
    deeds: Vec<FormDeed>,
}

fn cases() -> Vec<FormCase> {
    vec![
        case("folded", |_| {}, &[ROWS, ALL, FOLDS]),
        case("unfolded", Desk::unfold_all, &[ROWS, ALL]),
        case("filtered", filter, &[ROWS]),
        case("typing", |desk| press(desk, &[HOME, Key(Char('e')), Key(Char('x'))]), &[TYPING]),
        case("1,999 changes", |desk| desk.change(changed(FIELDS)), &[ROWS, ALL]),
        case("1,000 conflicts", conflict, &[ROWS]),
    ]
}

fn case(name: &'static str, prepare: fn(&mut Desk), deeds: &[&[FormDeed]]) -> FormCase {
    FormCase { name, prepare, deeds: deeds.concat() }
}

/// Prints it.
pub fn run() {
    let stored = fields(FIELDS);
    for case in cases() {
        let mut desks = SIZES.map(|size| {
            let mut desk = Box::new(Desk::new(size, &stored));
            (case.prepare)(&mut desk);
            desk
        });
        for deed in &case.deeds {
            let seconds = desks.each_mut().map(|desk| measure(desk, deed));
            tell(&format!("form, {}: {}", case.name, deed.0), deed.2.is_some(), seconds);
        }
        if !desks[0].form().changes().is_empty() {
            let seconds = median((0..ROUNDS).map(|_| desks[0].draft()).collect());
            report(
                &format!("form, {}: as a draft, ms", case.name),
                seconds * 1e3,
                "< 2",
                "at every key, before its frame",
            );
        }
    }
}

/// Seconds of each round: to the state, and of the frame.
fn measure(desk: &mut Desk, (name, before, what, after): &FormDeed) -> (Vec<f64>, Vec<f64>) {
    let changes = desk.form().changes().len();
    let seconds = (0..ROUNDS).map(|_| {
        press(desk, before);
        // As it is in the program: the key before was drawn.
        desk.draw();
        let seconds = desk.measured(*what);
        press(desk, after);
        seconds
    });
    let seconds = seconds.unzip();
    assert_eq!(desk.form().changes().len(), changes, "{name}: all is as it was");
    seconds
}

fn tell(name: &str, is_key: bool, seconds: [(Vec<f64>, Vec<f64>); 2]) {
    let [(small, small_frames), (large, large_frames)] = seconds;
    if is_key {
        let states = [small, large].concat();
        let detail = format!("slowest {}", slowest(&states));
        report(&format!("{name}, ms"), median(states) * 1e3, "< 0.2", &detail);
    }
    for (size, frames) in [("120x40", small_frames), ("200x60", large_frames)] {
        let detail = format!("slowest {}", slowest(&frames));
        report(&format!("{name}, frame {size}, ms"), median(frames) * 1e3, "< 2", &detail);
    }
}

fn slowest(seconds: &[f64]) -> String {
    ms(seconds.iter().copied().fold(0.0, f64::max))
}

fn press(desk: &mut Desk, what: &[Happening]) {
    for one in what {
        desk.happen(*one);
    }
}

/// A filter that leaves all of the fields.
fn filter(desk: &mut Desk) {
    press(desk, &[Key(Char('/')), Key(Char('f')), Key(Char('i')), Key(Enter)]);
}

/// The fields with other values: all but the first and every so many behind it.
fn changed(but_every: usize) -> Document {
    let mut document = fields(FIELDS);
    for (at, (_, value)) in document.iter_mut().enumerate() {
        if !at.is_multiple_of(but_every) {
            *value = Bson::from("changed");
        }
    }
    document
}

/// Half of the fields were changed here, and all of them by another.
fn conflict(desk: &mut Desk) {
    desk.change(changed(2));
    let mut theirs = fields(FIELDS);
    theirs.iter_mut().for_each(|(_, value)| *value = Bson::from("theirs"));
    desk.store(theirs);
    assert_eq!(desk.form().conflicts.len(), FIELDS / 2);
}
