//! The house rules: who may import whom, what may not stand where, and how long a file may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// No file longer than this.
const LINES: usize = 350;

struct SourceFile {
    /// Relative to the crate, with `/`.
    path: String,
    /// Code without comments and without what only tests see.
    code: Vec<(usize, String)>,
    lines: usize,
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    files.iter().map(|file| read(root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources is readable") {
        let path = entry.expect("a folder of sources is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(root: &Path, file: &Path) -> SourceFile {
    let path = file.strip_prefix(root).expect("sources are inside the crate").to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(file).expect("a source is readable");
    let code = text
        .lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("mod tests {"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line.split(" // ").next().unwrap_or_default().to_owned()))
        .collect();
    SourceFile { path, code, lines: text.lines().count() }
}

impl SourceFile {
    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/") || self.path.ends_with("/sample.rs")
    }

    fn under(&self, module: &str) -> bool {
        self.path == format!("src/{module}.rs") || self.path.starts_with(&format!("src/{module}/"))
    }

    /// Whether a line names one of our top-level modules: by its path, or in a `use crate::{…}` over several lines.
    fn modules(&self) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        let mut depth = 0_usize;
        for (number, line) in &self.code {
            let mut rest = line.as_str();
            if depth == 0 {
                while let Some(at) = rest.find("crate::") {
                    rest = &rest[at + "crate::".len()..];
                    if let Some(inner) = rest.strip_prefix('{') {
                        depth = 1;
                        rest = inner;
                        break;
                    }
                    out.push((*number, word(rest)));
                }
            }
            if depth > 0 {
                grouped(rest, *number, &mut depth, &mut out);
            }
        }
        out
    }
}

/// The first names inside `use crate::{…}`.
fn grouped(text: &str, number: usize, depth: &mut usize, out: &mut Vec<(usize, String)>) {
    let mut start = true;
    for (at, c) in text.char_indices() {
        match c {
            '{' => *depth += 1,
            '}' => *depth = depth.saturating_sub(1),
            ',' => start = *depth == 1,
            c if start && *depth == 1 && (c.is_alphabetic() || c == '_') => {
                out.push((number, word(&text[at..])));
                start = false;
            }
            _ => {}
        }
        if *depth == 0 {
            return;
        }
    }
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Fails with every place that breaks a rule.
fn forbid(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

fn imports_only(module: &str, allowed: &[&str]) {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.under(module) && !source.is_test()) {
        for (number, name) in source.modules() {
            if name != module && !allowed.contains(&name.as_str()) {
                found.push(format!("{}:{number} names crate::{name}", source.path));
            }
        }
    }
    forbid(&format!("`{module}` may import of ours only {allowed:?}"), &found);
}

/// Lines of the chosen files that hold one of these words.
fn lines_with(chosen: impl Fn(&SourceFile) -> bool, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| chosen(source)) {
        for (number, line) in &source.code {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number} has `{word}`", source.path));
            }
        }
    }
    found
}

#[test]
fn the_nouns_import_nothing_of_ours() {
    imports_only("session", &[]);
}

#[test]
fn the_numbers_import_only_the_nouns() {
    imports_only("metrics", &["session"]);
}

#[test]
fn the_hooks_import_only_the_port_and_the_nouns() {
    imports_only("hook", &["repository", "session"]);
}

#[test]
fn the_manager_imports_only_what_lies_below_it() {
    imports_only("manager", &["hook", "repository", "session"]);
}

#[test]
fn the_port_and_its_stores_import_only_the_nouns_and_the_numbers() {
    imports_only("repository", &["disk", "metrics", "nearest", "session"]);
}

#[test]
fn the_suite_for_stores_imports_only_the_library() {
    imports_only("conformance", &["hook", "manager", "metrics", "repository", "session"]);
}

#[test]
fn the_keymap_lies_below_settings_and_screen() {
    let found = lines_with(|source| source.under("app/keymap"), &["config", "tui", "task::", "cli::"]);
    forbid("src/app/keymap is below config and tui", &found);
}

#[test]
fn no_test_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with("main.rs")) {
        let (parent, name) = (file.parent().expect("a folder"), file.file_stem().expect("a name").to_string_lossy());
        let named_in = if parent == folder { folder.join("main.rs") } else { parent.with_extension("rs") };
        let text = fs::read_to_string(&named_in).unwrap_or_default();
        if !text.contains(&format!("mod {name};")) {
            found.push(format!("{} is named nowhere", file.display()));
        }
    }
    forbid("every file of the tests is part of the program", &found);
}

#[test]
fn only_the_mongo_repository_names_the_driver() {
    let found = lines_with(
        |source| !source.under("repository/mongo") && !source.is_test(),
        &["mongodb::", "use mongodb", "extern crate mongodb"],
    );
    forbid("only src/repository/mongo may name the `mongodb` crate", &found);
}

#[test]
fn the_state_has_no_io_and_nothing_async() {
    let words = [
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "tokio",
        "async fn",
        "async move",
        ".await;",
        ".await?",
        ".await.",
    ];
    let found = lines_with(|source| source.under("app/tui/state") && !source.is_test(), &words);
    forbid("src/app/tui/state has no I/O and nothing async", &found);
}

#[test]
fn the_view_only_reads_state() {
    let words = [
        "state: &mut",
        "conversation: &mut",
        "task::",
        "cli::",
        "RefCell",
        "Mutex",
        "std::fs",
        "std::io",
        "tokio",
        ".await;",
        ".await?",
        ".await.",
    ];
    let found = lines_with(|source| source.under("app/tui/view") && !source.is_test(), &words);
    forbid("src/app/tui/view reads state and asks nothing", &found);
}

#[test]
fn the_library_has_typed_errors() {
    let found = lines_with(|source| source.path != "src/main.rs" && !source.under("app/cli"), &["anyhow"]);
    forbid("`anyhow` is for src/main.rs and src/app/cli", &found);
}

#[test]
fn files_stay_short() {
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| source.lines > LINES)
        .map(|source| format!("{} has {} lines", source.path, source.lines))
        .collect();
    forbid(&format!("no file over {LINES} lines"), &found);
}

#[test]
fn the_reader_of_these_rules_sees_imports() {
    let code = |text: &str| SourceFile {
        path: "src/x.rs".into(),
        code: text.lines().enumerate().map(|(number, line)| (number + 1, line.to_owned())).collect(),
        lines: 0,
    };
    let names = |text: &str| code(text).modules().into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(names("use crate::session::Agent;\nfn f(x: crate::text::Y) {}"), ["session", "text"]);
    assert_eq!(names("use crate::{session::{A, B}, tui};"), ["session", "tui"]);
    assert_eq!(names("use crate::{\n    task::{\n        A, B,\n    },\n    tui::Look,\n};"), ["task", "tui"]);
}
