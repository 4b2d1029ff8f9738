//! Where the landmarks of a tab are.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
};

use jiff::{Zoned, tz::TimeZone};

use super::{
    super::{ConversationState, open::Open, pair::REACH, part::MessagePart, timeline::Spot},
    Landmark, LandmarkStop,
};
use crate::{
    metrics::{MessageSample, history_findings, tool_pairs},
    session::{BlockPlace, StoredDate, ToolStatus},
};

impl ConversationState {
    /// The landmarks of a kind in the order of reading. `None`: the outline, which tells of them, is not there.
    pub(super) fn stops(&self, kind: Landmark) -> Option<Vec<LandmarkStop>> {
        let open = self.open.as_ref()?;
        let outline = self.outline()?;
        let spots: Vec<(Spot, MessagePart)> = match kind {
            Landmark::Day => days(open, &self.look.as_ref()?.zone).into_iter().map(head).collect(),
            Landmark::Finding => self.findings().into_iter().map(head).collect(),
            _ => {
                let rated = if kind == Landmark::Feedback { self.rated() } else { HashSet::new() };
                let mut spots = Vec::new();
                for (at, agent) in open.session.agents.iter().enumerate() {
                    let found = outline.agents.iter().find(|found| found.id == agent.id);
                    let Some(found) = found.filter(|_| open.timeline.shows(at)) else { continue };
                    let of_agent = match kind {
                        Landmark::Tool => calls(&found.samples),
                        Landmark::Error => errors(&found.samples),
                        Landmark::Feedback => on_ids(&found.samples, |id| rated.contains(&(agent.id.as_str(), id))),
                        _ => prompts(&found.samples),
                    };
                    spots.extend(of_agent.into_iter().map(|(index, part)| (Spot { agent: at, index }, part)));
                }
                spots
            }
        };
        let stop = |(spot, part)| Some(LandmarkStop { pos: open.timeline.place(spot)?, part, spot });
        let mut stops: Vec<LandmarkStop> = spots.into_iter().filter_map(stop).collect();
        stops.sort_unstable();
        stops.dedup();
        Some(stops)
    }

    /// Messages with something wrong: with their history, as the outline tells, or that could not be read whole, of those loaded.
    fn findings(&self) -> BTreeSet<Spot> {
        let Some((open, outline)) = self.open.as_ref().zip(self.outline()) else { return BTreeSet::new() };
        let agents = || open.session.agents.iter().enumerate();
        let mut spots = BTreeSet::new();
        for finding in history_findings(outline, self.now) {
            spots.extend(agents().filter_map(|(agent, stored)| {
                let rest = finding.path.strip_prefix("agents.")?.strip_prefix(stored.id.as_str())?;
                let rest = rest.strip_prefix(".messages.")?;
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                Some(Spot { agent, index: rest[..end].parse().ok()? })
            }));
        }
        for (agent, window) in open.windows.iter().enumerate() {
            for (index, message) in window.loaded() {
                if !message.findings.is_empty() {
                    spots.insert(Spot { agent, index });
                }
            }
        }
        spots
    }
}

fn head(spot: Spot) -> (Spot, MessagePart) {
    (spot, MessagePart::Head)
}

fn prompts(samples: &[MessageSample]) -> Vec<(u64, MessagePart)> {
    samples.iter().filter(|sample| sample.prompt).map(|sample| (sample.index, MessagePart::Head)).collect()
}

fn calls(samples: &[MessageSample]) -> Vec<(u64, MessagePart)> {
    let of = |sample: &MessageSample| {
        let index = sample.index;
        (0..sample.tool_uses.len()).map(move |nth| (index, MessagePart::Call(nth)))
    };
    samples.iter().flat_map(of).collect()
}

fn on_ids(samples: &[MessageSample], has: impl Fn(i64) -> bool) -> Vec<(u64, MessagePart)> {
    let rated = samples.iter().filter(|sample| sample.message_id.is_some_and(&has));
    rated.map(|sample| (sample.index, MessagePart::Feedback)).collect()
}

/// Tools that failed: where their call stands, with which a result is shown, else where the result does.
fn errors(samples: &[MessageSample]) -> Vec<(u64, MessagePart)> {
    let failed = |(_, status): &(Option<String>, Option<ToolStatus>)| *status == Some(ToolStatus::Error);
    if !samples.iter().any(|sample| sample.tool_results.iter().any(failed)) {
        return Vec::new();
    }
    let pairs = tool_pairs(samples);
    let mut found = Vec::new();
    for (position, sample) in (0..).zip(samples) {
        for (nth, _) in sample.tool_results.iter().enumerate().filter(|(_, result)| failed(result)) {
            let call = pairs.call_of(BlockPlace::new(position, nth)).and_then(|call| {
                let asked = samples.get(usize::try_from(call.message).ok()?)?;
                // A result further away is shown by itself.
                (sample.index.saturating_sub(asked.index) <= REACH)
                    .then_some((asked.index, MessagePart::Call(call.block)))
            });
            found.push(call.unwrap_or((sample.index, MessagePart::Result(nth))));
        }
    }
    found
}

/// The first message of each day, as the lines between days stand.
fn days(open: &Open, zone: &TimeZone) -> Vec<Spot> {
    let mut found = Vec::new();
    // Milliseconds of the day that the message before is of.
    let mut today: Range<i64> = 0..0;
    for spot in (0..open.timeline.len()).filter_map(|pos| open.timeline.at(pos)) {
        let Some(at) = open.dates[spot.agent].get(spot.index as usize).copied().flatten() else { continue };
        if today.contains(&at) {
            continue;
        }
        let Some(date) = StoredDate::from_millis(at).timestamp() else { continue };
        today = day_of(&date.to_zoned(zone.clone())).unwrap_or(at..at);
        found.push(spot);
    }
    found
}

/// The day of an instant, in ms since 1970; `None` at the end of time.
fn day_of(at: &Zoned) -> Option<Range<i64>> {
    let start = at.start_of_day().ok()?;
    let end = at.tomorrow().ok()?.start_of_day().ok()?;
    Some(start.timestamp().as_millisecond()..end.timestamp().as_millisecond())
}
