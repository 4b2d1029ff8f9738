use image::{DynamicImage, RgbaImage};
use ratatui_image::{protocol::halfblocks::Halfblocks, sliced::SlicedProtocol};

use super::*;
use crate::{
    app::{
        keymap::Action,
        tui::state::conversation::sample::{Desk, session, tool_use, with},
    },
    session::{Role, ToolStatus},
};

fn picture(width: u16, height: u16) -> Picture {
    let pixels = RgbaImage::new(u32::from(width) * 10, u32::from(height) * 20);
    let blocks = Halfblocks::new(DynamicImage::ImageRgba8(pixels), Size::new(width, height)).unwrap();
    Picture::new(SlicedProtocol::Halfblocks(blocks)).unwrap()
}

fn orders(effects: Vec<Effect>) -> Vec<PictureOrder> {
    let order = |effect| if let Effect::Picture(order) = effect { Some(*order) } else { None };
    effects.into_iter().filter_map(order).collect()
}

fn desk() -> Desk {
    Desk::fixture("sessions.jsonl", "media-4", 60, 40)
}

/// Which rows of an image are in view.
fn rows(desk: &Desk) -> Vec<u16> {
    desk.state.rows().iter().filter_map(|row| row.picture.as_ref().map(|(_, row)| *row)).collect()
}

#[test]
fn an_image_in_view_is_asked_for_once_and_shown_under_its_line() {
    let mut desk = desk();
    let asked = orders(desk.state.ask_for_pictures());
    let [order] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(order.number == (0, 1) && order.bytes > 0 && order.room.width <= 54, "{order:?}");
    assert_eq!(orders(desk.state.ask_for_pictures()).len(), 0, "it is on its way");
    let before = desk.state.rows().len();
    desk.state.on_picture(PictureNews { key: order.key.clone(), shown: Ok(picture(6, 3)) });
    assert_eq!(rows(&desk), [0, 1, 2]);
    assert_eq!(desk.state.rows().len(), before + 3);
    let text: Vec<String> = desk.state.rows().iter().map(|row| row.line.to_string()).collect();
    let line = text.iter().position(|line| line.contains("image png")).expect("its line stays");
    assert!(desk.state.rows()[line].picture.is_none() && desk.state.rows()[line + 1].picture.is_some());
    assert_eq!(orders(desk.state.ask_for_pictures()).len(), 0);
}

#[test]
fn one_that_cannot_be_shown_says_so_and_one_that_is_not_awaited_is_dropped() {
    let mut desk = desk();
    let order = orders(desk.state.ask_for_pictures()).remove(0);
    desk.state.on_picture(PictureNews { key: order.key.clone(), shown: Err("cannot be read as an image") });
    let says = |desk: &Desk| desk.state.rows().iter().any(|row| row.line.to_string().contains("cannot be read"));
    assert!(says(&desk) && rows(&desk).is_empty());
    desk.state.on_picture(PictureNews { key: order.key, shown: Ok(picture(6, 3)) });
    assert!(says(&desk) && rows(&desk).is_empty(), "it was answered");
    desk.state.forget_pictures();
    assert!(!says(&desk));
    assert_eq!(orders(desk.state.ask_for_pictures()).len(), 1, "it is asked for anew");
}

#[test]
fn another_width_or_session_has_its_own() {
    let mut desk = desk();
    let order = orders(desk.state.ask_for_pictures()).remove(0);
    desk.resize(50, 40);
    let anew = orders(desk.state.ask_for_pictures());
    assert_eq!(anew.len(), 1);
    desk.state.on_picture(PictureNews { key: order.key.clone(), shown: Ok(picture(54, 3)) });
    assert!(rows(&desk).is_empty(), "it was made for more cells");
    desk.state.on_picture(PictureNews { key: anew[0].key.clone(), shown: Ok(picture(6, 3)) });
    assert_eq!(rows(&desk), [0, 1, 2]);
    desk.open("support-1042");
    desk.settle();
    desk.state.on_picture(PictureNews { key: order.key, shown: Ok(picture(6, 3)) });
    assert!(rows(&desk).is_empty());
}

#[test]
fn a_view_of_few_rows_shows_what_of_it_is_there() {
    for height in 1..12 {
        let mut desk = Desk::fixture("sessions.jsonl", "media-4", 60, height);
        desk.press(Action::Top);
        for _ in 0..30 {
            for order in orders(desk.state.ask_for_pictures()) {
                desk.state.on_picture(PictureNews { key: order.key, shown: Ok(picture(6, 5)) });
            }
            let shown = rows(&desk);
            assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "{shown:?}");
            desk.press(Action::Down);
        }
    }
}

#[test]
fn an_image_in_the_result_of_a_tool_is_shown_with_its_tool_use_once_that_is_unfolded() {
    let image = Media { kind: MediaKind::Image, format: None, name: None, source: MediaSource::Bytes(70) };
    let content = vec![ToolContent::Text("a shot".to_owned()), ToolContent::Media(image)];
    let result = Block::ToolResult { id: Some("t".to_owned()), status: Some(ToolStatus::Success), content };
    let mut stored = session("pics", &[("a", 2)], 2);
    stored.agents[0].messages = vec![tool_use(0, "t"), with(1, Role::User, vec![result])];
    let mut desk = Desk::new(vec![stored], 60, 40);
    desk.open("pics");
    desk.settle();
    assert_eq!(orders(desk.state.ask_for_pictures()).len(), 0, "it is folded");
    desk.press(Action::Tools);
    let mut asked = orders(desk.state.ask_for_pictures());
    assert_eq!(asked.len(), 1);
    let order = asked.remove(0);
    assert_eq!((order.number, order.bytes, order.message.index), ((0, 1), 70, 1));
    desk.state.on_picture(PictureNews { key: order.key, shown: Ok(picture(6, 3)) });
    assert_eq!(rows(&desk), [0, 1, 2]);
    assert_eq!(orders(desk.state.ask_for_pictures()).len(), 0, "it is there");
    desk.press(Action::Tools);
    assert!(rows(&desk).is_empty());
}
