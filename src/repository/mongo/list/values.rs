//! Pages in the order of a field that an index leads with, sessions of one value by `_id`.
//!
//! A sort by both would be a full one, so the sessions come by the field alone, one more than there is room for: of every value but
//! the last all are there, and are put in order here. Those of the last value are asked for by `_id`, from which a page can go on
//! without a list of what was shown, however many sessions share the value. An index has its values type by type, and a comparison
//! finds those of one type only: each type is a stretch of its own. Last come the sessions without such a value.

use bson::{Bson, Document, RawDocumentBuf, doc};

use super::{DOING, Reading, Stretch};
use crate::{
    repository::{
        Cursor, ListQuery, PageEnd, Projection, Result, SortBy,
        mongo::{MongoRepository, decoded, errors, expr, indexes, rows},
        page::{PlacedSession, has_sure_place},
    },
    session::SessionKey,
};

/// A field whose index gives an order.
pub(in crate::repository::mongo) struct ValueField {
    /// As the server names it.
    pub path: String,
    /// The key of the metadata that it is.
    key: Option<String>,
    /// The types of its values, in the order of the list.
    types: Vec<&'static str>,
}

/// The types of metadata that are sorted by, in the order of an index.
const TYPES: [&str; 5] = ["number", "string", "objectId", "bool", "date"];

impl ValueField {
    fn of(query: &ListQuery) -> Option<Self> {
        let (path, key, mut types) = match &query.sort.by {
            SortBy::Application => ("application_name".to_owned(), None, vec!["string"]),
            SortBy::SessionType => ("session_type".to_owned(), None, vec!["string"]),
            // A key with dots may mean one that holds them or a path: no index knows which.
            SortBy::Metadata(key) if expr::is_plain_path(key) && !key.contains('.') => {
                (format!("metadata.{key}"), Some(key.clone()), TYPES.to_vec())
            }
            _ => return None,
        };
        if !query.sort.ascending {
            types.reverse();
        }
        Some(Self { path, key, types })
    }

    /// The field of a list's order, where an index gives it.
    pub(in crate::repository::mongo) async fn serving(
        reader: &MongoRepository,
        query: &ListQuery,
    ) -> Result<Option<Self>> {
        let Some(field) = Self::of(query) else { return Ok(None) };
        if query.filter.asks_for_messages() || !indexes::leads_plainly(reader, &field.path).await? {
            return Ok(None);
        }
        // Where texts are compared otherwise, those that are equal are not told from here.
        if reader.exact_ids.get().is_none() {
            reader.note_collation().await;
        }
        Ok((reader.exact_ids.get() == Some(&true)).then_some(field))
    }

    /// The sessions with a value of that type.
    fn of_type(&self, kind: &str) -> Document {
        let mut value = doc! { "$type": kind, "$not": { "$type": "array" } };
        if kind == "number" {
            // What is no number stands in no order.
            value.insert("$ne", f64::NAN);
        }
        let mut condition = doc! { self.path.as_str(): value };
        if self.key.is_some() {
            condition.insert("metadata", doc! { "$not": { "$type": "array" } });
        }
        condition
    }

    /// The sessions without a value.
    fn none(&self) -> Document {
        let with: Vec<Document> = self.types.iter().map(|kind| self.of_type(kind)).collect();
        doc! { "$nor": with }
    }

    /// What a row must bring so that its value is known.
    fn projection(&self, wanted: &Projection) -> Document {
        let more = match (wanted, &self.key) {
            (Projection::Nothing, Some(key)) => Projection::Fields(vec![key.clone()]),
            (Projection::Fields(keys), Some(key)) if !keys.contains(key) => {
                Projection::Fields(keys.iter().chain([key]).cloned().collect())
            }
            (wanted, _) => wanted.clone(),
        };
        rows::projection(&more)
    }

    fn place(&self, row: &Document) -> PlacedSession {
        let value = match &self.key {
            Some(key) => row.get_document("metadata").ok().and_then(|fields| fields.get(key)),
            None => row.get(&self.path),
        };
        let key = SessionKey::new(row.get("_id").cloned().unwrap_or(Bson::Null));
        PlacedSession { value: value.cloned(), key }
    }
}

