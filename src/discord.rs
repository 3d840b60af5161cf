//! The bot in Discord: connects, answers until it is told to stop, and closes.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `events` | what the gateway sends, handed on while the bot takes events |
//! | `messages` | mentions, replies, direct messages, overheard messages, forum posts; their edits and deletions |
//! | `interactions` | commands, completions, buttons and menus |
//! | `lanes` | how much is handled at once, what waits, what is left out |
//! | `commands` | each command, defined once; `registration` tells Discord about them |
//! | `moderation` | `/guide`: what moderators can do |
//! | `reloading` | follows the files of the guide |
//! | `render` | the only place that turns a reply into serenity's builders |
//! | `custom_id` | what a button or a menu carries |
//! | `keeping` | what of all this the store is told, and what a guild has set |
//! | `memory` | what is remembered while the bot runs: bounded, lost at a restart |
//! | `rest` | requests, their retries and their limits |
//! | `supervisor` | tells systemd that the bot is ready, lives and stops |

mod commands;
mod custom_id;
mod events;
mod interactions;
mod keeping;
mod lanes;
mod memory;
mod messages;
mod moderation;
mod registration;
mod reloading;
mod render;
mod rest;
mod supervisor;

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use serenity::all::{
    ClientBuilder, GatewayError, GatewayIntents, GuildId, Http, HttpBuilder, Ready, ShardManager, ShardRunnerMessage, UserId,
};
use tokio::sync::Notify;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::{info, warn};

use crate::config::{self, Token};
use crate::guide::Guide;
use crate::live::Live;
use crate::store::Store;
use lanes::Lanes;
use memory::Memory;
use rest::{Rest, RestError};

pub use reloading::reload;

/// How long closing the connections may take: a server that has stalled does not answer.
const CLOSING: Duration = Duration::from_secs(6);

/// The code with which a connection is closed for good.
const NORMAL_CLOSE: u16 = 1000;
/// How long sending a close takes at the most.
const CLOSE_SENT: Duration = Duration::from_millis(300);

/// Why the bot stopped without being told to; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The token is not (or no longer) right.
    #[error(
        "Discord does not accept the token: press Reset Token on the page Bot of https://discord.com/developers/applications, and set \
         DISCORD_TOKEN to the new one"
    )]
    Token,
    /// The bot asks for what it was not given.
    #[error(
        "Discord does not let the bot read messages that are not addressed to it: switch on the Message Content Intent on the page Bot of \
         https://discord.com/developers/applications, or empty discord.unasked_channels in the configuration"
    )]
    Intent,
    /// Discord is not there.
    #[error("cannot reach Discord: {0}; check the network and discord.api_url in the configuration, and start again")]
    Unreachable(String),
    /// Something else ended the connection for good.
    #[error("the connection to Discord ended: {0}; start again, and report it if it happens twice")]
    Ended(String),
}

/// What is chosen on the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Register the commands to this guild alone, where they appear at once.
    pub guild: Option<u64>,
}

/// The bot as the work for one event sees it, from its start to its end.
struct Bot {
    shared: Arc<Shared>,
    /// The guide that was live when the work began: whatever is reloaded meanwhile, a reply is of one piece.
    guide: Arc<Guide>,
}

