//! What the gateway sends, handed on while the bot takes events. serenity runs each handler as a task of its own.

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
        let Some(bot) = self.0.admit() else { return };
        bot.connected(&ready).await;
    }

    async fn resume(&self, context: Context, _: ResumedEvent) {
        self.0.shards.connected(context.shard_id.0);
        info!("connected again");
    }

    async fn message(&self, _: Context, message: Message) {
        let Some(bot) = self.0.admit() else { return };
        bot.message_sent(&message).await;
    }

    async fn message_update(&self, _: Context, _: Option<Message>, _: Option<Message>, event: MessageUpdateEvent) {
        let Some(bot) = self.0.admit() else { return };
        bot.message_edited(&event).await;
    }

    async fn message_delete(&self, _: Context, _: ChannelId, message: MessageId, _: Option<GuildId>) {
        let Some(bot) = self.0.admit() else { return };
        bot.message_deleted(message).await;
    }

    async fn message_delete_bulk(&self, _: Context, _: ChannelId, messages: Vec<MessageId>, _: Option<GuildId>) {
        let Some(bot) = self.0.admit() else { return };
        for message in messages {
            bot.message_deleted(message).await;
        }
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        let Some(bot) = self.0.admit() else { return };
        bot.thread_opened(&thread).await;
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        let Some(bot) = self.0.admit() else { return };
        // A guild that is only out of reach comes back.
        if !guild.unavailable {
            bot.store.record(Event::GuildGone { guild: guild.id.get() });
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        let Some(bot) = self.0.admit() else { return };
        match interaction {
            Interaction::Command(command) => bot.command_used(&command).await,
            Interaction::Autocomplete(typing) => bot.completion_asked(&typing).await,
            Interaction::Component(component) => bot.component_used(&component).await,
            _ => {}
        }
    }
}
