//! `[keys]`: which keys mean what.

use super::toml_walk::{Problem, Section, TomlEntry, right_word};
use crate::app::keymap::{Action, ENTRIES, KeyOverrides, Keymap, Refused};

pub(super) fn keys(section: &Section<'_>) -> Result<Keymap, Problem> {
    let mut own = KeyOverrides::default();
    for item in section.items() {
        let action = action(&item)?;
        own.unbind(action);
        for text in item.strings("a key or a list of keys, such as \"q\" or [\"down\", \"j\"]")? {
            own.bind(action, &text).map_err(|refused| problem(&item, &text, refused))?;
        }
    }
    Ok(Keymap::new(own))
}

fn problem(item: &TomlEntry<'_>, text: &str, refused: Refused) -> Problem {
    match refused {
        Refused::NoKey => item.wrong_part(&format!(
            "{text:?} is no key; keys are written like \"q\", \"shift-g\", \"ctrl-r\", \"pageup\" or \"f5\""
        )),
        Refused::AlwaysQuits => item.wrong(format!("cannot be {text:?}: that key always quits at once")),
        Refused::Taken(other) => {
            let other = other.entry().name;
            item.wrong(format!("cannot be {text:?}: the file gives that key to keys.{other} already"))
        }
    }
}

fn action(item: &TomlEntry<'_>) -> Result<Action, Problem> {
    ENTRIES.iter().find(|entry| entry.name == item.key).map(|entry| entry.action).ok_or_else(|| {
        let known: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
        item.wrong_key(format!("unknown key {:?} in [keys]; {}", item.key, right_word(item.key, &known)))
    })
}
