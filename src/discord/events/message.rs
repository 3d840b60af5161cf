//! Messages.

use serde::Deserialize;
use serde_json::Value;
use serenity::all::{ChannelId, GuildId, InteractionId, MessageId, UserId};

use super::field::{Identified, lenient};

/// Messages of people: written as such, or as a reply.
const WRITTEN: [u8; 2] = [0, 19];
/// A message that one person alone sees.
const EPHEMERAL: u64 = 1 << 6;

/// A person, a bot or a webhook.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct User {
    pub id: UserId,
    #[serde(default)]
    pub bot: bool,
}

/// A message.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct DiscordMessage {
    pub id: MessageId,
    pub channel_id: ChannelId,
    #[serde(default)]
    pub guild_id: Option<GuildId>,
    pub author: User,
    #[serde(default)]
    pub content: String,
    #[serde(default, rename = "type")]
    kind: u8,
    #[serde(default, deserialize_with = "lenient")]
    flags: u64,
    #[serde(default, deserialize_with = "lenient")]
    webhook_id: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub mentions: Vec<Identified<UserId>>,
    #[serde(default, deserialize_with = "lenient")]
    pub mention_roles: Vec<Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub embeds: Vec<Embed>,
    #[serde(default, deserialize_with = "lenient")]
    pub message_reference: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub referenced_message: Option<Box<DiscordMessage>>,
    #[serde(default, deserialize_with = "lenient")]
    pub interaction_metadata: Option<InteractionMetadata>,
}

/// An embed, for when nobody remembers what it answers.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct Embed {
    #[serde(default, deserialize_with = "lenient")]
    pub title: Option<String>,
}

/// What a message of the bot answers, if that was an interaction.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::discord) struct InteractionMetadata {
    pub id: InteractionId,
    #[serde(rename = "type")]
    kind: u8,
}

impl InteractionMetadata {
    pub(in crate::discord) fn is_command(self) -> bool {
        self.kind == 2
    }

    pub(in crate::discord) fn is_component(self) -> bool {
        self.kind == 3
    }
}

impl DiscordMessage {
    /// Whether a person wrote it, rather than a bot, a webhook or Discord.
    pub(in crate::discord) fn is_by_a_person(&self) -> bool {
        !self.author.bot && self.webhook_id.is_none() && WRITTEN.contains(&self.kind)
    }

    /// Whether one person alone sees it.
    pub(in crate::discord) fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }
}
