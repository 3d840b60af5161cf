//! The listener. It answers `GET` and `HEAD` on three paths, on the runtime on which the bot runs: where that stalls, there
//! is no answer. Few clients at once are served, each with one request and for a short time, so that none, however slow or
//! hostile, holds more than a place for a while.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use prometheus_client::encoding::prometheus_text;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::{Watched, page};

/// How many clients are served at once; the next wait until one is done. A Prometheus, a health check and a curious
/// operator are three.
const PLACES: usize = 16;
/// How long a client has for everything: to ask, to get the answer, and to go.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of a request is read: more than its line and headers is nobody's honest question. The least that hyper takes.
const MOST_READ: usize = 8 * 1_024;
/// How long nothing is accepted after it failed: too many files are open, which passes.
const AFTER_FAULT: Duration = Duration::from_secs(1);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FIGURES: HeaderValue = HeaderValue::from_static(prometheus_text::CONTENT_TYPE);

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, seen: Arc<Watched>) {
    let places = Arc::new(Semaphore::new(PLACES));
    // Nobody closes the semaphore.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    // Whoever is too slow loses the connection.
                    let _ = timeout(PATIENCE, converse(stream, &seen)).await;
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, "nobody can ask for health and figures for a moment");
                sleep(AFTER_FAULT).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, seen: &Arc<Watched>) {
    let service = service_fn(|request: Request<Incoming>| {
        let response = respond(seen, request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(response) }
    });
    let mut server = http1::Builder::new();
    server.keep_alive(false).max_buf_size(MOST_READ);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        debug!(%error, "somebody who asked for health or figures went away");
    }
}

fn respond(seen: &Arc<Watched>, method: &Method, path: &str) -> Response<String> {
    if ![Method::GET, Method::HEAD].contains(method) {
        let mut refused = answer(
            StatusCode::METHOD_NOT_ALLOWED,
            TEXT,
            "only GET and HEAD\n".to_owned(),
        );
        refused
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path {
        "/healthz" => answer(StatusCode::OK, TEXT, "the process works\n".to_owned()),
        "/readyz" => {
            let missing = seen.missing();
            let status = if missing.is_empty() {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            };
            let guide = seen.live.guide();
            let body = json!({"ready": missing.is_empty(), "missing": missing, "guide": guide.knowledge.version()});
            answer(status, JSON, format!("{body}\n"))
        }
        "/metrics" => answer(StatusCode::OK, FIGURES, page::write(seen)),
        _ => answer(
            StatusCode::NOT_FOUND,
            TEXT,
            "there are /healthz, /readyz and /metrics\n".to_owned(),
        ),
    }
}

fn answer(status: StatusCode, kind: HeaderValue, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    // What is true now is not true later.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
