//! Messages: from what somebody wrote to the answer below it, and what becomes of the answer when the question changes.

use std::time::Duration;

use serenity::all::{
    ChannelId, GuildChannel, GuildId, Message, MessageFlags, MessageId, MessageReference, MessageType, MessageUpdateEvent, Nonce,
    Timestamp, UserId,
};
use tracing::{debug, warn};

use crate::answer::{Answer, Outcome};
use crate::reply::{self, Dates, Place, Reply};
use crate::search::Question;
use crate::stats::Way;

use super::Bot;
use super::memory::{self, Answered};
use super::render::{self, Manner, render};
use super::rest::RestError;

/// A request that takes longer than this shows that the bot is typing.
const TYPING_AFTER: Duration = Duration::from_millis(1_500);
/// A thread that is older than this when the bot hears of it is not a new post.
const NEW_THREAD: u64 = 300;

/// Discord's codes for what a message lacks.
mod code {
    /// No permission.
    pub(super) const MISSING_PERMISSIONS: i64 = 50_013;
    /// Nothing is left of a message without its embed.
    pub(super) const EMPTY_MESSAGE: i64 = 50_006;
    /// No permission to read what the message replies to.
    pub(super) const CANNOT_REPLY: i64 = 160_002;
    /// A part of the form is wrong: what it replies to is gone.
    pub(super) const INVALID_FORM: i64 = 50_035;
}

/// What the log says of a channel without embeds.
const NO_EMBEDS: &str = "the bot may not embed links in a channel and answers in plain text";

/// What somebody wrote, as far as it is for the bot.
struct Asked {
    text: String,
    overheard: bool,
}

/// Where a reply goes.
#[derive(Clone, Copy)]
pub(super) struct Destination {
    pub channel: ChannelId,
    /// The message to which it is a reply.
    pub to: Option<MessageId>,
    /// Makes sending it again harmless.
    pub nonce: u64,
    /// Whether the author of that message is notified.
    pub ping: bool,
    /// How dates are written there.
    pub dates: Dates,
}

/// A message of the bot.
pub(super) struct Sent {
    pub id: MessageId,
    pub plain: bool,
}

