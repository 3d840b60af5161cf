//! A test's store, and helpers for what happens to it.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use internbot::config;
use internbot::scrub::scrub;
use internbot::settings::Settings;
use internbot::stats::{RecordedOutcome, Way};
use internbot::store::{Clock, Event, State, StoreError, StoreHandle, Timing};
use jiff::Timestamp;
use sqlx::{AnyConnection, Connection, Executor, PgConnection, Row};
use tempfile::TempDir;
use url::Url;

pub const GUILD: u64 = 111_222_333_444_555_666;
pub const MIA: u64 = 987_654_321_987_654_321;
pub const MAX: u64 = 987_654_321_987_654_322;
/// How long a test waits for something that the store does by itself.
const LIMIT: Duration = Duration::from_secs(30);
/// The environment variable with the address of a PostgreSQL server on which tests may make users and databases.
const SERVER: &str = "INTERNBOT_TEST_POSTGRES";
/// The password of users that tests make.
pub const PASSWORD: &str = "hunter2&%";

/// A store that is not there yet, and a clock that a test turns.
pub struct Place {
    pub folder: TempDir,
    /// `store.url` of the configuration.
    pub url: String,
    pub database: Option<Database>,
    /// Seconds since 1970.
    now: Arc<AtomicI64>,
}

/// A database on a server, and the user who owns it. Both are removed at the end of the test, on a second thread: the test's
/// store may be about to connect, and the server would wait for that.
pub struct Database {
    /// The database and its user have the same name.
    pub name: String,
    /// As a superuser.
    pub server: Url,
}

impl Place {
    /// A folder for a file of SQLite.
    pub fn in_a_file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("internbot.db").display());
        Self::new(folder, url, None)
    }

    /// A database on a PostgreSQL server; `None`, with one message, if there is no server for tests.
    pub async fn on_a_server() -> Option<Self> {
        let Some(server) = std::env::var(SERVER).ok().filter(|url| !url.is_empty()) else {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                // Not `eprintln`, whose output is only shown if a test fails.
                let text = format!("skipped: every test of the store with PostgreSQL, because {SERVER} is not set (CONTRIBUTING.md)\n");
                std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).expect("standard error is there");
            });
            return None;
        };
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let server = Url::parse(&server).expect("the address of a server");
        let database = Database {
            name: format!("internbot_test_{}_{number}", std::process::id()),
            server,
        };
        let name = &database.name;
        database
            .runs(&format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))
            .await;
        database
            .runs(&format!("CREATE DATABASE {name} OWNER {name}"))
            .await;
        let url = database.url().to_string();
        Some(Self::new(
            tempfile::tempdir().expect("a folder"),
            url,
            Some(database),
        ))
    }

    fn new(folder: TempDir, url: String, database: Option<Database>) -> Self {
        let noon: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        Self {
            folder,
            url,
            database,
            now: Arc::new(AtomicI64::new(noon.as_second())),
        }
    }

    /// The file of SQLite.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("internbot.db")
    }

    /// The database of a server.
    pub fn database(&self) -> &Database {
        self.database.as_ref().expect("it is on a server")
    }

    pub fn config(&self) -> config::Store {
        self.config_at(&self.url)
    }

    /// The same with another address.
    pub fn config_at(&self, url: &str) -> config::Store {
        config::Store {
            url: url.to_owned().try_into().expect("a store"),
            ..config::Store::default()
        }
    }

    pub async fn open(&self) -> StoreHandle {
        self.open_with(&self.config()).await
    }

    pub async fn open_with(&self, config: &config::Store) -> StoreHandle {
        let now = Arc::clone(&self.now);
        let clock = Clock::new(move || {
            Timestamp::from_second(now.load(Ordering::Relaxed)).expect("a time")
        });
        StoreHandle::open(config, clock, quick()).await
    }

    pub fn days_pass(&self, days: i64) {
        self.hours_pass(days * 24);
    }

    pub fn hours_pass(&self, hours: i64) {
        self.now.fetch_add(hours * 3_600, Ordering::Relaxed);
    }

    async fn connection(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url)
            .await
            .expect("the store opens")
    }

    /// Changes something in the store from outside.
    pub async fn runs(&self, statements: &str) {
        self.connection()
            .await
            .execute(statements)
            .await
            .expect("it is done");
    }

    /// Counts something in the store from outside.
    pub async fn number(&self, statement: &str) -> i64 {
        self.connection()
            .await
            .fetch_one(statement)
            .await
            .expect("it counts")
            .get(0)
    }

    /// Whether the store has been made.
    pub async fn exists(&self) -> bool {
        match self.database {
            Some(_) => {
                self.number("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
                    .await
                    > 0
            }
            None => self.file().exists(),
        }
    }

    /// Everything in the store: the bytes of the file, or every row of every table.
    pub async fn dump(&self) -> Vec<u8> {
        if self.database.is_none() {
            let files = std::fs::read_dir(self.folder.path()).expect("the folder is there");
            return files
                .flat_map(|file| match std::fs::read(file.expect("a file").path()) {
                    // SQLite deletes its journal when a transaction ends.
                    Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                    read => read.expect("it can be read"),
                })
                .collect();
        }
        let mut connection = self.connection().await;
        let mut all = String::new();
        let tables = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
        for table in connection
            .fetch_all(tables)
            .await
            .expect("tables")
            .iter()
            .map(|row| row.get::<String, _>(0))
        {
            let rows = format!("SELECT CAST({table} AS TEXT) FROM {table}");
            all.extend(
                connection
                    .fetch_all(rows.as_str())
                    .await
                    .expect("rows")
                    .iter()
                    .map(|row| row.get::<String, _>(0)),
            );
        }
        assert!(!all.is_empty());
        all.into_bytes()
    }
}

