//! Which sessions are followed.

use jiff::{Timestamp, tz::TimeZone};

use crate::app::cli::{
    context::{self, Context},
    stop::Stop,
    typed_filter::with_lists,
};
use crate::{
    app::{alert::row_among, place::Reveal},
    repository::{
        self, Error, Filter, FilterError, ListQuery, SessionReader,
        filter::{FilterTerm, FilterTest},
    },
    session::{SessionKey, Summary},
};
use anyhow::Result;

/// So many sessions are read again at once to tell what was written meanwhile.
pub const MOST_SESSIONS: usize = 500;
const PAGE: u32 = 100;

/// The sessions that are followed.
#[derive(Debug)]
pub enum TailScope {
    /// One, as it was found.
    One(Box<Summary>),
    /// Those that match, all of them where it is empty: the filter as it is typed, with saved ones put in. It is read again when it
    /// is asked, for its ages count from then; the last part lets it find what is encrypted.
    Matching(String, TimeZone, Reveal),
}

impl TailScope {
    /// What the words of the command line mean: one word without a sign of the filter language, or one that is a session's id, is that
    /// session.
    pub async fn of(context: &Context, reader: &dyn SessionReader, words: &[String]) -> Result<Self> {
        if let [word] = words {
            let is_plain = !word.contains([':', '"', ' ']) && !word.starts_with(['-', '^', '=', '@']);
            if is_plain || !reader.resolve(word).await?.is_empty() {
                return Ok(Self::One(Box::new(context::one(reader, word).await?)));
            }
        }
        let text = with_lists(&context.config.expand_filter(&words.join(" "))?, reader)?;
        let zone = context.config.ui.zone();
        let reveal = context.searching_for(&typed(&text, &zone)?).await;
        let scope = Self::Matching(text, zone, reveal);
        // Whether it can be reached is known before anything is waited for.
        reader.ping().await?;
        Ok(scope)
    }

    /// Whether every session is followed.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::Matching(text, ..) if text.trim().is_empty())
    }

    /// Whether one session is followed.
    pub fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// Whether that session cannot be meant, which needs no look at it.
    pub fn leaves_out(&self, key: &SessionKey) -> bool {
        matches!(self, Self::One(row) if row.key != *key)
    }

    /// The one session is gone: another of its `_id` is not the one that was found.
    pub fn forget(&mut self) {
        if let Self::One(row) = self {
            (row.created_at, row.updated_at) = (None, None);
        }
    }

    fn filter(&self) -> Result<Filter, FilterError> {
        match self {
            Self::One(_) => Ok(Filter::default()),
            Self::Matching(text, zone, reveal) => {
                let mut filter = typed(text, zone)?;
                reveal.search(&mut filter);
                Ok(filter)
            }
        }
    }

    /// The row of a session that is followed; `None` for any other.
    pub async fn row(&self, reader: &dyn SessionReader, key: &SessionKey) -> repository::Result<Option<Summary>> {
        match self {
            Self::One(row) => Ok((row.key == *key).then(|| (**row).clone())),
            Self::Matching(..) => {
                let filter = self.filter().map_err(Error::Filter)?;
                let found = row_among(reader, &filter, key).await?;
                // An id that no filter can name, or a session that went meanwhile.
                Ok(found.or_else(|| filter.is_empty().then(|| Summary::new(key))))
            }
        }
    }

    /// The sessions that were alive since then, the newest first, and whether there are more. `None`: the newest ones.
    pub async fn rows(
        &self,
        reader: &dyn SessionReader,
        since: Option<Timestamp>,
        most: usize,
    ) -> repository::Result<(Vec<Summary>, bool)> {
        if let Self::One(row) = self {
            return Ok((vec![(**row).clone()], false));
        }
        let mut filter = self.filter().map_err(Error::Filter)?;
        filter.terms.extend(since.map(|since| FilterTerm::new(FilterTest::Since(since.into()))));
        let mut query = ListQuery { filter, ..ListQuery::new(PAGE) };
        let mut rows = Vec::new();
        loop {
            let (page, end) = reader.list(&query).read().await?;
            rows.extend(page);
            match end.next {
                Some(_) if rows.len() >= most => {
                    rows.truncate(most);
                    return Ok((rows, true));
                }
                Some(next) => query.after = Some(next),
                None => return Ok((rows, false)),
            }
        }
    }
}

/// A filter as it is typed, its ages counted from now.
fn typed(text: &str, zone: &TimeZone) -> Result<Filter, FilterError> {
    Filter::parse_at(text, &Timestamp::now().to_zoned(zone.clone()))
}

/// `--since`: a time as the filter's `since:` takes it.
pub fn since(text: &str, zone: TimeZone) -> Result<Timestamp> {
    let now = Timestamp::now().to_zoned(zone);
    let read = Filter::parse_at(&format!("since:{text}"), &now).ok();
    let at = match read.as_ref().map(|filter| filter.terms.as_slice()) {
        Some([FilterTerm { negated: false, test: FilterTest::Since(at) }]) => at.timestamp(),
        _ => None,
    };
    let refused = || {
        Stop::Usage(format!(
            "--since {text:?} is no time; give an age (30m, 12h, 7d), a day (2026-11-01) or an instant \
             (2026-11-01T14:00:00Z)"
        ))
    };
    at.ok_or_else(|| refused().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_what_the_filter_takes_and_nothing_more() {
        let at = |text| since(text, TimeZone::UTC).ok();
        let day: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        assert_eq!(at("2026-11-01"), Some(day));
        assert!(at("10m").is_some_and(|at| at < Timestamp::now()));
        for wrong in ["", "x", "10m app:x", "10m\" app:x", "-10m", "yesterday"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
