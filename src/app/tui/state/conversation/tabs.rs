//! The pane's title: the session's name and a tab for each agent.

use unicode_width::UnicodeWidthStr;

use super::ConversationState;
use crate::app::{
    text,
    tui::render::{Look, format, look::Marks},
};

/// What stands in the title row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The pane's number, the session's name and a rule: safe text.
    pub name: String,
    /// Tabs that fit, left to right.
    pub tabs: Vec<AgentTab>,
}

/// A tab of the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTab {
    /// Its label, with brackets or spaces around it: safe text.
    pub label: String,
    /// Which it is; `None` for a mark that there are more.
    pub number: Option<usize>,
    /// Whether it is shown.
    pub current: bool,
    /// Where it starts, counted from the pane's left edge.
    pub x: u16,
}

impl ConversationState {
    /// What stands in the title of a pane so many cells wide, border included.
    #[must_use]
    pub fn title(&self, width: u16, look: &Look) -> Title {
        let cells = usize::from(width).saturating_sub(2);
        let Some(open) = &self.open else {
            let name = self.opening.as_ref().map_or("Conversation".into(), |opening| text::line(&opening.name));
            return title(&name, &[], 0, cells, look.marks);
        };
        let mut labels: Vec<String> =
            open.session.agents.iter().map(|agent| text::line(agent.id.as_str()).into_owned()).collect();
        if labels.len() > 1 {
            labels.push("all".to_owned());
        }
        let name = text::line(self.name().unwrap_or_default());
        let titled = |preview| title(&self.marked_name(&name, preview, look), &labels, open.tab, cells, look.marks);
        if !self.previewed {
            return titled("");
        }
        // The long word goes before the name does.
        let whole = titled("preview: ");
        if whole.name.contains(&*name) { whole } else { titled("pre: ") }
    }
}

/// Lays the title out in so many cells between the pane's corners: the current tab is always there, and as many
/// others as fit around it.
fn title(name: &str, labels: &[String], current: usize, cells: usize, marks: &Marks) -> Title {
    let most = if labels.is_empty() { cells.saturating_sub(4) } else { (cells / 2).saturating_sub(4) };
    let label = |(at, label): (usize, &String)| {
        let label = format::fit(label, (cells / 2).clamp(4, 24), marks);
        if at == current { format!("[{label}]") } else { format!(" {label} ") }
    };
    let labels: Vec<String> = labels.iter().enumerate().map(label).collect();
    let wanted: usize = labels.iter().map(|label| label.width()).sum();
    let most = most.max(cells.saturating_sub(wanted + 6));
    let mut title = Title { name: format!(" 2 {} ", format::fit(name, most, marks)), tabs: Vec::new() };
    if labels.is_empty() {
        return title;
    }
    title.name.push_str(&marks.rule.repeat(2));
    let room = cells.saturating_sub(title.name.width());
    let (from, to) = fitting(&labels, current, room);
    let mut x = 1 + title.name.width();
    let mut push = |label: String, number: Option<usize>| {
        let width = label.width();
        title.tabs.push(AgentTab { label, number, current: number == Some(current), x: x as u16 });
        x += width;
    };
    if from > 0 {
        push(marks.ellipsis.to_owned(), None);
    }
    for (number, label) in labels.iter().enumerate().take(to).skip(from) {
        push(label.clone(), Some(number));
    }
    if to < labels.len() {
        push(marks.ellipsis.to_owned(), None);
    }
    title
}

/// The tabs around the current one that fit, two cells kept for the marks that there are more.
fn fitting(labels: &[String], current: usize, room: usize) -> (usize, usize) {
    let total: usize = labels.iter().map(|label| label.width()).sum();
    if total <= room {
        return (0, labels.len());
    }
    let room = room.saturating_sub(2);
    let current = current.min(labels.len() - 1);
    let (mut from, mut to) = (current, current + 1);
    let mut used = labels[current].width();
    loop {
        if to < labels.len() && used + labels[to].width() <= room {
            used += labels[to].width();
            to += 1;
        } else if from > 0 && used + labels[from - 1].width() <= room {
            from -= 1;
            used += labels[from].width();
        } else {
            return (from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{config::Symbols, tui::render::look};

    fn shown(name: &str, labels: &[&str], current: usize, cells: usize) -> String {
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        let title = title(name, &labels, current, cells, look::marks(Symbols::Unicode));
        let mut text = title.name.clone();
        for tab in &title.tabs {
            assert_eq!(usize::from(tab.x), 1 + text.width());
            text.push_str(&tab.label);
        }
        text
    }

    #[test]
    fn the_current_tab_is_always_there() {
        assert_eq!(
            shown("support-1042", &["support", "billing", "all"], 0, 56),
            " 2 support-1042 ──[support] billing  all "
        );
        assert_eq!(shown("support-1042", &["support", "billing", "all"], 1, 26), " 2 support-… ──…[billing]…");
        assert_eq!(shown("s", &[], 0, 26), " 2 s ");
    }
}
