//! How many sessions Discord lets the bot begin: in a row, and in a day. Whoever begins more loses the token.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tracing::{info, warn};
use twilight_gateway::queue::{IDENTIFY_DELAY, InMemoryQueue};

use super::pauses::random;
use crate::discord::rest::{Rest, RestError, SessionStartLimit};

/// How long what Discord said is taken for true: other processes of the same bot use the same budget.
const FRESH: Duration = Duration::from_secs(60);
/// How many sessions of the day are left alone, for what other processes began since Discord was asked.
const RESERVE: u32 = 10;
/// How much later than Discord said a session is begun after the budget was spent, at the most.
const JITTER: Duration = Duration::from_secs(60);

/// The budget, shared by the shards of this process.
#[derive(Debug)]
pub(super) struct Budget {
    queue: InMemoryQueue,
    /// How many sessions may be begun at once.
    at_once: u16,
    /// Held while Discord is asked and while the budget is spent, so that all shards wait for one answer.
    left: Mutex<Left>,
}

#[derive(Debug)]
struct Left {
    sessions: u32,
    asked: Instant,
    reset: Duration,
}

impl Left {
    fn of(limit: &SessionStartLimit) -> Self {
        Self { sessions: limit.remaining, asked: Instant::now(), reset: Duration::from_millis(limit.reset_after) }
    }
}

impl Budget {
    /// What Discord said just now.
    pub(super) fn new(limit: SessionStartLimit) -> Self {
        let at_once = limit.max_concurrency.max(1);
        let total = limit.total.max(limit.remaining);
        let queue = InMemoryQueue::new(at_once, limit.remaining, Duration::from_millis(limit.reset_after), total);
        Self { queue, at_once, left: Mutex::new(Left::of(&limit)) }
    }

    /// Where shards wait for their turn to begin a session: so many at once, each five seconds.
    pub(super) fn queue(&self) -> InMemoryQueue {
        self.queue.clone()
    }

    /// How long the last of so many shards waits for its turn.
    pub(super) fn longest_turn(&self, shards: usize) -> Duration {
        let rounds = shards.div_ceil(usize::from(self.at_once));
        IDENTIFY_DELAY * u32::try_from(rounds).unwrap_or(u32::MAX)
    }

    /// Waits until the budget of the day allows one more session, and takes it.
    ///
    /// # Errors
    /// Where Discord cannot be asked or refuses to answer.
    pub(super) async fn take(&self, rest: &Rest) -> Result<(), RestError> {
        let mut left = self.left.lock().await;
        let mut told = false;
        while left.sessions <= RESERVE || left.asked.elapsed() > FRESH {
            if left.sessions <= RESERVE {
                let wait = left.reset.saturating_sub(left.asked.elapsed());
                if !told {
                    let minutes = wait.as_secs() / 60;
                    warn!(minutes, "the bot has begun nearly all the sessions that Discord allows in a day; waiting until it may again");
                    told = true;
                }
                tokio::time::sleep(wait + JITTER.min(wait).mul_f64(random())).await;
            }
            let limit = rest.gateway().await?.session_start_limit;
            *left = Left::of(&limit);
            let total = limit.total.max(limit.remaining);
            self.queue.update(self.at_once, limit.remaining, left.reset, total);
        }
        if told {
            info!("Discord lets the bot begin sessions again");
        }
        left.sessions -= 1;
        Ok(())
    }
}
