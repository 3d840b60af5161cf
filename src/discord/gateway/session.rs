//! What the gateway sends and is sent (<https://docs.discord.com/developers/events/gateway>).

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;
use twilight_model::gateway::payload::outgoing::identify::{IdentifyInfo, IdentifyProperties};
use twilight_model::gateway::payload::outgoing::{Heartbeat, Identify, Resume};
use twilight_model::gateway::{Capabilities, Intents, OpCode, ShardId};

use crate::config::Token;

/// The bot's name for itself and its device.
const NAME: &str = "internbot";
/// The member count above which Discord leaves out a guild's offline members: the minimum that it accepts.
const LARGE_THRESHOLD: u64 = 50;
/// The shortest time between two heartbeats, whatever is asked for.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// A session.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub id: String,
    /// The number of the last event.
    pub sequence: u64,
    /// Where to resume it; `None` for where sessions start.
    pub url: Option<String>,
}

/// Who connects, and with which intents.
#[derive(Clone)]
pub(super) struct Login {
    pub shard: ShardId,
    pub token: Token,
    pub intents: Intents,
}

/// What Discord sends, except for what only event handlers read.
#[derive(Deserialize)]
pub(super) struct Packet<'a> {
    pub op: OpCode,
    /// The number of an event.
    #[serde(default)]
    pub s: Option<u64>,
    /// The name of an event.
    #[serde(borrow, default)]
    pub t: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    d: Option<&'a RawValue>,
}

/// HELLO, which begins a connection.
#[derive(Deserialize)]
pub(super) struct Hello {
    /// How many milliseconds there are between heartbeats.
    heartbeat_interval: u64,
}

/// READY, which begins a session.
#[derive(Deserialize)]
struct StartedSession {
    session_id: String,
    resume_gateway_url: String,
}

impl<'a> Packet<'a> {
    pub(super) fn data<T: Deserialize<'a>>(&self) -> Option<T> {
        serde_json::from_str(self.d?.get()).ok()
    }

    /// The name of an event and what it says.
    pub(super) fn event(&self) -> Option<(&str, &'a str)> {
        Some((self.t.as_deref()?, self.d?.get()))
    }

    /// The session that this begins.
    pub(super) fn session(&self) -> Option<Session> {
        let ready: StartedSession = self.data()?;
        Some(Session {
            id: ready.session_id,
            sequence: self.s.unwrap_or_default(),
            url: Some(ready.resume_gateway_url),
        })
    }
}

impl Login {
    /// What begins a session.
    pub(super) fn identify(&self) -> Option<String> {
        json(&Identify::new(IdentifyInfo {
            capabilities: Capabilities::empty(),
            compress: false,
            intents: self.intents,
            large_threshold: LARGE_THRESHOLD,
            presence: None,
            properties: IdentifyProperties::new(NAME, NAME, std::env::consts::OS),
            shard: Some(self.shard),
            token: self.token.expose().to_owned(),
        }))
    }

    /// What resumes a session.
    pub(super) fn resume(&self, session: &Session) -> Option<String> {
        let (id, token) = (session.id.as_str(), self.token.expose());
        json(&Resume::new(session.sequence, id, token))
    }
}

/// A connection's heartbeats: without them Discord ends it, and if nothing arrives between two of them it is dead.
#[derive(Debug)]
pub(super) struct Heart {
    interval: Duration,
    /// When the next one is due.
    pub next: Instant,
    /// When one was sent that is not acknowledged yet.
    sent: Option<Instant>,
    /// Whether anything has arrived since the last one was due.
    heard: bool,
}

impl Heart {
    /// The first one is due at a random time within an interval, so that connections do not all beat at once after an outage.
    pub(super) fn new(hello: &Hello) -> Self {
        let interval = Duration::from_millis(hello.heartbeat_interval).max(SHORTEST_INTERVAL);
        Self {
            interval,
            next: Instant::now() + interval.mul_f64(fastrand::f64()),
            sent: None,
            heard: true,
        }
    }

    pub(super) fn hears(&mut self) {
        self.heard = true;
    }

    /// The heartbeat that is due; `None` if the connection is dead.
    pub(super) fn due(&mut self, session: Option<&Session>) -> Option<String> {
        if self.sent.is_some() && !self.heard {
            return None;
        }
        self.heard = false;
        self.next = Instant::now() + self.interval;
        self.beat(session)
    }

    /// A heartbeat.
    pub(super) fn beat(&mut self, session: Option<&Session>) -> Option<String> {
        self.sent = Some(Instant::now());
        json(&Heartbeat::new(session.map(|session| session.sequence)))
    }

    /// Records that Discord acknowledged one; returns how long that took.
    pub(super) fn acknowledged(&mut self) -> Option<Duration> {
        self.sent.take().map(|sent| sent.elapsed())
    }
}

fn json(payload: &impl Serialize) -> Option<String> {
    serde_json::to_string(payload).ok()
}
