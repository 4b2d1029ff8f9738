//! Taking a draft up again: its place is opened, then its session, and then it stands there as it was left.

use super::{Draft, DraftContent, DraftId, DraftOrder};
use crate::{
    app::{
        text,
        tui::{
            render::format,
            state::{
                AppState, Effect,
                editor::Editor,
                form::{FormDraft, MetadataForm},
                metadata::stored_of,
                modal::Modal,
                writing::MAY_BE_DONE,
            },
        },
    },
    session::SessionKey,
};

impl AppState {
    /// Takes a draft up, as soon as its place and its session are open.
    pub(super) fn take_up(&mut self, id: DraftId) -> Vec<Effect> {
        let Some(offered) = self.offered.get(&id) else { return Vec::new() };
        if let Err(why) = &offered.draft {
            let says = format!("this draft cannot be taken up: {why}; its text is in {}", offered.file);
            return self.say(text::line(&says).into_owned());
        }
        self.modals.retain(|modal| !matches!(modal, Modal::Drafts(_)));
        self.offered.wanted = Some(id);
        self.go_on_with_draft()
    }

    /// The next step towards the draft that is wanted: its place, its session, the draft itself.
    fn go_on_with_draft(&mut self) -> Vec<Effect> {
        let Some((id, draft)) = self.wanted_draft() else { return Vec::new() };
        if !self.is_home_of(&draft) {
            return self.go_to_place_of(&draft);
        }
        if self.read_only() {
            self.offered.wanted = None;
            return self.say(format!("this connection is read-only: {} is not taken up", name_of(&draft)));
        }
        let conversation = &self.workspace.conversation;
        if conversation.session().is_some_and(|open| open.key == draft.session.key) {
            return self.rebuild(id, &draft);
        }
        if conversation.key() == Some(&draft.session.key) {
            return Vec::new();
        }
        self.open_named(draft.session)
    }

    /// A place was opened: the draft that waits for it goes on.
    pub(in crate::app::tui::state) fn on_draft_place(&mut self) -> Vec<Effect> {
        self.offered.offered_for = None;
        self.go_on_with_draft()
    }

    /// A session was opened: the draft that waits for it goes on, else those on it are offered.
    pub(in crate::app::tui::state) fn on_draft_session(&mut self, session: &SessionKey) -> Vec<Effect> {
        if self.wanted_draft().is_some_and(|(_, draft)| draft.session.key == *session) {
            self.offered.offered_for = Some((self.workspace.home, session.clone()));
            return self.go_on_with_draft();
        }
        // Who only looks at it from the list is not interrupted.
        let is_open = !self.workspace.conversation.is_preview();
        let offered_for = Some((self.workspace.home, session.clone()));
        if is_open && self.offered.offered_for != offered_for {
            self.offered.offered_for = offered_for;
            let here = self.workspace.home.and_then(|home| self.homes.lasting(home));
            let ids = here.map(|here| self.offered.of(here, session)).unwrap_or_default();
            self.offer_drafts(ids);
        }
        Vec::new()
    }

    /// The session of the draft that is wanted is not there: the draft stays where it is.
    pub(in crate::app::tui::state) fn on_draft_session_gone(&mut self, session: &SessionKey) {
        let Some((id, draft)) = self.wanted_draft() else { return };
        if draft.session.key != *session {
            return;
        }
        self.offered.wanted = None;
        let file = self.offered.get(&id).map(|offered| offered.file.clone()).unwrap_or_default();
        self.tell_error(format!(
            "{} is not there any more; {} stays in {}",
            text::line(&draft.session.name),
            name_of(&draft),
            text::line(&file)
        ));
    }

    fn wanted_draft(&self) -> Option<(DraftId, Draft)> {
        let offered = self.offered.get(self.offered.wanted.as_ref()?)?;
        let draft = offered.draft.as_ref().ok()?;
        Some((offered.id.clone(), draft.as_ref().clone()))
    }

    fn is_home_of(&self, draft: &Draft) -> bool {
        let here = self.workspace.home.and_then(|home| self.homes.lasting(home));
        self.workspace.connection.is_open() && here.is_some_and(|here| draft.is_for(here))
    }

