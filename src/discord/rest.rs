//! Requests to Discord: one path, whatever the origin.
//!
//! A request waits for a permit of the rate limiter, is sent, and is sent again while Discord is busy, limits it or cannot be
//! reached, until its deadline. Every wait ends at the deadline, and dropping the future gives the request up.
//!
//! The callbacks of interactions need no permit: Discord exempts them, and the limiter would keep a queue for the token of
//! every interaction. Neither does "… is typing", of which there is at most one for each slow message.

mod client;
mod error;
mod model;
mod route;
mod websocket;

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serenity::all::{ApplicationId, ChannelId, ForumTagId, GuildId, InteractionId, MessageId};
use tokio::time::{Duration, Instant, timeout_at};
use twilight_http_ratelimiting::{Endpoint, Permit, RateLimitHeaders, RateLimiter};

use super::Timeouts;
use super::other_process::OtherProcess;
use crate::config::{Discord, Token};
use crate::monitor::MonitorHandle;
use client::client_for;
use route::Route;

pub use client::proxy_variable;
pub(super) use error::RestError;
pub(super) use model::{
    CreatedMessage, CurrentApplication, CurrentUser, ForumChannel, GatewayInfo, RegisteredCommand,
    SessionStartLimit,
};
pub(super) use websocket::{WebSocket, open_websocket};

