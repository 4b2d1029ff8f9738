//! `top`: the fleet, in the browser or once.

use std::sync::Arc;

use crate::{
    app::{
        fleet::{
            Fleet, FleetOrder, FleetRow,
            read::{self, FleetExtent},
            unanswerable,
        },
        text, told,
        tui::state::fleet::FleetStart,
    },
    metrics::AgentState,
    repository::{Error, Filter, SessionReader},
    session::{Summary, distinct_names},
};
use anyhow::Result;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    args::TopArgs,
    browse,
    context::{self, Context},
    json,
    output::{Out, note, terminal_width, time},
    stop::Stop,
    table::{Side, Table},
    typed_filter::TypedFilter,
};

pub async fn run(context: &Context, args: &TopArgs) -> Result<()> {
    let typed = TypedFilter::of(context, &args.filter.join(" "))?;
    let now = Timestamp::now();
    let order = FleetOrder { by: args.by, is_reversed: args.reverse };
    if !args.once && !args.json && terminal_width().is_some() {
        let filter = typed.read_for_browser(context).await?;
        if let Some(why) = unanswerable(&filter) {
            return Err(Stop::Usage(format!("{why} (with --once any filter can be used)")).into());
        }
        let start = FleetStart { filter, window: args.window, order };
        return Box::pin(browse::fleet(context, start)).await;
    }
    let reader = context.reader().await?;
    let filter = typed.read(context, reader.as_ref()).await?;
    let which = if filter.is_empty() { "session" } else { "session that matches" };
    let (fleet, timed_out) = read_once(&reader, filter, args, now).await?;
    let mut rows = fleet.rows(args.window, &Filter::default(), now);
    order.sort(&mut rows);
    if rows.is_empty() && !timed_out {
        let nothing = format!("no {which} changed within {}", args.window);
        note(&context::nothing(reader.as_ref(), &nothing).await);
    }
    let mut out = Out::new();
    if args.json {
        for row in &rows {
            out.line(&json::line(&object(row)))?;
        }
    } else if !rows.is_empty() {
        for line in table(&rows, &fleet).lines(terminal_width(), &mut Vec::new(), true) {
            out.line(&line)?;
        }
    }
    out.flush()?;
    if timed_out {
        return Err(Error::timed_out("the search", context.config.limits.read).into());
    }
    Ok(())
}

/// Reads what changed within the window; also whether the time limit ended that. A lost connection ends it with an error.
async fn read_once(
    reader: &Arc<dyn SessionReader>,
    filter: Filter,
    args: &TopArgs,
    now: Timestamp,
) -> Result<(Fleet, bool)> {
    let mut fleet = Fleet::default();
    let query = read::query(filter, args.window, now);
    let (rows, end) = reader.list(&query).read().await?;
    if let FleetExtent::Newest(all) = read::extent(reader.as_ref(), &query, &end, rows.len()).await? {
        let all = all.map(|all| format!(" of {all}")).unwrap_or_default();
        note(&format!(
            "the {}{all} sessions that changed last are shown; a filter or --window narrows them",
            rows.len()
        ));
    }
    fleet.list(&rows);
    let mut ends = read::ends(Arc::clone(reader), rows.into_iter().map(|row| row.key).collect(), true);
    while let Some((key, session)) = ends.next().await {
        match session {
            Ok((session, past)) => fleet.seed(&session, &past, now),
            Err(Error::NotFound { .. }) => fleet.forget(&key),
            Err(error) if error.is_connection_lost() => return Err(error.into()),
            Err(error) => note(&format!("what {:?} is at is not known: {}", key.text(), told::sentence(&error))),
        }
    }
    Ok((fleet, end.timed_out))
}

fn table(rows: &[FleetRow], fleet: &Fleet) -> Table {
    let mut table = Table::new([
        ("STATE", Side::Left),
        ("SESSION", Side::Flexible),
        ("APPLICATION", Side::Flexible),
        ("MODEL", Side::Flexible),
        ("TOKENS/MIN", Side::Right),
        ("CONTEXT", Side::Right),
        ("SLOWEST MS", Side::Right),
        ("ERRORS", Side::Right),
        ("CHANGED", Side::Left),
        ("LAST WORDS", Side::Flexible),
    ]);
    let known: Vec<(&FleetRow, &Summary)> =
        rows.iter().filter_map(|row| Some((row, fleet.summary(&row.key)?))).collect();
    let names = distinct_names(known.iter().map(|(_, summary)| *summary), std::iter::empty());
    for ((row, summary), name) in known.iter().zip(names) {
        table.row(cells(row, &summary.spelled(name)));
    }
    table
}

fn cells(row: &FleetRow, name: &str) -> Vec<String> {
    let or_dash = |text: Option<&str>| {
        text.filter(|text| !text.is_empty()).map_or_else(|| "-".into(), |text| text::line(text).into_owned())
    };
    let number = |value: Option<u64>| value.map_or_else(|| "-".into(), |value| value.to_string());
    vec![
        or_dash(row.state.map(AgentState::as_str)),
        text::line(name).into_owned(),
        or_dash(row.application.as_deref()),
        or_dash(row.model.as_deref()),
        row.tokens_per_minute.map_or_else(|| "-".into(), |tokens| format!("{tokens:.0}")),
        number(row.context_tokens),
        number(row.slowest_call_ms),
        number(row.errors),
        time(row.changed),
        or_dash(row.last_words.as_deref()),
    ]
}

fn object(row: &FleetRow) -> Value {
    json!({
        "_id": json::stored(row.key.bson()),
        "session_id": row.name,
        "application_name": row.application,
        "model": row.model,
        "state": row.state.map(AgentState::as_str),
        "tokens_per_minute": row.tokens_per_minute,
        "context_tokens": row.context_tokens,
        "slowest_call_ms": row.slowest_call_ms,
        "errors": row.errors,
        "changed_at": json::time(row.changed),
        "last_words": row.last_words,
    })
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::{app::fleet::FleetWindow, metrics::Outline, session::decode};

    #[test]
    fn unknown_is_a_dash_or_null_and_nothing_raw_is_written() {
        let now = Timestamp::from_second(1_795_443_080).unwrap();
        let date = bson::DateTime::from_millis(now.as_millisecond());
        let mut fleet = Fleet::default();
        let row = |id: &str| decode::summary(&doc! { "_id": id, "updated_at": date });
        fleet.list(&[row("a\u{1b}[2J")]);
        let call = doc! { "toolUse": { "toolUseId": "1", "name": "search", "input": {} } };
        let message = doc! {
            "message": {
                "role": "assistant",
                "content": [{ "text": "Let me\u{202e} look\nat it" }, call],
                "metadata": { "usage": { "inputTokens": 90, "outputTokens": 10, "totalTokens": 100 } },
            },
            "created_at": date,
        };
        let agent = doc! { "agent_data": { "model": "m-1" }, "messages": [message] };
        let read = doc! { "_id": "b", "updated_at": date, "application_name": "shop", "agents": { "x": agent } };
        fleet.seed(&decode::session(read), &Outline::default(), now);
        let mut rows = fleet.rows(FleetWindow::HOUR, &Filter::default(), now);
        FleetOrder::default().sort(&mut rows);
        let json: Vec<String> = rows.iter().map(|row| json::line(&object(row))).collect();
        let text = table(&rows, &fleet).lines(None, &mut Vec::new(), true);
        insta::assert_snapshot!(format!("{}\n\n{}", text.join("\n"), json.join("\n")));
    }
}
