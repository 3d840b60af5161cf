//! Edits and deletions of questions, which their answers follow.

use std::time::{Duration, UNIX_EPOCH};

use serenity::all::{ChannelId, MessageId, Timestamp};
use tracing::debug;

use crate::answer::Outcome;
use crate::discord::answers::{NextStep, TrackedQuestion};
use crate::discord::context::{BotContext, EventContext};
use crate::discord::conversations::Shown;
use crate::discord::events::{DiscordMessage, MessageUpdate};
use crate::discord::render::{RenderOptions, render};
use crate::reply;
use crate::search::Question;
use crate::stats::Way;

use super::message::{self, IncomingMessage};

/// The answer to a question that reads differently now.
pub(in crate::discord) struct OutdatedAnswer {
    pub question: MessageId,
    pub channel: ChannelId,
    answered_text: String,
}

/// Notes an edit. If a task has to follow it: that task.
pub(in crate::discord) fn edited(
    bot: &BotContext,
    update: &MessageUpdate,
) -> Option<OutdatedAnswer> {
    // Discord also reports a preview of a link, which is no edit.
    let (edited, content) = (update.edited_timestamp?, update.content.as_ref()?);
    let text = bot.without_mention(content, update.guild_id);
    if text.is_empty() || !is_timely(bot, update.id, edited) {
        return None;
    }
    let answered_text = bot.answers.edit(update.id, &text)?;
    Some(OutdatedAnswer {
        question: update.id,
        channel: update.channel_id,
        answered_text,
    })
}

/// A message that an edit has addressed to the bot: it was not before, as far as this process could know.
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
    let is_addressed = incoming.way != Way::Overheard && !text.is_empty();
    is_addressed.then_some((incoming, text))
}

/// Whether a message was edited soon enough for the answer to follow.
fn is_timely(bot: &BotContext, message: MessageId, edited: Timestamp) -> bool {
    let age = edited.unix_timestamp() - message.created_at().unix_timestamp();
    Duration::from_secs(u64::try_from(age).unwrap_or_default()) <= bot.config.edit()
}

/// Notes that a webhook repeats a question: a proxy such as PluralKit will delete the original, and its answer stays.
pub(in crate::discord) fn note_copy(bot: &BotContext, message: &DiscordMessage) {
    if message.is_by_a_webhook() && bot.is_mentioned_in(message) {
        let text = bot.without_mention(&message.content, message.guild_id);
        bot.answers.note_copy(message.channel_id, &text);
    }
}

/// Notes a deletion. If it was an answered question: that question.
pub(in crate::discord) fn deleted(bot: &BotContext, message: MessageId) -> Option<TrackedQuestion> {
    bot.conversations.remove(message);
    bot.answers.delete(message)
}

/// Changes an answer until it answers the question as it reads.
pub(in crate::discord) async fn handle_edit(context: &EventContext, outdated: OutdatedAnswer) {
    follow(context, outdated.question, &outdated.answered_text).await;
}

/// Deletes the answer to a question that was deleted.
pub(in crate::discord) async fn handle_deletion(context: &EventContext, question: TrackedQuestion) {
    let Some(answer) = question.answer else {
        return;
    };
    let bot = &context.bot;
    bot.conversations.remove(answer);
    if let Err(error) = bot.rest.delete_message(question.channel, answer).await {
        debug!(%error, "could not delete an answer");
    }
}

/// Changes the answer to a text until it answers the question as it reads, or the question is gone.
pub(in crate::discord) async fn follow(
    context: &EventContext,
    question: MessageId,
    answered_text: &str,
) {
    let mut answered_text = answered_text.to_owned();
    loop {
        match context.bot.answers.settle(question, &answered_text) {
            NextStep::Nothing => return,
            NextStep::Delete(question) => return handle_deletion(context, question).await,
            NextStep::Edit(question) => {
                change(context, &question).await;
                answered_text = question.text;
            }
        }
    }
}

async fn change(context: &EventContext, tracked: &TrackedQuestion) {
    let Some(sent) = tracked.answer else {
        return;
    };
    let question = Question {
        overheard: tracked.overheard,
        ..context.question(tracked.text.clone()).await
    };
    let decision = context.answer(tracked.guild, &question);
    if tracked.overheard && decision.outcome != Outcome::Answer {
        return;
    }
    let bot = &context.bot;
    let reply = reply::to_answer(&context.guide.knowledge, &decision);
    let message = render(&reply, RenderOptions::public(tracked.asker, &bot.commands)).edit();
    let edited = bot.rest.edit_message(tracked.channel, sent, &message);
    if let Err(error) = edited.await {
        debug!(%error, "could not edit an answer");
        return;
    }
    let place = context.place_of(&decision);
    let shown = Shown::by(&reply, place.as_ref());
    bot.conversations.remove(sent);
    bot.conversations
        .remember(sent, tracked.channel, tracked.asker, &question, shown);
    if let Some(place) = place {
        bot.conversations.posted(tracked.channel, place, sent);
    }
}
