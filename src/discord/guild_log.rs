//! What the log says of the servers that the bot is in: how to invite it to another one, and which permissions it lacks where.
//! The gateway tells all of it by itself.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use lru::LruCache;
use serenity::all::{ApplicationId, ChannelId, GuildId, UserId};
use tracing::{info, warn};

use super::bounded::{bounded, locked};
use super::context::BotContext;
use super::events::GuildCreate;
use super::permissions;

/// Servers that are known to have been logged.
const MAX_GUILDS: usize = 4_096;
/// Servers that are named although nothing is wrong there: the log of a large bot has other things to say.
const MAX_NAMED: usize = 20;

/// The servers that were logged: a lost connection does not repeat them.
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

    /// Logs a server when the bot is first seen to be in it, with the permissions that it lacks.
    pub(super) fn joined(&self, bot: &BotContext, guild: &GuildCreate) {
        let logged = {
            let mut guilds = locked(&self.0);
            if guilds.put(guild.id, ()).is_some() {
                return;
            }
            guilds.len()
        };
        if let Some(user) = bot.user.get().copied() {
            log_guild(guild, user, logged <= MAX_NAMED);
            log_channels(bot, guild, user);
        }
    }
}

fn log_guild(guild: &GuildCreate, user: UserId, is_named: bool) {
    let server = guild.name.as_str();
    match permissions::in_guild(guild, user).map(permissions::missing) {
        Some(Some(missing)) => warn!(
            server,
            missing,
            "the bot lacks a permission in a server: open the invite address again, or allow it in the settings of the bot's role"
        ),
        Some(None) if is_named => {
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
    let chosen = guild
        .channels
        .iter()
        .filter(|channel| answers_unasked(bot, guild.id, channel.id));
    for channel in chosen {
        let granted = permissions::in_channel(guild, channel, user);
        let Some(missing) = granted.and_then(permissions::missing) else {
            continue;
        };
        warn!(
            server = guild.name.as_str(),
            channel = channel.name.as_deref().unwrap_or_default(),
            missing,
            "the bot lacks a permission in a channel that it is to answer in: allow it in the channel's settings"
        );
    }
}

/// Whether a channel or forum is one that the configuration or a moderator has chosen for unasked answers.
fn answers_unasked(bot: &BotContext, guild: GuildId, channel: ChannelId) -> bool {
    let settings = bot.store.settings(Some(guild.get()));
    [
        &bot.config.unasked_channels,
        &bot.config.unasked_forums,
        &settings.unasked_channels,
        &settings.unasked_forums,
    ]
    .into_iter()
    .any(|chosen| chosen.contains(&channel.get()))
}
