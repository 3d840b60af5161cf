//! The connection, transactions, and what a fault means for the operator.
//!
//! The statements go through sqlx's `Any` driver and keep to what SQLite and PostgreSQL both understand: `$1`, BIGINT,
//! TEXT and SMALLINT, `ON CONFLICT`, sums cast to BIGINT. What differs is behind [`Engine`], and nowhere else.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `sqlite`, `postgres` | opening, and what a fault of the one means |
//! | `writing` | every statement that changes something |
//! | `reading` | every other one |
//! | `additions` | the same for what moderators added |

mod additions;
mod postgres;
mod reading;
mod sqlite;
mod writing;

use std::time::Duration;

use sqlx::any::{AnyArguments, AnyConnectOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, ConnectOptions, Connection, Executor, Row};

use super::{StoreError, StoreInspection, Timing, migrations};
use crate::config::{self, StoreUrl};
pub(super) use additions::AdditionChange;
pub(super) use writing::{Written, writer};

/// How long a statement of an inspection may take: somebody is watching.
const INSPECTION_LIMIT: Duration = Duration::from_secs(10);
/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);

/// A fault of the database, before it is explained.
#[derive(Debug, thiserror::Error)]
pub(super) enum DatabaseError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("it does not answer in time")]
    Late,
    /// A transaction was to be committed, and whether it was is not known.
    #[error("{0}")]
    Commit(Box<DatabaseError>),
    #[error("version {0}")]
    Newer(i64),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("{0}")]
    Password(std::io::Error),
    #[error("encoding {0}")]
    Encoding(String),
    #[error("the machine gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// An open store.
#[derive(Debug)]
pub(super) struct Database {
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
    async fn open(
        config: &config::Store,
        limit: Duration,
        reading: bool,
    ) -> Result<(AnyConnection, Self), DatabaseError> {
        match (config.url.server(), config.url.file()) {
            (Some(url), _) => Ok((
                postgres::connect(url, config.password_file.as_deref(), limit).await?,
                Self::Postgres,
            )),
            (None, file) => {
                let file = file.unwrap_or(std::path::Path::new(""));
                let (connection, file) =
                    sqlite::connect(file, config.most_megabytes, limit, reading).await?;
                Ok((connection, Self::Sqlite(file)))
            }
        }
    }

