//! The connection, every statement, and what a fault means for the operator.
//!
//! The statements go through sqlx's `Any` driver and keep to what SQLite and PostgreSQL both understand: `$1`, BIGINT,
//! TEXT and SMALLINT, `ON CONFLICT`, sums cast to BIGINT. SQLite keeps its rollback journal: one file to copy or delete,
//! nothing that outlives a deletion beside it, and few, short transactions. `secure_delete` overwrites what is deleted.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, Mac};
use jiff::ToSpan;
use jiff::civil::Date;
use sha2::Sha256;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection, Executor, Row};

use super::StoreError;
use super::batch::{Batch, Vote, Voted};
use super::migrations;
use crate::config;
use crate::gaps::Gap;
use crate::settings::Settings;
use crate::stats::{Outcome, Stats, Way};

/// How long a statement waits for another process before the task gives up for now, in milliseconds.
const BUSY: u64 = 250;
/// The same for a command that only reads.
const BUSY_READING: u64 = 1_500;
/// The bytes of a page of the file: SQLite's usual, said so that a limit can be counted in pages.
const PAGE: u64 = 4_096;
/// Stands for every guild in a statement: no guild has a negative id.
const EVERY_GUILD: i64 = -1;
/// The bytes of the key of a day.
const KEY_BYTES: usize = 32;

