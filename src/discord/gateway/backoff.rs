//! How long to wait before the next connection: longer each time, randomised, and bounded.

use std::time::Duration;

/// The delay before the third attempt in a row; the second is made at once, because most connections are lost for a moment.
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// The longest delay when no session is used up: the bot is back at most this long after an outage ends.
const LONGEST_DELAY: Duration = Duration::from_secs(15);
/// The delay before a session is started after another one was. Discord asks for one to five seconds.
const FIRST_SESSION_DELAY: Duration = Duration::from_secs(5);
/// The longest delay between two sessions. A day of it takes fewer sessions than Discord allows.
const LONGEST_SESSION_DELAY: Duration = Duration::from_secs(180);
/// A connection that lasted this long was good, so the next is made at once. Even if every one ends after that time,
/// one a second costs little.
const GOOD_CONNECTION: Duration = Duration::from_secs(1);
/// A session that lasted this long was good, so the next is started as soon as Discord allows.
const GOOD_SESSION: Duration = Duration::from_secs(10);
/// The smallest fraction of a delay that jitter leaves.
const MIN_SHARE: f64 = 0.5;

/// Tracks recent failures, and decides how long to wait.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// Connections, and attempts at them, that were lost in a row.
    lost: u32,
    /// Sessions started lately.
    sessions: u32,
    /// Whether Discord answered on the last connection.
    answered: bool,
}

impl Backoff {
    /// Records the end of a connection: how long it had a session, if any, whether Discord answered, and whether a session
    /// was started on it.
    pub(super) fn disconnected(
        &mut self,
        lasted: Option<Duration>,
        answered: bool,
        session_started: bool,
    ) {
        // Whatever stopped Discord from answering is over.
        let is_back = answered && !self.answered;
        self.answered = answered;
        self.sessions = self.sessions.saturating_add(u32::from(session_started));
        if is_back || lasted.is_some_and(|lasted| lasted >= GOOD_CONNECTION) {
            self.lost = 0;
        }
        if lasted.is_some_and(|lasted| lasted >= GOOD_SESSION) {
            self.sessions = 1;
        }
        self.lost = self.lost.saturating_add(1);
    }

    /// How many connections were lost in a row.
    pub(super) fn in_a_row(&self) -> u32 {
        self.lost
    }

    /// How long to wait now; zero before the first connection. `resumes` says whether there is a session to resume.
    pub(super) fn delay(&self, resumes: bool) -> Duration {
        let share = MIN_SHARE + (1.0 - MIN_SHARE) * fastrand::f64();
        self.without_jitter(resumes).mul_f64(share)
    }

    fn without_jitter(&self, resumes: bool) -> Duration {
        let delay = doubled(FIRST_DELAY, self.lost.saturating_sub(1), LONGEST_DELAY);
        if resumes {
            return delay;
        }
        delay.max(doubled(
            FIRST_SESSION_DELAY,
            self.sessions,
            LONGEST_SESSION_DELAY,
        ))
    }
}

/// Zero at first, then `first`, then twice as much each time, up to `longest`.
fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    let Some(doublings) = times.checked_sub(1) else {
        return Duration::ZERO;
    };
    2_u32
        .checked_pow(doublings)
        .and_then(|factor| first.checked_mul(factor))
        .map_or(longest, |delay| delay.min(longest))
}

#[cfg(test)]
mod tests {
    use super::super::session_starts::RESERVE;
    use super::*;

    /// The delays of a day on which every connection ends at once, in seconds.
    fn bad_day(resumes: bool, share: f64) -> Vec<f64> {
        let (mut backoff, mut delays, mut passed) = (Backoff::default(), Vec::new(), 0.0);
        while passed < 86_400.0 {
            backoff.disconnected(Some(Duration::ZERO), true, !resumes);
            delays.push(backoff.without_jitter(resumes).as_secs_f64() * share);
            passed += delays.last().unwrap();
        }
        delays
    }

    #[test]
    fn the_first_delay_is_short_and_delays_grow_up_to_a_limit() {
        assert_eq!(Backoff::default().without_jitter(false), Duration::ZERO);
        assert_eq!(
            bad_day(true, 1.0)[..9],
            [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
        );
        assert_eq!(
            bad_day(false, 1.0)[..8],
            [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 180.0, 180.0]
        );
    }

    #[test]
    fn sessions_that_end_at_once_for_a_day_stay_within_the_budget_of_a_day() {
        let sessions = bad_day(false, MIN_SHARE).len();
        assert!(sessions < 1_000 - RESERVE as usize, "{sessions}");
    }

    #[test]
    fn after_a_good_connection_the_next_is_made_at_once_and_a_new_session_soon() {
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            backoff.disconnected(None, true, true);
        }
        backoff.disconnected(Some(GOOD_SESSION), true, false);
        assert_eq!(backoff.without_jitter(true), Duration::ZERO);
        assert_eq!(backoff.without_jitter(false), FIRST_SESSION_DELAY);
    }

    #[test]
    fn connections_lost_every_few_seconds_are_replaced_at_once() {
        let mut backoff = Backoff::default();
        (0..20).for_each(|_| backoff.disconnected(Some(GOOD_CONNECTION), true, false));
        assert_eq!(backoff.without_jitter(true), Duration::ZERO);
    }

    #[test]
    fn after_a_long_outage_neither_a_resume_nor_a_new_session_waits_long() {
        let mut backoff = Backoff::default();
        backoff.disconnected(Some(GOOD_SESSION), true, true);
        (0..20).for_each(|_| backoff.disconnected(None, false, false));
        assert_eq!(backoff.without_jitter(true), LONGEST_DELAY);
        backoff.disconnected(None, true, false);
        assert_eq!(backoff.without_jitter(true), Duration::ZERO);
        assert_eq!(backoff.without_jitter(false), FIRST_SESSION_DELAY);
    }

    #[test]
    fn no_two_delays_are_the_same_and_none_is_shorter_than_half() {
        let mut backoff = Backoff::default();
        (0..20).for_each(|_| backoff.disconnected(None, false, false));
        let delays: Vec<Duration> = (0..10).map(|_| backoff.delay(true)).collect();
        let bounds = LONGEST_DELAY / 2..=LONGEST_DELAY;
        assert!(
            delays.iter().all(|delay| bounds.contains(delay)),
            "{delays:?}"
        );
        assert!(delays.iter().any(|delay| delay != &delays[0]), "{delays:?}");
    }
}
