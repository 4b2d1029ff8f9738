//! `[keys]`: which keys mean what.

use std::collections::BTreeMap;

use crokey::{KeyCombination, OneToThree};

use super::toml_walk::{Item, Problem, Section, nearest};
use crate::tui::intent::{ENTRIES, Intent};

/// Every intent with its keys. An intent without keys is called by name only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(pub BTreeMap<Intent, Vec<KeyCombination>>);

impl Default for Keys {
    fn default() -> Self {
        let keys = |entry: &crate::tui::intent::Entry| entry.keys.iter().filter_map(|key| parse_key(key)).collect();
        Self(ENTRIES.iter().map(|entry| (entry.intent, keys(entry))).collect())
    }
}

impl Keys {
    /// The keys of an intent.
    #[must_use]
    pub fn of(&self, intent: Intent) -> &[KeyCombination] {
        self.0.get(&intent).map_or(&[], Vec::as_slice)
    }
}

/// Reads one key as the config writes it: `q`, `shift-g` (or `G`), `ctrl-c`, `pageup`. `None` where it is no key, or
/// several pressed together, which terminals do not tell.
#[must_use]
pub fn parse_key(text: &str) -> Option<KeyCombination> {
    let mut chars = text.chars();
    let key = match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii_uppercase() => crokey::parse(&format!("shift-{c}")),
        _ => crokey::parse(text),
    };
    key.ok().filter(|key| matches!(key.codes, OneToThree::One(_))).map(KeyCombination::normalized)
}

pub(super) fn keys(section: &Section<'_>) -> Result<Keys, Problem> {
    let mut given: Vec<(Intent, Vec<KeyCombination>)> = Vec::new();
    for item in section.items() {
        let intent = intent(&item)?;
        let mut combinations = Vec::new();
        for text in item.strings("a key or a list of keys, such as \"q\" or [\"down\", \"j\"]")? {
            let key = parse_key(&text).ok_or_else(|| {
                item.wrong_part(&format!(
                    "{text:?} is no key; keys are written like \"q\", \"shift-g\", \"ctrl-r\", \"pageup\" or \"f5\""
                ))
            })?;
            check_free(&item, intent, &text, key, &given)?;
            combinations.push(key);
        }
        given.push((intent, combinations));
    }
    Ok(over_defaults(given))
}

fn intent(item: &Item<'_>) -> Result<Intent, Problem> {
    ENTRIES.iter().find(|entry| entry.name == item.key).map(|entry| entry.intent).ok_or_else(|| {
        let known: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
        item.wrong_key(format!("unknown key {:?} in [keys]; {}", item.key, nearest(item.key, &known)))
    })
}

fn check_free(
    item: &Item<'_>,
    intent: Intent,
    text: &str,
    key: KeyCombination,
    given: &[(Intent, Vec<KeyCombination>)],
) -> Result<(), Problem> {
    if intent != Intent::QuitNow && Keys::default().of(Intent::QuitNow).contains(&key) {
        return Err(item.wrong(format!("cannot be {text:?}: that key always quits at once")));
    }
    match given.iter().find(|(_, keys)| keys.contains(&key)) {
        Some((other, _)) => {
            let other = other.entry().name;
            Err(item.wrong(format!("cannot be {text:?}: the file gives that key to keys.{other} already")))
        }
        None => Ok(()),
    }
}

/// What the file gives wins: a default key that it gives to another intent is taken away. `ctrl-c` always quits.
fn over_defaults(given: Vec<(Intent, Vec<KeyCombination>)>) -> Keys {
    let mut keys = Keys::default();
    let quit_now = keys.of(Intent::QuitNow).to_vec();
    for (_, taken) in &given {
        for list in keys.0.values_mut() {
            list.retain(|key| !taken.contains(key));
        }
    }
    for (intent, list) in given {
        keys.0.insert(intent, list);
    }
    let list = keys.0.entry(Intent::QuitNow).or_default();
    let missing: Vec<_> = quit_now.into_iter().filter(|key| !list.contains(key)).collect();
    list.extend(missing);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_is_a_key_and_has_one_meaning() {
        let keys = Keys::default();
        let mut seen = Vec::new();
        for entry in ENTRIES {
            assert_eq!(keys.of(entry.intent).len(), entry.keys.len(), "{}", entry.name);
            for key in keys.of(entry.intent) {
                assert!(!seen.contains(key), "{key} of {} is taken", entry.name);
                seen.push(*key);
            }
        }
    }

    #[test]
    fn a_capital_letter_is_shift() {
        assert_eq!(parse_key("G"), parse_key("shift-g"));
        assert_ne!(parse_key("G"), parse_key("g"));
        assert_eq!(parse_key("Ctrl-C"), parse_key("ctrl-c"));
        assert_eq!(parse_key("a-b"), None);
        assert_eq!(parse_key("nonsense"), None);
    }
}
