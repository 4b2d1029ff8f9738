//! A page as a stream: each row as soon as it is found, and at the end where the next page starts.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, TryStreamExt, future::BoxFuture};
use tokio::sync::mpsc;

use super::PageEnd;
use crate::{
    repository::{Error, Result},
    session::{SessionKey, Summary},
};

/// Is told of a row by which figure it is sorted.
type HearsFigure = Box<dyn FnMut(&SessionKey, u64) + Send>;

/// One page of a list: thin rows, each as soon as it is found, so that a slow search shows what it has. Once it has ended
/// well, [`Page::end`] says where the next page starts. Dropping it gives the search up.
///
/// It is a [`Stream`]; [`Page::next_row`] and [`Page::read`] need no crate for streams:
///
/// ```
/// use strandscope::ListQuery;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> strandscope::Result<()> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let path = folder.path();
/// let sessions = strandscope::open_folder(path).await?;
/// let mut page = sessions.list(&ListQuery::new(20));
/// while let Some(row) = page.next_row().await? {
///     println!("{}", row.name());
/// }
/// let next = page.end().and_then(|end| end.next.clone());
/// assert!(next.is_none(), "no second page");
/// # Ok(())
/// # }
/// ```
#[must_use = "a page is read by polling it"]
pub struct Page {
    rows: mpsc::UnboundedReceiver<FoundItem>,
    /// Is told how many sessions were looked at.
    looked: Option<Box<dyn FnMut(u64) + Send>>,
    /// Is told by which figure a row is sorted.
    ranked: Option<HearsFigure>,
    /// Finds the rows; `None` once it has ended.
    search: Option<BoxFuture<'static, Result<PageEnd>>>,
    failed: Option<Error>,
    end: Option<PageEnd>,
}

/// Where a search puts the rows it finds.
#[derive(Debug, Clone)]
pub struct RowSink(mpsc::UnboundedSender<FoundItem>);

/// What a search puts there.
#[derive(Debug)]
enum FoundItem {
    /// With the figure that it is sorted by.
    Row(Box<Summary>, Option<u64>),
    Looked(u64),
}

impl RowSink {
    /// Gives a row away. `false`: the page was given up, so that the search may end.
    pub fn push(&self, row: Summary) -> bool {
        self.push_ranked(row, None)
    }

    /// The same with the figure that it is sorted by, where that was counted to find its place: who shows it need not count it again.
    pub(crate) fn push_ranked(&self, row: Summary, figure: Option<u64>) -> bool {
        self.0.send(FoundItem::Row(Box::new(row), figure)).is_ok()
    }

    /// Tells how many sessions were looked at so far, of a search that has to look at many before it gives a row. `false`: the page
    /// was given up.
    pub fn looked(&self, sessions: u64) -> bool {
        self.0.send(FoundItem::Looked(sessions)).is_ok()
    }

    /// A sink of a search within a search: how many rows it gave is asked of what stands beside it.
    pub(crate) fn collecting() -> (Self, CollectedRows) {
        let (sink, rows) = mpsc::unbounded_channel();
        (Self(sink), CollectedRows(rows))
    }
}

/// Rows that were put into a sink.
#[derive(Debug)]
pub(crate) struct CollectedRows(mpsc::UnboundedReceiver<FoundItem>);

impl CollectedRows {
    /// Those that are there.
    pub(crate) fn take(&mut self) -> Vec<Summary> {
        let items = std::iter::from_fn(|| self.0.try_recv().ok());
        let rows = items.filter_map(|item| if let FoundItem::Row(row, _) = item { Some(*row) } else { None });
        rows.collect()
    }
}

impl Page {
    /// A page whose rows are found by a search, which runs while the page is read.
    pub fn found_by<F>(search: impl FnOnce(RowSink) -> F) -> Self
    where
        F: Future<Output = Result<PageEnd>> + Send + 'static,
    {
        let (sink, rows) = mpsc::unbounded_channel();
        Self {
            rows,
            looked: None,
            ranked: None,
            search: Some(Box::pin(search(RowSink(sink)))),
            failed: None,
            end: None,
        }
    }

    /// The same, telling how many sessions were looked at, while it is read: of a search that has to look at many before it gives a
    /// row.
    pub fn on_looked(mut self, looked: impl FnMut(u64) + Send + 'static) -> Self {
        self.looked = Some(Box::new(looked));
        self
    }

    /// The same, telling by which figure a row is sorted, right before that row is given.
    pub(crate) fn on_ranked(mut self, ranked: impl FnMut(&SessionKey, u64) + Send + 'static) -> Self {
        self.ranked = Some(Box::new(ranked));
        self
    }

