//! How many sessions Discord lets the bot start: in a row, and in a day. A bot that starts more loses its token.
//!
//! The library's queue spaces them. This makes sure that none is started when few are left for the day, according to Discord:
//! other processes of the same bot use the same budget.

use tokio::sync::Mutex;
use tokio::time::{Duration, Instant};
use tracing::{info, warn};
use twilight_gateway_queue::{IDENTIFY_DELAY, InMemoryQueue};

use crate::discord::rest::{Rest, RestError, SessionStartLimit};

/// For how long what Discord said counts.
const FRESH: Duration = Duration::from_secs(60);
/// How many of a day's sessions are kept in reserve, in case other processes have started some since Discord was asked.
pub(super) const RESERVE: u32 = 10;
/// How much later than Discord said a session is started after the budget was spent, at most.
const MAX_JITTER: Duration = Duration::from_secs(60);

/// The budget, shared by the shards of this process.
#[derive(Debug)]
pub(super) struct SessionStarts {
    queue: InMemoryQueue,
    max_concurrency: u16,
    /// Held while Discord is asked and while the budget is used up, so that all shards wait for one answer.
    budget: Mutex<Budget>,
}

/// What Discord said.
#[derive(Debug)]
struct Budget {
    remaining: u32,
    asked: Instant,
    reset_after: Duration,
}

impl Budget {
    fn new(limit: &SessionStartLimit) -> Self {
        Self {
            remaining: limit.remaining,
            asked: Instant::now(),
            reset_after: Duration::from_millis(limit.reset_after),
        }
    }
}

impl SessionStarts {
    /// What Discord said just now.
    pub(super) fn new(limit: &SessionStartLimit) -> Self {
        let max_concurrency = limit.max_concurrency.max(1);
        let budget = Budget::new(limit);
        let total = limit.total.max(limit.remaining);
        let queue = InMemoryQueue::new(max_concurrency, limit.remaining, budget.reset_after, total);
        Self {
            queue,
            max_concurrency,
            budget: Mutex::new(budget),
        }
    }

    /// Where shards wait for their turn to start a session.
    pub(super) fn queue(&self) -> InMemoryQueue {
        self.queue.clone()
    }

    /// How long the last of this many shards waits for its turn.
    pub(super) fn longest_turn(&self, shards: usize) -> Duration {
        let rounds = shards.div_ceil(usize::from(self.max_concurrency));
        IDENTIFY_DELAY * u32::try_from(rounds).unwrap_or(u32::MAX)
    }

    /// Waits until the budget of the day allows one more session.
    ///
    /// # Errors
    /// If Discord cannot be asked or refuses to answer.
    pub(super) async fn wait(&self, rest: &Rest) -> Result<(), RestError> {
        let mut budget = self.budget.lock().await;
        let mut warned = false;
        while budget.remaining <= RESERVE || budget.asked.elapsed() > FRESH {
            if budget.remaining <= RESERVE {
                // Never zero, or Discord would be asked as fast as it answers.
                let delay = budget
                    .reset_after
                    .saturating_sub(budget.asked.elapsed())
                    .max(Duration::from_secs(1));
                if !warned {
                    let minutes = delay.as_secs() / 60;
                    warn!(
                        minutes,
                        "the bot has started nearly all the sessions that Discord allows in a day; waiting until more are allowed"
                    );
                    warned = true;
                }
                let jitter = MAX_JITTER.min(delay).mul_f64(fastrand::f64());
                tokio::time::sleep(delay + jitter).await;
            }
            let limit = rest.gateway().await?.session_start_limit;
            *budget = Budget::new(&limit);
            let total = limit.total.max(limit.remaining);
            self.queue.update(
                self.max_concurrency,
                limit.remaining,
                budget.reset_after,
                total,
            );
        }
        if warned {
            info!("Discord lets the bot start sessions again");
        }
        Ok(())
    }
}
