//! Edits and deletions of messages: whether one affects a question, whose answer has to follow, or turns a message into one.

use std::time::{Duration, UNIX_EPOCH};

use serenity::all::{MessageId, Timestamp};

use crate::discord::answers::TrackedQuestion;
use crate::discord::context::BotContext;
use crate::discord::events::{DiscordMessage, MessageUpdate};
use crate::stats::Way;

use super::follow::OutdatedAnswer;
use super::message::{self, IncomingMessage};

/// Records an edit. Returns the task that has to follow it, if any.
pub(in crate::discord) fn edited(
    bot: &BotContext,
    update: &MessageUpdate,
) -> Option<OutdatedAnswer> {
    // Discord also reports link previews, which are not edits.
    let (edited, content) = (update.edited_timestamp?, update.content.as_ref()?);
    let text = bot.without_mention(content, update.guild_id);
    if message::says_nothing(&text) || !is_timely(bot, update.id, edited) {
        return None;
    }
    let message = update.message.as_ref();
    let addressed = message.is_some_and(|message| bot.is_mentioned_in(message, update.guild_id));
    let answered_text = bot.answers.edit(update.id, &text, addressed)?;
    Some(OutdatedAnswer {
        question: update.id,
        channel: update.channel_id,
        answered_text,
    })
}

/// A message that an edit has addressed to the bot, which it was not before as far as this process knows.
pub(in crate::discord) fn now_addressed(
    bot: &BotContext,
    update: &MessageUpdate,
) -> Option<(IncomingMessage, String)> {
    let (edited, message) = (update.edited_timestamp?, update.message.as_ref()?);
    let started = bot.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let sent = update.id.created_at().unix_timestamp();
    // What is older may have been answered by the process before this one.
    let is_known = bot.answers.knows(update.id) || i128::from(sent) < i128::from(started.as_secs());
    if is_known || !is_timely(bot, update.id, edited) {
        return None;
    }
    let (mut incoming, text) = message::classify(bot, message)?;
    // The message may have had a reply of another kind, such as help, with its own id as nonce.
    incoming.nonce = incoming
        .nonce
        .wrapping_add(edited.unix_timestamp().unsigned_abs());
    let is_addressed = incoming.way != Way::Overheard && !message::says_nothing(&text);
    is_addressed.then_some((incoming, text))
}

/// Whether a message was edited soon enough for the answer to follow.
fn is_timely(bot: &BotContext, message: MessageId, edited: Timestamp) -> bool {
    let age = edited.unix_timestamp() - message.created_at().unix_timestamp();
    Duration::from_secs(u64::try_from(age).unwrap_or_default()) <= bot.config.edit()
}

/// Records that a webhook reposts a question: a proxy such as PluralKit will delete the original, but the answer stays.
pub(in crate::discord) fn note_copy(bot: &BotContext, message: &DiscordMessage) {
    if message.is_by_a_webhook() {
        let text = bot.without_mention(&message.content, message.guild_id);
        bot.answers.note_copy(message.id, message.channel_id, &text);
    }
}

/// Records a deletion. Returns the question, if it was an answered one.
pub(in crate::discord) fn deleted(bot: &BotContext, message: MessageId) -> Option<TrackedQuestion> {
    bot.conversations.remove(message);
    bot.answers.delete(message)
}
