use crate::app::keymap::Action;
use ratatui::layout::Size;

use super::*;
use crate::{
    app::{
        task::{Event, Ticket},
        tui::{
            state::{Tickets, inspector::Subject},
            view::sample,
        },
    },
    session::Session,
};

fn shown(inspector: &Inspector, size: (u16, u16), look: &Look) -> String {
    sample::screen(size.0, size.1, |frame, area| draw(frame, area, inspector, look))
}

fn on(session: &Session, subject: &Subject, tab: usize) -> Inspector {
    let mut inspector = Inspector::on(subject, Some(session), None);
    inspector.resize(Size::new(78, 22));
    for _ in 0..tab {
        inspector.on_action(Action::NextAgent, 22, &mut Tickets::default());
    }
    inspector
}

#[test]
fn a_message_in_its_sizes() {
    let session = sample::session("support-1042");
    let subject = Subject::Message("support".into(), 1);
    for (name, size) in [("80x24", (80, 24)), ("120x40", (120, 40)), ("30x8", (30, 8))] {
        insta::assert_snapshot!(format!("message_{name}"), shown(&on(&session, &subject, 0), size, &sample::look()));
    }
    insta::assert_snapshot!("message_ascii_60x16", shown(&on(&session, &subject, 0), (60, 16), &sample::plain()));
}

#[test]
fn a_redacted_message_shows_both_and_the_trace() {
    let session = sample::session("guarded-3");
    let agent = &session.agents[0];
    let redacted = agent.messages.iter().find(|message| message.redaction.is_some()).unwrap();
    let subject = Subject::Message(agent.id.clone(), redacted.index);
    for (tab, name) in [(1, "original"), (2, "instead"), (3, "guardrail")] {
        insta::assert_snapshot!(name, shown(&on(&session, &subject, tab), (80, 24), &sample::look()));
    }
}

#[test]
fn an_agent_tab_by_tab() {
    let session = sample::session("support-1042");
    let subject = Subject::Agent("support".into());
    for (tab, name) in [(0, "prompt"), (1, "model"), (2, "state"), (3, "manager"), (5, "raw")] {
        insta::assert_snapshot!(
            format!("agent_{name}"),
            shown(&on(&session, &subject, tab), (80, 24), &sample::look())
        );
    }
    let hostile = sample::session("hostile-text");
    let subject = Subject::Agent(hostile.agents[0].id.clone());
    insta::assert_snapshot!("agent_hostile_30x8", shown(&on(&hostile, &subject, 0), (30, 8), &sample::look()));
}

#[test]
fn a_session_tab_by_tab() {
    let session = sample::session("support-1042");
    for (name, size) in [("80x24", (80, 24)), ("30x8", (30, 8))] {
        let screen = shown(&on(&session, &Subject::Session, 0), size, &sample::look());
        insta::assert_snapshot!(format!("overview_{name}"), screen);
    }
    let odd = sample::session("wrong-types");
    insta::assert_snapshot!("findings_80x24", shown(&on(&odd, &Subject::Session, 2), (80, 24), &sample::look()));
    insta::assert_snapshot!("findings_30x8", shown(&on(&odd, &Subject::Session, 2), (30, 8), &sample::look()));
    assert!(shown(&on(&session, &Subject::Session, 3), (80, 24), &sample::look()).contains("reading…"));
}

#[test]
fn the_raw_document_hides_the_password() {
    let document = sample::document("support-1042");
    let password = document.get_str("session_viewer_password").unwrap().to_owned();
    let session = sample::session("support-1042");
    let mut inspector = on(&session, &Subject::Session, 3);
    inspector.expect(Ticket(7));
    inspector.on_event(&Event::Document(Ticket(7), Box::new(sample::inspection(document))));
    let screen = shown(&inspector, (80, 40), &sample::look());
    insta::assert_snapshot!("document_80x40", screen);
    assert!(!format!("{inspector:?}").contains(&password));
}

#[test]
fn every_size_draws() {
    for id in ["support-1042", "hostile-text", "wrong-types", "bare", "nulls"] {
        let session = sample::session(id);
        for tab in 0..4 {
            let inspector = on(&session, &Subject::Session, tab);
            for width in [1, 2, 3, 5, 11, 30] {
                for height in [1, 2, 3, 4, 5, 11] {
                    let screen = shown(&inspector, (width, height), &sample::look());
                    assert!(sample::safe(&screen), "{screen}");
                }
            }
        }
    }
}
