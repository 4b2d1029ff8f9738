use crate::app::keymap::Action;

use super::*;
use crate::{
    app::{
        config::{Symbols, ThemeName},
        tui::{
            state::conversation::sample::{self as desks, Desk},
            view::sample,
        },
    },
    session::Role,
};

/// The pane of a desk as text, border included.
fn shown(desk: &Desk) -> String {
    let (width, height) = (desk.size.width + 2, desk.size.height + 2);
    sample::screen(width, height, |frame, area| draw(frame, area, 0, &desk.state, true, &desk.look))
}

#[test]
fn a_conversation_with_tools() {
    let mut desk = Desk::fixture("sessions.jsonl", "support-1042", 56, 18);
    insta::assert_snapshot!("support_58x20_end", shown(&desk));
    desk.press(Action::Top);
    desk.settle();
    insta::assert_snapshot!("support_58x20_top", shown(&desk));
    desk.press(Action::Tools);
    desk.press(Action::Reasoning);
    desk.resize(116, 34);
    insta::assert_snapshot!("support_118x36_unfolded", shown(&desk));
    desk.press(Action::PreviousAgent);
    desk.settle();
    desk.press(Action::Tools);
    insta::assert_snapshot!("support_118x36_all", shown(&desk));
}

#[test]
fn narrow_panes() {
    let mut desk = Desk::fixture("sessions.jsonl", "support-1042", 36, 18);
    insta::assert_snapshot!("support_38x20", shown(&desk));
    desk.resize(26, 4);
    insta::assert_snapshot!("support_28x6", shown(&desk));
}

#[test]
fn a_redaction_and_media() {
    insta::assert_snapshot!("guarded_58x20", shown(&Desk::fixture("sessions.jsonl", "guarded-3", 56, 18)));
    insta::assert_snapshot!("media_58x20", shown(&Desk::fixture("sessions.jsonl", "media-4", 56, 18)));
}

#[test]
fn a_session_resumed_by_three_processes() {
    let mut desk = Desk::fixture("sessions.jsonl", "resumed-7", 56, 34);
    desk.press(Action::Top);
    insta::assert_snapshot!("resumed_58x36", shown(&desk));
}

/// A message with every kind of block, and the feedback on it.
fn every_block() -> Desk {
    use bson::{Bson, doc};

    use crate::session::{Block, Feedback, Media, MediaKind, MediaSource, Rating, ToolContent, ToolStatus};
    let document = |key: &str, value: &str| {
        let mut document = doc! {};
        document.insert(key, value);
        Bson::Document(document)
    };
    let media =
        |source| Media { kind: MediaKind::Video, format: Some("mp4".into()), name: Some("clip\u{1b}".into()), source };
    let use_of =
        |id: &str| Block::ToolUse { id: Some(id.into()), name: Some("look".into()), input: doc! {"a": 1}.into() };
    let result = |id: &str, status, content| Block::ToolResult { id: Some(id.into()), status, content };
    let said = vec![
        Block::Reasoning { text: None, redacted_bytes: Some(1234) },
        Block::Citations { text: "As the manual says.".into(), citations: vec![document("title", "Manual")].into() },
        Block::Guard(document("guard", "text")),
        Block::Unknown(document("brandNew", "x".repeat(60).as_str()).into()),
        Block::Media(media(MediaSource::Location(document("s3", "bucket")))),
        Block::Media(media(MediaSource::Unknown)),
        use_of("ok"),
        use_of("lost"),
    ];
    let answers = vec![
        result(
            "ok",
            Some(ToolStatus::Other("odd\u{7}".into())),
            vec![
                ToolContent::Text("{\"json\": \"as text\"}".into()),
                ToolContent::Text("words\nin lines".into()),
                ToolContent::Media(media(MediaSource::Bytes(5000))),
                ToolContent::Unknown(Bson::Null.into()),
            ],
        ),
        result("stray", None, vec![]),
    ];
    let mut session = desks::session("s", &[("a", 2)], 2);
    session.agents[0].messages = vec![desks::with(0, Role::Assistant, said), desks::with(1, Role::User, answers)];
    for (rating, comment) in [(Rating::Up, Some("Fast\u{1b}")), (Rating::Other("sideways".into()), None)] {
        session.feedbacks.push(Feedback {
            index: None,
            rating,
            comment: comment.map(Into::into),
            created_at: None,
            agent_id: Some("a".into()),
            message_id: Some(0),
            raw: Bson::Null.into(),
        });
    }
    let mut desk = Desk::new(vec![session], 56, 44);
    desk.open("s");
    desk.settle();
    desk
}

