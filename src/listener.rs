//! HTTP for a few clients at once, each with one request and for a short time, so that none, however slow or hostile, takes up
//! more than one place for a while. However many clients connect, memory use does not grow.

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

/// How much of a request's line and headers is read: no honest request needs more. The minimum that hyper allows.
const MAX_READ: usize = 8 * 1_024;
/// How long to pause after accepting a connection failed because too many files are open.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Limits for clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How many are served at once; the next wait until one is done.
    pub places: usize,
    /// How long each has to send its request's line and headers. A client that connects and sends nothing is then disconnected.
    pub asking: Duration,
    /// The total time for each: to ask, to get the answer, and to disconnect.
    pub patience: Duration,
}

/// Serves until it is dropped; `what` names the service in the log.
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
                    .max_buf_size(MAX_READ)
                    .timer(TokioTimer::new())
                    .header_read_timeout(bounds.asking);
                let served = server.serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(async move {
                    // A client that is too slow loses the connection.
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
