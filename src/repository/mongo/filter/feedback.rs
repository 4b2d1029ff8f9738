//! What is asked of `feedbacks`.

use bson::{Document, doc};

use super::text_expression;
use crate::repository::{
    filter::{RatingWord, TextMatch},
    mongo::expr,
};

pub(super) fn rating(word: RatingWord) -> Document {
    any_feedback(match word {
        RatingWord::Up => doc! { "$eq": [ "$$f.rating", "up" ] },
        RatingWord::Down => doc! { "$eq": [ "$$f.rating", "down" ] },
        RatingWord::Neutral => doc! { "$in": [ { "$type": "$$f.rating" }, [ "missing", "null", "undefined" ] ] },
    })
}

pub(super) fn comment() -> Document {
    any_feedback(doc! { "$and": [ expr::is_type("$$f.comment", "string"), { "$ne": [ "$$f.comment", "" ] } ] })
}

/// The text of the comment of one of them.
pub(super) fn comment_with(text: &TextMatch) -> Document {
    let matches = text_expression("$$f.comment", text);
    any_feedback(doc! { "$cond": [ expr::is_type("$$f.comment", "string"), matches, false ] })
}

/// Whether a feedback is as the expression wants it (as `$$f`). `$elemMatch` would also reach into arrays.
fn any_feedback(wanted: Document) -> Document {
    let each = doc! { "$map": {
        "input": expr::array_or_empty("$feedbacks"),
        "as": "f",
        "in": { "$and": [ expr::is_type("$$f", "object"), wanted ] },
    } };
    doc! { "$expr": { "$anyElementTrue": [each] } }
}
