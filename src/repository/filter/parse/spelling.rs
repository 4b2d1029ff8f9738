//! What a number or a length of time means that is written in another way: `90s` for `1m30s`, `1000` for `1,000`.

use crate::metrics::SessionFigure;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Units of ages and of latencies, the largest first.
const AGES: [(&str, u64); 4] = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)];
const LATENCIES: [(&str, u64); 4] = [("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)];

/// How the amount of a figure may be meant, the likeliest first. Whether it can be read so is not looked at.
pub(super) fn meant(figure: SessionFigure, text: &str) -> Vec<String> {
    let plain = ungrouped(text);
    let in_words = if figure == SessionFigure::LatencyP95 {
        millis(&plain).and_then(|millis| in_units(millis, &LATENCIES))
    } else {
        in_short(figure, &plain).or_else(|| written_out(&plain))
    };
    std::iter::once(plain).chain(in_words).collect()
}

/// A number without a unit, its digits side by side.
pub(super) fn bare_number(text: &str) -> Option<String> {
    let plain = ungrouped(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain.as_str(), "0"));
    (is_digits(whole) && is_digits(fraction)).then_some(plain)
}

/// An age that is written in parts or as a fraction: `36h` for `1d12h`.
pub(super) fn age(text: &str) -> Option<String> {
    in_units(millis(text)?, &AGES)
}

/// In the largest of these units of which it is a whole number.
fn in_units(millis: u64, units: &[(&str, u64)]) -> Option<String> {
    let (unit, size) = units.iter().find(|(_, size)| millis.is_multiple_of(*size))?;
    Some(format!("{}{unit}", millis / size))
}

/// The milliseconds of `1m30s`, `5sec`, `1.5h`.
fn millis(text: &str) -> Option<u64> {
    let (mut rest, mut sum) = (text, 0_u64);
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(unit_at);
        let next_at = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(next_at);
        sum = sum.checked_add(times(number, self::unit(unit)?.1)?)?;
        rest = next;
    }
    (!text.is_empty()).then_some(sum)
}

/// `None`: it is no whole number of them.
fn times(number: &str, size: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = digits(fraction)?.checked_mul(size)?;
    let whole = digits(whole)?.checked_mul(size)?;
    part.is_multiple_of(scale).then(|| whole.checked_add(part / scale)).flatten()
}

/// The unit of a duration that a word stands for, and its milliseconds.
pub(super) fn unit(word: &str) -> Option<(&'static str, u64)> {
    if word == "M" {
        return None;
    }
    Some(match word.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => ("ms", 1),
        "s" | "sec" | "secs" | "second" | "seconds" => ("s", SECOND),
        "m" | "min" | "mins" | "minute" | "minutes" => ("m", MINUTE),
        "h" | "hr" | "hrs" | "hour" | "hours" => ("h", HOUR),
        "d" | "day" | "days" => ("d", DAY),
        "w" | "week" | "weeks" => ("w", 7 * DAY),
        _ => return None,
    })
}

/// Without a plus, and without what sets thousands apart. A comma that does not is a point.
fn ungrouped(text: &str) -> String {
    let text = text.strip_prefix('+').unwrap_or(text);
    let Some(sign) = [',', '_', '\''].into_iter().find(|sign| text.contains(*sign)) else { return text.to_owned() };
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != sign).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let groups: Vec<&str> = whole.split(sign).collect();
    let is_grouped = match groups.as_slice() {
        [first, others @ ..] => (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3),
        [] => false,
    } && !fraction.is_some_and(|fraction| fraction.contains(sign));
    match (is_grouped, groups.as_slice(), fraction) {
        (true, ..) => text.replace(sign, ""),
        (false, [whole, part], None) if sign == ',' => format!("{whole}.{part}{unit}"),
        _ => text.to_owned(),
    }
}

/// With the unit that stands for a word: `8MB` for `8megabytes`.
fn in_short(figure: SessionFigure, text: &str) -> Option<String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let unit = unit.to_ascii_lowercase();
    let (fold, short) = if figure == SessionFigure::Size {
        match unit.strip_suffix('s').unwrap_or(&unit) {
            "byte" => (1, "B"),
            "kilobyte" => (1, "kB"),
            "megabyte" => (1, "MB"),
            "gigabyte" => (1, "GB"),
            "t" | "tb" | "terabyte" => (1_000, "GB"),
            "ti" | "tib" => (1_024, "GiB"),
            _ => return None,
        }
    } else {
        match unit.strip_suffix('s').unwrap_or(&unit) {
            "thousand" => (1, "k"),
            "kk" | "mio" | "mn" | "mln" | "million" => (1, "M"),
            "b" | "bn" | "billion" => (1, "G"),
            _ => return None,
        }
    };
    if fold == 1 {
        return Some(format!("{number}{short}"));
    }
    Some(format!("{}{short}", times(number, fold)?))
}

/// `1e6` in digits.
fn written_out(text: &str) -> Option<String> {
    let (number, exponent) = text.split_once(['e', 'E'])?;
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let size = 10_u64.checked_pow(exponent.parse().ok()?)?;
    Some(times(number, size)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_side_by_side() {
        for (text, plain) in [
            ("1,000", "1000"),
            ("1_000_000", "1000000"),
            ("12'500.5", "12500.5"),
            ("1,5k", "1.5k"),
            ("0,25", "0.25"),
            ("+5", "5"),
            ("1,00,0", "1,00,0"),
            ("1.000,5", "1.000,5"),
            ("many", "many"),
        ] {
            assert_eq!(ungrouped(text), plain, "{text}");
        }
        assert_eq!(bare_number("1,000.5").as_deref(), Some("1000.5"));
        for text in ["-5", "inf", "1e3", "5s", "", ".", "1.2.3"] {
            assert_eq!(bare_number(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_in_parts_is_one_of_one_unit() {
        for (text, right) in
            [("1d12h", "36h"), ("1h30m", "90m"), ("1.5h", "90m"), (".5d", "12h"), ("2w", "14d"), ("1m30sec", "90s")]
        {
            assert_eq!(age(text).as_deref(), Some(right), "{text}");
        }
        for text in ["1.11.2026", "2026-11-01", "d", "5", "1.5ms", "3M", "1h30", "99999999999999999999d", "1..5h"] {
            assert_eq!(age(text), None, "{text}");
        }
    }
}
