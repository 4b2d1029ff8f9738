//! Keys to intents and back: one map for the loop, the help screen, the hints and the `:` list.

use std::collections::{BTreeMap, HashMap};

use crokey::{KeyCombination, OneToThree};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::intent::{ENTRIES, Intent};

/// Which keys mean what, both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    intents: HashMap<KeyCombination, Intent>,
    keys: BTreeMap<Intent, Vec<KeyCombination>>,
}

/// A keymap that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No such intent.
    #[error("there is no command {0:?} to bind keys to")]
    Unknown(String),
    /// No such key.
    #[error(
        "{key:?} of {name:?} is no key; keys are written like \"q\", \"shift-g\", \"ctrl-r\", \"pageup\" or \"f5\""
    )]
    NoKey {
        /// The command.
        name: String,
        /// As written.
        key: String,
    },
    /// One key, two meanings.
    #[error("the key {key} is given to both {first:?} and {second:?}; keep one")]
    Conflict {
        /// The key.
        key: String,
        /// One command.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

impl Default for Keymap {
    fn default() -> Self {
        let parsed = |keys: &[&str]| keys.iter().filter_map(|key| parse(key)).collect();
        // The test below shows that the defaults are keys and do not collide.
        Self::build(ENTRIES.iter().map(|entry| (entry.intent, parsed(entry.keys))).collect())
            .unwrap_or_else(|_| Self { intents: HashMap::new(), keys: BTreeMap::new() })
    }
}

impl Keymap {
    /// The defaults, with other keys for some intents (by the intent's name; an empty list unbinds it). A default key
    /// that is given to another intent is taken from its own.
    ///
    /// # Errors
    /// An unknown name, a text that is no key, a key given twice.
    pub fn new(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        let mut given = BTreeMap::new();
        for (name, keys) in overrides {
            let entry =
                ENTRIES.iter().find(|entry| entry.name == name).ok_or_else(|| KeymapError::Unknown(name.clone()))?;
            let no_key = |key: &String| KeymapError::NoKey { name: name.clone(), key: key.clone() };
            let keys: Vec<_> =
                keys.iter().map(|key| parse(key).ok_or_else(|| no_key(key))).collect::<Result<_, _>>()?;
            given.insert(entry.intent, keys);
        }
        let mut all = Self::default().keys;
        for list in all.values_mut() {
            list.retain(|key| !given.values().flatten().any(|taken| taken == key));
        }
        all.extend(given);
        Self::build(all)
    }

    /// From all intents with their keys, as the settings have them.
    ///
    /// # Errors
    /// A key given twice.
    pub fn from_keys(keys: &BTreeMap<Intent, Vec<KeyCombination>>) -> Result<Self, KeymapError> {
        let canonical = |list: &Vec<KeyCombination>| list.iter().map(|key| canonical(*key)).collect();
        Self::build(keys.iter().map(|(intent, list)| (*intent, canonical(list))).collect())
    }

    fn build(mut keys: BTreeMap<Intent, Vec<KeyCombination>>) -> Result<Self, KeymapError> {
        // Whatever the settings say, there is a way out.
        let quit = canonical(KeyCombination::one_key(KeyCode::Char('c'), KeyModifiers::CONTROL));
        let out = keys.entry(Intent::QuitNow).or_default();
        if !out.contains(&quit) {
            out.push(quit);
        }
        let mut intents: HashMap<KeyCombination, Intent> = HashMap::new();
        for (intent, list) in &keys {
            for key in list {
                if let Some(other) = intents.insert(*key, *intent).filter(|other| other != intent) {
                    let (first, second) = (other.entry().name, intent.entry().name);
                    return Err(KeymapError::Conflict { key: label(*key), first, second });
                }
            }
        }
        Ok(Self { intents, keys })
    }

    /// What a key means.
    #[must_use]
    pub fn intent(&self, key: KeyEvent) -> Option<Intent> {
        self.intents.get(&canonical(KeyCombination::from(key))).copied()
    }

    /// The keys of an intent, as a person reads them.
    #[must_use]
    pub fn labels(&self, intent: Intent) -> Vec<String> {
        self.keys.get(&intent).map(|keys| keys.iter().map(|key| label(*key)).collect()).unwrap_or_default()
    }

    /// The first key of an intent; `None` where it has none.
    #[must_use]
    pub fn label(&self, intent: Intent) -> Option<String> {
        self.keys.get(&intent).and_then(|keys| keys.first()).map(|key| label(*key))
    }
}

fn parse(text: &str) -> Option<KeyCombination> {
    let mut chars = text.chars();
    let key = match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii_uppercase() => crokey::parse(&format!("shift-{c}")),
        (Some(c), None) => Ok(KeyCombination::one_key(KeyCode::Char(c), KeyModifiers::NONE)),
        _ => crokey::parse(text),
    };
    key.ok().filter(|key| matches!(key.codes, OneToThree::One(_))).map(canonical)
}

