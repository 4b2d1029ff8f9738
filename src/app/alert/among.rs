//! Whether one session matches a filter, asked of the store: it knows what only whole documents tell.

use crate::{
    repository::{
        Filter, ListQuery, Result, SessionReader,
        filter::{FilterTerm, FilterTest, TextMatch},
    },
    session::{SessionKey, Summary},
};

/// So many sessions may be called the same.
const NAMESAKES: u32 = 20;

/// The row of a session that is among those that a filter leaves; `None` where it is not, or is gone.
///
/// # Errors
/// What the store says.
pub async fn row_among(reader: &dyn SessionReader, filter: &Filter, key: &SessionKey) -> Result<Option<Summary>> {
    let mut filter = filter.clone();
    filter.terms.push(FilterTerm::new(FilterTest::Id(TextMatch::Exactly(key.text().to_owned()))));
    let (rows, _) = reader.list(&ListQuery { filter, ..ListQuery::new(NAMESAKES) }).read().await?;
    Ok(rows.into_iter().find(|row| row.key == *key))
}
