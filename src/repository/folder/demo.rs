//! The sample sessions of `strandscope demo`.

use tempfile::TempDir;

use crate::repository::Result;

/// Writes them into a fresh folder that is private to the user.
pub(super) fn write() -> Result<TempDir> {
    todo!()
}
