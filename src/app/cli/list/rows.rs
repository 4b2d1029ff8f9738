//! A session as a line of text or of JSON.

use std::io;

use crate::{
    app::text,
    repository::Sort,
    session::{Details, FeedbackTally, Summary, Usage, distinct_names},
};

use super::KnownDetails;
use crate::app::cli::{
    json,
    output::{Out, time},
    table::{Side, Table},
};

/// Writes pages one below the other.
pub struct ListWriter {
    json: bool,
    sort: Sort,
    terminal: Option<usize>,
    widths: Vec<usize>,
    begun: bool,
}

impl ListWriter {
    pub fn new(json: bool, sort: Sort, terminal: Option<usize>) -> Self {
        Self { json, sort, terminal, widths: Vec::new(), begun: false }
    }

    /// Writes a page. `others` are sessions that no row may look like.
    pub fn write(
        &mut self,
        out: &mut Out,
        page: &[Summary],
        others: &[Summary],
        known: &KnownDetails,
    ) -> io::Result<()> {
        if self.json {
            for summary in page {
                let (details, usage) = known.get(&summary.key).map_or((None, None), |(d, u)| (d.as_ref(), u.as_ref()));
                out.line(&json::line(&json::row(summary, details, usage)))?;
            }
            return Ok(());
        }
        if page.is_empty() {
            return Ok(());
        }
        let mut table = self.table();
        for (summary, name) in page.iter().zip(distinct_names(page.iter(), others.iter())) {
            let (details, usage) = known.get(&summary.key).map_or((None, None), |(d, u)| (d.as_ref(), u.as_ref()));
            table.row(self.cells(summary, name, details, usage));
        }
        for line in table.lines(self.terminal, &mut self.widths, !self.begun) {
            out.line(&line)?;
        }
        self.begun = true;
        Ok(())
    }

    fn table(&self) -> Table {
        let date = match self.sort {
            Sort::Updated => "UPDATED",
            Sort::Created => "CREATED",
        };
        Table::new([
            (date, Side::Left),
            ("ID", Side::Flexible),
            ("APPLICATION", Side::Flexible),
            ("MESSAGES", Side::Right),
            ("TOKENS", Side::Right),
            ("FEEDBACK", Side::Left),
        ])
    }

    fn cells(&self, summary: &Summary, name: &str, details: Option<&Details>, usage: Option<&Usage>) -> Vec<String> {
        let date = match self.sort {
            Sort::Updated => summary.updated_at,
            Sort::Created => summary.created_at,
        };
        vec![
            time(date),
            text::line(&summary.spelled(name)).into_owned(),
            or_dash(summary.application_name.as_deref()),
            number(details.map(|details| details.messages)),
            usage.map_or_else(|| number(None), tokens),
            details.map_or_else(|| "-".into(), |details| tally(&details.feedbacks)),
        ]
    }
}

fn tokens(usage: &Usage) -> String {
    let figure = number(usage.total_tokens());
    if usage.partial && usage.is_known() { format!(">={figure}") } else { figure }
}

fn or_dash(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map_or_else(|| "-".into(), |text| text::line(text).into_owned())
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

/// `+1 -1 ~1`: up, down, neutral, and `?1` for ratings of another kind.
pub fn tally(tally: &FeedbackTally) -> String {
    let counts = [('+', tally.up), ('-', tally.down), ('~', tally.neutral), ('?', tally.other)];
    let parts: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(mark, count)| format!("{mark}{count}")).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::session::{AgentCount, SessionKey, StoredDate};
    use bson::{Bson, doc};

    use super::*;

    fn summary() -> Summary {
        Summary {
            key: SessionKey::new(Bson::ObjectId("65f000000000000000000001".parse().unwrap())),
            session_id: None,
            application_name: Some("support\u{202e}".into()),
            session_type: None,
            created_at: Some(StoredDate::from_millis(1_795_443_080_500)),
            updated_at: None,
            unclear_dates: Vec::new(),
            metadata: Some(doc! {"at": bson::DateTime::from_millis(0), "n": 3_i64}.into()),
        }
    }

    #[test]
    fn json_has_every_key_and_unknown_is_null() {
        insta::assert_snapshot!(json::line(&json::row(&summary(), None, None)));
    }

    #[test]
    fn json_has_the_details() {
        let details = Details {
            agents: vec![AgentCount {
                id: "a.b".into(),
                model: None,
                messages: 2,
                created_at: None,
                updated_at: None,
                waiting: None,
            }],
            messages: 2,
            feedbacks: FeedbackTally { up: 1, other: 2, ..FeedbackTally::default() },
            bytes: Some(512),
            ..Details::default()
        };
        let usage = Usage { total: Some(7), ..Usage::default() };
        insta::assert_snapshot!(json::line(&json::row(&summary(), Some(&details), Some(&usage))));
    }

    #[test]
    fn text_shows_what_is_unknown_as_such_and_nothing_raw() {
        let rows = ListWriter::new(false, Sort::Created, None);
        let mut table = rows.table();
        table.row(rows.cells(&summary(), summary().name(), None, None));
        let usage = Usage { total: Some(1572), ..Usage::default() };
        let feedbacks = FeedbackTally { up: 1, down: 2, neutral: 3, other: 4 };
        table.row(rows.cells(
            &summary(),
            "5",
            Some(&Details { messages: 12, feedbacks, ..Details::default() }),
            Some(&usage),
        ));
        insta::assert_snapshot!(table.lines(None, &mut Vec::new(), true).join("\n"));
    }
}
