//! `feedback`: add, list.

use std::io::Read;

use crate::{
    app::{text, tui::render::format, writes::Write},
    hook::Hooks,
    repository::{Error, SessionReader},
    session::{AgentId, Feedback, Rating, SessionKey, record::NewFeedback},
};
use anyhow::Result;
use bson::Document;
use jiff::Timestamp;

use super::{
    args::{FeedbackArgs, FeedbackCommand, RatingArg},
    context,
    context::Context,
    drain, json,
    output::{self, Out},
    stop::Stop,
};

pub async fn run(context: &Context, command: &FeedbackCommand) -> Result<()> {
    match command {
        FeedbackCommand::List { id, json } => list(context, id, *json).await,
        FeedbackCommand::Add(args) => {
            let hooks = context.hooks()?;
            let done = add(context, &hooks, args).await;
            let closed = drain::close(&hooks).await;
            done.and(closed)
        }
    }
}

async fn add(context: &Context, hooks: &Hooks, args: &FeedbackArgs) -> Result<()> {
    let hand = context.hand(hooks).await?;
    let reader = hand.store.reader();
    let key = context::one(reader.as_ref(), &args.id).await?.key;
    let agent_id = args.agent.as_deref().map(AgentId::from);
    if let Some(agent) = &agent_id {
        check(reader.as_ref(), &key, agent, args.message).await?;
    }
    let rating = match args.rating {
        Some(RatingArg::Up) => Rating::Up,
        Some(RatingArg::Down) => Rating::Down,
        Some(RatingArg::Neutral) | None => Rating::Neutral,
    };
    let feedback = NewFeedback {
        rating,
        comment: comment(args.comment.as_deref())?,
        agent_id,
        message_id: args.message,
        extra: Document::new(),
        again: false,
        at: Timestamp::now(),
    };
    context.agree()?;
    for note in hand.carry_out(Write::Feedback(key, feedback)).await?.notes {
        output::note(&note);
    }
    Ok(())
}

/// Feedback on what is not there would never be found again.
async fn check(reader: &dyn SessionReader, key: &SessionKey, agent: &AgentId, message: Option<i64>) -> Result<()> {
    let id = || key.text().to_owned();
    let name = || agent.as_str().to_owned();
    if reader.agent(key, agent).await?.is_none() {
        return Err(Error::UnknownAgent { id: id(), agent: name() }.into());
    }
    if let Some(message_id) = message
        && reader.message(key, agent, message_id).await?.is_none()
    {
        return Err(Error::UnknownMessage { id: id(), agent: name(), message_id }.into());
    }
    Ok(())
}

fn comment(given: Option<&str>) -> Result<Option<String>> {
    if given != Some("-") {
        return Ok(given.map(str::to_owned));
    }
    let mut typed = String::new();
    std::io::stdin().read_to_string(&mut typed)?;
    read(&typed).map(Some).map_err(Into::into)
}

/// A comment without the line's end that came along.
fn read(typed: &str) -> Result<String, Stop> {
    let comment = typed.trim_end_matches(['\n', '\r']);
    if comment.trim().is_empty() {
        return Err(Stop::Usage(
            "--comment - reads standard input, and nothing is there; no feedback was added".into(),
        ));
    }
    Ok(comment.to_owned())
}

async fn list(context: &Context, id: &str, json: bool) -> Result<()> {
    let reader = context.reader().await?;
    let key = context::one(reader.as_ref(), id).await?.key;
    let mut out = Out::new();
    for feedback in reader.feedbacks(&key).await? {
        if json {
            out.line(&json::line(&json::stored(&feedback.raw.bson())))?;
        } else {
            out.line(&shown(&feedback))?;
        }
    }
    Ok(out.flush()?)
}

fn shown(feedback: &Feedback) -> String {
    let about = format::about(feedback).map(|about| format!("  ({about})")).unwrap_or_default();
    let first = format!(
        "{}  {}{}",
        output::time(feedback.created_at),
        text::line(feedback.rating.as_str()),
        text::line(&about)
    );
    let comment = feedback.comment.as_deref().unwrap_or_default();
    let lines = comment.lines().map(|line| format!("\n  {}", text::line(line)));
    first + &lines.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_holds_nothing_is_refused() {
        assert_eq!(read("late\nand wrong\n").ok().as_deref(), Some("late\nand wrong"));
        assert!(read("\n").is_err() && read("").is_err());
    }
}
