//! An open store: its connection, its tables, and transactions.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Connection, Executor, Row};

use super::driver::{DatabaseError, within};
use super::explain::explain;
use super::{postgres, sqlite};
use crate::config;
use crate::store::clock::Timing;
use crate::store::health::{StoreError, StoreInspection};
use crate::store::migrations;

/// How long a statement of an inspection may take: someone is watching.
const INSPECTION_LIMIT: Duration = Duration::from_secs(10);
/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);

/// An open store.
#[derive(Debug)]
pub(in crate::store) struct Database {
    connection: AnyConnection,
    engine: Engine,
    /// How long a statement may take.
    limit: Duration,
    /// Whether there was nothing in it before.
    pub created: bool,
}

/// Everything in which the databases differ.
#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::OpenFile),
    Postgres,
}

impl Engine {
    /// Begins a transaction that writes.
    fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN,
            Self::Postgres => postgres::BEGIN,
        }
    }

    /// Within a transaction: waits until no other process is in one that has called this. Does nothing if there is only
    /// ever one writer.
    fn alone(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres => Some(postgres::ALONE),
        }
    }

    /// Counts the table that has the version.
    fn versions(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::VERSIONS,
            Self::Postgres => postgres::VERSIONS,
        }
    }
}

impl Database {
    /// Connects to the store as it is. No statement takes longer than the limit.
    async fn connect(
        config: &config::Store,
        limit: Duration,
        reading: bool,
    ) -> Result<Self, DatabaseError> {
        let (connection, engine) = if let Some(url) = config.url.server() {
            let password = config.password_file.as_deref();
            let connection = postgres::connect(url, password, limit).await?;
            (connection, Engine::Postgres)
        } else {
            let file = config.url.file().unwrap_or(Path::new(""));
            let (connection, file) =
                sqlite::connect(file, config.most_megabytes, limit, reading).await?;
            (connection, Engine::Sqlite(file))
        };
        Ok(Self {
            connection,
            engine,
            limit,
            created: false,
        })
    }

    /// Opens the store, creating and migrating it if necessary.
    pub(in crate::store) async fn open(
        config: &config::Store,
        limit: Duration,
    ) -> Result<Self, DatabaseError> {
        let mut database = Self::connect(config, limit, false).await?;
        database.migrate().await?;
        Ok(database)
    }

    /// Opens a store that exists, to read or to change something; it is neither created nor migrated.
    pub(in crate::store) async fn open_existing(
        config: &config::Store,
        reading: bool,
    ) -> Result<Self, StoreError> {
        if config.url.is_off() {
            return Err(StoreError::Off);
        }
        let name = config.url.name();
        if config.url.file().is_some_and(|file| !file.exists()) {
            return Err(StoreError::Missing(name));
        }
        let unwell = |fault: &DatabaseError| StoreError::Unwell(explain(&config.url, fault));
        let limit = Timing::default().statement;
        let mut database = Self::connect(config, limit, reading)
            .await
            .map_err(|fault| unwell(&fault))?;
        match database.version().await {
            Ok(version) if version == migrations::version() => Ok(database),
            Ok(0) => Err(StoreError::Missing(name)),
            Ok(version) if version < migrations::version() => Err(StoreError::Unwell(format!(
                "the store {name} was written by an older internbot: `internbot run` upgrades it"
            ))),
            Ok(version) => Err(unwell(&DatabaseError::Newer(version))),
            Err(fault) => Err(unwell(&fault)),
        }
    }

    /// Writes a row and rolls it back, to find out whether the store is writable without leaving anything behind.
    async fn try_writing(&mut self) -> Result<(), DatabaseError> {
        self.run(self.engine.begin()).await?;
        let written = self
            .run("INSERT INTO writers (writer, batch, day) VALUES ('inspection', 0, '')")
            .await;
        let rolled_back = self.run("ROLLBACK").await;
        written.and(rolled_back)
    }

    /// Whether it is still there: not where the file under the store's name is no longer the one that is open, or the server
    /// has ended the connection.
    pub(in crate::store) async fn is_there(&mut self) -> bool {
        match &self.engine {
            Engine::Sqlite(file) => file.is_there(),
            Engine::Postgres => within(self.limit, self.connection.ping()).await.is_ok(),
        }
    }

