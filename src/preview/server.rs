//! What the page requests, and who may make requests. No request changes anything.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{Timestamp, tz::TimeZone};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tracing::{error, warn};

use super::draw::{LinkTarget, draw};
use super::limits;
use crate::config;
use crate::discord::dry_run::{self, DryRunReply};
use crate::gaps;
use crate::knowledge::{LoadError, Topic, topic_file};
use crate::live::Live;
use crate::reply::{Place, Privacy};
use crate::search::SentenceVector;
use crate::store::{self, StoreError, first_day};

/// The maximum size of a request, in bytes: a message of 4,000 characters and a conversation.
const MAX_BODY: usize = 64 * 1_024;
/// How far back gaps are listed.
const GAP_DAYS: u32 = 90;
/// How many questions are suggested to someone who has not asked yet.
const EXAMPLES: usize = 4;
/// The most groups of gaps that are listed.
const MAX_GAPS: usize = 50;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The headers of every response: no scripts, styles or images from elsewhere, no framing, no caching.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// A text's vector, if there is an encoder.
pub type EncodeText = Box<dyn Fn(&str) -> Option<SentenceVector> + Send + Sync>;

/// Everything that can be shown.
pub(super) struct Previewed {
    pub live: Arc<Live>,
    pub store: config::Store,
    /// What `/privacy` says.
    pub privacy: Privacy,
    pub encode: EncodeText,
    pub address: SocketAddr,
}

impl fmt::Debug for Previewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Previewed")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

type PreviewState = State<Arc<Previewed>>;

/// All routes.
pub(super) fn router(seen: Arc<Previewed>) -> Router {
    let file = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    Router::new()
        .route("/", file(HTML, include_str!("page.html")))
        .route("/preview.css", file(CSS, include_str!("preview.css")))
        .route("/preview.js", file(SCRIPT, include_str!("preview.js")))
        .route("/api/state", get(state))
        .route("/api/guide", get(guide))
        .route("/api/gaps", get(gaps))
        .route("/api/section/{topic}/{section}", get(section))
        .route("/api/reply", post(reply))
        .route("/api/press", post(press))
        .fallback(|| async { refused(StatusCode::NOT_FOUND, "there is nothing at this address") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&seen), guard))
        .with_state(seen)
}

/// Rejects requests that are not allowed, and adds [`HEADERS`] to every response.
async fn guard(State(seen): PreviewState, request: Request, next: Next) -> Response {
    let mut response = match refusal(&seen, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// Why a request is rejected. A website that makes its name resolve to this machine still sends its own name as `Host`,
/// its scripts are identified by `Origin`, and its forms cannot send JSON.
fn refusal(seen: &Previewed, request: &Request) -> Option<Response> {
    let headers = request.headers();
    let host = text_of(headers, &header::HOST).or(request.uri().authority().map(Authority::as_str));
    let Some(host) = host.filter(|host| is_own(seen, host)) else {
        return Some(refused(
            StatusCode::MISDIRECTED_REQUEST,
            &format!(
                "the preview answers only at its own address: open http://{}/",
                seen.address
            ),
        ));
    };
    let is_foreign = |origin: &str| origin.strip_prefix("http://") != Some(host);
    if headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.to_str().map_or(true, is_foreign))
    {
        return Some(refused(
            StatusCode::FORBIDDEN,
            "the preview does not answer other websites",
        ));
    }
    let is_json = text_of(headers, &header::CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
    });
    (request.method() == Method::POST && !is_json).then(|| {
        refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send JSON, with the header Content-Type: application/json",
        )
    })
}

/// Whether a host is this machine. Only names can be made to point here by someone else, so if other machines may
/// ask, any numeric address is accepted.
fn is_own(seen: &Previewed, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_alone = seen.address.ip().is_loopback();
    match bare.parse::<IpAddr>() {
        Ok(address) => !is_alone || address.is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, format!("{why}\n")).into_response()
}

fn as_json(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, JSON)], value.to_string()).into_response()
}

/// Which guide is live, and what is wrong with its files as they are.
async fn state(State(seen): PreviewState) -> Response {
    let status = seen.live.present();
    let problems = match status.problem.as_ref().map(|problem| &*problem.error) {
        None => Vec::new(),
        Some(LoadError::Invalid { problems, .. }) => problems
            .iter()
            .map(|problem| {
                json!({
                    "place": format!("{}:{}:{}", problem.file, problem.at.line, problem.at.column),
                    "message": problem.message,
                    "fix": problem.help,
                })
            })
            .collect(),
        Some(LoadError::Read(error)) => {
            vec![json!({"place": error.path, "message": error.to_string(), "fix": ""})]
        }
    };
    as_json(&json!({"version": status.guide.knowledge.version(), "problems": problems}))
}

