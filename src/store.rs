//! What must last: settings of guilds, what moderators added, feedback, gaps and daily counts.
//!
//! Nothing in the bot waits for the store. [`StoreHandle::record`] puts an event into memory; one task writes what is there in
//! one transaction, and tries again, ever more slowly, where that fails. Settings are read from memory. While the store is
//! unwell the bot answers as ever, and what it has to write is added up: counts by day and topic, so that none is lost,
//! gaps up to a number, the oldest dropped first.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `additions` | what is known of what moderators added |
//! | `batch` | what waits to be written, bounded |
//! | `database` | the connection, every SQL statement, and what a fault means; SQLite and PostgreSQL behind one door |
//! | `migrations` | the tables, as numbered steps |
//! | `worker` | the task that writes |

mod additions;
mod batch;
mod database;
mod migrations;
mod worker;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::warn;

use crate::additions::{Addition, AdditionError, Additions, Teaching};
use crate::config;
use crate::gaps::Gap;
use crate::scrub::Scrubbed;
use crate::settings::{Digest, Settings, SettingsError};
use crate::stats::{Outcome, Stats, Way};
use additions::KnownAdditions;
use batch::Batch;
use database::{Database, DatabaseError, IN_ITS_WORDS, explain};
use worker::{StoreRequest, Worker};

/// How long a command in Discord waits for the store before it says that it cannot; Discord waits three seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How long stopping waits for the last events to be written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// How many requests may wait for the task.
const MAX_REQUESTS: usize = 256;

/// Something that happened and is to be kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A question was decided.
    Asked {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// How it reached the bot.
        way: Way,
        /// What became of it.
        outcome: Outcome,
        /// The id of the topic that answered, or was nearest where candidates were offered.
        topic: Option<String>,
    },
    /// The guide could not answer.
    Gap {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// What was asked.
        text: Scrubbed,
        /// The id of the topic that was nearest or was not it.
        topic: Option<String>,
    },
    /// Somebody said whether a section helped. The person is turned into a keyed hash before anything is written.
    Vote {
        /// Where; none in direct messages.
        guild: Option<u64>,
        /// Who.
        person: u64,
        /// The topic's id.
        topic: String,
        /// The section's id.
        section: String,
        /// Whether it helped.
        helped: bool,
    },
    /// The bot was removed from a guild: everything about it goes.
    GuildGone {
        /// Which.
        guild: u64,
    },
}

impl fmt::Debug for Event {
    /// Names the event only: what is in it is not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked { .. } => "Asked",
            Self::Gap { .. } => "Gap",
            Self::Vote { .. } => "Vote",
            Self::GuildGone { .. } => "GuildGone",
        })
    }
}

/// Tells the time; another one in tests. Days are those of UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    fn now(&self) -> Timestamp {
        (self.0)()
    }

    fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How often the task does what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How long events are gathered before they are written.
    pub gather: Duration,
    /// How often settings are read again, which another process may have changed.
    pub refresh: Duration,
    /// How often the store is asked what moderators added through another process.
    pub look: Duration,
    /// How often what has expired is deleted; also at start and on a new day.
    pub tidy: Duration,
    /// How long the task waits after a first failure; it doubles with each.
    pub retry: Duration,
    /// How long it waits at the most.
    pub retry_most: Duration,
    /// How long a statement may take before the connection is given up. A server gives up after half of it, so that its
    /// reason arrives.
    pub statement: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            gather: Duration::from_millis(200),
            refresh: Duration::from_secs(5),
            look: Duration::from_millis(500),
            tidy: Duration::from_secs(3_600),
            retry: Duration::from_secs(1),
            retry_most: Duration::from_secs(60),
            // Changing the tables, or deleting what has expired, of a large bot on a slow disk: nobody waits for it.
            statement: Duration::from_secs(30),
        }
    }
}

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: State,
    /// Since when it is so.
    pub since: Timestamp,
    /// In a sentence, which says what to do if something can be done.
    pub sentence: String,
    /// How many rows wait to be written.
    pub waiting: usize,
    /// How many gaps were dropped because too many waited.
    pub dropped: u64,
}

/// How the store is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Switched off by the configuration.
    Off,
    /// What happens is written.
    Well,
    /// Nothing can be written at present; it waits.
    Unwell,
}

