//! The connections to Discord: every shard of this process, reconnected whenever it is lost, until the bot is to stop.
//!
//! Connections are opened with the same client as requests, so that they go through the same proxies: `twilight-gateway` 0.18 and
//! `tokio-websockets` look up the host and connect to it by themselves.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `shard_runner` | one shard: one connection after another |
//! | `connection` | one connection, from its opening to its end |
//! | `disconnect` | how it ended |
//! | `session` | what is sent and read on it: sessions and heartbeats |
//! | `backoff` | how long to wait before the next one |
//! | `session_starts` | how many sessions Discord lets the bot start |
//! | `shard_status` | how each shard is |

mod backoff;
mod connection;
mod disconnect;
mod session;
mod session_starts;
mod shard_runner;
mod shard_status;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serenity::all::GatewayIntents;
use tokio::task::JoinSet;
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use twilight_model::gateway::{Intents, ShardId};

use super::context::BotContext;
use super::dispatch::Dispatcher;
use super::error::RunError;
use super::rest::{self, RestError, proxy_variable};
use crate::config::{Discord, Shards, Token};
use backoff::Backoff;
use session::Login;
use session_starts::SessionStarts;
use shard_runner::ShardRunner;

pub(super) use shard_status::ShardStatuses;

/// What the connections need.
pub(super) struct GatewayRunner {
    pub bot: Arc<BotContext>,
    pub dispatcher: Arc<Dispatcher>,
    pub statuses: Arc<ShardStatuses>,
    pub token: Token,
    /// How long an attempt to connect may take.
    pub timeout: Duration,
    /// Cancelled once the connections are to be closed.
    pub closing: CancellationToken,
}

impl GatewayRunner {
    /// Connects with the intents that the bot would like or, failing that, with those that Discord allows, if they are enough. Returns once
    /// all connections are closed.
    ///
    /// # Errors
    /// If only a person can help: with a token, an intent, a number of shards or an address that Discord refuses.
    pub(super) async fn run(&self) -> Result<(), RunError> {
        let mut intents = self.intents();
        let mut refused_shards = None;
        loop {
            let Some(gateway) = self.ask().await? else {
                return Ok(());
            };
            let (shards, total) = match self.bot.config.shards {
                Shards::Auto => (0..=gateway.shards.saturating_sub(1), gateway.shards.max(1)),
                Shards::Some { first, last, total } => (first..=last, total),
            };
            match self.connect(intents, gateway, shards, total).await {
                // Only one guild's moderators want it: they must not stop the bot for everyone else.
                Err(RunError::Intent)
                    if self.bot.config.unasked_channels.is_empty()
                        && intents.contains(GatewayIntents::MESSAGE_CONTENT) =>
                {
                    warn!(
                        "a guild wants unasked answers in a channel, but the Message Content Intent is not switched on; starting without it"
                    );
                    intents.remove(GatewayIntents::MESSAGE_CONTENT);
                }
                // The bot has grown since Discord was asked. Only once: Discord should not refuse what it recommends.
                Err(RunError::Shards)
                    if self.bot.config.shards == Shards::Auto && refused_shards != Some(total) =>
                {
                    warn!(shards = total, "Discord wants more shards; asking how many");
                    refused_shards = Some(total);
                }
                ended => return ended,
            }
        }
    }

    /// Includes the content of all messages only if the bot is to answer unasked.
    fn intents(&self) -> GatewayIntents {
        let unprivileged = GatewayIntents::GUILDS
            | GatewayIntents::GUILD_MESSAGES
            | GatewayIntents::DIRECT_MESSAGES;
        let bot = &self.bot;
        if bot.config.unasked_channels.is_empty() && !bot.store.hears_channels() {
            unprivileged
        } else {
            unprivileged | GatewayIntents::MESSAGE_CONTENT
        }
    }

    /// Asks Discord where and how to connect until it answers; `None` if the bot is to stop before that.
    async fn ask(&self) -> Result<Option<rest::GatewayInfo>, RunError> {
        let mut backoff = Backoff::default();
        let mut warned = false;
        loop {
            let answer = tokio::select! {
                () = self.closing.cancelled() => return Ok(None),
                answer = tokio::time::timeout(self.timeout, self.bot.rest.gateway()) => answer,
            };
            let why = match answer {
                Ok(Ok(gateway)) => {
                    if warned {
                        info!("Discord answers");
                    }
                    return Ok(Some(gateway));
                }
                Ok(Err(error)) => {
                    refused_for_good(&self.bot.config, &error)?;
                    error.to_string()
                }
                Err(_) => "it does not answer".to_owned(),
            };
            if !warned {
                warn!(why, "cannot reach Discord; retrying until it answers");
                warned = true;
            }
            backoff.disconnected(None, false, false);
            tokio::select! {
                () = self.closing.cancelled() => return Ok(None),
                () = tokio::time::sleep(backoff.delay(true)) => {}
            }
        }
    }

    /// Keeps these shards connected until one of them cannot continue, or all are closed.
    async fn connect(
        &self,
        intents: GatewayIntents,
        gateway: rest::GatewayInfo,
        shards: RangeInclusive<u32>,
        total: u32,
    ) -> Result<(), RunError> {
        let has_message_content = intents.contains(GatewayIntents::MESSAGE_CONTENT);
        self.bot
            .has_message_content
            .store(has_message_content, Ordering::Relaxed);
        self.statuses.expect(shards.clone());
        let url = gateway.url.trim_end_matches('/').to_owned();
        let starts = Arc::new(SessionStarts::new(&gateway.session_start_limit));
        let intents = Intents::from_bits_truncate(intents.bits());
        if let Some(variable) = proxy_variable(&url) {
            info!("the connection to the gateway goes through the proxy that {variable} names");
        }
        // A gateway that is not Discord's is to see resumed sessions too. A proxy for requests names Discord's own.
        let resume_at = Some(url.clone()).filter(|url| !is_discords(url));
        let timeout = self.timeout + starts.longest_turn(shards.clone().count());
        let mut runners = JoinSet::new();
        for number in shards {
            let Some(shard) = ShardId::new_checked(number, total) else {
                return Err(RunError::Shards);
            };
            let runner = ShardRunner {
                bot: Arc::clone(&self.bot),
                dispatcher: Arc::clone(&self.dispatcher),
                statuses: Arc::clone(&self.statuses),
                login: Login {
                    shard,
                    token: self.token.clone(),
                    intents,
                },
                url: url.clone(),
                resume_at: resume_at.clone(),
                starts: Arc::clone(&starts),
                timeout,
                closing: self.closing.clone(),
            };
            runners.spawn(runner.run());
        }
        while let Some(ended) = runners.join_next().await {
            match ended {
                Ok(ended) => ended?,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Whether an address is that of a gateway of Discord.
fn is_discords(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    url.as_ref()
        .and_then(url::Url::host_str)
        .is_some_and(|host| host.ends_with(".discord.gg"))
}

/// The error that only a person can fix in a refused request.
pub(super) fn refused_for_good(config: &Discord, error: &RestError) -> Result<(), RunError> {
    match error.status() {
        Some(401) => Err(RunError::Token),
        // Discord has what is asked for: what is configured in its place and does not have it is not Discord.
        Some(404) if config.origin().is_some() => Err(RunError::Address(
            "the server there is not Discord".to_owned(),
        )),
        _ => Ok(()),
    }
}
