//! How a connection ended, and what that means for the next one.

use std::time::Duration;

use super::session::Session;
use crate::discord::error::RunError;

/// The code that stands for a close without one (RFC 6455, section 7.1.5).
const NO_CODE: u16 = 1005;
/// The codes with which Discord closes a session together with its connection: never identified or no longer valid, at an
/// event that never was, timed out.
pub(super) const SESSION_OVER: [u16; 3] = [4003, 4007, 4009];

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum DisconnectReason {
    /// It was closed because the bot is to stop.
    Closed,
    /// It was lost, for this reason, or never made.
    Lost(String),
    /// Discord will not connect until someone fixes what is wrong.
    Refused(RunError),
}

/// What remains of a connection after its end.
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
    /// How many attempts have failed.
    pub failed: u32,
}

/// A connection that was lost.
pub(super) fn lost(why: impl Into<String>) -> DisconnectReason {
    DisconnectReason::Lost(why.into())
}

/// What a close by Discord means, by its code.
pub(super) fn closed(code: u16) -> DisconnectReason {
    match code {
        4004 => DisconnectReason::Refused(RunError::Token),
        4010 | 4011 => DisconnectReason::Refused(RunError::Shards),
        4012 | 4013 => DisconnectReason::Refused(RunError::Outdated),
        4014 => DisconnectReason::Refused(RunError::Intent),
        NO_CODE => lost("Discord closed the connection"),
        code => lost(format!("Discord closed the connection with code {code}")),
    }
}
