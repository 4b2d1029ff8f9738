//! An agent that waits for a person.

use bson::{Bson, Document};

use super::{StoredAgent, value_text};

/// Characters of a reason that are told.
const MOST_REASON: usize = 200;

/// What an agent waits for. Source: `_internal_state.interrupt_state` of its `agent_data` (Strands' `_InterruptState`).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct InterruptState {
    /// `activated`: the agent goes on only with a person's answers.
    pub activated: bool,
    /// `interrupts`, by their ids or as a list, in stored order.
    pub interrupts: Vec<Interrupt>,
    /// The message whose tool calls wait: `pending_tool_execution.assistant_message`; in older documents
    /// `context.tool_use_message`.
    pub assistant_message: Option<Document>,
    /// Results of those calls that were made already, which stand in no message yet:
    /// `pending_tool_execution.completed_tool_results`; in older documents `context.tool_results`.
    pub completed_results: Vec<Document>,
}

/// One question to a person. Source: `interrupts.<id>` (Strands' `Interrupt`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Interrupt {
    /// `id`; where absent its key.
    pub id: String,
    /// `name`.
    pub name: Option<String>,
    /// `reason`, any JSON; `None` for null.
    pub reason: Option<Bson>,
    /// `response`, any JSON; `None` for null: nobody has answered.
    pub response: Option<Bson>,
}

impl InterruptState {
    /// Of an agent's `agent_data`.
    pub(crate) fn of(data: &Document) -> Option<Self> {
        let internal = data.get_document("_internal_state").ok()?;
        Some(Self::read(internal.get_document("interrupt_state").ok()?))
    }

    /// Of `interrupt_state`.
    pub(crate) fn read(stored: &Document) -> Self {
        let object = |key: &str| stored.get_document(key).ok();
        let (pending, context) = (object("pending_tool_execution"), object("context"));
        let message = |fields: Option<&Document>, key: &str| fields?.get_document(key).ok().cloned();
        let results = |fields: Option<&Document>, key: &str| -> Option<Vec<Document>> {
            Some(fields?.get_array(key).ok()?.iter().filter_map(Bson::as_document).cloned().collect())
        };
        Self {
            activated: stored.get_bool("activated").unwrap_or(false),
            interrupts: match stored.get("interrupts") {
                Some(Bson::Document(by_id)) => by_id.iter().map(|(id, value)| Interrupt::read(id, value)).collect(),
                Some(Bson::Array(list)) => {
                    list.iter().enumerate().map(|(at, value)| Interrupt::read(&at.to_string(), value)).collect()
                }
                _ => Vec::new(),
            },
            assistant_message: message(pending, "assistant_message").or_else(|| message(context, "tool_use_message")),
            completed_results: results(pending, "completed_tool_results")
                .or_else(|| results(context, "tool_results"))
                .unwrap_or_default(),
        }
    }

    /// The questions that nobody has answered; none where the agent does not wait.
    pub fn open(&self) -> impl Iterator<Item = &Interrupt> {
        self.interrupts.iter().filter(|interrupt| self.activated && interrupt.response.is_none())
    }

    /// See [`StoredAgent::waiting`].
    #[must_use]
    pub fn waiting(&self) -> Option<String> {
        let reasons: Vec<String> = self.open().map(Interrupt::why).collect();
        (!reasons.is_empty()).then(|| format!("waiting for a person: {}", reasons.join("; ")))
    }
}

impl Interrupt {
    fn read(key: &str, value: &Bson) -> Self {
        let fields = value.as_document();
        let text = |key: &str| fields?.get_str(key).ok().map(str::to_owned);
        let any = |key: &str| fields?.get(key).filter(|value| !matches!(value, Bson::Null)).cloned();
        Self {
            id: text("id").unwrap_or_else(|| key.to_owned()),
            name: text("name"),
            reason: any("reason"),
            response: any("response"),
        }
    }

