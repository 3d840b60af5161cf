//! What Discord responds.

use serde::Deserialize;
use serenity::all::{
    ApplicationFlags, ApplicationId, ChannelId, CommandId, ForumTagId, MessageId, UserId,
};

/// How to connect to the gateway.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct GatewayInfo {
    /// Where it is.
    pub url: String,
    /// How many shards Discord recommends.
    pub shards: u32,
    /// How many sessions may be started.
    #[serde(default)]
    pub session_start_limit: SessionStartLimit,
}

/// How many sessions may be started in a day, and at once.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct SessionStartLimit {
    /// How many in a day.
    pub total: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// After how many milliseconds they are all available again.
    pub reset_after: u64,
    /// How many within five seconds.
    pub max_concurrency: u16,
}

impl Default for SessionStartLimit {
    /// The usual limits, for a proxy that does not report them.
    fn default() -> Self {
        Self {
            total: 1_000,
            remaining: 1_000,
            reset_after: 86_400_000,
            max_concurrency: 1,
        }
    }
}

/// The bot's own user.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct CurrentUser {
    /// Its name, without the four digits that bots have.
    pub username: String,
}

/// The bot's application.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct CurrentApplication {
    /// Its id, which an invite needs.
    pub id: ApplicationId,
    /// Which privileged intents it has, among other things.
    #[serde(default = "ApplicationFlags::empty")]
    pub flags: ApplicationFlags,
    /// The approximate number of servers that it is in.
    #[serde(default)]
    pub approximate_guild_count: Option<u64>,
}

/// A forum, or a post of one.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct ForumChannel {
    /// The tags that posts of a forum can have.
    #[serde(default)]
    pub available_tags: Vec<AvailableTag>,
    /// The forum of a post.
    #[serde(default)]
    pub parent_id: Option<ChannelId>,
    /// Who opened a post.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    /// The tags that a post has.
    #[serde(default)]
    pub applied_tags: Vec<ForumTagId>,
}

/// A tag that posts can have.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct AvailableTag {
    pub id: ForumTagId,
    pub name: String,
}

/// A message that was sent.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct CreatedMessage {
    pub id: MessageId,
    #[serde(default)]
    components: Vec<CreatedComponent>,
}

#[derive(Debug, Deserialize)]
struct CreatedComponent {
    #[serde(default)]
    id: Option<i64>,
}

impl CreatedMessage {
    /// The mark of the process that sent it.
    pub(in crate::discord) fn mark(&self) -> Option<i64> {
        self.components.first()?.id
    }
}

/// A command that Discord knows.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct RegisteredCommand {
    pub id: CommandId,
    pub name: String,
}
