//! The bot's current state, and what keeps it from being ready.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use super::counts::MetricCounts;
use crate::live::Live;
use crate::store::{State, StoreHandle};

/// The bot's state at one moment.
#[derive(Debug, Clone, Default)]
pub struct Present {
    /// Its connections to Discord, in order; empty until their number is known.
    pub shards: Vec<Shard>,
    /// Whether it has stopped taking events.
    pub stopping: bool,
    /// How many events are being handled.
    pub under_way: usize,
    /// How many events wait to be handled.
    pub waiting: usize,
    /// How many messages not addressed to the bot have been dropped because too many were waiting.
    pub dropped: u64,
    /// How many events have been dropped because they expired before they could be handled.
    pub expired: u64,
}

/// One connection to Discord.
#[derive(Debug, Clone, Default)]
pub struct Shard {
    /// Its number, from 0.
    pub number: u32,
    /// Whether it has a session.
    pub connected: bool,
    /// Whether Discord has acknowledged the heartbeats in time; also true before the first is due.
    pub acknowledged: bool,
    /// How often it was connected again since the start, whether the session was resumed or begun again.
    pub reconnects: u64,
    /// How long Discord took to acknowledge the latest heartbeat; `None` before the first.
    pub latency: Option<Duration>,
}

/// Looks up the bot's state; `None` once it is gone.
pub(super) type PresentSource = Box<dyn Fn() -> Option<Present> + Send + Sync>;

/// The data of the monitor.
pub(super) struct Watched {
    pub counts: MetricCounts,
    pub live: Arc<Live>,
    pub store: StoreHandle,
    pub bot: OnceLock<PresentSource>,
    pub started: SystemTime,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Watched {
    /// The bot's state; `None` before it is registered and once it is gone.
    pub(super) fn present(&self) -> Option<Present> {
        self.bot.get().and_then(|look| look())
    }

    /// What keeps the bot from being ready, one sentence each. A guide is never missing: the bot does not start without one.
    pub(super) fn missing(&self) -> Vec<String> {
        let mut missing = missing_of(self.present().unwrap_or_default());
        let health = self.store.health();
        if health.state == State::Unwell {
            missing.push(self.store.without_folder(&health.sentence));
        }
        missing
    }
}

fn missing_of(present: Present) -> Vec<String> {
    let mut missing = Vec::new();
    if present.stopping {
        missing.push("the bot is stopping".to_owned());
    }
    if present.shards.is_empty() {
        missing.push("the bot is not connected to Discord yet".to_owned());
    }
    for shard in present.shards {
        let number = shard.number;
        if !shard.connected {
            missing.push(format!("shard {number} is not connected to Discord"));
        } else if !shard.acknowledged {
            missing.push(format!(
                "Discord does not acknowledge the heartbeats of shard {number}"
            ));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bot_is_ready_when_every_shard_is_connected_and_acknowledged() {
        let shard = |number, connected, acknowledged| Shard {
            number,
            connected,
            acknowledged,
            ..Shard::default()
        };
        let missing = |shards| {
            missing_of(Present {
                shards,
                ..Present::default()
            })
        };
        assert_eq!(missing(vec![]), ["the bot is not connected to Discord yet"]);
        assert!(missing(vec![shard(0, true, true), shard(1, true, true)]).is_empty());
        assert_eq!(
            missing(vec![shard(0, true, true), shard(1, false, true)]),
            ["shard 1 is not connected to Discord"]
        );
        assert_eq!(
            missing(vec![shard(0, true, false)]),
            ["Discord does not acknowledge the heartbeats of shard 0"]
        );
        let stopping = Present {
            shards: vec![shard(0, true, true)],
            stopping: true,
            ..Present::default()
        };
        assert_eq!(missing_of(stopping), ["the bot is stopping"]);
    }
}
