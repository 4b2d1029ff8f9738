//! The sources as the rules see them: code without comments and tests, and which of our modules it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct SourceFile {
    /// Relative to the crate, with `/`.
    pub path: String,
    /// Code without comments and without what only tests see.
    pub code: Vec<(usize, String)>,
    /// All of it.
    pub text: String,
}

pub fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    files.iter().map(|file| read(root, file)).collect()
}

pub fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
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
    SourceFile::new(path, fs::read_to_string(file).expect("a source is readable"))
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let code = text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.starts_with("mod tests {"))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(number, line)| (number + 1, line.split(" // ").next().unwrap_or_default().to_owned()))
            .collect();
        Self { path, code, text }
    }

    pub fn is_test(&self) -> bool {
        let sample = self.path.ends_with("/sample.rs") && self.under("app/tui");
        self.path.ends_with("tests.rs") || self.path.contains("/tests/") || sample
    }

    pub fn under(&self, module: &str) -> bool {
        self.path == format!("src/{module}.rs") || self.path.starts_with(&format!("src/{module}/"))
    }

    /// Every path into this crate that the code names, with its line, as `app::tui::Look`; those of a
    /// `use crate::{…}` each by itself, and what `super::` leads to.
    pub fn paths(&self) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for (at, (number, line)) in self.code.iter().enumerate() {
            // Visibility is no import.
            let line = line.replace("pub(in crate::", "").replace("pub(in super::", "");
            for (start, prefix) in self.starts(&line) {
                let mut rest = line[start..].to_owned();
                // A group may go on over lines.
                let mut following = self.code[at + 1..].iter();
                while rest.matches('{').count() > rest.matches('}').count() && line.contains("use ") {
                    let Some((_, more)) = following.next() else { break };
                    rest.push_str(more);
                }
                out.extend(expand(&prefix, &rest).into_iter().map(|path| (*number, path)));
            }
        }
        out
    }

    /// Where a line goes on after `crate::` or `super::`, and the path that stands for.
    fn starts(&self, line: &str) -> Vec<(usize, String)> {
        let mut out: Vec<_> =
            line.match_indices("crate::").map(|(start, word)| (start + word.len(), String::new())).collect();
        let mut end = 0;
        for (start, _) in line.match_indices("super::") {
            if start < end {
                continue;
            }
            let mut above = self.module();
            end = start;
            while line[end..].starts_with("super::") {
                end += "super::".len();
                above.pop();
            }
            out.push((end, above.iter().fold(String::new(), |path, part| path + part + "::")));
        }
        out
    }

    /// The module that the file is: `["app", "tui", "view"]`.
    pub fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|part| !["lib", "main"].contains(part)).collect()
    }
}

/// `a::{b, c::{d}}` is `a::b`, `a::c::d`; what follows the path is left.
fn expand(prefix: &str, text: &str) -> Vec<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let Some(inner) = text[end..].strip_prefix('{') else { return vec![path] };
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("one at least").push(c);
    }
    parts.iter().filter(|part| !part.trim().is_empty()).flat_map(|part| expand(&path, part)).collect()
}

#[test]
fn the_reader_of_the_rules_sees_imports() {
    let names = |text: &str| {
        let file = SourceFile::new("src/x.rs".into(), text.to_owned());
        file.paths().into_iter().map(|(_, path)| path).collect::<Vec<_>>()
    };
    assert_eq!(names("use crate::session::Agent;\nfn f(x: crate::text::Y) {}"), ["session::Agent", "text::Y"]);
    assert_eq!(names("use crate::{session::{A, B}, tui};"), ["session::A", "session::B", "tui"]);
    let lines = "use crate::{\n    app::{\n        task::A,\n        tui::{Look, state},\n    },\n    disk,\n};\n";
    assert_eq!(names(lines), ["app::task::A", "app::tui::Look", "app::tui::state", "disk"]);
    assert_eq!(names("    if crate::disk::is(x) { crate::a::b() }"), ["disk::is", "a::b"]);
    assert_eq!(names("pub(super) fn f(a: super::B) { super::super::c() }"), ["B", "c"]);
    let deep =
        SourceFile::new("src/app/tui/state/x.rs".into(), "use super::{b, c};\nuse super::super::task::A;".into());
    let found: Vec<String> = deep.paths().into_iter().map(|(_, path)| path).collect();
    assert_eq!(found, ["app::tui::state::b", "app::tui::state::c", "app::tui::task::A"]);
    assert_eq!(names("// crate::a\nmod tests {\n    use crate::b;"), [""; 0]);
}
