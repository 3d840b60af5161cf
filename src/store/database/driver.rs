//! What both databases have in common: errors, connecting, and waiting for an answer.

use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions};

/// A database error, before it is explained.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum DatabaseError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("it does not answer in time")]
    Late,
    /// It is not known whether a transaction was committed.
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

impl DatabaseError {
    /// Whether the connection is no longer usable.
    pub(in crate::store) fn is_silence(&self) -> bool {
        match self {
            Self::Late => true,
            Self::Commit(fault) => fault.is_silence(),
            _ => false,
        }
    }
}

/// Precedes a database's own message, which is for the operator only, because it may name its users and machines.
pub(in crate::store) const IN_ITS_WORDS: &str = "; in its own words: ";

pub(super) fn in_its_words(error: &sqlx::Error) -> String {
    format!("{IN_ITS_WORDS}{error}")
}

/// Connects. sqlx logs no statements: errors are explained here, and slow statements are no cause for alarm.
pub(super) async fn connect(url: &str, limit: Duration) -> Result<AnyConnection, DatabaseError> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = url.parse()?;
    within(limit, options.disable_statement_logging().connect()).await
}

/// Waits for a database, but not for ever: the other end of a connection may be dead.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, DatabaseError> {
    Ok(tokio::time::timeout(limit, answer)
        .await
        .map_err(|_| DatabaseError::Late)??)
}
