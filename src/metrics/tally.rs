//! The figures of one history, message by message.
//!
//! What was told up to a message is remembered for the last [`NEAR`] messages one by one, and for every [`FAR`]th before them, so
//! that a message that changes costs itself and those after it, however long the history is. Three rules look ahead: where
//! counters tell that a run began some messages ago, it is read again from there; whether the messages of a run tell their
//! own usage is known at its end, so where that turns out otherwise the run is read again; and a result that gives earlier ones
//! of its `toolUseId` to calls of other tools has [`tools`] look at all.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use super::{
    AgentMetrics, Latency, MessageSample, RunReading, ToolMetrics,
    calls::{CallLengths, CallLog, OpenCalls},
    difference::own_usage,
    runs::OpenRun,
    sums::RunSums,
    tool_tally::{ToolLengths, ToolTally},
    tools::{self, ToolRun},
};
use crate::session::{ToolCounter, Usage, message::known_sum};

/// Of how many of the last messages is known what was told before them.
const NEAR: usize = 64;
/// Of every how many of the messages before them.
const FAR: usize = 32;

/// What the messages seen so far tell of one agent.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// How many messages were seen.
    len: usize,
    open: OpenFigures,
    /// The runs before the open one.
    closed: Vec<ClosedRun>,
    calls: CallLog,
    tools: ToolTally,
    near: VecDeque<TallyMark>,
    far: Vec<TallyMark>,
    per_run: Vec<RunReading>,
    run_starts: Vec<u64>,
    /// The list of tools is not shown: it is kept here.
    keeps_tools: bool,
    looked_at: u64,
}

/// What is told of the open run, and of all messages.
#[derive(Debug, Clone, Copy, Default)]
struct OpenFigures {
    turns: u64,
    run: OpenRun,
    calls: OpenCalls,
    /// Sums over the run's messages.
    messages: Usage,
    messages_latency_ms: Option<u64>,
}

/// A run that is over.
#[derive(Debug, Clone, Copy)]
struct ClosedRun {
    start: usize,
    last_reading: Option<usize>,
    /// Of all runs up to it.
    sums: RunSums,
}

/// What was told before the message at a position.
#[derive(Debug, Clone, Copy)]
struct TallyMark {
    position: usize,
    open: OpenFigures,
    closed: usize,
    calls: CallLengths,
    tools: ToolLengths,
}

