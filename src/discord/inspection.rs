//! What Discord says about the bot without a session: who it is, what it is allowed to do, and whether everything can be reached.

use std::time::Duration;

use futures_util::SinkExt;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use serenity::all::ApplicationFlags;

use super::error::{RunError, check_address};
use super::gateway;
use super::options::Timeouts;
use super::permissions::invitation;
use super::rest::{GatewayInfo, Rest, RestError, open_websocket, proxy_variable};
use crate::config::{Discord, Token};
use crate::monitor::MonitorHandle;

/// What Discord says about the bot.
#[derive(Debug)]
pub struct Inspection {
    /// Its name.
    pub name: String,
    /// The approximate number of servers that it is in.
    pub guilds: Option<u64>,
    /// The address that invites it to a server, with the permissions that it needs.
    pub invitation: String,
    /// Whether the Message Content Intent is switched on.
    pub has_message_content: bool,
    /// How far the clock of this machine is ahead of Discord's, to about a second; negative if it is behind.
    pub clock_ahead: Option<SignedDuration>,
    /// The address of the gateway.
    pub gateway: String,
    /// The environment variable that names the proxy on the way there, if there is one.
    pub gateway_proxy: Option<&'static str>,
    /// How many more times it may connect before Discord makes it wait, and how many times a day.
    pub session_starts: (u32, u32),
    /// Why the gateway cannot be reached, if it cannot.
    pub gateway_fault: Option<String>,
}

/// Why Discord did not answer.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    /// Only a person can fix it.
    #[error(transparent)]
    Refused(#[from] RunError),
    /// Discord cannot be reached, or does not answer as it should.
    #[error("{0}")]
    NoAnswer(String),
}

/// Asks Discord about the bot. Starts no session, and does not disturb a bot that runs with the same token.
///
/// # Errors
/// If Discord does not accept the token, or cannot be reached.
pub async fn inspect(
    config: &Discord,
    token: &Token,
    timeouts: Timeouts,
) -> Result<Inspection, InspectionError> {
    if let Some(origin) = config.origin() {
        check_address(origin)?;
    }
    let no_answer = |error: RestError| match gateway::refused_for_good(config, &error) {
        Err(refused) => InspectionError::Refused(refused),
        Ok(()) => InspectionError::NoAnswer(error.to_string()),
    };
    let rest = Rest::new(config, token, timeouts, MonitorHandle::off()).map_err(no_answer)?;
    let (user, date) = rest.current_user().await.map_err(no_answer)?;
    let now = Timestamp::now();
    let application = rest.current_application().await.map_err(no_answer)?;
    let GatewayInfo {
        url,
        session_start_limit,
        ..
    } = rest.gateway().await.map_err(no_answer)?;
    let reached = reach_gateway(&url, timeouts.connect).await;
    let message_content = ApplicationFlags::GATEWAY_MESSAGE_CONTENT
        | ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED;
    Ok(Inspection {
        name: user.username,
        guilds: application.approximate_guild_count,
        invitation: invitation(application.id),
        has_message_content: application.flags.intersects(message_content),
        clock_ahead: date.and_then(|date| clock_ahead(now, &date)),
        gateway_proxy: proxy_variable(&url),
        gateway: url,
        session_starts: (session_start_limit.remaining, session_start_limit.total),
        gateway_fault: reached.err(),
    })
}

/// Connects to the gateway as the bot does, and disconnects without starting a session.
async fn reach_gateway(url: &str, timeout: Duration) -> Result<(), String> {
    let reach = async {
        let mut socket = open_websocket(url).await?;
        let _ = socket.close().await;
        Ok::<_, RestError>(())
    };
    match tokio::time::timeout(timeout, reach).await {
        Ok(reached) => reached.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer in time".to_owned()),
    }
}

/// How far a clock is ahead of a date in an HTTP header.
fn clock_ahead(now: Timestamp, date: &str) -> Option<SignedDuration> {
    let date = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.duration_since(date))
}
