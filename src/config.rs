//! The configuration: one file, every key optional, unknown keys refused. Defaults stand here and nowhere else.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

mod shards;

pub use shards::Shards;

/// Everything that an operator can set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the knowledge base.
    pub knowledge: PathBuf,
    /// The bot.
    pub discord: Discord,
    /// What must last.
    pub store: Store,
}

impl Default for Config {
    fn default() -> Self {
        Self { knowledge: PathBuf::from("knowledge"), discord: Discord::default(), store: Store::default() }
    }
}

/// What the bot does, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discord {
    /// A file that holds the token, where the environment variable `DISCORD_TOKEN` does not.
    pub token_file: Option<PathBuf>,
    /// Another origin for requests, such as a proxy for large bots; empty for Discord itself.
    pub api_url: String,
    /// Whether a saved change in the knowledge folder is live at once; otherwise it waits for SIGHUP or `/guide reload`.
    pub watch_knowledge: bool,
    /// Which of the bot's connections this process makes.
    pub shards: Shards,
    /// Whether to tell Discord about the commands at start.
    pub register_commands: bool,
    /// Ids of channels whose messages are answered without being asked, when sure. Needs the message-content intent.
    pub unasked_channels: Vec<u64>,
    /// Ids of forums whose new posts are answered by their title, when sure.
    pub unasked_forums: Vec<u64>,
    /// How people reach whoever runs the bot, for `/privacy`: an address or a name; empty for none.
    pub privacy_contact: String,
    /// How long a person waits between two questions.
    pub cooldown_seconds: u64,
    /// How long the same answer is linked to in a channel instead of posted again.
    pub repeat_minutes: u64,
    /// How long after it was asked an edited question edits its answer.
    pub edit_minutes: u64,
    /// How long a request to Discord may take.
    pub request_seconds: u64,
    /// How long an attempt to connect may take before another one is made.
    pub connect_seconds: u64,
    /// How long replies under way may take once the bot is to stop.
    pub stop_seconds: u64,
}

impl Default for Discord {
    fn default() -> Self {
        Self {
            token_file: None,
            api_url: String::new(),
            watch_knowledge: true,
            shards: Shards::Auto,
            register_commands: true,
            unasked_channels: Vec::new(),
            unasked_forums: Vec::new(),
            privacy_contact: String::new(),
            cooldown_seconds: 3,
            repeat_minutes: 10,
            edit_minutes: 5,
            request_seconds: 15,
            connect_seconds: 30,
            stop_seconds: 10,
        }
    }
}

/// What is kept, where, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// Where; empty to keep nothing.
    pub url: StoreUrl,
    /// After how many days a question that had no answer is deleted.
    pub keep_gaps_days: u32,
    /// After how many days the key is deleted with which a person's vote could be found again.
    pub keep_votes_days: u32,
    /// The most that the file may grow to, in mebibytes; 0 for as much as the disk has.
    pub most_megabytes: u64,
}

impl Default for Store {
    fn default() -> Self {
        let url = StoreUrl(Some(PathBuf::from("internbot.db")));
        Self { url, keep_gaps_days: 90, keep_votes_days: 7, most_megabytes: 0 }
    }
}

/// Where the store is. It never prints more of itself than its scheme, because an address of a server has a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StoreUrl(Option<PathBuf>);

impl StoreUrl {
    /// Whether nothing is to be kept.
    pub fn is_off(&self) -> bool {
        self.0.is_none()
    }

    /// The file; empty where nothing is to be kept.
    pub fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }
}

impl From<&Path> for StoreUrl {
    fn from(path: &Path) -> Self {
        Self(Some(path.to_owned()))
    }
}

impl TryFrom<String> for StoreUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.is_empty());
        path.map(|path| Self(Some(PathBuf::from(path))))
            .ok_or("this is no store: write \"sqlite:\" and a file, such as \"sqlite:internbot.db\", or \"\" to keep nothing")
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_off() { "StoreUrl(off)" } else { "StoreUrl(sqlite:…)" })
    }
}

/// The token of a bot. It never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The environment variable that holds the token.
pub const TOKEN_VARIABLE: &str = "DISCORD_TOKEN";

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is none anywhere.
    #[error(
        "there is no token, so I cannot connect to Discord (`internbot chat` needs none).\n\
         1. Create an application at https://discord.com/developers/applications, open its page Bot and press Reset Token.\n\
         2. Run: DISCORD_TOKEN=… internbot run, or write the token into a file and name it as discord.token_file in the configuration."
    )]
    Missing,
    /// The file that should hold it cannot be read.
    #[error("cannot read the token from {}: {source}; write it there, or set DISCORD_TOKEN", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// What is there cannot be a token.
    #[error(
        "what {place} holds is not a token: copy the whole token from https://discord.com/developers/applications (page Bot, Reset Token)"
    )]
    Malformed {
        /// Where it came from.
        place: String,
    },
}

