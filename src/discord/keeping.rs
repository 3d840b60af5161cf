//! What the store is told of what happens, and what a guild has set.

use std::sync::Arc;
use std::time::Duration;

use serenity::all::{ChannelId, ComponentInteraction, GuildId, MessageInteractionMetadata};

use crate::answer::{self, Answer, Outcome};
use crate::reply::{self, Place};
use crate::scrub::scrub;
use crate::search::Question;
use crate::settings::Settings;
use crate::stats::{self, Way};
use crate::store::Event;

use super::{Bot, Shared};

/// What was asked before an answer, as far as it is known.
pub(super) struct AskedBefore {
    /// The words.
    pub text: String,
    /// Whether they were put to the bot: only then may they be kept.
    pub of_bot: bool,
}

impl Shared {
    /// What moderators of a guild have set.
    pub(super) fn settings(&self, guild: Option<GuildId>) -> Arc<Settings> {
        self.store.settings(guild.map(GuildId::get))
    }

    /// How long a person waits between two questions.
    pub(super) fn cooldown(&self, guild: Option<GuildId>) -> Duration {
        self.settings(guild)
            .cooldown_seconds
            .map_or(self.config.cooldown(), Duration::from_secs)
    }

    /// Whether messages in a channel are answered unasked.
    pub(super) fn answers_unasked_in(&self, guild: Option<GuildId>, channel: ChannelId) -> bool {
        self.unasked_channels.contains(&channel.get())
            || self
                .settings(guild)
                .unasked_channels
                .contains(&channel.get())
    }

    /// Whether posts in a forum are answered unasked.
    pub(super) fn answers_posts_in(&self, guild: GuildId, forum: ChannelId) -> bool {
        self.unasked_forums.contains(&forum.get())
            || self
                .settings(Some(guild))
                .unasked_forums
                .contains(&forum.get())
    }
}

impl Bot {
    /// Counts a question, and keeps one that was put to the bot and has no answer: unless it is clearly of a kind that the
    /// guide leaves alone, such as a greeting, which a person may still say should have had one.
    pub(super) fn note_asked(
        &self,
        guild: Option<GuildId>,
        way: Way,
        question: &Question,
        answer: &Answer,
    ) {
        self.note_outcome(guild, way, answer);
        if answer.outcome == Outcome::None && answer.kind.is_none() && !question.overheard {
            let nearest = answer
                .matches
                .first()
                .filter(|found| answer::near(found.score));
            let nearest = nearest.and_then(|found| reply::place(&self.guide.knowledge, found));
            self.note_gap(
                guild,
                &question.text,
                nearest.map(|(topic, _)| topic.id.clone()),
            );
        }
    }

    /// Counts what became of a question.
    pub(super) fn note_outcome(&self, guild: Option<GuildId>, way: Way, answer: &Answer) {
        let outcome = match answer.outcome {
            Outcome::Answer => stats::Outcome::Answer,
            Outcome::Suggest => stats::Outcome::Suggest,
            Outcome::None => stats::Outcome::None,
        };
        let nearest = answer.matches.first();
        let topic = nearest
            .and_then(|found| reply::place(&self.guide.knowledge, found))
            .map(|(topic, _)| topic.id.clone());
        self.note_question(guild, way, outcome, topic, nearest.map(|found| found.score));
    }

    /// Counts a question that was answered without a search.
    pub(super) fn note_answered(&self, guild: Option<GuildId>, way: Way, topic: &str) {
        self.note_question(
            guild,
            way,
            stats::Outcome::Answer,
            Some(topic.to_owned()),
            None,
        );
    }

    /// Counts a question, and has it logged once all is done that it asks for. The topic is the one that answers, or else
    /// the nearest, which the store is not told.
    fn note_question(
        &self,
        guild: Option<GuildId>,
        way: Way,
        outcome: stats::Outcome,
        topic: Option<String>,
        score: Option<f32>,
    ) {
        let answers = topic.clone().filter(|_| outcome == stats::Outcome::Answer);
        self.store.record(Event::Asked {
            guild: guild.map(GuildId::get),
            way,
            outcome,
            topic: answers,
        });
        self.asking.note(way, outcome, topic, score);
    }

    /// Keeps what a person says about a section.
    pub(super) fn note_vote(&self, used: &ComponentInteraction, place: Place, helped: bool) {
        let Place { topic, section } = place;
        self.store.record(Event::Vote {
            guild: used.guild_id.map(GuildId::get),
            person: used.user.id.get(),
            topic,
            section,
            helped,
        });
    }

    /// Keeps the question that an answer, or every candidate, was not for: once for each answer, and only one that was put
    /// to the bot.
    pub(super) fn note_miss(&self, used: &ComponentInteraction, place: Option<&Place>) {
        // Below "not it" the question is kept already.
        let after_not_it = matches!(
            used.message.interaction_metadata.as_deref(),
            Some(MessageInteractionMetadata::Component(_))
        );
        if after_not_it || !self.memory.is_first_miss(used.message.id) {
            return;
        }
        let asked = self.asked_before(used).filter(|asked| asked.of_bot);
        if place.is_none() {
            self.note_question(
                used.guild_id,
                way_of_answer(used),
                stats::Outcome::NoneOfThese,
                None,
                None,
            );
        }
        if let Some(asked) = asked {
            self.note_gap(
                used.guild_id,
                &asked.text,
                place.map(|place| place.topic.clone()),
            );
        }
    }

    fn note_gap(&self, guild: Option<GuildId>, text: &str, topic: Option<String>) {
        self.store.record(Event::Gap {
            guild: guild.map(GuildId::get),
            text: scrub(text),
            topic,
        });
    }

    /// What was asked before an answer: as it is remembered, as it is quoted above the answer, or as the message says to
    /// which the answer is a reply.
    pub(super) fn asked_before(&self, used: &ComponentInteraction) -> Option<AskedBefore> {
        let answer = &used.message;
        let by_command = match answer.interaction_metadata.as_deref() {
            Some(MessageInteractionMetadata::Command(command)) => Some(command.id.get()),
            _ => None,
        };
        let remembered = self.memory.conversation(answer.id);
        let remembered = remembered.or_else(|| self.memory.conversation(by_command?.max(1).into()));
        if let Some(known) = remembered {
            return Some(AskedBefore {
                text: known.turns.last()?.clone(),
                of_bot: !known.overheard,
            });
        }
        if let Some(quote) = answer
            .content
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("> "))
            .filter(|_| by_command.is_some())
        {
            return Some(AskedBefore {
                text: reply::unescape(quote),
                of_bot: true,
            });
        }
        let asked = answer
            .referenced_message
            .as_ref()
            .filter(|asked| asked.author.id != self.me())?;
        let text = self.without_mention(&asked.content);
        let of_bot =
            used.guild_id.is_none() || asked.mentions.iter().any(|user| user.id == self.me());
        (!text.is_empty()).then_some(AskedBefore { text, of_bot })
    }
}

/// How the question reached the bot for whose answer a button was used, as far as the answer tells.
fn way_of_answer(used: &ComponentInteraction) -> Way {
    match (used.message.interaction_metadata.is_some(), used.guild_id) {
        (true, _) => Way::Command,
        (false, None) => Way::Direct,
        (false, Some(_)) => Way::Mention,
    }
}
