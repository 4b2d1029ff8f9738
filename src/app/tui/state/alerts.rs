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

/// What is watched of one connection, shown or not.
#[derive(Debug, Default)]
pub struct AlertWatch {
    engine: AlertEngine,
    /// Sessions of which something was told that nobody has looked at.
    marked: HashSet<SessionKey>,
    /// Of rules with a filter.
    waiting: VecDeque<Alert>,
}

/// The rules, and what they told.
#[derive(Debug, Default)]
pub struct AlertState {
    rules: Vec<AlertRule>,
    /// Of the connection that is shown.
    watch: AlertWatch,
    /// What is asked, and of which connection.
    asked: Option<(Ticket, Ticket, AskedForAlert)>,
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
        Self { watch: AlertWatch::new(rules.clone()), rules, ..Self::default() }
    }

    /// Whether something was told of a session that nobody has looked at.
    #[must_use]
    pub fn is_marked(&self, key: &SessionKey) -> bool {
        self.watch.marked.contains(key)
    }

    /// Somebody looks at it, or it is gone.
    pub(super) fn unmark(&mut self, key: &SessionKey) {
        self.watch.marked.remove(key);
    }

    /// What is shown is another store's from now on: what was watched until now.
    pub(super) fn set_aside(&mut self) -> AlertWatch {
        std::mem::replace(&mut self.watch, AlertWatch::new(self.rules.clone()))
    }

    /// A connection is shown again.
    pub(super) fn take_up(&mut self, watch: Option<AlertWatch>) {
        self.watch = watch.unwrap_or_else(|| AlertWatch::new(self.rules.clone()));
    }
}

impl AlertWatch {
    fn new(rules: Vec<AlertRule>) -> Self {
        Self { engine: AlertEngine::new(rules), ..Self::default() }
    }

    fn is_filtered(&self, alert: &Alert) -> bool {
        self.engine.rule(&alert.rule).is_some_and(|rule| rule.filter.is_some())
    }
}

impl AppState {
    /// How long until time alone may raise one, at any connection.
    pub(super) fn alerts_due(&self) -> Option<Duration> {
        let others = self.others.iter().filter_map(|other| other.alerts.as_ref());
        others.chain([&self.alerts.watch]).filter_map(|watch| watch.engine.next_due(self.look.now)).min()
    }

    /// What is watched of a connection that is open.
    fn watch_of(&mut self, connection: Ticket) -> Option<&mut AlertWatch> {
        if connection == self.workspace.ticket {
            return Some(&mut self.alerts.watch);
        }
        self.others.find(connection)?.alerts.as_mut()
    }

    /// What a change of a session raises.
    pub(super) fn alert_on(&mut self, connection: Ticket, change: &Change) -> Vec<Effect> {
        let now = self.look.now;
        let alerts = self.watch_of(connection).map(|watch| watch.engine.take(change, now));
        self.raise(connection, alerts.unwrap_or_default())
    }

