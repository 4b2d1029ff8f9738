//! What became of what the hooks had to do.

use super::LoggedEvent;
use crate::{
    app::tui::state::{AppState, named::ChosenSession},
    hook::{HookOutcome, HookReport},
    session::SessionKey,
};

impl AppState {
    /// Notes it, without a word: a change has its own outcome. What a hook refused is said as what became of the change.
    pub(in crate::app::tui::state) fn on_hook(&mut self, report: &HookReport) {
        let session = report.subject.as_ref().and_then(|subject| self.shown_as(&subject.session));
        match &report.outcome {
            HookOutcome::Refused(_) => {}
            HookOutcome::Delivered => {
                let action = report.subject.as_ref().map_or("an alert", |subject| subject.action.name());
                let kind = format!("hook {}: {action} was delivered", report.hook);
                let session = session.map(|session| (self.workspace.ticket, session));
                let event = LoggedEvent { at: self.look.now, says: report.to_string(), session };
                self.alerts.log.keep_alike(&kind, event);
                self.follow_events();
            }
            HookOutcome::Failed(_) | HookOutcome::GivenUp(_) => self.log_event(report.to_string(), session),
        }
    }

    /// A session that is shown here. Where several connections are open no report tells of which it is: one of another may have the
    /// same id.
    fn shown_as(&self, key: &SessionKey) -> Option<ChosenSession> {
        if self.has_others() {
            return None;
        }
        let is_open = self.workspace.conversation.key() == Some(key);
        let is_listed = self.workspace.list.rows.iter().any(|row| row.key == *key);
        (is_open || is_listed).then(|| self.known_as(key))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        app::{
            place::{Origin, Place},
            task::Event,
            tui::state::sample::Screen,
        },
        hook::{HookAction, HookOperation, HookOutcome, HookPayload, HookReport, HookSubject},
    };

    fn told(session: &str, outcome: HookOutcome) -> Event {
        let operation = HookOperation::new(session, HookPayload::SessionDelete);
        assert_eq!(operation.action(), HookAction::SessionDelete);
        Event::Hook(Box::new(HookReport::new("audit", Some(HookSubject::of(&operation)), outcome)))
    }

    fn says(screen: &Screen) -> Vec<&str> {
        screen.state.alerts.log.events().map(|event| event.says.as_str()).collect()
    }

    #[test]
    fn beside_another_connection_a_report_leads_to_no_session() {
        let mut screen = Screen::listed(120, 40);
        let effects = screen.state.connect(Place::plain("other", Origin::Demo));
        let effects = screen.state.absorb(effects);
        screen.take(effects);
        screen.answer_all();
        let known = screen.state.workspace.list.rows[0].key.text().to_owned();
        screen.tell(told(&known, HookOutcome::Failed("it crashed".into())));
        let event = screen.state.alerts.log.events().next().unwrap();
        assert!(event.says.contains("it crashed") && event.session.is_none(), "it may be the other's: {event:?}");
    }

    #[test]
    fn what_hooks_did_is_noted_quietly_and_many_deliveries_are_one_event() {
        let mut screen = Screen::listed(120, 40);
        let said = screen.state.said.clone();
        let known = screen.state.workspace.list.rows[0].key.text().to_owned();
        screen.tell(told(&known, HookOutcome::Delivered));
        assert_eq!(says(&screen), [format!("hook audit: session.delete of session {known:?} was delivered")]);
        let event = screen.state.alerts.log.events().next().unwrap();
        assert_eq!(event.session.as_ref().map(|(_, session)| session.key.text()), Some(known.as_str()));
        for _ in 0..3 {
            screen.tell(told("elsewhere", HookOutcome::Delivered));
        }
        assert_eq!(says(&screen), ["hook audit: session.delete was delivered, 4 times"]);
        screen.tell(told("elsewhere", HookOutcome::Failed("it crashed".into())));
        screen.tell(told("elsewhere", HookOutcome::Refused("not today".into())));
        screen.tell(told("elsewhere", HookOutcome::Delivered));
        assert_eq!(
            says(&screen),
            [
                "hook audit: session.delete of session \"elsewhere\" was delivered",
                "hook audit failed after session.delete of session \"elsewhere\" was carried out: it crashed",
                "hook audit: session.delete was delivered, 4 times",
            ]
        );
        assert!(screen.state.wrong().is_none() && screen.state.said == said);
    }
}
