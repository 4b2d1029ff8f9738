//! The server, or the way to it, gone between the list of changes and the answer: what was changed is stored once or not at all, and
//! the form knows which.

use std::time::Duration;

use bson::{Bson, DateTime, Document, doc};
use strandscope::{
    Limits,
    app::{
        tui::state::{form::MetadataForm, modal::Modal},
        writes::journal::DeedState,
    },
};

use super::{
    OPEN,
    screen::{limits, opened_within, repository},
};
use crate::{
    joint::{screen::Screen, store::Faulty},
    proxy::{CaughtAt, CaughtEnd, Proxy},
    support::{self, Fresh, Kind, Server},
};

/// `low` becomes `lower` and 1 becomes 12, and both are listed.
const TYPED: &str = "4elower\nje12\n\u{13}";

fn before() -> Document {
    doc! { "priority": "low", "n": 1 }
}

fn after() -> Document {
    doc! { "priority": "lower", "n": 12 }
}

fn session() -> Document {
    let at = DateTime::from_millis(1_795_000_000_000);
    let said = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    let message = doc! { "message": said, "message_id": 0, "created_at": at, "updated_at": at };
    let agent = doc! { "agent_data": { "agent_id": "a" }, "messages": [message], "created_at": at, "updated_at": at };
    // As the library stores it: it is surely a session, and written in one step.
    doc! {
        "_id": OPEN, "session_id": OPEN, "session_viewer_password": "secret", "created_at": at, "updated_at": at,
        "agents": { "a": agent }, "metadata": before(), "feedbacks": [],
    }
}

/// A write that finds no connection is given up soon.
fn hasty() -> Limits {
    limits().write(Duration::from_millis(500))
}

fn form(screen: &Screen) -> &MetadataForm {
    let form = screen.state.modals.iter().rev().find_map(|modal| match modal {
        Modal::Form(form) => Some(&**form),
        _ => None,
    });
    form.unwrap_or_else(|| panic!("no form is open:\n{}", screen.face()))
}

fn says(screen: &Screen, words: &str) -> bool {
    screen.state.said.as_deref().is_some_and(|said| said.contains(words))
}

/// Two changes that are listed, to be saved through a proxy.
struct Saving {
    proxy: Proxy,
    fresh: Fresh,
    screen: Screen,
}

impl Saving {
    async fn listed(fresh: Fresh, options: &str, limits: Limits) -> Self {
        fresh.load([session()]).await;
        let proxy = Proxy::to(&fresh.uri).await;
        let screen = opened_within(&proxy.uri(options), &fresh.database, OPEN, limits).await;
        Self { proxy, fresh, screen }.typed().await
    }

    /// The same on a screen that is told of no changes but its own.
    async fn listed_unwatched(fresh: Fresh) -> Self {
        fresh.load([session()]).await;
        let proxy = Proxy::to(&fresh.uri).await;
        // A server that knows retried writes would tell itself that the first one was carried out.
        let uri = proxy.uri("retryWrites=false");
        let store = Faulty::over(repository(&uri, &fresh.database, limits()).await);
        let mut screen = Screen::start(&store, None).await;
        screen.quiet().await;
        screen.choose(OPEN);
        screen.press("\n").await;
        screen.quiet().await;
        Self { proxy, fresh, screen }.typed().await
    }

    async fn typed(mut self) -> Self {
        self.screen.press(TYPED).await;
        assert_eq!(form(&self.screen).changes().len(), 2);
        assert!(matches!(self.screen.state.modals.last(), Some(Modal::Changes(_))), "they are listed");
        self
    }

    /// The list of changes is agreed to.
    async fn confirm(&mut self) {
        self.screen.press("\n").await;
    }

    /// Waits until that became of each write so far.
    async fn until_written(&mut self, written: &[bool]) {
        self.screen.until("a write is answered", |screen| screen.written.len() == written.len()).await;
        assert_eq!(self.screen.written, written, "{}", self.screen.face());
    }

    /// Waits until the screen says that.
    async fn until_said(&mut self, words: &str) {
        self.screen.until(words, |screen| says(screen, words)).await;
    }

    async fn until_live(&mut self) {
        self.screen.until("changes are told", |screen| screen.state.is_live()).await;
    }

    async fn stored(&self) -> Document {
        let found = self.fresh.collection.find_one(doc! { "_id": OPEN }).await.expect("it answers");
        found.expect("it is there").get_document("metadata").expect("its metadata").clone()
    }

    /// What the journal says of each change.
    async fn states(&self) -> Vec<DeedState> {
        let read = self.screen.journal.read().await.expect("the journal");
        read.entries.iter().map(|entry| entry.state).collect()
    }