impl Deref for Bot {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// What all events share.
struct Shared {
    live: Arc<Live>,
    config: config::Discord,
    options: Options,
    rest: Rest,
    memory: Memory,
    unasked_channels: HashSet<u64>,
    unasked_forums: HashSet<u64>,
    store: Store,
    /// Held while the settings of a guild are read and changed, so that of two changes at once none is lost.
    changing_settings: tokio::sync::Mutex<()>,
    /// Whether the bot was given the messages that are not addressed to it.
    hears: AtomicBool,
    /// The bot's own user, 0 before it is connected.
    me: AtomicU64,
    ready: Notify,
    /// How many sessions were begun.
    connections: AtomicU32,
    registered: OnceLock<()>,
    started: SystemTime,
    lanes: Lanes,
    /// Everything that is done about events; closed once the bot is to stop.
    tasks: TaskTracker,
}

/// Connects the bot and answers until `stop` completes; then takes no new event, finishes what is under way, and closes.
///
/// # Errors
/// Where Discord cannot be reached at first, or refuses the bot for good.
pub async fn run(
    config: &config::Discord,
    token: &Token,
    live: Arc<Live>,
    store: Store,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let _alive = AbortOnDropHandle::new(tokio::spawn(supervisor::stay_alive()));
    let rest = Rest::new(config, token).map_err(unreachable)?;
    let gateway = tokio::time::timeout(config.connect(), rest.gateway());
    let gateway = gateway.await.map_err(|_| RunError::Unreachable("it does not answer".to_owned()))?.map_err(unreachable)?;

    // This client only asks where to connect; everything else goes through `Rest`.
    let http = || {
        let http = HttpBuilder::new(token.expose()).client(rest.client()).default_allowed_mentions(render::nobody());
        let http = http.ratelimiter_disabled(true);
        match config.origin() {
            Some(origin) => http.proxy(origin),
            None => http,
        }
        .build()
    };
    let (first, second) = (http(), http());
    let bot = Arc::new(Shared::new(config, live, store, options, rest));
    let ended = tokio::select! {
        ended = connect_as_allowed(first, second, &bot, gateway.shards.max(1), stop) => ended,
        never = reloading::watch(&bot.live, config.watch_knowledge) => match never {},
    };
    bot.store.close().await;
    info!("stopped");
    ended
}

/// Connects with the intents that the bot would like. Where Discord refuses one that only moderators of a guild asked for,
/// connects once more without it: they cannot keep the bot from all others.
async fn connect_as_allowed(
    first: Http,
    second: Http,
    bot: &Arc<Shared>,
    shards: u32,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    tokio::pin!(stop);
    let intents = bot.intents();
    let ended = connect(first, bot, intents, shards, stop.as_mut()).await;
    if !matches!(ended, Err(RunError::Intent)) || !bot.unasked_channels.is_empty() {
        return ended;
    }
    warn!("a guild wants unasked answers in a channel, but the message-content intent is not switched on; starting without it");
    connect(second, bot, intents.difference(GatewayIntents::MESSAGE_CONTENT), shards, stop).await
}

/// Connects with these intents and answers until the bot is to stop, or cannot go on; then closes.
async fn connect(
    http: Http,
    bot: &Arc<Shared>,
    intents: GatewayIntents,
    shards: u32,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let mut client = ClientBuilder::new_with_http(http, intents)
        .event_handler(events::Gate(Arc::clone(bot)))
        .await
        .map_err(|error| RunError::Unreachable(error.to_string()))?;
    bot.hears.store(intents.contains(GatewayIntents::MESSAGE_CONTENT), Ordering::Relaxed);
    let manager = Arc::clone(&client.shard_manager);
    let ended = until(stop, client.start_shards(shards), bot).await;
    if !matches!(ended, Err(RunError::Intent)) {
        supervisor::tell(supervisor::State::Stopping);
        bot.finish().await;
    }
    let begun_anew = bot.connections.load(Ordering::Relaxed) > shards;
    if tokio::time::timeout(CLOSING, close(&manager, begun_anew)).await.is_err() {
        warn!("Discord did not let the connection close in time");
    }
    ended
}

/// Runs the connection until the bot is to stop, or cannot go on.
async fn until(
    stop: impl Future<Output = ()>,
    connection: impl Future<Output = serenity::Result<()>>,
    bot: &Shared,
) -> Result<(), RunError> {
    tokio::pin!(connection, stop);
    tokio::select! {
        () = &mut stop => return Ok(()),
        ended = &mut connection => return ended.map_err(ended_by),
        () = bot.ready.notified() => supervisor::tell(supervisor::State::Ready),
        () = tokio::time::sleep(bot.config.connect()) => {
            return Err(RunError::Unreachable("its gateway does not let me connect".to_owned()));
        }
    }
    tokio::select! {
        () = &mut stop => Ok(()),
        ended = &mut connection => ended.map_err(ended_by),
    }
}

/// Closes all connections. Where a session was begun anew, serenity takes the end of the old one for the end of the new
/// one and leaves it open: so that one is told directly, and given the time to send its close.
async fn close(shards: &ShardManager, begun_anew: bool) {
    if begun_anew {
        for (id, runner) in shards.runners.lock().await.iter() {
            runner.runner_tx.send_to_shard(ShardRunnerMessage::Shutdown(*id, NORMAL_CLOSE));
        }
        tokio::time::sleep(CLOSE_SENT).await;
    }
    shards.shutdown_all().await;
}

fn unreachable(error: RestError) -> RunError {
    match error {
        RestError::Refused { status: 401, .. } => RunError::Token,
        RestError::Refused { .. } => RunError::Unreachable(error.to_string()),
        RestError::Unreachable(why) => RunError::Unreachable(why),
    }
}

fn ended_by(error: serenity::Error) -> RunError {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => RunError::Token,
        serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents) => RunError::Intent,
        other => RunError::Ended(other.to_string()),
    }
}

