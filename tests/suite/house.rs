//! The house rules: who may import whom, what may not stand where, and how long a file may be.

mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use source::{SourceFile, collect, sources};

/// No file longer than this.
const LINES: usize = 350;

/// Fails with every place that breaks a rule.
fn forbid(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// The top modules that `module` names besides itself must be among these.
fn imports_only(module: &str, allowed: &[&str]) {
    let allowed: Vec<&str> = [&[module], allowed].concat();
    names_only(module, &allowed, |path| Some(path.split("::").next().unwrap_or_default()));
}

/// Of the modules of the program, `module` may name these; of the library any.
fn within_app(module: &str, allowed: &[&str]) {
    let own = module.strip_prefix("app/").expect("a module of the program").replace('/', "::");
    let allowed: Vec<&str> = [&[own.as_str()], allowed].concat();
    names_only(module, &allowed, |path| path.strip_prefix("app::"));
}

fn names_only(module: &str, allowed: &[&str], part: impl Fn(&str) -> Option<&str>) {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.under(module) && !source.is_test()) {
        for (number, path) in source.paths() {
            let is_allowed = |name: &str| {
                allowed
                    .iter()
                    .any(|allowed| name.strip_prefix(allowed).is_some_and(|r| r.is_empty() || r.starts_with("::")))
            };
            if part(&path).is_some_and(|name| !is_allowed(name)) {
                found.push(format!("{}:{number} names crate::{path}", source.path));
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
fn the_ground_imports_nothing_of_ours() {
    imports_only("disk", &[]);
    imports_only("nearest", &[]);
}

#[test]
fn the_library_names_the_program_nowhere() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.under("app") && source.path != "src/main.rs") {
        let lines =
            source.text.lines().enumerate().filter(|(_, line)| line.contains("crate::app") || line.contains("app::"));
        found.extend(lines.map(|(number, line)| format!("{}:{} {}", source.path, number + 1, line.trim())));
    }
    forbid("neither the library nor its tests may name `app`", &found);
}

#[test]
fn the_program_imports_downwards() {
    for module in ["text", "keymap"] {
        within_app(&format!("app/{module}"), &[]);
    }
    within_app("app/told", &["text"]);
    within_app("app/agreed", &["text"]);
    let ground = ["text", "told", "agreed", "keymap"];
    within_app("app/demo", &["clock"]);
    within_app("app/named_program", &["text"]);
    within_app("app/place", &["demo", "named_program"]);
    let ground = [&ground[..], &["place"]].concat();
    within_app("app/alert", &["text"]);
    within_app("app/config", &[&ground[..], &["alert"]].concat());
    within_app("app/copy", &["config::places"]);
    within_app("app/memory", &["config::places"]);
    within_app("app/fleet", &[]);
    within_app("app/writes", &["config::places", "copy", "place", "text", "told"]);
    within_app("app/search", &[]);
    within_app("app/row_figures", &[]);
    within_app("app/missing_field", &[]);
    within_app("app/task", &["alert", "copy", "fleet", "place", "row_figures", "search", "text", "told", "writes"]);
    within_app("app/namesakes", &[]);
    within_app("app/json", &["text", "told"]);
    within_app("app/examine", &["tui::render"]);
    within_app("app/mcp", &["examine", "json", "namesakes", "place", "search", "text", "told", "writes"]);
    let below_screen = [
        &ground[..],
        &[
            "alert",
            "config",
            "task",
            "copy",
            "fleet",
            "json",
            "memory",
            "missing_field",
            "row_figures",
            "signals",
            "writes",
        ],
    ]
    .concat();
    within_app("app/tui/render", &["text", "config"]);
    within_app("app/tui/state", &[&below_screen[..], &["tui::render"]].concat());
    within_app("app/tui/view", &[&below_screen[..], &["tui::render", "tui::state"]].concat());
    within_app("app/tui", &[&below_screen[..], &["tui", "clock", "named_program", "pager"]].concat());
}

/// Without the program no crate of a terminal or a command line is compiled, and few in all.
#[test]
fn the_library_takes_few_crates() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree =
        ["tree", "--locked", "--edges", "normal", "--no-default-features", "--prefix", "none", "--format", "{p}"];
    let ran = std::process::Command::new(cargo).args(tree).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let ran = ran.expect("cargo runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8_lossy(&ran.stdout);
    let crates: BTreeSet<&str> =
        text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    assert!((50..=210).contains(&crates.len()), "{} crates", crates.len());
    for name in ["ratatui", "crossterm", "clap", "syntect", "pulldown-cmark", "reqwest", "anyhow"] {
        assert!(!crates.iter().any(|found| found.starts_with(&format!("{name} "))), "{name} is compiled");
    }
}

#[test]
fn no_type_name_stands_twice() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in &sources() {
        for (number, line) in &source.code {
            let mut words = line
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .skip_while(|word| word.is_empty() || ["pub", "crate", "super", "self", "in"].contains(word));
            if words.next().is_some_and(|word| ["struct", "enum", "trait", "union"].contains(&word)) {
                let name = words.next().unwrap_or_default().to_owned();
                places.entry(name).or_default().push(format!("{}:{number}", source.path));
            }
        }
    }
    assert!(places.len() > 200, "types were not found");
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    forbid(
        "a type's name is its own",
        &twice.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_imports_what_imports_it() {
    let sources = sources();
    let files: BTreeMap<String, &SourceFile> =
        sources.iter().filter(|source| !source.is_test()).map(|source| (source.module().join("::"), source)).collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, source) in &files {
        for (_, path) in source.paths() {
            // `a::b::C` stands in the file of `a::b`, where there is one, else in that of `a`.
            let ends = path.match_indices("::").map(|(end, _)| end).chain([path.len()]);
            let file = ends.filter_map(|end| files.get_key_value(&path[..end])).last();
            // A module and what is inside it know each other.
            let is_inside = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|r| r.is_empty() || r.starts_with("::"));
            let file = file.map(|(file, _)| file.as_str());
            let file = file.filter(|file| !is_inside(file, module) && !is_inside(module, file));
            imports.entry(module).or_default().extend(file);
        }
    }
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 500, "imports were not found");
    // What imports nothing or is imported by nothing is in no circle; and so on with the rest.
    let is_free = |imports: &BTreeMap<&str, BTreeSet<&str>>, file: &str| {
        imports[file].iter().all(|other| !imports.contains_key(other)) || !imports.values().any(|of| of.contains(file))
    };
    while let Some(free) = imports.keys().copied().find(|file| is_free(&imports, file)) {
        imports.remove(free);
    }
    let left = imports.iter().map(|(module, of)| {
        let circular: Vec<&str> = of.iter().copied().filter(|file| imports.contains_key(file)).collect();
        format!("{module} imports {}", circular.join(", "))
    });
    forbid("no circles of imports", &left.collect::<Vec<_>>());
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
fn the_state_draws_nothing() {
    let words = ["Frame", "Buffer", "Widget", "ratatui::widgets", "Span::", "Stylize", "style::Color"];
    let found = lines_with(|source| source.under("app/tui/state") && !source.is_test(), &words);
    forbid("src/app/tui/state leaves drawing to render and view", &found);
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
        .filter(|source| source.text.lines().count() > LINES)
        .map(|source| format!("{} has {} lines", source.path, source.text.lines().count()))
        .collect();
    forbid(&format!("no file over {LINES} lines"), &found);
}

/// What may stand beside the files that only tools read, whose names begin with a dot.
const TOP: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "assets",
    "config.example.toml",
    "examples",
    "src",
    "target",
    "tests",
];

#[test]
fn the_top_level_holds_what_was_agreed() {
    let entries = fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the project's folder");
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    // The random tests leave their seeds there where one of them failed.
    let is_agreed =
        |name: &String| name.starts_with('.') || TOP.contains(&name.as_str()) || name == "proptest-regressions";
    forbid("nothing else at the top level", &names.filter(|name| !is_agreed(name)).collect::<Vec<_>>());
}
