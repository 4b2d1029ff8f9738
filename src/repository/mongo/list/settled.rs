//! Rows that their messages decide about: some are settled together, so that not each of them asks questions of its own.

use std::time::{Duration, Instant};

use bson::{RawDocument, RawDocumentBuf};
use mongodb::Cursor as Rows;
use tokio::time::timeout;

use super::{Reading, Stretch};
use crate::{
    repository::{
        Error, Result,
        mongo::{findings, gate::ToItsEnd, rows},
    },
    session::Summary,
};

/// Rows that are settled together at first.
pub(super) const FIRST: usize = 8;
/// Rows that are, at most.
const MOST: usize = 64;

/// How long rows that were found wait for others.
const PATIENCE: Duration = Duration::from_millis(50);
/// Where settling is faster than that, more are settled together the next time.
const FAST: Duration = Duration::from_millis(150);
/// Where it is slower, fewer.
const SLOW: Duration = Duration::from_millis(600);

impl Reading<'_> {
    /// Gives those away that their messages let through, until the rows end.
    pub(super) async fn take_settled(
        &mut self,
        mut rows: Rows<RawDocumentBuf>,
        mut note: impl FnMut(&RawDocument) + Send,
    ) -> Result<Stretch> {
        let mut held = Vec::new();
        loop {
            let mut next = ToItsEnd::new(async move {
                let advanced = rows.advance().await;
                (rows, advanced)
            });
            let (cursor, advanced) = if let Ok(answer) = timeout(PATIENCE, &mut next).await {
                answer
            } else {
                // The search takes long: what it has found is not kept back for it.
                if let Some(end) = self.settle(&mut held, &mut note).await? {
                    return Ok(end);
                }
                next.await
            };
            rows = cursor;
            self.heard.note();
            let is_more = matches!(advanced, Ok(true));
            if is_more {
                held.push(rows.current().to_owned());
            }
            if (!is_more || held.len() >= self.at_once)
                && let Some(end) = self.settle(&mut held, &mut note).await?
            {
                return Ok(end);
            }
            match advanced {
                Ok(true) => {}
                Ok(false) => return Ok(Stretch::Exhausted),
                Err(error) => return self.failed(&error),
            }
        }
    }

    /// Settles the rows that are held, in their order. `None`: more of them may follow.
    async fn settle(
        &mut self,
        held: &mut Vec<RawDocumentBuf>,
        note: &mut (impl FnMut(&RawDocument) + Send),
    ) -> Result<Option<Stretch>> {
        if held.is_empty() {
            return Ok(None);
        }
        let (query, reader) = (self.search.query, self.search.reader);
        let began = Instant::now();
        let summaries: Vec<Summary> = held.iter().map(|row| rows::summary(row, &query.metadata)).collect();
        let through = match findings::let_through(reader, &summaries, &query.filter).await {
            Ok(through) => through,
            Err(Error::TimedOut { .. }) if self.looked > 0 => return Ok(Some(Stretch::TimedOut)),
            Err(error) => return Err(error),
        };
        self.heard.note();
        self.looked += summaries.len() as u64;
        for (row, summary) in held.drain(..).zip(summaries) {
            note(&row);
            if !through.contains(&summary.key) {
                continue;
            }
            self.given += 1;
            if !self.found.push(summary) || self.given >= query.limit {
                return Ok(Some(Stretch::Full));
            }
        }
        self.at_once = next_size(self.at_once, began.elapsed());
        if !self.found.looked(self.looked) {
            // Nobody reads on.
            return Ok(Some(Stretch::Full));
        }
        // The server's limit is on each of its questions, and here there are many.
        Ok((self.began.elapsed() >= reader.limits().read).then_some(Stretch::TimedOut))
    }
}

/// How many rows are settled together after so many took so long: sessions may be small or nearly full.
fn next_size(size: usize, took: Duration) -> usize {
    if took < FAST {
        (size * 2).min(MOST)
    } else if took > SLOW {
        (size / 2).max(1)
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_sessions_are_settled_many_at_a_time_and_large_ones_one_by_one() {
        let after = |took: u64| (0..10).fold(FIRST, |size, _| next_size(size, Duration::from_millis(took)));
        assert_eq!(after(10), MOST);
        assert_eq!(after(300), FIRST);
        assert_eq!(after(2_000), 1);
    }
}