/// Why the store could not do what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is switched off.
    #[error(
        "the store is switched off: set store.url in the configuration, for instance to \"sqlite:internbot.db\""
    )]
    Off,
    /// There is none yet.
    #[error(
        "there is no store at {0}: `internbot run` creates it, or name another one as store.url in the configuration"
    )]
    Missing(String),
    /// The settings cannot be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// What is to be added cannot be.
    #[error(transparent)]
    Addition(#[from] AdditionError),
    /// It cannot be used; the sentence says what to do.
    #[error("{0}")]
    Unwell(String),
    /// It did not answer in time.
    #[error("the store does not answer in time; try again in a minute")]
    Late,
}

/// The store: a handle, cheap to clone. One that is off does nothing.
#[derive(Debug, Clone)]
pub struct StoreHandle(Option<Arc<Shared>>);

/// What handles and the task share.
#[derive(Debug)]
struct Shared {
    config: config::Store,
    clock: Clock,
    pending: Mutex<Batch>,
    wake: Notify,
    requests: mpsc::Sender<StoreRequest>,
    settings: Mutex<HashMap<u64, Arc<Settings>>>,
    additions: Mutex<KnownAdditions>,
    health: Mutex<Health>,
}

impl StoreHandle {
    /// A store that keeps nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// Opens the store that the configuration names and starts the task that writes to it; waits for the first attempt,
    /// for at most two seconds, so that settings are there. Never fails: a store that cannot be used is unwell, which
    /// [`StoreHandle::health`] tells, and is tried again.
    pub async fn open(config: &config::Store, clock: Clock, timing: Timing) -> Self {
        if config.url.is_off() {
            return Self::off();
        }
        let (requests, received) = mpsc::channel(MAX_REQUESTS);
        let health = Health {
            state: State::Well,
            since: clock.now(),
            sentence: "the store is not open yet".to_owned(),
            waiting: 0,
            dropped: 0,
        };
        let shared = Arc::new(Shared {
            config: config.clone(),
            clock,
            pending: Mutex::default(),
            wake: Notify::new(),
            requests,
            settings: Mutex::default(),
            additions: Mutex::default(),
            health: Mutex::new(health),
        });
        start(Worker::new(Arc::clone(&shared), timing), received);
        let store = Self(Some(shared));
        // Whatever comes of it is in the health.
        let _ = store.request(StoreRequest::Flush).await;
        store
    }

    /// Keeps an event. Never waits, never fails.
    pub fn record(&self, event: Event) {
        let Some(shared) = &self.0 else { return };
        if let Event::GuildGone { guild } = event {
            locked(&shared.settings).remove(&guild);
            locked(&shared.additions).remove(guild);
        }
        locked(&shared.pending).add(event, shared.clock.today());
        shared.wake.notify_one();
    }

    /// What the moderators of a guild have set; the usual where they have set nothing, and in direct messages.
    pub fn settings(&self, guild: Option<u64>) -> Arc<Settings> {
        let known = self
            .0
            .as_ref()
            .zip(guild)
            .and_then(|(shared, guild)| locked(&shared.settings).get(&guild).cloned());
        known.unwrap_or_default()
    }

