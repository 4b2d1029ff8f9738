//! Changes by hand: a save with its journal and many sessions at once against the raw driver, and the form.
//! Run it with `cargo bench --bench hand`, or a part of it with its name: `cargo bench --bench hand -- save`.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

mod answers;
#[path = "hand/bulk.rs"]
mod bulk;
mod data;
#[path = "hand/form.rs"]
mod form;
mod measure;
#[expect(dead_code, reason = "the processor's time is of the live bench")]
#[path = "live/process.rs"]
mod process;
#[path = "hand/save.rs"]
mod save;

/// The parts that are run: those named, else all.
fn is_wanted(part: &str) -> bool {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    named.is_empty() || named.iter().any(|name| name == part)
}

fn main() {
    if is_wanted("form") {
        form::run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("save") {
            save::run().await;
        }
        if is_wanted("bulk") {
            bulk::run().await;
        }
    });
}