impl Tally {
    /// How often a message was looked at so far.
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }

    /// Reads the figures of a history of which all messages before `from` are as they were when it was read last. `figures` are
    /// those of that reading.
    pub fn update(&mut self, figures: &mut AgentMetrics, samples: &[MessageSample], from: usize) {
        self.calls.list.give_back(std::mem::take(&mut figures.per_call));
        self.per_run = std::mem::take(&mut figures.per_run);
        self.run_starts = std::mem::take(&mut figures.run_starts);
        if !self.keeps_tools {
            self.tools.give_back(std::mem::take(&mut figures.tools));
        }
        self.tools.remove_runs(self.closed.len());
        self.forget(samples, from.min(samples.len()));
        self.run_to(samples, samples.len());
        self.settle_told(samples);
        self.write(figures, samples);
    }

    fn write(&mut self, figures: &mut AgentMetrics, samples: &[MessageSample]) {
        let reading = self.reading(samples);
        self.note_run(reading);
        self.tools.add_run(counters_of(samples, self.open.run.last_reading()));
        let sums = self.sums().with(&reading);
        let [p50, p95] = self.calls.list.percentiles([50, 95]);
        let last = self.calls.list.last();
        (figures.usage, figures.usage_source) = (sums.usage, sums.source);
        figures.latency = Latency {
            total: sums.latency_ms,
            last: last.and_then(|call| call.latency_ms),
            p50,
            p95,
            partial: sums.latency_partial,
        };
        figures.calls = self.calls.list.len() as u64;
        figures.turns = self.open.turns;
        figures.runs = self.open.run.peak.is_some().then_some(self.closed.len() as u64 + 1);
        figures.context_tokens = last.and_then(|call| call.context_tokens);
        figures.output_per_second = self.calls.list.output_per_second();
        self.keeps_tools = self.tools.is_twisted();
        figures.tools = if self.keeps_tools { self.all_tools(samples) } else { self.tools.lend() };
        figures.per_call = self.calls.list.lend();
        figures.per_run = std::mem::take(&mut self.per_run);
        figures.run_starts = std::mem::take(&mut self.run_starts);
    }

    /// The tools, where only a look at all messages tells them.
    fn all_tools(&mut self, samples: &[MessageSample]) -> Vec<ToolMetrics> {
        self.looked_at += samples.len() as u64;
        let ends = self
            .closed
            .iter()
            .skip(1)
            .map(|run| run.start)
            .chain((!self.closed.is_empty()).then_some(self.open.run.start));
        let closed = self.closed.iter().zip(ends).map(|(run, end)| (run.start..end, run.last_reading));
        let open = (self.open.run.start..samples.len(), self.open.run.last_reading());
        let runs: Vec<ToolRun<'_>> =
            closed.chain([open]).map(|(span, last)| ToolRun { span, counters: counters_of(samples, last) }).collect();
        tools::of_runs(samples, &runs)
    }

    /// Sees the messages up to a position.
    fn run_to(&mut self, samples: &[MessageSample], end: usize) {
        while self.len < end {
            self.remember();
            let position = self.len;
            self.looked_at += 1;
            if let Some(start) = self.open.run.take(samples, position) {
                self.looked_at += (position - start) as u64;
                self.begin_run(samples, start, false);
                continue;
            }
            let sample = &samples[position];
            self.open.turns += u64::from(sample.prompt);
            if let Some(usage) = own_usage(sample) {
                self.open.messages += usage;
            }
            self.open.messages_latency_ms = known_sum(self.open.messages_latency_ms, sample.latency_ms);
            self.open.calls.take(samples, position, &mut self.calls);
            self.tools.take(sample, position, self.closed.len());
            self.len += 1;
        }
    }

    /// The run that is open ends before a position, and the next one begins.
    fn begin_run(&mut self, samples: &[MessageSample], start: usize, told: bool) {
        self.go_back(samples, start);
        self.settle_told(samples);
        self.remember();
        let reading = self.reading(samples);
        self.note_run(reading);
        let last_reading = self.open.run.last_reading();
        self.tools.add_run(counters_of(samples, last_reading));
        let sums = self.sums().with(&reading);
        self.closed.push(ClosedRun { start: self.open.run.start, last_reading, sums });
        self.open = OpenFigures {
            turns: self.open.turns,
            run: OpenRun::at(start),
            calls: OpenCalls::of_run(&self.calls, told),
            ..OpenFigures::default()
        };
    }

    /// Reads the open run again where it turned out otherwise whether its messages tell their own usage.
    fn settle_told(&mut self, samples: &[MessageSample]) {
        if self.open.calls.is_right() {
            return;
        }
        let (end, start, told) = (self.len, self.open.run.start, self.open.calls.tells);
        if self.closed.is_empty() {
            self.go_back(samples, start);
            self.open.calls.told = told;
        } else {
            self.begin_run(samples, start, told);
        }
        self.run_to(samples, end);
    }

    /// Forgets the messages from a position on: they are not what they were. What the first counters of a run told of its beginning
    /// goes with them.
    fn forget(&mut self, samples: &[MessageSample], from: usize) {
        if from >= self.len {
            return;
        }
        self.go_back(samples, from);
        if self.open.run.peak.is_none() && !self.closed.is_empty() {
            self.go_back(samples, self.open.run.start);
        }
    }

    /// Remembers what is told before the next message.
    fn remember(&mut self) {
        if self.near.back().is_some_and(|mark| mark.position >= self.len) {
            return;
        }
        let mark = TallyMark {
            position: self.len,
            open: self.open,
            closed: self.closed.len(),
            calls: self.calls.lengths(),
            tools: self.tools.lengths(),
        };
        if self.far.len() * FAR == self.len {
            self.far.push(mark);
        }
        self.near.push_back(mark);
        if self.near.len() > NEAR {
            self.near.pop_front();
        }
    }

    /// Goes back to what was told before the message at a position. The messages before it are the same.
    fn go_back(&mut self, samples: &[MessageSample], to: usize) {
        while self.near.back().is_some_and(|mark| mark.position > to) {
            self.near.pop_back();
        }
        self.far.truncate(to / FAR + 1);
        let Some(mark) = self.near.back().or(self.far.last()).copied() else { return };
        self.restore(samples, &mark);
        self.run_to(samples, to);
    }

    fn restore(&mut self, samples: &[MessageSample], mark: &TallyMark) {
        self.len = mark.position;
        self.open = mark.open;
        self.closed.truncate(mark.closed);
        self.looked_at += self.calls.go_back(samples, &mark.calls, &mark.open.calls);
        self.tools.go_back(mark.tools, mark.closed);
    }

    /// Sums of the runs before the open one.
    fn sums(&self) -> RunSums {
        self.closed.last().map(|run| run.sums).unwrap_or_default()
    }

    /// Both sources of the open run.
    fn reading(&self, samples: &[MessageSample]) -> RunReading {
        let run = &self.open.run;
        let index = |position: usize| samples.get(position).map(|sample| sample.index);
        let (partial, latency_partial) = self.open.calls.untold();
        RunReading {
            start: index(run.start).unwrap_or(0),
            last_reading: run.last_reading().and_then(index),
            counters: run.peak.map(|peak| peak.usage.unless_untold()).unwrap_or_default(),
            counters_latency_ms: run.peak.and_then(|peak| peak.latency_ms),
            messages: self.open.messages,
            messages_latency_ms: self.open.messages_latency_ms,
            partial,
            latency_partial,
        }
    }

    /// Puts what is told of the open run behind that of the others.
    fn note_run(&mut self, reading: RunReading) {
        let closed = self.closed.len();
        self.per_run.truncate(closed);
        self.per_run.push(reading);
        if let Some(others) = closed.checked_sub(1) {
            self.run_starts.truncate(others);
            self.run_starts.push(reading.start);
        } else {
            self.run_starts.clear();
        }
    }
}

/// The tools' counters of the reading at a position.
fn counters_of(samples: &[MessageSample], reading: Option<usize>) -> Option<&[ToolCounter]> {
    let counters = samples.get(reading?)?.counters.as_deref()?;
    Some(counters.tools.as_slice())
}
