//! Sending a reply to a channel: as a reply to a message if the bot is allowed to, otherwise without one.

use std::time::Duration;

use serenity::all::{GuildId, MessageId, UserId};
use tracing::debug;

use super::context::BotContext;
use super::introduction::Introduction;
use super::render::{Destination, RenderOptions, render};
use super::rest::RestError;
use crate::reply::Reply;

/// A message that takes longer than this shows that the bot is typing.
const TYPING_AFTER: Duration = Duration::from_millis(1_500);
/// Discord's codes for what is missing.
mod code {
    /// The permission to read what the message replies to.
    pub(super) const CANNOT_REPLY: i64 = 160_002;
    /// What the message replies to.
    pub(super) const INVALID_FORM: i64 = 50_035;
}

/// Sends a reply to a channel of a guild, or to one person; the first in a guild introduces the bot. `None` if the bot may not
/// write there, which is logged once per channel.
pub(super) async fn send_reply(
    bot: &BotContext,
    guild: Option<GuildId>,
    reply: &Reply,
    owner: UserId,
    to: Destination,
) -> Option<MessageId> {
    let introduction = Introduction::in_guild(bot, guild);
    let sent = send(bot, &introduction.put_into(reply), owner, to).await;
    introduction.settle(bot, sent);
    sent
}

/// Sends a message that replies to nobody, and otherwise does the same.
pub(super) async fn send(
    bot: &BotContext,
    reply: &Reply,
    owner: UserId,
    to: Destination,
) -> Option<MessageId> {
    let (channel, channels) = (to.channel, &bot.channels);
    let error = match send_once(bot, reply, owner, to).await {
        Ok(id) => return Some(id),
        Err(error) => error,
    };
    let error = match error.code() {
        Some(code::CANNOT_REPLY) if to.reply_to.is_some() => {
            channels.warn_once(
                channel,
                "the bot cannot read a channel's history, so its answers there are not shown as replies",
                &error,
            );
            let to = Destination {
                reply_to: None,
                ..to
            };
            match send_once(bot, reply, owner, to).await {
                Ok(id) => return Some(id),
                Err(error) => error,
            }
        }
        Some(code::INVALID_FORM) if to.reply_to.is_some() && error.status() == Some(400) => {
            debug!(%error, "a question was gone before its answer");
            return None;
        }
        _ => error,
    };
    channels.warn_once(channel, "could not answer in a channel", &error);
    None
}

async fn send_once(
    bot: &BotContext,
    reply: &Reply,
    owner: UserId,
    to: Destination,
) -> Result<MessageId, RestError> {
    let message = render(reply, RenderOptions::public(owner, &bot.commands))
        .message(&to, bot.rest.other_process.mark);
    let rest = &bot.rest;
    let sending = rest.create_message(to.channel, &message);
    tokio::pin!(sending);
    let created = tokio::select! {
        created = &mut sending => created?,
        () = tokio::time::sleep(TYPING_AFTER) => {
            let (created, ()) = tokio::join!(&mut sending, rest.show_typing(to.channel));
            created?
        }
    };
    Ok(created.id)
}
