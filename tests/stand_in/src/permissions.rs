//! Who may do what where.

use super::model::Channel;
use super::world::State;

/// A permission that the stand-in knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub enum Permission {
    Administrator,
    ManageGuild,
    ViewChannel,
    SendMessages,
    ManageMessages,
    EmbedLinks,
    ReadMessageHistory,
    MentionEveryone,
    UseApplicationCommands,
    ManageThreads,
    SendMessagesInThreads,
}

impl Permission {
    pub(super) const fn bit(self) -> u64 {
        1 << match self {
            Self::Administrator => 3,
            Self::ManageGuild => 5,
            Self::ViewChannel => 10,
            Self::SendMessages => 11,
            Self::ManageMessages => 13,
            Self::EmbedLinks => 14,
            Self::ReadMessageHistory => 16,
            Self::MentionEveryone => 17,
            Self::UseApplicationCommands => 31,
            Self::ManageThreads => 34,
            Self::SendMessagesInThreads => 38,
        }
    }
}

/// What everybody may do in a new guild.
pub(super) const EVERYONE: u64 = Permission::ViewChannel.bit()
    | Permission::SendMessages.bit()
    | Permission::SendMessagesInThreads.bit()
    | Permission::EmbedLinks.bit()
    | Permission::ReadMessageHistory.bit()
    | Permission::UseApplicationCommands.bit();

const ALL: u64 = (1 << 50) - 1;

impl State {
    /// What a user may do in a channel; a thread follows its parent.
    pub fn permissions(&self, user: u64, channel: &Channel) -> u64 {
        let Some(guild) = channel.guild.and_then(|id| self.guilds.get(&id)) else {
            return EVERYONE;
        };
        let member = guild.members.get(&user);
        let granted = guild
            .roles
            .values()
            .filter(|role| {
                role.id == guild.id || member.is_some_and(|m| m.roles.contains(&role.id))
            })
            .fold(0, |sum, role| sum | role.permissions);
        if granted & Permission::Administrator.bit() != 0 || guild.owner == user {
            return ALL;
        }
        if user != self.bot {
            return granted;
        }
        let rules = channel
            .parent
            .filter(|_| channel.is_thread())
            .and_then(|id| self.channels.get(&id));
        let rules = rules.unwrap_or(channel);
        (granted & !rules.bot_denied) | rules.bot_allowed
    }

    pub fn bot_may(&self, permission: Permission, channel: &Channel) -> bool {
        self.permissions(self.bot, channel) & permission.bit() != 0
    }

    /// Whether the bot hears of what happens in a channel.
    pub fn bot_sees(&self, channel: &Channel) -> bool {
        match channel.guild.and_then(|id| self.guilds.get(&id)) {
            Some(guild) => {
                guild.members.contains_key(&self.bot)
                    && self.bot_may(Permission::ViewChannel, channel)
            }
            None => channel.recipients.contains(&self.bot),
        }
    }
}
