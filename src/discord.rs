//! The bot in Discord: connects, answers until it is told to stop, and closes.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `gateway` | the connections: each shard, its losses and its pauses |
//! | `events` | what the gateway sends, read and handed on while the bot takes events |
//! | `messages` | mentions, replies, direct messages, overheard messages, forum posts; their edits and deletions |
//! | `interactions` | commands, completions, buttons and menus |
//! | `lanes` | how much is handled at once, what waits, what is left out |
//! | `commands` | each command, defined once |
//! | `moderation` | `/guide`: what moderators can do |
//! | `reloading` | follows the files of the guide |
//! | `render` | the only place that turns a reply into serenity's builders |
//! | `custom_id` | what a button or a menu carries |
//! | `asking` | one line in the log for each question |
//! | `watched` | what the monitor sees of the bot |
//! | `keeping` | what of all this the store is told, and what a guild has set |
//! | `memory` | what is remembered while the bot runs: bounded, lost at a restart |
//! | `rest` | requests, their retries and their limits |
//! | `supervisor` | tells systemd that the bot is ready, lives and stops |

mod asking;
mod commands;
mod custom_id;
mod events;
mod gateway;
mod interactions;
mod keeping;
mod lanes;
mod memory;
mod messages;
mod moderation;
mod reloading;
mod render;
mod rest;
mod supervisor;
mod watched;

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use serenity::all::{ApplicationId, GatewayIntents, GuildId, Ready, UserId};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::{info, warn};
use url::Url;

use crate::config::{self, Token};
use crate::guide::Guide;
use crate::live::Live;
use crate::monitor::Monitor;
use crate::store::Store;
use asking::Asking;
use gateway::Connections;
use lanes::Lanes;
use memory::Memory;
use rest::Rest;

pub use reloading::reload;

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
    /// The bot is in more guilds than its shards may serve, or a shard has a number that it cannot have.
    #[error(
        "Discord does not let the bot connect with this number of shards: set discord.shards in the configuration to \"auto\", or to a \
         larger total in each process, such as \"0..=3 of 8\""
    )]
    Shards,
    /// Discord has changed.
    #[error("Discord no longer speaks as this version of internbot does: update internbot")]
    Outdated,
    /// The address that is configured is none of Discord's API.
    #[error(
        "cannot reach Discord at discord.api_url: {0}; correct it in the configuration, or leave it empty for Discord itself"
    )]
    Address(String),
    /// The system has no TLS to offer.
    #[error("cannot make connections: {0}; report it")]
    Tls(String),
}

/// What is chosen on the command line, and by tests.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Register the commands to this guild alone, where they appear at once.
    pub guild: Option<u64>,
    /// Whether a change that is saved in the folder of the guide is live at once.
    pub watch: bool,
    /// How long things may take.
    pub timeouts: Timeouts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            guild: None,
            watch: true,
            timeouts: Timeouts::default(),
        }
    }
}

/// How long things may take; tests are less patient.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// One attempt at a request.
    pub request: Duration,
    /// A message, from the first attempt at sending it to the last. Later nobody looks for the answer any more.
    pub message: Duration,
    /// An attempt to connect to the gateway.
    pub connect: Duration,
    /// The replies under way once the bot is to stop. A service manager is more patient than this.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(15),
            message: Duration::from_secs(60),
            connect: Duration::from_secs(30),
            stop: Duration::from_secs(10),
        }
    }
}

/// The bot as the work for one event sees it, from its start to its end.
struct Bot {
    shared: Arc<Shared>,
    /// The guide that was live when the work began: whatever is reloaded meanwhile, a reply is of one piece.
    guide: Arc<Guide>,
    /// The question that the event brings.
    asking: Asking,
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
    monitor: Monitor,
    /// Whether the bot was given the messages that are not addressed to it.
    hears: AtomicBool,
    /// The bot's own user, 0 before it is connected.
    me: AtomicU64,
    /// Set once all shards of this process were connected.
    ready: OnceLock<()>,
    connections: Connections,
    registered: OnceLock<()>,
    started: SystemTime,
    lanes: Lanes,
    /// Everything that is done about events; closed once the bot is to stop.
    tasks: TaskTracker,
}

