//! Images of the messages in view: asked for as they come into view, kept while there is room.

use std::{collections::HashMap, sync::Arc};

use ratatui::layout::Size;

use super::{ConversationState, open::Goal, pair::pairs_of, place::Sheet, timeline::Spot};
use crate::{
    app::tui::{
        render::{
            message::{Foldable, FoundResult, Pairs, PictureSpot, ShownPicture},
            picture::Picture,
        },
        state::Effect,
    },
    session::{Block, Media, MediaKind, MediaSource, Message, SessionKey, ToolContent},
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
    /// How often all were forgotten before it was asked for: what was made for another width or size of cells is not it.
    run: u64,
}

/// The message that holds it, its block and part there, and how many bytes it has: another image in its place is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PicturePlace {
    spot: Spot,
    block: usize,
    /// Of a tool's result.
    part: Option<usize>,
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
    /// How often all were forgotten.
    run: u64,
}

impl Pictures {
    /// Forgets all; of those that are being made none is awaited any more.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.run += 1;
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The image that is held there.
    pub fn of(&self, place: PicturePlace) -> Option<&Picture> {
        match self.kept.get(&place)? {
            PictureStand::Shown(picture) => Some(picture),
            _ => None,
        }
    }

    /// What is shown under the line of an image.
    pub fn shown(&self, place: PicturePlace) -> Option<ShownPicture> {
        match self.kept.get(&place)? {
            PictureStand::Asked => None,
            PictureStand::Shown(picture) => Some(ShownPicture::Rows(picture.size().height)),
            PictureStand::Not(why) => Some(ShownPicture::Not(why)),
        }
    }
}

/// Where the image is held that is shown there: with a tool use its result is shown, which another message holds.
pub(super) fn held_at(
    at: PictureSpot,
    spot: Spot,
    message: &Message,
    results: &[(usize, FoundResult)],
) -> Option<PicturePlace> {
    let found = at.part.and_then(|_| results.iter().find(|(block, _)| *block == at.block));
    let (spot, message, block) = match found {
        Some((_, found)) => (Spot { index: found.message.index, ..spot }, &*found.message, found.block),
        None => (spot, message, at.block),
    };
    // What a guardrail put in its place has no images.
    let held = if message.redaction.is_none() { images_of(message) } else { Vec::new() };
    let image = held.into_iter().find(|image| (image.block, image.part) == (block, at.part))?;
    Some(PicturePlace { spot, block, part: at.part, bytes: image.bytes? })
}

/// An image that a message holds or tells of.
struct ToldImage {
    block: usize,
    part: Option<usize>,
    /// How many bytes it has; `None`: it is elsewhere.
    bytes: Option<usize>,
}

/// The images of a message, also those in results of tools, in their order.
fn images_of(message: &Message) -> Vec<ToldImage> {
    let mut images = Vec::new();
    let mut tell = |block: usize, part: Option<usize>, media: &Media| {
        let bytes = if let MediaSource::Bytes(bytes) = media.source { Some(bytes) } else { None };
        if media.kind == MediaKind::Image {
            images.push(ToldImage { block, part, bytes });
        }
    };
    for (at, block) in message.content.iter().enumerate() {
        match block {
            Block::Media(media) => tell(at, None, media),
            Block::ToolResult { content, .. } => {
                for (part, held) in content.iter().enumerate() {
                    if let ToolContent::Media(media) = held {
                        tell(at, Some(part), media);
                    }
                }
            }
            _ => {}
        }
    }
    images
}

/// Blocks that may hold images: the message, its place, and which block.
type SeenBlock = (Spot, Arc<Message>, usize);

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
        let seen: Vec<SeenBlock> = spots.iter().flat_map(|spot| self.blocks_in_view(*spot)).collect();
        let mut orders = Vec::new();
        for (spot, message, block) in seen.iter().filter(|(_, message, _)| message.redaction.is_none()) {
            let images = images_of(message);
            for (number, image) in images.iter().enumerate().filter(|(_, image)| image.block == *block) {
                let Some(bytes) = image.bytes else { continue };
                let place = PicturePlace { spot: *spot, block: *block, part: image.part, bytes };
                if !self.pictures.kept.contains_key(&place) {
                    let key = PictureKey { session: session.clone(), place, run: self.pictures.run };
                    let (message, number) = (Arc::clone(message), (number, images.len()));
                    orders.push(PictureOrder { key, message, number, bytes, room });
                }
            }
        }
        let in_view: Vec<Spot> = spots.into_iter().chain(seen.iter().map(|(spot, ..)| *spot)).collect();
        self.make_room(&in_view, orders.len());
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
            self.forget_layout(place);
        }
    }

    /// Lays the message anew that an image is shown in: one in a result is shown with its tool use, next to the message that holds it.
    fn forget_layout(&mut self, place: PicturePlace) {
        let Spot { agent, index } = place.spot;
        match place.part {
            Some(_) => self.layouts.forget_range(agent, &(index..index + 1)),
            None => self.layouts.forget(place.spot),
        }
    }

    /// The blocks of which images are seen in a message: its own, and the results that are unfolded with its tool uses.
    fn blocks_in_view(&self, spot: Spot) -> Vec<SeenBlock> {
        let Some(window) = self.open.as_ref().map(|open| &open.windows[spot.agent]) else { return Vec::new() };
        let Some(message) = window.message(spot.index) else { return Vec::new() };
        let is_open = |block: usize| self.folds.is_open(Foldable::Tool, spot, block);
        let blocks = || message.content.iter().enumerate();
        let is_tool = |block: &Block| matches!(block, Block::ToolUse { .. } | Block::ToolResult { .. });
        let unfolded = blocks().any(|(at, block)| is_tool(block) && is_open(at));
        let pairs = if unfolded { pairs_of(message, window) } else { Pairs::default() };
        let own = blocks().filter(|(at, block)| match block {
            Block::Media(_) => true,
            Block::ToolResult { .. } => !pairs.shown_above.contains(at) && is_open(*at),
            _ => false,
        });
        let own = own.map(|(at, _)| (spot, Arc::clone(message), at));
        let results =
            pairs.results.iter().filter(|(at, _)| is_open(*at)).map(|(_, found)| {
                (Spot { index: found.message.index, ..spot }, Arc::clone(&found.message), found.block)
            });
        own.chain(results).collect()
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
        let is_awaited = news.key.run == self.pictures.run
            && self.session().is_some_and(|session| session.key == news.key.session)
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
        self.forget_layout(place);
        if let Some(open) = self.open.as_mut().filter(|_| end.is_followed(false)) {
            open.goal = Some(Goal::End);
        }
        self.return_to(mark);
        self.refresh();
    }
}

#[cfg(test)]
mod tests;
