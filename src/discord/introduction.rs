//! The introduction of the bot, which is part of the first reply that people see in a server. Without a store, which remembers
//! that, there is none.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use parking_lot::Mutex;
use serenity::all::{GuildId, MessageId};
use tracing::debug;

use super::context::BotContext;
use super::events::Interaction;
use crate::reply::Reply;
use crate::settings::Settings;
use crate::store::StoreHandle;

/// The guilds where this process has introduced the bot, each with the message that does so, once it was sent.
#[derive(Debug, Default)]
pub(super) struct Introductions(Mutex<HashMap<GuildId, Option<MessageId>>>);

impl Introductions {
    /// The reply that takes the place of a message, with the introduction if that message has it.
    pub(super) fn keep(&self, guild: Option<GuildId>, message: MessageId, reply: Reply) -> Reply {
        let introduces = guild.and_then(|guild| self.0.lock().get(&guild).copied().flatten());
        if introduces == Some(message) {
            reply.introducing()
        } else {
            reply
        }
    }
}

/// The guild in which a reply introduces the bot, if it does. Call [`Self::settle`] once it was sent, or could not be.
#[derive(Debug, Default)]
#[must_use]
pub(super) struct Introduction(Option<GuildId>);

impl Introduction {
    /// For a reply that everybody in a guild's channel sees.
    pub(super) fn in_guild(bot: &BotContext, guild: Option<GuildId>) -> Self {
        let is_due = |guild: &GuildId| {
            if bot.store.keeps().is_none() || bot.settings(Some(*guild)).introduced {
                return false;
            }
            match bot.introductions.0.lock().entry(*guild) {
                Entry::Occupied(_) => false,
                Entry::Vacant(place) => {
                    place.insert(None);
                    true
                }
            }
        };
        Self(guild.filter(is_due))
    }

    /// For a response that everybody sees. If only the person has installed the bot, it is not in the server.
    pub(super) fn in_response(bot: &BotContext, interaction: &Interaction) -> Self {
        let guild = interaction.guild_id;
        Self::in_guild(bot, guild.filter(|_| interaction.is_installed_in_guild()))
    }

    /// The reply, with the introduction if it is due.
    pub(super) fn put_into<'a>(&self, reply: &'a Reply) -> Cow<'a, Reply> {
        match self.0 {
            Some(_) => Cow::Owned(reply.clone().introducing()),
            None => Cow::Borrowed(reply),
        }
    }

    /// Records the message that introduces the bot. If there is none, because it could not be sent, the next reply does so.
    pub(super) fn settle(self, bot: &BotContext, message: Option<MessageId>) {
        let Some(guild) = self.0 else { return };
        let mut known = bot.introductions.0.lock();
        if message.is_none() {
            known.remove(&guild);
            return;
        }
        known.insert(guild, message);
        // Nothing waits for the store.
        tokio::spawn(note(bot.store.clone(), guild));
    }
}

/// Stores that the bot has introduced itself in a guild. If that fails, this process still knows it.
async fn note(store: StoreHandle, guild: GuildId) {
    let introduced = |settings: &Settings| Settings {
        introduced: true,
        ..settings.clone()
    };
    if let Err(error) = store.change_settings(guild.get(), introduced).await {
        debug!(%error, "could not keep that a server knows what the bot is");
    }
}
