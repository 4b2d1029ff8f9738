use bson::Bson;
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::session::StoredDate;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn at(text: &str) -> StoredDate {
    text.parse::<Timestamp>().unwrap().into()
}

fn tests_of(text: &str) -> Vec<(bool, FilterTest)> {
    let filter = Filter::parse(text, now()).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
    assert_eq!(filter.source, text);
    filter.terms.into_iter().map(|term| (term.negated, term.test)).collect()
}

fn test_of(text: &str) -> FilterTest {
    let mut all = tests_of(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0).1
}

fn mistake_of(text: &str) -> (String, String) {
    let mistake = Filter::parse(text, now()).expect_err(text);
    (mistake.source_text[mistake.span.clone()].to_owned(), mistake.sentence())
}

fn contains(text: &str) -> TextMatch {
    TextMatch::Contains(text.to_owned())
}

#[test]
fn words_are_texts_of_the_id() {
    assert_eq!(tests_of("  "), []);
    assert_eq!(test_of("order"), FilterTest::Id(contains("order")));
    assert_eq!(test_of("^sup"), FilterTest::Id(TextMatch::StartsWith("sup".into())));
    assert_eq!(test_of("=support-1"), FilterTest::Id(TextMatch::Exactly("support-1".into())));
    assert_eq!(test_of("a-b"), FilterTest::Id(contains("a-b")));
    assert_eq!(test_of("\"^a:b\""), FilterTest::Id(contains("^a:b")));
    assert_eq!(
        tests_of("a -\"two words\" -app:x"),
        [
            (false, FilterTest::Id(contains("a"))),
            (true, FilterTest::Id(contains("two words"))),
            (true, FilterTest::Application(contains("x")))
        ]
    );
    assert_eq!(test_of("\"-a\""), FilterTest::Id(contains("-a")));
    assert_eq!(test_of(r#""say \"hi\" \\ \n""#), FilterTest::Id(contains(r#"say "hi" \ \n"#)));
}

#[test]
fn prefixes_choose_the_field() {
    assert_eq!(test_of("app:^Cust"), FilterTest::Application(TextMatch::StartsWith("Cust".into())));
    assert_eq!(test_of("APP:=\"a b\""), FilterTest::Application(TextMatch::Exactly("a b".into())));
    assert_eq!(test_of("app:\"=x\""), FilterTest::Application(contains("=x")));
    assert_eq!(test_of("type:AGENT"), FilterTest::SessionType(contains("AGENT")));
    assert_eq!(test_of("agent:a:b"), FilterTest::Agent(contains("a:b")));
    assert_eq!(test_of("model:sonnet"), FilterTest::Model(contains("sonnet")));
    assert_eq!(test_of("has:feedback"), FilterTest::HasFeedback);
    assert_eq!(test_of("has:comment"), FilterTest::HasComment);
    assert_eq!(test_of("has:guardrail"), FilterTest::HasGuardrail);
    assert!(matches!(test_of("has:finding"), FilterTest::HasFinding(_)));
    assert_eq!(test_of("has:meta.\"order id\""), FilterTest::HasMetadata("order id".into()));
    assert_eq!(test_of("rating:neutral"), FilterTest::Rating(RatingWord::Neutral));
}

#[test]
fn tools_feedback_and_ids_are_asked_for() {
    assert_eq!(test_of("tool:=search"), FilterTest::Tool(TextMatch::Exactly("search".into())));
    assert_eq!(test_of("has:tool"), FilterTest::HasTool);
    assert_eq!(test_of("HAS:error"), FilterTest::HasError);
    assert_eq!(test_of("has:interrupt"), FilterTest::HasInterrupt);
    assert_eq!(test_of("feedback:UP"), FilterTest::Rating(RatingWord::Up));
    assert_eq!(test_of("feedback:\"up\""), FilterTest::Comment(contains("up")));
    assert_eq!(test_of("feedback:slow"), FilterTest::Comment(contains("slow")));
    assert_eq!(test_of("feedback:\"2\""), FilterTest::Comment(contains("2")));
    assert_eq!(test_of("feedback:=slow"), FilterTest::Comment(TextMatch::Exactly("slow".into())));
    assert!(matches!(test_of("feedback:2"), FilterTest::Figure(SessionFigure::Feedbacks, _)));
    let ids = |ids: &[&str]| FilterTest::In(ids.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(test_of("in:a,b,,\"c,d\","), ids(&["a", "b", "c,d"]));
    assert_eq!(test_of("in:\"\""), ids(&[""]));
}

#[test]
fn a_day_of_metadata_is_one_in_the_zone_of_the_reader() {
    let new_york = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
    let read = |text: &str| {
        let filter = Filter::parse_at(text, &now().to_zoned(new_york.clone())).unwrap();
        filter.terms.into_iter().map(|term| term.test).next().unwrap()
    };
    let FilterTest::Metadata { day, .. } = read("meta.due:2026-03-29") else { panic!() };
    assert_eq!(day, Some(at("2026-03-29T04:00:00Z")..at("2026-03-30T04:00:00Z")));
    let FilterTest::Metadata { readings, day, .. } = read("meta.due:>=2026-03-29") else { panic!() };
    assert_eq!((readings.last(), day), (Some(&Bson::DateTime(at("2026-03-29T04:00:00Z").into())), None));
}

#[test]
fn a_metadata_value_is_read_as_each_type_it_fits() {
    let readings = |text: &str| match test_of(text) {
        FilterTest::Metadata { readings, .. } => readings,
        other => panic!("{other:?}"),
    };
    let string = |text: &str| Bson::String(text.to_owned());
    assert_eq!(readings("meta.k:high"), [string("high")]);
    assert_eq!(readings("meta.k:5"), [string("5"), Bson::Int64(5)]);
    assert_eq!(readings("meta.k:-1.5e3"), [string("-1.5e3"), Bson::Double(-1500.0)]);
    assert_eq!(readings("meta.k:\"5\""), [string("5")]);
    assert_eq!(readings("meta.k:\"\""), [string("")]);
    assert_eq!(readings("meta.k:true"), [string("true"), Bson::Boolean(true)]);
    assert_eq!(readings("meta.k:null"), [string("null"), Bson::Null]);
    assert_eq!(readings("meta.k:inf"), [string("inf")]);
    let midnight = Bson::DateTime(bson::DateTime::from_millis(1_793_491_200_000));
    assert_eq!(readings("meta.k:2026-11-01"), [string("2026-11-01")], "a day is a range");
    assert_eq!(readings("meta.k:2026-11-01T00:00:00Z"), [string("2026-11-01T00:00:00Z"), midnight]);
    assert_eq!(readings("meta.k:>5"), [Bson::Int64(5)]);
    for (sign, ms) in
        [(">", 1_793_577_599_999), (">=", 1_793_491_200_000), ("<", 1_793_491_200_000), ("<=", 1_793_577_599_999)]
    {
        let day = Bson::DateTime(bson::DateTime::from_millis(ms));
        assert_eq!(readings(&format!("meta.k:{sign}2026-11-01")), [string("2026-11-01"), day], "{sign}");
    }
    assert_eq!(
        test_of("meta.customer.name:\"Alice Johnson\""),
        FilterTest::Metadata {
            key: "customer.name".into(),
            comparison: Comparison::Equal,
            readings: vec![string("Alice Johnson")],
            day: None
        }
    );
    for (sign, comparison) in [
        (">", Comparison::Greater),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        ("<=", Comparison::LessOrEqual),
        ("=", Comparison::Equal),
    ] {
        let test = test_of(&format!("meta.k:{sign}x"));
        assert_eq!(test, FilterTest::Metadata { key: "k".into(), comparison, readings: vec![string("x")], day: None });
    }
}

#[test]
fn times_are_ages_days_and_instants() {
    assert_eq!(test_of("since:7d"), FilterTest::Since(at("2026-11-16T12:00:00Z")));
    assert_eq!(test_of("since:30m"), FilterTest::Since(at("2026-11-23T11:30:00Z")));
    assert_eq!(test_of("since:2w"), FilterTest::Since(at("2026-11-09T12:00:00Z")));
    assert_eq!(test_of("since:2026-11-01"), FilterTest::Since(at("2026-11-01T00:00:00Z")));
    assert_eq!(
        test_of("until:2026-11-01"),
        FilterTest::Until(at("2026-11-02T00:00:00Z")),
        "through the end of that day"
    );
    assert_eq!(test_of("until:2026-11-01T10:00:00+02:00"), FilterTest::Until(at("2026-11-01T08:00:00Z")));
    let instant = "2026-11-01T10:00:00Z";
    assert_eq!(test_of(&format!("updated:>{instant}")), FilterTest::Updated(Comparison::Greater, at(instant)));
    assert_eq!(test_of(&format!("updated:={instant}")), FilterTest::Updated(Comparison::Equal, at(instant)));
    assert_eq!(
        tests_of("created:2026-11-01"),
        [
            (false, FilterTest::Created(Comparison::GreaterOrEqual, at("2026-11-01T00:00:00Z"))),
            (false, FilterTest::Created(Comparison::Less, at("2026-11-02T00:00:00Z")))
        ]
    );
}

#[test]
fn a_day_is_a_whole_one() {
    let [start, end] = ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"].map(at);
    for (sign, comparison, at) in [
        (">", Comparison::GreaterOrEqual, end),
        (">=", Comparison::GreaterOrEqual, start),
        ("<", Comparison::Less, start),
        ("<=", Comparison::Less, end),
    ] {
        assert_eq!(test_of(&format!("created:{sign}2026-11-01")), FilterTest::Created(comparison, at), "{sign}");
    }
    assert_eq!(tests_of("updated:=2026-11-01"), tests_of("updated:2026-11-01"));
}

#[test]
fn days_are_in_the_zone_of_the_screen() {
    let madrid = now().to_zoned(TimeZone::fixed(jiff::tz::offset(2)));
    let filter = Filter::parse_at("created:>=2026-11-01 until:2026-11-01 updated:<12h", &madrid).unwrap();
    let tests: Vec<FilterTest> = filter.terms.into_iter().map(|term| term.test).collect();
    assert_eq!(
        tests,
        [
            FilterTest::Created(Comparison::GreaterOrEqual, at("2026-10-31T22:00:00Z")),
            FilterTest::Until(at("2026-11-01T22:00:00Z")),
            FilterTest::Updated(Comparison::Greater, at("2026-11-23T00:00:00Z")),
        ]
    );
}

#[test]
fn a_duration_compares_ages() {
    let then = at("2026-11-23T00:00:00Z");
    for (sign, comparison) in [
        ("<", Comparison::Greater),
        ("<=", Comparison::GreaterOrEqual),
        (">", Comparison::Less),
        (">=", Comparison::LessOrEqual),
    ] {
        assert_eq!(test_of(&format!("updated:{sign}12h")), FilterTest::Updated(comparison, then), "{sign}");
    }
}

#[test]
fn what_is_no_time_is_refused_with_the_right_spelling() {
    for (typed, hint) in [
        ("12", "a number needs its unit: `12m` minutes, `12h` hours"),
        ("12H", "write `12h`"),
        ("12hours", "write `12h`"),
        ("-12h", "write `12h`"),
        ("3M", "write `3m` for minutes; months in days"),
        ("3mo", "write days, such as `90d`"),
        ("1y", "write days, such as `365d`"),
        ("2026", "write a day as `2026-11-01`"),
        ("2026-11", "write a day as `2026-11-01`"),
        ("01/11/2026", "write a day as `2026-11-01`"),
        ("today", "write an age"),
    ] {
        let (place, sentence) = mistake_of(&format!("updated:>{typed}"));
        assert!(place == typed && sentence.contains(hint), "{typed}: {place}: {sentence}");
    }
}

#[test]
fn mistakes_say_where_and_what_would_be_right() {
    for (text, place, hint) in [
        ("x ap:y", "ap:", "unknown prefix `ap:`; did you mean `app:`? Else quote"),
        ("metadata.k:5", "metadata.k:", "did you mean `meta.KEY:`?"),
        ("tpye:x", "tpye:", "did you mean `type:`?"),
        ("10:30", "10:", "unknown prefix `10:`; quote the word"),
        (":x", ":", "unknown prefix"),
        ("-", "-", "nothing follows `-`"),
        ("^", "^", "a text must follow"),
        ("app:", "app:", "a text must follow"),
        ("a \"b c", "\"b c", "never closed"),
        ("meta:5", "meta:", "`meta.KEY:value`"),
        ("meta.:5", "meta.:5", "key is missing"),
        ("has:meta.", "has:meta.", "key is missing"),
        ("meta.a:", "meta.a:", "`has:meta.a`"),
        ("meta.a:>", "meta.a:>", "a value must follow"),
        ("has:", "has:", "one of `feedback`"),
        ("é has:comments", "comments", "did you mean `comment`?"),
        ("rating:dwon", "dwon", "did you mean `down`?"),
        ("since:", "since:", "a time must follow"),
        ("since:soon", "soon", "is not a time"),
        ("since:2026-13-01", "2026-13-01", "is not a time"),
        ("since:2026-11-01T10:00:00", "2026-11-01T10:00:00", "add `Z`"),
        ("since:99999999999999999999d", "99999999999999999999d", "too long ago"),
        ("since:9999999d", "9999999d", "too long ago"),
        ("created:7d", "created:7d", "write `created:<7d` for younger, `created:>7d` for older"),
        ("updated:=7d", "updated:=7d", "`updated:<7d`"),
        ("created:2026-11-01T10:00:00Z", "created:2026-11-01T10:00:00Z", "`>` or `<`"),
        ("since:>7d", "since:>7d", "take no sign"),
        ("until:<=2026-11-01", "until:<=2026-11-01", "take no sign"),
        ("meta.k:<12h", "12h", "in quotes it is compared as text"),
        ("a (b", "(", "never closed; add a `)`"),
        ("app:(a b)", "(", "as in `(app:a OR app:b)`"),
        ("a)", ")", "closes nothing; put a text with brackets"),
        ("a OR", "OR", "nothing stands after `OR`"),
        ("toekns:>5", "toekns:", "did you mean `tokens:`?"),
        ("tool:", "tool:", "a text must follow"),
        ("in:", "in:", "an id must follow"),
        ("in:,", "in:,", "an id must follow"),
        ("feedback:", "feedback:", "one of `up`, `down`, `neutral`, a number such as `>2`"),
    ] {
        let (found, problem) = mistake_of(text);
        assert_eq!(found, place, "{text}: {problem}");
        assert!(problem.contains(hint), "{text}: {problem}");
    }
}

#[test]
fn what_is_in_quotes_or_no_word_of_the_language_is_looked_for() {
    for (text, looked_for) in [
        ("\"AND\"", "AND"),
        ("\"||\"", "||"),
        ("\"tokens>5\"", "tokens>5"),
        ("tokens\">5\"", "tokens>5"),
        ("x=5", "x=5"),
        ("aa==", "aa=="),
        ("a&&b", "a&&b"),
        ("not", "not"),
        ("\"meta.a\"", "meta.a"),
        ("meta.=5", "meta.=5"),
    ] {
        assert_eq!(test_of(text), FilterTest::Id(contains(looked_for)), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn nor_does_one_made_of_the_languages_own_signs(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "-", "^", "\"", "\\", ":", " ", "é", "meta.", ".", "$", "app:", "has:", "rating:", "since:", "until:",
                "created:", "updated:", "(", ")", " OR ", "!", "~", "*", "NOT", "tool:", "tokens:", "latency:", "size:", "in:", "feedback:", "..", "k", ",", ">", ">=", "<", "=", "7d", "2026-11-01", "9999-12-31", "-9999-01-01", "5", "x", "\0",
            ]),
            0..8,
        )
    ) {
        check(&parts.concat());
    }

    #[test]
    fn quoting_finds_any_text(text in "[^\"\\\\]+") {
        let filter = Filter::parse(&format!("\"{text}\""), now()).unwrap();
        prop_assert_eq!(&filter.terms[0].test, &FilterTest::Id(TextMatch::Contains(text)));
    }
}

fn check(text: &str) {
    match Filter::parse(text, now()) {
        Ok(filter) => assert_eq!(filter.is_empty(), text.trim().is_empty()),
        Err(mistake) => {
            assert!(text.get(mistake.span.clone()).is_some_and(|word| !word.is_empty()), "{:?}", mistake.span);
            assert!(mistake.to_string().contains(&mistake.problem));
        }
    }
}
