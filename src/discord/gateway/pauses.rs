//! How long to wait before the next connection: longer each time, never the same, never for ever.

use std::time::Duration;

/// The wait before the third attempt in a row; the second is made at once, because most connections are lost for a moment.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest wait while nothing is spent: so long after the end of an outage the bot is back at the latest.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The wait before a session is begun after another one was. Discord asks for one to five seconds.
const FIRST_SESSION_PAUSE: Duration = Duration::from_secs(5);
/// The longest wait between two sessions by itself. The sessions of a day are kept by `budget`, which spreads them once half
/// of them are begun.
const LONGEST_SESSION_PAUSE: Duration = Duration::from_secs(60);
/// A connection that lasted so long was a good one: the next is made at once. Even if each ends after that time for ever, one
/// a second costs little.
const GOOD: Duration = Duration::from_secs(1);
/// A session that lasted so long was a good one: the next is begun as soon as Discord likes it.
const GOOD_SESSION: Duration = Duration::from_secs(10);
/// The shortest that a wait can get by jitter, as a share of what it would be without.
const LEAST_SHARE: f64 = 0.5;

/// What has gone wrong lately, and so how long to wait.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// Connections, and attempts at them, that were lost in a row.
    lost: u32,
    /// Sessions begun lately.
    sessions: u32,
    /// Whether Discord answered on the last connection.
    answered: bool,
}

impl Pauses {
    /// Notes the end of a connection: how long it had a session, if it had, whether Discord answered, and whether a session was
    /// begun on it.
    pub(super) fn lost(&mut self, lasted: Option<Duration>, answered: bool, session_begun: bool) {
        self.answered = answered;
        self.sessions = self.sessions.saturating_add(u32::from(session_begun));
        if lasted.is_some_and(|lasted| lasted >= GOOD) {
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

    /// How long to wait now; nothing before the first connection. `resumes` tells whether there is a session to go on with.
    pub(super) fn next(&self, resumes: bool) -> Duration {
        let share = LEAST_SHARE + (1.0 - LEAST_SHARE) * fastrand::f64();
        self.plain(resumes).mul_f64(share)
    }

    /// The wait without jitter.
    fn plain(&self, resumes: bool) -> Duration {
        let pause = grown(FIRST_PAUSE, self.lost.saturating_sub(1), LONGEST_PAUSE);
        if resumes {
            return pause;
        }
        let session_pause = grown(FIRST_SESSION_PAUSE, self.sessions, LONGEST_SESSION_PAUSE);
        // Whoever is told that the session is over has reached Discord: what it took to get there is over too.
        if self.answered {
            session_pause
        } else {
            pause.max(session_pause)
        }
    }
}

/// Nothing at first, then `first`, then twice as much each time, up to `longest`.
fn grown(first: Duration, times: u32, longest: Duration) -> Duration {
    let Some(doublings) = times.checked_sub(1) else {
        return Duration::ZERO;
    };
    2_u32
        .checked_pow(doublings)
        .and_then(|factor| first.checked_mul(factor))
        .map_or(longest, |pause| pause.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits of a day on which every connection ends at once, in seconds, without jitter.
    fn bad_day(resumes: bool) -> Vec<f64> {
        let (mut pauses, mut waits, mut passed) = (Pauses::default(), Vec::new(), 0.0);
        while passed < 86_400.0 {
            pauses.lost(Some(Duration::ZERO), true, !resumes);
            waits.push(pauses.plain(resumes).as_secs_f64());
            passed += waits.last().unwrap();
        }
        waits
    }

    #[test]
    fn the_first_wait_is_short_and_each_is_longer_up_to_a_bound() {
        assert_eq!(Pauses::default().plain(false), Duration::ZERO);
        assert_eq!(
            bad_day(true)[..10],
            [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
        );
        assert_eq!(
            bad_day(false)[..8],
            [5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0, 60.0]
        );
    }

    #[test]
    fn after_a_good_connection_the_next_is_made_at_once_and_a_new_session_soon() {
        let mut pauses = Pauses::default();
        for _ in 0..20 {
            pauses.lost(None, true, true);
        }
        pauses.lost(Some(GOOD_SESSION), true, false);
        assert_eq!(pauses.plain(true), Duration::ZERO);
        assert_eq!(pauses.plain(false), FIRST_SESSION_PAUSE);
    }

    #[test]
    fn connections_that_are_lost_every_few_seconds_are_made_anew_at_once() {
        let mut pauses = Pauses::default();
        (0..20).for_each(|_| pauses.lost(Some(GOOD), true, false));
        assert_eq!(pauses.plain(true), Duration::ZERO);
    }

    #[test]
    fn after_a_long_outage_a_session_that_is_over_is_begun_anew_soon() {
        let mut pauses = Pauses::default();
        pauses.lost(Some(GOOD_SESSION), true, true);
        (0..20).for_each(|_| pauses.lost(None, false, false));
        assert_eq!(pauses.plain(true), LONGEST_PAUSE);
        pauses.lost(None, true, false);
        assert_eq!(pauses.plain(false), FIRST_SESSION_PAUSE);
    }

    #[test]
    fn no_two_waits_are_the_same_and_none_is_shorter_than_half() {
        let mut pauses = Pauses::default();
        (0..20).for_each(|_| pauses.lost(None, false, false));
        let waits: Vec<Duration> = (0..10).map(|_| pauses.next(true)).collect();
        assert!(
            waits
                .iter()
                .all(|wait| *wait >= LONGEST_PAUSE / 2 && *wait <= LONGEST_PAUSE),
            "{waits:?}"
        );
        assert!(waits.iter().any(|wait| wait != &waits[0]), "{waits:?}");
    }
}
