//! What can be known of a store.

use crate::{repository::filter::FilterValues, session::MetadataPath};

/// Something of a store that is offered while one types.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum KnownOf {
    /// The fields of the metadata.
    Keys,
    /// The values of one.
    Values(MetadataPath),
    /// What may stand after a word of a filter.
    Filter(FilterValues),
}
