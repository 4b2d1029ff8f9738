//! Checks of a folder: whether it can be read, by whom, and what could not be read in it.

use std::{path::Path, time::Duration};

use bson::Bson;
use jiff::Timestamp;

use super::{assemble, foreign, json, layout, read, watch};
use crate::{
    metrics::health_of_last,
    repository::{Check, Hint, Verdict},
    session::Finding,
};

/// How many sessions are read whole to look for findings, and how many messages of each agent.
const SAMPLE: (usize, u64) = (20, 50);

/// The checks in order; the first failure ends them.
pub(super) fn check(root: &Path) -> Vec<Check> {
    let layout = foreign::recognise(root).and_then(|()| layout::sessions(root));
    let dirs = match layout {
        Ok(dirs) => dirs,
        Err(error) => return vec![Check::told(Verdict::Fail, "folder", &error)],
    };
    let mut checks = vec![if !dirs.is_empty() {
        Check::ok("folder", "it can be read, in the layout of Strands' FileSessionManager")
    } else if holds_others(root) {
        Check::warn("folder", "it can be read, and what is in it is in no layout that is known", Hint::FindFolder)
    } else {
        Check::ok("folder", "it can be read, and is empty")
    }];
    if !dirs.is_empty() {
        checks.extend(privacy(root));
    }
    checks.extend(
        foreign::note(root)
            .map(|note| Check::warn("other layouts", note, "nothing; it is neither listed nor written to")),
    );
    checks.push(if dirs.is_empty() {
        Check::warn("sessions", "there is no session yet", Hint::WriteFirstSession)
    } else {
        Check::ok("sessions", format!("{} session{}", dirs.len(), plural(dirs.len())))
    });
    checks.push(live_updates(&watch::told_by_system(root)));
    checks.extend(leftovers(root));
    if !dirs.is_empty() {
        checks.push(findings(dirs));
    }
    checks
}

/// The names in the folder.
fn names(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Whether anything is in a folder without sessions that a program of sessions does not leave there.
fn holds_others(root: &Path) -> bool {
    names(root).iter().any(|name| !name.starts_with('.'))
}

/// What a deletion or a session in the making left, that was broken off.
fn leftovers(root: &Path) -> Vec<Check> {
    let mut names = names(root);
    names.sort();
    let left = |name: &String| {
        let of = match json::read(&root.join(name).join("session.json")) {
            Ok(Bson::Document(session)) => session.get_str("session_id").ok().map(str::to_owned),
            _ => None,
        };
        let of = of.map_or_else(|| "of a session that is not told".to_owned(), |id| format!("of session {id:?}"));
        if name.starts_with(layout::DELETED) {
            let advice =
                "where that session is missing, rename the folder to `session_<id>` to have it back; else remove it";
            Some(Check::warn("left over", format!("a deletion {of} was broken off, or goes on now: {name}"), advice))
        } else if name.starts_with(layout::NEW) {
            let advice = "remove the folder, unless that goes on now";
            Some(Check::warn("left over", format!("making or restoring {of} was broken off: {name}"), advice))
        } else {
            None
        }
    };
    names.iter().filter_map(left).collect()
}

#[cfg(unix)]
fn privacy(root: &Path) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(root).ok()?.permissions().mode() & 0o777;
    // Nothing for the group and others: the lower six bits.
    Some(if mode.trailing_zeros() >= 6 {
        Check::ok("privacy", "only you can read it")
    } else {
        let advice = Hint::MakePrivate { folder: root.to_owned() };
        Check::warn("privacy", format!("others on this machine may enter it (mode {mode:03o})"), advice)
    })
}

#[cfg(not(unix))]
fn privacy(_root: &Path) -> Option<Check> {
    None
}

