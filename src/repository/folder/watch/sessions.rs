//! All sessions of a folder, as they were when they were looked at last.

mod unsure;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{
    known::{KnownSession, LookOutcome},
    touched::{Gathered, TouchedSession},
};
use crate::{
    repository::{
        InView, Projection, Result,
        folder::{
            assemble,
            layout::{self, SessionDir},
            stamp::FileStamp,
        },
    },
    session::{Change, SessionKey, StoredDate},
};

/// Of so many sessions at most the times are looked at as the watch begins.
const SEEN: usize = 5_000;

/// So many of those that changed last are looked at closer then, so that their next change can be told exactly.
const CLOSER: usize = 200;

/// When a file that is half-written, or a folder that may hold more by then, is looked at again.
const AGAIN: Duration = Duration::from_millis(50);

/// How often what is half-written is looked at again before it is taken as it is: for some three seconds after somebody wrote, each
/// wait twice the one before.
const TRIES: u32 = 6;

/// What is known of a folder's sessions.
#[derive(Debug)]
pub(super) struct KnownFolder {
    root: Arc<Path>,
    /// The number of the folder itself.
    number: u64,
    /// By id.
    sessions: BTreeMap<String, KnownSession>,
    /// What is to be looked at again.
    again: HashMap<String, AgainLook>,
    /// The ids of the rows in view.
    rows: Vec<String>,
    /// That of the session that is open.
    open: Option<String>,
    /// Where the next sweep goes on with those out of view.
    place: String,
    /// How many are to be looked at since something was missed, and when the next are.
    unsure: usize,
    unsure_at: Instant,
    /// When its watch began: what was written later is news, also of one that nobody looked at before.
    begun: StoredDate,
    /// Folders in which some may have been made that the system does not watch.
    unwatched: Vec<PathBuf>,
    /// What was found since it was told.
    changes: Vec<Change>,
    /// When this is looked at.
    now: Instant,
}

#[derive(Debug)]
struct AgainLook {
    at: Instant,
    /// How often it was looked at in vain.
    tries: u32,
    /// It was not there.
    gone: bool,
    touched: TouchedSession,
}

/// What is to be looked at.
#[derive(Debug, Default)]
pub(super) struct LookOrder {
    /// What the notifier told.
    pub gathered: Gathered,
    /// All that is in view, the list of sessions, and some of the others.
    pub sweep: bool,
    /// Something else is in view.
    pub view: Option<InView>,
}

/// Whether a folder is still the one that was watched.
#[derive(Debug)]
pub(super) enum FolderChanges {
    /// These were made in it.
    Told(Vec<Change>),
    /// Another one is in its place.
    Another,
}

impl KnownFolder {
    /// What is there now. What was written since its watch had `begun` is news already.
    pub(super) fn read(root: &Arc<Path>, now: Instant, begun: SystemTime) -> Result<Self> {
        let begun: StoredDate = assemble::date(begun).into();
        let number = FileStamp::of(root).map_or(0, |stamp| stamp.number());
        let dirs = layout::sessions(root)?;
        let mut changes = Vec::new();
        let unsure = if dirs.len() > SEEN { dirs.len() } else { 0 };
        let sessions = if unsure > 0 {
            dirs.into_iter().map(|dir| (dir.id, KnownSession::default())).collect()
        } else {
            let mut seen: Vec<_> = dirs.into_iter().map(|dir| (KnownSession::seen(&dir), dir)).collect();
            seen.sort_by_key(|(known, _)| std::cmp::Reverse(known.updated()));
            let written = seen.iter().take_while(|(known, _)| known.updated() > Some(begun));
            changes.extend(written.map(|(known, dir)| Change::unclear(dir.id.as_str().into(), known.updated())));
            let known = |(at, (known, dir)): (usize, (KnownSession, SessionDir))| {
                let known = if at < CLOSER { KnownSession::read(&dir) } else { known };
                (dir.id, known)
            };
            seen.into_iter().enumerate().map(known).collect()
        };
        Ok(Self {
            root: Arc::clone(root),
            number,
            sessions,
            again: HashMap::new(),
            rows: Vec::new(),
            open: None,
            place: String::new(),
            unsure,
            unsure_at: now,
            begun,
            unwatched: Vec::new(),
            changes,
            now,
        })
    }

