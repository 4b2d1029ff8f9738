//! Starting and ending a server.

use std::{
    fs,
    future::Future,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use bson::{Document, doc};
use mongodb::{Client, options::ClientOptions};

use super::mongod;

/// Names a server to use instead of starting one.
pub(super) const URI: &str = "STRANDSCOPE_TEST_URI";

/// How often a start is tried: between finding a free port and binding it, someone else may take it.
const TRIES: usize = 5;

/// Watches over `mongod` from outside, so that it ends with the tests even when they are killed: the pipe at fd 3
/// closes with the test process, `cat` ends, and the server is killed by its pid and its folder removed.
const WATCH: &str = r#"
folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/log" 2>&1 3<&- &
server=$!
( cat <&3 >/dev/null; kill -9 "$server" 2>/dev/null ) &
pipe=$!
wait "$server"
status=$?
kill "$pipe" 2>/dev/null
[ -e "$folder/keep" ] || rm -rf "$folder"
exit "$status"
"#;

/// What kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A replica set of one member.
    ReplicaSet,
    /// A standalone server.
    Standalone,
    /// A standalone server that wants a login; `root` with the password `secret` may do anything.
    Login,
    /// A standalone server that takes only connections with TLS; certificates of its clients are checked where they have one.
    Tls,
    /// The same, and every client needs a certificate.
    TlsOfBoth,
    /// A replica set of one member that wants a login; `root` with the password `secret` may do anything.
    LoginSet,
    /// A member of a replica set that is still to be initiated: see [`super::Set`].
    Member,
}

/// A running server; ends when dropped, or with the process.
pub struct Server {
    /// How to reach it.
    pub uri: String,
    own: Option<Own>,
}

struct Own {
    kind: Kind,
    port: u16,
    folder: PathBuf,
    watch: Option<Child>,
}

/// The one that the tests of a binary share.
pub(super) fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| match std::env::var(URI) {
        Ok(uri) => Server { uri, own: None },
        Err(_) => Server::start(Kind::ReplicaSet),
    })
}

/// Runs something async to its end on a thread and runtime of its own, from wherever.
pub(super) fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(work)
    });
    thread.join().expect("the work did not panic")
}

impl Server {
    /// Starts a private one, which a test may kill and restart.
    pub fn start(kind: Kind) -> Self {
        for _ in 0..TRIES {
            let port = free_port();
            let folder = tempfile::Builder::new().prefix("strandscope-mongod-").tempdir().expect("a folder").keep();
            let mut own = Own { kind, port, folder, watch: None };
            if own.run() {
                own.prepare();
                let uri = own.uri();
                return Self { uri, own: Some(own) };
            }
        }
        panic!("mongod did not start on any of {TRIES} ports");
    }

    /// Kills it at once, keeping what it stored for [`Self::restart`].
    pub fn kill(&mut self) {
        self.own_mut().kill(true);
    }

    /// Starts it again on the same port with what it had stored.
    pub fn restart(&mut self) {
        let own = self.own_mut();
        fs::remove_file(own.folder.join("keep")).expect("it was killed before");
        assert!(own.run(), "mongod did not start again on port {}", own.port);
        own.wait_for_writes();
    }

