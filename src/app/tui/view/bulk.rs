//! Changes of many sessions, over the bottom of the body.
//!
//! ```text
//! ╭ Change 12 sessions ▪ prod-eu ▪ agents.sessions ────────────╮
//! │ set priority=high                                          │
//! │ 10 would be changed, 1 unchanged, 1 does not fit           │
//! │                                                            │
//! │ support-1   priority: str "low" becomes str "high"         │
//! │ resumed-7   does not fit: …                                │
//! ╰ Enter change 10  Esc back ─────────────────────────────────╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, caret, row};
use crate::app::{
    text, told,
    tui::{
        render::{Look, format, wrap},
        state::{
            AppState, areas,
            bulk::{BulkLine, BulkPane, BulkStage, EndedBulk},
        },
    },
    writes::bulk::{BulkKind, BulkSample, BulkTally, SessionOutcome},
};

/// Lines that a sentence takes at most.
const SENTENCE: usize = 3;

/// What is in the box.
#[derive(Default)]
struct BulkBox<'a> {
    above: Vec<Line<'static>>,
    typed: Option<&'a BulkLine>,
    below: Vec<Line<'static>>,
    hint: String,
}

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, pane: &BulkPane, state: &AppState) {
    let look = &state.look;
    let width = usize::from(body.width.saturating_sub(4)).max(1);
    let shown = content(pane, width, look);
    let typed_rows = usize::from(shown.typed.is_some());
    let rows = (shown.above.len() + typed_rows + shown.below.len()).min(usize::from(body.height));
    let area = areas::bottom(body, rows as u16 + 2);
    frame.render_widget(Clear, area);
    let title = format::fit(&title(pane, look), width, look.marks);
    let hint = Line::styled(format!(" {} ", format::fit(&shown.hint, width, look.marks)), look.theme.dim);
    frame.render_widget(block::pane(Line::raw(format!(" {title} ")), hint, true, look), area);
    let inner = areas::inside(area);
    let inner = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    let above = shown.above.len().min(usize::from(inner.height).saturating_sub(typed_rows));
    frame.render_widget(Paragraph::new(shown.above), Rect { height: above as u16, ..inner });
    let mut from = inner.y + above as u16;
    if let Some(line) = shown.typed {
        caret::draw(frame, Rect { y: from, height: 1.min(inner.height), ..inner }, line.area(), look);
        from += 1;
    }
    let rest = Rect { y: from, height: inner.bottom().saturating_sub(from), ..inner };
    frame.render_widget(Paragraph::new(shown.below), rest);
}

/// `Change 12 sessions ▪ prod-eu ▪ agents.sessions`.
fn title(pane: &BulkPane, look: &Look) -> String {
    let what = match (pane.count, pane.filter()) {
        (Some(1), _) => "1 session".to_owned(),
        (Some(count), _) => format!("{} sessions", format::number(count, look.marks)),
        (None, Some(filter)) if !filter.is_empty() => format!("all that match {}", filter.source),
        (None, _) => "all sessions".to_owned(),
    };
    text::line(&format!("Change {what} {} {}", look.marks.sep, pane.place)).into_owned()
}

fn content<'a>(pane: &'a BulkPane, width: usize, look: &Look) -> BulkBox<'a> {
    let theme = &look.theme;
    match &pane.stage {
        BulkStage::Choose => BulkBox {
            above: BulkKind::ALL
                .iter()
                .enumerate()
                .map(|(at, kind)| choice(*kind, at == pane.chosen, width, look))
                .collect(),
            hint: "Enter choose  Esc back".to_owned(),
            ..BulkBox::default()
        },
        BulkStage::Type => {
            let below = match &pane.line.problem {
                Some(wrong) => problem(Some(wrong), width, theme.error),
                None => problem(pane.kind().form(), width, theme.dim),
            };
            BulkBox {
                above: vec![Line::styled(pane.kind().words(), theme.title)],
                typed: Some(&pane.line),
                below,
                hint: "Enter preview  Esc back".to_owned(),
            }
        }
        BulkStage::Look(seen) => {
            let mut above = vec![what(&seen.order.change.to_string(), width, look)];
            let state = if seen.done { "" } else { "looking at each: " };
            above.extend(problem(
                Some(&format!("{state}{}", seen.tally.would(|count| format::number(count, look.marks)))),
                width,
                theme.text,
            ));
            let change = format::number(seen.tally.of(SessionOutcome::Done), look.marks);
            let hint = match (seen.done, seen.tally.of(SessionOutcome::Done)) {
                (true, 1..) => format!("Enter change {change}  Esc back"),
                _ => "Esc back".to_owned(),
            };
            BulkBox { above, below: named(pane, &seen.tally, width, look), hint, ..BulkBox::default() }
        }
        BulkStage::Run(running) => {
            let had = running.tally.sessions();
            let mut above = vec![what(&running.order.change.to_string(), width, look)];
            let stopping = if running.stopping { ", stopping" } else { "" };
            let number = |count| format::number(count, look.marks);
            // None of them had one yet: nothing is to be counted.
            let counted = if had == 0 { String::new() } else { format!(": {}", running.tally.counted(number)) };
            let says = format!("{} of {} had their turn{counted}{stopping}", number(had), number(running.of));
            above.extend(problem(Some(&says), width, theme.text));
            let hint = String::from(if running.stopping { "" } else { "Esc stop" });
            BulkBox { above, below: named(pane, &running.tally, width, look), hint, ..BulkBox::default() }
        }
        BulkStage::Ended(ended) => of_ended(pane, ended, width, look),
    }
}

