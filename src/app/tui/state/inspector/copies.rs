//! What of a tab can be copied.

use super::{
    super::{feedback::head, metadata, tree},
    body::{Body, InspectorTab},
};
use crate::session::plain;

/// Bytes of a text that its beginning may take.
const BEGINNING: usize = 1_000;

/// One of the things that a tab has to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectorCopy {
    /// The key that chooses it.
    pub key: char,
    /// What it is, as stored.
    pub name: String,
    /// Its beginning, as stored, where that is at hand.
    pub shows: String,
}

impl InspectorTab {
    /// What can be copied of it: of what is selected first. A document may be large, so its JSON is made once it is chosen.
    #[must_use]
    pub fn copies(&self) -> Vec<InspectorCopy> {
        let mut copies = Vec::new();
        let mut put = |key, name: String, shows: &str| {
            let shows = head(shows, BEGINNING).to_owned();
            copies.push(InspectorCopy { key, name, shows });
        };
        match &self.body {
            Body::Tree { root, tree, .. } => {
                let rows = tree::rows(root, &tree.unfolded);
                let at = tree.selection.at(rows.len());
                let place = tree::dotted(&rows, at);
                if let Some(row) = rows.get(at).filter(|row| !row.secret()) {
                    let of = place.as_deref().unwrap_or(self.name);
                    put('j', format!("{of} as JSON"), "");
                    if !row.value.is_container() {
                        put('v', format!("what {of} holds"), &metadata::text(row));
                    }
                }
                if let Some(tree::Key::Name(name)) = rows.get(at).map(|row| row.key) {
                    put('k', "the key".to_owned(), name);
                }
                if let Some(place) = place {
                    put('p', "the path".to_owned(), &place);
                }
                put('a', format!("all of {} as JSON", self.name), "");
            }
            Body::Text { text, .. } => put('t', self.name.to_owned(), text),
            Body::Items { items, selection, .. } => {
                if let Some(item) = items.get(selection.at(items.len())) {
                    put('t', item.label.clone(), &item.copy);
                }
                if items.len() > 1 {
                    put('a', format!("all of {}", self.name), "");
                }
            }
            Body::Nothing(_) | Body::Waiting | Body::Failed(_) => {}
        }
        copies
    }

    /// What the key of one of the [`Self::copies`] copies, as stored; a secret's mask in its place.
    #[must_use]
    pub fn copy(&self, key: char) -> Option<String> {
        match (&self.body, key) {
            (Body::Tree { root, .. }, 'a') => Some(plain::pretty(&tree::without_secrets(root))),
            (Body::Tree { root, tree, .. }, key) => {
                let rows = tree::rows(root, &tree.unfolded);
                let at = tree.selection.at(rows.len());
                let row = rows.get(at)?;
                match (key, row.key) {
                    ('j', _) if !row.secret() => Some(plain::pretty(&tree::without_secrets(row.value))),
                    ('v', _) => Some(metadata::text(row)),
                    ('k', tree::Key::Name(name)) => Some(name.to_owned()),
                    ('p', _) => tree::dotted(&rows, at),
                    _ => None,
                }
            }
            (Body::Text { text, .. }, 't') => Some(text.clone()),
            (Body::Items { items, selection, .. }, 't') => {
                items.get(selection.at(items.len())).map(|item| item.copy.clone())
            }
            (Body::Items { items, .. }, 'a') => {
                let lines = items.iter().map(|item| format!("{}: {}", item.label, item.copy));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::bson;

    use super::{super::body::Item, *};

    fn keys(tab: &InspectorTab) -> String {
        tab.copies().iter().map(|copy| copy.key).collect()
    }

    fn text(tab: &InspectorTab, key: char) -> String {
        tab.copy(key).unwrap_or_default()
    }

    #[test]
    fn of_a_tree_it_is_the_value_its_place_and_all() {
        let tab = InspectorTab::tree("Raw", None, bson!({"a": {"b": "x"}, "session_viewer_password": "hush"}));
        assert_eq!(keys(&tab), "jkpa", "a container has no text of its own");
        assert_eq!((text(&tab, 'k'), text(&tab, 'p')), ("a".to_owned(), "a".to_owned()));
        assert!(text(&tab, 'a').contains("\"b\": \"x\"") && !text(&tab, 'a').contains("hush"));
        let mut tab = tab;
        tab.take(crate::app::keymap::Action::Down, 80, 20);
        assert_eq!(
            (keys(&tab).as_str(), text(&tab, 'v'), text(&tab, 'p')),
            ("jvkpa", "x".to_owned(), "a.b".to_owned())
        );
        tab.take(crate::app::keymap::Action::Down, 80, 20);
        assert_eq!(keys(&tab), "kpa", "a secret is not copied");
    }

    #[test]
    fn of_a_list_it_is_one_or_all_and_of_what_is_not_there_nothing() {
        let item = |label: &str| Item { label: label.to_owned(), text: "short".to_owned(), copy: "long".to_owned() };
        let one = InspectorTab::new("Overview", Body::items(vec![item("a")], false));
        assert_eq!(keys(&one), "t");
        let two = InspectorTab::new("Overview", Body::items(vec![item("a"), item("b")], false));
        assert_eq!((keys(&two).as_str(), text(&two, 'a').as_str()), ("ta", "a: long\nb: long"));
        assert_eq!(keys(&InspectorTab::new("Prompt", Body::text("be kind".to_owned()))), "t");
        assert_eq!(keys(&InspectorTab::new("Raw", Body::Waiting)), "");
    }
}
