//! How a request is sent: it waits for a permit of the rate limiter, is sent, and is sent again while Discord is busy, limits
//! it or cannot be reached, until its deadline. Every wait ends at the deadline, and dropping the future gives the request up.

use std::fmt::Write as _;

use hyper::body::Bytes;
use parking_lot::Mutex;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use tokio::time::{Duration, Instant, timeout_at};
use twilight_http_ratelimiting::{Endpoint, Permit, RateLimitHeaders, RateLimiter};

use super::client::client_for;
use super::error::RestError;
use super::route::Route;
use crate::config::Token;
use crate::monitor::MonitorHandle;

/// The version of the API.
const API: &str = "/api/v10/";
/// The user agent, in the form that Discord asks for.
pub(super) const AGENT: &str = concat!(
    "DiscordBot (https://crates.io/crates/internbot, ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// The delay before a request is sent again; each next delay is twice as long.
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// The longest delay: an outage that ends is noticed this soon.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// Spreads requests that were delayed by the same event.
const MAX_JITTER_MILLIS: u64 = 100;
/// A wait for a permit that is longer than this is counted as a rate limit.
const NOTABLE_WAIT: Duration = Duration::from_millis(100);
/// Discord's code for a forum post whose first message has not arrived yet.
const POST_BEFORE_FIRST_MESSAGE: i64 = 40_058;

/// Sends requests to one origin, within its limits.
pub(super) struct Sender {
    client: reqwest::Client,
    /// The origin and the path of the API.
    base: String,
    limiter: RateLimiter,
    /// No request before this: Discord said that the bot as a whole sends too many.
    globally_limited_until: Mutex<Option<Instant>>,
    /// How long one attempt may take.
    timeout: Duration,
    monitor: MonitorHandle,
}

/// A request, which may be sent several times.
pub(super) struct ApiRequest<'a> {
    pub method: Method,
    pub target: Route<'a>,
    pub body: Option<Bytes>,
    pub deadline: Instant,
}

/// How one attempt ended.
pub(super) enum Attempt {
    Done(ApiResponse),
    Failed(RestError),
    /// Worth another attempt, after the delay that Discord asked for if it did.
    Again(RestError, Option<Duration>),
}

/// A response of Discord, or of something on the way.
pub(super) struct ApiResponse {
    status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What Discord says about a request that it refuses.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: i64,
    message: String,
    retry_after: Option<f64>,
    global: bool,
}

