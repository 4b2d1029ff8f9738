//! What a save would write, and where: found out once after each change, however often it is asked.

use std::cell::OnceCell;

use bson::Document;

use super::{MetadataForm, path_map::PathMap};
use crate::session::{MetadataEdit, MetadataPath, edit};

#[cfg(test)]
thread_local! {
    /// How often a difference was computed on this thread, and how often rows were put together.
    pub(crate) static WEIGHED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    pub(super) static ARRANGED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The difference between base and mine.
#[derive(Debug, Clone)]
pub(super) struct FormChanges {
    pub edits: Vec<MetadataEdit>,
    /// Their positions.
    pub at: PathMap<usize>,
}

impl FormChanges {
    fn of(base: &Document, mine: &Document) -> Self {
        #[cfg(test)]
        WEIGHED.set(WEIGHED.get() + 1);
        let edits = edit::difference(base, mine);
        let at = edits.iter().enumerate().map(|(at, edit)| (edit.path.clone(), at)).collect();
        Self { edits, at }
    }
}

impl MetadataForm {
    /// What a save would write, by where it stands.
    pub(super) fn weighed(&self) -> &FormChanges {
        self.changes.get_or_init(|| FormChanges::of(&self.base, &self.mine))
    }

    /// What a save would write: the difference between base and mine.
    #[must_use]
    pub fn changes(&self) -> &[MetadataEdit] {
        &self.weighed().edits
    }

    /// Whether a save would write that value, what holds it or something in it.
    #[must_use]
    pub fn changes_touch(&self, field: &MetadataPath) -> bool {
        self.weighed().at.touches(field)
    }

    /// Where the conflicts are.
    pub(super) fn conflicts_at(&self) -> &PathMap<()> {
        let paths = || self.conflicts.iter().map(|conflict| (conflict.path.clone(), ())).collect();
        self.conflicts_at.get_or_init(paths)
    }

    /// Base or mine are others now: what was found out of them is not true any more.
    pub(super) fn forget_weighed(&mut self) {
        self.changes = OnceCell::new();
        self.conflicts_at = OnceCell::new();
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};
    use crossterm::event::{KeyCode, KeyEvent};
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        app::{
            keymap::Action,
            place::WriteRules,
            tui::state::{named::ChosenSession, tree::PathKey},
        },
        session::edit::DateContext,
    };

    /// A document of many fields, every tenth of them an object.
    fn stored() -> Document {
        let value = |at: i32| if at % 10 == 0 { Bson::from(doc! { "x": at }) } else { Bson::from("text") };
        (0..2000).map(|at| (format!("field_{at}"), value(at))).collect()
    }

    fn form() -> MetadataForm {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        MetadataForm::new(session, None, WriteRules::default(), &stored())
    }

    fn name(key: &str) -> Vec<PathKey> {
        vec![PathKey::Name(key.to_owned())]
    }

    fn press(form: &mut MetadataForm, code: KeyCode) {
        form.on_key(KeyEvent::from(code), &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC));
    }

    /// How often rows are put together while something is done.
    fn arranged(form: &mut MetadataForm, done: impl FnOnce(&mut MetadataForm)) -> usize {
        let before = ARRANGED.get();
        done(form);
        ARRANGED.get() - before
    }

    #[test]
    fn rows_are_put_together_once_and_only_where_they_may_be_others() {
        let mut form = form();
        for action in [Action::Down, Action::PageDown, Action::Bottom, Action::Up, Action::Top] {
            assert_eq!(arranged(&mut form, |form| assert!(form.go(action, 30))), 0, "{action:?}");
        }
        form.select(&name("field_7"));
        let typed = arranged(&mut form, |form| {
            form.edit();
            press(form, KeyCode::Char('x'));
            press(form, KeyCode::Enter);
        });
        assert_eq!((typed, form.changes().len()), (0, 1));
        assert_eq!(arranged(&mut form, MetadataForm::undo), 0, "a value is no row");
        assert_eq!(arranged(&mut form, MetadataForm::remove), 1);
        assert_eq!(arranged(&mut form, MetadataForm::undo), 1);
        assert_eq!(arranged(&mut form, |form| form.shift(true)), 1);
        assert_eq!(arranged(&mut form, |form| form.set_filter("field_1")), 1);
        assert_eq!(arranged(&mut form, MetadataForm::sort_next), 1);
    }

    #[test]
    fn another_writer_costs_no_rows_where_he_gives_other_values_alone() {
        let (mut form, mut theirs) = (form(), stored());
        theirs.insert("field_3", 5);
        assert_eq!(arranged(&mut form, |form| form.theirs(&theirs)), 0);
        assert_eq!(form.value(3), Some(&Bson::Int32(5)));
        assert!(form.marks(3).others);
        theirs.insert("field_0", doc! {});
        assert_eq!(arranged(&mut form, |form| form.theirs(&theirs)), 1);
        theirs.remove("field_3");
        assert_eq!(arranged(&mut form, |form| form.theirs(&theirs)), 1);
        assert_eq!(form.rows().len(), 1999);
    }

    #[test]
    fn a_row_among_many_changes_is_marked_as_it_would_be_alone() {
        let mut form = form();
        for at in 0..2000 {
            let (key, value) =
                (format!("field_{at}"), if at % 10 == 0 { Bson::from(doc! { "x": -1 }) } else { Bson::Null });
            form.mine.insert(key, value);
        }
        form.changed();
        assert_eq!(form.changes().len(), 2000);
        assert_eq!(form.marks(10).change, Some(super::super::FieldChange::Within));
        assert_eq!(form.marks(11).change, Some(super::super::FieldChange::Changed));
        let mut theirs = stored();
        theirs.insert("field_11", "theirs");
        form.theirs(&theirs);
        assert!(form.marks(11).conflict && !form.marks(12).conflict);
        form.resolve(&MetadataPath::from("field_11"), super::super::FormChoice::Theirs);
        assert!(!form.marks(11).conflict && form.marks(11).change.is_none());
    }
}
