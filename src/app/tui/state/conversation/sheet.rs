//! The messages of a tab as lines, laid out only where they are looked at, and kept for the next frame.

use std::{collections::HashMap, ops::Range, sync::Arc};

use ratatui::text::Line;

use super::{
    fold::Folds,
    open::Open,
    pair::{pairs_of, waiting},
    pictures::{Pictures, held_at},
    place::Sheet,
    rated::feedbacks_of,
    timeline::Spot,
    window::Glimpse,
};
use crate::{
    app::{
        text,
        tui::{
            render::{
                Look, format, highlight,
                links::{NamedLink, laid_links},
                markdown::named::named_links,
                message::{Laid, Pairs, PictureSpot, ShownMessage, lay, note},
                picture::Picture,
            },
            state::feedback::PendingFeedback,
        },
    },
    session::{Block, Message, StoredDate, Usage, plain},
};

/// Layouts kept, in messages and in lines. Once there are more, half of it is kept, the nearest to the cursor; but the
/// very nearest always, as they are in view.
const MOST_KEPT: usize = 300;
const MOST_LINES: usize = 12_000;
const NEAREST: usize = 4;
/// How far back the day before a message is looked for.
const DAY_REACH: usize = 50;

/// Layouts of messages, for one width and look.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    kept: HashMap<Spot, Arc<Laid>>,
    lines: usize,
    /// Code in them has its colours.
    coloured: bool,
}

impl Layouts {
    pub fn clear(&mut self) {
        self.kept.clear();
        self.lines = 0;
    }

    /// The layout of a message, where it is kept: that of the cursor's is.
    pub fn get(&self, spot: Spot) -> Option<&Laid> {
        self.kept.get(&spot).map(AsRef::as_ref)
    }

    /// How many lines are kept.
    #[cfg(test)]
    pub fn lines(&self) -> usize {
        self.lines
    }

    pub fn forget(&mut self, spot: Spot) {
        if let Some(laid) = self.kept.remove(&spot) {
            self.lines -= laid.lines.len();
        }
    }

    /// Forgets the messages in a range of an agent's indexes, and those next to it.
    pub fn forget_range(&mut self, agent: usize, range: &Range<u64>) {
        let from = *super::pair::neighbours(range.start).start();
        let to = *super::pair::neighbours(range.end).end();
        for index in from..=to {
            self.forget(Spot { agent, index });
        }
    }

    /// Forgets what is far from the cursor when too much is kept, and what was laid out before code had colours.
    pub fn trim(&mut self, open: &Open) {
        if self.coloured != highlight::is_ready() {
            self.clear();
            self.coloured = highlight::is_ready();
        }
        if self.kept.len() <= MOST_KEPT && self.lines <= MOST_LINES {
            return;
        }
        let cursor = open.place.pos;
        let distance = |spot: Spot| open.timeline.place(spot).map(|place| place.abs_diff(cursor));
        let mut kept: Vec<_> =
            self.kept.drain().filter_map(|(spot, laid)| Some((distance(spot)?, spot, laid))).collect();
        kept.sort_unstable_by_key(|(distance, ..)| *distance);
        kept.truncate(MOST_KEPT / 2);
        self.lines = 0;
        for (distance, spot, laid) in kept {
            if distance <= NEAREST || self.lines + laid.lines.len() <= MOST_LINES / 2 {
                self.lines += laid.lines.len();
                self.kept.insert(spot, laid);
            }
        }
    }

    fn keep(&mut self, spot: Spot, laid: Laid) -> Arc<Laid> {
        self.forget(spot);
        self.lines += laid.lines.len();
        let laid = Arc::new(laid);
        self.kept.insert(spot, Arc::clone(&laid));
        laid
    }
}

/// What the layouts are made of.
pub(super) struct Pages<'a> {
    pub open: &'a Open,
    pub layouts: &'a mut Layouts,
    pub folds: &'a Folds,
    /// Feedback on its way.
    pub pending: &'a [PendingFeedback],
    pub pictures: &'a Pictures,
    pub look: &'a Look,
    pub width: usize,
    /// The message that begins what was not read, and what stands over it.
    pub last_seen: Option<(Spot, String)>,
}

impl Sheet for Pages<'_> {
    fn len(&self) -> usize {
        self.open.timeline.len()
    }

    fn height(&mut self, pos: usize) -> usize {
        self.laid(pos).map_or(1, |laid| laid.lines.len())
    }

    fn body(&mut self, pos: usize) -> Range<usize> {
        self.laid(pos).map_or(0..1, |laid| laid.body.clone())
    }

    fn is_loaded(&self, pos: usize) -> bool {
        self.open.timeline.at(pos).is_some_and(|spot| self.open.windows[spot.agent].is_loaded(spot.index))
    }
}

