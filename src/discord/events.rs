//! What the gateway sends, handed on while the bot takes events. serenity runs each handler as a task of its own.

use serenity::all::{
    ChannelId, Context, EventHandler, Guild, GuildChannel, GuildId, Interaction, Message, MessageId, MessageUpdateEvent, Ready,
    ResumedEvent, UnavailableGuild,
};
use serenity::async_trait;
use tracing::info;

use super::Bot;
use crate::store::Event;

#[async_trait]
impl EventHandler for Bot {
    async fn ready(&self, _: Context, ready: Ready) {
        let Some(_under_way) = self.admit() else { return };
        self.connected(&ready).await;
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        info!("connected again");
    }

    async fn message(&self, _: Context, message: Message) {
        let Some(_under_way) = self.admit() else { return };
        self.message_sent(&message).await;
    }

    async fn message_update(&self, _: Context, _: Option<Message>, _: Option<Message>, event: MessageUpdateEvent) {
        let Some(_under_way) = self.admit() else { return };
        self.message_edited(&event).await;
    }

    async fn message_delete(&self, _: Context, _: ChannelId, message: MessageId, _: Option<GuildId>) {
        let Some(_under_way) = self.admit() else { return };
        self.message_deleted(message).await;
    }

    async fn message_delete_bulk(&self, _: Context, _: ChannelId, messages: Vec<MessageId>, _: Option<GuildId>) {
        let Some(_under_way) = self.admit() else { return };
        for message in messages {
            self.message_deleted(message).await;
        }
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        let Some(_under_way) = self.admit() else { return };
        self.thread_opened(&thread).await;
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        let Some(_under_way) = self.admit() else { return };
        // A guild that is only out of reach comes back.
        if !guild.unavailable {
            self.store.record(Event::GuildGone { guild: guild.id.get() });
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        let Some(_under_way) = self.admit() else { return };
        match interaction {
            Interaction::Command(command) => self.command_used(&command).await,
            Interaction::Autocomplete(typing) => self.completion_asked(&typing).await,
            Interaction::Component(component) => self.component_used(&component).await,
            _ => {}
        }
    }
}
