use bson::{Bson, Document, doc};
use proptest::prelude::*;

use super::*;
use crate::{
    metrics::AgentState,
    session::{Message, decode},
};

const START: i64 = 1_800_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

fn date(seconds: i64) -> Bson {
    Bson::DateTime(StoredDate::from(at(seconds)).into())
}

fn listed(id: &str, application: &str, changed: i64) -> Summary {
    decode::summary(&doc! { "_id": id, "application_name": application, "updated_at": date(changed) })
}

fn said(index: u64, role: &str, tokens: i32) -> Document {
    let mut body = doc! { "role": role, "content": [{ "text": "words" }], "tracking_id": format!("t-{index}") };
    if tokens > 0 {
        body.insert(
            "metadata",
            doc! { "usage": { "inputTokens": tokens - 1, "outputTokens": 1, "totalTokens": tokens } },
        );
    }
    doc! { "message": body, "message_id": index as i64 }
}

fn message(index: u64, role: &str, tokens: i32) -> Message {
    decode::message(said(index, role, tokens).into(), index, "")
}

fn says(fleet: &mut Fleet, id: &str, message: Message, now: i64) {
    fleet.take(&Change::messages(id.into(), "a".into(), vec![message]), at(now));
}

fn rows(fleet: &Fleet, window: FleetWindow, now: i64) -> Vec<FleetRow> {
    let mut rows = fleet.rows(window, &Filter::default(), at(now));
    FleetOrder::default().sort(&mut rows);
    rows
}