impl Pages<'_> {
    /// The lines of a message; `None` while it is not loaded.
    pub fn laid(&mut self, pos: usize) -> Option<Arc<Laid>> {
        let spot = self.open.timeline.at(pos)?;
        if let Some(laid) = self.layouts.kept.get(&spot) {
            return Some(Arc::clone(laid));
        }
        let laid = match self.open.windows[spot.agent].get(spot.index) {
            Glimpse::Missing => return None,
            Glimpse::Gone => self.gone(spot),
            Glimpse::Loaded(message) => self.lay(pos, spot, &message),
        };
        Some(self.layouts.keep(spot, laid))
    }

    /// The image that a line of a message is left free for, and which of its rows that is.
    pub fn picture(&self, pos: usize, laid: &Laid, line: usize) -> Option<(Picture, u16)> {
        let (at, row) = laid.picture_at(line)?;
        let spot = self.open.timeline.at(pos)?;
        let window = &self.open.windows[spot.agent];
        let message = window.message(spot.index)?;
        let results = if at.part.is_some() { pairs_of(message, window).results } else { Vec::new() };
        Some((self.pictures.of(held_at(at, spot, message, &results)?)?.clone(), row))
    }

    fn gone(&self, spot: Spot) -> Laid {
        let words = format!("message {} is no longer stored", spot.index);
        let words = format::fit(&words, self.width, self.look.marks);
        let lines = vec![Line::default(), note(words, self.look)];
        Laid { lines, body: 1..2, ..Laid::default() }
    }

    fn lay(&self, pos: usize, spot: Spot, message: &Message) -> Laid {
        let open = self.open;
        let agent = &open.session.agents[spot.agent];
        let call = open.agent_metrics(spot.agent).and_then(|metrics| {
            let at = metrics.per_call.binary_search_by_key(&spot.index, |call| call.index).ok()?;
            metrics.per_call.get(at)
        });
        let runs = open.agent_metrics(spot.agent).map_or(&[][..], |metrics| &metrics.run_starts);
        let merged = open.tab >= open.windows.len();
        let run = runs.iter().position(|start| *start == spot.index).map(|run| {
            let of = if merged { format!("{} ", text::line(agent.id.as_str())) } else { String::new() };
            format!("{of}run {}", run + 2)
        });
        let took = |result: u64, id: &str| {
            let found = open.durations[spot.agent].get(&result)?;
            found.iter().find(|(other, _)| &**other == id).map(|(_, seconds)| *seconds)
        };
        let mut pairs = pairs_of(message, &open.windows[spot.agent]);
        pairs.waiting = waiting(message, agent, open.counts[spot.agent]);
        let is_open = |what, block| self.folds.is_open(what, spot, block);
        let results = if self.pictures.is_empty() { Vec::new() } else { pairs.results.clone() };
        let picture = |at: PictureSpot| self.pictures.shown(held_at(at, spot, message, &results)?);
        let subject = ShownMessage {
            message,
            agent: merged.then(|| agent.id.as_str()),
            first: pos == 0,
            day: self.new_day(pos, message),
            run,
            last_seen: self.last_seen.as_ref().filter(|(over, _)| *over == spot).map(|(_, says)| says.as_str()),
            tokens: message
                .usage
                .and_then(Usage::total_tokens)
                .or_else(|| call.and_then(|call| call.usage.total_tokens())),
            latency_ms: message.latency_ms.or_else(|| call.and_then(|call| call.latency_ms)),
            new: spot.index >= open.seen[spot.agent],
            pairs,
            is_open: &is_open,
            feedbacks: feedbacks_of(&agent.id, message, &open.session.feedbacks, self.pending),
            picture: &picture,
            took: &took,
            look: self.look,
        };
        let mut laid = lay(&subject, self.width);
        let says = || said(message, &subject.pairs);
        let named = || named_in(message);
        laid.links = laid_links(&laid.lines, &laid.body, self.width, self.look.marks.quote, says, named);
        laid
    }

    /// The message's date, where it is of another day than the one before it.
    fn new_day(&self, pos: usize, message: &Message) -> Option<StoredDate> {
        let at = message.created_at?;
        let day = |at: StoredDate| at.timestamp().map(|at| at.to_zoned(self.look.zone.clone()).date());
        for before in (pos.saturating_sub(DAY_REACH)..pos).rev() {
            let spot = self.open.timeline.at(before)?;
            let known = self.open.dates[spot.agent].get(spot.index as usize).copied().flatten();
            if let Some(before) = known.map(StoredDate::from_millis) {
                return (day(before) != day(at)).then_some(at);
            }
            if self.open.metrics().is_none() && !self.is_loaded(before) {
                return None;
            }
        }
        (pos <= DAY_REACH).then_some(at)
    }
}

/// The links of what it says that have a text of their own.
fn named_in(message: &Message) -> Vec<NamedLink> {
    let of = |block: &Block| match block {
        Block::Text(text) | Block::Citations { text, .. } => named_links(text),
        _ => Vec::new(),
    };
    message.shown_content().iter().flat_map(of).collect()
}

/// All that is said where a message is shown: its own text, and that of the results with its tool calls.
fn said(message: &Message, pairs: &Pairs) -> String {
    let mut says = plain::text_of(message);
    for (_, found) in &pairs.results {
        says.push('\n');
        says.push_str(&plain::text_of(&found.message));
    }
    says
}
