//! An `updateDescription`, path by path.

use std::collections::BTreeMap;

use bson::Bson;

use super::{agent::DescribedAgent, date, position};
use crate::{
    repository::mongo::rows::decoded_value,
    session::{
        AgentId, Change, ChangeDate, ChangeKind, ChangedFields, Feedback, GuardrailEvent, SessionKey,
        decode::{self, raw::RawValue},
    },
};

/// What an `updateDescription` says.
#[derive(Debug, Default)]
pub(super) struct DescribedUpdate {
    /// Of the session's `updated_at`.
    dated: ChangeDate,
    /// In the order in which they are named.
    agents: Vec<(AgentId, DescribedAgent)>,
    feedbacks: Vec<Feedback>,
    feedback_fields: BTreeMap<u64, ChangedFields>,
    feedbacks_cut: Option<u64>,
    guardrail_events: Vec<(u64, GuardrailEvent)>,
    metadata: Vec<(String, Option<Bson>)>,
    metadata_paths: ChangedFields,
    metadata_whole: Option<Bson>,
    metadata_gone: bool,
    /// There is more that is told no finer.
    unclear: bool,
}

impl DescribedUpdate {
    pub(super) fn read(described: RawValue<'_>) -> Self {
        let mut update = Self { dated: ChangeDate::Kept, ..Self::default() };
        for cut in described.get("truncatedArrays").into_iter().flat_map(RawValue::items) {
            update.unclear |= !update.cut(cut);
        }
        for set in described.get("updatedFields").into_iter().flat_map(RawValue::fields) {
            update.unclear |= !update.set(&set.name(), set.value);
        }
        for path in described.get("removedFields").into_iter().flat_map(RawValue::items) {
            update.unclear |= !path.text().is_some_and(|path| update.unset(path));
        }
        update
    }

    /// A path has that value now; `false` where that says too little.
    fn set(&mut self, path: &str, value: RawValue<'_>) -> bool {
        let segments: Vec<&str> = path.split('.').collect();
        match segments.as_slice() {
            ["updated_at"] => {
                let at = date(value);
                self.dated = ChangeDate::Stored(at);
                at.is_some()
            }
            ["metadata"] => {
                self.metadata_whole = Some(decoded_value(value));
                true
            }
            ["metadata", key] if is_name(key) => {
                self.metadata.push(((*key).to_owned(), Some(decoded_value(value))));
                true
            }
            ["metadata", ..] => {
                self.metadata_paths.push((below(path, "metadata"), Some(decoded_value(value))));
                true
            }
            ["feedbacks"] if value.items().next().is_none() && value.is_array() => {
                self.feedbacks_cut = Some(0);
                true
            }
            ["feedbacks"] => only(value).is_some_and(|first| self.rate(0, first)),
            ["feedbacks", at] => position(at).is_some_and(|at| self.rate(at, value)),
            ["feedbacks", at, rest @ ..] => self.change_feedback(at, rest, Some(value)),
            ["guardrail_events"] => only(value).is_some_and(|first| self.step_in(0, first)),
            ["guardrail_events", at] => position(at).is_some_and(|at| self.step_in(at, value)),
            ["agents", id, rest @ ..] if !id.is_empty() => self.agent(id).set(id, rest, value),
            _ => false,
        }
    }

    /// A path is absent now; `false` where that says too little.
    fn unset(&mut self, path: &str) -> bool {
        let segments: Vec<&str> = path.split('.').collect();
        match segments.as_slice() {
            ["updated_at"] => {
                self.dated = ChangeDate::Stored(None);
                false
            }
            ["metadata"] => {
                self.metadata_gone = true;
                true
            }
            ["metadata", key] if is_name(key) => {
                self.metadata.push(((*key).to_owned(), None));
                true
            }
            ["metadata", ..] => {
                self.metadata_paths.push((below(path, "metadata"), None));
                true
            }
            ["feedbacks", at, rest @ ..] if !rest.is_empty() => self.change_feedback(at, rest, None),
            ["agents", id, rest @ ..] if !id.is_empty() => self.agent(id).unset(rest),
            _ => false,
        }
    }

    /// An array was cut down; `false` where that says too little.
    fn cut(&mut self, cut: RawValue<'_>) -> bool {
        let Some(path) = cut.get("field").and_then(RawValue::text) else { return false };
        let Some(count) = cut.get("newSize").and_then(RawValue::number) else { return false };
        match path.split('.').collect::<Vec<_>>().as_slice() {
            ["agents", id, "messages"] if !id.is_empty() => {
                self.agent(id).cut = Some(count);
                true
            }
            ["feedbacks"] => {
                self.feedbacks_cut = Some(count);
                true
            }
            _ => false,
        }
    }

