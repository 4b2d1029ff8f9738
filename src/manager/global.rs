//! One factory for a whole process, for programs whose parts have no other way to hand it around.

use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use tokio::{sync::Mutex, task::JoinHandle};

use super::{FactorySettings, SessionManagerFactory};
use crate::repository::Error;

/// Why there is no global factory, or none as it was asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum GlobalFactoryError {
    /// There is none: it was not initialized yet, was closed, or the runtime that its connections belonged to has ended.
    #[error("the global factory is not initialized: call initialize_global_factory at the start of the program")]
    NotInitialized,
    /// There is one already, for another place or with something else.
    #[error(
        "the global factory is there already, for the sessions in {there}, and this asks for {asked}: close it first"
    )]
    #[non_exhaustive]
    AlreadyInitialized {
        /// Hosts, database and collection of the one that is there. Holds no password.
        there: String,
        /// What was asked for that it has not: `another database`, `other hooks`.
        asked: &'static str,
    },
    /// It could not be connected.
    #[error(transparent)]
    Connection(#[from] Error),
}

/// For programs whose functions give a [`Result`](crate::Result).
impl From<GlobalFactoryError> for Error {
    fn from(error: GlobalFactoryError) -> Self {
        match error {
            GlobalFactoryError::Connection(error) => error,
            other => Self::other("asking for the process's factory", other.to_string()).caused_by(other),
        }
    }
}

struct GlobalFactory {
    factory: Arc<SessionManagerFactory>,
    /// What it was connected with, and where; `None` for one that was given.
    connected: Option<Connected>,
}

struct Connected {
    settings: FactorySettings,
    /// A task that only waits: it ends with the runtime that the connections belong to.
    runtime: JoinHandle<()>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.runtime.abort();
    }
}

impl GlobalFactory {
    /// Whether the runtime of its connections is there.
    fn is_alive(&self) -> bool {
        self.connected.as_ref().is_none_or(|connected| !connected.runtime.is_finished())
    }

    fn refusal(&self, asked: &'static str) -> GlobalFactoryError {
        GlobalFactoryError::AlreadyInitialized { there: self.factory.identity(), asked }
    }
}

static GLOBAL: RwLock<Option<GlobalFactory>> = RwLock::new(None);

/// Held while it is made or closed: one starts only once the one before has ended.
static LIFE: Mutex<()> = Mutex::const_new(());

tokio::task_local! {
    /// The one of [`with_global_factory`].
    static OF_TASK: Arc<SessionManagerFactory>;
}

fn read() -> RwLockReadGuard<'static, Option<GlobalFactory>> {
    GLOBAL.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Option<GlobalFactory>> {
    GLOBAL.write().unwrap_or_else(PoisonError::into_inner)
}

/// Connects the factory of this process, once: whoever calls it again with the same settings, at the same time or later, is given
/// the same one. Returns once a server has answered; where none does, there is no global factory, and it can be tried again.
///
/// Its connections belong to the tokio runtime that this is called in: once that has ended, as at the end of a test, there is no
/// global factory any more, and another can be initialized. Close it before, so that hooks deliver what they hold.
///
/// ```no_run
/// use strandscope::{FactorySettings, PoolOptions, close_global_factory, get_global_factory, initialize_global_factory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = FactorySettings::new("mongodb://localhost:27017", "agents", "sessions");
/// initialize_global_factory(&settings.pool(PoolOptions::default().size(10, 100))).await?;
///
/// // Anywhere, in any task.
/// let manager = get_global_factory()?.manager("support-1042");
/// manager.open_or_create().await?;
///
/// // Once nothing uses it any more.
/// close_global_factory().await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`GlobalFactoryError::AlreadyInitialized`] where there is one with other settings, which stays as it is; what
/// [`SessionManagerFactory::connect`] can meet.
pub async fn initialize_global_factory(
    settings: &FactorySettings,
) -> Result<Arc<SessionManagerFactory>, GlobalFactoryError> {
    let _alone = LIFE.lock().await;
    if let Some(answer) = known(settings) {
        return answer;
    }
    let factory = Arc::new(SessionManagerFactory::connect(settings).await?);
    let connected = Connected { settings: settings.clone(), runtime: tokio::spawn(std::future::pending()) };
    put(GlobalFactory { factory: Arc::clone(&factory), connected: Some(connected) });
    Ok(factory)
}

/// What is said where there is one already.
fn known(settings: &FactorySettings) -> Option<Result<Arc<SessionManagerFactory>, GlobalFactoryError>> {
    let there = read();
    let there = there.as_ref().filter(|there| there.is_alive())?;
    let connected = there.connected.as_ref();
    let difference = connected.map_or(Some("a factory of its own"), |known| settings.difference(&known.settings));
    Some(difference.map_or_else(|| Ok(Arc::clone(&there.factory)), |asked| Err(there.refusal(asked))))
}

