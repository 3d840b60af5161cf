//! The events that the store records.

use std::collections::BTreeSet;
use std::fmt;

use crate::scrub::Scrubbed;
use crate::stats::{RecordedOutcome, Way};

/// An event to keep.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A question was decided.
    Asked {
        /// The guild; `None` in direct messages.
        guild: Option<u64>,
        /// How it reached the bot.
        way: Way,
        /// Its outcome.
        outcome: RecordedOutcome,
        /// The id of the topic that answered, or, where candidates were offered, what was nearest, as `topic/section`.
        topic: Option<String>,
    },
    /// The guide could not answer.
    Gap {
        /// The guild; `None` in direct messages.
        guild: Option<u64>,
        /// What was asked.
        text: Scrubbed,
        /// The id of the topic that was nearest, or what was marked "Not it" as `topic/section`.
        topic: Option<String>,
    },
    /// Someone said whether a section helped. The person becomes a keyed hash before anything is written.
    Vote {
        /// The guild; `None` in direct messages.
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
    /// A shard has a new session. Its other guilds removed the bot while it was away: if they stay away, what is kept of them goes.
    SessionBegan {
        /// The number of the shard, and how many there are.
        shard: (u32, u32),
        /// All guilds of the shard.
        guilds: BTreeSet<u64>,
    },
    /// The bot was removed from a guild: everything about it goes.
    GuildGone {
        /// Which.
        guild: u64,
    },
}

impl fmt::Debug for Event {
    /// Only names the event: its contents do not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked { .. } => "Asked",
            Self::Gap { .. } => "Gap",
            Self::Vote { .. } => "Vote",
            Self::SessionBegan { .. } => "SessionBegan",
            Self::GuildGone { .. } => "GuildGone",
        })
    }
}
