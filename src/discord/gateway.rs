//! The connections to Discord: every shard of this process, made anew whenever it is lost, until the bot is to stop.
//!
//! The crate `twilight-gateway` speaks the protocol on one connection: it greets, identifies or resumes, beats and notices a
//! dead peer. When to connect again, where, with which session and after which pause is decided here, because its own pauses
//! do not grow where a connection is accepted and then closed, and know no jitter and no budget.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `shard` | one shard: one connection after another |
//! | `connection` | one connection, from its opening to its end |
//! | `pauses` | how long to wait before the next one |
//! | `budget` | how many sessions Discord lets the bot begin |
//! | `connections` | how each shard is, for whoever wants to know |

mod budget;
mod connection;
mod connections;
mod pauses;
mod shard;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serenity::all::GatewayIntents;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use twilight_gateway::{ConfigBuilder, Intents, ShardId};

use super::rest::{self, RestError};
use super::{RunError, Shared, supervisor};
use crate::config::{Shards, Token};
use budget::Budget;
use pauses::Pauses;
use shard::Line;

pub(super) use connections::Connections;

/// How long closing all connections may take: a server that has stalled does not answer.
const CLOSING: Duration = Duration::from_secs(3);

/// Connects and answers until `stop` completes; then takes no new event, finishes what is under way, and closes.
///
/// # Errors
/// Where only a person can help: a token, an intent, a number of shards or an address that Discord refuses.
pub(super) async fn run(
    bot: &Arc<Shared>,
    token: &Token,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let closing = CancellationToken::new();
    let connected = stay_connected(bot, token, &closing);
    tokio::pin!(connected);
    let refused = tokio::select! {
        () = stop => None,
        ended = &mut connected => Some(ended),
    };
    supervisor::tell(supervisor::State::Stopping);
    // The shards are tasks of their own: their hearts beat on while the replies under way are finished.
    bot.finish().await;
    if let Some(ended) = refused {
        return ended;
    }
    closing.cancel();
    if tokio::time::timeout(CLOSING, connected).await.is_err() {
        warn!("Discord did not let the connection close in time");
    }
    Ok(())
}

/// Connects with the intents that the bot would like, and again with what Discord allows where that is enough.
async fn stay_connected(
    bot: &Arc<Shared>,
    token: &Token,
    closing: &CancellationToken,
) -> Result<(), RunError> {
    let mut intents = bot.intents();
    let mut refused_shards = None;
    loop {
        let Some(gateway) = ask(bot, closing).await? else {
            return Ok(());
        };
        let (shards, total) = match bot.config.shards {
            Shards::Auto => (0..=gateway.shards.saturating_sub(1), gateway.shards.max(1)),
            Shards::Some { first, last, total } => (first..=last, total),
        };
        match connect(bot, token, intents, gateway, (shards, total), closing).await {
            // Only moderators of a guild asked for it: they cannot keep the bot from all others.
            Err(RunError::Intent)
                if bot.unasked_channels.is_empty()
                    && intents.contains(GatewayIntents::MESSAGE_CONTENT) =>
            {
                warn!(
                    "a guild wants unasked answers in a channel, but the message-content intent is not switched on; starting without it"
                );
                intents.remove(GatewayIntents::MESSAGE_CONTENT);
            }
            // The bot has grown since Discord was asked how many shards it needs. Once: what it recommends it should not refuse.
            Err(RunError::Shards)
                if bot.config.shards == Shards::Auto && refused_shards != Some(total) =>
            {
                warn!(shards = total, "Discord wants more shards; asking how many");
                refused_shards = Some(total);
            }
            ended => return ended,
        }
    }
}

/// Asks Discord where and how to connect until it answers; nothing where the bot is to stop before that.
async fn ask(bot: &Shared, closing: &CancellationToken) -> Result<Option<rest::Gateway>, RunError> {
    let mut pauses = Pauses::default();
    let mut told = false;
    loop {
        let answer = tokio::select! {
            () = closing.cancelled() => return Ok(None),
            answer = tokio::time::timeout(bot.options.timeouts.connect, bot.rest.gateway()) => answer,
        };
        let why = match answer {
            Ok(Ok(gateway)) => {
                if told {
                    info!("Discord answers");
                }
                return Ok(Some(gateway));
            }
            Ok(Err(error)) => {
                refused_for_good(&error)?;
                // Discord has this address: whoever is configured in its place and does not is not Discord.
                if error.status() == Some(404) && bot.config.origin().is_some() {
                    return Err(RunError::Address(
                        "what answers there is not Discord".to_owned(),
                    ));
                }
                error.to_string()
            }
            Err(_) => "it does not answer".to_owned(),
        };
        if !told {
            warn!(why, "cannot reach Discord; trying again until it is there");
            told = true;
        }
        pauses.lost(None, false, false);
        tokio::select! {
            () = closing.cancelled() => return Ok(None),
            () = tokio::time::sleep(pauses.next(true)) => {}
        }
    }
}

/// Whether an address is that of a gateway of Discord.
fn is_discords(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    url.as_ref()
        .and_then(url::Url::host_str)
        .is_some_and(|host| host.ends_with(".discord.gg"))
}

/// Keeps these shards of so many connected until one of them cannot go on, or all are closed.
async fn connect(
    bot: &Arc<Shared>,
    token: &Token,
    intents: GatewayIntents,
    gateway: rest::Gateway,
    (shards, total): (RangeInclusive<u32>, u32),
    closing: &CancellationToken,
) -> Result<(), RunError> {
    bot.hears.store(
        intents.contains(GatewayIntents::MESSAGE_CONTENT),
        Ordering::Relaxed,
    );
    bot.connections.expect(shards.clone());
    let url = gateway.url.trim_end_matches('/').to_owned();
    let budget = Arc::new(Budget::new(gateway.session_start_limit));
    let config = ConfigBuilder::new(
        token.expose().to_owned(),
        Intents::from_bits_truncate(intents.bits()),
    )
    .proxy_url(url.clone())
    .queue(budget.queue())
    .build();
    // A gateway that is not Discord's is to see resumed sessions too. A proxy for requests names Discord's own.
    let resume_at = Some(url).filter(|url| !is_discords(url));
    let patience = bot.options.timeouts.connect + budget.longest_turn(shards.clone().count());
    let mut lines = JoinSet::new();
    for number in shards {
        let Some(id) = ShardId::new_checked(number, total) else {
            return Err(RunError::Shards);
        };
        lines.spawn(shard::stay_connected(Line {
            bot: Arc::clone(bot),
            id,
            config: config.clone(),
            resume_at: resume_at.clone(),
            budget: Arc::clone(&budget),
            patience,
            closing: closing.clone(),
        }));
    }
    while let Some(ended) = lines.join_next().await {
        match ended {
            Ok(ended) => ended?,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    Ok(())
}

/// What in a refusal of a request only a person can mend.
fn refused_for_good(error: &RestError) -> Result<(), RunError> {
    if error.status() == Some(401) {
        Err(RunError::Token)
    } else {
        Ok(())
    }
}
