//! Makes an answer follow its question when that is edited or deleted.

use serenity::all::{ChannelId, MessageId};
use tracing::debug;

use crate::answer::Outcome;
use crate::discord::answers::{NextStep, TrackedQuestion};
use crate::discord::context::EventContext;
use crate::discord::conversations::Shown;
use crate::discord::render::{RenderOptions, render};
use crate::reply;
use crate::search::Question;

/// The answer to a question that was edited.
pub(in crate::discord) struct OutdatedAnswer {
    pub question: MessageId,
    pub channel: ChannelId,
    pub answered_text: String,
}

/// Edits an answer until it matches the question's current text.
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

/// Edits the answer to a text until it matches the question's current text, or the question is gone.
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
