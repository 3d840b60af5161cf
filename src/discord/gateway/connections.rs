//! How each shard of this process is: written when that changes, cheap to read at any time.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The shards of this process. One lock, which is held for a moment at each heartbeat and not at each event.
#[derive(Debug, Default)]
pub(in crate::discord) struct Connections(Mutex<BTreeMap<u32, Connection>>);

/// How one shard is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::discord) struct Connection {
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

impl Connections {
    /// Begins anew with these shards, none of them connected. Before this there is none.
    pub(super) fn expect(&self, shards: RangeInclusive<u32>) {
        *self.lock() = shards.map(|shard| (shard, Connection::default())).collect();
    }

    /// Notes that a shard has a session, its first or again.
    pub(super) fn connected(&self, shard: u32) {
        self.change(shard, |connection| {
            connection.reconnects += u32::from(connection.known);
            (connection.connected, connection.known) = (true, true);
        });
    }

    /// Notes that a shard has lost its connection.
    pub(super) fn lost(&self, shard: u32) {
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

    /// Whether every shard of this process has a session; not before it is known which they are.
    pub(in crate::discord) fn all_connected(&self) -> bool {
        let shards = self.lock();
        !shards.is_empty() && shards.values().all(|connection| connection.connected)
    }

    /// Each shard by its number, in order, as it is now.
    pub(in crate::discord) fn each(&self) -> Vec<(u32, Connection)> {
        self.lock()
            .iter()
            .map(|(shard, connection)| (*shard, *connection))
            .collect()
    }

    fn change(&self, shard: u32, change: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.lock().get_mut(&shard) {
            change(connection);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_connected_once_each_is_and_what_comes_back_is_counted() {
        let connections = Connections::default();
        assert!(
            !connections.all_connected(),
            "nobody knows yet which shards there are"
        );
        connections.expect(2..=3);
        connections.connected(2);
        assert!(!connections.all_connected());
        connections.connected(3);
        assert!(connections.all_connected());
        connections.lost(3);
        assert!(!connections.all_connected());
        connections.connected(3);
        let now = Instant::now();
        connections.acknowledged(3, now, Some(Duration::from_millis(40)));
        connections.lost(99);
        let [(2, second), (3, third)] = connections.each()[..] else {
            panic!("{connections:?}")
        };
        assert_eq!((second.reconnects, second.acknowledged), (0, None));
        assert_eq!(
            (third.reconnects, third.acknowledged, third.latency),
            (1, Some(now), Some(Duration::from_millis(40)))
        );
    }
}
