//! Figures: `>50k`, `5s`, `8MB`, `10..20`.

use std::{num::IntErrorKind, ops::RangeInclusive};

use super::{Comparison, FilterTest, Mistake, comparison, spelling, word::Word};
use crate::metrics::SessionFigure;

/// A number as it was typed, in the figure's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TypedAmount {
    /// Less what is below a whole one.
    floor: u64,
    /// Nothing was below.
    whole: bool,
}

/// A figure and how it is compared.
pub(super) fn compared(word: &Word, figure: SessionFigure, value: &Word) -> Result<FilterTest, Mistake> {
    let (sign, number) = comparison(value);
    let text = number.text();
    if text.is_empty() {
        return Err(Mistake::new(word.span(), "a number must follow").or(examples(figure)));
    }
    let wrong = || Mistake::new(number.span(), format!("`{text}` is no {}", kind(figure))).or(hint(figure, &text));
    if let Some((from, to)) = text.split_once("..") {
        if sign.is_some() {
            let hint = format!("leave the sign out: `{}:{text}` is from the one to the other", figure.name());
            return Err(Mistake::new(value.span(), "a range takes no sign").or(hint));
        }
        let range = between(figure, from, to).ok_or_else(wrong)?;
        if range.is_empty() {
            return Err(Mistake::new(number.span(), "the range ends before it begins").or(examples(figure)));
        }
        return Ok(FilterTest::Figure(figure, range));
    }
    let amount = amount(figure, &text).ok_or_else(wrong)?;
    Ok(FilterTest::Figure(figure, amount.range(sign.unwrap_or(Comparison::Equal))))
}

/// Whether a value is one to be compared, and no text.
pub(super) fn is_compared(figure: SessionFigure, value: &Word) -> bool {
    let (sign, number) = comparison(value);
    let text = number.text();
    match sign {
        Some(Comparison::Equal) | None => {
            let range = text.split_once("..").and_then(|(from, to)| between(figure, from, to));
            range.is_some() || amount(figure, &text).is_some()
        }
        Some(_) => true,
    }
}

/// From the one to the other, both included; one of them may be left out.
fn between(figure: SessionFigure, from: &str, to: &str) -> Option<RangeInclusive<u64>> {
    if from.is_empty() && to.is_empty() {
        return None;
    }
    let least = if from.is_empty() { 0 } else { amount(figure, from)?.ceil() };
    let most = if to.is_empty() { u64::MAX } else { amount(figure, to)?.floor };
    Some(least..=most)
}

impl TypedAmount {
    fn ceil(self) -> u64 {
        self.floor.saturating_add(u64::from(!self.whole))
    }

    /// Which whole numbers stand so to it. `>1.5` and `>=1.5` are from 2 on, `<1.5` and `<=1.5` up to 1.
    fn range(self, comparison: Comparison) -> RangeInclusive<u64> {
        let nothing = RangeInclusive::new(1, 0);
        match comparison {
            Comparison::Greater => self.floor.checked_add(1).map_or(nothing, |least| least..=u64::MAX),
            Comparison::GreaterOrEqual => self.ceil()..=u64::MAX,
            Comparison::Less => self.ceil().checked_sub(1).map_or(nothing, |most| 0..=most),
            Comparison::LessOrEqual => 0..=self.floor,
            Comparison::Equal if self.whole => self.floor..=self.floor,
            Comparison::Equal => nothing,
        }
    }
}

/// `None`: no number, or no unit of that figure.
fn amount(figure: SessionFigure, text: &str) -> Option<TypedAmount> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if number.ends_with('.') || fraction.len() > 18 || fraction.contains('.') {
        return None;
    }
    let size = unit_size(figure, unit, number)?;
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let part = fraction.checked_mul(size)?;
    let whole = match whole.parse::<u128>() {
        Ok(whole) => whole,
        Err(error) if *error.kind() == IntErrorKind::Empty && !number.is_empty() => 0,
        // More than anything comes to.
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => u128::MAX,
        Err(_) => return None,
    };
    let floor = whole.saturating_mul(size).saturating_add(part / scale);
    Some(TypedAmount { floor: u64::try_from(floor).unwrap_or(u64::MAX), whole: part % scale == 0 })
}

