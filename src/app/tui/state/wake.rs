//! When the screen next changes by itself.

use std::time::Duration;

use jiff::Timestamp;

use super::{AppState, areas::Pane, conversation::running_s};
use crate::{app::tui::render::format, session::StoredDate};

/// How long a frame of the mark of loading stays.
pub const BEAT: Duration = Duration::from_millis(200);

/// How often rates are told anew while they fall, in seconds: a figure that moves every second would be restless.
const RATES_S: u64 = 5;

impl AppState {
    /// How long until something on screen changes by itself: the mark of loading, the seconds until the next try, an
    /// age. `None`: nothing will.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        if self.areas.too_small {
            // Who sees nothing may still hear.
            return self.alerts_due();
        }
        let preview = self.next_preview();
        if self.loading().is_some() {
            let soon = preview.into_iter().chain(self.next_foresight()).min();
            return Some(soon.map_or(BEAT, |soon| soon.min(BEAT)));
        }
        let typed = self.next_foresight();
        let decoration = self.next_decoration().filter(|_| self.looked_at);
        let lost = self.workspace.connection.lost.as_ref().filter(|lost| lost.retry_at > self.look.now);
        let lost = lost.map(|_| Duration::from_secs(1));
        let soon = typed.into_iter().chain(preview);
        decoration.into_iter().chain(soon).chain(lost).chain(self.alerts_due()).min()
    }

    /// The same of what nobody misses who does not look: ages, rates, what stands out.
    fn next_decoration(&self) -> Option<Duration> {
        let (workspace, now) = (&self.workspace, self.look.now);
        let shown = |pane| self.areas.pane(pane).is_some();
        let ages = self.ages_in_view().filter_map(|at| until_older(at, now));
        let read = workspace.read_at.filter(|_| self.shows_age());
        let read = read.and_then(|at| until_older(at.into(), now));
        let fleet = self.shows_fleet().then(|| workspace.fleet.next_change()).flatten();
        let marks = [
            workspace.list.next_mark(now).filter(|_| shown(Pane::Sessions)),
            workspace.list.next_tokens(now).filter(|_| shown(Pane::Sessions) && workspace.connection.lost.is_none()),
            workspace.metadata.glow.next_end(now).filter(|_| shown(Pane::Metadata)),
            workspace.feedback.glow.next_end(now).filter(|_| shown(Pane::Feedback)),
            workspace.metrics.glow.next_end(now).filter(|_| shown(Pane::Metrics)),
            self.live_figures(),
        ];
        ages.chain(read).chain(fleet).chain(marks.into_iter().flatten()).min()
    }

    /// How long until a tool that runs, or a rate, is written differently, where the metrics are in view.
    fn live_figures(&self) -> Option<Duration> {
        self.areas.pane(Pane::Metrics)?;
        let (live, now) = (self.workspace.conversation.live()?, self.look.now);
        let running = live.running(None).filter_map(|tool| {
            let seconds = running_s(tool, now);
            match seconds {
                0..60 => Some(1),
                60..3600 => Some(60 - seconds % 60),
                3600..86_400 => Some(3600 - seconds % 3600),
                _ => None,
            }
        });
        let rates = live.decays(now).then_some(RATES_S);
        running.chain(live.next_end(now)).chain(rates).min().map(Duration::from_secs)
    }

    fn ages_in_view(&self) -> impl Iterator<Item = StoredDate> {
        let shown = |pane| self.areas.pane(pane).is_some();
        let rows = self.workspace.list.in_view().filter(move |_| shown(Pane::Sessions));
        let rows = rows.flat_map(|(_, row)| [row.updated_at, row.created_at]).flatten();
        let feedbacks = self.workspace.conversation.session().filter(|_| shown(Pane::Feedback));
        let of_open = self.workspace.conversation.session().filter(|_| self.areas.facts.is_some());
        let page = if self.shows_fleet() { self.fleet_page() } else { 0 };
        let fleet = self.workspace.fleet.in_view(page).filter_map(|(_, row)| row.changed);
        rows.chain(fleet)
            .chain(of_open.and_then(|session| session.updated_at))
            .chain(feedbacks.into_iter().flat_map(|session| &session.feedbacks).filter_map(|given| given.created_at))
    }
}

/// How long until [`format::age`] writes that time differently. Longer ages than days are not waited for, nor times that far
/// ahead.
fn until_older(at: StoredDate, now: Timestamp) -> Option<Duration> {
    let age = format::seconds_old(at, now);
    let left = match age {
        _ if format::is_now(at, now) => 60 - age,
        60..3600 => 60 - age % 60,
        3600..86_400 => 3600 - age % 3600,
        -3599..0 => -age % 60 + 1,
        -86_399..=-3600 => -age % 3600 + 1,
        _ => return None,
    };
    u64::try_from(left).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_change_on_the_minute_and_the_hour() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let seconds =
            |ago: i64| until_older(StoredDate::from_millis((1_000_000 - ago) * 1000), now).map(|left| left.as_secs());
        assert_eq!(seconds(0), Some(60));
        assert_eq!(seconds(59), Some(1));
        assert_eq!(seconds(61), Some(59));
        assert_eq!(seconds(3600), Some(3600));
        assert_eq!(seconds(100_000), None);
        assert_eq!(seconds(-30), Some(90));
        assert_eq!(seconds(-180), Some(1), "`in 3m` becomes `in 2m`");
        assert_eq!(seconds(-239), Some(60));
        assert_eq!(seconds(-7200), Some(1), "`in 2h` becomes `in 1h`");
        assert_eq!(seconds(-100_000), None);
        assert_eq!(until_older(StoredDate::from_millis(i64::MAX), now), None);
    }
}
