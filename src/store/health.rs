//! The state of the store, and why it could not do something.

use jiff::Timestamp;

use crate::additions::AdditionError;
use crate::settings::SettingsError;

/// The state of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The state.
    pub state: State,
    /// Since when it has been in this state.
    pub since: Timestamp,
    /// A sentence about it, which says what to do if something can be done.
    pub sentence: String,
    /// How many rows wait to be written.
    pub waiting: usize,
    /// How many gaps were dropped because too many waited.
    pub dropped: u64,
}

/// The state of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Switched off by the configuration.
    Off,
    /// What happens is written.
    Well,
    /// Nothing can be written at present; everything waits.
    Unwell,
}

/// Why the store could not do what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is switched off.
    #[error(
        "the store is switched off: set store.url in the configuration, for instance to \"sqlite:internbot.db\""
    )]
    Off,
    /// It does not exist yet.
    #[error(
        "there is no store at {0}: `internbot run` creates it, or set store.url in the configuration to another one"
    )]
    Missing(String),
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The addition is invalid.
    #[error(transparent)]
    Addition(#[from] AdditionError),
    /// It cannot be used; the sentence says what to do.
    #[error("{0}")]
    Unwell(String),
    /// It did not answer in time.
    #[error("the store does not answer in time; try again in a minute")]
    Late,
}

/// The state of a store that this process does not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreInspection {
    /// It does not exist yet, and can be created.
    Absent,
    /// It has an earlier version, which the next start of the bot upgrades.
    Outdated {
        /// Its version.
        version: i64,
    },
    /// It can be read and written.
    Usable {
        /// Its version.
        version: i64,
        /// Whether any guild wants unasked answers in a channel, for which the bot needs the content of all messages.
        hears_channels: bool,
    },
}
