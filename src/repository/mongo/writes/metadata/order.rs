//! Edits that put a field in front of another one: an update by pipeline, since no operator has an order.
//!
//! Only the object that the field stands in is put together anew; its other fields are not named, so what another writer adds to it
//! meanwhile stays. Fields that are set or removed besides are so in the same update, in the order of the edits.

use std::collections::{BTreeMap, HashSet};

use bson::{Bson, Document, doc};

use crate::{
    repository::mongo::expr,
    session::{MetadataEdit, MetadataPath, edit},
};

/// A pipeline that carries out edits, and what must be stored for it to do as they say.
pub(super) struct OrderedUpdate {
    pub(super) stages: Vec<Document>,
    /// Expressions that hold where the fields are there which others are put in front of.
    pub(super) conditions: Vec<Bson>,
}

/// Some edits after each other that one stage carries out.
enum EditStage {
    Set(Document),
    Unset(Vec<String>),
    Place(PlacedFields),
}

/// Fields of one object that are put in front of others.
struct PlacedFields {
    /// The object, as `metadata.customer`.
    object: String,
    /// Each with the fields to put in front of it, in their order; none of them is among those.
    groups: Vec<(String, Vec<(String, Bson)>)>,
}

/// The update of what is stored; `None` where operators do the same: no field comes in front of one that is there. Of several new
/// ones they know no order either.
pub(super) fn of(edits: &[MetadataEdit], stored: &Document) -> Option<OrderedUpdate> {
    if edits.iter().all(|edit| edit.before.is_none()) {
        return None;
    }
    let mut now = stored.clone();
    let mut stages = Vec::new();
    let mut written = HashSet::new();
    let mut needed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for edit in edits {
        let before = edit.value.as_ref().and(edit.before.as_deref());
        let before = before.filter(|before| edit.path.sibling(*before).value(&now).is_some());
        if let Some(before) = before.filter(|before| !written.contains(&edit.path.sibling(*before))) {
            needed.entry(object_of(&edit.path)).or_default().push(before.to_owned());
        }
        add(&mut stages, edit, before);
        // Where it cannot be carried out, nothing is: the query asks for the objects on the way.
        let _ = edit::apply(&mut now, &[edit.clone().unguarded()]);
        written.insert(edit.path.clone());
    }
    let is_ordered = stages.iter().any(|stage| match stage {
        EditStage::Place(_) => true,
        EditStage::Set(fields) => fields.len() > 1,
        EditStage::Unset(_) => false,
    });
    let conditions = needed.iter().map(|(object, keys)| Bson::from(has_keys(object, keys))).collect();
    let stages = stages.into_iter().flat_map(EditStage::into_documents).collect();
    is_ordered.then_some(OrderedUpdate { stages, conditions })
}

fn object_of(path: &MetadataPath) -> String {
    path.parent().map_or_else(|| "metadata".to_owned(), |parent| parent.field())
}

/// Whether the object has fields of these names.
fn has_keys(object: &str, keys: &[String]) -> Document {
    let names = doc! { "$map": { "input": expr::fields(&format!("${object}")), "as": "f", "in": "$$f.k" } };
    doc! { "$setIsSubset": [expr::literal(keys.to_vec()), names] }
}

/// Adds an edit to the last stage, where that is of its kind, else as a stage of its own.
fn add(stages: &mut Vec<EditStage>, edit: &MetadataEdit, before: Option<&str>) {
    let field = edit.path.field();
    match (&edit.value, before, stages.last_mut()) {
        (None, _, Some(EditStage::Unset(fields))) => fields.push(field),
        (None, _, _) => stages.push(EditStage::Unset(vec![field])),
        (Some(value), None, Some(EditStage::Set(fields))) => {
            fields.insert(field, expr::literal(value.clone()));
        }
        (Some(value), None, _) => stages.push(EditStage::Set(doc! { field: expr::literal(value.clone()) })),
        (Some(value), Some(before), last) => {
            let (object, name) = (object_of(&edit.path), edit.path.name());
            match last {
                Some(EditStage::Place(placed)) if placed.object == object && !placed.puts_in_front_of(name) => {
                    placed.put(name, value, before);
                }
                _ => {
                    let mut placed = PlacedFields { object, groups: Vec::new() };
                    placed.put(name, value, before);
                    stages.push(EditStage::Place(placed));
                }
            }
        }
    }
}

impl EditStage {
    fn into_documents(self) -> Vec<Document> {
        match self {
            Self::Set(fields) => vec![doc! { "$set": fields }],
            Self::Unset(fields) => vec![doc! { "$unset": fields }],
            Self::Place(placed) => {
                // By its path: a comparison of names takes one for another where the collection has a collation.
                let elsewhere = placed.paths();
                let whole = placed.whole();
                vec![doc! { "$unset": elsewhere }, doc! { "$set": { placed.object: whole } }]
            }
        }
    }
}

impl PlacedFields {
    fn puts_in_front_of(&self, key: &str) -> bool {
        self.groups.iter().any(|(before, _)| before == key)
    }

    /// Puts a field in front of another, which may be one that was put somewhere just now.
    fn put(&mut self, key: &str, value: &Bson, before: &str) {
        let field = (key.to_owned(), value.clone());
        for (anchor, fields) in &mut self.groups {
            if anchor.as_str() == before {
                fields.push(field);
                return;
            }
            if let Some(at) = fields.iter().position(|(placed, _)| placed == before) {
                fields.insert(at, field);
                return;
            }
        }
        self.groups.push((before.to_owned(), vec![field]));
    }