fn live_updates(told: &Result<(), String>) -> Check {
    const NAME: &str = "live updates";
    let seconds = |time: Duration| time.as_secs_f64();
    match told {
        Ok(()) => Check::ok(
            NAME,
            format!(
                "each change is told as files are written, or found within {} s where the file system tells nothing",
                seconds(watch::SWEEP)
            ),
        ),
        Err(reason) => Check::warn(
            NAME,
            format!(
                "the folder is looked at every {} s to {} s, as the system does not tell what is written: {reason}",
                seconds(watch::BUSY),
                seconds(watch::IDLE)
            ),
            "nothing, if that will do; else raise that limit (on Linux fs.inotify.max_user_watches and max_user_instances)",
        ),
    }
}

/// What could not be read in the sessions that changed last.
fn findings(dirs: Vec<layout::SessionDir>) -> Check {
    let mut dirs: Vec<_> = dirs.into_iter().map(|dir| (dir.changed().map(assemble::date), dir)).collect();
    dirs.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
    let now = Timestamp::now();
    let sample: Vec<_> = dirs.into_iter().take(SAMPLE.0).map(|(_, dir)| (found_in(&dir, now), dir)).collect();
    let first = sample.iter().find_map(|(findings, dir)| Some((dir, findings.first()?)));
    let looked_at = format!("the {} session{} that changed last", sample.len(), plural(sample.len()));
    let Some((dir, finding)) = first else {
        return Check::ok("documents", format!("no finding in {looked_at}"));
    };
    let total: usize = sample.iter().map(|(findings, _)| findings.len()).sum();
    let found = format!(
        "{total} finding{} in {looked_at}, e.g. {:?} at {}: {}",
        plural(total),
        dir.id,
        finding.path,
        finding.problem.trim_end_matches('.')
    );
    Check::warn("documents", found, Hint::SeeFindings { session: Some(dir.id.clone()) })
}

fn found_in(dir: &layout::SessionDir, now: Timestamp) -> Vec<Finding> {
    let session = read::open(dir, SAMPLE.1);
    let unwell = health_of_last(&session, SAMPLE.1 as usize, now);
    session.all_findings().cloned().chain(unwell).collect()
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn found(root: &Path) -> Vec<(String, Verdict, String)> {
        check(root).into_iter().map(|check| (check.name, check.verdict, check.found)).collect()
    }

    #[test]
    fn a_folder_of_something_else_is_none_of_sessions() {
        let root = tempfile::tempdir().unwrap();
        let is_told = |word: &str| found(root.path())[0].2.contains(word);
        assert!(is_told("is empty"));
        fs::write(root.path().join("chat_1.json"), "{}").unwrap();
        assert!(is_told("no layout that is known"));
        assert!(found(root.path()).iter().all(|(name, ..)| name != "privacy"), "nothing private is in it");
        fs::create_dir(root.path().join("session_a")).unwrap();
        assert!(is_told("FileSessionManager"));
    }

    #[test]
    fn how_changes_are_told_is_tried() {
        let root = tempfile::tempdir().unwrap();
        let told = found(root.path()).into_iter().find(|(name, ..)| name == "live updates").unwrap();
        assert!(told.2.contains("5 s"), "{told:?}");
        let not_told = live_updates(&Err("the system's limit of watched folders is reached".to_owned()));
        assert_eq!(not_told.verdict, Verdict::Warn);
        assert!(
            not_told.found.contains("every 0.5 s to 5 s") && not_told.found.ends_with("is reached"),
            "{not_told:?}"
        );
        assert!(watch::told_by_system(&root.path().join("none")).is_err());
    }

    #[test]
    fn what_was_broken_off_is_named() {
        let root = tempfile::tempdir().unwrap();
        for name in [".deleted_1", ".new_1"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        fs::write(root.path().join(".deleted_1/session.json"), r#"{"session_id": "lost"}"#).unwrap();
        let left: Vec<_> = found(root.path()).into_iter().filter(|(name, ..)| name == "left over").collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(
            left.iter().any(|(_, verdict, text)| *verdict == Verdict::Warn && text.contains("\"lost\"")),
            "{left:?}"
        );
    }
}
