//! Figures that no message has to be read for, and agents that wait.

use std::ops::RangeInclusive;

use bson::{Bson, Document, doc};

use super::any_agent;
use crate::{metrics::SessionFigure, repository::mongo::expr};

/// `None`: it is read from the messages.
pub(super) fn figure(figure: SessionFigure, range: &RangeInclusive<u64>) -> Option<Document> {
    let value = match figure {
        SessionFigure::Messages => doc! { "$sum": expr::each_agent(doc! { "$size": expr::messages_of("$$a.v") }) },
        SessionFigure::Size => doc! { "$bsonSize": "$$ROOT" },
        SessionFigure::Feedbacks => doc! { "$size": expr::array_or_empty("$feedbacks") },
        _ => return None,
    };
    Some(doc! { "$expr": within(&value, range) })
}

fn within(value: &Document, range: &RangeInclusive<u64>) -> Document {
    // No count goes beyond what an int64 holds.
    let least = i64::try_from(*range.start()).unwrap_or(i64::MAX);
    let above = doc! { "$gte": [ value.clone(), least ] };
    match i64::try_from(*range.end()) {
        Ok(most) => doc! { "$and": [ above, { "$lte": [ value.clone(), most ] } ] },
        Err(_) => above,
    }
}

/// An agent that waits for a person: as [`InterruptState::waiting`](crate::InterruptState::waiting) tells.
pub(super) fn waiting() -> Document {
    let interrupts = expr::interrupt("interrupts");
    let response = doc! { "$in": [ { "$type": "$$i.response" }, [ "missing", "null" ] ] };
    let open = doc! { "$cond": [ expr::is_type("$$i", "object"), response, true ] };
    let any_open = |list: Document| -> Document {
        doc! { "$anyElementTrue": [ { "$map": { "input": list, "as": "i", "in": open.clone() } } ] }
    };
    let by_id = doc! { "$map": { "input": expr::fields(&interrupts), "as": "f", "in": "$$f.v" } };
    let listed = doc! { "$cond": [
        expr::is_type(interrupts.as_str(), "array"), any_open(expr::array_or_empty(&interrupts)), any_open(by_id),
    ] };
    // A path through an array gathers what it finds there: then nothing equals true.
    let active: Bson = doc! { "$eq": [ expr::interrupt("activated"), true ] }.into();
    any_agent(doc! { "$cond": [ active, listed, false ] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_ends_or_one() {
        let size = doc! { "$bsonSize": "$$ROOT" };
        let asked = figure(SessionFigure::Size, &(5..=10)).unwrap();
        let both = doc! { "$and": [ { "$gte": [ size.clone(), 5_i64 ] }, { "$lte": [ size.clone(), 10_i64 ] } ] };
        assert_eq!(asked, doc! { "$expr": both });
        let open = figure(SessionFigure::Size, &(5..=u64::MAX)).unwrap();
        assert_eq!(open, doc! { "$expr": { "$gte": [ size, 5_i64 ] } });
        assert_eq!(figure(SessionFigure::Tokens, &(5..=10)), None);
    }
}
