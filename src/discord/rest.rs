//! Requests to Discord: one path, whatever the origin. Each fails if Discord refuses it, or does not accept it before the deadline.
//!
//! Interaction callbacks need no permit: Discord exempts them, and the limiter would keep a queue for the token of
//! every interaction. Nor does "… is typing", which is sent at most once per slow message.

mod client;
mod error;
mod model;
mod route;
mod sender;
mod websocket;

use reqwest::Method;
use reqwest::header::{DATE, HeaderMap};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serenity::all::{ApplicationId, ChannelId, ForumTagId, GuildId, InteractionId, MessageId};
use tokio::time::{Duration, Instant};

use super::options::Timeouts;
use super::other_process::OtherProcess;
use crate::config::{Discord, Token};
use crate::monitor::MonitorHandle;
use route::Route;
use sender::{ApiRequest, Attempt, Sender};

pub use client::{ignored_proxy, proxy_variable};
pub(super) use error::RestError;
pub(super) use model::{
    CreatedMessage, CurrentApplication, CurrentUser, ForumChannel, GatewayInfo, RegisteredCommand,
    SessionStartLimit,
};
pub(super) use websocket::{WebSocket, open_websocket};

/// Discord's own address.
pub const DISCORD: &str = "https://discord.com";
/// The time in which the first response to an interaction has to arrive: Discord forgets the interaction after three seconds.
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(2_800);
/// "… is typing" is of no use later.
const TYPING_TIMEOUT: Duration = Duration::from_secs(2);
/// Discord's code for an interaction that has been answered.
const ANSWERED_ALREADY: i64 = 40_060;

/// The requests that the bot makes.
pub(super) struct Rest {
    sender: Sender,
    /// How long to keep trying to send a message.
    timeout: Duration,
    /// Whether someone else answers with the same token.
    pub other_process: OtherProcess,
}

impl Rest {
    /// Requests to the configured origin. It fails if the system has no TLS, or the token is not a valid header.
    pub(super) fn new(
        config: &Discord,
        token: &Token,
        timeouts: Timeouts,
        monitor: MonitorHandle,
    ) -> Result<Self, RestError> {
        let origin = config.origin().unwrap_or(DISCORD).trim_end_matches('/');
        Ok(Self {
            sender: Sender::new(origin, token, timeouts.request, monitor)?,
            timeout: timeouts.message,
            other_process: OtherProcess::default(),
        })
    }

    /// Asks once how to connect to the gateway: the caller has its own growing delays.
    pub(super) async fn gateway(&self) -> Result<GatewayInfo, RestError> {
        self.get_once(Route::GatewayBot).await.map(|(info, _)| info)
    }

    /// Asks once who the bot is, and what Discord's clock says, as the HTTP header `Date`.
    pub(super) async fn current_user(&self) -> Result<(CurrentUser, Option<String>), RestError> {
        let (user, headers) = self.get_once(Route::CurrentUser).await?;
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        Ok((user, date.map(str::to_owned)))
    }

    /// Asks once what the bot's application is allowed.
    pub(super) async fn current_application(&self) -> Result<CurrentApplication, RestError> {
        let asked = self.get_once(Route::CurrentApplication).await;
        asked.map(|(application, _)| application)
    }

    /// Asks once about a forum, or a post of one.
    pub(super) async fn forum_channel(&self, id: ChannelId) -> Result<ForumChannel, RestError> {
        let asked = self.get_once(Route::Channel(id)).await;
        asked.map(|(channel, _)| channel)
    }

    /// Asks once, with the headers of the response.
    async fn get_once<T: DeserializeOwned>(
        &self,
        target: Route<'_>,
    ) -> Result<(T, HeaderMap), RestError> {
        let request = self.request(Method::GET, target);
        match self.sender.attempt(&request).await {
            Attempt::Done(response) => Ok((read(&response.body)?, response.headers)),
            Attempt::Failed(error) | Attempt::Again(error, _) => Err(error),
        }
    }

