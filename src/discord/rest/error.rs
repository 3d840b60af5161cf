//! Why a request failed.

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::discord) enum RestError {
    /// Discord refused it.
    #[error("Discord refused with {status}, code {code}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code, 0 if there is none.
        code: i64,
        /// Discord's explanation.
        message: String,
    },
    /// There was no response.
    #[error("Discord cannot be reached: {0}")]
    Unreachable(String),
    /// There was a response, but not one of Discord's API.
    #[error("Discord's response cannot be read: {0}")]
    Unreadable(String),
    /// It could not be written as JSON.
    #[error("the request cannot be written: {0}")]
    Unwritable(String),
    /// Its deadline passed while it waited for a rate limit.
    #[error("Discord's rate limit left no time to send it")]
    RateLimited,
}

impl RestError {
    /// Discord's code, if there is one.
    pub(in crate::discord) fn code(&self) -> Option<i64> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// The HTTP status of a refusal.
    pub(in crate::discord) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}
