//! The keys worth a hint: only what can be done here and now, the most useful first. Whether something can be done is asked of what
//! does it.

mod of_form;
mod order;

use self::order::{CONVERSATION, FEEDBACK, METADATA, METRICS, REVIEW, SESSIONS};
use super::{
    AppState, areas::Pane, connection::Stage, feedback, fleet::FleetFace, inspector::body::Body, metadata,
    metrics::Data, modal::Modal, tree::Fold,
};
use crate::app::{fleet::FleetGroup, keymap::Action};

/// An action, and what it does here in a word or two.
pub type KeyOffer = (Action, &'static str);

impl AppState {
    /// The actions of what has the focus, the most useful first.
    #[must_use]
    pub fn offers(&self) -> Vec<KeyOffer> {
        self.offers_of(self.modals.last())
    }

    /// The actions of what lies over the panes, or of the focused one.
    pub(super) fn offers_of(&self, modal: Option<&Modal>) -> Vec<KeyOffer> {
        let of = match modal {
            Some(modal) => return self.of_modal(modal),
            None if matches!(self.workspace.connection.stage, Stage::Connecting) => {
                return vec![(Action::Back, "give up"), (Action::Help, "help"), (Action::Quit, "quit")];
            }
            None => match self.focus {
                Pane::Sessions => SESSIONS,
                Pane::Conversation => CONVERSATION,
                Pane::Metrics => METRICS,
                Pane::Metadata => METADATA,
                Pane::Feedback => FEEDBACK,
            },
        };
        let judges = self.workspace.review.is_some() && matches!(self.focus, Pane::Sessions | Pane::Conversation);
        let first = if judges { REVIEW } else { &[] };
        let of = first.iter().chain(of.iter().filter(|action| !first.contains(action)));
        of.copied().filter_map(|action| Some((action, self.offer(action)?))).collect()
    }

    /// What an action does on the focused pane, in a word or two; `None`: nothing, here and now.
    fn offer(&self, action: Action) -> Option<&'static str> {
        let in_list = self.focus == Pane::Sessions;
        let session = self.workspace.conversation.session();
        let chosen = self.chosen_key();
        Some(match action {
            Action::Open if in_list => chosen.map(|_| "open")?,
            Action::Open if self.focus == Pane::Metrics => {
                self.workspace.metrics.chosen_call(Data::of(&self.workspace.conversation)).map(|_| "go to the call")?
            }
            Action::Open => self.unfolds().then_some("unfold")?,
            Action::Left if self.focus == Pane::Metrics => {
                self.workspace.metrics.chosen_call(Data::of(&self.workspace.conversation)).map(|_| "earlier call")?
            }
            Action::Back if self.can_give_up() => "give up",
            Action::Back if in_list && self.workspace.list.is_outdated() && self.workspace.list.loading().is_none() => {
                "back"
            }
            Action::Back if in_list => (!self.workspace.list.filter.is_empty()).then_some("all sessions")?,
            Action::Back => "back",
            Action::Zoom if self.zoomed => "all panes",
            Action::Zoom => "zoom",
            Action::Filter if in_list => "filter",
            Action::Filter => session.map(|_| "find")?,
            Action::NextMatch
                if self.workspace.review.is_some() && self.workspace.conversation.find_status().is_none() =>
            {
                "next"
            }
            Action::NextMatch => {
                self.workspace.conversation.find_status().filter(|found| found.hits > 1).map(|_| "next found")?
            }
            Action::NextAgent => session.filter(|session| session.agents.len() > 1).map(|_| "next agent")?,
            Action::Tools => self.workspace.conversation.selected().map(|_| "tools")?,
            Action::Reasoning => self.workspace.conversation.selected().map(|_| "reasoning")?,
            Action::Edit | Action::Remove if self.focus == Pane::Feedback => {
                let says = if action == Action::Edit { "change yours" } else { "take back" };
                (self.may_write() && self.owns_selected()).then_some(says)?
            }
            Action::Edit => self.may_edit().then_some("edit")?,
            Action::Remove => self.may_edit().then_some("remove")?,
            Action::Add => self.may_add().then_some("add")?,
            Action::Rate => chosen.filter(|_| self.may_write()).map(|_| "feedback")?,
            Action::RateUp if self.workspace.review.is_none() => chosen.filter(|_| self.may_write()).map(|_| "rate")?,
            Action::RateUp => chosen.map(|_| "up")?,
            Action::RateDown => chosen.map(|_| "down")?,
            Action::RateNeutral => chosen.map(|_| "neutral")?,
            Action::Review if self.workspace.review.is_some() => "end the review",
            Action::Review => self.may_write().then_some("review")?,
            Action::Bulk => (self.may_write() && self.workspace.list.has_marks()).then_some("change marked")?,
            Action::Mark => chosen.filter(|_| in_list && self.may_write()).map(|_| "mark")?,
            Action::MarkAll => chosen.filter(|_| in_list && self.may_write()).map(|_| "mark all")?,
            Action::DeleteSession => chosen.filter(|_| self.may_write()).map(|_| "delete")?,
            Action::Inspect => chosen.map(|_| "inspect")?,
            Action::Explain => {
                self.workspace.metrics.explains(Data::of(&self.workspace.conversation)).then_some("explain")?
            }
            Action::Copy => self.copies().then_some("copy")?,
            Action::Pager => (!in_list && self.copies()).then_some("pager")?,
            Action::PaneMetrics => session.map(|_| "metrics")?,
            Action::LastError => self.wrong().map(|_| "error")?,
            Action::Events => self.has_happened().then_some("events")?,
            Action::GoOnTo => session.map(|_| "next error, tool")?,
            Action::Bookmark if self.is_bookmarked(chosen?) => "no bookmark",
            Action::Bookmark => "bookmark",
            Action::Bookmarks => (!self.memory.bookmarks.is_empty()).then_some("bookmarks")?,
            Action::Recent => (!self.memory.recent.is_empty()).then_some("recent")?,
            Action::Preview => {
                if self.ui.preview {
                    "no preview"
                } else {
                    "preview"
                }
            }
            Action::NextSession => session.filter(|_| self.workspace.list.rows.len() > 1).map(|_| "next session")?,
            Action::JumpBack => self.goes_back().then_some("back to before")?,
            Action::Sort => "sort",
            Action::Columns => "columns",
            Action::Reload => "reload",
            Action::NextPane => "next pane",
            Action::Fleet => self.workspace.connection.is_open().then_some("fleet")?,
            Action::Connections => "connections",
            Action::NextConnection => self.has_others().then_some("next connection")?,
            Action::CloseConnection => self.has_others().then_some("close it")?,
            Action::CommandLine => "command",
            Action::Help => "help",
            Action::Quit => "quit",
            _ => return None,
        })
    }

    /// In the fleet: what there is to do with its sessions, or with their sums.
    fn of_fleet(&self) -> Vec<KeyOffer> {
        let fleet = &self.workspace.fleet;
        let (back, next) = match fleet.face {
            FleetFace::Sessions => ("back", "totals"),
            FleetFace::Totals(FleetGroup::Application) => ("sessions", "by model"),
            FleetFace::Totals(FleetGroup::Model) => ("sessions", "sessions"),
        };
        let of_rows = fleet.face == FleetFace::Sessions;
        let of_one = of_rows && fleet.selected().is_some();
        let offers = [
            Some((Action::Back, back)),
            of_one.then_some((Action::Open, "open")),
            of_rows.then_some((Action::Sort, "sort")),
            Some((Action::Window, "window")),
            Some((Action::Tools, next)),
            Some((Action::Filter, "filter")),
            Some((Action::Help, "help")),
            self.has_happened().then_some((Action::Events, "events")),
            Some((Action::Quit, "quit")),
            of_one.then_some((Action::Copy, "copy")),
        ];
        offers.into_iter().flatten().collect()
    }

    fn may_write(&self) -> bool {
        self.workspace.connection.is_open() && !self.read_only()
    }

    /// In the list what the metadata of the row holds may not be known yet.
    fn may_edit(&self) -> bool {
        if self.focus == Pane::Sessions { self.may_add() } else { self.may_write() && self.field().is_ok() }
    }

    fn may_add(&self) -> bool {
        let open = self.workspace.conversation.session();
        let known = open.filter(|open| self.chosen_key() == Some(&open.key));
        let refused = known.is_some_and(|session| metadata::refusal(session).is_some());
        self.may_write() && !refused && self.chosen_key().is_some()
    }

    fn unfolds(&self) -> bool {
        let workspace = &self.workspace;
        if self.focus == Pane::Conversation {
            return workspace.conversation.unfolds();
        }
        let rows = workspace.metadata.rows(workspace.conversation.session());
        let at = workspace.metadata.tree.selection.at(rows.len());
        self.focus == Pane::Metadata && rows.get(at).is_some_and(|row| row.fold != Fold::Leaf)
    }

    fn copies(&self) -> bool {
        let workspace = &self.workspace;
        let session = workspace.conversation.session();
        match self.focus {
            Pane::Sessions => self.chosen_key().is_some(),
            Pane::Conversation => workspace.conversation.selected().is_some(),
            Pane::Metrics => !Data::of(&workspace.conversation).rows().is_empty(),
            Pane::Metadata => !workspace.metadata.rows(session).is_empty(),
            Pane::Feedback => {
                let shown = feedback::newest_first(session);
                let chosen = shown.get(workspace.feedback.selection.at(shown.len()));
                chosen.is_some_and(|(_, given)| given.comment.as_deref().is_some_and(|comment| !comment.is_empty()))
            }
        }
    }

    fn of_modal(&self, modal: &Modal) -> Vec<KeyOffer> {
        match modal {
            Modal::Prompt(_)
            | Modal::Editor(_)
            | Modal::Confirm(_)
            | Modal::Changes(_)
            | Modal::Bulk(_)
            | Modal::Deletion(_)
            | Modal::Agreement(_)
            | Modal::Drafts(_)
            | Modal::NewPlace(_)
            | Modal::Password(_)
            | Modal::Profile(_)
            | Modal::Letters(_) => Vec::new(),
            // What is typed in it, and the types to choose from, tell their keys themselves.
            Modal::Form(form) if form.is_typing() || form.retyping().is_some() => Vec::new(),
            Modal::Form(form) => of_form::offers(form, self.copied_field.is_some()),
            Modal::Places(menu) => {
                let failed = matches!(self.workspace.connection.stage, Stage::Failed(_));
                let is_open = menu.chosen().is_some_and(|place| self.is_place_open(place));
                let goes_back = self.workspace.connection.is_open() || self.has_others();
                let offers = [
                    failed.then_some((Action::Reload, "try again")),
                    Some((Action::Open, "open")),
                    Some((Action::Add, "type one")),
                    is_open.then_some((Action::CloseConnection, "close")),
                    goes_back.then_some((Action::Back, "back")),
                    Some((Action::Help, "help")),
                    (!goes_back).then_some((Action::Quit, "quit")),
                ];
                offers.into_iter().flatten().collect()
            }
            Modal::Fleet => self.of_fleet(),
            Modal::Themes(themes) => {
                // One with a mistake is not used.
                let sound = themes.menu.chosen().is_some_and(|item| item.about.is_ok());
                let offers = [
                    sound.then_some((Action::Open, "use")),
                    sound.then_some((Action::Window, "keep in the settings")),
                    Some((Action::Back, "as before")),
                ];
                offers.into_iter().flatten().collect()
            }
            Modal::FleetColumns(_) => vec![(Action::Open, "sort"), (Action::Back, "back"), (Action::Help, "help")],
            Modal::SortBy(_) => vec![
                (Action::Open, "sort"),
                (Action::ReverseSort, "the other way round"),
                (Action::Back, "back"),
                (Action::Help, "help"),
            ],
            Modal::Columns(_) => vec![
                (Action::Mark, "show or hide"),
                (Action::Open, "apply"),
                (Action::Back, "back"),
                (Action::Help, "help"),
            ],
            Modal::Collections(_) | Modal::Sessions(_) => {
                vec![(Action::Open, "open"), (Action::Back, "back"), (Action::Help, "help")]
            }
            Modal::Remembered(_, menu) => {
                let kept = menu.chosen().is_some_and(|session| self.keeps(session));
                let turns = if kept { "take off" } else { "bookmark" };
                vec![(Action::Open, "open"), (Action::Bookmark, turns), (Action::Back, "back"), (Action::Help, "help")]
            }
            Modal::Events(_) => {
                vec![(Action::Open, "open the session"), (Action::Back, "back"), (Action::Help, "help")]
            }
            Modal::Inspector(inspector) => {
                let subjects =
                    inspector.has_several_subjects().then_some((Action::NextPane, "message, agent, session"));
                let tabs = inspector.has_several_tabs().then_some((Action::NextAgent, "next tab"));
                let unfolds = matches!(inspector.tab().body, Body::Tree { .. }).then_some((Action::Open, "unfold"));
                let copies = !matches!(inspector.tab().body, Body::Waiting | Body::Nothing(_) | Body::Failed(_));
                let copies = copies.then_some((Action::Copy, "copy"));
                [Some((Action::Back, "back")), subjects, tabs, unfolds, copies].into_iter().flatten().collect()
            }
            Modal::Help(_) => vec![(Action::Back, "back")],
            Modal::Note(_) => vec![(Action::Back, "back"), (Action::Copy, "copy")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Screen;
    use super::*;

    #[test]
    fn a_review_tells_its_keys_first() {
        let mut screen = Screen::writable(120, 40);
        screen.press("2v");
        assert!(screen.state.workspace.review.is_some());
        let offered: Vec<Action> = screen.state.offers().into_iter().map(|(action, _)| action).collect();
        assert_eq!(offered[..5], *REVIEW);
        assert_eq!(offered.iter().filter(|action| **action == Action::NextMatch).count(), 1);
        screen.press("v");
        let offered: Vec<Action> = screen.state.offers().into_iter().map(|(action, _)| action).collect();
        assert!(!offered.contains(&Action::RateDown), "the hints are as before");
    }
}
