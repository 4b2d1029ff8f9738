//! Stretches by `_id`: of the sessions without a date, and of all where a list is sorted by it.

use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{Cursor as Rows, options::Hint};

use super::{
    FoundRows, Reading, Search, Stretch,
    ranges::{IdRange, no_date_by_index},
};
use crate::repository::{
    Cursor, PageEnd, Result,
    mongo::{decoded_value, filter, rows},
};

/// Up to so many sessions without a date are fetched by index and sorted; beyond, the `_id` index is followed.
const FEW: i64 = 1000;

impl Reading<'_> {
    /// The sessions without a date.
    pub(super) async fn undated(mut self, after: Option<Bson>) -> Result<PageEnd> {
        let mut last = after.clone();
        let mut end = Stretch::Exhausted;
        for part in IdRange::after(after, true) {
            let left = self.left();
            let opened = match self.search.undated(&part, left).await {
                Ok(None) => continue,
                Ok(Some(rows)) => Ok(rows),
                Err(error) => Err(error),
            };
            end = self.take(opened, |row| last = rows::field(row, "_id").map(decoded_value)).await?;
            if !matches!(end, Stretch::Exhausted) {
                break;
            }
        }
        Ok(end.page(Some(Cursor::Undated { after: last })).noting(self.note))
    }

    /// All sessions, or those of a condition, by `_id` in the list's order or from the first one on. `placed` makes a cursor of
    /// the last `_id`.
    pub(super) async fn by_id(
        mut self,
        condition: Document,
        after: Option<Bson>,
        ascending: bool,
        placed: impl FnOnce(Option<Bson>) -> Option<Cursor>,
    ) -> Result<PageEnd> {
        let mut last = after.clone();
        let mut end = Stretch::Exhausted;
        for part in IdRange::after(after, ascending) {
            let left = self.left();
            let Some(mut query) = self.search.within(&part) else { continue };
            query.extend(condition.clone());
            let opened = self.search.by_id(query, &part, left, ascending).await;
            end = self.take(opened, |row| last = rows::field(row, "_id").map(decoded_value)).await?;
            if !matches!(end, Stretch::Exhausted) {
                break;
            }
        }
        if matches!(end, Stretch::Exhausted) {
            self.note_foreign().await;
        }
        Ok(end.page(placed(last)).noting(self.note))
    }
}

impl Search<'_> {
    /// What holds in a part beside the bounds of its scan; `None` where nothing lies in it.
    fn within(&self, part: &IdRange) -> Option<Document> {
        Some(match part {
            // A view has no index to start within.
            IdRange::After(id) if !self.is_plain() => {
                doc! { "$expr": { "$gt": [ "$_id", { "$literal": id.clone() } ] } }
            }
            IdRange::Before(id) if !self.is_plain() => {
                doc! { "$expr": { "$lt": [ "$_id", { "$literal": id.clone() } ] } }
            }
            IdRange::Greatest if !self.is_plain() => return None,
            IdRange::After(id) => doc! { "_id": { "$ne": id.clone() } },
            IdRange::Greatest => doc! { "_id": Bson::MaxKey },
            // The end of a scan is left out of it.
            IdRange::All | IdRange::Before(_) => Document::new(),
        })
    }

    /// Sessions whose date is no date, by `_id`; `None` where an index tells that there are none.
    async fn undated(&self, part: &IdRange, limit: u32) -> mongodb::error::Result<Option<Rows<RawDocumentBuf>>> {
        let Some(mut undated) = self.within(part) else { return Ok(None) };
        undated.extend(filter::is_no_date(self.field()));
        if self.indexed
            && let Some(few) = self.few_undated().await?
        {
            if few.is_empty() {
                return Ok(None);
            }
            undated = doc! { "$and": [ { "_id": { "$in": few } }, undated ] };
        }
        self.by_id(undated, part, limit, true).await.map(Some)
    }

    async fn by_id(&self, query: Document, part: &IdRange, limit: u32, ascending: bool) -> FoundRows {
        let (query, projection) = (self.narrowed(query), rows::projection(&self.query.metadata));
        let (batch, time) = (self.batch_size(), self.reader.limits().read);
        let (plain, most) = (self.is_plain(), self.most(limit));
        let (min, max) = match part {
            IdRange::After(id) if plain => (Some(doc! { "_id": id.clone() }), None),
            IdRange::Before(id) if plain => (None, Some(doc! { "_id": id.clone() })),
            _ => (None, None),
        };
        let find = || {
            let (collection, min, max) = (self.reader.collection(), min.clone(), max.clone());
            let (query, projection) = (query.clone(), projection.clone());
            async move {
                let find = collection
                    .find(query)
                    .projection(projection)
                    .sort(doc! { "_id": if ascending { 1 } else { -1 } })
                    .limit(most)
                    .batch_size(batch)
                    .max_time(time);
                let find = if plain { find.hint(Hint::Keys(doc! { "_id": 1 })) } else { find };
                match (min, max) {
                    (Some(min), _) => find.min(min).await,
                    (None, Some(max)) => find.max(max).await,
                    (None, None) => find.await,
                }
            }
        };
        self.reader.ask(find).await
    }

    /// The `_id`s of the sessions without a date where the index on it shows that they are few. `None`: many.
    async fn few_undated(&self) -> mongodb::error::Result<Option<Vec<Bson>>> {
        let time = self.reader.limits().read;
        let find = || {
            let collection = self.reader.collection();
            let query = doc! { "$and": [ no_date_by_index(self.field()), self.reader.is_session() ] };
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
