//! The order of the list: by any column, both ways.

use super::{Effect, SessionList, Tickets};
use crate::{
    app::{
        config::Column,
        keymap::Action,
        tui::state::{AppState, prompt::TypedMistake},
    },
    metrics::SessionFigure,
    repository::{Projection, Sort, SortBy},
};

impl SessionList {
    /// Lists from the start in another order. What is on screen stays until the first answer.
    pub fn set_sort(&mut self, sort: Sort, tickets: &mut Tickets) -> Vec<Effect> {
        self.set_aside();
        self.want_value(&sort.by);
        self.sort = sort;
        self.start(tickets)
    }

    /// Whether all sessions are looked at before the first row comes, where sessions are looked at at all.
    pub(super) fn is_ranked(&self) -> bool {
        !matches!(self.sort.by, SortBy::Updated | SortBy::Id)
    }

    /// Rows bring the field that they are sorted by: the order must show.
    fn want_value(&mut self, by: &SortBy) {
        let SortBy::Metadata(key) = by else { return };
        match &mut self.wanted {
            Projection::Nothing => self.wanted = Projection::Fields(vec![key.clone()]),
            Projection::Fields(keys) if !keys.contains(key) => keys.push(key.clone()),
            Projection::Fields(_) | Projection::All => {}
        }
    }
}

impl AppState {
    /// Lists the sessions in that order, from the start.
    pub fn sort_by(&mut self, sort: Sort) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return Vec::new();
        }
        self.workspace.asked_columns.sorted_by(&sort.by);
        self.workspace.list.set_sort(sort, &mut self.tickets)
    }
}

/// `:sort COLUMN[:asc|:desc]`.
pub(in crate::app::tui::state) fn run(state: &mut AppState, words: &str) -> Result<Vec<Effect>, TypedMistake> {
    let typed = words.trim();
    let start = words.len() - words.trim_start().len();
    let mistaken = |problem| TypedMistake { span: start..start + typed.len(), problem };
    let sort = Sort::parse(typed).map_err(|error| mistaken(error.sentence()))?;
    if !state.workspace.connection.is_open() {
        return Err(mistaken("no place is open yet".to_owned()));
    }
    if state.shows_fleet() {
        return Err(mistaken(state.with_key("that sorts the list; the fleet has columns of its own", Action::Sort)));
    }
    Ok(state.sort_by(sort))
}

/// How the name of a field of the metadata begins.
const META: &str = "meta.";

/// What may follow `:sort`, with what it means: each column in its usual direction, then the other way round once it is typed whole. The
/// fields of the metadata that no column shows come once one is begun.
pub(in crate::app::tui::state) fn complete(state: &AppState, typed: &str) -> Vec<(String, String)> {
    let typed = typed.trim_start();
    let named = Column::named().map(|column| column.sort_by());
    let shown = state.ui.columns.iter().map(Column::sort_by).filter(|by| matches!(by, SortBy::Metadata(_)));
    let stored = state.workspace.known.metadata_keys().filter(|_| typed.starts_with(META)).into_iter();
    let stored = stored.flat_map(|known| &known.keys).map(|key| SortBy::Metadata(key.path.keys().join(".")));
    let mut columns: Vec<SortBy> = named.chain(shown).collect();
    for by in stored {
        if !columns.contains(&by) {
            columns.push(by);
        }
    }
    let offered = columns.into_iter().flat_map(|by| {
        let usual = Sort::new(by);
        let is_whole = typed.starts_with(&usual.by.to_string());
        let other = is_whole.then(|| usual.reversed());
        [Some(usual), other].into_iter().flatten()
    });
    let fitting = offered.filter(|sort| sort.to_string().starts_with(typed));
    fitting.map(|sort| (sort.to_string(), meaning(&sort))).collect()
}