/// One form for what terminals report in several: with or without shift for `?` and `G`, `Shift-Tab` or `BackTab`,
/// `Ctrl-C` with caps lock on.
fn canonical(key: KeyCombination) -> KeyCombination {
    let OneToThree::One(code) = key.codes else { return key };
    let mut modifiers = key.modifiers;
    let code = match code {
        KeyCode::Char('\r' | '\n') => KeyCode::Enter,
        KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
            modifiers.remove(KeyModifiers::SHIFT);
            KeyCode::Char(c.to_ascii_lowercase())
        }
        KeyCode::Char(c) if c.is_alphabetic() => {
            let upper = c.is_uppercase() || modifiers.contains(KeyModifiers::SHIFT);
            modifiers.set(KeyModifiers::SHIFT, upper);
            let mut uppercase = c.to_uppercase();
            match (upper, uppercase.next(), uppercase.next()) {
                (true, Some(c), None) => KeyCode::Char(c),
                _ => KeyCode::Char(c),
            }
        }
        KeyCode::Char(c) => {
            modifiers.remove(KeyModifiers::SHIFT);
            KeyCode::Char(c)
        }
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        KeyCode::BackTab => {
            modifiers.insert(KeyModifiers::SHIFT);
            KeyCode::BackTab
        }
        code => code,
    };
    KeyCombination::one_key(code, modifiers)
}

fn label(key: KeyCombination) -> String {
    let OneToThree::One(code) = key.codes else { return key.to_string() };
    let mut out = String::new();
    for (modifier, name) in
        [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SUPER, "Cmd-")]
    {
        if key.modifiers.contains(modifier) {
            out.push_str(name);
        }
    }
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match code {
        KeyCode::Char(' ') => out.push_str("Space"),
        KeyCode::Char(c) if out.is_empty() => out.push(c),
        KeyCode::Char(c) => out.extend(c.to_uppercase()),
        KeyCode::BackTab => out.push_str("Shift-Tab"),
        code => {
            if shift {
                out.push_str("Shift-");
            }
            match code {
                KeyCode::PageUp => out.push_str("PgUp"),
                KeyCode::PageDown => out.push_str("PgDn"),
                KeyCode::Delete => out.push_str("Del"),
                KeyCode::Insert => out.push_str("Ins"),
                KeyCode::F(n) => out.extend(["F".to_owned(), n.to_string()]),
                code => out.extend([format!("{code:?}")]),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Intent> {
        Keymap::default().intent(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn every_default_key_is_a_key_with_one_meaning() {
        let keymap = Keymap::default();
        for entry in ENTRIES {
            assert_eq!(keymap.labels(entry.intent).len(), entry.keys.len(), "{}", entry.name);
        }
    }

    #[test]
    fn keys_match_however_a_terminal_reports_them() {
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            assert_eq!(press(KeyCode::Char('?'), modifiers), Some(Intent::Help));
            assert_eq!(press(KeyCode::Char(':'), modifiers), Some(Intent::CommandLine));
            assert_eq!(press(KeyCode::Char('G'), modifiers), Some(Intent::Bottom));
            assert_eq!(press(KeyCode::BackTab, modifiers), Some(Intent::PreviousPane));
        }
        assert_eq!(press(KeyCode::Char('g'), KeyModifiers::SHIFT), Some(Intent::Bottom));
        assert_eq!(press(KeyCode::Char('g'), KeyModifiers::NONE), Some(Intent::Top));
        assert_eq!(press(KeyCode::Tab, KeyModifiers::SHIFT), Some(Intent::PreviousPane));
        assert_eq!(press(KeyCode::Tab, KeyModifiers::NONE), Some(Intent::NextPane));
        assert_eq!(press(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Intent::QuitNow));
        assert_eq!(press(KeyCode::Char('\r'), KeyModifiers::NONE), Some(Intent::Open));
        assert_eq!(press(KeyCode::Char('é'), KeyModifiers::NONE), None);
    }

    #[test]
    fn overrides_take_keys_from_defaults_and_conflicts_name_both() {
        let own = |pairs: &[(&str, &[&str])]| {
            pairs.iter().map(|(n, keys)| ((*n).into(), keys.iter().map(|k| (*k).into()).collect())).collect()
        };
        let keymap = Keymap::new(&own(&[("quit", &["ctrl-q", "s"])])).unwrap();
        assert_eq!(keymap.labels(Intent::Quit), ["Ctrl-Q", "s"]);
        assert_eq!(keymap.labels(Intent::Sort), Vec::<String>::new());
        let error = Keymap::new(&own(&[("quit", &["z"]), ("sort", &["z"])])).unwrap_err().to_string();
        assert!(error.contains("quit") && error.contains("sort") && error.contains("key z"), "{error}");
        assert!(Keymap::new(&own(&[("quit", &["ctrl-c"])])).is_err(), "Ctrl-C always quits at once");
        assert!(matches!(Keymap::new(&own(&[("quti", &["z"])])), Err(KeymapError::Unknown(_))));
        assert!(matches!(Keymap::new(&own(&[("quit", &["nonsense"])])), Err(KeymapError::NoKey { .. })));
    }

    #[test]
    fn labels_read_like_keys() {
        let labels = |intent| Keymap::default().labels(intent).join(" ");
        assert_eq!(labels(Intent::Bottom), "G End");
        assert_eq!(labels(Intent::PreviousPane), "Shift-Tab");
        assert_eq!(labels(Intent::PageDown), "PgDn");
        assert_eq!(labels(Intent::QuitNow), "Ctrl-C");
        assert_eq!(labels(Intent::Open), "Enter");
    }
}
