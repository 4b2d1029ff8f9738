//! Images made ready for the terminal, in threads beside the loop: only for a terminal that says itself how it draws them.

use std::{env, io::Cursor, sync::Arc};

use image::{DynamicImage, ImageReader, Limits};
use ratatui::layout::Size;
use ratatui_image::{
    FilterType, FontSize, Resize,
    picker::{Picker, ProtocolType},
    protocol::{halfblocks::Halfblocks, kitty::Kitty},
    sliced::SlicedProtocol,
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::spawn_blocking,
};

use super::input::TerminalReport;
use crate::{
    app::{
        config::ImageUse,
        tui::{
            render::{
                look::colour::Depth,
                picture::{ImageNumber, Picture},
            },
            state::{
                Input,
                conversation::{PictureNews, PictureOrder},
            },
        },
    },
    session::{Image, Message, MessageBody},
};

/// Images made ready at once.
const AT_ONCE: usize = 2;

/// No image has more pixels at a side, nor takes more bytes while it is read: what is small and unfolds to more is a trap.
const MOST_SIDE: u32 = 10_000;
const MOST_MEMORY: u64 = 192 << 20;

/// Pixels of a cell where half blocks stand for them.
const BLOCK: FontSize = FontSize::new(10, 20);

const BROKEN: &str = "cannot be read as an image";
const HUGE: &str = "too large to be shown here";

/// How images are drawn.
#[derive(Debug, Clone)]
enum DrawnBy {
    /// Half blocks.
    Blocks,
    /// What the terminal knows.
    Terminal(Box<Picker>),
}

/// Makes images ready.
pub(super) struct Painter {
    by: Option<DrawnBy>,
    /// The terminal is asked.
    asks: bool,
    /// It answered that it draws as kitty does.
    kitty: bool,
    /// It answered how many pixels a cell has.
    cell: Option<(u16, u16)>,
    slots: Arc<Semaphore>,
    news: mpsc::UnboundedReceiver<PictureNews>,
    sender: mpsc::UnboundedSender<PictureNews>,
    /// The number of the image that was ordered last.
    number: u32,
    /// Numbers of images that are shown no more.
    gone: mpsc::UnboundedReceiver<u32>,
    going: mpsc::UnboundedSender<u32>,
}

