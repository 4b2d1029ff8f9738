//! Lists, counts, and what they tell of a session.

use std::sync::Arc;

use bson::{Bson, Document, doc};
use jiff::SignedDuration;

use super::{AGENT, Case, Fixture, Found, Outcome, case, ensure, new_session, now, nowhere, same};
use crate::{
    metrics::SessionFigure,
    repository::{Error, Filter, ListQuery, Projection, Result, SessionRepository, Sort, SortBy},
    session::{
        Details, Rating, SessionKey, StoredDate, Summary,
        record::{NewFeedback, NewSession},
    },
};

pub(super) const CASES: &[Case] = &[
    case!("pages give every session once, by either date and either way round", paged),
    case!("any order gives every session once, as its values say, either way round", ordered),
    case!("a page of no rows ends where it began", empty),
    case!("a filter lets the same sessions into a list and a count", filtered),
    case!("a row brings the metadata that was asked for", projected),
    case!("rows of some sessions are those that the list gives of them", picked),
    case!("an id is resolved to its session", resolved),
    case!("counts and sizes are told of the sessions that are there", detailed),
];

/// Sessions of an application of their own: others in the store do not count.
struct Shelf {
    repository: Arc<dyn SessionRepository>,
    application: String,
    /// From the one created first to the one created last.
    keys: Vec<SessionKey>,
}

impl Shelf {
    /// A session for each of these metadata. Two at a time were created at the same instant.
    async fn filled(repository: Arc<dyn SessionRepository>, metadata: &[Document]) -> Result<Self> {
        let application = format!("conformance-{}", uuid::Uuid::new_v4());
        let (began, mut keys) = (now(), Vec::new());
        for (number, metadata) in metadata.iter().enumerate() {
            let age = SignedDuration::from_secs(60 - number as i64 / 2);
            let new = NewSession {
                application_name: Some(application.clone()),
                metadata: metadata.clone(),
                at: began.saturating_sub(age).unwrap_or_default(),
                ..new_session()
            };
            keys.push(repository.create_session(&new).await?);
        }
        Ok(Self { repository, application, keys })
    }

    fn filter(&self, terms: &str) -> Outcome<Filter> {
        Ok(Filter::parse(&format!("app:={} {terms}", self.application), now()).map_err(Error::from)?)
    }

    /// The rows of all pages.
    async fn rows(&self, mut query: ListQuery) -> Outcome<Vec<Summary>> {
        let mut all = Vec::new();
        // A cursor that leads nowhere must not keep the suite for ever.
        for _ in 0..=2 * self.keys.len() {
            let (rows, end) = self.repository.list(&query).read().await?;
            ensure!(rows.len() <= query.limit as usize, "a page of {} holds {} rows", query.limit, rows.len());
            all.extend(rows);
            if end.next.is_none() {
                return Ok(all);
            }
            query.after = end.next;
        }
        Err(Found(format!("the pages of {} rows never end", query.limit)))
    }

    async fn done(self) -> Outcome {
        for key in &self.keys {
            self.repository.delete_session(key).await?;
        }
        Ok(())
    }
}

fn sorted(keys: impl Iterator<Item = SessionKey>) -> Vec<SessionKey> {
    let mut keys: Vec<SessionKey> = keys.collect();
    keys.sort();
    keys
}

async fn paged(repository: Arc<dyn SessionRepository>) -> Outcome {
    let shelf = Shelf::filled(repository, &vec![Document::new(); 5]).await?;
    // The one created first is changed last, so that the two orders differ.
    shelf.repository.add_feedback(&shelf.keys[0], &NewFeedback::new(Rating::Up)).await?;
    let orders = [SortBy::Updated, SortBy::Created].map(Sort::new);
    for sort in orders.iter().flat_map(|sort| [sort.clone(), sort.reversed()]) {
        for limit in [1, 2, 3, 100] {
            let rows = shelf.rows(ListQuery::new(limit).filter(shelf.filter("")?).sort(sort.clone())).await?;
            let found = sorted(rows.iter().map(|row| row.key.clone()));
            let expected = sorted(shelf.keys.iter().cloned());
            ensure!(found == expected, "pages of {limit} give {found:?} where {expected:?} should be");
            let date = |row: &Summary| if sort.by == SortBy::Created { row.created_at } else { row.updated_at };
            let dates: Vec<_> = rows.iter().map(date).collect();
            let in_order = dates.is_sorted_by(|a, b| if sort.ascending { a <= b } else { a >= b });
            ensure!(dates.iter().all(Option::is_some) && in_order, "pages of {limit} by {sort} come as {dates:?}");
        }
    }
    shelf.done().await
}

