//! What was typed and not stored, kept in files.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::app::config::places;
use crate::app::{text, tui::state::writing::Draft};

/// Where drafts are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Drafts {
    /// `None` where the platform names no folder.
    pub folder: Option<PathBuf>,
}

impl Drafts {
    /// Saves each, for its user alone, and says where: the terminal is given back by then.
    pub fn save(&self, drafts: &[Draft]) {
        for draft in drafts {
            let saved = self.folder.as_deref().map(|folder| save(folder, draft));
            let said = match saved {
                Some(Ok(path)) => format!("what was typed is kept in {}", path.display()),
                Some(Err(error)) => format!("what was typed could not be kept ({error}):\n{}", draft.text),
                None => format!("what was typed could not be kept:\n{}", draft.text),
            };
            tracing::info!(what = draft.what, "unsaved text at the end");
            // Nobody is left to tell when this fails too.
            let _ = writeln!(io::stderr(), "strandscope: {}", text::block(&said));
        }
    }
}

fn save(folder: &Path, draft: &Draft) -> io::Result<PathBuf> {
    places::make_private(folder)?;
    let at = jiff::Timestamp::now().strftime("draft-%Y%m%dT%H%M%SZ-").to_string();
    let mut file = tempfile::Builder::new().prefix(&at).suffix(".json").tempfile_in(folder)?;
    let json = serde_json::json!({ "session_id": draft.session, "for": draft.what, "text": draft.text });
    serde_json::to_writer_pretty(file.as_file_mut(), &json)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}