    /// The next row that was found, once what stands before it was told.
    fn poll_found(&mut self, context: &mut Context<'_>) -> Poll<Option<Summary>> {
        loop {
            match self.rows.poll_recv(context) {
                Poll::Ready(Some(FoundItem::Row(row, figure))) => {
                    if let (Some(ranked), Some(figure)) = (&mut self.ranked, figure) {
                        ranked(&row.key, figure);
                    }
                    return Poll::Ready(Some(*row));
                }
                Poll::Ready(Some(FoundItem::Looked(sessions))) => {
                    if let Some(looked) = &mut self.looked {
                        looked(sessions);
                    }
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// A page of rows that are known already.
    pub fn of(rows: Vec<Summary>, end: PageEnd) -> Self {
        Self::found_by(|sink| async move {
            rows.into_iter().all(|row| sink.push(row));
            Ok(end)
        })
    }

    /// How the page ended; `None` while it is read, and after an error.
    #[must_use]
    pub fn end(&self) -> Option<&PageEnd> {
        self.end.as_ref()
    }

    /// The next row, once it is found; `None` once the page has ended.
    ///
    /// # Errors
    /// What the search met, after the rows that it found before.
    pub async fn next_row(&mut self) -> Result<Option<Summary>> {
        self.try_next().await
    }

    /// Reads it to its end.
    ///
    /// # Errors
    /// What the search met; the rows before it are lost, which reading row by row avoids.
    pub async fn read(mut self) -> Result<(Vec<Summary>, PageEnd)> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row().await? {
            rows.push(row);
        }
        Ok((rows, self.end.unwrap_or_default()))
    }
}

impl Stream for Page {
    type Item = Result<Summary>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            // What was found comes first, also before how the search ended.
            let found = self.poll_found(context);
            if let Poll::Ready(Some(row)) = found {
                return Poll::Ready(Some(Ok(row)));
            }
            let Some(search) = &mut self.search else {
                // Pending here is no wait for a row: the runtime lets other tasks have their turn, and rows may be left.
                return found.map(|_| self.failed.take().map(Err));
            };
            match search.as_mut().poll(context) {
                Poll::Pending => {
                    // A row that was put there just now has woken nobody. That no more can come is not yet the end.
                    return match self.poll_found(context) {
                        Poll::Ready(Some(row)) => Poll::Ready(Some(Ok(row))),
                        _ => Poll::Pending,
                    };
                }
                Poll::Ready(Ok(end)) => self.end = Some(end),
                Poll::Ready(Err(error)) => self.failed = Some(error),
            }
            self.search = None;
        }
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("running", &self.search.is_some()).field("end", &self.end).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, StreamExt};

    use super::*;
    use crate::session::decode;

    fn row(id: &str) -> Summary {
        let mut row = decode::summary(&bson::Document::new());
        row.key = SessionKey::from(id);
        row
    }

    #[test]
    fn rows_come_as_they_are_found_and_the_end_comes_last() {
        let (go, gate) = tokio::sync::oneshot::channel::<()>();
        let mut page = Page::found_by(|rows| async move {
            assert!(rows.push(row("a")));
            let _ = gate.await;
            assert!(rows.push(row("b")));
            Ok(PageEnd::timed_out(None))
        });
        let name = |row: Option<Option<Result<Summary>>>| row.flatten().map(|row| row.unwrap().name().to_owned());
        assert_eq!(name(page.next().now_or_never()), Some("a".to_owned()), "before the search has ended");
        assert!(page.next().now_or_never().is_none() && page.end().is_none());
        go.send(()).unwrap();
        assert_eq!(name(page.next().now_or_never()), Some("b".to_owned()));
        assert!(page.next().now_or_never().unwrap().is_none());
        assert!(page.end().is_some_and(|end| end.timed_out));
    }

    #[test]
    fn what_was_looked_at_is_told_before_the_rows_that_follow() {
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let noted = std::sync::Arc::clone(&told);
        let page = Page::found_by(|rows| async move {
            assert!(rows.looked(10) && rows.looked(20) && rows.push(row("a")) && rows.looked(30));
            Ok(PageEnd::default())
        });
        let mut page = page.on_looked(move |count| noted.lock().unwrap().push(count));
        assert!(page.next().now_or_never().unwrap().unwrap().is_ok());
        assert_eq!(*told.lock().unwrap(), [10, 20]);
        assert!(page.next().now_or_never().unwrap().is_none());
        assert_eq!(*told.lock().unwrap(), [10, 20, 30]);
    }

    #[test]
    fn by_which_figure_a_row_is_sorted_is_told_right_before_it() {
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let noted = std::sync::Arc::clone(&told);
        let page = Page::found_by(|rows| async move {
            assert!(rows.push_ranked(row("a"), Some(7)) && rows.push(row("b")) && rows.push_ranked(row("c"), Some(5)));
            Ok(PageEnd::default())
        });
        let mut page = page.on_ranked(move |key, figure| noted.lock().unwrap().push((key.text().to_owned(), figure)));
        for known in [vec![("a", 7)], vec![("a", 7)], vec![("a", 7), ("c", 5)]] {
            assert!(page.next().now_or_never().unwrap().unwrap().is_ok());
            let told: Vec<(String, u64)> = told.lock().unwrap().clone();
            assert_eq!(told, known.into_iter().map(|(key, figure)| (key.to_owned(), figure)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_search_that_lets_go_of_its_rows_early_still_tells_its_end() {
        let (go, gate) = tokio::sync::oneshot::channel::<()>();
        let mut page = Page::found_by(|rows| async move {
            drop(rows);
            let _ = gate.await;
            Ok(PageEnd::timed_out(None))
        });
        assert!(page.next().now_or_never().is_none());
        go.send(()).unwrap();
        assert!(page.next().now_or_never().unwrap().is_none());
        assert!(page.end().is_some_and(|end| end.timed_out));
    }

    #[tokio::test]
    async fn none_of_many_rows_is_lost_where_the_runtime_takes_turns() {
        let (rows, _) = Page::of(vec![row("a"); 1000], PageEnd::default()).read().await.unwrap();
        assert_eq!(rows.len(), 1000);
    }

    #[test]
    fn an_error_comes_after_what_was_found() {
        let mut page = Page::found_by(|rows| async move {
            rows.push(row("a"));
            Err(Error::other("listing", "it broke"))
        });
        assert!(page.next().now_or_never().unwrap().unwrap().is_ok());
        assert!(page.next().now_or_never().unwrap().unwrap().is_err());
        assert!(page.next().now_or_never().unwrap().is_none() && page.end().is_none());
    }
}