async fn ordered(repository: Arc<dyn SessionRepository>) -> Outcome {
    let metadata = [2.into(), "b".into(), Bson::Null, 1.into(), "a".into()];
    let metadata: Vec<Document> = metadata.into_iter().map(|value: Bson| doc! { "priority": value }).collect();
    let shelf = Shelf::filled(repository, &metadata).await?;
    shelf.repository.add_feedback(&shelf.keys[1], &NewFeedback::new(Rating::Up)).await?;
    let mut documents = Vec::new();
    for key in &shelf.keys {
        documents.push(shelf.repository.document(key).await?);
    }
    let orders = SortBy::NAMES.iter().filter_map(|name| SortBy::from_name(&name.replace("KEY", "priority")));
    // Dates have a case of their own; how large a session is each store measures its own way.
    let is_alike = |by: &SortBy| !matches!(by, SortBy::Updated | SortBy::Created | SortBy::Figure(SessionFigure::Size));
    for sort in orders.filter(is_alike).map(Sort::new).flat_map(|sort| [sort.reversed(), sort]) {
        sort.sort_documents(&mut documents);
        let id = |document: &Document| SessionKey::new(document.get("_id").cloned().unwrap_or(Bson::Null));
        let expected: Vec<SessionKey> = documents.iter().map(id).collect();
        for limit in [1, 2, 100] {
            let rows = shelf.rows(ListQuery::new(limit).filter(shelf.filter("")?).sort(sort.clone())).await?;
            let found: Vec<SessionKey> = rows.into_iter().map(|row| row.key).collect();
            ensure!(found == expected, "pages of {limit} by {sort} give {found:?} where {expected:?} should be");
        }
    }
    shelf.done().await
}

async fn empty(repository: Arc<dyn SessionRepository>) -> Outcome {
    let shelf = Shelf::filled(repository, &vec![Document::new(); 2]).await?;
    let query = |limit| shelf.filter("").map(|filter| ListQuery::new(limit).filter(filter));
    let (rows, end) = shelf.repository.list(&query(0)?).read().await?;
    same!(rows.len(), 0);
    ensure!(end.next.is_none(), "a first page of no rows goes on at {:?}", end.next);
    let (rows, end) = shelf.repository.list(&query(1)?).read().await?;
    same!(rows.len(), 1);
    let Some(second) = end.next else { return Err(Found("one row of two has no next page".to_owned())) };
    let (rows, end) = shelf.repository.list(&query(0)?.after(second.clone())).read().await?;
    same!(rows.len(), 0);
    same!(end.next, Some(second));
    shelf.done().await
}

async fn filtered(repository: Arc<dyn SessionRepository>) -> Outcome {
    let metadata = [doc! { "priority": "high", "retries": 3 }, doc! { "priority": "low", "retries": 0 }, doc! {}];
    let shelf = Shelf::filled(repository, &metadata).await?;
    let first = format!("={}", shelf.keys[0].text());
    let some = format!("in:\"{}\",\"{}\",nowhere", shelf.keys[0].text(), shelf.keys[2].text());
    for (terms, expected) in [
        ("", vec![0, 1, 2]),
        (first.as_str(), vec![0]),
        ("meta.priority:high", vec![0]),
        ("-meta.priority:high", vec![1, 2]),
        ("meta.retries:<3", vec![1]),
        ("has:meta.retries", vec![0, 1]),
        ("meta.priority:=other", vec![]),
        (some.as_str(), vec![0, 2]),
        ("(meta.priority:high OR -has:meta.retries)", vec![0, 2]),
        ("-(meta.priority:high OR meta.retries:0)", vec![2]),
        ("(meta.priority:low OR has:tool)", vec![1]),
        ("messages:0 calls:0 size:>1", vec![0, 1, 2]),
        ("has:interrupt", vec![]),
        ("tokens:>=0", vec![]),
    ] {
        let filter = shelf.filter(terms)?;
        let counted = shelf.repository.count(&filter).await?;
        let count = expected.len() as u64;
        ensure!(counted.is_none_or(|counted| counted == count), "{terms:?} counts {counted:?} where {count} should be");
        let rows = shelf.rows(ListQuery::new(2).filter(filter)).await?;
        let found = sorted(rows.into_iter().map(|row| row.key));
        let expected = sorted(expected.into_iter().map(|number: usize| shelf.keys[number].clone()));
        ensure!(found == expected, "{terms:?} lists {found:?} where {expected:?} should be");
    }
    shelf.done().await
}

