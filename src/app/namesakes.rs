//! Sessions that a row of a list might be taken for.

use crate::{
    repository::{Result, SessionReader},
    session::Summary,
};

/// The sessions that one of these rows might be taken for. Usual rows, whose `_id` is their `session_id`, need no look.
///
/// # Errors
/// What the store meets.
pub async fn of(reader: &dyn SessionReader, page: &[Summary]) -> Result<Vec<Summary>> {
    let odd = page.iter().filter(|row| row.key != *row.name());
    let names: Vec<String> = odd.map(|row| row.name().to_owned()).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    reader.namesakes(&names).await
}