impl Painter {
    /// By the settings; half blocks only where colours are as many as they need.
    pub fn new(images: ImageUse, asks: bool, depth: Depth) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let (going, gone) = mpsc::unbounded_channel();
        let by = (images == ImageUse::Blocks && depth == Depth::Full).then_some(DrawnBy::Blocks);
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        // Another program may draw on the same terminal, and number its images from 1 on.
        let number = uuid::Uuid::new_v4().as_fields().0;
        Self { by, asks, kitty: false, cell: None, slots, news, sender, number, gone, going }
    }

    /// Whether a terminal is to be asked: not tmux, which passes images on only in ways that no answer tells, nor Konsole, which
    /// draws some wrong.
    pub fn asks(images: ImageUse) -> bool {
        let is = |name: &str, begins: &str| env::var(name).is_ok_and(|value| value.starts_with(begins));
        let between =
            env::var_os("TMUX").is_some() || is("TERM", "tmux") || is("TERM", "screen") || is("TERM_PROGRAM", "tmux");
        images == ImageUse::Auto && !between && env::var_os("KONSOLE_VERSION").is_none()
    }

    /// Whether the terminal itself draws images, so that they depend on how large its cells are.
    pub fn minds_cells(&self) -> bool {
        matches!(self.by, Some(DrawnBy::Terminal(_)))
    }

    /// The numbers of images that are shown no more.
    pub fn gone(&mut self) -> Vec<u32> {
        std::iter::from_fn(|| self.gone.try_recv().ok()).collect()
    }

    /// Whether images are drawn.
    pub fn is_ready(&self) -> bool {
        self.by.is_some()
    }

    /// What is said at the start where half blocks are asked for and not drawn.
    pub fn refusal(&self, images: ImageUse) -> Option<&'static str> {
        let says = "images are not drawn of half blocks, which take 24-bit colours (COLORTERM=truecolor tells of them)";
        (images == ImageUse::Blocks && !self.is_ready()).then_some(says)
    }

    /// Takes what the terminal says of itself. An input: from now on it shows images, and none that it was sent before.
    pub fn hear(&mut self, report: TerminalReport) -> Option<Input> {
        match report {
            TerminalReport::KeysApart => None,
            TerminalReport::Kitty => {
                self.kitty = true;
                None
            }
            TerminalReport::CellSize(width, height) => {
                self.cell = Some((width, height));
                // Its letters were made larger or smaller since.
                let Some(DrawnBy::Terminal(by)) = &mut self.by else { return None };
                let before = by.font_size();
                if (before.width, before.height) == (width, height) {
                    return None;
                }
                let protocol = by.protocol_type();
                **by = picker(FontSize::new(width, height), protocol);
                Some(Input::Images(true))
            }
            // The last answer: every terminal gives it.
            TerminalReport::Sixel(sixel) => {
                let (kitty, cell) = (std::mem::take(&mut self.kitty), self.cell.take());
                let protocol = chosen(kitty, sixel, |name| env::var(name).ok()).filter(|_| self.asks)?;
                self.by = Some(DrawnBy::Terminal(Box::new(picker(FontSize::from(cell?), protocol))));
                Some(Input::Images(true))
            }
        }
    }

    /// Makes an image ready beside all else; told by [`Self::news`].
    pub fn order(&mut self, order: PictureOrder) {
        let Some(by) = self.by.clone() else { return };
        self.number = self.number.wrapping_add(1).max(1);
        let number = ImageNumber::new(self.number, self.going.clone());
        let (slots, sender) = (Arc::clone(&self.slots), self.sender.clone());
        tokio::spawn(async move {
            let Ok(_slot) = slots.acquire_owned().await else { return };
            let key = order.key.clone();
            // A decoder that panics is one that cannot read it.
            let shown = spawn_blocking(move || paint(&order, &by, number)).await.unwrap_or(Err(BROKEN));
            let _ = sender.send(PictureNews { key, shown });
        });
    }

    /// The next image that is ready, or cannot be shown.
    pub async fn news(&mut self) -> PictureNews {
        match self.news.recv().await {
            Some(news) => news,
            // Its other end is held here.
            None => std::future::pending().await,
        }
    }
}

/// How a terminal draws that answered so. WezTerm takes a part of kitty's way alone.
fn chosen(kitty: bool, sixel: bool, variable: impl Fn(&str) -> Option<String>) -> Option<ProtocolType> {
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let of_iterm = variable("LC_TERMINAL").is_some_and(|terminal| terminal.contains("iTerm"));
    if of_iterm || ["iTerm", "WezTerm"].iter().any(|name| program.contains(name)) {
        Some(ProtocolType::Iterm2)
    } else if kitty {
        Some(ProtocolType::Kitty)
    } else {
        sixel.then_some(ProtocolType::Sixel)
    }
}

/// Nothing is asked of the terminal, which is read elsewhere.
#[expect(deprecated, reason = "the other ways read the terminal themselves, or know no size of a cell")]
fn picker(cell: FontSize, protocol: ProtocolType) -> Picker {
    let mut picker = Picker::from_fontsize(cell);
    picker.set_protocol_type(protocol);
    picker
}

/// Reads, shrinks and encodes an image.
fn paint(order: &PictureOrder, by: &DrawnBy, number: ImageNumber) -> Result<Picture, &'static str> {
    let bytes = held(&order.message, order.number, order.bytes).ok_or("not held as it is told of")?;
    let image = decoded(&bytes)?;
    let cell = match by {
        DrawnBy::Blocks => BLOCK,
        DrawnBy::Terminal(picker) => picker.font_size(),
    };
    let room =
        (u32::from(order.room.width) * u32::from(cell.width), u32::from(order.room.height) * u32::from(cell.height));
    let image = if image.width() > room.0 || image.height() > room.1 { image.thumbnail(room.0, room.1) } else { image };
    let natural = Resize::natural_size(&image, cell);
    let size = Size::new(natural.width.clamp(1, order.room.width), natural.height.clamp(1, order.room.height));
    let fit = Resize::Fit(Some(FilterType::Triangle));
    let shown = match by {
        DrawnBy::Blocks => Halfblocks::new(image, size).map(SlicedProtocol::Halfblocks),
        DrawnBy::Terminal(picker) if picker.protocol_type() == ProtocolType::Kitty => {
            // By a number that is known: the terminal is to forget it again.
            let size = fit.size_for(&image, cell, size);
            let image = fit.resize(&image, cell, size, None);
            let shown = Kitty::new(image, size, number.get(), false, false).map(SlicedProtocol::Kitty);
            return shown.ok().and_then(Picture::new).map(|picture| picture.numbered(number)).ok_or(BROKEN);
        }
        DrawnBy::Terminal(picker) => SlicedProtocol::new_with_resize(picker, image, size, fit),
    };
    shown.ok().and_then(Picture::new).ok_or(BROKEN)
}

