//! The queues in which events wait: kinds of work have queues of their own, so that none waits for another. What waits has begun
//! nothing: it holds no guide, no connection and no task.

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
/// How often the log tells what was dropped, at most.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// What is to be done about messages.
pub(super) enum MessageTask {
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

impl Work for Box<Interaction> {}

type Queue<W> = Arc<WorkQueue<Arc<BotContext>, W>>;

/// What is done about works of a kind.
pub(super) type Handle<W> = Handler<Arc<BotContext>, W>;

/// All queues.
pub(in crate::discord) struct Queues {
    pub(super) messages: Queue<MessageTask>,
    interactions: Queue<Box<Interaction>>,
    slow_commands: Queue<Box<Interaction>>,
    completions: Queue<Box<Interaction>>,
    /// Everything that is done about events; closed once the bot is to stop.
    tasks: TaskTracker,
    /// What the log has told of what was dropped: optional messages, and what expired.
    reported: Mutex<[u64; 2]>,
}

/// How much of what came is in progress, waits, and was dropped.
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

    /// Takes a command, a button or a menu that somebody used, and that may have to wait for the store or for files.
    pub(super) fn push_interaction(&self, interaction: Box<Interaction>, may_wait: bool) {
        if may_wait {
            self.slow_commands.push(interaction);
        } else {
            self.interactions.push(interaction);
        }
    }

    /// Takes what somebody has typed into an option. They have typed on: nobody waits for what was to be offered before.
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

    /// Takes no new event, and waits until what waits and what is in progress is done, but no longer than this.
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
