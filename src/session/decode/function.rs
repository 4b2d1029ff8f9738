//! OpenAI's calls of functions and what they gave.

use bson::{Bson, Document};

use super::{
    known,
    notes::{Notes, Path},
    tool, value,
};
use crate::session::{Block, number::EXACT, python};

/// A call of a function: `{id, function: {name, arguments}}`, `{id, custom: {name, input}}`, or with the name and the
/// arguments beside the id; `None` where no name stands.
pub(super) fn call(fields: &Document, id: &str, path: &Path, notes: &mut Notes) -> Option<Block> {
    let nested = ["function", "custom"].into_iter().find_map(|key| Some((key, fields.get_document(key).ok()?)));
    let (name, input) = match nested {
        Some((key, inner)) => {
            let path = path.key(key);
            known::shown(inner, &[known::CALLED], &path, notes);
            (value::text(inner, "name", &path, notes), arguments(inner))
        }
        None if fields.contains_key("name") => (value::text(fields, "name", path, notes), arguments(fields)),
        None => return None,
    };
    Some(Block::ToolUse { id: value::text(fields, id, path, notes), name, input: input.into() })
}

/// What a function gave: `{call_id, output}`.
pub(super) fn output(fields: &Document, path: &Path, notes: &mut Notes) -> Block {
    let content = tool::content(fields.get("output"), &path.key("output"), notes);
    Block::ToolResult { id: value::text(fields, "call_id", path, notes), status: None, content }
}

/// `arguments` is a text of JSON: read where that changes no digit and no key, else the text.
fn arguments(fields: &Document) -> Bson {
    let found = ["arguments", "args", "input"].iter().find_map(|key| fields.get(key));
    let Some(stored) = found else { return Bson::Null };
    // Of a key that stands twice one value would be lost.
    let text = stored.as_str().filter(|text| python::keys_once(text).is_ok());
    let read = text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let exact = read.filter(is_exact).and_then(|json| Bson::try_from(json).ok());
    exact.unwrap_or_else(|| stored.clone())
}

fn is_exact(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Number(number) => {
            number.is_i64() || number.as_f64().is_some_and(|number| number.abs() < EXACT)
        }
        serde_json::Value::Array(items) => items.iter().all(is_exact),
        // A key such as `$date` would be read as Extended JSON.
        serde_json::Value::Object(fields) => fields.iter().all(|(key, value)| !key.starts_with('$') && is_exact(value)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn arguments_that_json_would_change_stay_a_text() {
        for text in
            ["{\"a\":", "{\"id\":17293822569102704641}", "{\"at\":{\"$date\":\"yesterday\"}}", "{\"a\":1,\"a\":2}"]
        {
            assert_eq!(arguments(&doc! { "arguments": text }), Bson::from(text));
        }
        assert_eq!(arguments(&doc! { "args": { "a": 1 } }), doc! { "a": 1 }.into());
    }
}
