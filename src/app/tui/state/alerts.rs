//! Alerts on the screen: a mark on the session's row, a line among what happened, and what else their rules ask for.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use super::{AppState, Effect, event_log::EventLog};
use crate::{
    app::{
        alert::{Alert, AlertEngine, AlertRule, Happened, RingPace},
        config::filters,
        task::{Command, Event, Ticket},
    },
    repository::Filter,
    session::{Change, Details, SessionKey},
};

/// Alerts that wait for the store to say whether their session matches; of more, the newest are left out.
const MOST_WAITING: usize = 200;

/// The rules, and what they told.
#[derive(Debug, Default)]
pub struct AlertState {
    engine: AlertEngine,
    /// Sessions of which something was told that nobody has looked at.
    marked: HashSet<SessionKey>,
    /// Of rules with a filter.
    waiting: VecDeque<Alert>,
    asked: Option<(Ticket, AskedForAlert)>,
    ring: RingPace,
    ticked: Option<Timestamp>,
    /// What happened, also at other connections.
    pub(super) log: EventLog,
}

/// What the store is asked for the rules.
#[derive(Debug)]
enum AskedForAlert {
    /// Whether the alert's session matches.
    Match(Alert),
    /// How large these are.
    Sizes(Vec<SessionKey>),
}

impl AlertState {
    /// With these rules.
    #[must_use]
    pub fn new(rules: Vec<AlertRule>) -> Self {
        Self { engine: AlertEngine::new(rules), ..Self::default() }
    }

    /// Whether something was told of a session that nobody has looked at.
    #[must_use]
    pub fn is_marked(&self, key: &SessionKey) -> bool {
        self.marked.contains(key)
    }

    /// How long until time alone may raise one.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Duration> {
        self.engine.next_due(now)
    }

    /// Somebody looks at it, or it is gone.
    pub(super) fn unmark(&mut self, key: &SessionKey) {
        self.marked.remove(key);
    }

    /// The sessions are another store's from now on.
    pub(super) fn forget(&mut self) {
        self.engine.forget();
        self.marked.clear();
        self.waiting.clear();
        self.asked = None;
    }
}

impl AppState {
    /// What a change of a session raises.
    pub(super) fn alert_on(&mut self, change: &Change) -> Vec<Effect> {
        let alerts = self.alerts.engine.take(change, self.look.now);
        self.raise(alerts)
    }

