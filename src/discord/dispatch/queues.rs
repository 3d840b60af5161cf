//! The queues in which events wait: each kind of work has its own queue, so that none waits for another. Waiting work has not
//! begun: it holds no guide, no connection and no task.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::discord::answers::TrackedQuestion;
use crate::discord::context::BotContext;
use crate::discord::events::Interaction;
use crate::discord::handlers::follow::OutdatedAnswer;
use crate::discord::handlers::forum_post::ForumPost;
use crate::discord::handlers::message::IncomingMessage;
use crate::discord::queue::{Handler, Limits, Work, WorkQueue};

/// How long Discord allows for the first response to an interaction.
const FIRST_RESPONSE: Duration = Duration::from_secs(3);
/// Messages in progress. Discord accepts 50 requests a second from a bot: with 128 at once, that rate is reached even if each
/// request takes two and a half seconds. All queues together stay below half of the 1,024 sockets that a process can usually
/// open. In each channel, one is in progress at a time, so that its questions are answered in order.
const MESSAGES: Limits = Limits {
    concurrency: 128,
    // Half a megabyte of typical messages, which can be searched in a tenth of a second.
    optional: 1_000,
    max_wait: Duration::MAX,
};
/// Commands, buttons and menus in progress. They have three seconds and no rate limit, so there are more than messages.
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
/// The minimum time between two log lines about dropped work.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// Work on a message.
pub(super) enum MessageTask {
    Answer(IncomingMessage),
    AnswerPost(ForumPost),
    FollowEdit(OutdatedAnswer),
    FollowDeletion(TrackedQuestion),
}

/// Kept small, so that ten thousand waiting questions take only a few megabytes.
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

impl Work for Box<Interaction> {}

type Queue<W> = Arc<WorkQueue<Arc<BotContext>, W>>;

/// How a kind of work is done.
pub(super) type Handle<W> = Handler<Arc<BotContext>, W>;

/// All queues.
pub(in crate::discord) struct Queues {
    pub(super) messages: Queue<MessageTask>,
    interactions: Queue<Box<Interaction>>,
    slow_commands: Queue<Box<Interaction>>,
    completions: Queue<Box<Interaction>>,
    /// All work on events; closed when the bot is to stop.
    tasks: TaskTracker,
    /// How much dropped work has been logged: optional messages, and expired interactions.
    reported: Mutex<[u64; 2]>,
}

/// How much work is in progress, waiting, and dropped.
pub(in crate::discord) struct Load {
    pub in_progress: usize,
    pub waiting: usize,
    pub dropped: u64,
    pub expired: u64,
}

impl Queues {
    pub(super) fn new(
        bot: &Arc<BotContext>,
        message: Handle<MessageTask>,
        interaction: Handle<Box<Interaction>>,
        completion: Handle<Box<Interaction>>,
    ) -> Self {
        let tasks = TaskTracker::new();
        Self {
            messages: WorkQueue::new(MESSAGES, message, bot, &tasks),
            interactions: WorkQueue::new(INTERACTIONS, interaction, bot, &tasks),
            slow_commands: WorkQueue::new(SLOW_COMMANDS, interaction, bot, &tasks),
            completions: WorkQueue::new(COMPLETIONS, completion, bot, &tasks),
            reported: Mutex::default(),
            tasks,
        }
    }

    /// Adds a command, a button or a menu that someone used and that may have to wait for the store or for files.
    pub(super) fn push_interaction(&self, interaction: Box<Interaction>, may_wait: bool) {
        if may_wait {
            self.slow_commands.push(interaction);
        } else {
            self.interactions.push(interaction);
        }
    }

    /// Adds what someone has typed into an option. They have typed on, so nobody is waiting for the earlier suggestions.
    pub(super) fn push_completion(&self, typing: Box<Interaction>) {
        let user = typing.user_id();
        self.completions
            .remove_waiting(|earlier| earlier.user_id() == user);
        self.completions.push(typing);
    }

    /// How busy the bot is.
    pub(in crate::discord) fn load(&self) -> Load {
        let interactions = [&self.interactions, &self.slow_commands, &self.completions];
        let messages = Load {
            in_progress: self.messages.in_progress(),
            waiting: self.messages.waiting(),
            dropped: self.messages.dropped(),
            expired: 0,
        };
        interactions.into_iter().fold(messages, |load, queue| Load {
            in_progress: load.in_progress + queue.in_progress(),
            waiting: load.waiting + queue.waiting(),
            dropped: load.dropped,
            expired: load.expired + queue.expired(),
        })
    }

    /// Whether new events are still taken.
    pub(in crate::discord) fn is_open(&self) -> bool {
        !self.tasks.is_closed()
    }

    /// Logs what is dropped from time to time. Never completes.
    pub(in crate::discord) async fn report_dropped(&self) -> Infallible {
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

    /// Stops taking events, and waits until all waiting and running work is done, but no longer than this.
    pub(in crate::discord) async fn drain(&self, timeout: Duration) {
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
        for queue in [&self.interactions, &self.slow_commands, &self.completions] {
            queue.clear();
        }
        self.report();
    }
}
