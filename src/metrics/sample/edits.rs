//! An outline that follows its session: messages that were written anew, cut off or counted further.

use super::{AgentOutline, MessageSample, Outline};
use crate::session::{AgentId, Counters, Message};

impl Outline {
    /// A message was written anew where it stands; one that follows the last is put there. `false`: none stands at its index.
    pub fn replace(&mut self, agent: &AgentId, message: &Message) -> bool {
        if let Some(sample) = self.sample_mut(agent, message.index) {
            *sample = MessageSample::from(message);
            return true;
        }
        let count = self.samples_mut(agent).map_or(0, |samples| samples.len() as u64);
        count == message.index && self.push(agent, message)
    }

    /// An agent's history was cut down to so many messages. `false`: it has no more of them.
    pub fn truncate(&mut self, agent: &AgentId, count: u64) -> bool {
        let Some(samples) = self.samples_mut(agent) else { return false };
        let kept = samples.partition_point(|sample| sample.index < count);
        let is_cut = kept < samples.len();
        samples.truncate(kept);
        is_cut
    }

    /// The counters on a message are these now; those that tell nothing are none. `false`: no message stands at that index.
    pub fn tick(&mut self, agent: &AgentId, index: u64, counters: Counters) -> bool {
        let Some(sample) = self.sample_mut(agent, index) else { return false };
        sample.counters = (counters != Counters::default()).then(|| Box::new(counters));
        true
    }

    /// The whole history of an agent: in place of what was there of it, else after the others.
    pub fn put(&mut self, agent: &AgentId, messages: &[Message]) {
        let samples = messages.iter().map(MessageSample::from).collect();
        match self.samples_mut(agent) {
            Some(held) => *held = samples,
            None => self.agents.push(AgentOutline::new(agent.clone(), samples)),
        }
    }

    /// The counters on a message, where any stand there.
    #[must_use]
    pub fn counters(&self, agent: &AgentId, index: u64) -> Option<&Counters> {
        let samples = &self.agents.iter().find(|found| found.id == *agent)?.samples;
        let at = samples.binary_search_by_key(&index, |sample| sample.index).ok()?;
        samples[at].counters.as_deref()
    }

    fn samples_mut(&mut self, agent: &AgentId) -> Option<&mut Vec<MessageSample>> {
        self.agents.iter_mut().find(|found| found.id == *agent).map(|found| &mut found.samples)
    }

    fn sample_mut(&mut self, agent: &AgentId, index: u64) -> Option<&mut MessageSample> {
        let samples = self.samples_mut(agent)?;
        let at = samples.binary_search_by_key(&index, |sample| sample.index).ok()?;
        samples.get_mut(at)
    }
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;
    use crate::session::decode;

    fn message(index: u64, more: Document) -> Message {
        let mut stored = doc! { "message": { "role": "user", "content": [{ "text": "Hello" }] } };
        stored.extend(more);
        decode::message(stored.into(), index, "")
    }

    fn indexes(outline: &Outline) -> Vec<u64> {
        outline.agents[0].samples.iter().map(|sample| sample.index).collect()
    }

    #[test]
    fn an_outline_follows_what_is_rewritten_cut_and_counted() {
        let (x, mut outline) = (AgentId::from("x"), Outline::default());
        for index in 0..3 {
            assert!(outline.replace(&x, &message(index, doc! {})));
        }
        assert!(!outline.replace(&x, &message(4, doc! {})), "one is missing");
        assert!(outline.replace(&x, &message(1, doc! { "redact_message": { "role": "user", "content": [] } })));
        assert!(outline.agents[0].samples[1].redacted && !outline.agents[0].samples[2].redacted);
        let counted = Counters { cycle_count: Some(3), ..Counters::default() };
        assert!(outline.tick(&x, 2, counted.clone()) && !outline.tick(&x, 3, counted.clone()));
        assert_eq!(outline.counters(&x, 2), Some(&counted));
        assert!(outline.tick(&x, 2, Counters::default()));
        assert_eq!(outline.counters(&x, 2), None);
        assert!(outline.truncate(&x, 2) && !outline.truncate(&x, 2) && !outline.truncate(&"y".into(), 0));
        assert_eq!(indexes(&outline), [0, 1]);
        outline.put(&x, &[message(0, doc! {}), message(1, doc! {}), message(2, doc! {})]);
        assert_eq!((indexes(&outline), outline.agents.len()), (vec![0, 1, 2], 1));
    }
}