    /// When something is to be looked at again.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let owed = (!self.changes.is_empty()).then_some(self.now);
        let unsure = (self.unsure > 0).then_some(self.unsure_at);
        self.again.values().map(|again| again.at).chain(owed).chain(unsure).min()
    }

    /// Where folders may have been made that the system does not watch.
    pub(super) fn take_unwatched(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.unwatched)
    }

    /// Looks, and tells how what is there differs from what was known. An error: the folder is not there, or cannot be read.
    pub(super) fn look(&mut self, order: LookOrder, now: Instant) -> Result<FolderChanges> {
        self.now = now;
        if order.gathered.missed {
            self.miss();
        }
        if order.sweep || order.gathered.root || order.gathered.missed {
            let number = FileStamp::of(&self.root).map_or(0, |stamp| stamp.number());
            let listed = layout::sessions(&self.root)?;
            if number != self.number {
                return Ok(FolderChanges::Another);
            }
            self.compare(listed);
        }
        for (id, touched) in order.gathered.sessions {
            self.look_at(&id, touched);
        }
        self.look_again();
        if let Some(view) = order.view {
            self.show(&view);
        }
        if order.sweep {
            self.sweep();
        }
        if self.unsure > 0 {
            self.look_where_unsure();
        }
        Ok(FolderChanges::Told(std::mem::take(&mut self.changes)))
    }

    /// Looks at the sessions that are new or gone.
    fn compare(&mut self, listed: Vec<SessionDir>) {
        let listed: HashSet<String> = listed.into_iter().map(|dir| dir.id).collect();
        let gone: Vec<String> = self.sessions.keys().filter(|id| !listed.contains(*id)).cloned().collect();
        let new: Vec<String> = listed.into_iter().filter(|id| !self.sessions.contains_key(id)).collect();
        // Nobody told of them.
        self.unwatched.extend(new.iter().map(|id| self.root.join(layout::session_name(id))));
        let ids = gone.into_iter().chain(new).collect();
        self.look_at_all(ids);
    }

    /// What is in view, closely, and the times of some that are not.
    fn sweep(&mut self) {
        let open = self.open.iter().filter(|open| !self.rows.contains(open));
        let mut ids: Vec<String> = self.rows.iter().chain(open).cloned().collect();
        ids.extend(self.glance(|_| false).0);
        self.look_at_all(ids);
    }

    fn look_at_all(&mut self, ids: Vec<String>) {
        for id in ids {
            // What is waited for already is looked at in its time.
            if !self.again.contains_key(&id) {
                self.look_at(&id, TouchedSession::whole());
            }
        }
    }

    /// Something else is in view: what changed of it since it was read is told, and from now on it is known closer.
    fn show(&mut self, view: &InView) {
        self.rows = view.rows.iter().filter_map(|(key, _)| id_of(key)).collect();
        for (key, updated) in &view.rows {
            let Some(dir) = id_of(key).and_then(|id| self.dir(&id)) else { continue };
            let Some(known) = self.sessions.get_mut(&dir.id) else { continue };
            if !known.is_known_closer() {
                *known = KnownSession::read(&dir);
            }
            if known.updated() > *updated {
                self.changes.push(Change::unclear(key.clone(), known.updated()));
            }
        }
        let before = self.open.take();
        self.open = view.open.as_ref().and_then(|open| id_of(&open.key));
        if let Some(open) = &view.open
            && self.open != before
            && let Some(dir) = self.open.as_deref().and_then(|id| self.dir(id))
            && self.sessions.contains_key(&dir.id)
        {
            self.sessions.insert(dir.id.clone(), KnownSession::shown_as(&dir, open));
            self.look_at(&dir.id, TouchedSession::whole());
        }
    }

    /// The folder of a session, if it is there and no link.
    fn dir(&self, id: &str) -> Option<SessionDir> {
        layout::session(&self.root, id).ok().flatten()
    }

    fn look_again(&mut self) {
        let now = self.now;
        let due: Vec<(String, AgainLook)> = self.again.extract_if(|_, again| again.at <= now).collect();
        for (id, again) in due {
            self.look_closely(&id, &again.touched, again.tries, again.gone);
        }
    }

    /// Looks at a session of which that was touched, and at what was not finished of it.
    fn look_at(&mut self, id: &str, mut touched: TouchedSession) {
        let again = self.again.remove(id);
        let gone = again.as_ref().is_some_and(|again| again.gone);
        if let Some(again) = again {
            touched.merge(again.touched);
        }
        // Somebody writes there: what is half-written may be whole now, and has all its time again.
        self.look_closely(id, &touched, 0, gone);
    }

    fn look_closely(&mut self, id: &str, touched: &TouchedSession, tries: u32, gone: bool) {
        match layout::session(&self.root, id) {
            Ok(Some(dir)) => {
                if self.sessions.get(id).is_some_and(|known| known.is_another(&dir)) {
                    self.take_out(id);
                }
                if self.sessions.contains_key(id) {
                    self.look_into(&dir, touched, tries);
                } else {
                    self.take_in(&dir, tries);
                }
            }
            // A deletion that is taken back moves the folder away for a moment.
            Ok(None) if self.sessions.contains_key(id) && !gone => {
                let again = AgainLook { at: self.now + AGAIN, tries: 0, gone: true, touched: TouchedSession::whole() };
                self.again.insert(id.to_owned(), again);
            }
            Ok(None) => self.take_out(id),
            // A link is passed over, as a list does, and so is what may not be looked at.
            Err(error) => {
                tracing::debug!(%error, "a session is not looked at");
                let path = self.root.join(layout::session_name(id));
                if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
                    self.take_out(id);
                }
            }
        }
    }

    fn take_out(&mut self, id: &str) {
        if self.sessions.remove(id).is_some() {
            self.changes.push(Change::deleted(id.into()));
        }
    }

    /// One that is known.
    fn look_into(&mut self, dir: &SessionDir, touched: &TouchedSession, tries: u32) {
        let Some(known) = self.sessions.get_mut(&dir.id) else { return };
        let LookOutcome { changes, unfinished, .. } = known.look(dir, touched, tries >= TRIES);
        self.changes.extend(changes);
        if !unfinished.is_nothing() {
            self.wait_for(&dir.id, unfinished, tries + 1, AGAIN * (1 << tries.min(TRIES)));
        } else if touched.folders {
            // What was written in a new folder before that was watched, nobody tells.
            self.wait_for(&dir.id, TouchedSession::whole(), 0, AGAIN * 4);
        }
    }

    /// One that is new, once it can be read.
    fn take_in(&mut self, dir: &SessionDir, tries: u32) {
        // Known before its row is read: what comes in between is told twice rather than never.
        let known = KnownSession::read(dir);
        let (head, findings) = assemble::head(dir);
        if tries < TRIES && findings.iter().any(|finding| finding.path == assemble::HEAD) {
            self.wait_for(&dir.id, TouchedSession::whole(), tries + 1, AGAIN * (1 << tries));
            return;
        }
        self.changes.push(Change::created(Projection::All.summary(&head)));
        self.sessions.insert(dir.id.clone(), known);
        self.wait_for(&dir.id, TouchedSession::whole(), 0, AGAIN * 4);
    }

    fn wait_for(&mut self, id: &str, touched: TouchedSession, tries: u32, wait: Duration) {
        self.again.insert(id.to_owned(), AgainLook { at: self.now + wait, tries, gone: false, touched });
    }
}

/// The id of a session that a folder can hold.
fn id_of(key: &SessionKey) -> Option<String> {
    key.bson().as_str().map(str::to_owned)
}
