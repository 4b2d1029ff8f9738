//! Arguments to config to one command or the browser.

fn main() {}
