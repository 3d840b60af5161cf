//! The bot as the tests start it, and words for what it says.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use internbot::config::{self, Discord, Listen, Token};
use internbot::discord::{self, Options, RunError};
use internbot::guide::Guide;
use internbot::knowledge::{self, Section, Topic};
use internbot::live::Live;
use internbot::monitor::Monitor;
use internbot::store::{Clock, Store, Timing};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::stand_in::{Channel, Guild, Member, Message, StandIn};

/// Shows the bot's log where the environment variable `TEST_LOG` names what of it, such as `internbot=debug,twilight_gateway=debug`.
/// What an operator would see in the log is also written down for [`logged`].
static LOG: LazyLock<()> = LazyLock::new(|| {
    let usual = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("internbot", LevelFilter::INFO);
    let written = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(|| Written)
        .with_filter(usual);
    let chosen = std::env::var("TEST_LOG")
        .ok()
        .and_then(|text| text.parse::<Targets>().ok());
    let shown = chosen.map(|targets| {
        tracing_subscriber::fmt::layer()
            .with_test_writer()
            .with_filter(targets)
    });
    tracing_subscriber::registry()
        .with(written)
        .with(shown)
        .init();
});

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Written;

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN
            .lock()
            .expect("nobody panics with it")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of all bots of all tests so far.
pub fn logged() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().expect("nobody panics with it")).into_owned()
}

/// The guide of this repository, learned once for all tests.
pub static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| {
    let knowledge = knowledge::load(Path::new("knowledge"), jiff::civil::date(2026, 11, 23))
        .expect("the guide of this repository has no error");
    Arc::new(Guide::new(knowledge))
});

/// The guide of this repository, live.
pub fn this_guide() -> Arc<Live> {
    Arc::new(Live::new(Path::new("knowledge"), Arc::clone(&GUIDE)))
}

/// A question that the guide cannot place for sure.
pub const VAGUE: &str = "interview";
/// A question that the guide knows nothing about.
pub const OFF_TOPIC: &str = "what is the weather tomorrow";

/// The bot, running.
pub struct Bot {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), RunError>>,
}

impl Bot {
    /// Starts the bot.
    pub fn start(discord: &StandIn, config: Discord) -> Self {
        Self::start_with(discord, config, Options::default(), &discord.token())
    }

    /// Starts the bot with what is chosen on the command line.
    pub fn start_with(discord: &StandIn, config: Discord, options: Options, token: &str) -> Self {
        Self::start_live(discord, config, options, token, this_guide(), Store::off())
    }

    /// Starts the bot with another address in place of Discord's.
    pub fn start_at(url: &str, config: Discord) -> Self {
        let config = Discord {
            api_url: url.to_owned(),
            ..config
        };
        Self::run(
            config,
            Options::default(),
            "a-token",
            this_guide(),
            Store::off(),
            Monitor::off(),
        )
    }

    /// Starts the bot with a store.
    pub fn start_keeping(
        discord: &StandIn,
        config: Discord,
        store: Store,
        options: Options,
        token: &str,
    ) -> Self {
        Self::start_live(discord, config, options, token, this_guide(), store)
    }

    /// Starts the bot with another guide, and a store.
    pub fn start_live(
        discord: &StandIn,
        config: Discord,
        options: Options,
        token: &str,
        live: Arc<Live>,
        store: Store,
    ) -> Self {
        Self::start_watched(discord, config, options, token, live, store, Monitor::off())
    }

    /// Starts the bot with another guide and a store, watched by a monitor.
    pub fn start_watched(
        discord: &StandIn,
        config: Discord,
        options: Options,
        token: &str,
        live: Arc<Live>,
        store: Store,
        monitor: Monitor,
    ) -> Self {
        Self::run(
            Discord {
                api_url: discord.url(),
                ..config
            },
            options,
            token,
            live,
            store,
            monitor,
        )
    }

    fn run(
        config: Discord,
        options: Options,
        token: &str,
        live: Arc<Live>,
        store: Store,
        monitor: Monitor,
    ) -> Self {
        LazyLock::force(&LOG);
        let (stop, stopped) = oneshot::channel();
        let token = Token::new(token).expect("a token");
        let task = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            discord::run(&config, &token, live, store, monitor, options, stopped).await
        });
        Self {
            stop: Some(stop),
            task,
        }
    }

    /// Tells the bot to stop.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the bot has ended.
    pub async fn ended(self) -> Result<(), RunError> {
        let Self { task, stop } = self;
        let result = task.await.expect("the bot does not panic");
        drop(stop);
        result
    }
}

/// A configuration in which nothing waits and nothing is held back.
pub fn eager() -> Discord {
    Discord {
        cooldown_seconds: 0,
        repeat_minutes: 0,
        request_seconds: 2,
        ..Discord::default()
    }
}

