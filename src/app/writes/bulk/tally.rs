//! How many sessions came to what, and the first few of each.

use std::fmt;

/// So many of each kind are named.
pub(super) const NAMED: usize = 5;

/// What became of a session, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionOutcome {
    /// It is changed.
    Done,
    /// It was so already.
    Unchanged,
    /// The change does not fit it.
    Misfit,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// It is not there.
    Gone,
    /// It was refused, or failed.
    Failed,
    /// Nobody can say whether it is changed.
    Unsure,
}

impl SessionOutcome {
    /// Every outcome, in the order of a report.
    pub const ALL: [Self; 7] =
        [Self::Done, Self::Unchanged, Self::Misfit, Self::Conflict, Self::Gone, Self::Failed, Self::Unsure];

    /// As a report names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Misfit => "does not fit",
            Self::Conflict => "in conflict",
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::Unsure => "unsure",
        }
    }

    /// The same behind a count, in a sentence: `1 does not fit`, `2 do not fit`.
    fn word_of(self, count: u64) -> &'static str {
        match self {
            Self::Misfit if count != 1 => "do not fit",
            other => other.word(),
        }
    }
}

/// A session that is named, what became of it, and more of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkSample {
    /// What a person knows the session by, as stored.
    pub name: String,
    /// What became of it.
    pub outcome: SessionOutcome,
    /// What is changed, or why it is not. Stored text may be in it.
    pub says: String,
}

/// So many changes of some small fields, at about 500 bytes each, surely stay in the journal together.
const TAKEN_BACK: u64 = 20_000;

/// How many sessions came to what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkTally {
    counts: [u64; SessionOutcome::ALL.len()],
    samples: Vec<BulkSample>,
}

impl BulkTally {
    /// How many came to that.
    #[must_use]
    pub fn of(&self, outcome: SessionOutcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// How many in all.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The first few of each, in the order they came.
    #[must_use]
    pub fn samples(&self) -> &[BulkSample] {
        &self.samples
    }

    /// What a preview comes to: `12 would be changed, 3 unchanged, 1 does not fit`. `number` writes a number.
    #[must_use]
    pub fn would(&self, number: impl Fn(u64) -> String) -> String {
        let changed = format!("{} would be changed", number(self.of(SessionOutcome::Done)));
        let others = self.parts(&number).filter(|(outcome, _)| *outcome != SessionOutcome::Done);
        let would = others.fold(changed, |all, (_, part)| format!("{all}, {part}"));
        if self.of(SessionOutcome::Done) <= TAKEN_BACK {
            return would;
        }
        format!(
            "{would}; of more than {} the journal may not keep all, so they may not be taken back as one",
            number(TAKEN_BACK)
        )
    }

    /// What became of how many: `12 done, 3 unchanged, 1 in conflict`; `none` where there is none.
    #[must_use]
    pub fn counted(&self, number: impl Fn(u64) -> String) -> String {
        let parts: Vec<String> = self.parts(&number).map(|(_, part)| part).collect();
        if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
    }

    fn parts(&self, number: &impl Fn(u64) -> String) -> impl Iterator<Item = (SessionOutcome, String)> {
        let counts = SessionOutcome::ALL.into_iter().map(move |outcome| (outcome, self.of(outcome)));
        let counted = counts.filter(|(_, count)| *count > 0);
        counted.map(move |(outcome, count)| (outcome, format!("{} {}", number(count), outcome.word_of(count))))
    }

    /// Counts one.
    pub fn count(&mut self, name: &str, outcome: SessionOutcome, says: impl FnOnce() -> String) {
        self.counts[outcome as usize] += 1;
        if self.samples.iter().filter(|sample| sample.outcome == outcome).count() < NAMED {
            self.samples.push(BulkSample { name: name.to_owned(), outcome, says: says() });
        }
    }

    /// Counts one no more: it has another turn.
    pub(super) fn recount(&mut self, name: &str, outcome: SessionOutcome) {
        self.counts[outcome as usize] = self.of(outcome).saturating_sub(1);
        self.samples.retain(|sample| sample.outcome != outcome || sample.name != name);
    }
}

/// As [`BulkTally::counted`], with plain digits.
impl fmt::Display for BulkTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.counted(|count| count.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_taken_back_as_one_is_told_before() {
        let mut tally = BulkTally::default();
        (0..TAKEN_BACK).for_each(|_| tally.count("a", SessionOutcome::Done, String::new));
        assert_eq!(tally.would(|count| count.to_string()), "20000 would be changed");
        tally.count("b", SessionOutcome::Done, String::new);
        let told = tally.would(|count| count.to_string());
        assert!(told.starts_with("20001 would be changed; of more than 20000 the journal may not keep all"), "{told}");
    }

    #[test]
    fn counts_read_as_sentences_do() {
        let mut tally = BulkTally::default();
        assert_eq!(tally.to_string(), "none");
        tally.count("a", SessionOutcome::Misfit, String::new);
        assert_eq!(tally.to_string(), "1 does not fit");
        tally.count("b", SessionOutcome::Misfit, String::new);
        tally.count("c", SessionOutcome::Done, String::new);
        assert_eq!(tally.to_string(), "1 done, 2 do not fit");
    }
}