#[test]
fn every_kind_of_block() {
    let mut desk = every_block();
    insta::assert_snapshot!("blocks_folded", shown(&desk));
    desk.press(Action::Tools);
    desk.press(Action::Top);
    let text = shown(&desk);
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
    insta::assert_snapshot!("blocks_unfolded", text);
}

#[test]
fn odd_documents() {
    for id in ["hostile-text", "wrong-types", "flat-docs-shape"] {
        let mut desk = Desk::fixture("odd.jsonl", id, 56, 30);
        if id == "wrong-types" {
            desk.press(Action::PreviousAgent);
        }
        desk.press(Action::Top);
        desk.settle();
        let text = shown(&desk);
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
        insta::assert_snapshot!(format!("odd_{id}"), text);
    }
}

#[test]
fn ascii_without_colours() {
    let mut desk = Desk::fixture("sessions.jsonl", "support-1042", 56, 18);
    desk.press(Action::Top);
    desk.press(Action::Tools);
    desk.settle();
    desk.restyle(ThemeName::None, Symbols::Ascii);
    let text = shown(&desk);
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!("support_ascii", text);
    let spans = desk.state.rows().iter().flat_map(|row| &row.line.spans);
    assert!(spans.into_iter().all(|span| span.style.fg.is_none() && span.style.bg.is_none()));
}

#[test]
fn a_search_and_new_messages_in_the_border() {
    let mut desk = Desk::new(vec![desks::session("long", &[("a", 100)], 100)], 56, 10);
    desk.open("long");
    desk.settle();
    desk.press(Action::PageUp);
    desk.sessions = vec![desks::session("long", &[("a", 103)], 103)];
    desk.reload();
    desk.settle();
    desk.find("number 9");
    insta::assert_snapshot!("searching", shown(&desk));
    desk.settle();
    insta::assert_snapshot!("found", shown(&desk));
}

#[test]
fn the_place_has_the_colour_of_the_other_panes_not_the_borders() {
    let desk = Desk::fixture("sessions.jsonl", "support-1042", 56, 18);
    let place = place(&desk.state, 58, &desk.look);
    let at = place.spans.iter().find(|span| span.content.contains('/')).unwrap();
    assert_eq!(at.style, desk.look.theme.dim);
}

#[test]
fn the_count_of_a_search_stays_in_a_narrow_pane() {
    let desk = Desk::new(Vec::new(), 30, 5);
    let find = FindStatus {
        needle: "needle gold".to_owned(),
        current: 3,
        hits: 24,
        searching: Some(12_000),
        cut_short: false,
    };
    let words = |find: &FindStatus, cells| found_words(find, cells, &desk.look);
    assert!(words(&find, 60).starts_with("find \"needle gold\" 3/24 searched 12"));
    assert_eq!(words(&find, 24), "find \"needle gold\" 3/24…");
    assert_eq!(words(&find, 10), "find 3/24…");
    let ended = FindStatus { searching: None, ..find.clone() };
    assert_eq!([words(&ended, 24), words(&ended, 10)], ["find \"needle gold\" 3/24", "find 3/24"]);
    assert_eq!(words(&ended, 40), "find \"needle gold\" 3 of 24 messages");
    let one = FindStatus { current: 1, hits: 1, cut_short: true, ..ended.clone() };
    assert_eq!(words(&one, 60), "find \"needle gold\" 1 of 1 message, not all searched");
    let none = FindStatus { hits: 0, current: 0, ..ended };
    assert_eq!(words(&none, 10), "find nothing");
}