/// A fault of the database, before it is explained.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("version {0}")]
    Newer(i64),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("the machine gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// An open store.
#[derive(Debug)]
pub(super) struct Database {
    connection: AnyConnection,
    path: PathBuf,
    /// What tells the file from another one of the same name.
    identity: Option<Identity>,
    /// Whether there was nothing in it before.
    pub created: bool,
}

type Identity = (u64, u64);

impl Database {
    /// Opens the store, creates and migrates it where necessary.
    pub(super) async fn open(config: &config::Store) -> Result<Self, Fault> {
        let path = config.url.path().to_owned();
        let created = create(&path)?;
        let mut database = Self::connect(path, "rw", BUSY, created).await?;
        database.connection.execute("PRAGMA secure_delete = ON").await?;
        if config.most_megabytes > 0 {
            let pages = config.most_megabytes.saturating_mul(1_048_576) / PAGE;
            database.connection.execute(format!("PRAGMA max_page_count = {pages}").as_str()).await?;
        }
        database.migrate().await?;
        Ok(database)
    }

    /// Opens a store that exists, to read.
    pub(super) async fn open_to_read(config: &config::Store) -> Result<Self, StoreError> {
        if config.url.is_off() {
            return Err(StoreError::Off);
        }
        let path = config.url.path().to_owned();
        if !path.exists() {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        let explain = |fault: &Fault| StoreError::Unwell(explain(&path, fault));
        let mut database = Self::connect(path.clone(), "ro", BUSY_READING, false).await.map_err(|fault| explain(&fault))?;
        match database.version().await {
            Ok(version) if version == migrations::version() => Ok(database),
            Ok(version) if version < migrations::version() => Err(StoreError::Unwell(format!(
                "the store {} is of an older internbot: `internbot run` brings it up to date",
                path.display()
            ))),
            Ok(version) => Err(explain(&Fault::Newer(version))),
            Err(fault) => Err(explain(&fault)),
        }
    }

    async fn connect(path: PathBuf, mode: &str, busy: u64, created: bool) -> Result<Self, Fault> {
        sqlx::any::install_default_drivers();
        let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        let mut connection = AnyConnection::connect(&format!("sqlite:{name}?mode={mode}")).await?;
        connection.execute(format!("PRAGMA busy_timeout = {busy}").as_str()).await?;
        let identity = identity(&path);
        Ok(Self { connection, path, identity, created })
    }

    /// Whether the file under the store's name is no longer the one that is open.
    pub(super) fn is_elsewhere(&self) -> bool {
        !self.path.exists() || identity(&self.path) != self.identity
    }

    pub(super) async fn close(self) {
        // It is read only, or everything is committed.
        let _ = self.connection.close().await;
    }

    pub(super) fn explain(&self, fault: &Fault) -> StoreError {
        StoreError::Unwell(explain(&self.path, fault))
    }

    /// The version of the tables; 0 before there are any.
    async fn version(&mut self) -> Result<i64, Fault> {
        let tables = sqlx::query("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
        let tables: i64 = tables.fetch_one(&mut self.connection).await?.try_get(0)?;
        if tables == 0 {
            return Ok(0);
        }
        let version = sqlx::query("SELECT CAST(MAX(version) AS BIGINT) FROM schema_version").fetch_one(&mut self.connection).await?;
        Ok(version.try_get::<Option<i64>, _>(0)?.unwrap_or_default())
    }

    /// Brings the tables up to date. Two processes that start at once do it one after the other.
    async fn migrate(&mut self) -> Result<(), Fault> {
        if self.version().await? == migrations::version() {
            return Ok(());
        }
        self.begin().await?;
        let migrated = self.migrate_within().await;
        self.end(migrated).await
    }

    async fn migrate_within(&mut self) -> Result<(), Fault> {
        let version = self.version().await?;
        if version > migrations::version() {
            return Err(Fault::Newer(version));
        }
        self.connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)").await?;
        for (number, step) in (1_i64..).zip(migrations::STEPS).filter(|(number, _)| *number > version) {
            for statement in *step {
                self.connection.execute(*statement).await?;
            }
            sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(number).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Begins to write: at once, so that whoever is second waits here and nowhere else.
    async fn begin(&mut self) -> Result<(), Fault> {
        self.connection.execute("BEGIN IMMEDIATE").await?;
        Ok(())
    }

    async fn end<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        let result = match result {
            Ok(value) => self.connection.execute("COMMIT").await.map(|_| value).map_err(Fault::from),
            Err(fault) => Err(fault),
        };
        if result.is_err() {
            // SQLite has rolled back already after most faults; what failed is what counts.
            let _ = self.connection.execute("ROLLBACK").await;
        }
        result
    }

    /// Writes everything that waits, or nothing. How many votes of people who want to be forgotten were deleted.
    pub(super) async fn write(&mut self, batch: &Batch, today: Date) -> Result<HashMap<u64, u64>, Fault> {
        self.begin().await?;
        let written = self.write_within(batch, today).await;
        self.end(written).await
    }

    async fn write_within(&mut self, batch: &Batch, today: Date) -> Result<HashMap<u64, u64>, Fault> {
        for guild in &batch.gone {
            for table in ["settings", "counts", "gaps", "votes"] {
                let statement = format!("DELETE FROM {table} WHERE guild = $1");
                sqlx::query(&statement).bind(number(*guild)).execute(&mut self.connection).await?;
            }
        }
        let mut deleted = HashMap::new();
        for person in &batch.forgotten {
            deleted.insert(*person, self.forget(*person).await?);
        }
        for (count, times) in &batch.counts {
            sqlx::query(
                "INSERT INTO counts (day, guild, way, outcome, topic, count) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (day, guild, way, outcome, topic) DO UPDATE SET count = counts.count + excluded.count",
            )
            .bind(count.day.to_string())
            .bind(number(count.guild))
            .bind(count.way.name())
            .bind(count.outcome.name())
            .bind(count.topic.as_str())
            .bind(number(*times))
            .execute(&mut self.connection)
            .await?;
        }
        for gap in &batch.gaps {
            sqlx::query(
                "INSERT INTO gaps (guild, wording, day, text, topic, count) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (guild, wording, day) DO UPDATE SET count = gaps.count + excluded.count",
            )
            .bind(number(gap.guild))
            .bind(gap.wording.as_str())
            .bind(gap.day.to_string())
            .bind(gap.text.as_str())
            .bind(gap.topic.as_str())
            .bind(number(gap.count))
            .execute(&mut self.connection)
            .await?;
        }
        if !batch.votes.is_empty() {
            self.ensure_key(today).await?;
            let keys = self.keys().await?;
            for (voted, vote) in &batch.votes {
                self.vote(&keys, voted, *vote, today).await?;
            }
        }
        Ok(deleted)
    }

    /// Puts a vote in the place of an earlier one of the same person on the same section, or adds it.
    async fn vote(&mut self, keys: &[(String, Vec<u8>)], voted: &Voted, vote: Vote, today: Date) -> Result<(), Fault> {
        let helped = i16::from(vote.helped);
        for (_, key) in keys {
            let changed = sqlx::query("UPDATE votes SET helped = $1, day = $2 WHERE voter = $3")
                .bind(helped)
                .bind(vote.day.to_string())
                .bind(voter(key, voted))
                .execute(&mut self.connection)
                .await?;
            if changed.rows_affected() > 0 {
                return Ok(());
            }
        }
        let today = today.to_string();
        let Some((day, key)) = keys.iter().find(|(day, _)| *day == today) else { return Ok(()) };
        sqlx::query("INSERT INTO votes (voter, key_day, guild, topic, section, helped, day) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(voter(key, voted))
            .bind(day.as_str())
            .bind(number(voted.guild))
            .bind(voted.topic.as_str())
            .bind(voted.section.as_str())
            .bind(helped)
            .bind(vote.day.to_string())
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Makes the key of a day, unless there is one.
    async fn ensure_key(&mut self, day: Date) -> Result<(), Fault> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)?;
        sqlx::query("INSERT INTO vote_keys (day, secret) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING")
            .bind(day.to_string())
            .bind(hex(&key))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// The keys that have not expired.
    async fn keys(&mut self) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let rows = sqlx::query("SELECT day, secret FROM vote_keys ORDER BY day DESC").fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<String, _>(1)?.into_bytes()))).collect()
    }

    /// Deletes the votes of a person, as far as their keys are there.
    async fn forget(&mut self, person: u64) -> Result<u64, Fault> {
        let keys = self.keys().await?;
        let rows = sqlx::query("SELECT DISTINCT guild, topic, section FROM votes WHERE voter IS NOT NULL");
        let rows = rows.fetch_all(&mut self.connection).await?;
        let mut deleted = 0;
        for row in &rows {
            let guild = unsigned(row.try_get(0)?);
            let voted = Voted { person, guild, topic: row.try_get(1)?, section: row.try_get(2)? };
            for (_, key) in &keys {
                let gone = sqlx::query("DELETE FROM votes WHERE voter = $1").bind(voter(key, &voted)).execute(&mut self.connection).await?;
                deleted += gone.rows_affected();
            }
        }
        Ok(deleted)
    }

    /// Deletes what has expired. How many gaps that were.
    pub(super) async fn tidy(&mut self, config: &config::Store, today: Date) -> Result<u64, Fault> {
        self.begin().await?;
        let tidied = self.tidy_within(config, today).await;
        self.end(tidied).await
    }

    async fn tidy_within(&mut self, config: &config::Store, today: Date) -> Result<u64, Fault> {
        let before = |days: u32| today.saturating_sub(i64::from(days).days()).to_string();
        let gaps = sqlx::query("DELETE FROM gaps WHERE day <= $1").bind(before(config.keep_gaps_days));
        let gaps = gaps.execute(&mut self.connection).await?.rows_affected();
        for statement in
            ["UPDATE votes SET voter = NULL WHERE voter IS NOT NULL AND key_day <= $1", "DELETE FROM vote_keys WHERE day <= $1"]
        {
            sqlx::query(statement).bind(before(config.keep_votes_days)).execute(&mut self.connection).await?;
        }
        Ok(gaps)
    }

    /// The settings of every guild; what cannot be read is as if it were not there.
    pub(super) async fn settings(&mut self) -> Result<HashMap<u64, Arc<Settings>>, Fault> {
        let rows = sqlx::query("SELECT guild, settings FROM settings").fetch_all(&mut self.connection).await?;
        let read = |row: &AnyRow| {
            let guild = unsigned(row.try_get(0).ok()?);
            let settings = serde_json::from_str(&row.try_get::<String, _>(1).ok()?).ok()?;
            Some((guild, Arc::new(settings)))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Keeps the settings of a guild.
    pub(super) async fn set(&mut self, guild: u64, settings: &Settings) -> Result<(), Fault> {
        let text = serde_json::to_string(settings).map_err(std::io::Error::from)?;
        sqlx::query(
            "INSERT INTO settings (guild, settings) VALUES ($1, $2) ON CONFLICT (guild) DO UPDATE SET settings = excluded.settings",
        )
        .bind(number(guild))
        .bind(text)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// The gaps since a day, of one guild or of all.
    pub(super) async fn gaps(&mut self, guild: Option<u64>, since: Date) -> Result<Vec<Gap>, Fault> {
        let rows = sqlx::query(
            "SELECT text, day, topic, count FROM gaps WHERE day >= $1 AND (guild = $2 OR $2 = $3) ORDER BY day, guild, wording",
        )
        .bind(since.to_string())
        .bind(guild.map_or(EVERY_GUILD, number))
        .bind(EVERY_GUILD)
        .fetch_all(&mut self.connection)
        .await?;
        let read = |row: &AnyRow| -> Result<Option<Gap>, Fault> {
            let Some(day) = day(row.try_get(1)?) else { return Ok(None) };
            let topic = Some(row.try_get::<String, _>(2)?).filter(|topic| !topic.is_empty());
            Ok(Some(Gap { text: row.try_get(0)?, day, topic, count: unsigned(row.try_get(3)?) }))
        };
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }

    /// What was asked and answered between two days, in one guild or in all.
    pub(super) async fn stats(&mut self, guild: Option<u64>, from: Date, to: Date) -> Result<Stats, Fault> {
        let mut stats = Stats::new(from, to);
        let guild = guild.map_or(EVERY_GUILD, number);
        let counts = sqlx::query(
            "SELECT day, topic, way, outcome, CAST(SUM(count) AS BIGINT) FROM counts \
             WHERE day >= $1 AND day <= $2 AND (guild = $3 OR $3 = $4) GROUP BY day, topic, way, outcome",
        );
        let counts = counts.bind(from.to_string()).bind(to.to_string()).bind(guild).bind(EVERY_GUILD);
        for row in counts.fetch_all(&mut self.connection).await? {
            let (topic, way, outcome): (String, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let times = unsigned(row.try_get(4)?);
            // A value of a newer internbot is passed over.
            let (Some(day), Some(way), Some(outcome)) = (day(row.try_get(0)?), Way::named(&way), Outcome::named(&outcome)) else {
                continue;
            };
            stats.add(day, &topic, |sums| sums.count(outcome, way, times));
            stats.ways.entry(way).or_default().count(outcome, way, times);
        }
        let votes = sqlx::query(
            "SELECT day, topic, helped, COUNT(*) FROM votes \
             WHERE day >= $1 AND day <= $2 AND (guild = $3 OR $3 = $4) GROUP BY day, topic, helped",
        );
        let votes = votes.bind(from.to_string()).bind(to.to_string()).bind(guild).bind(EVERY_GUILD);
        for row in votes.fetch_all(&mut self.connection).await? {
            let (topic, helped, times): (String, i64, i64) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let Some(day) = day(row.try_get(0)?) else { continue };
            stats.add(day, &topic, |sums| sums.vote(helped != 0, unsigned(times)));
        }
        Ok(stats)
    }
}

/// What a fault means, and the mend.
pub(super) fn explain(path: &Path, fault: &Fault) -> String {
    /// SQLite's result codes, their lowest eight bits (<https://sqlite.org/rescode.html>).
    mod code {
        pub(super) const BUSY: i32 = 5;
        pub(super) const LOCKED: i32 = 6;
        pub(super) const READ_ONLY: i32 = 8;
        pub(super) const CORRUPT: i32 = 11;
        pub(super) const FULL: i32 = 13;
        pub(super) const CANNOT_OPEN: i32 = 14;
        pub(super) const NOT_A_DATABASE: i32 = 26;
    }
    let file = path.display();
    let sql = match fault {
        Fault::Sql(error) => error,
        Fault::Newer(version) => {
            return format!(
                "the store {file} is of a newer internbot (version {version}, this one knows {}): update this one, or name another file \
                 as store.url",
                migrations::version()
            );
        }
        Fault::File(error) => {
            return format!(
                "the store {file} cannot be written ({error}): let the bot write into its folder, or name another file as store.url"
            );
        }
        Fault::Random(_) => return format!("the store {file}: {fault}"),
    };
    let code = sql.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok()).map(|code| code & 0xff);
    match code {
        Some(code::BUSY | code::LOCKED) => format!("the store {file} is locked by another process: end it, or wait until it is done"),
        Some(code::FULL) => format!("the store {file} is full: make room on the disk, or raise store.most_megabytes"),
        Some(code::READ_ONLY | code::CANNOT_OPEN) => {
            format!("the store {file} cannot be written: let the bot write the file and its folder, or name another file as store.url")
        }
        Some(code::CORRUPT | code::NOT_A_DATABASE) => {
            format!("the store {file} is damaged: move it away, or put a backup in its place; a new one is begun where there is none")
        }
        _ => format!("the store {file} does not work: {sql}"),
    }
}

/// Creates the file, for nobody else to read, unless it exists. Whether there is nothing in it yet.
fn create(path: &Path) -> std::io::Result<bool> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(path.metadata()?.len() == 0),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}

/// A person's hash: nobody can tell the person from it without the key.
fn voter(key: &[u8], voted: &Voted) -> String {
    // A key of any length is a key, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{}\n{}\n{}\n{}", voted.person, voted.guild, voted.topic, voted.section).as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An id or a count as the database has it: both stay far below 2⁶³.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn day(text: String) -> Option<Date> {
    text.parse().ok()
}
