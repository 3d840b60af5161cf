//! Requests to Discord: the one place that sends them, retries them and reads what came back.
//!
//! serenity's own rate limiter keeps a bucket for every interaction for ever, and it ignores another origin. So callbacks
//! of interactions, which Discord exempts from its limits, never go through it, and messages do unless another origin is
//! set. Whatever answers 429 or 5xx is tried again a bounded number of times, as late as it asked for and a little later.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use serenity::all::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId};
use serenity::http::{LightMethod, Ratelimiter, Request, Route};

use super::gateway::random;
use crate::config::{Discord, Token};
use crate::monitor::{self, Monitor};

/// How often a request is sent at the most.
const ATTEMPTS: u32 = 4;
/// How long a message may take, all attempts together.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(60);
/// How long the answer to an interaction may take: Discord forgets it after three seconds.
const CALLBACK_PATIENCE: Duration = Duration::from_millis(2_800);
/// The first wait before a request is tried again that Discord did not give a time for; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// How much later than asked for a request is tried again, at the most.
const JITTER: Duration = Duration::from_millis(100);

/// Discord's code for a forum post whose first message has not arrived yet.
const POST_BEFORE_FIRST_MESSAGE: i64 = 40_058;
/// Discord's code for an interaction that has its answer.
const ANSWERED_ALREADY: i64 = 40_060;

/// The way to Discord.
pub(super) struct Rest {
    client: reqwest::Client,
    authorization: String,
    origin: Option<String>,
    limiter: Option<Ratelimiter>,
    monitor: Monitor,
    application: AtomicU64,
    /// No message before this: Discord said that all of them are too many.
    paused_until: Mutex<Option<Instant>>,
}

/// Why a request was in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RestError {
    /// Discord refused it.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code, 0 where there is none.
        code: i64,
        /// Discord's words.
        message: String,
    },
    /// There was no readable answer.
    Unreachable(String),
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused {
                status,
                code,
                message,
            } => write!(f, "Discord refused with {status}, code {code}: {message}"),
            Self::Unreachable(why) => write!(f, "Discord cannot be reached: {why}"),
        }
    }
}

impl std::error::Error for RestError {}

impl RestError {
    /// Discord's code, 0 where there is none.
    pub(super) fn code(&self) -> i64 {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Unreachable(_) => 0,
        }
    }

    /// The HTTP status, 0 where there is none.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Refused { status, .. } => *status,
            Self::Unreachable(_) => 0,
        }
    }
}

/// How to connect to the gateway.
#[derive(Debug, Deserialize)]
pub(super) struct Gateway {
    /// Where it is.
    pub url: String,
    /// How many connections Discord recommends.
    pub shards: u32,
    /// How many sessions may be begun.
    #[serde(default)]
    pub session_start_limit: SessionStartLimit,
}

/// How many sessions may be begun in a day, and at once.
#[derive(Debug, Deserialize)]
pub(super) struct SessionStartLimit {
    /// How many in a day.
    pub total: u32,
    /// How many are left of them.
    pub remaining: u32,
    /// After how many milliseconds there are all of them again.
    pub reset_after: u64,
    /// How many within five seconds.
    pub max_concurrency: u16,
}

impl Default for SessionStartLimit {
    /// What every bot has, for a proxy that does not say.
    fn default() -> Self {
        Self {
            total: 1_000,
            remaining: 1_000,
            reset_after: 86_400_000,
            max_concurrency: 1,
        }
    }
}

/// A message that was sent.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    /// Its id.
    pub id: MessageId,
    /// What is left of its embeds: Discord drops those of a bot that may not embed.
    #[serde(default)]
    embeds: Vec<IgnoredAny>,
}

impl Sent {
    /// Whether Discord kept an embed.
    pub(super) fn has_embed(&self) -> bool {
        !self.embeds.is_empty()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: i64,
    message: String,
    retry_after: Option<f64>,
    global: bool,
}

/// A request, and how long it is worth trying.
struct Call<'a> {
    route: Route<'a>,
    method: LightMethod,
    body: Option<Vec<u8>>,
    patience: Duration,
    /// Whether Discord counts it.
    limited: bool,
}

