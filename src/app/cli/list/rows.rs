//! A session as a line of text or of JSON.

use std::io;

use crate::{
    app::config::Column,
    session::{FeedbackTally, Summary, distinct_names},
};

use super::{
    KnownDetails,
    cells::{self, ListedRow},
};
use crate::app::cli::{json, output::Out, table::Table};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// An aligned table.
    Table,
    /// Values with tabs between them, under the columns' names.
    Tabs,
    /// One JSON object a line.
    Json,
}

/// Writes pages one below the other.
pub struct ListWriter {
    form: ListForm,
    columns: Vec<Column>,
    terminal: Option<usize>,
    widths: Vec<usize>,
    begun: bool,
}

impl ListWriter {
    pub fn new(form: ListForm, columns: Vec<Column>, terminal: Option<usize>) -> Self {
        Self { form, columns, terminal, widths: Vec::new(), begun: false }
    }

    /// Writes a page. `others` are sessions that no row may look like.
    pub fn write(
        &mut self,
        out: &mut Out,
        page: &[Summary],
        others: &[Summary],
        known: &KnownDetails,
    ) -> io::Result<()> {
        for line in self.lines(page, others, known) {
            out.line(&line)?;
        }
        self.begun |= !page.is_empty();
        Ok(())
    }

    fn lines(&mut self, page: &[Summary], others: &[Summary], known: &KnownDetails) -> Vec<String> {
        let names = distinct_names(page.iter(), others.iter());
        let rows = page.iter().zip(names).map(|(summary, name)| {
            let (details, figures) = known.get(&summary.key).map_or((None, None), |(d, f)| (d.as_ref(), f.as_ref()));
            ListedRow { summary, name, details, figures }
        });
        match self.form {
            ListForm::Json => {
                let usage = |row: &ListedRow<'_>| row.figures.map(|figures| figures.usage);
                rows.map(|row| json::line(&json::row(row.summary, row.details, usage(&row).as_ref()))).collect()
            }
            // A header is wanted where there is nothing below it, too.
            ListForm::Tabs => {
                let header = (!self.begun).then(|| self.columns.iter().map(cells::column_name).collect::<Vec<_>>());
                self.begun = true;
                let values = rows.map(|row| {
                    self.columns.iter().map(|column| cells::value(column, row).unwrap_or_default()).collect::<Vec<_>>()
                });
                header.into_iter().chain(values).map(|cells| cells.join("\t")).collect()
            }
            ListForm::Table if page.is_empty() => Vec::new(),
            ListForm::Table => {
                let mut table = Table::new(self.columns.iter().map(cells::heading));
                for row in rows {
                    let value = |column: &Column| cells::value(column, row).unwrap_or_else(|| "-".to_owned());
                    table.row(self.columns.iter().map(value).collect());
                }
                table.lines(self.terminal, &mut self.widths, !self.begun)
            }
        }
    }
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
    use crate::{
        app::row_figures::RowFigures,
        repository::{Sort, SortBy},
        session::{AgentCount, Details, SessionKey, StoredDate, Usage},
    };
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

    fn known(key: SessionKey, messages: u64) -> KnownDetails {
        let feedbacks = FeedbackTally { up: 1, down: 2, neutral: 3, other: 4 };
        let details = Details { messages, feedbacks, bytes: Some(512), ..Details::default() };
        let figures = RowFigures {
            usage: Usage { total: Some(1572), ..Usage::default() },
            findings: Some(2),
            calls: Some(7),
            errors: None,
            latency_p95_ms: Some(2400),
        };
        KnownDetails::from([(key, (Some(details), Some(figures)))])
    }

    fn second() -> Summary {
        Summary { key: "5".into(), ..summary() }
    }

    #[test]
    fn text_shows_what_is_unknown_as_such_and_nothing_raw() {
        let columns = cells::usual(&Sort::new(SortBy::Created));
        let mut rows = ListWriter::new(ListForm::Table, columns, None);
        let lines = rows.lines(&[summary(), second()], &[], &known("5".into(), 12));
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn every_column_has_its_value() {
        let mut columns: Vec<Column> = Column::names().into_iter().filter_map(Column::from_name).collect();
        columns.push(Column::Meta("n".to_owned()));
        for form in [ListForm::Table, ListForm::Tabs] {
            let mut rows = ListWriter::new(form, columns.clone(), None);
            let lines = rows.lines(&[summary(), second()], &[], &known("5".into(), 12));
            insta::assert_snapshot!(format!("{form:?}"), lines.join("\n"));
        }
    }

    #[test]
    fn a_plain_value_of_the_metadata_has_no_sign_of_extended_json() {
        let sealed = "strandscope-sealed:1:k1:r:2kUyDRQcJ2h0V3d4bZ3Hsw0kX5m1Qe7pYt6u";
        for (value, says) in [
            (bson::DateTime::from_millis(1_767_268_800_000).into(), "2026-01-01T12:00:00Z"),
            (Bson::Double(f64::NEG_INFINITY), "-Infinity"),
            (Bson::Decimal128("5.00".parse().unwrap()), "5.00"),
            (Bson::from("5"), "5"),
            (doc! { "at": bson::DateTime::from_millis(0) }.into(), r#"{"at":{"$date":"1970-01-01T00:00:00Z"}}"#),
            (Bson::from(sealed), "encrypted (key k1)"),
            (doc! { "session_viewer_password": "hush" }.into(), r#"{"session_viewer_password":"●●●●"}"#),
        ] {
            for form in [ListForm::Table, ListForm::Tabs] {
                let mut rows = ListWriter::new(form, vec![Column::Meta("v".to_owned())], None);
                let row = Summary { metadata: Some(doc! { "v": value.clone() }.into()), ..summary() };
                assert_eq!(rows.lines(&[row], &[], &KnownDetails::new()), ["meta.v", says]);
            }
        }
    }

    #[test]
    fn tabs_have_one_header_and_as_many_values_in_each_line() {
        let columns = cells::usual(&Sort::new(SortBy::Metadata("n".to_owned())));
        let mut rows = ListWriter::new(ListForm::Tabs, columns.clone(), None);
        let odd = Summary { application_name: Some("a\tb\nc".to_owned()), ..summary() };
        let mut lines = rows.lines(&[odd], &[], &KnownDetails::new());
        lines.extend(rows.lines(&[second()], &[], &KnownDetails::new()));
        assert_eq!(lines.len(), 3);
        assert!(
            lines.iter().all(|line| line.split('\t').count() == columns.len() && !line.contains('\n')),
            "{lines:?}"
        );
    }
}
