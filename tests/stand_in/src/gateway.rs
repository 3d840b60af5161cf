//! The gateway: sessions, their events, and one task for each connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::pulse::Pulse;
use super::trouble::{Opening, Trouble};
use super::world::{State, World};

/// What a bot asks to hear, as bits of IDENTIFY.
pub(super) mod intent {
    pub const GUILDS: u64 = 1;
    pub const GUILD_MEMBERS: u64 = 1 << 1;
    pub const GUILD_PRESENCES: u64 = 1 << 8;
    pub const GUILD_MESSAGES: u64 = 1 << 9;
    pub const DIRECT_MESSAGES: u64 = 1 << 12;
    pub const MESSAGE_CONTENT: u64 = 1 << 15;
    pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
    pub const HIGHEST: u64 = 1 << 25;
}

/// How long a closed connection may take to say goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// What the stand-in does with a connection.
pub(super) enum Outgoing {
    Text(String),
    Close(u16),
    CloseWithoutCode,
    Drop,
    /// Keeps the connection open and does nothing any more.
    GoDeaf,
}

struct Session {
    intents: u64,
    shard: (u64, u64),
    log: Vec<String>,
    connection: Option<u64>,
    heartbeats: usize,
    heard: u64,
}

struct Connection {
    out: UnboundedSender<Outgoing>,
    session: Option<String>,
    withholds_acks: bool,
}

#[derive(Default)]
pub(super) struct Gateway {
    /// How often something was dispatched.
    dispatches: usize,
    sessions: BTreeMap<String, Session>,
    connections: BTreeMap<u64, Connection>,
    opened: u64,
    pub identifies: usize,
    pub resumes: usize,
    pub resumes_read: usize,
    pub last_intents: u64,
    pub last_close: Option<u16>,
    pub trouble: Trouble,
    pub pulse: Pulse,
}

/// A connection that is held, and the first event that it did not get.
pub(super) struct Held {
    session: String,
    connection: u64,
    from: usize,
}

/// The place of a heartbeat in a session: how many came, and the last event that the bot had seen.
pub(super) struct Beat {
    session: String,
    heartbeats: usize,
    sent: u64,
}

impl Gateway {
    pub fn describe(&self) -> String {
        let connected = self
            .sessions
            .values()
            .filter(|session| session.connection.is_some())
            .count();
        let (identifies, resumes, close) = (self.identifies, self.resumes, self.last_close);
        format!(
            "gateway: {identifies} identifies, {resumes} resumes, {connected} of {} sessions connected, last close of the bot {close:?}",
            self.sessions.len()
        )
    }

    /// Whether the bot is connected and has its session.
    pub fn is_connected(&self) -> bool {
        self.sessions
            .values()
            .any(|session| session.connection.is_some())
    }

    /// The shards that are connected, in order.
    pub fn shards(&self) -> Vec<(u64, u64)> {
        let connected = self
            .sessions
            .values()
            .filter(|session| session.connection.is_some());
        let mut shards: Vec<_> = connected.map(|session| session.shard).collect();
        shards.sort_unstable();
        shards
    }

    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    pub fn is_open(&self, connection: u64) -> bool {
        self.connections.contains_key(&connection)
    }

    /// The number of the last event of each session.
    pub fn numbers(&self) -> Vec<(String, u64)> {
        self.sessions
            .iter()
            .map(|(id, session)| (id.clone(), session.log.len() as u64))
            .collect()
    }

    /// Sends nothing more for now; what happens is kept. What to release later.
    pub fn hold(&mut self) -> Vec<Held> {
        let held = |(id, session): (&String, &mut Session)| {
            Some(Held {
                session: id.clone(),
                connection: session.connection.take()?,
                from: session.log.len(),
            })
        };
        self.sessions.iter_mut().filter_map(held).collect()
    }

    /// Sends at once what has happened since.
    pub fn release(&mut self, held: Vec<Held>) {
        for Held {
            session,
            connection,
            from,
        } in held
        {
            let Some(session) = self
                .sessions
                .get_mut(&session)
                .filter(|session| session.connection.is_none())
            else {
                continue;
            };
            let Some(open) = self.connections.get(&connection) else {
                continue;
            };
            session.connection = Some(connection);
            for text in &session.log[from..] {
                let _ = open.out.send(Outgoing::Text(text.clone()));
            }
        }
    }

