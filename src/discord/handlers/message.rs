//! Messages: whether one is for the bot, and the answer to it.

use std::cell::LazyCell;

use serenity::all::{ChannelId, GuildId, MessageId, UserId};

use crate::answer::Outcome;
use crate::discord::answers::TrackedQuestion;
use crate::discord::context::{BotContext, EventContext};
use crate::discord::conversations::{Conversation, Shown};
use crate::discord::cooldowns::Turn;
use crate::discord::events::DiscordMessage;
use crate::discord::record::{self, QuestionRecord};
use crate::discord::render::Destination;
use crate::discord::send::send_reply;
use crate::remark::Remark;
use crate::reply::{self, Reply};
use crate::search::Question;
use crate::stats::Way;
use crate::text;

use super::earlier::EarlierAnswer;
use super::follow::follow;
use super::remark::{self, RemarkReply, remark_of};

/// A message for the bot: everything needed to answer it except its text, which [`AnswerTracker`] keeps while it waits.
///
/// [`AnswerTracker`]: crate::discord::answers::AnswerTracker
pub(in crate::discord) struct IncomingMessage {
    pub id: MessageId,
    pub channel: ChannelId,
    pub guild: Option<GuildId>,
    pub asker: UserId,
    pub way: Way,
    /// A nonce, which makes sending the answer again harmless.
    pub nonce: u64,
    /// The bot's answer that it replies to.
    earlier: Option<EarlierAnswer>,
    /// Whether the person asked too soon after their last question and should be told so.
    too_soon: bool,
}

/// A message and its text, if it is for the bot and to be answered.
pub(in crate::discord) fn classify(
    bot: &BotContext,
    message: &DiscordMessage,
) -> Option<(IncomingMessage, String)> {
    let me = *bot.user.get()?;
    if !message.is_by_a_person() {
        return None;
    }
    let text = bot.without_mention(&message.written(), message.guild_id);
    let earlier = message
        .referenced_message
        .as_ref()
        .filter(|earlier| earlier.author.id == me);
    // Not asked of the many messages that are for others.
    let is_blank = LazyCell::new(|| says_nothing(&text));
    let way = if message.guild_id.is_none() {
        Way::Direct
    } else if earlier.is_some() && !*is_blank {
        Way::Reply
    } else if bot.is_mentioned_in(message, message.guild_id) {
        Way::Mention
    } else {
        // A message to someone else or to everyone is not for the bot, wherever it is written.
        let to_nobody = message.mentions.is_empty()
            && message.mention_roles.is_empty()
            && !message.is_to_everyone()
            && message.message_reference.is_none();
        let overheard =
            to_nobody && bot.answers_unasked_in(message.guild_id, message.channel_id) && !*is_blank;
        overheard.then_some(Way::Overheard)?
    };
    let asker = message.author.id;
    let turn = if way == Way::Overheard || *is_blank {
        Turn::Theirs
    } else {
        bot.take_turn(asker, message.guild_id)
    };
    let incoming = IncomingMessage {
        id: message.id,
        channel: message.channel_id,
        guild: message.guild_id,
        asker,
        way,
        nonce: message.id.get(),
        earlier: earlier.map(|earlier| EarlierAnswer::new(earlier)),
        too_soon: turn == Turn::TellToWait,
    };
    (turn != Turn::Wait).then_some((incoming, text))
}

/// Answers a message whose turn has come; an overheard one only if the answer is sure.
pub(in crate::discord) async fn handle(
    context: &EventContext,
    mut message: IncomingMessage,
) -> Option<QuestionRecord> {
    let bot = &context.bot;
    let last_answer = before(context, &message).map(|(answer, _)| answer);
    let (text, overheard) = bot.answers.start(message.id, |text| {
        let place = (message.guild, message.channel);
        let overheard = message.way == Way::Overheard;
        TrackedQuestion::new(message.asker, place, text, overheard).after(last_answer)
    })?;
    if message.way == Way::Overheard && !overheard {
        message.way = Way::Mention;
    }
    if message.too_soon {
        bot.answers.withdraw(message.id);
        answer(context, &message, &reply::too_fast()).await;
        return None;
    }
    if says_nothing(&text) {
        bot.answers.withdraw(message.id);
        if let Some(note) = reply_to_nothing(context, &message, &text) {
            answer(context, &message, &note).await;
        }
        return None;
    }
    let question = Question {
        previous: if overheard {
            Vec::new()
        } else {
            earlier_questions(bot, &message)
        },
        overheard,
        ..context.question(text).await
    };
    let decision = context.answer(message.guild, &question);
    let remark =
        remark_of(&context.guide.knowledge, &question.text, &decision).filter(|_| !overheard);
    if let Some(remark) = remark {
        return answer_remark(context, &message, remark, &question.text).await;
    }
    let record = QuestionRecord::of_answer(context, message.guild, message.way, &decision)
        .keeping(context, &question, &decision);
    let place = context.place_of(&decision);
    let before = match (&place, message.guild) {
        (Some(place), Some(guild)) => context.posted_before(guild, message.channel, place),
        _ => None,
    };
    // Nobody asked: stay silent unless the answer is sure and not there already.
    if overheard
        && (decision.outcome != Outcome::Answer
            || before.is_some()
            || !bot.take_turn_unasked(message.asker, message.guild))
    {
        bot.answers.withdraw(message.id);
        return None;
    }
    let is_new = before.is_none();
    let reply = before.unwrap_or_else(|| reply::to_answer(&context.guide.knowledge, &decision));
    let shown = Shown::by(&reply, place.as_ref());
    let Some(sent) = answer(context, &message, &reply).await else {
        // Nobody saw an answer, so none is counted.
        bot.answers.withdraw(message.id);
        return None;
    };
    bot.conversations
        .remember(sent, message.channel, message.asker, &question, shown);
    if let Some(place) = place.filter(|_| is_new) {
        bot.conversations.posted(message.channel, place, sent);
    }
    bot.answers.answered(message.id, sent);
    follow(context, message.id, &question.text).await;
    Some(record)
}