fn names(rows: &[FleetRow]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

#[test]
fn what_is_listed_and_what_is_told_are_one_fleet() {
    let mut fleet = Fleet::default();
    fleet.list(&[listed("a", "shop", -60), listed("b", "shop", -1800)]);
    says(&mut fleet, "b", message(4, "assistant", 500), 0);
    says(&mut fleet, "c", message(0, "user", 0), 1);
    let shown = rows(&fleet, FleetWindow::QUARTER, 2);
    assert_eq!(names(&shown), ["b", "c", "a"]);
    let [b, c, a] = shown.as_slice() else { panic!() };
    assert_eq!((b.tokens_per_minute, b.application.as_deref()), (Some(100.0), Some("shop")));
    assert_eq!((c.state, c.application.as_deref(), c.tokens_per_minute), (Some(AgentState::Working), None, None));
    assert_eq!((a.state, a.errors, a.changed), (None, None, Some(at(-60).into())));
    // 15 minutes later only what is older is left to longer windows.
    assert!(rows(&fleet, FleetWindow::QUARTER, 902).is_empty());
    assert_eq!(rows(&fleet, FleetWindow::HOUR, 902).len(), 3);
}

#[test]
fn the_end_of_a_history_tells_what_was_not_known() {
    let mut fleet = Fleet::default();
    says(&mut fleet, "s", message(1, "assistant", 50), 0);
    assert_eq!(fleet.unread(FleetWindow::HOUR, 5, at(0)), (true, vec![SessionKey::from("s")]));
    assert!(fleet.unread(FleetWindow::HOUR, 5, at(1)).1.is_empty(), "it is asked for");
    let agent = doc! { "agent_data": { "model": "m-1" }, "messages": [said(0, "user", 0), said(1, "assistant", 50)] };
    let stored = doc! { "_id": "s", "application_name": "shop", "updated_at": date(0), "agents": { "a": agent } };
    fleet.seed(&decode::session(stored), &Outline::default(), at(2));
    let shown = rows(&fleet, FleetWindow::HOUR, 2);
    assert_eq!((shown[0].model.as_deref(), shown[0].tokens_per_minute), (Some("m-1"), Some(10.0)));
    let matches = |filter: &str| {
        let filter = Filter::parse(filter, at(2)).unwrap();
        assert_eq!(unanswerable(&filter), None);
        fleet.rows(FleetWindow::HOUR, &filter, at(2)).len()
    };
    assert_eq!(
        (matches("model:m-1 app:shop =s agent:a"), matches("-app:shop"), matches("in:x,s (app:y OR updated:<1h)")),
        (1, 0, 1)
    );
    for other in ["has:feedback", "meta.a:5", "rating:up app:shop", "has:finding", "app:shop OR tokens:>5"] {
        assert!(unanswerable(&Filter::parse(other, at(2)).unwrap()).is_some(), "{other}");
    }
    // What is unclear is read again, and not over and over.
    fleet.take(&Change::unclear("s".into(), None), at(3));
    assert!(fleet.unread(FleetWindow::HOUR, 5, at(3)).1.is_empty());
    assert_eq!(fleet.unread(FleetWindow::HOUR, 5, at(4)), (false, vec![SessionKey::from("s")]));
    let answer = "agent_data._internal_state.interrupt_state.interrupts.i.response".to_owned();
    let fields = vec![(answer, Some(Bson::from("yes")))];
    fleet.take(&Change::new("s".into(), ChangeKind::AgentFields("a".into(), fields)), at(5));
    says(&mut fleet, "new", message(0, "user", 0), 5);
    assert_eq!(fleet.unread(FleetWindow::HOUR, 5, at(6)), (true, vec![SessionKey::from("new")]), "the new ones first");
    assert_eq!(fleet.unread(FleetWindow::HOUR, 5, at(6)), (false, vec![SessionKey::from("s")]));
    fleet.take(&Change::deleted("s".into()), at(8));
    assert_eq!(fleet.len(), 1);
}

#[test]
fn a_session_made_anew_begins_with_nothing() {
    let mut fleet = Fleet::default();
    says(&mut fleet, "s", message(0, "assistant", 50), 0);
    fleet.take(&Change::created(listed("s", "other", 1)), at(1));
    let shown = rows(&fleet, FleetWindow::HOUR, 1);
    assert_eq!((shown[0].tokens_per_minute, shown[0].application.as_deref()), (None, Some("other")));
}

#[test]
fn no_more_are_held_than_there_is_room_for_and_the_oldest_go() {
    let mut fleet = Fleet::default();
    for n in 0..3000 {
        says(&mut fleet, &format!("s-{n}"), message(0, "user", 0), n);
    }
    assert!((MOST..=MOST + SLACK).contains(&fleet.len()), "{}", fleet.len());
    assert!(fleet.has_let_go(FleetWindow::HOUR, at(3000)) && !fleet.has_let_go(FleetWindow::QUARTER, at(4000)));
    let newest = rows(&fleet, FleetWindow::DAY, 3000);
    assert!(newest.iter().any(|row| row.name == "s-2999") && !newest.iter().any(|row| row.name == "s-2000"));
}

#[test]
fn sums_are_of_what_is_known() {
    let mut fleet = Fleet::default();
    fleet.list(&[listed("a", "shop", 0), listed("b", "shop", 0), listed("c", "", 0)]);
    assert_eq!((total(&rows(&fleet, FleetWindow::HOUR, 0)).tokens_per_minute, fleet.len()), (None, 3));
    says(&mut fleet, "a", message(3, "assistant", 500), 0);
    says(&mut fleet, "b", message(0, "user", 0), 0);
    let shown = rows(&fleet, FleetWindow::HOUR, 0);
    let all = total(&shown);
    assert_eq!((all.sessions, all.working, all.tokens_per_minute, all.errors), (3, 2, Some(100.0), Some(0)));
    let groups = group(&shown, FleetGroup::Application);
    assert_eq!(
        groups.iter().map(|group| (group.name.as_deref(), group.sessions)).collect::<Vec<_>>(),
        [(Some("shop"), 2), (None, 1)]
    );
    assert_eq!(groups[1].tokens_per_minute, None);
}

#[test]
fn a_column_chosen_again_turns_the_order_and_the_unknown_stay_last() {
    let mut fleet = Fleet::default();
    fleet.list(&[listed("a", "x", -2), listed("b", "z", -1), listed("c", "", 0)]);
    let mut order = FleetOrder::default();
    let mut sorted = |column| {
        order.choose(column);
        let mut rows = fleet.rows(FleetWindow::HOUR, &Filter::default(), at(0));
        order.sort(&mut rows);
        names(&rows).concat()
    };
    assert_eq!(sorted(FleetColumn::Application), "abc");
    assert_eq!(sorted(FleetColumn::Application), "bac");
    assert_eq!(sorted(FleetColumn::Session), "abc");
    assert_eq!(sorted(FleetColumn::Session), "cba");
    assert_eq!(sorted(FleetColumn::Changed), "cba");
    assert_eq!(sorted(FleetColumn::Tokens), "cba", "of what is equal the last change is first");
}

proptest! {
    #[test]
    fn every_order_is_total(
        figures in proptest::collection::vec((proptest::option::of(0_u64..5), -5_i64..5), 0..12),
        column in 0_usize..10,
        is_reversed in any::<bool>(),
    ) {
        let mut fleet = Fleet::default();
        for (n, (tokens, changed)) in figures.iter().enumerate() {
            let id = format!("s-{n}");
            fleet.list(&[listed(&id, "x", *changed)]);
            if let Some(tokens) = tokens {
                says(&mut fleet, &id, message(n as u64, "assistant", *tokens as i32), 0);
            }
        }
        let mut rows = fleet.rows(FleetWindow::HOUR, &Filter::default(), at(0));
        let order = FleetOrder { by: FleetColumn::ALL[column], is_reversed };
        order.sort(&mut rows);
        let mut backwards = rows.clone();
        backwards.reverse();
        order.sort(&mut backwards);
        prop_assert_eq!(rows, backwards);
    }
}
