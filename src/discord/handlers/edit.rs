//! Edits and deletions of questions, which their answers follow.

use std::time::Duration;

use serenity::all::{ChannelId, MessageId};
use tracing::debug;

use crate::answer::Outcome;
use crate::discord::answers::{NextStep, TrackedQuestion};
use crate::discord::context::{BotContext, EventContext};
use crate::discord::events::MessageUpdate;
use crate::discord::render::{RenderOptions, render};
use crate::reply;
use crate::search::Question;

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
    let text = bot.without_mention(content);
    let age = edited.unix_timestamp() - update.id.created_at().unix_timestamp();
    let age = Duration::from_secs(u64::try_from(age).unwrap_or_default());
    if text.is_empty() || age > bot.config.edit() {
        return None;
    }
    let answered_text = bot.answers.edit(update.id, &text)?;
    Some(OutdatedAnswer {
        question: update.id,
        channel: update.channel_id,
        answered_text,
    })
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
        text: tracked.text.clone(),
        previous: Vec::new(),
        overheard: tracked.overheard,
    };
    let decision = context.guide.answer(&question);
    if tracked.overheard && decision.outcome != Outcome::Answer {
        return;
    }
    let bot = &context.bot;
    let reply = reply::to_answer(&context.guide.knowledge, &decision);
    let message = render(&reply, RenderOptions::public(tracked.asker)).edit();
    let edited = bot.rest.edit_message(tracked.channel, sent, &message);
    if let Err(error) = edited.await {
        debug!(%error, "could not edit an answer");
        return;
    }
    bot.conversations.remove(sent);
    bot.conversations
        .remember(sent, None, tracked.asker, &question);
    if let Some(place) = context.place_of(&decision) {
        bot.conversations.posted(tracked.channel, place, sent);
    }
}
