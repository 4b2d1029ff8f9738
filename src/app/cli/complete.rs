//! What a shell offers while a command is typed: commands and options, and the ids, profiles and filters that there are.
//!
//! The script that a shell loads asks the program itself, with a variable of the environment set. Nothing is printed then but what is
//! offered, no password is asked for, and an answer that takes too long is left out.

mod offered;
mod shell_word;

use std::{
    ffi::OsString,
    io::{self, Write},
};

use clap::Command;
use clap_complete::{
    ArgValueCompleter, CompleteEnv,
    env::{Bash, EnvCompleter, Fish, Powershell, Zsh},
};

use super::args::{Args, CompletedShell, with_negated_terms};

/// The variable that a shell's script sets.
const ASKED: &str = "STRANDSCOPE_COMPLETE";

/// The program, as shells call it.
const PROGRAM: &str = "strandscope";

/// Answers a shell that asks what may be typed. `false`: none asks, and the program is to run as ever.
pub fn answered() -> bool {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let first = arguments.iter().position(|word| word == "--").map_or(arguments.len(), |at| at + 1);
    let typed = arguments.split_off(first).into_iter().map(shell_word::unquoted).collect();
    // An excluding term is a value: no flags are offered for it.
    arguments.extend(with_negated_terms(typed));
    let folder = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(command).var(ASKED).bin(PROGRAM).completer(PROGRAM);
    // A shell has nowhere to show an error.
    asked.try_complete(arguments, folder.as_deref()).unwrap_or(true)
}

/// The script that a shell loads.
pub fn script(shell: CompletedShell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    write_script(shell, &mut script)?;
    Ok(io::stdout().write_all(&script)?)
}

fn write_script(shell: CompletedShell, to: &mut dyn Write) -> io::Result<()> {
    let shell: &dyn EnvCompleter = match shell {
        CompletedShell::Bash => &Bash,
        CompletedShell::Zsh => &Zsh,
        CompletedShell::Fish => &Fish,
        CompletedShell::Powershell => &Powershell,
    };
    let mut script = Vec::new();
    shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    let script = String::from_utf8_lossy(&script);
    let script = match shell.name() {
        "bash" => whole_words(&script),
        "zsh" => open_words(&script),
        _ => script.into_owned(),
    };
    to.write_all(script.as_bytes())
}

/// Bash takes words apart at colons and the like, and loses one that nothing follows: they are put together again, and of what is
/// offered bash is told what stands in place of the part that it completes.
fn whole_words(script: &str) -> String {
    const PARTED: &str = r#"    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
"#;
    const WHOLE: &str = r#"    local words=() last=-1 rest="${COMP_LINE:0:COMP_POINT}" part left
    for part in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        left="${rest#"${rest%%[![:space:]]*}"}"
        if [[ "$left" != "$rest" || "$last" -lt 0 ]]; then
            last=$((last + 1))
        fi
        part="${left:0:${#part}}"
        words[last]="${words[last]-}$part"
        rest="${left:${#part}}"
    done
    _CLAP_COMPLETE_INDEX="$last"
    local cut="${words[last]%"$2"}"
"#;
    const GIVEN: &str = r#"    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
"#;
    const CUT: &str = r#"    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:.]$ ]]; then
        compopt -o nospace
    fi
    if [[ -n "$cut" && -n "${COMPREPLY-}" ]]; then
        COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    fi
"#;
    script.replacen(PARTED, WHOLE, 1).replacen(GIVEN, CUT, 1)
}

/// Zsh puts a blank behind a word that a value follows, and a file of `fpath` only names what completes when it is first asked: it
/// completes then too.
fn open_words(script: &str) -> String {
    const OTHER: &str = r#"            else
                other+=("$completion")
"#;
    const OPEN: &str = r#"            elif [[ "${${completion//\\:/.}%%:*}" == *[.=] ]]; then
                open+=("$completion")
            else
                other+=("$completion")
"#;
    const TOLD: &str = r"        [[ -n $other ]] && _describe -V 'values' other
";
    const OPEN_TOLD: &str = r"        [[ -n $open ]] && _describe -V 'values' open -S ''
        [[ -n $other ]] && _describe -V 'values' other
";
    const FIRST: &str = r#"if [[ "$funcstack[1]" == _strandscope ]]; then
    _clap_dynamic_completer_strandscope "$@"
fi
"#;
    const LISTS: &str = "        local -a other=()\n";
    let script = script.replacen(LISTS, &format!("        local -a open=()\n{LISTS}"), 1);
    script.replacen(OTHER, OPEN, 1).replacen(TOLD, OPEN_TOLD, 1) + FIRST
}

/// The arguments, with what completes their values.
fn command() -> Command {
    completed(Args::program())
}

fn completed(command: Command) -> Command {
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "id" => arg.add(ArgValueCompleter::new(offered::ids)),
        "ids" | "more" => arg.add(ArgValueCompleter::new(offered::further_ids)),
        "profile" => arg.add(ArgValueCompleter::new(offered::profiles)),
        "filter" => arg.add(ArgValueCompleter::new(offered::filters)),
        "sort" => arg.add(ArgValueCompleter::new(offered::orders)),
        "columns" => arg.add(ArgValueCompleter::new(offered::columns)),
        "of" => arg.add(ArgValueCompleter::new(offered::ids_and_filters)),
        _ => arg,
    });
    command.mut_subcommands(completed)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_has_its_script() {
        for shell in CompletedShell::value_variants() {
            let mut script = Vec::new();
            write_script(*shell, &mut script).unwrap();
            let name = shell.to_possible_value().unwrap().get_name().to_owned();
            insta::assert_snapshot!(format!("script_{name}"), String::from_utf8(script).unwrap());
        }
    }

    #[test]
    fn ids_profiles_and_filters_are_completed_wherever_they_may_stand() {
        let command = command();
        let mut with: Vec<String> = Vec::new();
        gather(&command, "", &mut with);
        insta::assert_snapshot!(with.join("\n"));
    }

    fn gather(command: &Command, above: &str, with: &mut Vec<String>) {
        let name = format!("{above}{} ", command.get_name());
        let completed = command.get_arguments().filter(|arg| arg.get::<ArgValueCompleter>().is_some());
        with.extend(completed.map(|arg| format!("{name}{}", arg.get_id())));
        for inner in command.get_subcommands() {
            gather(inner, &name, with);
        }
    }
}
