//! A filter among the arguments. Which sessions `in:@bookmarks` and `in:@recent` mean is known once the store is open.

use anyhow::{Result, anyhow};
use jiff::Timestamp;

use crate::{
    app::{
        config::{
            ConfigError,
            filters::{self, UnknownName},
            places,
        },
        memory::{Memory, MemoryFile},
    },
    disk,
    repository::{Filter, SessionReader},
};

use super::context::Context;

/// A filter of the command line that can be read.
#[derive(Debug)]
pub struct TypedFilter(String);

impl TypedFilter {
    /// As it was typed, with saved ones put in. Mistakes are told before anything is opened.
    pub fn of(context: &Context, typed: &str) -> Result<Self> {
        let text = context.config.expand_filter(typed)?;
        parsed(context, &text)?;
        Ok(Self(text))
    }

    /// The filter, for a store that is open. It finds what is encrypted, where it asks for that.
    pub async fn read(&self, context: &Context, reader: &dyn SessionReader) -> Result<Filter> {
        let mut filter = parsed(context, &with_lists(&self.0, reader)?)?;
        context.search_encrypted(&mut filter).await;
        Ok(filter)
    }

    /// The same where the browser opens the store, which puts in the lists of sessions itself.
    pub async fn read_for_browser(&self, context: &Context) -> Result<Filter> {
        let mut filter = parsed(context, &self.0)?;
        context.search_encrypted(&mut filter).await;
        Ok(filter)
    }
}

fn parsed(context: &Context, text: &str) -> Result<Filter> {
    Ok(Filter::parse_at(text, &Timestamp::now().to_zoned(context.config.ui.zone()))?)
}

/// The text of a filter with the sessions of that store put in where it names a list of them.
///
/// # Errors
/// A list that is empty there, and what cannot be read of what the browser remembers.
pub fn with_lists(text: &str, reader: &dyn SessionReader) -> Result<String> {
    if !filters::names_list(text) {
        return Ok(text.to_owned());
    }
    let memory = remembered()?;
    let store = reader.identity();
    let put_in = filters::with_lists(&|list| memory.ids(list, &store), text);
    put_in.map_err(|UnknownName { span, problem }| {
        let problem = format!("{problem}: {}", reader.location());
        ConfigError::UnknownFilter(UnknownName { span, problem }, text.to_owned()).into()
    })
}

/// What the browser remembers.
fn remembered() -> Result<Memory> {
    let Some(folder) = places::state_dir() else { return Ok(Memory::default()) };
    MemoryFile::read(&folder).map_err(|error| {
        let why = disk::reason(&error);
        anyhow!("bookmarks and recent sessions cannot be read in {}: {why}", folder.display())
    })
}
