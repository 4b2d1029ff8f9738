//! Whether one session matches a filter, asked of the store: it knows what only whole documents tell.

use crate::{
    repository::{
        Filter, ListQuery, Result, SessionReader,
        filter::{FilterTerm, FilterTest, TextMatch},
    },
    session::SessionKey,
};

/// So many sessions may be called the same.
const NAMESAKES: u32 = 20;

/// Whether the session is among those that a filter leaves. A session that is gone is not.
///
/// # Errors
/// What the store says.
pub async fn is_among(reader: &dyn SessionReader, filter: &Filter, key: &SessionKey) -> Result<bool> {
    let mut filter = filter.clone();
    filter.terms.push(FilterTerm::new(FilterTest::Id(TextMatch::Exactly(key.text().to_owned()))));
    let (rows, _) = reader.list(&ListQuery { filter, ..ListQuery::new(NAMESAKES) }).read().await?;
    Ok(rows.iter().any(|row| row.key == *key))
}
