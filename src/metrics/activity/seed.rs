//! What is stored of a session tells what it did before anybody listened.

use jiff::Timestamp;

use super::{Activity, Moment};
use crate::{
    metrics::{MessageSample, Outline},
    session::{AgentId, Message, Session, StoredAgent, StoredDate},
};

impl Activity {
    /// The end of a stored history, each message as it was dated, at most `now`: clocks disagree. What is told already counts
    /// once; tokens of a message without a date count in no rate.
    pub fn seed(&mut self, agent: &AgentId, messages: &[Message], now: Timestamp) {
        self.seed_after(agent, &[], messages, None, now);
    }

    /// The same of a whole session: the messages that are loaded, and of `past` those before them.
    pub fn seed_session(&mut self, session: &Session, past: &Outline, now: Timestamp) {
        for agent in &session.agents {
            self.seed_agent_of(session, agent, past, now);
        }
    }

    /// The same of one of its agents.
    pub fn seed_agent_of(&mut self, session: &Session, agent: &StoredAgent, past: &Outline, now: Timestamp) {
        let past = past.agents.iter().find(|past| past.id == agent.id);
        let samples = past.map(|past| past.samples.as_slice()).unwrap_or_default();
        let first = agent.messages.first().map(|message| message.index);
        let before = samples.partition_point(|sample| first.is_none_or(|first| sample.index < first));
        let changed = stored(agent.updated_at.or(session.updated_at), now);
        self.seed_after(&agent.id, &samples[..before], &agent.messages, changed, now);
        self.seed_agent(agent);
    }

    /// Messages without a date are taken to be of the time of those before them, else of `changed`.
    fn seed_after(
        &mut self,
        agent: &AgentId,
        past: &[MessageSample],
        messages: &[Message],
        changed: Option<Timestamp>,
        now: Timestamp,
    ) {
        let mut last = changed;
        let mut moment = |date: Option<StoredDate>| {
            let at = stored(date, now);
            last = at.or(last);
            Moment { at: last.unwrap_or(now), now, is_dated: at.is_some() }
        };
        for sample in past {
            self.sample(agent, sample, moment(sample.at));
        }
        for message in messages {
            self.message(agent, message, moment(message.created_at));
        }
    }

    /// What stands on an agent beside its messages, told after them: its model, and whether it waits for a person.
    pub fn seed_agent(&mut self, agent: &StoredAgent) {
        let is_waiting = agent.waiting().is_some();
        let work = self.agent(&agent.id);
        work.model.clone_from(&agent.model);
        work.is_waiting = is_waiting;
    }
}

