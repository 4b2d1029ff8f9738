use jiff::ToSpan;

use crate::app::tui::{
    state::{
        AppState, Input,
        kept_drafts::{Draft, DraftId, DraftNews, OfferedDraft},
        sample::Screen,
    },
    view::{self, sample},
};

fn picture(state: &AppState, width: u16, height: u16) -> String {
    sample::screen(width, height, |frame, _| view::draw(frame, state))
}

fn offered(width: u16, height: u16) -> Screen {
    let mut typing = Screen::writable(120, 40);
    typing.press("fquite slow \u{1b}");
    let draft = typing.state.drafts().remove(0);
    let now = typing.state.look.now;
    let of = |id: &str, hours: i64, draft: Result<Draft, String>| OfferedDraft {
        id: DraftId(id.to_owned()),
        file: format!("~/.local/state/strandscope/drafts/{id}.json"),
        at: now.checked_sub(hours.hours()).ok(),
        draft: draft.map(Box::new),
    };
    let unsure = Draft { may_be_stored: true, text: "a\n\u{1b}[2J".repeat(40), ..draft.clone() };
    let found = vec![
        of("one", 1, Ok(draft)),
        of("two", 50, Ok(unsure)),
        of("three", 60, Err("a newer strandscope wrote it".to_owned())),
    ];
    let mut screen = Screen::listed(width, height);
    screen.put(Input::Drafts(DraftNews::Found(found)));
    screen
}

#[test]
fn sizes() {
    for (width, height) in [(40, 10), (80, 24), (120, 40)] {
        let mut screen = offered(width, height);
        insta::assert_snapshot!(format!("offered_{width}x{height}"), picture(&screen.state, width, height));
        screen.press("jjd");
        insta::assert_snapshot!(format!("asked_{width}x{height}"), picture(&screen.state, width, height));
    }
}

#[test]
fn in_ascii() {
    let mut screen = offered(80, 24);
    screen.state.look = sample::plain();
    let shown = picture(&screen.state, 80, 24);
    insta::assert_snapshot!("ascii_80x24", shown);
}
