//! HTTP for few clients at once, each with one request and for a short time, so that none, however slow or hostile, holds
//! more than a place for a while. However many knock, no more memory is taken.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

/// How much of a request's line and headers is read: more is nobody's honest question. The least that hyper takes.
const MOST_READ: usize = 8 * 1_024;
/// How long nothing is accepted after it failed: too many files are open, which passes.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How many are served at once; the next wait until one is done.
    pub places: usize,
    /// How long each has to say what it wants: a request's line and headers. Whoever connects and says nothing is gone then.
    pub asking: Duration,
    /// How long each has for everything: to ask, to get the answer, and to go.
    pub patience: Duration,
}

/// Serves until it is dropped; `what` says in the log for what clients come.
pub(crate) async fn serve<S, B>(
    listener: TcpListener,
    bounds: Bounds,
    what: &'static str,
    service: S,
) where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let places = Arc::new(Semaphore::new(bounds.places));
    // Nobody closes the semaphore.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mut server = http1::Builder::new();
                server
                    .keep_alive(false)
                    .max_buf_size(MOST_READ)
                    .timer(TokioTimer::new())
                    .header_read_timeout(bounds.asking);
                let served = server.serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(async move {
                    // Whoever is too slow loses the connection.
                    if let Ok(Err(error)) = timeout(bounds.patience, served).await {
                        debug!(%error, what, "a client went away");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, what, "no client is served for a moment");
                sleep(AFTER_FAULT).await;
            }
        }
    }
}