/// A stored date by this machine's clock: not after `now`.
fn stored(date: Option<StoredDate>, now: Timestamp) -> Option<Timestamp> {
    let date = date?;
    if date > StoredDate::from(now) { Some(now) } else { date.timestamp() }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;
    use crate::{metrics::AgentState, session::decode};

    const START: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(START + seconds).unwrap()
    }

    fn date(seconds: i64) -> Bson {
        Bson::DateTime(StoredDate::from(at(seconds)).into())
    }

    /// The first tells of a tool that failed, and the first call was slow.
    fn said(index: i64, seconds: Option<i64>) -> Document {
        let content = if index == 0 {
            doc! { "toolResult": { "toolUseId": "1", "status": "error", "content": [] } }
        } else {
            doc! { "text": format!("words {index}") }
        };
        let role = if index % 2 == 0 { "user" } else { "assistant" };
        let mut body = doc! { "role": role, "content": [content] };
        if role == "assistant" {
            let usage = doc! { "inputTokens": 90, "outputTokens": 10, "totalTokens": 100 };
            let metrics = doc! { "latencyMs": if index == 1 { 9000 } else { 100 } };
            body.insert("metadata", doc! { "usage": usage, "metrics": metrics });
        }
        let mut stored = doc! { "message": body, "message_id": index };
        if let Some(seconds) = seconds {
            stored.insert("created_at", date(seconds));
        }
        stored
    }

    fn session(messages: Vec<Document>, changed: i64) -> Session {
        let messages: Vec<Bson> = messages.into_iter().map(Bson::from).collect();
        decode::session(doc! { "_id": "s", "updated_at": date(changed), "agents": { "a": { "messages": messages } } })
    }

    /// The last so many messages, as a store gives them.
    fn end_of(whole: &Session, last: usize) -> Session {
        let mut end = whole.clone();
        let messages = &mut end.agents[0].messages;
        messages.drain(..messages.len() - last);
        end
    }

    #[test]
    fn what_lies_before_the_end_counts_as_what_is_loaded() {
        let whole = session((0..10).map(|index| said(index, Some(-100 + index))).collect(), -91);
        let past = Outline::from(&whole);
        let mut activity = Activity::default();
        activity.seed_session(&end_of(&whole, 3), &past, at(0));
        assert_eq!(activity.tokens_per_minute(5, at(0)), Some(100.0));
        assert_eq!((activity.slowest_call_ms(), activity.errors()), (Some(9000), Some(1)));
        assert_eq!((activity.last_words(), activity.state(at(0))), (Some("words 9"), AgentState::Idle));
        // Read once more, nothing counts twice.
        activity.seed_session(&end_of(&whole, 6), &past, at(1));
        assert_eq!((activity.tokens_per_minute(5, at(1)), activity.errors()), (Some(100.0), Some(1)));
        let mut unknown = Activity::default();
        unknown.seed_session(&end_of(&whole, 3), &Outline::default(), at(0));
        assert_eq!(unknown.slowest_call_ms(), Some(100));
    }

    #[test]
    fn of_several_agents_the_one_that_spoke_last_is_heard() {
        let agents = |first: i64, second: i64| {
            let of = |seconds: i64, index: i64| doc! { "messages": [said(index, Some(seconds))] };
            doc! { "a": of(first, 1), "b": of(second, 3) }
        };
        for (first, second, words) in [(-10, -60, "words 1"), (-60, -10, "words 3")] {
            let whole = decode::session(doc! { "_id": "s", "agents": agents(first, second) });
            let mut activity = Activity::default();
            activity.seed_session(&whole, &Outline::default(), at(0));
            assert_eq!(activity.last_words(), Some(words), "{first} {second}");
        }
    }

    #[test]
    fn a_long_history_is_told_in_any_order_and_counts_once() {
        let whole = session((0..200).map(|index| said(index, Some(-200 + index))).collect(), -1);
        let past = Outline::from(&whole);
        let mut activity = Activity::default();
        for _ in 0..3 {
            activity.seed_session(&end_of(&whole, 6), &past, at(0));
            assert_eq!(activity.tokens_per_minute(5, at(0)), Some(2000.0));
        }
        // The last were told live before the rest was read.
        let mut activity = Activity::default();
        for message in &whole.agents[0].messages[190..] {
            activity.message(&"a".into(), message, Moment::told(at(-1)));
        }
        activity.seed_session(&end_of(&whole, 6), &past, at(0));
        assert_eq!((activity.tokens_per_minute(5, at(0)), activity.errors()), (Some(2000.0), Some(1)));
    }

    #[test]
    fn messages_without_a_date_are_as_old_as_their_session_and_count_in_no_rate() {
        let undated = session(vec![said(0, None), said(1, None), said(2, None)], -600);
        let mut activity = Activity::default();
        activity.seed_session(&undated, &Outline::default(), at(0));
        assert_eq!((activity.tokens_per_minute(5, at(0)), activity.last_write()), (None, None));
        assert_eq!(activity.state(at(0)), AgentState::Stalled, "a prompt of ten minutes ago");
        let undated = session(vec![said(0, None), said(1, None)], -600);
        let mut activity = Activity::default();
        activity.seed_session(&undated, &Outline::default(), at(0));
        assert_eq!(activity.state(at(0)), AgentState::Idle, "it spoke ten minutes ago");
        assert_eq!((activity.context_tokens(), activity.last_words()), (Some(90), Some("words 1")));
    }
}
