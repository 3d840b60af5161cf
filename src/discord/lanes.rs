//! Bounded work: how much is handled at once, what waits meanwhile, and what is left out when too much comes.
//!
//! Each kind of work has a lane of its own, so that none waits for another:
//!
//! | Lane | Work | At once | What waits |
//! | --- | --- | --- | --- |
//! | `messages` | questions, posts, changes of questions | [`MESSAGES`], [`OF_A_CHANNEL`] of them in a channel | questions without a bound; of what was overheard the [`UNASKED`] newest |
//! | `interactions` | commands, buttons, menus | [`INTERACTIONS`] | what is younger than [`FIRST_RESPONSE`] |
//! | `errands` | commands that wait for the store or for files | [`ERRANDS`] | the same |
//! | `completions` | what is offered while somebody types | [`COMPLETIONS`] | the same, the newest of each person |
//!
//! What waits has not begun: it holds no guide, no connection and no task.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serenity::all::ChannelId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

use super::asking::Asking;
use super::interactions::{Typing, Used};
use super::memory::Memory;
use super::messages::Said;
use super::{Bot, Shared};

/// Messages under way. Discord takes 50 requests a second of a bot: with 128 at once it is served in full even while each
/// request takes two and a half seconds. All lanes together stay below half of the 1,024 sockets that a process may usually
/// open.
const MESSAGES: usize = 128;
/// Messages under way in one channel, so that its questions are answered in order. Discord takes one a second there: more
/// would only wait.
const OF_A_CHANNEL: usize = 1;
/// Interactions under way. They have three seconds and no limit of Discord's, hence more than of messages.
const INTERACTIONS: usize = 256;
/// Commands under way that wait for the store or for files.
const ERRANDS: usize = 32;
/// Completions under way.
const COMPLETIONS: usize = 64;
/// Messages and posts that nobody addressed to the bot and that wait: about half a megabyte of usual messages, which a
/// processor searches in a tenth of a second.
const UNASKED: usize = 1_000;
/// Discord's time for the first response to an interaction.
const FIRST_RESPONSE: Duration = Duration::from_secs(3);
/// How often the log tells what was left out, at the most.
const REPORT: Duration = Duration::from_secs(10);

/// Work that can wait.
pub(super) trait Work: Sized + Send + 'static {
    /// The channel of which only [`OF_A_CHANNEL`] are under way; none where Discord has no such limit.
    fn channel(&self) -> Option<ChannelId> {
        None
    }

    /// Notes that the work begins, in the moment in which it ceases to wait.
    fn begin(&self, _: &Memory) {}

    /// Does it.
    fn run(self, bot: Bot) -> impl Future<Output = ()> + Send;
}

/// All lanes.
pub(super) struct Lanes {
    pub messages: Arc<Lane<Said>>,
    pub interactions: Arc<Lane<Used>>,
    pub errands: Arc<Lane<Used>>,
    pub completions: Arc<Lane<Typing>>,
    /// What was never begun.
    pub left_out: Arc<LeftOut>,
}

impl Default for Lanes {
    fn default() -> Self {
        let left_out = Arc::new(LeftOut::default());
        Self {
            messages: Lane::new(MESSAGES, Duration::MAX, &left_out),
            interactions: Lane::new(INTERACTIONS, FIRST_RESPONSE, &left_out),
            errands: Lane::new(ERRANDS, FIRST_RESPONSE, &left_out),
            completions: Lane::new(COMPLETIONS, FIRST_RESPONSE, &left_out),
            left_out,
        }
    }
}

impl Lanes {
    /// How much waits now.
    pub(super) fn waiting(&self) -> usize {
        self.messages.queue().len()
            + self.interactions.queue().len()
            + self.errands.queue().len()
            + self.completions.queue().len()
    }

    /// How much is being handled now.
    pub(super) fn under_way(&self) -> usize {
        self.messages.under_way()
            + self.interactions.under_way()
            + self.errands.under_way()
            + self.completions.under_way()
    }

    /// Lets go of all that waits, and logs what was left out so far.
    pub(super) fn close(&self) {
        self.messages.queue().clear();
        self.interactions.queue().clear();
        self.errands.queue().clear();
        self.completions.queue().clear();
        self.left_out.report();
    }
}

/// Work of one kind: some under way, the rest in order of its arrival.
pub(super) struct Lane<W> {
    at_once: usize,
    permits: Arc<Semaphore>,
    /// How long work is worth beginning.
    patience: Duration,
    queue: Mutex<Queue<W>>,
    left_out: Arc<LeftOut>,
}