/// How many of the figure's own unit one of this unit is.
fn unit_size(figure: SessionFigure, unit: &str, number: &str) -> Option<u128> {
    let unit = unit.to_ascii_lowercase();
    Some(match (figure, unit.as_str()) {
        (SessionFigure::LatencyP95, "ms") => 1,
        (SessionFigure::LatencyP95, "s") => 1_000,
        (SessionFigure::LatencyP95, "m" | "min") => 60_000,
        (SessionFigure::LatencyP95, "h") => 3_600_000,
        // Nothing tells whether a bare number means ms or s, but of this one.
        (SessionFigure::LatencyP95, "") if number == "0" => 1,
        (SessionFigure::LatencyP95, _) => return None,
        (_, "") | (SessionFigure::Size, "b") => 1,
        (_, "k") | (SessionFigure::Size, "kb") => 1_000,
        (_, "m") | (SessionFigure::Size, "mb") => 1_000_000,
        (_, "g") | (SessionFigure::Size, "gb") => 1_000_000_000,
        (SessionFigure::Size, "kib" | "ki") => 1 << 10,
        (SessionFigure::Size, "mib" | "mi") => 1 << 20,
        (SessionFigure::Size, "gib" | "gi") => 1 << 30,
        _ => return None,
    })
}

fn kind(figure: SessionFigure) -> &'static str {
    match figure {
        SessionFigure::LatencyP95 => "time a call takes",
        SessionFigure::Size => "size",
        _ => "number",
    }
}

fn hint(figure: SessionFigure, text: &str) -> String {
    if let Some(right) = right_spelling(figure, text) {
        return format!("write `{right}`");
    }
    match spelling::bare_number(text).filter(|_| figure == SessionFigure::LatencyP95) {
        Some(number) => format!("a number needs its unit: `{number}ms`, `{number}s`"),
        None => examples(figure),
    }
}

/// What is right in place of a number or a range that cannot be read.
fn right_spelling(figure: SessionFigure, text: &str) -> Option<String> {
    let one = |text: &str| spelling::meant(figure, text).into_iter().find(|right| amount(figure, right).is_some());
    let Some((from, to)) = text.split_once("..") else { return one(text) };
    let side = |text: &str| if text.is_empty() { Some(String::new()) } else { one(text) };
    let (from, to) = (side(from)?, side(to)?);
    between(figure, &from, &to).map(|_| format!("{from}..{to}"))
}

/// Refuses a unit that a blank parts from its number: it would be a word of an id.
pub(super) fn unit_apart(term: &Word, unit: &Word) -> Result<(), Mistake> {
    let term = term.strip('-').unwrap_or_else(|| term.clone());
    let Some((head, value)) = term.split_colon() else { return Ok(()) };
    let figure = SessionFigure::from_name(&head.text().to_lowercase());
    let Some(figure) = figure.filter(|figure| *figure != SessionFigure::Feedbacks) else { return Ok(()) };
    let (number, typed) = (comparison(&value).1, unit.text());
    let text = number.text();
    let is_parted = text.ends_with(|c: char| c.is_ascii_digit())
        && !typed.is_empty()
        && typed.chars().all(|c| c.is_ascii_alphabetic())
        && !unit.has_quotes();
    if !is_parted {
        return Ok(());
    }
    // A single letter may well be one of an id, where it is no unit as it stands.
    let right = right_spelling(figure, &format!("{text}{typed}"));
    let Some(right) = right.filter(|right| typed.len() > 1 || right.ends_with(&typed)) else { return Ok(()) };
    let whole = value.text();
    let sign = whole.strip_suffix(&text).unwrap_or_default();
    let hint = format!("write `{}:{sign}{right}`; in quotes `{typed}` is a word of an id", figure.name());
    let problem = format!("a blank stands between `{text}` and its unit `{typed}`");
    Err(Mistake::new(number.span().start..unit.span().end, problem).or(hint))
}

