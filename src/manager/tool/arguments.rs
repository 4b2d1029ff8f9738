//! What a model gave the tool: JSON, or JSON in a string, as BSON that pymongo would store.

use bson::{Bson, Document};
use serde_json::{Map, Value};

use super::python as told;
use crate::session::{number, python};

/// Characters of a text that is no JSON, as an answer repeats it.
const REPEATED: usize = 100;

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(super) enum Order {
    /// All fields, or these.
    Get(Option<Vec<Bson>>),
    Set(Document),
    Delete(Vec<String>),
}

/// Reads the arguments.
///
/// # Errors
/// The answer to what they are not, in the Python tool's words where it has some.
pub(super) fn read(arguments: &Value) -> Result<Order, String> {
    let nothing = Map::new();
    let arguments = match arguments {
        Value::Object(fields) => fields,
        Value::Null => &nothing,
        _ => return Err("Error: the arguments must be an object".to_owned()),
    };
    let action = match arguments.get("action") {
        Some(Value::String(word)) => word.to_lowercase(),
        None | Some(Value::Null) => return Err(format!("Error: No action given. {ACTIONS}")),
        Some(other) => return Err(format!("Error: Unknown action {other}. {ACTIONS}")),
    };
    let (metadata, keys) = (parameter(arguments, "metadata")?, parameter(arguments, "keys")?);
    match action.as_str() {
        "get" => Ok(Order::Get(keys.map(list).transpose()?)),
        "set" | "update" => match metadata {
            None => Err("Error: metadata dictionary required for set/update action".to_owned()),
            Some(Bson::Document(fields)) => Ok(Order::Set(fields)),
            Some(other) => Err(failed(&format!("metadata must be an object, got: {}", told::repr(&other)))),
        },
        "delete" => match keys {
            None => Err("Error: keys list required for delete action".to_owned()),
            Some(keys) => Ok(Order::Delete(texts(list(keys)?)?)),
        },
        _ => Err(format!("Error: Unknown action '{action}'. {ACTIONS}")),
    }
}

const ACTIONS: &str = "Use 'get', 'set', 'update', or 'delete'";

/// What could not be done, as the Python tool tells it.
pub(super) fn failed(why: &str) -> String {
    format!("Error managing metadata: {why}")
}

/// A parameter; `None` where nothing is in it, which is as good as not given.
fn parameter(arguments: &Map<String, Value>, name: &str) -> Result<Option<Bson>, String> {
    let value = match arguments.get(name) {
        None => return Ok(None),
        Some(Value::String(text)) => {
            let read = python::read(text.as_bytes()).map_err(|_| {
                let start: String = text.chars().take(REPEATED).collect();
                format!("Error: {name} must be a valid JSON, got: {start}...")
            })?;
            stored(&read, true)
        }
        Some(value) => stored(value, false),
    };
    Ok(Some(value.map_err(|why| failed(&why))?).filter(|value| !is_empty(value)))
}

