//! What bash, zsh and fish make of what they are offered, as far as they are installed.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use serde_json::json;

use super::{fixtures, home::Home};
use crate::terminal::Terminal;

/// Shells, each with the arguments that start it with the completions and a prompt of its own.
const SHELLS: [(&str, &[&str]); 3] = [
    ("bash", &["-i"]),
    ("zsh", &["-d", "-i"]),
    (
        "fish",
        &[
            "--no-config",
            "-i",
            "--init-command",
            "strandscope completions fish | source; function fish_prompt; echo -n 'ready> '; end",
        ],
    ),
];

/// What is typed up to the key that completes it, what is typed after that, and the words that the program is given.
const TYPED: [(&str, &str, &str); 11] = [
    ("show res", "", "<show><resumed-7>"),
    ("show resumed-7 supp", "", "<show><resumed-7><support-1042>"),
    ("--profile fi", "", "<--profile><files>"),
    ("list @mi", "", "<list><@mine>"),
    ("list -in:res", "", "<list><-in:resumed-7>"),
    ("list 'has:tool in:res", "", "<list><has:tool in:resumed-7>"),
    ("list meta.priori", "x", "<list><meta.priority:x>"),
    ("show user:1", "", "<show><user:1:a>"),
    ("show tick", "", "<show><ticket#7>"),
    ("list in:us", "", "<list><in:user:1:a>"),
    ("list app:arn:a", "", "<list><app:arn:aws:x/y>"),
];

/// The program as shells find it: asked for completions it gives them, and else it shows what it is given.
fn set_up(home: &Home) {
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    fs::create_dir(home.path().join("bin")).unwrap();
    let program = env!("CARGO_BIN_EXE_strandscope");
    let shown = "printf '<%s>' \"$@\"; echo";
    let asked = "[ -n \"$STRANDSCOPE_COMPLETE\" ] || [ \"$1\" = completions ]";
    write("bin/strandscope", &format!("#!/bin/sh\nif {asked}; then exec '{program}' \"$@\"; fi\n{shown}\n"));
    fs::set_permissions(home.path().join("bin/strandscope"), fs::Permissions::from_mode(0o755)).unwrap();
    write(".bashrc", "PS1='ready> '\neval \"$(strandscope completions bash)\"\n");
    write("_strandscope", &home.run(&["completions", "zsh"]).data());
    write(".zshrc", "PS1='ready> '\nfpath=(~ $fpath)\nautoload -U compinit\ncompinit -u -D\n");
}

#[test]
fn shells_complete_what_is_typed() {
    let home = fixtures();
    let config = home.config("[profiles.files]\ndir = '~/sessions'\n[filters]\nmine = 'support'\n");
    home.add("user:1:a", &json!({ "application_name": "arn:aws:x/y" }));
    home.add("ticket#7", &json!({}));
    set_up(&home);
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());
    let variables =
        [("HOME", home.path().to_str().unwrap()), ("PATH", path.as_str()), ("STRANDSCOPE_CONFIG", config.as_str())];
    for (shell, arguments) in SHELLS {
        if Command::new(shell).arg("--version").output().is_err() {
            eprintln!("{shell} is not installed: its completions are not tried");
            continue;
        }
        let mut terminal = Terminal::start(shell, arguments, &variables, (120, 40));
        for (at, (typed, more, given)) in TYPED.iter().enumerate() {
            terminal.wait_until(&format!("a prompt of {shell}"), |screen| screen.matches("ready>").count() > at);
            terminal.press(&format!("strandscope {typed}\t{more}\r"));
            terminal.wait_for(given);
        }
    }
}
