//! Earlier messages that hold the prompt of a redacted one: a prompt that was retried must not stay in clear.
//!
//! Strands 1.62 knows them as the same object, stored more than once. What is stored has no such identity: a retry of the
//! object shows as its `tracking_id`, a retry of what a person said as its content.

use std::collections::HashSet;

use bson::Bson;

use super::SessionManager;
use crate::{
    repository::Result,
    session::{
        AgentId, Message, Role,
        record::{MessageBody, MessageUpdate},
    },
};

/// Messages that are held at a time. More than most conversation managers keep.
const PAGE: u64 = 100;

impl SessionManager {
    /// Redacts what holds the prompt of an agent's message and stands before it, back to what the conversation manager
    /// removed.
    pub(super) async fn redact_earlier(&self, agent: &AgentId, redacted: i64, body: MessageBody) -> Result<()> {
        let stored = self.stored_agent(agent).await?;
        let first = stored.removed_message_count().unwrap_or_default();
        let update = MessageUpdate::default().redact_message(body);
        let mut search = CopySearch::new(redacted);
        let mut end = stored.message_count;
        while end > first {
            let start = end.saturating_sub(PAGE).max(first);
            let page = self.repository().messages(self.key(), agent, start..end).await?;
            for message in page.iter().rev() {
                if let Some(id) = search.step(message) {
                    self.repository().update_message(self.key(), agent, id, &update).await?;
                }
            }
            end = start;
        }
        Ok(())
    }
}

/// A walk back through a history, from its end.
struct CopySearch {
    /// `message_id` of the redacted message.
    redacted: i64,
    /// What it says, once it was met.
    prompt: Option<RetriedPrompt>,
    /// Every `message_id` on the way: of several messages with one id only the last can be changed.
    ids: HashSet<i64>,
}

impl CopySearch {
    fn new(redacted: i64) -> Self {
        Self { redacted, prompt: None, ids: HashSet::new() }
    }

    /// The message before: its id where it is to be redacted too.
    fn step(&mut self, message: &Message) -> Option<i64> {
        let id = message.message_id.filter(|id| self.ids.insert(*id));
        if self.prompt.is_none() && id == Some(self.redacted) {
            self.prompt = Some(RetriedPrompt::of(message));
            return None;
        }
        let held = self.prompt.as_ref().is_some_and(|prompt| prompt.is_held_by(message));
        if !held || message.redaction.is_some() {
            return None;
        }
        if id.is_none() {
            tracing::warn!(
                index = message.index,
                "a copy of a redacted prompt has no id of its own: it stays in clear"
            );
        }
        id
    }
}

/// What the redacted message says.
struct RetriedPrompt {
    tracking_id: Option<String>,
    content: Option<Bson>,
}

impl RetriedPrompt {
    fn of(message: &Message) -> Self {
        Self { tracking_id: message.tracking_id.clone(), content: said(message) }
    }

    fn is_held_by(&self, message: &Message) -> bool {
        let tracked = self.tracking_id.is_some() && self.tracking_id == message.tracking_id;
        tracked || self.content.is_some() && self.content == said(message)
    }
}

/// What a user said, whole: decoded blocks leave out the bytes of media. `None` for nothing, and for any other role.
fn said(message: &Message) -> Option<Bson> {
    if message.role != Role::User {
        return None;
    }
    let Bson::Document(fields) = message.raw.bson() else { return None };
    let content = fields.get_document("message").unwrap_or(&fields).get("content")?;
    content.as_array().is_none_or(|blocks| !blocks.is_empty()).then(|| content.clone())
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;
    use crate::session::decode;

    /// The ids that are redacted with the last of these messages.
    fn redacted(messages: Vec<Document>) -> Vec<i64> {
        let last = messages.last().unwrap().get_i32("message_id").unwrap();
        redacted_with(last.into(), messages)
    }

    fn redacted_with(id: i64, messages: Vec<Document>) -> Vec<i64> {
        let read = (0..).zip(messages).map(|(index, stored)| decode::message(stored.into(), index, ""));
        let read: Vec<Message> = read.collect();
        let mut search = CopySearch::new(id);
        read.iter().rev().filter_map(|message| search.step(message)).collect()
    }

    fn stored(id: i32, role: &str, text: &str) -> Document {
        doc! { "message": { "role": role, "content": [{ "text": text }] }, "message_id": id, "redact_message": null }
    }

    fn tracked(mut stored: Document, id: &str) -> Document {
        stored.get_document_mut("message").unwrap().insert("tracking_id", id);
        stored
    }

    #[test]
    fn a_prompt_is_the_same_by_what_a_user_said() {
        let flat = doc! { "role": "user", "content": [{ "text": "bad" }], "message_id": 3 };
        let messages = vec![
            stored(0, "user", "bad"),
            stored(1, "assistant", "bad"),
            stored(2, "user", "bad?"),
            flat,
            tracked(stored(4, "user", "bad"), "t-4"),
            tracked(stored(5, "user", "bad"), "t-5"),
        ];
        assert_eq!(redacted(messages), [4, 3, 0]);
    }

    #[test]
    fn a_message_of_the_same_tracking_id_is_the_same_whatever_it_says() {
        let long = tracked(stored(0, "user", "bad, at length"), "t");
        assert_eq!(redacted(vec![long, tracked(stored(1, "user", "bad"), "t")]), [0]);
        let answers = [stored(0, "assistant", "an answer"), stored(1, "assistant", "an answer")];
        assert_eq!(redacted(answers.to_vec()), [0; 0], "no prompts");
        assert_eq!(redacted(answers.map(|answer| tracked(answer, "t")).to_vec()), [0]);
    }

    #[test]
    fn images_of_one_size_are_not_the_same() {
        let image = |id: i32, byte: u8| {
            let bytes = bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![byte; 4] };
            let block = doc! { "image": { "format": "png", "source": { "bytes": bytes } } };
            doc! { "message": { "role": "user", "content": [block] }, "message_id": id }
        };
        assert_eq!(redacted(vec![image(0, 1), image(1, 2), image(2, 1)]), [0]);
    }

    #[test]
    fn what_is_redacted_or_blank_or_shares_a_later_id_stays() {
        let mut done = stored(0, "user", "bad");
        done.insert("redact_message", doc! { "role": "user", "content": [] });
        let mut nameless = stored(1, "user", "bad");
        nameless.remove("message_id");
        let messages =
            vec![done, nameless, stored(2, "user", "bad"), stored(2, "user", "fine"), stored(3, "user", "bad")];
        assert_eq!(redacted(messages), [0; 0]);
        let blank = |id: i32| doc! { "message": { "role": "user", "content": [] }, "message_id": id };
        assert_eq!(redacted(vec![blank(0), blank(1)]), [0; 0]);
    }

    #[test]
    fn what_another_writer_appended_after_it_is_left() {
        let messages = vec![stored(0, "user", "bad"), stored(1, "user", "bad"), stored(2, "user", "bad")];
        assert_eq!(redacted_with(1, messages), [0]);
    }
}