/// Connects the bot and answers until `stop` completes; then takes no new event, finishes what is under way, and closes.
/// Whatever Discord and the network do meanwhile, and at first, the bot tries again until it is connected.
///
/// # Errors
/// Where only a person can help: a token, an intent, a number of shards or an address that Discord refuses.
pub async fn run(
    config: &config::Discord,
    token: &Token,
    live: Arc<Live>,
    store: Store,
    monitor: Monitor,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let _alive = AbortOnDropHandle::new(tokio::spawn(supervisor::stay_alive()));
    if let Some(origin) = config.origin() {
        check_address(origin)?;
    }
    let rest = Rest::new(config, token, options.timeouts, monitor.clone())
        .map_err(|error| RunError::Tls(error.to_string()))?;
    let bot = Arc::new(Shared::new(config, live, store, monitor, options, rest));
    bot.be_watched();
    let ended = tokio::select! {
        ended = gateway::run(&bot, token, stop) => ended,
        never = reloading::watch(&bot.live, options.watch) => match never {},
    };
    bot.store.close().await;
    info!("stopped");
    ended
}

impl Shared {
    fn new(
        config: &config::Discord,
        live: Arc<Live>,
        store: Store,
        monitor: Monitor,
        options: Options,
        rest: Rest,
    ) -> Self {
        Self {
            live,
            options,
            rest,
            memory: Memory::default(),
            unasked_channels: config.unasked_channels.iter().copied().collect(),
            unasked_forums: config.unasked_forums.iter().copied().collect(),
            store,
            monitor,
            hears: AtomicBool::new(false),
            config: config.clone(),
            me: AtomicU64::new(0),
            ready: OnceLock::new(),
            connections: Connections::default(),
            registered: OnceLock::new(),
            started: SystemTime::now(),
            lanes: Lanes::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// What the bot needs to hear; the content of all messages only where it is to answer unasked.
    fn intents(&self) -> GatewayIntents {
        let plain = GatewayIntents::GUILDS
            | GatewayIntents::GUILD_MESSAGES
            | GatewayIntents::DIRECT_MESSAGES;
        if self.unasked_channels.is_empty() && !self.store.hears_channels() {
            plain
        } else {
            plain | GatewayIntents::MESSAGE_CONTENT
        }
    }

    /// Takes no new event, and waits until what waits and what is under way is done, but not for ever.
    async fn finish(&self) {
        self.tasks.close();
        if tokio::time::timeout(self.options.timeouts.stop, self.tasks.wait())
            .await
            .is_err()
        {
            let (waiting, under_way) = (self.lanes.waiting(), self.lanes.under_way());
            warn!(
                replies.lost = waiting + under_way,
                replies.not_begun = waiting,
                "stopped before all replies were sent"
            );
        }
        self.lanes.close();
    }

    fn me(&self) -> UserId {
        UserId::new(self.me.load(Ordering::Relaxed).max(1))
    }

    /// Notes who the bot is, now that a shard has begun a session.
    fn connected(&self, ready: &Ready) {
        self.me.store(ready.user.id.get(), Ordering::Relaxed);
        info!(
            guilds = ready.guilds.len(),
            shard = shard_of(ready),
            "connected"
        );
    }

    /// Tells Discord about the commands: once, however often a session is begun, and in the process that has the first shard.
    fn introduce(self: &Arc<Self>, ready: &Ready) {
        if shard_of(ready) == 0 && self.registered.set(()).is_ok() {
            let (bot, application) = (Arc::clone(self), ready.application.id);
            self.tasks
                .spawn(async move { bot.register_commands(application).await });
        }
    }

    async fn register_commands(&self, application: ApplicationId) {
        let guild = self.options.guild.filter(|id| *id > 0).map(GuildId::new);
        let definitions: Vec<_> = commands::ALL
            .iter()
            .map(commands::Command::definition)
            .collect();
        match self
            .rest
            .set_commands(application, guild, &definitions)
            .await
        {
            Ok(commands) => info!(commands, "Discord knows the commands"),
            Err(error) => {
                warn!(%error, "could not tell Discord about the commands; they are as they were")
            }
        }
    }
}

/// Refuses what requests could not be sent to.
fn check_address(origin: &str) -> Result<(), RunError> {
    let url = Url::parse(origin).map_err(|error| RunError::Address(error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(())
    } else {
        Err(RunError::Address(
            "it begins with neither http:// nor https://".to_owned(),
        ))
    }
}

fn shard_of(ready: &Ready) -> u32 {
    ready.shard.map_or(0, |shard| shard.id.0)
}
