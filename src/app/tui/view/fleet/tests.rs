use bson::{Bson, Document, doc};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::{draw as draw_screen, sample};
use crate::{
    app::{
        fleet::{FleetColumn, FleetOrder, read::FleetExtent},
        task::{Command, Event},
        tui::state::{AppState, live::WatchState, sample::Screen},
    },
    metrics::Outline,
    repository::WatchMode,
    session::{Change, StoredDate, decode},
};

fn ago(seconds: i64) -> Timestamp {
    sample::look().now.checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

fn date(seconds: i64) -> Bson {
    Bson::DateTime(StoredDate::from(ago(seconds)).into())
}

fn message(role: &str, content: Vec<Document>, tokens: i32, seconds: i64) -> Document {
    let content: Vec<Bson> = content.into_iter().map(Bson::from).collect();
    let mut body = doc! { "role": role, "content": content };
    if tokens > 0 {
        let usage = doc! { "inputTokens": tokens - 10, "outputTokens": 10, "totalTokens": tokens };
        body.insert("metadata", doc! { "usage": usage, "metrics": { "latencyMs": tokens / 2 } });
    }
    doc! { "message": body, "created_at": date(seconds) }
}

fn text(words: &str) -> Vec<Document> {
    vec![doc! { "text": words }]
}

fn session(id: &str, application: &str, model: &str, messages: Vec<Document>, changed: i64) -> Document {
    let messages: Vec<Bson> = messages.into_iter().map(Bson::from).collect();
    let agent = doc! { "agent_data": { "model": model }, "messages": messages };
    doc! { "_id": id, "application_name": application, "updated_at": date(changed), "agents": { "a": agent } }
}

fn sessions() -> Vec<Document> {
    let call = doc! { "toolUse": { "toolUseId": "2", "name": "search", "input": {} } };
    let failed = doc! { "toolResult": { "toolUseId": "1", "status": "error", "content": [] } };
    let asks =
        doc! { "activated": true, "interrupts": { "i": { "id": "i", "reason": "sure?", "response": Bson::Null } } };
    let mut waiting =
        session("billing-7", "billing", "gpt-5", vec![message("assistant", text("May I?"), 900, 400)], 400);
    let data = waiting.get_document_mut("agents").unwrap().get_document_mut("a").unwrap();
    data.get_document_mut("agent_data").unwrap().insert("_internal_state", doc! { "interrupt_state": asks });
    vec![
        session(
            "support-1042",
            "shop",
            "claude-sonnet",
            vec![
                message("assistant", text("One moment."), 12_300, 200),
                message("assistant", text("Let me look at order 4711.\nDone."), 8000, 20),
                message("user", text("And where is it now?"), 0, 3),
            ],
            3,
        ),
        session(
            "7f9c24e8-3b12-4f5d-9a6e-0c1d2e3f4a5b",
            "research",
            "claude-sonnet",
            vec![message("user", vec![failed], 0, 90), message("assistant", vec![call], 2500, 70)],
            70,
        ),
        waiting,
        session("stuck", "shop", "gpt-5", vec![message("user", text("Hello?"), 0, 700)], 700),
        session("done\u{1b}[2J", "shop\u{202e}", "gpt-5", vec![message("assistant", text("Bye"), 0, 1900)], 1900),
    ]
}

/// The fleet shown, its changes told.
fn shown(width: u16, height: u16, sessions: &[Document]) -> Screen {
    let mut screen = Screen::listed(width, height);
    let now = screen.state.look.now;
    screen.state.workspace.watch = Some(WatchState::Begun(WatchMode::Stream));
    let fleet = &mut screen.state.workspace.fleet.fleet;
    for document in sessions {
        fleet.seed(&decode::session(document.clone()), &Outline::default(), now);
    }
    if !sessions.is_empty() {
        // Of this one nothing is known but that it changed.
        fleet.take(&Change::touched("heard-of".into(), ago(50).into()), ago(50));
    }
    screen.press("L");
    let asked: Vec<Command> = screen.asked.drain(..).collect();
    for command in asked {
        if let Command::Fleet(ticket, _) = command {
            screen.tell(Event::FleetRows(ticket, Vec::new()));
            screen.tell(Event::FleetEnd(ticket, FleetExtent::All));
        }
    }
    screen.asked.clear();
    screen
}

fn picture(state: &AppState) -> String {
    let body = state.areas.body;
    sample::screen(body.width, body.height + 2, |frame, _| draw_screen(frame, state))
}

#[test]
fn sizes() {
    for (width, height) in [(40, 12), (60, 16), (80, 24), (160, 50), (200, 20)] {
        let screen = shown(width, height, &sessions());
        let picture = picture(&screen.state);
        assert!(sample::safe(&picture), "{picture}");
        insta::assert_snapshot!(format!("fleet_{width}x{height}"), picture);
    }
}

#[test]
fn ascii_without_colours() {
    let mut screen = shown(120, 16, &sessions());
    screen.state.look = sample::plain();
    insta::assert_snapshot!("fleet_ascii_120x16", picture(&screen.state));
}

#[test]
fn nothing_changed_lately() {
    insta::assert_snapshot!("fleet_empty_80x12", picture(&shown(80, 12, &[]).state));
}

#[test]
fn totals_by_application_and_by_model() {
    let mut screen = shown(100, 14, &sessions());
    screen.press("t");
    insta::assert_snapshot!("fleet_applications_100x14", picture(&screen.state));
    screen.press("t");
    insta::assert_snapshot!("fleet_models_100x14", picture(&screen.state));
    screen.press("t");
    assert!(picture(&screen.state).contains("LAST WORDS"));
}

#[test]
fn what_was_said_last_and_which_model_are_read_plainly() {
    for (said, shows) in
        [("## Your order **A100** is `late`", "Your order A100 is late"), ("```json\n{\"a\": 1}\n```", "{\"a\": 1}")]
    {
        let said = vec![message("assistant", text(said), 500, 5)];
        let one = session("one", "shop", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", said, 5);
        let picture = picture(&shown(130, 12, &[one]).state);
        assert!(picture.contains(shows) && !picture.contains("**") && !picture.contains("```"), "{picture}");
        assert!(picture.contains("claude-sonnet-4-5…"), "{picture}");
    }
}

#[test]
fn sorted_by_each_column() {
    for column in FleetColumn::ALL {
        let mut screen = shown(160, 12, &sessions());
        screen.state.workspace.fleet.order = FleetOrder { by: column, is_reversed: column == FleetColumn::Changed };
        // Shown anew.
        screen.press("LL");
        insta::assert_snapshot!(format!("fleet_by_{}_160x12", column.as_str()), picture(&screen.state));
    }
}

#[test]
fn what_is_left_out_is_told() {
    for (extent, words) in [
        (FleetExtent::Newest(Some(1300)), "changed within 1h ─ newest 6 of 1 300 ─"),
        (FleetExtent::Newest(None), "─ only the newest ─"),
        (FleetExtent::TimedOut, "─ only what was found in time ─"),
    ] {
        let mut screen = shown(100, 14, &sessions());
        screen.press("r");
        let Some(Command::Fleet(ticket, _)) = screen.asked.pop_back() else { panic!() };
        assert!(picture(&screen.state).contains("─ reading…"));
        screen.tell(Event::FleetEnd(ticket, extent));
        let picture = picture(&screen.state).replace('\u{202f}', " ");
        assert!(picture.contains(words), "{picture}");
    }
}

#[test]
fn the_menu_of_columns_and_a_filter() {
    let mut screen = shown(80, 24, &sessions());
    screen.press("s");
    insta::assert_snapshot!("fleet_menu_80x24", picture(&screen.state));
    screen.press("\u{1b}/app:shop\n");
    insta::assert_snapshot!("fleet_filtered_80x24", picture(&screen.state));
}

#[test]
fn what_is_not_told_any_more_is_a_dash() {
    let mut screen = shown(120, 12, &sessions());
    screen.state.workspace.watch = Some(WatchState::Lost);
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(61)).unwrap();
    screen.state.look.now = later;
    insta::assert_snapshot!("fleet_stale_120x12", picture(&screen.state));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_size_draws(width in 40u16..210, height in 10u16..40, keys in "[jkGgstw]{0,6}") {
        let mut screen = shown(width, height, &sessions());
        screen.press(&keys);
        prop_assert!(sample::safe(&picture(&screen.state)));
    }
}
