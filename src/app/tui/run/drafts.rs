//! What was typed and not stored, kept in files while it is so: also a kill or a power cut leaves it there.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::app::config::places;
use crate::app::{
    text,
    tui::state::writing::{Draft, MAY_BE_DONE},
};

/// How often what is being typed is written.
const EVERY: Duration = Duration::from_secs(2);

/// Where drafts are kept, and which are.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    files: Arc<Mutex<DraftFiles>>,
    /// How often they were brought up to date.
    turn: u64,
    last: Option<Instant>,
    due: Option<Instant>,
    any: bool,
}

impl Drafts {
    /// In this folder; `None` where the platform names none.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let files = DraftFiles { folder, ..DraftFiles::default() };
        Self { files: Arc::new(Mutex::new(files)), ..Self::default() }
    }

    /// Something happened; `typed`: there is an editor. The files are behind from now on.
    pub fn touch(&mut self, typed: bool) {
        if self.due.is_none() && (typed || self.any) {
            let now = Instant::now();
            self.due = Some(self.last.map_or(now, |last| now.max(last + EVERY)));
        }
    }

    /// What was typed is on its way: it is written without delay.
    pub fn hurry(&mut self) {
        self.due = Some(Instant::now());
    }

    /// How long until the files are to be brought up to date.
    pub fn wait(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Brings the files up to date on a thread that may wait for the disk.
    pub fn keep_soon(&mut self, drafts: Vec<Draft>) {
        let turn = self.begin(&drafts);
        let files = Arc::clone(&self.files);
        tokio::task::spawn_blocking(move || lock(&files).keep(turn, drafts));
    }

    /// Brings the files up to date before it returns.
    pub fn keep(&mut self, drafts: Vec<Draft>) {
        let turn = self.begin(&drafts);
        lock(&self.files).keep(turn, drafts);
    }

    fn begin(&mut self, drafts: &[Draft]) -> u64 {
        self.turn += 1;
        self.last = Some(Instant::now());
        self.due = None;
        self.any = !drafts.is_empty();
        self.turn
    }

    /// Says where each is: the terminal is given back by then.
    pub fn say(&self) {
        for kept in &lock(&self.files).kept {
            let said = match &kept.file {
                Ok(path) if kept.draft.may_be_stored => {
                    format!("what was typed is kept in {}; {MAY_BE_DONE}", path.display())
                }
                Ok(path) => format!("what was typed is kept in {}", path.display()),
                Err(error) => format!("what was typed could not be kept ({error}):\n{}", kept.draft.text),
            };
            tracing::info!(what = kept.draft.what, "unsaved text at the end");
            // Nobody is left to tell when this fails too.
            let _ = writeln!(io::stderr(), "strandscope: {}", text::block(&said));
        }
    }
}

/// A panic while it was held left it as it was before or after, which is as good.
fn lock(files: &Mutex<DraftFiles>) -> std::sync::MutexGuard<'_, DraftFiles> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug, Default)]
struct DraftFiles {
    folder: Option<PathBuf>,
    kept: Vec<KeptDraft>,
    turn: u64,
}

#[derive(Debug)]
struct KeptDraft {
    draft: Draft,
    file: io::Result<PathBuf>,
}

