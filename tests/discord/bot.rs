//! Starting the bot in tests, and helpers to check what it says.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use internbot::answer::Outcome;
use internbot::config::{self, Discord, Listen, Token};
use internbot::discord::{self, Options, RunError, Timeouts};
use internbot::guide::Guide;
use internbot::knowledge::{self, Section, Topic};
use internbot::live::Live;
use internbot::monitor::MonitorHandle;
use internbot::search::Question;
use internbot::store::{Clock, StoreHandle, Timing};
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use stand_in::{Channel, Guild, Member, Message, StandIn};

/// Shows the bot's log as filtered by the environment variable `TEST_LOG`, such as `internbot=debug,reqwest=debug`.
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

/// A question that the current guide cannot place with certainty.
pub fn vague() -> &'static str {
    [
        "deadline",
        "money",
        "offer",
        "my manager",
        "code",
        "interview",
    ]
    .into_iter()
    .find(|text| GUIDE.answer(&Question::new(*text)).outcome == Outcome::Suggest)
    .expect("one of them is vague")
}

/// A question for which the current guide has a section that is likely the answer, but not certain to be.
pub fn likely() -> &'static str {
    let topics = GUIDE.knowledge.topics().iter();
    topics
        .flat_map(|topic| &topic.keywords)
        .find(|text| GUIDE.answer(&Question::new(text.as_str())).is_close)
        .expect("one of them has a likely answer")
}

/// A question that the current guide knows nothing about, not even as one to be left alone.
pub fn off_topic() -> &'static str {
    [
        "what is the weather tomorrow",
        "how tall is mount everest",
        "which llama is the woolliest",
        "who painted the mona lisa",
    ]
    .into_iter()
    .find(|text| {
        let answer = GUIDE.answer(&Question::new(*text));
        answer.outcome == Outcome::None && answer.kind.is_none()
    })
    .expect("one of them is off topic")
}

/// A follow-up to an answer on a topic that the current guide answers from the same topic.
pub fn follow_up(topic: &str, earlier: &str) -> &'static str {
    let is_about = |text: &&str| {
        let question = Question {
            previous: vec![earlier.to_owned()],
            ..Question::new(*text)
        };
        let answer = GUIDE.answer(&question);
        let best = answer.matches.first().map(|found| found.topic);
        let best = best.and_then(|topic| GUIDE.knowledge.topics().get(topic));
        answer.outcome == Outcome::Answer && best.is_some_and(|best| best.id == topic)
    };
    [
        "and how long?",
        "and the format?",
        "who reads it?",
        "do i need one?",
    ]
    .into_iter()
    .find(is_about)
    .expect("one of them goes on with the topic")
}

/// The bot, running.
pub struct Bot {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), RunError>>,
}

impl Bot {
    /// Tells the bot to stop.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops the bot and waits until it has ended.
    pub async fn stops(mut self) {
        self.stop();
        self.ended().await.expect("the bot stops without an error");
    }

    /// Waits until the bot has ended.
    pub async fn ended(self) -> Result<(), RunError> {
        let Self { task, stop } = self;
        let result = task.await.expect("the bot does not panic");
        drop(stop);
        result
    }
}

/// How a bot is started: by default with this repository's guide, without a store and a monitor, and so
/// that nothing waits and nothing is held back.
#[must_use]
pub struct Setup {
    config: Discord,
    options: Options,
    token: Option<String>,
    live: Arc<Live>,
    store: StoreHandle,
    monitor: MonitorHandle,
}

impl Setup {
    pub fn new() -> Self {
        let timeouts = Timeouts {
            request: Duration::from_secs(2),
            ..Timeouts::default()
        };
        Self {
            config: eager(),
            options: Options {
                timeouts,
                ..Options::default()
            },
            token: None,
            live: this_guide(),
            store: StoreHandle::off(),
            monitor: MonitorHandle::off(),
        }
    }

    pub fn config(self, config: Discord) -> Self {
        Self { config, ..self }
    }

    pub fn options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub fn timeouts(self, change: impl FnOnce(&mut Timeouts)) -> Self {
        self.options(|options| change(&mut options.timeouts))
    }

