//! What was told while nobody read.

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use super::WAITING;
use crate::repository::News;

/// What has come is told at once, changes that followed each other as one.
pub(super) fn told_together(news: mpsc::Receiver<News>) -> impl Stream<Item = News> + Send {
    let received = stream::unfold(news, |mut news| async move {
        let mut told = Vec::new();
        news.recv_many(&mut told, WAITING).await;
        (!told.is_empty()).then(|| (stream::iter(together(told)), news))
    });
    received.flatten()
}

fn together(told: Vec<News>) -> Vec<News> {
    let mut merged: Vec<News> = Vec::new();
    for news in told {
        match news {
            News::Changes(mut more) => {
                if let Some(News::Changes(before)) = merged.last_mut() {
                    before.append(&mut more);
                } else {
                    merged.push(News::Changes(more));
                }
            }
            other => merged.push(other),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        repository::{Error, WatchMode},
        session::Change,
    };

    #[test]
    fn changes_that_follow_each_other_are_told_together_and_in_order() {
        let gone = |id: &str| News::Changes(vec![Change::deleted(id.into())]);
        let lost = News::Lost(Error::unreachable("h", "r"));
        let told = together(vec![gone("a"), gone("b"), lost, News::Begun(WatchMode::Stream), gone("c")]);
        let [News::Changes(first), News::Lost(_), News::Begun(_), News::Changes(last)] = told.as_slice() else {
            panic!("{told:?}");
        };
        let keys =
            |changes: &[Change]| changes.iter().map(|change| change.session.text().to_owned()).collect::<Vec<_>>();
        assert_eq!((keys(first), keys(last)), (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]));
    }
}
