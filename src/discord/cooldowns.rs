//! The cooldown between one person's questions.

use std::time::{Duration, Instant};

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::UserId;

use super::bounded::bounded;

/// How many people are remembered.
const MAX_PEOPLE: usize = 8_192;

/// When each person last asked, and whether they have been told to wait since.
#[derive(Debug)]
pub(super) struct Cooldowns(Mutex<LruCache<UserId, (Instant, bool)>>);

/// Whether a person may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// They may; it is recorded.
    Theirs,
    /// They have to wait, and have not been told.
    TellToWait,
    /// They have to wait, and have been told.
    Wait,
}

impl Default for Cooldowns {
    fn default() -> Self {
        Self(Mutex::new(bounded(MAX_PEOPLE)))
    }
}

impl Cooldowns {
    /// Whether a person may ask now; if so, records that they have.
    pub(super) fn take_turn(&self, person: UserId, cooldown: Duration) -> Turn {
        let mut people = self.0.lock();
        match people.get_mut(&person) {
            Some((last, told)) if last.elapsed() < cooldown => {
                if std::mem::replace(told, true) {
                    Turn::Wait
                } else {
                    Turn::TellToWait
                }
            }
            _ => {
                people.put(person, (Instant::now(), false));
                Turn::Theirs
            }
        }
    }

    /// The same for a person who did not ask, and who is not told to wait.
    pub(super) fn take_turn_unasked(&self, person: UserId, cooldown: Duration) -> bool {
        let mut people = self.0.lock();
        let last = people.get(&person);
        let is_theirs = last.is_none_or(|(last, _)| last.elapsed() >= cooldown);
        if is_theirs {
            people.put(person, (Instant::now(), false));
        }
        is_theirs
    }

    /// Forgets when a person asked.
    pub(super) fn forget(&self, person: UserId) {
        self.0.lock().pop(&person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn someone_who_asks_too_soon_is_told_once() {
        let cooldowns = Cooldowns::default();
        let (mia, max, hour) = (UserId::new(7), UserId::new(8), Duration::from_secs(3_600));
        let turns = [mia, mia, mia, max].map(|person| cooldowns.take_turn(person, hour));
        assert_eq!(
            turns,
            [Turn::Theirs, Turn::TellToWait, Turn::Wait, Turn::Theirs]
        );
        assert_eq!(cooldowns.take_turn(mia, Duration::ZERO), Turn::Theirs);
        cooldowns.forget(max);
        assert_eq!(cooldowns.take_turn(max, hour), Turn::Theirs);
    }
}
