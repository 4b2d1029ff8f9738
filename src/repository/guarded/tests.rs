//! That nothing of the port is forgotten; what each method does is tried on every store in the suite.

use std::collections::BTreeSet;

/// The names of the methods in the block of code that begins so.
fn methods(source: &str, begin: &str) -> BTreeSet<String> {
    let block = source.split_once(begin).unwrap_or_else(|| panic!("there is no {begin}")).1;
    let block = block.split_once("\n}").unwrap().0;
    let named = |line: &str| {
        let line = line.strip_prefix("    ")?;
        let rest = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
        rest.split(['(', '<']).next().map(str::to_owned)
    };
    block.lines().filter_map(named).collect()
}

#[test]
fn every_method_of_the_port_is_guarded() {
    for (port, begin, guarded, guarded_begin, least) in [
        (
            include_str!("../../repository.rs"),
            "SessionReader: fmt::Debug",
            include_str!("../guarded.rs"),
            "impl SessionReader for GuardedRepository",
            25,
        ),
        (
            include_str!("../write.rs"),
            "SessionWriter: Send",
            include_str!("write.rs"),
            "impl SessionWriter for GuardedRepository",
            17,
        ),
    ] {
        let asked = methods(port, begin);
        assert!(asked.len() >= least, "methods were not found: {asked:?}");
        let missing: Vec<_> = asked.difference(&methods(guarded, guarded_begin)).cloned().collect();
        assert!(missing.is_empty(), "{begin}: a guarded store has no word of its own for {missing:?}");
    }
}