    /// Nothing is stored, what was typed is there, and the screen knows both.
    async fn is_not_saved(&self) {
        assert_eq!(self.stored().await, before());
        let form = form(&self.screen);
        assert_eq!((form.changes().len(), form.is_sent()), (2, false));
        let drafts = self.screen.state.drafts();
        let told: Vec<_> = drafts.iter().map(|draft| (draft.text.as_str(), draft.may_be_stored)).collect();
        assert_eq!(told, [("priority = lower\nn = 12", false)]);
    }

    /// All is stored, and the screen knows it.
    async fn is_saved(&self) {
        assert_eq!(self.stored().await, after());
        let form = form(&self.screen);
        assert!(!form.is_unsaved() && !form.is_sent() && form.conflicts.is_empty());
        assert!(self.screen.state.drafts().is_empty());
    }

    /// It is saved once more, in one go.
    async fn save_again(&mut self, written: &[bool]) {
        self.screen.press("\u{13}\n").await;
        self.until_written(written).await;
        self.is_saved().await;
    }

    /// The form is left, and what was stored is taken back.
    async fn undo(&mut self, written: &[bool]) {
        self.screen.press("\u{1b}u").await;
        self.until_written(written).await;
        assert_eq!(self.stored().await, before());
    }
}

#[tokio::test]
async fn what_is_saved_while_no_server_is_there_is_not_stored_and_can_be_saved_later() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "saving_gone").await;
    let mut saving = Saving::listed(fresh, "", hasty()).await;
    server.kill();
    saving.screen.until("the loss is told", |screen| !screen.state.is_live()).await;
    saving.confirm().await;
    saving.until_written(&[false]).await;
    let told = form(&saving.screen).says.clone().unwrap_or_default();
    assert!(told.starts_with("not saved: "), "{told}");
    let told = saving.screen.state.workspace.last_error.clone().unwrap_or_default();
    assert!(told.contains("priority, n of s-1 is not stored"), "{told}");
    assert_eq!(saving.states().await, [DeedState::Failed]);
    server.restart();
    saving.until_live().await;
    saving.is_not_saved().await;
    saving.save_again(&[false, true]).await;
    assert_eq!(saving.states().await, [DeedState::Failed, DeedState::Done]);
}

#[tokio::test]
async fn what_is_saved_as_the_server_is_killed_is_known_to_be_not_stored_once_it_is_back() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "saving_killed").await;
    let mut saving = Saving::listed(fresh, "", hasty()).await;
    server.kill();
    // Nobody knows of it yet: whether it is found out before it is sent is chance.
    saving.confirm().await;
    saving.until_written(&[false]).await;
    server.restart();
    let is_known = |screen: &Screen| screen.state.drafts().iter().all(|draft| !draft.may_be_stored);
    saving.screen.until("it is known that nothing is stored", is_known).await;
    saving.until_live().await;
    saving.is_not_saved().await;
    assert_ne!(saving.states().await, [DeedState::Done]);
    saving.save_again(&[false, true]).await;
    saving.undo(&[false, true, true]).await;
    saving.screen.press("u").await;
    saving.until_said("nothing to take back").await;
    assert_eq!(saving.stored().await, before());
}

#[tokio::test]
async fn a_save_that_the_killed_server_never_saw_is_stored_once_it_is_back() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "saving_unseen").await;
    let mut saving = Saving::listed(fresh, "", limits()).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Request);
    saving.confirm().await;
    caught.here().await;
    assert!(form(&saving.screen).is_sent());
    server.kill();
    server.restart();
    assert_eq!(saving.stored().await, before());
    caught.ends(CaughtEnd::Lost);
    saving.until_written(&[true]).await;
    saving.is_saved().await;
    assert_eq!(saving.states().await, [DeedState::Done]);
    saving.undo(&[true, true]).await;
}

#[tokio::test]
async fn a_save_that_the_killed_server_did_not_answer_is_known_to_be_stored() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "saving_unanswered").await;
    let mut saving = Saving::listed(fresh, "journal=true", limits()).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Answer);
    saving.confirm().await;
    caught.here().await;
    server.kill();
    server.restart();
    assert_eq!(saving.stored().await, after(), "what was answered outlives the kill");
    caught.ends(CaughtEnd::Lost);
    saving.until_written(&[true]).await;
    saving.is_saved().await;
    assert_eq!(saving.states().await, [DeedState::Done]);
    saving.undo(&[true, true]).await;
    assert_eq!(saving.states().await, [DeedState::Undone]);
}

