//! Remarks: messages after an answer or candidates that are not questions.

use crate::answer::{Answer, Outcome, ProbableMatch};
use crate::discord::conversations::{Conversation, Shown};
use crate::knowledge::{KnowledgeBase, MessageKind};
use crate::remark::{self, Remark};
use crate::reply::{self, Place, Reply};
use crate::search::Question;
use crate::text;

/// The reply to a remark.
pub(in crate::discord) struct RemarkReply {
    pub reply: Reply,
    /// What the reply shows, and the question that it answers, if it goes on with a conversation.
    pub continues: Option<(Question, Shown)>,
}

impl RemarkReply {
    fn of(reply: Reply) -> Self {
        Self {
            reply,
            continues: None,
        }
    }
}

/// The remark that a message is, unless the guide has an answer or its own reply for it.
pub(in crate::discord) fn remark_of(
    knowledge: &KnowledgeBase,
    text: &str,
    decision: &Answer,
) -> Option<Remark> {
    let kind = decision
        .kind
        .and_then(|kind| knowledge.out_of_scope().get(kind))
        .filter(|kind| kind.reply.is_some());
    let is_answered = decision.outcome == Outcome::Answer;
    remark::read(text).filter(|remark| match remark {
        Remark::No | Remark::Yes | Remark::Pick(_) | Remark::PickLast => true,
        Remark::Thanks | Remark::WhoMadeYou => !is_answered && kind.is_none(),
        // Half a sentence resembles everything that begins so: "i want to" is not yet "i want to die".
        Remark::Unfinished => !is_answered && !kind.is_some_and(|kind| is_example(kind, text)),
    })
}

/// Whether a message is one of a kind's examples.
fn is_example(kind: &MessageKind, message: &str) -> bool {
    let words = text::words(message);
    let mut examples = kind.examples.iter();
    examples.any(|example| text::words(example) == words)
}

/// The question whose answer a remark turns down, so that other answers have to be looked for.
pub(in crate::discord) fn turned_down(remark: Remark, before: &Conversation) -> Option<&str> {
    let asked = before.questions.last().map_or("", String::as_str);
    (remark == Remark::No && before.shown.section().is_some()).then_some(asked)
}

/// The reply to a remark, given what the person was shown before; `found` holds other answers to the question of [`turned_down`].
pub(in crate::discord) fn reply_to(
    knowledge: &KnowledgeBase,
    remark: Remark,
    before: Option<&Conversation>,
    found: &[ProbableMatch],
) -> RemarkReply {
    let Some(before) = before else {
        return RemarkReply::of(reply::to_remark(knowledge, remark));
    };
    let shown = &before.shown;
    match (remark, shown.section(), shown.offered()) {
        (Remark::No, Some(place), _) => {
            let reply = reply::not_it(knowledge, place, found);
            let shown = Shown::by(&reply, None);
            RemarkReply {
                reply,
                continues: Some((before.question(), shown)),
            }
        }
        (Remark::No, None, [_, ..]) => RemarkReply::of(reply::none_of_these(knowledge)),
        (Remark::Pick(number), _, places @ [_, ..]) => match places.get(number) {
            Some(place) => chosen(knowledge, before, place),
            None => RemarkReply::of(reply::only_so_many(places.len())),
        },
        (Remark::PickLast, _, [.., place]) | (Remark::Yes, None, [place]) => {
            chosen(knowledge, before, place)
        }
        (Remark::Yes, None, [_, ..]) => RemarkReply::of(reply::which_one()),
        (Remark::Yes, Some(_), _) => RemarkReply::of(reply::welcome()),
        _ => RemarkReply::of(reply::to_remark(knowledge, remark)),
    }
}

/// The section of a candidate.
fn chosen(knowledge: &KnowledgeBase, before: &Conversation, place: &Place) -> RemarkReply {
    match place.find(knowledge) {
        Some((topic, section)) => RemarkReply {
            reply: reply::section(knowledge, topic, section),
            continues: Some((before.question(), Shown::Section(place.clone()))),
        },
        None => RemarkReply::of(reply::gone()),
    }
}
