//! What was changed in the form and is not saved, while the form is closed.

use ratatui::{Frame, layout::Rect};

use crate::{
    app::{
        keymap::Action,
        tui::{
            render::format,
            state::{
                AppState, areas,
                form::MetadataForm,
                metadata::note,
                tree::{Key, path},
            },
            view::row,
        },
    },
    session::MetadataPath,
};

/// Marks the fields of the pane that a form holds changes of, and says in its border how many those are.
pub fn draw_unsaved(frame: &mut Frame<'_>, area: Rect, form: &MetadataForm, state: &AppState) {
    let look = &state.look;
    let session = state.workspace.conversation.session();
    let pane = &state.workspace.metadata;
    let rows = pane.rows(session);
    let mut inner = areas::inside(area);
    if session.and_then(note).is_some() && inner.height > 0 {
        inner = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    }
    let selected = pane.tree.selection.at(rows.len());
    let top = pane.tree.selection.top(rows.len(), inner.height.into());
    for (at, line) in (top..rows.len()).zip(inner.rows()) {
        // The selected row has its bar there.
        if at != selected && is_changed(form, &path(&rows, at)) {
            frame.buffer_mut().set_stringn(line.x, line.y, "~", line.width.into(), look.theme.new);
        }
    }
    // Beside them the border tells where the selected row stands.
    let room = usize::from(area.width).saturating_sub(row::place(selected, rows.len(), look).width() + 2);
    let says = format::fit(&unsaved(form, room, state), room, look.marks);
    if area.width > 2 && area.height > 1 {
        frame.buffer_mut().set_stringn(area.x + 1, area.bottom() - 1, says, room, look.theme.new);
    }
}

/// How much that is, in as many words as so many cells hold.
fn unsaved(form: &MetadataForm, room: usize, state: &AppState) -> String {
    let words = form.unsaved_words();
    let key = state.keymap.label(Action::Edit);
    let long = key.map(|key| format!(" {words}: {key} goes on "));
    let short = match form.changes().len() {
        0 => " unsaved ".to_owned(),
        count => format!(" {count} unsaved "),
    };
    let fits = |says: &String| format::width(says) <= room;
    long.filter(fits).or_else(|| Some(format!(" {words} ")).filter(fits)).unwrap_or(short)
}

/// Whether a change is of that value, of what holds it or of what it holds.
fn is_changed(form: &MetadataForm, way: &[Key<'_>]) -> bool {
    let names = way.iter().map_while(|key| match key {
        Key::Name(name) => Some((*name).to_owned()),
        Key::Item(_) | Key::Root => None,
    });
    let Some(field) = MetadataPath::new(names.collect()) else { return false };
    form.changes_touch(&field)
}
