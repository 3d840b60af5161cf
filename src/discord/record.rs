//! Recording what happened: one explicit call at the end of a handler writes a question's log line and counts it.
//! No question, no name and no id of a person, a message, a channel or a server is in the log.

use std::time::Duration;

use serenity::all::GuildId;
use tracing::info;

use super::context::EventContext;
use super::conversations::EarlierQuestion;
use super::events::DiscordMessage;
use crate::answer::{self, Answer};
use crate::knowledge::Topic;
use crate::reply::Place;
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
    /// The question as one that the guide could not answer, if it is to be kept.
    pub gap: Option<Event>,
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
            gap: None,
        }
    }

    /// The same, to keep the question if it has no answer and was addressed to the bot, unless it is clearly of a kind that the
    /// guide leaves alone, such as a greeting.
    pub(super) fn keeping(
        self,
        context: &EventContext,
        question: &Question,
        answer: &Answer,
    ) -> Self {
        if answer.outcome != answer::Outcome::None || answer.kind.is_some() || question.overheard {
            return self;
        }
        let nearest = answer
            .matches
            .first()
            .filter(|found| answer::near(found.probability))
            .and_then(|found| found.find(&context.guide.knowledge));
        let topic = nearest.map(|(topic, _)| topic.id.clone());
        Self {
            gap: Some(gap(self.guild, &question.text, topic)),
            ..self
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
            gap: None,
        }
    }
}

/// Writes the log line of a question, counts it, and keeps it if the guide could not answer it. Call this once everything it
/// asked for is done.
pub(super) fn question(context: &EventContext, record: QuestionRecord) {
    let QuestionRecord {
        guild,
        way,
        outcome,
        topic,
        nearest,
        probability,
        decided,
        gap,
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
    if let Some(gap) = gap {
        context.bot.store.record(gap);
    }
}

/// A question that the guide could not answer.
fn gap(guild: Option<GuildId>, text: &str, topic: Option<String>) -> Event {
    Event::Gap {
        guild: guild.map(GuildId::get),
        text: scrub(text),
        topic,
    }
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
        let nearest = place.map(Place::name);
        context.bot.store.record(gap(guild, &asked.text, nearest));
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
    if let Some(known) = bot.conversations.before(answer.conversation_id()) {
        return known.last_question();
    }
    if let Some(text) = answer.quoted_question() {
        return Some(EarlierQuestion {
            text,
            addressed: true,
        });
    }
    let me = bot.user.get()?;
    let asked = answer
        .referenced_message
        .as_ref()
        .filter(|asked| asked.author.id != *me)?;
    let text = bot.without_mention(&asked.written(), guild);
    let addressed = guild.is_none() || bot.is_mentioned_in(asked, guild);
    (!text.is_empty()).then_some(EarlierQuestion { text, addressed })
}

/// A probability with as many digits as are meaningful.
fn rounded(probability: f32) -> f64 {
    (f64::from(probability) * 1_000.0).round() / 1_000.0
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
