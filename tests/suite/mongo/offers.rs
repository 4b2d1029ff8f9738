//! Which fields and few values metadata have.

use bson::{Bson, Document, doc};
use strandscope::{MetadataPath, SessionReader};

use super::common::loaded;

fn sessions() -> Vec<Document> {
    let tiers = ["gold", "gold", "silver"];
    let metadata = |number: i32| match number {
        0 => Bson::Null,
        1 => Bson::Array(vec![Bson::Document(doc! { "tier": "none" })]),
        _ => Bson::Document(doc! {
            "tier": tiers[number as usize % 3],
            "id": format!("id-{number}"),
            "customer": { "plan": if number % 2 == 0 { Bson::from(1) } else { Bson::Null }, "odd.key": 1 },
            "tags": [{ "plan": number }],
        }),
    };
    (0..32)
        .map(|number| {
            doc! { "_id": format!("s-{number:02}"), "session_id": "s", "created_at": bson::DateTime::from_millis(5), "agents": {},
            "metadata": metadata(number) }
        })
        .collect()
}

#[tokio::test]
async fn fields_are_told_with_how_many_sessions_have_them() {
    let (_fresh, reader) = loaded("offered_keys", sessions()).await;
    let told = reader.metadata_keys().await.expect("the fields");
    assert_eq!(told.sessions, 32);
    let shown: Vec<String> =
        told.keys.iter().map(|key| format!("{:?} {} {:?}", key.path.keys(), key.sessions, key.kinds.len())).collect();
    let meant = [
        r#"["customer"] 30 1"#,
        r#"["customer", "odd.key"] 30 1"#,
        r#"["customer", "plan"] 30 2"#,
        r#"["id"] 30 1"#,
        r#"["tags"] 30 1"#,
        r#"["tier"] 30 1"#,
    ];
    assert_eq!(shown, meant);
}

async fn few(reader: &dyn SessionReader, keys: &[&str]) -> Option<Vec<Bson>> {
    let path = MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).expect("keys");
    reader.metadata_values(&path).await.expect("the values")
}

#[tokio::test]
async fn values_are_told_where_they_are_few() {
    let (_fresh, reader) = loaded("offered_values", sessions()).await;
    assert_eq!(few(&*reader, &["tier"]).await, Some(vec!["gold".into(), "silver".into()]));
    let plans = few(&*reader, &["customer", "plan"]).await.expect("two");
    assert!(plans.len() == 2 && plans.contains(&Bson::Null) && plans.contains(&Bson::Int32(1)), "{plans:?}");
    let not_few: [&[&str]; 7] =
        [&["id"], &["customer"], &["tags"], &["tags", "plan"], &["nothing"], &["customer", "odd.key"], &["tier", "x"]];
    for keys in not_few {
        assert_eq!(few(&*reader, keys).await, None, "{keys:?}");
    }
}
