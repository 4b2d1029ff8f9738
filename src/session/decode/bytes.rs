//! Bytes however they are stored: BSON binary, Strands' `{"__bytes_encoded__": true, "data": base64}`, or a base64
//! string.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bson::Bson;

/// Decodes every text that [`HeldBytes::base64`] takes, once it is in the standard alphabet.
static BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes where they stand: counted without decoding them, decoded only where somebody wants them.
#[derive(Clone, Copy)]
pub(super) enum HeldBytes<'a> {
    /// As they are.
    Plain(&'a [u8]),
    /// Digits of base64 in the standard or the URL-safe alphabet, without their padding.
    Base64(&'a str),
}

impl<'a> HeldBytes<'a> {
    /// `None`: no bytes can be read there.
    pub(super) fn read(value: &'a Bson) -> Option<Self> {
        match value {
            Bson::Binary(binary) => Some(Self::Plain(&binary.bytes)),
            Bson::String(text) => Self::base64(text),
            Bson::Document(wrapped) if wrapped.contains_key("__bytes_encoded__") => {
                wrapped.get_str("data").ok().and_then(Self::base64)
            }
            _ => None,
        }
    }

    /// What a `data:` URL in base64 holds: its media type, e.g. `image/png`, and the bytes.
    pub(super) fn data_url(url: &'a str) -> Option<(&'a str, Self)> {
        let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
        Some((head.strip_suffix(";base64")?, Self::base64(data)?))
    }

    fn base64(text: &'a str) -> Option<Self> {
        let digits = text.trim_end_matches('=');
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        let whole = digits.len() % 4 != 1 && text.len() - digits.len() <= 2;
        (whole && digits.bytes().all(is_digit)).then_some(Self::Base64(digits))
    }

    /// How many bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Base64(digits) => digits.len() / 4 * 3 + (digits.len() % 4).saturating_sub(1),
        }
    }

    /// The bytes.
    pub(super) fn decoded(self) -> Option<Vec<u8>> {
        match self {
            Self::Plain(bytes) => Some(bytes.to_vec()),
            Self::Base64(digits) => {
                let standard = |byte: u8| match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    other => other,
                };
                BASE64.decode(digits.bytes().map(standard).collect::<Vec<u8>>()).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::{Binary, doc, spec::BinarySubtype};

    use super::*;

    #[test]
    fn however_bytes_are_stored_they_are_counted_and_come_back() {
        let bytes = vec![251, 255];
        let stored = [
            Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() }),
            doc! { "__bytes_encoded__": true, "data": "+/8=" }.into(),
            "+/8=".into(),
            "+/8".into(),
            "-_8".into(),
            "+/9".into(),
        ];
        for value in stored {
            let held = HeldBytes::read(&value).unwrap();
            assert_eq!((held.size(), held.decoded().as_ref()), (2, Some(&bytes)), "{value}");
        }
        let empty = Bson::from("");
        assert_eq!(HeldBytes::read(&empty).and_then(HeldBytes::decoded), Some(Vec::new()));
    }

    #[test]
    fn a_data_url_holds_bytes_of_a_type() {
        let (media_type, held) = HeldBytes::data_url("data:image/png;base64,iVBORw0KGgo=").unwrap();
        assert_eq!((media_type, held.size()), ("image/png", 8));
        for url in ["https://e.example/a.png", "data:text/plain,words", "data:;base64,no bytes!"] {
            assert!(HeldBytes::data_url(url).is_none(), "{url}");
        }
    }

    #[test]
    fn what_is_no_bytes_is_not_taken_for_some() {
        for value in [Bson::Int32(5), "A".into(), "no bytes!".into(), "AA===".into(), doc! { "data": "+/8=" }.into()] {
            assert!(HeldBytes::read(&value).is_none(), "{value}");
        }
    }
}
