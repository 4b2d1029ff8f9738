//! What an order costs that is not one by date.

use crate::{
    metrics::SessionFigure,
    repository::{
        Hint, ListPlan, ListQuery, Result, Sort, SortBy,
        mongo::{MongoRepository, indexes, list::ValueField},
    },
};

/// What gives such an order; `None` where the server is asked: for a list by date or by `_id`.
pub(super) async fn plan(reader: &MongoRepository, query: &ListQuery) -> Result<Option<ListPlan>> {
    if query.sort.is_by_date() || query.sort.by == SortBy::Id {
        return Ok(None);
    }
    let seconds = reader.limits().read.as_secs_f64();
    if let Some(field) = ValueField::serving(reader, query).await? {
        return Ok(Some(by_index(&field.path, query.filter.is_empty())));
    }
    let newest = indexes::serves(reader, "updated_at").await?;
    let plan = ranked(query, newest, seconds);
    // The index that the program makes; where it is there already, another would give the order no more than it does.
    let would_help = query.sort.by == SortBy::Application
        && !query.filter.asks_for_messages()
        && !indexes::leads(reader, "application_name").await?;
    Ok(Some(ListPlan { hint: would_help.then_some(Hint::CreateIndexes), ..plan }))
}

fn by_index(path: &str, unfiltered: bool) -> ListPlan {
    if unfiltered {
        return ListPlan::served(format!("the index on {path} gives the order"));
    }
    ListPlan::unserved(format!("the sessions are read in the order of the index on {path} until enough match"))
}

/// The sessions are looked at one after the other.
fn ranked(query: &ListQuery, newest: bool, seconds: f64) -> ListPlan {
    let by = &query.sort.by;
    let which = if query.filter.is_empty() { "every session" } else { "every session that the filter leaves" };
    let what = match (by.needs_messages() || query.filter.asks_for_messages(), by) {
        (true, _) => format!("the messages of {which} are read"),
        (false, SortBy::Figure(SessionFigure::Size)) => format!("{which} is measured"),
        (false, _) if by.needs_details() => format!("{which} is counted"),
        (false, _) => format!("{which} is looked at"),
    };
    let order = if newest { ", newest first," } else { "" };
    ListPlan::unserved(format!(
        "no index gives the order by {by}: {what}{order} for {seconds} s at most, and what was looked at by then is sorted"
    ))
}

/// The words of a plan for a list that is not the newest first.
pub(super) fn worded(sort: &Sort, plan: ListPlan) -> ListPlan {
    let order = match (&sort.by, sort.ascending) {
        (SortBy::Id, _) => "in the order of",
        (_, true) => "oldest first by",
        (_, false) => return plan,
    };
    ListPlan { why: plan.why.replace("newest first by", order), ..plan }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Filter;

    #[test]
    fn what_is_read_is_said() {
        let said = |sort: &str, filter: &str| {
            let filter = Filter::parse(filter, jiff::Timestamp::UNIX_EPOCH).unwrap();
            let query = ListQuery::new(5).sort(Sort::parse(sort).unwrap()).filter(filter);
            ranked(&query, sort != "model", 10.0).why
        };
        let asked = [("tokens", ""), ("size:asc", "app:x"), ("agents", ""), ("meta.a.b", ""), ("model", "has:finding")];
        insta::assert_debug_snapshot!(asked.map(|(sort, filter)| said(sort, filter)));
    }

    #[test]
    fn another_direction_has_its_own_words() {
        let plan = || ListPlan::unserved("every session is read, newest first by updated_at, until enough match");
        let why = |sort: &str| worded(&Sort::parse(sort).unwrap(), plan()).why;
        assert!(why("updated").contains("newest first"));
        assert!(why("updated:asc").contains("oldest first by updated_at"));
        assert!(why("id").contains("in the order of"));
    }
}
