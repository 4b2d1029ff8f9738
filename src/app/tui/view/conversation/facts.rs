//! What the open session is, on the line below its title: `shop ▪ claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings`.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    app::{
        text,
        tui::{
            render::{Look, format, look::Marks},
            state::conversation::{ConversationState, SessionFacts},
        },
    },
    session::StoredDate,
};

/// A part that is cut to fewer cells than these tells nothing any more.
const LEAST: usize = 6;

/// Cuts a text to so many cells.
type Cut = fn(&str, usize, &Marks) -> String;

/// A part of the line, as safe text.
struct FactPart {
    says: String,
    cut: Cut,
    style: Style,
}

/// Draws the line.
pub fn draw_facts(frame: &mut Frame<'_>, area: Rect, state: &ConversationState, look: &Look) {
    let Some(facts) = state.facts() else { return };
    let area = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let line = line(&facts, area.width.into(), look);
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

/// In so many cells: what stands before the model's own name gives way first; then the application is cut, the model, the age and the
/// findings.
fn line(facts: &SessionFacts<'_>, cells: usize, look: &Look) -> Line<'static> {
    let mut known = parts(facts, false, look);
    if needed(&known, look.marks) > cells {
        known = parts(facts, true, look);
    }
    let mut line = Line::default();
    for part in fitted(known, cells, look.marks) {
        if !line.spans.is_empty() {
            line.push_span(Span::styled(gap(look.marks), look.theme.dim));
        }
        line.push_span(Span::styled(part.says, part.style));
    }
    line
}

/// What is known, the model by its own name alone where it `is_bare`.
fn parts(facts: &SessionFacts<'_>, is_bare: bool, look: &Look) -> Vec<FactPart> {
    let theme = &look.theme;
    let named = facts.model.map(|model| if is_bare { format::bare_model(model) } else { model });
    let model = named.map(|model| match facts.more_models {
        0 => text::line(model).into_owned(),
        more => format!("{} +{more}", text::line(model)),
    });
    let findings = facts.findings.filter(|count| *count > 0).map(|count| {
        let plural = if count == 1 && !facts.is_partial { "" } else { "s" };
        let count = format::at_least(format::number(count as u64, look.marks), facts.is_partial, look.marks);
        format!("! {count} finding{plural}")
    });
    let parts: [(Option<String>, Cut, Style); 4] = [
        (facts.application.map(|name| text::line(name).into_owned()), format::fit, theme.text),
        (model, format::fit_model, theme.dim),
        (facts.updated_at.map(|at| age(at, look)), format::fit, theme.dim),
        (findings, format::fit, theme.warn),
    ];
    parts.into_iter().filter_map(|(says, cut, style)| Some(FactPart { says: says?, cut, style })).collect()
}

fn gap(marks: &Marks) -> String {
    format!(" {} ", marks.sep)
}

fn age(at: StoredDate, look: &Look) -> String {
    let age = format::age(at, look.now);
    let is_past = !format::is_now(at, look.now) && format::seconds_old(at, look.now) > 0;
    if is_past { format!("{age} ago") } else { age }
}

/// Cells of all of them, and between them.
fn needed(parts: &[FactPart], marks: &Marks) -> usize {
    let gaps = parts.len().saturating_sub(1) * format::width(&gap(marks));
    parts.iter().map(|part| format::width(&part.says)).sum::<usize>() + gaps
}

fn fitted(mut parts: Vec<FactPart>, cells: usize, marks: &Marks) -> Vec<FactPart> {
    let mut at = 0;
    while at < parts.len() {
        let over = needed(&parts, marks).saturating_sub(cells);
        if over == 0 {
            break;
        }
        let room = format::width(&parts[at].says).saturating_sub(over);
        if room >= LEAST {
            parts[at].says = (parts[at].cut)(&parts[at].says, room, marks);
            at += 1;
        } else {
            parts.remove(at);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::tui::view::sample;

    fn facts(now: StoredDate) -> SessionFacts<'static> {
        SessionFacts {
            application: Some("support-desk"),
            model: Some("eu.anthropic.claude-sonnet-4-5"),
            more_models: 0,
            updated_at: Some(StoredDate::from_millis(now.millis() - 120_000)),
            findings: Some(20),
            is_partial: false,
        }
    }

    fn shown(cells: usize) -> String {
        let look = sample::look();
        line(&facts(look.now.into()), cells, &look).to_string()
    }

    #[test]
    fn what_has_no_room_gives_way_in_order() {
        assert_eq!(shown(80), "support-desk ▪ eu.anthropic.claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings");
        assert_eq!(shown(64), "support-desk ▪ claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings");
        assert_eq!(shown(52), "suppor… ▪ claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings");
        assert_eq!(shown(50), "claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings");
        assert_eq!(shown(25), "2m ago ▪ ! 20 findings");
        assert_eq!(shown(15), "! 20 findings");
        assert_eq!(shown(10), "! 20 find…");
        assert_eq!(shown(3), "");
    }

    #[test]
    fn what_is_not_known_or_not_there_is_left_out() {
        let look = sample::plain();
        let none = SessionFacts {
            application: None,
            model: None,
            more_models: 0,
            updated_at: None,
            findings: Some(0),
            is_partial: true,
        };
        assert_eq!(line(&none, 40, &look).to_string(), "");
        let some = SessionFacts { findings: Some(1), ..none };
        assert_eq!(line(&some, 40, &look).to_string(), "! >=1 findings");
        let several = SessionFacts { model: Some("a\u{1b}"), more_models: 2, is_partial: false, ..some };
        let says = line(&several, 40, &look).to_string();
        assert!(says.ends_with("+2 | ! 1 finding") && !says.contains('\u{1b}'), "{says}");
    }

    proptest! {
        #[test]
        fn it_is_never_wider_than_its_place(cells in 0usize..90) {
            prop_assert!(format::width(&shown(cells)) <= cells);
        }
    }
}
