//! The questions that a page of the list asks.

use bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::{Cursor as Rows, options::Hint};

use crate::repository::{
    ListQuery,
    mongo::{MongoRepository, decoded_value, filter, rows},
};

/// Up to so many sessions without a date are fetched by index and sorted; beyond, the `_id` index is followed.
const FEW: i64 = 1000;

/// A part of the `_id`s.
pub(super) enum IdRange {
    /// All of them.
    All,
    /// Those after that one, but for the greatest value there is: without `max`, a scan from `min` leaves it out.
    After(Bson),
    /// That greatest value.
    Greatest,
}

impl IdRange {
    /// The parts that make up everything after that `_id`.
    pub(super) fn after(id: Option<Bson>) -> Vec<Self> {
        match id {
            None => vec![Self::All],
            Some(Bson::MaxKey) => Vec::new(),
            Some(id) => vec![Self::After(id), Self::Greatest],
        }
    }
}

/// The questions a page asks.
pub(super) struct Search<'a> {
    pub(super) reader: &'a MongoRepository,
    pub(super) query: &'a ListQuery,
    /// Whether an index gives the order.
    pub(super) indexed: bool,
}

pub(super) type FoundRows = mongodb::error::Result<Rows<RawDocumentBuf>>;

impl Search<'_> {
    pub(super) fn field(&self) -> &'static str {
        self.query.sort.field()
    }

    /// Whether it is a collection with indexes of its own.
    fn is_plain(&self) -> bool {
        self.reader.written_never().is_none()
    }

    fn narrowed(&self, condition: Document) -> Document {
        if self.query.filter.is_empty() {
            return condition;
        }
        doc! { "$and": [ condition, filter::query(&self.query.filter) ] }
    }

    /// With a filter, each row is sent as soon as it is found: a search may take long between two of them. Long pages
    /// trade some of that for fewer round trips.
    fn batch_size(&self) -> u32 {
        match (self.query.filter.is_empty(), self.query.limit) {
            (true, limit) => limit.saturating_add(1),
            (false, 0..=100) => 1,
            (false, limit) => limit / 50,
        }
    }

    /// Sessions with a date, newest first.
    pub(super) async fn dated(&self, start: Option<&(DateTime, Vec<Bson>)>, limit: u32) -> FoundRows {
        let query = self.narrowed(dated_query(self.field(), start));
        let projection = rows::projection(&self.query.metadata);
        let sort = doc! { self.field(): -1 };
        if self.indexed {
            let (batch, time) = (self.batch_size(), self.reader.limits().read);
            let find = || {
                let (collection, query) = (self.reader.collection(), query.clone());
                let (projection, sort) = (projection.clone(), sort.clone());
                async move {
                    let find = collection.find(query).projection(projection).sort(sort).limit(i64::from(limit));
                    find.batch_size(batch).max_time(time).allow_disk_use(true).await
                }
            };
            return self.reader.ask(find).await;
        }
        let thin_first = vec![
            doc! { "$match": query },
            doc! { "$project": projection },
            doc! { "$sort": sort },
            doc! { "$limit": i64::from(limit) },
        ];
        self.reader.ask(|| self.reader.aggregate(thin_first.clone())).await
    }

    /// Sessions whose date is no date, by `_id`; `None` where an index tells that there are none.
    pub(super) async fn undated(
        &self,
        part: &IdRange,
        limit: u32,
    ) -> mongodb::error::Result<Option<Rows<RawDocumentBuf>>> {
        let mut undated = filter::is_no_date(self.field());
        match part {
            IdRange::All => {}
            // A view has no index to start within.
            IdRange::After(id) if !self.is_plain() => {
                undated.insert("$expr", doc! { "$gt": [ "$_id", { "$literal": id.clone() } ] });
            }
            IdRange::Greatest if !self.is_plain() => return Ok(None),
            IdRange::After(id) => {
                undated.insert("_id", doc! { "$ne": id.clone() });
            }
            IdRange::Greatest => {
                undated.insert("_id", Bson::MaxKey);
            }
        }
        if self.indexed
            && let Some(few) = self.few_undated().await?
        {
            if few.is_empty() {
                return Ok(None);
            }
            undated = doc! { "$and": [ { "_id": { "$in": few } }, undated ] };
        }
        self.by_id(undated, part, limit).await.map(Some)
    }

    async fn by_id(&self, query: Document, part: &IdRange, limit: u32) -> FoundRows {
        let (query, projection) = (self.narrowed(query), rows::projection(&self.query.metadata));
        let (batch, time) = (self.batch_size(), self.reader.limits().read);
        let plain = self.is_plain();
        let min = match part {
            IdRange::After(id) if plain => Some(doc! { "_id": id.clone() }),
            _ => None,
        };
        let find = || {
            let (collection, min) = (self.reader.collection(), min.clone());
            let (query, projection) = (query.clone(), projection.clone());
            async move {
                let find = collection
                    .find(query)
                    .projection(projection)
                    .sort(doc! { "_id": 1 })
                    .limit(i64::from(limit))
                    .batch_size(batch)
                    .max_time(time);
                let find = if plain { find.hint(Hint::Keys(doc! { "_id": 1 })) } else { find };
                match min {
                    Some(min) => find.min(min).await,
                    None => find.await,
                }
            }
        };
        self.reader.ask(find).await
    }

    /// The `_id`s of the sessions without a date where the index on it shows that they are few. `None`: many.
    async fn few_undated(&self) -> mongodb::error::Result<Option<Vec<Bson>>> {
        let time = self.reader.limits().read;
        let find = || {
            let (collection, query) = (self.reader.collection(), no_date_by_index(self.field()));
            async move {
                let find = collection.find(query).projection(doc! { "_id": 1 }).limit(FEW + 1);
                let mut rows = find.max_time(time).await?;
                let mut ids = Vec::new();
                while rows.advance().await? {
                    ids.extend(rows::field(rows.current(), "_id").map(decoded_value));
                }
                Ok(ids)
            }
        };
        let ids = self.reader.ask(find).await?;
        Ok((ids.len() as i64 <= FEW).then_some(ids))
    }
}

/// The sessions with a date, from the place on.
pub(in crate::repository::mongo) fn dated_query(field: &str, start: Option<&(DateTime, Vec<Bson>)>) -> Document {
    match start {
        None => doc! { field: filter::is_date() },
        Some((date, shown)) => {
            doc! { field: { "$lte": *date, "$not": { "$type": "array" } }, "_id": { "$nin": shown.clone() } }
        }
    }
}

/// Everything but dates, so worded that the index on the field is read at those types only.
///
/// An array's elements are what an index holds, so one that holds dates alone is found only by asking for arrays;
/// that part is served where no document has an array there, which is what an index knows of itself.
fn no_date_by_index(field: &str) -> Document {
    const TYPES: [&str; 19] = [
        "minKey",
        "double",
        "string",
        "object",
        "array",
        "binData",
        "undefined",
        "objectId",
        "bool",
        "regex",
        "dbPointer",
        "javascript",
        "symbol",
        "javascriptWithScope",
        "int",
        "timestamp",
        "long",
        "decimal",
        "maxKey",
    ];
    doc! { "$or": [ { field: Bson::Null }, { field: { "$type": TYPES.as_slice() } } ] }
}
