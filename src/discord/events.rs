//! What the gateway sends, handed on while the bot takes events. Nothing here waits: what takes longer goes through the lanes.

use std::sync::Arc;

use serenity::all::{
    ChannelId, Context, EventHandler, Guild, GuildChannel, GuildId, Interaction, Message, MessageId, MessageUpdateEvent, Ready,
    ResumedEvent, UnavailableGuild,
};
use serenity::async_trait;
use tracing::info;

use super::Shared;
use crate::store::Event;

/// Where events come in.
pub(super) struct Gate(pub Arc<Shared>);

#[async_trait]
impl EventHandler for Gate {
    async fn ready(&self, _: Context, ready: Ready) {
        let Some(bot) = self.open() else { return };
        bot.connected(&ready);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        info!("connected again");
    }

    async fn message(&self, _: Context, message: Message) {
        let Some(bot) = self.open() else { return };
        bot.message_sent(&message);
    }

    async fn message_update(&self, _: Context, _: Option<Message>, _: Option<Message>, event: MessageUpdateEvent) {
        let Some(bot) = self.open() else { return };
        bot.message_edited(&event);
    }

    async fn message_delete(&self, _: Context, _: ChannelId, message: MessageId, _: Option<GuildId>) {
        let Some(bot) = self.open() else { return };
        bot.message_deleted(message);
    }

    async fn message_delete_bulk(&self, _: Context, _: ChannelId, messages: Vec<MessageId>, _: Option<GuildId>) {
        let Some(bot) = self.open() else { return };
        for message in messages {
            bot.message_deleted(message);
        }
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        let Some(bot) = self.open() else { return };
        bot.thread_opened(&thread);
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        let Some(bot) = self.open() else { return };
        // A guild that is only out of reach comes back.
        if !guild.unavailable {
            bot.store.record(Event::GuildGone { guild: guild.id.get() });
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        let Some(bot) = self.open() else { return };
        bot.interaction_made(interaction);
    }
}

impl Gate {
    /// The bot, as long as it takes events.
    fn open(&self) -> Option<&Arc<Shared>> {
        Some(&self.0).filter(|bot| !bot.tasks.is_closed())
    }
}