    /// What the counts and sizes of rows raise.
    pub(super) fn alert_on_details(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Details(_, details) => self.alert_on_sizes(details),
            _ => Vec::new(),
        }
    }

    fn alert_on_sizes(&mut self, details: &[(SessionKey, Details)]) -> Vec<Effect> {
        let mut alerts = Vec::new();
        // Of one that did not change since it is watched nothing is news.
        for (key, details) in details {
            if self.alerts.engine.is_watched(key) {
                alerts.extend(self.alerts.engine.hear(key, &Happened::of(details), self.look.now));
            }
        }
        self.raise(alerts)
    }

    /// What time raises; looked at once a second at most.
    pub(super) fn alert_on_time(&mut self) -> Vec<Effect> {
        let now = self.look.now;
        if self.alerts.ticked.is_some_and(|at| at.as_second() == now.as_second()) {
            return Vec::new();
        }
        self.alerts.ticked = Some(now);
        let alerts = self.alerts.engine.tick(now);
        self.raise(alerts)
    }

    /// Tells alerts, and holds back those of which only the store knows whether their session matches.
    fn raise(&mut self, alerts: Vec<Alert>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for alert in alerts {
            let filtered = self.alerts.engine.rule(&alert.rule).is_some_and(|rule| rule.filter.is_some());
            if !filtered {
                effects.extend(self.tell_alert(alert));
            } else if self.alerts.waiting.len() < MOST_WAITING {
                self.alerts.waiting.push_back(alert);
            }
        }
        effects.extend(self.ask_for_alert());
        effects
    }

    /// Asks whether the session of the next alert matches, one after another; then how large sessions are.
    fn ask_for_alert(&mut self) -> Option<Effect> {
        if self.alerts.asked.is_some() {
            return None;
        }
        while let Some(alert) = self.alerts.waiting.pop_front() {
            let Some(filter) = self.filter_of(&alert) else {
                // Nothing is in a list that is empty.
                self.alerts.engine.settle(&alert, false, self.look.now);
                continue;
            };
            let ticket = self.tickets.take();
            let asks = Command::Match(ticket, filter, alert.session.clone());
            self.alerts.asked = Some((ticket, AskedForAlert::Match(alert)));
            return Some(Effect::Ask(asks));
        }
        self.ask_for_sizes()
    }

    /// The filter of its rule, as it is by now: it could be read with the configuration. `None`: it names a list that is empty.
    fn filter_of(&self, alert: &Alert) -> Option<Filter> {
        let typed = self.alerts.engine.rule(&alert.rule)?.filter.as_deref()?;
        let typed = filters::with_lists(&|list| self.remembered_ids(list), typed).ok()?;
        let mut filter = Filter::parse_at(&typed, &self.look.now.to_zoned(self.look.zone.clone())).ok()?;
        self.reveal.search(&mut filter);
        Some(filter)
    }

    fn ask_for_sizes(&mut self) -> Option<Effect> {
        let keys = self.alerts.engine.take_unsized(self.look.now);
        if keys.is_empty() {
            return None;
        }
        let ticket = self.tickets.take();
        self.alerts.asked = Some((ticket, AskedForAlert::Sizes(keys.clone())));
        Some(Effect::Ask(Command::Sizes(ticket, keys)))
    }

    /// What was asked with that ticket, where it still counts.
    fn take_asked(&mut self, ticket: Ticket) -> Option<AskedForAlert> {
        self.alerts.asked.take_if(|(asked, _)| *asked == ticket).map(|(_, what)| what)
    }

    /// The store says whether a session matches.
    pub(super) fn on_matched(&mut self, ticket: Ticket, matches: bool) -> Vec<Effect> {
        let Some(AskedForAlert::Match(alert)) = self.take_asked(ticket) else { return Vec::new() };
        let mut effects = Vec::new();
        if self.alerts.engine.settle(&alert, matches, self.look.now) {
            effects = self.tell_alert(alert);
        }
        effects.extend(self.ask_for_alert());
        effects
    }

    /// The store says how large sessions are.
    pub(super) fn on_sized(&mut self, ticket: Ticket, details: &[(SessionKey, Details)]) -> Vec<Effect> {
        if self.take_asked(ticket).is_none() {
            return Vec::new();
        }
        self.alert_on_sizes(details)
    }

    /// The store cannot say what was asked: of what nobody knows nothing is told; sizes are asked again later.
    pub(super) fn on_alert_unknown(&mut self, ticket: Ticket) -> Vec<Effect> {
        match self.take_asked(ticket) {
            Some(AskedForAlert::Sizes(keys)) => self.alerts.engine.ask_sizes_of(&keys),
            Some(AskedForAlert::Match(_)) => {}
            None => return Vec::new(),
        }
        self.ask_for_alert().into_iter().collect()
    }

    fn tell_alert(&mut self, alert: Alert) -> Vec<Effect> {
        let session = self.known_as(&alert.session);
        let says = format!("{}: {}, {}", alert.rule, session.name, alert.says);
        if self.workspace.conversation.key() != Some(&alert.session) {
            self.alerts.marked.insert(alert.session.clone());
        }
        if self.said.is_none() {
            self.said = Some(format!("alert {says}"));
        }
        self.log_event(format!("alert {}: {}", alert.rule, alert.says), Some(session));
        let Some(rule) = self.alerts.engine.rule(&alert.rule) else { return Vec::new() };
        let (rings, notifies) = self.alerts.ring.take(rule, self.look.now);
        let mut effects = Vec::new();
        if rings {
            effects.push(Effect::Bell);
        }
        if notifies {
            effects.push(Effect::Notify(says));
        }
        if let Some(webhook) = rule.webhook.clone() {
            effects.push(Effect::Deliver(webhook, Box::new(alert)));
        }
        effects
    }

    /// Whether something was told of a session that nobody has looked at.
    #[must_use]
    pub fn is_alerted(&self, key: &SessionKey) -> bool {
        self.alerts.is_marked(key)
    }
}

#[cfg(test)]
mod tests;
