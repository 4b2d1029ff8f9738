//! Another type for a value: what it becomes is shown before.

use bson::{Bson, spec::ElementType};

use super::{FieldPath, MetadataForm, place, steps::FormStep};
use crate::{
    app::{keymap::Action, tui::state::list::Selection},
    session::{
        edit::{self, DateContext},
        plain::element_word,
    },
};

/// The types that are offered, the usual ones first.
const TYPES: [ElementType; 12] = [
    ElementType::String,
    ElementType::Int32,
    ElementType::Int64,
    ElementType::Double,
    ElementType::Decimal128,
    ElementType::Boolean,
    ElementType::DateTime,
    ElementType::ObjectId,
    ElementType::Binary,
    ElementType::Null,
    ElementType::Array,
    ElementType::EmbeddedDocument,
];

/// The types that a value may be given.
#[derive(Debug, Clone)]
pub struct Retyping {
    /// Where the value stands.
    pub path: FieldPath,
    /// What it can become, and what it cannot.
    pub choices: Vec<RetypeChoice>,
    selection: Selection<usize>,
}

impl Retyping {
    /// Position of the selected type.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection.at(self.choices.len())
    }

    /// The first type in a view of so many rows.
    #[must_use]
    pub fn top(&self, page: usize) -> usize {
        self.selection.top(self.choices.len(), page)
    }
}

/// A type that a value may be given.
#[derive(Debug, Clone, PartialEq)]
pub struct RetypeChoice {
    /// The type.
    pub kind: ElementType,
    /// What the value becomes, or why it cannot be one.
    pub becomes: Result<Bson, String>,
}

impl MetadataForm {
    /// Offers the types that the selected value may be given.
    pub fn retype(&mut self, dates: &DateContext) {
        let Some(path) = self.chosen_field().filter(|path| !self.refuses_text(path)) else { return };
        if let Some(why) = self.keeps_its_type(&path) {
            self.says = Some(why);
            return;
        }
        let Some(value) = place::value(&self.mine, &path) else { return };
        let others = TYPES.into_iter().filter(|kind| *kind != value.element_type());
        let choices: Vec<RetypeChoice> = others
            .map(|kind| RetypeChoice {
                kind,
                becomes: edit::retyped(value, kind, dates).map_err(|misfit| misfit.to_string()),
            })
            .collect();
        let first = choices.iter().position(|choice| choice.becomes.is_ok());
        let mut selection = Selection::default();
        selection.select(first.unwrap_or(0), &choices.len());
        self.retyping = Some(Box::new(Retyping { path, choices, selection }));
    }

    /// Gives the value the chosen type.
    pub fn retype_chosen(&mut self) {
        let Some(retyping) = &self.retyping else { return };
        let Some(choice) = retyping.choices.get(retyping.selected()) else { return };
        let (path, kind) = (retyping.path.clone(), choice.kind);
        match choice.becomes.clone() {
            Err(why) => self.says = Some(why),
            Ok(value) => {
                self.retyping = None;
                match self.step(FormStep::Set { path: path.clone(), value }) {
                    Some(_) => self.select(&path),
                    None => self.says = Some(format!("the field is gone: it does not become {}", element_word(kind))),
                }
            }
        }
    }

    /// The types are not offered any more.
    pub fn close_retyping(&mut self) {
        self.retyping = None;
    }

    /// Chooses among the types.
    pub fn choose_type(&mut self, action: Action, page: usize) {
        if let Some(retyping) = self.retyping.as_deref_mut() {
            retyping.selection.on_action(action, &retyping.choices.len(), page);
        }
    }
}
