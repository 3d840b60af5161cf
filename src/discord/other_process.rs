//! Detects another process that answers with the same token by mistake.
//!
//! Both send the same nonce for the same question, so that Discord merges the two messages into one; every message carries a mark of
//! the process that sent it. Processes that share the shards among themselves never hear the same question.

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::warn;

/// What is known of another process with the same token.
#[derive(Debug)]
pub(super) struct OtherProcess {
    /// What this process puts into its messages, as the id of a component.
    pub mark: i32,
    noticed: AtomicBool,
}

impl Default for OtherProcess {
    fn default() -> Self {
        Self {
            // Discord numbers components without an id from 1.
            mark: fastrand::i32(1_000_000..),
            noticed: AtomicBool::new(false),
        }
    }
}

impl OtherProcess {
    /// Checks the mark of a message that the bot has sent where this process answers.
    pub(super) fn look_at(&self, mark: Option<i64>) {
        if mark.is_some_and(|mark| mark >= 1_000_000 && mark != i64::from(self.mark)) {
            self.notice();
        }
    }

    /// Notes that something was answered that this process has not answered; the log says so once.
    pub(super) fn notice(&self) {
        if !self.noticed.swap(true, Ordering::Relaxed) {
            warn!(
                "another process is using the same token: stop one of them, or give each its own shards (discord.shards); \
                 every question is still answered once"
            );
        }
    }
}
