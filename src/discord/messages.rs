//! Messages: from what somebody wrote to the answer below it, and what becomes of the answer when the question changes.

use std::sync::Arc;
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

use super::lanes::Work;
use super::memory::{Answered, Left, Memory};
use super::render::{self, Manner, render};
use super::rest::RestError;
use super::{Bot, Shared};

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

/// A message for the bot: what of it is needed to answer it, because many may wait.
pub(super) struct Heard {
    id: MessageId,
    channel: ChannelId,
    guild: Option<GuildId>,
    asker: UserId,
    /// What it says besides the bot's name; empty where that is all.
    text: String,
    way: Way,
    /// The answer of the bot to which it is a reply.
    earlier: Option<Earlier>,
}

/// An answer of the bot to which somebody replies.
struct Earlier {
    id: MessageId,
    /// What it is about, for when nobody remembers the question.
    titles: Vec<String>,
    /// Whether it answers a command: Discord hides the text of a reply to that.
    of_command: bool,
}

/// A new post of a forum.
pub(super) struct Post {
    thread: ChannelId,
    guild: GuildId,
    owner: Option<UserId>,
    title: String,
}

/// What is to be done about messages.
pub(super) enum Said {
    /// To answer a message.
    Heard(Heard),
    /// To answer a post.
    Post(Post),
    /// To change the answer to a question that was another when it was answered.
    Edited { question: MessageId, channel: ChannelId, shown: String },
    /// To delete the answer to a question that is gone.
    Deleted(Answered),
}

/// What waits stays small, so that ten thousand questions that wait take a few megabytes.
const _: () = assert!(size_of::<Said>() <= 192);

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

impl Work for Said {
    fn channel(&self) -> Option<ChannelId> {
        Some(match self {
            Self::Heard(heard) => heard.channel,
            Self::Post(post) => post.thread,
            Self::Edited { channel, .. } => *channel,
            Self::Deleted(answered) => answered.channel,
        })
    }

    /// From now on an edit or a deletion of a question finds it in the memory.
    fn begin(&self, memory: &Memory) {
        let Self::Heard(heard) = self else { return };
        let answered = Answered {
            asker: heard.asker,
            channel: heard.channel,
            guild: heard.guild,
            text: heard.text.clone(),
            overheard: heard.way == Way::Overheard,
            answer: None,
            plain: false,
            deleted: false,
            under_way: true,
        };
        memory.begin(heard.id, answered);
    }

    async fn run(self, bot: Bot) {
        match self {
            Self::Heard(heard) => bot.answer_message(&heard).await,
            Self::Post(post) => bot.answer_post(post).await,
            Self::Edited { question, shown, .. } => bot.follow(question, &shown).await,
            Self::Deleted(answered) => bot.delete_answer(&answered).await,
        }
    }
}

