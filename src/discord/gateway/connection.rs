//! One connection, from its opening to its end: its events are handed on, and its end is told apart.

use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};
use twilight_gateway::error::{ReceiveMessageError, ReceiveMessageErrorType};
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, Message, Session, Shard, ShardState};

use super::shard_status::ShardStatuses;
use crate::discord::dispatch::Dispatcher;
use crate::discord::error::RunError;
use crate::discord::systemd;

/// How long a connection that is to end may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// Why a connection was lost that nobody closed.
const BROKE_OFF: &str = "the connection broke off";
/// The codes with which Discord closes a session together with its connection: never identified or no longer valid, at an
/// event that never was, timed out.
const SESSION_OVER: [u16; 3] = [4003, 4007, 4009];

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum DisconnectReason {
    /// It was closed because the bot is to stop.
    Closed,
    /// It was lost, for this reason, or never made.
    Lost(String),
    /// Discord will not connect until somebody puts right what is wrong.
    Refused(RunError),
}

/// What is left of a connection.
#[derive(Debug)]
pub(super) struct Disconnected {
    pub reason: DisconnectReason,
    /// The session to resume.
    pub resumable: Option<Resumable>,
    /// How long it had a session; `None` if it never had one.
    pub lasted: Option<Duration>,
    /// Whether Discord said anything.
    pub answered: bool,
    /// Whether it may have started a session, which Discord counts.
    pub session_started: bool,
}

impl Disconnected {
    /// The end of a connection on which Discord did not answer.
    pub(super) fn unanswered(reason: DisconnectReason) -> Self {
        Self {
            reason,
            resumable: None,
            lasted: None,
            answered: false,
            session_started: false,
        }
    }
}

/// A session that can be resumed.
#[derive(Debug)]
pub(super) struct Resumable {
    pub session: Session,
    /// Where; `None` for where sessions start.
    pub url: Option<String>,
    /// How many attempts have failed.
    pub failed: u32,
}

/// A connection under way.
pub(super) struct Connection {
    dispatcher: Arc<Dispatcher>,
    statuses: Arc<ShardStatuses>,
    shard: Shard<InMemoryQueue>,
    /// How many attempts at resuming the session have failed.
    failed: u32,
    resumes: bool,
    /// Whether it was opened.
    opened: bool,
    /// Whether Discord said anything.
    answered: bool,
    /// Since when there is a session.
    since: Option<Instant>,
    /// Whether Discord said that the session is over for good.
    session_over: bool,
    /// Why the connection is about to end, once it is.
    leaving: Option<DisconnectReason>,
    /// The last heartbeat that was acknowledged.
    acknowledged: Option<Instant>,
}

impl Connection {
    pub(super) fn new(
        dispatcher: Arc<Dispatcher>,
        statuses: Arc<ShardStatuses>,
        shard: Shard<InMemoryQueue>,
        failed: u32,
    ) -> Self {
        let resumes = shard.session().is_some();
        Self {
            dispatcher,
            statuses,
            shard,
            failed,
            resumes,
            opened: false,
            answered: false,
            since: None,
            session_over: false,
            leaving: None,
            acknowledged: None,
        }
    }

    /// Runs it until it ends: by itself, because it has no session after `timeout`, or because the bot is to stop.
    pub(super) async fn run(
        mut self,
        timeout: Duration,
        closing: CancellationToken,
    ) -> Disconnected {
        let limit = tokio::time::sleep(timeout);
        tokio::pin!(limit);
        let end = loop {
            let item = tokio::select! {
                item = self.next() => item,
                () = &mut limit, if self.since.is_none() || self.leaving.is_some() => {
                    break self.leaving.take().unwrap_or_else(|| DisconnectReason::Lost("Discord does not let the bot in in time".to_owned()));
                }
                () = closing.cancelled(), if self.leaving.is_none() => {
                    if is_disconnected(&self.shard) {
                        break DisconnectReason::Closed;
                    }
                    self.shard.close(CloseFrame::NORMAL);
                    self.leaving = Some(DisconnectReason::Closed);
                    limit.as_mut().reset(tokio::time::Instant::now() + GOODBYE);
                    continue;
                }
            };
            let was_leaving = self.leaving.is_some();
            if let Some(end) = self.received(item) {
                break self.leaving.take().unwrap_or(end);
            }
            if self.leaving.is_some() && !was_leaving {
                limit.as_mut().reset(tokio::time::Instant::now() + GOODBYE);
            }
        };
        self.ended(end)
    }