/// The word by which a query names the type of a value.
fn type_of(value: &Bson) -> Option<&'static str> {
    match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => Some("number"),
        Bson::String(_) => Some("string"),
        Bson::ObjectId(_) => Some("objectId"),
        Bson::Boolean(_) => Some("bool"),
        Bson::DateTime(_) => Some("date"),
        _ => None,
    }
}

/// One page.
pub(super) async fn page(reading: Reading<'_>, field: ValueField) -> Result<PageEnd> {
    ValuePage { reading, field, last: None }.read().await
}

struct ValuePage<'a> {
    reading: Reading<'a>,
    field: ValueField,
    /// The last session that was given.
    last: Option<PlacedSession>,
}

/// What rows of a question came to.
enum ValueRows {
    Found(Vec<RawDocumentBuf>),
    Ended(Stretch),
}

/// What came of a type's sessions.
enum TypeEnd {
    /// All.
    Exhausted,
    /// All but those of a value that may be more than there is room for.
    Open(Bson),
    Ended(Stretch),
}

impl ValuePage<'_> {
    async fn read(mut self) -> Result<PageEnd> {
        let start = PlacedSession::of_cursor(self.reading.search.query.after.as_ref());
        let (mut at, mut beyond) = (0, None);
        if let Some(start) = start {
            let kind = start.value.as_ref().and_then(type_of);
            let place = kind.and_then(|kind| self.field.types.iter().position(|own| *own == kind));
            let (Some(value), Some(place)) = (start.value, place) else {
                return self.without(Some(start.key.bson().clone())).await;
            };
            match self.of_value(&value, Some(start.key.bson())).await? {
                Stretch::Exhausted => (at, beyond) = (place, Some(value)),
                ended => return Ok(self.end(&ended)),
            }
        }
        while let Some(kind) = self.field.types.get(at).copied() {
            match self.of_type(kind, beyond.as_ref()).await? {
                TypeEnd::Exhausted => (at, beyond) = (at + 1, None),
                TypeEnd::Ended(ended) => return Ok(self.end(&ended)),
                TypeEnd::Open(value) => match self.of_value(&value, None).await? {
                    Stretch::Exhausted => beyond = Some(value),
                    ended => return Ok(self.end(&ended)),
                },
            }
        }
        if self.reading.left() == 0 {
            return Ok(self.end(&Stretch::Full));
        }
        self.without(None).await
    }

    fn end(&self, stretch: &Stretch) -> PageEnd {
        stretch.page(self.last.as_ref().map(PlacedSession::cursor))
    }

    /// The sessions without a value, which end the list.
    async fn without(self, after: Option<Bson>) -> Result<PageEnd> {
        let (condition, last) = (self.field.none(), self.last.as_ref().map(PlacedSession::cursor));
        // Where it ends before the first of them, the next page goes on where this stretch began.
        let placed = |id: Option<Bson>| id.map(|id| Cursor::Placed { value: None, id }).or(last);
        self.reading.by_id(condition, after, true, placed).await
    }

    /// The sessions of that type beyond a value, in order, but for those of the last value that may be more.
    async fn of_type(&mut self, kind: &str, beyond: Option<&Bson>) -> Result<TypeEnd> {
        let left = self.reading.left() as usize;
        if left == 0 {
            return Ok(TypeEnd::Ended(Stretch::Full));
        }
        let query = self.reading.search.query;
        let sort = &query.sort;
        let (direction, follows) = if sort.ascending { (1, "$gt") } else { (-1, "$lt") };
        let mut all = vec![self.field.of_type(kind)];
        all.extend(beyond.map(|value| doc! { self.field.path.as_str(): { follows: value.clone() } }));
        let order = doc! { self.field.path.as_str(): direction };
        let found = match self.ask(doc! { "$and": all }, order, left + 1).await? {
            ValueRows::Found(found) => found,
            ValueRows::Ended(ended) => return Ok(TypeEnd::Ended(ended)),
        };
        let mut placed: Vec<(PlacedSession, RawDocumentBuf)> =
            found.into_iter().map(|row| (self.field.place(&decoded(&row)), row)).collect();
        let open = first_open(&placed, left).map(|first| {
            // Of equal values the first that the server has: the others follow it there.
            let start = PlacedSession { value: placed[first].0.value.clone(), key: SessionKey::new(Bson::MinKey) };
            let cut = placed.partition_point(|(place, _)| sort.order(place, &start).is_lt());
            let value = placed[cut.min(first)].0.value.clone();
            placed.truncate(cut);
            value.unwrap_or(Bson::Null)
        });
        placed.sort_by(|(a, _), (b, _)| sort.order(a, b));
        for (place, row) in placed {
            if !self.give(place, &row) {
                return Ok(TypeEnd::Ended(Stretch::Full));
            }
        }
        Ok(open.map_or(TypeEnd::Exhausted, TypeEnd::Open))
    }

    /// The sessions of that value by `_id`, after one of them.
    async fn of_value(&mut self, value: &Bson, after: Option<&Bson>) -> Result<Stretch> {
        let kind = type_of(value).unwrap_or("string");
        let same = [self.field.of_type(kind), doc! { self.field.path.as_str(): { "$eq": value.clone() } }];
        for part in parts_after(after) {
            let left = self.reading.left() as usize;
            if left == 0 {
                return Ok(Stretch::Full);
            }
            let all: Vec<Document> = same.iter().cloned().chain([part]).collect();
            let found = match self.ask(doc! { "$and": all }, doc! { "_id": 1 }, left).await? {
                ValueRows::Found(found) => found,
                ValueRows::Ended(ended) => return Ok(ended),
            };
            let is_full = found.len() == left;
            for row in found {
                let place = self.field.place(&decoded(&row));
                if !self.give(place, &row) {
                    return Ok(Stretch::Full);
                }
            }
            if is_full {
                return Ok(Stretch::Full);
            }
        }
        Ok(Stretch::Exhausted)
    }

    /// Gives a row away. `false`: nobody reads on.
    fn give(&mut self, place: PlacedSession, row: &RawDocumentBuf) -> bool {
        self.last = Some(place);
        self.reading.given += 1;
        self.reading.found.push(rows::summary(row, &self.reading.search.query.metadata))
    }

    /// As [`Reading::take`] does, a time limit ends the page where it has something to tell, and a lost connection after some rows.
    async fn ask(&self, condition: Document, sort: Document, most: usize) -> Result<ValueRows> {
        let (search, reader) = (&self.reading.search, self.reading.search.reader);
        let (query, time) = (search.narrowed(condition), reader.limits().read);
        let projection = self.field.projection(&search.query.metadata);
        let find = || {
            let (collection, query) = (reader.collection(), query.clone());
            let (projection, sort) = (projection.clone(), sort.clone());
            async move {
                let find = collection.find(query).projection(projection).sort(sort).limit(most as i64);
                let mut rows = find.max_time(time).allow_disk_use(true).await?;
                let mut found = Vec::new();
                while rows.advance().await? {
                    found.push(rows.current().to_owned());
                }
                Ok(found)
            }
        };
        let answer = reader.ask(find).await;
        self.reading.heard.note();
        match answer {
            Ok(found) => Ok(ValueRows::Found(found)),
            Err(error) if self.reading.given > 0 && errors::is_timed_out(&error) => {
                Ok(ValueRows::Ended(Stretch::TimedOut))
            }
            Err(error) if self.reading.given > 0 && errors::is_lost(&error) => Ok(ValueRows::Ended(Stretch::Full)),
            Err(error) => Err(reader.failure(&error, DOING)),
        }
    }
}

/// The first row from whose value on no more are given as they came: a value may have more sessions than there is room for, or one
/// whose place by `_id` only the server knows.
fn first_open(placed: &[(PlacedSession, RawDocumentBuf)], room: usize) -> Option<usize> {
    let unsure = placed.iter().position(|(place, _)| !has_sure_place(place.key.bson()));
    let beyond = (placed.len() > room).then(|| placed.len() - 1);
    unsure.or(beyond)
}

/// The `_id`s after one: those of its type, which an index finds, then those of all others.
fn parts_after(after: Option<&Bson>) -> Vec<Document> {
    let Some(id) = after else { return vec![Document::new()] };
    let greater = doc! { "$expr": { "$gt": [ "$_id", { "$literal": id.clone() } ] } };
    match type_of(id) {
        Some(kind) => {
            let others = doc! { "$and": [ { "_id": { "$not": { "$type": kind } } }, greater ] };
            vec![doc! { "_id": { "$gt": id.clone() } }, others]
        }
        None => vec![greater],
    }
}

#[cfg(test)]
mod tests;