/// What is done at once with what Discord tells of messages: whatever takes longer waits in a lane.
impl Shared {
    /// Takes a message, if it is for the bot.
    pub(super) fn message_sent(self: &Arc<Self>, message: &Message) {
        let by_a_person = !message.author.bot && message.webhook_id.is_none();
        if !by_a_person || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
            return;
        }
        let Some(heard) = self.heard(message).filter(|heard| self.memory.is_new(heard.id.get())) else { return };
        if heard.way == Way::Overheard {
            return self.lanes.messages.take_unasked(self, Said::Heard(heard));
        }
        if heard.text.is_empty() || self.may_ask(heard.asker, heard.guild) {
            self.lanes.messages.take(self, Said::Heard(heard));
        }
    }

    /// Takes an edit of a question: one that waits is answered as it reads now, and the answer of one that has it is changed.
    pub(super) fn message_edited(self: &Arc<Self>, event: &MessageUpdateEvent) {
        let (Some(edited), Some(content)) = (event.edited_timestamp, &event.content) else { return };
        let text = self.without_mention(content);
        if text.is_empty() || seconds_between(event.id.created_at(), edited) > self.config.edit().as_secs() {
            return;
        }
        let is_it = |said: &Said| matches!(said, Said::Heard(heard) if heard.id == event.id && !heard.text.is_empty());
        let put = |said: &mut Said| {
            if let Said::Heard(heard) = said {
                heard.text.clone_from(&text);
            }
        };
        if self.lanes.messages.change(is_it, put) {
            return;
        }
        if let Some(shown) = self.memory.edit(event.id, &text) {
            self.lanes.messages.take(self, Said::Edited { question: event.id, channel: event.channel_id, shown });
        }
    }

    /// Takes the deletion of a question: one that waits is not answered, and the answer of one that has it is deleted.
    pub(super) fn message_deleted(self: &Arc<Self>, message: MessageId) {
        if self.lanes.messages.withdraw(|said| matches!(said, Said::Heard(heard) if heard.id == message)) {
            return;
        }
        if let Some(answered) = self.memory.delete(message) {
            self.lanes.messages.take(self, Said::Deleted(answered));
        }
    }

    /// Takes a new post of a forum.
    pub(super) fn thread_opened(self: &Arc<Self>, thread: &GuildChannel) {
        let in_forum = thread.parent_id.is_some_and(|parent| self.answers_posts_in(thread.guild_id, parent));
        let age = seconds_between(thread.id.created_at(), Timestamp::now());
        // A thread of a forum has the id of its first message, hence the other half of the numbers.
        if in_forum && age <= NEW_THREAD && self.memory.is_new(!thread.id.get()) {
            let post = Post { thread: thread.id, guild: thread.guild_id, owner: thread.owner_id, title: thread.name.clone() };
            self.lanes.messages.take_unasked(self, Said::Post(post));
        }
    }

    /// A message as far as it is for the bot; nothing where it is not.
    fn heard(&self, message: &Message) -> Option<Heard> {
        let me = self.me();
        let text = self.without_mention(&message.content);
        let earlier = message.referenced_message.as_ref().filter(|earlier| earlier.author.id == me);
        let way = if message.guild_id.is_none() {
            Way::Direct
        } else if earlier.is_some() && !text.is_empty() {
            Way::Reply
        } else if message.mentions.iter().any(|user| user.id == me) {
            Way::Mention
        } else {
            // A message to somebody else is not for the bot, wherever it is written.
            let to_nobody = message.mentions.is_empty() && message.mention_roles.is_empty() && message.message_reference.is_none();
            let overheard = to_nobody && !text.is_empty() && self.answers_unasked_in(message.guild_id, message.channel_id);
            overheard.then_some(Way::Overheard)?
        };
        let earlier = earlier.map(|earlier| Earlier {
            id: earlier.id,
            titles: earlier.embeds.iter().filter_map(|embed| embed.title.clone()).collect(),
            of_command: earlier.interaction_metadata.is_some(),
        });
        Some(Heard { id: message.id, channel: message.channel_id, guild: message.guild_id, asker: message.author.id, text, way, earlier })
    }

    /// A text without mentions of the bot.
    pub(super) fn without_mention(&self, text: &str) -> String {
        let me = self.me();
        let text = text.replace(&format!("<@{me}>"), " ").replace(&format!("<@!{me}>"), " ");
        text.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == ':').to_owned()
    }

    /// Whether a person may ask now; if so, they have.
    fn may_ask(&self, person: UserId, guild: Option<GuildId>) -> bool {
        let may = self.memory.may_ask(person, self.cooldown(guild));
        if !may {
            debug!("somebody asks faster than the cooldown allows");
        }
        may
    }
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
        let previous = if overheard { Vec::new() } else { self.previous(heard) };
        let question = Question { text: heard.text.clone(), previous, overheard };
        let answer = self.guide.answer(&question);
        let place = self.place_of(&answer);
        let before = match (&place, heard.guild) {
            (Some(place), Some(guild)) => self.posted_before(guild, heard.channel, place),
            _ => None,
        };
        // Nobody asked: silent where it is not sure, or where the answer is there already.
        if overheard && (answer.outcome != Outcome::Answer || before.is_some() || !self.may_ask(heard.asker, heard.guild)) {
            return self.memory.withdraw(heard.id);
        }
        let is_new = before.is_none();
        let reply = before.unwrap_or_else(|| reply::to_answer(&self.guide.knowledge, &answer));
        match self.say(&reply, heard.asker, self.reply_to(heard)).await {
            Some(sent) => {
                let direct = heard.guild.is_none().then_some(heard.channel);
                self.memory.converse(sent.id, direct, heard.asker, &question);
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
        let question = Question { text: post.title, previous: Vec::new(), overheard: true };
        let answer = self.guide.answer(&question);
        if answer.outcome != Outcome::Answer {
            return;
        }
        let owner = post.owner.unwrap_or_else(|| self.me());
        let dates = self.settings(Some(post.guild)).dates;
        let to = Destination { channel: post.thread, to: None, nonce: post.thread.get(), ping: false, dates };
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
            let remembered = self.memory.conversation(earlier.id).map(|known| known.turns);
            // After a restart the answer still says what it was about.
            return remembered.unwrap_or_else(|| earlier.titles.clone());
        }
        if heard.guild.is_none() { self.memory.direct_conversation(heard.channel) } else { Vec::new() }
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

    fn reply_to(&self, heard: &Heard) -> Destination {
        let dates = self.settings(heard.guild).dates;
        Destination { channel: heard.channel, to: Some(heard.id), nonce: heard.id.get(), ping: false, dates }
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
