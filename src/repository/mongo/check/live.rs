//! What `doctor` says of live updates: how changes are told there, and what would tell them sooner.

use std::time::Duration;

use bson::Document;

use crate::repository::{
    Check, Hint, Verdict,
    mongo::{
        MongoRepository,
        errors::{self, Doing},
        indexes, poll,
        watch::{self, REPLICA_SET},
    },
};

const NAME: &str = "live updates";

/// The index by which polling finds sessions that are not in view.
const BY: &str = "updated_at";

/// Really opens a change stream: a role may lack the right, and not every compatible server has them.
pub(super) async fn live_updates(reader: &MongoRepository, hello: &Document) -> Check {
    let here = reader.namespace();
    if let Some(why) = reader.written_never() {
        // Nothing is indexed there, nor can be.
        return polled(&format!("{here} {why}, and such have no change streams"), false, Vec::new());
    }
    if !super::is_sharded(hello) && !hello.contains_key("setName") {
        return looked_at(reader, "a standalone server has no change streams", REPLICA_SET).await;
    }
    let asked = watch::pipeline(false);
    match reader.collection_to_read().watch().pipeline(asked).max_await_time(Duration::from_millis(1)).await {
        Ok(_) => Check::ok(NAME, "each change is told as it is made: a change stream could be opened"),
        Err(error) if errors::is_lost(&error) => {
            let error = reader.failure(&error, Doing::new("changeStream", "the change stream"));
            Check::told(Verdict::Warn, NAME, &error)
        }
        Err(error) if errors::is_denied(&error) => {
            let advice = "ask for the actions find and changeStream on the collection (the role `read` has both)";
            looked_at(reader, &format!("there is no right to watch {here}"), advice).await
        }
        Err(error) => {
            let error = reader.failure(&error, Doing::new("changeStream", "the change stream"));
            let why = format!("a change stream could not be opened: {error}");
            looked_at(reader, &why, "nothing, if that will do; else see what the server says").await
        }
    }
}

/// The collection is looked at again and again. Where its indexes may not be listed, looks try whether there is one.
async fn looked_at(reader: &MongoRepository, why: &str, advice: &'static str) -> Check {
    let is_indexed = indexes::serves(reader, BY).await.unwrap_or(true);
    let advice = [Some(advice.into()), (!is_indexed).then_some(Hint::CreateIndexes)];
    polled(why, is_indexed, advice.into_iter().flatten().collect())
}

fn polled(why: &str, is_indexed: bool, advice: Vec<Hint>) -> Check {
    let (shortest, longest) = poll::PACES;
    let every = format!("every {} s to {} s", shortest.as_secs_f64(), longest.as_secs_f64());
    let found = if is_indexed {
        format!("what is in view and what changed last is looked at {every}: {why}")
    } else {
        format!("only what is in view is looked at, {every}, as no index is on {BY}: {why}")
    };
    Check { verdict: Verdict::Warn, advice, ..Check::ok(NAME, found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_told_and_what_is_missed() {
        let told = |is_indexed| polled("it stands alone", is_indexed, vec![Hint::CreateIndexes]);
        let whole = "what is in view and what changed last is looked at every 0.5 s to 5 s: it stands alone";
        assert_eq!((told(true).verdict, told(true).found.as_str()), (Verdict::Warn, whole));
        let part =
            "only what is in view is looked at, every 0.5 s to 5 s, as no index is on updated_at: it stands alone";
        assert_eq!(told(false).found, part);
        assert_eq!(told(false).advice, [Hint::CreateIndexes]);
    }
}
