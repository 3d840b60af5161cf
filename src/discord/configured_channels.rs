//! In which guilds the channels are that the operator configured for unasked answers: a moderator sees only those of their own.

use std::collections::HashMap;

use parking_lot::Mutex;
use serenity::all::GuildId;

use super::context::BotContext;
use super::events::GuildCreate;

/// The guilds of the configured channels and forums, as far as the shards of this process have seen them.
#[derive(Debug, Default)]
pub(super) struct ConfiguredChannels(Mutex<HashMap<u64, GuildId>>);

impl ConfiguredChannels {
    /// Notes the configured ones among a guild's channels.
    pub(super) fn note(&self, bot: &BotContext, guild: &GuildCreate) {
        let channels = guild.channels.iter().chain(&guild.threads);
        let ids = channels.map(|channel| channel.id.get());
        let configured = ids.filter(|id| bot.is_configured(*id));
        self.0.lock().extend(configured.map(|id| (id, guild.id)));
    }

    /// Those of these channels that are in a guild.
    pub(super) fn of(&self, guild: GuildId, channels: &[u64]) -> Vec<u64> {
        let guilds = self.0.lock();
        let is_here = |id: &u64| guilds.get(id) == Some(&guild);
        channels.iter().copied().filter(is_here).collect()
    }
}
