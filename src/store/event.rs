//! What the store is told.

use std::fmt;

use crate::scrub::Scrubbed;
use crate::stats::{RecordedOutcome, Way};

/// Something that happened and is to be kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A question was decided.
    Asked {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// How it reached the bot.
        way: Way,
        /// What became of it.
        outcome: RecordedOutcome,
        /// The id of the topic that answered, or was nearest where candidates were offered.
        topic: Option<String>,
    },
    /// The guide could not answer.
    Gap {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// What was asked.
        text: Scrubbed,
        /// The id of the topic that was nearest or was not it.
        topic: Option<String>,
    },
    /// Somebody said whether a section helped. The person is turned into a keyed hash before anything is written.
    Vote {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// Who.
        person: u64,
        /// The topic's id.
        topic: String,
        /// The section's id.
        section: String,
        /// Whether it helped.
        helped: bool,
    },
    /// The bot was removed from a guild: everything about it goes.
    GuildGone {
        /// Which.
        guild: u64,
    },
}

impl fmt::Debug for Event {
    /// Names the event only: what is in it is not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked { .. } => "Asked",
            Self::Gap { .. } => "Gap",
            Self::Vote { .. } => "Vote",
            Self::GuildGone { .. } => "GuildGone",
        })
    }
}
