//! Keys to actions and back: one map for the loop, the help screen, the hints, the `:` list and the settings.

mod action;
mod entries;
mod key;

pub use action::Action;
pub use entries::{ENTRIES, Entry, KeyPlace};
pub use key::parse;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use crokey::KeyCombination;
use crossterm::event::KeyEvent;

/// Which keys mean what, both ways. An action without keys is called by name only.
#[derive(Clone, PartialEq, Eq)]
pub struct Keymap {
    actions: HashMap<KeyCombination, Vec<Action>>,
    keys: BTreeMap<Action, Vec<KeyCombination>>,
}

/// Why a key cannot mean an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no key, or several pressed together, which terminals do not tell.
    NoKey,
    /// It always quits at once.
    AlwaysQuits,
    /// It was given to that action already.
    Taken(Action),
}

/// Keys that replace those an action has by default.
#[derive(Debug, Clone, Default)]
pub struct KeyOverrides {
    actions: HashMap<KeyCombination, Vec<Action>>,
    keys: BTreeMap<Action, Vec<KeyCombination>>,
}

impl KeyOverrides {
    /// Takes an action's default keys away.
    pub fn unbind(&mut self, action: Action) {
        self.keys.entry(action).or_default();
    }

    /// Gives an action a key, as the settings write it; the first one takes its default keys away.
    ///
    /// # Errors
    /// Why the key cannot mean it.
    pub fn bind(&mut self, action: Action, text: &str) -> Result<(), Refused> {
        let key = parse(text).ok_or(Refused::NoKey)?;
        if key == key::quit_now() && action != Action::QuitNow {
            return Err(Refused::AlwaysQuits);
        }
        let own = self.actions.entry(key).or_default();
        if own.contains(&action) {
            return Ok(());
        }
        if let Some(other) = own.iter().find(|other| other.within().meets(action.within())) {
            return Err(Refused::Taken(*other));
        }
        own.push(action);
        self.keys.entry(action).or_default().push(key);
        Ok(())
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = |entry: &Entry| entry.keys.iter().filter_map(|key| parse(key)).collect();
        Self::of(ENTRIES.iter().map(|entry| (entry.action, keys(entry))).collect())
    }
}

/// The actions in order, with their keys.
impl fmt::Debug for Keymap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.keys.keys().map(|action| (action, self.labels(*action)))).finish()
    }
}

impl Keymap {
    /// The defaults, with other keys for some actions. A default key that is given to another action is taken from its
    /// own; whatever the settings say, `Ctrl-C` quits.
    #[must_use]
    pub fn new(overrides: KeyOverrides) -> Self {
        let mut keys = Self::default().keys;
        for (action, list) in &mut keys {
            let is_taken = |own: &Vec<Action>| own.iter().any(|other| other.within().meets(action.within()));
            list.retain(|key| !overrides.actions.get(key).is_some_and(is_taken));
        }
        keys.extend(overrides.keys);
        let quit_now = keys.entry(Action::QuitNow).or_default();
        if !quit_now.contains(&key::quit_now()) {
            quit_now.push(key::quit_now());
        }
        Self::of(keys)
    }

    fn of(keys: BTreeMap<Action, Vec<KeyCombination>>) -> Self {
        let mut actions: HashMap<KeyCombination, Vec<Action>> = HashMap::new();
        for (action, key) in keys.iter().flat_map(|(action, list)| list.iter().map(move |key| (action, key))) {
            actions.entry(*key).or_default().push(*action);
        }
        Self { actions, keys }
    }

    /// What a key means in the panes, and in what lies over them but the form. What only the form has a use for is meant where
    /// nothing else is: the pane of the metadata opens the form for it.
    #[must_use]
    pub fn action(&self, key: KeyEvent) -> Option<Action> {
        self.within(key, KeyPlace::Panes).or_else(|| self.within(key, KeyPlace::Form))
    }

    /// What a key means in the form, and in the larger editor.
    #[must_use]
    pub fn form_action(&self, key: KeyEvent) -> Option<Action> {
        self.within(key, KeyPlace::Form)
    }

