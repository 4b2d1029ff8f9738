//! Columns as they are typed: `+tokens -size meta.priority`; names alone, also with commas between them, are all that is to be shown.

use std::ops::Range;

use crate::{
    app::{
        config::Column,
        tui::state::{prompt::TypedMistake, sort_menu::help_of},
    },
    nearest,
};

/// The word that keeps them in the settings.
const SAVE: &str = "save";

/// Before a name: it is shown too, or not any more.
const SIGNS: [char; 2] = ['+', '-'];

/// A column as it is typed.
#[derive(Debug)]
struct TypedColumn<'a> {
    /// Where it stands, with its sign.
    span: Range<usize>,
    /// Its own, or that of the list it stands in: `+tokens,size` adds both.
    sign: Option<char>,
    name: &'a str,
}

/// The columns that are to be shown, and whether they are to be kept.
///
/// # Errors
/// A name that no column has, with the nearest one, and nothing left to show.
pub(super) fn read(typed: &str, shown: &[Column]) -> Result<(Vec<Column>, bool), TypedMistake> {
    let words: Vec<(usize, &str)> = words_of(typed).collect();
    let is_kept = words.last().is_some_and(|(_, word)| *word == SAVE);
    let words = &words[..words.len() - usize::from(is_kept)];
    let names: Vec<TypedColumn<'_>> = words.iter().flat_map(|(at, word)| names_of(*at, word, shown)).collect();
    let changes = names.is_empty() || names.iter().any(|typed| typed.sign.is_some());
    let mut columns = if changes { shown.to_vec() } else { Vec::new() };
    for TypedColumn { span, sign, name } in names {
        let Some(column) = Column::from_name(name) else {
            return Err(TypedMistake { span, problem: unknown(name) });
        };
        if sign == Some('-') {
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

/// The columns of a word that begins there: several with commas between them, as `list --columns` takes them. A field that is shown
/// and has a comma in its name is that one.
fn names_of<'a>(at: usize, word: &'a str, shown: &[Column]) -> Vec<TypedColumn<'a>> {
    let bare = |part: &'a str| part.trim_start_matches(SIGNS);
    let is_one = word.contains(',') && shown.iter().any(|column| column.to_string() == bare(word));
    let parts: Vec<&str> = if is_one { vec![word] } else { word.split(',').collect() };
    let (mut from, mut sign) = (at, None);
    let mut names = Vec::new();
    for part in parts {
        let span = from..from + part.len();
        from = span.end + 1;
        sign = part.chars().next().filter(|first| SIGNS.contains(first)).or(sign);
        if !part.is_empty() {
            names.push(TypedColumn { span, sign, name: bare(part) });
        }
    }
    if names.is_empty() {
        names.push(TypedColumn { span: at..at + word.len(), sign, name: "" });
    }
    names
}

/// The whole text with its last word completed, or the last of a list with commas, and what that column says.
pub(super) fn complete(typed: &str, shown: &[Column], further: &[Column]) -> Vec<(String, String)> {
    let divides = |c: char| c.is_whitespace() || c == ',';
    let from = typed.char_indices().rfind(|(_, c)| divides(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, word) = typed.split_at(from);
    let names: Vec<TypedColumn<'_>> = words_of(before).flat_map(|(at, word)| names_of(at, word, &[])).collect();
    let in_list = before.ends_with(',');
    // A sign behind names alone would make them a change of what is shown; in a list the one before it holds.
    let is_all = !names.is_empty() && names.iter().all(|typed| typed.sign.is_none());
    let own = word.chars().next().filter(|first| SIGNS.contains(first));
    let of_list = names.last().filter(|_| in_list).and_then(|typed| typed.sign);
    let sign = own.or(of_list).or((!is_all).then_some('+'));
    let written = sign.filter(|_| own.is_some() || !in_list).map(String::from).unwrap_or_default();
    let shown: &[Column] = if sign == Some('+') { &[] } else { shown };
    let further: &[Column] = if sign == Some('-') { &[] } else { further };
    let part = word.trim_start_matches(SIGNS).to_lowercase();
    let is_offered = |column: &&Column| {
        let name = column.to_string();
        let is_new = !(in_list || is_all) || names.iter().all(|typed| typed.name != name);
        let is_hideable = sign != Some('-') || **column != Column::Id;
        // A name of several words cannot be typed, nor one of several columns.
        is_new && is_hideable && !name.contains(divides) && name.to_lowercase().contains(&part)
    };
    let fits = shown.iter().chain(further).filter(is_offered);
    let columns = fits.map(|column| (format!("{before}{written}{column}"), help_of(column).to_owned()));
    let saves = !in_list && !before.trim().is_empty() && SAVE.starts_with(word);
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
    fn a_list_with_commas_is_all_there_is_in_that_order() {
        assert_eq!(read_to("id,meta.v,tokens"), (columns("id meta.v tokens"), false));
        assert_eq!(read_to("tokens, id,size, save"), (columns("tokens id size"), true));
        assert_eq!(read_to("+tokens,meta.v -changed,size"), (columns("id tokens meta.v"), false));
        let odd = [Column::Id, Column::Meta("a,b".to_owned())];
        assert_eq!(read("-meta.a,b", &odd), Ok((vec![Column::Id], false)), "a comma of its name");
    }

    #[test]
    fn a_mistake_is_pointed_at() {
        let mistake = |typed: &str| read(typed, &columns("changed id")).unwrap_err();
        let wrong = mistake("+tokens  +tokns");
        assert_eq!(wrong.span, 9..15);
        assert!(wrong.problem.contains("did you mean tokens?"), "{}", wrong.problem);
        assert_eq!(mistake("-id").span, 0..3);
        assert!(mistake("+").problem.contains("meta.KEY"));
        let wrong = mistake("id,meta.v,tokns,size");
        assert_eq!(wrong.span, 10..15);
        assert_eq!(wrong.problem, "no column is called tokns; did you mean tokens?");
        assert_eq!(mistake("-size,id").span, 6..8);
        assert!(mistake(",").problem.contains("meta.KEY"));
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
        assert_eq!(texts("id,"), ["id,changed", "id,size", "id,tokens", "id,meta.a"]);
        assert_eq!(texts("id,meta.a,to"), ["id,meta.a,tokens"]);
        assert_eq!(texts("+tokens,m"), ["+tokens,meta.a"]);
        assert_eq!(texts("-size,"), ["-size,changed"]);
        assert!(texts("id,size ").contains(&"id,size save".to_owned()));
        let spaced = [Column::Meta("a b".to_owned()), Column::Model];
        let offered = complete("+m", &shown, &spaced);
        assert!(matches!(&offered[..], [(text, _)] if text == "+model"), "{offered:?}");
    }
}
