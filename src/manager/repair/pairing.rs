//! Tool calls and their results side by side.

use std::collections::{BTreeMap, HashSet};

use bson::{Bson, doc};

use super::{MovingMessage, Repair, RepairKind, content};
use crate::session::{BlockPlace, MessageBody, ToolPairs, pairs::ToolStep};

/// Puts every result right behind its call, and gives one to each call without; but for calls in the last message.
pub(super) fn answer_calls(mut parts: Vec<MovingMessage>, repairs: &mut Vec<Repair>) -> Vec<MovingMessage> {
    let pairs = pairs(&parts);
    let calls: Vec<Vec<Call>> = parts.iter().enumerate().map(|(at, part)| calls(at, part, &pairs)).collect();
    let settled: HashSet<usize> =
        (0..parts.len()).filter(|at| is_settled(&parts, *at, &calls[*at])).map(|at| at + 1).collect();
    let mut loose = take_loose(&mut parts, &settled, &pairs, repairs);
    let last = parts.iter().rposition(|part| !content::is_known(&part.body) || !content::is_empty(&part.body));
    let mut answered: Vec<MovingMessage> = Vec::with_capacity(parts.len());
    let mut rest = parts.into_iter().enumerate().peekable();
    while let Some((at, part)) = rest.next() {
        let (message, calls) = (part.message, &calls[at]);
        if content::is_known(&part.body) && content::is_empty(&part.body) {
            continue;
        }
        answered.push(part);
        let is_open = last == Some(at) && !calls.iter().any(|call| loose.contains_key(&call.place));
        if calls.is_empty() || settled.contains(&(at + 1)) || is_open {
            continue;
        }
        let next = rest.next_if(|(_, next)| next.body.role() == "user" && content::is_known(&next.body));
        let mut into = next.map_or_else(|| MovingMessage { message, body: new_answer() }, |(_, next)| next);
        let mut blocks: Vec<Bson> = Vec::new();
        for call in calls {
            blocks.push(loose.remove(&call.place).unwrap_or_else(|| {
                repairs.push(Repair { message, kind: RepairKind::CallWithoutResult { id: call.id.clone() } });
                interrupted(&call.id)
            }));
        }
        blocks.append(&mut content::take(&mut into.body));
        content::put(&mut into.body, blocks);
        answered.push(into);
    }
    answered
}

/// A call of an assistant, and where its result stands.
struct Call {
    place: BlockPlace,
    id: String,
    result: Option<BlockPlace>,
}

fn pairs(parts: &[MovingMessage]) -> ToolPairs {
    ToolPairs::of_steps((0_u64..).zip(parts).flat_map(|(at, part)| {
        let is_assistant = part.body.role() == "assistant";
        content::blocks(&part.body).iter().enumerate().filter_map(move |(block, stored)| {
            let place = BlockPlace::new(at, block);
            let call = content::call_id(stored).filter(|_| is_assistant).map(|id| (id, false));
            let (id, is_result) = call.or_else(|| Some((content::result_id(stored)?, true)))?;
            Some(ToolStep { place, id, is_result })
        })
    }))
}

fn calls(at: usize, part: &MovingMessage, pairs: &ToolPairs) -> Vec<Call> {
    if part.body.role() != "assistant" {
        return Vec::new();
    }
    let blocks = content::blocks(&part.body).iter().enumerate();
    let call = |(block, stored): (usize, &Bson)| {
        let place = BlockPlace::new(at as u64, block);
        Some(Call { place, id: content::call_id(stored)?.to_owned(), result: pairs.result_of(place) })
    };
    blocks.filter_map(call).collect()
}

/// Whether the next message begins with just the results of those calls, and holds no others.
fn is_settled(parts: &[MovingMessage], at: usize, calls: &[Call]) -> bool {
    let Some(next) = parts.get(at + 1).filter(|next| !calls.is_empty() && next.body.role() == "user") else {
        return false;
    };
    let blocks = content::blocks(&next.body);
    let first = leading_results(blocks);
    let answers = |call: &Call| call.result.is_some_and(|result| result.message == at as u64 + 1);
    first == calls.len() && calls.iter().all(answers) && !blocks[first..].iter().any(content::is_result)
}

fn leading_results(blocks: &[Bson]) -> usize {
    blocks.iter().take_while(|block| content::is_result(block)).count()
}

/// Takes every result out that does not stand where it belongs; those with a call are given back by that.
fn take_loose(
    parts: &mut [MovingMessage],
    settled: &HashSet<usize>,
    pairs: &ToolPairs,
    repairs: &mut Vec<Repair>,
) -> BTreeMap<BlockPlace, Bson> {
    let doubled: HashSet<BlockPlace> = pairs.doubled().iter().copied().collect();
    let mut loose = BTreeMap::new();
    for (at, part) in parts.iter_mut().enumerate() {
        let blocks = content::blocks(&part.body);
        if settled.contains(&at) || !blocks.iter().any(content::is_result) {
            continue;
        }
        let leading = leading_results(blocks);
        let mut rest = Vec::new();
        for (block, stored) in content::take(&mut part.body).into_iter().enumerate() {
            if !content::is_result(&stored) {
                rest.push(stored);
                continue;
            }
            let place = BlockPlace::new(at as u64, block);
            let id = content::result_id(&stored).unwrap_or_default().to_owned();
            let kind = match pairs.call_of(place) {
                Some(call) => {
                    loose.insert(call, stored);
                    // Results that only lack others beside them stay where they are.
                    if call.message + 1 == place.message && block < leading && part.body.role() == "user" {
                        continue;
                    }
                    RepairKind::ResultMoved { id }
                }
                None if doubled.contains(&place) => RepairKind::DoubledResult { id },
                None => RepairKind::ResultWithoutCall { id },
            };
            repairs.push(Repair { message: part.message, kind });
        }
        content::put(&mut part.body, rest);
    }
    loose
}

fn new_answer() -> MessageBody {
    let mut body = MessageBody::new("user", Vec::new());
    body.ensure_tracking_id();
    body
}

fn interrupted(id: &str) -> Bson {
    doc! { "toolResult": {
        "toolUseId": id, "status": "error", "content": [{ "text": "The tool call was interrupted." }],
    } }
    .into()
}
