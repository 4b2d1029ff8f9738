//! Tools, message by message: what [`super::tools`] reads from all messages, kept while messages come and are taken back.

use std::{collections::HashMap, sync::Arc};

use super::{
    MessageSample, ToolMetrics,
    tools::{SeenTool, ToolSight, add, from_run},
};
use crate::session::{BlockPlace, ToolCounter, pairs::passed_over};

/// The tools of one history.
#[derive(Debug, Clone, Default)]
pub(super) struct ToolTally {
    names: NumberedTexts,
    ids: NumberedTexts,
    /// Calls and results by the number of their `toolUseId`.
    by_id: Vec<IdCalls>,
    /// What each call and result with an id found there, to take it back.
    steps: Vec<PairStep>,
    /// How many of the steps gave an earlier result to a call of another tool.
    twisted: usize,
    /// What the blocks of each run tell, the open one last.
    seen: Vec<RunTools>,
    /// What was seen, in order, with the number of its run.
    sights: Vec<(usize, SeenBlock)>,
    list: Vec<ToolMetrics>,
    places: HashMap<usize, usize>,
    /// By run: places in `list` that it was added to, and what stood there before.
    added: Vec<Vec<(usize, Option<ToolMetrics>)>>,
}

/// How much a [`ToolTally`] held.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ToolLengths {
    steps: usize,
    sights: usize,
}

#[derive(Debug, Clone, Copy)]
enum SeenBlock {
    /// Of the tool with that number.
    Of(usize, ToolSight),
    /// A result without a `toolUseId`.
    Nameless,
}

/// Texts by number, in order of first appearance.
#[derive(Debug, Clone, Default)]
struct NumberedTexts {
    numbers: HashMap<Arc<str>, usize>,
    texts: Vec<Arc<str>>,
}

impl NumberedTexts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (number, text) = (self.texts.len(), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}

/// Calls and results of one `toolUseId`, as [`ToolPairs`](crate::ToolPairs) pairs them.
#[derive(Debug, Clone, Default)]
struct IdCalls {
    /// All calls, and the numbers of their tools.
    calls: Vec<BlockPlace>,
    names: Vec<Option<usize>>,
    stretch: AnsweredStretch,
}

/// The results after the last call.
#[derive(Debug, Clone, Copy, Default)]
struct AnsweredStretch {
    /// The first call that is open before them.
    open: usize,
    /// How many of the open calls they pass over.
    passed: usize,
    /// How many results there are.
    results: usize,
}

#[derive(Debug, Clone, Copy)]
struct PairStep {
    id: usize,
    before: AnsweredStretch,
    is_call: bool,
    twists: bool,
}

impl IdCalls {
    fn ask(&mut self, place: BlockPlace, name: Option<usize>) {
        let AnsweredStretch { open, passed, results } = self.stretch;
        if results > 0 {
            let open = (open + passed + results).min(self.calls.len());
            self.stretch = AnsweredStretch { open, ..AnsweredStretch::default() };
        }
        self.calls.push(place);
        self.names.push(name);
    }

    /// The tool that a result answers, and whether earlier results now answer other tools than before.
    fn answer(&mut self) -> (Option<usize>, bool) {
        let before = self.stretch;
        let results = before.results + 1;
        let passed = match before {
            AnsweredStretch { results: 1.., passed: 0, .. } => 0,
            AnsweredStretch { open, .. } => passed_over(&self.calls[open..], results),
        };
        let now = AnsweredStretch { passed, results, ..before };
        let twists = before.results > 0
            && passed != before.passed
            && (0..before.results).any(|result| self.answered(before, result) != self.answered(now, result));
        self.stretch = now;
        (self.answered(now, before.results), twists)
    }

    /// The tool that a result of a stretch answers.
    fn answered(&self, stretch: AnsweredStretch, result: usize) -> Option<usize> {
        self.names.get(stretch.open + stretch.passed + result).copied().flatten()
    }
}

/// What the blocks of one run tell.
#[derive(Debug, Clone, Default)]
struct RunTools {
    /// By number of the name, in order of first appearance.
    tools: Vec<(usize, SeenTool)>,
    places: HashMap<usize, usize>,
    nameless: usize,
}

impl RunTools {
    fn see(&mut self, block: SeenBlock) {
        let SeenBlock::Of(name, sight) = block else {
            self.nameless += 1;
            return;
        };
        let next = self.tools.len();
        let at = *self.places.entry(name).or_insert(next);
        if at == next {
            self.tools.push((name, SeenTool::default()));
        }
        self.tools[at].1.see(sight);
    }

    /// Takes back what was seen last.
    fn unsee(&mut self, block: SeenBlock) {
        let SeenBlock::Of(name, sight) = block else {
            self.nameless -= 1;
            return;
        };
        let Some((_, tool)) = self.places.get(&name).and_then(|at| self.tools.get_mut(*at)) else { return };
        tool.unsee(sight);
        if tool.is_unseen() {
            // What was seen last of all was its first block, so it came last.
            self.places.remove(&name);
            self.tools.pop();
        }
    }
}

