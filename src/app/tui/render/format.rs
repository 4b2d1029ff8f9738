//! Numbers, sizes, ages and times as the panes write them.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Marks};
use crate::session::{Feedback, StoredDate};

/// A whole number with its thousands set apart: `1 350`.
#[must_use]
pub fn number(value: u64, marks: &Marks) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + 8);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(marks.thousands);
        }
        out.push(digit);
    }
    out
}

/// A number in four or five cells: `38`, `1.6k`, `12.3M`.
#[must_use]
pub fn short(value: u64) -> String {
    scaled(value, 1000.0, ["", "k", "M", "G", "T"])
}

/// The same figure marked as a lower bound, where it is `partial`.
#[must_use]
pub fn at_least(figure: String, partial: bool, marks: &Marks) -> String {
    if partial { format!("{}{figure}", marks.at_least) } else { figure }
}

/// A size in bytes: `512 B`, `12.1 MB` (powers of 1000).
#[must_use]
pub fn bytes(value: u64) -> String {
    scaled(value, 1000.0, [" B", " kB", " MB", " GB", " TB"])
}

fn scaled(value: u64, step: f64, units: [&str; 5]) -> String {
    let mut scaled = value as f64;
    let mut unit = 0;
    while scaled >= step - step / 2000.0 && unit + 1 < units.len() {
        scaled /= step;
        unit += 1;
    }
    if unit == 0 { format!("{value}{}", units[0]) } else { format!("{scaled:.1}{}", units[unit]) }
}

/// A duration in ms: `400 ms`, `2.1 s`, `3 min`.
#[must_use]
pub fn millis(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..120_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format!("{} min", ms / 60_000),
    }
}

/// Seconds, where small ones matter: `0.8 ms`, `1.2 s`.
#[must_use]
pub fn seconds(s: f64) -> String {
    if s < 1.0 { format!("{:.1} ms", s * 1000.0) } else { format!("{s:.1} s") }
}

/// How long something has lasted, where it goes on: `12 s`, `3 min`, `2 h`, `5 d`.
#[must_use]
pub fn lasting(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How old a date is in whole seconds, negative where it is to come.
#[must_use]
pub fn seconds_old(at: StoredDate, now: Timestamp) -> i64 {
    now.as_millisecond().saturating_sub(at.millis()).div_euclid(1000)
}

/// Whether it lies in the last minute, or no further ahead than clocks differ.
#[must_use]
pub fn is_now(at: StoredDate, now: Timestamp) -> bool {
    seconds_old(at, now) < 60 && !at.is_future(now)
}

/// An age: `now` under a minute, then `2m`, `3h`, `5d`, `7w`, `2y`; of a time to come `in 3d`.
#[must_use]
pub fn age(at: StoredDate, now: Timestamp) -> String {
    let seconds = seconds_old(at, now);
    match seconds {
        _ if is_now(at, now) => "now".into(),
        ..0 => format!("in {}", span(seconds.saturating_neg())),
        _ => span(seconds),
    }
}

fn span(seconds: i64) -> String {
    match seconds / 31_536_000 {
        0 => {}
        years @ 1..10_000 => return format!("{years}y"),
        _ => return ">9999y".into(),
    }
    match seconds {
        ..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        86_400..1_209_600 => format!("{}d", seconds / 86_400),
        _ => format!("{}w", seconds / 604_800),
    }
}

/// A time of day: `14:11:20`; a date beyond what a clock tells as stored.
#[must_use]
pub fn clock(at: StoredDate, look: &Look) -> String {
    told(at, "%H:%M:%S", look)
}

/// A time to the minute: `14:11`; of another day than today `23 Nov 14:11`.
#[must_use]
pub fn minute(at: Timestamp, now: Timestamp, look: &Look) -> String {
    let day = |at: Timestamp| at.to_zoned(look.zone.clone()).date();
    told(at.into(), if day(at) == day(now) { "%H:%M" } else { "%-d %b %H:%M" }, look)
}

/// A day: `Mon 23 Nov 2026`; a date beyond what a calendar tells as stored.
#[must_use]
pub fn day(at: StoredDate, look: &Look) -> String {
    told(at, "%a %-d %b %Y", look)
}

fn told(at: StoredDate, format: &str, look: &Look) -> String {
    match at.timestamp() {
        Some(known) => known.to_zoned(look.zone.clone()).strftime(format).to_string(),
        None => at.to_string(),
    }
}

/// Whether every byte is a character of one cell: printable ASCII alone.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Width in terminal cells.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// Cuts a text to so many cells, with an ellipsis where it was cut; never splits a grapheme.
#[must_use]
pub fn fit(text: &str, cells: usize, marks: &Marks) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let next = used + grapheme.width();
        if next + 1 > cells {
            break;
        }
        out.push_str(grapheme);
        used = next;
    }
    if cells > 0 {
        out.push_str(marks.ellipsis);
    }
    out
}

