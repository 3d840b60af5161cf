//! From events to handlers: which queue an event waits in, and what handles it.
//!
//! Kinds of work have queues of their own, so that none waits for another. What waits has begun nothing: it holds no guide, no
//! connection and no task.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::{GuildId, MessageId, UserId};
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use super::answers::TrackedQuestion;
use super::bounded::bounded;
use super::commands;
use super::context::{BotContext, EventContext};
use super::custom_id;
use super::events::{
    DiscordMessage, GatewayEvent, Interaction, InteractionKind, MessageUpdate, Ready, Role, Thread,
};
use super::guild_log::GuildLog;
use super::handlers::follow::OutdatedAnswer;
use super::handlers::forum_post::ForumPost;
use super::handlers::message::IncomingMessage;
use super::handlers::{
    autocomplete, command, component, edit, follow, forum_post, message, teaching,
};
use super::queue::{Limits, Work, WorkQueue};
use super::record;
use super::registration::Registration;
use crate::stats::Way;
use crate::store;

/// Discord's time for the first response to an interaction.
const FIRST_RESPONSE: Duration = Duration::from_secs(3);
/// Messages in progress. Discord takes 50 requests a second of a bot: with 128 at once it is served in full even while each
/// request takes two and a half seconds. All queues together stay below half of the 1,024 sockets that a process may usually
/// open. Of a channel one is in progress at a time, so that its questions are answered in order.
const MESSAGES: Limits = Limits {
    concurrency: 128,
    // Half a megabyte of usual messages, which a processor searches in a tenth of a second.
    optional: 1_000,
    max_wait: Duration::MAX,
};
/// Commands, buttons and menus in progress. They have three seconds and no rate limit, hence more than of messages.
const INTERACTIONS: Limits = Limits {
    concurrency: 256,
    optional: 0,
    max_wait: FIRST_RESPONSE,
};
/// Commands in progress that may wait for the store or for files.
const SLOW_COMMANDS: Limits = Limits {
    concurrency: 32,
    ..INTERACTIONS
};
/// Completions in progress.
const COMPLETIONS: Limits = Limits {
    concurrency: 64,
    ..INTERACTIONS
};
/// Messages and threads that were seen: as many as Discord could replay after a lost connection.
const MAX_SEEN: usize = 8_192;
/// How often the log tells what was dropped, at most.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// What is to be done about messages.
enum MessageTask {
    Answer(IncomingMessage),
    AnswerPost(ForumPost),
    FollowEdit(OutdatedAnswer),
    FollowDeletion(TrackedQuestion),
}

/// What waits stays small, so that ten thousand questions that wait take a few megabytes.
const _: () = assert!(size_of::<MessageTask>() <= 192);

impl Work for MessageTask {
    fn key(&self) -> Option<u64> {
        Some(match self {
            Self::Answer(message) => message.channel.get(),
            Self::AnswerPost(post) => post.thread.get(),
            Self::FollowEdit(outdated) => outdated.channel.get(),
            Self::FollowDeletion(question) => question.channel.get(),
        })
    }
}

/// A command, a button or a menu that somebody used.
struct InteractionTask(Box<Interaction>);

impl Work for InteractionTask {}

/// Somebody who types into an option of a command.
struct AutocompleteTask(Box<Interaction>, Option<UserId>);

impl Work for AutocompleteTask {}

type Queue<W> = Arc<WorkQueue<Arc<BotContext>, W>>;
type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Hands events on.
pub(super) struct Dispatcher {
    bot: Arc<BotContext>,
    messages: Queue<MessageTask>,
    interactions: Queue<InteractionTask>,
    slow_commands: Queue<InteractionTask>,
    completions: Queue<AutocompleteTask>,
    /// Everything that is done about events; closed once the bot is to stop.
    tasks: TaskTracker,
    seen: Mutex<LruCache<u64, ()>>,
    registration: Registration,
    guilds: GuildLog,
    /// Events of which one could not be read, and the log says so.
    unreadable: Mutex<HashSet<String>>,
    /// What the log has told of what was dropped: optional messages, and what expired.
    reported: Mutex<[u64; 2]>,
}

/// How much of what came is in progress, waits, and was dropped.
pub(super) struct Load {
    pub in_progress: usize,
    pub waiting: usize,
    pub dropped: u64,
    pub expired: u64,
}

impl Dispatcher {
    /// Hands events to handlers of a bot; `guild` is the one to which the commands are registered, if not to all.
    pub(super) fn new(bot: Arc<BotContext>, guild: Option<GuildId>) -> Self {
        Self {
            messages: WorkQueue::new(MESSAGES, run_message),
            interactions: WorkQueue::new(INTERACTIONS, run_interaction),
            slow_commands: WorkQueue::new(SLOW_COMMANDS, run_interaction),
            completions: WorkQueue::new(COMPLETIONS, run_autocomplete),
            tasks: TaskTracker::new(),
            seen: Mutex::new(bounded(MAX_SEEN)),
            registration: Registration::new(guild),
            guilds: GuildLog::default(),
            unreadable: Mutex::default(),
            reported: Mutex::default(),
            bot,
        }
    }

