//! The responses on three paths, on the same runtime as the bot: if that stalls, there is no response.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::prometheus_text;
use serde_json::json;

use super::page;
use super::watched::Watched;

/// All routes.
pub(super) fn router(watched: Arc<Watched>) -> Router {
    let unknown = (
        StatusCode::NOT_FOUND,
        "available paths: /healthz, /readyz and /metrics\n",
    );
    let refused = (
        StatusCode::METHOD_NOT_ALLOWED,
        "only GET and HEAD are supported\n",
    );
    Router::new()
        .route("/healthz", get(async || "the process works\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(async move || unknown)
        .method_not_allowed_fallback(async move || refused)
        .layer(map_response(uncached))
        .with_state(watched)
}

async fn ready(State(watched): State<Arc<Watched>>) -> impl IntoResponse {
    let missing = watched.missing();
    let status = if missing.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let guide = watched.live.guide();
    let body = json!({"ready": missing.is_empty(), "missing": missing, "guide": guide.knowledge.version()});
    let headers = [(CONTENT_TYPE, "application/json")];
    (status, headers, format!("{body}\n"))
}

async fn metrics(State(watched): State<Arc<Watched>>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, prometheus_text::CONTENT_TYPE)];
    (headers, page::write(&watched))
}

/// Never cache: it changes all the time.
async fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
