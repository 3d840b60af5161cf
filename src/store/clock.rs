//! The clock, and the intervals of the store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The clock; tests use their own. Days are in UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A custom clock.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.0)()
    }

    pub(super) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The intervals and delays of the task.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How long events are collected before they are written.
    pub gather: Duration,
    /// How often settings are read again, in case another process has changed them.
    pub refresh: Duration,
    /// How often the store is asked what moderators added through another process.
    pub look: Duration,
    /// How often expired data is deleted; also at startup and on a new day.
    pub tidy: Duration,
    /// How long the task waits after a first failure; it doubles with each.
    pub retry: Duration,
    /// The longest delay.
    pub retry_most: Duration,
    /// How long a statement may take before the connection is given up. A server gives up after half of it, so that its
    /// reason arrives.
    pub statement: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            gather: Duration::from_millis(200),
            refresh: Duration::from_secs(5),
            look: Duration::from_millis(500),
            tidy: Duration::from_secs(3_600),
            retry: Duration::from_secs(1),
            retry_most: Duration::from_secs(60),
            // Migrating the tables or deleting expired data may take long for a large bot on a slow disk, and nobody waits for it.
            statement: Duration::from_secs(30),
        }
    }
}