impl Bot {
    /// Answers a message, if it is for the bot.
    pub(super) async fn message_sent(&self, message: &Message) {
        let by_a_person = !message.author.bot && message.webhook_id.is_none();
        if !by_a_person || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) || !self.memory.is_new(message.id.get())
        {
            return;
        }
        let Some(asked) = self.asked(message) else { return };
        if asked.text.is_empty() {
            if let Some(note) = self.without_text(message) {
                self.say(&note, message.author.id, self.reply_to(message)).await;
            }
            return;
        }
        let previous = if asked.overheard { Vec::new() } else { self.previous(message) };
        let question = Question { text: asked.text, previous, overheard: asked.overheard };
        let answer = self.decide(&question);
        if question.overheard && answer.outcome != Outcome::Answer {
            return;
        }
        if !self.memory.may_ask(message.author.id, self.cooldown(message.guild_id)) {
            debug!("somebody asks faster than the cooldown allows");
            return;
        }
        if self.answer_message(message, &question, &answer).await {
            self.note_asked(message.guild_id, self.way_of(message, &question), &question, &answer);
        }
    }

    /// Answers a message; false where the answer is there already and nobody asked for it.
    async fn answer_message(&self, message: &Message, question: &Question, answer: &Answer) -> bool {
        let place = self.place_of(answer);
        let before = match (&place, message.guild_id) {
            (Some(place), Some(guild)) => self.posted_before(guild, message.channel_id, place),
            _ => None,
        };
        if before.is_some() && question.overheard {
            return false;
        }
        let is_new = before.is_none();
        let reply = before.unwrap_or_else(|| reply::to_answer(&self.guide.knowledge, answer));
        let asker = message.author.id;
        let answered = Answered {
            asker,
            channel: message.channel_id,
            guild: message.guild_id,
            text: question.text.clone(),
            overheard: question.overheard,
            answer: None,
            plain: false,
            deleted: false,
        };
        self.memory.begin(message.id, answered);
        let Some(sent) = self.say(&reply, asker, self.reply_to(message)).await else { return true };
        let direct = message.guild_id.is_none().then_some(message.channel_id);
        self.memory.converse(sent.id, direct, asker, question);
        if let Some(place) = place.filter(|_| is_new) {
            self.memory.post(message.channel_id, place, sent.id);
        }
        let Some(now) = self.memory.complete(message.id, sent.id, sent.plain) else { return true };
        // While the answer was under way the question may have changed.
        if now.deleted {
            self.delete_answer(&now).await;
        } else if now.text != memory::kept(&question.text) {
            self.answer_anew(&now).await;
        }
        true
    }

    /// Edits the answer of a question that was edited soon after it was asked.
    pub(super) async fn message_edited(&self, event: &MessageUpdateEvent) {
        let (Some(edited), Some(content)) = (event.edited_timestamp, &event.content) else { return };
        let Some(answered) = self.memory.answered(event.id) else { return };
        let text = self.without_mention(content);
        if text.is_empty() || seconds_between(event.id.created_at(), edited) > self.config.edit().as_secs() {
            return;
        }
        if !self.memory.edit(event.id, &text) || answered.answer.is_none() {
            return;
        }
        self.answer_anew(&Answered { text, ..answered }).await;
    }

    /// Deletes the answer of a question that was deleted.
    pub(super) async fn message_deleted(&self, message: MessageId) {
        if let Some(answered) = self.memory.delete(message) {
            self.delete_answer(&answered).await;
        }
    }

    /// Answers a new post of a forum by its title, if the answer is sure.
    pub(super) async fn thread_opened(&self, thread: &GuildChannel) {
        let in_forum = thread.parent_id.is_some_and(|parent| self.answers_posts_in(thread.guild_id, parent));
        let age = seconds_between(thread.id.created_at(), Timestamp::now());
        // A thread of a forum has the id of its first message, hence the other half of the numbers.
        if !in_forum || age > NEW_THREAD || !self.memory.is_new(!thread.id.get()) {
            return;
        }
        let question = Question { text: thread.name.clone(), previous: Vec::new(), overheard: true };
        let answer = self.decide(&question);
        if answer.outcome != Outcome::Answer {
            return;
        }
        let owner = thread.owner_id.unwrap_or_else(|| self.me());
        let dates = self.settings(Some(thread.guild_id)).dates;
        let to = Destination { channel: thread.id, to: None, nonce: thread.id.get(), ping: false, dates };
        let reply = reply::to_answer(&self.guide.knowledge, &answer);
        if let Some(sent) = self.say(&reply, owner, to).await {
            self.memory.converse(sent.id, None, owner, &question);
            self.note_asked(Some(thread.guild_id), Way::Forum, &question, &answer);
            if let Some(place) = self.place_of(&answer) {
                self.memory.post(thread.id, place, sent.id);
            }
        }
    }

    async fn answer_anew(&self, answered: &Answered) {
        let Some(message) = answered.answer else { return };
        let question = Question { text: answered.text.clone(), previous: Vec::new(), overheard: answered.overheard };
        let answer = self.guide.answer(&question);
        if answered.overheard && answer.outcome != Outcome::Answer {
            return;
        }
        let dates = self.settings(answered.guild).dates;
        let manner = Manner { owner: answered.asker, private: false, plain: answered.plain, dates };
        let reply = render(&reply::to_answer(&self.guide.knowledge, &answer), manner).edit();
        match self.rest.edit_message(answered.channel, message, &reply).await {
            Ok(()) => {
                self.memory.converse(message, None, answered.asker, &question);
                if let Some(place) = self.place_of(&answer) {
                    self.memory.post(answered.channel, place, message);
                }
            }
            Err(error) => debug!(%error, "could not edit an answer"),
        }
    }

    async fn delete_answer(&self, answered: &Answered) {
        let Some(message) = answered.answer else { return };
        self.memory.delete(message);
        if let Err(error) = self.rest.delete_message(answered.channel, message).await {
            debug!(%error, "could not delete an answer");
        }
    }

    /// What a message asks; nothing where it is not for the bot.
    fn asked(&self, message: &Message) -> Option<Asked> {
        let me = self.me();
        let text = self.without_mention(&message.content);
        let mentioned = message.mentions.iter().any(|user| user.id == me);
        let replies_to_me = message.referenced_message.as_ref().is_some_and(|earlier| earlier.author.id == me);
        if message.guild_id.is_none() || mentioned || (replies_to_me && !text.is_empty()) {
            return Some(Asked { text, overheard: false });
        }
        // A message to somebody else is not for the bot, wherever it is written.
        let to_nobody = message.mentions.is_empty() && message.mention_roles.is_empty() && message.message_reference.is_none();
        let overheard = self.answers_unasked_in(message.guild_id, message.channel_id) && to_nobody && !text.is_empty();
        overheard.then_some(Asked { text, overheard: true })
    }

    /// What to say to somebody who addressed the bot without a word: help, unless it is clear why there is none.
    fn without_text(&self, message: &Message) -> Option<Reply> {
        let earlier = message.referenced_message.as_ref().filter(|earlier| earlier.author.id == self.me());
        match earlier {
            // Discord hides the text of a reply to an answer to a command.
            Some(earlier) if earlier.interaction_metadata.is_some() => Some(reply::cannot_read()),
            Some(_) => None,
            None => Some(reply::help(&self.guide.knowledge)),
        }
    }

    /// What was asked before in the same conversation, oldest first.
    fn previous(&self, message: &Message) -> Vec<String> {
        if let Some(earlier) = message.referenced_message.as_ref().filter(|earlier| earlier.author.id == self.me()) {
            let remembered = self.memory.conversation(earlier.id).map(|known| known.turns);
            // After a restart the answer still says what it was about.
            return remembered.unwrap_or_else(|| earlier.embeds.iter().filter_map(|embed| embed.title.clone()).collect());
        }
        if message.guild_id.is_none() { self.memory.direct_conversation(message.channel_id) } else { Vec::new() }
    }

    /// A text without mentions of the bot.
    pub(super) fn without_mention(&self, text: &str) -> String {
        let me = self.me();
        let text = text.replace(&format!("<@{me}>"), " ").replace(&format!("<@!{me}>"), " ");
        text.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == ':').to_owned()
    }

    /// The section that answers.
    pub(super) fn place_of(&self, answer: &Answer) -> Option<Place> {
        let best = answer.matches.first().filter(|_| answer.outcome == Outcome::Answer)?;
        reply::place(&self.guide.knowledge, best).map(|(topic, section)| Place::new(topic, section))
    }

    /// A pointer to a section that is in a channel already.
    pub(super) fn posted_before(&self, guild: GuildId, channel: ChannelId, place: &Place) -> Option<Reply> {
        let earlier = self.memory.posted(channel, place, self.config.repeat())?;
        let (topic, section) = place.find(&self.guide.knowledge)?;
        Some(reply::answered_before(topic, section, &earlier.link(channel, Some(guild))))
    }

    /// Sends a reply to a channel: with an embed, or as plain text where embeds are not allowed. Nothing where the bot may
    /// not write; the log says so once a channel.
    pub(super) async fn say(&self, reply: &Reply, owner: UserId, to: Destination) -> Option<Sent> {
        let plain = !reply.is_note() && !self.memory.takes_embeds(to.channel);
        let error = match self.send(reply, owner, to, plain).await {
            Ok((sent, has_embed)) if sent.plain || has_embed => return Some(sent),
            Ok((sent, _)) => return Some(self.without_embed(reply, owner, to, sent.id).await),
            Err(error) => error,
        };
        let error = match error.code() {
            code::MISSING_PERMISSIONS | code::EMPTY_MESSAGE if !plain && !reply.is_note() => {
                match self.send(reply, owner, to, true).await {
                    Ok((sent, _)) => {
                        self.memory.takes_no_embeds(to.channel);
                        self.warn_once(to.channel, NO_EMBEDS, &error);
                        return Some(sent);
                    }
                    Err(error) => error,
                }
            }
            code::CANNOT_REPLY => match self.send(reply, owner, Destination { to: None, ..to }, plain).await {
                Ok((sent, _)) => {
                    self.warn_once(to.channel, "the bot may not read the history of a channel and answers without a reference", &error);
                    return Some(sent);
                }
                Err(error) => error,
            },
            code::INVALID_FORM if to.to.is_some() && error.status() == 400 => {
                debug!(%error, "a question was gone before its answer");
                return None;
            }
            _ => error,
        };
        self.warn_once(to.channel, "could not answer in a channel", &error);
        None
    }

    async fn send(&self, reply: &Reply, owner: UserId, to: Destination, plain: bool) -> Result<(Sent, bool), RestError> {
        let mentions = render::nobody().replied_user(to.ping);
        let message = render(reply, Manner { owner, private: false, plain, dates: to.dates }).message().allowed_mentions(mentions);
        let message = message.nonce(Nonce::String(to.nonce.to_string())).enforce_nonce(true);
        let message = match to.to {
            Some(id) => message.reference_message(MessageReference::from((to.channel, id))),
            None => message,
        };
        let sending = self.rest.create_message(to.channel, &message);
        tokio::pin!(sending);
        let sent = tokio::select! {
            sent = &mut sending => sent?,
            () = tokio::time::sleep(TYPING_AFTER) => {
                let (sent, ()) = tokio::join!(&mut sending, self.rest.type_in(to.channel));
                sent?
            }
        };
        Ok((Sent { id: sent.id, plain: plain || reply.is_note() }, sent.has_embed()))
    }

    /// Puts plain text into a message whose embed Discord dropped and of which only the buttons are left.
    async fn without_embed(&self, reply: &Reply, owner: UserId, to: Destination, message: MessageId) -> Sent {
        let channel = to.channel;
        self.memory.takes_no_embeds(channel);
        let dropped = RestError::Refused { status: 200, code: 0, message: "the embed was dropped".to_owned() };
        self.warn_once(channel, NO_EMBEDS, &dropped);
        let text = render(reply, Manner { owner, private: false, plain: true, dates: to.dates }).edit();
        if let Err(error) = self.rest.edit_message(channel, message, &text).await {
            self.warn_once(channel, "could not answer in a channel", &error);
        }
        Sent { id: message, plain: true }
    }

    fn reply_to(&self, message: &Message) -> Destination {
        let dates = self.settings(message.guild_id).dates;
        Destination { channel: message.channel_id, to: Some(message.id), nonce: message.id.get(), ping: false, dates }
    }

    fn warn_once(&self, channel: ChannelId, what: &'static str, error: &RestError) {
        if self.memory.is_first_warning(channel) {
            warn!(%error, "{what}; INTERNBOT_LOG=internbot=debug names it");
        }
        debug!(channel = channel.get(), %error, "{what}");
    }
}

/// Whether a message is seen by one person alone.
pub(super) fn is_private(message: &Message) -> bool {
    message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}

/// Whole seconds; none where clocks disagree about which came first.
fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    u64::try_from(later.unix_timestamp().saturating_sub(earlier.unix_timestamp())).unwrap_or_default()
}
