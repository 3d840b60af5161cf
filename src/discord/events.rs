//! What the gateway sends: read where the bot has a use for it, and handed on while the bot takes events.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serenity::all::Event;
use tracing::warn;

use super::Shared;
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

/// Hands an event on, while the bot takes events. It returns at once, so that whoever reads the connection does not wait: what
/// takes longer goes through the lanes.
pub(super) fn take(bot: &Arc<Shared>, event: Event) {
    if let Event::Ready(event) = &event {
        bot.connected(&event.ready);
    }
    if bot.tasks.is_closed() {
        return;
    }
    match event {
        Event::Ready(event) => bot.introduce(&event.ready),
        Event::MessageCreate(event) => bot.message_sent(&event.message),
        Event::MessageUpdate(event) => bot.message_edited(&event),
        Event::MessageDelete(event) => bot.message_deleted(event.message_id),
        Event::MessageDeleteBulk(event) => event
            .ids
            .into_iter()
            .for_each(|message| bot.message_deleted(message)),
        Event::ThreadCreate(event) => bot.thread_opened(&event.thread),
        // A guild that is only out of reach comes back.
        Event::GuildDelete(event) if !event.guild.unavailable => {
            bot.store.record(store::Event::GuildGone {
                guild: event.guild.id.get(),
            });
        }
        Event::InteractionCreate(event) => bot.interaction_made(event.interaction),
        _ => {}
    }
}
