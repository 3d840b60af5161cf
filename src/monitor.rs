//! What other programs can ask of the running bot over HTTP: whether it works, whether it is ready, and its figures for
//! Prometheus. Off unless the configuration names an address; then nothing listens and nothing is counted.
//!
//! The bot tells what happens by one call each (`MonitorHandle::asked` and the like), which add to a number and never wait. How
//! things are at present (connections, the guide, the store, the process) is looked up when somebody asks.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `counts` | what is counted while the bot runs |
//! | `watched` | how the bot is at present, and what is missing for it to be ready |
//! | `page` | all figures as a page for Prometheus |
//! | `http` | what is answered on three paths |
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

/// A Prometheus, a health check and a curious operator are three.
const BOUNDS: Bounds = Bounds {
    places: 16,
    asking: Duration::from_secs(2),
    patience: Duration::from_secs(5),
};

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
        let service = TowerToHyperService::new(http::router(Arc::clone(&seen)));
        let serving = listener::serve(listener, BOUNDS, "health and figures", service);
        let _listener = AbortOnDropHandle::new(tokio::spawn(serving));
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