#[test]
fn nothing_open_and_nothing_in_it() {
    let mut desk = Desk::new(vec![desks::session("empty", &[], 0), desks::session("bare", &[("a", 0)], 0)], 30, 3);
    insta::assert_snapshot!("nothing_open", shown(&desk));
    desk.open("empty");
    desk.settle();
    insta::assert_snapshot!("no_agents", shown(&desk));
    desk.open("bare");
    desk.settle();
    insta::assert_snapshot!("no_messages", shown(&desk));
}

#[test]
fn what_is_there_and_cannot_be_read_is_not_called_nothing() {
    let mut graph = desks::session("graph", &[], 0);
    let told = "an orchestrator (type: graph, status: completed): its messages are not read yet";
    graph.findings.push(crate::session::Finding::new("multi_agents.default_graph", told, None));
    let mut odd = desks::session("odd", &[("a", 0)], 0);
    let found = crate::session::Finding::new("agents.a.messages", "Expected an array", Some(bson::Bson::Int32(5)));
    odd.agents[0].findings.push(found);
    let mut text = desks::session("text", &[("a", 0)], 0);
    let found = crate::session::Finding::new("agents.a", "Expected an object", Some("text".into()));
    text.agents[0].findings.push(found);
    let mut desk = Desk::new(vec![graph, odd, text], 60, 6);
    for (id, seen) in [
        ("graph", "an orchestrator (type: graph,"),
        ("odd", "is no list of messages"),
        ("text", "is no list of messages"),
    ] {
        desk.open(id);
        desk.settle();
        let screen = shown(&desk);
        assert!(screen.contains(seen) && !screen.contains("no messages") && !screen.contains("no agents"), "{screen}");
    }
}

#[test]
fn every_size_draws() {
    let mut session = desks::session("s", &[("agent", 3), ("漢字の長いエージェント名", 2)], 3);
    let text =
        "# 漢字 👩‍👩‍👧‍👦\n\n| a | b |\n|-|-|\n| long words here | 漢字 |\n\n```rust\nfn main() {}\n```\n> - e\u{301}\u{301}";
    session.agents[0].messages[2] =
        desks::with(2, Role::Other("運転手".into()), vec![crate::session::Block::Text(text.into())]);
    let mut desk = Desk::new(vec![session], 20, 5);
    desk.open("s");
    desk.settle();
    for width in (0..40).chain([80, 118, 298]) {
        for height in [0, 1, 2, 3, 7, 30, 98] {
            desk.resize(width, height);
            desk.settle();
            desk.press(Action::Up);
            let _ = shown(&desk);
        }
    }
}

#[test]
fn a_link_is_told_to_a_terminal_that_takes_it_and_takes_no_more_cells() {
    use ratatui::{Terminal, backend::TestBackend};

    use crate::session::Block;
    let mut session = desks::session("s", &[("a", 1)], 0);
    let text = "see https://a.example/x, 漢 https://a.example/x/漢 end".to_owned();
    session.agents[0].messages = vec![desks::with(0, Role::Assistant, vec![Block::Text(text)])];
    let mut desk = Desk::new(vec![session], 70, 10);
    desk.open("s");
    desk.settle();
    let drawn = |links: bool| {
        let look = Look { links, ..desk.look.clone() };
        let mut terminal = Terminal::new(TestBackend::new(72, 12)).unwrap();
        terminal.draw(|frame| draw(frame, frame.area(), 0, &desk.state, true, &look)).unwrap();
        terminal.backend().buffer().clone()
    };
    let (plain, told) = (drawn(false), drawn(true));
    let mut linked = String::new();
    for (plain, told) in plain.content.iter().zip(&told.content) {
        if plain.symbol() == told.symbol() {
            continue;
        }
        let (_, rest) = told.symbol().split_once("\u{1b}\\").unwrap();
        assert_eq!(rest.strip_suffix("\u{1b}]8;;\u{1b}\\"), Some(plain.symbol()));
        linked.push_str(plain.symbol());
    }
    assert_eq!(linked, "https://a.example/xhttps://a.example/x/漢");
    assert!(told.content.iter().any(|cell| cell.symbol().contains("/x/%E6%BC%A2")));
}
