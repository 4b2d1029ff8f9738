//! Numbers as people type them: no digit gets lost.

use std::str::FromStr;

use bson::{Bson, Decimal128};

use crate::session::{number, python};

/// Why a text is no such number, where it is more than the form.
type Refusal = Option<&'static str>;

/// A whole number that fits.
pub(super) fn whole<T: FromStr>(text: &str, beyond: &'static str) -> Result<T, Refusal> {
    if is_whole(text) { text.parse().map_err(|_| Some(beyond)) } else { Err(None) }
}

/// The double that is written with the same digits.
pub(super) fn double(text: &str) -> Result<f64, Refusal> {
    match text {
        "NaN" => return Ok(f64::NAN),
        "-NaN" => return Ok(-f64::NAN),
        "Infinity" => return Ok(f64::INFINITY),
        "-Infinity" => return Ok(f64::NEG_INFINITY),
        _ if !is_number(text) => return Err(None),
        _ => {}
    }
    let Ok(number) = text.parse::<f64>() else { return Err(None) };
    if number.is_infinite() {
        Err(Some("it is beyond every double"))
    } else if number == 0.0 && !significant(text).0.is_empty() {
        Err(Some("it is too near 0 for a double"))
    } else if is_written(number, &significant(text)) {
        Ok(number)
    } else {
        Err(Some("a double does not hold all its digits"))
    }
}

/// Whether a double is written with these digits. Just between two it may be written with either: that which is
/// 221126725148126.125 as 221126725148126.13, and as 221126725148126.12 by Python.
fn is_written(number: f64, digits: &(String, i64)) -> bool {
    let shortest = significant(&format!("{number:e}"));
    let places = shortest.0.len().saturating_sub(1);
    shortest == *digits || significant(&format!("{number:.places$e}")) == *digits
}

/// The double of just these digits, if there is one.
pub(crate) fn exact_double(text: &str) -> Option<f64> {
    double(text).ok()
}

/// A decimal with these digits.
pub(super) fn decimal(text: &str) -> Result<Decimal128, Refusal> {
    if !is_number(text) && !matches!(text, "NaN" | "Infinity" | "-Infinity") {
        return Err(None);
    }
    text.parse().map_err(|_| Some("it has more digits, or a larger exponent, than a decimal holds"))
}

/// Whether a value is a whole number beyond 64 bits, as Python writes them.
pub(super) fn is_long(value: &Bson) -> bool {
    match value {
        Bson::Decimal128(decimal) => python::is_long(&decimal.to_string()),
        Bson::Symbol(digits) => python::is_long(digits),
        _ => false,
    }
}

/// A whole number of any length, as a folder holds it.
pub(super) fn any_whole(text: &str) -> Bson {
    if let Ok(whole) = text.parse() {
        return number::integer(whole);
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    python::bson(&format!("{sign}{}", unsigned(text).trim_start_matches('0')))
}

/// A text that two numbers share just where MongoDB takes them for equal, whatever their types: it compares a double with a decimal
/// by the 34 digits that this one holds. `None`: it is no number.
pub(super) fn numeral(value: &Bson) -> Option<String> {
    let text = match value {
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        Bson::Double(number) if number.is_nan() => "NaN".to_owned(),
        Bson::Double(number) if number.is_infinite() => {
            String::from(if *number > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Bson::Double(number) => format!("{number:.33e}"),
        Bson::Decimal128(number) => number.to_string(),
        _ => return None,
    };
    if !is_number(&text) {
        return Some(text);
    }
    let (digits, point) = significant(&text);
    let sign = if text.starts_with('-') && !digits.is_empty() { "-" } else { "" };
    Some(format!("{sign}{digits}e{point}"))
}

/// The digits without zeros around them, and the power of ten that they are a fraction of. Of a text that is a number.
fn significant(text: &str) -> (String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = unsigned(mantissa).split_once('.').unwrap_or((unsigned(mantissa), ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return (String::new(), 0);
    }
    // A larger exponent is beyond every double.
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    let leading = (all.len() - digits.len()) as i64;
    (digits.trim_end_matches('0').to_owned(), exponent + whole.len() as i64 - leading)
}

/// The digits of a number that is whole, without point and exponent: `5000` for `5.0E+3`. `None` for any other number, and for
/// one of more than 40 digits.
pub(super) fn whole_digits(text: &str) -> Option<String> {
    if !is_number(text) {
        return None;
    }
    let (digits, point) = significant(text);
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let length = usize::try_from(point).ok().filter(|length| (digits.len()..=40).contains(length))?;
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(format!("{sign}{digits:0<length$}"))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits, with a sign or without.
pub(super) fn is_whole(text: &str) -> bool {
    let digits = unsigned(text);
    !digits.is_empty() && are_digits(digits)
}

/// Digits with a sign, a point and an exponent, of which Rust's own readers take more than people mean: `inf`, `nan`, nothing.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(number, e)| (number, Some(e)));
    let (whole, fraction) = unsigned(mantissa).split_once('.').unwrap_or((unsigned(mantissa), ""));
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    has_digits && are_digits(whole) && are_digits(fraction) && exponent.is_none_or(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (text, digits) in [
            ("5", "5"),
            ("-5.0", "-5"),
            ("5.0E+3", "5000"),
            ("1230", "1230"),
            ("0.05e2", "5"),
            ("0.0", "0"),
            ("-0e9", "0"),
        ] {
            assert_eq!(whole_digits(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["5.5", "5e-1", "1e40", "1e999999999999999999999", "NaN", "", "."] {
            assert_eq!(whole_digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_double_has_the_digits_that_were_typed_or_is_none() {
        for (text, number) in [
            ("0.1", 0.1),
            ("-00.10", -0.1),
            ("1e23", 1e23),
            ("100000000000000000000", 1e20),
            ("+1.50E+3", 1500.0),
            ("5e-324", 5e-324),
            (".5", 0.5),
            ("0e999", 0.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
        ] {
            assert_eq!(double(text), Ok(number), "{text}");
        }
        for text in [
            "0.12345678901234567890123",
            "1.00000000000000001",
            "123456789.123456789123",
            "3e-324",
            "10000000000000001.0",
            "9007199254740993.5",
            "9007199254740993",
            "1e-400",
            "1e999",
        ] {
            assert!(matches!(double(text), Err(Some(_))), "{text}");
        }
    }
}
