//! What a part of `/guide` is, and what parts share.

use std::time::{SystemTime, UNIX_EPOCH};

use serenity::all::{CreateCommandOption, GuildId};

use crate::discord::commands::definition::{CommandReply, Pending};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply::{Keeping, Reply};
use crate::store::{Health, State};

/// A part of `/guide`.
pub(super) struct GuidePart {
    pub name: &'static str,
    pub description: &'static str,
    /// Its options.
    pub define: fn(CreateCommandOption) -> CreateCommandOption,
    pub run: RunPart,
}

/// What a part does, for a moderator of the guild.
pub(super) type RunPart = for<'a> fn(&'a EventContext, &'a Interaction, GuildId) -> Pending<'a>;

/// A pending reply, for the moderator only.
pub(super) fn private<'a>(reply: impl Future<Output = Reply> + Send + 'a) -> Pending<'a> {
    Box::pin(async { CommandReply::ephemeral(reply.await) })
}

impl GuidePart {
    /// A part without options.
    pub(super) const fn plain(name: &'static str, description: &'static str, run: RunPart) -> Self {
        Self {
            name,
            description,
            define: |option| option,
            run,
        }
    }
}

/// The state of the store for moderators; `why` explains it.
pub(super) fn keeping<'a>(health: &Health, why: &'a str) -> Keeping<'a> {
    let dropped = health.dropped;
    match health.state {
        State::Off => Keeping::Off,
        State::Well => Keeping::Well { dropped },
        State::Unwell => Keeping::Unwell {
            why,
            since: u64::try_from(health.since.as_second()).unwrap_or_default(),
            waiting: health.waiting,
            dropped,
        },
    }
}

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
