//! What is done at once with what Discord tells of messages: whether it is for the bot, and what of it is kept until its turn
//! comes.

use std::sync::Arc;

use serenity::all::{
    ChannelId, GuildChannel, GuildId, Message, MessageId, MessageType, MessageUpdateEvent,
    Timestamp, UserId,
};
use tracing::debug;

use crate::discord::lanes::Work;
use crate::discord::memory::{Answered, Memory};
use crate::discord::{Bot, Shared};
use crate::stats::Way;

/// A thread that is older than this when the bot hears of it is not a new post.
const NEW_THREAD: u64 = 300;

/// A message for the bot: what of it is needed to answer it, because many may wait.
pub(in crate::discord) struct Heard {
    pub id: MessageId,
    pub channel: ChannelId,
    pub guild: Option<GuildId>,
    pub asker: UserId,
    /// What it says besides the bot's name; empty where that is all.
    pub text: String,
    pub way: Way,
    /// The answer of the bot to which it is a reply.
    pub earlier: Option<Earlier>,
}

/// An answer of the bot to which somebody replies.
pub(in crate::discord) struct Earlier {
    pub id: MessageId,
    /// What it is about, for when nobody remembers the question.
    pub titles: Vec<String>,
    /// Whether it answers a command: Discord hides the text of a reply to that.
    pub of_command: bool,
}

/// A new post of a forum.
pub(in crate::discord) struct Post {
    pub thread: ChannelId,
    pub guild: GuildId,
    pub owner: Option<UserId>,
    pub title: String,
}

/// What is to be done about messages.
pub(in crate::discord) enum Said {
    /// To answer a message.
    Heard(Heard),
    /// To answer a post.
    Post(Post),
    /// To change the answer to a question that was another when it was answered.
    Edited {
        question: MessageId,
        channel: ChannelId,
        shown: String,
    },
    /// To delete the answer to a question that is gone.
    Deleted(Answered),
}

/// What waits stays small, so that ten thousand questions that wait take a few megabytes.
const _: () = assert!(size_of::<Said>() <= 192);

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
            Self::Edited {
                question, shown, ..
            } => bot.follow(question, &shown).await,
            Self::Deleted(answered) => bot.delete_answer(&answered).await,
        }
    }
}

impl Shared {
    /// Takes a message, if it is for the bot.
    pub(in crate::discord) fn message_sent(self: &Arc<Self>, message: &Message) {
        let by_a_person = !message.author.bot && message.webhook_id.is_none();
        if !by_a_person
            || !matches!(
                message.kind,
                MessageType::Regular | MessageType::InlineReply
            )
        {
            return;
        }
        let Some(heard) = self
            .heard(message)
            .filter(|heard| self.memory.is_new(heard.id.get()))
        else {
            return;
        };
        if heard.way == Way::Overheard {
            return self.lanes.messages.take_unasked(self, Said::Heard(heard));
        }
        if heard.text.is_empty() || self.may_ask(heard.asker, heard.guild) {
            self.lanes.messages.take(self, Said::Heard(heard));
        }
    }

    /// Takes an edit of a question: one that waits is answered as it reads now, and the answer of one that has it is changed.
    pub(in crate::discord) fn message_edited(self: &Arc<Self>, event: &MessageUpdateEvent) {
        let (Some(edited), Some(content)) = (event.edited_timestamp, &event.content) else {
            return;
        };
        let text = self.without_mention(content);
        if text.is_empty()
            || seconds_between(event.id.created_at(), edited) > self.config.edit().as_secs()
        {
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
            self.lanes.messages.take(
                self,
                Said::Edited {
                    question: event.id,
                    channel: event.channel_id,
                    shown,
                },
            );
        }
    }

    /// Takes the deletion of a question: one that waits is not answered, and the answer of one that has it is deleted.
    pub(in crate::discord) fn message_deleted(self: &Arc<Self>, message: MessageId) {
        if self
            .lanes
            .messages
            .withdraw(|said| matches!(said, Said::Heard(heard) if heard.id == message))
        {
            return;
        }
        if let Some(answered) = self.memory.delete(message) {
            self.lanes.messages.take(self, Said::Deleted(answered));
        }
    }

    /// Takes a new post of a forum.
    pub(in crate::discord) fn thread_opened(self: &Arc<Self>, thread: &GuildChannel) {
        let in_forum = thread
            .parent_id
            .is_some_and(|parent| self.answers_posts_in(thread.guild_id, parent));
        let age = seconds_between(thread.id.created_at(), Timestamp::now());
        // A thread of a forum has the id of its first message, hence the other half of the numbers.
        if in_forum && age <= NEW_THREAD && self.memory.is_new(!thread.id.get()) {
            let post = Post {
                thread: thread.id,
                guild: thread.guild_id,
                owner: thread.owner_id,
                title: thread.name.clone(),
            };
            self.lanes.messages.take_unasked(self, Said::Post(post));
        }
    }

    /// A message as far as it is for the bot; nothing where it is not.
    fn heard(&self, message: &Message) -> Option<Heard> {
        let me = self.me();
        let text = self.without_mention(&message.content);
        let earlier = message
            .referenced_message
            .as_ref()
            .filter(|earlier| earlier.author.id == me);
        let way = if message.guild_id.is_none() {
            Way::Direct
        } else if earlier.is_some() && !text.is_empty() {
            Way::Reply
        } else if message.mentions.iter().any(|user| user.id == me) {
            Way::Mention
        } else {
            // A message to somebody else is not for the bot, wherever it is written.
            let to_nobody = message.mentions.is_empty()
                && message.mention_roles.is_empty()
                && message.message_reference.is_none();
            let overheard = to_nobody
                && !text.is_empty()
                && self.answers_unasked_in(message.guild_id, message.channel_id);
            overheard.then_some(Way::Overheard)?
        };
        let earlier = earlier.map(|earlier| Earlier {
            id: earlier.id,
            titles: earlier
                .embeds
                .iter()
                .filter_map(|embed| embed.title.clone())
                .collect(),
            of_command: earlier.interaction_metadata.is_some(),
        });
        Some(Heard {
            id: message.id,
            channel: message.channel_id,
            guild: message.guild_id,
            asker: message.author.id,
            text,
            way,
            earlier,
        })
    }

    /// A text without mentions of the bot.
    pub(in crate::discord) fn without_mention(&self, text: &str) -> String {
        let me = self.me();
        let text = text
            .replace(&format!("<@{me}>"), " ")
            .replace(&format!("<@!{me}>"), " ");
        text.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == ':')
            .to_owned()
    }

    /// Whether a person may ask now; if so, they have.
    pub(super) fn may_ask(&self, person: UserId, guild: Option<GuildId>) -> bool {
        let may = self.memory.may_ask(person, self.cooldown(guild));
        if !may {
            debug!("somebody asks faster than the cooldown allows");
        }
        may
    }
}

/// Whole seconds; none where clocks disagree about which came first.
fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    u64::try_from(
        later
            .unix_timestamp()
            .saturating_sub(earlier.unix_timestamp()),
    )
    .unwrap_or_default()
}
