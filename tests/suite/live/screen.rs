//! A screen over a collection of a real server, and what it shows of it.

use std::{sync::Arc, time::Duration};

use strandscope::{Limits, MongoRepository, Opened, SessionRepository, app::tui::state::AppState};

use crate::joint::{screen::Screen, store::Faulty};

/// A server that is gone is given up soon.
pub fn limits() -> Limits {
    Limits::default().server_selection(Duration::from_secs(2))
}

pub async fn repository(uri: &str, database: &str, limits: Limits) -> Arc<dyn SessionRepository> {
    let uri = uri.to_owned().into();
    match MongoRepository::discover(&uri, Some(database), Some("sessions"), limits).await.expect("it opens") {
        Opened::Store(repository) => Arc::new(repository),
        _ => panic!("it was named"),
    }
}

/// A screen that lists the collection and has a session open; changes are told to it.
pub async fn opened(uri: &str, database: &str, id: &str) -> Screen {
    opened_within(uri, database, id, limits()).await
}

/// The same with limits of one's own.
pub async fn opened_within(uri: &str, database: &str, id: &str, limits: Limits) -> Screen {
    let store = Faulty::watching(repository(uri, database, limits).await);
    let mut screen = Screen::start(&store, None).await;
    screen.quiet().await;
    screen.until("changes are told", |screen| screen.state.is_live()).await;
    screen.choose(id);
    screen.press("\n").await;
    screen.quiet().await;
    screen
}

/// Takes in what comes until the screen shows what one shows that reads everything now.
pub async fn shows_what_is_stored(screen: &mut Screen, uri: &str, database: &str) {
    let id = screen.open_session().expect("a session is open").to_owned();
    let store = Faulty::over(repository(uri, database, limits()).await);
    let mut other = Screen::start(&store, None).await;
    other.quiet().await;
    other.choose(&id);
    other.press("\n").await;
    other.quiet().await;
    let stored = facts(&other.state);
    screen
        .until_or(
            "it shows what is stored",
            |screen| facts(&screen.state) == stored,
            |screen| difference(&facts(&screen.state), &stored),
        )
        .await;
}

fn difference(shown: &[String], stored: &[String]) -> String {
    let lines = shown.iter().zip(stored).filter(|(shown, stored)| shown != stored);
    let differing: Vec<String> = lines.map(|(shown, stored)| format!("shown:  {shown}\nstored: {stored}")).collect();
    format!("{}\n{} and {} lines", differing.join("\n"), shown.len(), stored.len())
}

/// What is shown of the sessions and of the open one, a line a fact.
fn facts(state: &AppState) -> Vec<String> {
    let (list, conversation) = (&state.workspace.list, &state.workspace.conversation);
    let mut facts = vec![format!("{} sessions, counted {:?}", list.rows.len(), list.count)];
    // Of the same millisecond, either may be the first.
    let mut rows: Vec<_> = list.rows.iter().collect();
    assert!(rows.is_sorted_by(|a, b| a.updated_at >= b.updated_at), "newest first");
    rows.sort_by(|a, b| (b.updated_at, a.name()).cmp(&(a.updated_at, b.name())));
    for row in rows {
        let counts = list.details(row).map(|known| (known.messages, known.feedbacks, &known.agents));
        facts.push(format!("{} {:?} {counts:?}", row.name(), row.updated_at));
    }
    if let Some(session) = conversation.session() {
        facts.push(format!("metadata {:?}", session.metadata));
        facts.extend(session.feedbacks.iter().map(|feedback| format!("feedback {:?}", feedback.raw)));
        for agent in &session.agents {
            facts.push(format!("{} {} messages, {:?} {:?}", agent.id, agent.message_count, agent.model, agent.state));
        }
    }
    facts.push(format!("figures {:?}", conversation.metrics()));
    facts.push(format!("last {:?}", conversation.selected().map(|(agent, message)| (agent, &message.raw))));
    facts
}
