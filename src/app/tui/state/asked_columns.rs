//! Columns that a person asked for, to be shown or to sort by. What the list does not show of them is said once it was read: that there
//! is no room for one, that no session has such a field.

use super::{
    AppState, Effect,
    areas::{self, Pane},
    columns::SessionColumns,
    known::of::KnownOf,
};
use crate::{
    app::{config::Column, keymap::Action, missing_field, text},
    repository::SortBy,
    session::Summary,
};

/// Those that nothing was said of yet.
#[derive(Debug, Default)]
pub struct AskedColumns {
    /// Shown from now on.
    shown: Vec<Column>,
    /// Fields of the metadata that are shown or sorted by from now on.
    fields: Vec<String>,
}

impl AskedColumns {
    /// These are shown from now on.
    pub(super) fn shown(&mut self, columns: Vec<Column>) {
        for column in &columns {
            self.sorted_by(&column.sort_by());
        }
        self.shown.extend(columns);
    }

    /// It is sorted by that from now on.
    pub(super) fn sorted_by(&mut self, by: &SortBy) {
        if let SortBy::Metadata(field) = by
            && !self.fields.contains(field)
        {
            self.fields.push(field.clone());
        }
    }

    fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.fields.is_empty()
    }
}

impl AppState {
    /// Says what is to be known of them, once the list was read with them; asks for the fields that there are, where one may be meant.
    pub(super) fn tell_of_columns(&mut self) -> Option<Effect> {
        let workspace = &mut self.workspace;
        if workspace.asked_columns.is_empty() || workspace.list.reads_from_the_start() {
            return None;
        }
        let mut asked = std::mem::take(&mut workspace.asked_columns);
        // Of what could not be read nothing is known.
        let rows: &[Summary] = if workspace.list.error.is_none() { workspace.list.rows.as_slice() } else { &[] };
        let absent = if rows.is_empty() { Vec::new() } else { missing_field::absent(asked.fields, rows) };
        if !absent.is_empty() {
            let effect = workspace.known.ask_for(KnownOf::Keys, &mut self.tickets);
            if workspace.known.asks_for_keys() {
                asked.fields = absent;
                workspace.asked_columns = asked;
                return effect;
            }
        }
        let known = self.workspace.known.metadata_keys();
        let absent = absent.iter().map(|field| text::line(&missing_field::sentence(field, known)).into_owned());
        let says: Vec<String> = absent.chain(self.says_of_hidden(&asked.shown)).collect();
        if !says.is_empty() {
            self.said = Some(says.join("; "));
        }
        None
    }

    /// That columns were added and cannot be seen, and how they can: `size is added, but there is no room for it: z or > in the list makes
    /// room, | moves columns forward`.
    fn says_of_hidden(&self, shown: &[Column]) -> Option<String> {
        let whole = areas::inside(self.areas.body).width;
        let cells = self.areas.inner(Pane::Sessions).map_or(whole, |inner| inner.width);
        let hidden = |cells: u16| -> Vec<String> {
            let fit = SessionColumns::fit(self, cells.into());
            let is_seen = |column: &&Column| fit.cells.iter().any(|cell| cell.column() == *column);
            if fit.hidden.is_empty() {
                return Vec::new();
            }
            shown
                .iter()
                .filter(|column| !is_seen(column))
                .map(|column| text::line(&column.to_string()).into_owned())
                .collect()
        };
        let names = hidden(cells);
        if names.is_empty() {
            return None;
        }
        let mut ways = Vec::new();
        if hidden(whole).len() < names.len() {
            let keys = [Action::Zoom, Action::Widen].into_iter().filter_map(|action| self.keymap.label(action));
            let keys: Vec<String> = keys.collect();
            ways.extend((!keys.is_empty()).then(|| format!("{} in the list makes room", keys.join(" or "))));
        }
        ways.extend(self.keymap.label(Action::Columns).map(|key| format!("{key} moves columns forward")));
        let (is, it) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        let says = format!("{} {is} added, but there is no room for {it}", names.join(", "));
        Some(if ways.is_empty() { says } else { format!("{says}: {}", ways.join(", ")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            task::{Command, Event},
            tui::state::sample::Screen,
        },
        repository::{MetadataKey, MetadataKeys},
        session::MetadataPath,
    };

    /// Answers which fields there are, wherever that is asked.
    fn tell_keys(screen: &mut Screen) {
        while let Some(command) = screen.asked.pop_front() {
            if let Command::MetadataKeys(ticket) = command {
                let path = MetadataPath::from("priority");
                let keys = vec![MetadataKey { path, sessions: 3, kinds: Vec::new() }];
                screen.tell(Event::MetadataKeys(ticket, MetadataKeys { sessions: 3, keys }));
                continue;
            }
            for event in screen.answers(&command) {
                screen.tell(event);
            }
        }
    }

    #[test]
    fn a_field_that_no_session_has_is_said_once_the_list_was_read() {
        let near = "none of the sessions read so far has meta.prority; did you mean meta.priority?";
        for keys in [":sort meta.prority\n", ":columns +meta.prority\n"] {
            let mut screen = Screen::listed(200, 40);
            screen.press(keys);
            assert_eq!(screen.state.said, None, "{keys}: nothing is known yet");
            tell_keys(&mut screen);
            assert_eq!(screen.state.said.as_deref(), Some(near), "{keys}");
            screen.press("j");
            tell_keys(&mut screen);
            assert_eq!(screen.state.said, None, "{keys}: it is said once");
        }
    }

    #[test]
    fn a_field_that_a_row_has_and_an_order_that_is_given_up_need_no_word() {
        let mut screen = Screen::listed(200, 40);
        screen.press(":sort meta.priority\n");
        while let Some(command) = screen.asked.pop_front() {
            for mut event in screen.answers(&command) {
                if let Event::Rows(_, rows) = &mut event {
                    rows[0].metadata = Some(bson::doc! { "priority": "high" }.into());
                }
                screen.tell(event);
            }
        }
        assert_eq!(screen.state.said, None);
        screen.press(":sort meta.nope\n");
        let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        screen.put(super::super::Input::Tick(later));
        screen.press("\u{1b}");
        tell_keys(&mut screen);
        let said = screen.state.said.clone().unwrap_or_default();
        assert!(said.starts_with("the order stays: "), "{said}");
    }

    #[test]
    fn a_column_without_room_is_said_to_be_added_and_how_it_is_seen() {
        let mut screen = Screen::listed(60, 24);
        screen.press(":columns +application +type +agents +model +size\n");
        screen.answer_all();
        let said = screen.state.said.clone().unwrap_or_default();
        assert!(said.contains("size ") && said.contains(" added, but there is no room for "), "{said}");
        assert!(said.ends_with(": | moves columns forward"), "the list has all of the screen: {said}");
        let mut screen = Screen::listed(120, 24);
        screen.press("\n");
        screen.answer_all();
        screen.press("1:columns +application +type +agents +model +size\n");
        screen.answer_all();
        let hidden = |screen: &Screen| {
            let inner = screen.state.areas.inner(Pane::Sessions).unwrap();
            SessionColumns::fit(&screen.state, inner.width.into()).hidden
        };
        let said = screen.state.said.clone().unwrap_or_default();
        assert!(!hidden(&screen).is_empty() && said.contains("z or > in the list makes room"), "{said}");
        let mut screen = Screen::listed(200, 24);
        screen.press(":columns +size\n");
        screen.answer_all();
        assert_eq!((screen.state.said.clone(), hidden(&screen)), (None, Vec::new()), "what is seen needs no word");
    }
}
