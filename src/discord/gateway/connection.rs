//! One connection, from opening to end: its events are passed on, and the reason for its end is classified.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::oneshot::Receiver;
use tokio_util::sync::CancellationToken;
use tokio_websockets::{CloseCode, Message};
use tracing::{debug, info};
use twilight_gateway_queue::{InMemoryQueue, Queue};
use twilight_model::gateway::OpCode;

use super::disconnect::{DisconnectReason, Disconnected, Resumable, SESSION_OVER, closed, lost};
use super::session::{Heart, Login, Packet, Session};
use super::shard_status::ShardStatuses;
use crate::discord::dispatch::Dispatcher;
use crate::discord::rest::{WebSocket, open_websocket};
use crate::discord::systemd;

/// The gateway's version and encoding.
const QUERY: &str = "/?v=10&encoding=json";
/// How long a closing connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// The reason for a connection that was lost without being closed.
const BROKE_OFF: &str = "the connection was lost";
/// Why a connection was given up.
const NOT_IN_TIME: &str = "Discord did not start a session in time";
/// The codes with which the bot closes a connection: one ends its session, the other keeps it for resuming.
const CLOSES_SESSION: u16 = 1000;
const KEEPS_SESSION: u16 = 4000;

/// A connection under way.
pub(super) struct Connection {
    dispatcher: Arc<Dispatcher>,
    statuses: Arc<ShardStatuses>,
    login: Login,
    /// Where shards wait for their turn to start a session.
    queue: InMemoryQueue,
    /// The session to resume, and later its current one.
    session: Option<Session>,
    /// How many attempts at resuming the session have failed.
    failed: u32,
    resumes: bool,
    /// Since Discord said hello.
    heart: Option<Heart>,
    /// Resolves when it is the shard's turn to start a session.
    turn: Option<Receiver<()>>,
    /// Whether Discord said anything.
    answered: bool,
    /// Whether it asked for a session.
    identified: bool,
    /// Since when there is a session.
    since: Option<Instant>,
}

/// What to send next, if anything; or why the connection is to end.
type Next = Result<Option<String>, DisconnectReason>;

impl Connection {
    pub(super) fn new(
        dispatcher: Arc<Dispatcher>,
        statuses: Arc<ShardStatuses>,
        login: Login,
        queue: InMemoryQueue,
        resumable: Option<Resumable>,
    ) -> Self {
        let (session, failed) = match resumable {
            Some(Resumable { session, failed }) => (Some(session), failed),
            None => (None, 0),
        };
        Self {
            dispatcher,
            statuses,
            login,
            queue,
            resumes: session.is_some(),
            session,
            failed,
            heart: None,
            turn: None,
            answered: false,
            identified: false,
            since: None,
        }
    }

    /// Runs until the connection ends: by itself, because it has no session after `timeout`, or because the bot is to stop. A session
    /// starts at `url`.
    pub(super) async fn run(
        mut self,
        url: String,
        timeout: Duration,
        closing: CancellationToken,
    ) -> Disconnected {
        let deadline = tokio::time::Instant::now() + timeout;
        let end = match self.open(url, deadline, &closing).await {
            Ok(mut socket) => {
                let end = self.listen(&mut socket, deadline, &closing).await;
                let is_over = self.session.is_none() || matches!(end, DisconnectReason::Closed);
                say_goodbye(&mut socket, is_over).await;
                end
            }
            Err(end) => end,
        };
        self.ended(end)
    }

    /// Opens it where the session is to be resumed, or where one starts.
    async fn open(
        &mut self,
        url: String,
        deadline: tokio::time::Instant,
        closing: &CancellationToken,
    ) -> Result<WebSocket, DisconnectReason> {
        // Unless it opens there, the next attempt is made where sessions start.
        let resume_at = self.session.as_mut().and_then(|session| session.url.take());
        let url = resume_at.as_ref().unwrap_or(&url).trim_end_matches('/');
        let address = format!("{url}{QUERY}");
        debug!(shard = self.number(), resumes = self.resumes, "connecting");
        let opened = tokio::select! {
            opened = tokio::time::timeout_at(deadline, open_websocket(&address)) => opened,
            () = closing.cancelled() => return Err(DisconnectReason::Closed),
        };
        let socket = opened
            .map_err(|_| lost(NOT_IN_TIME))?
            .map_err(|error| lost(error.to_string()))?;
        if let Some(session) = &mut self.session {
            session.url = resume_at;
        }
        Ok(socket)
    }

    /// Takes what Discord sends and sends what it wants, until the connection is to end.
    async fn listen(
        &mut self,
        socket: &mut WebSocket,
        deadline: tokio::time::Instant,
        closing: &CancellationToken,
    ) -> DisconnectReason {
        loop {
            let next = tokio::select! {
                received = socket.next() => self.received(received),
                () = due(self.heart.as_ref()) => self.heartbeat(),
                is_turn = turn(self.turn.as_mut()) => self.begins(is_turn),
                () = tokio::time::sleep_until(deadline), if self.since.is_none() => Err(lost(NOT_IN_TIME)),
                () = closing.cancelled() => Err(DisconnectReason::Closed),
            };
            let text = match next {
                Ok(None) => continue,
                Ok(Some(text)) => text,
                Err(end) => return end,
            };
            if let Err(error) = socket.send(Message::text(text)).await {
                debug!(shard = self.number(), %error, "could not write to the gateway");
                return lost(BROKE_OFF);
            }
        }
    }

