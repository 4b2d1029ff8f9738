//! A part of a message that is gone to, and the line it stands on.

use crate::{
    app::tui::render::message::Laid,
    session::{Block, Message},
};

/// A part of a message, in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MessagePart {
    /// Its header.
    Head,
    /// Its so-manieth tool call, from 0.
    Call(usize),
    /// Its so-manieth tool result, from 0.
    Result(usize),
    /// The feedback on it.
    Feedback,
}

impl MessagePart {
    /// The line it begins on; the header's where it is not shown, as what was redacted.
    pub fn line(self, laid: &Laid, message: &Message) -> usize {
        let block_of = |is_it: fn(&Block) -> bool, nth: usize| {
            let mut blocks = message.shown_content().iter().enumerate().filter(|(_, block)| is_it(block));
            blocks.nth(nth).map(|(at, _)| at)
        };
        let line = match self {
            Self::Head => None,
            Self::Call(nth) => {
                let block = block_of(|block| matches!(block, Block::ToolUse { .. }), nth);
                block.and_then(|block| laid.line_of(block, 0))
            }
            Self::Result(nth) => {
                let block = block_of(|block| matches!(block, Block::ToolResult { .. }), nth);
                block.and_then(|block| laid.line_of(block, 0))
            }
            // It stands below all that the message says.
            Self::Feedback => laid.pieces.last().map(|piece| piece.lines.end),
        };
        line.filter(|line| laid.body.contains(line)).unwrap_or(laid.body.start)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::text::Line;

    use super::{super::sample, *};
    use crate::{app::tui::render::message::Piece, session::Role};

    #[test]
    fn each_part_has_its_line_and_what_is_not_shown_the_headers() {
        let call = |index| sample::tool_use(index, "t").content;
        let content = [vec![Block::Text("one".to_owned())], call(0), call(0)].concat();
        let message = sample::with(0, Role::Assistant, content);
        let piece = |block: usize| Piece { lines: block + 2..block + 3, block, fold: None };
        let laid = Laid {
            body: 1..6,
            pieces: (0..3).map(piece).collect(),
            lines: vec![Line::default(); 6],
            ..Laid::default()
        };
        let line = |part: MessagePart| part.line(&laid, &message);
        assert_eq!(line(MessagePart::Head), 1);
        assert_eq!([line(MessagePart::Call(0)), line(MessagePart::Call(1)), line(MessagePart::Call(2))], [3, 4, 1]);
        assert_eq!([line(MessagePart::Result(0)), line(MessagePart::Feedback)], [1, 5]);
    }
}
