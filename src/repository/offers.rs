//! Which fields the metadata of sessions have, and which few values: what can be offered to who types one.

mod words;

use std::{collections::HashMap, time::Duration};

use bson::{Bson, Document, spec::ElementType};
use tokio::time::{Instant, timeout_at};

use super::{ListQuery, Page, Projection, Result};
use crate::session::{MetadataPath, edit};

pub(crate) use words::{MOST_WORDS, READ, TextTally, filter_values};

/// Sessions that are looked at, at most.
pub(crate) const SAMPLE: u32 = 200;

/// Objects within each other that are gone into.
pub(crate) const DEEPEST: usize = 4;

/// A field with more values than these has not few.
pub(crate) const MOST_VALUES: usize = 20;

/// Bytes of a text that is offered.
pub(crate) const LONGEST: usize = 200;

/// Fields that are told, at most.
const MOST_KEYS: usize = 1000;

/// How long a store without a way of its own is listed for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The fields that the metadata of some sessions have: those of a sample, not of all.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct MetadataKeys {
    /// How many sessions were looked at.
    pub sessions: u64,
    /// The fields, and those of objects in them, those of the most sessions first.
    pub keys: Vec<MetadataKey>,
}

/// A field that metadata have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetadataKey {
    /// Where it stands.
    pub path: MetadataPath,
    /// How many of the sessions that were looked at have it.
    pub sessions: u64,
    /// The BSON types that it has there, the most frequent first.
    pub kinds: Vec<ElementType>,
}

/// Counts fields session by session.
#[derive(Debug, Default)]
pub(crate) struct KeyTally {
    sessions: u64,
    kinds: HashMap<MetadataPath, Vec<(ElementType, u64)>>,
}

impl KeyTally {
    /// One more session.
    pub(crate) fn count(&mut self) {
        self.sessions += 1;
    }

    /// A field of that session, each once.
    pub(crate) fn see(&mut self, path: MetadataPath, kind: ElementType) {
        if self.kinds.len() >= MOST_KEYS && !self.kinds.contains_key(&path) {
            return;
        }
        let kinds = self.kinds.entry(path).or_default();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }

    /// The fields of that session.
    fn see_all(&mut self, fields: &Document, parent: Option<&MetadataPath>, depth: usize) {
        for (key, value) in fields {
            let path = parent.map_or_else(|| MetadataPath::from(key), |parent| parent.child(key.as_str()));
            if let Bson::Document(inner) = value
                && depth < DEEPEST
            {
                self.see_all(inner, Some(&path), depth + 1);
            }
            self.see(path, value.element_type());
        }
    }

    /// What was counted.
    pub(crate) fn done(self) -> MetadataKeys {
        let key = |(path, mut kinds): (MetadataPath, Vec<(ElementType, u64)>)| {
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let sessions = kinds.iter().map(|(_, count)| count).sum();
            MetadataKey { path, sessions, kinds: kinds.into_iter().map(|(kind, _)| kind).collect() }
        };
        let mut keys: Vec<MetadataKey> = self.kinds.into_iter().map(key).collect();
        keys.sort_by(|a, b| b.sessions.cmp(&a.sessions).then_with(|| a.path.cmp(&b.path)));
        MetadataKeys { sessions: self.sessions, keys }
    }
}

/// Counts the values of one field.
#[derive(Debug, Default)]
pub(crate) struct ValueTally(Vec<(Bson, u64)>);

impl ValueTally {
    /// One more of a value; objects, arrays and long texts are none to choose from.
    pub(crate) fn see(&mut self, value: &Bson, times: u64) {
        let is_offered = match value {
            Bson::Array(_) | Bson::Document(_) | Bson::Binary(_) => false,
            Bson::String(text) => text.len() <= LONGEST,
            _ => true,
        };
        // One beyond the limit tells that they are too many.
        if !is_offered || self.0.len() > MOST_VALUES {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| edit::same(Some(known), Some(value))) {
            Some((_, count)) => *count += times,
            None => self.0.push((value.clone(), times)),
        }
    }

