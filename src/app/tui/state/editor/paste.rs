//! Pasted text: every character of it is kept where it can be seen, or it is refused with a word.

use bson::Bson;
use tui_textarea::{CursorMove, DataCursor};

use super::{
    Editor, Purpose, area,
    value::{self, JsonCaret},
};
use crate::app::{text, tui::render::typed::byte_at};

impl Editor {
    /// Takes pasted text. A text that cannot be shown as it is becomes JSON, which escapes it.
    pub fn paste(&mut self, pasted: &str) {
        if self.is_waiting() {
            self.problem = Some("nothing was pasted: Enter takes this up first".to_owned());
            return;
        }
        (self.problem, self.leaving) = (None, false);
        let pasted = value::line_breaks(pasted);
        let pasted = if self.keeps_blanks() { pasted.as_str() } else { pasted.trim() };
        if pasted.is_empty() {
            return;
        }
        // What is selected goes.
        self.prefilled.pasted();
        self.area.insert_str("");
        match &self.purpose {
            Purpose::Edit { kind: Bson::String(_), .. } => self.paste_text(pasted),
            Purpose::Edit {
                kind:
                    Bson::Int32(_)
                    | Bson::Int64(_)
                    | Bson::Double(_)
                    | Bson::Decimal128(_)
                    | Bson::Boolean(_)
                    | Bson::Null
                    | Bson::ObjectId(_),
                ..
            }
            | Purpose::Rename { .. } => {
                self.area.insert_str(text::line(pasted));
            }
            Purpose::Edit { .. } => {
                let safe = JsonCaret::behind(&self.around().0).safe(pasted);
                self.area.insert_str(safe);
            }
            Purpose::Add => self.paste_new(pasted),
            Purpose::Item => self.paste_item(pasted),
            Purpose::Rate { .. } => {
                self.area.insert_str(pasted);
            }
        }
    }

    /// Whether blanks around what is pasted mean something.
    fn keeps_blanks(&self) -> bool {
        match &self.purpose {
            Purpose::Edit { kind, .. } => matches!(kind, Bson::String(_) | Bson::Document(_) | Bson::Array(_)),
            Purpose::Add | Purpose::Item | Purpose::Rate { .. } => true,
            Purpose::Rename { .. } => false,
        }
    }

    /// Another text in place of what is typed, as if it were pasted.
    pub fn fill(&mut self, typed: &str) {
        if self.is_json {
            self.area = area(&JsonCaret::default().safe(typed));
            (self.problem, self.leaving) = (None, false);
        } else {
            self.area = area("");
            self.paste(typed);
        }
    }

    fn paste_text(&mut self, pasted: &str) {
        if self.is_json {
            let quoted = value::quoted(pasted);
            self.area.insert_str(&quoted[1..quoted.len() - 1]);
        } else if value::is_safe(pasted) {
            self.area.insert_str(pasted);
        } else {
            let (before, after) = self.around();
            let before = before + pasted;
            let mut caret = value::quoted(&before);
            caret.pop();
            self.replace(&value::quoted(&(before + &after)), &caret);
            self.is_json = true;
        }
    }

    fn paste_new(&mut self, pasted: &str) {
        if value::is_safe(pasted) {
            self.area.insert_str(pasted);
            return;
        }
        let (before, after) = self.around();
        match value::new_field(&format!("{before}{pasted}{after}")) {
            Some(typed) => self.replace(&typed, &typed),
            None => {
                self.problem = Some("a key holds no tabs and control characters; nothing was pasted".to_owned());
            }
        }
    }

    fn paste_item(&mut self, pasted: &str) {
        if value::is_safe(pasted) {
            self.area.insert_str(pasted);
            return;
        }
        let (before, after) = self.around();
        let typed = value::new_item(&format!("{before}{pasted}{after}"));
        self.replace(&typed, &typed);
    }

    /// The text before and behind the caret.
    fn around(&self) -> (String, String) {
        let DataCursor(row, column) = self.area.cursor();
        let lines = self.area.lines();
        let line = lines.get(row).map_or("", String::as_str);
        let at = byte_at(line, column);
        let (left, right) = line.split_at(at);
        let before: Vec<&str> = lines.iter().take(row).map(String::as_str).chain([left]).collect();
        let after: Vec<&str> = [right].into_iter().chain(lines.iter().skip(row + 1).map(String::as_str)).collect();
        (before.join("\n"), after.join("\n"))
    }

    /// Another text, the caret behind the start of it that is named.
    fn replace(&mut self, text: &str, before: &str) {
        self.area = area(text);
        let row = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        if let (Ok(row), Ok(column)) = (u16::try_from(row), u16::try_from(column)) {
            self.area.move_cursor(CursorMove::Jump(row, column));
        }
    }
}
