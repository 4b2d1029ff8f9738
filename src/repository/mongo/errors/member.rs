//! What a member says of the part that it plays, and of how far the others are.

use mongodb::error::WriteConcernError;

use super::{Deployment, Doing, code, topology};
use crate::repository::Error;

/// A write that the primary has carried out, and of which others did not say so: trying again would not change that.
pub(super) fn unacknowledged(doing: Doing, concern: &WriteConcernError) -> Error {
    let reason = match (concern.code, concern.code_name.as_str()) {
        (code::WRITE_CONCERN_FAILED, _) => "the time of wtimeoutMS ran out",
        (code::UNKNOWN_WRITE_CONCERN, _) => "the set knows no w of that name",
        (code::UNSATISFIABLE, _) => "the set has fewer members that keep data",
        (_, "") => "the server gave no reason",
        (_, name) => name,
    };
    let doing = format!("writing {}", doing.what);
    Error::Unacknowledged { doing, reason: reason.to_owned(), source: None }
}

/// A server that starts, stops or plays another part than it had to.
pub(super) fn gone(code: i32, name: &str, place: &Deployment) -> Error {
    let reason = match code {
        10107 | 10058 => "the member that was asked is no primary and takes no writes",
        13435 => "the member that was asked is no primary and may not be read from",
        13436 => "the member that was asked is not ready yet",
        7 | 89 => "another member could not be reached from there",
        _ => "the server is stepping down or stopping",
    };
    let error = Error::unusable(place.hosts.clone(), format!("{reason} ({name})"));
    match code {
        13435 if !topology::none_reads(place) => {
            error.with_hint("readPreference=secondaryPreferred in the connection string reads from it")
        }
        10107 | 10058 => error.with_hint(
            "name every member in the connection string, without directConnection=true, to reach the primary",
        ),
        _ => error,
    }
}
