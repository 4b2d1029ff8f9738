//! `--where`: the same change of all sessions that match, after a preview, with a report.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    sync::Arc,
};

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::{
    app::{
        cli::{
            args::{ManyArgs, TypeArg},
            context::{self, Context},
            output::{self, Out},
            stop::Stop,
            typed_filter::TypedFilter,
        },
        config::places,
        place::WriteRules,
        signals::{Caught, Signals},
        text,
        writes::bulk::{
            BulkChange, BulkEnd, BulkOrder, BulkPreview, BulkProgress, BulkRun, BulkScope, BulkTally, SessionOutcome,
        },
    },
    hook::Hooks,
    repository::SessionReader,
    session::edit::{AssignedValue, DateContext},
};

/// Sets fields; `fields`: as they are read, or what is wrong with them.
pub async fn set(
    context: &Context,
    hooks: &Hooks,
    fields: Result<Vec<(String, AssignedValue)>, Stop>,
    kind: Option<TypeArg>,
    many: &ManyArgs,
) -> Result<()> {
    let fields = fields?;
    if kind.is_some() && fields.iter().any(|(_, value)| matches!(value, AssignedValue::Json(_))) {
        return Err(Stop::Usage("JSON has its own type; --type is for KEY=VALUE".into()).into());
    }
    change(context, hooks, BulkChange::Set { fields, kind: kind.map(TypeArg::element) }, many).await
}

/// Changes all that match, or says what that would come to.
pub async fn change(context: &Context, hooks: &Hooks, change: BulkChange, many: &ManyArgs) -> Result<()> {
    let dates = DateContext::new(Timestamp::now(), context.config.ui.zone());
    change.check(&dates).map_err(Stop::Usage)?;
    let typed = TypedFilter::of(context, many.filter.as_deref().unwrap_or_default())?;
    let order = |filter| BulkOrder { scope: BulkScope::matching(filter), change, dates };
    if many.dry_run {
        let (reader, mut rules) = (context.reader().await?, context.required()?.rules);
        let order = order(typed.read(context, reader.as_ref()).await?);
        rules.reveal = context.reveal().await;
        let tally = look(Arc::clone(&reader), &order, rules, true).await?;
        output::note(&preview(reader.as_ref(), &tally).await);
        return ended_with(&tally);
    }
    let hand = context.metadata_hand(hooks).await?;
    let order = order(typed.read(context, hand.store.reader().as_ref()).await?);
    if !many.yes {
        let reader = hand.store.reader();
        let tally = look(Arc::clone(&reader), &order, hand.place.rules.clone(), false).await?;
        if tally.of(SessionOutcome::Done) == 0 {
            output::note(&format!("nothing is to be changed: {}", preview(reader.as_ref(), &tally).await));
            for sample in tally.samples().iter().filter(|sample| sample.outcome != SessionOutcome::Unchanged) {
                output::note(&format!("{} {}: {}", sample.name, sample.outcome.word(), sample.says));
            }
            return ended_with(&tally);
        }
        agree(&order, &tally, &hand.place.name)?;
    }
    context.agree()?;
    let reports = places::state_dir().as_deref().map(places::reports_in);
    let reader = hand.store.reader();
    carry_out(&BulkRun::new(hand, order, reports), reader.as_ref()).await
}

/// How many sessions it would come to; with `each`, a line for each that is not left as it is.
async fn look(reader: Arc<dyn SessionReader>, order: &BulkOrder, rules: WriteRules, each: bool) -> Result<BulkTally> {
    let mut preview = BulkPreview::new(reader, order.clone(), rules);
    let mut out = Out::new();
    while let Some(rows) = preview.look_further().await? {
        for (row, fit) in rows.iter().filter(|_| each) {
            let (outcome, says) = match fit {
                Ok(fit) => (fit.outcome(), fit.says()),
                Err(error) => (SessionOutcome::Failed, error.to_string()),
            };
            let becomes = match outcome {
                SessionOutcome::Unchanged => continue,
                SessionOutcome::Done => String::new(),
                other => format!("{}: ", other.word()),
            };
            out.line(&text::line(&format!("{}  {becomes}{says}", row.key.text())))?;
        }
        out.flush()?;
    }
    Ok(preview.tally().clone())
}

/// `12 would be changed, 3 unchanged, 1 does not fit`.
async fn preview(reader: &dyn SessionReader, tally: &BulkTally) -> String {
    if tally.sessions() == 0 {
        return context::nothing(reader, NONE).await;
    }
    tally.would(|count| count.to_string())
}

