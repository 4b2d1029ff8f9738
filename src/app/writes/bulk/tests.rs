//! Changes of many sessions of a folder.

use std::sync::Arc;

use bson::{Bson, Document, doc, spec::ElementType};
use jiff::{Timestamp, tz::TimeZone};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::{
    app::{
        place::{Store, WriteRules},
        writes::{HandWriter, Journal, Write, WritePlace},
    },
    hook::Hooks,
    repository::{Filter, Projection, SessionReader, SessionRepository, folder},
    session::{Guard, MetadataEdit, Rating, SessionKey, Summary, edit::AssignedValue, record::NewSession},
};

/// A folder with sessions `s0`, `s1`, … that hold that metadata.
struct Folder {
    dir: TempDir,
    repository: Arc<dyn SessionRepository>,
}

impl Folder {
    async fn with(metadata: Vec<Document>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sessions")).unwrap();
        let repository = folder::open(dir.path().join("sessions")).await.unwrap();
        for (at, metadata) in metadata.into_iter().enumerate() {
            repository.create_session(&NewSession::new(format!("s{at}")).metadata(metadata)).await.unwrap();
        }
        Self { dir, repository }
    }

    fn run(&self, scope: BulkScope, change: BulkChange) -> BulkRun {
        let rules = WriteRules { protected: vec!["tenant".to_owned()], ..WriteRules::default() };
        let hand = HandWriter {
            place: WritePlace { name: "here".to_owned(), identity: "here".to_owned(), rules },
            store: Store::Repository(Arc::clone(&self.repository)),
            hooks: Hooks::default(),
            copies: Some(self.dir.path().join("copies")),
            journal: Journal::default(),
        };
        BulkRun::new(hand, BulkOrder { scope, change, dates: dates() }, Some(self.dir.path().join("reports")))
    }

    /// Carries it out to its end.
    async fn all(&self, change: BulkChange) -> BulkEnd {
        let (progress, mut told) = mpsc::channel(1);
        let run = self.run(BulkScope::matching(Filter::default()), change);
        let listening = tokio::spawn(async move { while told.recv().await.is_some() {} });
        let end = run.run(None, &progress).await.unwrap();
        drop(progress);
        listening.await.unwrap();
        end
    }

    async fn metadata(&self, id: &str) -> Document {
        self.repository.metadata(&SessionKey::from(id)).await.unwrap()
    }
}

fn dates() -> DateContext {
    DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC)
}

fn order(change: BulkChange) -> BulkOrder {
    BulkOrder { scope: BulkScope::matching(Filter::default()), change, dates: dates() }
}

fn set(typed: &str) -> BulkChange {
    BulkKind::Set.read(typed, &dates()).unwrap()
}

/// What it comes to for a session with that metadata.
async fn fit(change: BulkChange, metadata: Option<Bson>) -> BulkFit {
    let folder = Folder::with(Vec::new()).await;
    let mut row = Summary::new("s");
    row.metadata = metadata;
    let rules = WriteRules { protected: vec!["tenant".to_owned()], ..WriteRules::default() };
    order(change).fit(folder.repository.as_ref(), &row, &rules).await.unwrap()
}

