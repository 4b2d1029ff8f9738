//! A form on the metadata as BSON.

use bson::{Bson, Document, doc};

use crate::{
    app::tui::state::{
        form::{FieldPath, FieldUse, FormDraft, OpenField},
        named::ChosenSession,
        tree::PathKey,
    },
    session::StoredDate,
};

/// A form as it was left.
pub(super) fn document(left: &FormDraft) -> Document {
    let mut document = doc! { "base": left.base.clone(), "mine": left.mine.clone() };
    if let Some(open) = &left.open {
        let mut typed = doc! {
            "path": open.path.iter().map(step).collect::<Vec<Bson>>(),
            "use": word(open.used_for),
            "large": open.large,
            "text": open.text.as_str(),
        };
        if let Some(after) = &open.after {
            typed.insert("after", step(after));
        }
        document.insert("open", typed);
    }
    if let Some(made) = left.made {
        document.insert("made", bson::DateTime::from(made));
    }
    if left.anew {
        document.insert("anew", true);
    }
    document
}

/// The other way round.
pub(super) fn left(mut document: Document, session: ChosenSession) -> Option<FormDraft> {
    let (Some(Bson::Document(base)), Some(Bson::Document(mine))) = (document.remove("base"), document.remove("mine"))
    else {
        return None;
    };
    let open = match document.get("open") {
        Some(Bson::Document(typed)) => Some(open_field(typed)?),
        _ => None,
    };
    let made = document.get_datetime("made").ok().copied().map(StoredDate::from);
    let anew = document.get_bool("anew").unwrap_or_default();
    Some(FormDraft { session, base, mine, open, made, anew })
}

fn open_field(typed: &Document) -> Option<OpenField> {
    let path: Option<FieldPath> = typed.get_array("path").ok()?.iter().map(step_of).collect();
    let after = match typed.get("after") {
        Some(after) => Some(step_of(after)?),
        None => None,
    };
    let used_for = typed.get_str("use").ok()?;
    Some(OpenField {
        path: path?,
        used_for: [FieldUse::Value, FieldUse::Key, FieldUse::New].into_iter().find(|used| word(*used) == used_for)?,
        after,
        large: typed.get_bool("large").ok()?,
        text: typed.get_str("text").ok()?.to_owned(),
    })
}

fn word(used: FieldUse) -> &'static str {
    match used {
        FieldUse::Value => "value",
        FieldUse::Key => "key",
        FieldUse::New => "new",
    }
}

/// A step of the way to a value: a key, a position or, of the whole, null.
fn step(key: &PathKey) -> Bson {
    match key {
        PathKey::Name(name) => Bson::from(name.as_str()),
        PathKey::Item(at) => Bson::Int64(i64::try_from(*at).unwrap_or(i64::MAX)),
        PathKey::Root => Bson::Null,
    }
}

fn step_of(step: &Bson) -> Option<PathKey> {
    Some(match step {
        Bson::String(name) => PathKey::Name(name.clone()),
        Bson::Int64(at) => PathKey::Item(usize::try_from(*at).ok()?),
        Bson::Null => PathKey::Root,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SessionKey;

    #[test]
    fn a_form_is_read_back_with_its_types_and_what_is_typed() {
        let session = ChosenSession { key: SessionKey::from("s"), name: "s".to_owned() };
        let like = doc! { "$date": "yesterday" };
        let base = doc! { "n": 1_i64, "like": like, "when": bson::DateTime::from_millis(-1), "o": { "x": [1, 2.0] } };
        let mut mine = base.clone();
        mine.insert("n", 2);
        let path = vec![PathKey::Name("o".to_owned()), PathKey::Name("x".to_owned()), PathKey::Item(1)];
        let opens = [
            None,
            Some((path.clone(), FieldUse::Value, None, true)),
            Some((path[..1].to_vec(), FieldUse::Key, None, false)),
            Some((Vec::new(), FieldUse::New, Some(PathKey::Name("n".to_owned())), false)),
            Some((path[..2].to_vec(), FieldUse::New, Some(PathKey::Root), false)),
        ];
        for open in opens {
            let open = open.map(|(path, used_for, after, large)| {
                let text = "typed \u{1b}\n".to_owned();
                OpenField { path, used_for, after, large, text }
            });
            let made = open.is_some().then(|| StoredDate::from_millis(-1));
            let (session, base, mine) = (session.clone(), base.clone(), mine.clone());
            let draft = FormDraft { session, base, mine, open, made, anew: made.is_some() };
            let bytes = bson::serialize_to_vec(&document(&draft)).unwrap();
            let read = left(Document::from_reader(&bytes[..]).unwrap(), draft.session.clone());
            assert_eq!(read, Some(draft));
        }
    }
}
