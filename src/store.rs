//! Persistent data: guilds' settings, what moderators added, feedback, gaps and daily counts.
//!
//! Nothing in the bot waits for the store. [`StoreHandle::record`] keeps an event in memory; one task writes what is there in
//! one transaction and, if that fails, retries with growing delays. Settings are read from memory. While the store is
//! failing, the bot answers as usual, and what it has to write accumulates: counts by day and topic, so that none is lost,
//! gaps up to a number, the oldest dropped first.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `event`, `clock`, `health` | events to store, the time, and the store's state |
//! | `shared` | what the handles and the task share |
//! | `additions` | what is known of what moderators added |
//! | `batch` | what waits to be written, bounded |
//! | `worker` | the task that writes |
//! | `database` | the connection, every SQL statement, and what an error means; SQLite and PostgreSQL behind one interface |
//! | `migrations` | the tables, as numbered steps |
//! | `existing` | what terminal commands read and change |

mod additions;
mod batch;
mod clock;
mod database;
mod event;
mod existing;
mod health;
mod migrations;
mod shared;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::warn;

use crate::additions::{Additions, Teaching};
use crate::config;
use crate::gaps::Gap;
use crate::settings::{Digest, Settings};
use crate::stats::Stats;
use database::IN_ITS_WORDS;
use existing::once;
use shared::{Shared, StoreRequest};
use worker::Worker;

pub use clock::{Clock, Timing};
pub use event::Event;
pub use existing::{first_day, inspect, read_additions, read_gaps, read_stats, remove_addition};
pub use health::{Health, State, StoreError, StoreInspection};

/// How long a command in Discord waits for the store before it says that it cannot; Discord waits three seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How long stopping waits for the last events to be written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// How many requests may wait for the task.
const MAX_REQUESTS: usize = 256;

/// The store: a handle, cheap to clone. One that is off does nothing.
#[derive(Debug, Clone)]
pub struct StoreHandle(Option<Arc<Shared>>);

impl StoreHandle {
    /// A store that keeps nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// Opens the store that the configuration names and starts the task that writes to it; waits for the first attempt,
    /// for at most two seconds, so that settings are available. Never fails: a store that cannot be used is reported by
    /// [`StoreHandle::health`] and retried.
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
        // The result shows in the health.
        let _ = store.request(StoreRequest::Flush).await;
        store
    }

    /// Keeps an event. Never waits, never fails.
    pub fn record(&self, event: Event) {
        let Some(shared) = &self.0 else { return };
        if let Event::GuildGone { guild } = event {
            shared.settings.lock().remove(&guild);
            shared.additions.lock().remove(guild);
        }
        shared.pending.lock().add(event, shared.clock.today());
        shared.wake.notify_one();
    }

    /// A guild's settings; the defaults if nothing has been set, and in direct messages.
    pub fn settings(&self, guild: Option<u64>) -> Arc<Settings> {
        let known = self
            .0
            .as_ref()
            .zip(guild)
            .and_then(|(shared, guild)| shared.settings.lock().get(&guild).cloned());
        known.unwrap_or_default()
    }

    /// Whether any guild wants unasked answers in a channel: the bot then needs the content of all messages.
    pub fn hears_channels(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| {
            shared
                .settings
                .lock()
                .values()
                .any(|settings| settings.hears_channels())
        })
    }

    /// The guilds that want a digest of each week.
    pub fn digests(&self) -> Vec<(u64, Digest)> {
        let Some(shared) = &self.0 else {
            return Vec::new();
        };
        let settings = shared.settings.lock();
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

    /// Changes a guild's settings and returns the result. The change is applied to what is in the store, whatever
    /// another process has changed meanwhile. It takes effect here at once; other processes see it within seconds.
    ///
    /// # Errors
    /// If the settings are invalid or the store cannot be written to; nothing has changed then.
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

    /// What a guild's moderators have added; empty in direct messages.
    pub fn additions(&self, guild: Option<u64>) -> Arc<Additions> {
        let known = self
            .0
            .as_ref()
            .zip(guild)
            .and_then(|(shared, guild)| shared.additions.lock().of(guild).cloned());
        known.unwrap_or_default()
    }

    /// Changes what a guild's moderators have added; returns the result and the id of what was changed. It takes effect here at once;
    /// other processes see it within a second.
    ///
    /// # Errors
    /// If the change is invalid or the store cannot be written to; nothing has changed then.
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

    /// Deletes what a person has said about answers, and their id in what they added; returns the number of votes.
    ///
    /// # Errors
    /// If the store is failing: it is done as soon as the store works again, unless the bot restarts before that.
    pub async fn forget(&self, person: u64) -> Result<u64, StoreError> {
        let Some(shared) = &self.0 else { return Ok(0) };
        shared.pending.lock().forget(person);
        self.request(|reply| StoreRequest::Forget { person, reply })
            .await
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// If the store is failing.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.request(StoreRequest::Flush).await
    }

    /// The gaps of the last days, of one guild or of all; for [`crate::gaps::group`].
    ///
    /// # Errors
    /// If the store is off, missing or failing, or does not answer in time.
    pub async fn gaps(&self, guild: Option<u64>, days: u32) -> Result<Vec<Gap>, StoreError> {
        self.read(|config, today| read_gaps(config, guild, first_day(today, days)))
            .await
    }

    /// What was asked and answered in the last days, including today, in one guild or in all.
    ///
    /// # Errors
    /// If the store is off, missing or failing, or does not answer in time.
    pub async fn stats(&self, guild: Option<u64>, days: u32) -> Result<Stats, StoreError> {
        self.read(|config, today| read_stats(config, guild, first_day(today, days), today))
            .await
    }

    /// The gaps of a guild between two days, and what was asked and answered there.
    ///
    /// # Errors
    /// If the store is off, missing or failing, or does not answer in time.
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

    /// The state of the store.
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
        let waiting = shared.pending.lock().len();
        let mut health = shared.health.lock().clone();
        health.waiting += waiting;
        health
    }

    /// The store's message, without its file's folder, and without its server's name and words: they are
    /// nobody's business but the operator's.
    pub fn without_folder(&self, sentence: &str) -> String {
        let Some(shared) = &self.0 else {
            return sentence.to_owned();
        };
        let (sentence, _) = sentence.split_once(IN_ITS_WORDS).unwrap_or((sentence, ""));
        sentence.replace(&shared.config.url.name(), &shared.config.url.short_name())
    }

    /// For how many days gaps and votes are kept; `None` without a store.
    pub fn keeps(&self) -> Option<(u32, u32)> {
        self.0.as_ref()?.config.keeps()
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

    /// Sends the task a request and waits for its answer, but not for long.
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

/// Not `async`, so that the worker is compiled once, here, and not in every binary with a store.
fn start(worker: Worker, requests: mpsc::Receiver<StoreRequest>) {
    tokio::spawn(worker.run(requests));
}
