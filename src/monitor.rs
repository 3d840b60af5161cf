//! What other programs can ask of the running bot over HTTP: whether it works, whether it is ready, and its figures for
//! Prometheus. Off unless the configuration names an address; then nothing listens and nothing is counted.
//!
//! The bot tells what happens by one call each (`MonitorHandle::asked` and the like), which add to a number and never wait. How
//! things are at present (connections, the guide, the store, the process) is looked up when somebody asks.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `counts` | what is counted while the bot runs |
//! | `page` | all figures as a page for Prometheus |
//! | `http` | the listener: three paths, few connections, none for long |
//! | `process` | memory and processor time of this process |

mod counts;
mod http;
mod page;
mod process;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::config;
use crate::live::Live;
use crate::stats::{Outcome, Way};
use crate::store::{State, StoreHandle};
use counts::MetricCounts;

pub(crate) use counts::RequestKind;

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for health and figures: {source}; end the program that has the port, or name another address as \
     monitor.listen in the configuration (\"\" for none)"
)]
pub struct MonitorError {
    address: SocketAddr,
    source: std::io::Error,
}

/// How the bot is at a moment, as it says itself.
#[derive(Debug, Clone, Default)]
pub struct Present {
    /// Its connections to Discord, in order; none before it is known how many there are to be.
    pub shards: Vec<Shard>,
    /// Whether it takes no new event any more.
    pub stopping: bool,
    /// How many events are being handled.
    pub under_way: usize,
    /// How many events wait to be handled.
    pub waiting: usize,
    /// How many that nobody addressed to the bot were dropped since the start, because too many waited.
    pub dropped: u64,
    /// How many were dropped since the start because their time was over before they could be handled.
    pub expired: u64,
}

/// One connection to Discord.
#[derive(Debug, Clone, Default)]
pub struct Shard {
    /// Its number, from 0.
    pub number: u32,
    /// Whether it has a session.
    pub connected: bool,
    /// Whether Discord has acknowledged the heartbeats in time; true as well before the first is due.
    pub acknowledged: bool,
    /// How often it was connected again since the start, whether the session was resumed or begun anew.
    pub reconnects: u64,
    /// How long Discord took to acknowledge the latest heartbeat; none before the first.
    pub latency: Option<Duration>,
}

/// Looks how the bot is; nothing once it is gone.
type PresentSource = Box<dyn Fn() -> Option<Present> + Send + Sync>;

/// The handle with which the bot tells what happens; cheap to clone. One that is off does nothing.
#[derive(Debug, Clone, Default)]
pub struct MonitorHandle(Option<Arc<On>>);

#[derive(Debug)]
struct On {
    seen: Arc<Watched>,
    address: SocketAddr,
    /// Ends with the last handle.
    _listener: AbortOnDropHandle<()>,
}

/// All that there is to tell.
struct Watched {
    counts: MetricCounts,
    live: Arc<Live>,
    store: StoreHandle,
    bot: OnceLock<PresentSource>,
    started: SystemTime,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl MonitorHandle {
    /// Nothing listens and nothing is counted.
    pub fn off() -> Self {
        Self(None)
    }

    /// Listens where the configuration says, if it does, until the last handle is dropped. Until the bot is told of by
    /// `watch`, it counts as not connected.
    ///
    /// # Errors
    /// Where the address cannot be listened on: it is taken, or not this machine's.
    pub async fn start(
        config: &config::Monitor,
        live: &Arc<Live>,
        store: &StoreHandle,
    ) -> Result<Self, MonitorError> {
        let Some(address) = config.listen.0 else {
            return Ok(Self::off());
        };
        let fault = |source| MonitorError { address, source };
        let listener = TcpListener::bind(address).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        info!(%address, "listening for /healthz, /readyz and /metrics");
        if !address.ip().is_loopback() {
            warn!(
                "anyone who reaches {address} can read the bot's figures; keep it behind a firewall, or listen on 127.0.0.1"
            );
        }
        let (live, store) = (Arc::clone(live), store.clone());
        let seen = Arc::new(Watched {
            counts: MetricCounts::default(),
            live,
            store,
            bot: OnceLock::new(),
            started: SystemTime::now(),
        });
        let _listener =
            AbortOnDropHandle::new(tokio::spawn(http::serve(listener, Arc::clone(&seen))));
        Ok(Self(Some(Arc::new(On {
            seen,
            address,
            _listener,
        }))))
    }

    /// Where it listens; the port is a real one where the configuration left it to the system.
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.as_ref().map(|on| on.address)
    }

    /// From now on this tells how the bot is.
    pub(crate) fn watch(&self, look: impl Fn() -> Option<Present> + Send + Sync + 'static) {
        if let Some(on) = &self.0 {
            // A process runs one bot.
            let _ = on.seen.bot.set(Box::new(look));
        }
    }

    /// A question was decided, and all is done that it asked for: how long after its event.
    pub(crate) fn asked(&self, way: Way, outcome: Outcome, decided: Duration, done: Duration) {
        if let Some(on) = &self.0 {
            on.seen.counts.asked(way, outcome, decided, done);
        }
    }

    /// A request of this kind was answered with an HTTP status, or with none where there was no answer.
    pub(crate) fn requested(&self, kind: RequestKind, status: Option<u16>) {
        if let Some(on) = &self.0 {
            on.seen.counts.requested(kind, status);
        }
    }

    /// A question came while an encoder is asked: it was encoded, or the encoder had too much to do.
    pub(crate) fn encoded(&self, done: bool) {
        if let Some(on) = &self.0 {
            on.seen.counts.encoded(done);
        }
    }

    /// A request of this kind has to wait for a limit of Discord's.
    pub(crate) fn limited(&self, kind: RequestKind) {
        if let Some(on) = &self.0 {
            on.seen.counts.limited(kind);
        }
    }
}

impl Watched {
    /// How the bot is; nothing before it is told of, and once it is gone.
    fn present(&self) -> Option<Present> {
        self.bot.get().and_then(|look| look())
    }

    /// What is missing for the bot to be ready, a sentence each. The guide is never: without one the bot does not start.
    fn missing(&self) -> Vec<String> {
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
    fn a_bot_is_ready_when_every_shard_is_connected_and_heard() {
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
