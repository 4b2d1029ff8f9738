//! What the server answered, where the driver makes an error of the answer: it keeps the answer beside the error.

use bson::{RawDocument, RawDocumentBuf};
use mongodb::error::Error as DriverError;

use crate::{repository::mongo::rows, session::decode::raw::RawValue};

/// Whether the server says that the write changed nothing: it complains of too few acknowledgements also then.
pub(super) fn changed_nothing(error: &DriverError) -> bool {
    error.server_response().is_some_and(|answer| changed(answer) == Some(0))
}

/// The document that was found and deleted.
pub(super) fn image(error: &DriverError) -> Option<RawDocumentBuf> {
    image_in(error.server_response()?)
}

/// How many documents were written, where the answer says so.
fn changed(answer: &RawDocument) -> Option<u64> {
    let told = match rows::field(answer, "lastErrorObject") {
        Some(of_find_and_modify) => of_find_and_modify.get("n"),
        None => rows::field(answer, "n"),
    };
    told.and_then(RawValue::number)
}

fn image_in(answer: &RawDocument) -> Option<RawDocumentBuf> {
    answer.get_document("value").ok().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;

    fn answer(document: &Document) -> RawDocumentBuf {
        RawDocumentBuf::try_from(document).unwrap()
    }

    #[test]
    fn what_was_changed_stands_beside_the_complaint() {
        let complaint = doc! { "code": 100, "errmsg": "not enough" };
        let update =
            |n: i32| answer(&doc! { "n": n, "nModified": n, "ok": 1.0, "writeConcernError": complaint.clone() });
        assert_eq!([changed(&update(0)), changed(&update(1))], [Some(0), Some(1)]);
        let none = answer(&doc! { "lastErrorObject": { "n": 0 }, "value": Bson::Null, "ok": 1.0 });
        assert_eq!((changed(&none), image_in(&none)), (Some(0), None));
        assert_eq!(changed(&answer(&doc! { "ok": 1.0 })), None);
    }

    #[test]
    fn what_was_deleted_is_read_whatever_its_bytes_are() {
        let mut bytes =
            answer(&doc! { "lastErrorObject": { "n": 1 }, "value": { "_id": "s", "t": "MARK1" }, "ok": 1.0 })
                .into_bytes();
        let at = bytes.windows(5).position(|part| part == b"MARK1").unwrap();
        bytes[at + 1] = 0xff;
        let odd = RawDocumentBuf::from_bytes(bytes).unwrap();
        assert_eq!(changed(&odd), Some(1));
        assert!(image_in(&odd).unwrap().as_bytes().windows(5).any(|part| part == b"M\xffRK1"));
    }
}
