//! The manual: pages that `man` reads, from the same words as `--help`.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use clap::Command;
use clap_mangen::Man;

use super::{
    args::{self, Args, ManArgs},
    stop::Stop,
};
use crate::app::keymap::{ENTRIES, Keymap};

/// Prints a page, or writes all of them.
pub fn run(asked: &ManArgs) -> Result<()> {
    let program = program();
    if let Some(folder) = &asked.dir {
        return write_all(&program, folder);
    }
    let mut command = &program;
    for word in &asked.command {
        let Some(inner) = command.find_subcommand(word) else {
            let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let problem = match crate::nearest::nearest(word, &known) {
                Some(near) => format!("there is no page on {word:?}; did you mean {near}?"),
                None => format!("there is no page on {word:?}; there are pages on {}", known.join(", ")),
            };
            return Err(Stop::Usage(problem).into());
        };
        command = inner;
    }
    let mut page = Vec::new();
    write_page(command, &mut page)?;
    Ok(io::stdout().write_all(&page)?)
}

/// The arguments with their full names, and without what is of this machine alone.
fn program() -> Command {
    let mut program = Args::program().disable_help_subcommand(true);
    program.build();
    program
}

fn write_all(program: &Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut left = vec![program];
    while let Some(command) = left.pop() {
        let path = folder.join(format!("{}.1", page_name(command)));
        let written = File::create(&path).and_then(|mut file| write_page(command, &mut file));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        left.extend(command.get_subcommands().filter(|inner| inner.get_name() != "help"));
    }
    Ok(())
}

/// `strandscope-metadata-set`.
fn page_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or_else(|| command.get_name()).replace(' ', "-")
}

fn write_page(command: &Command, to: &mut dyn Write) -> io::Result<()> {
    let is_program = command.get_name() == "strandscope";
    let name = page_name(command);
    let man = Man::new(command.clone()).title(name.to_uppercase()).manual("strandscope");
    man.render_title(to)?;
    man.render_name_section(to)?;
    man.render_synopsis_section(to)?;
    man.render_description_section(to)?;
    man.render_options_section(to)?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(to)?;
    }
    if is_program {
        return write_program(to);
    }
    if let Some(words) = command.get_after_help() {
        section(to, "NOTES")?;
        plain(to, &words.to_string())?;
    }
    section(to, "SEE ALSO")?;
    writeln!(to, ".BR strandscope (1)")
}

/// What only the program's own page says.
fn write_program(to: &mut dyn Write) -> io::Result<()> {
    section(to, "EXAMPLES")?;
    plain(to, &args::program_examples())?;
    section(to, "KEYS OF THE BROWSER")?;
    let keymap = Keymap::default();
    for entry in ENTRIES {
        let keys = keymap.labels(entry.action).join(", ");
        let keys = if keys.is_empty() { format!(":{}", entry.name) } else { keys };
        writeln!(to, ".TP\n\\fB{}\\fR\n{} (\\fI{}\\fR)", roff(&keys), roff(&entry.help_among_all()), roff(entry.name))?;
    }
    section(to, "ENVIRONMENT")?;
    for (name, says) in VARIABLES {
        writeln!(to, ".TP\n\\fB{}\\fR\n{}", roff(name), roff(says))?;
    }
    section(to, "FILES")?;
    for (name, says) in FILES {
        writeln!(to, ".TP\n\\fI{}\\fR\n{}", roff(name), roff(says))?;
    }
    section(to, "EXIT STATUS")?;
    for (code, says) in EXIT_CODES {
        writeln!(to, ".TP\n\\fB{code}\\fR\n{}", roff(says))?;
    }
    Ok(())
}

fn section(to: &mut dyn Write, name: &str) -> io::Result<()> {
    writeln!(to, ".SH \"{name}\"")
}

/// Lines as they are.
fn plain(to: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(to, ".nf\n{}\n.fi", text.lines().map(roff).collect::<Vec<_>>().join("\n"))
}

/// A text with nothing in it that is an order to `man`: `.x` at the start of a line, `-` that would become a hyphen.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('`', "\\`");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const VARIABLES: &[(&str, &str)] = &[
    (
        "STRANDSCOPE_URI, STRANDSCOPE_DATABASE, STRANDSCOPE_COLLECTION",
        "the connection, where no option says it; MONGODB_URI comes after the first",
    ),
    ("STRANDSCOPE_PASSWORD", "for a connection string that names a user and no password"),
    ("STRANDSCOPE_CONFIG", "the configuration file"),
    ("STRANDSCOPE_LOG", "how much the log says: error, warn, info, debug or trace"),
    ("STRANDSCOPE_PAGER, PAGER", "what long texts are read with; empty or cat for none"),
    ("VISUAL, EDITOR", "what a value is edited with outside"),
    ("NO_COLOR", "no colours"),
];

const FILES: &[(&str, &str)] = &[
    (
        "config.toml",
        "the configuration, where the platform keeps it (strandscope --help says where): on Linux ~/.config/strandscope",
    ),
    ("strandscope.log", "the log, in the folder for state: on Linux ~/.local/state/strandscope"),
    ("memory.json", "bookmarks, sessions that were open, what was typed; beside the log"),
    (
        "deleted, drafts, bulk",
        "copies of what was deleted, texts that were not stored, reports of changes of many sessions; beside the log",
    ),
];

const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done"),
    (1, "failed"),
    (2, "wrong usage"),
    (3, "not found"),
    (4, "something else is stored by now"),
    (5, "cannot connect"),
    (10, "an alert of tail --exit-on was told"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn page(words: &[&str]) -> String {
        let program = program();
        let command = words.iter().fold(&program, |command, word| command.find_subcommand(word).unwrap());
        let mut page = Vec::new();
        write_page(command, &mut page).unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn the_manual_says_what_help_says() {
        insta::assert_snapshot!("page", page(&[]));
        insta::assert_snapshot!("page_list", page(&["list"]));
        insta::assert_snapshot!("page_metadata_set", page(&["metadata", "set"]));
    }

    #[test]
    fn no_line_is_an_order_by_mistake() {
        assert_eq!(roff(".strands -x \\n"), "\\&.strands \\-x \\en");
        let page = page(&["show"]);
        let known = [".ie", ".el", ".TH", ".SH", ".SS", ".TP", ".RS", ".RE", ".nf", ".fi", ".br", ".BR", ".PP", ".IP"];
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            assert!(known.iter().any(|order| line.starts_with(order)), "{line}");
        }
    }
}