impl Database {
    /// Its address, with its user and the password.
    pub fn url(&self) -> Url {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.set_username(&self.name).expect("there is a host");
        url.set_password(Some(PASSWORD)).expect("there is a host");
        url
    }

    /// The same at another port of this machine.
    pub fn url_at(&self, port: u16) -> String {
        let mut url = self.url();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("there is a host");
        url.to_string()
    }

    /// A superuser runs a statement.
    pub async fn runs(&self, statement: &str) {
        run(&self.server, statement).await;
    }

    /// The same within the database.
    pub async fn runs_within(&self, statement: &str) {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        run(&url, statement).await;
    }
}

async fn run(url: &Url, statement: &str) {
    let mut connection = PgConnection::connect(url.as_str())
        .await
        .expect("the server answers");
    connection
        .execute(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("it is closed");
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The test's runtime may already be gone.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                run(
                    &server,
                    &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
                )
                .await;
                run(&server, &format!("DROP ROLE {name}")).await;
            });
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("{} cannot be dropped", self.name);
        }
    }
}

/// A store that tries again soon.
pub fn quick() -> Timing {
    let soon = Duration::from_millis(20);
    Timing {
        gather: soon,
        refresh: soon,
        retry: soon,
        retry_most: soon,
        statement: Duration::from_secs(2),
        ..Timing::default()
    }
}

pub async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < LIMIT, "it does not come true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub async fn unwell(store: &StoreHandle) -> String {
    until("the store is unwell", async || {
        store.health().state == State::Unwell
    })
    .await;
    store.health().sentence
}

pub async fn well(store: &StoreHandle) {
    until("the store is well and has written everything", async || {
        let health = store.health();
        health.state == State::Well && health.waiting == 0
    })
    .await;
    // What was just recorded may not have arrived there yet.
    let _ = store.flush().await;
}

pub async fn set(
    store: &StoreHandle,
    guild: u64,
    settings: Settings,
) -> Result<Arc<Settings>, StoreError> {
    store.change_settings(guild, move |_| settings).await
}

pub fn asked(guild: u64, outcome: RecordedOutcome) -> Event {
    Event::Asked {
        guild: Some(guild),
        way: Way::Mention,
        outcome,
        topic: Some("resume".to_owned()),
    }
}

pub fn gap(guild: u64, text: &str) -> Event {
    Event::Gap {
        guild: Some(guild),
        text: scrub(text),
        topic: None,
    }
}

pub fn vote(person: u64, helped: bool) -> Event {
    Event::Vote {
        guild: Some(GUILD),
        person,
        topic: "resume".to_owned(),
        section: "general".to_owned(),
        helped,
    }
}

pub async fn votes(store: &StoreHandle) -> (u64, u64) {
    let sums = store.stats(None, 30).await.expect("stats").all();
    (sums.helped, sums.not_helped)
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
