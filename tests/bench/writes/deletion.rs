//! A deletion with its exact copy on disk, against a read and a delete of the raw driver.

use std::{hint::black_box, io::Write, sync::Arc};

use bson::{Document, doc};
use mongodb::Collection;
use strandscope::{CopyKeeper, Result, SessionCopy, SessionManager, SessionRepository, async_trait};

use crate::{
    data,
    measure::{by_turns, ms, report},
};

/// Keeps a copy as the program does: written to a file and synced.
#[derive(Default)]
struct OnDisk(Option<tempfile::NamedTempFile>);

#[async_trait]
impl CopyKeeper for OnDisk {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(copy.as_bytes()).expect("written");
        file.as_file().sync_all().expect("on disk");
        self.0 = Some(file);
        Ok(())
    }

    async fn discard(&mut self) {
        self.0 = None;
    }
}

/// Of sessions with so many messages of so many bytes.
pub async fn run(
    sessions: &Collection<Document>,
    repository: &Arc<dyn SessionRepository>,
    what: &str,
    messages: usize,
    bytes: usize,
    rounds: i64,
) {
    for number in 0..2 * rounds {
        sessions.insert_one(data::session(number, messages, bytes)).await.expect("insert");
    }
    let mut number = 0..2 * rounds;
    let mut other = 0..2 * rounds;
    // Even ones are deleted by the driver, odd ones by us.
    let raw = async || {
        let id = data::id(number.next().expect("one a round"));
        let query = doc! { "_id": &id };
        black_box(sessions.find_one(query.clone()).await.expect("find_one").expect("it is there"));
        assert_eq!(sessions.delete_one(query).await.expect("deleted").deleted_count, 1);
        number.next();
    };
    let ours = async || {
        other.next();
        let id = data::id(other.next().expect("one a round"));
        let mut keeper = OnDisk::default();
        let manager = SessionManager::new(Arc::clone(repository), id.as_str());
        manager.delete_session_kept(&mut keeper).await.expect("deleted");
    };
    let (raw, ours) = by_turns(rounds as usize, raw, ours).await;
    let detail = format!("find_one and delete_one {}, ours {}", ms(raw), ms(ours));
    report(&format!("deletion with its copy, {what}: ours / raw time"), ours / raw, "<= 1.5", &detail);
}
