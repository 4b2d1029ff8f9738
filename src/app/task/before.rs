//! What changed between the first reads and the moment from which changes are told: nothing tells it, and it may not have been read.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    repository::{ListQuery, SessionReader},
    session::{Change, StoredDate, Summary},
};

/// Sessions that are looked at: more are not written to in that time.
const MOST: u32 = 50;

/// How long ago is just before, clocks that disagree somewhat included.
const JUST_BEFORE: SignedDuration = SignedDuration::from_mins(1);

/// Sessions that changed just before, as changes that are told no finer: whoever holds one of them reads it again. None where it
/// would take a search through every session, or cannot be told now.
pub(super) async fn changed_just_before(reader: Arc<dyn SessionReader>) -> Vec<Change> {
    let query = ListQuery::new(MOST);
    if !reader.plan(&query).await.is_ok_and(|plan| plan.served) {
        return Vec::new();
    }
    match reader.list(&query).read().await {
        Ok((rows, _)) => changed_since(rows, Timestamp::now().saturating_sub(JUST_BEFORE).unwrap_or_default()),
        Err(error) => {
            tracing::debug!(%error, "what changed just before is not known");
            Vec::new()
        }
    }
}

fn changed_since(rows: Vec<Summary>, since: Timestamp) -> Vec<Change> {
    let since = StoredDate::from(since);
    let recent = rows.into_iter().filter(|row| row.updated_at.is_some_and(|at| at >= since));
    recent.map(|row| Change::unclear(row.key, row.updated_at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_lately_is_told() {
        let row = |id: &str, second: Option<i64>| {
            let mut row = Summary::new(id);
            row.updated_at = second.map(|second| StoredDate::from_millis(second * 1000));
            row
        };
        let rows = vec![row("new", Some(1000)), row("just", Some(940)), row("old", Some(939)), row("never", None)];
        let told = changed_since(rows, Timestamp::from_second(940).unwrap());
        let told: Vec<_> = told.iter().map(|change| (change.session.text(), change.updated_at().is_some())).collect();
        assert_eq!(told, [("new", true), ("just", true)]);
    }
}