    /// Holds its process, as if the machine slept: it answers nothing, and its connections stay.
    pub fn hold(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.own.as_ref().expect("a server of our own").pid();
        let sent = Command::new("kill").args([format!("-{name}"), pid]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal is sent");
    }

    /// Makes it anew on the same port, as if its disk had been lost: empty, and of a replica set of the same name.
    pub fn rebuild(&mut self) {
        let own = self.own_mut();
        own.kill(true);
        fs::remove_dir_all(own.folder.join("data")).expect("its data removed");
        fs::remove_file(own.folder.join("keep")).expect("it was killed");
        assert!(own.run(), "mongod did not start again on port {}", own.port);
        own.prepare();
    }

    pub(super) fn port(&self) -> u16 {
        self.own.as_ref().expect("a server of our own").port
    }

    /// The URI with another login.
    pub fn uri_as(&self, user: &str, password: &str) -> String {
        let port = self.port();
        format!("mongodb://{user}:{password}@127.0.0.1:{port}/?authSource=admin")
    }

    fn own_mut(&mut self) -> &mut Own {
        self.own.as_mut().expect("a server of our own")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill(false);
        // One that was killed before left what a restart would have needed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Own {
    fn uri(&self) -> String {
        let port = self.port;
        match self.kind {
            Kind::ReplicaSet => format!("mongodb://127.0.0.1:{port}/?replicaSet=rs0"),
            Kind::Standalone => format!("mongodb://127.0.0.1:{port}/"),
            Kind::Member => format!("mongodb://127.0.0.1:{port}/?directConnection=true"),
            Kind::Login => format!("mongodb://root:secret@127.0.0.1:{port}/?authSource=admin"),
            Kind::LoginSet => format!("mongodb://root:secret@127.0.0.1:{port}/?authSource=admin&replicaSet=rs0"),
            Kind::Tls | Kind::TlsOfBoth => {
                let (authority, client) = (certificate("authority"), certificate("client"));
                format!("mongodb://127.0.0.1:{port}/?tls=true&tlsCAFile={authority}&tlsCertificateKeyFile={client}")
            }
        }
    }

    /// How to reach it before it is prepared.
    fn direct_uri(&self) -> String {
        match self.kind {
            Kind::Tls | Kind::TlsOfBoth => self.uri(),
            _ => direct_uri(self.port),
        }
    }

    /// Starts the process; whether it came up.
    fn run(&mut self) -> bool {
        let data = self.folder.join("data");
        fs::create_dir_all(&data).expect("a data folder");
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "mongod-watch"]).arg(&self.folder).arg(mongod::program());
        command.arg("--dbpath").arg(&data).args(["--port", &self.port.to_string(), "--bind_ip", "127.0.0.1"]);
        command.args(["--wiredTigerCacheSizeGB", "0.5", "--nounixsocket"]);
        command.args(["--setParameter", "enableTestCommands=1"]);
        command.args(["--setParameter", "diagnosticDataCollectionEnabled=false"]);
        match self.kind {
            Kind::ReplicaSet | Kind::Member => command.args(["--replSet", "rs0", "--oplogSize", "64"]),
            Kind::Standalone => &mut command,
            Kind::Login => command.arg("--auth"),
            Kind::LoginSet => {
                let key = self.folder.join("key");
                fs::write(&key, "c2VjcmV0").expect("a key");
                fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a private key");
                command.args(["--replSet", "rs0", "--oplogSize", "64", "--keyFile"]).arg(key)
            }
            Kind::Tls | Kind::TlsOfBoth => {
                command.args(["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", &certificate("server")]);
                command.args(["--tlsCAFile", &certificate("authority")])
            }
        };
        if self.kind == Kind::Tls {
            command.arg("--tlsAllowConnectionsWithoutCertificates");
        }
        let watch = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sh runs");
        self.watch = Some(watch);
        self.answers()
    }

    /// Waits until the server answers; `false` when the process ended before.
    fn answers(&mut self) -> bool {
        loop {
            let ended = self.watch.as_mut().expect("it runs").try_wait().expect("its state");
            if ended.is_some() {
                return false;
            }
            if apart(direct(self.direct_uri(), doc! { "hello": 1 }, Duration::from_secs(1))).is_ok() {
                return true;
            }
        }
    }

    fn prepare(&self) {
        let port = self.port;
        let initiate = || {
            let member = doc! { "_id": 0, "host": format!("127.0.0.1:{port}") };
            doc! { "replSetInitiate": { "_id": "rs0", "members": [member] } }
        };
        let command = match self.kind {
            Kind::Standalone | Kind::Member | Kind::Tls | Kind::TlsOfBoth => return,
            Kind::ReplicaSet => initiate(),
            // Whoever comes first, from the same machine, may initiate the set and create the first user.
            Kind::LoginSet => {
                self.run_direct(initiate());
                doc! { "createUser": "root", "pwd": "secret", "roles": ["root"] }
            }
            Kind::Login => doc! { "createUser": "root", "pwd": "secret", "roles": ["root"] },
        };
        if self.kind == Kind::LoginSet {
            // A user is created on the primary, which a set of one becomes a moment after it is initiated.
            while apart(direct(self.direct_uri(), command.clone(), Duration::from_secs(30))).is_err() {}
        } else {
            self.run_direct(command);
        }
        self.wait_for_writes();
    }

    fn run_direct(&self, command: Document) {
        apart(direct(self.direct_uri(), command, Duration::from_secs(30))).expect("the server is prepared");
    }

    /// The id of the server's process, from the log that it writes.
    fn pid(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).expect("its log");
        let pids = log.lines().filter_map(|line| line.split_once("\"pid\":")).map(|(_, rest)| rest);
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect();
        pids.map(digits).next_back().expect("the log tells its process")
    }

    /// Server selection waits for the primary.
    fn wait_for_writes(&self) {
        let uri = self.uri();
        let answered = apart(async move {
            let client = Client::with_uri_str(uri).await?;
            client.database("admin").run_command(doc! { "ping": 1 }).await
        });
        answered.expect("a server that takes writes");
    }

    fn kill(&mut self, keep: bool) {
        let Some(mut watch) = self.watch.take() else { return };
        if keep {
            fs::write(self.folder.join("keep"), "").expect("a mark in the folder");
        }
        drop(watch.stdin.take());
        // The watch ends after the server did.
        let _ = watch.wait();
    }
}

/// The path of one of the certificates in `tests/fixtures/tls`.
pub fn certificate(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn direct_uri(port: u16) -> String {
    format!("mongodb://127.0.0.1:{port}/?directConnection=true")
}

pub(super) async fn direct(uri: String, command: Document, patience: Duration) -> mongodb::error::Result<Document> {
    let mut options = ClientOptions::parse(uri).await?;
    options.server_selection_timeout = Some(patience);
    Client::with_options(options)?.database("admin").run_command(command).await
}
