//! The part of a filter that no query can ask: what is read from a session's messages, such as what is wrong with its histories.

use std::collections::{HashMap, HashSet};

use bson::{Bson, doc};

use super::{MongoRepository, decoded_value, details, errors::Doing, filter, outline, rows};
use crate::{
    repository::{
        Filter, Result,
        filter::{FilterTest, MessagesRead},
    },
    session::{Details, SessionKey, Summary},
};

/// Which of some rows that the query for the filter has found their messages let through. One that is gone by now is not.
pub(super) async fn let_through(
    reader: &MongoRepository,
    found: &[Summary],
    wanted: &Filter,
) -> Result<HashSet<SessionKey>> {
    let keys: Vec<SessionKey> = found.iter().map(|row| row.key.clone()).collect();
    if !wanted.asks_for_messages() {
        return Ok(keys.into_iter().collect());
    }
    // Of what is read from messages, findings alone go by counts and sizes too.
    let is_counted = wanted.tests().iter().any(|test| matches!(test, FilterTest::HasFinding(_)));
    let counted: HashMap<SessionKey, Details> =
        if is_counted { details::read(reader, &keys).await?.into_iter().collect() } else { HashMap::new() };
    let outlines = outline::many(reader, &keys).await?;
    let (uncounted, mut through) = (Details::default(), HashSet::new());
    // What else decides of some of them: mostly the same of all.
    let mut open: Vec<(Filter, Vec<SessionKey>)> = Vec::new();
    for row in found {
        let details = if is_counted { counted.get(&row.key) } else { Some(&uncounted) };
        let (Some(details), Some(outline)) = (details, outlines.get(&row.key)) else { continue };
        let Some(rest) = wanted.settled(MessagesRead { row, details, outline }) else { continue };
        if rest.is_empty() {
            through.insert(row.key.clone());
        } else if let Some((_, keys)) = open.iter_mut().find(|(other, _)| *other == rest) {
            keys.push(row.key.clone());
        } else {
            open.push((rest, vec![row.key.clone()]));
        }
    }
    for (rest, keys) in open {
        through.extend(matching(reader, &rest, &keys).await?);
    }
    Ok(through)
}

/// Those of some sessions that match what a query can ask.
async fn matching(reader: &MongoRepository, rest: &Filter, keys: &[SessionKey]) -> Result<Vec<SessionKey>> {
    let ids: Vec<Bson> = keys.iter().map(|key| key.bson().clone()).collect();
    let mut there = doc! { "_id": { "$in": ids } };
    there.extend(reader.within());
    let pipeline =
        vec![doc! { "$match": { "$and": [ there, filter::query(rest) ] } }, doc! { "$project": { "_id": 1 } }];
    let question = || {
        let found = reader.aggregate(pipeline.clone());
        async move {
            let (mut found, mut keys) = (found.await?, Vec::new());
            while found.advance().await? {
                let id = rows::field(found.current(), "_id").map_or(Bson::Null, decoded_value);
                keys.push(SessionKey::new(id));
            }
            Ok(keys)
        }
    };
    let doing = Doing::new("find", "what a filter asks of the sessions");
    reader.ask(question).await.map_err(|error| reader.failure(&error, doing))
}
