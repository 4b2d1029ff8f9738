//! Fields of the metadata that none of the sessions read so far has: what is sorted by one, or shown as a column, tells nothing by itself.

use bson::{Bson, Document};

use crate::{
    nearest::nearest,
    repository::{MetadataKeys, Projection},
    session::Summary,
};

/// Of those fields the ones that none of these rows has. The rows bring them where they have them.
#[must_use]
pub fn absent(mut fields: Vec<String>, rows: &[Summary]) -> Vec<String> {
    fields.retain(|field| !rows.iter().any(|row| has(row, field)));
    fields
}

/// Whether a row has a field, under the name that it was asked for or within nested documents.
fn has(row: &Summary, field: &str) -> bool {
    if row.meta(field).is_some() {
        return true;
    }
    if !field.contains('.') {
        return false;
    }
    let left = Projection::Fields(vec![field.to_owned()]).of(row.metadata.clone());
    left.as_ref().and_then(Bson::as_document).is_some_and(|found: &Document| found.contains_key(field))
}

/// A sentence: none has it, with the nearest field of those that are known. As stored.
#[must_use]
pub fn sentence(field: &str, known: Option<&MetadataKeys>) -> String {
    let names: Vec<String> =
        known.into_iter().flat_map(|known| &known.keys).map(|key| key.path.keys().join(".")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = nearest(field, &names).filter(|near| *near != field);
    let meant = near.map(|near| format!("; did you mean meta.{near}?")).unwrap_or_default();
    format!("none of the sessions read so far has meta.{field}{meant}")
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::{repository::MetadataKey, session::MetadataPath};

    fn row(metadata: Document) -> Summary {
        let mut row = Summary::new("a");
        row.metadata = Some(Bson::Document(metadata));
        row
    }

    #[test]
    fn a_field_that_one_row_has_is_not_absent_however_it_is_brought() {
        let rows = [Summary::new("b"), row(doc! { "a.b": 1, "customer": { "tier": "gold" }, "none": Bson::Null })];
        let asked = ["a.b", "customer.tier", "none", "nope", "customer.nope"].map(str::to_owned).to_vec();
        assert_eq!(absent(asked, &rows), ["nope", "customer.nope"]);
    }

    #[test]
    fn the_nearest_field_is_offered_and_none_where_none_is_like_it() {
        let key = |name: &str| MetadataKey { path: MetadataPath::from(name), sessions: 1, kinds: Vec::new() };
        let known = MetadataKeys { sessions: 1, keys: vec![key("priority"), key("retries")] };
        let says = |field: &str| sentence(field, Some(&known));
        assert_eq!(says("prority"), "none of the sessions read so far has meta.prority; did you mean meta.priority?");
        assert_eq!(says("zzz"), "none of the sessions read so far has meta.zzz");
        assert_eq!(says("retries"), "none of the sessions read so far has meta.retries", "others have it");
        assert_eq!(sentence("x", None), "none of the sessions read so far has meta.x");
    }
}
