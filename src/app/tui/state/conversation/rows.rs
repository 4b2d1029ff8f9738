//! From place to lines: what the view copies.

use std::{ops::Range, sync::Arc};

use ratatui::text::Line;

use super::{
    ConversationState,
    landmarks::Landing,
    open::{Goal, Open},
    pair::{neighbours, pairs_of},
    part::MessagePart,
    place::{self, Sheet, ViewPlace},
    sheet::Pages,
    timeline::Spot,
};
use crate::app::tui::render::{
    format, found,
    links::LaidLink,
    message::{Laid, note},
    picture::Picture,
};

/// A line in view.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRow {
    /// What it says.
    pub line: Line<'static>,
    /// It belongs to the selected message.
    pub selected: bool,
    /// The cursor stands on it.
    pub cursor: bool,
    /// It is left free for a row of an image: which image, and which row from 0.
    pub picture: Option<(Picture, u16)>,
    /// What of it are links.
    pub links: Vec<RowLink>,
}

/// A link on a line in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLink {
    /// Its cells, counted from the line's first.
    pub cells: Range<usize>,
    /// Where it leads.
    pub address: Arc<str>,
}

/// A line remembered by what it says, so that the cursor finds it again after folds or widths changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    block: Option<usize>,
    offset: usize,
}

impl ConversationState {
    /// Rows and cells that messages are laid out in: one cell for the bar, one left free at the right.
    pub(super) fn view(&self) -> (usize, usize) {
        (usize::from(self.size.height), usize::from(self.size.width).saturating_sub(2))
    }

