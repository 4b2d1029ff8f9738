//! Values in the larger editor, and in the editor of the environment.

use bson::Bson;

use crate::app::tui::state::{
    AppState, Effect,
    editor::{Editor, Purpose, TypedField},
    form::{EditPlace, MetadataForm, STAYS_HERE},
    modal::Modal,
};

impl AppState {
    /// Edits the selected value in its row; what has no room there in the larger editor.
    pub(super) fn edit_field(&mut self) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        if form.edit() == EditPlace::Large { self.edit_large() } else { Vec::new() }
    }

    /// Opens the larger editor on the selected value.
    pub(super) fn edit_large(&mut self) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        if let Some(editor) = form.large_editor() {
            self.modals.push(Modal::Editor(Box::new(editor)));
        }
        Vec::new()
    }

    /// Has the selected value edited by the editor of the environment; here it is open in the larger editor meanwhile, which takes
    /// what comes back.
    pub(super) fn edit_outside(&mut self) -> Vec<Effect> {
        self.edit_large();
        self.editor_outside().unwrap_or_default()
    }

    /// Has what is typed in the editor on top edited by that of the environment. `None`: it is no text for that.
    pub(in super::super) fn editor_outside(&mut self) -> Option<Vec<Effect>> {
        let (top, below) = self.modals.split_last_mut()?;
        let Modal::Editor(editor) = top else { return None };
        let suffix = match &editor.purpose {
            Purpose::Edit { kind: Bson::Document(_) | Bson::Array(_), .. } => ".json",
            Purpose::Edit { .. } | Purpose::Rate { .. } => ".txt",
            _ => return None,
        };
        let forms = below.iter().filter_map(|modal| match modal {
            Modal::Form(form) => Some(&**form),
            _ => None,
        });
        if forms.chain(&self.forms).any(|form| form.awaits(editor) && form.types_what_is_private()) {
            editor.problem = Some(STAYS_HERE.to_owned());
            return Some(Vec::new());
        }
        Some(vec![Effect::EditOutside(editor.text(), suffix)])
    }

    /// The editor of the environment ended.
    pub(in super::super) fn on_outside(&mut self, left: Result<String, String>) -> Vec<Effect> {
        let dates = self.look.dates();
        let taken = match (self.modals.last_mut(), &left) {
            (Some(Modal::Editor(editor)), Ok(text)) => {
                editor.fill(text);
                // It is said at once what keeps it from being taken, not only when that is tried.
                editor.problem = editor.problem.take().or_else(|| editor.typed(&dates).err());
                true
            }
            (Some(Modal::Editor(editor)), Err(why)) => {
                editor.problem = Some(why.clone());
                true
            }
            (Some(Modal::Form(form)), Ok(text)) => form.fill(text.trim_end_matches('\n'), &dates),
            (Some(Modal::Form(form)), Err(why)) => form.refuse(why),
            _ => false,
        };
        match left {
            _ if taken => Vec::new(),
            Ok(_) => self.say("what the editor left belongs to nothing that is open here"),
            Err(why) => self.say(why),
        }
    }

    /// What was typed in the larger editor goes into the form that it was opened from.
    pub(in super::super) fn take_from_editor(&mut self, mut editor: Box<Editor>, typed: TypedField) -> Vec<Effect> {
        let is_it = |form: &&mut MetadataForm| form.awaits(&editor);
        let open = self.modals.iter_mut().filter_map(|modal| match modal {
            Modal::Form(form) => Some(&mut **form),
            _ => None,
        });
        let found = open.chain(&mut self.forms).find(is_it);
        if let Some(form) = found {
            form.take_large(typed);
            return Vec::new();
        }
        editor.problem = Some("its field is gone or its form is closed: it is not taken".to_owned());
        self.modals.push(Modal::Editor(editor));
        Vec::new()
    }
}
