//! An existing store, opened, used once and closed: for terminal commands, while the bot may be running.

use jiff::ToSpan;
use jiff::civil::Date;

use super::database::{self, Database, DatabaseError, explain};
use super::health::{StoreError, StoreInspection};
use crate::additions::Addition;
use crate::config;
use crate::gaps::Gap;
use crate::stats::Stats;

/// Opens a store that exists, to read or to change something, uses it once and closes it: while the bot may be running.
pub(super) async fn once<T>(
    config: &config::Store,
    reading: bool,
    act: impl AsyncFnOnce(&mut Database) -> Result<T, DatabaseError>,
) -> Result<T, StoreError> {
    let mut database = Database::open_existing(config, reading).await?;
    let done = act(&mut database).await;
    database.close().await;
    done.map_err(|fault| StoreError::Unwell(explain(&config.url, &fault)))
}

/// The gaps since a day, of one guild or of all, from a store that exists: for a command at the keyboard, while the bot
/// may be running.
///
/// # Errors
/// If the store is off, does not exist, or cannot be read.
pub async fn read_gaps(
    config: &config::Store,
    guild: Option<u64>,
    since: Date,
) -> Result<Vec<Gap>, StoreError> {
    once(config, true, async |database| {
        database.gaps(guild, since).await
    })
    .await
}

/// What was asked and answered between two days, in one guild or in all, from a store that exists.
///
/// # Errors
/// If the store is off, does not exist, or cannot be read.
pub async fn read_stats(
    config: &config::Store,
    guild: Option<u64>,
    from: Date,
    to: Date,
) -> Result<Stats, StoreError> {
    once(config, true, async |database| {
        database.stats(guild, from, to).await
    })
    .await
}

/// What moderators added, in one guild or in all, with the guild of each, from a store that exists.
///
/// # Errors
/// If the store is off, does not exist, or cannot be read.
pub async fn read_additions(
    config: &config::Store,
    guild: Option<u64>,
) -> Result<Vec<(u64, Addition)>, StoreError> {
    once(config, true, async |database| {
        database.additions(guild).await
    })
    .await
}

/// Removes an addition, by its id, from a store that exists; returns whether it was there. A running bot follows within a
/// second.
///
/// # Errors
/// If the store is off, does not exist, or cannot be written to.
pub async fn remove_addition(config: &config::Store, id: u64) -> Result<bool, StoreError> {
    once(config, false, async |database| {
        database.remove_addition(id).await
    })
    .await
}

/// Opens a store as the bot would, and leaves everything as it was: creates no files or tables, and rolls back
/// what it writes. A bot may be using it at the same time.
///
/// # Errors
/// If it is off, or cannot be opened, read and written; the sentence says what to do.
pub async fn inspect(config: &config::Store) -> Result<StoreInspection, StoreError> {
    if config.url.is_off() {
        return Err(StoreError::Off);
    }
    database::inspect(config)
        .await
        .map_err(|fault| StoreError::Unwell(explain(&config.url, &fault)))
}

/// The first of this many days that end today.
pub fn first_day(today: Date, days: u32) -> Date {
    today.saturating_sub(i64::from(days.max(1) - 1).days())
}