/// Asks, with the first few of each.
fn agree(order: &BulkOrder, tally: &BulkTally, place: &str) -> Result<()> {
    if !io::stdin().is_terminal() {
        let says = "many sessions are changed after asking, and there is no terminal to ask at; give --yes, or --dry-run to see \
                    what becomes of each";
        return Err(Stop::Usage(says.into()).into());
    }
    let mut err = io::stderr();
    for sample in tally.samples().iter().filter(|sample| sample.outcome != SessionOutcome::Unchanged) {
        let becomes =
            if sample.outcome == SessionOutcome::Done { String::new() } else { format!("{}: ", sample.outcome.word()) };
        writeln!(err, "  {}", text::line(&format!("{}  {becomes}{}", sample.name, sample.says)))?;
    }
    let count = match tally.of(SessionOutcome::Done) {
        1 => "1 session".to_owned(),
        several => format!("{several} sessions"),
    };
    let (what, place) = (order.change.to_string(), text::line(place));
    write!(err, "{}: change {count} of {} at {place}? [y/N] ", text::line(&what), tally.sessions())?;
    err.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    if matches!(typed.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    output::note("nothing was changed");
    Err(Stop::Said(1).into())
}

/// Names each session that is changed, and at the end what became of how many. A signal stops it once what is being written is; a
/// second one does at once. Who reads the names has no say in it: where nobody does any more, it goes on.
async fn carry_out(run: &BulkRun, reader: &dyn SessionReader) -> Result<()> {
    let mut signals = Signals::listen()?;
    let (progress, mut told) = mpsc::channel::<BulkProgress>(2);
    let mut running = std::pin::pin!(run.run(None, &progress));
    let mut names = ChangedNames { out: Out::new(), unread: None };
    let mut stopped = None;
    let end = loop {
        tokio::select! {
            end = &mut running => break end?,
            Some(at) = told.recv() => names.add(&at),
            caught = signals.next() => match caught {
                Caught::End(code) if stopped.is_some() => return Err(Stop::Said(code).into()),
                Caught::End(code) => {
                    output::note("it stops once what is being written is");
                    stopped = Some(code);
                    run.stop();
                }
                Caught::Stop if Signals::has_shell() => signals.stop(false).await,
                Caught::Stop | Caught::Continued => {}
            }
        }
    };
    while let Ok(at) = told.try_recv() {
        names.add(&at);
    }
    if end.tally.sessions() == 0 && end.error.is_none() && stopped.is_none() {
        output::note(&context::nothing(reader, NONE).await);
        return Ok(());
    }
    let ended = tell(end, stopped);
    match names.unread {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            output::note(&format!("the changed sessions could not all be named: {error}"));
            ended.and(Err(Stop::Said(1).into()))
        }
        _ => ended,
    }
}

/// What is said where the filter finds nothing.
const NONE: &str = "no session matches";

/// The ids of the changed sessions, on standard output.
struct ChangedNames {
    out: Out,
    /// Why no more are written.
    unread: Option<io::Error>,
}

impl ChangedNames {
    fn add(&mut self, at: &BulkProgress) {
        if self.unread.is_none() {
            self.unread = self.write(at).err();
        }
    }

    fn write(&mut self, at: &BulkProgress) -> io::Result<()> {
        at.changes.iter().try_for_each(|change| self.out.line(&text::line(change.session.text())))?;
        self.out.flush()
    }
}

/// What became of all, and the exit code of that.
fn tell(end: BulkEnd, stopped: Option<u8>) -> Result<()> {
    let BulkEnd { tally, report, error, left } = end;
    let report = report.map(|path| format!("; the report is {}", path.display())).unwrap_or_default();
    output::note(&format!("{tally}{report}"));
    for sample in tally.samples() {
        if !matches!(sample.outcome, SessionOutcome::Done | SessionOutcome::Unchanged) {
            output::note(&format!("{} {}: {}", sample.name, sample.outcome.word(), sample.says));
        }
    }
    if left.is_some() {
        output::note("the same command goes on with it: what is changed already is left as it is");
    }
    match (error, stopped) {
        (Some(error), _) => Err(error.into()),
        (None, Some(code)) => Err(Stop::Said(code).into()),
        (None, None) => ended_with(&tally),
    }
}

/// The exit code of what was said already.
fn ended_with(tally: &BulkTally) -> Result<()> {
    code(tally).map_or(Ok(()), |code| Err(Stop::Said(code).into()))
}

/// `None`: nothing failed. What fits no session at all is wrong usage, as it is for one.
fn code(tally: &BulkTally) -> Option<u8> {
    let any = |outcomes: &[SessionOutcome]| outcomes.iter().any(|outcome| tally.of(*outcome) > 0);
    if any(&[SessionOutcome::Failed, SessionOutcome::Unsure]) {
        Some(1)
    } else if any(&[SessionOutcome::Conflict]) {
        Some(4)
    } else if any(&[SessionOutcome::Misfit]) && !any(&[SessionOutcome::Done, SessionOutcome::Unchanged]) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_a_failure_and_a_conflict_is_one() {
        let of = |outcomes: &[SessionOutcome]| {
            let mut tally = BulkTally::default();
            for outcome in outcomes {
                tally.count("s", *outcome, String::new);
            }
            code(&tally)
        };
        assert_eq!(of(&[SessionOutcome::Done, SessionOutcome::Unchanged, SessionOutcome::Misfit]), None);
        assert_eq!(of(&[SessionOutcome::Misfit, SessionOutcome::Misfit]), Some(2), "as of one session");
        assert_eq!(of(&[SessionOutcome::Done, SessionOutcome::Conflict]), Some(4));
        assert_eq!(of(&[SessionOutcome::Conflict, SessionOutcome::Unsure]), Some(1));
    }
}
