//! What every command starts from.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    app::{
        config::{Config, ConnectionArguments, Environment, places},
        place::{self, Attendance, Origin, Place, Reveal, Rights, Store},
        text, told,
        writes::{HandWriter, Journal, WritePlace},
    },
    hook::Hooks,
    repository::{self, Candidate, Error, Filter, Opened, SessionReader, mongo::uri},
    session::{SessionKey, Summary},
};
use anyhow::Result;
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use super::{
    confirm, output, password,
    stop::{MissingOnes, Stop},
};

/// After this it is said that keys are waited for: a person may be asked for what opens their store.
const SLOW: Duration = Duration::from_secs(5);

/// Settings, environment and arguments.
pub struct Context {
    pub config: Config,
    pub environment: Environment,
    pub connection: ConnectionArguments,
    /// `--confirm`.
    confirm: Option<String>,
    /// What was opened, to be closed at the end.
    opened: Mutex<Vec<Store>>,
    /// What opens and seals encrypted metadata, once its keys were read.
    reveal: OnceCell<Reveal>,
}

impl Context {
    pub fn new(config: Config, environment: Environment, connection: ConnectionArguments) -> Self {
        let (opened, reveal) = (Mutex::default(), OnceCell::new());
        Self { config, environment, connection, confirm: None, opened, reveal }
    }

    /// With the words of `--confirm`.
    pub fn confirmed(self, confirm: Option<String>) -> Self {
        Self { confirm, ..self }
    }

    /// Asks for the words of the place that is meant, where it has some: each command that writes does so before it writes.
    pub fn agree(&self) -> Result<()> {
        let place = self.required()?;
        let Some(words) = &place.rules.confirm else { return Ok(()) };
        confirm::ask(&place.name, words, self.confirm.as_deref())
    }

    /// The same for a place where standard input is no person's: the words must have been given.
    pub fn agree_unasked(&self, place: &Place) -> Result<()> {
        let Some(words) = &place.rules.confirm else { return Ok(()) };
        confirm::given(&place.name, words, self.confirm.as_deref())
    }

    /// The sessions that are meant, `None` where nothing says.
    pub fn chosen(&self) -> Result<Option<Place>> {
        Ok(self.config.connection(&self.connection, &self.environment)?)
    }

    /// The sessions that are meant; a command cannot ask.
    pub fn required(&self) -> Result<Place> {
        self.chosen()?.ok_or_else(|| {
            Stop::Usage(
                "no sessions are configured; give --uri mongodb://host:27017, --dir FOLDER or --profile NAME, \
                 or set STRANDSCOPE_URI (`strandscope demo` needs none of them)"
                    .into(),
            )
            .into()
        })
    }

    /// Opens the sessions that are meant to change them by hand.
    pub async fn hand(&self, hooks: &Hooks) -> Result<HandWriter> {
        let place = self.required()?;
        if place.read_only {
            return Err(Error::read_only(place.name, None).into());
        }
        let store = self.open(&place, Rights::Write).await?;
        store.repository()?;
        Ok(HandWriter {
            place: WritePlace::of(&place, store.reader().as_ref()),
            store,
            hooks: hooks.clone(),
            copies: places::copies_dir(),
            journal: Journal::new(places::state_dir()),
        })
    }

    /// The same to change metadata: what is to be encrypted is.
    pub async fn metadata_hand(&self, hooks: &Hooks) -> Result<HandWriter> {
        let mut hand = self.hand(hooks).await?;
        hand.place.rules.reveal = self.reveal().await;
        Ok(hand)
    }

    /// What opens and seals encrypted metadata. The keys are read when it is asked for first; that they cannot be had is said then.
    pub async fn reveal(&self) -> Reveal {
        let Some(settings) = &self.config.encryption else { return Reveal::default() };
        let read = async {
            let waiting = || output::note(&format!("waiting for the keys of encrypted metadata, in {}", settings.keys));
            let reveal = place::told_when_slow(settings.reveal(Attendance::of_command()), SLOW, waiting).await;
            let says = reveal.missing().map(|why| format!("encrypted metadata is not opened: {why}"));
            if let Some(says) = says.or_else(|| settings.exposed()) {
                output::note(&says);
            }
            reveal
        };
        self.reveal.get_or_init(|| read).await.clone()
    }

