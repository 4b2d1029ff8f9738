//! Ids of every type: what the list shows is accepted back.

use bson::{Binary, Bson, doc, oid::ObjectId, spec::BinarySubtype};
use strandscope::{Filter, FilterTerm, FilterTest, SessionKey, Summary, Timestamp, distinct_names};

use super::common::{every_page, filtered, first_page, loaded};
use crate::support;

fn text_of(session: &strandscope::Session) -> String {
    format!("{:?}", session.agents[0].messages[0].content)
}

#[tokio::test]
async fn each_id_of_the_list_means_its_own_session() {
    let (_fresh, reader) = loaded("ids", support::load_fixture("reports/c16-ids.jsonl")).await;
    let rows = every_page(&*reader, first_page(2)).await;
    let mut names: Vec<&str> = rows.iter().map(Summary::name).collect();
    names.sort_unstable();
    let compound = r#"{"tenant":"t1","session":"s1"}"#;
    let [uuid4, uuid3] = ["c56a4180-65aa-42ec-a945-5fd21dec0538", "c56a4180-65aa-42ec-a945-5fd21dec0539"];
    assert_eq!(names, ["9007199254740993", uuid4, uuid3, "v", compound]);
    for (row, name) in rows.iter().zip(distinct_names(rows.iter(), [].iter())) {
        assert_eq!(name, row.name(), "none of these looks like another");
        for typed in [name, row.key.exact(), row.key.text()] {
            let found = reader.resolve(typed).await.expect("an answer");
            assert_eq!(found.iter().map(|found| &found.key).collect::<Vec<_>>(), [&row.key], "{typed}");
        }
        let opened = reader.open(&row.key, 5).await.expect("it opens");
        assert!(text_of(&opened).contains("Text("), "its message is there");
    }
    let kinds = [
        (uuid4, "uuid4"),
        (uuid3, "uuid3"),
        ("9007199254740993", "int64"),
        (compound, "compound"),
        ("v", "oid"),
        ("656a1b2c3d4e5f6071829304", "oid"),
    ];
    for (typed, says) in kinds {
        let found = reader.resolve(typed).await.expect("an answer");
        let opened = reader.open(&found[0].key, 5).await.expect("it opens");
        assert!(text_of(&opened).contains(says), "{typed}");
    }
}

#[tokio::test]
async fn a_filter_finds_ids_by_the_text_that_is_shown() {
    let (_fresh, reader) = loaded("filtered_ids", support::load_fixture("reports/c16-ids.jsonl")).await;
    let found = async |typed: &str| -> Vec<String> {
        let filter = Filter::parse(typed, Timestamp::now()).expect("a filter");
        let documents = support::load_fixture("reports/c16-ids.jsonl");
        let mut in_memory: Vec<String> = documents
            .iter()
            .filter(|document| filter.matches(document))
            .map(|document| SessionKey::new(document["_id"].clone()).text().to_owned())
            .collect();
        let rows = every_page(&*reader, filtered(filter, 10)).await;
        let mut names: Vec<String> = rows.iter().map(|row| row.key.text().to_owned()).collect();
        names.sort();
        in_memory.sort();
        assert_eq!(names, in_memory, "{typed}");
        names
    };
    let [uuid4, uuid3] = ["c56a4180-65aa-42ec-a945-5fd21dec0538", "c56a4180-65aa-42ec-a945-5fd21dec0539"];
    assert_eq!(found("c56a4180").await, [uuid4, uuid3]);
    assert_eq!(found("C56A4180-65AA").await, [uuid4, uuid3]);
    assert_eq!(found("^c56a4180-6").await, [uuid4, uuid3]);
    assert_eq!(found("=c56a4180-65aa-42ec-a945-5fd21dec0539").await, [uuid3]);
    assert_eq!(found("99254740").await, ["9007199254740993"]);
    assert_eq!(found("^90071").await, ["9007199254740993"]);
    assert_eq!(found("=9007199254740993").await, ["9007199254740993"]);
    assert_eq!(found("^90072").await, [""; 0]);
    assert_eq!(found("=9007199254740992").await, [""; 0]);
}