    /// Whether any guild wants unasked answers in a channel: the bot then needs the content of all messages.
    pub fn hears_channels(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| {
            locked(&shared.settings)
                .values()
                .any(|settings| settings.hears_channels())
        })
    }

    /// The guilds that want a digest of each week.
    pub fn digests(&self) -> Vec<(u64, Digest)> {
        let Some(shared) = &self.0 else {
            return Vec::new();
        };
        let settings = locked(&shared.settings);
        let wanted = settings
            .iter()
            .filter_map(|(guild, settings)| Some((*guild, settings.digest?)));
        wanted.collect()
    }

    /// The time by which the store counts days.
    pub fn now(&self) -> Timestamp {
        self.0
            .as_ref()
            .map_or_else(Timestamp::now, |shared| shared.clock.now())
    }

    /// Changes what moderators of a guild have set; what is set then. The change is made to what is in the store, whatever
    /// another process has changed meanwhile. It holds at once, here; other processes see it within seconds.
    ///
    /// # Errors
    /// Where the settings cannot be, or the store cannot be written; then nothing has changed.
    pub async fn change_settings(
        &self,
        guild: u64,
        change: impl FnOnce(&Settings) -> Settings + Send + 'static,
    ) -> Result<Arc<Settings>, StoreError> {
        self.request(|reply| StoreRequest::Change {
            guild,
            change: Box::new(change),
            reply,
        })
        .await
    }

    /// What the moderators of a guild have added; nothing in direct messages.
    pub fn additions(&self, guild: Option<u64>) -> Arc<Additions> {
        let known = self
            .0
            .as_ref()
            .zip(guild)
            .and_then(|(shared, guild)| locked(&shared.additions).of(guild).cloned());
        known.unwrap_or_default()
    }

    /// Changes what moderators of a guild have added; what is there then, and the id of what was changed. It holds at once, here;
    /// other processes see it within a second.
    ///
    /// # Errors
    /// Where the change cannot be, or the store cannot be written; then nothing has changed.
    pub async fn teach(
        &self,
        guild: u64,
        author: u64,
        teaching: Teaching,
    ) -> Result<(Arc<Additions>, u64), StoreError> {
        self.request(|reply| StoreRequest::Teach {
            guild,
            author,
            teaching,
            reply,
        })
        .await
    }

    /// Deletes what a person has said about answers, and their id in what they added; how many votes that were.
    ///
    /// # Errors
    /// Where the store is unwell: then it is done as soon as it is well, unless the bot is restarted before.
    pub async fn forget(&self, person: u64) -> Result<u64, StoreError> {
        let Some(shared) = &self.0 else { return Ok(0) };
        locked(&shared.pending).forget(person);
        self.request(|reply| StoreRequest::Forget { person, reply })
            .await
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// Where the store is unwell.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.request(StoreRequest::Flush).await
    }

    /// The gaps of the last days, of one guild or of all; for [`crate::gaps::group`].
    ///
    /// # Errors
    /// If the store is off, missing or unwell, or does not answer in time.
    pub async fn gaps(&self, guild: Option<u64>, days: u32) -> Result<Vec<Gap>, StoreError> {
        self.read(|config, today| read_gaps(config, guild, first_day(today, days)))
            .await
    }

    /// What was asked and answered in the last so many days, today among them, in one guild or in all.
    ///
    /// # Errors
    /// If the store is off, missing or unwell, or does not answer in time.
    pub async fn stats(&self, guild: Option<u64>, days: u32) -> Result<Stats, StoreError> {
        self.read(|config, today| read_stats(config, guild, first_day(today, days), today))
            .await
    }

    /// The gaps of a guild between two days, and what was asked and answered there.
    ///
    /// # Errors
    /// If the store is off, missing or unwell, or does not answer in time.
    pub async fn digest(
        &self,
        guild: u64,
        (from, to): (Date, Date),
    ) -> Result<(Vec<Gap>, Stats), StoreError> {
        self.read(|config, _| {
            once(config, true, async move |database| {
                let mut gaps = database.gaps(Some(guild), from).await?;
                gaps.retain(|gap| gap.day <= to);
                Ok((gaps, database.stats(Some(guild), from, to).await?))
            })
        })
        .await
    }

    /// Writes what waits and then reads, both within the time that a command has.
    async fn read<'a, T, R: Future<Output = Result<T, StoreError>>>(
        &'a self,
        read: impl FnOnce(&'a config::Store, Date) -> R,
    ) -> Result<T, StoreError> {
        let shared = self.0.as_ref().ok_or(StoreError::Off)?;
        let both = async {
            self.flush().await?;
            read(&shared.config, shared.clock.today()).await
        };
        tokio::time::timeout(READ_TIMEOUT, both)
            .await
            .map_err(|_| StoreError::Late)?
    }

    /// How the store is.
    pub fn health(&self) -> Health {
        let Some(shared) = &self.0 else {
            let sentence = "the store is switched off".to_owned();
            return Health {
                state: State::Off,
                since: Timestamp::UNIX_EPOCH,
                sentence,
                waiting: 0,
                dropped: 0,
            };
        };
        let waiting = locked(&shared.pending).len();
        let mut health = locked(&shared.health).clone();
        health.waiting += waiting;
        health
    }

    /// What the store says, without the folder of its file, and without the name and the words of its server: they are
    /// nobody's business but the operator's.
    pub fn without_folder(&self, sentence: &str) -> String {
        let Some(shared) = &self.0 else {
            return sentence.to_owned();
        };
        let (sentence, _) = sentence.split_once(IN_ITS_WORDS).unwrap_or((sentence, ""));
        sentence.replace(&shared.config.url.name(), &shared.config.url.short_name())
    }

    /// For how many days gaps and votes are kept.
    pub fn keeps(&self) -> Option<(u32, u32)> {
        self.0
            .as_ref()
            .map(|shared| (shared.config.keep_gaps_days, shared.config.keep_votes_days))
    }

    /// Writes what waits and ends the task.
    pub async fn close(&self) {
        let Some(shared) = &self.0 else { return };
        let (reply, closed) = oneshot::channel();
        let sent = shared
            .requests
            .send(StoreRequest::Close(reply))
            .await
            .is_ok();
        if sent
            && !matches!(
                tokio::time::timeout(CLOSE_TIMEOUT, closed).await,
                Ok(Ok(Ok(())))
            )
        {
            warn!(
                events.lost = self.health().waiting,
                "stopped while the store could not be written"
            );
        }
    }

    /// Gives the task a request and waits for what it says, but not for long.
    async fn request<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> StoreRequest,
    ) -> Result<T, StoreError> {
        let shared = self.0.as_ref().ok_or(StoreError::Off)?;
        let (reply, said) = oneshot::channel();
        shared
            .requests
            .try_send(request(reply))
            .map_err(|_| StoreError::Late)?;
        tokio::time::timeout(READ_TIMEOUT, said)
            .await
            .map_err(|_| StoreError::Late)?
            .map_err(|_| StoreError::Late)?
    }
}

