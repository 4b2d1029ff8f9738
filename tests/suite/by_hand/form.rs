//! The form on the metadata driven by keys in a terminal, and what is stored then: fields, types and order.

use bson::{Bson, DateTime, Document, doc};
use jiff::{SignedDuration, Timestamp};

use super::window::{CLEAR, Desk, REDO, SAVE};
use crate::terminal::Terminal;

fn begin() -> Document {
    doc! {
        "priority": "low",
        "retries": 3,
        "visits": 7_i64,
        "score": 0.5,
        "vip": false,
        "due": DateTime::from_millis(1_795_000_000_000),
        "customer": { "tier": "gold", "since": 2020 },
        "tags": ["red", "green", 3],
        "gone": Bson::Null,
        "price": price(),
    }
}

fn price() -> Bson {
    Bson::Decimal128("1.50".parse().expect("a number"))
}

/// What the keys make of it.
fn expected(due: DateTime) -> Document {
    doc! {
        "priority": "urgent",
        "retries": 30,
        "visits": 7_i64,
        "score": 0.5,
        "vip": true,
        "due": due,
        "customer": { "level": "gold", "since": "2020" },
        "tags": ["blue", 7, 3],
        "price_copy": price(),
        "owner": "me",
        "price": price(),
    }
}

/// Its fields in their order, each with its type: two documents are equal whatever their order.
fn fields(document: &Document) -> Vec<(&str, String)> {
    document.iter().map(|(key, value)| (key.as_str(), format!("{value:?}"))).collect()
}

/// Waits until a row of the form holds all these words.
fn wait_for_row(terminal: &mut Terminal, words: &[&str]) {
    let is_it = |line: &str| words.iter().all(|word| line.contains(word));
    terminal.wait_until(&format!("a row with {words:?}"), |screen| screen.lines().any(is_it));
}

/// The form is open, and its first field is being typed in.
fn opened(desk: &Desk) -> Terminal {
    let mut terminal = desk.open();
    terminal.press("4e");
    terminal.wait_for("Metadata of s");
    terminal
}

/// Every kind of edit, each seen in its row before the next.
fn edited(terminal: &mut Terminal) {
    let mut press = |keys: &str, row: &[&str]| {
        terminal.press(keys);
        wait_for_row(terminal, row);
    };
    press(&format!("{CLEAR}urgent\r"), &["~", "priority", "str", "urgent"]);
    // Out of range: marked in its row with the reason, and not taken over by Enter.
    press(&format!("je{CLEAR}3000000000"), &["!", "retries", "3000000000"]);
    press("", &["it is beyond 32 bits", "from -2147483648 to 2147483647"]);
    press("\r5", &["!", "retries", "30000000005"]);
    press(&format!("{CLEAR}30\r"), &["~", "retries", "i32", "30"]);
    press("jjj ", &["~", "vip", "bool", "true"]);
    press(&format!("je{CLEAR}+3d\r"), &["~", "due", "date", "Z"]);
    press("j\r", &["tier", "str", "gold"]);
    press(&format!("jm{CLEAR}level\r"), &["+", "level", "str", "gold"]);
    // What it becomes is shown first.
    press("jC", &["customer.since of s becomes"]);
    press("\r", &["~", "since", "str", "2020"]);
    // An array is unfolded, and an item edited, added and removed; that is taken back and made again.
    press("j\r", &["1", "str", "green"]);
    press(&format!("jje{CLEAR}blue\r"), &["~", "1", "str", "blue"]);
    press("a7\r", &["2", "i32", "7"]);
    press("kkd", &["0", "str", "blue"]);
    press("u", &["0", "str", "red"]);
    press(REDO, &["0", "str", "blue"]);
    press("h", &["▸ tags", "arr", "3"]);
    press("jd", &["-", "gone", "null"]);
    press("jP", &["+", "price_copy", "dec", "1.50"]);
    press("K", &["price_copy  new, not saved yet"]);
    press("aowner=me\r", &["+", "owner", "str", "me"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_edit_by_keys_is_stored_with_its_type_and_place() {
    let desk = Desk::with("form_keys", begin()).await;
    let (bytes, begun) = (desk.bytes().await, Timestamp::now());
    let mut terminal = opened(&desk);
    edited(&mut terminal);
    terminal.wait_for("11 unsaved changes");
    // The last step is taken back and made again.
    terminal.press("ggu");
    terminal.wait_until("the added field is gone", |screen| {
        screen.contains("10 unsaved changes") && !screen.contains("owner")
    });
    terminal.press(REDO);
    terminal.wait_for("11 unsaved changes");
    assert_eq!(desk.bytes().await, bytes, "nothing is stored before it is agreed to");

    terminal.press(SAVE);
    terminal.wait_for("Save 11 changes of s");
    for change in ["low → urgent", "3 → 30", "false → true", "[\"red\",\"green\",3] → [\"blue\",7,3]"] {
        terminal.wait_for(change);
    }
    terminal.press("\r");
    terminal.wait_for("and 8 more of s is stored");
    let stored = desk.metadata().await;
    let due = *stored.get_datetime("due").expect("a date");
    assert_eq!(fields(&stored), fields(&expected(due)));
    let shift = SignedDuration::from_hours(72);
    let counted_from = Timestamp::from_millisecond(due.timestamp_millis()).expect("a time") - shift;
    // It is stored to the millisecond.
    assert!(begun - SignedDuration::from_millis(1) <= counted_from && counted_from <= Timestamp::now(), "{due}");
    let others = |document: &bson::RawDocumentBuf| super::others(document, &["metadata"]);
    assert_eq!(others(&desk.bytes().await), others(&bytes), "nothing else was touched");

    // All of it is taken back as one, and made again.
    terminal.press("\u{1b}");
    terminal.wait_until("the form is left", |screen| !screen.contains("Metadata of s"));
    terminal.press("u");
    terminal.wait_for("11 fields of s are as they were");
    assert_eq!(desk.bytes().await, bytes, "byte for byte");
    terminal.press(REDO);
    terminal.wait_for("11 fields of s are changed again");
    assert_eq!(fields(&desk.metadata().await), fields(&stored));
    assert_eq!(desk.log(), ["done"]);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0, "{}", terminal.screen());
    terminal.assert_restored();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_to_what_is_stored_leaves_nothing_to_save() {
    let desk = Desk::with("form_back", begin()).await;
    let bytes = desk.bytes().await;
    let mut terminal = opened(&desk);
    edited(&mut terminal);
    terminal.wait_for("11 unsaved changes");
    // More than there are steps.
    terminal.press(&"u".repeat(30));
    terminal.wait_until("all is as it was", |screen| !screen.contains("unsaved"));
    for row in [&["priority", "str", "low"][..], &["retries", "i32", "3"], &["vip", "bool", "false"], &["gone", "null"]]
    {
        wait_for_row(&mut terminal, row);
    }
    terminal.press(SAVE);
    terminal.wait_for("nothing is changed");
    desk.wait_for_drafts("no draft is kept", <[String]>::is_empty);
    terminal.press("\u{1b}");
    terminal.wait_until("the form is left", |screen| !screen.contains("Metadata of s"));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0, "{}", terminal.screen());
    assert_eq!(desk.bytes().await, bytes);
    assert!(desk.log().is_empty());
}
