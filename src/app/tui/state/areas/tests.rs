use proptest::prelude::*;

use super::*;

fn layout(focus: Pane, open: bool) -> PaneLayout {
    PaneLayout { focus, open, ..PaneLayout::default() }
}

fn needing(list: u16, side: u16, heights: [u16; 3]) -> PaneNeeds {
    PaneNeeds { list: Some(list), side, open_side: side, heights: Some(heights), totals: 0 }
}

/// Cells of the list.
fn list(width: u16, layout: &PaneLayout) -> u16 {
    Areas::of(Size::new(width, 24), layout).pane(Pane::Sessions).map_or(0, |area| area.width)
}

#[test]
fn panes_tile_the_body_at_every_size() {
    for width in 0..=260 {
        for height in [0, 1, 5, 9, 10, 15, 16, 24, 60] {
            let cases = Pane::ALL.into_iter().flat_map(|focus| [(focus, false), (focus, true)]);
            for ((focus, open), zoomed) in cases.flat_map(|case| [(case, false), (case, true)]) {
                let layout = PaneLayout { zoomed, ..layout(focus, open) };
                let areas = Areas::of(Size::new(width, height), &layout);
                let cells: u32 = areas.panes.iter().flatten().map(|area| area.area()).sum();
                assert_eq!(cells, if areas.too_small { 0 } else { areas.body.area() }, "{width}×{height}");
                assert!(areas.too_small || areas.pane(focus).is_some());
                assert!(!zoomed || areas.panes.iter().flatten().count() <= 1);
            }
        }
    }
}

#[test]
fn the_list_is_no_wider_than_its_rows_and_has_more_room_while_the_keys_go_to_it() {
    for width in 80..=260 {
        let of =
            |focus, open, rows| list(width, &PaneLayout { needs: needing(rows, 0, [9; 3]), ..layout(focus, open) });
        for (focus, open) in [(Pane::Sessions, true), (Pane::Sessions, false), (Pane::Conversation, true)] {
            assert!(of(focus, open, 40) <= 40, "{width}");
            assert_eq!(of(focus, open, 1), 36, "{width}");
        }
        assert!(of(Pane::Sessions, true, 200) > of(Pane::Conversation, true, 200), "{width}");
        assert!(width < 188 || of(Pane::Sessions, true, 75) == 75, "{width}: UUIDs beside every usual column");
        assert!(of(Pane::Sessions, false, 200) > of(Pane::Sessions, true, 200), "{width}");
        assert!(of(Pane::Sessions, false, 200) < width - 15, "something of the others is seen");
    }
}

#[test]
fn the_list_does_not_give_up_a_cell_or_two_as_the_keys_go_elsewhere() {
    for (width, rows) in [(80, 39), (120, 45), (120, 47), (160, 55), (200, 63)] {
        let of = |focus| list(width, &PaneLayout { needs: needing(rows, 0, [9; 3]), ..layout(focus, true) });
        assert_eq!((of(Pane::Sessions), of(Pane::Conversation)), (rows, rows), "{width}");
    }
}

#[test]
fn what_stands_at_the_right_has_what_it_needs_and_leaves_the_conversation_its_room() {
    let side = |width, needs, focus| {
        let layout = PaneLayout { needs: needing(60, needs, [9; 3]), ..layout(focus, true) };
        let areas = Areas::of(Size::new(width, 40), &layout);
        let cells = |pane| areas.pane(pane).map_or(0, |area| area.width);
        (cells(Pane::Metadata), cells(Pane::Conversation))
    };
    assert_eq!(side(120, 0, Pane::Sessions).0, 28);
    assert_eq!(side(160, 0, Pane::Sessions).0, 36);
    assert_eq!(side(200, 44, Pane::Conversation).0, 44);
    assert_eq!(side(200, 90, Pane::Conversation).0, 50);
    assert_eq!(side(250, 100, Pane::Metadata).0, 100, "its keys and values come first where the keys go to it");
    for width in 120..=260 {
        for focus in Pane::ALL {
            for needs in [0, 30, 50, 200] {
                let (side, conversation) = side(width, needs, focus);
                assert!(side >= 28 && conversation >= 36, "{width} {focus:?} {needs}: {side} {conversation}");
            }
        }
    }
}

