//! What a person wants: the topmost modal first, then the focused pane, then the whole screen.

mod elsewhere;
mod kinds;
mod searching;

pub(super) use kinds::is_of_conversation;

use crossterm::event::{KeyCode, KeyEvent};

use kinds::{goes_far, uses_session};

use super::{
    AppState, Effect,
    areas::Pane,
    asked_columns::AskedColumns,
    chosen::Then,
    connection::Stage,
    help::pane::HelpPane,
    inspector::{Inspector, Subject},
    metrics::Data,
    modal::Modal,
    note::Note,
    prompt::Asks,
    visits::RememberedKind,
};
use crate::{
    app::{
        keymap::Action,
        task::{Command, command::Lane},
        text,
    },
    repository::Filter,
};

impl AppState {
    pub(super) fn on_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.put_said_away();
        let in_form = matches!(self.modals.last(), Some(Modal::Form(_) | Modal::Editor(_)));
        let action = if in_form { self.keymap.form_action(key) } else { self.keymap.action(key) };
        if action == Some(Action::QuitNow) {
            return self.leave();
        }
        if self.areas.too_small {
            return self.on_unseen_key(key, action);
        }
        match self.modals.last() {
            Some(Modal::Editor(_)) => return self.on_editor_key(key),
            Some(Modal::Form(form)) if form.is_typing() => return self.on_form_key(key),
            Some(Modal::Confirm(_)) => match key.code {
                KeyCode::Char('y' | 'Y') | KeyCode::Enter => return self.answer(true),
                KeyCode::Char('n' | 'N' | 'q') | KeyCode::Esc => return self.answer(false),
                _ => return Vec::new(),
            },
            Some(Modal::Changes(_)) => return self.on_changes_key(key),
            Some(Modal::Bulk(_)) => return self.on_bulk_key(key),
            Some(Modal::Deletion(_)) => return self.on_deletion_key(key),
            Some(Modal::Agreement(_)) => return self.on_agreement_key(key),
            Some(Modal::Drafts(_)) => return self.on_drafts_key(key),
            Some(Modal::NewPlace(_)) => return self.on_new_place_key(key),
            Some(Modal::Password(_)) => return self.on_password_key(key),
            Some(Modal::Profile(_)) => return self.on_profile_key(key),
            Some(Modal::Help(_)) => return self.on_help_key(key, action),
            Some(Modal::Letters(_)) => return self.on_letter(key),
            _ => {}
        }
        if let Some(Modal::Prompt(_)) = self.modals.last() {
            return self.on_prompt_key(key);
        }
        let in_menu = match self.modals.last() {
            Some(Modal::SortBy(_)) => self.on_sort_key(key),
            Some(Modal::Columns(_)) => self.on_columns_key(key),
            _ => None,
        };
        if let Some(effects) = in_menu {
            return effects;
        }
        match action {
            // The key deletes a word wherever one types: it loses nobody the only connection.
            Some(Action::CloseConnection) if self.modals.is_empty() && self.is_open_alone() => self.say_open_alone(),
            Some(action) => self.on_action(action),
            None => Vec::new(),
        }
    }

    /// A key where the terminal is too small to show what it would do: it is left, or text goes on being typed.
    fn on_unseen_key(&mut self, key: KeyEvent, action: Option<Action>) -> Vec<Effect> {
        if let Some(Modal::Editor(editor)) = self.modals.last() {
            let ends = editor.is_stored_by(key) || key.code == KeyCode::Esc || editor.is_waiting();
            return if ends { Vec::new() } else { self.on_editor_key(key) };
        }
        if let Some(Modal::Form(form)) = self.modals.last()
            && form.is_typing()
        {
            let ends = matches!(key.code, KeyCode::Enter | KeyCode::Esc) || action == Some(Action::Save);
            return if ends { Vec::new() } else { self.on_form_key(key) };
        }
        let in_text = self.modals.last().is_some_and(Modal::is_typed_in);
        if action == Some(Action::Quit) && !in_text { self.leave() } else { Vec::new() }
    }

    pub(super) fn on_action(&mut self, action: Action) -> Vec<Effect> {
        if self.modals.is_empty() {
            if let Some(says) = self.not_there_yet(action) {
                return self.say(says);
            }
            let done = self.in_review(action).or_else(|| self.in_pane(action));
            let done = done.or_else(|| self.judge(action)).or_else(|| self.change(action));
            done.unwrap_or_else(|| self.on_screen(action))
        } else {
            self.in_modal(action)
        }
    }

    /// What is said of what is done with a session, while another than the one that is still shown is being opened.
    fn not_there_yet(&self, action: Action) -> Option<String> {
        let name = self.workspace.conversation.opens_another().filter(|_| self.focus != Pane::Sessions)?;
        uses_session(action).then(|| format!("{} is not there yet", text::line(name)))
    }

    fn in_pane(&mut self, action: Action) -> Option<Vec<Effect>> {
        if action == Action::Copy {
            return Some(self.offer_copies());
        }
        let page = self.page(self.focus);
        match self.focus {
            Pane::Sessions if action == Action::Open => {
                let row = self.workspace.list.selected_row().cloned()?;
                Some(self.open(&row))
            }
            Pane::Sessions if self.workspace.connection.is_open() => self.workspace.list.on_action(action),
            Pane::Sessions => None,
            Pane::Conversation => {
                if goes_far(action) {
                    self.note_jump();
                }
                self.workspace.conversation.on_action(action, &mut self.tickets)
            }
            Pane::Metrics if action == Action::Open => self.open_call(),
            Pane::Metrics => self.workspace.metrics.on_action(action, Data::of(&self.workspace.conversation)),
            Pane::Metadata => self.workspace.metadata.on_action(action, self.workspace.conversation.session(), page),
            Pane::Feedback => self.workspace.feedback.on_action(action, self.workspace.conversation.session(), page),
        }
    }

    /// Goes to the message of the call that the cursor of a plot is on.
    fn open_call(&mut self) -> Option<Vec<Effect>> {
        let (agent, index) = self.workspace.metrics.chosen_call(Data::of(&self.workspace.conversation))?;
        self.note_jump();
        self.focus = Pane::Conversation;
        Some(self.workspace.conversation.go_to_message(&agent, index, &mut self.tickets))
    }

    pub(super) fn on_screen(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::NextPane | Action::Right => self.focus = self.focus.step(1),
            Action::PreviousPane | Action::Left => self.focus = self.focus.step(Pane::ALL.len() - 1),
            Action::PaneSessions => self.focus = Pane::Sessions,
            Action::PaneConversation => self.focus = Pane::Conversation,
            Action::PaneMetrics => self.focus = Pane::Metrics,
            Action::PaneMetadata => self.focus = Pane::Metadata,
            Action::PaneFeedback => self.focus = Pane::Feedback,
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Widen | Action::Narrow => return self.resize_pane(action == Action::Widen),
            // The tabs, the places found and the landmarks are the conversation's, wherever the focus is.
            action if is_of_conversation(action) && self.workspace.conversation.key().is_some() => {
                let done = self.workspace.conversation.on_action(action, &mut self.tickets);
                return done.unwrap_or_else(|| self.say_where(action));
            }
            Action::Sort if self.workspace.connection.is_open() => return self.choose_sort(),
            Action::ReverseSort if self.workspace.connection.is_open() => return self.reverse_sort(),
            Action::Columns => return self.choose_columns(),
            Action::GoOnTo | Action::GoBackTo => return self.offer_moves(action == Action::GoOnTo),
            Action::OpenLink => return self.offer_links(),
            Action::Back => return self.back(),
            Action::Filter if self.focus == Pane::Conversation => self.prompt(Asks::Find),
            Action::Filter => self.prompt(Asks::Filter),
            Action::CommandLine => {
                self.prompt(Asks::Command);
                // One of them may be named there.
                return vec![self.read_themes()];
            }
            Action::SaveFilter => return self.ask_filter_name(),
            Action::Reload => return self.reload(),
            Action::Inspect => return self.inspect(),
            Action::Explain => return self.explain(),
            Action::Pager => return self.show_in_pager(),
            Action::LastError => return self.show_last_error(),
            Action::Events => return self.show_events(),
            Action::Mouse => {
                self.mouse = !self.mouse;
                let says = if self.mouse { "the mouse works here" } else { "the mouse is the terminal's: select text" };
                self.said = Some(says.into());
                return vec![Effect::Mouse(self.mouse)];
            }
            Action::NextSession | Action::PreviousSession => return self.step_session(action),
            Action::JumpBack => return self.jump(true),
            Action::JumpForward => return self.jump(false),
            Action::Bookmark => return self.turn_bookmark(),
            Action::Bookmarks => return self.show_remembered(RememberedKind::Bookmarks),
            Action::Recent => return self.show_remembered(RememberedKind::Recent),
            Action::Preview => return self.turn_preview(),
            Action::Fleet => return self.open_fleet(),
            Action::Themes => return self.open_themes(),
            Action::Connections => self.open_places(),
            Action::NextConnection => return self.step_connection(true),
            Action::PreviousConnection => return self.step_connection(false),
            Action::CloseConnection => return self.close_connection(),
            Action::Help => self.modals.push(Modal::Help(HelpPane::default())),
            Action::Quit | Action::QuitNow => return self.leave(),
            action => return self.say_where(action),
        }
        Vec::new()
    }

    /// Gives up what is loading, else shows the other panes again, else goes back to the sessions; there it puts the last error away.
    fn back(&mut self) -> Vec<Effect> {
        if matches!(self.workspace.connection.stage, Stage::Connecting) {
            return self.give_up_connecting();
        }
        if self.workspace.resolving.take().is_some() {
            let mut effects = vec![Effect::Ask(Command::Cancel(Lane::Open))];
            effects.extend(self.workspace.list.start(&mut self.tickets));
            return effects;
        }
        if self.workspace.peek.take().is_some() {
            return vec![Effect::Ask(Command::Cancel(Lane::Peek))];
        }
        // A session that was to be opened once the connection is back is not any more.
        self.workspace.open_id = None;
        let given_up = if self.focus == Pane::Sessions {
            let asked = self.workspace.list.sort.clone();
            let given_up = self.workspace.list.give_up().or_else(|| self.workspace.conversation.give_up_slow_preview());
            if asked != self.workspace.list.sort {
                self.said = Some(self.order_stays());
            }
            given_up
        } else {
            let from_list = self.workspace.conversation.is_first_opening();
            let given_up = self.workspace.conversation.give_up();
            if from_list && given_up.is_some() {
                self.focus = Pane::Sessions;
            }
            given_up
        };
        if let Some(effects) = given_up {
            self.workspace.asked_columns = AskedColumns::default();
            return effects;
        }
        if std::mem::take(&mut self.zoomed) {
            return Vec::new();
        }
        if self.focus == Pane::Sessions {
            self.workspace.last_error = None;
            if !self.workspace.list.filter.is_empty() {
                return self.list_matching(Filter::default());
            }
        }
        self.focus = Pane::Sessions;
        Vec::new()
    }

    fn reload(&mut self) -> Vec<Effect> {
        self.workspace.last_error = None;
        if self.focus == Pane::Sessions {
            self.workspace.visits.look_anew();
            if let Some(effects) = self.renew_remembered() {
                return effects;
            }
        }
        match (&self.workspace.connection.stage, &self.workspace.connection.place) {
            (Stage::Open(_), _) if self.focus == Pane::Sessions => self.workspace.list.reload(&mut self.tickets),
            (Stage::Open(_), _) => self.workspace.conversation.reload(&mut self.tickets),
            (Stage::None | Stage::Failed(_), Some(place)) => {
                let place = place.clone();
                self.connect_as_before(place)
            }
            _ => Vec::new(),
        }
    }

    fn inspect(&mut self) -> Vec<Effect> {
        if self.focus == Pane::Sessions {
            return self.on_chosen(Then::Inspect).unwrap_or_else(|why| self.say(why));
        }
        if self.workspace.conversation.session().is_none() {
            return self.say("open a session first");
        }
        let subject = match self.focus {
            Pane::Sessions => None,
            Pane::Conversation => self
                .workspace
                .conversation
                .selected()
                .map(|(agent, message)| Subject::Message(agent.clone(), message.index)),
            Pane::Metrics => self.workspace.conversation.agent().cloned().map(Subject::Agent),
            Pane::Metadata => {
                self.workspace.metadata.field(self.workspace.conversation.session()).map(Subject::Metadata)
            }
            Pane::Feedback => {
                self.workspace.feedback.position(self.workspace.conversation.session()).map(Subject::Feedback)
            }
        };
        let subject = subject.unwrap_or(Subject::Session);
        let (inspector, effects) = Inspector::open(subject, &self.workspace.conversation, &mut self.tickets);
        self.modals.push(Modal::Inspector(Box::new(inspector)));
        effects
    }

    fn explain(&mut self) -> Vec<Effect> {
        if self.focus != Pane::Metrics {
            return self.say("the metrics can be explained: select a number there");
        }
        match Note::explained(self.workspace.metrics.explain(Data::of(&self.workspace.conversation))) {
            Some(note) => self.modals.push(Modal::Note(Box::new(note))),
            None => return self.say("there is no number to explain on this row"),
        }
        Vec::new()
    }
}
