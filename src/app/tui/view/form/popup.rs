//! What stands among the rows, below what is typed: what is wrong with it, what it will be and what is offered; and over them the types
//! that a value may be given.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{path_words, value_words};
use crate::{
    app::{
        keymap::Action,
        text,
        tui::{
            render::{Look, format, wrap},
            state::{
                AppState, areas,
                form::{FieldEditor, MetadataForm, RetypeChoice, Retyping},
            },
            view::{block, editor, row},
        },
    },
    session::plain,
};

/// Cells that a sentence needs to be read at ease.
const READABLE: u16 = 36;

/// Cells of the word for a type, and of the blanks around it.
const KIND: usize = 9;

/// What is offered at once, at most.
const OFFERS: usize = 6;

/// What is said of what is typed, and where.
pub(super) struct FieldHint {
    lines: Vec<Line<'static>>,
    from: u16,
    width: u16,
}

impl FieldHint {
    /// Of a field that begins in that column; among so many rows, of which it keeps one.
    pub fn of(rows: Rect, from: u16, field: &FieldEditor, state: &AppState) -> Self {
        let room = usize::from(rows.height.saturating_sub(1));
        // What begins far at the right leaves its sentences no room.
        let from = from.min(rows.right().saturating_sub(READABLE)).max(rows.x + 1);
        let width = rows.right().saturating_sub(from + 1);
        let problem = field.problem();
        let mut lines = editor::below(&field.editor, problem.as_deref(), usize::from(width).max(1), &state.look);
        lines.retain(|line| line.width() > 0);
        lines.truncate(room);
        let offers = OFFERS.min(room - lines.len());
        lines.extend(offered(state, usize::from(width), offers));
        Self { lines, from, width }
    }

    /// The rows that it takes.
    pub fn height(&self) -> u16 {
        self.lines.len() as u16
    }

    /// Draws it in these rows.
    pub fn draw(self, frame: &mut Frame<'_>, rows: Rect) {
        frame.render_widget(Clear, rows);
        frame.render_widget(Paragraph::new(self.lines), Rect { x: self.from, width: self.width, ..rows });
    }
}

/// What is offered, so many at once, the chosen one in view.
fn offered(state: &AppState, cells: usize, most: usize) -> Vec<Line<'static>> {
    let (offers, chosen) = (state.field_offers(), state.workspace.known.chosen());
    let (theme, marks) = (&state.look.theme, state.look.marks);
    let wide = offers.iter().map(|offer| format::width(&offer.shown)).max().unwrap_or(0).min(cells / 2);
    let first = chosen.map_or(0, |at| (at + 1).saturating_sub(most));
    let shown = offers.iter().enumerate().skip(first).take(most);
    shown
        .map(|(at, offer)| {
            let help = format::fit(&offer.help, cells.saturating_sub(wide + 2), marks);
            let free = cells.saturating_sub(wide + 2 + format::width(&help));
            let line = Line::from(vec![
                Span::styled(row::left(&offer.shown, wide, &state.look), theme.text),
                Span::styled(format!("  {help}"), theme.dim),
                Span::raw(if chosen == Some(at) { " ".repeat(free) } else { String::new() }),
            ]);
            if chosen == Some(at) { line.patch_style(theme.selected) } else { line }
        })
        .collect()
}

/// Draws the types that a value may be given, with what it becomes; of the chosen one that it cannot be given, the whole reason.
pub(super) fn retyping(frame: &mut Frame<'_>, body: Rect, form: &MetadataForm, retyping: &Retyping, state: &AppState) {
    let look = &state.look;
    let cells = usize::from(body.width.saturating_sub(4));
    let why = retyping.choices.get(retyping.selected()).and_then(|choice| choice.becomes.as_ref().err());
    let mut reason = match why {
        Some(why) if format::width(&text::line(why)) > cells.saturating_sub(KIND) => {
            wrap::plain(&text::line(why), cells.max(1))
        }
        _ => Vec::new(),
    };
    reason.truncate(usize::from(body.height / 3));
    let wanted = retyping.choices.len() + reason.len() + 2;
    let area = areas::bottom(body, wanted as u16);
    let inner = areas::inside(area);
    let page = usize::from(inner.height).saturating_sub(reason.len());
    let title = format!("{} of {} becomes", path_words(&retyping.path), text::line(&form.session.name));
    let title = Line::raw(format!(" {} ", format::fit(&title, cells, look.marks)));
    let keys = block::keys(&[(Action::Open, "take it"), (Action::Back, "back")], &state.keymap);
    let keys = Line::styled(format!(" {} ", format::fit(&keys, cells, look.marks)), look.theme.dim);
    frame.render_widget(Clear, area);
    frame.render_widget(block::pane(title, keys, true, look), area);
    let top = retyping.top(page);
    let shown = retyping.choices.iter().enumerate().skip(top).take(page);
    let mut places = inner.rows();
    for ((at, choice), place) in shown.zip(places.by_ref()) {
        let line = becomes(choice, cells, look);
        row::draw(frame.buffer_mut(), place, &line, at == retyping.selected(), look);
    }
    for (line, place) in reason.into_iter().zip(places) {
        let place = Rect { x: place.x + 1, width: place.width.saturating_sub(2), ..place };
        frame.render_widget(Paragraph::new(Line::styled(line, look.theme.error)), place);
    }
}

fn becomes(choice: &RetypeChoice, cells: usize, look: &Look) -> Line<'static> {
    let word = plain::element_word(choice.kind);
    let room = cells.saturating_sub(KIND);
    let (says, style) = match &choice.becomes {
        Ok(value) => (value_words(Some(value), room, look), look.theme.text),
        Err(why) => (text::line(why).into_owned(), look.theme.dim),
    };
    let kind = if choice.becomes.is_ok() { look.theme.code } else { look.theme.dim };
    Line::from(vec![
        Span::styled(format!("{word:<7} "), kind),
        Span::styled(format::fit(&says, room, look.marks), style),
    ])
}
