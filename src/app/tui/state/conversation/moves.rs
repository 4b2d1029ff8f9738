//! What a person does: moving, folding, switching tabs, going through places found.

use super::{ConversationState, Landmark, open::Goal, part::MessagePart, place, timeline::Spot};
use crate::app::keymap::Action;
use crate::{
    app::{
        text,
        tui::{
            render::message::{Foldable, Laid},
            state::{Effect, Tickets},
        },
    },
    session::{AgentId, Block},
};

impl ConversationState {
    /// Moves, folds, switches agents, goes through places found. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, tickets: &mut Tickets) -> Option<Vec<Effect>> {
        if let Some((kind, down)) = Landmark::of(action) {
            return Some(self.go_by(kind, down, tickets));
        }
        let page = usize::from(self.size.height).saturating_sub(2).max(1) as isize;
        let half = usize::from(self.size.height / 2).max(1) as isize;
        let mut says = None;
        match action {
            Action::Up => self.walk(|pages, place, view| place.step(pages, view, -1)),
            Action::Down => self.walk(|pages, place, view| place.step(pages, view, 1)),
            Action::PageUp => self.walk(|pages, place, view| place.page(pages, view, -page)),
            Action::PageDown => self.walk(|pages, place, view| place.page(pages, view, page)),
            Action::HalfPageUp => self.walk(|pages, place, view| place.page(pages, view, -half)),
            Action::HalfPageDown => self.walk(|pages, place, view| place.page(pages, view, half)),
            Action::Top => self.walk(|_, place, _| *place = place::ViewPlace::default()),
            Action::Bottom => self.set_goal(Goal::End),
            Action::Left => return self.fold(false, tickets),
            Action::Right => return self.fold(true, tickets),
            Action::Open => says = self.toggle(),
            Action::Reasoning => says = self.toggle_all(Foldable::Reasoning),
            Action::Tools => says = self.toggle_all(Foldable::Tool),
            Action::PreviousAgent => says = self.next_tab(-1),
            Action::NextAgent => says = self.next_tab(1),
            Action::NextMatch | Action::PreviousMatch => {
                self.find.as_ref()?;
                return Some(self.next_hit(action == Action::NextMatch, tickets));
            }
            Action::MoveAgain => return Some(self.go_again(tickets)),
            _ => return None,
        }
        let mut effects = self.moved(tickets);
        effects.extend(says.map(Effect::Say));
        Some(effects)
    }

    /// Click at a cell of the inner area: selects the message, or folds an item, or switches the tab (`y` counts from
    /// the first inner row; the tabs are in the title, see [`Self::click_title`]).
    pub fn click(&mut self, y: u16, tickets: &mut Tickets) -> Vec<Effect> {
        self.walk(|pages, place, _| {
            let mut at = place.top(pages);
            for row in 0..=usize::from(y) {
                if row == usize::from(y) && (place::Sheet::is_loaded(pages, at.0)) {
                    (place.pos, place.line, place.row) = (at.0, at.1, row);
                }
                let Some(next) = place::next(pages, at) else { break };
                at = next;
            }
        });
        if self.fold_at_cursor().is_some_and(|(_, _, head)| head) {
            self.toggle();
        }
        self.moved(tickets)
    }

    /// Click in the title row, `x` counted from the pane's left edge: switches the agent tab.
    pub fn click_title(&mut self, x: u16, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(look) = self.look.clone() else { return Vec::new() };
        let title = self.title(self.size.width.saturating_add(2), &look);
        let hit = title.tabs.iter().find(|tab| {
            usize::from(x) >= usize::from(tab.x)
                && usize::from(x) < usize::from(tab.x) + crate::app::tui::render::format::width(&tab.label)
        });
        if let Some(tab) = hit.and_then(|tab| tab.number) {
            self.show_tab(tab);
        }
        self.moved(tickets)
    }

    /// Scrolls by lines (mouse wheel); negative is up.
    pub fn scroll(&mut self, lines: i32, tickets: &mut Tickets) -> Vec<Effect> {
        self.walk(|pages, place, view| place.scroll(pages, view, lines as isize));
        self.moved(tickets)
    }

    /// After a move: what failed may be tried again, and what came into view is asked for.
    pub(super) fn moved(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        self.blocked = false;
        self.refresh();
        self.ask(tickets)
    }

    fn walk(&mut self, walk: impl FnOnce(&mut super::sheet::Pages<'_>, &mut place::ViewPlace, usize)) {
        self.wanted_move = None;
        if let Some(open) = &mut self.open {
            open.goal = None;
        }
        self.on_sheet(walk);
    }

    pub(super) fn set_goal(&mut self, goal: Goal) {
        self.wanted_move = None;
        if let Some(open) = &mut self.open {
            open.goal = Some(goal);
        }
    }

    /// What folds at the cursor: its block, and whether the cursor is on its first line.
    fn fold_at_cursor(&mut self) -> Option<(Foldable, usize, bool)> {
        self.on_sheet(|pages, place, _| {
            let laid = pages.laid(place.pos)?;
            let piece = laid.piece_at(place.line)?;
            Some((piece.fold?, piece.block, piece.lines.start == place.line))
        })?
    }

    fn spot(&self) -> Option<Spot> {
        self.open.as_ref()?.spot()
    }

    /// Whether there is something to unfold or to fold where the cursor is.
    #[must_use]
    pub fn unfolds(&self) -> bool {
        let Some((open, spot)) = self.open.as_ref().zip(self.spot()) else { return false };
        self.layouts.get(spot).is_some_and(|laid| meant(laid, open.place.line).is_some())
    }

    /// Opens or folds the item at the cursor, which stays on it. On any other line of a message with a single item,
    /// that one is meant. Where there is none, what to say.
    fn toggle(&mut self) -> Option<String> {
        let spot = self.spot()?;
        let (laid, line) = self.on_sheet(|pages, place, _| Some((pages.laid(place.pos)?, place.line)))??;
        let Some((kind, block, at_cursor)) = meant(&laid, line) else {
            return Some("nothing to unfold here".to_owned());
        };
        self.folds.toggle(kind, spot, block);
        self.layouts.forget(spot);
        if at_cursor {
            self.on_sheet(|pages, place, _| {
                if let Some(line) = pages.laid(place.pos).and_then(|laid| laid.line_of(block, 0)) {
                    // The first line of the item takes the row it had, or comes into view.
                    place.row = place.row.saturating_sub(place.line.saturating_sub(line));
                    place.line = line;
                }
            });
        }
        None
    }

    /// Folds or unfolds the item at the cursor; not for this pane where there is nothing to.
    fn fold(&mut self, open: bool, tickets: &mut Tickets) -> Option<Vec<Effect>> {
        let (kind, block, _) = self.fold_at_cursor()?;
        let spot = self.spot()?;
        if self.folds.is_open(kind, spot, block) == open {
            return None;
        }
        self.toggle();
        Some(self.moved(tickets))
    }

    /// All of a kind, also of what is not loaded yet; where none is shown, what to say.
    fn toggle_all(&mut self, kind: Foldable) -> Option<String> {
        let mark = self.mark();
        let turned = if self.folds.toggle_all(kind) { "unfolded" } else { "folded" };
        self.layouts.clear();
        self.return_to(mark);
        let name = match kind {
            Foldable::Reasoning => "reasoning",
            Foldable::Tool => "tool call",
        };
        (!self.has_foldable(kind)?).then(|| format!("no {name} here; {turned} elsewhere"))
    }

    /// Whether a loaded message of the tab has something that folds so.
    fn has_foldable(&self, kind: Foldable) -> Option<bool> {
        let open = self.open.as_ref()?;
        let folds = |block: &Block| match kind {
            Foldable::Reasoning => matches!(block, Block::Reasoning { text: Some(_), .. }),
            Foldable::Tool => matches!(block, Block::ToolUse { .. } | Block::ToolResult { .. }),
        };
        let shown = open.windows.iter().enumerate().filter(|(agent, _)| open.timeline.shows(*agent));
        let mut messages = shown.flat_map(|(_, window)| window.loaded());
        Some(messages.any(|(_, message)| message.shown_content().iter().any(folds)))
    }

    /// The tab beside this one, around the ends; where there is no other, what to say.
    fn next_tab(&mut self, step: isize) -> Option<String> {
        let open = self.open.as_ref()?;
        let tabs = open.tabs();
        match tabs {
            0 => return Some("no agents in this session".to_owned()),
            1 => return Some("this session has one agent alone".to_owned()),
            _ => {}
        }
        let tab = (open.tab + tabs).saturating_add_signed(step) % tabs;
        self.show_tab(tab);
        None
    }

    pub(super) fn show_tab(&mut self, tab: usize) {
        if let Some(open) = self.open.as_mut().filter(|open| open.tab != tab && tab < open.tabs()) {
            open.show_tab(tab);
            self.layouts.clear();
        }
    }

    fn next_hit(&mut self, down: bool, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(find) = &mut self.find else { return Vec::new() };
        if let Some(open) = &self.open {
            find.arrange(&open.timeline);
            let is_on_way = find.current.is_some() && open.goal == find.current.map(Goal::Hit);
            if let Some(here) = open.spot().filter(|here| !is_on_way && find.shown != Some(*here)) {
                find.set_out(here, down, &open.timeline);
            }
        }
        let before = find.status().current;
        let Some(hit) = find.step(down) else {
            let status = find.status();
            let words = match (status.searching, status.cut_short) {
                (Some(_), _) => "nothing found yet",
                (None, true) => "nothing found so far, and not all was searched",
                (None, false) => "nothing found",
            };
            return vec![Effect::Say(words.to_owned())];
        };
        let now = find.status().current;
        let turned = before > 0 && now != before && (now < before) == down;
        self.go_to(hit);
        let mut effects = self.moved(tickets);
        if turned {
            let words = if down { "from the first place again" } else { "from the last place again" };
            effects.push(Effect::Say(words.to_owned()));
        }
        effects
    }

    /// Goes to a message of an agent, by its stored index: the cursor stands on it. Nothing where it is not there any more.
    pub fn go_to_message(&mut self, agent: &AgentId, index: u64, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let Some(agent) = open.session.agents.iter().position(|found| found.id == *agent) else { return Vec::new() };
        if index >= open.counts[agent] {
            return Vec::new();
        }
        self.go_to(Spot { agent, index });
        self.moved(tickets)
    }

    /// Goes to a message as a person names it: by its stored index, and by its agent where that is not the one of the tab (in the merged
    /// timeline, of the selected message).
    ///
    /// # Errors
    /// Why there is no such message, in a sentence.
    pub fn go_to_index(
        &mut self,
        agent: Option<&str>,
        index: u64,
        tickets: &mut Tickets,
    ) -> Result<Vec<Effect>, String> {
        let open = self.open.as_ref().ok_or("open a session first")?;
        let agent = match agent {
            Some(name) => open.session.agents.iter().position(|agent| agent.id.as_str() == name),
            None if open.agent().is_some() => Some(open.tab),
            None => open.spot().map(|spot| spot.agent),
        };
        let agent = agent.ok_or("there is no such agent")?;
        let (name, count) = (text::line(open.session.agents[agent].id.as_str()), open.counts[agent]);
        match count.checked_sub(1) {
            None => return Err(format!("{name} has no messages")),
            Some(last) if index > last => {
                return Err(format!("there is no message {index}: the numbers of {name} run from 0 to {last}"));
            }
            Some(_) => {}
        }
        let spot = Spot { agent, index };
        self.go_to(spot);
        self.set_goal(Goal::Part(spot, MessagePart::Head));
        Ok(self.moved(tickets))
    }

    /// Goes to a message, on another tab where this one does not show its agent.
    pub(super) fn go_to(&mut self, spot: Spot) {
        if self.open.as_ref().is_some_and(|open| open.timeline.place(spot).is_none()) {
            self.show_tab(spot.agent);
        }
        self.set_goal(Goal::Hit(spot));
    }
}

