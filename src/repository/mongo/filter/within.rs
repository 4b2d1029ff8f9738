//! The rule of a scope as a query.

use bson::{Document, doc};

use super::escaped;
use crate::repository::{Scope, mongo::exact, scope::ScopeRule};

/// What holds for the sessions of a scope, whatever collation the collection has.
///
/// A pattern at the start of a text is compared byte by byte, and is a range of the `_id` index where that has no collation; a range
/// would be compared by the collation, in which `Tenant-7/` may lie within `tenant-7/`.
///
/// Equality is what an index on the field serves; it finds too much (a text of another case, a list that holds the value, a long 5 for
/// an int 5), of which the expression leaves just that value.
pub(in crate::repository::mongo) fn within(scope: &Scope) -> Document {
    match scope.rule() {
        ScopeRule::Prefix(prefix) => {
            doc! { "_id": { "$regex": format!("^{}", escaped(prefix)), "$type": "string" } }
        }
        ScopeRule::Field(path, value) => {
            let field = path.field();
            let is_just = exact::is_just(&format!("${field}"), value);
            doc! { field: { "$eq": value.clone() }, "$expr": is_just }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_pattern_that_matches_just_it() {
        let asked = within(&Scope::prefix("a.(b$/").unwrap_or_else(|error| panic!("{error}")));
        assert_eq!(asked, doc! { "_id": { "$regex": r"^a\.\(b\$\/", "$type": "string" } });
    }

    #[test]
    fn a_field_is_asked_for_by_its_index_and_by_its_bytes() {
        let asked = within(&Scope::field("tenant", "$7").unwrap_or_else(|error| panic!("{error}")));
        assert_eq!(asked.get_document("metadata.tenant").ok(), Some(&doc! { "$eq": "$7" }));
        let told = asked.get_document("$expr").map(ToString::to_string).unwrap_or_default();
        assert!(told.contains("$indexOfBytes") && told.contains(r#""$literal": "$7""#), "{told}");
    }
}
