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

pub const STEPS: &[Step] = &[
    step("", &["1 Sessions", "1–13 / 13"], 2.0),
    step("j", &[], 1.0),
    step("j", &[], 1.0),
    pictured("\r", &["assistant"], "screen.svg", "Sessions, a conversation, metrics, metadata and feedback"),
];
