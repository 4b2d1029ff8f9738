//! Values that hold no others.

use bson::{
    Binary, Bson, DateTime, Decimal128, RawDocument, Timestamp,
    oid::ObjectId,
    spec::{BinarySubtype, ElementType as Kind},
};

use super::walk::{RawValue, inner_text, marked};

/// A value that holds neither text nor other values; `None` where its bytes are none of its type.
pub(super) fn plain(value: RawValue<'_>) -> Option<Bson> {
    let bytes = value.bytes;
    Some(match value.kind {
        Kind::Null => Bson::Null,
        Kind::Undefined => Bson::Undefined,
        Kind::MinKey => Bson::MinKey,
        Kind::MaxKey => Bson::MaxKey,
        Kind::Boolean => match bytes {
            [0] => Bson::Boolean(false),
            [1] => Bson::Boolean(true),
            _ => return None,
        },
        Kind::Int32 => Bson::Int32(i32::from_le_bytes(bytes.try_into().ok()?)),
        Kind::Int64 => Bson::Int64(i64::from_le_bytes(bytes.try_into().ok()?)),
        Kind::Double => Bson::Double(f64::from_le_bytes(bytes.try_into().ok()?)),
        Kind::DateTime => Bson::DateTime(DateTime::from_millis(i64::from_le_bytes(bytes.try_into().ok()?))),
        Kind::Timestamp => Bson::Timestamp(Timestamp {
            increment: u32::from_le_bytes(*bytes.first_chunk()?),
            time: u32::from_le_bytes(*bytes.last_chunk()?),
        }),
        Kind::ObjectId => Bson::ObjectId(ObjectId::from_bytes(bytes.try_into().ok()?)),
        Kind::Decimal128 => Bson::Decimal128(Decimal128::from_bytes(bytes.try_into().ok()?)),
        Kind::Binary => Bson::Binary(binary(bytes)?),
        _ => return None,
    })
}

fn binary(bytes: &[u8]) -> Option<Binary> {
    let (&subtype, data) = bytes.get(4..)?.split_first()?;
    let subtype = BinarySubtype::from(subtype);
    // The old subtype has its length twice.
    let data = if subtype == BinarySubtype::BinaryOld {
        let (length, inside) = data.split_first_chunk::<4>()?;
        Some(inside).filter(|inside| usize::try_from(i32::from_le_bytes(*length)) == Ok(inside.len()))?
    } else {
        data
    };
    Some(Binary { subtype, bytes: data.to_vec() })
}

/// The bytes of a regular expression or a pointer with its text made sound, which is told by the bytes having changed.
pub(super) fn sound(value: RawValue<'_>) -> Option<Vec<u8>> {
    if value.kind == Kind::RegularExpression {
        // The zeros between its parts are text like any other.
        return Some(marked(value.bytes).into_owned().into_bytes());
    }
    let (text, target) = value.bytes.split_at_checked(value.bytes.len().checked_sub(12)?)?;
    let text = marked(inner_text(text)?).into_owned();
    let length = i32::try_from(text.len() + 1).ok()?;
    Some([&length.to_le_bytes()[..], text.as_bytes(), &[0], target].concat())
}

/// What only the BSON crate can make, read from a document of this one value.
pub(super) fn made(kind: Kind, bytes: &[u8]) -> Option<Bson> {
    let length = i32::try_from(bytes.len() + 7).ok()?;
    let document = [&length.to_le_bytes()[..], &[kind as u8, 0], bytes, &[0]].concat();
    let (_, value) = RawDocument::from_bytes(&document).ok()?.iter().next()?.ok()?;
    Bson::try_from(value).ok()
}
