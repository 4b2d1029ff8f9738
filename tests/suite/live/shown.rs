//! The real program in a terminal, beside another process that writes.

use bson::doc;

use super::{OPEN, writing::Writer};
use crate::{support, terminal::Terminal};

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_shows_in_the_terminal() {
    let fresh = support::fresh_collection("live_shown").await;
    let writer = Writer::prepared(&fresh).await;
    let arguments = ["open", OPEN, "--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_strandscope"), &arguments, &[], (140, 40));
    terminal.wait_for("Hello");
    terminal.wait_for("● live");

    let said = |text: &str| doc! { "role": "assistant", "content": [{ "text": text }] };
    writer.say(OPEN, &said("written by another process")).await;
    terminal.wait_for("written by another process");
    writer.set(OPEN, doc! { "metadata.colour": "purple" }).await;
    terminal.wait_for("purple");
    writer.set("s-4", doc! { "updated_at": bson::DateTime::now() }).await;
    terminal.wait_until("it is the first of the list", |screen| {
        let rows: Vec<&str> = screen.lines().filter(|line| line.contains("s-")).collect();
        rows.iter().position(|row| row.contains("s-4")) < rows.iter().position(|row| row.contains("s-2"))
    });
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.assert_restored();
}