/// Puts it in the place of one whose runtime has ended, or of none.
fn put(global: GlobalFactory) {
    let ended = write().replace(global);
    // Not under the lock: what it holds may ask for the global factory while it goes.
    drop(ended);
}

/// Makes a factory the one of this process: one with a lent client, of a folder, or that need not be connected yet.
///
/// # Errors
/// [`GlobalFactoryError::AlreadyInitialized`] where there is another, which stays as it is.
pub async fn set_global_factory(factory: &Arc<SessionManagerFactory>) -> Result<(), GlobalFactoryError> {
    let _alone = LIFE.lock().await;
    if let Some(known) = read().as_ref().filter(|known| known.is_alive()) {
        return if Arc::ptr_eq(&known.factory, factory) { Ok(()) } else { Err(known.refusal("another factory")) };
    }
    put(GlobalFactory { factory: Arc::clone(factory), connected: None });
    Ok(())
}

/// The factory of this process, or of this task where it runs [`with_global_factory`].
///
/// # Errors
/// [`GlobalFactoryError::NotInitialized`].
pub fn get_global_factory() -> Result<Arc<SessionManagerFactory>, GlobalFactoryError> {
    if let Ok(own) = OF_TASK.try_with(Arc::clone) {
        return Ok(own);
    }
    let there = read();
    let alive = there.as_ref().filter(|there| there.is_alive());
    alive.map(|there| Arc::clone(&there.factory)).ok_or(GlobalFactoryError::NotInitialized)
}

/// Lets the hooks of the global factory deliver what they hold, up to a deadline of 10 s, then closes its pool, also for those who
/// still hold it. Gives how much the hooks did not deliver; 0 where there is no global factory. From its first moment on there is
/// none, and another can be initialized, which waits until this one has ended.
pub async fn close_global_factory() -> u64 {
    let _alone = LIFE.lock().await;
    let taken = write().take();
    match taken {
        Some(global) if global.is_alive() => global.factory.end().await,
        // What its hooks held went with its runtime.
        _ => 0,
    }
}

/// Runs something for which that factory is the global one, whatever that of the process is: tests that run in parallel in one
/// process each bring their own. Tasks that are spawned within are no part of it, and [`initialize_global_factory`],
/// [`set_global_factory`] and [`close_global_factory`] mean that of the process there too.
pub async fn with_global_factory<F: Future>(factory: Arc<SessionManagerFactory>, work: F) -> F::Output {
    OF_TASK.scope(factory, work).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::folder;

    async fn factory() -> (tempfile::TempDir, Arc<SessionManagerFactory>) {
        let dir = tempfile::tempdir().unwrap();
        let factory = SessionManagerFactory::new(folder::open(dir.path()).await.unwrap());
        (dir, Arc::new(factory))
    }

    /// The only test here of the process' own: it would meet others.
    #[tokio::test]
    async fn there_is_one_at_a_time_and_none_after_it_is_closed() {
        assert!(matches!(get_global_factory(), Err(GlobalFactoryError::NotInitialized)));
        assert_eq!(close_global_factory().await, 0);
        let ((dir, first), (_other, second)) = (factory().await, factory().await);
        set_global_factory(&first).await.unwrap();
        set_global_factory(&first).await.unwrap();
        assert!(Arc::ptr_eq(&get_global_factory().unwrap(), &first));
        let refused = set_global_factory(&second).await.unwrap_err().to_string();
        assert!(
            refused.contains(&dir.path().display().to_string()) && refused.contains("another factory"),
            "{refused}"
        );
        let settings = FactorySettings::new("mongodb://u:hunter2@127.0.0.1:1", "d", "c");
        let refused = initialize_global_factory(&settings).await.unwrap_err().to_string();
        assert!(refused.contains("a factory of its own") && !refused.contains("hunter2"), "{refused}");
        assert_eq!(close_global_factory().await, 0);
        assert!(matches!(get_global_factory(), Err(GlobalFactoryError::NotInitialized)));
        set_global_factory(&second).await.unwrap();
        assert!(Arc::ptr_eq(&get_global_factory().unwrap(), &second));
        close_global_factory().await;
    }

    #[tokio::test]
    async fn a_task_can_have_its_own() {
        let ((_a, one), (_b, two)) = (factory().await, factory().await);
        let mine = async |own: Arc<SessionManagerFactory>| {
            let wanted = Arc::clone(&own);
            with_global_factory(own, async move {
                tokio::task::yield_now().await;
                Arc::ptr_eq(&get_global_factory().unwrap(), &wanted)
            })
            .await
        };
        assert_eq!(tokio::join!(mine(one), mine(two)), (true, true));
    }

    #[test]
    fn it_is_an_error_of_the_library_too() {
        let error = Error::from(GlobalFactoryError::NotInitialized);
        assert!(error.to_string().contains("is not initialized"), "{error}");
        let lost = GlobalFactoryError::from(Error::unreachable("h:1", "refused"));
        assert!(Error::from(lost).is_connection_lost());
    }
}
