//! The status of each shard of this process: written when it changes, cheap to read at any time.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
/// The shards of this process. One lock, which is held for a moment at each heartbeat and not at each event.
#[derive(Debug, Default)]
pub(in crate::discord) struct ShardStatuses {
    shards: Mutex<BTreeMap<u32, ShardStatus>>,
    /// Set once all shards were connected.
    were_connected: OnceLock<()>,
}

/// The status of one shard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::discord) struct ShardStatus {
    /// Whether it has a session now.
    pub connected: bool,
    /// How often it got a session again after it had lost its connection.
    pub reconnects: u32,
    /// When Discord acknowledged a heartbeat of this connection last.
    pub acknowledged: Option<Instant>,
    /// How long that took Discord.
    pub latency: Option<Duration>,
    /// Whether it has had a session.
    known: bool,
}

impl ShardStatuses {
    /// Starts over with these shards, none of them connected.
    pub(super) fn expect(&self, shards: RangeInclusive<u32>) {
        *self.shards.lock() = shards
            .map(|shard| (shard, ShardStatus::default()))
            .collect();
    }

    /// Notes that a shard has a session, its first or again.
    pub(super) fn connected(&self, shard: u32) {
        self.change(shard, |connection| {
            connection.reconnects += u32::from(connection.known);
            (connection.connected, connection.known) = (true, true);
        });
    }

    /// Notes that a shard has lost its connection.
    pub(super) fn disconnected(&self, shard: u32) {
        self.change(shard, |connection| {
            (connection.connected, connection.acknowledged) = (false, None)
        });
    }

    /// Notes that Discord acknowledged a heartbeat, and how long that took.
    pub(super) fn acknowledged(&self, shard: u32, at: Instant, latency: Option<Duration>) {
        self.change(shard, |connection| {
            (connection.acknowledged, connection.latency) = (Some(at), latency)
        });
    }

    /// Whether every shard of this process has a session; false until the shards are known.
    fn all_connected(&self) -> bool {
        let shards = self.shards.lock();
        !shards.is_empty() && shards.values().all(|shard| shard.connected)
    }

    /// The same, but true only the first time.
    pub(super) fn are_all_connected_first_time(&self) -> bool {
        self.all_connected() && self.were_connected.set(()).is_ok()
    }

    /// Each shard by its number, in order, as it is now.
    pub(in crate::discord) fn each(&self) -> Vec<(u32, ShardStatus)> {
        self.shards
            .lock()
            .iter()
            .map(|(shard, connection)| (*shard, *connection))
            .collect()
    }

    fn change(&self, shard: u32, change: impl FnOnce(&mut ShardStatus)) {
        if let Some(connection) = self.shards.lock().get_mut(&shard) {
            change(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_as_connected_once_all_are_and_reconnects_are_counted() {
        let statuses = ShardStatuses::default();
        assert!(
            !statuses.all_connected(),
            "nobody knows yet which shards there are"
        );
        statuses.expect(2..=3);
        statuses.connected(2);
        assert!(!statuses.all_connected());
        statuses.connected(3);
        assert!(statuses.all_connected());
        statuses.disconnected(3);
        assert!(!statuses.all_connected());
        statuses.connected(3);
        let now = Instant::now();
        statuses.acknowledged(3, now, Some(Duration::from_millis(40)));
        statuses.disconnected(99);
        let [(2, second), (3, third)] = statuses.each()[..] else {
            panic!("{statuses:?}")
        };
        assert_eq!((second.reconnects, second.acknowledged), (0, None));
        assert_eq!(
            (third.reconnects, third.acknowledged, third.latency),
            (1, Some(now), Some(Duration::from_millis(40)))
        );
    }
}
