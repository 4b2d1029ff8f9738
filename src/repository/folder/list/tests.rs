use super::*;

fn folder(sessions: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for number in 0..sessions {
        session(root.path(), number);
    }
    root
}

fn session(root: &Path, number: usize) {
    let dir = root.join(format!("session_{number}"));
    fs::create_dir(&dir).unwrap();
    let stored = format!(r#"{{"session_id": "{number}", "created_at": "2026-11-{:02}T10:00:00Z"}}"#, number + 1);
    fs::write(dir.join("session.json"), stored).unwrap();
}

/// The ids of all pages, and how often a `session.json` was read for them.
fn listed(root: &Path, mut query: ListQuery) -> (Vec<String>, usize) {
    let (known, mut ids) = (KnownOrder::default(), Vec::new());
    let before = assemble::HEADS_READ.get();
    loop {
        let mut take = |row: Summary, _| {
            ids.push(row.name().to_owned());
            true
        };
        query.after = list(root, &query, &known, &|_| true, &mut take).unwrap().next;
        if query.after.is_none() {
            return (ids, assemble::HEADS_READ.get() - before);
        }
    }
}

#[test]
fn every_session_is_read_once_however_many_pages_there_are() {
    let root = folder(20);
    for sort in [SortBy::Updated, SortBy::Created] {
        for filter in ["", "-=7"] {
            let filter = Filter::parse(filter, Timestamp::UNIX_EPOCH).unwrap();
            let left_out = usize::from(!filter.is_empty());
            let (mut ids, reads) = listed(root.path(), ListQuery::new(3).sort(sort.clone()).filter(filter));
            ids.sort();
            ids.dedup();
            assert_eq!((ids.len(), reads), (20 - left_out, 20), "{sort:?}");
        }
    }
}

#[test]
fn a_page_that_follows_another_list_is_found_all_the_same() {
    let (root, known) = (folder(4), KnownOrder::default());
    let page = |query: &ListQuery| {
        let mut ids = Vec::new();
        let mut take = |row: Summary, _| {
            ids.push(row.name().to_owned());
            true
        };
        let end = list(root.path(), query, &known, &|_| true, &mut take).unwrap();
        (ids, end.next)
    };
    let by_creation = ListQuery::new(2).sort(SortBy::Created);
    let (first, next) = page(&by_creation);
    assert_eq!(first, ["3", "2"]);
    page(&ListQuery::new(1));
    assert_eq!(page(&by_creation.after(next.unwrap())).0, ["1", "0"]);
}

#[test]
fn every_order_gives_each_session_once_over_pages_as_its_values_are() {
    let (root, known) = (folder(7), KnownOrder::default());
    let wanted: Vec<Sort> = SortBy::NAMES.iter().map(|name| Sort::new(SortBy::from_name(name).unwrap())).collect();
    for sort in wanted.iter().flat_map(|sort| [sort.clone(), sort.reversed()]) {
        let mut query = ListQuery::new(2).sort(sort.clone());
        let mut ids = Vec::new();
        loop {
            // As if others had asked for something else between the pages.
            let other = KnownOrder::default();
            let known = if ids.len() % 4 == 2 { &other } else { &known };
            let mut take = |row: Summary, _| {
                ids.push(row.name().to_owned());
                true
            };
            query.after = list(root.path(), &query, known, &|_| true, &mut take).unwrap().next;
            if query.after.is_none() {
                break;
            }
        }
        let mut once = ids.clone();
        once.sort();
        assert_eq!(once, ["0", "1", "2", "3", "4", "5", "6"], "{sort}");
        if matches!(sort.by, SortBy::Id | SortBy::Created) {
            assert!(ids.is_sorted_by(|a, b| if sort.ascending { a < b } else { a > b }), "{sort}: {ids:?}");
        }
    }
}

#[test]
fn a_page_that_nobody_waits_for_is_not_sorted_to_its_end() {
    let root = folder(3 * TOLD);
    let told = std::cell::Cell::new(0);
    let looked = |count| {
        told.set(count);
        false
    };
    let query = ListQuery::new(5).sort(SortBy::Figure(crate::metrics::SessionFigure::Messages));
    let end = list(root.path(), &query, &KnownOrder::default(), &looked, &mut |_, _| true).unwrap();
    assert_eq!((told.get(), end), (TOLD as u64, PageEnd::default()));
}

#[test]
fn a_filter_that_finds_nothing_tells_what_it_looked_at_and_ends_once_nobody_waits() {
    let root = folder(3 * TOLD);
    let query = ListQuery::new(5).filter(Filter::parse("app:nowhere", Timestamp::UNIX_EPOCH).unwrap());
    let told_at = TOLD as u64;
    for (goes_on, wanted) in [(true, vec![0, 0, told_at, 2 * told_at]), (false, vec![0, 0, told_at])] {
        let told = std::cell::RefCell::new(Vec::new());
        let looked = |count: u64| {
            told.borrow_mut().push(count);
            goes_on || count == 0
        };
        let before = assemble::HEADS_READ.get();
        list(root.path(), &query, &KnownOrder::default(), &looked, &mut |_, _| true).unwrap();
        let read = assemble::HEADS_READ.get() - before;
        assert_eq!(*told.borrow(), wanted);
        assert_eq!(read, if goes_on { 3 * TOLD } else { TOLD });
    }
}

#[test]
fn rows_come_with_the_figure_that_they_are_sorted_by() {
    let root = folder(3);
    let figures = |sort: &str| {
        let query = ListQuery::new(5).sort(Sort::parse(sort).unwrap());
        let mut figures = Vec::new();
        let mut take = |_: Summary, figure: Option<u64>| {
            figures.push(figure);
            true
        };
        list(root.path(), &query, &KnownOrder::default(), &|_| true, &mut take).unwrap();
        figures
    };
    assert_eq!(figures("messages"), [Some(0); 3]);
    assert!(figures("size").iter().all(|size| size.is_some_and(|size| size > 10)), "{:?}", figures("size"));
    for sort in ["tokens", "created", "id", "meta.x"] {
        assert_eq!(figures(sort), [None; 3], "{sort}: it is no figure, or nothing tells it");
    }
}

#[test]
fn what_is_gone_before_its_page_comes_is_left_out() {
    let (root, known) = (folder(3), KnownOrder::default());
    let query = ListQuery::new(1).sort(SortBy::Created);
    let next = list(root.path(), &query, &known, &|_| true, &mut |_, _| true).unwrap().next.unwrap();
    fs::remove_dir_all(root.path().join("session_1")).unwrap();
    let mut ids = Vec::new();
    let mut take = |row: Summary, _| {
        ids.push(row.name().to_owned());
        true
    };
    list(root.path(), &query.after(next), &known, &|_| true, &mut take).unwrap();
    assert_eq!(ids, ["0"]);
}

#[test]
fn what_few_sessions_tell_by_themselves_is_counted_soon() {
    let root = folder(3);
    let soon = |filter: &str| counts_soon(root.path(), &Filter::parse(filter, Timestamp::UNIX_EPOCH).unwrap());
    for little in ["app:x", "meta.tier:gold OR since:7d", "has:feedback"] {
        assert!(soon(little), "{little}");
    }
    for much in ["tool:x", "tokens:>5", "app:x OR model:m", "messages:>5", "has:interrupt"] {
        assert!(!soon(much), "{much}");
    }
    (0..FEW).for_each(|number| drop(fs::File::create(root.path().join(number.to_string())).unwrap()));
    assert!(!soon("app:x"), "they are too many");
}
