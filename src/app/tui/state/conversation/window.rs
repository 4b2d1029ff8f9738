//! The loaded messages of one agent: some of them, around what is in view.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use crate::session::Message;

/// How many messages a page has.
pub(super) const PAGE: u64 = 50;

/// What is held of one message.
#[derive(Debug, Clone)]
struct HeldMessage {
    /// `None`: it was asked for, and is not stored any more.
    message: Option<Arc<Message>>,
    /// Read before the last reload: shown until it was read again.
    stale: bool,
}

/// Loaded messages by index.
#[derive(Debug, Default)]
pub(super) struct Window {
    slots: BTreeMap<u64, HeldMessage>,
}

/// A look at one message.
#[derive(Debug, Clone)]
pub(super) enum Glimpse {
    /// Here it is.
    Loaded(Arc<Message>),
    /// It is not stored any more.
    Gone,
    /// Not loaded.
    Missing,
}

impl Window {
    /// With these messages loaded.
    pub fn of(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut window = Self::default();
        for message in messages {
            window.insert(message.index..message.index.saturating_add(1), [message]);
        }
        window
    }

    pub fn get(&self, index: u64) -> Glimpse {
        match self.slots.get(&index) {
            Some(HeldMessage { message: Some(message), .. }) => Glimpse::Loaded(Arc::clone(message)),
            Some(HeldMessage { message: None, .. }) => Glimpse::Gone,
            None => Glimpse::Missing,
        }
    }

    pub fn message(&self, index: u64) -> Option<&Arc<Message>> {
        self.slots.get(&index).and_then(|slot| slot.message.as_ref())
    }

    /// The same where it was read since the last reload.
    pub fn fresh(&self, index: u64) -> Option<&Arc<Message>> {
        self.slots.get(&index).filter(|slot| !slot.stale).and_then(|slot| slot.message.as_ref())
    }

    /// Puts a message in place of the one that is held; what has to be read again still has to.
    pub fn replace(&mut self, message: Message) {
        if let Some(slot) = self.slots.get_mut(&message.index) {
            slot.message = Some(Arc::new(message));
        }
    }

    pub fn is_loaded(&self, index: u64) -> bool {
        self.slots.contains_key(&index)
    }

    /// Whether it has to be asked for: it is missing, or older than the last reload.
    pub fn is_wanted(&self, index: u64) -> bool {
        self.slots.get(&index).is_none_or(|slot| slot.stale)
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Takes an answer to `asked`. What was asked for and did not come is gone.
    pub fn insert(&mut self, asked: Range<u64>, messages: impl IntoIterator<Item = Message>) {
        for index in asked.clone() {
            self.slots.insert(index, HeldMessage { message: None, stale: false });
        }
        for message in messages {
            if asked.contains(&message.index) {
                self.slots.insert(message.index, HeldMessage { message: Some(Arc::new(message)), stale: false });
            }
        }
    }

    /// What is loaded, in order.
    pub fn loaded(&self) -> impl Iterator<Item = (u64, &Message)> {
        self.slots.iter().filter_map(|(index, slot)| Some((*index, slot.message.as_deref()?)))
    }

    /// Takes over what another window holds, over what is held here.
    pub fn take_fresh(&mut self, fresh: &mut Self) {
        self.slots.append(&mut fresh.slots);
    }

    /// Everything held must be read again; it is shown until then.
    pub fn make_stale(&mut self) {
        for slot in self.slots.values_mut() {
            slot.stale = true;
        }
    }

    /// Drops what `keep` does not want.
    pub fn retain(&mut self, mut keep: impl FnMut(u64) -> bool) {
        self.slots.retain(|index, _| keep(*index));
    }

    /// The page to ask for so that `index` gets loaded, of `count` messages: it grows away from what is loaded.
    pub fn page_around(&self, index: u64, count: u64) -> Range<u64> {
        let (mut start, mut end) = (index, index + 1);
        let mut grew = true;
        while end - start < PAGE && grew {
            grew = false;
            if start > 0 && self.is_wanted(start - 1) {
                start -= 1;
                grew = true;
            }
            if end - start < PAGE && end < count && self.is_wanted(end) {
                end += 1;
                grew = true;
            }
        }
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};

    fn loaded(range: Range<u64>) -> Window {
        let mut window = Window::default();
        window.insert(range.clone(), range.map(sample::message));
        window
    }

    #[test]
    fn a_page_grows_away_from_what_is_loaded() {
        let window = loaded(100..150);
        assert_eq!(window.page_around(99, 200), 50..100);
        assert_eq!(window.page_around(150, 200), 150..200);
        assert_eq!(window.page_around(160, 175), 150..175);
        assert_eq!(window.page_around(20, 200), 0..50);
        assert_eq!(Window::default().page_around(0, 1), 0..1);
    }

    #[test]
    fn what_did_not_come_is_gone_and_not_asked_again() {
        let mut window = Window::default();
        window.insert(0..3, [sample::message(0), sample::message(7)]);
        assert!(matches!(window.get(0), Glimpse::Loaded(_)));
        assert!(matches!(window.get(1), Glimpse::Gone));
        assert!(matches!(window.get(7), Glimpse::Missing));
        assert!(!window.is_wanted(1));
    }

    #[test]
    fn stale_messages_are_shown_and_asked_again() {
        let mut window = loaded(0..3);
        window.make_stale();
        assert!(window.is_wanted(1) && window.is_loaded(1));
        window.insert(1..2, [sample::message(1)]);
        assert!(!window.is_wanted(1));
    }
}