    /// Takes what the gateway sent. Returns at once, so that whoever reads the connection does not wait.
    pub(super) fn dispatch(&self, text: &str) {
        let event = match GatewayEvent::read(text) {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) => {
                let (event, column) = (error.name, error.column);
                if self.unreadable.lock().insert(event.clone()) {
                    warn!(event, column, "Discord sent an event that I cannot read");
                } else {
                    debug!(
                        event,
                        column, "Discord sent another event that I cannot read"
                    );
                }
                return;
            }
        };
        if let GatewayEvent::Ready(ready) = &event {
            self.note_session(ready);
        }
        if self.tasks.is_closed() {
            return;
        }
        match event {
            GatewayEvent::Ready(ready) => {
                if shard_of(&ready) == 0 {
                    let guilds = ready.guilds.iter().map(|guild| guild.id).collect();
                    self.registration
                        .start(&self.bot, ready.application.id, guilds);
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
                self.guilds.joined(&self.bot, &guild);
            }
            GatewayEvent::RoleChange(change) => self.note_roles(change.guild_id, &[change.role]),
            // A guild that is only unavailable comes back.
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

    /// Notes who the bot is, now that a shard has a session.
    fn note_session(&self, ready: &Ready) {
        let is_first = self.bot.user.set(ready.user.id).is_ok();
        info!(
            guilds = ready.guilds.len(),
            shard = shard_of(ready),
            "connected"
        );
        if is_first {
            self.guilds.connected(&self.bot, ready.application.id);
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
            self.bot.answers.wait(incoming.id, text);
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
        self.bot.answers.wait(incoming.id, text);
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
        let (bot, tasks) = (&self.bot, &self.tasks);
        let data = &interaction.data;
        let user = interaction.user_id();
        match interaction.kind() {
            Some(InteractionKind::Command) if commands::is_slow(&data.name, data.kind) => {
                let task = InteractionTask(Box::new(interaction));
                self.slow_commands.push(tasks, bot, task);
            }
            Some(InteractionKind::Form) => {
                let task = InteractionTask(Box::new(interaction));
                self.slow_commands.push(tasks, bot, task);
            }
            Some(InteractionKind::Component)
                if custom_id::may_wait(
                    &data.custom_id,
                    data.values.first().map(String::as_str),
                ) =>
            {
                let task = InteractionTask(Box::new(interaction));
                self.slow_commands.push(tasks, bot, task);
            }
            Some(InteractionKind::Command | InteractionKind::Component) => {
                let task = InteractionTask(Box::new(interaction));
                self.interactions.push(tasks, bot, task);
            }
            Some(InteractionKind::Autocomplete) => {
                // They have typed on: nobody waits for what was to be offered before.
                self.completions
                    .remove_waiting(|AutocompleteTask(_, earlier)| *earlier == user);
                let task = AutocompleteTask(Box::new(interaction), user);
                self.completions.push(tasks, bot, task);
            }
            None => {}
        }
    }

    /// Whether something is seen for the first time: Discord replays some events after a lost connection.
    fn is_new(&self, key: u64, matters: bool) -> bool {
        matters && self.seen.lock().put(key, ()).is_none()
    }

    fn push(&self, task: MessageTask) {
        self.messages.push(&self.tasks, &self.bot, task);
    }

    fn push_optional(&self, task: MessageTask) {
        let dropped = self.messages.push_optional(&self.tasks, &self.bot, task);
        if let Some(MessageTask::Answer(dropped)) = dropped {
            self.bot.answers.withdraw(dropped.id);
        }
    }

    /// How busy the bot is.
    pub(super) fn load(&self) -> Load {
        let Self {
            messages,
            interactions,
            slow_commands,
            completions,
            ..
        } = self;
        Load {
            in_progress: messages.in_progress()
                + interactions.in_progress()
                + slow_commands.in_progress()
                + completions.in_progress(),
            waiting: messages.waiting()
                + interactions.waiting()
                + slow_commands.waiting()
                + completions.waiting(),
            dropped: messages.dropped(),
            expired: interactions.expired() + slow_commands.expired() + completions.expired(),
        }
    }

    /// Whether new events are still taken.
    pub(super) fn is_open(&self) -> bool {
        !self.tasks.is_closed()
    }

    /// Logs what is dropped from time to time. Never completes.
    pub(super) async fn report_dropped(&self) -> Infallible {
        loop {
            tokio::time::sleep(REPORT_INTERVAL).await;
            self.report();
        }
    }

    fn report(&self) {
        let load = self.load();
        let now = [load.dropped, load.expired];
        let before = std::mem::replace(&mut *self.reported.lock(), now);
        let [unasked, too_late] = [now[0] - before[0], now[1] - before[1]];
        if unasked + too_late > 0 {
            warn!(
                left_out.unasked = unasked,
                left_out.too_late = too_late,
                "more came at once than could be handled"
            );
        }
    }

    /// Takes no new event, and waits until what waits and what is in progress is done, but no longer than this.
    pub(super) async fn drain(&self, timeout: Duration) {
        self.tasks.close();
        if tokio::time::timeout(timeout, self.tasks.wait())
            .await
            .is_err()
        {
            let load = self.load();
            warn!(
                replies.lost = load.waiting + load.in_progress,
                replies.not_begun = load.waiting,
                "stopped before all replies were sent"
            );
        }
        self.messages.clear();
        self.interactions.clear();
        self.slow_commands.clear();
        self.completions.clear();
        self.report();
    }
}

impl EventContext {
    /// Now that the handler of an event begins that was received then.
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

fn run_interaction(bot: Arc<BotContext>, task: InteractionTask, received: Instant) -> Running {
    Box::pin(async move {
        let (context, InteractionTask(interaction)) = (EventContext::new(bot, received), task);
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

fn run_autocomplete(bot: Arc<BotContext>, task: AutocompleteTask, received: Instant) -> Running {
    Box::pin(async move {
        let context = EventContext::new(bot, received);
        autocomplete::handle(&context, &task.0).await;
    })
}

fn shard_of(ready: &Ready) -> u32 {
    ready.shard.map_or(0, |(number, _)| number)
}
