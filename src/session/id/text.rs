//! Ids made of texts, and compared with them.

use std::{convert::Infallible, str::FromStr};

use bson::Bson;

use super::{AgentId, SessionKey};

impl From<String> for SessionKey {
    fn from(id: String) -> Self {
        Self::new(Bson::String(id))
    }
}

impl From<&str> for SessionKey {
    fn from(id: &str) -> Self {
        Self::from(id.to_owned())
    }
}

impl From<&String> for SessionKey {
    fn from(id: &String) -> Self {
        Self::from(id.as_str())
    }
}

/// A text is the string `_id`, whatever it looks like.
impl FromStr for SessionKey {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(Self::from(id))
    }
}

impl<T: AsRef<str> + ?Sized> From<&T> for AgentId {
    fn from(id: &T) -> Self {
        Self(id.as_ref().into())
    }
}

impl From<String> for AgentId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl FromStr for AgentId {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(Self::from(id))
    }
}

impl SessionKey {
    /// An ObjectId is no text, though [`Self::text`] shows it as one.
    fn is_text(&self, text: &str) -> bool {
        self.bson().as_str() == Some(text)
    }
}

impl AgentId {
    fn is_text(&self, text: &str) -> bool {
        self.as_str() == text
    }
}

/// `==` of an id and a text, from either side: the id is the one that is made of that text.
macro_rules! equal_texts {
    ($($id:ty, $text:ty;)*) => {$(
        impl PartialEq<$text> for $id {
            fn eq(&self, text: &$text) -> bool {
                self.is_text(text)
            }
        }

        impl PartialEq<$id> for $text {
            fn eq(&self, id: &$id) -> bool {
                id.is_text(self)
            }
        }
    )*};
}

equal_texts! {
    SessionKey, str;
    SessionKey, &str;
    SessionKey, String;
    AgentId, str;
    AgentId, &str;
    AgentId, String;
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_text_makes_an_id_that_equals_it() {
        let text = "a.b".to_owned();
        let keys = [
            SessionKey::from("a.b"),
            SessionKey::from(&text),
            SessionKey::from(text.clone()),
            SessionKey::from(&SessionKey::from("a.b")),
            "a.b".parse::<SessionKey>().unwrap(),
        ];
        for key in keys {
            assert!(key == *"a.b" && key == "a.b" && key == text && key != "b");
            assert!(*"a.b" == key && "a.b" == key && text == key && "b" != key);
        }
        let agents = [
            AgentId::from("a.b"),
            AgentId::from(&text),
            AgentId::from(text.clone()),
            AgentId::from(&AgentId::from("a.b")),
            "a.b".parse::<AgentId>().unwrap(),
        ];
        for agent in agents {
            assert!(agent == *"a.b" && agent == "a.b" && agent == text && agent != "b");
            assert!(*"a.b" == agent && "a.b" == agent && text == agent && "b" != agent);
            assert_eq!(agent.to_string(), text);
            assert_eq!(HashMap::from([(agent, 1)]).get("a.b"), Some(&1));
        }
    }

    #[test]
    fn an_id_of_another_type_equals_no_text() {
        let oid = bson::oid::ObjectId::from_bytes([7; 12]);
        assert_ne!(SessionKey::from(oid), oid.to_hex());
    }
}