/// A function that is not `async`, so that what the worker does is compiled here, once, and not in each binary with a store.
fn start(worker: Worker, requests: mpsc::Receiver<StoreRequest>) {
    tokio::spawn(worker.run(requests));
}

/// Opens a store that exists, to read or to change something, uses it once and closes it: while the bot may be running.
async fn once<T>(
    config: &config::Store,
    reading: bool,
    act: impl AsyncFnOnce(&mut Database) -> Result<T, DatabaseError>,
) -> Result<T, StoreError> {
    let mut database = Database::open_existing(config, reading).await?;
    let done = act(&mut database).await;
    database.close().await;
    done.map_err(|fault| StoreError::Unwell(explain(&config.url, &fault)))
}

/// The gaps since a day, of one guild or of all, from a store that exists: for a command at the keyboard, while the bot
/// may be running.
///
/// # Errors
/// Where the store is off, does not exist, or cannot be read.
pub async fn read_gaps(
    config: &config::Store,
    guild: Option<u64>,
    since: Date,
) -> Result<Vec<Gap>, StoreError> {
    once(config, true, async |database| {
        database.gaps(guild, since).await
    })
    .await
}

/// What was asked and answered between two days, in one guild or in all, from a store that exists.
///
/// # Errors
/// Where the store is off, does not exist, or cannot be read.
pub async fn read_stats(
    config: &config::Store,
    guild: Option<u64>,
    from: Date,
    to: Date,
) -> Result<Stats, StoreError> {
    once(config, true, async |database| {
        database.stats(guild, from, to).await
    })
    .await
}

/// What moderators added, in one guild or in all, with the guild of each, from a store that exists.
///
/// # Errors
/// Where the store is off, does not exist, or cannot be read.
pub async fn read_additions(
    config: &config::Store,
    guild: Option<u64>,
) -> Result<Vec<(u64, Addition)>, StoreError> {
    once(config, true, async |database| {
        database.additions(guild).await
    })
    .await
}

/// Removes what moderators added, by its id, from a store that exists; whether it was there. A bot that runs follows within a
/// second.
///
/// # Errors
/// Where the store is off, does not exist, or cannot be written.
pub async fn remove_addition(config: &config::Store, id: u64) -> Result<bool, StoreError> {
    once(config, false, async |database| {
        database.remove_addition(id).await
    })
    .await
}

/// How a store is found that is not being used by this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreInspection {
    /// There is none yet, and one can be created.
    Absent,
    /// It is of an earlier version, which the next start of the bot brings up to date.
    Outdated {
        /// Its version.
        version: i64,
    },
    /// It can be read and written.
    Usable {
        /// Its version.
        version: i64,
        /// Whether any guild wants unasked answers in a channel, for which the bot needs the content of all messages.
        hears_channels: bool,
    },
}

/// Looks at a store as the bot would open it, and leaves everything as it was: creates no file and no table, and takes back
/// what it writes. A bot may be using it meanwhile.
///
/// # Errors
/// If it is off, or cannot be opened, read and written; the sentence says what to do.
pub async fn inspect(config: &config::Store) -> Result<StoreInspection, StoreError> {
    if config.url.is_off() {
        return Err(StoreError::Off);
    }
    database::inspect(config)
        .await
        .map_err(|fault| StoreError::Unwell(explain(&config.url, &fault)))
}

/// The first of this many days that end today.
pub fn first_day(today: Date, days: u32) -> Date {
    today.saturating_sub(i64::from(days.max(1) - 1).days())
}

/// What a lock guards. A panic while it was held left values that are still whole.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
