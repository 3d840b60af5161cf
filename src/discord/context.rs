//! What handlers get: the bot's services, and the guide that an event is answered from.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use serenity::all::{ChannelId, GuildId, UserId};

use super::answers::AnswerTracker;
use super::channel_notes::ChannelNotes;
use super::commands::mentions::CommandMentions;
use super::configured_channels::ConfiguredChannels;
use super::conversations::Conversations;
use super::cooldowns::{Cooldowns, Turn};
use super::events::DiscordMessage;
use super::introduction::Introductions;
use super::overlays::Overlays;
use super::question_encoder::QuestionEncoder;
use super::rest::Rest;
use super::roles::OwnRoles;
use crate::additions::Additions;
use crate::answer::{Answer, Outcome};
use crate::config;
use crate::guide::Guide;
use crate::knowledge::KnowledgeBase;
use crate::live::Live;
use crate::monitor::MonitorHandle;
use crate::overlay::Overlay;
use crate::reply::{self, Place, Reply, View};
use crate::search::Question;
use crate::settings::Settings;
use crate::store::{StoreError, StoreHandle};

/// The bot's services, shared by all event handlers.
pub(super) struct BotContext {
    pub live: Arc<Live>,
    pub config: config::Discord,
    pub rest: Rest,
    pub answers: AnswerTracker,
    pub conversations: Conversations,
    pub cooldowns: Cooldowns,
    pub channels: ChannelNotes,
    pub configured: ConfiguredChannels,
    pub roles: OwnRoles,
    pub commands: CommandMentions,
    pub introductions: Introductions,
    pub store: StoreHandle,
    pub overlays: Overlays,
    pub monitor: MonitorHandle,
    pub encoder: QuestionEncoder,
    /// The bot's own user; unknown before the first session.
    pub user: OnceLock<UserId>,
    /// Whether Discord sends the content of messages that are not addressed to the bot.
    pub has_message_content: AtomicBool,
    pub started: SystemTime,
}

/// What the handler of a single event gets.
#[derive(Clone)]
pub(super) struct EventContext {
    pub bot: Arc<BotContext>,
    /// The guide that was live when the handler began, so that a reply is consistent even if the guide is reloaded meanwhile.
    pub guide: Arc<Guide>,
    /// When the event arrived.
    pub received: Instant,
}

impl BotContext {
    /// The settings of a guild; the defaults in direct messages.
    pub(super) fn settings(&self, guild: Option<GuildId>) -> Arc<Settings> {
        self.store.settings(guild.map(GuildId::get))
    }

    /// What a guild's moderators added, unless the operator has switched additions off.
    pub(super) fn additions(&self, guild: Option<GuildId>) -> Arc<Additions> {
        let guild = guild.filter(|_| self.config.additions);
        let additions = guild.map(|guild| self.store.additions(Some(guild.get())));
        additions.unwrap_or_default()
    }

    /// The same, prepared for a guide.
    pub(super) fn overlay(&self, guild: Option<GuildId>, guide: &Guide) -> Arc<Overlay> {
        guild.map_or_else(Arc::default, |server| {
            self.overlays.of(server, self.additions(guild), guide)
        })
    }

    /// Whether a person may ask now; if so, records that they have.
    pub(super) fn take_turn(&self, person: UserId, guild: Option<GuildId>) -> Turn {
        self.cooldowns.take_turn(person, self.cooldown(guild))
    }

    /// The same for a person who did not ask the bot, and who is not told to wait.
    pub(super) fn take_turn_unasked(&self, person: UserId, guild: Option<GuildId>) -> bool {
        self.cooldowns
            .take_turn_unasked(person, self.cooldown(guild))
    }

    fn cooldown(&self, guild: Option<GuildId>) -> Duration {
        let seconds = self.settings(guild).cooldown_seconds;
        seconds.map_or(self.config.cooldown(), Duration::from_secs)
    }

    /// The reply to moderators if the store could not do something.
    pub(super) fn store_trouble(&self, error: &StoreError) -> Reply {
        match error {
            StoreError::Off => reply::no_store(),
            StoreError::Settings(error) => reply::cannot_set(&error.to_string()),
            StoreError::Addition(error) => reply::cannot_set(&error.to_string()),
            error => reply::store_trouble(&self.store.without_folder(&error.to_string())),
        }
    }

    /// Whether messages in a channel are answered unasked.
    pub(super) fn answers_unasked_in(&self, guild: Option<GuildId>, channel: ChannelId) -> bool {
        let id = channel.get();
        self.config.unasked_channels.contains(&id)
            || self.settings(guild).unasked_channels.contains(&id)
    }

    /// Whether posts in a forum are answered unasked.
    pub(super) fn answers_posts_in(&self, guild: GuildId, forum: ChannelId) -> bool {
        let id = forum.get();
        self.config.unasked_forums.contains(&id)
            || self.settings(Some(guild)).unasked_forums.contains(&id)
    }

