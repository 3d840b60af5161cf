//! Channels where the bot lacks a permission; each is logged once.

use std::fmt;

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::ChannelId;
use tracing::{debug, warn};

use super::bounded::bounded;

/// How many channels are remembered.
const MAX_CHANNELS: usize = 4_096;

/// What is known about channels.
#[derive(Debug)]
pub(super) struct ChannelNotes {
    /// Channels about which there was a warning.
    warned: Mutex<LruCache<ChannelId, ()>>,
}

impl Default for ChannelNotes {
    fn default() -> Self {
        Self {
            warned: Mutex::new(bounded(MAX_CHANNELS)),
        }
    }
}

impl ChannelNotes {
    /// Says what went wrong in a channel, as a warning the first time.
    pub(super) fn warn_once(&self, channel: ChannelId, what: &'static str, why: &dyn fmt::Display) {
        if self.warned.lock().put(channel, ()).is_none() {
            warn!(error = %why, "{what}; INTERNBOT_LOG=internbot=debug names it");
        }
        debug!(channel = channel.get(), error = %why, "{what}");
    }
}
