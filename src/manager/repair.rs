//! A history as a model accepts it: what a crash, a cut or a second writer has torn is put right in memory alone.

mod content;
mod pairing;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use crate::session::MessageBody;

/// What a session's history was made into for a model, by [`repair`].
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Repaired {
    /// The messages.
    pub messages: Vec<MessageBody>,
    /// What is not as it was given, in the order in which it was changed. Empty: nothing had to be changed.
    pub repairs: Vec<Repair>,
}

/// One change that [`repair`] made. Shown as a sentence; stored text in it is not made safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repair {
    /// Position of the message among those that were given, from 0.
    pub message: usize,
    /// What was changed.
    pub kind: RepairKind,
}

/// What [`repair`] can change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepairKind {
    /// Texts of nothing but spaces were left out.
    BlankText {
        /// How many.
        texts: usize,
    },
    /// Nothing was left in the message: it was left out.
    Empty,
    /// A message of the same `tracking_id`, role and content stands before it: it was left out.
    Doubled {
        /// `tracking_id`.
        tracking_id: String,
    },
    /// A result of a tool that nobody called was left out.
    ResultWithoutCall {
        /// `toolUseId`; empty where there is none.
        id: String,
    },
    /// A second result of one call was left out.
    DoubledResult {
        /// `toolUseId`.
        id: String,
    },
    /// A result was moved right behind its call.
    ResultMoved {
        /// `toolUseId`.
        id: String,
    },
    /// A call was given a result that says that it was interrupted.
    CallWithoutResult {
        /// `toolUseId`.
        id: String,
    },
    /// It was joined to the message before it, which is of the same role.
    Joined,
    /// A user's message that says so stands where the beginning of the conversation is missing.
    NoBeginning,
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}: ", self.message)?;
        match &self.kind {
            RepairKind::BlankText { texts: 1 } => f.write_str("a blank text was left out"),
            RepairKind::BlankText { texts } => write!(f, "{texts} blank texts were left out"),
            RepairKind::Empty => f.write_str("it was empty and is left out"),
            RepairKind::Doubled { tracking_id } => {
                write!(f, "it stands there twice (tracking_id {tracking_id}) and is left out")
            }
            RepairKind::ResultWithoutCall { id } => write!(f, "a result without its call was left out ({id})"),
            RepairKind::DoubledResult { id } => write!(f, "a second result of one call was left out ({id})"),
            RepairKind::ResultMoved { id } => write!(f, "a result was moved behind its call ({id})"),
            RepairKind::CallWithoutResult { id } => {
                write!(f, "a call without a result was given one: it was interrupted ({id})")
            }
            RepairKind::Joined => f.write_str("it was joined to the one before it, of the same role"),
            RepairKind::NoBeginning => {
                f.write_str("a user's message was put before it, where the beginning is missing")
            }
        }
    }
}

/// A message on its way.
struct MovingMessage {
    /// Position among those that were given.
    message: usize,
    body: MessageBody,
}

/// After so many rounds it is left as it is; two are enough for all but contrived histories.
const MOST_ROUNDS: usize = 64;

