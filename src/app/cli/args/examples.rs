//! Examples below the help of every command. Each of them is an order that can be given: a test reads them all.

use clap::Command;

/// The words that lead to a command, and its examples: an order, and what it does where that is not plain.
type Examples = (&'static [&'static str], &'static [(&'static str, &'static str)]);

const EXAMPLES: &[Examples] = &[
    (
        &[],
        &[
            ("strandscope demo", "sample sessions, no server needed"),
            ("strandscope --uri mongodb://localhost:27017", ""),
            ("strandscope --dir ~/.strands/sessions", ""),
            ("strandscope --profile prod --read-only", ""),
            ("strandscope list app:support since:1d", ""),
        ],
    ),
    (&["open"], &[("strandscope open support-1042", ""), ("strandscope open support-1042 --profile prod", "")]),
    (
        &["list"],
        &[
            ("strandscope list app:support since:7d -has:feedback", ""),
            ("strandscope list meta.tier:gold rating:down --json | jq -r .session_id", ""),
            ("strandscope list --sort created --limit 100", ""),
        ],
    ),
    (
        &["show"],
        &[
            ("strandscope show support-1042", "in colours and the pager on a terminal"),
            ("strandscope show support-1042 --last 6 --agent billing", ""),
            ("strandscope show a b c --format markdown > three.md", ""),
            ("strandscope show support-1042 --format json | jq .metadata", ""),
        ],
    ),
    (
        &["tail"],
        &[
            ("strandscope tail app:support --since 10m", ""),
            ("strandscope tail support-1042 --json --until-idle 1m | jq -r 'select(.kind == \"message\") | .text'", ""),
            ("strandscope tail --exit-on slow; [ $? = 10 ] && notify-send 'a call was slow'", ""),
        ],
    ),
    (
        &["metrics"],
        &[
            ("strandscope metrics support-1042", ""),
            ("strandscope metrics a b c --json | jq .total.usage.totalTokens", ""),
        ],
    ),
    (&["top"], &[("strandscope top", ""), ("strandscope top app:support --window 1h --once --json", "")]),
    (&["demo"], &[("strandscope demo", "")]),
    (
        &["metadata", "get"],
        &[
            ("strandscope metadata get support-1042", ""),
            ("strandscope metadata get support-1042 priority customer.id --json", ""),
        ],
    ),
    (
        &["metadata", "set"],
        &[
            ("strandscope metadata set support-1042 priority=high", ""),
            ("strandscope metadata set support-1042 'tags:=[\"vip\", \"late\"]'", ""),
            ("strandscope metadata set --where 'app:support since:1d' reviewed=true --dry-run", ""),
        ],
    ),
    (
        &["metadata", "unset"],
        &[
            ("strandscope metadata unset support-1042 priority", ""),
            ("strandscope metadata unset --where has:meta.draft draft --yes", ""),
        ],
    ),
    (&["metadata", "rename"], &[("strandscope metadata rename support-1042 prio priority", "")]),
    (&["metadata", "retype"], &[("strandscope metadata retype support-1042 retries i64", "")]),
    (
        &["metadata", "log"],
        &[("strandscope metadata log support-1042", ""), ("strandscope metadata log --all --json", "")],
    ),
    (&["metadata", "undo"], &[("strandscope metadata undo support-1042", "")]),
    (&["metadata", "redo"], &[("strandscope metadata redo support-1042", "")]),
    (
        &["feedback", "add"],
        &[
            ("strandscope feedback add support-1042 --rating up", ""),
            (
                "strandscope feedback add support-1042 --rating down --comment 'wrong order' --agent support --message 3",
                "",
            ),
        ],
    ),
    (&["feedback", "list"], &[("strandscope feedback list support-1042 --json", "")]),
    (
        &["delete"],
        &[
            ("strandscope delete support-1042", "asks first, and leaves a private copy"),
            ("strandscope delete --older-than 90d --dry-run", ""),
        ],
    ),
    (&["restore"], &[("strandscope restore ./support-1042.bson", "")]),
    (
        &["doctor"],
        &[
            ("strandscope doctor --profile prod", ""),
            ("strandscope doctor support-1042", "what in its document cannot be read"),
            ("strandscope doctor --create-indexes", ""),
        ],
    ),
    (
        &["mcp"],
        &[("strandscope mcp --profile prod", ""), ("strandscope mcp --session support-1042 --profile prod", "")],
    ),
    (
        &["completions"],
        &[("strandscope completions bash > ~/.local/share/bash-completion/completions/strandscope", "")],
    ),
    (
        &["man"],
        &[
            ("strandscope man list | man -l -", ""),
            ("strandscope man --dir ~/.local/share/man/man1", "then: man strandscope-list"),
        ],
    ),
];

/// The commands with their examples.
pub(super) fn with_examples(mut program: Command) -> Command {
    for (words, examples) in EXAMPLES {
        program = below(program, words, &told(examples));
    }
    program
}

/// Those of the program itself, a line each.
pub fn of_program() -> String {
    EXAMPLES.iter().find(|(words, _)| words.is_empty()).map(|(_, examples)| told(examples)).unwrap_or_default()
}

fn below(command: Command, words: &[&str], examples: &str) -> Command {
    if let Some((first, rest)) = words.split_first() {
        return command.mut_subcommand(*first, |inner| below(inner, rest, examples));
    }
    let says = command.get_after_help().map(|says| format!("\n\n{says}")).unwrap_or_default();
    command.after_help(format!("Examples:\n{examples}{says}"))
}

fn told(examples: &[(&str, &str)]) -> String {
    let widest = examples.iter().filter(|(_, says)| !says.is_empty()).map(|(order, _)| order.len()).max().unwrap_or(0);
    let line = |(order, says): &(&str, &str)| {
        if says.is_empty() { format!("  {order}") } else { format!("  {order:widest$}    {says}") }
    };
    examples.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::{Args, with_negated_terms};
    use super::*;

    fn paths(command: &Command, above: &[String], all: &mut Vec<Vec<String>>) {
        let inner: Vec<&Command> = command.get_subcommands().filter(|inner| inner.get_name() != "help").collect();
        if inner.is_empty() {
            all.push(above.to_vec());
        }
        for command in inner {
            paths(command, &[above, &[command.get_name().to_owned()]].concat(), all);
        }
    }

    #[test]
    fn every_command_has_examples_and_each_can_be_given() {
        let program = Args::command();
        let mut all = Vec::new();
        paths(&program, &[], &mut all);
        for path in all {
            let (_, examples) = EXAMPLES.iter().find(|(words, _)| path == *words).unwrap_or_else(|| panic!("{path:?}"));
            assert!(!examples.is_empty(), "{path:?}");
        }
        for (words, examples) in EXAMPLES {
            for (order, _) in *examples {
                let order = order.split([';', '|', '>']).next().unwrap();
                let order: Vec<_> = shlex::split(order).unwrap().into_iter().map(Into::into).collect();
                let read = program.clone().try_get_matches_from(with_negated_terms(order.clone()));
                let read = read.unwrap_or_else(|error| panic!("{order:?}: {error}"));
                let meant = words.iter().try_fold(&read, |read, word| read.subcommand_matches(word));
                assert!(meant.is_some(), "{order:?}");
            }
        }
    }
}