/// The edits of the metadata that it comes to.
async fn edits(change: BulkChange, metadata: Document) -> Vec<MetadataEdit> {
    match fit(change, Some(metadata.into())).await {
        BulkFit::Change(write) => match *write {
            Write::Metadata(_, edits) => edits,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

async fn misfit(change: BulkChange, metadata: impl Into<Bson>) -> String {
    match fit(change, Some(metadata.into())).await {
        BulkFit::Misfit(why) => why,
        other => panic!("{other:?}"),
    }
}

fn counted(tally: &BulkTally) -> Vec<(SessionOutcome, u64)> {
    let all = SessionOutcome::ALL.into_iter().map(|outcome| (outcome, tally.of(outcome)));
    all.filter(|(_, count)| *count > 0).collect()
}

#[tokio::test]
async fn each_session_is_guarded_by_what_it_holds_and_keeps_its_types() {
    let edit = edits(set("n=5"), doc! { "n": 1_i64 }).await;
    assert_eq!(edit, [MetadataEdit::set("n", 5_i64).only_if(Some(Bson::Int64(1)))]);
    let edit = edits(set("n=5"), doc! {}).await;
    assert_eq!(edit, [MetadataEdit::set("n", 5).only_if(None)]);
    assert_eq!(fit(set("n=5"), Some(doc! { "n": 5_i64 }.into())).await, BulkFit::Unchanged);
    assert!(misfit(set("n=five"), doc! { "n": 1 }).await.contains("i32"));
    assert_eq!(misfit(set("n=5"), "no object").await, "its metadata is not an object");
    let edit = edits(set("customer.tier=gold"), doc! { "customer": { "tier": "silver" } }).await;
    assert_eq!(edit[0].path.keys(), ["customer", "tier"]);
    assert!(misfit(set("customer.tier=gold"), doc! {}).await.contains("customer"));
}

#[tokio::test]
async fn what_is_not_there_is_neither_removed_nor_renamed_nor_retyped() {
    for (kind, typed) in [
        (BulkKind::Unset, "n"),
        (BulkKind::Unset, "a.n"),
        (BulkKind::Rename, "n=m"),
        (BulkKind::Retype, "n=i64"),
        (BulkKind::Retype, "a.n=i64"),
    ] {
        let change = kind.read(typed, &dates()).unwrap();
        assert_eq!(fit(change, Some(doc! { "other": 1 }.into())).await, BulkFit::Unchanged, "{kind} {typed}");
    }
    assert_eq!(fit(BulkKind::Unset.read("n", &dates()).unwrap(), None).await, BulkFit::Unchanged);
}

#[tokio::test]
async fn a_renamed_field_keeps_its_value_and_its_place() {
    let change = BulkKind::Rename.read("b=x", &dates()).unwrap();
    let mut metadata = doc! { "a": 1, "b": { "in": 2_i64 }, "c": 3 };
    let edits = edits(change.clone(), metadata.clone()).await;
    crate::session::edit::apply(&mut metadata, &edits).unwrap();
    assert_eq!(metadata, doc! { "a": 1, "x": { "in": 2_i64 }, "c": 3 });
    assert_eq!(metadata.keys().collect::<Vec<_>>(), ["a", "x", "c"]);
    assert!(edits.iter().all(|edit| edit.guard != Guard::None));
    assert!(misfit(change, doc! { "b": 1, "x": 2 }).await.contains("already"));
}

#[tokio::test]
async fn what_the_place_protects_does_not_fit() {
    assert!(misfit(set("tenant=x"), doc! { "tenant": "a" }).await.contains("protected"));
    assert_eq!(fit(set("tenant=a"), Some(doc! { "tenant": "a" }.into())).await, BulkFit::Unchanged);
    assert!(
        misfit(BulkKind::Unset.read("tenant", &dates()).unwrap(), doc! { "tenant": "a" }).await.contains("protected")
    );
}

#[tokio::test]
async fn a_type_is_given_where_the_value_fits_it() {
    let retype = BulkChange::Retype { field: "n".to_owned(), kind: ElementType::Int64 };
    let edit = edits(retype.clone(), doc! { "n": 5 }).await;
    assert_eq!(edit, [MetadataEdit::set("n", 5_i64).only_if(Some(Bson::Int32(5)))]);
    assert_eq!(fit(retype.clone(), Some(doc! { "n": 5_i64 }.into())).await, BulkFit::Unchanged);
    assert!(misfit(retype, doc! { "n": "many" }).await.contains("does not fit"));
}

#[tokio::test]
async fn a_preview_is_what_a_run_then_does_and_a_second_run_changes_nothing() {
    let metadata = vec![doc! { "n": 1 }, doc! { "n": "x" }, doc! { "n": 7 }, doc! {}, doc! { "tenant": "a", "n": 2 }];
    let folder = Folder::with(metadata).await;
    let change = BulkChange::Set { fields: vec![("n".to_owned(), AssignedValue::Text("7".to_owned()))], kind: None };
    let mut preview =
        BulkPreview::new(Arc::clone(&folder.repository) as _, order(change.clone()), WriteRules::default());
    let mut seen = 0;
    while let Some(rows) = preview.look_further().await.unwrap() {
        seen += rows.len();
    }
    assert_eq!(seen, 5);
    let previewed = counted(preview.tally());
    let end = folder.all(change.clone()).await;
    assert_eq!(counted(&end.tally), previewed);
    assert_eq!(counted(&end.tally), [(SessionOutcome::Done, 4), (SessionOutcome::Unchanged, 1)]);
    assert!(end.left.is_none() && end.error.is_none());
    assert_eq!(folder.metadata("s1").await, doc! { "n": "7" }, "a text stays one");
    assert_eq!(folder.metadata("s4").await, doc! { "tenant": "a", "n": 7 });
    assert_eq!(counted(&folder.all(change).await.tally), [(SessionOutcome::Unchanged, 5)]);
}

#[tokio::test]
async fn the_report_names_each_session_and_says_what_became_of_it() {
    let folder = Folder::with(vec![doc! { "n": 1 }, doc! { "n": 5 }, doc! { "n": true }]).await;
    let end = folder.all(set("n=5")).await;
    let path = end.report.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let lines = report::lines(&path);
    assert_eq!((&lines[0]["place"], &lines[0]["change"]), (&"here".into(), &"set n=5".into()));
    let states = |session: &str| -> Vec<String> {
        let of = lines.iter().filter(|line| line["session"] == session);
        of.map(|line| line["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states("s0"), ["begun", "done"]);
    assert_eq!(states("s1"), ["unchanged"]);
    assert_eq!(states("s2"), ["does not fit"]);
    assert_eq!(lines.last().unwrap()["end"]["done"], 1);
    assert_eq!(lines.last().unwrap()["stopped"], false);
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_where_it_was_with_the_same_report() {
    let folder = Folder::with(vec![doc! { "n": 1 }; 3]).await;
    let run = folder.run(BulkScope::matching(Filter::default()), set("n=5"));
    let (progress, _told) = mpsc::channel(8);
    run.stop();
    let stopped = run.run(None, &progress).await.unwrap();
    assert_eq!(stopped.tally.sessions(), 0);
    assert_eq!(folder.metadata("s0").await, doc! { "n": 1 });
    let again = folder.run(BulkScope::matching(Filter::default()), set("n=5"));
    let end = again.run(stopped.left, &progress).await.unwrap();
    assert_eq!(counted(&end.tally), [(SessionOutcome::Done, 3)]);
    assert_eq!(end.report, stopped.report);
    assert!(end.left.is_none());
}

/// More than are written at once, and told at once.
#[tokio::test]
async fn a_stop_in_the_middle_of_a_batch_leaves_what_had_no_turn_for_later() {
    let count = 400;
    let folder = Folder::with(vec![doc! { "n": 1 }; count]).await;
    let run = folder.run(BulkScope::matching(Filter::default()), set("n=5"));
    let (progress, mut told) = mpsc::channel(1);
    let stopping = run.clone();
    let listening = tokio::spawn(async move {
        let first = told.recv().await;
        stopping.stop();
        while told.recv().await.is_some() {}
        first
    });
    let stopped = run.run(None, &progress).await.unwrap();
    drop(progress);
    let first = listening.await.unwrap().unwrap();
    assert!(first.tally.sessions() < count as u64, "told before the end of the batch");
    let done = stopped.tally.of(SessionOutcome::Done);
    assert_eq!((stopped.tally.sessions(), stopped.left.is_some()), (done, done < count as u64));
    let path = stopped.report.clone().unwrap();
    let state = |line: &serde_json::Value| line["state"].as_str().map(str::to_owned);
    let cut = report::lines(&path).iter().filter_map(state).filter(|state| state == "stopped").count();
    assert_eq!(done + cut as u64, count as u64, "all were begun at once");
    let again = folder.run(BulkScope::matching(Filter::default()), set("n=5"));
    let (progress, mut told) = mpsc::channel(1);
    let listening = tokio::spawn(async move { while told.recv().await.is_some() {} });
    let end = again.run(stopped.left, &progress).await.unwrap();
    drop(progress);
    listening.await.unwrap();
    assert_eq!(counted(&end.tally), [(SessionOutcome::Done, count as u64)]);
    for at in 0..count {
        assert_eq!(folder.metadata(&format!("s{at}")).await, doc! { "n": 5 });
    }
}

#[tokio::test]
async fn named_sessions_that_are_gone_are_told_and_others_are_let_alone() {
    let folder = Folder::with(vec![doc! { "n": 1 }; 3]).await;
    let keys = ["s0", "nobody", "s2"].map(SessionKey::from);
    let run = folder.run(BulkScope::Sessions(keys.into()), BulkKind::Unset.read("n", &dates()).unwrap());
    let (progress, _told) = mpsc::channel(8);
    let end = run.run(None, &progress).await.unwrap();
    assert_eq!(counted(&end.tally), [(SessionOutcome::Done, 2), (SessionOutcome::Gone, 1)]);
    assert_eq!(folder.metadata("s0").await, doc! {});
    assert_eq!(folder.metadata("s1").await, doc! { "n": 1 });
}

#[tokio::test]
async fn feedback_is_given_once_however_often_it_is_run() {
    let folder = Folder::with(vec![doc! {}; 2]).await;
    let change = BulkChange::Feedback { rating: Rating::Up, comment: Some("good".to_owned()) };
    assert_eq!(counted(&folder.all(change.clone()).await.tally), [(SessionOutcome::Done, 2)]);
    assert_eq!(counted(&folder.all(change).await.tally), [(SessionOutcome::Unchanged, 2)]);
    assert_eq!(folder.repository.feedbacks(&"s0".into()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_deleted_leaves_its_copy() {
    let folder = Folder::with(vec![doc! {}; 3]).await;
    let except = Arc::new([SessionKey::from("s1")].into_iter().collect());
    let run = folder.run(BulkScope::Matching { filter: Filter::default(), except }, BulkChange::Delete);
    let (progress, _told) = mpsc::channel(8);
    let end = run.run(None, &progress).await.unwrap();
    assert_eq!(counted(&end.tally), [(SessionOutcome::Done, 2)]);
    assert_eq!(std::fs::read_dir(folder.dir.path().join("copies")).unwrap().count(), 2);
    assert!(folder.repository.metadata(&"s1".into()).await.is_ok());
    assert!(folder.repository.metadata(&"s0".into()).await.is_err());
}

#[tokio::test]
async fn by_its_age_only_what_is_old_is_deleted() {
    let folder = Folder::with(vec![doc! {}; 2]).await;
    let at = |now: Timestamp| {
        let dates = DateContext::new(now, TimeZone::UTC);
        let change = BulkKind::DeleteOlder.read("1h", &dates).unwrap();
        BulkOrder { dates, ..order(change) }
    };
    let (now, rules) = (Timestamp::now(), WriteRules::default());
    let reader = Arc::clone(&folder.repository) as Arc<dyn SessionReader>;
    let row = reader.rows(&["s0".into()], &Filter::default(), &Projection::Nothing).await.unwrap();
    let later = now.checked_add(jiff::SignedDuration::from_hours(2)).unwrap();
    let young = at(now).fit(reader.as_ref(), &row[0], &rules).await.unwrap();
    assert_eq!(young, BulkFit::Unchanged);
    let old = at(later).fit(reader.as_ref(), &row[0], &rules).await.unwrap();
    assert_eq!(old, BulkFit::Change(Box::new(Write::Delete("s0".into()))));
    let undated = at(later).fit(reader.as_ref(), &Summary::new("s0"), &rules).await.unwrap();
    assert_eq!(undated.outcome(), SessionOutcome::Misfit);
    let end = folder.all(BulkKind::DeleteOlder.read("1h", &dates()).unwrap()).await;
    assert_eq!(counted(&end.tally), [(SessionOutcome::Unchanged, 2)]);
    assert!(folder.repository.metadata(&"s0".into()).await.is_ok());
}

#[test]
fn a_tally_names_the_first_few_of_each() {
    let mut tally = BulkTally::default();
    for at in 0..20 {
        tally.count(&format!("s{at}"), SessionOutcome::Done, String::new);
    }
    tally.count("t", SessionOutcome::Conflict, || "why".to_owned());
    assert_eq!(tally.to_string(), "20 done, 1 in conflict");
    assert_eq!((tally.sessions(), tally.samples().len()), (21, tally::NAMED + 1));
    tally.recount("t", SessionOutcome::Conflict);
    assert_eq!(tally.to_string(), "20 done");
    assert_eq!(BulkTally::default().to_string(), "none");
}
