//! An alert as a webhook is told of it.

use serde_json::json;

use super::Alert;
use crate::hook::Delivery;

impl Alert {
    /// What a webhook is sent: `{id, at, action, session_id, payload}` as of a change, with the action `alert` and a payload of
    /// `{alert, says}`.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        let id = uuid::Uuid::new_v4().to_string();
        let body = json!({
            "id": id,
            "at": self.at.to_string(),
            "action": "alert",
            "session_id": self.session.text(),
            "payload": { "alert": self.rule, "says": self.says },
        });
        Delivery::new(id, body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_webhook_hears_which_alert_and_of_which_session() {
        let says = "a guardrail stepped in".to_owned();
        let alert = Alert { rule: "guarded".into(), session: "s-1".into(), at: Timestamp::UNIX_EPOCH, says };
        let delivery = alert.delivery();
        let body: serde_json::Value = serde_json::from_str(&delivery.body).unwrap();
        assert_eq!((&body["id"], &body["action"]), (&json!(delivery.id), &json!("alert")));
        assert_eq!(body["session_id"], json!("s-1"));
        assert_eq!(body["payload"], json!({ "alert": "guarded", "says": "a guardrail stepped in" }));
    }
}
