//! What is asked of several sessions, and of the store as a whole.

use std::fmt::Debug;

use bson::DateTime;
use strandscope::{
    Cursor, Filter, FilterValues, ListQuery, MetadataKeys, MetadataPath, News, Projection, Scope, SessionKey, Summary,
    Timestamp, WatchView,
};

use super::world::{TenantWorld, tells_of_none};
use crate::scope::Repository;

const FILTERS: [&str; 6] = ["", "tenant", "-^tenant-7.", "-meta.tenant:7", "has:meta.secret", "rating:up"];

impl TenantWorld {
    /// Lists, counts and offers are those of a store that holds nothing else.
    pub(super) async fn lists_as_alone(&self) {
        let everyone: Vec<SessionKey> = self.everyone().cloned().collect();
        let (guarded, alone) = (&self.guarded, &self.alone);
        let fields = |names: &[&str]| Projection::Fields(names.iter().map(|name| (*name).to_owned()).collect());
        let projections = [Projection::Nothing, fields(&["secret", "note"]), fields(&["tenant"]), Projection::All];
        for text in FILTERS {
            let filter = Filter::parse(text, Timestamp::now()).unwrap();
            for wanted in &projections {
                let query = ListQuery::new(2).filter(filter.clone()).metadata(wanted.clone());
                same(&every_row(guarded, query.clone()).await, &every_row(alone, query.clone()).await, text);
                let rows = guarded.rows(&everyone, &filter, wanted).await.unwrap();
                same(&rows, &alone.rows(&everyone, &filter, wanted).await.unwrap(), text);
            }
            assert_eq!(guarded.count(&filter).await.unwrap(), alone.count(&filter).await.unwrap(), "{text}");
            tells_of_none(&format!("{:?}", guarded.plan(&ListQuery::new(5).filter(filter)).await));
        }
        same(&guarded.details(&everyone).await.unwrap(), &alone.details(&everyone).await.unwrap(), "details");
        assert_eq!(
            fields_of(&guarded.metadata_keys().await.unwrap()),
            fields_of(&alone.metadata_keys().await.unwrap())
        );
        for field in ["secret", "tenant", "note"] {
            let path = MetadataPath::from(field);
            let (values, there) = (guarded.metadata_values(&path).await, alone.metadata_values(&path).await);
            same(&values.unwrap().unwrap_or_default(), &there.unwrap().unwrap_or_default(), field);
        }
        for values in [FilterValues::Applications, FilterValues::Types, FilterValues::Agents, FilterValues::Models] {
            let (offered, there) = (guarded.filter_values(&values).await, alone.filter_values(&values).await);
            assert_eq!(offered.unwrap(), there.unwrap(), "{values:?}");
        }
        self.finds_its_own(&everyone).await;
    }

    /// By an id or a name, and wherever a page is said to start.
    async fn finds_its_own(&self, everyone: &[SessionKey]) {
        let names: Vec<String> = everyone.iter().map(|key| key.text().to_owned()).collect();
        self.are_its_own(&self.guarded.namesakes(&names).await.unwrap());
        for key in everyone {
            for id in [key.text(), &key.bson().to_string()] {
                self.are_its_own(&self.guarded.resolve(id).await.unwrap());
            }
            let undated = Cursor::Undated { after: Some(key.bson().clone()) };
            let dated = Cursor::Dated { date: DateTime::MAX, shown: vec![key.bson().clone()] };
            for cursor in [undated, dated] {
                let page = self.guarded.list(&ListQuery::new(50).metadata(Projection::All).after(cursor));
                self.are_its_own(&page.read().await.unwrap().0);
            }
        }
        // Of other types not every one can be typed.
        for key in self.own.iter().filter(|key| key.bson().as_str().is_some()) {
            let found = self.guarded.resolve(key.text()).await.unwrap();
            assert!(found.iter().any(|row| row.key == *key), "{key:?}: {found:?}");
        }
    }

    fn are_its_own(&self, rows: &[Summary]) {
        assert!(rows.iter().all(|row| self.own.contains(&row.key)), "{rows:?}");
        tells_of_none(&format!("{rows:?}"));
    }

    /// What is of the store as a whole.
    pub(super) async fn tells_of_no_other(&self) {
        let (guarded, all) = (&self.guarded, &self.all);
        guarded.ping().await.unwrap();
        assert_eq!((guarded.location(), guarded.identity()), (all.location(), all.identity()));
        assert_eq!(guarded.read_only(), all.read_only());
        assert!(self.own.iter().all(|key| guarded.admits(key).is_ok()));
        // By the field a key tells nothing.
        assert!(self.others.iter().all(|key| guarded.admits(key).is_err() == self.by_prefix));
        assert!(guarded.create_indexes().await.is_err());
        assert!(guarded.index_metadata(&["tenant".to_owned()]).await.is_err());
        assert_eq!(guarded.why_empty().await.unwrap().is_some(), self.own.is_empty());
        tells_of_none(&format!("{:?}", guarded.check().await));
        let news = guarded.watch(&WatchView::default()).next_news().await;
        assert!(matches!(news, Some(News::Begun(_) | News::Ended(_))), "{news:?}");
        // Another scope narrows it further, and leads nowhere else.
        let theirs = Scope::prefix("tenant-8.").unwrap();
        let bound = guarded.bound_to(&theirs);
        for store in bound.into_iter().chain([theirs.guard(guarded.clone()).unwrap()]) {
            let rows = every_row(&store, ListQuery::new(2).metadata(Projection::All)).await;
            self.are_its_own(&rows);
            let is_theirs = |row: &Summary| row.key.bson().as_str().is_some_and(|id| id.starts_with("tenant-8."));
            assert!(rows.iter().all(is_theirs), "{rows:?}");
        }
    }
}

/// The rows of all pages.
async fn every_row(store: &Repository, mut query: ListQuery) -> Vec<Summary> {
    let mut rows = Vec::new();
    loop {
        let (found, end) = store.list(&query).read().await.unwrap();
        rows.extend(found);
        match end.next {
            Some(next) => query.after = Some(next),
            None => return rows,
        }
    }
}

/// The same ones, in any order.
fn same<T: Debug>(guarded: &[T], alone: &[T], of: &str) {
    let shown = |all: &[T]| {
        let mut shown: Vec<String> = all.iter().map(|one| format!("{one:?}")).collect();
        shown.sort();
        shown
    };
    let guarded = shown(guarded);
    assert_eq!(guarded, shown(alone), "{of:?}");
    tells_of_none(&guarded.concat());
}

/// Each field with how many have it, in any order.
fn fields_of(keys: &MetadataKeys) -> (u64, Vec<String>) {
    let mut fields: Vec<String> = keys.keys.iter().map(|key| format!("{:?} {}", key.path, key.sessions)).collect();
    fields.sort();
    (keys.sessions, fields)
}
