//! How many sessions Discord lets the bot begin: in a row, and in a day. Whoever begins more loses the token.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tracing::{info, warn};
use twilight_gateway::queue::{IDENTIFY_DELAY, InMemoryQueue};

use crate::discord::rest::{Rest, RestError, SessionStartLimit};

/// How long what Discord said is taken for true: other processes of the same bot use the same budget.
const FRESH: Duration = Duration::from_secs(60);
/// How many sessions of the day are left alone, for what other processes began since Discord was asked.
const RESERVE: u32 = 10;
/// How much later than Discord said a session is begun after the budget was spent, at the most.
const JITTER: Duration = Duration::from_secs(60);

/// The share of a day's sessions that may be begun as soon as each is wanted: enough to start many shards, and for a bad hour.
/// The rest is spread over what is left of the day.
const AT_WILL: f64 = 0.5;

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
    /// How many there are in a day.
    total: u32,
    asked: Instant,
    reset: Duration,
    /// When this process began its latest.
    begun: Option<Instant>,
}

impl Left {
    fn of(limit: &SessionStartLimit) -> Self {
        let reset = Duration::from_millis(limit.reset_after);
        Self {
            sessions: limit.remaining,
            total: limit.total.max(limit.remaining),
            asked: Instant::now(),
            reset,
            begun: None,
        }
    }

    /// How long after the latest session the next may be begun.
    fn spacing(&self) -> Duration {
        spacing(
            self.sessions,
            self.total,
            self.reset.saturating_sub(self.asked.elapsed()),
        )
    }
}

/// How far apart sessions are begun while so many of a day's are left for so long.
fn spacing(left: u32, total: u32, until_reset: Duration) -> Duration {
    if f64::from(left) >= AT_WILL * f64::from(total) {
        return Duration::ZERO;
    }
    until_reset / left.saturating_sub(RESERVE).max(1)
}

impl Budget {
    /// What Discord said just now.
    pub(super) fn new(limit: SessionStartLimit) -> Self {
        let at_once = limit.max_concurrency.max(1);
        let left = Left::of(&limit);
        let queue = InMemoryQueue::new(at_once, left.sessions, left.reset, left.total);
        Self {
            queue,
            at_once,
            left: Mutex::new(left),
        }
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
                // Never nothing, or Discord would be asked as fast as it answers.
                let wait = left
                    .reset
                    .saturating_sub(left.asked.elapsed())
                    .max(Duration::from_secs(1));
                if !told {
                    let minutes = wait.as_secs() / 60;
                    warn!(
                        minutes,
                        "the bot has begun nearly all the sessions that Discord allows in a day; waiting until it may again"
                    );
                    told = true;
                }
                tokio::time::sleep(wait + JITTER.min(wait).mul_f64(fastrand::f64())).await;
            }
            let limit = rest.gateway().await?.session_start_limit;
            *left = Left {
                begun: left.begun,
                ..Left::of(&limit)
            };
            self.queue
                .update(self.at_once, left.sessions, left.reset, left.total);
        }
        if told {
            info!("Discord lets the bot begin sessions again");
        }
        if let Some(begun) = left.begun {
            tokio::time::sleep(left.spacing().saturating_sub(begun.elapsed())).await;
        }
        left.begun = Some(Instant::now());
        left.sessions -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_end_at_once_for_a_day_stay_within_the_budget_of_a_day() {
        const DAY: Duration = Duration::from_secs(86_400);
        // The shortest wait between two sessions that `pauses` can come to, and none at all.
        for pause in [Duration::from_millis(2_500), Duration::ZERO] {
            let (mut left, mut passed) = (1_000, Duration::ZERO);
            while passed < DAY {
                assert!(left > RESERVE, "spent after {passed:?}");
                left -= 1;
                passed += pause.max(spacing(left, 1_000, DAY.saturating_sub(passed)));
            }
        }
    }
}
