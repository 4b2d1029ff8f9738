//! The journal through a scope: it is of the whole place, whoever opened it, and what it keeps of a session are that session's bytes.

use std::collections::HashSet;

use anyhow::Result;

use crate::{
    app::writes::journal::JournalEntry,
    repository::{Filter, Projection, Scope, SessionReader},
    session::SessionKey,
};

/// Sessions that are asked for at once.
const AT_ONCE: usize = 500;

/// Those of sessions within a scope. By a prefix the `_id` tells; by a field what is stored now, so that what was done to sessions that
/// are gone is left out.
pub(super) async fn within<'a>(
    reader: &dyn SessionReader,
    scope: &Scope,
    entries: Vec<&'a JournalEntry>,
) -> Result<Vec<&'a JournalEntry>> {
    let mut within: Vec<&JournalEntry> =
        entries.into_iter().filter(|entry| reader.admits(&entry.session).is_ok()).collect();
    if scope.is_told_by_key() {
        return Ok(within);
    }
    let asked: HashSet<&SessionKey> = within.iter().map(|entry| &entry.session).collect();
    let asked: Vec<SessionKey> = asked.into_iter().cloned().collect();
    let mut there = HashSet::new();
    for keys in asked.chunks(AT_ONCE) {
        let rows = reader.rows(keys, &Filter::default(), &Projection::Nothing).await?;
        there.extend(rows.into_iter().map(|row| row.key));
    }
    within.retain(|entry| there.contains(&entry.session));
    Ok(within)
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};

    use super::*;
    use crate::{app::writes::journal::Deed, repository::folder, session::record::NewSession};

    #[tokio::test]
    async fn what_was_done_to_sessions_of_others_is_not_told() {
        let dir = tempfile::tempdir().unwrap();
        let all = folder::open(dir.path()).await.unwrap();
        for (id, tenant) in [("tenant-7.a", "7"), ("tenant-70.a", "8"), ("b", "7")] {
            all.create_session(&NewSession::new(id).metadata(doc! { "tenant": tenant })).await.unwrap();
        }
        let of = |key: SessionKey| JournalEntry::new("here", key, Deed::Deletion { copy: "x".into() });
        let numbered = SessionKey::new(Bson::Int32(7));
        let entries = [
            of("tenant-7.a".into()),
            of("tenant-70.a".into()),
            of("tenant-7.gone".into()),
            of("b".into()),
            of(numbered),
        ];
        for (scope, expected) in [
            (Scope::prefix("tenant-7.").unwrap(), ["tenant-7.a", "tenant-7.gone"]),
            (Scope::field("tenant", "7").unwrap(), ["tenant-7.a", "b"]),
        ] {
            let store = scope.guard(all.clone()).unwrap();
            let told = within(store.as_ref(), &scope, entries.iter().collect()).await.unwrap();
            let told: Vec<&str> = told.iter().map(|entry| entry.session.text()).collect();
            assert_eq!(told, expected, "{scope}");
        }
    }
}
