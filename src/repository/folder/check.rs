//! Checks of a folder: whether it can be read, by whom, and what could not be read in it.

use std::path::Path;

use jiff::Timestamp;

use super::{assemble, foreign, layout, read};
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
    let mut checks = vec![Check::ok("folder", "it can be read, in the layout of Strands' FileSessionManager")];
    checks.extend(privacy(root));
    checks.extend(
        foreign::note(root)
            .map(|note| Check::warn("other layouts", note, "nothing; it is neither listed nor written to")),
    );
    checks.push(if dirs.is_empty() {
        Check::warn("sessions", "there is no session yet", Hint::WriteFirstSession)
    } else {
        Check::ok("sessions", format!("{} session{}", dirs.len(), plural(dirs.len())))
    });
    if !dirs.is_empty() {
        checks.push(findings(dirs));
    }
    checks
}

#[cfg(unix)]
fn privacy(root: &Path) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(root).ok()?.permissions().mode() & 0o777;
    // Nothing for the group and others: the lower six bits.
    Some(if mode.trailing_zeros() >= 6 {
        Check::ok("privacy", "only you can read it")
    } else {
        let advice = format!("sessions hold conversations: run `chmod 700 '{}'`", root.display());
        Check::warn("privacy", format!("others on this machine may enter it (mode {mode:03o})"), advice)
    })
}

#[cfg(not(unix))]
fn privacy(_root: &Path) -> Option<Check> {
    None
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
