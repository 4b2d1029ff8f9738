//! What every command starts from.

use std::sync::Arc;

use anyhow::Result;
use strandscope::{
    config::{Chosen, Config, Connection, Environment},
    repository::{self, Candidate, Error, Opened, SessionReader},
    session::Summary,
    text,
};

use super::{output, stop::Stop};

/// Settings, environment and arguments.
pub struct Context {
    pub config: Config,
    pub environment: Environment,
    pub connection: Connection,
}

impl Context {
    /// The sessions that are meant, `None` where nothing says.
    pub fn chosen(&self) -> Result<Option<Chosen>> {
        Ok(self.config.connection(&self.connection, &self.environment)?)
    }

    /// The sessions that are meant; a command cannot ask.
    pub fn required(&self) -> Result<Chosen> {
        self.chosen()?.ok_or_else(|| {
            Stop::Usage(
                "no sessions are configured; give --uri mongodb://host:27017, --dir FOLDER or --profile NAME, \
                 or set STRANDSCOPE_URI (`strandscope demo` needs neither)"
                    .into(),
            )
            .into()
        })
    }

    /// Opens the sessions that are meant.
    pub async fn reader(&self) -> Result<Arc<dyn SessionReader>> {
        match repository::open(&self.required()?.target, self.config.limits).await? {
            Opened::Reader(reader) => Ok(reader),
            Opened::Choose(candidates) => Err(choose(&candidates).into()),
        }
    }
}

/// Several collections look like sessions.
pub fn choose(candidates: &[Candidate]) -> Stop {
    if candidates.is_empty() {
        return Stop::NotFound("no collection there holds sessions; name one with --database and --collection".into());
    }
    let mut text = "several collections hold sessions; say which:".to_owned();
    for Candidate { database, collection, documents } in candidates {
        let (database, collection) = (text::line(database), text::line(collection));
        let plural = if *documents == 1 { "" } else { "s" };
        text += &format!("\n  --database {database} --collection {collection}   ({documents} document{plural})");
    }
    Stop::Usage(text)
}

/// The one session that an ID means.
pub async fn one(reader: &dyn SessionReader, id: &str) -> Result<Summary> {
    let mut matches = reader.resolve(id).await?;
    match (matches.pop(), matches.is_empty()) {
        (None, _) => Err(Error::NotFound { id: id.to_owned(), location: reader.location() }.into()),
        (Some(summary), true) => Ok(summary),
        (Some(last), false) => {
            matches.push(last);
            Err(ambiguous(id, &matches).into())
        }
    }
}

fn ambiguous(id: &str, matches: &[Summary]) -> Stop {
    let mut text = format!("{id:?} is the session_id of {} sessions; give the _id of one of them:", matches.len());
    for summary in matches {
        let when = output::time(summary.updated_at.or(summary.created_at));
        let application = summary.application_name.as_deref().unwrap_or("-");
        text += &format!("\n  {}   {when}   {}", text::line(summary.key.text()), text::line(application));
    }
    Stop::Usage(text)
}
