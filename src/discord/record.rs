//! What is kept of what happened: one explicit call at the end of a handler writes the log line of a question and counts it.
//! No question, no name and no id of a person, a message, a channel or a server is in the log.

use std::time::Duration;

use serenity::all::GuildId;
use tracing::info;

use super::context::EventContext;
use super::events::DiscordMessage;
use crate::answer::{self, Answer};
use crate::knowledge::Topic;
use crate::reply::{self, Place};
use crate::scrub::scrub;
use crate::search::Question;
use crate::stats::{RecordedOutcome, Way};
use crate::store::Event;

/// What became of a question.
#[derive(Debug, Clone)]
pub(super) struct QuestionRecord {
    pub guild: Option<GuildId>,
    pub way: Way,
    pub outcome: RecordedOutcome,
    /// The id of the topic that answers, or else is nearest.
    pub topic: Option<String>,
    /// The probability that this topic is right, if there was a search.
    pub probability: Option<f32>,
    /// From the event to the decision.
    pub decided: Duration,
}

impl QuestionRecord {
    /// Of a question that was answered after a search, just now.
    pub(super) fn of_answer(
        context: &EventContext,
        guild: Option<GuildId>,
        way: Way,
        answer: &Answer,
    ) -> Self {
        let nearest = answer.matches.first();
        let added = answer.added.as_ref();
        let topic = nearest
            .and_then(|found| found.find(&context.guide.knowledge))
            .map(|(topic, _)| topic.id.clone());
        let topic = added
            .map(|addition| addition.lesson.topic.clone())
            .or(topic);
        Self {
            guild,
            way,
            outcome: match answer.outcome {
                answer::Outcome::Answer => RecordedOutcome::Answer,
                answer::Outcome::Suggest => RecordedOutcome::Suggest,
                answer::Outcome::None => RecordedOutcome::None,
            },
            topic,
            probability: nearest
                .map(|found| found.probability)
                .filter(|_| added.is_none()),
            decided: context.received.elapsed(),
        }
    }

    /// Of a question that was answered without a search, just now.
    pub(super) fn without_search(
        context: &EventContext,
        guild: Option<GuildId>,
        way: Way,
        outcome: RecordedOutcome,
        topic: Option<&Topic>,
    ) -> Self {
        Self {
            guild,
            way,
            outcome,
            topic: topic.map(|topic| topic.id.clone()),
            probability: None,
            decided: context.received.elapsed(),
        }
    }
}

/// Writes the log line of a question and counts it. To be called once all is done that it asks for.
pub(super) fn question(context: &EventContext, record: QuestionRecord) {
    let QuestionRecord {
        guild,
        way,
        outcome,
        topic,
        probability,
        decided,
    } = record;
    let done = context.received.elapsed();
    info!(
        way = way.name(),
        outcome = outcome.name(),
        topic,
        score = probability.map(rounded),
        micros.decided = micros(decided),
        micros.done = micros(done),
        "asked"
    );
    context.bot.monitor.asked(way, outcome, decided, done);
    // The store counts topics that answered, and the nearest where candidates were offered; of what is not in the guide it
    // keeps the gap.
    let topic =
        topic.filter(|_| matches!(outcome, RecordedOutcome::Answer | RecordedOutcome::Suggest));
    context.bot.store.record(Event::Asked {
        guild: guild.map(GuildId::get),
        way,
        outcome,
        topic,
    });
}

/// Keeps a question that was addressed to the bot and has no answer, unless it is clearly of a kind that the guide leaves
/// alone, such as a greeting.
pub(super) fn unanswered(
    context: &EventContext,
    guild: Option<GuildId>,
    question: &Question,
    answer: &Answer,
) {
    if answer.outcome != answer::Outcome::None || answer.kind.is_some() || question.overheard {
        return;
    }
    let nearest = answer
        .matches
        .first()
        .filter(|found| answer::near(found.probability))
        .and_then(|found| found.find(&context.guide.knowledge));
    let topic = nearest.map(|(topic, _)| topic.id.clone());
    gap(context, guild, &question.text, topic);
}

/// Keeps a question that the guide could not answer.
pub(super) fn gap(
    context: &EventContext,
    guild: Option<GuildId>,
    text: &str,
    topic: Option<String>,
) {
    context.bot.store.record(Event::Gap {
        guild: guild.map(GuildId::get),
        text: scrub(text),
        topic,
    });
}

/// Keeps what a person says about a section.
pub(super) fn vote(
    context: &EventContext,
    guild: Option<GuildId>,
    person: u64,
    place: Place,
    helped: bool,
) {
    let Place { topic, section } = place;
    context.bot.store.record(Event::Vote {
        guild: guild.map(GuildId::get),
        person,
        topic,
        section,
        helped,
    });
}

/// A question that somebody asked before an answer.
pub(super) struct EarlierQuestion {
    pub text: String,
    /// Whether it was addressed to the bot: only then may it be kept.
    pub addressed: bool,
}

/// What an answer of the bot answers: as it is remembered, as it is quoted above the answer, or as the message says to which
/// the answer is a reply.
pub(super) fn earlier_question(
    context: &EventContext,
    guild: Option<GuildId>,
    answer: &DiscordMessage,
) -> Option<EarlierQuestion> {
    let bot = &context.bot;
    let command = answer
        .interaction_metadata
        .filter(|metadata| metadata.is_command());
    let remembered = bot.conversations.before(answer.id).or_else(|| {
        bot.conversations
            .before(serenity::all::MessageId::new(command?.id.get()))
    });
    if let Some(known) = remembered {
        return Some(EarlierQuestion {
            text: known.questions.last()?.clone(),
            addressed: !known.overheard,
        });
    }
    if let Some(quote) = answer.quote().filter(|_| command.is_some()) {
        return Some(EarlierQuestion {
            text: reply::unescape(quote),
            addressed: true,
        });
    }
    let me = bot.user.get()?;
    let asked = answer
        .referenced_message
        .as_ref()
        .filter(|asked| asked.author.id != *me)?;
    let text = bot.without_mention(&asked.content, guild);
    let addressed = guild.is_none() || asked.mentions.iter().any(|user| user.id == *me);
    (!text.is_empty()).then_some(EarlierQuestion { text, addressed })
}

/// A probability with as many digits as mean anything.
fn rounded(probability: f32) -> f64 {
    (f64::from(probability) * 1_000.0).round() / 1_000.0
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
