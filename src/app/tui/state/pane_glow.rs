//! What of the open session changed by itself stands out in its panes for a moment: fields of the metadata, feedback, figures.

use std::collections::HashMap;

use bson::Bson;

use super::{
    AppState,
    list::Rows,
    metrics::{
        Data, RowKey,
        value::{Value, value},
    },
    tree::PathKey,
};
use crate::{
    app::task::Event,
    session::{Change, SessionKey},
};

/// Values of the metadata that stand out at once, at most.
const MOST_PATHS: usize = 200;

/// The metadata before something was told.
#[derive(Debug)]
struct MetadataBefore(Option<Bson>);

/// What the panes showed before something was told.
#[derive(Debug)]
pub(super) struct ShownBefore {
    session: SessionKey,
    /// `None`: nothing that was told changes it.
    metadata: Option<MetadataBefore>,
    feedbacks: usize,
    figures: HashMap<RowKey, Vec<Value>>,
}

impl AppState {
    /// What the panes show before changes are taken over; `None`: none is of the open session, or nobody looks.
    pub(super) fn before_changes(&self, changes: &[&Change]) -> Option<ShownBefore> {
        let open = &self.workspace.conversation.session()?.key;
        let mut changes = changes.iter().filter(|change| change.session == *open).peekable();
        changes.peek()?;
        let is_of_metadata = changes.any(|change| change.kind.is_of_metadata());
        self.shown_now(is_of_metadata)
    }

    /// The same before an answer to what was read because of a change.
    pub(super) fn before_answer(&self, event: &Event) -> Option<ShownBefore> {
        let by_itself = self.workspace.conversation.is_read_by_itself();
        match event {
            Event::Opened(..) if by_itself => self.shown_now(true),
            Event::Outline(..) if by_itself => self.shown_now(false),
            _ => None,
        }
    }

    fn shown_now(&self, metadata: bool) -> Option<ShownBefore> {
        let session = self.workspace.conversation.session().filter(|_| self.looked_at)?;
        Some(ShownBefore {
            session: session.key.clone(),
            metadata: metadata.then(|| MetadataBefore(session.metadata.clone())),
            feedbacks: session.feedbacks.len(),
            figures: self.figures(),
        })
    }

    fn figures(&self) -> HashMap<RowKey, Vec<Value>> {
        let rows = Data::of(&self.workspace.conversation).rows();
        let values = |at: usize| {
            let row = &rows[at];
            Some((rows.key(at)?, row.figures().into_iter().map(|figure| value(row.scope, figure)).collect()))
        };
        (0..rows.len()).filter_map(values).collect()
    }

    /// What shows something else now stands out.
    pub(super) fn light(&mut self, before: Option<ShownBefore>) {
        let now = self.look.now;
        let (Some(before), Some(session)) = (before, self.workspace.conversation.session()) else { return };
        if session.key != before.session {
            return;
        }
        let mut paths = Vec::new();
        if let Some(MetadataBefore(old)) = &before.metadata {
            differing(old.as_ref(), session.metadata.as_ref(), &mut Vec::new(), &mut paths);
        }
        // What this program is about to store is no news.
        let pending: Vec<&str> = self.pending_fields().map(|(key, _)| key).collect();
        let is_own =
            |path: &Vec<PathKey>| matches!(path.first(), Some(PathKey::Name(key)) if pending.contains(&key.as_str()));
        paths.retain(|path| !is_own(path));
        let feedbacks = before.feedbacks..session.feedbacks.len();
        let figures: Vec<RowKey> = if before.figures.is_empty() {
            Vec::new()
        } else {
            let shown = self.figures().into_iter();
            shown.filter(|(key, values)| before.figures.get(key) != Some(values)).map(|(key, _)| key).collect()
        };
        let workspace = &mut self.workspace;
        for path in paths {
            workspace.metadata.glow.light(path, now);
        }
        for position in feedbacks {
            workspace.feedback.glow.light(position, now);
        }
        for key in figures {
            workspace.metrics.glow.light(key, now);
        }
    }

    /// Nobody looks: nothing stands out any more.
    pub(super) fn darken(&mut self) {
        let workspace = &mut self.workspace;
        workspace.list.darken();
        workspace.metadata.glow.clear();
        workspace.feedback.glow.clear();
        workspace.metrics.glow.clear();
    }
}

/// The ways to values that differ. What is in a container is told by itself; a field that went, by what held it.
fn differing(old: Option<&Bson>, new: Option<&Bson>, way: &mut Vec<PathKey>, out: &mut Vec<Vec<PathKey>>) {
    if out.len() >= MOST_PATHS {
        return;
    }
    let mut step = |key: PathKey, old: Option<&Bson>, new: &Bson| {
        way.push(key);
        differing(old, Some(new), way, out);
        way.pop();
    };
    match (old, new) {
        (Some(Bson::Document(old)), Some(Bson::Document(new))) => {
            for (key, value) in new {
                step(PathKey::Name(key.clone()), old.get(key), value);
            }
            if old.keys().any(|key| !new.contains_key(key)) && !way.is_empty() {
                out.push(way.clone());
            }
        }
        (Some(Bson::Array(old)), Some(Bson::Array(new))) => {
            for (at, value) in new.iter().enumerate() {
                step(PathKey::Item(at), old.get(at), value);
            }
            if old.len() > new.len() && !way.is_empty() {
                out.push(way.clone());
            }
        }
        (old, new) if old != new => out.push(if way.is_empty() { vec![PathKey::Root] } else { way.clone() }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use bson::bson;

    use super::*;

    fn told(old: &Bson, new: &Bson) -> Vec<String> {
        let mut paths = Vec::new();
        differing(Some(old), Some(new), &mut Vec::new(), &mut paths);
        let step = |key: &PathKey| match key {
            PathKey::Name(name) => name.clone(),
            PathKey::Item(at) => at.to_string(),
            PathKey::Root => "root".to_owned(),
        };
        paths.iter().map(|path| path.iter().map(step).collect::<Vec<_>>().join(".")).collect()
    }

    #[test]
    fn what_differs_is_told_by_its_place() {
        assert!(told(&bson!({"a": 1, "b": [1, {"c": 2}]}), &bson!({"a": 1, "b": [1, {"c": 2}]})).is_empty());
        assert_eq!(
            told(&bson!({"a": 1, "b": {"c": [1, 2]}}), &bson!({"a": 2, "b": {"c": [1, 3, 4]}})),
            ["a", "b.c.1", "b.c.2"]
        );
        assert_eq!(told(&bson!({"a": {"b": 1, "c": 2}}), &bson!({"a": {"b": 1}})), ["a"]);
        assert_eq!(told(&bson!({"a": [1, 2]}), &bson!({"a": [1]})), ["a"]);
        assert_eq!(told(&bson!({"a": 1}), &bson!({"a": "x", "new": {"b": 1}})), ["a", "new"]);
        let many: bson::Document = (0..1000).map(|n| (n.to_string(), Bson::Int32(n))).collect();
        assert!(told(&bson!({"x": 1}), &Bson::Document(many)).len() <= MOST_PATHS);
    }
}
