//! The list of changes before they are saved; and, after a conflict, base, mine and theirs of each field.

mod keys;

/// The changes of the form that lies beneath it; where it holds conflicts, those first.
#[derive(Debug, Clone, Default)]
pub struct ChangeList {
    /// Position of the selected one.
    pub selected: usize,
    /// Why it is not saved. Safe text.
    pub problem: Option<String>,
    /// It was said that the changes were for another session of the same id: saved once more, they are for this one.
    pub told_anew: bool,
}

#[cfg(test)]
mod tests;
