//! The configuration: one file in which every key is optional and unknown keys are rejected. All defaults are here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::text_file;

mod shards;
mod store_url;
mod token;

pub use shards::Shards;
pub use store_url::StoreUrl;
pub use token::{TOKEN_VARIABLE, Token, TokenError};

/// Everything that an operator can set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the guide, if not the usual one.
    pub knowledge: Option<PathBuf>,
    /// The bot.
    pub discord: Discord,
    /// Where data is kept.
    pub store: Store,
    /// The log.
    pub log: Log,
    /// What other programs can ask the bot.
    pub monitor: Monitor,
    /// The optional encoder.
    pub encoder: EncoderConfig,
}

/// What the bot does, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discord {
    /// A file that contains the token, if the environment variable `DISCORD_TOKEN` is not set.
    pub token_file: Option<PathBuf>,
    /// Where requests go instead of Discord, such as a proxy for large bots; empty for Discord itself.
    pub api_url: String,
    /// Which of the bot's connections this process makes.
    pub shards: Shards,
    /// Ids of channels where the bot answers without being asked, if it is sure. Needs the message-content intent.
    pub unasked_channels: Vec<u64>,
    /// Ids of forums where the bot answers new posts by their title, if it is sure.
    pub unasked_forums: Vec<u64>,
    /// Whether moderators can add to the guide for their own server; if not, earlier additions are not shown either.
    pub additions: bool,
    /// How people reach the operator, for `/privacy`: an address or a name; empty for none.
    pub privacy_contact: String,
    /// How long a person waits between two questions.
    pub cooldown_seconds: u64,
    /// For how long the bot links to an answer in a channel instead of posting it again.
    pub repeat_minutes: u64,
    /// For how long after a question was asked editing it changes the answer.
    pub edit_minutes: u64,
}

impl Default for Discord {
    fn default() -> Self {
        Self {
            token_file: None,
            api_url: String::new(),
            shards: Shards::Auto,
            unasked_channels: Vec::new(),
            unasked_forums: Vec::new(),
            additions: true,
            privacy_contact: String::new(),
            cooldown_seconds: 3,
            repeat_minutes: 10,
            edit_minutes: 5,
        }
    }
}

/// What is kept, where, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The store's address; empty to keep nothing.
    pub url: StoreUrl,
    /// A file that holds the password for a PostgreSQL server.
    pub password_file: Option<PathBuf>,
    /// How many days an unanswered question is kept.
    pub keep_gaps_days: u32,
    /// After how many days the key that links a vote to a person is deleted.
    pub keep_votes_days: u32,
    /// The maximum size of the file, in mebibytes; 0 for no limit but the disk. A server has its own limits.
    pub most_megabytes: u64,
}

impl Store {
    /// For how many days gaps and votes are kept; `None` without a store.
    pub fn keeps(&self) -> Option<(u32, u32)> {
        (!self.url.is_off()).then_some((self.keep_gaps_days, self.keep_votes_days))
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: Path::new("internbot.db").into(),
            password_file: None,
            keep_gaps_days: 90,
            keep_votes_days: 7,
            most_megabytes: 0,
        }
    }
}

/// The log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// In what form.
    pub format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line, for programs.
    Json,
}

/// What other programs can ask the bot: its health and its metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Monitor {
    /// The address to listen on.
    pub listen: Listen,
}

/// The optional encoder, which matches questions by meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncoderConfig {
    /// The folder that it is installed in, if not the usual one.
    pub folder: Option<PathBuf>,
}

/// Where health and metrics are served: an address of this machine with a port, or nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen(pub Option<SocketAddr>);

impl TryFrom<String> for Listen {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let address =
            text.parse().map_err(|_| "this is not an address: write a numeric one with a port, such as \"127.0.0.1:9187\", or \"\" for none");
        address.map(|address| Self(Some(address)))
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file has a mistake.
    #[error("the configuration {} has a mistake:\n{problem}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        problem: String,
    },
}

impl Config {
    /// Reads a configuration file. If `optional`, a missing file counts as an empty one.
    ///
    /// # Errors
    /// If the file cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    pub fn load(path: &Path, optional: bool) -> Result<Self, ConfigError> {
        match text_file::read(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| ConfigError::Parse {
                path: path.to_owned(),
                problem: problem(&text, &error),
            }),
            Err(fault) if optional && fault.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

impl Discord {
    /// The other origin for requests, if there is one.
    pub fn origin(&self) -> Option<&str> {
        Some(self.api_url.trim()).filter(|url| !url.is_empty())
    }

    /// How long a person waits between two questions.
    pub fn cooldown(&self) -> Duration {
        Duration::from_secs(self.cooldown_seconds)
    }

    /// How long the same answer is linked to in a channel.
    pub fn repeat(&self) -> Duration {
        minutes(self.repeat_minutes)
    }

    /// How long an edited question edits its answer.
    pub fn edit(&self) -> Duration {
        minutes(self.edit_minutes)
    }
}

/// Keys that earlier versions had.
const REMOVED_KEYS: [&str; 5] = [
    "watch_knowledge",
    "register_commands",
    "request_seconds",
    "connect_seconds",
    "stop_seconds",
];

/// Describes a mistake in a configuration, with its line. A value, or an invalid key, may be a password, so neither an
/// address nor what follows `=` on a line that may hold a secret is shown.
fn problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let number = before.map(|before| before.matches('\n').count());
    let line = number
        .and_then(|number| text.lines().nth(number))
        .unwrap_or_default();
    let message = error.message();
    let message = if message.contains("://") && !store_url::MISTAKES.contains(&message) {
        "this value is not allowed here"
    } else {
        message
    };
    let place = number.map_or_else(String::new, |number| format!("line {}: ", number + 1));
    let key = line.split_once('=').map_or(line, |(key, _)| key).trim();
    if REMOVED_KEYS.contains(&key) {
        return format!("{place}`{key}` is no longer a setting: delete the line");
    }
    let has_secret = ["://", "password", "token"]
        .iter()
        .any(|part| line.to_lowercase().contains(part));
    let shown = match has_secret {
        false => line.trim().to_owned(),
        true if key.contains("://") || !line.contains('=') => String::new(),
        true => format!("{key} = … (not shown: it may be a secret)"),
    };
    format!("{place}{}\n    {shown}", message.trim())
        .trim_end()
        .to_owned()
}

/// Whether an address is this machine.
pub fn is_on_this_machine(address: &str) -> bool {
    let url = url::Url::parse(address).ok();
    match url.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60))
}

#[cfg(test)]
mod tests;
