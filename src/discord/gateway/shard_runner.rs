//! One shard: one connection after another, with growing delays, until the bot is to stop or cannot go on.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use super::backoff::Backoff;
use super::connection::Connection;
use super::disconnect::{DisconnectReason, Disconnected, Resumable, lost};
use super::session::Login;
use super::session_starts::SessionStarts;
use super::shard_status::ShardStatuses;
use crate::discord::context::BotContext;
use crate::discord::dispatch::Dispatcher;
use crate::discord::error::RunError;

/// How many attempts at resuming a session may fail, each with an answer of Discord, before another one is started.
const MAX_RESUMES: u32 = 3;
/// How many connections in a row must be lost before the log says so: Discord asks for a new one every few hours, and may ask
/// twice. In an outage this is a fraction of a second.
const NOTABLE_LOSSES: u32 = 3;

/// What a shard needs to connect, again and again.
pub(super) struct ShardRunner {
    pub bot: Arc<BotContext>,
    pub dispatcher: Arc<Dispatcher>,
    pub statuses: Arc<ShardStatuses>,
    pub login: Login,
    /// Where sessions start.
    pub url: String,
    /// Where to resume, if not where Discord says.
    pub resume_at: Option<String>,
    pub starts: Arc<SessionStarts>,
    /// How long a connection may take until it has a session.
    pub timeout: Duration,
    /// Cancelled once the connection is to be closed.
    pub closing: CancellationToken,
}

impl ShardRunner {
    /// Keeps the shard connected until it is to be closed.
    ///
    /// # Errors
    /// If only a person can help.
    pub(super) async fn run(self) -> Result<(), RunError> {
        let mut backoff = Backoff::default();
        let mut resumable = None;
        let mut warned = false;
        while !self.closing.is_cancelled() {
            tokio::select! {
                () = self.closing.cancelled() => return Ok(()),
                () = tokio::time::sleep(backoff.delay(resumable.is_some())) => {}
            }
            let ended = self.connect(resumable.take()).await;
            let why = match ended.reason {
                DisconnectReason::Closed => return Ok(()),
                DisconnectReason::Refused(error) => return Err(error),
                DisconnectReason::Lost(why) => why,
            };
            self.statuses.disconnected(self.login.shard.number());
            backoff.disconnected(ended.lasted, ended.answered, ended.session_started);
            resumable = ended
                .resumable
                .filter(|resumable| resumable.failed < MAX_RESUMES);
            warned &= ended.lasted.is_none();
            if !warned && backoff.in_a_row() >= NOTABLE_LOSSES {
                let shard = self.login.shard.number();
                warn!(
                    shard,
                    why, "no connection to Discord; retrying until there is one"
                );
                warned = true;
            }
        }
        Ok(())
    }

    /// One connection, from its opening to its end.
    async fn connect(&self, resumable: Option<Resumable>) -> Disconnected {
        if resumable.is_none() {
            let allowed = tokio::select! {
                () = self.closing.cancelled() => {
                    return Disconnected::unanswered(DisconnectReason::Closed);
                }
                allowed = self.starts.wait(&self.bot.rest) => allowed,
            };
            if let Err(error) = allowed {
                let reason = if error.status() == Some(401) {
                    DisconnectReason::Refused(RunError::Token)
                } else {
                    lost(error.to_string())
                };
                return Disconnected::unanswered(reason);
            }
        }
        let connection = Connection::new(
            Arc::clone(&self.dispatcher),
            Arc::clone(&self.statuses),
            self.login.clone(),
            self.starts.queue(),
            resumable,
        );
        // A task of its own, so that a panic in a library is a lost connection.
        let running = AbortOnDropHandle::new(tokio::spawn(connection.run(
            self.url.clone(),
            self.timeout,
            self.closing.clone(),
        )));
        let mut ended = running.await.unwrap_or_else(|_| {
            let reason = lost("the connection's task failed");
            Disconnected {
                session_started: true,
                ..Disconnected::unanswered(reason)
            }
        });
        if let (Some(resumable), Some(url)) = (&mut ended.resumable, &self.resume_at) {
            resumable.session.url = Some(url.clone());
        }
        ended
    }
}
