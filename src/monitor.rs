//! What other programs can ask the running bot over HTTP: whether it works, whether it is ready, and its metrics for
//! Prometheus. Off unless the configuration names an address; then nothing listens and nothing is counted.
//!
//! The bot reports each event with one call (`MonitorHandle::asked` and so on), which increments a counter and never waits. How
//! things are now (connections, the guide, the store, the process) is looked up on request.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `counts` | what is counted while the bot runs |
//! | `watched` | the bot's current state, and what keeps it from being ready |
//! | `page` | all metrics as a page for Prometheus |
//! | `http` | the responses on three paths |
//! | `process` | memory and processor time of this process |

mod counts;
mod http;
mod page;
mod process;
mod watched;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::config;
use crate::listener::{self, Bounds};
use crate::live::Live;
use crate::stats::{RecordedOutcome, Way};
use crate::store::StoreHandle;
use counts::MetricCounts;
use watched::Watched;

pub(crate) use counts::RequestKind;
pub use watched::{Present, Shard};

/// Prometheus, a health check and a curious operator make three.
const BOUNDS: Bounds = Bounds {
    places: 16,
    asking: Duration::from_secs(2),
    patience: Duration::from_secs(5),
};

/// Why the monitor cannot start.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for health and metrics: {source}; stop the program that uses the port, or set another address as \
     monitor.listen in the configuration (\"\" for none)"
)]
pub struct MonitorError {
    address: SocketAddr,
    source: std::io::Error,
}

/// The handle through which the bot reports events; cheap to clone. If the monitor is off, it does nothing.
#[derive(Debug, Clone, Default)]
pub struct MonitorHandle(Option<Arc<On>>);

#[derive(Debug)]
struct On {
    seen: Arc<Watched>,
    address: SocketAddr,
    /// Ends with the last handle.
    _listener: AbortOnDropHandle<()>,
}

impl MonitorHandle {
    /// Nothing listens and nothing is counted.
    pub fn off() -> Self {
        Self(None)
    }

    /// Listens on the configured address, if there is one, until the last handle is dropped. Until the bot is registered with
    /// `watch`, it counts as not connected.
    ///
    /// # Errors
    /// If it is impossible to listen on the address: it is taken, or not this machine's.
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
                "anyone who can reach {address} can read the bot's metrics; keep it behind a firewall, or listen on 127.0.0.1"
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
        let service = TowerToHyperService::new(http::router(Arc::clone(&seen)));
        let serving = listener::serve(listener, BOUNDS, "health and metrics", service);
        let _listener = AbortOnDropHandle::new(tokio::spawn(serving));
        Ok(Self(Some(Arc::new(On {
            seen,
            address,
            _listener,
        }))))
    }

    /// The address that it listens on, with the actual port if the configuration left the choice to the system.
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.as_ref().map(|on| on.address)
    }

    /// Registers the function that looks up the bot's state.
    pub(crate) fn watch(&self, look: impl Fn() -> Option<Present> + Send + Sync + 'static) {
        if let Some(on) = &self.0 {
            // A process runs one bot.
            let _ = on.seen.bot.set(Box::new(look));
        }
    }

    /// A question has been decided and everything it asked for is done; records how long each took.
    pub(crate) fn asked(
        &self,
        way: Way,
        outcome: RecordedOutcome,
        decided: Duration,
        done: Duration,
    ) {
        if let Some(on) = &self.0 {
            on.seen.counts.asked(way, outcome, decided, done);
        }
    }

    /// A request of this kind was answered with an HTTP status, or with `None` if there was no answer.
    pub(crate) fn requested(&self, kind: RequestKind, status: Option<u16>) {
        if let Some(on) = &self.0 {
            on.seen.counts.requested(kind, status);
        }
    }

    /// A question arrived while an encoder is in use: it was encoded, or the encoder was overloaded.
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
