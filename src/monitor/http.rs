//! What is answered to `GET` and `HEAD` on three paths, on the runtime on which the bot runs: where that stalls, there is no
//! answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use prometheus_client::encoding::prometheus_text;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Watched, page};
use crate::listener::{self, Bounds};

/// A Prometheus, a health check and a curious operator are three.
const BOUNDS: Bounds = Bounds {
    places: 16,
    asking: Duration::from_secs(2),
    patience: Duration::from_secs(5),
};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FIGURES: HeaderValue = HeaderValue::from_static(prometheus_text::CONTENT_TYPE);

/// Serves until it is dropped.
pub(super) async fn serve(tcp: TcpListener, seen: Arc<Watched>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = respond(&seen, request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(response) }
    });
    listener::serve(tcp, BOUNDS, "health and figures", service).await;
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