    /// Begins a transaction that writes.
    fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN,
            Self::Postgres => postgres::BEGIN,
        }
    }

    /// Within a transaction: waits until no other process is in one in which it has said this. Nothing where there is only
    /// ever one that writes.
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
    /// Opens the store, creates and migrates it where necessary. No statement takes longer than the limit.
    pub(super) async fn open(
        config: &config::Store,
        limit: Duration,
    ) -> Result<Self, DatabaseError> {
        let (connection, engine) = Engine::open(config, limit, false).await?;
        let mut database = Self {
            connection,
            engine,
            limit,
            created: false,
        };
        database.migrate().await?;
        Ok(database)
    }

    /// Opens a store that exists, to read or to change something; it is neither created nor migrated.
    pub(super) async fn open_existing(
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
        let (connection, engine) = Engine::open(config, limit, reading)
            .await
            .map_err(|fault| unwell(&fault))?;
        let mut database = Self {
            connection,
            engine,
            limit,
            created: false,
        };
        match database.version().await {
            Ok(version) if version == migrations::version() => Ok(database),
            Ok(0) => Err(StoreError::Missing(name)),
            Ok(version) if version < migrations::version() => Err(StoreError::Unwell(format!(
                "the store {name} is of an older internbot: `internbot run` brings it up to date"
            ))),
            Ok(version) => Err(unwell(&DatabaseError::Newer(version))),
            Err(fault) => Err(unwell(&fault)),
        }
    }

    /// Writes a row and takes it back: what keeps the store from being written shows, and nothing is left.
    async fn try_writing(&mut self) -> Result<(), DatabaseError> {
        self.begin().await?;
        let written = self
            .execute(sqlx::query(
                "INSERT INTO writers (writer, batch, day) VALUES ('inspection', 0, '')",
            ))
            .await;
        let rolled_back = self.run("ROLLBACK").await;
        written.map(drop).and(rolled_back)
    }

    /// Whether it is still there: not where the file under the store's name is no longer the one that is open, or the server
    /// has ended the connection.
    pub(super) async fn is_there(&mut self) -> bool {
        match &self.engine {
            Engine::Sqlite(file) => file.is_there(),
            Engine::Postgres => within(self.limit, self.connection.ping()).await.is_ok(),
        }
    }

    pub(super) async fn close(self) {
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
        self.begin_alone().await?;
        let migrated = self.migrate_within().await;
        self.end(migrated).await
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

    /// Begins to write.
    async fn begin(&mut self) -> Result<(), DatabaseError> {
        self.run(self.engine.begin()).await
    }

    /// Begins to write what no two processes may write at once.
    async fn begin_alone(&mut self) -> Result<(), DatabaseError> {
        self.begin().await?;
        match self.engine.alone() {
            Some(statement) => self.run(statement).await,
            None => Ok(()),
        }
    }

    /// Commits what went well, and takes back what did not.
    async fn end<T>(&mut self, result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let result = match result {
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
            // Most faults have taken it back already; what failed is what counts.
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
    async fn execute<'q>(
        &mut self,
        query: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<u64, DatabaseError> {
        within(self.limit, query.execute(&mut self.connection))
            .await
            .map(|done| done.rows_affected())
    }

    /// Runs a statement; the rows that it returns.
    async fn rows<'q>(
        &mut self,
        query: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<Vec<AnyRow>, DatabaseError> {
        within(self.limit, query.fetch_all(&mut self.connection)).await
    }
}

/// Looks at a store that is not off, and leaves everything as it was.
pub(super) async fn inspect(config: &config::Store) -> Result<StoreInspection, DatabaseError> {
    if let Some(file) = config.url.file()
        && !file.exists()
    {
        sqlite::try_creating(file)?;
        return Ok(StoreInspection::Absent);
    }
    let limit = INSPECTION_LIMIT;
    let (connection, engine) = Engine::open(config, limit, false).await?;
    let mut database = Database {
        connection,
        engine,
        limit,
        created: false,
    };
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

impl DatabaseError {
    /// Whether nothing more can be asked of the connection.
    fn is_silence(&self) -> bool {
        match self {
            Self::Late => true,
            Self::Commit(fault) => fault.is_silence(),
            _ => false,
        }
    }
}

/// What a fault means, and what to do.
pub(super) fn explain(url: &StoreUrl, fault: &DatabaseError) -> String {
    let name = url.name();
    match fault {
        DatabaseError::Sql(error) => {
            let known = if url.server().is_some() {
                postgres::explain(&name, error)
            } else {
                sqlite::explain(&name, error)
            };
            known
                .unwrap_or_else(|| format!("the store {name} does not work{}", in_its_words(error)))
        }
        DatabaseError::Commit(fault) => explain(url, fault),
        DatabaseError::Late => {
            format!(
                "the store {name} does not answer in time: look at its machine and, where there is one, the network between"
            )
        }
        DatabaseError::Newer(version) => format!(
            "the store {name} is of a newer internbot (version {version}, this one knows {}): update this one, or name another store as \
             store.url",
            migrations::version()
        ),
        DatabaseError::File(error) => {
            format!(
                "the store {name} cannot be written ({error}): let the bot write into its folder, or name another file as store.url"
            )
        }
        DatabaseError::Password(error) => {
            format!(
                "the file with the password of the store {name} cannot be used ({error}): correct the file, or store.password_file"
            )
        }
        DatabaseError::Encoding(encoding) => {
            format!(
                "the store {name} cannot keep every character (its encoding is {encoding}): create the database with ENCODING 'UTF8'"
            )
        }
        DatabaseError::Random(_) => format!("the store {name}: {fault}"),
    }
}

/// What stands before a database's own words, which are for the operator only: they may name its users and machines.
pub(super) const IN_ITS_WORDS: &str = "; in its own words: ";

fn in_its_words(error: &sqlx::Error) -> String {
    format!("{IN_ITS_WORDS}{error}")
}

/// Connects. sqlx logs no statement: what is wrong with one is explained here, and a slow one is nobody's alarm.
async fn connect(url: &str, limit: Duration) -> Result<AnyConnection, DatabaseError> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = url.parse()?;
    within(limit, options.disable_statement_logging().connect()).await
}

/// Waits for a database, but not for ever: a connection may be open at one end only.
async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, DatabaseError> {
    Ok(tokio::time::timeout(limit, answer)
        .await
        .map_err(|_| DatabaseError::Late)??)
}