#[test]
fn layouts_change_where_the_design_says() {
    let shown = |w, h, focus| Areas::of(Size::new(w, h), &layout(focus, true)).panes.iter().flatten().count();
    assert_eq!(shown(120, 40, Pane::Sessions), 5);
    assert_eq!(shown(119, 40, Pane::Sessions), 2);
    assert_eq!(shown(80, 24, Pane::Metadata), 4);
    assert_eq!(shown(79, 24, Pane::Sessions), 1);
    assert_eq!(shown(200, 15, Pane::Sessions), 1);
    assert_eq!(shown(39, 24, Pane::Sessions), 0);
    assert_eq!(shown(40, 9, Pane::Sessions), 0);
}

#[test]
fn what_the_session_is_stands_over_its_messages_while_one_is_open() {
    let areas = Areas::of(Size::new(120, 40), &layout(Pane::Conversation, true));
    let (facts, inner) = (areas.facts.unwrap(), areas.inner(Pane::Conversation).unwrap());
    assert_eq!((facts.bottom(), facts.x, facts.width), (inner.y, inner.x, inner.width));
    assert_eq!(inner.bottom() + 1, areas.pane(Pane::Conversation).unwrap().bottom());
    assert_eq!(areas.inner(Pane::Metadata), areas.pane(Pane::Metadata).map(inside));
    assert_eq!(Areas::of(Size::new(120, 40), &layout(Pane::Conversation, false)).facts, None);
    assert_eq!(Areas::of(Size::new(60, 10), &layout(Pane::Sessions, true)).facts, None, "the list has the body");
}

#[test]
fn borders_that_were_put_somewhere_on_a_wide_screen_leave_a_small_one_readable() {
    let room = PaneRoom { list_columns: Some(150), side_columns: Some(80), ..PaneRoom::default() };
    for width in 80..=260 {
        for focus in Pane::ALL {
            let layout = PaneLayout { needs: needing(60, 40, [9; 3]), room, ..layout(focus, true) };
            let areas = Areas::of(Size::new(width, 40), &layout);
            let cells = |pane| areas.pane(pane).map(|area| area.width);
            assert!(cells(Pane::Conversation).is_none_or(|cells| cells >= 32), "{width} {focus:?} {areas:?}");
            assert!(cells(Pane::Metadata).is_none_or(|cells| cells >= 28), "{width} {focus:?} {areas:?}");
        }
    }
}

#[test]
fn a_border_that_a_person_put_somewhere_stays_there_whatever_has_the_focus() {
    let (list, side) = (Some(50), Some(40));
    for room in [
        PaneRoom { list_columns: list, ..PaneRoom::default() },
        PaneRoom { side_columns: side, ..PaneRoom::default() },
        PaneRoom { list_columns: list, side_columns: side, ..PaneRoom::default() },
    ] {
        for width in 80..=260 {
            let mut seen = [None; 2];
            for (focus, open) in Pane::ALL.into_iter().flat_map(|focus| [(focus, true), (focus, false)]) {
                let layout = PaneLayout { needs: needing(75, 100, [9; 3]), room, ..layout(focus, open) };
                let areas = Areas::of(Size::new(width, 40), &layout);
                let set = [(Pane::Sessions, room.list_columns), (Pane::Metrics, room.side_columns)];
                for (seen, (pane, _)) in seen.iter_mut().zip(set).filter(|(_, (_, set))| set.is_some()) {
                    let Some(area) = areas.pane(pane) else { continue };
                    assert_eq!(*seen.get_or_insert(area.width), area.width, "{width} {focus:?} {open} {room:?}");
                }
            }
            assert!(width < 160 || seen.iter().flatten().all(|cells| [50, 40].contains(cells)), "{width} {seen:?}");
        }
    }
}

#[test]
fn rows_go_where_they_are_needed() {
    let heights = |rows, needs, totals| {
        let needs = PaneNeeds { heights: Some(needs), totals, ..PaneNeeds::default() };
        panes::heights(rows, &PaneLayout { needs, ..PaneLayout::default() })
    };
    assert_eq!(panes::heights(38, &PaneLayout::default()).iter().sum::<u16>(), 38);
    for (rows, needs, totals, wanted) in [
        (38, [12, 8, 5], 0, [12, 21, 5]),
        (38, [12, 15, 5], 0, [12, 21, 5]),
        (38, [12, 8, 3], 0, [12, 21, 5]),
        (38, [30, 5, 5], 0, [28, 5, 5]),
        (38, [1, 90, 1], 0, [3, 32, 3]),
        // At 120×30, 120×40, 160×48 and 250×70: of much of everything,
        (28, [32, 12, 30], 10, [14, 7, 7]),
        (38, [32, 12, 30], 10, [20, 9, 9]),
        (46, [32, 12, 30], 10, [22, 12, 12]),
        (68, [32, 12, 30], 10, [32, 12, 24]),
        // of many figures beside little else,
        (28, [32, 9, 3], 10, [17, 8, 3]),
        (38, [32, 9, 3], 10, [26, 9, 3]),
        (46, [32, 9, 3], 10, [32, 9, 5]),
        (68, [32, 9, 3], 10, [32, 31, 5]),
        // and of few.
        (38, [12, 40, 40], 10, [12, 13, 13]),
        // On a low screen the totals come first.
        (20, [32, 20, 20], 10, [10, 5, 5]),
        (14, [32, 20, 20], 10, [8, 3, 3]),
    ] {
        assert_eq!(heights(rows, needs, totals), wanted, "{rows} {needs:?}");
    }
}

