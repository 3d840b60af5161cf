//! Messages: from what somebody wrote to the answer below it, and what becomes of the answer when the question changes.

mod heard;

use std::fmt;
use std::time::Duration;

use serenity::all::{
    ChannelId, GuildId, Message, MessageFlags, MessageId, MessageReference, Nonce, UserId,
};
use tracing::{debug, warn};

use crate::answer::{Answer, Outcome};
use crate::reply::{self, Dates, Place, Reply};
use crate::search::Question;
use crate::stats::Way;

use super::Bot;
use super::memory::{Answered, Left};
use super::render::{self, Manner, render};
use super::rest::RestError;

pub(super) use heard::Said;
use heard::{Heard, Post};

/// A request that takes longer than this shows that the bot is typing.
const TYPING_AFTER: Duration = Duration::from_millis(1_500);

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
    /// Answers a message; what was only overheard if the answer is sure.
    async fn answer_message(&self, heard: &Heard) {
        let overheard = heard.way == Way::Overheard;
        if heard.text.is_empty() {
            self.memory.withdraw(heard.id);
            if let Some(note) = self.without_text(heard) {
                self.say(&note, heard.asker, self.reply_to(heard)).await;
            }
            return;
        }
        let previous = if overheard {
            Vec::new()
        } else {
            self.previous(heard)
        };
        let question = Question {
            text: heard.text.clone(),
            previous,
            overheard,
        };
        let answer = self.decide(&question);
        let place = self.place_of(&answer);
        let before = match (&place, heard.guild) {
            (Some(place), Some(guild)) => self.posted_before(guild, heard.channel, place),
            _ => None,
        };
        // Nobody asked: silent where it is not sure, or where the answer is there already.
        if overheard
            && (answer.outcome != Outcome::Answer
                || before.is_some()
                || !self.may_ask(heard.asker, heard.guild))
        {
            return self.memory.withdraw(heard.id);
        }
        let is_new = before.is_none();
        let reply = before.unwrap_or_else(|| reply::to_answer(&self.guide.knowledge, &answer));
        match self.say(&reply, heard.asker, self.reply_to(heard)).await {
            Some(sent) => {
                let direct = heard.guild.is_none().then_some(heard.channel);
                self.memory
                    .converse(sent.id, direct, heard.asker, &question);
                if let Some(place) = place.filter(|_| is_new) {
                    self.memory.post(heard.channel, place, sent.id);
                }
                self.memory.complete(heard.id, sent.id, sent.plain);
                self.follow(heard.id, &question.text).await;
            }
            None => self.memory.withdraw(heard.id),
        }
        self.note_asked(heard.guild, heard.way, &question, &answer);
    }

    /// Follows a question with its answer, which is for these words so far, until both agree or the question is gone.
    pub(super) async fn follow(&self, question: MessageId, shown: &str) {
        let mut shown = shown.to_owned();
        loop {
            match self.memory.settle(question, &shown) {
                Left::Nothing => return,
                Left::Delete(answered) => return self.delete_answer(&answered).await,
                Left::Edit(answered) => {
                    self.answer_anew(&answered).await;
                    shown = answered.text;
                }
            }
        }
    }

    /// Answers a new post of a forum by its title, if the answer is sure.
    async fn answer_post(&self, post: Post) {
        let question = Question {
            text: post.title,
            previous: Vec::new(),
            overheard: true,
        };
        let answer = self.decide(&question);
        if answer.outcome != Outcome::Answer {
            return;
        }
        let owner = post.owner.unwrap_or_else(|| self.me());
        let dates = self.settings(Some(post.guild)).dates;
        // The first message of a post has the id of its thread, and may ask the bot as well: that answer has the other nonce.
        let to = Destination {
            channel: post.thread,
            to: None,
            nonce: !post.thread.get(),
            ping: false,
            dates,
        };
        let reply = reply::to_answer(&self.guide.knowledge, &answer);
        if let Some(sent) = self.say(&reply, owner, to).await {
            self.memory.converse(sent.id, None, owner, &question);
            self.note_asked(Some(post.guild), Way::Forum, &question, &answer);
            if let Some(place) = self.place_of(&answer) {
                self.memory.post(post.thread, place, sent.id);
            }
        }
    }

    async fn answer_anew(&self, answered: &Answered) {
        let Some(message) = answered.answer else {
            return;
        };
        let question = Question {
            text: answered.text.clone(),
            previous: Vec::new(),
            overheard: answered.overheard,
        };
        let answer = self.guide.answer(&question);
        if answered.overheard && answer.outcome != Outcome::Answer {
            return;
        }
        let dates = self.settings(answered.guild).dates;
        let manner = Manner {
            owner: answered.asker,
            private: false,
            plain: answered.plain,
            dates,
        };
        let reply = render(&reply::to_answer(&self.guide.knowledge, &answer), manner).edit();
        match self
            .rest
            .edit_message(answered.channel, message, &reply)
            .await
        {
            Ok(()) => {
                self.memory
                    .converse(message, None, answered.asker, &question);
                if let Some(place) = self.place_of(&answer) {
                    self.memory.post(answered.channel, place, message);
                }
            }
            Err(error) => debug!(%error, "could not edit an answer"),
        }
    }

    async fn delete_answer(&self, answered: &Answered) {
        let Some(message) = answered.answer else {
            return;
        };
        self.memory.delete(message);
        if let Err(error) = self.rest.delete_message(answered.channel, message).await {
            debug!(%error, "could not delete an answer");
        }
    }

    /// What to say to somebody who addressed the bot without a word: help, unless it is clear why there is none.
    fn without_text(&self, heard: &Heard) -> Option<Reply> {
        match &heard.earlier {
            Some(earlier) if earlier.of_command => Some(reply::cannot_read()),
            Some(_) => None,
            None => Some(reply::help(&self.guide.knowledge)),
        }
    }

    /// What was asked before in the same conversation, oldest first.
    fn previous(&self, heard: &Heard) -> Vec<String> {
        if let Some(earlier) = &heard.earlier {
            let remembered = self
                .memory
                .conversation(earlier.id)
                .map(|known| known.turns);
            // After a restart the answer still says what it was about.
            return remembered.unwrap_or_else(|| earlier.titles.clone());
        }
        if heard.guild.is_none() {
            self.memory.direct_conversation(heard.channel)
        } else {
            Vec::new()
        }
    }

    /// The section that answers.
    pub(super) fn place_of(&self, answer: &Answer) -> Option<Place> {
        let best = answer
            .matches
            .first()
            .filter(|_| answer.outcome == Outcome::Answer)?;
        reply::place(&self.guide.knowledge, best).map(|(topic, section)| Place::new(topic, section))
    }

    /// A pointer to a section that is in a channel already.
    pub(super) fn posted_before(
        &self,
        guild: GuildId,
        channel: ChannelId,
        place: &Place,
    ) -> Option<Reply> {
        let earlier = self.memory.posted(channel, place, self.config.repeat())?;
        let (topic, section) = place.find(&self.guide.knowledge)?;
        Some(reply::answered_before(
            topic,
            section,
            &format!("https://discord.com/channels/{guild}/{channel}/{earlier}"),
        ))
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
            Some(code::MISSING_PERMISSIONS | code::EMPTY_MESSAGE) if !plain && !reply.is_note() => {
                match self.send(reply, owner, to, true).await {
                    Ok((sent, _)) => {
                        self.memory.takes_no_embeds(to.channel);
                        self.warn_once(to.channel, NO_EMBEDS, &error);
                        return Some(sent);
                    }
                    Err(error) => error,
                }
            }
            Some(code::CANNOT_REPLY) => match self
                .send(reply, owner, Destination { to: None, ..to }, plain)
                .await
            {
                Ok((sent, _)) => {
                    self.warn_once(to.channel, "the bot may not read the history of a channel and answers without a reference", &error);
                    return Some(sent);
                }
                Err(error) => error,
            },
            Some(code::INVALID_FORM) if to.to.is_some() && error.status() == Some(400) => {
                debug!(%error, "a question was gone before its answer");
                return None;
            }
            _ => error,
        };
        self.warn_once(to.channel, "could not answer in a channel", &error);
        None
    }

    async fn send(
        &self,
        reply: &Reply,
        owner: UserId,
        to: Destination,
        plain: bool,
    ) -> Result<(Sent, bool), RestError> {
        let mentions = render::nobody().replied_user(to.ping);
        let message = render(
            reply,
            Manner {
                owner,
                private: false,
                plain,
                dates: to.dates,
            },
        )
        .message()
        .allowed_mentions(mentions);
        let message = message
            .nonce(Nonce::String(to.nonce.to_string()))
            .enforce_nonce(true);
        let message = match to.to {
            Some(id) => message.reference_message(MessageReference::from((to.channel, id))),
            None => message,
        };
        let sending = self.rest.create_message(to.channel, &message);
        tokio::pin!(sending);
        let sent = tokio::select! {
            sent = &mut sending => sent?,
            () = tokio::time::sleep(TYPING_AFTER) => {
                let (sent, ()) = tokio::join!(&mut sending, self.rest.show_typing(to.channel));
                sent?
            }
        };
        Ok((
            Sent {
                id: sent.id,
                plain: plain || reply.is_note(),
            },
            sent.has_embed(),
        ))
    }

    /// Puts plain text into a message whose embed Discord dropped and of which only the buttons are left.
    async fn without_embed(
        &self,
        reply: &Reply,
        owner: UserId,
        to: Destination,
        message: MessageId,
    ) -> Sent {
        let channel = to.channel;
        self.memory.takes_no_embeds(channel);
        self.warn_once(channel, NO_EMBEDS, &"Discord dropped the embed");
        let text = render(
            reply,
            Manner {
                owner,
                private: false,
                plain: true,
                dates: to.dates,
            },
        )
        .edit();
        if let Err(error) = self.rest.edit_message(channel, message, &text).await {
            self.warn_once(channel, "could not answer in a channel", &error);
        }
        Sent {
            id: message,
            plain: true,
        }
    }

    fn reply_to(&self, heard: &Heard) -> Destination {
        let dates = self.settings(heard.guild).dates;
        Destination {
            channel: heard.channel,
            to: Some(heard.id),
            nonce: heard.id.get(),
            ping: false,
            dates,
        }
    }

    fn warn_once(&self, channel: ChannelId, what: &'static str, error: &dyn fmt::Display) {
        if self.memory.is_first_warning(channel) {
            warn!(%error, "{what}; INTERNBOT_LOG=internbot=debug names it");
        }
        debug!(channel = channel.get(), %error, "{what}");
    }
}

/// Whether a message is seen by one person alone.
pub(super) fn is_private(message: &Message) -> bool {
    message
        .flags
        .is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}