    fn go_to_place_of(&mut self, draft: &Draft) -> Vec<Effect> {
        let Some(typed_for) = &draft.place else {
            self.offered.wanted = None;
            return self.say("it is not known where this draft was typed for: its text is in its file");
        };
        if self.workspace.connection.is_being_opened() {
            return Vec::new();
        }
        if let Some(mut effects) = self.show_store(&typed_for.identity) {
            effects.extend(self.go_on_with_draft());
            return effects;
        }
        let connection = &self.workspace.connection;
        let first = format!("{} was typed for {typed_for}", name_of(draft));
        let is_named_so = connection.place.as_ref().is_some_and(|place| place.name == typed_for.name);
        let is_there = connection.is_open() && is_named_so;
        let known = self.places.iter().find(|place| place.name == typed_for.name).filter(|_| !is_there);
        match known.cloned() {
            Some(place) => {
                let effects = self.connect(place);
                self.said = Some(format!("{first}: that is opened"));
                effects
            }
            None => self.say(format!("{first}: connect there, then it is taken up")),
        }
    }

    /// It stands there again as it was left.
    fn rebuild(&mut self, id: DraftId, draft: &Draft) -> Vec<Effect> {
        let at = self.offered.get(&id).and_then(|offered| offered.at);
        let typed = at.map(|at| format!(" at {}", format::minute(at, self.look.now, &self.look))).unwrap_or_default();
        let mut says = format!("typed{typed} and not saved");
        if draft.may_be_stored {
            says = format!("{says}; {MAY_BE_DONE}");
        }
        match &draft.content {
            DraftContent::Editor(left) => {
                let mut editor = Editor::rebuilt(left, &draft.session);
                editor.home = self.workspace.home;
                editor.problem = Some(says);
                if draft.may_be_stored {
                    editor.may_be_done(None);
                }
                self.put_beneath_what_is_typed([Modal::Editor(Box::new(editor))]);
            }
            DraftContent::Form(left) => {
                if let Err(why) = self.rebuild_form(left, &says) {
                    self.offered.wanted = None;
                    return self.say(format!("{} is not taken up: {why}", name_of(draft)));
                }
            }
        }
        self.forget_draft(&id);
        vec![Effect::Draft(DraftOrder::TakenUp(id))]
    }

    /// The form again, on what is stored by now.
    ///
    /// # Errors
    /// Why it cannot be, in a sentence. Safe text.
    fn rebuild_form(&mut self, left: &FormDraft, says: &str) -> Result<(), String> {
        let session = self.workspace.conversation.session().ok_or("its session is not open")?;
        let stored = stored_of(session)?;
        let (made, gone) = (session.created_at, self.workspace.conversation.is_gone());
        let home = self.workspace.home;
        let is_it = |form: &MetadataForm| form.session.key == left.session.key && form.home == home;
        let open = self.modals.iter().any(|modal| matches!(modal, Modal::Form(form) if is_it(form)));
        if open || self.forms.iter().any(is_it) {
            return Err("a form on that session has unsaved changes: save or discard them first".to_owned());
        }
        let rules = self.workspace.connection.place.as_ref().map(|place| place.rules.clone()).unwrap_or_default();
        let stored = rules.reveal.editable(&left.session.key, &stored).into_owned();
        let left = left.clone().opened(&rules.reveal);
        let (mut form, editor) = MetadataForm::from_draft(left.clone(), home, rules, &stored);
        if !form.is_unsaved() && editor.is_none() {
            if let Some(lost) = form.says {
                return Err(text::line(&lost).into_owned());
            }
            self.said = Some(format!("what was typed for {} is stored by now", text::line(&left.session.name)));
            return Ok(());
        }
        form.of_session(made, gone);
        form.says = Some(form.says.take().map_or_else(|| says.to_owned(), |more| format!("{says}; {more}")));
        let editor = editor.map(|editor| Modal::Editor(Box::new(editor)));
        self.put_beneath_what_is_typed([Modal::Form(Box::new(form))].into_iter().chain(editor));
        Ok(())
    }
}

/// What a draft is called in a sentence: what it was for, which names the session. Safe text.
fn name_of(draft: &Draft) -> String {
    format!("the draft \"{}\"", text::line(&draft.what))
}
