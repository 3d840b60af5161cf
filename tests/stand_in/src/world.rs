//! The one shared state behind every handle, and waiting for it to change.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::watch;

use super::faults::Faults;
use super::gateway::Gateway;
use super::interactions::StoredInteraction;
use super::ledger::Ledger;
use super::message::Message;
use super::model::{Channel, Guild, StoredMessage, User};
use super::rates::Rates;
use super::rest::{Refusal, Route};

/// The first millisecond of 2015, from which Discord counts in its ids.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;
/// How far back guilds are dated, so that their ids, one millisecond apart, are never in the future.
const GUILD_AGE_MS: u64 = 365 * 24 * 3600 * 1000;

/// How many stand-ins this process has started. Each writes its own number where Discord's ids name the worker and process
/// that made them, so that no two stand-ins hand out the same id in the same millisecond.
/// <https://discord.com/developers/docs/reference#snowflakes>
static STARTED: AtomicU64 = AtomicU64::new(0);

/// What a test chose when it started the stand-in.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub token: String,
    pub guilds_after: Option<u64>,
    pub bot_name: String,
    pub privileged_intents: u64,
    pub heartbeat_interval: Duration,
    pub first_response: Duration,
    pub token_life: Duration,
    pub recommended_shards: u64,
    pub clock_offset: jiff::SignedDuration,
    pub ledger: bool,
    pub rate_limits: bool,
    pub port: u16,
}

/// How a test reads something that the bot did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Message,
    Edit,
    Deletion,
    Response,
    Followup,
}

/// Something that the bot did and no test has read yet.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub deed: Deed,
    pub channel: u64,
    pub message: u64,
    pub interaction: Option<u64>,
    pub snapshot: Option<Message>,
    pub summary: String,
}

/// Everything that this Discord knows.
pub(super) struct State {
    pub settings: Settings,
    pub address: String,
    pub bot: u64,
    pub application: u64,
    pub users: HashMap<u64, User>,
    pub guilds: BTreeMap<u64, Guild>,
    pub channels: BTreeMap<u64, Channel>,
    pub messages: BTreeMap<u64, StoredMessage>,
    /// The newest message with each nonce, as JSON.
    pub nonces: HashMap<String, u64>,
    pub commands: BTreeMap<u64, Value>,
    pub interactions: HashMap<String, StoredInteraction>,
    pub gateway: Gateway,
    pub faults: Faults,
    pub rates: Rates,
    pub ledger: Ledger,
    pub requests: BTreeMap<Route, usize>,
    pub in_flight: usize,
    pub unread: Vec<Unread>,
    pub refusals: Vec<Refusal>,
    pub violations: Vec<String>,
    /// The ten bits of its ids that no other stand-in of this process has.
    worker: u64,
    last_id: u64,
    last_guild_id: u64,
}

impl State {
    pub fn new(settings: Settings, address: String) -> Self {
        let worker = (STARTED.fetch_add(1, Ordering::Relaxed) % 1024) << 12;
        let mut state = Self {
            address,
            bot: 0,
            application: 0,
            users: HashMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            nonces: HashMap::new(),
            commands: BTreeMap::new(),
            interactions: HashMap::new(),
            gateway: Gateway::default(),
            faults: Faults::default(),
            rates: Rates::default(),
            ledger: Ledger::new(settings.ledger),
            requests: BTreeMap::new(),
            in_flight: 0,
            unread: Vec::new(),
            refusals: Vec::new(),
            violations: Vec::new(),
            worker,
            last_id: 0,
            last_guild_id: settings
                .guilds_after
                .unwrap_or((now_ms() - DISCORD_EPOCH_MS - GUILD_AGE_MS) << 22 | worker),
            settings,
        };
        let bot = state.add_user(&state.settings.bot_name.clone(), true);
        (state.bot, state.application) = (bot, bot);
        state
    }

    /// A fresh id whose time is now.
    pub fn next_id(&mut self) -> u64 {
        let now = (now_ms() - DISCORD_EPOCH_MS) << 22 | self.worker;
        self.last_id = now.max(self.last_id + 1);
        self.last_id
    }