    /// Lets a filter find what is encrypted, where it asks for that.
    pub async fn search_encrypted(&self, filter: &mut Filter) {
        let reveal = self.searching_for(filter).await;
        reveal.search(filter);
    }

    /// What lets a filter do so, each time that it is read. The keys are read for no other one.
    pub async fn searching_for(&self, filter: &Filter) -> Reveal {
        let Some(settings) = &self.config.encryption else { return Reveal::default() };
        if let Some(why) = settings.not_found_by(filter) {
            output::note(&why);
        }
        if settings.are_asked_by(filter) { self.reveal().await } else { Reveal::default() }
    }

    /// What lets filters that come later do so. The keys are read where the settings name a field that can be searched for.
    pub async fn searching(&self) -> Reveal {
        match &self.config.encryption {
            Some(settings) if settings.fields.iter().any(|field| field.deterministic) => self.reveal().await,
            _ => Reveal::default(),
        }
    }

    /// The hooks of the configuration, started.
    pub fn hooks(&self) -> Result<Hooks> {
        Ok(self.config.hooks.build().map_err(|error| Stop::Usage(error.to_string()))?)
    }

    /// Opens the sessions that are meant.
    pub async fn reader(&self) -> Result<Arc<dyn SessionReader>> {
        Ok(self.open(&self.required()?, Rights::Read).await?.reader())
    }

    /// Opens a place; a command cannot ask which of several collections is meant.
    pub async fn open(&self, place: &Place, rights: Rights) -> Result<Store> {
        let place = whole(place.clone()).await?;
        for note in place.notes() {
            output::note(&note);
        }
        match self.open_noted(&place, rights).await? {
            Opened::Store(store) => Ok(store),
            Opened::Choose(candidates) => Err(choose(&candidates).into()),
        }
    }

    /// Opens a place; what it gives is closed with [`Self::close`].
    pub async fn open_noted(&self, place: &Place, rights: Rights) -> repository::Result<Opened<Store>> {
        let opened = place::open(place, rights, self.config.limits, output::note).await?;
        if let Opened::Store(store) = &opened {
            self.opened().push(store.clone());
        }
        Ok(opened)
    }

    /// Closes what was opened: the driver's tasks need the runtime to end well.
    pub async fn close(&self) {
        let opened = std::mem::take(&mut *self.opened());
        for store in opened {
            store.close().await;
        }
    }