fn of_ended(pane: &BulkPane, ended: &EndedBulk, width: usize, look: &Look) -> BulkBox<'static> {
    let theme = &look.theme;
    let mut above = vec![what(&ended.order.change.to_string(), width, look)];
    above.extend(problem(Some(&ended.end.tally.counted(|count| format::number(count, look.marks))), width, theme.text));
    if let Some(error) = &ended.end.error {
        above.extend(problem(Some(&told::sentence_on_screen(error)), width, theme.error));
    } else if ended.end.left.is_some() {
        let (had, number) = (ended.end.tally.sessions(), |count| format::number(count, look.marks));
        let says = if had < ended.of {
            format!("stopped: {} of {} had their turn", number(had), number(ended.of))
        } else {
            "not all had their turn, or may have another".to_owned()
        };
        above.extend(problem(Some(&says), width, theme.warn));
    }
    if let Some(report) = &ended.end.report {
        above.extend(problem(Some(&format!("report: {}", report.display())), width, theme.dim));
    }
    let on = if ended.end.left.is_some() { "g go on  Esc later  " } else { "" };
    let copy = if ended.end.report.is_some() { "y copy the report's path  " } else { "" };
    let below = named(pane, &ended.end.tally, width, look);
    BulkBox { above, below, hint: format!("{on}{copy}Enter close"), ..BulkBox::default() }
}

fn choice(kind: BulkKind, chosen: bool, width: usize, look: &Look) -> Line<'static> {
    row::selectable(vec![Span::raw(format!(" {}", kind.words()))], width, chosen, look)
}

/// What is changed, in one line.
fn what(change: &str, width: usize, look: &Look) -> Line<'static> {
    Line::styled(format::fit(&text::line(change), width, look.marks), look.theme.title)
}

/// A sentence over a few lines; none for none.
fn problem(says: Option<&str>, width: usize, style: Style) -> Vec<Line<'static>> {
    let wrapped = says.map(|says| wrap::plain(&text::line(says), width)).unwrap_or_default();
    wrapped.into_iter().take(SENTENCE).map(|line| Line::styled(line, style)).collect()
}

/// The first few of each outcome: an empty line, then a line each.
fn named(pane: &BulkPane, tally: &BulkTally, width: usize, look: &Look) -> Vec<Line<'static>> {
    let samples = tally.samples();
    let names = samples.iter().map(|sample| format::width(&text::line(&sample.name))).max().unwrap_or(0);
    let names = names.min(width / 3);
    let lines = samples.iter().skip(pane.top).map(|sample| sample_line(sample, names, width, look));
    let mut all: Vec<Line<'static>> = lines.collect();
    if !all.is_empty() {
        all.insert(0, Line::default());
    }
    all
}

fn sample_line(sample: &BulkSample, names: usize, width: usize, look: &Look) -> Line<'static> {
    let theme = &look.theme;
    let name = row::left(&text::line(&sample.name), names, look);
    let (word, style) = match sample.outcome {
        SessionOutcome::Done => ("", theme.text),
        SessionOutcome::Unchanged => ("unchanged", theme.dim),
        SessionOutcome::Misfit => ("does not fit: ", theme.warn),
        SessionOutcome::Conflict => ("in conflict: ", theme.warn),
        SessionOutcome::Gone => ("gone: ", theme.warn),
        SessionOutcome::Failed => ("failed: ", theme.error),
        SessionOutcome::Unsure => ("unsure: ", theme.error),
    };
    let says = format::fit(&text::line(&format!("{word}{}", sample.says)), width.saturating_sub(names + 2), look.marks);
    Line::from(vec![Span::raw(format!("{name}  ")), Span::styled(says, style)])
}

#[cfg(test)]
mod tests;
