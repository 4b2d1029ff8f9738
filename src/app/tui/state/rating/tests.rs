use bson::Bson;

use super::*;
use crate::{
    app::{
        task::{Event, WriteOrder},
        tui::state::sample::Screen,
        writes::HandOutcome,
    },
    repository::Error,
    session::{Change, encode},
};

/// The next write that was ordered.
fn ordered(screen: &mut Screen) -> Option<(Ticket, Box<WriteOrder>)> {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Write(..)))?;
    match screen.asked.remove(at) {
        Some(Command::Write(ticket, order)) => Some((ticket, order)),
        _ => None,
    }
}

fn given(order: &WriteOrder) -> &NewFeedback {
    let Write::Feedback(_, feedback) = &order.write else { panic!("{:?}", order.write) };
    feedback
}

/// It is stored; gives the element.
fn stored(screen: &mut Screen, (ticket, order): &(Ticket, Box<WriteOrder>)) -> Bson {
    let Write::Feedback(key, new) = &order.write else { panic!("{:?}", order.write) };
    let element = Bson::from(encode::feedback(new));
    let changes = vec![Change::feedback(key.clone(), decode::feedback(&element))];
    screen.tell(Event::Written(*ticket, Box::new(HandOutcome { changes, ..HandOutcome::default() })));
    element
}

#[test]
fn a_rating_is_given_once_however_often_its_key_is_pressed() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1+++");
    let (_, order) = ordered(&mut screen).expect("it is stored");
    assert_eq!(given(&order).rating, Rating::Up);
    assert_eq!((given(&order).agent_id.as_ref(), given(&order).message_id), (None, None));
    assert!(ordered(&mut screen).is_none());
    assert_eq!(screen.state.said.as_deref(), Some("feedback on it is just being stored"));
    screen.press("j-");
    let (_, order) = ordered(&mut screen).expect("another session is another matter");
    assert_eq!(given(&order).rating, Rating::Down);
}

#[test]
fn in_a_conversation_it_speaks_of_the_message() {
    let mut screen = Screen::writable(120, 40);
    screen.press("2=");
    let (agent, message) = screen.state.workspace.conversation.selected().expect("a message");
    let (agent, id) = (agent.clone(), message.message_id);
    let (_, order) = ordered(&mut screen).expect("it is stored");
    assert_eq!((given(&order).agent_id.as_ref(), given(&order).message_id), (Some(&agent), id));
    assert_eq!(given(&order).rating, Rating::Neutral);
}

#[test]
fn it_is_pending_until_it_is_stored_or_refused() {
    let mut screen = Screen::writable(120, 40);
    screen.press("2+");
    let write = ordered(&mut screen).expect("it is stored");
    let shown = |screen: &Screen| screen.state.workspace.feedback.pending.len();
    assert_eq!(shown(&screen), 1);
    let before = screen.state.workspace.conversation.session().unwrap().feedbacks.len();
    stored(&mut screen, &write);
    assert_eq!(shown(&screen), 0);
    assert_eq!(screen.state.workspace.conversation.session().unwrap().feedbacks.len(), before + 1);
    screen.press("k-");
    if let Some((ticket, _)) = ordered(&mut screen) {
        let error = Error::other("writing", "refused");
        screen.tell(Event::NotWritten { ticket, error, stored: None });
    }
    assert_eq!(shown(&screen), 0);
}

#[test]
fn what_this_run_gave_is_changed_and_guarded_by_all_that_is_stored() {
    let mut screen = Screen::writable(120, 40);
    screen.press("2+");
    let write = ordered(&mut screen).expect("it is stored");
    let element = stored(&mut screen, &write);
    screen.press("+");
    assert!(ordered(&mut screen).is_none());
    assert_eq!(screen.state.said.as_deref(), Some("it is rated up already"));
    screen.press("-");
    let (_, order) = ordered(&mut screen).expect("it is changed");
    let Write::ChangeFeedback(_, change) = &order.write else { panic!("{:?}", order.write) };
    assert_eq!(change.stored, element);
    assert_eq!(change.new.as_ref().and_then(|new| new.get("rating")), Some(&Bson::from("down")));
    let [pending] = screen.state.workspace.feedback.pending.as_slice() else { panic!("it is pending") };
    assert!(pending.stored.is_some() && !pending.is_taken_back);
}

#[test]
fn of_what_another_run_gave_the_journal_is_asked() {
    for (is_own, action) in [(true, "d"), (false, "d"), (true, "e"), (false, "e"), (true, "f"), (false, "f")] {
        let mut screen = Screen::writable(120, 40);
        screen.press("5");
        let (_, selected) = screen.state.selected_feedback().expect("a feedback");
        let element = selected.raw.bson();
        screen.press(action);
        let asked = screen.asked.iter().find_map(|command| match command {
            Command::OwnFeedback(ticket, _) => Some(*ticket),
            _ => None,
        });
        let ticket = asked.expect("the journal is asked");
        screen.tell(Event::OwnFeedback(ticket, if is_own { vec![element.clone()] } else { Vec::new() }));
        let write = ordered(&mut screen);
        let editor = match screen.state.modals.last() {
            Some(Modal::Editor(editor)) => Some(editor),
            _ => None,
        };
        match (is_own, action) {
            (true, "d") => {
                let (_, order) = write.expect("it is taken back");
                let Write::ChangeFeedback(_, change) = &order.write else { panic!("{:?}", order.write) };
                assert_eq!((&change.stored, &change.new), (&element, &None));
            }
            (true, _) => assert!(editor.is_some_and(|editor| editor.changes_feedback()), "{action}"),
            (false, "f") => assert!(editor.is_some_and(|editor| !editor.changes_feedback())),
            (false, _) => {
                assert!(write.is_none() && editor.is_none());
                assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("somebody else")));
            }
        }
    }
}
