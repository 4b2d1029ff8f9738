//! Opening a link of the conversation: the whole of where it leads is shown before.

use super::{
    AppState, Effect,
    letters::{LetterBox, LetterDoes, LetterItem},
};
use crate::app::keymap::Action;

/// What chooses one of several links.
const LETTERS: &str = "123456789abcdefghijklmnoprstuvwxyz";

impl AppState {
    /// Offers the links on the cursor's line of the conversation, else those of its message.
    pub(super) fn offer_links(&mut self) -> Vec<Effect> {
        if self.workspace.conversation.session().is_none() {
            return self.say("open a session first");
        }
        let mut links = self.workspace.conversation.links();
        if links.len() < 2 {
            return match links.pop() {
                Some(link) => self.show_link(link),
                None => self.say("there is no link in this message"),
            };
        }
        let item = |(key, link): (char, String)| LetterItem::new(key, link.clone(), "", LetterDoes::ShowLink(link));
        let items = LETTERS.chars().zip(links).map(item).collect();
        self.offer_letters(LetterBox::new("Which link", items, Action::OpenLink))
    }

    /// Shows where a link leads, and offers to open it.
    pub(super) fn show_link(&mut self, address: String) -> Vec<Effect> {
        let items = vec![
            LetterItem::new('o', "open it", "", LetterDoes::OpenLink(address.clone())),
            LetterItem::new('y', "the link", "copy it", LetterDoes::Copy(address.clone())),
        ];
        let letters = LetterBox { says: address, ..LetterBox::new("Open the link", items, Action::OpenLink) };
        self.offer_letters(letters)
    }
}