    /// Whether the operator configured unasked answers in a channel or forum.
    pub(super) fn is_configured(&self, channel: u64) -> bool {
        let Self { config, .. } = self;
        config.unasked_channels.contains(&channel) || config.unasked_forums.contains(&channel)
    }

    /// Whether Discord sends the content of messages that are not addressed to the bot.
    pub(super) fn has_message_content(&self) -> bool {
        self.has_message_content.load(Ordering::Relaxed)
    }

    /// Whether a message in a guild mentions the bot, as a user or through the role that Discord gave it there. Discord's mention
    /// picker offers both under the same name. A message inside of something else does not name its guild.
    pub(super) fn is_mentioned_in(&self, message: &DiscordMessage, guild: Option<GuildId>) -> bool {
        let me = self.user.get();
        message.mentions.iter().any(|user| Some(&user.id) == me)
            || self
                .roles
                .of(guild)
                .is_some_and(|role| message.mentions_role(role))
    }

    /// A text without mentions of the bot.
    pub(super) fn without_mention(&self, text: &str, guild: Option<GuildId>) -> String {
        let mut text = text.to_owned();
        if let Some(me) = self.user.get() {
            text = text
                .replace(&format!("<@{me}>"), " ")
                .replace(&format!("<@!{me}>"), " ");
        }
        if let Some(role) = self.roles.of(guild) {
            text = text.replace(&format!("<@&{role}>"), " ");
        }
        text.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == ':')
            .to_owned()
    }
}

/// A section of the guide, or an answer that moderators wrote; `None` if it is gone.
pub(super) fn section(
    knowledge: &KnowledgeBase,
    additions: &Additions,
    place: &Place,
) -> Option<Reply> {
    // No section of a guide has a name like an addition's.
    if let Some(addition) = additions.at(place) {
        return Some(reply::added(knowledge, addition));
    }
    let (topic, section) = place.find(knowledge)?;
    Some(reply::section(knowledge, topic, section))
}

/// A part of the guide, or of what moderators added to it; `None` if it is gone.
pub(super) fn show(knowledge: &KnowledgeBase, additions: &Additions, view: &View) -> Option<Reply> {
    match view {
        View::Section(place) => section(knowledge, additions, place),
        View::Preview(place, target) => match additions.at(place) {
            Some(addition) => Some(reply::preview_of_added(knowledge, addition, *target)),
            None => reply::show(knowledge, view),
        },
        view => reply::show(knowledge, view),
    }
}

/// The section that an answer shows, or the server's own answer.
pub(super) fn answered_place(knowledge: &KnowledgeBase, answer: &Answer) -> Option<Place> {
    if let Some(addition) = &answer.added {
        return Some(addition.place());
    }
    let best = answer
        .matches
        .first()
        .filter(|_| answer.outcome == Outcome::Answer)?;
    best.find(knowledge)
        .map(|(topic, section)| Place::new(topic, section))
}

impl EventContext {
    /// A question that was put to the bot, encoded if the guide is.
    pub(super) async fn question(&self, text: impl Into<String>) -> Question {
        let question = Question::new(text);
        if !self.guide.index.has_sentences() {
            return question;
        }
        let text = self.guide.index.corrected(&question.text);
        let vector = self.bot.encoder.encode(&text).await;
        self.bot.monitor.encoded(vector.is_some());
        Question {
            vector: vector.map(Box::new),
            ..question
        }
    }

    /// What a guild's moderators added, unless the operator has switched additions off.
    pub(super) fn additions(&self, guild: Option<GuildId>) -> Arc<Additions> {
        self.bot.additions(guild)
    }

    /// The same, prepared for the guide.
    pub(super) fn overlay(&self, guild: Option<GuildId>) -> Arc<Overlay> {
        self.bot.overlay(guild, &self.guide)
    }

    /// What to do with a question that was asked in a guild, or overheard there.
    pub(super) fn answer(&self, guild: Option<GuildId>, question: &Question) -> Answer {
        if question.overheard && !self.bot.settings(guild).unasked_additions {
            return self.guide.answer(question);
        }
        self.overlay(guild).answer(&self.guide, question)
    }

    /// A section of the guide, or an answer that a guild's moderators wrote; `None` if it is gone.
    pub(super) fn section(&self, guild: Option<GuildId>, place: &Place) -> Option<Reply> {
        section(&self.guide.knowledge, &self.additions(guild), place)
    }

    /// The section that an answer shows, or the server's own answer.
    pub(super) fn place_of(&self, answer: &Answer) -> Option<Place> {
        answered_place(&self.guide.knowledge, answer)
    }

    /// A link to a message that shows a section in the same channel, if there is one.
    pub(super) fn posted_before(
        &self,
        guild: GuildId,
        channel: ChannelId,
        place: &Place,
    ) -> Option<reply::Reply> {
        let max_age = self.bot.config.repeat();
        let message = self
            .bot
            .conversations
            .find_posted(channel, place, max_age)?;
        self.section(Some(guild), place)?;
        let link = format!("https://discord.com/channels/{guild}/{channel}/{message}");
        Some(reply::answered_before(place, &link))
    }
}