    fn agent(&mut self, id: &str) -> &mut DescribedAgent {
        let at = self.agents.iter().position(|(agent, _)| agent.as_str() == id).unwrap_or_else(|| {
            self.agents.push((AgentId::from(id), DescribedAgent::default()));
            self.agents.len() - 1
        });
        &mut self.agents[at].1
    }

    fn rate(&mut self, index: u64, stored: RawValue<'_>) -> bool {
        let read = decode::feedback(&decoded_value(stored));
        self.feedbacks.push(Feedback { index: Some(index), ..read });
        true
    }

    fn change_feedback(&mut self, at: &str, rest: &[&str], value: Option<RawValue<'_>>) -> bool {
        let Some(index) = position(at) else { return false };
        let fields = self.feedback_fields.entry(index).or_default();
        fields.push((rest.join("."), value.map(decoded_value)));
        true
    }

    fn step_in(&mut self, index: u64, stored: RawValue<'_>) -> bool {
        self.guardrail_events.push((index, decode::guardrail_event(&decoded_value(stored))));
        true
    }

    pub(super) fn into_changes(mut self, key: &SessionKey) -> Vec<Change> {
        let tells_metadata = self.metadata_gone
            || self.metadata_whole.is_some()
            || !self.metadata.is_empty()
            || !self.metadata_paths.is_empty();
        let mut kinds = Vec::new();
        for (id, agent) in self.agents {
            kinds.extend(agent.into_kinds(&id));
        }
        // Paths come in any order.
        self.feedbacks.sort_by_key(|feedback| feedback.index);
        self.guardrail_events.sort_by_key(|(index, _)| *index);
        if let Some(count) = self.feedbacks_cut {
            // Where others moved up, what stands at their new places is no news, and nobody could tell it from one.
            if self.feedbacks.is_empty() && self.feedback_fields.is_empty() {
                kinds.push(ChangeKind::FeedbacksCut(count));
            } else {
                self.unclear = true;
                self.feedbacks.clear();
                self.feedback_fields.clear();
            }
        }
        kinds.extend(self.feedbacks.into_iter().map(|feedback| ChangeKind::Feedback(Box::new(feedback))));
        kinds.extend(self.feedback_fields.into_iter().map(|(at, fields)| ChangeKind::FeedbackFields(at, fields)));
        kinds.extend(self.guardrail_events.into_iter().map(|(at, event)| ChangeKind::Guardrail(at, Box::new(event))));
        let mut changes: Vec<Change> = kinds.into_iter().map(|kind| Change::new(key.clone(), kind)).collect();
        let risen = changes.iter().filter_map(Change::updated_at).max();
        let at = if let ChangeDate::Stored(at) = self.dated { at } else { None };
        let is_all = self.unclear || (changes.is_empty() && !tells_metadata && at.is_none());
        // What is unclear tells the time itself, and so do some of the others.
        if let Some(at) = at.filter(|at| !is_all && risen.is_none_or(|risen| risen < *at)) {
            changes.push(Change::touched(key.clone(), at));
        }
        let metadata = [
            self.metadata_gone.then_some(ChangeKind::MetadataWhole(None)),
            self.metadata_whole.map(|whole| ChangeKind::MetadataWhole(Some(whole))),
            (!self.metadata.is_empty()).then_some(ChangeKind::Metadata(self.metadata)),
            (!self.metadata_paths.is_empty()).then_some(ChangeKind::MetadataPaths(self.metadata_paths)),
        ];
        changes.extend(metadata.into_iter().flatten().map(|kind| Change::new(key.clone(), kind)));
        if is_all {
            changes.push(Change::unclear(key.clone(), at));
        }
        changes.into_iter().map(|change| change.dated(self.dated)).collect()
    }
}

/// What of a path follows its first segment.
fn below(path: &str, first: &str) -> String {
    path.strip_prefix(first).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default().to_owned()
}

/// The element of an array that has just one.
fn only(array: RawValue<'_>) -> Option<RawValue<'_>> {
    let mut items = array.items();
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Whether it is the name of a field: a number may be a place in an array.
fn is_name(segment: &str) -> bool {
    !segment.is_empty() && segment.parse::<u64>().is_err()
}
