//! Back to where one was, and forward again, also in another of the open connections.

use std::mem;

use crate::app::tui::state::{
    AppState, Effect, areas::Pane, connection::HomePlace, conversation::JumpSpot, named::ChosenSession,
};

/// Older places are forgotten.
const MOST: usize = 100;

/// A place that one comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JumpPlace {
    /// The connection it is in.
    home: HomePlace,
    session: ChosenSession,
    spot: JumpSpot,
}

/// Places before and after this one, the nearest last.
#[derive(Debug, Default)]
pub(in crate::app::tui::state) struct JumpList {
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

    /// Whether there is one before, in a connection that is open.
    fn goes_back(&self, is_open: impl Fn(HomePlace) -> bool) -> bool {
        self.back.iter().any(|place| is_open(place.home))
    }

    /// The place before `here`, or after it; `None`: there is none. Those of connections that are closed are left out: with them
    /// comes which.
    fn go(
        &mut self,
        back: bool,
        here: Option<JumpPlace>,
        is_open: impl Fn(HomePlace) -> bool,
    ) -> (Option<JumpPlace>, Vec<HomePlace>) {
        let (from, to) = if back { (&mut self.back, &mut self.forward) } else { (&mut self.forward, &mut self.back) };
        let mut closed = Vec::new();
        while let Some(place) = from.pop() {
            if is_open(place.home) {
                // Where one is already is no other place.
                if here.as_ref() != Some(&place) {
                    to.extend(here);
                    return (Some(place), closed);
                }
            } else if !closed.contains(&place.home) {
                closed.push(place.home);
            }
        }
        (None, closed)
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
        Some(JumpPlace { home: self.workspace.home?, session, spot: conversation.jump_spot()? })
    }

    /// One is about to go elsewhere: here can be come back to. Asked by whatever goes further than a step.
    pub(in crate::app::tui::state) fn note_jump(&mut self) {
        if let Some(here) = self.here() {
            self.jumps.note(here);
        }
    }

    /// Whether there is a place to go back to.
    pub(in crate::app::tui::state) fn goes_back(&self) -> bool {
        self.jumps.goes_back(|home| self.is_home_open(home))
    }

    /// Does what is no way of a person's own: nothing of it is come back to.
    pub(in crate::app::tui::state) fn unnoted(&mut self, does: impl FnOnce(&mut Self) -> Vec<Effect>) -> Vec<Effect> {
        let jumps = mem::take(&mut self.jumps);
        let effects = does(self);
        self.jumps = jumps;
        effects
    }

    /// Goes back to where one was, or forward again; where that is in another connection, it is shown.
    pub(in crate::app::tui::state) fn jump(&mut self, back: bool) -> Vec<Effect> {
        let here = self.here();
        let mut jumps = mem::take(&mut self.jumps);
        let (place, closed) = jumps.go(back, here, |home| self.is_home_open(home));
        self.jumps = jumps;
        let left_out = self.says_left_out(&closed);
        let Some(place) = place else {
            let none = if back { "there is no place before this one" } else { "there is no place after this one" };
            self.said = joined([Some(none.to_owned()), left_out]);
            return Vec::new();
        };
        // What is left for it stands in the list already.
        let effects = self.unnoted(|state| state.go_to_jump(place));
        self.said = joined([self.said.take(), left_out]);
        effects
    }

    fn go_to_jump(&mut self, place: JumpPlace) -> Vec<Effect> {
        let JumpPlace { home, session, spot } = place;
        let key = session.key.clone();
        let mut effects = self.show_home(home);
        let conversation = &self.workspace.conversation;
        let is_open = conversation.key() == Some(&key) && conversation.session().is_some_and(|open| open.key == key);
        if is_open {
            self.focus = Pane::Conversation;
            self.workspace.list.prefer(&key);
        } else {
            effects.extend(self.open_named(session));
        }
        effects.extend(self.workspace.conversation.jump_to(&key, spot, &mut self.tickets));
        effects
    }

    /// That places of closed connections are left out.
    fn says_left_out(&self, closed: &[HomePlace]) -> Option<String> {
        let names: Vec<String> = closed.iter().map(|home| self.homes.name(*home)).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        let says = || format!("{} {verb} closed: what was open there is left out", names.join(" and "));
        (!names.is_empty()).then(says)
    }
}

/// What is to be said at once.
fn joined(parts: [Option<String>; 2]) -> Option<String> {
    parts.into_iter().flatten().reduce(|first, second| format!("{first}; {second}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        place::{Origin, Place},
        tui::state::connection::HomePlaces,
    };

    /// Two connections.
    fn homes() -> [HomePlace; 2] {
        let mut homes = HomePlaces::default();
        ["one", "two"].map(|name| homes.of(&Place::plain(name, Origin::Demo), "", name.to_owned()))
    }

    fn place_at(home: HomePlace, id: &str) -> JumpPlace {
        JumpPlace {
            home,
            session: ChosenSession { key: id.into(), name: id.to_owned() },
            spot: JumpSpot { tab: None, at: None },
        }
    }

    fn place(id: &str) -> JumpPlace {
        place_at(homes()[0], id)
    }

    impl JumpList {
        /// Where every connection is open.
        fn went(&mut self, back: bool, here: Option<JumpPlace>) -> Option<JumpPlace> {
            let (place, closed) = self.go(back, here, |_| true);
            assert!(closed.is_empty());
            place
        }
    }

    #[test]
    fn one_comes_back_the_way_one_went_and_forward_again() {
        let mut jumps = JumpList::default();
        assert_eq!(jumps.went(true, None), None);
        jumps.note(place("a"));
        jumps.note(place("b"));
        assert_eq!(jumps.went(true, Some(place("c"))), Some(place("b")));
        assert_eq!(jumps.went(true, Some(place("b"))), Some(place("a")));
        assert_eq!(jumps.went(true, Some(place("a"))), None);
        assert_eq!(jumps.went(false, Some(place("a"))), Some(place("b")));
        assert_eq!(jumps.went(false, Some(place("b"))), Some(place("c")));
        jumps.note(place("c"));
        assert_eq!(jumps.went(false, Some(place("d"))), None, "who goes elsewhere has another way forward");
    }

    #[test]
    fn the_oldest_places_go() {
        let mut jumps = JumpList::default();
        (0..MOST + 5).for_each(|id| jumps.note(place(&id.to_string())));
        jumps.note(place("50"));
        assert_eq!((jumps.back.len(), jumps.back[0].clone()), (MOST, place("5")));
        assert_eq!(jumps.went(true, Some(place("50"))), Some(place("104")), "one place stands there once");
    }

    #[test]
    fn places_of_a_closed_connection_are_left_out_and_told() {
        let [one, two] = homes();
        let mut jumps = JumpList::default();
        for (home, id) in [(one, "a"), (two, "x"), (one, "b"), (two, "y"), (two, "z")] {
            jumps.note(place_at(home, id));
        }
        let is_open = |home: HomePlace| home == one;
        let here = place_at(one, "b");
        assert!(jumps.goes_back(is_open) && jumps.goes_back(|home| home == two));
        assert_eq!(jumps.go(true, Some(here.clone()), is_open), (Some(place_at(one, "a")), vec![two]));
        assert!(!jumps.goes_back(is_open));
        assert_eq!(jumps.go(true, Some(place_at(one, "a")), is_open), (None, Vec::new()), "it is told once");
        assert_eq!(jumps.go(false, Some(place_at(one, "a")), is_open), (Some(here), Vec::new()));
    }
}