    /// Why it waits, in at most 200 characters: the reason, else the name, else the id. Stored text: make it safe before it
    /// reaches a terminal.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.reason {
            Some(Bson::String(reason)) if !reason.trim().is_empty() => reason.chars().take(MOST_REASON).collect(),
            Some(reason @ (Bson::Document(_) | Bson::Array(_))) => value_text::short(reason, MOST_REASON),
            _ => self.name.clone().unwrap_or_else(|| self.id.clone()),
        }
    }
}

impl StoredAgent {
    /// Its interrupts, where any are stored or it is in that state.
    #[must_use]
    pub fn interrupts(&self) -> Option<InterruptState> {
        let state = InterruptState::of(self.data.as_ref()?)?;
        (state.activated || !state.interrupts.is_empty()).then_some(state)
    }

    /// What it waits for a person with, e.g. `waiting for a person: {"path":"/tmp/x"}`; `None` where it does not wait.
    /// Stored text: make it safe before it reaches a terminal.
    #[must_use]
    pub fn waiting(&self) -> Option<String> {
        self.interrupts()?.waiting()
    }
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;
    use crate::session::{AgentId, decode};

    fn agent(state: Document) -> StoredAgent {
        let data = doc! { "agent_data": { "_internal_state": { "interrupt_state": state } }, "messages": [] };
        decode::agent(AgentId::from("a"), data.into(), 0, None)
    }

    fn interrupt(reason: impl Into<Bson>, response: impl Into<Bson>) -> Document {
        doc! { "id": "i-1", "name": "approval", "reason": reason.into(), "response": response.into() }
    }

    #[test]
    fn an_agent_waits_with_the_reason_of_each_question() {
        let both = doc! {
            "interrupts": { "x": interrupt(doc! { "path": "/tmp/x" }, Bson::Null), "y": interrupt("sure?", Bson::Null) },
            "activated": true,
        };
        assert_eq!(agent(both).waiting().as_deref(), Some("waiting for a person: {\"path\":\"/tmp/x\"}; sure?"));
        let nameless = doc! { "interrupts": { "x": interrupt(Bson::Null, Bson::Null) }, "activated": true };
        assert_eq!(agent(nameless).waiting().as_deref(), Some("waiting for a person: approval"));
    }

    #[test]
    fn interrupts_may_be_a_list() {
        let list =
            doc! { "interrupts": [interrupt("sure?", "yes"), interrupt("and this?", Bson::Null)], "activated": true };
        let found = agent(list);
        assert_eq!(found.waiting().as_deref(), Some("waiting for a person: and this?"));
        assert_eq!(found.findings, []);
    }

    #[test]
    fn what_is_not_known_in_the_state_is_a_finding() {
        let mut odd = interrupt("sure?", Bson::Null);
        odd.insert("deadline", 5);
        let state = doc! { "interrupts": { "x": odd, "y": 7 }, "activated": "yes", "colour": "red" };
        let found = agent(state).findings;
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        let at = |end: &str| format!("agents.a.agent_data._internal_state.interrupt_state.{end}");
        assert_eq!(paths, [at("colour"), at("activated"), at("interrupts.x.deadline"), at("interrupts.y")]);
    }

    #[test]
    fn it_does_not_wait_once_it_goes_on_or_was_answered() {
        let over = doc! { "interrupts": { "x": interrupt("sure?", Bson::Null) }, "activated": false };
        assert_eq!(agent(over).waiting(), None);
        let answered = doc! { "interrupts": { "x": interrupt("sure?", "yes") }, "activated": true };
        assert_eq!(agent(answered).waiting(), None);
        assert_eq!(agent(doc! { "interrupts": {}, "context": {}, "activated": false }).interrupts(), None);
    }

    #[test]
    fn results_made_already_are_read_from_either_place() {
        let result = doc! { "toolUseId": "ls", "status": "success", "content": [] };
        let new = doc! { "activated": true, "pending_tool_execution": { "completed_tool_results": [result.clone()] } };
        let old = doc! { "activated": true, "context": { "tool_results": [result.clone()] } };
        for state in [new, old] {
            assert_eq!(agent(state).interrupts().unwrap().completed_results, std::slice::from_ref(&result));
        }
    }
}
