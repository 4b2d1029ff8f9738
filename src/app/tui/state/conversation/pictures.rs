//! Images of the messages in view: asked for as they come into view, kept while there is room.

use std::{collections::HashMap, sync::Arc};

use ratatui::layout::Size;

use super::{ConversationState, open::Goal, place::Sheet, timeline::Spot};
use crate::{
    app::tui::{
        render::{message::ShownPicture, picture::Picture},
        state::Effect,
    },
    session::{Block, MediaKind, MediaSource, Message, SessionKey},
};

/// Images kept at most: what a terminal is sent of each may be a megabyte.
const MOST_KEPT: usize = 24;

/// No larger one is read, in bytes.
const MOST_BYTES: usize = 20 << 20;

/// Cells that an image takes at most.
const ROOM: Size = Size::new(72, 18);

/// Names an image in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureKey {
    session: SessionKey,
    place: PicturePlace,
}

/// Its message, its block, and how many bytes it has: another image in its place is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PicturePlace {
    spot: Spot,
    block: usize,
    bytes: usize,
}

/// An image to be made ready.
#[derive(Debug, Clone)]
pub struct PictureOrder {
    /// Which.
    pub key: PictureKey,
    /// The message that holds it.
    pub message: Arc<Message>,
    /// Which of its images, from 0, and of how many.
    pub number: (usize, usize),
    /// How many bytes it has.
    pub bytes: usize,
    /// Cells that it may take.
    pub room: Size,
}

/// How an image was made ready.
#[derive(Debug, Clone)]
pub struct PictureNews {
    /// Which.
    pub key: PictureKey,
    /// The image, or why it cannot be shown.
    pub shown: Result<Picture, &'static str>,
}

/// How far an image is.
#[derive(Debug, Clone, PartialEq)]
enum PictureStand {
    Asked,
    Shown(Picture),
    Not(&'static str),
}

/// The images of one conversation.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    kept: HashMap<PicturePlace, PictureStand>,
}

impl Pictures {
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// The image in a block of a message.
    pub fn of(&self, spot: Spot, message: &Message, block: usize) -> Option<&Picture> {
        match self.stand(spot, message, block)? {
            PictureStand::Shown(picture) => Some(picture),
            _ => None,
        }
    }

    /// What is shown under the line of an image.
    pub fn shown(&self, spot: Spot, message: &Message, block: usize) -> Option<ShownPicture> {
        match self.stand(spot, message, block)? {
            PictureStand::Asked => None,
            PictureStand::Shown(picture) => Some(ShownPicture::Rows(picture.size().height)),
            PictureStand::Not(why) => Some(ShownPicture::Not(why)),
        }
    }

    fn stand(&self, spot: Spot, message: &Message, block: usize) -> Option<&PictureStand> {
        if self.kept.is_empty() {
            return None;
        }
        let bytes = bytes_of(message.content.get(block)?)?;
        self.kept.get(&PicturePlace { spot, block, bytes })
    }
}