impl Token {
    /// A token, without the spaces around it; nothing where it cannot be one.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("Bot ").unwrap_or(text);
        let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// Finds the token: what the environment variable holds, or else the file that the configuration names.
    ///
    /// # Errors
    /// Where there is none, the file cannot be read, or it holds something else.
    pub fn find(variable: Option<String>, file: Option<&Path>) -> Result<Self, TokenError> {
        if let Some(text) = variable.filter(|text| !text.trim().is_empty()) {
            return Self::new(&text).ok_or(TokenError::Malformed { place: TOKEN_VARIABLE.to_owned() });
        }
        let path = file.ok_or(TokenError::Missing)?;
        let text = std::fs::read_to_string(path).map_err(|source| TokenError::Read { path: path.to_owned(), source })?;
        Self::new(&text).ok_or(TokenError::Malformed { place: path.display().to_string() })
    }

    /// The token itself, for the header of a request and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
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
    #[error("the configuration {} has a mistake:\n{source}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: toml::de::Error,
    },
}

impl Config {
    /// Reads a configuration file. Where `optional`, a file that does not exist is like an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or has an unknown key or a value of the wrong type.
    pub fn load(path: &Path, optional: bool) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|source| ConfigError::Parse { path: path.to_owned(), source }),
            Err(fault) if optional && fault.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
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

    /// How long a request may take; never nothing.
    pub fn request(&self) -> Duration {
        Duration::from_secs(self.request_seconds.max(1))
    }

    /// How long an attempt to connect may take; never nothing.
    pub fn connect(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.max(1))
    }

    /// How long replies under way may take once the bot is to stop.
    pub fn stop(&self) -> Duration {
        Duration::from_secs(self.stop_seconds)
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../config/internbot.toml");

    #[test]
    fn the_example_has_every_key_at_its_default() {
        let example: Config = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(example, Config::default());
        for key in [
            "knowledge",
            "token_file",
            "api_url",
            "watch_knowledge",
            "shards",
            "register_commands",
            "unasked_channels",
            "unasked_forums",
            "privacy_contact",
            "cooldown_seconds",
            "repeat_minutes",
            "edit_minutes",
            "request_seconds",
            "connect_seconds",
            "stop_seconds",
            "url",
            "keep_gaps_days",
            "keep_votes_days",
            "most_megabytes",
        ] {
            let written = EXAMPLE.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = ")));
            assert!(written, "{key} is not in config/internbot.toml");
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Config>("[discord]\ncooldown = 3").is_err());
    }

    #[test]
    fn a_store_is_a_file_or_off_and_never_prints_a_password() {
        let url = |text: &str| StoreUrl::try_from(text.to_owned());
        assert_eq!(url("sqlite:a b.db").unwrap().path(), Path::new("a b.db"));
        assert_eq!(url("sqlite:///srv/internbot.db").unwrap().path(), Path::new("/srv/internbot.db"));
        assert!(url(" ").unwrap().is_off());
        let config = toml::from_str::<Config>("[store]\nurl = \"postgres://bot:hunter2@db/internbot\"").unwrap_err();
        assert!(url("postgres://bot:hunter2@db/internbot").unwrap_err().contains("sqlite:internbot.db"));
        assert!(!config.message().contains("hunter2"));
        assert!(!format!("{:?}", url("sqlite:secret.db").unwrap()).contains("secret"));
    }

    #[test]
    fn a_token_comes_from_the_environment_first_and_never_prints_itself() {
        let token = Token::find(Some(" Bot abc.def \n".to_owned()), None).unwrap();
        assert_eq!(token.expose(), "abc.def");
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(matches!(Token::find(Some("  ".to_owned()), None), Err(TokenError::Missing)));
        assert!(matches!(Token::find(Some("two words".to_owned()), None), Err(TokenError::Malformed { .. })));
    }

    #[test]
    fn a_token_comes_from_a_file_second() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc.def\n").unwrap();
        assert_eq!(Token::find(None, Some(file.path())).unwrap().expose(), "abc.def");
        std::fs::write(file.path(), "\n").unwrap();
        assert!(matches!(Token::find(None, Some(file.path())), Err(TokenError::Malformed { .. })));
        assert!(matches!(Token::find(None, Some(Path::new("/nowhere/token"))), Err(TokenError::Read { .. })));
    }
}
