//! How the store is, and why it could not do what was asked of it.

use jiff::Timestamp;

use crate::additions::AdditionError;
use crate::settings::SettingsError;

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: State,
    /// Since when it is so.
    pub since: Timestamp,
    /// In a sentence, which says what to do if something can be done.
    pub sentence: String,
    /// How many rows wait to be written.
    pub waiting: usize,
    /// How many gaps were dropped because too many waited.
    pub dropped: u64,
}

/// How the store is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Switched off by the configuration.
    Off,
    /// What happens is written.
    Well,
    /// Nothing can be written at present; it waits.
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
    /// There is none yet.
    #[error(
        "there is no store at {0}: `internbot run` creates it, or name another one as store.url in the configuration"
    )]
    Missing(String),
    /// The settings cannot be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// What is to be added cannot be.
    #[error(transparent)]
    Addition(#[from] AdditionError),
    /// It cannot be used; the sentence says what to do.
    #[error("{0}")]
    Unwell(String),
    /// It did not answer in time.
    #[error("the store does not answer in time; try again in a minute")]
    Late,
}

/// How a store is found that is not being used by this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreInspection {
    /// There is none yet, and one can be created.
    Absent,
    /// It is of an earlier version, which the next start of the bot brings up to date.
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
