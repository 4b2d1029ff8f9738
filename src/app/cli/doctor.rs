//! `doctor`: what works, what does not, and what to do about it.

mod report;

use crate::{
    app::{
        examine,
        place::{Place, Rights, Store},
        told::Told,
    },
    repository::{Check, Error, Opened, SessionReader, Verdict},
};
use anyhow::Result;

use super::{args::DoctorArgs, context, context::Context, log, output, stop::Stop};
use report::Report;

pub async fn run(context: &Context, args: &DoctorArgs) -> Result<()> {
    let chosen = context.chosen()?;
    if args.create_indexes && chosen.as_ref().is_some_and(|chosen| chosen.read_only) {
        return Err(Stop::Usage("creating indexes is a write, and this connection is read-only".into()).into());
    }
    let mut report = Report::new(args.json, context.environment.no_color);
    if args.id.is_none() {
        report.group("this program", &own(context))?;
    }
    let chosen = chosen.map_or_else(|| context.required(), Ok)?;
    let chosen = match context::whole(chosen.clone()).await {
        Ok(whole) => whole,
        Err(error) => {
            return match error.downcast_ref() {
                Some(error) => cannot_open(&mut report, &chosen, error),
                None => Err(error),
            };
        }
    };
    let rights = if args.create_indexes { Rights::Write } else { Rights::Read };
    for note in chosen.notes() {
        output::note(&note);
    }
    let store = match context.open_noted(&chosen, rights).await {
        Ok(Opened::Store(store)) => store,
        Ok(Opened::Choose(candidates)) => return Err(context::choose(&candidates).into()),
        Err(error) => return cannot_open(&mut report, &chosen, &error),
    };
    if args.create_indexes {
        report.group("indexes", &[create_indexes(&store).await])?;
    }
    let reader = store.reader();
    match &args.id {
        Some(id) => {
            let checks = session(reader.as_ref(), id).await?;
            report.group(id, &checks)?;
        }
        None => report.group(&reader.location(), &reader.check().await)?,
    }
    if report.failed { Err(Stop::Said(1).into()) } else { Ok(()) }
}

/// What stands before any connection.
fn own(context: &Context) -> Vec<Check> {
    let file = context
        .config
        .file
        .as_ref()
        .map_or_else(|| "no file; the defaults are used".to_owned(), |file| format!("{} is valid", file.display()));
    let log = match log::check() {
        Ok(place) => Check::ok("log", place),
        Err(reason) => Check::warn("log", reason, "make that folder writable; until then nothing is logged"),
    };
    vec![Check::ok("version", env!("CARGO_PKG_VERSION")), Check::ok("configuration", file), log]
}

fn cannot_open(report: &mut Report, chosen: &Place, error: &Error) -> Result<()> {
    report.group(&chosen.name, &[Check::told(Verdict::Fail, "connection", error)])?;
    Err(Stop::Said(Told::from(error).code).into())
}

/// What cannot be read in one session's document, and what is wrong with its histories.
async fn session(reader: &dyn SessionReader, id: &str) -> Result<Vec<Check>> {
    let summary = context::one(reader, id).await?;
    Ok(examine::session(&reader.open(&summary.key, u64::MAX).await?))
}

async fn create_indexes(store: &Store) -> Check {
    let created = match store.repository() {
        Ok(repository) => repository.create_indexes().await,
        Err(error) => Err(error),
    };
    match created {
        Ok(created) if created.is_empty() => Check::ok("created", "none; there is nothing to create"),
        Ok(created) => Check::ok("created", created.join(", ")),
        Err(error) => Check::told(Verdict::Fail, "created", &error),
    }
}
