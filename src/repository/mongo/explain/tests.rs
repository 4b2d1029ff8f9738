use super::*;

fn scan(index: &str, field: &str, bounds: &str) -> Document {
    doc! { "stage": "IXSCAN", "indexName": index, "keyPattern": { field: 1 }, "indexBounds": { field: [bounds] } }
}

fn answer(plan: Document) -> Document {
    doc! { "queryPlanner": { "winningPlan": plan, "rejectedPlans": [ { "stage": "COLLSCAN" } ] } }
}

const ALL_DATES: &str = "[new Date(9223372036854775807), new Date(-9223372036854775808)]";

#[test]
fn reading_everything_in_order_is_not_being_served() {
    let plan = answer(doc! { "stage": "FETCH", "inputStage": scan("u", "updated_at", ALL_DATES) });
    assert!(judged(&plan, "updated_at", true).served);
    let filtered = judged(&plan, "updated_at", false);
    assert!(!filtered.served && filtered.why.contains("newest first"), "{filtered:?}");
}

#[test]
fn an_index_read_from_end_to_end_is_named() {
    let plan = answer(doc! { "stage": "FETCH", "inputStage": scan("session_id_1", "session_id", "[\"\", {})") });
    let judged = judged(&plan, "updated_at", false);
    assert!(!judged.served && judged.why.contains("session_id_1"), "{judged:?}");
}

#[test]
fn a_part_of_an_index_serves() {
    let plan = answer(doc! { "stage": "SORT", "inputStage": scan("app", "application_name", "[\"a\", \"a\"]") });
    assert!(judged(&plan, "updated_at", false).served);
    let since = scan("u", "updated_at", "[new Date(9223372036854775807), new Date(1700000000000)]");
    assert!(judged(&answer(since), "updated_at", false).served);
}

#[test]
fn one_branch_without_an_index_reads_everything() {
    let either = doc! { "stage": "OR", "inputStages": [ scan("a", "a", "[1, 1]"), { "stage": "COLLSCAN" } ] };
    assert!(!judged(&answer(either), "updated_at", false).served);
}

#[test]
fn plans_of_shards_and_of_newer_servers_are_found() {
    let newer = doc! { "queryPlan": scan("app", "application_name", "[\"a\", \"a\"]"), "slotBasedPlan": { "stage": "COLLSCAN" } };
    assert!(judged(&answer(newer), "updated_at", false).served);
    let shard = |plan: Document| doc! { "shardName": "s", "winningPlan": plan };
    let merged = doc! { "stage": "SHARD_MERGE", "shards": [
        shard(scan("app", "application_name", "[\"a\", \"a\"]")), shard(doc! { "stage": "COLLSCAN" }),
    ] };
    assert!(!judged(&answer(merged), "updated_at", false).served);
}

#[test]
fn what_is_read_from_messages_is_named() {
    let filter =
        crate::repository::Filter::parse("tokens:>5 OR has:finding app:x -tokens:<9", jiff::Timestamp::UNIX_EPOCH);
    let query = ListQuery::new(1).filter(filter.unwrap());
    let plan = unindexed(&query);
    assert!(!plan.served && plan.why.ends_with(": no index knows of findings, tokens"), "{plan:?}");
    for (sort, order) in [
        ("updated", "newest first by updated_at"),
        ("created:asc", "oldest first by created_at"),
        ("id", "order of _id"),
    ] {
        let query = query.clone().sort(crate::repository::Sort::parse(sort).unwrap());
        let why = order::worded(&query.sort, unindexed(&query)).why;
        assert!(why.contains(order), "{sort}: {why}");
    }
}
