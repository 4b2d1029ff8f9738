//! Events that the server sent in pieces: one larger than a document may be comes as several, each with some of its fields.

use bson::RawDocumentBuf;

use crate::{repository::mongo::rows::field, session::decode::raw::RawValue};

/// What an event of the stream is.
#[derive(Debug)]
pub(super) enum SplitEvent {
    /// A whole one.
    Whole(RawDocumentBuf),
    /// A piece; more of them follow.
    Piece,
    /// A piece whose others were not sent to us: what the event said is not known.
    Torn,
}

/// The pieces of the event that is being sent. They outlive the stream: one that goes on from the token of a piece goes on with
/// the next.
#[derive(Debug, Default)]
pub(super) struct EventPieces(Vec<RawDocumentBuf>);

impl EventPieces {
    /// Takes what the stream gave.
    pub(super) fn take(&mut self, event: RawDocumentBuf) -> SplitEvent {
        let Some(split) = field(&event, "splitEvent") else {
            let was_waiting = !self.0.is_empty();
            self.0.clear();
            return if was_waiting { SplitEvent::Torn } else { SplitEvent::Whole(event) };
        };
        let number = |name: &str| split.get(name).and_then(RawValue::number);
        let held = self.0.len() as u64;
        match number("fragment").zip(number("of")) {
            // The event is sent from its start again.
            Some((1, of)) => {
                self.0.clear();
                self.add(event, 1, of)
            }
            Some((piece, of)) if piece == held + 1 && held > 0 => self.add(event, piece, of),
            // It was sent once more.
            Some((piece, of)) if piece <= held && piece > 0 && piece < of => SplitEvent::Piece,
            _ => {
                self.0.clear();
                SplitEvent::Torn
            }
        }
    }

    fn add(&mut self, event: RawDocumentBuf, piece: u64, of: u64) -> SplitEvent {
        self.0.push(event);
        if piece < of {
            return SplitEvent::Piece;
        }
        let pieces = std::mem::take(&mut self.0);
        joined(&pieces).map_or(SplitEvent::Torn, SplitEvent::Whole)
    }

    /// The next event is none of those that were sent in pieces.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

/// One document with the fields of all. It may be larger than one that is stored.
fn joined(pieces: &[RawDocumentBuf]) -> Option<RawDocumentBuf> {
    let mut bytes = vec![0; 4];
    for piece in pieces {
        let piece = piece.as_bytes();
        bytes.extend_from_slice(piece.get(4..piece.len().checked_sub(1)?)?);
    }
    bytes.push(0);
    let length = i32::try_from(bytes.len()).ok()?;
    bytes.get_mut(..4)?.copy_from_slice(&length.to_le_bytes());
    RawDocumentBuf::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;
    use crate::repository::mongo::rows::decoded;

    fn event(fields: Document) -> RawDocumentBuf {
        RawDocumentBuf::try_from(&fields).unwrap()
    }

    /// A piece with the one field `f<number>`.
    fn piece(number: i32, of: i32) -> RawDocumentBuf {
        let mut fields = doc! { "_id": number };
        fields.insert(format!("f{number}"), number);
        fields.insert("splitEvent", doc! { "fragment": number, "of": of });
        event(fields)
    }

    fn told(taken: &SplitEvent) -> String {
        match taken {
            SplitEvent::Whole(event) => {
                let fields = decoded(event);
                fields.keys().filter(|name| name.starts_with('f')).cloned().collect::<Vec<_>>().join(" ")
            }
            SplitEvent::Piece => "piece".to_owned(),
            SplitEvent::Torn => "torn".to_owned(),
        }
    }

    fn all(events: Vec<RawDocumentBuf>) -> Vec<String> {
        let mut pieces = EventPieces::default();
        events.into_iter().map(|event| told(&pieces.take(event))).collect()
    }

    #[test]
    fn pieces_become_one_event_and_whole_ones_pass() {
        let whole = || event(doc! { "f": 1 });
        assert_eq!(
            all(vec![whole(), piece(1, 3), piece(2, 3), piece(3, 3), whole()]),
            ["f", "piece", "piece", "f1 f2 f3", "f"]
        );
        assert_eq!(all(vec![piece(1, 1)]), ["f1"]);
    }

    #[test]
    fn what_is_sent_again_is_taken_once() {
        let sent = vec![piece(1, 3), piece(2, 3), piece(2, 3), piece(1, 3), piece(2, 3), piece(3, 3)];
        assert_eq!(all(sent), ["piece", "piece", "piece", "piece", "piece", "f1 f2 f3"]);
    }

    #[test]
    fn an_event_of_which_a_piece_is_missing_is_torn() {
        assert_eq!(all(vec![piece(2, 3), piece(3, 3)]), ["torn", "torn"], "it began in the middle");
        assert_eq!(all(vec![piece(1, 3), piece(3, 3), piece(1, 2), piece(2, 2)]), ["piece", "torn", "piece", "f1 f2"]);
        assert_eq!(all(vec![piece(1, 3), event(doc! { "f": 1 })]), ["piece", "torn"], "another event came instead");
    }

    #[test]
    fn a_piece_that_says_nothing_sensible_is_torn() {
        for split in
            [doc! {}, doc! { "fragment": "one", "of": 2 }, doc! { "fragment": 0, "of": 2 }, doc! { "fragment": -1 }]
        {
            assert_eq!(all(vec![event(doc! { "splitEvent": split })]), ["torn"]);
        }
        assert_eq!(all(vec![event(doc! { "splitEvent": 5 })]), ["torn"]);
    }

    #[test]
    fn a_stream_that_goes_on_in_the_middle_goes_on_with_what_is_held() {
        let mut pieces = EventPieces::default();
        assert_eq!(told(&pieces.take(piece(1, 2))), "piece");
        assert_eq!(told(&pieces.take(piece(2, 2))), "f1 f2");
        pieces.take(piece(1, 2));
        pieces.forget();
        assert_eq!(told(&pieces.take(piece(2, 2))), "torn");
    }
}