/// What Discord answered.
struct Received {
    status: StatusCode,
    /// After how many seconds to try again.
    retry_after: Option<f64>,
    body: Vec<u8>,
}

/// What came of one attempt.
enum Attempt {
    Done(Vec<u8>),
    Failed(RestError),
    Again(RestError, Option<Duration>),
}

impl Rest {
    /// The way that the configuration tells.
    ///
    /// # Errors
    /// Where the system has no TLS to offer.
    pub(super) fn new(
        config: &Discord,
        token: &Token,
        monitor: Monitor,
    ) -> Result<Self, RestError> {
        let client = reqwest::Client::builder()
            .timeout(config.request())
            .use_rustls_tls()
            .build()
            .map_err(unreachable)?;
        let authorization = format!("Bot {}", token.expose());
        let origin = config.origin().map(str::to_owned);
        let limiter = origin
            .is_none()
            .then(|| limiter(&client, &authorization, monitor.clone()));
        Ok(Self {
            client,
            authorization,
            origin,
            limiter,
            monitor,
            application: AtomicU64::new(0),
            paused_until: Mutex::default(),
        })
    }

    /// Whose commands these are; known once the bot is connected.
    pub(super) fn set_application(&self, id: ApplicationId) {
        self.application.store(id.get(), Ordering::Relaxed);
    }

    fn application(&self) -> ApplicationId {
        ApplicationId::new(self.application.load(Ordering::Relaxed).max(1))
    }

    /// How to connect.
    ///
    /// # Errors
    /// Where Discord refuses the token or cannot be reached.
    pub(super) async fn gateway(&self) -> Result<Gateway, RestError> {
        read(&self.send(get(Route::GatewayBot)).await?)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// Where Discord refuses it.
    pub(super) async fn create_message(
        &self,
        channel_id: ChannelId,
        message: &impl Serialize,
    ) -> Result<Sent, RestError> {
        let route = Route::ChannelMessages { channel_id };
        read(
            &self
                .send(call(route, LightMethod::Post, Some(message))?)
                .await?,
        )
    }

    /// Changes a message of the bot.
    ///
    /// # Errors
    /// Where Discord refuses it.
    pub(super) async fn edit_message(
        &self,
        channel_id: ChannelId,
        message_id: MessageId,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let route = Route::ChannelMessage {
            channel_id,
            message_id,
        };
        self.send(call(route, LightMethod::Patch, Some(message))?)
            .await
            .map(drop)
    }

    /// Deletes a message of the bot.
    ///
    /// # Errors
    /// Where Discord refuses it.
    pub(super) async fn delete_message(
        &self,
        channel_id: ChannelId,
        message_id: MessageId,
    ) -> Result<(), RestError> {
        let route = Route::ChannelMessage {
            channel_id,
            message_id,
        };
        self.send(call(route, LightMethod::Delete, None::<&()>)?)
            .await
            .map(drop)
    }

    /// Shows "… is typing"; whether that worked does not matter.
    pub(super) async fn type_in(&self, channel_id: ChannelId) {
        let typing = Call {
            patience: Duration::ZERO,
            ..get(Route::ChannelTyping { channel_id })
        };
        // The answer itself is what matters.
        let _ = self
            .send(Call {
                method: LightMethod::Post,
                ..typing
            })
            .await;
    }

    /// Answers an interaction.
    ///
    /// # Errors
    /// Where Discord refuses it, for one because it is too late.
    pub(super) async fn respond(
        &self,
        interaction_id: InteractionId,
        token: &str,
        response: &impl Serialize,
    ) -> Result<(), RestError> {
        let route = Route::InteractionResponse {
            interaction_id,
            token,
        };
        let result = self
            .send(callback(call(route, LightMethod::Post, Some(response))?))
            .await;
        match result {
            // An earlier attempt arrived and only its answer was lost.
            Err(error) if error.code() == ANSWERED_ALREADY => Ok(()),
            other => other.map(drop),
        }
    }

    /// Changes the message with which an interaction was answered, or whose button was used.
    ///
    /// # Errors
    /// Where Discord refuses it.
    pub(super) async fn edit_response(
        &self,
        token: &str,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: self.application(),
            token,
        };
        self.send(unlimited(call(route, LightMethod::Patch, Some(message))?))
            .await
            .map(drop)
    }