    /// Sets the tags of a post.
    pub(super) async fn set_tags(
        &self,
        post: ChannelId,
        tags: &[ForumTagId],
    ) -> Result<(), RestError> {
        let body = serde_json::json!({"applied_tags": tags});
        let request = self.with_body(Method::PATCH, Route::Channel(post), &body)?;
        self.send(&request).await
    }

    /// Sends a message.
    pub(super) async fn create_message(
        &self,
        channel: ChannelId,
        message: &impl Serialize,
    ) -> Result<CreatedMessage, RestError> {
        let request = self.with_body(Method::POST, Route::Messages(channel), message)?;
        let created: CreatedMessage = self.ask(&request).await?;
        self.other_process.look_at(created.mark());
        Ok(created)
    }

    /// Changes a message of the bot.
    pub(super) async fn edit_message(
        &self,
        channel: ChannelId,
        id: MessageId,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let request = self.with_body(Method::PATCH, Route::Message(channel, id), message)?;
        self.send(&request).await
    }

    /// Deletes a message of the bot.
    pub(super) async fn delete_message(
        &self,
        channel: ChannelId,
        id: MessageId,
    ) -> Result<(), RestError> {
        let request = self.request(Method::DELETE, Route::Message(channel, id));
        self.send(&request).await
    }

    /// Shows "… is typing"; whether that worked does not matter.
    pub(super) async fn show_typing(&self, channel: ChannelId) {
        let request = ApiRequest {
            deadline: Instant::now() + TYPING_TIMEOUT,
            ..self.request(Method::POST, Route::Typing(channel))
        };
        let _ = self.sender.attempt(&request).await;
    }

    /// Answers an interaction, unless it is too late.
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
        match self.sender.send(&request).await {
            (Err(error), attempts) if error.code() == Some(ANSWERED_ALREADY) => {
                // Unless an earlier attempt arrived and only its response was lost, another process has answered.
                if attempts == 1 {
                    self.other_process.notice();
                }
                Ok(())
            }
            (result, _) => result.map(drop),
        }
    }

    /// Changes the message that answered an interaction, or whose button was used.
    pub(super) async fn edit_response(
        &self,
        application: ApplicationId,
        token: &str,
        message: &impl Serialize,
    ) -> Result<(), RestError> {
        let target = Route::OriginalResponse(application, token);
        let request = self.with_body(Method::PATCH, target, message)?;
        self.send(&request).await
    }

    /// Deletes that message.
    pub(super) async fn delete_response(
        &self,
        application: ApplicationId,
        token: &str,
    ) -> Result<(), RestError> {
        let target = Route::OriginalResponse(application, token);
        self.send(&self.request(Method::DELETE, target)).await
    }

    /// Replaces the global commands, or those of one guild. Unchanged commands do not count as created.
    pub(super) async fn set_commands(
        &self,
        application: ApplicationId,
        guild: Option<GuildId>,
        commands: &impl Serialize,
    ) -> Result<Vec<RegisteredCommand>, RestError> {
        let target = Route::Commands(application, guild);
        let request = self.with_body(Method::PUT, target, commands)?;
        self.ask(&request).await
    }

    /// The commands registered globally, or in one guild.
    pub(super) async fn commands(
        &self,
        application: ApplicationId,
        guild: Option<GuildId>,
    ) -> Result<Vec<RegisteredCommand>, RestError> {
        let target = Route::Commands(application, guild);
        self.ask(&self.request(Method::GET, target)).await
    }

    fn request<'a>(&self, method: Method, target: Route<'a>) -> ApiRequest<'a> {
        ApiRequest {
            method,
            target,
            body: None,
            deadline: Instant::now() + self.timeout,
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
            body: Some(body.into()),
            ..self.request(method, target)
        })
    }

    async fn send(&self, request: &ApiRequest<'_>) -> Result<(), RestError> {
        self.sender.send(request).await.0.map(drop)
    }

    async fn ask<T: DeserializeOwned>(&self, request: &ApiRequest<'_>) -> Result<T, RestError> {
        read(&self.sender.send(request).await.0?)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|error| RestError::Unreadable(error.to_string()))
}