impl Sender {
    /// A sender to an origin. It fails if the system has no TLS, or the token is not a valid header.
    pub(super) fn new(
        origin: &str,
        token: &Token,
        timeout: Duration,
        monitor: MonitorHandle,
    ) -> Result<Self, RestError> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.expose()))
            .map_err(|error| RestError::Unwritable(error.to_string()))?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, authorization),
            (USER_AGENT, HeaderValue::from_static(AGENT)),
        ]);
        let client = client_for(origin).default_headers(headers);
        Ok(Self {
            client: client.build().map_err(unreachable)?,
            base: format!("{origin}{API}"),
            limiter: RateLimiter::default(),
            globally_limited_until: Mutex::default(),
            timeout,
            monitor,
        })
    }

    /// Sends a request until Discord accepts or refuses it, or its deadline would pass before the next attempt; returns the body of the
    /// response, and the number of attempts.
    pub(super) async fn send(&self, request: &ApiRequest<'_>) -> (Result<Bytes, RestError>, u32) {
        let mut delay = FIRST_DELAY;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (error, asked_for) = match self.attempt(request).await {
                Attempt::Done(response) => return (Ok(response.body), attempts),
                Attempt::Failed(error) => return (Err(error), attempts),
                Attempt::Again(error, asked_for) => (error, asked_for),
            };
            let jitter = Duration::from_millis(fastrand::u64(0..MAX_JITTER_MILLIS));
            let next = Instant::now() + asked_for.unwrap_or(delay) + jitter;
            if next >= request.deadline {
                return (Err(error), attempts);
            }
            tokio::time::sleep_until(next).await;
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }

    /// Waits until the request may be sent, and sends it once.
    pub(super) async fn attempt(&self, request: &ApiRequest<'_>) -> Attempt {
        let kind = request.target.kind();
        let permit = match self.permit(request).await {
            Ok(permit) => permit,
            Err(error) => return Attempt::Failed(error),
        };
        let sent = self.send_once(request).await;
        let status = sent.as_ref().ok().map(|sent| sent.status.as_u16());
        self.monitor.requested(kind, status);
        let response = match sent {
            Ok(response) => response,
            // Without a response the permit is not used up.
            Err(error) => return Attempt::Again(error, None),
        };
        if response.status.is_success() {
            complete(permit, rate_limit(&response.headers));
            return Attempt::Done(response);
        }
        // A proxy on the way may answer with a page of HTML.
        let refusal: Refusal = serde_json::from_slice(&response.body).unwrap_or_default();
        let status = response.status.as_u16();
        let (code, retry_after, global) = (refusal.code, refusal.retry_after, refusal.global);
        let error = RestError::Refused {
            status,
            code,
            message: refusal.message,
        };
        if status == 429 {
            self.monitor.limited(kind);
            let delay = retry_after
                .or_else(|| number(&response.headers, "retry-after"))
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .unwrap_or(FIRST_DELAY);
            return self.limited(permit, &response.headers, error, delay, global);
        }
        complete(permit, rate_limit(&response.headers));
        if response.status.is_server_error() || code == POST_BEFORE_FIRST_MESSAGE {
            Attempt::Again(error, None)
        } else {
            Attempt::Failed(error)
        }
    }

    /// Makes every request that a 429 applies to wait.
    fn limited(
        &self,
        permit: Option<Permit>,
        headers: &HeaderMap,
        error: RestError,
        delay: Duration,
        global: bool,
    ) -> Attempt {
        let until = Instant::now() + delay;
        if global {
            *self.globally_limited_until.lock() = Some(until);
            complete(permit, None);
            return Attempt::Again(error, Some(delay));
        }
        let Some(permit) = permit else {
            return Attempt::Again(error, Some(delay));
        };
        let bucket = headers.get(RateLimitHeaders::BUCKET);
        // A limit shared with others also applies to every request to the channel.
        permit.complete(Some(RateLimitHeaders {
            bucket: bucket
                .map_or(b"unnamed".as_slice(), HeaderValue::as_bytes)
                .to_vec(),
            limit: 0,
            remaining: 0,
            reset_at: until.into_std(),
        }));
        // The limiter does the waiting.
        Attempt::Again(error, Some(Duration::ZERO))
    }

    /// Waits for the permit to send a request, and for the end of a global limit.
    async fn permit(&self, request: &ApiRequest<'_>) -> Result<Option<Permit>, RestError> {
        let begin = Instant::now();
        let permit = match request.target.limited_path() {
            Some(path) => {
                let method = limiter_method(&request.method);
                let permit = self.limiter.acquire(Endpoint { method, path });
                let permit = timeout_at(request.deadline, permit).await;
                Some(permit.map_err(|_| RestError::RateLimited)?)
            }
            None => None,
        };
        if !request.target.is_of_interaction() {
            let until = *self.globally_limited_until.lock();
            match until {
                Some(until) if until >= request.deadline => return Err(RestError::RateLimited),
                Some(until) => tokio::time::sleep_until(until).await,
                None => {}
            }
        }
        if begin.elapsed() > NOTABLE_WAIT {
            self.monitor.limited(request.target.kind());
        }
        Ok(permit)
    }

    async fn send_once(&self, request: &ApiRequest<'_>) -> Result<ApiResponse, RestError> {
        let mut url = self.base.clone();
        let _ = write!(url, "{}", request.target.path());
        let left = request.deadline.saturating_duration_since(Instant::now());
        let sending = self
            .client
            .request(request.method.clone(), url)
            .timeout(left.min(self.timeout));
        let sending = match &request.body {
            Some(body) => sending
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
            None => sending,
        };
        let mut response = sending.send().await.map_err(unreachable)?;
        Ok(ApiResponse {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: response.bytes().await.map_err(unreachable)?,
        })
    }
}

/// What a response says about its route's rate limit.
fn rate_limit(headers: &HeaderMap) -> Option<RateLimitHeaders> {
    let reset_after = number(headers, RateLimitHeaders::RESET_AFTER)?;
    let reset_after = Duration::try_from_secs_f64(reset_after).ok()?;
    let bucket = headers.get(RateLimitHeaders::BUCKET)?;
    Some(RateLimitHeaders {
        bucket: bucket.as_bytes().to_vec(),
        limit: number(headers, RateLimitHeaders::LIMIT)? as u16,
        remaining: number(headers, RateLimitHeaders::REMAINING)? as u16,
        reset_at: (Instant::now() + reset_after).into_std(),
    })
}

fn complete(permit: Option<Permit>, headers: Option<RateLimitHeaders>) {
    if let Some(permit) = permit {
        permit.complete(headers);
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn limiter_method(method: &Method) -> twilight_http_ratelimiting::Method {
    use twilight_http_ratelimiting::Method as Limited;
    match *method {
        Method::POST => Limited::Post,
        Method::PATCH => Limited::Patch,
        Method::PUT => Limited::Put,
        Method::DELETE => Limited::Delete,
        _ => Limited::Get,
    }
}

/// The error with its causes, but without its address, which may contain the token of an interaction.
pub(super) fn unreachable(error: reqwest::Error) -> RestError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    RestError::Unreachable(text)
}
