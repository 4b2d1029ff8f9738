//! Changes by hand: a save of one field against the raw driver, with and without the journal, and the form. The
//! journal alone and many changes at once are in `writes`.
//! Run it with `cargo bench --bench hand`, or a part of it with its name: `cargo bench --bench hand -- save`.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

mod data;
#[path = "hand/form.rs"]
mod form;
mod measure;
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
    });
}
