//! Which databases and collections there are, as far as the user may know: with the right to one collection alone, that
//! one.

use bson::{Bson, Document, doc};
use mongodb::error::Result as DriverResult;

use super::{MongoRepository, client, errors::Doing, pool::Pool};
use crate::{
    nearest,
    repository::{Check, Error, Hint, Result},
};

/// A collection's name and shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedCollection {
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// What a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    /// Computed from another collection.
    View,
    /// For measurements, by time.
    TimeSeries,
}

impl Shape {
    /// Why no session can be written there; `None` where it can.
    pub(super) fn read_only(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::View => Some("is a view"),
            Self::TimeSeries => Some("is a time-series collection, whose documents cannot be changed"),
        }
    }
}

impl NamedCollection {
    fn read(row: &Document) -> Option<Self> {
        let shape = match row.get_str("type") {
            Ok("view") => Shape::View,
            Ok("timeseries") => Shape::TimeSeries,
            _ => Shape::Plain,
        };
        Some(Self { name: row.get_str("name").ok()?.to_owned(), shape })
    }
}

/// The databases that the user may read something of.
pub(super) async fn databases(pool: &Pool) -> DriverResult<Vec<String>> {
    let command = doc! { "listDatabases": 1, "nameOnly": true, "authorizedDatabases": true };
    let answer = pool.ask(|| client::ask(pool, "admin", command.clone())).await?;
    let rows = answer.get_array("databases").map(Vec::as_slice).unwrap_or_default();
    let names = rows.iter().filter_map(Bson::as_document).filter_map(|row| row.get_str("name").ok());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// The collections of a database that the user may read something of, by name, less the server's own.
pub(super) async fn collections(pool: &Pool, database: &str) -> DriverResult<Vec<NamedCollection>> {
    listed(pool, database, doc! {}).await
}

async fn listed(pool: &Pool, database: &str, filter: Document) -> DriverResult<Vec<NamedCollection>> {
    let command = doc! { "listCollections": 1, "filter": filter, "nameOnly": true, "authorizedCollections": true };
    let list = || {
        let rows = client::ask_for_rows(pool, database, command.clone());
        async move {
            let (mut rows, mut found) = (rows.await?, Vec::new());
            while rows.advance().await? {
                found.extend(NamedCollection::read(&rows.deserialize_current()?));
            }
            Ok(found)
        }
    };
    let mut found: Vec<NamedCollection> = pool.ask(list).await?;
    found.retain(|collection| !collection.name.starts_with("system."));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether a collection compares texts as they are, byte by byte; `None` where there is none. Asks once.
pub(super) async fn is_exact(pool: &Pool, database: &str, name: &str) -> DriverResult<Option<bool>> {
    let command = doc! { "listCollections": 1, "filter": { "name": name } };
    let mut rows = client::ask_for_rows(pool, database, command).await?;
    if !rows.advance().await? {
        return Ok(None);
    }
    let found: Document = rows.deserialize_current()?;
    // A view has the collation of its own definition there, a collection its own. One that does not tell may have any.
    Ok(Some(found.get_document("options").is_ok_and(|options| !options.contains_key("collation"))))
}

/// `did you mean "sessions"?`, else which names there are, where they are few; `None` where there are none.
pub(super) fn meant(given: &str, known: &[String]) -> Option<String> {
    const FEW: usize = 8;
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    if let Some(near) = nearest::nearest(given, &names) {
        return Some(format!("did you mean {near:?}?"));
    }
    let quoted = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => None,
        1..=FEW => Some(format!("there are {}", quoted(&names))),
        more => Some(format!("there are {} and {} more", quoted(&names[..FEW]), more - FEW)),
    }
}

impl MongoRepository {
    /// Looks what the collection is, where the user may know it. Where not, a write will tell.
    pub(super) async fn note_shape(&self) {
        if self.shape.get().is_some() {
            return;
        }
        let found = listed(&self.pool, &self.database, doc! { "name": &*self.name }).await.unwrap_or_default();
        if let Some(found) = found.first() {
            // Another look may have come first, and saw the same.
            let _ = self.shape.set(found.shape);
        }
    }

    /// Why nobody can write there; `None` where one can, or where it is not known.
    pub(super) fn written_never(&self) -> Option<&'static str> {
        self.shape.get().and_then(|shape| shape.read_only())
    }

    /// Refuses a write where nobody can write.
    pub(super) fn check_writable(&self) -> Result<()> {
        self.written_never().map_or(Ok(()), |why| Err(Error::read_only(self.namespace(), Some(why))))
    }

    /// Why no session is found there: it does not exist, or nothing is in it. `None` where documents are, or where the
    /// server does not tell.
    pub(super) async fn emptiness(&self) -> Option<Check> {
        let first = Doing::new("find", "the first document");
        if !matches!(self.find_first(doc! {}, doc! { "_id": 1 }, first).await, Ok(None)) {
            return None;
        }
        let here = self.namespace();
        let Ok(collections) = collections(&self.pool, &self.database).await else {
            return Some(missing(format!("{here} is empty or does not exist"), None));
        };
        if collections.iter().any(|found| found.name == *self.name) {
            return Some(missing(format!("{here} is empty"), None));
        }
        if collections.is_empty()
            && let Ok(databases) = databases(&self.pool).await
            && !databases.iter().any(|name| **name == *self.database)
        {
            let found = format!("the database {:?} does not exist", self.database);
            return Some(missing(found, meant(&self.database, &databases)));
        }
        let names: Vec<String> = collections.into_iter().map(|found| found.name).collect();
        let found = format!("the database {:?} has no collection {:?}", self.database, self.name);
        Some(missing(found, meant(&self.name, &names)))
    }
}

/// What is missing, which name may be meant, and what to do.
fn missing(found: String, meant: Option<String>) -> Check {
    let advice = meant.map(Hint::from).into_iter().chain([Hint::CheckNames]).collect();
    Check { advice, ..Check::warn("sessions", found, Hint::CheckNames) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_a_stranger() {
        let known = ["orders".to_owned(), "sessions".to_owned()];
        assert_eq!(meant("sesions", &known).as_deref(), Some("did you mean \"sessions\"?"));
        assert_eq!(meant("xyz", &known).as_deref(), Some("there are \"orders\", \"sessions\""));
        assert_eq!(meant("xyz", &[]), None);
        let many: Vec<String> = (0..20).map(|n| format!("{n}")).collect();
        assert!(meant("xyz", &many).is_some_and(|said| said.ends_with("and 12 more")));
    }

    #[test]
    fn views_and_series_are_read_only() {
        let shape = |row| NamedCollection::read(&row).map(|found| found.shape);
        assert_eq!(shape(doc! { "name": "v", "type": "view" }), Some(Shape::View));
        assert_eq!(shape(doc! { "name": "t", "type": "timeseries" }), Some(Shape::TimeSeries));
        assert_eq!(shape(doc! { "name": "c", "type": "collection" }), Some(Shape::Plain));
        assert!(Shape::Plain.read_only().is_none() && Shape::View.read_only().is_some());
    }
}