#[tokio::test]
async fn a_stored_save_whose_answer_never_comes_is_told_once_the_way_is_there_again() {
    let fresh = support::fresh_collection("saving_answerless").await;
    let mut saving = Saving::listed(fresh, "", hasty()).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Answer);
    saving.confirm().await;
    caught.here().await;
    assert_eq!(saving.stored().await, after());
    saving.proxy.cut();
    caught.ends(CaughtEnd::Lost);
    saving.until_written(&[false]).await;
    let told = saving.screen.state.workspace.last_error.clone().unwrap_or_default();
    assert!(told.contains("may have been carried out") && !told.contains("is not stored"), "{told}");
    assert_eq!(saving.states().await, [DeedState::Begun], "what is stored will tell");
    saving.proxy.mend();
    saving.until_said("priority, n of s-1").await;
    assert!(says(&saving.screen, "is stored: only the answer was lost"), "{:?}", saving.screen.state.said);
    saving.is_saved().await;
    saving.undo(&[false, true]).await;
    assert_eq!(saving.states().await, [DeedState::Undone]);
}

#[tokio::test]
async fn a_save_that_never_arrived_is_told_once_the_way_is_there_again_and_can_be_repeated() {
    let fresh = support::fresh_collection("saving_lost").await;
    let mut saving = Saving::listed(fresh, "", hasty()).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Request);
    saving.confirm().await;
    caught.here().await;
    saving.proxy.cut();
    caught.ends(CaughtEnd::Lost);
    saving.until_written(&[false]).await;
    let drafts = saving.screen.state.drafts();
    assert!(matches!(&drafts[..], [draft] if draft.may_be_stored), "nobody knows yet: {drafts:?}");
    assert_eq!(saving.states().await, [DeedState::Begun]);
    saving.proxy.mend();
    saving.until_said("priority, n of s-1").await;
    assert!(says(&saving.screen, "is not stored: it has not arrived so far"), "{:?}", saving.screen.state.said);
    saving.is_not_saved().await;
    saving.save_again(&[false, true]).await;
    assert_eq!(saving.states().await, [DeedState::Begun, DeedState::Done]);
    // The one that did not arrive is nothing to take back.
    saving.undo(&[false, true, true]).await;
    saving.screen.press("u").await;
    saving.until_said("nothing to take back").await;
    assert_eq!(saving.stored().await, before());
    assert_eq!(saving.states().await, [DeedState::Begun, DeedState::Undone]);
}

#[tokio::test]
async fn a_save_that_arrives_after_it_was_given_up_is_known_then() {
    let fresh = support::fresh_collection("saving_late").await;
    // An operation is given up after that; the request is on its way all the same.
    let mut saving = Saving::listed(fresh, "timeoutMS=4000", limits()).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Request);
    saving.confirm().await;
    caught.here().await;
    saving.until_written(&[false]).await;
    assert_eq!(saving.stored().await, before());
    assert_eq!(saving.states().await, [DeedState::Begun]);
    assert_eq!(form(&saving.screen).changes().len(), 2, "what was typed stays");
    caught.ends(CaughtEnd::Passed);
    caught.answered().await;
    saving.screen.until("the form follows", |screen| !form(screen).is_unsaved()).await;
    saving.is_saved().await;
    saving.undo(&[false, true]).await;
    assert_eq!(saving.states().await, [DeedState::Undone]);
}

#[tokio::test]
async fn a_save_without_an_answer_overwrites_nothing_that_was_stored_after_it() {
    let fresh = support::fresh_collection("saving_overtaken").await;
    let mut saving = Saving::listed_unwatched(fresh).await;
    let caught = saving.proxy.catch("lower", CaughtAt::Answer);
    saving.confirm().await;
    caught.here().await;
    let theirs = doc! { "$set": { "metadata.priority": "high" } };
    saving.fresh.collection.update_one(doc! { "_id": OPEN }, theirs).await.expect("stored");
    caught.ends(CaughtEnd::Lost);
    saving.until_written(&[false]).await;
    assert_eq!(saving.stored().await, doc! { "priority": "high", "n": 12 });
    assert_ne!(saving.states().await, [DeedState::Done]);
    let conflicts = &form(&saving.screen).conflicts;
    let told: Vec<_> = conflicts.iter().map(|field| (field.path.to_string(), field.theirs.clone())).collect();
    assert_eq!(told, [("priority".to_owned(), Some(Bson::from("high")))]);
    assert!(matches!(saving.screen.state.modals.last(), Some(Modal::Changes(_))), "base, mine and theirs are shown");
    saving.screen.press("m\n").await;
    saving.until_written(&[false, true]).await;
    saving.is_saved().await;
}
