//! `delete`: sessions by id or by age.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::{
    app::{
        agreed, text,
        tui::render::goes::DeletedSums,
        writes::{DeletionTerms, HandDeletion, HandWriter},
    },
    hook::Hooks,
    manager::retention::{self, SkippedSession},
    repository::{Error, SessionReader, SessionRepository},
    session::{SessionKey, Summary},
};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::{
    args::DeleteArgs,
    context,
    context::Context,
    drain,
    output::{self, Out},
    stop::Stop,
};

/// Skipped sessions that are named one by one.
const MOST_NAMED: usize = 10;
/// Sessions counted at once.
const AT_ONCE: usize = 200;

pub async fn run(context: &Context, args: &DeleteArgs) -> Result<()> {
    let hooks = context.hooks()?;
    let done = chosen(context, &hooks, args).await;
    let closed = drain::close(&hooks).await;
    done.and(closed)
}

async fn chosen(context: &Context, hooks: &Hooks, args: &DeleteArgs) -> Result<()> {
    let hand = context.hand(hooks).await?;
    let repository = hand.store.repository()?;
    let cutoff = args.older_than.map(before).transpose()?;
    let chosen = match cutoff {
        Some(cutoff) => {
            let found = retention::older_than(repository.as_ref(), cutoff).await?;
            tell_skipped(&found.skipped);
            found.old
        }
        None => named(repository.as_ref(), &args.ids).await?,
    };
    if chosen.is_empty() {
        output::note(&context::nothing(repository.as_ref(), "no session is that old").await);
        return Ok(());
    }
    let mut out = Out::new();
    if args.dry_run {
        for row in &chosen {
            out.line(&shown(row))?;
        }
        out.flush()?;
        output::note(&sums(repository.as_ref(), &chosen).await?.sentence());
        return Ok(());
    }
    if !args.yes {
        agree(&chosen, &sums(repository.as_ref(), &chosen).await?)?;
    }
    context.agree()?;
    let terms = DeletionTerms { cutoff, without_copy: args.no_copy };
    for row in &chosen {
        if delete(&hand, &row.key, terms).await? {
            out.line(&text::line(row.key.text()))?;
            out.flush()?;
        }
    }
    Ok(())
}

fn before(age: std::time::Duration) -> Result<Timestamp, Stop> {
    let age = SignedDuration::try_from(age).ok();
    age.and_then(|age| Timestamp::now().checked_sub(age).ok())
        .ok_or_else(|| Stop::Usage("--older-than goes back further than dates do".into()))
}

/// How many sessions have no age, and of the first ones why.
fn tell_skipped(skipped: &[SkippedSession]) {
    for one in skipped.iter().take(MOST_NAMED) {
        output::note(&format!("skipped {}: {}", one.row.key.text(), one.reason));
    }
    let what = match skipped.len() {
        0 => return,
        1 => "1 session was".to_owned(),
        several => format!("{several} sessions were"),
    };
    output::note(&format!("{what} skipped: without a clear date there is no age; they can be deleted by id"));
}

/// Every one must be there before any is deleted.
async fn named(repository: &dyn SessionRepository, ids: &[String]) -> Result<Vec<Summary>> {
    let mut rows: Vec<Summary> = Vec::with_capacity(ids.len());
    for id in ids {
        let row = context::one(repository, id).await?;
        if rows.iter().all(|known| known.key != row.key) {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn shown(row: &Summary) -> String {
    let application = row.application_name.as_deref().unwrap_or("-");
    let line = format!("{}  {}  {application}", output::time(row.updated_at.or(row.created_at)), row.key.text());
    text::line(&line).into_owned()
}

/// What goes with them.
async fn sums(reader: &dyn SessionReader, chosen: &[Summary]) -> Result<DeletedSums> {
    let mut sums = DeletedSums::default();
    for some in chosen.chunks(AT_ONCE) {
        let keys: Vec<SessionKey> = some.iter().map(|row| row.key.clone()).collect();
        reader.details(&keys).await?.iter().for_each(|(_, details)| sums.add(details));
    }
    Ok(sums)
}

/// Asks for the id, for the word that stands in for it, or for how many there are, to be typed.
fn agree(chosen: &[Summary], sums: &DeletedSums) -> Result<()> {
    if !io::stdin().is_terminal() {
        return Err(Stop::Usage("deleting asks first, and there is no terminal to ask at; give --yes".into()).into());
    }
    let mut err = io::stderr();
    for row in chosen {
        writeln!(err, "  {}", shown(row))?;
    }
    writeln!(err, "{}", sums.sentence())?;
    let what = match chosen {
        [one] => agreed::what(one.key.text()),
        _ => "how many they are",
    };
    write!(err, "Type {what} to delete: ")?;
    err.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    let agrees = match chosen {
        [one] => agreed::is_agreed(&typed, one.key.text()),
        several => agreed::is_agreed_number(&typed, several.len()),
    };
    if agrees {
        return Ok(());
    }
    output::note("that was something else; nothing was deleted");
    Err(Stop::Said(1).into())
}

/// Deletes one, after a copy was kept. `false`: it is gone already, or came alive meanwhile.
async fn delete(hand: &HandWriter, key: &SessionKey, terms: DeletionTerms) -> Result<bool> {
    let HandDeletion { deleted, copies, unkept, notes } = hand.delete(key, terms).await;
    for path in copies {
        output::note(&format!("a private copy is kept at {}; `strandscope restore FILE` puts it back", path.display()));
    }
    for note in notes {
        output::note(&note);
    }
    let hinted = |error: Error| match error {
        Error::Other { .. } | Error::Folder { .. } if unkept => {
            error.with_hint("give --no-copy to delete without a copy")
        }
        other => other,
    };
    Ok(deleted.map_err(hinted)?)
}
