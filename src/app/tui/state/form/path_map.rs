//! Fields by where they stand: which of them hold a place, and which stand in it.

use std::collections::HashMap;

use crate::session::MetadataPath;

/// Something of each of some fields.
#[derive(Debug, Clone)]
pub(super) struct PathMap<T> {
    at: HashMap<MetadataPath, T>,
    /// How many of them stand in an object.
    within: HashMap<MetadataPath, usize>,
}

impl<T> Default for PathMap<T> {
    fn default() -> Self {
        Self { at: HashMap::new(), within: HashMap::new() }
    }
}

impl<T> FromIterator<(MetadataPath, T)> for PathMap<T> {
    fn from_iter<I: IntoIterator<Item = (MetadataPath, T)>>(fields: I) -> Self {
        let mut map = Self::default();
        fields.into_iter().for_each(|(path, what)| map.insert(path, what));
        map
    }
}

impl<T> PathMap<T> {
    /// Notes something of a field.
    pub fn insert(&mut self, path: MetadataPath, what: T) {
        if !self.at.contains_key(&path) {
            path.parents().for_each(|parent| *self.within.entry(parent).or_default() += 1);
        }
        self.at.insert(path, what);
    }

    /// Forgets a field.
    pub fn remove(&mut self, path: &MetadataPath) {
        if self.at.remove(path).is_none() {
            return;
        }
        for parent in path.parents() {
            let left = self.within.get(&parent).map_or(0, |count| count - 1);
            if left == 0 {
                self.within.remove(&parent);
            } else {
                self.within.insert(parent, left);
            }
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// What was noted of the field that stands there.
    pub fn get(&self, path: &MetadataPath) -> Option<&T> {
        self.at.get(path)
    }

    /// Whether some stand in the object that stands there.
    pub fn has_within(&self, path: &MetadataPath) -> bool {
        self.within.contains_key(path)
    }

    /// Whether what stands there stands in one of them.
    pub fn holds(&self, path: &MetadataPath) -> bool {
        !self.is_empty() && path.parents().any(|parent| self.at.contains_key(&parent))
    }

    /// Whether one of them is it, holds it, or stands in it.
    pub fn touches(&self, path: &MetadataPath) -> bool {
        self.at.contains_key(path) || self.has_within(path) || self.holds(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path() -> impl Strategy<Value = MetadataPath> {
        prop::collection::vec("[ab]", 1..4).prop_map(|keys| MetadataPath::new(keys).unwrap())
    }

    proptest! {
        #[test]
        fn it_tells_what_looking_at_each_would(
            steps in prop::collection::vec((path(), any::<bool>()), 0..12), asked in path(),
        ) {
            let (mut map, mut each) = (PathMap::default(), Vec::new());
            for (path, comes) in steps {
                each.retain(|held| *held != path);
                if comes {
                    map.insert(path.clone(), ());
                    each.push(path);
                } else {
                    map.remove(&path);
                }
            }
            let holds = |outer: &MetadataPath| *outer != asked && asked.is_within(outer);
            let is_in = |inner: &MetadataPath| *inner != asked && inner.is_within(&asked);
            prop_assert_eq!(map.get(&asked).is_some(), each.contains(&asked));
            prop_assert_eq!(map.holds(&asked), each.iter().any(holds));
            prop_assert_eq!(map.has_within(&asked), each.iter().any(is_in));
            let touches = |path: &MetadataPath| path.is_within(&asked) || asked.is_within(path);
            prop_assert_eq!(map.touches(&asked), each.iter().any(touches));
            prop_assert_eq!(map.is_empty(), each.is_empty());
        }
    }
}
