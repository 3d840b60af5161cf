//! Heartbeats, and what a session is known to have heard by them.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// What the heartbeats revealed.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    last: BTreeMap<u64, Instant>,
    longest: Duration,
    /// How many there were.
    pub beats: usize,
    heard: HashMap<String, u64>,
}

impl Pulse {
    /// A heartbeat on a connection.
    pub fn beat(&mut self, connection: u64) {
        let now = Instant::now();
        self.beats += 1;
        if let Some(last) = self.last.insert(connection, now) {
            self.longest = self.longest.max(now - last);
        }
    }

    /// A session has confirmed, by a heartbeat or a resume, that it has every event up to this one.
    pub fn heard(&mut self, session: &str, seq: u64) {
        let heard = self.heard.entry(session.to_owned()).or_default();
        *heard = seq.max(*heard);
    }

    /// Whether a session, even a forgotten one, has confirmed that it has an event.
    pub fn has_heard(&self, session: &str, seq: u64) -> bool {
        self.heard.get(session).is_some_and(|heard| *heard >= seq)
    }

    /// The longest time between two heartbeats, or since the last on a connection that is open.
    pub fn longest_gap(&self, is_open: impl Fn(u64) -> bool) -> Duration {
        let open = self
            .last
            .iter()
            .filter(|(connection, _)| is_open(**connection))
            .map(|(_, last)| last.elapsed());
        open.fold(self.longest, Duration::max)
    }
}