/// How many bytes the image of a block has; `None`: it is none, or is elsewhere.
fn bytes_of(block: &Block) -> Option<usize> {
    match block {
        Block::Media(media) if media.kind == MediaKind::Image => match media.source {
            MediaSource::Bytes(bytes) => Some(bytes),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a block is an image, wherever it is.
fn is_image(block: &Block) -> bool {
    matches!(block, Block::Media(media) if media.kind == MediaKind::Image)
}

impl ConversationState {
    /// Asks for the images in view that are not there yet.
    pub fn ask_for_pictures(&mut self) -> Vec<Effect> {
        let Some(session) = self.session().map(|session| session.key.clone()) else { return Vec::new() };
        let (_, width) = self.view();
        let room = Size::new(u16::try_from(width.saturating_sub(4)).unwrap_or(u16::MAX).min(ROOM.width), ROOM.height);
        if room.width < 4 {
            return Vec::new();
        }
        let spots = self.messages_in_view();
        let mut orders = Vec::new();
        for spot in &spots {
            let open = self.open.as_ref();
            let Some(message) = open.and_then(|open| open.windows[spot.agent].message(spot.index)) else { continue };
            // What a guardrail put in its place has no images.
            if message.redaction.is_some() {
                continue;
            }
            let images = message.content.iter().filter(|block| is_image(block)).count();
            let blocks = message.content.iter().enumerate().filter(|(_, block)| is_image(block));
            for (number, (block, image)) in blocks.enumerate() {
                let Some(bytes) = bytes_of(image) else { continue };
                let place = PicturePlace { spot: *spot, block, bytes };
                if !self.pictures.kept.contains_key(&place) {
                    let key = PictureKey { session: session.clone(), place };
                    let message = Arc::clone(message);
                    orders.push(PictureOrder { key, message, number: (number, images), bytes, room });
                }
            }
        }
        self.make_room(&spots, orders.len());
        orders.truncate(MOST_KEPT.saturating_sub(self.pictures.kept.len()));
        let (small, large): (Vec<_>, Vec<_>) = orders.into_iter().partition(|order| order.bytes <= MOST_BYTES);
        for order in &small {
            self.pictures.kept.insert(order.key.place, PictureStand::Asked);
        }
        for order in large {
            self.stand_as(order.key.place, PictureStand::Not("too large to be shown here"));
        }
        small.into_iter().map(|order| Effect::Picture(Box::new(order))).collect()
    }

    /// Forgets images that are out of view, where there is no room for so many more.
    fn make_room(&mut self, in_view: &[Spot], more: usize) {
        if self.pictures.kept.len() + more <= MOST_KEPT {
            return;
        }
        let gone: Vec<PicturePlace> =
            self.pictures.kept.keys().filter(|place| !in_view.contains(&place.spot)).copied().collect();
        for place in gone {
            self.pictures.kept.remove(&place);
            self.layouts.forget(place.spot);
        }
    }

    /// Messages of which a line is in view.
    fn messages_in_view(&mut self) -> Vec<Spot> {
        let spots = self.on_sheet(|pages, place, view| {
            let mut spots = Vec::new();
            if pages.len() == 0 || view == 0 {
                return spots;
            }
            let (first, hidden) = place.top(pages);
            let mut left = view + hidden;
            for pos in first..pages.len() {
                spots.extend(pages.open.timeline.at(pos));
                let height = pages.height(pos);
                if height >= left {
                    break;
                }
                left -= height;
            }
            spots
        });
        spots.unwrap_or_default()
    }

    /// An image is ready, or cannot be shown. One that is not awaited any more is dropped.
    pub fn on_picture(&mut self, news: PictureNews) {
        let place = news.key.place;
        let is_awaited = self.session().is_some_and(|session| session.key == news.key.session)
            && self.pictures.kept.get(&place) == Some(&PictureStand::Asked);
        if is_awaited {
            let stand = news.shown.map_or_else(PictureStand::Not, PictureStand::Shown);
            self.stand_as(place, stand);
        }
    }

    /// All images are to be made ready anew: the terminal forgot them, or shows none any more.
    pub fn forget_pictures(&mut self) {
        let mark = self.mark();
        self.pictures.clear();
        self.layouts.clear();
        self.return_to(mark);
        self.refresh();
    }

    /// The reader's place stays on what it says; the end stays in view.
    fn stand_as(&mut self, place: PicturePlace, stand: PictureStand) {
        let (end, mark) = (self.stand(), self.mark());
        self.pictures.kept.insert(place, stand);
        self.layouts.forget(place.spot);
        if let Some(open) = self.open.as_mut().filter(|_| end.is_followed(false)) {
            open.goal = Some(Goal::End);
        }
        self.return_to(mark);
        self.refresh();
    }
}

#[cfg(test)]
mod tests;
