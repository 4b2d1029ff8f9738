//! What a person does while letters choose.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

use super::{
    super::{AppState, Effect, conversation::Landmark, list, modal::Modal},
    LetterBox, LetterDoes, LetterItem,
};
use crate::app::{keymap::Action, tui::render::format};

impl AppState {
    /// Where moves go on to, or back to.
    pub(in crate::app::tui::state) fn offer_moves(&mut self, down: bool) -> Vec<Effect> {
        if self.workspace.conversation.session().is_none() {
            return self.say("open a session first");
        }
        let item = |kind: Landmark| {
            let shows = match self.workspace.conversation.landmark_count(kind) {
                None => String::new(),
                Some(0) => "none".to_owned(),
                Some(count) => format::number(count as u64, self.look.marks),
            };
            LetterItem::new(kind.letter(), kind.name(), shows, LetterDoes::Go(kind, down))
        };
        let items: Vec<LetterItem> = Landmark::ALL.into_iter().map(item).collect();
        let (title, again) =
            if down { ("On to the next", Action::GoOnTo) } else { ("Back to the last", Action::GoBackTo) };
        self.offer_letters(LetterBox::new(title, items, again))
    }

    pub(in crate::app::tui::state) fn offer_letters(&mut self, letters: LetterBox) -> Vec<Effect> {
        self.modals.push(Modal::Letters(Box::new(letters)));
        Vec::new()
    }

    /// A key while letters choose.
    pub(in crate::app::tui::state) fn on_letter(&mut self, key: KeyEvent) -> Vec<Effect> {
        let action = self.keymap.action(key);
        let page = self.areas.body.height;
        let Some(Modal::Letters(letters)) = self.modals.last_mut() else { return Vec::new() };
        let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        let typed = match key.code {
            KeyCode::Char(c) if plain => letters.menu.items.iter().position(|item| item.key == c),
            _ => None,
        };
        if let Some(at) = typed {
            return self.choose_letter(at);
        }
        if key.code == KeyCode::Esc || matches!(action, Some(Action::Back | Action::Quit)) {
            return self.close_modal();
        }
        if key.code == KeyCode::Enter || action == Some(Action::Open) {
            let at = letters.menu.selected();
            return self.choose_letter(at);
        }
        if action == Some(letters.again) {
            return self.choose_letter(0);
        }
        if let Some(action) = action {
            letters.menu.on_action(action, page);
        }
        Vec::new()
    }

    /// A click on a choice does it; one beside the box closes it.
    pub(in crate::app::tui::state) fn click_letter(&mut self, x: u16, y: u16) -> Vec<Effect> {
        let at = Position::new(x, y);
        let Some(Modal::Letters(letters)) = self.modals.last() else { return Vec::new() };
        let (area, _, rows) = letters.layout(self.areas.body, self.look.marks);
        if !area.contains(at) {
            return self.close_modal();
        }
        let item = letters.top(rows.height.into()) + usize::from(y.saturating_sub(rows.y));
        if rows.contains(at) && item < letters.menu.items.len() { self.choose_letter(item) } else { Vec::new() }
    }

    /// The wheel over the box.
    pub(in crate::app::tui::state) fn scroll_letters(&mut self, lines: i32) {
        if let Some(Modal::Letters(letters)) = self.modals.last_mut() {
            letters.menu.select(list::shifted(letters.menu.selected(), lines.signum()));
        }
    }

    pub(in crate::app::tui::state) fn choose_letter(&mut self, at: usize) -> Vec<Effect> {
        if !matches!(self.modals.last(), Some(Modal::Letters(letters)) if at < letters.menu.items.len()) {
            return Vec::new();
        }
        let Some(Modal::Letters(mut letters)) = self.modals.pop() else { return Vec::new() };
        let LetterItem { name, does, .. } = letters.menu.items.swap_remove(at);
        match does {
            LetterDoes::Go(kind, down) => {
                self.note_jump();
                self.workspace.conversation.go_by(kind, down, &mut self.tickets)
            }
            LetterDoes::Copy(text) => Self::copy_as(text, &name),
            LetterDoes::CopyField(text) => {
                self.hold_field();
                Self::copy_as(text, &name)
            }
            LetterDoes::CopyInspected(key) => match self.modals.last() {
                Some(Modal::Inspector(inspector)) => {
                    inspector.tab().copy(key).map(|text| Self::copy_as(text, &name)).unwrap_or_default()
                }
                _ => Vec::new(),
            },
            LetterDoes::ShowLink(address) => self.show_link(address),
            LetterDoes::OpenLink(address) => vec![Effect::OpenLink(address)],
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

    use super::*;
    use crate::app::tui::state::{Input, sample::Screen};

    fn is_open(screen: &Screen) -> bool {
        matches!(screen.state.modals.last(), Some(Modal::Letters(_)))
    }

    #[test]
    fn a_letter_chooses_and_the_key_that_opened_it_chooses_the_first() {
        let mut screen = Screen::writable(120, 40);
        screen.press("2;");
        assert!(is_open(&screen));
        let Some(Modal::Letters(letters)) = screen.state.modals.last() else { panic!("no letters") };
        let shows = |key: char| letters.menu.items.iter().find(|item| item.key == key).map(|item| item.shows.clone());
        assert!(
            shows('t').is_some_and(|count| count.parse::<usize>().is_ok_and(|count| count > 0)),
            "how many there are"
        );
        screen.press("z");
        assert!(is_open(&screen), "no choice");
        screen.press("\u{1b}");
        assert!(!is_open(&screen) && !screen.left);
        screen.press(",t");
        assert!(!is_open(&screen));
        assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("tool call")), "{:?}", screen.state.said);
        screen.press(";;");
        assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("error")), "{:?}", screen.state.said);
    }

    #[test]
    fn every_choice_is_in_the_smallest_screen_reached_and_clicked() {
        let mut screen = Screen::writable(40, 10);
        screen.press("2;");
        let Some(Modal::Letters(letters)) = screen.state.modals.last() else { panic!("no letters") };
        let (area, _, rows) = letters.layout(screen.state.areas.body, screen.state.look.marks);
        assert!(area.height <= screen.state.areas.body.height && rows.height > 0);
        let (column, row) = (rows.x + 2, rows.y);
        let kind = MouseEventKind::Down(MouseButton::Left);
        screen.put(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        assert!(!is_open(&screen));
    }

    #[test]
    fn no_letter_stands_for_two_moves() {
        let letters: std::collections::BTreeSet<char> = Landmark::ALL.into_iter().map(Landmark::letter).collect();
        assert_eq!(letters.len(), Landmark::ALL.len());
    }
}
