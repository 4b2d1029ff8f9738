use proptest::prelude::*;

use super::*;

fn layout(focus: Pane, open: bool) -> PaneLayout {
    PaneLayout { focus, open, ..PaneLayout::default() }
}

fn needing(list: u16, side: u16, heights: [u16; 3]) -> PaneNeeds {
    PaneNeeds { list: Some(list), side, open_side: side, heights: Some(heights) }
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
fn what_was_given_on_a_wide_screen_leaves_a_small_one_readable() {
    let room = PaneRoom { list: 90, side: 40, ..PaneRoom::default() };
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
fn rows_go_where_they_are_needed() {
    let heights = |needs| panes::heights(38, needs, [0; 3]);
    assert_eq!(heights(None).iter().sum::<u16>(), 38);
    assert_eq!(heights(Some([12, 8, 5])), [12, 21, 5], "what is left is the metadata's");
    assert_eq!(heights(Some([12, 15, 5])), [12, 21, 5], "what unfolds there moves nothing");
    assert_eq!(heights(Some([30, 5, 5])), [28, 5, 5]);
    assert_eq!(heights(Some([1, 90, 1])), [5, 28, 5], "three rows each");
    assert_eq!(panes::heights(38, Some([30, 8, 5]), [0, 4, 0]), [21, 12, 5]);
    assert_eq!(panes::heights(38, Some([12, 8, 5]), [-3, 0, 0]), [9, 24, 5]);
}

proptest! {
    #[test]
    fn whatever_is_needed_and_given_the_panes_tile_the_body(
        width in 40u16..300, height in 10u16..90, focus in 0usize..5,
        open in any::<bool>(), zoomed in any::<bool>(),
        list in prop::option::of(0u16..500), side in 0u16..500, open_side in 0u16..500,
        heights in prop::option::of(prop::array::uniform3(0u16..500)), given in prop::array::uniform5(-300i16..300),
    ) {
        let room =
            PaneRoom { list: given[0], side: given[1], metrics: given[2], metadata: given[3], feedback: given[4] };
        let needs = PaneNeeds { list, side, open_side, heights };
        let layout = PaneLayout { focus: Pane::ALL[focus], open, zoomed, needs, room };
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
                prop_assert!(rows >= 5_u16.min(areas.body.height / 3), "{:?}: {}", pane, rows);
            }
        }
    }
}