#[test]
fn rows_stay_where_they_are_while_they_do() {
    let heights = |needs, metrics_rows| {
        let needs = PaneNeeds { heights: Some(needs), ..PaneNeeds::default() };
        let room = PaneRoom { metrics_rows, ..PaneRoom::default() };
        panes::heights(38, &PaneLayout { needs, held: Some([16, 11, 11]), room, ..PaneLayout::default() })
    };
    assert_eq!(heights([12, 9, 3], None), [16, 11, 11]);
    assert_eq!(heights([17, 9, 3], None), [17, 16, 5], "shared anew where something would be cut");
    assert_eq!(heights([12, 7, 3], Some(20)), [20, 7, 11], "no other border moves with one");
    assert_eq!(heights([12, 8, 3], Some(20)), [20, 13, 5]);
    assert_eq!(heights([30, 8, 3], Some(9)), [9, 18, 11], "it is as it was put, though more is in it");
    assert_eq!(heights([30, 8, 3], Some(90)), [32, 3, 3]);
}

proptest! {
    #[test]
    fn no_pane_is_cut_while_another_has_rows_to_spare(
        rows in 14u16..90, needs in prop::array::uniform3(2u16..100), totals in 2u16..12,
        held in prop::option::of(prop::array::uniform3(3u16..60)),
    ) {
        let totals = totals.min(needs[0]);
        let needed = PaneNeeds { heights: Some(needs), totals, ..PaneNeeds::default() };
        let out = panes::heights(rows, &PaneLayout { needs: needed, held, ..PaneLayout::default() });
        prop_assert_eq!(out.iter().sum::<u16>(), rows);
        let needs = needs.map(|needs| needs.max(3));
        let is_cut = (0..3).any(|pane| out[pane] < needs[pane]);
        let spares = (0..3).any(|pane| out[pane] > needs[pane]);
        prop_assert!(!(is_cut && spares), "{:?} for {:?}", out, needs);
        prop_assert!(out[0] >= totals.min(rows - 6), "{:?}", out);
        let again = panes::heights(rows, &PaneLayout { needs: needed, held: Some(out), ..PaneLayout::default() });
        prop_assert_eq!(again, out, "the same again");
    }
}

proptest! {
    #[test]
    fn whatever_is_needed_and_given_the_panes_tile_the_body(
        width in 40u16..300, height in 10u16..90, focus in 0usize..5,
        open in any::<bool>(), zoomed in any::<bool>(),
        list in prop::option::of(0u16..500), side in 0u16..500, open_side in 0u16..500,
        heights in prop::option::of(prop::array::uniform3(0u16..500)), totals in 0u16..30,
        held in prop::option::of(prop::array::uniform3(0u16..90)),
        set in prop::array::uniform4(prop::option::of(0u16..400)),
    ) {
        let [list_columns, side_columns, metrics_rows, feedback_rows] = set;
        let room = PaneRoom { list_columns, side_columns, metrics_rows, feedback_rows };
        let needs = PaneNeeds { list, side, open_side, heights, totals };
        let layout = PaneLayout { focus: Pane::ALL[focus], open, zoomed, needs, held, room };
        let areas = Areas::of(Size::new(width, height), &layout);
        let shown: Vec<Rect> = areas.panes.iter().flatten().copied().collect();
        prop_assert_eq!(shown.iter().map(|area| area.area()).sum::<u32>(), areas.body.area());
        for (at, one) in shown.iter().enumerate() {
            prop_assert_eq!(one.intersection(areas.body), *one);
            prop_assert!(shown.iter().skip(at + 1).all(|other| !one.intersects(*other)));
        }
        if areas.pane(Pane::Metrics).is_some() && !zoomed && shown.len() > 1 {
            for pane in [Pane::Metrics, Pane::Metadata, Pane::Feedback] {
                let rows = areas.pane(pane).unwrap().height;
                prop_assert!(rows >= 3, "{:?}: {}", pane, rows);
            }
        }
    }
}