    /// Deletes that message.
    ///
    /// # Errors
    /// Where Discord refuses it.
    pub(super) async fn delete_response(&self, token: &str) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: self.application(),
            token,
        };
        self.send(unlimited(call(route, LightMethod::Delete, None::<&()>)?))
            .await
            .map(drop)
    }

    /// The commands that Discord has, of all guilds or of one.
    ///
    /// # Errors
    /// Where Discord refuses.
    pub(super) async fn commands(&self, guild: Option<GuildId>) -> Result<Vec<Value>, RestError> {
        read(&self.send(get(self.commands_route(guild))).await?)
    }

    /// Replaces the commands that Discord has.
    ///
    /// # Errors
    /// Where Discord refuses.
    pub(super) async fn set_commands(
        &self,
        guild: Option<GuildId>,
        commands: &[Value],
    ) -> Result<(), RestError> {
        self.send(call(
            self.commands_route(guild),
            LightMethod::Put,
            Some(&commands),
        )?)
        .await
        .map(drop)
    }

    fn commands_route(&self, guild: Option<GuildId>) -> Route<'static> {
        let application_id = self.application();
        match guild {
            Some(guild_id) => Route::GuildCommands {
                application_id,
                guild_id,
            },
            None => Route::Commands { application_id },
        }
    }

    async fn send(&self, call: Call<'_>) -> Result<Vec<u8>, RestError> {
        let begin = Instant::now();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            if call.limited {
                self.wait_for_pause().await;
            }
            let left = call.patience.saturating_sub(begin.elapsed());
            let (error, told) = match self.attempt(&call, left).await {
                Attempt::Done(body) => return Ok(body),
                Attempt::Failed(error) => return Err(error),
                Attempt::Again(error, told) => (error, told),
            };
            let pause = told.unwrap_or(wait) + jitter();
            if attempt >= ATTEMPTS || begin.elapsed() + pause >= call.patience {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            wait *= 2;
        }
        Err(RestError::Unreachable("no attempt was made".to_owned()))
    }

    async fn attempt(&self, call: &Call<'_>, left: Duration) -> Attempt {
        let kind = monitor::kind(&call.route.path());
        let request = Request::new(call.route, call.method).body(call.body.clone());
        let sent = match &self.limiter {
            Some(limiter) if call.limited => limiter
                .perform(request)
                .await
                .map_err(|error| describe(&error)),
            _ => match request.build(&self.client, &self.authorization, self.origin.as_deref()) {
                Ok(request) if call.limited => request.send().await.map_err(unreachable),
                Ok(request) => request
                    .timeout(left.max(Duration::from_millis(100)))
                    .send()
                    .await
                    .map_err(unreachable),
                Err(error) => Err(describe(&error)),
            },
        };
        let received = match sent {
            Ok(response) => receive(response).await,
            Err(error) => Err(error),
        };
        self.monitor.requested(
            kind,
            received
                .as_ref()
                .ok()
                .map(|received| received.status.as_u16()),
        );
        let Received {
            status,
            retry_after,
            body,
        } = match received {
            Ok(received) => received,
            Err(error) => return Attempt::Again(error, None),
        };
        if status.is_success() {
            return Attempt::Done(body);
        }
        // A proxy on the way may answer with a page of HTML.
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        let error = RestError::Refused {
            status: status.as_u16(),
            code: refusal.code,
            message: refusal.message,
        };
        if status.as_u16() == 429 {
            self.monitor.limited(kind);
            let told = refusal
                .retry_after
                .or(retry_after)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            if refusal.global {
                self.pause(told.unwrap_or(FIRST_WAIT));
            }
            return Attempt::Again(error, told);
        }
        if status.is_server_error() || refusal.code == POST_BEFORE_FIRST_MESSAGE {
            return Attempt::Again(error, None);
        }
        Attempt::Failed(error)
    }

    fn pause(&self, time: Duration) {
        *self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + time);
    }

    async fn wait_for_pause(&self) {
        let until = *self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            tokio::time::sleep(left.min(MESSAGE_PATIENCE) + jitter()).await;
        }
    }
}

