//! What a change stream is asked for.

use bson::{Bson, Document, doc};

use crate::repository::{
    Projection,
    mongo::{expr, rows},
};

/// What is asked of each event. Of a document that was stored whole, its row and the names and types of its other fields, by
/// which another program's is told: an event with a session of 12 MB stays small, and no password crosses the network. One that
/// is too large all the same comes in pieces, where the server `splits` it (6.0.9, and from 7.0 on).
pub(in crate::repository::mongo) fn pipeline(splits: bool) -> Vec<Document> {
    let kept: Vec<Bson> = rows::projection(&Projection::All).keys().map(|name| name.as_str().into()).collect();
    let kept_or_empty = doc! { "$switch": {
        "branches": [
            { "case": { "$in": ["$$f.k", kept] }, "then": "$$f.v" },
            { "case": expr::is_type("$$f.v", "object"), "then": {} },
            { "case": expr::is_type("$$f.v", "array"), "then": [] },
        ],
        "default": Bson::Null,
    } };
    let fields = doc! { "$map": {
        "input": expr::fields("$fullDocument"), "as": "f", "in": { "k": "$$f.k", "v": kept_or_empty },
    } };
    let stored = doc! { "$arrayToObject": fields };
    let told = doc! { "$project": {
        "operationType": 1, "documentKey": 1, "updateDescription": 1, "fullDocument": stored,
    } };
    let split = splits.then(|| doc! { "$changeStreamSplitLargeEvent": {} });
    [told].into_iter().chain(split).collect()
}