    /// A fresh id for a guild; neighbours belong to neighbouring shards.
    pub fn next_guild_id(&mut self) -> u64 {
        self.last_guild_id += 1 << 22;
        self.last_guild_id
    }

    pub fn add_user(&mut self, name: &str, bot: bool) -> u64 {
        let id = self.next_id();
        let name = name.to_owned();
        self.users.insert(
            id,
            User {
                id,
                name,
                bot,
                accepts_dms: true,
            },
        );
        id
    }

    pub fn name_of(&self, user: u64) -> String {
        self.users
            .get(&user)
            .map_or_else(|| user.to_string(), |user| user.name.clone())
    }

    /// Records what the bot did, for a test to read.
    pub fn note(&mut self, deed: Deed, message: u64, interaction: Option<u64>) {
        if self.ledger.is_on {
            return self.book(deed, message, interaction);
        }
        let stored = self.messages.get(&message);
        let channel = stored.map_or(0, |stored| stored.channel);
        let snapshot = stored.map(|stored| self.snapshot(stored));
        let place = self
            .channels
            .get(&channel)
            .map_or("?", |channel| channel.name.as_str());
        let text = snapshot
            .as_ref()
            .map(Message::to_string)
            .unwrap_or_default();
        let summary = format!("{deed:?} in #{place}: {text}");
        self.unread.push(Unread {
            deed,
            channel,
            message,
            interaction,
            snapshot,
            summary,
        });
    }

    /// Takes the oldest matching unread action.
    pub fn read(&mut self, fits: impl Fn(&Unread) -> bool) -> Option<Unread> {
        let place = self.unread.iter().position(fits)?;
        Some(self.unread.remove(place))
    }

    /// What has happened, for the message of a failing test.
    pub fn story(&self) -> String {
        let mut story = String::new();
        let unread = self
            .unread
            .iter()
            .map(|unread| format!("unread: {}", unread.summary));
        let refused = self
            .refusals
            .iter()
            .map(|refusal| format!("refused: {refusal}"));
        let wrong = self.violations.iter().cloned();
        for line in unread.chain(refused).chain(wrong) {
            story += &format!("\n  - {line}");
        }
        story += &format!("\n  - requests since last asked: {:?}", self.requests);
        story + &format!("\n  - {}", self.gateway.describe())
    }
}

/// The state, its lock, and the bell that rings at each change.
pub(super) struct World {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    pub fn new(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
        }
    }

    /// The state, for reading; a test that panicked while it held the lock does no harm.
    pub fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes everyone who is waiting.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.look());
        self.changed.send_replace(());
        result
    }

    /// Waits until `find` finds something, at most `limit`.
    pub async fn wait_at_most<T>(
        &self,
        limit: Duration,
        mut find: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.subscribe();
        let deadline = Instant::now() + limit;
        loop {
            changed.mark_unchanged();
            if let Some(found) = find(&mut self.look()) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // The sender lives in `self`, so the only other end is the time limit.
            if tokio::time::timeout(left, changed.changed()).await.is_err() {
                return None;
            }
        }
    }

    /// The same; past the limit, the test fails with what it waited for and what happened instead.
    pub async fn wait<T>(
        &self,
        limit: Duration,
        what: &str,
        find: impl FnMut(&mut State) -> Option<T>,
    ) -> T {
        match self.wait_at_most(limit, find).await {
            Some(found) => found,
            None => panic!(
                "waited {limit:?} for {what}; instead:{}",
                self.look().story()
            ),
        }
    }
}

pub(super) fn now_ms() -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// When an id was made, in milliseconds since 1970.
pub(super) fn ms_of(id: u64) -> u64 {
    (id >> 22) + DISCORD_EPOCH_MS
}

/// `2026-01-31T12:00:00.000000+00:00`
pub(super) fn iso(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    // Days to a date of the Gregorian calendar, counted from 1 March of year 0 (Howard Hinnant's algorithm).
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}000+00:00")
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn dates_are_right() {
        for (ms, date) in [
            (0, "1970-01-01T00:00:00.000000+00:00"),
            (951_782_399_999, "2000-02-28T23:59:59.999000+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000000+00:00"),
            (1_785_585_600_000, "2026-08-01T12:00:00.000000+00:00"),
        ] {
            assert_eq!(iso(ms), date);
        }
    }
}
