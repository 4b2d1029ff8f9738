//! What the panes at the right need, measured of what is in them.

use bson::Bson;

use super::{AppState, Pane};
use crate::{
    app::{
        place::sealed_words,
        text,
        tui::{
            render::{format, wrap},
            state::{
                feedback::{self, MARGINS, head, heights::FeedbackHeights, newest_first},
                metadata::note,
                metrics::{Data, rows::MetricsRow},
                tree::{Fold, Key, TreeRow},
            },
        },
    },
    session::{SessionKey, plain},
};

/// Rows of the metadata and feedbacks that are measured: more of them scroll anyway.
const MEASURED: usize = 100;
/// Cells that the figures need behind their labels, and the names of tools before theirs.
const FIGURES: usize = 34;
const OF_TOOL: usize = 21;
/// No name of a tool, no value and no comment asks for more.
const WIDEST: usize = 44;
/// Rows of the metrics before they are read: a sentence stands there.
const UNREAD: u16 = 5;
/// Cells of a pane that was not shown yet.
const USUAL: u16 = 30;

/// What the panes at the right need, border included. The columns for one session only grow; so do those for all sessions that one
/// moves over in the list, so that nothing jumps from one to the next.
#[derive(Debug, Default)]
pub struct HeldNeeds {
    session: Option<SessionKey>,
    /// It is of other sessions too.
    is_of_several: bool,
    side: u16,
    open_side: u16,
    heights: Option<[u16; 3]>,
    totals: u16,
    comments: FeedbackHeights,
}

impl HeldNeeds {
    /// Columns that any session needed so far.
    pub fn side(&self) -> u16 {
        self.side
    }

    /// Columns that the open one needs.
    pub fn open_side(&self) -> u16 {
        self.open_side
    }

    /// Rows of metrics, metadata and feedback.
    pub fn heights(&self) -> Option<[u16; 3]> {
        self.heights
    }

    /// Rows of the metrics with what stands above the first plot.
    pub fn totals(&self) -> u16 {
        self.totals
    }

    /// Measures what is shown of the open session. What is not read yet takes the room of the session before.
    pub fn measure(&mut self, state: &AppState) {
        let Some(session) = state.workspace.conversation.session() else { return };
        let is_other = self.session.as_ref() != Some(&session.key);
        let is_passing = state.focus == Pane::Sessions;
        if is_other {
            self.session = Some(session.key.clone());
            self.is_of_several |= is_passing;
        }
        if !is_passing && (is_other || self.is_of_several) {
            (self.is_of_several, self.open_side) = (false, 0);
        }
        let figures = figures(state);
        let (metadata, feedback) = (metadata(state), feedback(state, &mut self.comments));
        let all = [figures.map(|figures| figures.all), Some(metadata), Some(feedback)];
        let cells = all.iter().flatten().map(|needs| bordered(needs.cells)).max().unwrap_or(0);
        self.open_side = self.open_side.max(cells);
        self.side = self.side.max(cells);
        let metrics = match figures {
            Some(figures) => {
                self.totals = bordered(figures.totals);
                bordered(figures.all.rows)
            }
            None => self.heights.map_or(UNREAD, |[metrics, ..]| metrics),
        };
        self.heights = Some([metrics, bordered(metadata.rows), bordered(feedback.rows)]);
    }
}

/// What one of them needs within its border.
#[derive(Debug, Clone, Copy, Default)]
struct Needed {
    cells: usize,
    rows: usize,
}

fn bordered(needs: usize) -> u16 {
    u16::try_from(needs + 2).unwrap_or(u16::MAX)
}

/// What the metrics need.
#[derive(Debug, Clone, Copy)]
struct NeededFigures {
    all: Needed,
    /// Rows above the first plot.
    totals: usize,
}

/// `None` before the figures are known.
fn figures(state: &AppState) -> Option<NeededFigures> {
    let data = Data::of(&state.workspace.conversation);
    let rows = data.rows();
    if rows.is_empty() {
        return None;
    }
    let names = rows.iter().filter_map(MetricsRow::tool).map(|tool| cells_of(&tool.name) + OF_TOOL);
    let width = state.areas.inner(Pane::Metrics).map_or(0, |inner| inner.width);
    let cells = names.max().unwrap_or(0).clamp(FIGURES, WIDEST);
    let all = Needed { cells, rows: data.listed(&rows).needs(width) };
    Some(NeededFigures { all, totals: rows.iter().take_while(|row| row.plot().is_none()).count() })
}

fn metadata(state: &AppState) -> Needed {
    let session = state.workspace.conversation.session();
    let rows = state.workspace.metadata.rows(session);
    let measured = || rows.iter().take(MEASURED);
    let marks = if rows.iter().any(|row| row.fold != Fold::Leaf) { 2 } else { 0 };
    let key = measured().map(|row| row.depth * 2 + marks + key_cells(row)).max().unwrap_or(0);
    let word = measured().map(|row| plain::element_word(row.value.kind()).len()).max().unwrap_or(0);
    let value = measured().map(value_cells).max().unwrap_or(0).min(WIDEST);
    let said = session
        .and_then(note)
        .map_or(0, |note| if rows.is_empty() { said_rows(&note, state, Pane::Metadata) } else { 1 });
    // The selection's bar, and a cell before the word and behind it.
    Needed { cells: key + word + value + 3, rows: rows.len() + said }
}

fn key_cells(row: &TreeRow<'_>) -> usize {
    match row.key {
        Key::Name(name) => cells_of(name).max(2),
        Key::Item(at) => at.to_string().len(),
        Key::Root => "value".len(),
    }
}

/// About as many as the pane writes.
fn value_cells(row: &TreeRow<'_>) -> usize {
    if row.secret() || row.value.is_container() {
        return 4;
    }
    let value = row.value.bson();
    if let Some(words) = sealed_words(&value) {
        return format::width(&words);
    }
    match &*value {
        Bson::Null | Bson::Undefined => 0,
        Bson::String(text) | Bson::Symbol(text) | Bson::JavaScriptCode(text) => cells_of(text).max(2),
        Bson::Int32(n) => n.to_string().len(),
        Bson::Int64(n) => n.to_string().len(),
        Bson::Double(n) => format!("{n:?}").len(),
        Bson::Decimal128(n) => n.to_string().len(),
        Bson::Boolean(_) => 5,
        Bson::DateTime(_) | Bson::ObjectId(_) => 24,
        _ => 16,
    }
}

/// Of the start of a stored text.
fn cells_of(stored: &str) -> usize {
    format::width(&text::line(head(stored, 200)))
}

fn feedback(state: &AppState, heights: &mut FeedbackHeights) -> Needed {
    let pane = &state.workspace.feedback;
    let width = state.areas.inner(Pane::Feedback).map_or(USUAL, |inner| inner.width);
    let session = state.workspace.conversation.session();
    let shown = newest_first(session);
    let coming = pane.coming().map(|coming| &coming.shown);
    let given = coming.chain(shown.iter().map(|(_, given)| *given)).take(MEASURED);
    let (cells, mut rows) = heights.measure(given, width);
    if rows == 0 {
        rows = session.map_or(1, |session| said_rows(feedback::none(session), state, Pane::Feedback));
    }
    Needed { cells: cells.min(WIDEST) + usize::from(MARGINS), rows }
}

/// Rows of a sentence in place of all others.
fn said_rows(sentence: &str, state: &AppState, pane: Pane) -> usize {
    let width = state.areas.inner(pane).map_or(USUAL, |inner| inner.width);
    wrap::plain(sentence, usize::from(width.saturating_sub(2)).max(1)).len()
}
