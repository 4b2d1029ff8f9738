//! What stands between a caller and the database: a hook that delivers elsewhere, a scope, encrypted fields, MCP.
//! Run it with `cargo bench --bench integrations`, or a part of it with its name: `cargo bench --bench integrations -- scope`.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

#[path = "integrations/hook.rs"]
mod hook;
#[path = "integrations/mcp.rs"]
mod mcp;
mod measure;
#[expect(dead_code, reason = "it is a program of its own too")]
#[path = "../../examples/memory.rs"]
mod memory;
#[path = "integrations/scope.rs"]
mod scope;
#[path = "integrations/seal.rs"]
mod seal;

/// The parts that are run: those named, else all.
fn is_wanted(part: &str) -> bool {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    named.is_empty() || named.iter().any(|name| name == part)
}

fn main() {
    if is_wanted("seal") {
        seal::run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("hook") {
            hook::run().await;
        }
        if is_wanted("scope") {
            scope::run().await;
        }
        if is_wanted("mcp") {
            mcp::run().await;
        }
    });
}
