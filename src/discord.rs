//! The bot in Discord: connects, answers until told to stop, and closes.
//!
//! A message passes through `gateway`, `dispatch`, `queue`, `handlers`, `render`, `send` and `rest`, and ends in `record`.
//! ARCHITECTURE.md has the map.

mod answers;
mod bounded;
mod channel_notes;
mod commands;
mod configured_channels;
mod context;
mod conversations;
mod cooldowns;
mod custom_id;
mod digest;
mod dispatch;
pub(crate) mod dry_run;
mod error;
mod events;
mod gateway;
mod guild_log;
mod handlers;
mod inspection;
mod introduction;
mod options;
mod other_process;
mod overlays;
mod permissions;
mod question_encoder;
mod queue;
mod record;
mod registration;
mod render;
mod rest;
mod roles;
mod send;
mod systemd;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use serenity::all::{ChannelId, GuildId, UserId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::config::{self, Token};
use crate::live::Live;
use crate::monitor::{MonitorHandle, Present, Shard};
use crate::reloading;
use crate::reply::Reply;
use crate::store::StoreHandle;
use answers::AnswerTracker;
use channel_notes::ChannelNotes;
use commands::mentions::CommandMentions;
use configured_channels::ConfiguredChannels;
use context::BotContext;
use conversations::Conversations;
use cooldowns::Cooldowns;
use dispatch::Dispatcher;
use error::check_address;
use gateway::{GatewayRunner, ShardStatuses};
use introduction::Introductions;
use overlays::Overlays;
use question_encoder::QuestionEncoder;
use render::{Destination, RenderOptions, render};
use rest::Rest;
use roles::OwnRoles;

pub use error::RunError;
pub use inspection::{Inspection, InspectionError, inspect};
pub use options::{Options, Timeouts};
pub use rest::{DISCORD, ignored_proxy, proxy_variable};

/// How long closing all connections may take: a server that has stalled does not answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// How old the latest heartbeat acknowledgement may be: Discord asks for a heartbeat every 41.25 seconds, so this is two of
/// them and a bit.
const MAX_HEARTBEAT_AGE: Duration = Duration::from_secs(90);

/// Connects the bot and answers until `stop` completes; then takes no new events, finishes what is in progress, and closes.
/// Whatever Discord and the network do, at startup or later, the bot retries until it is connected.
///
/// # Errors
/// If only a person can help: with a token, an intent, a number of shards or an address that Discord refuses.
// Boxed, so that the whole bot is compiled once, here, and not again in every binary and test that runs it.
pub fn run<'a>(
    config: &'a config::Discord,
    token: &'a Token,
    live: Arc<Live>,
    store: StoreHandle,
    monitor: MonitorHandle,
    options: Options,
    stop: BoxFuture<'a, ()>,
) -> BoxFuture<'a, Result<(), RunError>> {
    Box::pin(async move {
        let _watchdog = AbortOnDropHandle::new(tokio::spawn(systemd::feed_watchdog()));
        if let Some(origin) = config.origin() {
            check_address(origin)?;
        }
        if let Some(sentence) = ignored_proxy() {
            warn!("{sentence}");
        }
        if let Some(variable) = proxy_variable(config.origin().unwrap_or(DISCORD)) {
            info!("requests to Discord go through the proxy that {variable} names");
        }
        let rest = Rest::new(config, token, options.timeouts, monitor.clone())
            .map_err(|error| RunError::Client(error.to_string()))?;
        let bot = Arc::new(BotContext {
            live,
            config: config.clone(),
            rest,
            answers: AnswerTracker::default(),
            conversations: Conversations::default(),
            overlays: Overlays::default(),
            cooldowns: Cooldowns::default(),
            channels: ChannelNotes::default(),
            configured: ConfiguredChannels::default(),
            roles: OwnRoles::default(),
            commands: CommandMentions::default(),
            introductions: Introductions::default(),
            store,
            monitor,
            encoder: QuestionEncoder::default(),
            user: OnceLock::new(),
            has_message_content: AtomicBool::new(false),
            started: SystemTime::now(),
        });
        let guild = options.guild.filter(|id| *id > 0).map(GuildId::new);
        let dispatcher = Arc::new(Dispatcher::new(Arc::clone(&bot), guild));
        let gateway = GatewayRunner {
            bot: Arc::clone(&bot),
            dispatcher: Arc::clone(&dispatcher),
            statuses: Arc::default(),
            token: token.clone(),
            timeout: options.timeouts.connect,
            closing: CancellationToken::new(),
        };
        let (watched, statuses) = (Arc::downgrade(&dispatcher), Arc::clone(&gateway.statuses));
        bot.monitor
            .watch(move || watched.upgrade().map(|bot| present(&bot, &statuses)));
        let ended = tokio::select! {
            ended = run_until(stop, &gateway, options.timeouts.stop) => ended,
            never = dispatcher.queues.report_dropped() => match never {},
            never = digest::send_when_due(&bot, options.digest) => match never {},
            never = reloading::watch(&bot.live, options.watch) => match never {},
            never = question_encoder::follow_guide(&bot.live, &bot.encoder, options.encoder.as_deref()) => match never {},
        };
        bot.store.close().await;
        info!("stopped");
        ended
    })
}

/// A reply as the body of the request that sends it to a channel, with buttons for the user with this id. Benchmarks time
/// this.
pub fn message_body(reply: &Reply, owner: u64) -> Vec<u8> {
    let commands = CommandMentions::default();
    let owner = UserId::new(owner.max(1));
    let to = Destination {
        channel: ChannelId::new(1),
        reply_to: None,
        nonce: 1,
        ping: false,
    };
    let rendered = render(reply, RenderOptions::public(owner, &commands));
    serde_json::to_vec(&rendered.message(&to, 1)).unwrap_or_default()
}

/// Stays connected until `stop` completes or the bot cannot go on, then drains what is in progress and closes.
async fn run_until(
    stop: impl Future<Output = ()>,
    gateway: &GatewayRunner,
    drain_timeout: Duration,
) -> Result<(), RunError> {
    let connected = gateway.run();
    tokio::pin!(connected);
    let refused = tokio::select! {
        () = stop => None,
        ended = &mut connected => Some(ended),
    };
    systemd::stopping();
    // The shards are separate tasks, so heartbeats continue while the replies in progress are finished.
    gateway.dispatcher.queues.drain(drain_timeout).await;
    if let Some(ended) = refused {
        return ended;
    }
    gateway.closing.cancel();
    if tokio::time::timeout(CLOSE_TIMEOUT, connected)
        .await
        .is_err()
    {
        warn!("Discord did not close the connection in time");
    }
    Ok(())
}

/// The state of the bot, for the monitor.
fn present(dispatcher: &Dispatcher, statuses: &ShardStatuses) -> Present {
    let load = dispatcher.queues.load();
    let shards = statuses.each().into_iter().map(|(number, shard)| Shard {
        number,
        connected: shard.connected,
        acknowledged: shard
            .acknowledged
            .is_none_or(|at| at.elapsed() < MAX_HEARTBEAT_AGE),
        reconnects: shard.reconnects.into(),
        latency: shard.latency,
    });
    Present {
        shards: shards.collect(),
        stopping: !dispatcher.queues.is_open(),
        under_way: load.in_progress,
        waiting: load.waiting,
        dropped: load.dropped,
        expired: load.expired,
    }
}