/// Answers a message that is not a question.
async fn answer_remark(
    context: &EventContext,
    message: &IncomingMessage,
    remark: Remark,
    text: &str,
) -> Option<QuestionRecord> {
    let bot = &context.bot;
    let own =
        before(context, message).filter(|(_, conversation)| conversation.asker == message.asker);
    let record = own
        .as_ref()
        .and_then(|(id, known)| keep(context, message, remark, *id, known));
    let own = own.map(|(_, known)| known);
    let said = reply_to_remark(context, remark, own.as_ref()).await;
    let Some(sent) = answer(context, message, &said.reply).await else {
        bot.answers.withdraw(message.id);
        return None;
    };
    if let Some((question, shown)) = said.continues {
        bot.conversations
            .remember(sent, message.channel, message.asker, &question, shown);
    }
    bot.answers.answered(message.id, sent);
    follow(context, message.id, text).await;
    record
}

/// The answer before a message, and the conversation that led to it.
fn before(context: &EventContext, message: &IncomingMessage) -> Option<(MessageId, Conversation)> {
    let bot = &context.bot;
    match &message.earlier {
        Some(earlier) => earlier
            .conversation(bot, &context.guide.knowledge)
            .map(|known| (earlier.id, known)),
        None => bot.conversations.last(message.channel, message.asker),
    }
}

/// The reply to a remark, given the person's own conversation before it.
pub(super) async fn reply_to_remark(
    context: &EventContext,
    remark: Remark,
    own: Option<&Conversation>,
) -> RemarkReply {
    let found = match own.and_then(|known| remark::turned_down(remark, known)) {
        Some(asked) => {
            let question = context.question(asked).await;
            context.guide.answer(&question).matches
        }
        None => Vec::new(),
    };
    remark::reply_to(&context.guide.knowledge, remark, own, &found)
}

/// Keeps what a remark says about the answer before it, and the question's outcome if no candidate was meant.
fn keep(
    context: &EventContext,
    message: &IncomingMessage,
    remark: Remark,
    answer: MessageId,
    before: &Conversation,
) -> Option<QuestionRecord> {
    if remark != Remark::No || before.shown == Shown::Nothing {
        return None;
    }
    let place = before.shown.section();
    let (guild, way) = (message.guild, message.way);
    if !context.bot.conversations.is_first_miss(answer) {
        return None;
    }
    let asked = before.last_question();
    let missed = record::missed(context, guild, way, asked.as_ref(), place);
    if let Some(place) = place {
        record::vote(context, guild, message.asker.get(), place.clone(), false);
    }
    missed
}

async fn answer(
    context: &EventContext,
    message: &IncomingMessage,
    reply: &Reply,
) -> Option<MessageId> {
    let to = Destination {
        channel: message.channel,
        reply_to: Some(message.id),
        nonce: message.nonce,
        ping: false,
    };
    let bot = &context.bot;
    let (guild, asker) = (message.guild, message.asker);
    let sent = send_reply(bot, guild, reply, asker, to).await;
    if sent.is_none() && bot.answers.is_copied(message.id) {
        // A proxy such as PluralKit has replaced the question by a copy.
        let to = Destination {
            reply_to: None,
            ..to
        };
        return send_reply(bot, guild, reply, asker, to).await;
    }
    sent
}

/// Whether a text has no words, and no emoji that says something either.
pub(in crate::discord) fn says_nothing(text: &str) -> bool {
    text::words(text).is_empty() && crate::remark::read(text).is_none()
}

/// The reply to someone who addressed the bot and said nothing: help, unless they react to an answer.
fn reply_to_nothing(
    context: &EventContext,
    message: &IncomingMessage,
    text: &str,
) -> Option<Reply> {
    match &message.earlier {
        Some(earlier) if text.is_empty() => earlier.of_command.then(reply::cannot_read),
        Some(_) => text.contains('?').then(reply::what_about),
        None => Some(reply::help(&context.guide.knowledge)),
    }
}

/// Earlier questions in the same conversation, oldest first.
fn earlier_questions(bot: &BotContext, message: &IncomingMessage) -> Vec<String> {
    if let Some(earlier) = &message.earlier {
        return earlier.questions(bot);
    }
    let is_direct = message.guild.is_none();
    let last = bot.conversations.last(message.channel, message.asker);
    last.filter(|_| is_direct)
        .map(|(_, known)| known.questions)
        .unwrap_or_default()
}
