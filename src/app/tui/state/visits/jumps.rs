//! Back to where one was, and forward again.

use std::mem;

use crate::app::tui::state::{AppState, Effect, areas::Pane, conversation::JumpSpot, named::ChosenSession};

/// Older places are forgotten.
const MOST: usize = 100;

/// A place that one comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JumpPlace {
    session: ChosenSession,
    spot: JumpSpot,
}

/// Places before and after this one, the nearest last.
#[derive(Debug, Default)]
pub(super) struct JumpList {
    back: Vec<JumpPlace>,
    forward: Vec<JumpPlace>,
}

impl JumpList {
    /// One is about to go elsewhere from there.
    fn note(&mut self, from: JumpPlace) {
        self.forward.clear();
        self.back.retain(|place| *place != from);
        if self.back.len() >= MOST {
            self.back.remove(0);
        }
        self.back.push(from);
    }

    /// Whether there is one before.
    pub(super) fn goes_back(&self) -> bool {
        !self.back.is_empty()
    }

    /// The place before `here`, or after it. `None`: there is none.
    fn go(&mut self, back: bool, here: Option<JumpPlace>) -> Option<JumpPlace> {
        let (from, to) = if back { (&mut self.back, &mut self.forward) } else { (&mut self.forward, &mut self.back) };
        let mut place = from.pop()?;
        // Where one is already is no other place.
        while here.as_ref() == Some(&place) {
            place = from.pop()?;
        }
        to.extend(here);
        Some(place)
    }
}

impl AppState {
    /// Where one is, in a session that is open; of what is only shown nobody is anywhere.
    fn here(&self) -> Option<JumpPlace> {
        let conversation = &self.workspace.conversation;
        if conversation.is_preview() {
            return None;
        }
        let (open, name) = conversation.session().zip(conversation.name())?;
        let session = ChosenSession { key: open.key.clone(), name: name.to_owned() };
        Some(JumpPlace { session, spot: conversation.jump_spot()? })
    }

    /// One is about to go elsewhere: here can be come back to. Asked by whatever goes further than a step.
    pub(in crate::app::tui::state) fn note_jump(&mut self) {
        if let Some(here) = self.here() {
            self.workspace.visits.jumps.note(here);
        }
    }

    /// Goes back to where one was, or forward again.
    pub(in crate::app::tui::state) fn jump(&mut self, back: bool) -> Vec<Effect> {
        let here = self.here();
        let Some(JumpPlace { session, spot }) = self.workspace.visits.jumps.go(back, here) else {
            return self.say(if back {
                "there is no place before this one"
            } else {
                "there is no place after this one"
            });
        };
        let key = session.key.clone();
        let conversation = &self.workspace.conversation;
        let is_open = conversation.key() == Some(&key) && conversation.session().is_some_and(|open| open.key == key);
        let mut effects = Vec::new();
        if is_open {
            self.focus = Pane::Conversation;
            self.workspace.list.prefer(&key);
        } else {
            // What is left for it stands in the list already.
            let jumps = mem::take(&mut self.workspace.visits.jumps);
            effects = self.open_named(session);
            self.workspace.visits.jumps = jumps;
        }
        effects.extend(self.workspace.conversation.jump_to(&key, spot, &mut self.tickets));
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str) -> JumpPlace {
        JumpPlace {
            session: ChosenSession { key: id.into(), name: id.to_owned() },
            spot: JumpSpot { tab: None, at: None },
        }
    }

    #[test]
    fn one_comes_back_the_way_one_went_and_forward_again() {
        let mut jumps = JumpList::default();
        assert_eq!(jumps.go(true, None), None);
        jumps.note(place("a"));
        jumps.note(place("b"));
        assert_eq!(jumps.go(true, Some(place("c"))), Some(place("b")));
        assert_eq!(jumps.go(true, Some(place("b"))), Some(place("a")));
        assert_eq!(jumps.go(true, Some(place("a"))), None);
        assert_eq!(jumps.go(false, Some(place("a"))), Some(place("b")));
        assert_eq!(jumps.go(false, Some(place("b"))), Some(place("c")));
        jumps.note(place("c"));
        assert_eq!(jumps.go(false, Some(place("d"))), None, "who goes elsewhere has another way forward");
    }

    #[test]
    fn the_oldest_places_go() {
        let mut jumps = JumpList::default();
        (0..MOST + 5).for_each(|id| jumps.note(place(&id.to_string())));
        jumps.note(place("50"));
        assert_eq!((jumps.back.len(), jumps.back[0].clone()), (MOST, place("5")));
        assert_eq!(jumps.go(true, Some(place("50"))), Some(place("104")), "one place stands there once");
    }
}
