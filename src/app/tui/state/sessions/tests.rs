//! Changes told together are what they are one by one, and cost no more than a pass over the rows.

use proptest::prelude::*;

use super::*;
use crate::{
    app::row_figures::RowFigures,
    repository::SortBy,
    session::{Change, ChangeDate, StoredDate},
};

fn at(second: i64) -> StoredDate {
    StoredDate::from_millis(second * 1000)
}

fn row(id: usize, second: i64) -> Summary {
    let mut row = Summary::new(id.to_string().as_str());
    (row.created_at, row.updated_at) = (Some(at(second)), Some(at(second)));
    row
}

fn key(id: usize) -> SessionKey {
    id.to_string().as_str().into()
}

/// All sessions are read: so many, the newest first, two of a second.
fn list(rows: usize) -> SessionList {
    let rows = (0..rows).map(|id| row(id, 1000 - id as i64 / 2)).collect();
    let mut list = SessionList { rows, known: true, ..SessionList::default() };
    list.count = Some(list.rows.len() as u64);
    list.set_height(10);
    list.settle();
    list
}

/// The date is that now, whatever it was.
fn stored(id: usize, second: Option<i64>) -> Change {
    Change::unclear(key(id), None).dated(ChangeDate::Stored(second.map(at)))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0..40_usize, 960..1040_i64).prop_map(|(id, second)| Change::unclear(key(id), Some(at(second)))),
        2 => (0..60_usize, 960..1040_i64).prop_map(|(id, second)| Change::created(row(id, second))),
        1 => (0..60_usize).prop_map(|id| Change::deleted(key(id))),
        1 => (0..60_usize, 960..1040_i64).prop_map(|(id, second)| Change::touched(key(id), at(second))),
        3 => (0..40_usize, 960..1040_i64).prop_map(|(id, second)| stored(id, Some(second))),
        1 => (0..40_usize).prop_map(|id| stored(id, None)),
    ]
}

proptest! {
    #[test]
    fn told_together_they_are_what_they_are_one_by_one(
        changes in prop::collection::vec(change(), 0..60), selected in 0..40_usize, created in any::<bool>(),
        ascending in any::<bool>(),
    ) {
        let (mut one, mut all) = (list(40), list(40));
        for list in [&mut one, &mut all] {
            if ascending {
                list.rows.reverse();
            }
            list.sort = Sort::new(if created { SortBy::Created } else { SortBy::Updated }).ascending(ascending);
            list.select(selected);
        }
        for change in &changes {
            one.apply_all(std::slice::from_ref(change), true);
        }
        all.apply_all(&changes, true);
        prop_assert_eq!(&all.rows, &one.rows);
        prop_assert_eq!((all.count, &all.since.moved), (one.count, &one.since.moved));
        prop_assert_eq!((&all.since.removed, &all.since.unseen), (&one.since.removed, &one.since.unseen));
        prop_assert!(all.rows.is_sorted_by(|a, b| batch::rank_of(a, &all.sort) >= batch::rank_of(b, &all.sort)));
        let chosen = key(if ascending { 39 - selected } else { selected });
        if all.rows.iter().any(|row| row.key == chosen) && !changes.iter().any(|change| {
            matches!(change.kind, crate::session::ChangeKind::Deleted) && change.session == chosen
        }) {
            prop_assert_eq!(all.selected_row().map(|row| &row.key), Some(&chosen));
        }
    }

    #[test]
    fn rows_of_a_page_that_is_read_are_told_from_those_before_it(
        changes in prop::collection::vec(change(), 0..30), before in 0..=40_usize,
    ) {
        let mut list = list(40);
        let page = AskedRows {
            ticket: Ticket(1), asked_at: list.now, aside: None, first: false, begun: false, looked: false, resume: None,
            before,
        };
        list.page = Some(page);
        list.apply_all(&changes, true);
        let kept = list.page.as_ref().map_or(0, |page| page.before);
        prop_assert!(kept <= list.rows.len());
        let of_page = |row: &Summary| row.key.text().parse().is_ok_and(|id: usize| (before..40).contains(&id));
        let again = |row: &Summary| list.since.moved.contains(&row.key);
        prop_assert!(list.rows[..kept].iter().all(|row| !of_page(row) || again(row)), "what stays does not come again");
        prop_assert!(list.rows[kept..].iter().all(|row| of_page(row) || again(row)), "what goes comes again");
    }
}

#[test]
fn a_batch_costs_a_pass_and_not_one_for_each_change() {
    let mut list = list(10_000);
    let changes: Vec<Change> = (0..500).map(|n| Change::unclear(key(n * 19), Some(at(2000 + n as i64)))).collect();
    let looked = list.apply_all(&changes, true);
    assert!(looked <= 2 * 10_000 + 500 * 10, "{looked} rows were looked at for 500 changes of 10 000 rows");
    assert_eq!(list.rows[0].key, key(499 * 19));
    assert_eq!(list.rows[499].key, key(0));
    let looked = list.apply_all(&[Change::touched(key(3), at(1))], true);
    assert!(looked <= 10_000, "{looked}");
}

