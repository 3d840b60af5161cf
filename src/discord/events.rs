//! What the gateway sends: read where the bot has a use for it, and handed on while the bot takes events.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serenity::all::{Event, Interaction};
use tracing::warn;

use super::{Bot, Shared};
use crate::store;

/// What tells whether the rest is worth reading: most of what Discord sends is not.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "t")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "d")]
    data: Option<&'a RawValue>,
}

/// Reads what Discord sent; nothing where the bot has no use for it, or cannot read it.
pub(super) fn read(text: &str) -> Option<Event> {
    let head: Head<'_> = serde_json::from_str(text).ok()?;
    let (name, data) = (head.name?, head.data?.get());
    let event = match name.as_ref() {
        "READY" => serde_json::from_str(data).map(Event::Ready),
        "MESSAGE_CREATE" => serde_json::from_str(data).map(Event::MessageCreate),
        "MESSAGE_UPDATE" => serde_json::from_str(data).map(Event::MessageUpdate),
        "MESSAGE_DELETE" => serde_json::from_str(data).map(Event::MessageDelete),
        "MESSAGE_DELETE_BULK" => serde_json::from_str(data).map(Event::MessageDeleteBulk),
        "THREAD_CREATE" => serde_json::from_str(data).map(Event::ThreadCreate),
        "GUILD_DELETE" => serde_json::from_str(data).map(Event::GuildDelete),
        "INTERACTION_CREATE" => serde_json::from_str(data).map(Event::InteractionCreate),
        _ => return None,
    };
    // Only the place: the words of the error may repeat what somebody wrote.
    event.inspect_err(|error| warn!(event = %name, column = error.column(), "Discord sent an event that I cannot read")).ok()
}

/// Hands an event on, while the bot takes events. It returns at once: whoever reads the connection does not wait.
pub(super) fn take(shared: &Arc<Shared>, event: Event) {
    if let Event::Ready(ready) = &event {
        shared.connected(&ready.ready);
    }
    let Some(bot) = shared.admit() else { return };
    tokio::spawn(handle(bot, event));
}

async fn handle(bot: Bot, event: Event) {
    match event {
        Event::Ready(event) => bot.introduce(&event.ready).await,
        Event::MessageCreate(event) => bot.message_sent(&event.message).await,
        Event::MessageUpdate(event) => bot.message_edited(&event).await,
        Event::MessageDelete(event) => bot.message_deleted(event.message_id).await,
        Event::MessageDeleteBulk(event) => {
            for message in event.ids {
                bot.message_deleted(message).await;
            }
        }
        Event::ThreadCreate(event) => bot.thread_opened(&event.thread).await,
        // A guild that is only out of reach comes back.
        Event::GuildDelete(event) if !event.guild.unavailable => {
            bot.store.record(store::Event::GuildGone { guild: event.guild.id.get() });
        }
        Event::InteractionCreate(event) => match &event.interaction {
            Interaction::Command(command) => bot.command_used(command).await,
            Interaction::Autocomplete(typing) => bot.completion_asked(typing).await,
            Interaction::Component(component) => bot.component_used(component).await,
            _ => {}
        },
        _ => {}
    }
}