/// The guide's topics and their sections, by category, and some suggested questions.
async fn guide(State(seen): PreviewState) -> Response {
    let guide = seen.live.guide();
    let knowledge = &guide.knowledge;
    let folder = seen.live.source().folder();
    let topic = |topic: &Topic| {
        let file = folder.map(|folder| topic_file(folder, &topic.id));
        let sections = topic.sections.iter();
        let sections =
            sections.map(|section| json!({"id": section.id, "heading": section.heading}));
        json!({
            "id": topic.id,
            "title": topic.title,
            "summary": topic.summary,
            "reviewed": topic.reviewed.to_string(),
            "file": file,
            "sections": sections.collect::<Vec<_>>(),
        })
    };
    let categories = knowledge.categories().iter().map(|category| {
        let topics = knowledge.topics_in(category).map(topic);
        json!({"title": category.title, "topics": topics.collect::<Vec<_>>()})
    });
    as_json(&json!({
        "name": knowledge.name(),
        "source": seen.live.source().to_string(),
        "version": knowledge.version(),
        "examples": guide.complete("").into_iter().take(EXAMPLES).collect::<Vec<_>>(),
        "categories": categories.collect::<Vec<_>>(),
    }))
}

/// Unanswered questions, grouped; null if there is no store. If it cannot be read, the page and the terminal say why.
async fn gaps(State(seen): PreviewState) -> Response {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let gaps = match store::read_gaps(&seen.store, None, first_day(today, GAP_DAYS)).await {
        Ok(gaps) => gaps,
        Err(StoreError::Off | StoreError::Missing(_)) => {
            return as_json(&json!({"groups": null}));
        }
        Err(fault) => {
            warn!("the preview cannot show the unanswered questions: {fault}");
            return refused(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string());
        }
    };
    let guide = seen.live.guide();
    at_ease(move || {
        let groups = gaps::group(&guide, gaps);
        let groups = groups.iter().take(MAX_GAPS).map(|group| {
            json!({
                "text": group.text,
                "count": group.count,
                "last": group.last.to_string(),
                "topic": group.topic,
            })
        });
        as_json(&json!({"days": GAP_DAYS, "groups": groups.collect::<Vec<_>>()}))
    })
    .await
}

/// A section as it answers a question.
async fn section(
    State(seen): PreviewState,
    Path((topic, section)): Path<(String, String)>,
) -> Response {
    match dry_run::section(&seen.live.guide().knowledge, &Place { topic, section }) {
        Some(reply) => drawn(&reply),
        None => refused(StatusCode::NOT_FOUND, "the guide has no such section"),
    }
}

/// The bot's reply to a message.
async fn reply(State(seen): PreviewState, body: Bytes) -> Response {
    answer(seen, &body, |seen, said| {
        dry_run::reply_to(&seen.live.guide(), &*seen.encode, &seen.privacy, &said)
    })
    .await
}

/// What a button or an option of a menu does.
async fn press(State(seen): PreviewState, body: Bytes) -> Response {
    answer(seen, &body, |seen, pressed| {
        dry_run::press(&seen.live.guide(), &*seen.encode, &pressed)
    })
    .await
}

async fn answer<T: DeserializeOwned + Send + 'static>(
    seen: Arc<Previewed>,
    body: &[u8],
    act: impl FnOnce(&Previewed, T) -> DryRunReply + Send + 'static,
) -> Response {
    match serde_json::from_slice(body) {
        Ok(asked) => at_ease(move || drawn(&act(&seen, asked))).await,
        Err(fault) => refused(
            StatusCode::BAD_REQUEST,
            &format!("unexpected request: {fault}"),
        ),
    }
}

/// Does slow work on another thread.
async fn at_ease(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    spawn_blocking(work).await.unwrap_or_else(|fault| {
        error!(%fault, "internal error in the preview; please report this");
        refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal error: the terminal shows where; please report it",
        )
    })
}

/// A message as sent to Discord, and as it looks.
fn drawn(reply: &DryRunReply) -> Response {
    let html = |message: &Value| draw(message, &|_, _| LinkTarget::Script);
    let drawn = json!({
        "effect": reply.effect,
        "ephemeral": reply.ephemeral,
        "message": reply.message,
        "conversation": reply.conversation,
        "html": html(&reply.message),
        "why": reply.why.as_ref().map(html),
        "limits": limits::of_message(&reply.message),
    });
    as_json(&drawn)
}
