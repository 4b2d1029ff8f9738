use super::*;

fn query(sort: &str) -> ListQuery {
    ListQuery::new(5).sort(crate::repository::Sort::parse(sort).unwrap())
}

#[test]
fn fields_that_an_index_may_lead_with_are_told_from_others() {
    for (sort, path) in [
        ("application", Some("application_name")),
        ("type:desc", Some("session_type")),
        ("meta.priority", Some("metadata.priority")),
        ("meta.a.b", None),
        ("meta.$a", None),
        ("model", None),
        ("tokens", None),
    ] {
        assert_eq!(ValueField::of(&query(sort)).map(|field| field.path).as_deref(), path, "{sort}");
    }
}

#[test]
fn types_come_in_the_direction_of_the_list() {
    let first = |sort: &str| ValueField::of(&query(sort)).unwrap().types[0];
    assert_eq!((first("meta.k:asc"), first("meta.k:desc"), first("type:desc")), ("number", "date", "string"));
}

#[test]
fn a_row_brings_the_value_and_nothing_twice() {
    let field = ValueField::of(&query("meta.k")).unwrap();
    for (wanted, expected) in [
        (Projection::Nothing, vec!["metadata.k"]),
        (Projection::Fields(vec!["k".into(), "j".into()]), vec!["metadata.k", "metadata.j"]),
        (Projection::Fields(vec!["a.b".into()]), vec!["metadata"]),
        (Projection::All, vec!["metadata"]),
    ] {
        let fields = field.projection(&wanted);
        let asked: Vec<&String> = fields.keys().filter(|name| name.starts_with("metadata")).collect();
        assert_eq!(asked, expected);
    }
    let row = doc! { "_id": 5, "metadata": { "k": "x" } };
    assert_eq!(field.place(&row), PlacedSession { value: Some("x".into()), key: SessionKey::new(5.into()) });
}

#[test]
fn what_follows_an_id_is_of_its_type_and_then_of_any() {
    assert_eq!(parts_after(None), [doc! {}]);
    assert_eq!(parts_after(Some(&"a".into())).len(), 2);
    assert_eq!(parts_after(Some(&Bson::MaxKey)).len(), 1);
}