    /// Whether there is a session that can be resumed or is connected.
    pub fn has_session(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Sends text to every connection that has a session.
    pub fn send_all(&mut self, text: &str) {
        for connection in self
            .sessions
            .values()
            .filter_map(|session| session.connection)
        {
            self.send(connection, text.to_owned());
        }
    }

    /// Ends every connection in this way; from now on, events are kept for a resume.
    pub fn end_all(&mut self, end: impl Fn() -> Outgoing) {
        for session in self.sessions.values_mut() {
            session.connection = None;
        }
        for connection in std::mem::take(&mut self.connections).into_values() {
            let _ = connection.out.send(end());
        }
    }

    pub fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    pub fn detach_sessions(&mut self) {
        for session in self.sessions.values_mut() {
            session.connection = None;
        }
    }

    pub fn withhold_acks(&mut self) {
        for connection in self.connections.values_mut() {
            connection.withholds_acks = true;
        }
    }

    /// Asks every connected session for a heartbeat.
    pub fn ask_heartbeats(&mut self) -> Vec<Beat> {
        let beat = |(id, session): (&String, &Session)| Beat {
            session: id.clone(),
            heartbeats: session.heartbeats,
            sent: session.log.len() as u64,
        };
        let beats = self
            .sessions
            .iter()
            .filter(|(_, session)| session.connection.is_some())
            .map(beat)
            .collect();
        self.send_all(r#"{"op":1,"d":null,"s":null,"t":null}"#);
        beats
    }

    /// Whether the session has since confirmed that it has seen everything sent before.
    pub fn has_beaten(&self, beat: &Beat) -> bool {
        self.sessions.get(&beat.session).is_none_or(|session| {
            session.connection.is_none()
                || session.heartbeats > beat.heartbeats && session.heard >= beat.sent
        })
    }

    fn send(&self, connection: u64, text: String) {
        self.send_order(connection, Outgoing::Text(text));
    }

    /// A connection whose task has ended accepts no more orders, which is fine.
    fn send_order(&self, connection: u64, order: Outgoing) {
        if let Some(connection) = self.connections.get(&connection) {
            let _ = connection.out.send(order);
        }
    }

    fn close(&mut self, connection: u64, code: u16) {
        self.send_order(connection, Outgoing::Close(code));
        self.closed_by_bot(connection, None);
    }

    fn open(&mut self, out: UnboundedSender<Outgoing>) -> u64 {
        self.opened += 1;
        self.connections.insert(
            self.opened,
            Connection {
                out,
                session: None,
                withholds_acks: false,
            },
        );
        self.opened
    }

    /// The bot ended the connection; with 1000 or 1001 it also ends the session.
    fn closed_by_bot(&mut self, connection: u64, code: Option<u16>) {
        self.last_close = code.or(self.last_close);
        let Some(id) = self
            .connections
            .remove(&connection)
            .and_then(|gone| gone.session)
        else {
            return;
        };
        // By now the session may have moved to another connection.
        let Some(session) = self
            .sessions
            .get_mut(&id)
            .filter(|session| session.connection == Some(connection))
        else {
            return;
        };
        session.connection = None;
        if matches!(code, Some(1000 | 1001)) {
            self.sessions.remove(&id);
        }
    }
}

impl Session {
    fn record(&mut self, event: &str, payload: &Value) -> String {
        let seq = self.log.len() + 1;
        let text = json!({"op": 0, "s": seq, "t": event, "d": payload}).to_string();
        self.log.push(text.clone());
        text
    }

    fn hears_of(&self, guild: Option<u64>) -> bool {
        guild.map_or(0, |id| (id >> 22) % self.shard.1) == self.shard.0
    }
}

impl State {
    /// Sends an event to each session that asked for it, or keeps it for its resume.
    pub fn dispatch(&mut self, event: &str, guild: Option<u64>, intent: u64, payload: &Value) {
        self.dispatch_gated(event, guild, intent, payload, payload);
    }

    /// The same for an event that a session without the message-content intent gets in another form.
    pub fn dispatch_gated(
        &mut self,
        event: &str,
        guild: Option<u64>,
        intent: u64,
        payload: &Value,
        without_content: &Value,
    ) {
        // Of two sessions that hear the same neither is always first.
        self.gateway.dispatches += 1;
        let mut sessions: Vec<&mut Session> = self.gateway.sessions.values_mut().collect();
        if self.gateway.dispatches.is_multiple_of(2) {
            sessions.reverse();
        }
        for session in sessions {
            if session.intents & intent != intent || !session.hears_of(guild) {
                continue;
            }
            let reads_all = session.intents & intent::MESSAGE_CONTENT != 0;
            let text = session.record(event, if reads_all { payload } else { without_content });
            let connection = session
                .connection
                .and_then(|id| self.gateway.connections.get(&id));
            if let Some(connection) = connection {
                let _ = connection.out.send(Outgoing::Text(text));
            }
        }
    }

    fn received(&mut self, connection: u64, text: &str) {
        let Ok(packet) = serde_json::from_str::<Value>(text) else {
            return self.gateway.close(connection, 4002);
        };
        let known = self
            .gateway
            .connections
            .get(&connection)
            .and_then(|open| open.session.clone());
        match (packet["op"].as_u64(), known) {
            (Some(1), session) => self.heartbeat(connection, session, &packet["d"]),
            (Some(2), None) => self.identify(connection, &packet["d"]),
            (Some(6), None) => self.resume(connection, &packet["d"]),
            (Some(2 | 6), Some(_)) => self.gateway.close(connection, 4005),
            (Some(3 | 4 | 8), Some(_)) => {}
            (Some(3 | 4 | 8), None) => self.gateway.close(connection, 4003),
            _ => self.gateway.close(connection, 4001),
        }
    }

    fn heartbeat(&mut self, connection: u64, session: Option<String>, seq: &Value) {
        self.gateway.pulse.beat(connection);
        if let Some(id) = session
            && let Some(session) = self.gateway.sessions.get_mut(&id)
        {
            session.heartbeats += 1;
            session.heard = seq.as_u64().unwrap_or_default();
            self.gateway.pulse.heard(&id, session.heard);
        }
        if self
            .gateway
            .connections
            .get(&connection)
            .is_some_and(|open| !open.withholds_acks)
        {
            self.gateway.send(connection, json!({"op": 11}).to_string());
        }
    }

    fn knows_token(&self, token: &Value) -> bool {
        let token = token.as_str().unwrap_or_default();
        token.strip_prefix("Bot ").unwrap_or(token) == self.settings.token
    }

    fn identify(&mut self, connection: u64, data: &Value) {
        self.gateway.identifies += 1;
        let intents = data["intents"].as_u64().unwrap_or(u64::MAX);
        let shard = match (data["shard"][0].as_u64(), data["shard"][1].as_u64()) {
            (Some(id), Some(total)) => (id, total),
            _ => (0, 1),
        };
        self.gateway.last_intents = intents;
        if !self.knows_token(&data["token"]) {
            return self.gateway.close(connection, 4004);
        }
        if shard.0 >= shard.1 {
            return self.gateway.close(connection, 4010);
        }
        if shard.1 < self.gateway.trouble.least_shards {
            return self.gateway.close(connection, 4011);
        }
        if intents >= intent::HIGHEST << 1 {
            return self.gateway.close(connection, 4013);
        }
        if intents & intent::PRIVILEGED & !self.settings.privileged_intents != 0 {
            return self.gateway.close(connection, 4014);
        }
        if self.gateway.trouble.closes_session() {
            return self.gateway.close(connection, 4000);
        }
        if self.gateway.trouble.refuses_session(shard.0) {
            return self
                .gateway
                .send(connection, json!({"op": 9, "d": false}).to_string());
        }
        // A bot that starts again leaves its old sessions behind.
        self.gateway
            .sessions
            .retain(|_, session| session.connection.is_some() || session.shard != shard);
        let id = format!("session-{}", self.gateway.identifies);
        let mut session = Session {
            intents,
            shard,
            log: Vec::new(),
            connection: Some(connection),
            heartbeats: 0,
            heard: 0,
        };
        let guilds: Vec<_> = self
            .guilds
            .values()
            .filter(|guild| {
                session.hears_of(Some(guild.id)) && guild.members.contains_key(&self.bot)
            })
            .collect();
        let ready = json!({
            "v": 10, "user": self.user_json(self.bot), "session_id": id, "shard": [shard.0, shard.1],
            "guilds": guilds.iter().map(|guild| json!({"id": guild.id.to_string(), "unavailable": true})).collect::<Vec<_>>(),
            "resume_gateway_url": self.gateway.trouble.resume_elsewhere.clone().unwrap_or_else(|| format!("ws://{}", self.address)),
            "application": {"id": self.application.to_string(), "flags": 0},
        });
        let mut texts = vec![session.record("READY", &ready)];
        if intents & intent::GUILDS != 0 {
            let mut channels = BTreeMap::<u64, Vec<_>>::new();
            for channel in self.channels.values() {
                channels
                    .entry(channel.guild.unwrap_or_default())
                    .or_default()
                    .push(channel);
            }
            for guild in guilds {
                let channels = channels.get(&guild.id).map_or(&[][..], Vec::as_slice);
                texts
                    .push(session.record("GUILD_CREATE", &self.guild_create_json(guild, channels)));
            }
        }
        for text in texts {
            self.gateway.send(connection, text);
        }
        self.attach(connection, id, session);
    }

    fn attach(&mut self, connection: u64, id: String, session: Session) {
        if let Some(open) = self.gateway.connections.get_mut(&connection) {
            open.session = Some(id.clone());
        }
        self.gateway.sessions.insert(id, session);
    }

    fn resume(&mut self, connection: u64, data: &Value) {
        if !self.knows_token(&data["token"]) {
            return self.gateway.close(connection, 4004);
        }
        let id = data["session_id"].as_str().unwrap_or_default().to_owned();
        let seen = data["seq"]
            .as_u64()
            .and_then(|seq| usize::try_from(seq).ok())
            .unwrap_or_default();
        let Some(mut session) = self.gateway.sessions.remove(&id) else {
            return self
                .gateway
                .send(connection, json!({"op": 9, "d": false}).to_string());
        };
        if seen > session.log.len() {
            return self.gateway.close(connection, 4007);
        }
        self.gateway.pulse.heard(&id, seen as u64);
        for text in &session.log[seen..] {
            self.gateway.send(connection, text.clone());
        }
        let resumed = session.record("RESUMED", &json!({"_trace": []}));
        self.gateway.send(connection, resumed);
        session.connection = Some(connection);
        self.attach(connection, id, session);
        self.gateway.resumes += 1;
        if self.gateway.trouble.closes_resume() {
            self.gateway.close(connection, 4000);
        }
    }
}

/// Serves one connection until either side ends it.
pub(super) async fn serve(mut socket: WebSocket, world: Arc<World>, opening: Opening) {
    let (out, mut orders) = unbounded_channel();
    let (connection, interval) = world.change(|state| {
        (
            state.gateway.open(out),
            state.settings.heartbeat_interval.as_millis(),
        )
    });
    let interval = u64::try_from(interval).unwrap_or(u64::MAX);
    if opening == Opening::Mute {
        while let Some(Ok(_)) = socket.recv().await {}
        return world.change(|state| state.gateway.closed_by_bot(connection, None));
    }
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}});
    if socket
        .send(Frame::Text(hello.to_string().into()))
        .await
        .is_err()
    {
        return world.change(|state| state.gateway.closed_by_bot(connection, None));
    }
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Outgoing::Text(text)) => {
                    if socket.send(Frame::Text(text.into())).await.is_err() {
                        return world.change(|state| state.gateway.closed_by_bot(connection, None));
                    }
                }
                Some(Outgoing::Close(code)) => {
                    let reason = "".into();
                    return say_goodbye(socket, Some(CloseFrame { code, reason })).await;
                }
                Some(Outgoing::CloseWithoutCode) => return say_goodbye(socket, None).await,
                Some(Outgoing::GoDeaf) => std::future::pending().await,
                Some(Outgoing::Drop) | None => return,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => world.change(|state| state.received(connection, &text)),
                Some(Ok(Frame::Close(frame))) => {
                    let code = frame.map(|frame| frame.code);
                    world.change(|state| state.gateway.closed_by_bot(connection, code));
                    // Reading on is what sends the answer to the close.
                    while let Some(Ok(_)) = socket.recv().await {}
                    return;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    return world.change(|state| state.gateway.closed_by_bot(connection, None));
                }
            },
        }
    }
}

async fn say_goodbye(mut socket: WebSocket, frame: Option<CloseFrame>) {
    if socket.send(Frame::Close(frame)).await.is_ok() {
        let read_on = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = tokio::time::timeout(GOODBYE_LIMIT, read_on).await;
    }
}