impl DraftFiles {
    /// One file for each draft, and none for what was stored or given up. An older turn than the last changes nothing.
    fn keep(&mut self, turn: u64, drafts: Vec<Draft>) {
        if turn < self.turn {
            return;
        }
        self.turn = turn;
        let mut before = std::mem::take(&mut self.kept);
        for draft in drafts {
            let file = match take(&mut before, &draft) {
                Some(KeptDraft { draft: same, file: Ok(path) }) if same == draft && path.exists() => Ok(path),
                Some(KeptDraft { file: Ok(path), .. }) => self.save(&draft, Some(&path)),
                _ => self.save(&draft, None),
            };
            if let Err(error) = &file {
                tracing::warn!(%error, "what was typed could not be kept");
            }
            self.kept.push(KeptDraft { draft, file });
        }
        for path in before.into_iter().filter_map(|old| old.file.ok()) {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "a draft that is not needed any more could not be removed");
            }
        }
    }

    /// Saves it for its user alone, in place of an older state of it.
    fn save(&self, draft: &Draft, older: Option<&Path>) -> io::Result<PathBuf> {
        let folder = self.folder.as_deref().ok_or_else(|| io::Error::other("this platform names no folder for it"))?;
        places::make_private(folder)?;
        let at = jiff::Timestamp::now().strftime("draft-%Y%m%dT%H%M%SZ-").to_string();
        let mut file = tempfile::Builder::new().prefix(&at).suffix(".json").tempfile_in(folder)?;
        let mut json = serde_json::json!({ "session_id": draft.session, "for": draft.what, "text": draft.text });
        if draft.may_be_stored {
            json["note"] = MAY_BE_DONE.into();
        }
        serde_json::to_writer_pretty(file.as_file_mut(), &json)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        let path = match older {
            Some(older) => file.persist(older).map(|_| older.to_owned()).map_err(|error| error.error)?,
            None => file.keep().map(|(_, path)| path).map_err(|error| error.error)?,
        };
        // The name lasts once the folder does; not every system can say so of a folder.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        Ok(path)
    }
}

/// The file of a draft: of the very same, or else of what it was before more was typed.
fn take(before: &mut Vec<KeptDraft>, draft: &Draft) -> Option<KeptDraft> {
    let same = before.iter().position(|kept| kept.draft == *draft);
    let of = |kept: &KeptDraft| kept.draft.session == draft.session && kept.draft.what == draft.what;
    same.or_else(|| before.iter().position(of)).map(|at| before.swap_remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(what: &str, text: &str) -> Draft {
        Draft { session: "s".to_owned(), what: what.to_owned(), text: text.to_owned(), may_be_stored: false }
    }

    fn texts(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let mut texts: Vec<String> = files
            .map(|json| serde_json::from_str::<serde_json::Value>(&json).unwrap()["text"].as_str().unwrap().to_owned())
            .collect();
        texts.sort();
        texts
    }

    #[test]
    fn a_file_follows_what_is_typed_and_goes_when_it_is_stored() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("drafts");
        let mut drafts = Drafts::new(Some(folder.clone()));
        drafts.keep(vec![draft("a", "one")]);
        drafts.keep(vec![draft("a", "one more"), draft("b", "two")]);
        assert_eq!(texts(&folder), ["one more", "two"]);
        #[cfg(unix)]
        for file in fs::read_dir(&folder).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        drafts.keep(vec![draft("b", "two")]);
        assert_eq!(texts(&folder), ["two"]);
        drafts.keep(Vec::new());
        assert!(texts(&folder).is_empty());
    }

    #[test]
    fn a_file_says_that_what_was_sent_may_be_stored() {
        let state = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::new(Some(state.path().to_owned()));
        for sent in [false, true] {
            drafts.keep(vec![Draft { may_be_stored: sent, ..draft("a", "x") }]);
            let files: Vec<_> = fs::read_dir(state.path()).unwrap().map(|file| file.unwrap().path()).collect();
            assert_eq!(files.len(), 1);
            assert_eq!(fs::read_to_string(&files[0]).unwrap().contains(MAY_BE_DONE), sent);
        }
    }

    #[test]
    fn a_late_turn_does_not_undo_a_newer_one() {
        let state = tempfile::tempdir().unwrap();
        let mut files = DraftFiles { folder: Some(state.path().to_owned()), ..DraftFiles::default() };
        files.keep(2, vec![draft("a", "newer")]);
        files.keep(1, vec![draft("a", "older")]);
        assert_eq!(texts(state.path()), ["newer"]);
    }

    #[test]
    fn the_first_is_written_at_once_and_the_next_after_a_while() {
        let state = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::new(Some(state.path().to_owned()));
        drafts.touch(false);
        assert_eq!(drafts.wait(), None, "nothing is typed");
        drafts.touch(true);
        assert_eq!(drafts.wait(), Some(Duration::ZERO));
        drafts.keep(vec![draft("a", "x")]);
        assert_eq!(drafts.wait(), None);
        drafts.touch(true);
        assert!(drafts.wait().is_some_and(|wait| wait > Duration::ZERO && wait <= EVERY));
        drafts.hurry();
        assert_eq!(drafts.wait(), Some(Duration::ZERO));
    }
}