/// Makes a history one that a model accepts, in memory alone.
///
/// Tool calls are followed by their results, in a user's message before whatever else it says: results that stand further
/// down are moved, those without a call and second ones are left out, calls without one are given one that says that they
/// were interrupted. Calls in the last message are left alone: their results may be about to come. Blank texts, empty
/// messages and exact doubles of a message (the same `tracking_id`, role and content) are left out; messages of one role in
/// a row are joined, under the `tracking_id` and `metadata` of the first; a history that begins with an assistant is given a
/// user's message before it. Messages of other shapes than Strands' stay as they are. A repaired history needs no repair.
///
/// ```
/// use strandscope::{MessageBody, RepairKind, bson::doc, repair};
///
/// let torn = vec![
///     MessageBody::user("Where is my order?"),
///     MessageBody::assistant("Let me look.").with_tool_use("t-1", "lookup_order", doc! { "order_id": "A100" }),
///     MessageBody::user("Are you there?"),
/// ];
/// let repaired = repair(torn);
/// assert_eq!(repaired.repairs[0].kind, RepairKind::CallWithoutResult { id: "t-1".to_owned() });
/// assert_eq!(repaired.messages[2].tool_results()[0].id, "t-1");
/// assert_eq!(repaired.messages[2].texts(), ["Are you there?"]);
/// ```
#[must_use]
pub fn repair(messages: Vec<MessageBody>) -> Repaired {
    let mut repairs = Vec::new();
    let parts = messages.into_iter().enumerate().map(|(message, body)| MovingMessage { message, body });
    let mut parts: Vec<MovingMessage> = parts.collect();
    // What one round leaves out may make doubles or neighbours of others.
    for _ in 0..MOST_ROUNDS {
        let before = repairs.len();
        drop_blanks(&mut parts, &mut repairs);
        drop_doubles(&mut parts, &mut repairs);
        parts = pairing::answer_calls(parts, &mut repairs);
        parts = join(parts, &mut repairs);
        if repairs.len() == before {
            break;
        }
    }
    begin_with_user(&mut parts, &mut repairs);
    Repaired { messages: parts.into_iter().map(|part| part.body).collect(), repairs }
}

fn drop_blanks(parts: &mut Vec<MovingMessage>, repairs: &mut Vec<Repair>) {
    parts.retain_mut(|MovingMessage { message, body }| {
        if !content::is_known(body) {
            return true;
        }
        let texts = content::drop_blanks(body);
        let kind = match (content::is_empty(body), texts) {
            (true, _) => RepairKind::Empty,
            (false, 0) => return true,
            (false, texts) => RepairKind::BlankText { texts },
        };
        let keep = kind != RepairKind::Empty;
        repairs.push(Repair { message: *message, kind });
        keep
    });
}

fn drop_doubles(parts: &mut Vec<MovingMessage>, repairs: &mut Vec<Repair>) {
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    let mut kept: Vec<MovingMessage> = Vec::with_capacity(parts.len());
    for part in parts.drain(..) {
        if let Some(id) = part.body.tracking_id().map(str::to_owned) {
            let same = seen.entry(id.clone()).or_default();
            if same.iter().any(|at| content::is_same(&kept[*at].body, &part.body)) {
                repairs.push(Repair { message: part.message, kind: RepairKind::Doubled { tracking_id: id } });
                continue;
            }
            same.push(kept.len());
        }
        kept.push(part);
    }
    *parts = kept;
}

fn join(parts: Vec<MovingMessage>, repairs: &mut Vec<Repair>) -> Vec<MovingMessage> {
    let mut joined: Vec<MovingMessage> = Vec::with_capacity(parts.len());
    for mut part in parts {
        let before = joined.last_mut().filter(|before| {
            let role = part.body.role();
            role == before.body.role()
                && matches!(role, "user" | "assistant")
                && content::is_known(&part.body)
                && content::is_known(&before.body)
        });
        match before {
            Some(before) => {
                let mut blocks = content::take(&mut before.body);
                blocks.append(&mut content::take(&mut part.body));
                content::put(&mut before.body, blocks);
                repairs.push(Repair { message: part.message, kind: RepairKind::Joined });
            }
            None => joined.push(part),
        }
    }
    joined
}

fn begin_with_user(parts: &mut Vec<MovingMessage>, repairs: &mut Vec<Repair>) {
    let Some(MovingMessage { message, body }) = parts.first() else { return };
    if body.role() != "assistant" {
        return;
    }
    let message = *message;
    let mut beginning = MessageBody::user("(The beginning of this conversation is not there any more.)");
    beginning.ensure_tracking_id();
    parts.insert(0, MovingMessage { message, body: beginning });
    repairs.push(Repair { message, kind: RepairKind::NoBeginning });
}
