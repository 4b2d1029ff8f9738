//! Frames as they go to the terminal: each is a synchronized update (DEC 2026), shown at once and never half; one in which nothing
//! changed writes nothing at all.
//!
//! <https://github.com/contour-terminal/vt-extensions/blob/master/synchronized-output.md>

use std::io::{self, Write};

use crossterm::{
    queue,
    terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

/// Writes frames. A frame begins with its first byte and ends as it is flushed.
#[derive(Debug)]
pub struct FrameBackend<W: Write> {
    inner: CrosstermBackend<W>,
    /// Frames are marked as synchronized updates.
    synchronized: bool,
    /// Something of this frame was written.
    begun: bool,
    /// Whether the cursor is seen, once that was written.
    cursor: Option<bool>,
    /// Where it stands, where nothing was written since.
    at: Option<Position>,
}

impl<W: Write> FrameBackend<W> {
    /// Frames for a writer, as synchronized updates or not.
    pub fn new(writer: W, synchronized: bool) -> Self {
        Self { inner: CrosstermBackend::new(writer), synchronized, begun: false, cursor: None, at: None }
    }

    /// Something is about to be written.
    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) && self.synchronized {
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(())
    }

    fn see_cursor(&mut self, seen: bool) -> io::Result<()> {
        if self.cursor == Some(seen) {
            return Ok(());
        }
        self.begin()?;
        self.cursor = Some(seen);
        if seen { self.inner.show_cursor() } else { self.inner.hide_cursor() }
    }
}

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.begin()?;
        self.at = None;
        self.inner.draw(content)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.begin()?;
        self.at = None;
        self.inner.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.see_cursor(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.see_cursor(true)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at == Some(position) {
            return Ok(());
        }
        self.begin()?;
        self.at = Some(position);
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.begin()?;
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        if self.synchronized {
            queue!(self.inner, EndSynchronizedUpdate)?;
        }
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect};

    use super::*;

    /// What was written.
    #[derive(Debug, Clone, Default)]
    struct WrittenBytes(Rc<RefCell<Vec<u8>>>);

    impl WrittenBytes {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut self.0.borrow_mut())).unwrap()
        }
    }

    impl Write for WrittenBytes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal(synchronized: bool) -> (Terminal<FrameBackend<WrittenBytes>>, WrittenBytes) {
        let written = WrittenBytes::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 10, 2)) };
        (Terminal::with_options(FrameBackend::new(written.clone(), synchronized), options).unwrap(), written)
    }

    const BEGIN: &str = "\x1b[?2026h";
    const END: &str = "\x1b[?2026l";

    #[test]
    fn a_frame_is_one_update_and_the_same_frame_again_writes_nothing() {
        let (mut terminal, written) = terminal(true);
        let mut draw = |text: &str| {
            terminal.draw(|frame| frame.render_widget(text, frame.area())).unwrap();
            written.take()
        };
        let first = draw("one");
        assert!(first.starts_with(BEGIN) && first.ends_with(END) && first.contains("one"), "{first:?}");
        assert_eq!((first.matches(BEGIN).count(), first.matches(END).count()), (1, 1), "{first:?}");
        assert_eq!(draw("one"), "");
        assert_eq!(draw("one"), "");
        let changed = draw("two");
        assert!(changed.starts_with(BEGIN) && changed.ends_with(END), "{changed:?}");
    }

    #[test]
    fn a_caret_that_stands_still_writes_nothing_and_one_that_moves_does() {
        let (mut terminal, written) = terminal(true);
        let mut draw = |x: u16, text: &str| {
            terminal
                .draw(|frame| {
                    frame.render_widget(text, frame.area());
                    frame.set_cursor_position((x, 1));
                })
                .unwrap();
            written.take()
        };
        assert!(draw(1, "a").contains("\x1b[?25h\x1b[2;2H"));
        assert_eq!(draw(1, "a"), "");
        let moved = draw(2, "a");
        assert_eq!(moved, format!("{BEGIN}\x1b[2;3H{END}"));
        let drawn = draw(2, "b");
        assert!(drawn.ends_with(&format!("\x1b[2;3H{END}")), "it is put back after what was drawn: {drawn:?}");
    }

    #[test]
    fn a_terminal_that_knows_no_updates_is_sent_none() {
        let (mut terminal, written) = terminal(false);
        terminal.draw(|frame| frame.render_widget("one", frame.area())).unwrap();
        let first = written.take();
        assert!(first.contains("one") && !first.contains("2026"), "{first:?}");
        terminal.draw(|frame| frame.render_widget("one", frame.area())).unwrap();
        assert_eq!(written.take(), "");
    }
}
