//! A guild's settings, which moderators can change. Pure.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The maximum number of a guild's channels or forums with unasked answers or tags.
const MAX_CHANNELS: usize = 50;
/// The longest wait between two questions, in seconds: an hour.
pub const LONGEST_COOLDOWN: u64 = 3_600;

/// How many days there are between two digests.
const DIGEST_DAYS: i64 = 7;
/// The hour of UTC from which a digest is sent: daytime from California to India.
const DIGEST_HOUR: i8 = 15;

/// A guild's settings; they add to what the operator configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Ids of channels whose messages are answered without being asked, when sure.
    pub unasked_channels: Vec<u64>,
    /// Ids of forums where the bot answers new posts by their title, if it is sure.
    pub unasked_forums: Vec<u64>,
    /// Whether answers that moderators added are also given without being asked.
    pub unasked_additions: bool,
    /// Whether `/ask` answers privately unless the person chooses otherwise.
    pub private: bool,
    /// The cooldown between a person's questions, in seconds; `None` for what the operator configured.
    pub cooldown_seconds: Option<u64>,
    /// Where the weekly digest goes; `None` for no digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The tag for a post whose author says that an answer helped, by the id of the forum.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub helped_tags: BTreeMap<u64, ForumTag>,
    /// Whether the bot has introduced itself in the guild. Moderators do not set this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub introduced: bool,
    /// Since which UTC day the bot's sessions no longer list the guild. Moderators do not set this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent_since: Option<Date>,
}

/// The weekly digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The id of the channel that it goes to.
    pub channel: u64,
    /// The UTC day on which the last one was sent or would have been empty; initially the day on which it was switched on.
    pub sent: Date,
}

impl Digest {
    /// The UTC day on which the next one is due.
    pub fn next(self) -> Date {
        self.sent.saturating_add(DIGEST_DAYS.days())
    }

    /// The first and the last day that a digest covers, if one is due: whole days, each of them in exactly one digest.
    pub fn due(self, now: Timestamp) -> Option<(Date, Date)> {
        let now = now.to_zoned(TimeZone::UTC);
        let is_due = now.date() >= self.next() && now.hour() >= DIGEST_HOUR;
        is_due.then(|| (self.sent, now.date().saturating_sub(1.day())))
    }
}

/// A tag of a forum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForumTag {
    /// Its id.
    pub id: u64,
    /// Its name when it was chosen.
    pub name: String,
}

/// Invalid settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Too many channels or forums.
    #[error("at most {MAX_CHANNELS} channels and {MAX_CHANNELS} forums can have unasked answers")]
    Channels,
    /// Too many forums with a tag.
    #[error("at most {MAX_CHANNELS} forums can have a tag for posts")]
    Tags,
    /// Too long a wait.
    #[error("the wait between two questions is at most {LONGEST_COOLDOWN} seconds")]
    Cooldown,
}

impl Settings {
    /// Whether unasked answers are wanted in a channel: the bot then needs the content of all messages.
    pub fn hears_channels(&self) -> bool {
        !self.unasked_channels.is_empty()
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// If a value is out of bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.unasked_channels.len() > MAX_CHANNELS || self.unasked_forums.len() > MAX_CHANNELS {
            return Err(SettingsError::Channels);
        }
        if self.helped_tags.len() > MAX_CHANNELS {
            return Err(SettingsError::Tags);
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_day_is_in_one_digest() {
        let mut digest = Digest {
            channel: 1,
            sent: date(2026, 11, 20),
        };
        let due = |digest: Digest, now: &str| digest.due(now.parse().unwrap());
        assert_eq!(due(digest, "2026-11-26T23:59:59Z"), None);
        assert_eq!(due(digest, "2026-11-27T14:59:59Z"), None);
        let days = (date(2026, 11, 20), date(2026, 11, 26));
        assert_eq!(due(digest, "2026-11-27T15:00:00Z"), Some(days));
        // The bot was off on Friday.
        let days = (date(2026, 11, 20), date(2026, 11, 27));
        assert_eq!(due(digest, "2026-11-28T18:00:00Z"), Some(days));
        digest.sent = date(2026, 11, 28);
        let days = (date(2026, 11, 28), date(2026, 12, 4));
        assert_eq!(due(digest, "2026-12-05T15:00:00Z"), Some(days));
    }

    #[test]
    fn older_settings_can_be_read_and_a_digest_stays_the_same() {
        let settings: Settings = serde_json::from_str(r#"{"private":true}"#).unwrap();
        assert_eq!(settings.digest, None);
        let digest = Digest {
            channel: 5,
            sent: date(2026, 11, 20),
        };
        let settings = Settings {
            digest: Some(digest),
            ..settings
        };
        let text = serde_json::to_string(&settings).unwrap();
        assert!(
            text.contains(r#""digest":{"channel":5,"sent":"2026-11-20"}"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }
}
