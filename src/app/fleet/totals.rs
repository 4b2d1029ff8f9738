//! Sums over the fleet.

use std::collections::BTreeMap;

use super::FleetRow;
use crate::metrics::AgentState;

/// What rows are summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetGroup {
    /// Application.
    Application,
    /// Model.
    Model,
}

impl FleetGroup {
    /// A word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Model => "model",
        }
    }
}

/// A sum over some sessions. Of figures that not all of them tell, the sum of those that do; `None` where none does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FleetTotal {
    /// The application or model (stored text); `None`: not known.
    pub name: Option<String>,
    /// Sessions.
    pub sessions: u64,
    /// Of them, those whose model is at work.
    pub working: u64,
    /// Those in a tool.
    pub in_tool: u64,
    /// Those that wait for a person.
    pub waiting: u64,
    /// Those in which nothing moves.
    pub stalled: u64,
    /// Tokens a minute.
    pub tokens_per_minute: Option<f64>,
    /// Tools that were seen to fail.
    pub errors: Option<u64>,
}

impl FleetTotal {
    fn add(&mut self, row: &FleetRow) {
        self.sessions += 1;
        match row.state {
            Some(AgentState::Working) => self.working += 1,
            Some(AgentState::InTool) => self.in_tool += 1,
            Some(AgentState::WaitingForPerson) => self.waiting += 1,
            Some(AgentState::Stalled) => self.stalled += 1,
            _ => {}
        }
        if let Some(tokens) = row.tokens_per_minute {
            *self.tokens_per_minute.get_or_insert_default() += tokens;
        }
        if let Some(errors) = row.errors {
            let sum = self.errors.get_or_insert_default();
            *sum = sum.saturating_add(errors);
        }
    }
}

/// Of all rows.
#[must_use]
pub fn total(rows: &[FleetRow]) -> FleetTotal {
    let mut total = FleetTotal::default();
    for row in rows {
        total.add(row);
    }
    total
}

/// Of the rows of each application or model: those with the most tokens a minute first, then those with the most sessions.
#[must_use]
pub fn group(rows: &[FleetRow], by: FleetGroup) -> Vec<FleetTotal> {
    let mut groups: BTreeMap<Option<&str>, FleetTotal> = BTreeMap::new();
    for row in rows {
        let name = match by {
            FleetGroup::Application => row.application.as_deref(),
            FleetGroup::Model => row.model.as_deref(),
        };
        groups.entry(name).or_default().add(row);
    }
    let mut totals: Vec<FleetTotal> =
        groups.into_iter().map(|(name, total)| FleetTotal { name: name.map(str::to_owned), ..total }).collect();
    let rate = |total: &FleetTotal| total.tokens_per_minute.unwrap_or(-1.0);
    totals.sort_by(|a, b| rate(b).total_cmp(&rate(a)).then(b.sessions.cmp(&a.sessions)));
    totals
}
