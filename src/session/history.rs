//! Stored messages as an agent resumes with them.

use bson::{Bson, Document};

use super::{Message, MessageBody, StoredDate, decode};

/// A stored message as resuming needs it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredMessage {
    /// Position in the stored array.
    pub index: u64,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// What the model is to see: `redact_message` where there is one, else `message`.
    pub body: MessageBody,
    /// `created_at`.
    pub created_at: Option<StoredDate>,
}

impl StoredMessage {
    /// Reads what resuming needs of the value of `agents.<id>.messages.<index>`: Strands' nested shape, or the flat one.
    #[must_use]
    pub fn read(value: Bson, index: u64) -> Self {
        let Bson::Document(mut fields) = value else {
            return Self { index, message_id: None, body: MessageBody(Document::new()), created_at: None };
        };
        let message_id = fields.get("message_id").and_then(decode::signed);
        let created_at = fields.get("created_at").and_then(decode::stored_date);
        let body = match nested_key(&fields).and_then(|key| fields.remove(key)) {
            Some(Bson::Document(body)) => body,
            _ => fields.into_iter().filter(|(key, _)| FLAT_KEYS.contains(&key.as_str())).collect(),
        };
        Self { index, message_id, body: MessageBody(body), created_at }
    }

    /// Messages as an agent resumes with them: by `created_at`, ties in stored order; one without a date stays behind the one
    /// stored before it. Less the first `offset`, at most `limit`.
    #[must_use]
    pub fn in_order(mut messages: Vec<Self>, offset: u64, limit: Option<u64>) -> Vec<Self> {
        let mut latest = None;
        let mut dates: Vec<Option<StoredDate>> = Vec::with_capacity(messages.len());
        for message in &messages {
            latest = message.created_at.or(latest);
            dates.push(latest);
        }
        if !dates.is_sorted() {
            let mut keyed: Vec<_> = dates.into_iter().zip(messages).collect();
            keyed.sort_by_key(|(date, _)| *date);
            messages = keyed.into_iter().map(|(_, message)| message).collect();
        }
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let take = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if skip == 0 && take >= messages.len() {
            return messages;
        }
        messages.into_iter().skip(skip).take(take).collect()
    }
}

/// What the model is to see of a stored message, read from [`Message::raw`]: `redact_message` where there is one, else
/// `message`, else the fields of a message in the flat shape. Empty where it is no object.
impl From<&Message> for MessageBody {
    fn from(message: &Message) -> Self {
        let Bson::Document(fields) = message.raw.bson() else { return Self(Document::new()) };
        if let Some(Bson::Document(body)) = nested_key(&fields).and_then(|key| fields.get(key)) {
            return Self(body.clone());
        }
        let flat = fields.iter().filter(|(key, _)| FLAT_KEYS.contains(&key.as_str()));
        Self(flat.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

/// Fields of a message in the flat shape, among those of its place in the history.
const FLAT_KEYS: [&str; 4] = ["role", "content", "tracking_id", "metadata"];

/// Under which key what the model is to see stands as an object; `None`: the message is flat.
fn nested_key(fields: &Document) -> Option<&'static str> {
    ["redact_message", "message"].into_iter().find(|key| matches!(fields.get(key), Some(Bson::Document(_))))
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn stored(index: u64, second: Option<i64>) -> StoredMessage {
        let created_at = second.map(|second| StoredDate::from_millis(second * 1000));
        StoredMessage { index, message_id: None, body: MessageBody::text("user", "x"), created_at }
    }

    #[test]
    fn messages_come_by_their_time_and_those_without_one_stay_where_they_stood() {
        let messages = vec![stored(0, Some(5)), stored(1, None), stored(2, Some(3)), stored(3, Some(5))];
        let order = |offset, limit| {
            StoredMessage::in_order(messages.clone(), offset, limit)
                .iter()
                .map(|message| message.index)
                .collect::<Vec<_>>()
        };
        assert_eq!(order(0, None), [2, 0, 1, 3]);
        assert_eq!(order(1, Some(2)), [0, 1]);
        assert_eq!(order(9, None), [0; 0]);
    }

    #[test]
    fn the_redaction_stands_in_and_the_flat_shape_is_read() {
        let nested =
            doc! { "message": { "role": "user", "content": [] }, "message_id": 4, "redact_message": { "role": "x" } };
        let read = StoredMessage::read(nested.into(), 0);
        assert_eq!((read.body.role(), read.message_id), ("x", Some(4)));
        let flat = doc! { "message_id": 1_i64, "role": "assistant", "content": [{ "text": "a" }], "other": 1 };
        let read = StoredMessage::read(flat.into(), 0);
        assert_eq!(read.body, MessageBody::text("assistant", "a"));
    }

    #[test]
    fn a_message_that_was_read_with_types_gives_the_same() {
        let said = doc! { "role": "user", "content": [{ "text": "a" }], "tracking_id": "t" };
        let stored = [
            Bson::Int32(5),
            doc! { "message": said.clone(), "message_id": 4, "redact_message": { "role": "x" } }.into(),
            doc! { "message": said.clone(), "message_id": 4, "redact_message": Bson::Null }.into(),
            doc! { "message_id": 1_i64, "role": "assistant", "content": [{ "text": "a" }], "other": 1 }.into(),
            doc! { "message": 5 }.into(),
        ];
        for value in stored {
            let message = decode::message(value.clone(), 0, "");
            assert_eq!(MessageBody::from(&message), StoredMessage::read(value, 0).body);
        }
    }
}