impl<W: Work> Lane<W> {
    fn new(at_once: usize, patience: Duration, left_out: &Arc<LeftOut>) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(at_once));
        Arc::new(Self {
            at_once,
            permits,
            patience,
            queue: Mutex::default(),
            left_out: Arc::clone(left_out),
        })
    }

    fn queue(&self) -> MutexGuard<'_, Queue<W>> {
        // Nothing is done under the lock that leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn under_way(&self) -> usize {
        self.at_once - self.permits.available_permits().min(self.at_once)
    }

    /// Takes work that somebody waits for.
    pub(super) fn take(self: &Arc<Self>, bot: &Arc<Shared>, work: W) {
        let mut queue = self.queue();
        let channel = work.channel();
        queue.asked.push_back((work, Instant::now()));
        self.start(bot, &queue, channel);
    }

    /// Takes work that nobody asked for; of too much the oldest is left out.
    pub(super) fn take_unasked(self: &Arc<Self>, bot: &Arc<Shared>, work: W) {
        let mut queue = self.queue();
        let channel = work.channel();
        queue.unasked.push_back((work, Instant::now()));
        if queue.unasked.len() > UNASKED {
            queue.unasked.pop_front();
            self.left_out.count(&self.left_out.dropped);
        }
        self.start(bot, &queue, channel);
    }

    /// Changes what waits and fits; false where nothing does.
    pub(super) fn change(&self, fits: impl Fn(&W) -> bool, change: impl FnOnce(&mut W)) -> bool {
        let mut queue = self.queue();
        let Queue { asked, unasked, .. } = &mut *queue;
        let found = asked.iter_mut().chain(unasked).find(|(work, _)| fits(work));
        found.map(|(work, _)| change(work)).is_some()
    }

    /// Takes out what waits and fits; false where nothing does.
    pub(super) fn withdraw(&self, fits: impl Fn(&W) -> bool) -> bool {
        let mut queue = self.queue();
        let before = queue.len();
        queue.asked.retain(|(work, _)| !fits(work));
        queue.unasked.retain(|(work, _)| !fits(work));
        queue.len() < before
    }

    /// Begins one more task if there may be one. Where the new work has to wait for its channel none is needed: whoever is
    /// at work there takes it on.
    fn start(self: &Arc<Self>, bot: &Arc<Shared>, queue: &Queue<W>, channel: Option<ChannelId>) {
        if queue.is_free(channel)
            && let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned()
        {
            bot.tasks
                .spawn(Arc::clone(self).work(Arc::clone(bot), permit));
        }
    }

    /// Works as long as something waits.
    async fn work(self: Arc<Self>, bot: Arc<Shared>, permit: OwnedSemaphorePermit) {
        let (mut permit, mut channel) = (Some(permit), None);
        while let Some((work, since)) = self.next(&bot, channel, &mut permit) {
            channel = work.channel();
            let bot = Bot {
                shared: Arc::clone(&bot),
                guide: bot.live.guide(),
                asking: Asking::begin(since),
            };
            // A task of its own, so that one that panics ends alone; Rust has told of it by then.
            drop(tokio::spawn(work.run(bot)).await);
        }
    }

    /// What is to be done next and since when it waits, once the work in a channel is done. Where there is nothing, the permit
    /// is given back before anything new can come.
    fn next(
        &self,
        bot: &Shared,
        done: Option<ChannelId>,
        permit: &mut Option<OwnedSemaphorePermit>,
    ) -> Option<(W, Instant)> {
        let mut queue = self.queue();
        queue.release(done);
        while let Some((work, since)) = queue.pop() {
            if since.elapsed() >= self.patience {
                self.left_out.count(&self.left_out.expired);
                continue;
            }
            queue.occupy(work.channel());
            work.begin(&bot.memory);
            return Some((work, since));
        }
        drop(permit.take());
        None
    }
}

struct Queue<W> {
    asked: VecDeque<(W, Instant)>,
    unasked: VecDeque<(W, Instant)>,
    /// How much is under way in each channel.
    busy: HashMap<ChannelId, usize>,
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Self {
            asked: VecDeque::new(),
            unasked: VecDeque::new(),
            busy: HashMap::new(),
        }
    }
}

impl<W: Work> Queue<W> {
    fn len(&self) -> usize {
        self.asked.len() + self.unasked.len()
    }

    fn clear(&mut self) {
        self.asked.clear();
        self.unasked.clear();
    }

    /// The oldest whose channel is free, first of what was asked.
    fn pop(&mut self) -> Option<(W, Instant)> {
        let free = |waiting: &VecDeque<(W, Instant)>| {
            waiting
                .iter()
                .position(|(work, _)| self.is_free(work.channel()))
        };
        if let Some(place) = free(&self.asked) {
            return self.asked.remove(place);
        }
        let place = free(&self.unasked)?;
        self.unasked.remove(place)
    }

    fn is_free(&self, channel: Option<ChannelId>) -> bool {
        channel
            .and_then(|channel| self.busy.get(&channel))
            .is_none_or(|busy| *busy < OF_A_CHANNEL)
    }

    fn occupy(&mut self, channel: Option<ChannelId>) {
        if let Some(channel) = channel {
            *self.busy.entry(channel).or_default() += 1;
        }
    }

    fn release(&mut self, channel: Option<ChannelId>) {
        let Some(channel) = channel else { return };
        if let Some(busy) = self.busy.get_mut(&channel) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(&channel);
            }
        }
    }
}

/// What was never begun.
#[derive(Default)]
pub(super) struct LeftOut {
    dropped: AtomicU64,
    expired: AtomicU64,
    /// How much of both the log has told.
    told: Mutex<(u64, u64)>,
    /// Whether the log will tell of the rest soon.
    to_tell: AtomicBool,
}

impl LeftOut {
    /// Messages and posts since the start that nobody addressed to the bot.
    pub(super) fn unasked(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Interactions since the start whose time was over.
    pub(super) fn too_late(&self) -> u64 {
        self.expired.load(Ordering::Relaxed)
    }

    /// Counts one more, and sees to it that the log tells.
    fn count(self: &Arc<Self>, what: &AtomicU64) {
        what.fetch_add(1, Ordering::Relaxed);
        if !self.to_tell.swap(true, Ordering::Relaxed) {
            let left_out = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(REPORT).await;
                left_out.report();
            });
        }
    }

    fn report(&self) {
        self.to_tell.store(false, Ordering::Relaxed);
        let now = (self.unasked(), self.too_late());
        let told = std::mem::replace(
            &mut *self.told.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        );
        let (unasked, expired) = (now.0 - told.0, now.1 - told.1);
        if unasked + expired > 0 {
            warn!(
                left_out.unasked = unasked,
                left_out.too_late = expired,
                "more came at once than could be handled"
            );
        }
    }
}
