//! The role that Discord gives the bot in a guild, by which people mention it too.

use std::collections::HashMap;

use parking_lot::Mutex;
use serenity::all::{GuildId, RoleId, UserId};

use super::events::Role;

/// The bot's role in each guild: as many as the shards of this process have.
#[derive(Debug, Default)]
pub(super) struct OwnRoles(Mutex<HashMap<GuildId, RoleId>>);

impl OwnRoles {
    /// The bot's role in a guild.
    pub(super) fn of(&self, guild: Option<GuildId>) -> Option<RoleId> {
        self.0.lock().get(&guild?).copied()
    }

    /// Notes the bot's role, if it is among these.
    pub(super) fn note(&self, guild: GuildId, roles: &[Role], me: UserId) {
        if let Some(own) = roles.iter().find(|role| role.tags.bot_id == Some(me)) {
            self.0.lock().insert(guild, own.id);
        }
    }

    /// Forgets a guild.
    pub(super) fn remove(&self, guild: GuildId) {
        self.0.lock().remove(&guild);
    }
}
