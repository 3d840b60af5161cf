//! One shard: one connection after another, with growing pauses, until the bot is to stop or cannot go on.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{Config, ConfigBuilder, Session, Shard, ShardId};

use super::budget::Budget;
use super::connection::{Connection, End, Ended};
use super::pauses::Pauses;
use super::refused_for_good;
use crate::discord::{RunError, Shared};

/// How often a session is tried to be resumed without success, each time with an answer of Discord, before another is begun.
const RESUMES: u32 = 3;
/// How many connections are lost in a row before the log says so: Discord asks for one to be made anew every few hours, and
/// may ask twice. In an outage this is a fraction of a second.
const WORTH_TELLING: u32 = 3;

/// What a shard needs to connect, again and again.
pub(super) struct Line {
    pub bot: Arc<Shared>,
    pub id: ShardId,
    /// All but the session.
    pub config: Config<InMemoryQueue>,
    /// Where to resume, if not where Discord says.
    pub resume_at: Option<String>,
    pub budget: Arc<Budget>,
    /// How long a connection may take until it has a session.
    pub patience: Duration,
    /// Cancelled once the connection is to be closed.
    pub closing: CancellationToken,
}

/// A session that can be gone on with.
#[derive(Debug)]
pub(super) struct Resumable {
    pub session: Session,
    /// Where; nothing for where sessions begin.
    pub url: Option<String>,
    /// How often that was in vain.
    pub failed: u32,
}

/// Keeps the shard connected; without an error once it was closed as wanted.
///
/// # Errors
/// Where only a person can help.
pub(super) async fn stay_connected(line: Line) -> Result<(), RunError> {
    let mut pauses = Pauses::default();
    let mut resumable = None;
    let mut told = false;
    while !line.closing.is_cancelled() {
        tokio::select! {
            () = line.closing.cancelled() => return Ok(()),
            () = tokio::time::sleep(pauses.next(resumable.is_some())) => {}
        }
        let ended = line.next(resumable.take()).await;
        let why = match ended.end {
            End::Closed => return Ok(()),
            End::Refused(error) => return Err(error),
            End::Lost(why) => why,
        };
        line.bot.connections.lost(line.id.number());
        pauses.lost(ended.lasted, ended.answered, ended.session_begun);
        resumable = ended
            .resumable
            .filter(|resumable| resumable.failed < RESUMES);
        told &= ended.lasted.is_none();
        if !told && pauses.in_a_row() >= WORTH_TELLING {
            warn!(
                shard = line.id.number(),
                why, "no connection to Discord; trying again until it is there"
            );
            told = true;
        }
    }
    Ok(())
}

impl Line {
    /// One connection, from its opening to its end.
    async fn next(&self, resumable: Option<Resumable>) -> Ended {
        if resumable.is_none() {
            let allowed = tokio::select! {
                () = self.closing.cancelled() => return Ended::unanswered(End::Closed),
                allowed = self.budget.take(&self.bot.rest) => allowed,
            };
            if let Err(error) = allowed {
                let end = refused_for_good(&error)
                    .map_or_else(End::Refused, |()| End::Lost(error.to_string()));
                return Ended::unanswered(end);
            }
        }
        // A task of its own, so that a panic of the library is a lost connection.
        let connection = Connection::new(
            Arc::clone(&self.bot),
            self.shard(resumable.as_ref()),
            resumable.map_or(0, |of| of.failed),
        );
        let running = AbortOnDropHandle::new(tokio::spawn(
            connection.run(self.patience, self.closing.clone()),
        ));
        let mut ended = match running.await {
            Ok(ended) => ended,
            Err(_) => Ended {
                session_begun: true,
                ..Ended::unanswered(End::Lost("the connection failed within".to_owned()))
            },
        };
        if let (Some(resumable), Some(url)) = (&mut ended.resumable, &self.resume_at) {
            resumable.url = Some(url.clone());
        }
        ended
    }

    fn shard(&self, resumable: Option<&Resumable>) -> Shard<InMemoryQueue> {
        let mut config = ConfigBuilder::from(self.config.clone());
        if let Some(Resumable { session, url, .. }) = resumable {
            config = config.session(session.clone());
            if let Some(url) = url {
                config = config.resume_url(url.clone());
            }
        }
        Shard::with_config(self.id, config.build())
    }
}
