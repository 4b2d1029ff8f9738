//! `show`: conversations, for people, as Markdown or as stored.

mod document;
mod markdown;
mod parts;
mod text;
mod tools;

use crate::{
    app::{text as safe, told},
    repository::{Hint, SessionReader},
    session::{Session, Summary},
};
use anyhow::Result;
use secrecy::ExposeSecret;

use super::{
    args::{Format, ShowArgs},
    context,
    context::Context,
    json,
    output::{self, Out},
    paged,
    paint::Paint,
    stop::Stop,
};

pub async fn run(context: &Context, args: &ShowArgs) -> Result<()> {
    let reader = context.reader().await?;
    let (summaries, mut missing) = context::each(reader.as_ref(), std::iter::once(&args.id).chain(&args.more)).await?;
    if args.format == Format::Json {
        let mut out = Out::new();
        for summary in &summaries {
            if let Some(stored) = missing.sift(stored(reader.as_ref(), summary, args).await)? {
                out.line(&stored)?;
                out.flush()?;
            }
        }
        return missing.end();
    }
    let paint = Paint::of(args.color, &context.environment);
    let mut written = String::new();
    let mut findings = Vec::new();
    for summary in &summaries {
        let Some(session) = missing.sift(session(reader.as_ref(), summary, args).await)? else { continue };
        let password = session.viewer_password.as_ref().filter(|_| args.viewer_password);
        let password = password.map(|password| safe::line(password.expose_secret()).into_owned());
        if !written.is_empty() {
            written.push_str(if args.format == Format::Markdown { "\n---\n\n" } else { "\n" });
        }
        written.push_str(&match args.format {
            Format::Markdown => markdown::write(&session, password.as_deref()),
            Format::Text | Format::Json => text::write(&session, password.as_deref(), paint),
        });
        findings.extend(told_findings(&session));
    }
    if written.is_empty() {
        return missing.end();
    }
    let paged = !args.no_pager && output::terminal_width().is_some();
    Box::pin(paged::write(written.trim_end(), paged)).await?;
    if args.format == Format::Text {
        for said in &findings {
            output::note(said);
        }
    }
    missing.end()
}

/// The document as it is stored, as far as it was asked for.
async fn stored(reader: &dyn SessionReader, summary: &Summary, args: &ShowArgs) -> Result<String> {
    let mut document = reader.document(&summary.key).await?;
    if let Some(agent) = &args.agent {
        document::only_agent(&mut document, agent).map_err(|known| no_agent(summary, agent, &known))?;
    }
    if let Some(last) = args.last {
        document::only_last(&mut document, last);
    }
    if !args.viewer_password {
        document::without_password(&mut document);
    }
    Ok(json::line(&json::stored(&document.into())))
}

/// The session with the agents and messages that were asked for.
async fn session(reader: &dyn SessionReader, summary: &Summary, args: &ShowArgs) -> Result<Session> {
    let mut session = reader.open(&summary.key, args.last.unwrap_or(u64::MAX)).await?;
    if let Some(wanted) = &args.agent {
        let known: Vec<String> = session.agents.iter().map(|agent| agent.id.as_str().to_owned()).collect();
        session.agents.retain(|agent| agent.id.as_str() == wanted);
        if session.agents.is_empty() {
            return Err(no_agent(summary, wanted, &known).into());
        }
    }
    Ok(session)
}

/// How much was not as expected, and where it is told; `None`: nothing.
fn told_findings(session: &Session) -> Option<String> {
    let unread = session.all_findings().count();
    let verb = match unread {
        0 => return None,
        1 => "value is",
        _ => "values are",
    };
    let hint = told::words(&Hint::SeeFindings { session: Some(session.key.text().to_owned()) });
    Some(format!("{unread} {verb} not as expected; {hint}"))
}

fn no_agent(summary: &Summary, agent: &str, known: &[String]) -> Stop {
    let known = if known.is_empty() { "it has none".into() } else { format!("it has {}", known.join(", ")) };
    Stop::NotFound(format!("no agent {agent:?} in the session {:?}; {}", summary.name(), safe::line(&known)))
}
