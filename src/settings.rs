//! What moderators of a guild can set. Pure.

use serde::{Deserialize, Serialize};

/// The most channels or forums of a guild that get unasked answers.
const MOST_CHANNELS: usize = 50;
/// The longest wait between two questions, in seconds: an hour.
pub const LONGEST_COOLDOWN: u64 = 3_600;

/// What moderators of a guild have set; it adds to what the operator configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Ids of channels whose messages are answered without being asked, when sure.
    pub unasked_channels: Vec<u64>,
    /// Ids of forums whose new posts are answered by their title, when sure.
    pub unasked_forums: Vec<u64>,
    /// Whether answers that moderators added are given without being asked, too.
    pub unasked_additions: bool,
    /// Whether `/ask` answers privately where the person does not say otherwise.
    pub private: bool,
    /// How long a person waits between two questions, in seconds; none for what the operator configured.
    pub cooldown_seconds: Option<u64>,
    /// Whether the bot has said in the guild what it is. Nobody sets this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub introduced: bool,
}

/// Settings that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Too many channels or forums.
    #[error("at most {MOST_CHANNELS} channels and {MOST_CHANNELS} forums can have unasked answers")]
    Channels,
    /// Too long a wait.
    #[error("the wait between two questions is at most {LONGEST_COOLDOWN} seconds")]
    Cooldown,
}

impl Settings {
    /// Whether the settings can be.
    ///
    /// # Errors
    /// What is out of bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.unasked_channels.len() > MOST_CHANNELS || self.unasked_forums.len() > MOST_CHANNELS
        {
            return Err(SettingsError::Channels);
        }
        if self
            .cooldown_seconds
            .is_some_and(|seconds| seconds > LONGEST_COOLDOWN)
        {
            return Err(SettingsError::Cooldown);
        }
        Ok(())
    }
}
