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
        let more = links.len().saturating_sub(LETTERS.len());
        let items = LETTERS.chars().zip(links).map(item).collect();
        let mut letters = LetterBox::new("Which link", items, Action::OpenLink);
        if more > 0 {
            letters.says = format!("{more} more links are in this message: put the cursor on the line of one of them");
        }
        self.offer_letters(letters)
    }

    /// Shows where a link leads, and offers to open it.
    pub(super) fn show_link(&mut self, address: String) -> Vec<Effect> {
        let items = vec![
            LetterItem::new('o', "open it", "", LetterDoes::OpenLink(address.clone())),
            LetterItem::new('y', "the link", "copy it", LetterDoes::Copy(address.clone())),
        ];
        let mut letters = LetterBox::new("Open the link", items, Action::OpenLink);
        letters.says = address;
        self.offer_letters(letters)
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use ratatui::layout::Rect;

    use crate::{
        app::{
            task::{Command, Event},
            tui::state::{Effect, Input, conversation::sample, modal::Modal, sample::Screen},
        },
        session::{Block, Role},
    };

    /// A screen whose open session says this.
    fn saying(text: &str) -> Screen {
        let mut screen = Screen::writable(120, 40);
        let mut session = sample::session("s", &[("a", 1)], 0);
        session.agents[0].messages = vec![sample::with(0, Role::Assistant, vec![Block::Text(text.to_owned())])];
        screen.press("1j\n");
        let asked = screen.asked.iter().find_map(|command| match command {
            Command::Open(ticket, key, _) => Some((*ticket, key.clone())),
            _ => None,
        });
        let (ticket, key) = asked.unwrap();
        session.key = key;
        screen.asked.clear();
        screen.tell(Event::Opened(ticket, Box::new(session)));
        screen.press("2");
        screen
    }

    fn open(screen: &mut Screen) {
        screen.put(Input::Key(KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL)));
    }

    fn letters(screen: &Screen) -> Option<(String, String)> {
        match screen.state.modals.last() {
            Some(Modal::Letters(letters)) => {
                Some((letters.says.clone(), letters.menu.items.iter().map(|item| item.key).collect()))
            }
            _ => None,
        }
    }

    #[test]
    fn the_whole_link_is_shown_before_it_is_opened() {
        let mut screen = saying("see https://a.example/x");
        open(&mut screen);
        assert_eq!(letters(&screen), Some(("https://a.example/x".into(), "oy".into())));
        let effects = screen.state.update(Input::Key(KeyCode::Char('o').into()));
        assert!(matches!(&effects[..], [Effect::OpenLink(address)] if address == "https://a.example/x"));
        screen.put(Input::NotOpened("it is not opened".to_owned()));
        assert_eq!(screen.state.said.as_deref(), Some("it is not opened"));
        assert!(screen.state.is_said_in_full(), "it can be read later");
    }

    #[test]
    fn where_there_is_no_room_for_the_whole_that_is_seen() {
        let mut screen = saying(&format!("see https://a.example/{}", "x".repeat(900)));
        open(&mut screen);
        let Some(Modal::Letters(letters)) = screen.state.modals.last() else { panic!("no letters") };
        let says = |height| {
            let (area, says, rows) = letters.layout(Rect::new(0, 0, 40, height), screen.state.look.marks);
            assert!(area.height <= height && rows.height >= 2, "{rows:?}");
            says
        };
        assert_eq!(says(40).concat(), letters.says);
        let cut = says(8);
        assert!(cut.concat().ends_with('…') && cut.iter().all(|line| line.chars().count() <= 36), "{cut:?}");
    }

    #[test]
    fn of_several_one_is_chosen_and_where_there_is_none_that_is_said() {
        let mut screen = saying("https://a.ex and https://b.ex");
        open(&mut screen);
        assert_eq!(letters(&screen).map(|(_, keys)| keys).as_deref(), Some("12"), "{:?}", letters(&screen));
        screen.press("2");
        assert_eq!(letters(&screen), Some(("https://b.ex".into(), "oy".into())));
        let many: Vec<String> = (0..40).map(|at| format!("https://{at}.example")).collect();
        let mut screen = saying(&many.join("\n\n"));
        screen.press("g");
        open(&mut screen);
        assert!(letters(&screen).is_some_and(|(says, _)| says.starts_with("6 more links")), "{:?}", letters(&screen));
        let mut screen = saying("nothing javascript:alert(1)");
        open(&mut screen);
        assert_eq!(letters(&screen), None);
        assert_eq!(screen.state.said.as_deref(), Some("there is no link in this message"));
    }
}