    /// What comes next; nothing where the connection ended without a close, upon which the library would make another one.
    async fn next(&mut self) -> Option<Result<Message, ReceiveMessageError>> {
        poll_fn(|context| {
            let item = self.shard.poll_next_unpin(context);
            let gone = is_disconnected(&self.shard);
            if item.is_pending() && gone && self.opened && self.leaving.is_none() {
                return Poll::Ready(None);
            }
            self.opened |= !gone;
            item
        })
        .await
    }

    /// Takes what the connection gave; its end, if that was it.
    fn received(
        &mut self,
        item: Option<Result<Message, ReceiveMessageError>>,
    ) -> Option<DisconnectReason> {
        match item {
            Some(Ok(Message::Text(text))) => {
                self.answered = true;
                // First, so that a bot that is connected knows who it is.
                self.dispatcher.dispatch(&text);
                self.look();
                // Where Discord does not say goodbye either, the library makes another one: it says HELLO now.
                let another = self.leaving.is_some() && !is_disconnected(&self.shard);
                another.then(|| DisconnectReason::Lost(BROKE_OFF.to_owned()))
            }
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map(|frame| frame.code);
                self.session_over = code.is_some_and(|code| SESSION_OVER.contains(&code));
                Some(closed(code))
            }
            Some(Err(error)) if matches!(error.kind(), ReceiveMessageErrorType::Reconnect) => {
                Some(DisconnectReason::Lost(describe(error)))
            }
            // Only the kind: the error itself holds what was sent.
            Some(Err(error)) => {
                debug!(
                    kind = kind(&error),
                    "Discord sent something that I cannot read"
                );
                None
            }
            None => Some(DisconnectReason::Lost(BROKE_OFF.to_owned())),
        }
    }

    /// Notes what the last text changed.
    fn look(&mut self) {
        let number = self.shard.id().number();
        if self.since.is_none() && self.shard.state() == ShardState::Active {
            self.since = Some(Instant::now());
            self.statuses.connected(number);
            if self.resumes {
                info!(shard = number, "connected again");
            }
            if self.statuses.are_all_connected_first_time() {
                systemd::ready();
            }
        }
        let (acknowledged, latency) = (
            self.shard.latency().received(),
            self.shard.latency().recent().first().copied(),
        );
        if let Some(at) = acknowledged.filter(|at| self.acknowledged != Some(*at)) {
            self.acknowledged = Some(at);
            self.statuses.acknowledged(number, at, latency);
        }
        if self.leaving.is_none() && is_disconnected(&self.shard) {
            let why = if self.shard.session().is_some() {
                "Discord asked to connect again"
            } else {
                "Discord ended the session"
            };
            self.leaving = Some(DisconnectReason::Lost(why.to_owned()));
        }
    }

    fn ended(self, end: DisconnectReason) -> Disconnected {
        let lasted = self.since.map(|since| since.elapsed());
        // A session that was not taken up although Discord answered may never be.
        let failed = if lasted.is_some() {
            0
        } else {
            self.failed + u32::from(self.answered && self.resumes)
        };
        let session = self.shard.session().filter(|_| !self.session_over);
        let resumable = session.map(|session| Resumable {
            session: session.clone(),
            url: self.shard.resume_url().map(str::to_owned),
            failed,
        });
        Disconnected {
            reason: end,
            resumable,
            lasted,
            answered: self.answered,
            session_started: self.answered && !self.resumes,
        }
    }
}

fn is_disconnected(shard: &Shard<InMemoryQueue>) -> bool {
    matches!(shard.state(), ShardState::Disconnected { .. })
}

/// What a close of Discord's means, by its code.
fn closed(code: Option<u16>) -> DisconnectReason {
    match code {
        Some(4004) => DisconnectReason::Refused(RunError::Token),
        Some(4010 | 4011) => DisconnectReason::Refused(RunError::Shards),
        Some(4012 | 4013) => DisconnectReason::Refused(RunError::Outdated),
        Some(4014) => DisconnectReason::Refused(RunError::Intent),
        // What the library says where nobody closed it.
        Some(1006) => DisconnectReason::Lost(BROKE_OFF.to_owned()),
        Some(code) => {
            DisconnectReason::Lost(format!("Discord closed the connection with code {code}"))
        }
        None => DisconnectReason::Lost("Discord closed the connection".to_owned()),
    }
}

/// An error in words, with its causes.
fn describe(error: ReceiveMessageError) -> String {
    let mut words = "cannot connect".to_owned();
    let mut cause = error.source();
    while let Some(error) = cause {
        let what = error.to_string();
        // Some say the same as their cause.
        if !words.ends_with(&what) {
            words = format!("{words}: {what}");
        }
        cause = error.source();
    }
    words
}

fn kind(error: &ReceiveMessageError) -> &'static str {
    match error.kind() {
        ReceiveMessageErrorType::Deserializing { .. } => "not what a gateway sends",
        _ => "other",
    }
}