impl ToolTally {
    /// Takes the list back that [`ToolTally::lend`] gave.
    pub fn give_back(&mut self, list: Vec<ToolMetrics>) {
        self.list = list;
    }

    /// Gives the list away to whoever shows it.
    pub fn lend(&mut self) -> Vec<ToolMetrics> {
        std::mem::take(&mut self.list)
    }

    /// Whether an earlier result was given to a call of another tool since: then the list is not right, and [`super::tools`] is to
    /// be asked.
    pub fn is_twisted(&self) -> bool {
        self.twisted > 0
    }

    pub fn lengths(&self) -> ToolLengths {
        ToolLengths { steps: self.steps.len(), sights: self.sights.len() }
    }

    /// Sees a message of the open run, whose number that is.
    pub fn take(&mut self, sample: &MessageSample, position: usize, run: usize) {
        if self.seen.len() <= run {
            self.seen.resize_with(run + 1, RunTools::default);
        }
        for (block, (id, name)) in sample.tool_uses.iter().enumerate() {
            let name = name.as_deref().map(|name| self.names.number(name));
            if let Some(id) = id {
                let calls = self.calls_of(id, true);
                calls.ask(BlockPlace::new(position as u64, block), name);
            }
            if let Some(name) = name {
                self.see(run, SeenBlock::Of(name, ToolSight::Asked(id.is_some())));
            }
        }
        for (id, status) in &sample.tool_results {
            let Some(id) = id else {
                self.see(run, SeenBlock::Nameless);
                continue;
            };
            let (name, twists) = self.calls_of(id, false).answer();
            if twists && let Some(step) = self.steps.last_mut() {
                step.twists = true;
                self.twisted += 1;
            }
            if let Some(name) = name {
                self.see(run, SeenBlock::Of(name, ToolSight::Answered(status.as_ref().into())));
            }
        }
    }

    /// What one more call or result of an id goes to.
    fn calls_of(&mut self, id: &str, is_call: bool) -> &mut IdCalls {
        let id = self.ids.number(id);
        if self.by_id.len() <= id {
            self.by_id.resize_with(id + 1, IdCalls::default);
        }
        let calls = &mut self.by_id[id];
        self.steps.push(PairStep { id, before: calls.stretch, is_call, twists: false });
        calls
    }

    fn see(&mut self, run: usize, block: SeenBlock) {
        self.seen[run].see(block);
        self.sights.push((run, block));
    }

    /// Goes back to what was held when the open run had that number.
    pub fn go_back(&mut self, to: ToolLengths, run: usize) {
        self.remove_runs(run);
        self.seen.truncate(run + 1);
        while self.sights.len() > to.sights
            && let Some((of, block)) = self.sights.pop()
        {
            if let Some(seen) = self.seen.get_mut(of) {
                seen.unsee(block);
            }
        }
        while self.steps.len() > to.steps
            && let Some(step) = self.steps.pop()
        {
            self.twisted -= usize::from(step.twists);
            let calls = &mut self.by_id[step.id];
            calls.stretch = step.before;
            if step.is_call {
                calls.calls.pop();
                calls.names.pop();
            }
        }
    }

    /// The list without the runs from that number on.
    pub fn remove_runs(&mut self, run: usize) {
        while self.added.len() > run
            && let Some(added) = self.added.pop()
        {
            for (at, before) in added.into_iter().rev() {
                if let Some(before) = before {
                    self.list[at] = before;
                } else if let Some(tool) = self.list.pop() {
                    let name = self.names.number(&tool.name);
                    self.places.remove(&name);
                }
            }
        }
    }

    /// Adds the next run to the list, with its last counters where it has some.
    pub fn add_run(&mut self, counters: Option<&[ToolCounter]>) {
        let run = self.added.len();
        if self.seen.len() <= run {
            self.seen.resize_with(run + 1, RunTools::default);
        }
        let numbers: Vec<usize> =
            counters.unwrap_or_default().iter().map(|counter| self.names.number(&counter.name)).collect();
        let counters_by_number = || numbers.iter().copied().zip(counters.unwrap_or_default());
        let mut counted: HashMap<usize, &ToolCounter> = HashMap::new();
        for (number, counter) in counters_by_number() {
            counted.entry(number).or_insert(counter);
        }
        let seen = &self.seen[run];
        let of_blocks = seen.tools.iter().map(|(number, tool)| {
            let name = &self.names.texts[*number];
            let told = Some((tool, seen.nameless > 0));
            (*number, from_run(name, counted.get(number).copied(), told, counters.is_some()))
        });
        let others = counters_by_number().filter(|(number, _)| !seen.places.contains_key(number));
        let of_counters = others.map(|(number, counter)| (number, from_run(&counter.name, Some(counter), None, true)));
        let parts = of_blocks.chain(of_counters).filter_map(|(number, part)| Some((number, part?)));
        let mut added = Vec::new();
        for (number, part) in parts {
            let next = self.list.len();
            let at = *self.places.entry(number).or_insert(next);
            if at == next {
                self.list.push(part);
                added.push((at, None));
            } else {
                added.push((at, Some(self.list[at].clone())));
                add(&mut self.list[at], &part);
            }
        }
        self.added.push(added);
    }
}