#[tokio::test]
async fn a_filter_takes_every_id_that_is_taken_elsewhere() {
    let oid = ObjectId::from_bytes([0xab; 12]);
    let uuid = |subtype, first: u8| Bson::Binary(Binary { subtype, bytes: (first..first + 16).collect() });
    let documents = vec![
        doc! { "_id": oid },
        doc! { "_id": null },
        doc! { "_id": true },
        doc! { "_id": 5_i64 },
        doc! { "_id": 1.5 },
        doc! { "_id": "2.50".parse::<bson::Decimal128>().expect("a decimal") },
        doc! { "_id": uuid(BinarySubtype::Uuid, 0) },
        doc! { "_id": uuid(BinarySubtype::UuidOld, 16) },
        doc! { "_id": { "n": 5_i64 } },
        doc! { "_id": "trail " },
        doc! { "_id": "s-1", "session_id": ObjectId::from_bytes([0xcd; 12]) },
        doc! { "_id": "s-2", "session_id": "" },
    ];
    let (_fresh, reader) = loaded("typed_ids", documents.clone()).await;
    let hex = oid.to_hex();
    let typed = [
        hex.to_uppercase(),
        format!(r#"{{"$oid":"{hex}"}}"#),
        "CDCDCDCDCDCDCDCDCDCDCDCD".to_owned(),
        "13121110-1514-1716-1819-1a1b1c1d1e1f".to_owned(),
        "00010203-0405-0607-0809-0A0B0C0D0E0F".to_owned(),
    ];
    let others = [
        "null",
        r#"{"$literal":null}"#,
        "true",
        "5",
        "05",
        "5.0",
        r#"{"$numberInt":"5"}"#,
        "1.5",
        "1.50",
        "2.5",
        r#"{"n":5}"#,
        r#""trail ""#,
        r#""""#,
        "s-1",
    ];
    for typed in typed.into_iter().chain(others.map(str::to_owned)) {
        let keys = |rows: Vec<Summary>| {
            let mut keys: Vec<SessionKey> = rows.into_iter().map(|row| row.key).collect();
            keys.sort();
            keys
        };
        let shown = keys(reader.resolve(&typed).await.expect("an answer"));
        let term = FilterTerm::new(FilterTest::In(vec![typed.clone()]));
        let filter = Filter { source: typed.clone(), terms: vec![term] };
        let matching = documents.iter().filter(|document| filter.matches(document));
        let mut matching: Vec<SessionKey> = matching.map(|document| SessionKey::new(document["_id"].clone())).collect();
        matching.sort();
        let found = keys(every_page(&*reader, filtered(filter, 20)).await);
        assert_eq!(shown.len(), 1, "{typed}");
        assert_eq!((&found, &matching), (&shown, &shown), "{typed}");
    }
}

#[tokio::test]
async fn a_name_that_was_spelled_out_is_accepted_back() {
    let documents = vec![
        doc! { "_id": "trail " },
        doc! { "_id": "trail" },
        doc! { "_id": "a\u{200b}b" },
        doc! { "_id": "s-1", "session_id": "" },
    ];
    let (_fresh, reader) = loaded("spelled", documents).await;
    for (typed, id) in
        [(r#""trail ""#, "trail "), ("trail", "trail"), (r#""a\u200bb""#, "a\u{200b}b"), (r#""""#, "s-1")]
    {
        let found = reader.resolve(typed).await.expect("an answer");
        assert_eq!(found.iter().map(|found| &found.key).collect::<Vec<_>>(), [&SessionKey::from(id)], "{typed}");
    }
}

#[tokio::test]
async fn ids_that_would_look_alike_are_told_apart_and_accepted_back() {
    let oid = ObjectId::from_bytes([7; 12]);
    let uuid = |subtype| Bson::Binary(Binary { subtype, bytes: vec![9; 16] });
    let documents = vec![
        doc! { "_id": "5" },
        doc! { "_id": 5 },
        doc! { "_id": oid },
        doc! { "_id": oid.to_hex() },
        doc! { "_id": uuid(BinarySubtype::Uuid) },
        doc! { "_id": uuid(BinarySubtype::UuidOld) },
        doc! { "_id": "a", "session_id": "5" },
        doc! { "_id": "null" },
        doc! { "_id": null },
        doc! { "_id": "true" },
        doc! { "_id": true },
        doc! { "_id": 1_152_921_504_606_846_976.0 },
        doc! { "_id": 1_152_921_504_606_847_000_i64 },
        doc! { "_id": "1.5000000000000000000001".parse::<bson::Decimal128>().expect("a decimal") },
        doc! { "_id": "1.50".parse::<bson::Decimal128>().expect("a decimal") },
    ];
    let (_fresh, reader) = loaded("alike", documents).await;
    let rows = every_page(&*reader, first_page(20)).await;
    let names = distinct_names(rows.iter(), [].iter());
    for (row, name) in rows.iter().zip(&names) {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        let found = reader.resolve(name).await.expect("an answer");
        assert_eq!(found.iter().map(|found| &found.key).collect::<Vec<_>>(), [&row.key], "{name}");
    }
    let both = reader.resolve("09090909-0909-0909-0909-090909090909").await.expect("an answer");
    assert_eq!(both.len(), 2, "both are listed");
    let asked = ["5".to_owned(), "b".to_owned()];
    let taken = reader.namesakes(&asked).await.expect("an answer");
    assert_eq!(taken.first().map(|row| row.key.clone()), Some(SessionKey::from("5")));
}