/// Cuts a text to so many cells in its middle, where an id tells least; with no room for both ends at its end.
#[must_use]
pub fn fit_middle(text: &str, cells: usize, marks: &Marks) -> String {
    if width(text) <= cells || cells < 8 {
        return fit(text, cells, marks);
    }
    let tail_cells = (cells - 1) / 2;
    let (mut tail, mut used) = (text.len(), 0);
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > tail_cells {
            break;
        }
        tail = at;
    }
    let head = fit(&text[..tail], cells - text[tail..].width(), marks);
    format!("{head}{}", &text[tail..])
}

/// Cuts a model's name to so many cells: regions, providers and paths before it go first, as `eu.anthropic.` in front of `claude-…`.
#[must_use]
pub fn fit_model(name: &str, cells: usize, marks: &Marks) -> String {
    fit(without_provider(name, cells), cells, marks)
}

/// A model's own name, without regions, providers and paths before it.
#[must_use]
pub fn bare_model(name: &str) -> &str {
    without_provider(name, 0)
}

/// As much of what stands before a model's own name is left out as is needed for so many cells.
fn without_provider(name: &str, cells: usize) -> &str {
    let is_prefix = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let mut rest = name.rsplit_once('/').map_or(name, |(_, last)| last);
    if rest.is_empty() || name.width() <= cells {
        rest = name;
    }
    while rest.width() > cells {
        match rest.split_once('.') {
            Some((first, more)) if is_prefix(first) && more.starts_with(|c: char| c.is_alphabetic()) => rest = more,
            _ => break,
        }
    }
    rest
}

/// Which agent and message it speaks of, where it names one. Stored text.
#[must_use]
pub fn about(feedback: &Feedback) -> Option<String> {
    match (&feedback.agent_id, feedback.message_id) {
        (Some(agent), Some(message)) => Some(format!("{agent}, message {message}")),
        (Some(agent), None) => Some(agent.clone()),
        (None, Some(message)) => Some(format!("message {message}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{config::Symbols, tui::render::look::marks};

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567, marks(Symbols::Ascii)), "1 234 567");
        assert_eq!(number(999, marks(Symbols::Ascii)), "999");
        assert_eq!(short(999), "999");
        assert_eq!(short(1572), "1.6k");
        assert_eq!(short(999_960), "1.0M");
        assert_eq!(bytes(12_100_000), "12.1 MB");
    }

    #[test]
    fn an_age_is_now_in_the_last_minute_and_a_time_to_come_is_not() {
        let now = Timestamp::from_second(1_795_443_080).unwrap();
        let of = |seconds: i64| age(StoredDate::from_millis((1_795_443_080 - seconds) * 1000), now);
        for (seconds, written) in [
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (3 * 86_400, "3d"),
            (20 * 86_400, "2w"),
            (800 * 86_400, "2y"),
            (-120, "now"),
            (-121, "in 2m"),
            (-3 * 86_400, "in 3d"),
            (-400 * 86_400, "in 1y"),
        ] {
            assert_eq!(of(seconds), written);
        }
        assert_eq!(age(StoredDate::from_millis(i64::MAX), now), "in >9999y");
        assert_eq!(age(StoredDate::from_millis(i64::MIN), now), ">9999y");
        assert!(is_now(now.into(), now) && !is_now(StoredDate::from_millis(i64::MAX), now));
    }

    #[test]
    fn text_is_cut_between_graphemes() {
        let marks = marks(Symbols::Unicode);
        assert_eq!(fit("漢字かな", 5, marks), "漢字…");
        assert_eq!(fit("abc", 3, marks), "abc");
        assert_eq!(fit("abc", 0, marks), "");
        assert_eq!(fit_middle("7f9c24e8-3b12-4f5d-9a6e-0c1d2e3f4a5b", 16, marks), "7f9c24e8…e3f4a5b");
        assert_eq!(fit_middle("漢字かな漢字かな", 10, marks), "漢字…かな");
        assert_eq!(fit_middle("abcdefghij", 7, marks), "abcdef…");
        assert_eq!(fit_middle("abc", 3, marks), "abc");
    }

    #[test]
    fn of_a_model_the_provider_is_cut_first() {
        let marks = marks(Symbols::Unicode);
        let name = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
        assert_eq!(fit_model(name, 60, marks), name);
        assert_eq!(fit_model(name, 41, marks), "anthropic.claude-sonnet-4-5-20250929-v1:0");
        assert_eq!(fit_model(name, 18, marks), "claude-sonnet-4-5…");
        assert_eq!(
            fit_model("arn:aws:bedrock:eu-west-1::inference-profile/us.amazon.nova-pro-v1:0", 14, marks),
            "nova-pro-v1:0"
        );
        assert_eq!(fit_model("gpt-5.1-mini-2026", 8, marks), "gpt-5.1…");
        assert_eq!(fit_model("model/", 3, marks), "mo…");
        assert_eq!(bare_model(name), "claude-sonnet-4-5-20250929-v1:0");
        assert_eq!((bare_model("gpt-5.1-mini"), bare_model("model/")), ("gpt-5.1-mini", "model/"));
    }
}