/// What an order puts first.
fn meaning(sort: &Sort) -> String {
    let (down, up) = match &sort.by {
        SortBy::Updated => ("the last changed first", "the longest unchanged first"),
        SortBy::Created => ("the newest first", "the oldest first"),
        SortBy::Id | SortBy::Application | SortBy::SessionType | SortBy::Model => ("from z to a", "from a to z"),
        SortBy::Metadata(_) => ("the greatest value first", "the least value first"),
        SortBy::Figure(SessionFigure::LatencyP95) => ("the slowest first", "the fastest first"),
        SortBy::Figure(SessionFigure::Size) => ("the largest first", "the smallest first"),
        _ => ("the most first", "the fewest first"),
    };
    let first = if sort.ascending { up } else { down };
    first.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            task::{Command, Event, Ticket},
            tui::state::{Input, modal::Modal, sample::Screen},
        },
        repository::{Cursor, ListPlan, MetadataKey, MetadataKeys, PageEnd},
        session::{Change, MetadataPath, StoredDate, Summary},
    };
    use jiff::Timestamp;
    use ratatui::layout::Size;
    use std::time::Duration;

    fn asked(screen: &Screen) -> Option<&crate::repository::ListQuery> {
        screen.asked.iter().rev().find_map(|command| match command {
            Command::List(_, query) => Some(&**query),
            _ => None,
        })
    }

    #[test]
    fn an_order_is_asked_for_with_the_field_that_it_shows() {
        let mut screen = Screen::listed(80, 24);
        for (words, field) in [("tokens:asc", None), (" meta.priority ", Some("priority")), ("-id", Some("priority"))] {
            screen.press(&format!(":sort {words}\n"));
            let query = asked(&screen).unwrap();
            assert_eq!(query.sort, Sort::parse(words.trim()).unwrap());
            let wanted = field.map_or(Projection::Nothing, |field| Projection::Fields(vec![field.to_owned()]));
            assert_eq!(query.metadata, wanted, "{words}");
            assert!(query.after.is_none() && screen.state.workspace.list.is_outdated());
            screen.answer_all();
            let listed = screen.state.workspace.list.listed().1.clone();
            assert_eq!(listed, Sort::parse(words.trim()).unwrap());
        }
    }

    #[test]
    fn what_is_sorted_by_is_said_while_it_is_read() {
        let mut screen = Screen::listed(80, 24);
        screen.press(":sort tokens\n");
        assert_eq!(screen.state.loading().as_deref(), Some("sorting by tokens"));
        screen.answer_all();
        assert_eq!(screen.state.loading(), None);
        screen.press("/word\n");
        assert_eq!(screen.state.loading().as_deref(), Some("searching the sessions"));
        screen.answer_all();
        screen.press(":sort errors:asc\n");
        assert_eq!(screen.state.loading().as_deref(), Some("sorting by errors:asc"));
    }

    #[test]
    fn below_the_fleet_nothing_is_sorted_unseen() {
        let mut screen = Screen::listed(80, 24);
        screen.press("L:sort tokens\n");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Prompt(prompt)) if prompt.mistake.is_some()));
    }

    #[test]
    fn what_is_looked_at_is_said_until_rows_come() {
        let mut screen = Screen::listed(80, 24);
        screen.press(":sort tokens\n");
        let Some(Command::List(ticket, _)) =
            screen.asked.iter().rev().find(|command| matches!(command, Command::List(..))).cloned()
        else {
            panic!("no list was asked for")
        };
        let says = |screen: &Screen| screen.state.workspace.list.says().map(|(says, _)| says.to_owned());
        screen.tell(Event::Plan(ticket, ListPlan::unserved("all are read")));
        screen.tell(Event::Looked(Ticket(u64::MAX), 5));
        assert_eq!(says(&screen).as_deref(), Some("all are read"), "of another question");
        screen.tell(Event::Looked(ticket, 12_400));
        assert!(says(&screen).is_some_and(|says| says.starts_with("looked at 12")), "{:?}", says(&screen));
        assert!(screen.state.workspace.list.is_outdated(), "what was listed stays");
        screen.state.workspace.list.count = Some(20_000);
        screen.tell(Event::Looked(ticket, 12_500));
        assert!(says(&screen).is_some_and(|says| says.contains(" of 20")), "{:?}", says(&screen));
        screen.tell(Event::Rows(ticket, vec![Summary::new("a")]));
        assert_eq!(says(&screen).as_deref(), Some("all are read"));
        let more = PageEnd::at(Some(Cursor::Undated { after: None }));
        screen.tell(Event::ListEnd(ticket, more));
        assert_eq!(says(&screen), None, "all were looked at, though not all are on this page");
    }

    /// A screen that is to be sorted by tokens, and the ticket of what it asks.
    fn ranking(width: u16, height: u16) -> (Screen, Ticket) {
        let mut screen = Screen::listed(width, height);
        screen.press(":sort tokens\n");
        let asked = screen.asked.iter().rev().find_map(|command| match command {
            Command::List(ticket, _) => Some(*ticket),
            _ => None,
        });
        (screen, asked.unwrap())
    }

    #[test]
    fn while_all_are_looked_at_one_goes_on_in_what_was_listed() {
        let (mut screen, ticket) = ranking(120, 40);
        screen.state.ui.preview = true;
        let rest = |screen: &mut Screen| {
            screen.press("j");
            let now = screen.state.look.now.checked_add(Duration::from_millis(200)).unwrap();
            screen.put(Input::Tick(now));
            screen.put(Input::Resize(Size::new(120, 40)));
            screen.asked.iter().any(|command| matches!(command, Command::Open(..)))
        };
        screen.asked.clear();
        assert!(!rest(&mut screen), "the answer may come at any moment");
        screen.tell(Event::Looked(ticket, 40));
        assert!(rest(&mut screen));
    }

    #[test]
    fn where_the_time_limit_ended_it_that_is_said() {
        let (mut screen, ticket) = ranking(80, 24);
        screen.tell(Event::Plan(ticket, ListPlan::unserved("all are read")));
        screen.tell(Event::Looked(ticket, 40));
        screen.tell(Event::Rows(ticket, vec![Summary::new("a")]));
        let end = PageEnd::timed_out(Some(Cursor::Undated { after: None }));
        screen.tell(Event::ListEnd(ticket, end.noting(Some("sorted among the 40 newest".to_owned()))));
        let says = screen.state.workspace.list.says().map(|(says, _)| says.to_owned());
        assert_eq!(says.as_deref(), Some("sorted among the 40 newest"));
    }

    #[test]
    fn in_another_order_than_by_date_a_change_moves_no_row() {
        let at = |second: i64| StoredDate::from_millis(second * 1000);
        let row = |id: &str, second| {
            let mut row = Summary::new(id);
            (row.created_at, row.updated_at) = (Some(at(second)), Some(at(second)));
            row
        };
        let rows = vec![row("b", 1), row("a", 5), row("c", 3)];
        let mut list = SessionList {
            rows,
            known: true,
            count: Some(3),
            sort: Sort::parse("tokens").unwrap(),
            ..SessionList::default()
        };
        let names = |list: &SessionList| list.rows.iter().map(|row| row.name().to_owned()).collect::<Vec<_>>();
        let changes = [Change::unclear("c".into(), Some(at(9))), Change::created(row("new", 10))];
        list.take_news(&changes, Timestamp::UNIX_EPOCH, false);
        assert_eq!(names(&list), ["b", "a", "c"]);
        assert_eq!((list.rows[2].updated_at, list.count), (Some(at(9)), Some(4)));
        assert!(list.says().is_some_and(|(says, _)| says.starts_with("1 ")), "{:?}", list.says());
        list.take_news(&[Change::deleted("a".into())], Timestamp::UNIX_EPOCH, false);
        assert_eq!((names(&list), list.count), (vec!["b".to_owned(), "c".to_owned()], Some(3)));
    }

    #[test]
    fn a_mistake_says_where_it_is_and_changes_nothing() {
        let mut screen = Screen::listed(80, 24);
        let mistake = run(&mut screen.state, " tokns").unwrap_err();
        assert_eq!(mistake.span, 1..6);
        assert!(mistake.problem.contains("tokens"), "{}", mistake.problem);
        assert!(run(&mut Screen::start(80, 24).state, "tokens").is_err());
        assert!(asked(&screen).is_none());
    }

    #[test]
    fn names_are_completed_and_then_their_other_direction() {
        let screen = Screen::listed(80, 24);
        let texts =
            |typed: &str| -> Vec<String> { complete(&screen.state, typed).into_iter().map(|(text, _)| text).collect() };
        assert!(texts("").contains(&"tokens".to_owned()) && !texts("").contains(&"tokens:asc".to_owned()));
        assert_eq!(texts("tok"), ["tokens"]);
        assert_eq!(texts("tokens"), ["tokens", "tokens:asc"]);
        assert!(texts("x").is_empty());
        for text in texts("") {
            assert!(Sort::parse(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn fields_of_the_metadata_are_asked_for_and_offered_once_one_is_begun() {
        let mut screen = Screen::listed(80, 24);
        screen.press(":sort met");
        let asked = |screen: &Screen| {
            screen.asked.iter().rev().find_map(|command| match command {
                Command::MetadataKeys(ticket) => Some(*ticket),
                _ => None,
            })
        };
        assert!(asked(&screen).is_none());
        screen.press("a.");
        let ticket = asked(&screen).unwrap();
        let path = MetadataPath::new(vec!["customer".to_owned(), "tier".to_owned()]).unwrap();
        let keys = vec![MetadataKey { path, sessions: 2, kinds: Vec::new() }];
        screen.tell(Event::MetadataKeys(ticket, MetadataKeys { sessions: 3, keys }));
        let texts = |typed: &str| {
            let offered = complete(&screen.state, typed);
            offered.into_iter().map(|(text, _)| text).filter(|text| text.contains("tier")).collect::<Vec<_>>()
        };
        assert_eq!(texts("meta.cus"), ["meta.customer.tier"]);
        assert_eq!(texts("meta.customer.tier"), ["meta.customer.tier", "meta.customer.tier:asc"]);
        assert!(texts("").is_empty(), "they may be many");
    }
}
