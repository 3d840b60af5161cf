//! From events to handlers: which queue an event waits in, and what handles it.

mod queues;

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::{GuildId, MessageId};
use tracing::{debug, info, warn};

use super::bounded::bounded;
use super::commands;
use super::context::{BotContext, EventContext};
use super::custom_id;
use super::events::{
    DiscordMessage, GatewayEvent, Interaction, InteractionKind, MessageUpdate, Ready, Role, Thread,
};
use super::guild_log::GuildLog;
use super::handlers::{
    autocomplete, command, component, edit, follow, forum_post, message, teaching,
};
use super::record;
use super::registration::Registration;
use crate::stats::Way;
use crate::store;
use queues::{MessageTask, Queues};

/// How many seen messages and threads are remembered: as many as Discord could replay after a lost connection.
const MAX_SEEN: usize = 8_192;
type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Dispatches events to handlers.
pub(super) struct Dispatcher {
    bot: Arc<BotContext>,
    pub queues: Queues,
    seen: Mutex<LruCache<u64, ()>>,
    registration: Registration,
    guilds: GuildLog,
    /// Kinds of events that could not be read and have been logged.
    unreadable: Mutex<HashSet<String>>,
}

impl Dispatcher {
    /// Hands events to handlers of a bot; `guild` is the one to which the commands are registered, if not to all.
    pub(super) fn new(bot: Arc<BotContext>, guild: Option<GuildId>) -> Self {
        Self {
            queues: Queues::new(&bot, run_message, run_interaction, run_autocomplete),
            seen: Mutex::new(bounded(MAX_SEEN)),
            registration: Registration::new(guild),
            guilds: GuildLog::default(),
            unreadable: Mutex::default(),
            bot,
        }
    }

    /// Takes an event from the gateway. Returns at once, so that the connection's reader does not wait.
    pub(super) fn dispatch(&self, name: &str, data: &str) {
        let event = match GatewayEvent::read(name, data) {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) => return self.note_unreadable(name, error.column()),
        };
        if let GatewayEvent::Ready(ready) = &event {
            self.note_session(ready);
        }
        if !self.queues.is_open() {
            return;
        }
        match event {
            GatewayEvent::Ready(ready) => {
                let application = ready.application.id;
                self.registration.start_cleaning(&self.bot, application);
                if shard_of(&ready) == 0 {
                    self.registration.start(&self.bot, application);
                }
            }
            GatewayEvent::MessageCreate(message) => self.message_created(&message),
            GatewayEvent::MessageUpdate(update) => self.message_updated(&update),
            GatewayEvent::MessageDelete(deleted) => self.message_deleted(deleted.id),
            GatewayEvent::MessageDeleteBulk(deleted) => {
                deleted
                    .ids
                    .into_iter()
                    .for_each(|id| self.message_deleted(id));
            }
            GatewayEvent::ThreadCreate(thread) => self.thread_created(thread),
            GatewayEvent::GuildCreate(guild) => {
                self.note_roles(guild.id, &guild.roles);
                self.bot.configured.note(&self.bot, &guild);
                if self.guilds.is_new(guild.id) {
                    self.guilds.joined(&self.bot, &guild);
                    self.registration.joined(guild.id);
                }
            }
            GatewayEvent::RoleChange(change) => self.note_roles(change.guild_id, &[change.role]),
            // A guild that is merely unavailable comes back.
            GatewayEvent::GuildDelete(guild) if guild.unavailable => {}
            GatewayEvent::GuildDelete(guild) => {
                self.bot.roles.remove(guild.id);
                self.bot.overlays.remove(guild.id);
                let guild = guild.id.get();
                self.bot.store.record(store::Event::GuildGone { guild });
            }
            GatewayEvent::Interaction(interaction) => self.interaction_created(interaction),
        }
    }

    /// Logs that an event could not be read, and where. The error's own message may repeat what someone wrote.
    fn note_unreadable(&self, event: &str, column: usize) {
        if self.unreadable.lock().insert(event.to_owned()) {
            warn!(event, column, "Discord sent an event that I cannot read");
        } else {
            debug!(
                event,
                column, "Discord sent another event that I cannot read"
            );
        }
    }

    /// Records who the bot is and where, now that a shard has a session. A new session lists all guilds of its shard, also those that
    /// are unavailable; a resumed one lists none, and begins without this event.
    fn note_session(&self, ready: &Ready) {
        let is_first = self.bot.user.set(ready.user.id).is_ok();
        info!(
            guilds = ready.guild_ids().count(),
            shard = shard_of(ready),
            "connected"
        );
        if is_first {
            self.guilds.connected(&self.bot, ready.application.id);
        }
        // What cannot be read is not taken for an empty list.
        if let (Some(shard), Some(_)) = (ready.shard, &ready.guilds) {
            let guilds = ready.guild_ids().map(GuildId::get).collect();
            self.bot
                .store
                .record(store::Event::SessionBegan { shard, guilds });
        }
    }

    fn note_roles(&self, guild: GuildId, roles: &[Role]) {
        if let Some(me) = self.bot.user.get() {
            self.bot.roles.note(guild, roles, *me);
        }
    }

    fn message_updated(&self, update: &MessageUpdate) {
        if let Some(outdated) = edit::edited(&self.bot, update) {
            self.push(MessageTask::FollowEdit(outdated));
        } else if let Some((incoming, text)) = edit::now_addressed(&self.bot, update) {
            self.bot.answers.wait(incoming.id, incoming.channel, text);
            self.push(MessageTask::Answer(incoming));
        }
    }

    fn message_created(&self, message: &DiscordMessage) {
        if self.bot.user.get() == Some(&message.author.id) {
            self.bot.rest.other_process.look_at(message.mark());
        }
        edit::note_copy(&self.bot, message);
        if !self.is_new(message.id.get(), message.is_by_a_person()) {
            return;
        }
        let Some((incoming, text)) = message::classify(&self.bot, message) else {
            return;
        };
        self.bot.answers.wait(incoming.id, incoming.channel, text);
        if incoming.way == Way::Overheard {
            self.push_optional(MessageTask::Answer(incoming));
        } else {
            self.push(MessageTask::Answer(incoming));
        }
    }

    fn message_deleted(&self, id: MessageId) {
        if let Some(question) = edit::deleted(&self.bot, id) {
            self.push(MessageTask::FollowDeletion(question));
        }
    }

    fn thread_created(&self, thread: Thread) {
        // A post has the id of its first message, hence the other half of the numbers.
        let key = !thread.id.get();
        if let Some(post) = forum_post::classify(&self.bot, thread)
            && self.is_new(key, true)
        {
            self.push_optional(MessageTask::AnswerPost(post));
        }
    }

    fn interaction_created(&self, interaction: Interaction) {
        let data = &interaction.data;
        let may_wait = match interaction.kind() {
            Some(InteractionKind::Command) => commands::is_slow(&data.name, data.kind),
            Some(InteractionKind::Component) => {
                custom_id::may_wait(&data.custom_id, data.values.first().map(String::as_str))
            }
            Some(InteractionKind::Form) => true,
            Some(InteractionKind::Autocomplete) => {
                return self.queues.push_completion(Box::new(interaction));
            }
            None => return,
        };
        self.queues
            .push_interaction(Box::new(interaction), may_wait);
    }

    /// Whether an event is seen for the first time: Discord replays some events after a lost connection.
    fn is_new(&self, key: u64, matters: bool) -> bool {
        matters && self.seen.lock().put(key, ()).is_none()
    }

    fn push(&self, task: MessageTask) {
        self.queues.messages.push(task);
    }

    fn push_optional(&self, task: MessageTask) {
        if let Some(MessageTask::Answer(dropped)) = self.queues.messages.push_optional(task) {
            self.bot.answers.withdraw(dropped.id);
        }
    }
}