    fn within(&self, key: KeyEvent, place: KeyPlace) -> Option<Action> {
        let meant = self.actions.get(&key::canonical(KeyCombination::from(key)))?;
        meant.iter().copied().find(|action| action.within().meets(place))
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[KeyCombination] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The keys of an action, as a person reads them.
    #[must_use]
    pub fn labels(&self, action: Action) -> Vec<String> {
        self.keys(action).iter().map(|key| key::label(*key)).collect()
    }

    /// The first key of an action; `None` where it has none.
    #[must_use]
    pub fn label(&self, action: Action) -> Option<String> {
        self.keys(action).first().map(|key| key::label(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        Keymap::default().action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn every_default_key_is_a_key_with_one_meaning() {
        let keymap = Keymap::default();
        for entry in ENTRIES {
            assert_eq!(keymap.keys(entry.action).len(), entry.keys.len(), "{}", entry.name);
        }
        for meant in keymap.actions.values() {
            let pairs =
                meant.iter().enumerate().flat_map(|(at, one)| meant[..at].iter().map(move |other| (one, other)));
            for (one, other) in pairs {
                assert!(!one.within().meets(other.within()), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn keys_match_however_a_terminal_reports_them() {
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            assert_eq!(press(KeyCode::Char('?'), modifiers), Some(Action::Help));
            assert_eq!(press(KeyCode::Char(':'), modifiers), Some(Action::CommandLine));
            assert_eq!(press(KeyCode::Char('G'), modifiers), Some(Action::Bottom));
            assert_eq!(press(KeyCode::BackTab, modifiers), Some(Action::PreviousPane));
        }
        assert_eq!(press(KeyCode::Char('g'), KeyModifiers::SHIFT), Some(Action::Bottom));
        assert_eq!(press(KeyCode::Char('g'), KeyModifiers::NONE), Some(Action::Top));
        assert_eq!(press(KeyCode::Tab, KeyModifiers::SHIFT), Some(Action::PreviousPane));
        assert_eq!(press(KeyCode::Tab, KeyModifiers::NONE), Some(Action::NextPane));
        assert_eq!(press(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Action::QuitNow));
        assert_eq!(press(KeyCode::Char('\r'), KeyModifiers::NONE), Some(Action::Open));
        assert_eq!(press(KeyCode::Char('é'), KeyModifiers::NONE), None);
    }

    #[test]
    fn overrides_take_keys_from_defaults_and_no_key_has_two_meanings() {
        let mut own = KeyOverrides::default();
        own.bind(Action::Quit, "ctrl-q").unwrap();
        own.bind(Action::Quit, "s").unwrap();
        own.bind(Action::Quit, "s").unwrap();
        own.unbind(Action::Mouse);
        // However it is written: the same key.
        assert_eq!(own.bind(Action::Sort, "Ctrl-Q"), Err(Refused::Taken(Action::Quit)));
        assert_eq!(own.bind(Action::Sort, "ctrl-shift-c"), Err(Refused::AlwaysQuits));
        assert_eq!(own.bind(Action::Sort, "nonsense"), Err(Refused::NoKey));
        let keymap = Keymap::new(own);
        assert_eq!(keymap.labels(Action::Quit), ["Ctrl-Q", "s"]);
        assert_eq!(keymap.labels(Action::Sort), Vec::<String>::new());
        assert_eq!(keymap.labels(Action::Mouse), Vec::<String>::new());
        assert_eq!(keymap.labels(Action::QuitNow), ["Ctrl-C"]);
    }

    #[test]
    fn the_way_out_stays() {
        let mut own = KeyOverrides::default();
        own.bind(Action::QuitNow, "ctrl-x").unwrap();
        assert_eq!(Keymap::new(own).labels(Action::QuitNow), ["Ctrl-X", "Ctrl-C"]);
    }

    #[test]
    fn labels_read_like_keys() {
        let labels = |action| Keymap::default().labels(action).join(" ");
        assert_eq!(labels(Action::Bottom), "G End");
        assert_eq!(labels(Action::PreviousPane), "Shift-Tab");
        assert_eq!(labels(Action::PageDown), "PgDn");
        assert_eq!(labels(Action::QuitNow), "Ctrl-C");
        assert_eq!(labels(Action::Open), "Enter");
    }

    #[test]
    fn the_key_list() {
        let keymap = Keymap::default();
        let line = |entry: &Entry| {
            let keys = keymap.labels(entry.action).join(" ");
            let within = match entry.action.within() {
                KeyPlace::Anywhere => "",
                KeyPlace::Panes => " (in the panes)",
                KeyPlace::Form => " (in the form)",
            };
            format!("{:<20} {keys:<18} {}{within}", entry.name, entry.help)
        };
        let lines: Vec<String> = ENTRIES.iter().map(line).collect();
        insta::assert_snapshot!("key_list", lines.join("\n"));
    }
}