fn examples(figure: SessionFigure) -> String {
    let (above, range) = match figure {
        SessionFigure::LatencyP95 => ("5s", "800ms..2s"),
        SessionFigure::Size => ("8MB", "500kB..1MiB"),
        SessionFigure::Tokens => ("50k", "10k..1.5M"),
        SessionFigure::Feedbacks => ("2", "1..3"),
        _ => ("100", "10..20"),
    };
    let name = figure.name();
    format!("write `{name}:>{above}`, `{name}:<={above}` or `{name}:{range}`")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::repository::Filter;

    fn read(text: &str) -> Result<RangeInclusive<u64>, String> {
        let filter = Filter::parse(text, Timestamp::UNIX_EPOCH).map_err(|mistake| mistake.sentence())?;
        match &filter.terms[0].test {
            FilterTest::Figure(_, range) => Ok(range.clone()),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_number_is_compared_by_its_sign() {
        let most = u64::MAX;
        for (text, range) in [
            ("messages:>100", 101..=most),
            ("messages:>=100", 100..=most),
            ("messages:<100", 0..=99),
            ("messages:<=100", 0..=100),
            ("messages:=100", 100..=100),
            ("messages:100", 100..=100),
            ("MESSAGES:10..20", 10..=20),
            ("calls:..20", 0..=20),
            ("errors:1..", 1..=most),
            ("tokens:>50k", 50_001..=most),
            ("tokens:1.5M", 1_500_000..=1_500_000),
            ("tokens:>50K", 50_001..=most),
            ("tokens:>.5k", 501..=most),
            ("tokens:>1.5", 2..=most),
            ("tokens:<1.5", 0..=1),
            ("latency:>5s", 5_001..=most),
            ("latency:<=0.5s", 0..=500),
            ("latency:1m..2m", 60_000..=120_000),
            ("latency:>0", 1..=most),
            ("size:>8MB", 8_000_001..=most),
            ("size:>=8MiB", 8_388_608..=most),
            ("size:>8mb", 8_000_001..=most),
            ("size:500kB", 500_000..=500_000),
            ("feedback:>2", 3..=most),
            ("feedback:=2", 2..=2),
            ("tokens:>=99999999999999999999", most..=most),
        ] {
            assert_eq!(read(text), Ok(range), "{text}");
        }
        let absurd = format!("tokens:<{}M", "9".repeat(100));
        assert_eq!(read(&absurd), Ok(0..=most - 1), "{absurd}");
        for nothing in ["messages:<0", "tokens:1.5", "tokens:>99999999999999999999"] {
            assert!(read(nothing).unwrap().is_empty(), "{nothing}");
        }
    }

    /// What is told to be written, which is read.
    fn told(text: &str) -> Option<String> {
        let mistake = Filter::parse(text, Timestamp::UNIX_EPOCH).expect_err(text);
        let right = mistake.hint?.strip_prefix("write `")?.split('`').next()?.to_owned();
        let whole = if right.contains(':') { right.clone() } else { text.replace(&text[mistake.span], &right) };
        assert!(read(&whole).is_ok(), "{whole}");
        Some(right)
    }

    #[test]
    fn a_number_that_is_written_in_another_way_is_refused_with_the_right_spelling() {
        for (text, right) in [
            ("latency:>1m30s", "90s"),
            ("latency:>5sec", "5s"),
            ("latency:>1d", "24h"),
            ("latency:<=2mins", "2m"),
            ("latency:1.5sec..2sec", "1500ms..2s"),
            ("latency:>800msec", "800ms"),
            ("latency:>1,5s", "1.5s"),
            ("tokens:>1,000", "1000"),
            ("tokens:>1_000_000", "1000000"),
            ("tokens:1,000..2k", "1000..2k"),
            ("tokens:>1,5k", "1.5k"),
            ("tokens:>1e6", "1000000"),
            ("tokens:>2million", "2M"),
            ("tokens:>1bn", "1G"),
            ("messages:>+5", "5"),
            ("size:>8megabytes", "8MB"),
            ("size:>1TB", "1000GB"),
        ] {
            assert_eq!(told(text).as_deref(), Some(right), "{text}");
        }
    }

    #[test]
    fn a_unit_behind_a_blank_is_no_word_of_an_id() {
        for (text, place, right) in [
            ("x latency:>5 s", "5 s", "latency:>5s"),
            ("-size:>8 MB", "8 MB", "size:>8MB"),
            ("size:>8 megabytes", "8 megabytes", "size:>8MB"),
            ("Tokens:<=50 k", "50 k", "tokens:<=50k"),
            ("(tokens:10..20 k)", "10..20 k", "tokens:10..20k"),
        ] {
            let mistake = Filter::parse(text, Timestamp::UNIX_EPOCH).expect_err(text);
            assert_eq!(&text[mistake.span.clone()], place, "{text}");
            let wanted = format!("write `{right}`");
            assert!(mistake.sentence().contains(&wanted), "{text}: {}", mistake.sentence());
        }
        for text in ["size:>8 \"MB\"", "size:>8MB MB", "tokens:>5 s", "messages:>5 order", "feedback:2 k", "MB size:>8"]
        {
            let read = Filter::parse(text, Timestamp::UNIX_EPOCH);
            assert!(read.is_ok_and(|filter| filter.terms.len() == 2), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_an_example() {
        for (text, wanted) in [
            ("tokens:", "a number must follow; write `tokens:>50k`"),
            ("tokens:>", "a number must follow"),
            ("tokens:many", "`many` is no number"),
            ("tokens:>5s", "`5s` is no number"),
            ("latency:>5", "is no time a call takes; a number needs its unit: `5ms`, `5s`"),
            ("latency:>1,000", "a number needs its unit: `1000ms`, `1000s`"),
            ("latency:>-5", "write `latency:>5s`"),
            ("latency:>inf", "write `latency:>5s`"),
            ("size:>8x", "`8x` is no size"),
            ("messages:20..10", "the range ends before it begins"),
            ("messages:>10..20", "a range takes no sign"),
            ("messages:..", "is no number"),
            ("messages:1.2.3", "is no number"),
            ("messages:5.", "is no number"),
            ("messages:-5", "is no number"),
            ("feedback:>good", "`good` is no number"),
        ] {
            let sentence = read(text).unwrap_err();
            assert!(sentence.contains(wanted), "{text}: {sentence}");
        }
    }
}