async fn projected(repository: Arc<dyn SessionRepository>) -> Outcome {
    let stored = doc! { "priority": "high", "retries": 3 };
    let shelf = Shelf::filled(repository, std::slice::from_ref(&stored)).await?;
    let some = Projection::Fields(vec!["priority".to_owned(), "nothing".to_owned()]);
    let of_some = doc! { "priority": "high" };
    for (wanted, expected) in [(Projection::Nothing, None), (some, Some(of_some)), (Projection::All, Some(stored))] {
        let rows = shelf.rows(ListQuery::new(2).filter(shelf.filter("")?).metadata(wanted)).await?;
        same!(rows.len(), 1);
        same!(rows[0].metadata, expected.map(Bson::Document));
    }
    shelf.done().await
}

async fn picked(repository: Arc<dyn SessionRepository>) -> Outcome {
    let shelf = Shelf::filled(repository, &[doc! { "priority": "high" }, doc! { "priority": "low" }, doc! {}]).await?;
    let listed = shelf.rows(ListQuery::new(9).filter(shelf.filter("")?).metadata(Projection::All)).await?;
    let asked = [shelf.keys[0].clone(), nowhere(), shelf.keys[1].clone()];
    for (terms, expected) in [("", vec![0, 1]), ("meta.priority:high", vec![0]), ("meta.priority:=other", vec![])] {
        let mut found = shelf.repository.rows(&asked, &shelf.filter(terms)?, &Projection::All).await?;
        found.sort_by(|a, b| a.key.cmp(&b.key));
        let keys = sorted(expected.into_iter().map(|number: usize| shelf.keys[number].clone()));
        let expected: Vec<Summary> =
            keys.iter().filter_map(|key| listed.iter().find(|row| row.key == *key).cloned()).collect();
        same!(found, expected);
    }
    same!(shelf.repository.rows(&[], &Filter::default(), &Projection::All).await?.len(), 0);
    shelf.done().await
}

async fn resolved(repository: Arc<dyn SessionRepository>) -> Outcome {
    let new = new_session();
    let key = repository.create_session(&new).await?;
    let found = repository.resolve(&new.id).await?;
    same!(found.len(), 1);
    same!(found[0].key, key);
    same!(found[0].name(), new.id.as_str());
    same!(found[0].application_name, new.application_name);
    same!(found[0].created_at, Some(StoredDate::from(new.at)));
    same!(repository.resolve(nowhere().text()).await?.len(), 0);
    Ok(repository.delete_session(&key).await?)
}

async fn detailed(repository: Arc<dyn SessionRepository>) -> Outcome {
    let talked = Fixture::with_messages(Arc::clone(&repository), 2).await?;
    let rated = Fixture::session(Arc::clone(&repository)).await?;
    repository.add_feedback(&rated.key, &NewFeedback::new(Rating::Up)).await?;
    let told = repository.details(&[talked.key.clone(), nowhere(), rated.key.clone()]).await?;
    same!(told.len(), 2);
    let details = details_of(&told, &talked.key)?;
    let agents: Vec<_> = details.agents.iter().map(|agent| (agent.id.as_str(), agent.model.as_deref())).collect();
    same!(agents, [(AGENT, Some("a-model"))]);
    same!((details.messages, details.agents[0].messages), (2, 2));
    let details = details_of(&told, &rated.key)?;
    same!((details.messages, details.feedbacks.up, details.feedbacks.total()), (0, 1, 1));
    same!(repository.details(&[]).await?.len(), 0);
    talked.done().await?;
    rated.done().await
}

fn details_of<'a>(told: &'a [(SessionKey, Details)], key: &SessionKey) -> Outcome<&'a Details> {
    let found = told.iter().find(|(told, _)| told == key).map(|(_, details)| details);
    found.ok_or_else(|| Found(format!("nothing is told of {:?}", key.text())))
}