    fn number(&self) -> u32 {
        self.login.shard.number()
    }

    /// Takes what the connection gave, or its end.
    fn received(&mut self, received: Option<Result<Message, tokio_websockets::Error>>) -> Next {
        let shard = self.number();
        let message = match received {
            Some(Ok(message)) => message,
            Some(Err(error)) => {
                debug!(shard, %error, "could not read from the gateway");
                return Err(lost(BROKE_OFF));
            }
            None => return Err(lost(BROKE_OFF)),
        };
        if let Some((code, _)) = message.as_close() {
            let code = u16::from(code);
            if SESSION_OVER.contains(&code) {
                self.session = None;
            }
            return Err(closed(code));
        }
        let Some(text) = message.as_text() else {
            return Ok(None);
        };
        self.answered = true;
        if let Some(heart) = &mut self.heart {
            heart.hears();
        }
        match serde_json::from_str::<Packet<'_>>(text) {
            Ok(packet) => self.take(&packet),
            Err(error) => {
                // Only the place: the error's own message may repeat what someone wrote.
                let column = error.column();
                debug!(shard, column, "Discord sent something that I cannot read");
                Ok(None)
            }
        }
    }

    fn take(&mut self, packet: &Packet<'_>) -> Next {
        match packet.op {
            OpCode::Dispatch => {
                // First, so that a bot that is connected knows who it is.
                if let Some((name, data)) = packet.event() {
                    self.dispatcher.dispatch(name, data);
                }
                self.note(packet);
                Ok(None)
            }
            OpCode::Hello => {
                let hello = packet
                    .data()
                    .ok_or_else(|| lost("cannot read Discord's hello"))?;
                self.heart = Some(Heart::new(&hello));
                match &self.session {
                    Some(session) => Ok(self.login.resume(session)),
                    None => {
                        self.turn = Some(self.queue.enqueue(self.number()));
                        Ok(None)
                    }
                }
            }
            OpCode::Heartbeat => {
                let session = self.session.as_ref();
                Ok(self.heart.as_mut().and_then(|heart| heart.beat(session)))
            }
            OpCode::HeartbeatAck => {
                let latency = self.heart.as_mut().and_then(Heart::acknowledged);
                self.statuses
                    .acknowledged(self.number(), Instant::now(), latency);
                Ok(None)
            }
            OpCode::Reconnect => Err(lost("Discord asked to connect again")),
            OpCode::InvalidSession => {
                let can_be_resumed = packet.data() == Some(true);
                self.session = self.session.take().filter(|_| can_be_resumed);
                Err(lost("Discord ended the session"))
            }
            _ => Ok(None),
        }
    }

    /// Records what an event says about the session.
    fn note(&mut self, packet: &Packet<'_>) {
        let event = packet.t.as_deref();
        if event == Some("READY") {
            self.session = packet.session();
        }
        if let (Some(session), Some(sequence)) = (&mut self.session, packet.s) {
            session.sequence = sequence;
        }
        if self.since.is_some() || !matches!(event, Some("READY" | "RESUMED")) {
            return;
        }
        let shard = self.number();
        self.since = Some(Instant::now());
        self.statuses.connected(shard);
        if self.resumes {
            info!(shard, "connected again");
        }
        if self.statuses.are_all_connected_first_time() {
            systemd::ready();
        }
    }

    /// Starts a session, unless the queue has lost the shard's place.
    fn begins(&mut self, is_turn: bool) -> Next {
        if !is_turn {
            self.turn = Some(self.queue.enqueue(self.number()));
            return Ok(None);
        }
        self.turn = None;
        self.identified = true;
        debug!(shard = self.number(), "starting a session");
        Ok(self.login.identify())
    }

    fn heartbeat(&mut self) -> Next {
        let session = self.session.as_ref();
        let beat = self.heart.as_mut().and_then(|heart| heart.due(session));
        beat.map(Some)
            .ok_or_else(|| lost("Discord has stopped responding"))
    }

    fn ended(self, end: DisconnectReason) -> Disconnected {
        let lasted = self.since.map(|since| since.elapsed());
        // A session that could not be resumed although Discord answered may never be.
        let failed = if lasted.is_some() {
            0
        } else {
            self.failed + u32::from(self.answered && self.resumes)
        };
        let resumable = self.session.map(|session| Resumable { session, failed });
        Disconnected {
            reason: end,
            resumable,
            lasted,
            answered: self.answered,
            session_started: self.identified,
        }
    }
}

/// Waits until a heartbeat is due.
async fn due(heart: Option<&Heart>) {
    match heart {
        Some(heart) => tokio::time::sleep_until(heart.next).await,
        None => std::future::pending().await,
    }
}

/// Waits for the shard's turn to start a session. Returns false if its place in the queue was lost.
async fn turn(turn: Option<&mut Receiver<()>>) -> bool {
    match turn {
        Some(turn) => turn.await.is_ok(),
        None => std::future::pending().await,
    }
}

/// Closes a connection, if it is still there, and waits a moment for Discord to do so too.
async fn say_goodbye(socket: &mut WebSocket, is_over: bool) {
    let code = if is_over {
        CLOSES_SESSION
    } else {
        KEEPS_SESSION
    };
    let goodbye = async {
        // If Discord has already closed it, this replies to that.
        let _ = socket
            .send(Message::close(CloseCode::try_from(code).ok(), ""))
            .await;
        let _ = socket.close().await;
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}
