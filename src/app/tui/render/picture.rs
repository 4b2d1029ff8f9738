//! An image made ready for the terminal, of which any rows can be shown.

use std::{fmt, sync::Arc};

use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    widgets::Widget,
};
use ratatui_image::{
    Image as ImageRow,
    sliced::{SignedPosition, SlicedImage, SlicedProtocol},
};
use tokio::sync::mpsc::UnboundedSender;

/// An image as the terminal draws it.
#[derive(Clone)]
pub struct Picture {
    size: Size,
    shown: Arc<SlicedProtocol>,
    number: Option<Arc<ImageNumber>>,
}

/// The number by which the terminal keeps an image. Once nobody shows that image any more, it is told, for the terminal to forget it.
#[derive(Debug)]
pub struct ImageNumber {
    number: u32,
    gone: UnboundedSender<u32>,
}

impl ImageNumber {
    /// A number, and who is told that it is not needed any more.
    #[must_use]
    pub fn new(number: u32, gone: UnboundedSender<u32>) -> Self {
        Self { number, gone }
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u32 {
        self.number
    }
}

impl Drop for ImageNumber {
    fn drop(&mut self) {
        // Nobody listens any more: at the end the terminal is told of all.
        let _ = self.gone.send(self.number);
    }
}

impl Picture {
    /// What was made ready; `None`: it has no cells.
    #[must_use]
    pub fn new(shown: SlicedProtocol) -> Option<Self> {
        let size = shown.size();
        (size.width > 0 && size.height > 0).then(|| Self { size, shown: Arc::new(shown), number: None })
    }

    /// The same, which the terminal keeps by that number.
    #[must_use]
    pub fn numbered(self, number: ImageNumber) -> Self {
        Self { number: Some(Arc::new(number)), ..self }
    }

    /// The number by which the terminal keeps it, where it does.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.number.as_ref().map(|kept| kept.get())
    }

    /// Cells that it takes.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Draws as many rows as the area has, from one of them on. Where it does not fit in width nothing is drawn.
    pub fn draw(&self, area: Rect, from: u16, buffer: &mut Buffer) {
        let area =
            Rect { height: area.height.min(self.size.height.saturating_sub(from)), ..area }.intersection(buffer.area);
        if area.is_empty() || area.width < self.size.width {
            return;
        }
        // The style of a selected row would change what some terminals read from its cells.
        for place in (Rect { width: self.size.width, ..area }).positions() {
            buffer[place].reset();
        }
        match &*self.shown {
            SlicedProtocol::Sliced(rows) => {
                for (row, y) in rows.iter().skip(from.into()).zip(area.top()..area.bottom()) {
                    ImageRow::new(row).render(Rect { y, height: 1, ..area }, buffer);
                }
            }
            shown => {
                let position = SignedPosition::from((0, -i16::try_from(from).unwrap_or(i16::MAX)));
                SlicedImage::new(shown, position).render(area, buffer);
            }
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{})", self.size.width, self.size.height)
    }
}

/// The same one, not one that looks the same.
impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shown, &other.shown)
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba, RgbaImage};
    use proptest::prelude::*;
    use ratatui::style::Color;
    use ratatui_image::protocol::halfblocks::Halfblocks;

    use super::*;

    fn red(width: u16, height: u16) -> Picture {
        let pixels = RgbaImage::from_pixel(u32::from(width) * 10, u32::from(height) * 20, Rgba([255, 0, 0, 255]));
        let blocks = Halfblocks::new(DynamicImage::ImageRgba8(pixels), Size::new(width, height)).unwrap();
        Picture::new(SlicedProtocol::Halfblocks(blocks)).unwrap()
    }

    #[test]
    fn its_rows_are_drawn_and_nothing_beside_them() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 6));
        red(3, 4).draw(Rect::new(2, 1, 5, 2), 1, &mut buffer);
        let drawn = |x, y| buffer[(x, y)].fg == Color::Rgb(255, 0, 0);
        let cells: Vec<_> = (0..6).flat_map(|y| (0..8).map(move |x| (x, y))).filter(|(x, y)| drawn(*x, *y)).collect();
        assert_eq!(cells, [(2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (4, 2)]);
    }

    #[test]
    fn its_number_is_told_once_the_last_who_shows_it_is_gone() {
        let (gone, mut told) = tokio::sync::mpsc::unbounded_channel();
        let picture = red(1, 1).numbered(ImageNumber::new(7, gone));
        let other = picture.clone();
        assert_eq!((picture.number(), red(1, 1).number()), (Some(7), None));
        drop(picture);
        assert!(told.try_recv().is_err(), "it is shown elsewhere");
        drop(other);
        assert_eq!(told.try_recv(), Ok(7));
    }

    proptest! {
        #[test]
        fn no_place_of_it_panics(x in 0u16..20, y in 0u16..20, width in 0u16..20, height in 0u16..20, from in 0u16..10) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 12));
            red(4, 5).draw(Rect::new(x, y, width, height), from, &mut buffer);
        }
    }
}