/// What Python takes for false.
fn is_empty(value: &Bson) -> bool {
    match value {
        Bson::Null | Bson::Boolean(false) | Bson::Int32(0) => true,
        Bson::Double(number) => *number == 0.0,
        Bson::String(text) => text.is_empty(),
        Bson::Array(items) => items.is_empty(),
        Bson::Document(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A list; one text is a list of it.
fn list(keys: Bson) -> Result<Vec<Bson>, String> {
    match keys {
        Bson::Array(items) => Ok(items),
        Bson::String(key) => Ok(vec![Bson::String(key)]),
        other => Err(failed(&format!("keys must be a list of strings, got: {}", told::repr(&other)))),
    }
}

fn texts(keys: Vec<Bson>) -> Result<Vec<String>, String> {
    let text = |key: &Bson| key.as_str().map(str::to_owned);
    let all: Option<Vec<String>> = keys.iter().map(text).collect();
    all.ok_or_else(|| failed(&format!("keys must be strings, got: {}", told::repr(&Bson::Array(keys)))))
}

/// JSON as pymongo stores it: whole numbers as the smallest type that holds them, and none beyond 64 bits. `carried`: it was read by
/// [`python::read`], so that some of its strings stand for what JSON lacks.
fn stored(json: &Value, carried: bool) -> Result<Bson, String> {
    const TOO_LONG: &str = "MongoDB can only handle up to 8-byte ints";
    Ok(match json {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Number(digits) => match (digits.as_i64(), digits.as_f64()) {
            (Some(whole), _) => number::integer(whole),
            (None, Some(double)) if digits.is_f64() => Bson::Double(double),
            (None, _) => return Err(format!("{TOO_LONG}: {digits}")),
        },
        Value::String(text) => match python::number(text).filter(|_| carried) {
            None => Bson::String(text.clone()),
            Some(deep) if deep.starts_with(['[', '{']) => return Err("it is nested too deep".to_owned()),
            Some(long) if python::is_long(long) => return Err(format!("{TOO_LONG}: {long}")),
            Some(odd) => python::bson(odd),
        },
        Value::Array(items) => Bson::Array(items.iter().map(|item| stored(item, carried)).collect::<Result<_, _>>()?),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| Ok((key.clone(), stored(value, carried)?));
            Bson::Document(fields.iter().map(field).collect::<Result<Document, String>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(arguments: &Value) -> String {
        read(arguments).unwrap_err()
    }

    #[test]
    fn an_action_is_a_word_in_any_case() {
        assert_eq!(read(&json!({ "action": "GET" })), Ok(Order::Get(None)));
        let set = Ok(Order::Set(doc! { "a": 1 }));
        assert_eq!(read(&json!({ "action": "Set", "metadata": { "a": 1 } })), set);
        assert_eq!(read(&json!({ "action": "update", "metadata": "{\"a\": 1}" })), set);
        let delete = Ok(Order::Delete(vec!["a".into(), "b".into()]));
        assert_eq!(read(&json!({ "action": "DELETE", "keys": "[\"a\", \"b\"]" })), delete);
        let unknown = "Error: Unknown action 'drop'. Use 'get', 'set', 'update', or 'delete'";
        assert_eq!(refused(&json!({ "action": "Drop" })), unknown);
        for odd in [json!({}), json!({ "action": 5 }), json!({ "action": null }), json!([]), json!("get"), json!(null)]
        {
            assert!(refused(&odd).starts_with("Error: "), "{odd}");
        }
    }

    #[test]
    fn nothing_is_as_good_as_not_given() {
        for nothing in
            [json!(null), json!({}), json!([]), json!(0), json!(false), json!("null"), json!("{}"), json!("\"\"")]
        {
            let set = refused(&json!({ "action": "set", "metadata": nothing }));
            assert_eq!(set, "Error: metadata dictionary required for set/update action", "{nothing}");
            let delete = refused(&json!({ "action": "delete", "keys": nothing }));
            assert_eq!(delete, "Error: keys list required for delete action", "{nothing}");
            assert_eq!(read(&json!({ "action": "get", "keys": nothing })), Ok(Order::Get(None)), "{nothing}");
        }
    }

    #[test]
    fn a_text_that_is_no_json_is_repeated_by_its_start() {
        let told = refused(&json!({ "action": "get", "keys": "priority" }));
        assert_eq!(told, "Error: keys must be a valid JSON, got: priority...");
        let long = "é".repeat(150);
        let told = refused(&json!({ "action": "bogus", "metadata": long, "keys": "[" }));
        assert_eq!(told, format!("Error: metadata must be a valid JSON, got: {}...", "é".repeat(100)));
    }

    #[test]
    fn what_is_no_list_or_object_is_told() {
        let told = refused(&json!({ "action": "set", "metadata": [1, null] }));
        assert_eq!(told, "Error managing metadata: metadata must be an object, got: [1, None]");
        let told = refused(&json!({ "action": "delete", "keys": ["a", 1] }));
        assert_eq!(told, "Error managing metadata: keys must be strings, got: ['a', 1]");
        assert!(refused(&json!({ "action": "get", "keys": { "a": 1 } })).contains("{'a': 1}"));
        // One key in a string is a list of it.
        assert_eq!(read(&json!({ "action": "delete", "keys": "\"a\"" })), Ok(Order::Delete(vec!["a".into()])));
    }

    #[test]
    fn numbers_are_stored_as_pymongo_stores_them() {
        let text = r#"{"a": 2147483647, "b": 2147483648, "c": -9223372036854775808, "d": 1.0, "e": 1e999, "f": "1"}"#;
        let stored = doc! {
            "a": 2_147_483_647, "b": 2_147_483_648_i64, "c": i64::MIN, "d": 1.0, "e": f64::INFINITY, "f": "1",
        };
        assert_eq!(read(&json!({ "action": "set", "metadata": text })), Ok(Order::Set(stored)));
        let Ok(Order::Set(odd)) = read(&json!({ "action": "set", "metadata": "{\"n\": NaN}" })) else { panic!() };
        assert!(odd.get_f64("n").unwrap().is_nan());
        for long in [json!({ "n": u64::MAX }), json!("{\"n\": [123456789012345678901]}")] {
            let told = refused(&json!({ "action": "set", "metadata": long }));
            assert!(told.starts_with("Error managing metadata: MongoDB can only handle up to 8-byte ints"), "{told}");
        }
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200));
        assert!(refused(&json!({ "action": "set", "metadata": deep })).contains("too deep"));
        // What only looks like something carried is a text.
        let looks = format!("{}NaN", "\u{10FFFF}\u{10E000}");
        let Ok(Order::Set(same)) = read(&json!({ "action": "set", "metadata": { "a": looks } })) else { panic!() };
        assert_eq!(same.get_str("a").unwrap(), looks);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            Just(Value::from("{\"a\": [1, \"b\"]}")),
            Just(Value::from("[\"a\", null]")),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_given_is_an_order_or_an_answer(
            action in prop_oneof![Just("get"), Just("set"), Just("Delete"), Just("\u{130}")],
            metadata in values(),
            keys in values(),
        ) {
            let arguments = json!({ "action": action, "metadata": metadata, "keys": keys });
            if let Err(told) = read(&arguments) {
                prop_assert!(told.starts_with("Error"), "{}", told);
            }
            prop_assert!(read(&keys).is_err() || keys.is_object());
        }
    }
}