impl Shared {
    fn new(config: &config::Discord, live: Arc<Live>, store: Store, options: Options, rest: Rest) -> Self {
        Self {
            live,
            options,
            rest,
            memory: Memory::default(),
            unasked_channels: config.unasked_channels.iter().copied().collect(),
            unasked_forums: config.unasked_forums.iter().copied().collect(),
            store,
            changing_settings: tokio::sync::Mutex::default(),
            hears: AtomicBool::new(false),
            config: config.clone(),
            me: AtomicU64::new(0),
            ready: Notify::new(),
            connections: AtomicU32::new(0),
            registered: OnceLock::new(),
            started: SystemTime::now(),
            lanes: Lanes::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// What the bot needs to hear; the content of all messages only where it is to answer unasked.
    fn intents(&self) -> GatewayIntents {
        let plain = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
        if self.unasked_channels.is_empty() && !self.store.hears_channels() { plain } else { plain | GatewayIntents::MESSAGE_CONTENT }
    }

    /// Takes no new event, and waits until what waits and what is under way is done, but not for ever.
    async fn finish(&self) {
        self.tasks.close();
        if tokio::time::timeout(self.config.stop(), self.tasks.wait()).await.is_err() {
            let (waiting, under_way) = (self.lanes.waiting(), self.lanes.under_way());
            warn!(replies.lost = waiting + under_way, replies.not_begun = waiting, "stopped before all replies were sent");
        }
        self.lanes.close();
    }

    fn me(&self) -> UserId {
        UserId::new(self.me.load(Ordering::Relaxed).max(1))
    }

    fn connected(self: &Arc<Self>, ready: &Ready) {
        self.me.store(ready.user.id.get(), Ordering::Relaxed);
        self.rest.set_application(ready.application.id);
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.ready.notify_one();
        info!(guilds = ready.guilds.len(), shard = ready.shard.map_or(0, |shard| shard.id.0), "connected");
        // Once, however often the connection is made anew, and for the first of several shards.
        if self.config.register_commands && self.registered.set(()).is_ok() {
            let bot = Arc::clone(self);
            self.tasks.spawn(async move { bot.register_commands().await });
        }
    }

    async fn register_commands(&self) {
        let guild = self.options.guild.filter(|id| *id > 0).map(GuildId::new);
        match registration::register(&self.rest, guild).await {
            Ok(changed) => info!(changed, "Discord knows the commands"),
            Err(error) => warn!(%error, "could not tell Discord about the commands; they are as they were"),
        }
    }
}