/// The bytes of an image of a message: the one of that number, if there are as many as were seen and it is as long.
fn held(message: &Message, (number, of): (usize, usize), bytes: usize) -> Option<Vec<u8>> {
    let bson::Bson::Document(stored) = message.raw.bson() else { return None };
    let body = stored.get_document("message").cloned().unwrap_or(stored);
    let images = MessageBody::from(body).all_images();
    let image: Image = (images.len() == of).then(|| images.into_iter().nth(number))??;
    image.bytes.filter(|held| held.len() == bytes)
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, &'static str> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| BROKEN)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => HUGE,
        image::ImageError::Unsupported(_) => "of a kind that is not shown here",
        _ => BROKEN,
    })
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::new(width, height)).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn an_image_is_read_and_what_is_none_or_unfolds_to_too_much_is_told() {
        assert_eq!(decoded(&png(30, 20)).unwrap().width(), 30);
        assert_eq!(decoded(&png(MOST_SIDE + 1, 1)).unwrap_err(), HUGE);
        let mut cut = png(30, 20);
        cut.truncate(40);
        for broken in [&cut[..], b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"plain text"] {
            assert!(decoded(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn a_terminal_draws_as_it_says() {
        let bare = |_: &str| None;
        assert_eq!(chosen(true, true, bare), Some(ProtocolType::Kitty));
        assert_eq!(chosen(false, true, bare), Some(ProtocolType::Sixel));
        assert_eq!(chosen(false, false, bare), None);
        let wezterm = |name: &str| (name == "TERM_PROGRAM").then(|| "WezTerm".to_owned());
        assert_eq!(chosen(true, true, wezterm), Some(ProtocolType::Iterm2));
    }

    #[test]
    fn images_are_shown_once_the_terminal_told_all_and_never_where_they_are_off() {
        let answers = [TerminalReport::Kitty, TerminalReport::CellSize(10, 20), TerminalReport::Sixel(false)];
        let mut painter = Painter::new(ImageUse::Auto, true, Depth::Full);
        let heard: Vec<bool> = answers.into_iter().map(|report| painter.hear(report).is_some()).collect();
        assert_eq!(heard, [false, false, true]);
        let mut lying = Painter::new(ImageUse::Auto, true, Depth::Full);
        lying.hear(TerminalReport::Kitty);
        assert!(lying.hear(TerminalReport::Sixel(true)).is_none() && !lying.is_ready(), "no size of a cell");
        assert!(painter.minds_cells() && !lying.minds_cells());
        assert!(painter.hear(TerminalReport::CellSize(10, 20)).is_none(), "its cells are as they were");
        assert!(painter.hear(TerminalReport::CellSize(12, 24)).is_some(), "its letters were made larger");
        let mut off = Painter::new(ImageUse::Off, false, Depth::Full);
        assert!(answers.into_iter().all(|report| off.hear(report).is_none()));
        let blocks = |depth| Painter::new(ImageUse::Blocks, false, depth);
        assert!(blocks(Depth::Full).is_ready() && !blocks(Depth::Indexed).is_ready());
        assert_eq!(blocks(Depth::Full).refusal(ImageUse::Blocks), None);
        assert!(blocks(Depth::Indexed).refusal(ImageUse::Blocks).is_some_and(|says| says.contains("24-bit")));
        assert_eq!(off.refusal(ImageUse::Off), None);
    }
}