    /// Where they stand so far.
    fn paths(&self) -> Vec<String> {
        let fields = self.groups.iter().flat_map(|(_, fields)| fields);
        fields.map(|(key, _)| format!("{}.{key}", self.object)).collect()
    }

    /// The object, which is without them by then, with each group in front of its field.
    fn whole(&self) -> Document {
        let others = expr::fields(&format!("${}", self.object));
        let groups = self.groups.iter().map(|(before, fields)| {
            let fields = fields.iter().map(|(key, value)| doc! { "k": key, "v": value.clone() });
            doc! { "before": before, "fields": fields.collect::<Vec<_>>() }
        });
        // The fields so far are `$$value`, the group is `$$this`.
        let start = doc! { "$slice": ["$$value", "$$at"] };
        let rest = doc! { "$slice": ["$$value", "$$at", { "$size": "$$value" }] };
        let inserted = doc! { "$let": {
            "vars": { "at": { "$indexOfArray": ["$$value.k", "$$this.before"] } },
            "in": { "$cond": [
                { "$lt": ["$$at", 0] },
                { "$concatArrays": ["$$value", "$$this.fields"] },
                { "$concatArrays": [start, "$$this.fields", rest] },
            ] },
        } };
        let groups = expr::literal(groups.collect::<Vec<_>>());
        doc! { "$arrayToObject": { "$reduce": { "input": groups, "initialValue": others, "in": inserted } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stages in short: what is set, removed, and put where.
    fn told(edits: &[MetadataEdit], stored: &Document) -> Vec<String> {
        let of_stage = |stage: &Document| match stage.iter().next() {
            Some((kind, Bson::Array(fields))) => format!("{kind} {}", fields.len()),
            Some((kind, Bson::Document(fields))) => {
                let placed = |value: &Bson| {
                    let groups =
                        value.as_document()?.get_document("$arrayToObject").ok()?.get_document("$reduce").ok()?;
                    groups.get_document("input").ok()?.get_array("$literal").ok().cloned()
                };
                let one = |(field, value): (&String, &Bson)| match placed(value) {
                    Some(groups) => format!("{field}: {}", groups.iter().map(group).collect::<Vec<_>>().join("; ")),
                    None => field.clone(),
                };
                format!("{kind} {}", fields.iter().map(one).collect::<Vec<_>>().join(", "))
            }
            other => format!("{other:?}"),
        };
        of(edits, stored).map(|update| update.stages.iter().map(of_stage).collect()).unwrap_or_default()
    }

    fn group(group: &Bson) -> String {
        let group = group.as_document().unwrap();
        let fields =
            group.get_array("fields").unwrap().iter().map(|field| field.as_document().unwrap().get_str("k").unwrap());
        format!("{} before {}", fields.collect::<Vec<_>>().join(" "), group.get_str("before").unwrap())
    }

    #[test]
    fn only_fields_in_front_of_others_take_a_pipeline() {
        let stored = doc! { "a": 1, "b": 2 };
        assert!(of(&[MetadataEdit::set("x", 1), MetadataEdit::unset("a")], &stored).is_none());
        assert!(of(&[MetadataEdit::set("x", 1).before("gone")], &stored).is_none());
        assert!(of(&[MetadataEdit::unset("b").before("a")], &stored).is_none());
        assert_eq!(told(&[MetadataEdit::set("x", 1).before("b")], &stored), ["$unset 1", "$set metadata: x before b"]);
    }

    #[test]
    fn edits_stay_in_their_order_and_those_of_one_kind_together() {
        let stored = doc! { "a": 1, "b": 2, "c": { "d": 1 } };
        let edits = [
            MetadataEdit::unset("a"),
            MetadataEdit::set("y", 1),
            MetadataEdit::set("z", 1),
            MetadataEdit::set("x", 1).before("z"),
            MetadataEdit::set("w", 1).before("x"),
            MetadataEdit::set("v", 1).before("z"),
            MetadataEdit::set("b", 1).before("c"),
            MetadataEdit::set(MetadataPath::from("c").child("e"), 1).before("d"),
            MetadataEdit::set("u", 1).before("a"),
        ];
        let meant = [
            "$unset 1",
            "$set metadata.y, metadata.z",
            "$unset 4",
            "$set metadata: w x v before z; b before c",
            "$unset 1",
            "$set metadata.c: e before d",
            "$set metadata.u",
        ];
        assert_eq!(told(&edits, &stored), meant);
        let update = of(&edits, &stored).unwrap();
        let needed = update.conditions.iter().map(|condition| {
            let parts = condition.as_document().unwrap().get_array("$setIsSubset").unwrap();
            parts[0].as_document().unwrap().get("$literal").unwrap().to_string()
        });
        // What the same update sets is not asked for.
        assert_eq!(needed.collect::<Vec<_>>(), ["[\"c\"]", "[\"d\"]"]);
    }

    #[test]
    fn what_others_stand_in_front_of_is_moved_after_them() {
        let stored = doc! { "a": 1, "b": 2, "c": 3 };
        let edits = [MetadataEdit::set("c", 3).before("b"), MetadataEdit::set("b", 2).before("a")];
        let meant = ["$unset 1", "$set metadata: c before b", "$unset 1", "$set metadata: b before a"];
        assert_eq!(told(&edits, &stored), meant);
    }
}