/// A store that writes and reads at once, in a folder.
pub async fn store_in(folder: &Path) -> Store {
    let soon = Duration::from_millis(20);
    let timing = Timing {
        gather: soon,
        refresh: soon,
        retry: soon,
        retry_most: soon,
        ..Timing::default()
    };
    Store::open(&store_config(folder), Clock::system(), timing).await
}

/// The configuration of that store.
pub fn store_config(folder: &Path) -> config::Store {
    config::Store {
        url: folder.join("internbot.db").as_path().into(),
        ..config::Store::default()
    }
}

/// A listener for health and figures on a free port.
pub fn anywhere() -> config::Monitor {
    config::Monitor {
        listen: Listen(Some(SocketAddr::from(([127, 0, 0, 1], 0)))),
    }
}

/// A guild with a channel and a member, and the bot in it.
pub struct Chat {
    pub discord: StandIn,
    pub guild: Guild,
    pub help: Channel,
    pub mia: Member,
    pub bot: Bot,
}

impl Chat {
    pub async fn start() -> Self {
        Self::start_with(eager()).await
    }

    pub async fn start_with(config: Discord) -> Self {
        Self::start_in(StandIn::start().await, config).await
    }

    pub async fn start_in(discord: StandIn, config: Discord) -> Self {
        Self::start_live(discord, config, this_guide(), Store::off()).await
    }

    /// A chat with a bot that keeps what it should in this folder.
    pub async fn start_keeping(discord: StandIn, config: Discord, folder: &Path) -> Self {
        let live = this_guide();
        Self::start_live(discord, config, live, store_in(folder).await).await
    }

    /// With another guide, and a store.
    pub async fn start_live(
        discord: StandIn,
        config: Discord,
        live: Arc<Live>,
        store: Store,
    ) -> Self {
        let guild = discord.guild("students");
        let (help, mia) = (guild.channel("help"), guild.member("mia"));
        let bot = Bot::start_live(
            &discord,
            config,
            Options::default(),
            &discord.token(),
            live,
            store,
        );
        discord.registered("ask").await;
        discord.settle().await;
        discord.requests();
        Self {
            discord,
            guild,
            help,
            mia,
            bot,
        }
    }

    /// With a store, and a monitor that listens; where it does.
    pub async fn start_watched(
        discord: StandIn,
        config: Discord,
        store: Store,
    ) -> (Self, SocketAddr) {
        let live = this_guide();
        let monitor = Monitor::start(&anywhere(), &live, &store)
            .await
            .expect("there is a free port");
        let address = monitor.address().expect("it listens");
        let guild = discord.guild("students");
        let (help, mia) = (guild.channel("help"), guild.member("mia"));
        let bot = Bot::start_watched(
            &discord,
            config,
            Options::default(),
            &discord.token(),
            live,
            store,
            monitor,
        );
        discord.registered("ask").await;
        discord.settle().await;
        discord.requests();
        (
            Self {
                discord,
                guild,
                help,
                mia,
                bot,
            },
            address,
        )
    }

    /// Mia mentions the bot in #help; its reply.
    pub async fn asks(&self, question: &str) -> Message {
        self.mia.says(&self.help, &format!("@bot {question}")).await;
        self.discord.next_message(&self.help).await
    }

    /// Checks that the bot has said nothing that was not read, and stops it.
    pub async fn finish(mut self) {
        self.discord.settle().await;
        self.bot.stop();
        self.bot
            .ended()
            .await
            .expect("the bot stops without an error");
        self.discord.disconnected().await;
        self.discord.finish().await;
    }
}

/// A topic of the guide.
pub fn topic(id: &str) -> &'static Topic {
    GUIDE
        .knowledge
        .topic(id)
        .unwrap_or_else(|| panic!("no topic {id}"))
}

/// A section of the guide.
pub fn section(topic: &str, section: &str) -> &'static Section {
    self::topic(topic)
        .section(section)
        .unwrap_or_else(|| panic!("no section {topic}/{section}"))
}

/// A way to ask for a section that the guide itself lists: the bot is sure of it.
pub fn phrasing(topic: &str, section: &str) -> &'static str {
    let section = self::section(topic, section);
    section
        .questions
        .first()
        .map(|phrasing| phrasing.text.as_str())
        .expect("the section has phrasings")
}

/// Checks that a message shows a section.
#[track_caller]
pub fn assert_shows(message: &Message, topic: &str, section: &str) {
    assert_eq!(
        message.embed().title,
        self::section(topic, section).heading,
        "in {message}"
    );
    assert!(
        message.embed().author.ends_with(&self::topic(topic).title),
        "in {message}"
    );
}
