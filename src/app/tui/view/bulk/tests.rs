use crate::{
    app::{
        task::{Command, Event},
        tui::{
            state::sample::Screen,
            view::{self, sample},
        },
        writes::bulk::{BulkEnd, BulkProgress, BulkTally, SessionOutcome},
    },
    repository::Error,
};

const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (120, 40)];

fn picture(screen: &Screen) -> String {
    let area = screen.state.areas.body;
    sample::screen(area.width, area.height + 2, |frame, _| view::draw(frame, &screen.state))
}

/// A list that may be written, three of its sessions marked.
fn marked(width: u16, height: u16) -> Screen {
    let mut screen = Screen::listed(width, height);
    if let Some(place) = &mut screen.state.workspace.connection.place {
        place.read_only = false;
    }
    screen.press("   ");
    screen
}

/// The preview of a field that is set.
fn previewed(width: u16, height: u16) -> Screen {
    let mut screen = marked(width, height);
    screen.press("B\npriority=high\n");
    screen.answer_all();
    screen
}

fn tally() -> BulkTally {
    let mut tally = BulkTally::default();
    for at in 0..40 {
        tally.count(&format!("support-{at}"), SessionOutcome::Done, || "priority: str \"high\", new".to_owned());
    }
    tally.count("resumed-7", SessionOutcome::Conflict, || "metadata.priority was changed meanwhile".to_owned());
    tally.count("guarded-3\u{1b}[2J", SessionOutcome::Misfit, || "its metadata is not an object".to_owned());
    tally
}

/// The ticket of the change that was ordered.
fn ordered(screen: &mut Screen) -> crate::app::task::Ticket {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Bulk(..))).expect("a change");
    match screen.asked.remove(at) {
        Some(Command::Bulk(ticket, _)) => ticket,
        _ => unreachable!(),
    }
}

fn running(width: u16, height: u16) -> Screen {
    let mut screen = previewed(width, height);
    screen.press("\n");
    let ticket = ordered(&mut screen);
    let mut tally = BulkTally::default();
    for at in 0..5 {
        tally.count(&format!("support-{at}"), SessionOutcome::Done, || "priority: str \"high\", new".to_owned());
    }
    tally.count("resumed-7", SessionOutcome::Misfit, || "\"x\" does not fit".to_owned());
    screen.tell(Event::BulkAt(ticket, Box::new(BulkProgress { tally, changes: Vec::new() })));
    screen
}

fn ended(width: u16, height: u16) -> Screen {
    let mut screen = previewed(width, height);
    screen.press("\n");
    let ticket = ordered(&mut screen);
    let report = Some("/state/bulk/20261123T141120Z.jsonl".into());
    let error = Some(Error::unreachable("localhost:27017", "connection refused"));
    let end = BulkEnd { tally: tally(), report, error, left: None };
    screen.tell(Event::BulkEnded(ticket, Ok(Box::new(end))));
    screen
}

#[test]
fn every_state_at_every_size() {
    for (width, height) in SIZES {
        let states: Vec<(&str, Screen)> = vec![
            ("marked", marked(width, height)),
            ("choose", {
                let mut screen = marked(width, height);
                screen.press("Bj");
                screen
            }),
            ("type", {
                let mut screen = marked(width, height);
                screen.press("Bjjj\nretries=number\n");
                screen
            }),
            ("look", previewed(width, height)),
            ("run", running(width, height)),
            ("ended", ended(width, height)),
        ];
        for (name, screen) in states {
            let drawn = picture(&screen);
            assert!(sample::safe(&drawn), "{drawn}");
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn);
        }
    }
}

#[test]
fn without_colours_and_unicode() {
    let mut screen = ended(80, 24);
    screen.state.look = sample::plain();
    insta::assert_snapshot!("ended_ascii", picture(&screen));
    let mut screen = marked(80, 24);
    screen.state.look = sample::plain();
    insta::assert_snapshot!("marked_ascii", picture(&screen));
}
