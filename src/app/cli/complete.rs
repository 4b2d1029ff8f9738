//! What a shell offers while a command is typed: commands and options, and the ids, profiles and filters that there are.
//!
//! The script that a shell loads asks the program itself, with a variable of the environment set. Nothing is printed then but what is
//! offered, no password is asked for, and an answer that takes too long is left out.

mod offered;

use std::{
    ffi::OsString,
    io::{self, Write},
};

use clap::Command;
use clap_complete::{
    ArgValueCompleter, CompleteEnv,
    env::{Bash, EnvCompleter, Fish, Powershell, Zsh},
};

use super::args::{Args, CompletedShell};

/// The variable that a shell's script sets.
const ASKED: &str = "STRANDSCOPE_COMPLETE";

/// The program, as shells call it.
const PROGRAM: &str = "strandscope";

/// Answers a shell that asks what may be typed. `false`: none asks, and the program is to run as ever.
pub fn answered() -> bool {
    let arguments: Vec<OsString> = std::env::args_os().collect();
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
    shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, to)
}

/// The arguments, with what completes their values.
fn command() -> Command {
    completed(Args::program())
}

fn completed(command: Command) -> Command {
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "id" | "ids" | "more" => arg.add(ArgValueCompleter::new(offered::ids)),
        "profile" => arg.add(ArgValueCompleter::new(offered::profiles)),
        "filter" => arg.add(ArgValueCompleter::new(offered::filters)),
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