    /// Works on the sheet of the open conversation.
    pub(super) fn on_sheet<T>(&mut self, work: impl FnOnce(&mut Pages<'_>, &mut ViewPlace, usize) -> T) -> Option<T> {
        let (view, width) = self.view();
        let (open, look) = self.open.as_mut().zip(self.look.as_ref())?;
        let mut place = open.place;
        let last_seen = self.last_seen.line(look);
        let (layouts, folds, pending) = (&mut self.layouts, &self.folds, self.pending.as_slice());
        let pictures = &self.pictures;
        let mut pages = Pages { open, layouts, folds, pending, pictures, look, width, last_seen };
        let answer = work(&mut pages, &mut place, view);
        open.place = place;
        Some(answer)
    }

    /// Remembers what the cursor's line is.
    pub(super) fn mark(&mut self) -> Option<Mark> {
        self.on_sheet(|pages, place, _| {
            let laid = pages.laid(place.pos)?;
            let piece = laid.piece_at(place.line);
            let start = piece.map_or(laid.body.start, |piece| piece.lines.start);
            let before = place.line < laid.body.start;
            Some(Mark {
                block: piece.map(|piece| piece.block),
                offset: if before { 0 } else { place.line.saturating_sub(start) },
            })
        })
        .flatten()
    }

    /// Puts the cursor back on a remembered line.
    pub(super) fn return_to(&mut self, mark: Option<Mark>) {
        let Some(mark) = mark else { return };
        self.on_sheet(|pages, place, _| {
            if let Some(laid) = pages.laid(place.pos) {
                let in_block = mark.block.and_then(|block| laid.line_of(block, mark.offset));
                place.line = in_block.unwrap_or(laid.body.start + mark.offset);
            }
        });
    }

    /// Goes where it was going once that is loaded, settles the view, and lays out what is in it.
    pub(super) fn refresh(&mut self) {
        if let Some(open) = &self.open {
            self.layouts.trim(open);
        }
        self.put_line();
        self.pursue_goal();
        self.on_sheet(|pages, place, view| place.settle(pages, view));
        self.rows = self.lay_rows();
        self.pass_line();
        self.position = self.on_sheet(|pages, place, _| position(pages, place.pos)).flatten();
    }

    fn pursue_goal(&mut self) {
        let Some(goal) = self.open.as_ref().and_then(|open| open.goal) else { return };
        let arrived = match goal {
            Goal::End => self.on_sheet(|pages, place, view| {
                *place = ViewPlace::end(pages, view);
                pages.len() == 0 || pages.is_loaded(place.pos)
            }),
            Goal::Hit(spot) => Some(self.go_to_hit(spot)),
            Goal::Part(spot, part) => Some(self.go_to_part(spot, part)),
        };
        // Before the first frame there is no size to settle in: the goal waits.
        if arrived == Some(true)
            && self.size.height > 0
            && let Some(open) = &mut self.open
        {
            open.goal = None;
        }
    }

    /// Shows a place found a third down the view; unfolds what hides it.
    fn go_to_hit(&mut self, hit: Spot) -> bool {
        let shown = match self.stand_on(hit) {
            Ok(shown) => shown,
            Err(over) => return over,
        };
        let line = self.line_with_needle(shown);
        if let Some(find) = self.find.as_mut().filter(|find| find.current == Some(hit)) {
            find.shown = Some(shown);
        }
        self.on_sheet(|pages, place, _| {
            let start = pages.laid(place.pos).map_or(0, |laid| laid.body.start);
            place.line = line.unwrap_or(start);
        });
        true
    }

    /// The same for a part of a message; of one that is shown inside another, that one's header.
    fn go_to_part(&mut self, spot: Spot, part: MessagePart) -> bool {
        let shown = match self.stand_on(spot) {
            Ok(shown) => shown,
            Err(over) => return over,
        };
        let part_there = if shown == spot { part } else { MessagePart::Head };
        let line = self.line_of_part(shown, part_there);
        self.on_sheet(|_, place, _| place.line = line.unwrap_or(0));
        self.landed = line.map(|line| Landing { at: shown, line, target: (spot, part) });
        true
    }

    /// Puts a message a third down the view: where it is shown, once it is loaded. Until then nothing (`false`), and nothing ever where it
    /// is not in the tab (`true`).
    fn stand_on(&mut self, spot: Spot) -> Result<Spot, bool> {
        let Some(open) = &mut self.open else { return Err(true) };
        let Some(pos) = open.timeline.place(spot) else { return Err(true) };
        let row = usize::from(self.size.height) / 3;
        open.place = ViewPlace { pos, line: 0, row };
        if !open.windows[spot.agent].is_loaded(spot.index) {
            return Err(false);
        }
        let shown = shown_at(open, spot);
        if let Some(pos) = open.timeline.place(shown) {
            open.place.pos = pos;
        }
        Ok(shown)
    }

    /// The line of a part of a message that is loaded.
    pub(super) fn line_of_part(&mut self, spot: Spot, part: MessagePart) -> Option<usize> {
        let open = self.open.as_ref()?;
        let pos = open.timeline.place(spot)?;
        let message = open.windows[spot.agent].message(spot.index).cloned();
        self.on_sheet(|pages, _, _| {
            let laid = pages.laid(pos)?;
            Some(message.as_deref().map_or(laid.body.start, |message| part.line(&laid, message)))
        })?
    }

    /// The first line of a message that shows what is looked for, unfolding its items one by one until one does.
    fn line_with_needle(&mut self, spot: Spot) -> Option<usize> {
        let needle = self.find.as_ref()?.needle.clone();
        let find_line = |state: &mut Self| {
            state.on_sheet(|pages, place, _| {
                let laid = pages.laid(place.pos)?;
                let body = &laid.lines[laid.body.clone()];
                let found = found::occurrences(body, &needle, pages.width, pages.look.marks.quote);
                let line = found.iter().position(|ranges| !ranges.is_empty());
                Some((line.map(|line| laid.body.start + line), laid.pieces.clone()))
            })?
        };
        let (line, pieces) = find_line(self)?;
        if line.is_some() {
            return line;
        }
        for piece in pieces {
            let Some(kind) = piece.fold.filter(|kind| !self.folds.is_open(*kind, spot, piece.block)) else { continue };
            self.folds.toggle(kind, spot, piece.block);
            self.layouts.forget(spot);
            if let Some((Some(line), _)) = find_line(self) {
                return Some(line);
            }
            self.folds.toggle(kind, spot, piece.block);
            self.layouts.forget(spot);
        }
        None
    }

    fn lay_rows(&mut self) -> Vec<ConversationRow> {
        let needle = self.find.as_ref().map(|find| find.needle.clone());
        let waiting = if self.blocked { "not loaded" } else { "loading" };
        let rows = self.on_sheet(|pages, place, view| {
            let mut rows = Vec::with_capacity(view);
            let mut waits = false;
            let mut at = (pages.len() > 0 && view > 0).then(|| place.top(pages));
            while let Some((pos, line)) = at.filter(|_| rows.len() < view) {
                let laid = pages.laid(pos);
                let from = rows.len();
                if let Some(laid) = &laid {
                    let shown = line..laid.lines.len().min(line + view - from);
                    let lines = lines_of(pages, laid, shown.clone(), needle.as_deref());
                    rows.extend(shown.zip(lines).map(|(number, line)| ConversationRow {
                        links: links_of(laid, number),
                        line,
                        selected: pos == place.pos && laid.body.contains(&number),
                        cursor: (pos, number) == (place.pos, place.line),
                        picture: pages.picture(pos, laid, number),
                    }));
                } else {
                    // Of several one after another only the first says so.
                    let words = if waits { "" } else { waiting };
                    rows.push(waiting_row(pages, words, pos == place.pos));
                }
                waits = laid.is_none();
                let end = rows.len() - from;
                at = place::next(pages, (pos, (line + end).saturating_sub(1)));
                if rows.len() >= view || at.is_none() {
                    // What is shown inside it is in view with it.
                    let inside = (pos + 1..pages.len()).take_while(|pos| pages.height(*pos) == 0).count();
                    return (rows, Some(pos + inside));
                }
            }
            (rows, None)
        });
        let Some((rows, last)) = rows else { return Vec::new() };
        if let Some(last) = last {
            self.reach(last);
        }
        rows
    }

    /// What has been in view is not new below any more.
    fn reach(&mut self, last: usize) {
        let Some(open) = &mut self.open else { return };
        let view = usize::from(self.size.height);
        for pos in last.saturating_sub(view)..=last {
            if let Some(spot) = open.timeline.at(pos) {
                let reached = &mut open.reached[spot.agent];
                *reached = (*reached).max(spot.index + 1);
            }
        }
        if last + 1 >= open.timeline.len() {
            for agent in 0..open.counts.len() {
                if open.timeline.shows(agent) {
                    open.reached[agent] = open.counts[agent];
                }
            }
        }
    }
}

/// Lines looked at beyond those in view, for what is found across a break.
const BEYOND: usize = 3;

/// Some lines of a message, with what is looked for marked.
fn lines_of(pages: &Pages<'_>, laid: &Laid, shown: Range<usize>, needle: Option<&str>) -> Vec<Line<'static>> {
    let Some(needle) = needle else { return laid.lines[shown].to_vec() };
    let from = shown.start.saturating_sub(BEYOND);
    let to = (shown.end + BEYOND).min(laid.lines.len());
    let found = found::occurrences(&laid.lines[from..to], needle, pages.width, pages.look.marks.quote);
    let style = pages.look.theme.hit;
    shown.map(|number| found::mark(&laid.lines[number], &found[number - from], style)).collect()
}

/// The links of a line of a message.
fn links_of(laid: &Laid, number: usize) -> Vec<RowLink> {
    let links: Vec<&LaidLink> = laid.links.iter().filter(|link| link.line == number).collect();
    if links.is_empty() {
        return Vec::new();
    }
    let text = laid.lines[number].to_string();
    let cells = |byte: usize| format::width(text.get(..byte).unwrap_or_default());
    let row = |link: &LaidLink| RowLink {
        cells: cells(link.bytes.0)..cells(link.bytes.1),
        address: Arc::clone(&link.address),
    };
    links.into_iter().map(row).collect()
}

/// The line of a message that is not loaded.
fn waiting_row(pages: &Pages<'_>, words: &'static str, here: bool) -> ConversationRow {
    let ellipsis = if words == "loading" { pages.look.marks.ellipsis } else { "" };
    let line = note(format!("{words}{ellipsis}"), pages.look);
    ConversationRow { line, selected: here, cursor: here, picture: None, links: Vec::new() }
}

/// The place of a message from 1, and how many there are. Messages shown inside another count with it, so that the
/// end reads as the end.
fn position(pages: &mut Pages<'_>, mut pos: usize) -> Option<(u64, u64)> {
    let len = pages.len();
    while pos + 1 < len && pages.height(pos + 1) == 0 {
        pos += 1;
    }
    (len > 0).then_some((pos as u64 + 1, len as u64))
}

/// Where a message is shown: itself, or the message with the tool use its results stand in.
fn shown_at(open: &Open, spot: Spot) -> Spot {
    let window = &open.windows[spot.agent];
    let Some(message) = window.message(spot.index) else { return spot };
    if !pairs_of(message, window).hides(message) {
        return spot;
    }
    let owner = (*neighbours(spot.index).start()..spot.index).rev().find(|index| {
        window.message(*index).is_some_and(|owner| {
            let pairs = pairs_of(owner, window);
            pairs.results.iter().any(|(_, result)| result.message.index == spot.index)
        })
    });
    owner.map_or(spot, |index| Spot { index, ..spot })
}
