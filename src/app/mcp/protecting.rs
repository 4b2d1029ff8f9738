//! What a place protects from edits, also from those of agents.

use async_trait::async_trait;

use crate::{
    app::writes::WritePlace,
    hook::{Hook, HookAnswer, HookOperation, HookPayload, Next},
    repository::Result,
};

/// Refuses edits of the fields that a place protects, before any other hook sees them.
#[derive(Debug)]
pub struct Protecting(pub WritePlace);

#[async_trait]
impl Hook for Protecting {
    fn name(&self) -> &'static str {
        "protected"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        if let HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) = &operation.payload {
            self.0.allows(&operation.session, edits)?;
        }
        next.run(operation).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{app::place::WriteRules, hook::Hooks, repository::Error, session::MetadataEdit};

    #[tokio::test]
    async fn a_protected_field_is_neither_set_nor_removed() {
        let rules = WriteRules { protected: vec!["tenant".to_owned()], ..WriteRules::default() };
        let place = WritePlace { name: "prod".to_owned(), rules, ..WritePlace::default() };
        let hooks = Hooks::default().within(Arc::new(Protecting(place)));
        let done = |_: HookOperation| async { Ok(HookAnswer::Done) };
        let run = |payload| hooks.run(HookOperation::new("s", payload), done);
        for payload in [
            HookPayload::MetadataUpdate(vec![MetadataEdit::set("a", 1), MetadataEdit::set("tenant", 1)]),
            HookPayload::MetadataDelete(vec![MetadataEdit::unset("tenant")]),
        ] {
            let error = run(payload).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{error}");
            assert!(error.to_string().contains("prod protects tenant"), "{error}");
        }
        let free = HookPayload::MetadataUpdate(vec![MetadataEdit::set("a", 1)]);
        assert_eq!(run(free).await.unwrap(), HookAnswer::Done);
    }
}