    /// The values, the most frequent first; `None` where there are none or too many.
    pub(crate) fn done(self) -> Option<Vec<Bson>> {
        let mut values = self.0;
        if values.is_empty() || values.len() > MOST_VALUES {
            return None;
        }
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Some(values.into_iter().map(|(value, _)| value).collect())
    }
}

/// What is listed of a store for it.
pub(super) fn sample() -> ListQuery {
    ListQuery::new(SAMPLE).metadata(Projection::All)
}

/// Reads a page of [`sample`], for so long as it may take.
async fn rows(mut page: Page, mut see: impl FnMut(Option<&Document>) + Send) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Ok(row) = timeout_at(deadline, page.next_row()).await {
        let Some(row) = row? else { break };
        see(row.metadata.as_ref().and_then(Bson::as_document));
    }
    Ok(())
}

/// The fields of a page of [`sample`].
pub(super) async fn keys(page: Page) -> Result<MetadataKeys> {
    let mut tally = KeyTally::default();
    let see = |fields: Option<&Document>| {
        tally.count();
        if let Some(fields) = fields {
            tally.see_all(fields, None, 1);
        }
    };
    rows(page, see).await?;
    Ok(tally.done())
}

/// The values of a field in a page of [`sample`].
pub(super) async fn values(page: Page, path: &MetadataPath) -> Result<Option<Vec<Bson>>> {
    let mut tally = ValueTally::default();
    let see = |fields: Option<&Document>| {
        if let Some(value) = fields.and_then(|fields| path.value(fields)) {
            tally.see(value, 1);
        }
    };
    rows(page, see).await?;
    Ok(tally.done())
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::repository::PageEnd;

    fn page(metadata: impl IntoIterator<Item = Document>) -> Page {
        let row = |(number, metadata): (usize, Document)| {
            Projection::All.summary(&doc! { "_id": format!("s-{number}"), "metadata": metadata })
        };
        Page::of(metadata.into_iter().enumerate().map(row).collect(), PageEnd::default())
    }

    #[tokio::test]
    async fn fields_are_told_with_their_types_the_most_frequent_first() {
        let rows = [
            doc! { "tier": "gold", "customer": { "id": 1, "tags": [{ "a": 1 }] } },
            doc! { "tier": 1 },
            doc! { "tier": 2, "customer": "none" },
            doc! {},
        ];
        let told = keys(page(rows)).await.unwrap();
        assert_eq!(told.sessions, 4);
        let shown = |key: &MetadataKey| format!("{} {} {:?}", key.path, key.sessions, key.kinds);
        assert_eq!(
            told.keys.iter().map(shown).collect::<Vec<_>>(),
            [
                "tier 3 [Int32, String]",
                "customer 2 [EmbeddedDocument, String]",
                "customer.id 1 [Int32]",
                "customer.tags 1 [Array]",
            ]
        );
    }

    #[tokio::test]
    async fn values_are_told_where_they_are_few() {
        let tiers = |count: i32| (0..count).map(|number| doc! { "a": { "tier": number % 25 } });
        let path = MetadataPath::from("a").child("tier");
        let few = values(page(tiers(3).chain(tiers(1))), &path).await.unwrap();
        assert_eq!(few, Some(vec![0.into(), 1.into(), 2.into()]));
        assert_eq!(values(page(tiers(25)), &path).await.unwrap(), None);
        assert_eq!(
            values(page(tiers(3)), &MetadataPath::from("a")).await.unwrap(),
            None,
            "objects are no values to choose"
        );
        let long = doc! { "a": { "tier": "x".repeat(LONGEST + 1) } };
        assert_eq!(values(page([long, doc! {}]), &path).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_no_object_has_no_fields() {
        let row = Projection::All.summary(&doc! { "_id": "s", "metadata": 5 });
        let told = keys(Page::of(vec![row], PageEnd::default())).await.unwrap();
        assert_eq!((told.sessions, told.keys), (1, vec![]));
    }
}
