//! Bytes as they are typed: a UUID in its usual form, else hexadecimal digits.

use std::fmt::Write;

use bson::{Binary, spec::BinarySubtype};

use crate::session::id::uuid_text;

/// Bytes that are shown as digits at most; more than those are edited as JSON.
const MOST: usize = 4096;

/// The text of bytes. `None`: there are too many of them.
pub(super) fn text(binary: &Binary) -> Option<String> {
    if binary.bytes.len() > MOST {
        return None;
    }
    let digits = || {
        binary.bytes.iter().fold(String::with_capacity(2 * binary.bytes.len()), |mut digits, byte| {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    };
    Some(uuid_text(binary).unwrap_or_else(digits))
}

/// Reads them back. Blanks and hyphens between the digits mean nothing.
///
/// # Errors
/// What is wrong.
pub(super) fn read(typed: &str, subtype: BinarySubtype) -> Result<Binary, String> {
    let digits: Option<Vec<u8>> = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect();
    let wrong = if is_uuid(subtype) {
        "that is no UUID: it takes 32 hexadecimal digits"
    } else {
        "that is no bin: it takes hexadecimal digits, two a byte"
    };
    let digits = digits.ok_or(wrong)?;
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() {
        return Err("a digit is missing: it takes two a byte".to_owned());
    }
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high * 16 + low).collect();
    if is_uuid(subtype) && bytes.len() != 16 {
        return Err(format!("a UUID has 16 bytes, that are {}", bytes.len()));
    }
    Ok(Binary { subtype, bytes })
}

/// What it takes, and how much is typed of it. Safe text.
pub(super) fn takes(binary: &Binary, typed: &str) -> String {
    let (size, subtype) = (binary.bytes.len(), u8::from(binary.subtype));
    if size > MOST {
        return format!("{size} bytes of subtype {subtype}, as JSON");
    }
    if is_uuid(binary.subtype) {
        return "takes a UUID".to_owned();
    }
    let size = read(typed, binary.subtype).map_or(size, |typed| typed.bytes.len());
    let many = if size == 1 { "" } else { "s" };
    format!("takes hexadecimal digits; {size} byte{many} of subtype {subtype}")
}

fn is_uuid(subtype: BinarySubtype) -> bool {
    matches!(subtype, BinarySubtype::Uuid | BinarySubtype::UuidOld)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for (subtype, bytes) in [
            (BinarySubtype::Generic, vec![]),
            (BinarySubtype::Generic, vec![0, 1, 0xfe, 0xff]),
            (BinarySubtype::Uuid, (0..16).collect()),
            (BinarySubtype::UuidOld, (0..16).collect()),
            (BinarySubtype::UserDefined(0x90), vec![7; 20]),
        ] {
            let binary = Binary { subtype, bytes };
            assert_eq!(read(&text(&binary).unwrap(), subtype), Ok(binary));
        }
        let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: (0..16).collect() };
        assert_eq!(text(&Binary { bytes: vec![0; 2], ..uuid.clone() }).unwrap(), "0000");
        assert_eq!(text(&uuid).unwrap(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(text(&Binary { subtype: BinarySubtype::Generic, bytes: vec![0; MOST + 1] }), None);
    }

    #[test]
    fn what_are_no_bytes_is_said() {
        for (typed, subtype, wrong) in [
            ("0g", BinarySubtype::Generic, "hexadecimal"),
            ("012", BinarySubtype::Generic, "missing"),
            ("0102", BinarySubtype::Uuid, "16 bytes"),
            ("0g", BinarySubtype::Uuid, "that is no UUID: it takes 32 hexadecimal"),
        ] {
            assert!(read(typed, subtype).unwrap_err().contains(wrong), "{typed}");
        }
        let stored = Binary { subtype: BinarySubtype::Generic, bytes: vec![0; 5] };
        for (typed, size) in [("", "0 bytes"), ("0a", "1 byte "), ("00 01", "2 bytes"), ("{", "5 bytes")] {
            assert!(takes(&stored, typed).contains(size), "{typed}: {}", takes(&stored, typed));
        }
        assert_eq!(read(" de AD-be ef ", BinarySubtype::Generic).unwrap().bytes, [0xde, 0xad, 0xbe, 0xef]);
    }
}
