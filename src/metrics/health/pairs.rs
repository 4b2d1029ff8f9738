//! Tool calls and results that a model refuses.

use super::{History, Indexed, short};
use crate::{
    metrics::{MessageSample, sample::given_pairs},
    session::{BlockPlace, Role, ToolPairs},
};

impl History<'_> {
    fn sample(&self, place: BlockPlace) -> Option<&MessageSample> {
        self.samples.get(usize::try_from(place.message).ok()?)
    }

    /// What is wrong with its tool calls and their results.
    pub(super) fn pairs(&self, found: &mut Vec<Indexed>) {
        let pairs = given_pairs(self.samples);
        self.places(&pairs, found);
        self.nameless(found);
        let last = self.samples.len().saturating_sub(1) as u64;
        for place in pairs.unanswered().iter().filter(|place| place.message != last) {
            let Some((index, id, name)) = self.call(*place) else { continue };
            let problem = format!("No result answers the call of {} ({}).", short(name.unwrap_or("a tool")), short(id));
            found.push((index, self.at(index, "", problem, Some(id.into()))));
        }
        let lists = [
            (pairs.uncalled(), "answers no call: no such call stands before it"),
            (pairs.doubled(), "is one too many: its call has a result already"),
        ];
        for (places, problem) in lists {
            for place in places {
                let Some((index, id)) = self.result(*place) else { continue };
                let problem = format!("The result of {} {problem}.", short(id));
                found.push((index, self.at(index, "", problem, Some(id.into()))));
            }
        }
    }

    /// A model takes results only from the message right behind their call.
    fn places(&self, pairs: &ToolPairs, found: &mut Vec<Indexed>) {
        let results = (0_u64..).zip(self.samples).flat_map(|(position, sample)| {
            (0..sample.given().1.len()).map(move |block| BlockPlace::new(position, block))
        });
        let runs = self.runs_of_answers();
        for place in results {
            let Some(call) = pairs.call_of(place) else { continue };
            let Some((index, id)) = self.result(place) else { continue };
            let Some((called, ..)) = self.call(call) else { continue };
            if !are_next(call.message, place.message, &runs) {
                let problem =
                    format!("The result of {} does not stand right behind its call (message {called}).", short(id));
                found.push((index, self.at(index, "", problem, Some(id.into()))));
            }
        }
    }

    /// Of each message where the messages begin that stand before it without a gap and in which tools answer, as OpenAI has
    /// them; one behind it where it is none of those.
    fn runs_of_answers(&self) -> Vec<u64> {
        let is_tool = |sample: &MessageSample| {
            matches!(sample.role, Role::Other(_)) && !sample.given().1.is_empty() && sample.given().0.is_empty()
        };
        let mut start = 0;
        let each = (0_u64..).zip(self.samples).map(|(position, sample)| {
            if !is_tool(sample) {
                start = position + 1;
            }
            start
        });
        each.collect()
    }

    /// Calls and results that nothing can bring together.
    fn nameless(&self, found: &mut Vec<Indexed>) {
        for sample in self.samples {
            let (uses, results) = sample.given();
            let calls = uses.iter().filter(|(id, _)| id.is_none()).map(|(_, name)| {
                format!(
                    "The call of {} has no id that a result could name.",
                    short(name.as_deref().unwrap_or("a tool"))
                )
            });
            let results = results.iter().filter(|(id, _)| id.is_none());
            let results = results.map(|_| "A result in it does not say which call it answers.".to_owned());
            let index = sample.index;
            found.extend(calls.chain(results).map(|problem| (index, self.at(index, "", problem, None))));
        }
    }

    fn call(&self, place: BlockPlace) -> Option<(u64, &str, Option<&str>)> {
        let sample = self.sample(place)?;
        let (id, name) = sample.given().0.get(place.block)?;
        Some((sample.index, id.as_deref()?, name.as_deref()))
    }

    fn result(&self, place: BlockPlace) -> Option<(u64, &str)> {
        let sample = self.sample(place)?;
        Some((sample.index, sample.given().1.get(place.block)?.0.as_deref()?))
    }
}

/// Whether a message is the next one; or one of several right behind it in which tools answer: see
/// [`History::runs_of_answers`].
fn are_next(call: u64, result: u64, runs: &[u64]) -> bool {
    let run = usize::try_from(result).ok().and_then(|result| runs.get(result));
    result == call + 1 || (result > call && run.is_some_and(|start| *start <= call + 1))
}
