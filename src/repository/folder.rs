//! Sessions in a folder, in the layout of Strands' `FileSessionManager`.

use std::{path::Path, sync::Arc};

use super::{Result, SessionReader};

/// Opens a folder of sessions.
///
/// # Errors
/// [`super::Error::Folder`] where it is missing, unreadable or of another layout.
pub async fn open(path: &Path) -> Result<Arc<dyn SessionReader>> {
    let _ = path;
    todo!()
}

/// Makes the folder of sample sessions afresh and opens it.
///
/// # Errors
/// [`super::Error::Folder`] where it cannot be written.
pub async fn demo() -> Result<Arc<dyn SessionReader>> {
    todo!()
}
