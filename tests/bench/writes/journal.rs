//! What the journal costs a save by hand: a line that is on the disk before the change is sent, and one that nobody waits for.

use std::{fs::File, io::Write};

use strandscope::{
    MetadataPath,
    app::writes::{
        Journal,
        journal::{Deed, DeedState, FieldDeed, JournalEntry},
    },
};

use crate::measure::{by_turns, ms, report};

const SAVES: usize = 200;

/// Against the bare write of such a line, which waits for the disk as well.
pub async fn run() {
    // A system's temporary folder may be in memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let journal = Journal::new(Some(dir.path().to_owned()));
    let path = dir.path().join("raw");
    let line = [b'x'; 512];
    let raw = async || {
        let mut file = File::options().create(true).append(true).open(&path).expect("a file");
        file.write_all(&line).expect("written");
        file.sync_data().expect("on disk");
    };
    let ours = async || {
        let path = MetadataPath::from("priority");
        let field = FieldDeed { path, before: Some("low".into()), after: Some("high".into()), next: None, put: None };
        let entry = JournalEntry::new("h:27017/agents.sessions", "support-1042".into(), Deed::Metadata(vec![field]));
        let settled = vec![(entry.id, DeedState::Done)];
        journal.begin(vec![entry]).await.expect("on disk");
        journal.settle(settled).await.expect("written");
    };
    let (raw, ours) = by_turns(SAVES, raw, ours).await;
    let detail = format!("write and fdatasync {}", ms(raw));
    report("journal of one save: ms", ours * 1e3, "< 1", &detail);
}
