//! Values as the tables have them.

use jiff::civil::Date;

/// Stands for every guild in a statement: no guild has a negative id.
pub(super) const EVERY_GUILD: i64 = -1;

/// A guild, or every one.
pub(super) fn guild_or_every(guild: Option<u64>) -> i64 {
    guild.map_or(EVERY_GUILD, number)
}

/// An id or a count for the database: both stay far below 2⁶³.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// An id or a count that the database has.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// A day from the database; `None` if it is empty.
pub(super) fn day(text: String) -> Option<Date> {
    text.parse().ok()
}
