//! Recording what happened: one explicit call at the end of a handler writes a question's log line and counts it.
//! No question, no name and no id of a person, a message, a channel or a server is in the log.

use std::time::Duration;

use serenity::all::{GuildId, MessageId};
use tracing::info;

use super::context::EventContext;
use super::conversations::EarlierQuestion;
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
    /// What was nearest where candidates were offered.
    nearest: Option<Place>,
    /// The probability that this topic is right, if there was a search.
    pub probability: Option<f32>,
    /// From the event to the decision.
    pub decided: Duration,
}

impl QuestionRecord {
    /// For a question that was just answered after a search.
    pub(super) fn of_answer(
        context: &EventContext,
        guild: Option<GuildId>,
        way: Way,
        answer: &Answer,
    ) -> Self {
        let nearest = answer.matches.first();
        let added = answer.added.as_ref();
        let place = nearest
            .and_then(|found| found.find(&context.guide.knowledge))
            .map(|(topic, section)| Place::new(topic, section));
        let topic = place.as_ref().map(|place| place.topic.clone());
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
            nearest: place.filter(|_| answer.outcome == answer::Outcome::Suggest),
            probability: nearest
                .map(|found| found.probability)
                .filter(|_| added.is_none()),
            decided: context.received.elapsed(),
        }
    }

    /// For a question that was just answered without a search.
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
            nearest: None,
            probability: None,
            decided: context.received.elapsed(),
        }
    }
}

/// Writes the log line of a question and counts it. Call this once everything it asked for is done.
pub(super) fn question(context: &EventContext, record: QuestionRecord) {
    let QuestionRecord {
        guild,
        way,
        outcome,
        topic,
        nearest,
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
    // The store counts topics that answered, and the nearest section where candidates were offered; of what is not in the guide
    // it keeps the gap.
    let topic = match outcome {
        RecordedOutcome::Answer => topic,
        RecordedOutcome::Suggest => nearest.as_ref().map(Place::name).or(topic),
        RecordedOutcome::None | RecordedOutcome::NoneOfThese => None,
    };
    context.bot.store.record(Event::Asked {
        guild: guild.map(GuildId::get),
        way,
        outcome,
        topic,
    });
}

/// Keeps an unanswered question that was addressed to the bot, unless it is clearly of a kind that the guide leaves
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

/// Keeps the question that an answer, or all candidates, failed to answer, if it was addressed to the bot; returns its outcome
/// if no candidate was meant. To be called once for each answer; see `Conversations::is_first_miss`.
pub(super) fn missed(
    context: &EventContext,
    guild: Option<GuildId>,
    way: Way,
    asked: Option<&EarlierQuestion>,
    place: Option<&Place>,
) -> Option<QuestionRecord> {
    if let Some(asked) = asked.filter(|asked| asked.addressed) {
        gap(context, guild, &asked.text, place.map(Place::name));
    }
    let outcome = RecordedOutcome::NoneOfThese;
    let record = || QuestionRecord::without_search(context, guild, way, outcome, None);
    place.is_none().then(record)
}

/// The question that one of the bot's answers answers: as remembered, as quoted above the answer, or as written in the message that
/// the answer replies to.
pub(super) fn earlier_question(
    context: &EventContext,
    guild: Option<GuildId>,
    answer: &DiscordMessage,
) -> Option<EarlierQuestion> {
    let bot = &context.bot;
    let command = answer
        .interaction_metadata
        .filter(|metadata| metadata.is_command());
    let of_command = || bot.conversations.before(MessageId::new(command?.id.get()));
    let remembered = bot.conversations.before(answer.id).or_else(of_command);
    if let Some(known) = remembered {
        return known.last_question();
    }
    if let Some(quote) = command.and_then(|_| answer.quote()) {
        return Some(EarlierQuestion {
            text: reply::unescape(&quote),
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

/// A probability with as many digits as are meaningful.
fn rounded(probability: f32) -> f64 {
    (f64::from(probability) * 1_000.0).round() / 1_000.0
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
