//! Undo and redo of what is not saved.

use super::{FieldPath, FormSort, MetadataForm, steps::FormStep};

/// Steps that are kept at most.
const KEPT: usize = 1000;

/// What was done in the form, as the steps that take it back; and what was taken back.
#[derive(Debug, Clone, Default)]
pub(super) struct FormHistory {
    undo: Vec<FormStep>,
    redo: Vec<FormStep>,
}

impl MetadataForm {
    /// Does a step; where the value stands then, or its container. `None`: it cannot be done, and nothing is.
    pub(super) fn step(&mut self, step: FormStep) -> Option<FieldPath> {
        let (back, place) = self.carry_out(step)?;
        if self.history.undo.len() == KEPT {
            self.history.undo.remove(0);
        }
        self.history.undo.push(back);
        self.history.redo.clear();
        Some(place)
    }

    fn carry_out(&mut self, step: FormStep) -> Option<(FormStep, FieldPath)> {
        let is_structural = step.is_structural(&self.mine);
        let done = step.done(&mut self.mine)?;
        self.forget_weighed();
        for conflict in &mut self.conflicts {
            conflict.mine = conflict.path.value(&self.mine).cloned();
        }
        if is_structural || !self.filter.is_empty() || self.sort == FormSort::Type {
            self.arrange();
        }
        Some(done)
    }

    /// Whether something of this form can be taken back, and whether something can be done again.
    #[must_use]
    pub fn steps_left(&self) -> (bool, bool) {
        (!self.history.undo.is_empty(), !self.history.redo.is_empty())
    }

    /// Takes back what was done last here.
    pub fn undo(&mut self) {
        let Some(step) = self.history.undo.pop() else {
            self.says = Some("nothing to take back in this form".to_owned());
            return;
        };
        match self.carry_out(step) {
            Some((again, place)) => {
                self.history.redo.push(again);
                self.select(&place);
            }
            None => self.says = Some("that cannot be taken back: its field is not there any more".to_owned()),
        }
    }

    /// Does again what was taken back last.
    pub fn redo(&mut self) {
        let Some(step) = self.history.redo.pop() else {
            self.says = Some("nothing to do again in this form".to_owned());
            return;
        };
        match self.carry_out(step) {
            Some((back, place)) => {
                self.history.undo.push(back);
                self.select(&place);
            }
            None => self.says = Some("that cannot be done again: its field is not there any more".to_owned()),
        }
    }
}
