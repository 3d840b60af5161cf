//! The gateway's events, with only the fields that the bot uses, so that changes to other fields do no harm.

mod field;
mod interaction;
mod message;

use serde::Deserialize;
use serenity::all::{
    ApplicationId, ChannelId, GuildId, MessageId, PermissionOverwrite, Permissions, RoleId,
    Timestamp, UserId,
};

use field::{Identified, lenient};

pub(super) use interaction::{Interaction, InteractionKind};
pub(super) use message::DiscordMessage;

/// The gateway's events that the bot uses.
#[derive(Debug)]
pub(super) enum GatewayEvent {
    Ready(Ready),
    MessageCreate(DiscordMessage),
    MessageUpdate(MessageUpdate),
    MessageDelete(MessageDelete),
    MessageDeleteBulk(MessageDeleteBulk),
    ThreadCreate(Thread),
    GuildCreate(GuildCreate),
    RoleChange(RoleChange),
    GuildDelete(GuildDelete),
    Interaction(Interaction),
}

impl GatewayEvent {
    /// Reads an event of this name; `None` if the bot has no use for it. It fails if a field that the bot needs is missing or
    /// of another type.
    pub(super) fn read(name: &str, data: &str) -> serde_json::Result<Option<Self>> {
        let event = match name {
            "READY" => serde_json::from_str(data).map(Self::Ready),
            "MESSAGE_CREATE" => serde_json::from_str(data).map(Self::MessageCreate),
            "MESSAGE_UPDATE" => serde_json::from_str(data).map(|update: MessageUpdate| {
                Self::MessageUpdate(MessageUpdate {
                    message: serde_json::from_str(data).ok(),
                    ..update
                })
            }),
            "MESSAGE_DELETE" => serde_json::from_str(data).map(Self::MessageDelete),
            "MESSAGE_DELETE_BULK" => serde_json::from_str(data).map(Self::MessageDeleteBulk),
            "THREAD_CREATE" => serde_json::from_str(data).map(Self::ThreadCreate),
            "GUILD_CREATE" => serde_json::from_str(data).map(Self::GuildCreate),
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => {
                serde_json::from_str(data).map(Self::RoleChange)
            }
            "GUILD_DELETE" => serde_json::from_str(data).map(Self::GuildDelete),
            "INTERACTION_CREATE" => serde_json::from_str(data).map(Self::Interaction),
            _ => return Ok(None),
        };
        event.map(Some)
    }
}

/// A session has begun.
#[derive(Debug, Deserialize)]
pub(super) struct Ready {
    pub user: Identified<UserId>,
    pub application: Identified<ApplicationId>,
    /// Every guild of the shard; `None` if that could not be read.
    #[serde(default, deserialize_with = "lenient")]
    pub guilds: Option<Vec<Identified<GuildId>>>,
    /// The number of the shard, and how many there are.
    #[serde(default, deserialize_with = "lenient")]
    pub shard: Option<(u32, u32)>,
}

impl Ready {
    /// Every guild of the shard.
    pub(super) fn guild_ids(&self) -> impl Iterator<Item = GuildId> {
        self.guilds.iter().flatten().map(|guild| guild.id)
    }
}

/// A message has changed; Discord also sends this when it shows a preview.
#[derive(Debug, Deserialize)]
pub(super) struct MessageUpdate {
    pub id: MessageId,
    pub channel_id: ChannelId,
    #[serde(default, deserialize_with = "lenient")]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub edited_timestamp: Option<Timestamp>,
    #[serde(default)]
    pub guild_id: Option<GuildId>,
    /// The whole message as it reads now, if Discord sent that.
    #[serde(skip)]
    pub message: Option<Box<DiscordMessage>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MessageDelete {
    pub id: MessageId,
}

#[derive(Debug, Deserialize)]
pub(super) struct MessageDeleteBulk {
    pub ids: Vec<MessageId>,
}

/// A thread, such as a post of a forum.
#[derive(Debug, Deserialize)]
pub(super) struct Thread {
    pub id: ChannelId,
    pub guild_id: GuildId,
    #[serde(default)]
    pub parent_id: Option<ChannelId>,
    #[serde(default, deserialize_with = "lenient")]
    pub owner_id: Option<UserId>,
    #[serde(default)]
    pub name: String,
}

/// A guild that the bot is in: one for each after a session has begun, and one that has just invited it.
#[derive(Debug, Deserialize)]
pub(super) struct GuildCreate {
    pub id: GuildId,
    #[serde(default)]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub roles: Vec<Role>,
    /// The bot, and others in a small guild.
    #[serde(default)]
    pub members: Vec<Member>,
    #[serde(default)]
    pub channels: Vec<GuildChannel>,
    #[serde(default, deserialize_with = "lenient")]
    pub threads: Vec<GuildChannel>,
}

/// What the members with a role may do.
#[derive(Debug, Deserialize)]
pub(super) struct Role {
    pub id: RoleId,
    #[serde(default, deserialize_with = "lenient")]
    pub permissions: Permissions,
    #[serde(default, deserialize_with = "lenient")]
    pub tags: RoleTags,
}

/// A role of a guild is new or has changed.
#[derive(Debug, Deserialize)]
pub(super) struct RoleChange {
    pub guild_id: GuildId,
    pub role: Role,
}

/// What a role belongs to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RoleTags {
    /// The bot to which Discord gave it.
    #[serde(default, deserialize_with = "lenient")]
    pub bot_id: Option<UserId>,
}

/// Someone in a guild.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub user: Identified<UserId>,
    #[serde(default)]
    pub roles: Vec<RoleId>,
}

/// A channel, with its permission overwrites.
#[derive(Debug, Deserialize)]
pub(super) struct GuildChannel {
    pub id: ChannelId,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(default)]
    pub permission_overwrites: Vec<PermissionOverwrite>,
}

/// A guild has removed the bot, or is unavailable for a while.
#[derive(Debug, Deserialize)]
pub(super) struct GuildDelete {
    pub id: GuildId,
    #[serde(default, deserialize_with = "lenient")]
    pub unavailable: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unused_fields_may_have_any_form() {
        let message = json!({
            "id": "1", "channel_id": "2", "author": {"id": "3", "avatar": {"new": true}}, "content": "hello",
            "embeds": "none", "mentions": {"3": {}}, "timestamp": 5, "flags": [], "referenced_message": 7,
        });
        let read = GatewayEvent::read("MESSAGE_CREATE", &message.to_string());
        let Ok(Some(GatewayEvent::MessageCreate(message))) = read else {
            panic!("it can be read");
        };
        assert_eq!(message.content, "hello");
        assert!(message.is_by_a_person());
    }

    #[test]
    fn what_is_needed_must_be_there_and_the_rest_is_passed_over() {
        let read = GatewayEvent::read("MESSAGE_CREATE", r#"{"id": "1", "content": "hello"}"#);
        read.expect_err("it has no channel");
        assert!(matches!(GatewayEvent::read("TYPING_START", "{}"), Ok(None)));
    }
}
