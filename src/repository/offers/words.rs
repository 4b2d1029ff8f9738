//! Values that may follow a word of a filter, from a sample of sessions.

use std::{cmp::Reverse, collections::HashMap};

use tokio::time::{Instant, timeout_at};

use super::{LONGEST, PATIENCE, SAMPLE};
use crate::{
    metrics::called_tools,
    repository::{Error, FilterValues, ListQuery, Result, SessionReader},
    session::{SessionKey, Summary},
};

/// Values that are told, at most.
pub(crate) const MOST_WORDS: usize = 200;

/// Sessions whose messages are read for it, at most.
pub(crate) const READ: u32 = 50;

/// Counts texts.
#[derive(Debug, Default)]
pub(crate) struct TextTally(HashMap<String, u64>);

impl TextTally {
    /// A text, so many times more; an empty one and a long one are none to choose from.
    pub(crate) fn see(&mut self, text: &str, times: u64) {
        if !text.is_empty() && text.len() <= LONGEST {
            *self.0.entry(text.to_owned()).or_default() += times;
        }
    }

    /// The texts, the most frequent first; `None` where there are none.
    pub(crate) fn done(self) -> Option<Vec<String>> {
        let mut counted: Vec<(String, u64)> = self.0.into_iter().collect();
        counted.sort_by(|(a, a_times), (b, b_times)| (Reverse(a_times), a).cmp(&(Reverse(b_times), b)));
        let texts: Vec<String> = counted.into_iter().take(MOST_WORDS).map(|(text, _)| text).collect();
        (!texts.is_empty()).then_some(texts)
    }
}

/// Of a store without a way of its own: what its newest sessions have, as far as that can be read in a short time.
pub(crate) async fn filter_values<R>(reader: &R, of: FilterValues) -> Result<Option<Vec<String>>>
where
    R: SessionReader + ?Sized,
{
    let deadline = Instant::now() + PATIENCE;
    let sessions = match of {
        FilterValues::Applications | FilterValues::Types | FilterValues::Agents | FilterValues::Models => SAMPLE,
        FilterValues::Tools => READ,
        FilterValues::MetadataKeys => {
            let found = reader.metadata_keys().await?.keys;
            let keys: Vec<String> = found.iter().map(|key| key.path.to_string()).take(MOST_WORDS).collect();
            return Ok((!keys.is_empty()).then_some(keys));
        }
        _ => return Ok(None),
    };
    let (mut tally, mut keys) = (TextTally::default(), Vec::new());
    let mut page = reader.list(&ListQuery::new(sessions));
    while let Ok(row) = timeout_at(deadline, page.next_row()).await {
        let Some(row) = row? else { break };
        tally.see(of_row(&row, of).unwrap_or_default(), 1);
        keys.push(row.key);
    }
    match of {
        FilterValues::Agents | FilterValues::Models => {
            let Ok(details) = timeout_at(deadline, reader.details(&keys)).await else { return Ok(None) };
            for agent in details?.iter().flat_map(|(_, details)| &details.agents) {
                let text = if of == FilterValues::Agents { Some(agent.id.as_str()) } else { agent.model.as_deref() };
                tally.see(text.unwrap_or_default(), 1);
            }
        }
        FilterValues::Tools => see_tools(reader, &keys, deadline, &mut tally).await?,
        _ => {}
    }
    Ok(tally.done())
}

fn of_row(row: &Summary, of: FilterValues) -> Option<&str> {
    match of {
        FilterValues::Applications => row.application_name.as_deref(),
        FilterValues::Types => row.session_type.as_deref(),
        _ => None,
    }
}

/// The tools of as many of the sessions as can be read in time.
async fn see_tools<R>(reader: &R, keys: &[SessionKey], deadline: Instant, tally: &mut TextTally) -> Result<()>
where
    R: SessionReader + ?Sized,
{
    for key in keys {
        match timeout_at(deadline, reader.outline(key)).await {
            Ok(Ok(outline)) => called_tools(&outline).flatten().for_each(|name| tally.see(name, 1)),
            Ok(Err(Error::NotFound { .. })) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_what_nobody_chooses_is_left_out() {
        let mut tally = TextTally::default();
        for (text, times) in [("b", 1), ("a", 1), ("c", 2), ("", 9), (&*"x".repeat(LONGEST + 1), 9)] {
            tally.see(text, times);
        }
        assert_eq!(tally.done(), Some(vec!["c".to_owned(), "a".to_owned(), "b".to_owned()]));
        assert_eq!(TextTally::default().done(), None);
    }

    #[tokio::test]
    async fn what_sessions_of_a_folder_have_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let session = dir.path().join("session_s");
        let messages = session.join("agents/agent_helper/messages");
        std::fs::create_dir_all(&messages).unwrap();
        let head =
            r#"{"session_id": "s", "session_type": "AGENT", "application_name": "Shop", "metadata": {"tier": "gold"}}"#;
        std::fs::write(session.join("session.json"), head).unwrap();
        std::fs::write(session.join("agents/agent_helper/agent.json"), r#"{"agent_id": "helper"}"#).unwrap();
        let message = r#"{"message": {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "search",
            "input": {}}}]}, "message_id": 0}"#;
        std::fs::write(messages.join("message_0.json"), message).unwrap();
        let folder = crate::repository::folder::FolderRepository::open(dir.path()).await.unwrap();
        for (of, wanted) in [
            (FilterValues::Applications, Some("Shop")),
            (FilterValues::Types, Some("AGENT")),
            (FilterValues::Agents, Some("helper")),
            (FilterValues::Tools, Some("search")),
            (FilterValues::MetadataKeys, Some("tier")),
            (FilterValues::Models, None),
            (FilterValues::Numbers, None),
        ] {
            let told = folder.filter_values(&of).await.unwrap();
            assert_eq!(told, wanted.map(|text| vec![text.to_owned()]), "{of:?}");
        }
    }
}