    fn opened(&self) -> MutexGuard<'_, Vec<Store>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place with its connection string whole: what is kept elsewhere is read, and a password that nothing gives is asked for.
pub async fn whole(place: Place) -> Result<Place> {
    let Origin::Kept(kept) = &place.origin else { return Ok(place) };
    let of = if place.is_profile { format!(" of the profile {}", place.name) } else { String::new() };
    let attendance = Attendance::of_command();
    let way_out = if attendance == Attendance::Person { "; Ctrl-C gives up" } else { "" };
    let waiting = |what: &str| output::note(&format!("waiting for {what}{of}{way_out}"));
    let mut uri = kept.uri(attendance, &waiting).await?;
    if let Some(user) = uri::lacks_password(uri.expose_secret()) {
        let password = password::ask(&user, &uri::hosts(uri.expose_secret()))?;
        uri = uri::with_password(uri.expose_secret(), password.expose_secret());
    }
    let origin = kept.target(uri).into();
    Ok(Place { origin, ..place })
}

/// Several collections look like sessions.
pub fn choose(candidates: &[Candidate]) -> Stop {
    let mut text = "several collections hold sessions; say which:".to_owned();
    for Candidate { database, collection, documents } in candidates {
        let plural = if *documents == 1 { "" } else { "s" };
        // Writing to a string cannot fail.
        let (database, collection) = (option("--database", database), option("--collection", collection));
        let _ = write!(text, "\n  {database} {collection}   ({documents} document{plural})");
    }
    Stop::Usage(text)
}

/// An option of a command line; a value that begins with a hyphen would be taken for another.
fn option(name: &str, value: &str) -> String {
    format!("{name}{}{}", if value.starts_with('-') { '=' } else { ' ' }, told::shell_word(value))
}

/// The one session that an ID means.
pub async fn one(reader: &dyn SessionReader, id: &str) -> Result<Summary> {
    let mut matches = reader.resolve(id).await?;
    match (matches.pop(), matches.is_empty()) {
        (None, _) => Err(missing(reader, id).await),
        (Some(summary), true) => Ok(summary),
        (Some(last), false) => {
            matches.push(last);
            Err(ambiguous(id, &matches).into())
        }
    }
}

/// The sessions that some IDs mean, each once, and those that mean none.
pub async fn each(
    reader: &dyn SessionReader,
    ids: impl Iterator<Item = &String>,
) -> Result<(Vec<Summary>, MissingOnes)> {
    let (mut found, mut missing) = (Vec::<Summary>::new(), MissingOnes::default());
    for id in ids {
        let Some(summary) = missing.sift(one(reader, id).await)? else { continue };
        if found.iter().all(|known| known.key != summary.key) {
            found.push(summary);
        }
    }
    Ok((found, missing))
}

/// There is no such session, and perhaps none at all.
async fn missing(reader: &dyn SessionReader, id: &str) -> anyhow::Error {
    let missing = Error::not_found(id, reader.location());
    if id.starts_with("--") {
        return Stop::NotFound(format!("{missing}; if an option was meant, `strandscope --help` names them")).into();
    }
    if let Some(why) = why_empty(reader).await {
        return Stop::NotFound(format!("{missing}: {why}")).into();
    }
    // Whether one is there is not told.
    reader
        .admits(&SessionKey::from(id))
        .map_or_else(|outside| Stop::NotFound(told::sentence(&outside)).into(), |()| missing.into())
}

/// That nothing was found, and why where the whole place looks empty.
pub async fn nothing(reader: &dyn SessionReader, said: &str) -> String {
    why_empty(reader).await.map_or_else(|| said.to_owned(), |why| format!("{said}: {why}"))
}

/// Why a place looks empty, such as a mistyped name, and what to do. `None`: it is not empty, or nothing is known.
pub async fn why_empty(reader: &dyn SessionReader) -> Option<String> {
    let check = match reader.why_empty().await {
        Ok(check) => check?,
        Err(error) => {
            tracing::debug!("why it is empty: {error}");
            return None;
        }
    };
    Some(match told::advice(&check.advice) {
        Some(advice) => format!("{}; {advice}", check.found),
        None => check.found,
    })
}

fn ambiguous(id: &str, matches: &[Summary]) -> Stop {
    let mut text = format!("{id:?} means {} sessions; give the _id of one of them:", matches.len());
    for (at, summary) in matches.iter().enumerate() {
        let shown = summary.key.text();
        let alike = matches.iter().enumerate().any(|(other, row)| other != at && row.key.text() == shown);
        // An ID that is typed means a string first, and never one of two that look alike.
        let shown = if alike || shown == id { summary.key.exact() } else { shown };
        let when = output::time(summary.updated_at.or(summary.created_at));
        let application = summary.application_name.as_deref().unwrap_or("-");
        let _ = write!(text, "\n  {}   {when}   {}", text::line(&summary.spelled(shown)), text::line(application));
    }
    Stop::Usage(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_listed() {
        let candidate = |collection: &str, documents| Candidate {
            database: "agents".into(),
            collection: collection.into(),
            documents,
        };
        assert_eq!(option("--collection", "-dash"), "--collection=-dash");
        let several = choose(&[candidate("sessions", 4812), candidate("old\u{1b}", 1)]);
        let summary = |id: bson::Bson| Summary {
            key: SessionKey::new(id),
            session_id: Some("x".into()),
            application_name: None,
            session_type: None,
            created_at: Some(crate::session::StoredDate::from_millis(1_795_443_080_900)),
            updated_at: None,
            unclear_dates: Vec::new(),
            metadata: None,
        };
        let ids = [summary("x\u{202e}".into()), summary(bson::oid::ObjectId::from_bytes([7; 12]).into())];
        insta::assert_snapshot!(format!("{several}\n{}", ambiguous("x", &ids)));
    }
}
