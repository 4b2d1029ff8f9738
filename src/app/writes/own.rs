//! The feedback that was given here.

use bson::Bson;

use super::HandWriter;
use crate::{
    disk,
    repository::{Error, Result},
    session::SessionKey,
};

impl HandWriter {
    /// The feedback on a session that was given here and not taken back, each as it was stored last.
    ///
    /// # Errors
    /// What the file system says of the journal.
    pub async fn own_feedback(&self, session: &SessionKey) -> Result<Vec<Bson>> {
        let own = self.journal.own_feedback(&self.place.identity, session).await;
        own.map_err(|error| Error::other("reading the journal of changes by hand", disk::reason(&error)))
    }
}