/// What `Enter` unfolds or folds on a line of a message: the item there, else the only one; and whether the line is the item's.
fn meant(laid: &Laid, line: usize) -> Option<(Foldable, usize, bool)> {
    let at_line = laid.piece_at(line).and_then(|piece| Some((piece.fold?, piece.block, true)));
    at_line.or_else(|| {
        let mut folds = laid.pieces.iter().filter_map(|piece| Some((piece.fold?, piece.block, false)));
        let first = folds.next()?;
        folds.next().is_none().then_some(first)
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, Desk};
    use super::*;

    /// Presses it: what is said.
    fn said(desk: &mut Desk, action: Action) -> Option<String> {
        desk.told.clear();
        desk.press(action);
        desk.told.iter().find_map(|effect| match effect {
            Effect::Say(says) => Some(says.clone()),
            _ => None,
        })
    }

    #[test]
    fn a_key_that_finds_nothing_says_so() {
        let mut session = sample::session("t", &[("a", 3)], 3);
        session.agents[0].messages = vec![sample::message(0), sample::tool_use(1, "t1"), sample::tool_result(2, "t1")];
        let mut desk = Desk::new(vec![session], 60, 20);
        desk.open("t");
        desk.settle();
        assert!(desk.state.unfolds());
        assert_eq!(said(&mut desk, Action::Open), None);
        assert!(desk.state.unfolds(), "it can be folded again");
        desk.press(Action::Top);
        assert!(!desk.state.unfolds());
        assert_eq!(said(&mut desk, Action::Open).as_deref(), Some("nothing to unfold here"));
        assert_eq!(said(&mut desk, Action::NextAgent).as_deref(), Some("this session has one agent alone"));
        assert_eq!(said(&mut desk, Action::Tools), None);
        assert_eq!(said(&mut desk, Action::Reasoning).as_deref(), Some("no reasoning here; unfolded elsewhere"));
        assert_eq!(said(&mut desk, Action::Reasoning).as_deref(), Some("no reasoning here; folded elsewhere"));
    }
}
