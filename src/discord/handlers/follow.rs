//! Makes an answer follow its question when that is edited or deleted.

use serenity::all::{ChannelId, MessageId};
use tracing::debug;

use crate::answer::Outcome;
use crate::discord::answers::{NextStep, TrackedQuestion};
use crate::discord::context::EventContext;
use crate::discord::conversations::Shown;
use crate::discord::render::{RenderOptions, render};
use crate::reply::{self, Place, Reply};
use crate::search::Question;

use super::message;
use super::remark::remark_of;

/// The answer to a question that was edited.
pub(in crate::discord) struct OutdatedAnswer {
    pub question: MessageId,
    pub channel: ChannelId,
    pub answered_text: String,
}

/// What takes the place of an answer.
struct NewAnswer {
    reply: Reply,
    /// The question that it answers and what it shows, if a conversation can go on from it.
    continues: Option<(Question, Shown)>,
    /// The section that it shows in answer to a search.
    place: Option<Place>,
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
    let Some(new) = new_answer(context, tracked).await else {
        return;
    };
    let bot = &context.bot;
    let options = RenderOptions::public(tracked.asker, &bot.commands);
    let reply = bot.introductions.keep(tracked.guild, sent, new.reply);
    let message = render(&reply, options).edit();
    let edited = bot.rest.edit_message(tracked.channel, sent, &message);
    if let Err(error) = edited.await {
        debug!(%error, "could not edit an answer");
        return;
    }
    bot.conversations.remove(sent);
    if let Some((question, shown)) = new.continues {
        bot.conversations
            .remember(sent, tracked.channel, tracked.asker, &question, shown);
    }
    if let Some(place) = new.place {
        bot.conversations.posted(tracked.channel, place, sent);
    }
}

/// The answer to a message as it reads now; `None` if the present one stays.
async fn new_answer(context: &EventContext, tracked: &TrackedQuestion) -> Option<NewAnswer> {
    let question = Question {
        overheard: tracked.overheard,
        ..context.question(tracked.text.clone()).await
    };
    let decision = context.answer(tracked.guild, &question);
    if tracked.overheard && decision.outcome != Outcome::Answer {
        return None;
    }
    let knowledge = &context.guide.knowledge;
    let remark = remark_of(knowledge, &question.text, &decision).filter(|_| !tracked.overheard);
    if let Some(remark) = remark {
        let before = tracked.before;
        let before = before.and_then(|answer| context.bot.conversations.before(answer));
        let own = before.filter(|conversation| conversation.asker == tracked.asker);
        let said = message::reply_to_remark(context, remark, own.as_ref()).await;
        return Some(NewAnswer {
            reply: said.reply,
            continues: said.continues,
            place: None,
        });
    }
    let reply = reply::to_answer(knowledge, &decision);
    let place = context.place_of(&decision);
    let shown = Shown::by(&reply, place.as_ref());
    Some(NewAnswer {
        reply,
        continues: Some((question, shown)),
        place,
    })
}