#[test]
fn what_came_above_the_view_is_counted_until_its_top_is_seen() {
    let mut list = list(100);
    list.select(50);
    assert_eq!(list.new_above(), 0);
    let changes = [
        Change::unclear(key(90), Some(at(2000))),
        Change::unclear(key(90), Some(at(2001))),
        Change::created(row(500, 3000)),
        Change::unclear(key(48), None),
        Change::deleted(key(70)),
    ];
    list.apply_all(&changes, true);
    assert_eq!(list.new_above(), 2, "each session once");
    assert_eq!(list.selected_row().map(|row| row.key.clone()), Some(key(50)));
    list.apply_all(&[Change::deleted(key(500))], true);
    assert_eq!(list.new_above(), 1);
    list.select(0);
    list.set_height(10);
    list.select(50);
    assert_eq!(list.new_above(), 0);
}

#[test]
fn what_changed_of_a_row_in_view_stands_out_and_what_was_known_does_not() {
    let now = Timestamp::from_second(5000).unwrap();
    let mut list = list(100);
    let told = |list: &mut SessionList, change: Change, looked_at: bool| list.take_news(&[change], now, looked_at);
    told(&mut list, Change::unclear(key(3), Some(at(2000))), true);
    told(&mut list, Change::unclear(key(4), Some(at(1))), true);
    told(&mut list, Change::unclear(key(50), Some(at(900))), true);
    told(&mut list, Change::unclear(key(5), Some(at(2001))), false);
    let is_lit = |list: &SessionList, id: usize| {
        list.rows.iter().any(|row| row.key == key(id) && list.is_lit(row, &crate::app::config::Column::Changed, now))
    };
    assert_eq!([3, 4, 50, 5].map(|id| is_lit(&list, id)), [true, false, false, false]);
    assert_eq!(list.writes_of(&row(3, 0), now), 1);
    assert!(list.next_mark(now).is_some_and(|wait| wait <= std::time::Duration::from_secs(1)));
    list.darken();
    assert!(!is_lit(&list, 3));
}

#[test]
fn what_goes_and_had_no_row_in_a_list_that_is_read_to_its_end_was_no_session() {
    let mut list = list(40);
    list.apply_all(&[Change::deleted(key(50))], true);
    assert_eq!(list.count, Some(40));
    list.apply_all(&[Change::deleted(key(3))], true);
    assert_eq!((list.count, list.rows.len()), (Some(39), 39));
}

#[test]
fn a_row_whose_date_is_earlier_than_it_was_goes_down() {
    let mut list = list(40);
    list.apply_all(&[stored(0, Some(990)), stored(2, None)], true);
    let place = |id: usize| list.rows.iter().position(|row| row.key == key(id));
    assert_eq!((place(0), place(2), place(1)), (Some(20), Some(39), Some(0)));
}

/// What is asked of rows: their keys.
fn asks(list: &mut SessionList, tickets: &mut Tickets) -> Option<(Ticket, Vec<SessionKey>)> {
    list.fill(tickets).into_iter().find_map(|effect| match effect {
        Effect::Ask(Command::Details(ticket, keys)) => Some((ticket, keys)),
        _ => None,
    })
}

/// A list of which everything is counted, and whose tokens are read.
fn counted(rows: usize, tickets: &mut Tickets) -> SessionList {
    let mut list = list(rows);
    let (ticket, keys) = asks(&mut list, tickets).unwrap();
    let found: Vec<_> = keys.iter().map(|key| (key.clone(), Details::default())).collect();
    list.details.on_details(ticket, &found, &list.rows);
    for key in &keys {
        list.details.on_usage(ticket, key, &RowFigures { findings: Some(0), ..RowFigures::default() });
    }
    assert_eq!(asks(&mut list, tickets), None);
    list
}

#[test]
fn a_row_that_was_only_touched_shows_what_was_counted_and_is_counted_again() {
    let mut tickets = Tickets::default();
    let mut list = counted(3, &mut tickets);
    for second in [2000, 2001] {
        list.apply_all(&[Change::touched(key(2), at(second))], true);
        let row = list.rows[0].clone();
        assert_eq!((&row.key, row.updated_at), (&key(2), Some(at(second))));
        assert!(list.details(&row).is_some(), "what was known stays");
        let (ticket, keys) = asks(&mut list, &mut tickets).unwrap();
        assert_eq!(keys, [key(2)]);
        list.details.on_details(ticket, &[(key(2), Details::default())], &list.rows);
    }
    list.apply_all(&[Change::created(row(1, 3000))], true);
    assert!(list.details(&list.rows[0].clone()).is_some());
    assert_eq!(asks(&mut list, &mut tickets).unwrap().1, [key(1)], "tokens are read again after a while");
}

#[test]
fn a_write_that_is_told_in_parts_is_one() {
    let now = Timestamp::from_second(5000).unwrap();
    let mut list = list(3);
    let feedback = || Change::feedback(key(1), crate::session::decode::feedback(&bson::Bson::Null));
    list.take_news(&[feedback(), Change::touched(key(1), at(2000)), Change::touched(key(2), at(2000))], now, true);
    list.take_news(&[Change::touched(key(2), at(2001))], now, true);
    list.take_news(&[feedback(), feedback()], now, true);
    assert_eq!([0, 1, 2].map(|id| list.writes_of(&row(id, 0), now)), [0, 3, 2]);
}
