use crate::app::keymap::ENTRIES;
use bson::{Bson, doc};
use proptest::prelude::*;

use super::*;
use crate::{
    app::{task::command::Lane, tui::view::sample},
    repository::Error,
};

fn take(inspector: &mut Inspector, action: Action) -> InspectorOutcome {
    inspector.on_action(action, 20, &mut Tickets::default())
}

fn copied(inspector: &mut Inspector) -> String {
    match take(inspector, Action::Copy) {
        InspectorOutcome::Taken(effects) => match &effects[0] {
            Effect::Copy(text) => text.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn tabs_go_around() {
    let session = sample::session("support-1042");
    let mut inspector = Inspector::on(&Subject::Session, Some(&session), None);
    let names: Vec<&str> = (0..5)
        .map(|_| {
            let name = inspector.tab().name;
            take(&mut inspector, Action::NextPane);
            name
        })
        .collect();
    assert_eq!(names, ["Overview", "Guardrail events", "Findings", "Raw", "Overview"]);
    take(&mut inspector, Action::PreviousAgent);
    assert_eq!(inspector.tab().name, "Overview");
}

#[test]
fn it_closes_and_leaves_what_it_does_not_know() {
    let session = sample::session("support-1042");
    let mut inspector = Inspector::on(&Subject::Agent("support".into()), Some(&session), None);
    for action in [Action::Back, Action::Quit, Action::Inspect] {
        assert!(matches!(take(&mut inspector, action), InspectorOutcome::Close));
    }
    assert!(matches!(take(&mut inspector, Action::Help), InspectorOutcome::Ignored));
    assert!(matches!(take(&mut inspector, Action::Right), InspectorOutcome::Taken(_)));
}

#[test]
fn a_node_is_copied_as_json() {
    let session = sample::session("typed-metadata");
    let mut inspector = Inspector::on(&Subject::Metadata("nested".into()), Some(&session), None);
    let json: serde_json::Value = serde_json::from_str(&copied(&mut inspector)).unwrap();
    assert_eq!(json, serde_json::json!({"a": {"b": [1, 2, {"c": null}]}}));
    take(&mut inspector, Action::Left);
    assert_eq!(inspector.tab().body.place(80).1, 1, "folded");
    take(&mut inspector, Action::Open);
    assert!(inspector.tab().body.place(80).1 > 1, "unfolded");
}

#[test]
fn only_its_own_question_is_answered() {
    let session = sample::session("support-1042");
    let mut inspector = Inspector::on(&Subject::Session, Some(&session), None);
    inspector.expect(Ticket(3));
    take(&mut inspector, Action::PreviousAgent);
    inspector.on_event(&Event::Document(Ticket(2), Box::new(sample::inspection(doc! {"late": 1}))));
    assert!(matches!(inspector.tab().body, Body::Waiting));
    let failed = Event::Failed {
        ticket: Ticket(3),
        lane: Lane::Inspect,
        error: Error::NotFound { id: "x".into(), location: "y".into() },
    };
    inspector.on_event(&failed);
    assert!(matches!(inspector.tab().body, Body::Failed(_)));
    let Body::Items { items, .. } = &inspector.subject().tabs[0].body else { panic!("no overview") };
    assert!(items.iter().any(|item| item.label == "findings" && item.text.starts_with("unknown")));
    inspector.on_event(&Event::Document(Ticket(3), Box::new(sample::inspection(doc! {"new": 1}))));
    assert_eq!(inspector.tab().body.place(80).1, 1);
}

#[test]
fn the_whole_document_completes_the_findings() {
    let mut session = sample::session("wrong-types");
    session.agents.iter_mut().for_each(|agent| agent.messages.clear());
    let mut inspector = Inspector::on(&Subject::Session, Some(&session), None);
    let findings = |inspector: &mut Inspector| {
        take(inspector, Action::NextAgent);
        take(inspector, Action::NextAgent);
        let count = inspector.tab().count;
        take(inspector, Action::PreviousAgent);
        take(inspector, Action::PreviousAgent);
        count
    };
    let before = findings(&mut inspector);
    inspector.expect(Ticket(1));
    inspector.on_event(&Event::Document(Ticket(1), Box::new(sample::inspection(sample::document("wrong-types")))));
    let all = sample::session("wrong-types").all_findings().count();
    assert!(before < Some(all));
    assert_eq!(findings(&mut inspector), Some(all));
    let Body::Items { items, .. } = &inspector.tab().body else { panic!("no overview") };
    assert!(items.iter().any(|item| item.label == "findings" && item.text == all.to_string()));
}

#[test]
fn what_the_model_no_longer_sees_is_said() {
    let mut agent = sample::session("support-1042").agents.remove(0);
    for (stored, said) in [
        (Some(doc! {"removed_message_count": 0}), "still sees all"),
        (Some(doc! {"removed_message_count": 4}), "first 4 of"),
        (Some(doc! {"removed_message_count": 4, "summary_message": {"role": "user"}}), "summary stands in"),
        (Some(doc! {"removed_message_count": "x"}), "not stored"),
        (None, "not stored"),
    ] {
        agent.conversation_manager = stored.map(Bson::Document);
        let sentence = tabs::no_longer_seen(&agent);
        assert!(sentence.contains(said), "{sentence}");
    }
}

#[test]
fn long_texts_scroll_to_their_end_and_back() {
    let mut session = sample::session("support-1042");
    session.agents[0].system_prompt = Some(Bson::String("line\n".repeat(100)));
    let subject = Subject::Agent(session.agents[0].id.clone());
    let mut inspector = Inspector::on(&subject, Some(&session), None);
    take(&mut inspector, Action::Bottom);
    assert_eq!(inspector.tab().body.place(80).0, 101 - 18);
    inspector.scroll(5, 20);
    assert_eq!(inspector.tab().body.place(80).0, 101 - 18);
    take(&mut inspector, Action::Up);
    assert_eq!(inspector.tab().body.place(80).0, 101 - 19);
    assert_eq!(copied(&mut inspector), "line\n".repeat(100));
}

#[test]
fn clicks_choose_tabs_and_rows() {
    let session = sample::session("support-1042");
    let mut inspector = Inspector::on(&Subject::Session, Some(&session), None);
    inspector.resize(Size::new(80, 20));
    let cells = inspector.tab_cells(80);
    inspector.click(cells[2].x + 1, 0);
    assert_eq!(inspector.current(), 2);
    inspector.click(0, 0);
    inspector.click(3, 4);
    assert_eq!((inspector.current(), inspector.tab().body.place(80).0), (0, 2));
}

#[test]
fn a_message_has_its_agent_and_session_at_its_side() {
    let session = sample::session("support-1042");
    let mut inspector = Inspector::on(&Subject::Message("support".into(), 1), Some(&session), None);
    inspector.resize(Size::new(78, 20));
    let mut tickets = Tickets::default();
    assert_eq!(inspector.tab().name, "Raw");
    take(&mut inspector, Action::NextPane);
    assert_eq!(inspector.tab().name, "System prompt");
    let cells = inspector.subject_cells(80);
    let asked = inspector.click_title(cells[2].x + 1, &mut tickets);
    assert!(matches!(asked[..], [Effect::Ask(Command::Document(..))]), "the whole document, once it is wanted");
    assert_eq!(inspector.tab().name, "Overview");
    inspector.click_title(cells[0].x + 1, &mut tickets);
    assert!(inspector.click_title(cells[2].x + 1, &mut tickets).is_empty(), "and only once");
}

#[test]
fn subjects_that_are_gone_say_so() {
    let session = sample::session("bare");
    for subject in [
        Subject::Agent("x".into()),
        Subject::Message("x".into(), 3),
        Subject::Metadata("x".into()),
        Subject::Feedback(7),
    ] {
        let inspector = Inspector::on(&subject, Some(&session), None);
        assert!(matches!(&inspector.tab().body, Body::Nothing(text) if text.contains("not loaded")));
    }
}

proptest! {
    #[test]
    fn any_use_keeps_the_selection_in_range(
        moves in prop::collection::vec((0usize..ENTRIES.len(), 0u16..40, -9i32..9, 0u16..100), 0..60),
        id in prop::sample::select(vec!["support-1042", "wrong-types", "hostile-text", "bare"]),
        width in 0u16..100,
    ) {
        let session = sample::session(id);
        let subject = session.agents.first().map_or(Subject::Session, |agent| Subject::Agent(agent.id.clone()));
        for subject in [Subject::Session, subject] {
            let mut inspector = Inspector::on(&subject, Some(&session), None);
            inspector.resize(Size::new(width, 20));
            inspector.expect(Ticket(1));
            inspector.on_event(&Event::Document(Ticket(1), Box::new(sample::inspection(sample::document(id)))));
            for (action, page, lines, x) in &moves {
                inspector.on_action(ENTRIES[*action].action, *page, &mut Tickets::default());
                inspector.click(*x, *page);
                inspector.scroll(*lines, *page);
                let (at, len) = inspector.tab().body.place(width);
                prop_assert!(at < len.max(1));
            }
        }
    }
}