async fn receive(response: reqwest::Response) -> Result<Received, RestError> {
    let status = response.status();
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let body = response.bytes().await.map_err(unreachable)?;
    Ok(Received {
        status,
        retry_after,
        body: body.into(),
    })
}

/// serenity's limiter. It waits out limits by itself, so it says when it does.
fn limiter(client: &reqwest::Client, authorization: &str, monitor: Monitor) -> Ratelimiter {
    let mut limiter = Ratelimiter::new(client.clone(), authorization);
    limiter.set_ratelimit_callback(Box::new(move |limit| {
        monitor.limited(monitor::kind(&limit.path))
    }));
    limiter
}

fn get(route: Route<'_>) -> Call<'_> {
    Call {
        route,
        method: LightMethod::Get,
        body: None,
        patience: MESSAGE_PATIENCE,
        limited: true,
    }
}

fn call<'a>(
    route: Route<'a>,
    method: LightMethod,
    body: Option<&impl Serialize>,
) -> Result<Call<'a>, RestError> {
    let body = body.map(|body| {
        let mut body = serde_json::to_value(body)?;
        without_mentions(&mut body);
        serde_json::to_vec(&body)
    });
    let body = body
        .transpose()
        .map_err(|error| RestError::Unreachable(error.to_string()))?;
    Ok(Call {
        method,
        body,
        ..get(route)
    })
}

fn unlimited(call: Call<'_>) -> Call<'_> {
    Call {
        limited: false,
        ..call
    }
}

fn callback(call: Call<'_>) -> Call<'_> {
    Call {
        patience: CALLBACK_PATIENCE,
        ..unlimited(call)
    }
}

/// Whoever did not say whom a message may notify notifies nobody: Discord's own default is everybody.
fn without_mentions(body: &mut Value) {
    let message = match body.get_mut("data") {
        Some(data) => data,
        None => body,
    };
    if let Some(message) = message.as_object_mut()
        && ["content", "embeds"]
            .iter()
            .any(|part| message.contains_key(*part))
    {
        message
            .entry("allowed_mentions")
            .or_insert_with(|| json!({"parse": []}));
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body)
        .map_err(|error| RestError::Unreachable(format!("an answer that I cannot read ({error})")))
}

/// The error without its address, which may hold the token of an interaction.
fn unreachable(error: reqwest::Error) -> RestError {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    RestError::Unreachable(words)
}

fn describe(error: &serenity::Error) -> RestError {
    match error {
        serenity::Error::Http(serenity::http::HttpError::Request(_)) => {
            RestError::Unreachable("the request failed".to_owned())
        }
        other => RestError::Unreachable(other.to_string()),
    }
}

/// A little time, never the same.
fn jitter() -> Duration {
    JITTER.mul_f64(random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_does_not_say_whom_it_notifies_notifies_nobody() {
        let mut message = json!({"content": "@everyone"});
        without_mentions(&mut message);
        assert_eq!(message["allowed_mentions"], json!({"parse": []}));
        let mut response = json!({"type": 4, "data": {"embeds": []}});
        without_mentions(&mut response);
        assert_eq!(response["data"]["allowed_mentions"], json!({"parse": []}));
        let mut named = json!({"content": "", "allowed_mentions": {"users": ["1"]}});
        without_mentions(&mut named);
        assert_eq!(named["allowed_mentions"], json!({"users": ["1"]}));
    }
}
