//! What the monitor sees of the bot.

use std::sync::Arc;
use std::time::Duration;

use crate::monitor::{Present, Shard};

use super::Shared;

/// How old the latest acknowledgement of a heartbeat may be: Discord asks for one each 41.25 seconds, so this is two of
/// them, and a little.
const HEARTBEATS: Duration = Duration::from_secs(90);

impl Shared {
    /// Lets the monitor see how the bot is.
    pub(super) fn be_watched(self: &Arc<Self>) {
        let bot = Arc::downgrade(self);
        self.monitor
            .watch(move || bot.upgrade().map(|bot| bot.present()));
    }

    fn present(&self) -> Present {
        let shards = self
            .connections
            .each()
            .into_iter()
            .map(|(number, shard)| Shard {
                number,
                connected: shard.connected,
                acknowledged: shard
                    .acknowledged
                    .is_none_or(|at| at.elapsed() < HEARTBEATS),
                reconnects: shard.reconnects.into(),
                latency: shard.latency,
            });
        Present {
            shards: shards.collect(),
            stopping: self.tasks.is_closed(),
            under_way: self.lanes.under_way(),
            waiting: self.lanes.waiting(),
            dropped: self.lanes.left_out.unasked(),
            expired: self.lanes.left_out.too_late(),
        }
    }
}
