//! What is typed, what is then shown, and for how long.

/// Columns and rows.
pub const SIZE: (u16, u16) = (145, 41);

/// A step of the recording.
pub struct Step {
    /// The keys that are pressed.
    pub keys: &'static str,
    /// Texts that the screen shows then.
    pub shows: &'static [&'static str],
    /// How long it is shown.
    pub seconds: f64,
    /// The picture that is made of it, and what it is called.
    pub picture: Option<&'static str>,
    pub title: &'static str,
}

const fn step(keys: &'static str, shows: &'static [&'static str], seconds: f64) -> Step {
    Step { keys, shows, seconds, picture: None, title: "" }
}

const fn pictured(
    keys: &'static str,
    shows: &'static [&'static str],
    picture: &'static str,
    title: &'static str,
) -> Step {
    Step { keys, shows, seconds: 3.0, picture: Some(picture), title }
}

/// Esc stands as `\u{1b}[27u` in them: told by its number it is no start of the key that follows. `Ctrl-U` is `\u{15}`.
pub const STEPS: &[Step] = &[
    // The session under the cursor shows itself.
    step("", &["1 Sessions", "1–13 / 13", " ──[support]"], 2.0),
    step("j", &[" ──[coder]"], 1.2),
    step("j", &[" ──[planner]"], 1.6),
    pictured("\r", &["Esc back  / find"], "screen.svg", "Sessions, a conversation, metrics, metadata and feedback"),
    // Back to the last tool call, and what there is to copy of it.
    step(",", &["Back to the last", "tool call"], 1.6),
    step("t", &["tool call 3 of 3"], 1.6),
    step("y", &["╭ Copy ─", "the tool's input", "the tool's result"], 2.4),
    // Which session burns most?
    step("\u{1b}[27u1s", &["╭ Sort the sessions ─", "S the other way round"], 2.0),
    step("t\r", &["by tokens", " ──[bookkeeper]"], 1.8),
    pictured(
        "/has:error OR has:",
        &["╭ Filter the sessions ─", "interrupt", "guardrail"],
        "filter.svg",
        "A filter that is being typed, with what may stand there",
    ),
    step("inter", &["interrupt"], 1.6),
    step("\t\r", &["has:error OR has:interr… ─╮"], 2.0),
    pictured(":re", &["╭ Command ─", "read again"], "palette.svg", "Commands by name, with their keys"),
    // The help narrows while one types; themes show at once how they look.
    step("\u{1b}[27u?feedback", &["╭ Keys: feedback ─"], 2.0),
    step("\u{1b}[27u\u{1b}[27uT", &["╭ Themes ─", "high-contrast"], 1.4),
    step("G", &[], 2.0),
    step("\u{1b}[27ujj", &[" ──[support]"], 1.2),
    // Metadata is changed in a form; nothing is stored before it is saved.
    step("\r4e\u{15}urgent\r", &["Metadata of support-48213", "1 unsaved change", "was high"], 2.0),
    pictured("jjlaowner=Ana", &["owner will be str"], "form.svg", "Metadata being changed in the form"),
];