/// Discord's own address.
pub const DISCORD: &str = "https://discord.com";
/// The version of the API.
const API: &str = "/api/v10/";
/// How Discord asks programs to name themselves.
const AGENT: &str = concat!(
    "DiscordBot (https://crates.io/crates/internbot, ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// The time in which the first response to an interaction has to arrive: Discord forgets the interaction after three seconds.
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(2_800);
/// "… is typing" is of no use later.
const TYPING_TIMEOUT: Duration = Duration::from_secs(2);
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
/// Discord's code for an interaction that has been answered.
const ANSWERED_ALREADY: i64 = 40_060;

/// Sends requests to Discord.
pub(super) struct Rest {
    client: reqwest::Client,
    /// The origin and the path of the API.
    base: String,
    limiter: RateLimiter,
    /// No request before this: Discord said that the bot as a whole sends too many.
    globally_limited_until: Mutex<Option<Instant>>,
    timeouts: Timeouts,
    monitor: MonitorHandle,
    /// Whether somebody else answers with the same token.
    pub other_process: OtherProcess,
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

/// A request, which may be sent several times.
struct ApiRequest<'a> {
    method: Method,
    target: Route<'a>,
    body: Option<Vec<u8>>,
    deadline: Instant,
}

/// How one attempt ended.
enum Attempt {
    Done(ApiResponse),
    Failed(RestError),
    /// Worth another attempt, after the delay that Discord asked for if it did.
    Again(RestError, Option<Duration>),
}

/// A response of Discord, or of something on the way.
struct ApiResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Rest {
    /// A client for the origin that is configured.
    ///
    /// # Errors
    /// If the system offers no TLS, or the token is not a header.
    pub(super) fn new(
        config: &Discord,
        token: &Token,
        timeouts: Timeouts,
        monitor: MonitorHandle,
    ) -> Result<Self, RestError> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.expose()))
            .map_err(|error| RestError::Unwritable(error.to_string()))?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, authorization),
            (USER_AGENT, HeaderValue::from_static(AGENT)),
        ]);
        let origin = config.origin().unwrap_or(DISCORD).trim_end_matches('/');
        let client = client_for(origin).default_headers(headers);
        Ok(Self {
            client: client.build().map_err(unreachable)?,
            base: format!("{origin}{API}"),
            limiter: RateLimiter::default(),
            globally_limited_until: Mutex::default(),
            timeouts,
            monitor,
            other_process: OtherProcess::default(),
        })
    }

    /// Asks once how to connect to the gateway: whoever asks has growing delays of their own.
    ///
    /// # Errors
    /// If Discord refuses the token or cannot be reached.
    pub(super) async fn gateway(&self) -> Result<GatewayInfo, RestError> {
        self.get_once(Route::GatewayBot).await.map(|(info, _)| info)
    }

    /// Asks once who the bot is, and what Discord's clock says, in the words of the HTTP header `Date`.
    ///
    /// # Errors
    /// If Discord refuses the token or cannot be reached.
    pub(super) async fn current_user(&self) -> Result<(CurrentUser, Option<String>), RestError> {
        let (user, headers) = self.get_once(Route::CurrentUser).await?;
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        Ok((user, date.map(str::to_owned)))
    }

    /// Asks once what the bot's application is allowed.
    ///
    /// # Errors
    /// If Discord refuses the token or cannot be reached.
    pub(super) async fn current_application(&self) -> Result<CurrentApplication, RestError> {
        let asked = self.get_once(Route::CurrentApplication).await;
        asked.map(|(application, _)| application)
    }

    /// Asks once, with the headers of the response.
    async fn get_once<T: DeserializeOwned>(
        &self,
        target: Route<'_>,
    ) -> Result<(T, HeaderMap), RestError> {
        let request = self.request(Method::GET, target);
        match self.attempt(&request).await {
            Attempt::Done(response) => Ok((read(&response.body)?, response.headers)),
            Attempt::Failed(error) | Attempt::Again(error, _) => Err(error),
        }
    }

    /// Asks once about a forum, or a post of one.
    ///
    /// # Errors
    /// If Discord does not tell.
    pub(super) async fn forum_channel(&self, id: ChannelId) -> Result<ForumChannel, RestError> {
        let asked = self.get_once(Route::Channel(id)).await;
        asked.map(|(channel, _)| channel)
    }

    /// Sets the tags of a post.
    ///
    /// # Errors
    /// If Discord refuses them, or until its deadline does not take them.
    pub(super) async fn set_tags(
        &self,
        post: ChannelId,
        tags: &[ForumTagId],
    ) -> Result<(), RestError> {
        let body = serde_json::json!({"applied_tags": tags});
        let request = self.with_body(Method::PATCH, Route::Channel(post), &body)?;
        self.send(request).await.map(drop)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If Discord refuses it, or until its deadline does not take it.
    pub(super) async fn create_message(
        &self,
        channel: ChannelId,
        message: &impl Serialize,
    ) -> Result<CreatedMessage, RestError> {
        let request = self.with_body(Method::POST, Route::Messages(channel), message)?;
        let created: CreatedMessage = read(&self.send(request).await?)?;
        self.other_process.look_at(created.mark());
        Ok(created)
    }

    /// Changes a message of the bot.
    ///
    /// # Errors
    /// If Discord refuses it, or until its deadline does not take it.
    pub(super) async fn edit_message(
        &self,
        channel: ChannelId,
        id: MessageId,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let request = self.with_body(Method::PATCH, Route::Message(channel, id), message)?;
        self.send(request).await.map(drop)
    }

    /// Deletes a message of the bot.
    ///
    /// # Errors
    /// If Discord refuses it, or until its deadline does not take it.
    pub(super) async fn delete_message(
        &self,
        channel: ChannelId,
        id: MessageId,
    ) -> Result<(), RestError> {
        let request = self.request(Method::DELETE, Route::Message(channel, id));
        self.send(request).await.map(drop)
    }

    /// Shows "… is typing"; whether that worked does not matter.
    pub(super) async fn show_typing(&self, channel: ChannelId) {
        let request = ApiRequest {
            deadline: Instant::now() + TYPING_TIMEOUT,
            ..self.request(Method::POST, Route::Typing(channel))
        };
        let _ = self.attempt(&request).await;
    }

    /// Answers an interaction.
    ///
    /// # Errors
    /// If Discord refuses it, for example because it is too late.
    pub(super) async fn respond(
        &self,
        interaction: InteractionId,
        token: &str,
        response: &impl Serialize,
    ) -> Result<(), RestError> {
        let target = Route::Callback(interaction, token);
        let request = ApiRequest {
            deadline: Instant::now() + CALLBACK_TIMEOUT,
            ..self.with_body(Method::POST, target, response)?
        };
        match self.send_counting(&request).await {
            (Err(error), attempts) if error.code() == Some(ANSWERED_ALREADY) => {
                // Unless an earlier attempt arrived and only its response was lost, somebody else has answered.
                if attempts == 1 {
                    self.other_process.notice();
                }
                Ok(())
            }
            (result, _) => result.map(drop),
        }
    }

    /// Changes the message that answered an interaction, or whose button was used.
    ///
    /// # Errors
    /// If Discord refuses it, or until its deadline does not take it.
    pub(super) async fn edit_response(
        &self,
        application: ApplicationId,
        token: &str,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let target = Route::OriginalResponse(application, token);
        let request = self.with_body(Method::PATCH, target, message)?;
        self.send(request).await.map(drop)
    }

    /// Deletes that message.
    ///
    /// # Errors
    /// If Discord refuses it, or until its deadline does not take it.
    pub(super) async fn delete_response(
        &self,
        application: ApplicationId,
        token: &str,
    ) -> Result<(), RestError> {
        let target = Route::OriginalResponse(application, token);
        self.send(self.request(Method::DELETE, target))
            .await
            .map(drop)
    }

    /// Replaces the commands of all guilds, or of one. Commands that are as they were do not count as created.
    ///
    /// # Errors
    /// If Discord refuses them, or until its deadline does not take them.
    pub(super) async fn set_commands(
        &self,
        application: ApplicationId,
        guild: Option<GuildId>,
        commands: &impl Serialize,
    ) -> Result<Vec<RegisteredCommand>, RestError> {
        let target = Route::Commands(application, guild);
        let request = self.with_body(Method::PUT, target, commands)?;
        read(&self.send(request).await?)
    }

    /// The commands that are registered to all guilds, or to one alone.
    ///
    /// # Errors
    /// If Discord does not tell.
    pub(super) async fn commands(
        &self,
        application: ApplicationId,
        guild: Option<GuildId>,
    ) -> Result<Vec<RegisteredCommand>, RestError> {
        let target = Route::Commands(application, guild);
        read(&self.send(self.request(Method::GET, target)).await?)
    }

    fn request<'a>(&self, method: Method, target: Route<'a>) -> ApiRequest<'a> {
        ApiRequest {
            method,
            target,
            body: None,
            deadline: Instant::now() + self.timeouts.message,
        }
    }

    fn with_body<'a>(
        &self,
        method: Method,
        target: Route<'a>,
        body: &impl Serialize,
    ) -> Result<ApiRequest<'a>, RestError> {
        let body =
            serde_json::to_vec(body).map_err(|error| RestError::Unwritable(error.to_string()))?;
        Ok(ApiRequest {
            body: Some(body),
            ..self.request(method, target)
        })
    }

    /// Sends a request until Discord takes or refuses it, or its deadline would pass before the next attempt.
    async fn send(&self, request: ApiRequest<'_>) -> Result<Vec<u8>, RestError> {
        self.send_counting(&request).await.0
    }

    /// The same, with the number of attempts.
    async fn send_counting(&self, request: &ApiRequest<'_>) -> (Result<Vec<u8>, RestError>, u32) {
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
    async fn attempt(&self, request: &ApiRequest<'_>) -> Attempt {
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

    /// Makes every request wait that a 429 is about.
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
            *self.global_limit() = Some(until);
            complete(permit, None);
            return Attempt::Again(error, Some(delay));
        }
        let Some(permit) = permit else {
            return Attempt::Again(error, Some(delay));
        };
        let bucket = headers.get(RateLimitHeaders::BUCKET);
        // Also a limit that is shared with others holds for every request to the channel.
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
            let until = *self.global_limit();
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
            .timeout(left.min(self.timeouts.request));
        let sending = match &request.body {
            Some(body) => sending
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
            None => sending,
        };
        let response = sending.send().await.map_err(unreachable)?;
        Ok(ApiResponse {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.map_err(unreachable)?.into(),
        })
    }

    fn global_limit(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.globally_limited_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a response says about the rate limit of its route.
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

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|error| RestError::Unreadable(error.to_string()))
}

/// The error with its causes, and without its address, which may hold the token of an interaction.
fn unreachable(error: reqwest::Error) -> RestError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    RestError::Unreachable(text)
}
