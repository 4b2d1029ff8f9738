//! Columns as they are typed: `+tokens -size meta.priority`; names alone are all that is to be shown.

use crate::{
    app::{
        config::Column,
        tui::state::{prompt::TypedMistake, sort_menu::help_of},
    },
    nearest,
};

/// The word that keeps them in the settings.
const SAVE: &str = "save";

/// The columns that are to be shown, and whether they are to be kept.
///
/// # Errors
/// A name that no column has, with the nearest one, and nothing left to show.
pub(super) fn read(typed: &str, shown: &[Column]) -> Result<(Vec<Column>, bool), TypedMistake> {
    let words: Vec<(usize, &str)> = words_of(typed).collect();
    let is_kept = words.last().is_some_and(|(_, word)| *word == SAVE);
    let words = &words[..words.len() - usize::from(is_kept)];
    let changes = words.is_empty() || words.iter().any(|(_, word)| word.starts_with(['+', '-']));
    let mut columns = if changes { shown.to_vec() } else { Vec::new() };
    for (at, word) in words {
        let name = word.trim_start_matches(['+', '-']);
        let span = *at..at + word.len();
        let Some(column) = Column::from_name(name) else {
            return Err(TypedMistake { span, problem: unknown(name) });
        };
        if word.starts_with('-') {
            if column == Column::Id {
                return Err(TypedMistake { span, problem: "what a session is called is always shown".to_owned() });
            }
            columns.retain(|other| *other != column);
        } else if !columns.contains(&column) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return Err(TypedMistake { span: 0..typed.len(), problem: "one column at least is to be shown".to_owned() });
    }
    Ok((columns, is_kept))
}

fn unknown(name: &str) -> String {
    let names = Column::names();
    match nearest::closest(name, &names) {
        Some((near, _)) if !name.is_empty() => format!("no column is called {name}; did you mean {near}?"),
        _ => format!("there are {}", names.join(", ")),
    }
}

/// The words with where they begin.
fn words_of(typed: &str) -> impl Iterator<Item = (usize, &str)> {
    typed.split_whitespace().map(|word| (word.as_ptr() as usize - typed.as_ptr() as usize, word))
}

/// The whole text with its last word completed, and what that column says.
pub(super) fn complete(typed: &str, shown: &[Column], further: &[Column]) -> Vec<(String, String)> {
    let from = typed.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, word) = typed.split_at(from);
    // A sign behind names alone would make them a change of what is shown.
    let is_all = !before.trim().is_empty() && words_of(before).all(|(_, word)| !word.starts_with(['+', '-']));
    let sign = match word.chars().next() {
        Some('-') => "-",
        first if is_all && first != Some('+') => "",
        _ => "+",
    };
    let shown: &[Column] = if sign == "+" { &[] } else { shown };
    let further: &[Column] = if sign == "-" { &[] } else { further };
    let part = word.trim_start_matches(['+', '-']).to_lowercase();
    let is_offered = |column: &&Column| {
        let name = column.to_string();
        let is_new = !sign.is_empty() || words_of(before).all(|(_, word)| word != name);
        let is_hideable = sign != "-" || **column != Column::Id;
        // A name of several words cannot be typed.
        is_new && is_hideable && !name.contains(char::is_whitespace) && name.to_lowercase().contains(&part)
    };
    let fits = shown.iter().chain(further).filter(is_offered);
    let columns = fits.map(|column| (format!("{before}{sign}{column}"), help_of(column).to_owned()));
    let saves = !before.trim().is_empty() && SAVE.starts_with(word);
    let save = saves.then(|| (format!("{before}{SAVE}"), "keeps these columns in the settings".to_owned()));
    columns.chain(save).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &str) -> Vec<Column> {
        names.split(' ').filter_map(Column::from_name).collect()
    }

    fn read_to(typed: &str) -> (Vec<Column>, bool) {
        read(typed, &columns("changed id size")).unwrap()
    }

    #[test]
    fn names_are_added_hidden_or_all_there_is() {
        assert_eq!(read_to("+tokens -size meta.a"), (columns("changed id tokens meta.a"), false));
        assert_eq!(read_to("  id   tokens"), (columns("id tokens"), false));
        assert_eq!(read_to("+size -errors save"), (columns("changed id size"), true));
        assert_eq!(read_to("save"), (columns("changed id size"), true));
    }

    #[test]
    fn a_mistake_is_pointed_at() {
        let mistake = |typed: &str| read(typed, &columns("changed id")).unwrap_err();
        let wrong = mistake("+tokens  +tokns");
        assert_eq!(wrong.span, 9..15);
        assert!(wrong.problem.contains("did you mean tokens?"), "{}", wrong.problem);
        assert_eq!(mistake("-id").span, 0..3);
        assert!(mistake("+").problem.contains("meta.KEY"));
    }

    #[test]
    fn the_last_word_is_completed() {
        let (shown, further) = (columns("changed id size"), columns("tokens meta.a"));
        let texts = |typed: &str| -> Vec<String> {
            complete(typed, &shown, &further).into_iter().map(|(text, _)| text).collect()
        };
        assert_eq!(texts(""), ["+tokens", "+meta.a"]);
        assert_eq!(texts("-size +to"), ["-size +tokens"]);
        assert_eq!(texts("-"), ["-changed", "-size"]);
        assert_eq!(texts("+zzz"), Vec::<String>::new());
        assert_eq!(texts("-size sa"), ["-size save"]);
        assert_eq!(texts("id "), ["id changed", "id size", "id tokens", "id meta.a", "id save"]);
        assert_eq!(texts("id +to"), ["id +tokens"]);
        assert!(texts("-size +tokens ").contains(&"-size +tokens save".to_owned()));
        let spaced = [Column::Meta("a b".to_owned()), Column::Model];
        let offered = complete("+m", &shown, &spaced);
        assert!(matches!(&offered[..], [(text, _)] if text == "+model"), "{offered:?}");
    }
}
