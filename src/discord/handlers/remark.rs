//! Remarks: what somebody says after an answer or after candidates that is no question.

use serenity::all::MessageId;

use crate::answer::{Answer, Outcome};
use crate::discord::context::EventContext;
use crate::discord::conversations::{Conversation, Shown};
use crate::discord::record::{self, QuestionRecord};
use crate::knowledge::KnowledgeBase;
use crate::remark::{self, Remark};
use crate::reply::{self, Place, Reply};
use crate::search::Question;
use crate::stats;

use super::message::IncomingMessage;

/// What is said to a remark.
pub(super) struct RemarkReply {
    pub reply: Reply,
    /// What the reply shows, and the question that it answers, if it goes on with a conversation.
    pub continues: Option<(Question, Shown)>,
    /// What became of the question before.
    pub record: Option<QuestionRecord>,
}

impl RemarkReply {
    fn of(reply: Reply) -> Self {
        Self {
            reply,
            continues: None,
            record: None,
        }
    }
}

/// The remark that a message is, unless the guide has an answer or words of its own for it.
pub(in crate::discord) fn remark_of(
    knowledge: &KnowledgeBase,
    text: &str,
    decision: &Answer,
) -> Option<Remark> {
    let kind = decision
        .kind
        .and_then(|kind| knowledge.out_of_scope().get(kind));
    let has_words = kind.is_some_and(|kind| kind.reply.is_some());
    let has_answer = decision.outcome == Outcome::Answer || has_words;
    remark::read(text).filter(|remark| match remark {
        Remark::No | Remark::Yes | Remark::Pick(_) => true,
        Remark::Thanks | Remark::WhoMadeYou | Remark::Unfinished => !has_answer,
    })
}

/// What to say to a remark, given what the person was shown before.
pub(super) async fn reply_to(
    context: &EventContext,
    message: &IncomingMessage,
    remark: Remark,
    before: Option<(MessageId, Conversation)>,
) -> RemarkReply {
    let knowledge = &context.guide.knowledge;
    let Some((answer, before)) = before else {
        return RemarkReply::of(reply::to_remark(knowledge, remark));
    };
    match (remark, &before.shown) {
        (Remark::No, Shown::Candidates(_)) => RemarkReply {
            record: missed(context, message, answer, &before, None),
            ..RemarkReply::of(reply::none_of_these(knowledge))
        },
        (Remark::No, Shown::Section(place)) => {
            missed(context, message, answer, &before, Some(place));
            let asked = before.questions.last().cloned().unwrap_or_default();
            let question = context.question(asked).await;
            let found = context.guide.answer(&question).matches;
            let reply = reply::not_it(knowledge, place, &found);
            let shown = Shown::by(&reply, None);
            RemarkReply {
                continues: Some((before.question(), shown)),
                ..RemarkReply::of(reply)
            }
        }
        (Remark::Pick(number), Shown::Candidates(places)) => match places.get(number) {
            Some(place) => chosen(context, &before, place),
            None => RemarkReply::of(reply::only_so_many(places.len())),
        },
        (Remark::Yes, Shown::Candidates(places)) => match places.as_slice() {
            [only] => chosen(context, &before, only),
            _ => RemarkReply::of(reply::which_one()),
        },
        (Remark::Yes, Shown::Section(_)) => RemarkReply::of(reply::welcome()),
        _ => RemarkReply::of(reply::to_remark(knowledge, remark)),
    }
}

/// The section of a candidate.
fn chosen(context: &EventContext, before: &Conversation, place: &Place) -> RemarkReply {
    let knowledge = &context.guide.knowledge;
    match place.find(knowledge) {
        Some((topic, section)) => RemarkReply {
            continues: Some((before.question(), Shown::Section(place.clone()))),
            ..RemarkReply::of(reply::section(knowledge, topic, section))
        },
        None => RemarkReply::of(reply::gone()),
    }
}

/// Keeps that an answer was not what was meant: once for each answer, as its buttons do.
fn missed(
    context: &EventContext,
    message: &IncomingMessage,
    answer: MessageId,
    before: &Conversation,
    place: Option<&Place>,
) -> Option<QuestionRecord> {
    if !context.bot.conversations.is_first_miss(answer) {
        return None;
    }
    let guild = message.guild;
    if let Some(place) = place {
        record::vote(context, guild, message.asker.get(), place.clone(), false);
    }
    if let Some(asked) = before.questions.last().filter(|_| !before.overheard) {
        let topic = place.map(|place| place.topic.clone());
        record::gap(context, guild, asked, topic);
    }
    let outcome = stats::Outcome::NoneOfThese;
    Some(QuestionRecord::without_search(
        context,
        guild,
        message.way,
        outcome,
        None,
    ))
}
