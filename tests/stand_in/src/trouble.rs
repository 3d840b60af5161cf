//! Problems with connections to the gateway: they happen a given number of times, and then all is well again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::State;
use super::{CONNECT_LIMIT, Outgoing, Route, StandIn};

/// How long Discord wants between two sessions that are begun with the same remainder of their shard: five seconds. The bot
/// counts from when it sends, so a first IDENTIFY that is late on its way, on a busy machine, makes the second seem early here.
const IDENTIFY_INTERVAL: Duration = Duration::from_millis(4_500);
/// How many sessions may be begun in a day.
const SESSIONS: u32 = 1_000;

/// How a connection to the gateway goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Usual,
    /// Answered with 502.
    Refused,
    /// Never answered.
    Stalled,
    /// Opened without HELLO, and then silent.
    Mute,
}

/// The troubles still to come.
#[derive(Default)]
pub(super) struct Trouble {
    refused: usize,
    stalled: usize,
    mute: usize,
    sessions_refused: usize,
    sessions_closed: usize,
    resumes_closed: usize,
    /// Where the bot is told to connect and to resume, if not here.
    pub gateway_elsewhere: Option<String>,
    pub resume_elsewhere: Option<String>,
    /// The least number of shards.
    pub least_shards: u64,
    /// How many sessions may be begun at once, where that is looked at.
    at_once: Option<u64>,
    /// When the last session was begun, by the remainder of its shard.
    begun: Vec<(u64, Instant)>,
    /// How many sessions are left, and when there are all again.
    left: Option<(u32, Instant)>,
    /// How many connections were asked for.
    pub attempts: usize,
}

impl Trouble {
    /// How the next connection goes.
    pub fn opening(&mut self) -> Opening {
        self.attempts += 1;
        if take(&mut self.refused) {
            Opening::Refused
        } else if take(&mut self.stalled) {
            Opening::Stalled
        } else if take(&mut self.mute) {
            Opening::Mute
        } else {
            Opening::Usual
        }
    }

    /// Whether this IDENTIFY is answered with an invalid session: on demand, or because it comes too soon.
    pub fn refuses_session(&mut self, shard: u64) -> bool {
        if take(&mut self.sessions_refused) {
            return true;
        }
        let Some(at_once) = self.at_once else {
            return false;
        };
        let key = shard % at_once;
        let too_soon = self
            .begun
            .iter()
            .any(|(known, at)| *known == key && at.elapsed() < IDENTIFY_INTERVAL);
        self.begun.push((key, Instant::now()));
        too_soon
    }

    /// Whether the connection of this IDENTIFY is closed at once.
    pub fn closes_session(&mut self) -> bool {
        take(&mut self.sessions_closed)
    }

    /// Whether the connection is closed right after a RESUME.
    pub fn closes_resume(&mut self) -> bool {
        take(&mut self.resumes_closed)
    }

    /// What `GET /gateway/bot` says about the day's sessions.
    pub fn session_start_limit(&self) -> Value {
        let now = Instant::now();
        let (remaining, reset) = match self.left {
            Some((remaining, reset)) if reset > now => (remaining, reset - now),
            _ => (SESSIONS, Duration::from_secs(86_400)),
        };
        json!({
            "total": SESSIONS, "remaining": remaining, "reset_after": reset.as_millis() as u64,
            "max_concurrency": self.at_once.unwrap_or(16),
        })
    }
}

fn take(times: &mut usize) -> bool {
    let any = *times > 0;
    *times = times.saturating_sub(1);
    any
}

impl StandIn {
    fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        self.world
            .change(|state| change(&mut state.gateway.trouble));
    }

    /// Refuses the next connections to the gateway with 502.
    pub fn refuse_connections(&self, times: usize) {
        self.trouble(|trouble| trouble.refused = times);
    }

    /// Does not answer the next connections to the gateway.
    pub fn stall_connections(&self, times: usize) {
        self.trouble(|trouble| trouble.stalled = times);
    }

    /// Opens the next connections to the gateway without a HELLO.
    pub fn withhold_hello(&self, times: usize) {
        self.trouble(|trouble| trouble.mute = times);
    }

    /// Answers the next IDENTIFYs with an invalid session.
    pub fn refuse_sessions(&self, times: usize) {
        self.trouble(|trouble| trouble.sessions_refused = times);
    }

    /// Closes the next connections at IDENTIFY, with 4000.
    pub fn close_sessions(&self, times: usize) {
        self.trouble(|trouble| trouble.sessions_closed = times);
    }

    /// Closes the next connections right after they resumed, with 4000.
    pub fn close_resumes(&self, times: usize) {
        self.trouble(|trouble| trouble.resumes_closed = times);
    }

    /// Tells the bot to connect, and to resume, at another address than here.
    pub fn gateway_at(&self, url: &str) {
        self.trouble(|trouble| trouble.gateway_elsewhere = Some(url.to_owned()));
        self.resume_at(url);
    }

    /// Tells the bot to resume at another address than here.
    pub fn resume_at(&self, url: &str) {
        self.trouble(|trouble| trouble.resume_elsewhere = Some(url.to_owned()));
    }

    /// The bot has grown: fewer shards are refused with 4011, and this many are recommended.
    pub fn needs_shards(&self, shards: u64) {
        self.world.change(|state| {
            state.settings.recommended_shards = shards;
            state.gateway.trouble.least_shards = shards;
        });
    }

    /// Lets this many sessions start at once, and answers any within the next five seconds with an invalid session.
    pub fn identify_at_once(&self, shards: u64) {
        self.trouble(|trouble| trouble.at_once = Some(shards));
    }

    /// Only this many sessions may be started until this time has passed.
    pub fn sessions_left(&self, sessions: u32, reset: Duration) {
        self.trouble(|trouble| trouble.left = Some((sessions, Instant::now() + reset)));
    }

    /// The connections go deaf: they stay open, but nothing is read or sent.
    pub fn go_deaf(&self) {
        self.world
            .change(|state| state.gateway.end_all(|| Outgoing::GoDeaf));
    }

    /// How often a connection to the gateway was asked for.
    pub fn connections(&self) -> usize {
        self.world.look().gateway.trouble.attempts
    }

    /// Waits until a connection to the gateway was asked for this many times in all.
    pub async fn connections_reach(&self, times: usize) {
        let asked = |state: &mut State| (state.gateway.trouble.attempts >= times).then_some(());
        self.world
            .wait(CONNECT_LIMIT, "the bot to connect so often", asked)
            .await;
    }

    /// Waits until a request on this route has arrived since [`StandIn::requests`] was last called.
    pub async fn requested(&self, route: Route) {
        let asked = |state: &mut State| state.requests.contains_key(&route).then_some(());
        self.world.wait(CONNECT_LIMIT, "a request", asked).await;
    }

    /// Waits until these shards, of this many in all, are connected, and no others.
    pub async fn shards_are(&self, shards: &[(u64, u64)]) {
        let connected = |state: &mut State| (state.gateway.shards() == shards).then_some(());
        self.world
            .wait(CONNECT_LIMIT, "the shards to connect", connected)
            .await;
    }
}