    pub(in crate::store) async fn close(self) {
        // It is read only, or everything is committed.
        let _ = tokio::time::timeout(CLOSING, self.connection.close()).await;
    }

    /// The version of the tables; 0 before there are any.
    async fn version(&mut self) -> Result<i64, DatabaseError> {
        let tables = self.rows(sqlx::query(self.engine.versions())).await?;
        if tables
            .first()
            .map_or(Ok(0), |row| row.try_get::<i64, _>(0))?
            == 0
        {
            return Ok(0);
        }
        let version = self
            .rows(sqlx::query(
                "SELECT CAST(MAX(version) AS BIGINT) FROM schema_version",
            ))
            .await?;
        Ok(version
            .first()
            .map_or(Ok(None), |row| row.try_get::<Option<i64>, _>(0))?
            .unwrap_or_default())
    }

    /// Brings the tables up to date. Processes that start at once do it one after the other.
    async fn migrate(&mut self) -> Result<(), DatabaseError> {
        if self.version().await? == migrations::version() {
            return Ok(());
        }
        self.transaction(true, async |database| database.migrate_within().await)
            .await
    }

    async fn migrate_within(&mut self) -> Result<(), DatabaseError> {
        let version = self.version().await?;
        if version > migrations::version() {
            return Err(DatabaseError::Newer(version));
        }
        self.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
            .await?;
        for (number, step) in (1_i64..)
            .zip(migrations::STEPS)
            .filter(|(number, _)| *number > version)
        {
            for statement in *step {
                self.run(statement).await?;
            }
            self.execute(
                sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(number),
            )
            .await?;
        }
        self.created = version == 0;
        Ok(())
    }

    /// Writes something, or nothing if it fails; `alone` if no two processes may write it at once.
    pub(super) async fn transaction<T>(
        &mut self,
        alone: bool,
        write: impl AsyncFnOnce(&mut Self) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        self.run(self.engine.begin()).await?;
        if let Some(statement) = self.engine.alone().filter(|_| alone) {
            self.run(statement).await?;
        }
        let result = match write(self).await {
            Ok(value) => self
                .run("COMMIT")
                .await
                .map(|()| value)
                .map_err(|fault| DatabaseError::Commit(Box::new(fault))),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = &result
            && !fault.is_silence()
        {
            // Most errors have rolled it back already; the original error is what counts.
            let _ = self.run("ROLLBACK").await;
        }
        result
    }

    /// Runs a statement without arguments.
    async fn run(&mut self, statement: &str) -> Result<(), DatabaseError> {
        within(self.limit, self.connection.execute(statement))
            .await
            .map(drop)
    }

    /// Runs a statement; how many rows it changed.
    pub(super) async fn execute<'q>(
        &mut self,
        query: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<u64, DatabaseError> {
        within(self.limit, query.execute(&mut self.connection))
            .await
            .map(|done| done.rows_affected())
    }

    /// Runs a statement; the rows that it returns.
    pub(super) async fn rows<'q>(
        &mut self,
        query: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<Vec<AnyRow>, DatabaseError> {
        within(self.limit, query.fetch_all(&mut self.connection)).await
    }
}

/// Looks at a store that is not off, and leaves everything as it was.
pub(in crate::store) async fn inspect(
    config: &config::Store,
) -> Result<StoreInspection, DatabaseError> {
    if let Some(file) = config.url.file()
        && !file.exists()
    {
        sqlite::try_creating(file)?;
        return Ok(StoreInspection::Absent);
    }
    let mut database = Database::connect(config, INSPECTION_LIMIT, false).await?;
    let version = database.version().await?;
    let found = if version > migrations::version() {
        return Err(DatabaseError::Newer(version));
    } else if version == 0 {
        StoreInspection::Absent
    } else if version < migrations::version() {
        StoreInspection::Outdated { version }
    } else {
        database.try_writing().await?;
        let settings = database.settings().await?;
        StoreInspection::Usable {
            version,
            hears_channels: settings.values().any(|settings| settings.hears_channels()),
        }
    };
    database.close().await;
    Ok(found)
}
