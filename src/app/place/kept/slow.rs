//! What may take long is waited for aloud.

use std::{pin::pin, time::Duration};

use tokio::time::timeout;

/// What some work gives; where it takes longer than that, somebody is told, once.
pub async fn told_when_slow<T>(work: impl Future<Output = T>, silent: Duration, tell: impl FnOnce()) -> T {
    let mut work = pin!(work);
    if let Ok(done) = timeout(silent, work.as_mut()).await {
        return done;
    }
    tell();
    work.await
}

#[cfg(all(test, unix))]
mod tests {
    use std::{future::ready, sync::Mutex};

    use tokio::time::sleep;

    use crate::app::told::Told;

    use super::{
        super::{Attendance, KeptTarget, SecretSource},
        *,
    };

    const SILENT: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn only_what_takes_long_is_told() {
        let mut told = 0;
        assert_eq!(told_when_slow(ready(1), SILENT, || told += 1).await, 1);
        assert_eq!(told, 0);
        told_when_slow(sleep(SILENT * 5), SILENT, || told += 1).await;
        assert_eq!(told, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_that_hangs_is_named_without_its_arguments() {
        let hangs = ["sh", "-c", "sleep 1000", "hunter2"].map(str::to_owned).to_vec();
        let kept = KeptTarget {
            uri: SecretSource::Value("mongodb://me@h".into()),
            password: Some(SecretSource::Command(hangs)),
            database: None,
            other_database: None,
            collection: None,
        };
        for attendance in [Attendance::Browser, Attendance::Nobody] {
            let told = Mutex::new(Vec::new());
            let waiting = |what: &str| told.lock().unwrap().push(what.to_owned());
            let error = Told::from(&kept.uri(attendance, &waiting).await.unwrap_err());
            assert!(error.message.contains("did not end within 60 s"), "{error}");
            assert_eq!(error.code, 5, "it cannot be connected");
            assert!(error.to_string().contains("run it in a shell to see why"), "{error}");
            assert_eq!(told.into_inner().unwrap(), ["the password from the command \"sh\""]);
        }
    }
}