    /// What the counts and sizes of rows raise.
    pub(super) fn alert_on_details(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Details(_, details) => self.alert_on_sizes(self.workspace.ticket, details),
            _ => Vec::new(),
        }
    }

    fn alert_on_sizes(&mut self, connection: Ticket, details: &[(SessionKey, Details)]) -> Vec<Effect> {
        let now = self.look.now;
        let Some(watch) = self.watch_of(connection) else { return Vec::new() };
        let mut alerts = Vec::new();
        // Of one that did not change since it is watched nothing is news.
        for (key, details) in details {
            if watch.engine.is_watched(key) {
                alerts.extend(watch.engine.hear(key, &Happened::of(details), now));
            }
        }
        self.raise(connection, alerts)
    }

    /// What time raises; looked at once a second at most.
    pub(super) fn alert_on_time(&mut self) -> Vec<Effect> {
        let now = self.look.now;
        if self.alerts.ticked.is_some_and(|at| at.as_second() == now.as_second()) {
            return Vec::new();
        }
        self.alerts.ticked = Some(now);
        let mut effects = Vec::new();
        for connection in self.watched() {
            let alerts = self.watch_of(connection).map(|watch| watch.engine.tick(now));
            effects.extend(self.raise(connection, alerts.unwrap_or_default()));
        }
        effects
    }

    /// The connections that are watched, the one that is shown first; of the others those that answer.
    fn watched(&self) -> Vec<Ticket> {
        let others = self.others.iter().filter(|other| other.connection.lost.is_none()).map(|other| other.ticket);
        std::iter::once(self.workspace.ticket).chain(others).collect()
    }

    /// Tells alerts, and holds back those of which only the store knows whether their session matches.
    fn raise(&mut self, connection: Ticket, alerts: Vec<Alert>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for alert in alerts {
            let Some(watch) = self.watch_of(connection) else { break };
            if !watch.is_filtered(&alert) {
                effects.extend(self.tell_alert(connection, alert));
            } else if watch.waiting.len() < MOST_WAITING {
                watch.waiting.push_back(alert);
            }
        }
        effects.extend(self.ask_for_alert());
        effects
    }

    /// Asks whether the session of the next alert matches, one after another; then how large sessions are.
    fn ask_for_alert(&mut self) -> Option<Effect> {
        let asked = self.alerts.asked.as_ref().map(|(_, connection, _)| *connection);
        if asked.is_some_and(|connection| self.watch_of(connection).is_some()) {
            return None;
        }
        // Of a connection that was closed nothing is answered.
        self.alerts.asked = None;
        self.watched().into_iter().find_map(|connection| self.ask_for_alert_at(connection))
    }

    fn ask_for_alert_at(&mut self, connection: Ticket) -> Option<Effect> {
        let now = self.look.now;
        let watch = self.watch_of(connection)?;
        let (ticket, asks, asked) = if let Some(alert) = watch.waiting.pop_front() {
            let typed = watch.engine.rule(&alert.rule)?.filter.clone()?;
            let Some(filter) = self.filter_by_now(connection, &typed) else {
                // Nothing is in a list that is empty.
                self.watch_of(connection)?.engine.settle(&alert, false, now);
                return self.ask_for_alert_at(connection);
            };
            let ticket = self.tickets.take();
            (ticket, Command::Match(ticket, filter, alert.session.clone()), AskedForAlert::Match(alert))
        } else {
            let keys = watch.engine.take_unsized(now);
            if keys.is_empty() {
                return None;
            }
            let ticket = self.tickets.take();
            (ticket, Command::Sizes(ticket, keys.clone()), AskedForAlert::Sizes(keys))
        };
        self.alerts.asked = Some((ticket, connection, asked));
        let is_shown = connection == self.workspace.ticket;
        Some(Effect::Ask(if is_shown { asks } else { Command::At(connection, Box::new(asks)) }))
    }

    /// The filter of a rule, as it is by now at a connection: it could be read with the configuration. `None`: it names a list that is
    /// empty there.
    fn filter_by_now(&self, connection: Ticket, typed: &str) -> Option<Filter> {
        let at = self.others.iter().chain([&self.workspace]).find(|open| open.ticket == connection)?;
        let store = self.store_of(at.home).unwrap_or_default();
        let typed = filters::with_lists(&|list| self.memory.ids(list, store), typed).ok()?;
        let mut filter = Filter::parse_at(&typed, &self.look.now.to_zoned(self.look.zone.clone())).ok()?;
        self.reveal.search(&mut filter);
        Some(filter)
    }

    /// What was asked with that ticket, where it still counts, and of which connection.
    fn take_asked(&mut self, ticket: Ticket) -> Option<(Ticket, AskedForAlert)> {
        self.alerts.asked.take_if(|(asked, ..)| *asked == ticket).map(|(_, connection, what)| (connection, what))
    }

    /// What is asked is not answered any more, as another connection is shown: it is asked again.
    pub(super) fn let_go_of_alert(&mut self) {
        let Some((_, connection, asked)) = self.alerts.asked.take() else { return };
        let Some(watch) = self.watch_of(connection) else { return };
        match asked {
            AskedForAlert::Match(alert) => watch.waiting.push_front(alert),
            AskedForAlert::Sizes(keys) => watch.engine.ask_sizes_of(&keys),
        }
    }

    /// The store says whether a session matches.
    pub(super) fn on_matched(&mut self, ticket: Ticket, matches: bool) -> Vec<Effect> {
        let Some((connection, AskedForAlert::Match(alert))) = self.take_asked(ticket) else { return Vec::new() };
        let now = self.look.now;
        let is_one = self.watch_of(connection).is_some_and(|watch| watch.engine.settle(&alert, matches, now));
        let mut effects = Vec::new();
        if is_one {
            effects = self.tell_alert(connection, alert);
        }
        effects.extend(self.ask_for_alert());
        effects
    }

    /// The store says how large sessions are.
    pub(super) fn on_sized(&mut self, ticket: Ticket, details: &[(SessionKey, Details)]) -> Vec<Effect> {
        match self.take_asked(ticket) {
            Some((connection, _)) => self.alert_on_sizes(connection, details),
            None => Vec::new(),
        }
    }

    /// The store cannot say what was asked: of what nobody knows nothing is told; sizes are asked again later.
    pub(super) fn on_alert_unknown(&mut self, ticket: Ticket) -> Vec<Effect> {
        match self.take_asked(ticket) {
            Some((connection, AskedForAlert::Sizes(keys))) => {
                if let Some(watch) = self.watch_of(connection) {
                    watch.engine.ask_sizes_of(&keys);
                }
            }
            Some((_, AskedForAlert::Match(_))) => {}
            None => return Vec::new(),
        }
        self.ask_for_alert().into_iter().collect()
    }

    fn tell_alert(&mut self, connection: Ticket, alert: Alert) -> Vec<Effect> {
        let is_shown = connection == self.workspace.ticket;
        let (session, at) = if is_shown {
            (self.known_as(&alert.session), String::new())
        } else {
            self.known_beside(connection, &alert.session)
        };
        let says = format!("{}: {}{at}, {}", alert.rule, session.name, alert.says);
        let is_seen = is_shown && self.workspace.conversation.key() == Some(&alert.session);
        let now = self.look.now;
        let Some(watch) = self.watch_of(connection) else { return Vec::new() };
        if !is_seen {
            watch.marked.insert(alert.session.clone());
        }
        let Some(rule) = watch.engine.rule(&alert.rule).cloned() else { return Vec::new() };
        if self.said.is_none() {
            self.said = Some(format!("alert {says}"));
        }
        self.log_event_at(connection, format!("alert {}: {}{at}", alert.rule, alert.says), session);
        let (rings, notifies) = self.alerts.ring.take(&rule, now);
        let mut effects = Vec::new();
        if rings {
            effects.push(Effect::Bell);
        }
        if notifies {
            effects.push(Effect::Notify(says));
        }
        if let Some(webhook) = rule.webhook {
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
