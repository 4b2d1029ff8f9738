//! What the sessions can be sorted by, to choose from; and the other way round.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{AppState, Effect, menu::Menu, modal::Modal};
use crate::{
    app::{config::Column, keymap::Action, text},
    repository::Sort,
};

/// What a column says, in a few words.
#[must_use]
pub fn help_of(column: &Column) -> &'static str {
    match column {
        Column::Changed => "age of the last change",
        Column::Created => "age of the session",
        Column::Id => "what it is called",
        Column::Application => "the application",
        Column::SessionType => "the type",
        Column::Agents => "how many agents",
        Column::Model => "model of the first agent",
        Column::Messages => "how many messages",
        Column::Tokens => "tokens in all",
        Column::Calls => "calls of models",
        Column::Errors => "calls of tools that failed",
        Column::Latency => "95th percentile of the calls",
        Column::Feedback => "feedbacks",
        Column::Guardrail => "guardrail events",
        Column::Findings => "what is wrong with its histories",
        Column::Size => "bytes stored",
        Column::Meta(_) => "a field of the metadata",
    }
}

impl AppState {
    /// Asks by what the sessions are to be sorted; the cursor is on what they are sorted by.
    pub(super) fn choose_sort(&mut self) -> Vec<Effect> {
        let mut items = self.ui.columns.clone();
        let current = Column::of(&self.workspace.list.sort.by);
        // Fields of the open session too: what one sees there is what one asks for.
        for column in Column::named().chain([current.clone()]).chain(self.further_columns()) {
            if !items.contains(&column) {
                items.push(column);
            }
        }
        let at = items.iter().position(|column| *column == current);
        let mut menu = Menu::new(items);
        menu.select(at.unwrap_or(0));
        self.modals.push(Modal::SortBy(menu));
        Vec::new()
    }

    /// A key of the menu that is none of any menu: a letter goes to the next column of that letter. `None`: it is not for it.
    pub(super) fn on_sort_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        if self.keymap.action(key) == Some(Action::ReverseSort) {
            self.modals.pop();
            return Some(self.reverse_sort());
        }
        let (KeyCode::Char(letter), Some(Modal::SortBy(menu))) = (key.code, self.modals.last_mut()) else {
            return None;
        };
        if !(key.modifiers - KeyModifiers::SHIFT).is_empty() {
            return None;
        }
        let (at, len) = (menu.selected(), menu.items.len());
        let begins = |at: &usize| menu.items[*at].to_string().starts_with(letter);
        let found = (at + 1..len).chain(0..(at + 1).min(len)).find(begins);
        found.map(|at| {
            menu.select(at);
            Vec::new()
        })
    }

    /// What stands above the menu.
    pub(super) fn sort_says() -> &'static str {
        "A letter goes to a column; the one it is sorted by is turned round:"
    }

    /// The menu was left without a choice: which order stays is said where a person was about to choose another.
    pub(super) fn left_sort_menu(&mut self, menu: &Menu<Column>) {
        let current = Column::of(&self.workspace.list.sort.by);
        if menu.chosen().is_some_and(|chosen| *chosen != current) {
            self.said = Some(self.order_stays());
        }
    }

    /// `the order stays: changed ▾`, with the mark that the heading has.
    pub(super) fn order_stays(&self) -> String {
        let (sort, marks) = (&self.workspace.list.sort, self.look.marks);
        let mark = if sort.ascending { marks.pointer } else { marks.unfolded };
        format!("the order stays: {} {mark}", text::line(&Column::of(&sort.by).to_string()))
    }

    /// Sorts by a column; where that is so already, the other way round.
    pub(super) fn sort_by_column(&mut self, column: &Column) -> Vec<Effect> {
        let by = column.sort_by();
        if self.workspace.list.sort.by == by {
            return self.reverse_sort();
        }
        self.sort_by(Sort::new(by))
    }

    /// The other way round.
    pub(super) fn reverse_sort(&mut self) -> Vec<Effect> {
        self.sort_by(self.workspace.list.sort.reversed())
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

    use super::*;
    use crate::{
        app::tui::state::{Input, areas::Pane, columns::SessionColumns, sample::Screen},
        repository::SortBy,
    };

    fn sort(screen: &Screen) -> &Sort {
        &screen.state.workspace.list.sort
    }

    #[test]
    fn a_column_is_chosen_and_once_more_turned() {
        let mut screen = Screen::listed(120, 40);
        screen.press("sc");
        assert_eq!(*sort(&screen), Sort::default(), "not before it is chosen");
        screen.press("\n");
        screen.answer_all();
        assert_eq!(*sort(&screen), Sort::new(SortBy::Created));
        screen.press("s\n");
        assert_eq!(*sort(&screen), Sort::new(SortBy::Created).reversed());
        screen.press("S");
        assert_eq!(*sort(&screen), Sort::new(SortBy::Created));
        screen.press("ssS");
        assert!(screen.state.modals.is_empty());
        screen.answer_all();
        assert_eq!(*sort(&screen), Sort::new(SortBy::Created).reversed());
        screen.press("s\u{1b}");
        assert_eq!(screen.state.said, None, "nothing else was gone to");
        screen.press("sa\u{1b}");
        assert_eq!(*sort(&screen), Sort::new(SortBy::Created).reversed(), "Esc leaves it as it was");
        let says = format!("the order stays: created {}", screen.state.look.marks.pointer);
        assert_eq!(screen.state.said, Some(says), "and says so");
    }

    #[test]
    fn every_column_is_offered_once_and_letters_reach_all_of_them() {
        let mut screen = Screen::listed(120, 40);
        screen.press("s");
        let columns: Vec<Column> = match screen.state.modals.last() {
            Some(Modal::SortBy(menu)) => menu.items.clone(),
            _ => panic!("no menu"),
        };
        for column in Column::named() {
            assert_eq!(columns.iter().filter(|other| **other == column).count(), 1);
            let letter = &column.to_string()[..1];
            let reached = (0..columns.len()).any(|_| {
                screen.press(letter);
                matches!(screen.state.modals.last(), Some(Modal::SortBy(menu)) if menu.chosen() == Some(&column))
            });
            assert!(reached, "{column}");
        }
    }

    #[test]
    fn fields_of_the_open_session_are_offered_too() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1s");
        let Some(Modal::SortBy(menu)) = screen.state.modals.last() else { panic!("no menu") };
        let priority = Column::Meta("priority".to_owned());
        assert_eq!(menu.items.iter().filter(|column| **column == priority).count(), 1);
    }

    #[test]
    fn a_click_on_a_heading_sorts_by_it_and_another_turns_it() {
        let mut screen = Screen::listed(160, 40);
        let inner = screen.state.areas.inner(Pane::Sessions).unwrap();
        let columns = SessionColumns::fit(&screen.state, inner.width.into());
        let x = (0..inner.width).find(|x| columns.at((*x).into()) == Some(&Column::Tokens)).unwrap();
        let click = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: inner.x + x + 1,
            row: inner.y,
            modifiers: KeyModifiers::NONE,
        };
        screen.put(Input::Mouse(click));
        let by_tokens = Sort::new(Column::Tokens.sort_by());
        assert_eq!(*sort(&screen), by_tokens);
        screen.answer_all();
        screen.put(Input::Mouse(click));
        assert_eq!(*sort(&screen), by_tokens.reversed());
    }
}
