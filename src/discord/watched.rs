//! What the monitor sees of the bot.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use serenity::all::{ConnectionStage, ShardId, ShardManager};

use crate::monitor::{Present, Shard};

use super::Shared;

/// The connections to Discord, as far as serenity tells of them.
#[derive(Default)]
pub(super) struct Shards {
    /// Not kept alive from here: it holds what holds this.
    manager: Mutex<Weak<ShardManager>>,
    expected: OnceLock<u32>,
    /// How often each was connected.
    connected: Mutex<BTreeMap<u32, u64>>,
    /// What was last seen of them, for whoever asks while serenity changes its list.
    seen: Mutex<Vec<Shard>>,
}

impl Shards {
    /// From now on this has the connections.
    pub(super) fn follow(&self, manager: &Arc<ShardManager>) {
        *self.manager.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(manager);
    }

    /// A session was begun or resumed.
    pub(super) fn connected(&self, shard: u32) {
        *self.connected.lock().unwrap_or_else(PoisonError::into_inner).entry(shard).or_default() += 1;
    }

    fn present(&self) -> Vec<Shard> {
        let manager = self.manager.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        let runners = manager.as_ref().map(|manager| manager.runners.try_lock());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let runners = match runners {
            Some(Ok(runners)) => Some(runners),
            Some(Err(_)) if !seen.is_empty() => return seen.clone(),
            _ => None,
        };
        let connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let shard = |number| {
            let runner = runners.as_ref().and_then(|runners| runners.get(&ShardId(number)));
            let times = connected.get(&number).copied().unwrap_or_default();
            Shard {
                number,
                connected: times > 0 && runner.is_some_and(|runner| runner.stage == ConnectionStage::Connected),
                // serenity ends a connection whose heartbeats are not acknowledged.
                acknowledged: true,
                reconnects: times.saturating_sub(1),
                latency: runner.and_then(|runner| runner.latency),
            }
        };
        *seen = (0..self.expected.get().copied().unwrap_or_default()).map(shard).collect();
        seen.clone()
    }
}

impl Shared {
    /// Lets the monitor see how the bot is, with so many connections to come.
    pub(super) fn be_watched(self: &Arc<Self>, shards: u32) {
        let _ = self.shards.expected.set(shards);
        let bot = Arc::downgrade(self);
        self.monitor.watch(move || bot.upgrade().map(|bot| bot.present()));
    }

    fn present(&self) -> Present {
        Present { shards: self.shards.present(), stopping: self.tasks.is_closed(), under_way: self.tasks.len(), ..Present::default() }
    }
}
