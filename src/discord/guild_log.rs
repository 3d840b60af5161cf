//! What the log says about the servers that the bot is in: how to invite it to another one, and which permissions it lacks where.
//! All of this comes from the gateway, without further requests.

use std::sync::atomic::Ordering;

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::{ApplicationId, ChannelId, GuildId, Permissions, UserId};
use tracing::{info, warn};

use super::bounded::bounded;
use super::context::BotContext;
use super::events::GuildCreate;
use super::permissions;

/// Servers that are known to have been seen.
const MAX_GUILDS: usize = 4_096;
/// How many servers are named although nothing is wrong there: a large bot's log has other things to say.
const MAX_NAMED: usize = 20;

/// The servers that the bot was seen to be in: a lost connection does not repeat them.
#[derive(Debug)]
pub(super) struct GuildLog(Mutex<LruCache<GuildId, ()>>);

impl Default for GuildLog {
    fn default() -> Self {
        Self(Mutex::new(bounded(MAX_GUILDS)))
    }
}

impl GuildLog {
    /// Logs what an operator who has just started the bot wants to know.
    pub(super) fn connected(&self, bot: &BotContext, application: ApplicationId) {
        info!(
            "to invite the bot to a server, open {}",
            permissions::invitation(application)
        );
        if bot.has_message_content.load(Ordering::Relaxed) {
            info!(
                "the Message Content Intent is on, so the bot can answer unasked in the channels that are set"
            );
        }
    }

    /// Whether the bot is first seen to be in a server.
    pub(super) fn is_new(&self, guild: GuildId) -> bool {
        self.0.lock().put(guild, ()).is_none()
    }

    /// Logs a new server, with the permissions that the bot lacks there.
    pub(super) fn joined(&self, bot: &BotContext, guild: &GuildCreate) {
        if let Some(user) = bot.user.get().copied() {
            log_guild(guild, user, self.0.lock().len() <= MAX_NAMED);
            log_channels(bot, guild, user);
        }
    }
}

fn log_guild(guild: &GuildCreate, user: UserId, is_named: bool) {
    let server = guild.name.as_str();
    let granted = permissions::in_guild(guild, user);
    match granted.map(|granted| permissions::missing(permissions::IN_SERVER, granted)) {
        Some(missing) if !missing.is_empty() => warn!(
            server,
            missing = missing.join(", "),
            "the bot lacks a permission in a server: open the invite address again, or allow it in the settings of the bot's role"
        ),
        Some(_) if is_named => {
            info!(
                server,
                "the bot is in a server, with all permissions that it needs"
            );
        }
        _ => {}
    }
}

/// Logs the channels in which the bot is to answer unasked and cannot.
fn log_channels(bot: &BotContext, guild: &GuildCreate, user: UserId) {
    for channel in &guild.channels {
        let needed = needed_in(bot, guild.id, channel.id);
        let granted = permissions::in_channel(guild, channel, user);
        let missing = granted.map(|granted| permissions::missing(needed, granted));
        let Some(missing) = missing.filter(|missing| !missing.is_empty()) else {
            continue;
        };
        warn!(
            server = guild.name.as_str(),
            channel = channel.name.as_deref().unwrap_or_default(),
            missing = missing.join(", "),
            "the bot lacks a permission in a channel where it should answer: allow it in the channel's settings"
        );
    }
}

/// What the bot needs in a channel or forum: nothing unless the configuration or a moderator has chosen it for unasked
/// answers, or for tags of posts.
fn needed_in(bot: &BotContext, guild: GuildId, channel: ChannelId) -> Permissions {
    let settings = bot.settings(Some(guild));
    let needs = [
        (
            bot.answers_unasked_in(Some(guild), channel),
            permissions::IN_CHANNEL,
        ),
        (bot.answers_posts_in(guild, channel), permissions::IN_FORUM),
        (
            settings.helped_tags.contains_key(&channel.get()),
            permissions::TO_TAG,
        ),
    ];
    needs
        .into_iter()
        .filter(|(is_needed, _)| *is_needed)
        .fold(Permissions::empty(), |all, (_, needed)| all | needed)
}