    pub fn token(self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self
        }
    }

    pub fn live(self, live: Arc<Live>) -> Self {
        Self { live, ..self }
    }

    pub fn store(self, store: StoreHandle) -> Self {
        Self { store, ..self }
    }

    /// With a store that writes and reads at once, in this folder.
    pub async fn store_in(self, folder: &Path) -> Self {
        self.store(store_in(folder).await)
    }

    pub fn monitor(self, monitor: MonitorHandle) -> Self {
        Self { monitor, ..self }
    }

    /// With a monitor of the guide and the store that are chosen; where it listens.
    pub async fn monitored(self) -> (Self, SocketAddr) {
        let monitor = MonitorHandle::start(&anywhere(), &self.live, &self.store)
            .await
            .expect("there is a free port");
        let address = monitor.address().expect("it listens");
        (self.monitor(monitor), address)
    }

    /// Starts the bot.
    pub fn bot(self, discord: &StandIn) -> Bot {
        let token = self.token.clone().unwrap_or_else(|| discord.token());
        self.token(&token).bot_at(&discord.url())
    }

    /// Starts the bot with another address in place of Discord's.
    pub fn bot_at(self, url: &str) -> Bot {
        LazyLock::force(&LOG);
        let (stop, stopped) = oneshot::channel();
        let token = self.token.as_deref().unwrap_or("a-token");
        let token = Token::parse(token).expect("a token");
        let config = Discord {
            api_url: url.to_owned(),
            ..self.config
        };
        let task = tokio::spawn(async move {
            let stopped = Box::pin(async { drop(stopped.await) });
            discord::run(
                &config,
                &token,
                self.live,
                self.store,
                self.monitor,
                self.options,
                stopped,
            )
            .await
        });
        Bot {
            stop: Some(stop),
            task,
        }
    }

    /// Starts the bot in a guild of a Discord of its own.
    pub async fn chat(self) -> Chat {
        self.chat_in(StandIn::start().await).await
    }

    /// Starts the bot in a guild of this Discord.
    pub async fn chat_in(self, discord: StandIn) -> Chat {
        let guild = discord.guild("students");
        let help = guild.channel("help");
        self.chat_at(discord, guild, help).await
    }

    /// Starts the bot in a guild where it answers messages in #help, and posts in the forum that is returned too, unasked.
    pub async fn unasked_chat(mut self) -> (Chat, Channel) {
        let discord = StandIn::builder().message_content().start().await;
        let guild = discord.guild("students");
        let (help, forum) = (guild.channel("help"), guild.forum("questions"));
        self.config.unasked_channels = vec![help.id];
        self.config.unasked_forums = vec![forum.id];
        (self.chat_at(discord, guild, help).await, forum)
    }

    async fn chat_at(self, discord: StandIn, guild: Guild, help: Channel) -> Chat {
        let mia = guild.member("mia");
        let bot = self.bot(&discord);
        discord.registered("ask").await;
        discord.settle().await;
        discord.requests();
        Chat {
            discord,
            guild,
            help,
            mia,
            bot,
        }
    }
}

/// A configuration in which nothing waits and nothing is held back.
pub fn eager() -> Discord {
    Discord {
        cooldown_seconds: 0,
        repeat_minutes: 0,
        ..Discord::default()
    }
}

/// A store that writes and reads at once, in a folder.
pub async fn store_in(folder: &Path) -> StoreHandle {
    let soon = Duration::from_millis(20);
    let timing = Timing {
        gather: soon,
        refresh: soon,
        retry: soon,
        retry_most: soon,
        ..Timing::default()
    };
    StoreHandle::open(&store_config(folder), Clock::system(), timing).await
}

/// Another process that has locked the store in a folder.
pub async fn locked(folder: &Path) -> SqliteConnection {
    let address = format!("sqlite:{}", folder.join("internbot.db").display());
    let mut other = SqliteConnection::connect(&address).await.expect("it opens");
    let begun =
        tokio::time::timeout(Duration::from_secs(5), other.execute("BEGIN EXCLUSIVE")).await;
    begun.expect("in time").expect("it is locked");
    other
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
    /// With a bot that is set up as usual.
    pub async fn start() -> Self {
        Setup::new().chat().await
    }

    /// Lets another bot take over from the one that was told to stop, as after a restart.
    pub async fn goes_on_with(&mut self, bot: Bot) {
        let stopped = std::mem::replace(&mut self.bot, bot);
        stopped.ended().await.expect("the bot stops");
        self.discord.identified(2).await;
    }

    /// With a bot that links to an answer of the last ten minutes instead of repeating it.
    pub async fn start_linking() -> Self {
        let config = Discord {
            repeat_minutes: 10,
            ..eager()
        };
        Setup::new().config(config).chat().await
    }

    /// Mia mentions the bot in #help; its reply.
    pub async fn asks(&self, question: &str) -> Message {
        self.mia.says(&self.help, &format!("@bot {question}")).await;
        self.discord.next_message(&self.help).await
    }

    /// Checks that everything the bot said was read, and stops it.
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
        message.page().title,
        self::section(topic, section).heading,
        "in {message}"
    );
    assert!(
        message.page().path.ends_with(&self::topic(topic).title),
        "in {message}"
    );
}