impl EventContext {
    /// A context for the handler of an event, which was received at that time.
    fn new(bot: Arc<BotContext>, received: Instant) -> Self {
        Self {
            guide: bot.live.guide(),
            bot,
            received,
        }
    }
}

fn run_message(bot: Arc<BotContext>, task: MessageTask, received: Instant) -> Running {
    Box::pin(async move {
        let context = EventContext::new(bot, received);
        let record = match task {
            MessageTask::Answer(incoming) => message::handle(&context, incoming).await,
            MessageTask::AnswerPost(post) => forum_post::handle(&context, post).await,
            MessageTask::FollowEdit(outdated) => {
                follow::handle_edit(&context, outdated).await;
                None
            }
            MessageTask::FollowDeletion(question) => {
                follow::handle_deletion(&context, question).await;
                None
            }
        };
        if let Some(record) = record {
            record::question(&context, record);
        }
    })
}

fn run_interaction(
    bot: Arc<BotContext>,
    interaction: Box<Interaction>,
    received: Instant,
) -> Running {
    Box::pin(async move {
        let context = EventContext::new(bot, received);
        let record = match interaction.kind() {
            Some(InteractionKind::Component) => component::handle(&context, &interaction).await,
            Some(InteractionKind::Form) => {
                teaching::submit(&context, &interaction).await;
                None
            }
            _ => command::handle(&context, &interaction).await,
        };
        if let Some(record) = record {
            record::question(&context, record);
        }
    })
}

fn run_autocomplete(bot: Arc<BotContext>, typing: Box<Interaction>, received: Instant) -> Running {
    Box::pin(async move {
        let context = EventContext::new(bot, received);
        autocomplete::handle(&context, &typing).await;
    })
}

fn shard_of(ready: &Ready) -> u32 {
    ready.shard.map_or(0, |(number, _)| number)
}
