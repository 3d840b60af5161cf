//! A FIFO queue with a concurrency limit. It knows nothing about its work.

use std::collections::{HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

/// Work that can wait.
pub(super) trait Work: Send + 'static {
    /// Items with the same key are processed one at a time, in order of arrival; `None` for no such restriction.
    fn key(&self) -> Option<u64> {
        None
    }
}

/// Does the work, which arrived at that time.
pub(super) type Handler<C, W> = fn(C, W, Instant) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// How much may be in progress and how much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Items in progress.
    pub concurrency: usize,
    /// Optional items waiting; the oldest are dropped for new ones.
    pub optional: usize,
    /// How long work may wait before it is dropped.
    pub max_wait: Duration,
}

/// A queue of work that needs a context.
pub(super) struct WorkQueue<C, W> {
    limits: Limits,
    run: Handler<C, W>,
    context: C,
    /// The tasks of the items in progress.
    tasks: TaskTracker,
    state: Mutex<QueueState<W>>,
    dropped: AtomicU64,
    expired: AtomicU64,
}

struct QueueState<W> {
    required: VecDeque<(W, Instant)>,
    optional: VecDeque<(W, Instant)>,
    busy: HashSet<u64>,
    in_progress: usize,
}

impl<C: Clone + Send + Sync + 'static, W: Work> WorkQueue<C, W> {
    pub(super) fn new(
        limits: Limits,
        run: Handler<C, W>,
        context: &C,
        tasks: &TaskTracker,
    ) -> Arc<Self> {
        Arc::new(Self {
            limits,
            run,
            context: context.clone(),
            tasks: tasks.clone(),
            state: Mutex::new(QueueState {
                required: VecDeque::new(),
                optional: VecDeque::new(),
                busy: HashSet::new(),
                in_progress: 0,
            }),
            dropped: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        })
    }

    /// Adds work that is never dropped unless it waits too long.
    pub(super) fn push(self: &Arc<Self>, work: W) {
        let mut state = self.state.lock();
        state.required.push_back((work, Instant::now()));
        self.start(&mut state);
    }

    /// Adds work that may be dropped if too much is waiting; returns the work that was dropped for it.
    pub(super) fn push_optional(self: &Arc<Self>, work: W) -> Option<W> {
        let mut state = self.state.lock();
        state.optional.push_back((work, Instant::now()));
        self.start(&mut state);
        let dropped = (state.optional.len() > self.limits.optional)
            .then(|| state.optional.pop_front())
            .flatten();
        if dropped.is_some() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        dropped.map(|(work, _)| work)
    }

    /// Removes the waiting items that match.
    pub(super) fn remove_waiting(&self, matches: impl Fn(&W) -> bool) {
        let mut state = self.state.lock();
        state.required.retain(|(work, _)| !matches(work));
        state.optional.retain(|(work, _)| !matches(work));
    }

    /// Drops everything that is waiting.
    pub(super) fn clear(&self) {
        self.remove_waiting(|_| true);
    }

    /// How many items are waiting.
    pub(super) fn waiting(&self) -> usize {
        let state = self.state.lock();
        state.required.len() + state.optional.len()
    }

    /// How many items are in progress.
    pub(super) fn in_progress(&self) -> usize {
        self.state.lock().in_progress
    }

    /// How many optional items have been dropped because too many were waiting.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// How many items have been dropped because they had waited too long.
    pub(super) fn expired(&self) -> u64 {
        self.expired.load(Ordering::Relaxed)
    }

    /// Starts a worker if something can be done.
    fn start(self: &Arc<Self>, state: &mut QueueState<W>) {
        if state.in_progress < self.limits.concurrency
            && let Some(next) = self.next(state)
        {
            state.in_progress += 1;
            self.tasks.spawn(Arc::clone(self).work(next));
        }
    }

    /// Processes items one after another, as long as there is one that can be processed.
    async fn work(self: Arc<Self>, first: (W, Instant)) {
        let mut next = Some(first);
        while let Some((work, since)) = next {
            let key = work.key();
            // A panic ends only this item.
            let running = (self.run)(self.context.clone(), work, since);
            let _ = AssertUnwindSafe(running).catch_unwind().await;
            let mut state = self.state.lock();
            if let Some(key) = key {
                state.busy.remove(&key);
            }
            next = self.next(&mut state);
            if next.is_none() {
                state.in_progress -= 1;
            }
        }
    }

    /// The oldest item that can be processed now, required before optional.
    fn next(&self, state: &mut QueueState<W>) -> Option<(W, Instant)> {
        loop {
            let QueueState {
                required,
                optional,
                busy,
                ..
            } = state;
            let free = |waiting: &VecDeque<(W, Instant)>| {
                waiting
                    .iter()
                    .position(|(work, _)| work.key().is_none_or(|key| !busy.contains(&key)))
            };
            let (work, since) = match free(required) {
                Some(at) => required.remove(at)?,
                None => {
                    let at = free(optional)?;
                    optional.remove(at)?
                }
            };
            if since.elapsed() >= self.limits.max_wait {
                self.expired.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            busy.extend(work.key());
            return Some((work, since));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// A number that completes at once, or never if negative; zero panics. Numbers in the same ten share a key.
    struct Number(i64);

    impl Work for Number {
        fn key(&self) -> Option<u64> {
            Some(self.0.unsigned_abs() / 10)
        }
    }

    type Done = Arc<Mutex<Vec<i64>>>;

    const LIMITS: Limits = Limits {
        concurrency: 2,
        optional: 2,
        max_wait: Duration::MAX,
    };

    fn queue(limits: Limits, done: &Done) -> Arc<WorkQueue<Done, Number>> {
        let run: Handler<Done, Number> = |done, Number(number), _| {
            Box::pin(async move {
                match number {
                    ..0 => pending().await,
                    0 => panic!("this work has a fault"),
                    _ => done.lock().push(number),
                }
            })
        };
        WorkQueue::new(limits, run, done, &TaskTracker::new())
    }

    /// What is done of required and then of optional works, and what still waits.
    async fn done(limits: Limits, required: &[i64], optional: &[i64]) -> (Vec<i64>, usize) {
        let done = Done::default();
        let queue = queue(limits, &done);
        for number in required {
            queue.push(Number(*number));
        }
        for number in optional {
            queue.push_optional(Number(*number));
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let numbers = done.lock().clone();
        (numbers, queue.waiting())
    }

    #[tokio::test]
    async fn work_is_done_in_order_within_the_limits() {
        type QueueRow<'a> = (&'a [i64], &'a [i64], &'a [i64], usize);
        let rows: &[QueueRow<'_>] = &[
            (&[1, 2, 3], &[], &[1, 2, 3], 0),
            // An item that hangs holds up only its key.
            (&[-1, 2, 11, 12], &[], &[11, 12], 1),
            // Two that hang take all places.
            (&[-1, -11, 21], &[], &[], 1),
            // Required before optional, of which the oldest is dropped.
            (&[-1, 2], &[3, 4, 5, 11], &[11], 3),
            (&[1, 2], &[11], &[1, 11, 2], 0),
            // A panic holds up nothing.
            (&[0, 1, 2, 11], &[], &[1, 2, 11], 0),
        ];
        for (number, (required, optional, numbers, waiting)) in rows.iter().enumerate() {
            let (mut is, mut wanted) = (done(LIMITS, required, optional).await, numbers.to_vec());
            is.0.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(is, (wanted, *waiting), "row {number}");
        }
    }

    #[tokio::test]
    async fn work_that_waited_too_long_is_dropped_and_counted() {
        let limits = Limits {
            max_wait: Duration::ZERO,
            ..LIMITS
        };
        let queue = queue(limits, &Done::default());
        queue.push(Number(1));
        assert_eq!((queue.expired(), queue.waiting()), (1, 0));
    }
}
