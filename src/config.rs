//! The configuration: one file, every key optional, unknown keys refused. Defaults stand here and nowhere else.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

mod shards;
mod store_url;

pub use shards::Shards;
pub use store_url::StoreUrl;

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
    /// What is written down while the bot runs.
    pub log: Log,
    /// What other programs can ask of the bot.
    pub monitor: Monitor,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            knowledge: PathBuf::from("knowledge"),
            discord: Discord::default(),
            store: Store::default(),
            log: Log::default(),
            monitor: Monitor::default(),
        }
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
    /// Which of the bot's connections this process makes.
    pub shards: Shards,
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
}

impl Default for Discord {
    fn default() -> Self {
        Self {
            token_file: None,
            api_url: String::new(),
            shards: Shards::Auto,
            unasked_channels: Vec::new(),
            unasked_forums: Vec::new(),
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
    /// Where; empty to keep nothing.
    pub url: StoreUrl,
    /// A file that holds the password for a PostgreSQL server.
    pub password_file: Option<PathBuf>,
    /// After how many days a question that had no answer is deleted.
    pub keep_gaps_days: u32,
    /// After how many days the key is deleted with which a person's vote could be found again.
    pub keep_votes_days: u32,
    /// The most that the file may grow to, in mebibytes; 0 for as much as the disk has. A server has its own limits.
    pub most_megabytes: u64,
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

/// What is written down while the bot runs.
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
    /// A JSON object a line, for programs.
    Json,
}

/// What other programs can ask of the bot: its health and its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Monitor {
    /// Where they ask.
    pub listen: Listen,
}

/// Where health and figures are served: an address of this machine with a port, or nowhere.
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
            text.parse().map_err(|_| "this is no address: write one in numbers with a port, such as \"127.0.0.1:9187\", or \"\" for none");
        address.map(|address| Self(Some(address)))
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
    /// Its name is not shown: whoever takes the key for the token itself has written that there.
    #[error(
        "cannot read the file that discord.token_file names: {0}; write the token into it, or set DISCORD_TOKEN"
    )]
    Read(std::io::Error),
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
            return Self::new(&text).ok_or(TokenError::Malformed {
                place: TOKEN_VARIABLE.to_owned(),
            });
        }
        let path = file.ok_or(TokenError::Missing)?;
        let text = std::fs::read_to_string(path).map_err(TokenError::Read)?;
        Self::new(&text).ok_or(TokenError::Malformed {
            place: path.display().to_string(),
        })
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
    #[error("the configuration {} has a mistake:\n{problem}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        problem: String,
    },
}

impl Config {
    /// Reads a configuration file. Where `optional`, a file that does not exist is like an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or has an unknown key or a value of the wrong type.
    pub fn load(path: &Path, optional: bool) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
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

    /// Whether that origin is this machine.
    pub fn is_on_this_machine(&self) -> bool {
        let url = self
            .origin()
            .and_then(|origin| url::Url::parse(origin).ok());
        match url.as_ref().and_then(url::Url::host) {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
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

/// What shows that a line may hold a password or a token: it has an address, or says so.
const SECRETS: [&str; 3] = ["://", "password", "token"];

/// What is wrong in a configuration, with the line; but a line that may hold a secret is not shown, nor an address.
fn problem(text: &str, error: &toml::de::Error) -> String {
    let shown = error.to_string();
    let before = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count());
    let line = before
        .and_then(|before| text.lines().nth(before))
        .unwrap_or_default()
        .to_lowercase();
    if !shown.contains("://") && !SECRETS.iter().any(|secret| line.contains(secret)) {
        return shown;
    }
    let place = before
        .map(|before| format!("line {}: ", before + 1))
        .unwrap_or_default();
    let message = Some(error.message())
        .filter(|message| !message.contains("://") || store_url::MISTAKES.contains(message))
        .unwrap_or("this cannot stand here");
    format!("{place}{message} (the line is not shown: it may hold a password or a token)")
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
            "shards",
            "unasked_channels",
            "unasked_forums",
            "privacy_contact",
            "cooldown_seconds",
            "repeat_minutes",
            "edit_minutes",
            "url",
            "password_file",
            "keep_gaps_days",
            "keep_votes_days",
            "most_megabytes",
            "format",
            "listen",
        ] {
            let written = EXAMPLE.lines().any(|line| {
                line.trim_start_matches("# ")
                    .starts_with(&format!("{key} = "))
            });
            assert!(written, "{key} is not in config/internbot.toml");
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Config>("[discord]\ncooldown = 3").is_err());
    }

    #[test]
    fn a_mistake_is_shown_with_its_line_but_not_with_an_address() {
        let error = |text: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            Config::load(file.path(), false).unwrap_err().to_string()
        };
        assert!(error("[discord]\ncooldown_seconds = \"3\"").contains("cooldown_seconds = \"3\""));
        assert!(
            error("[store]\nurl = \"postgres://bot:hunter2@db:x/internbot\"")
                .contains("write \"postgres://USER@HOST/DATABASE\"")
        );
        for text in [
            "[store]\nurl = \"postgres://bot:hunter2@db/internbot",
            "[store]\nurl = \"postgres://bot:hunter2@db:x/internbot\"",
            "[store]\nurl = \"postgres://bot:hunter2@db/internbot\" \"",
            "[store]\nkeep_gaps_days = \"postgres://bot:hunter2@db/internbot\"",
            "[store]\n\"postgres://bot:hunter2@db/internbot\" = 1",
        ] {
            let error = error(text);
            assert!(
                error.contains("line 2") && !error.contains("hunter2"),
                "{error}"
            );
        }
        for text in [
            "[store]\npassword = \"hunter2\"",
            "[discord]\nTOKEN = \"hunter2\"",
            "[discord]\ntoken_file = hunter2",
        ] {
            let error = error(text);
            assert!(
                error.contains("line 2: ") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_place_to_listen_is_an_address_with_a_port_or_none() {
        let listen = |text: &str| Listen::try_from(text.to_owned());
        assert_eq!(
            listen(" [::1]:9187").unwrap(),
            Listen(Some("[::1]:9187".parse().unwrap()))
        );
        assert_eq!(listen("").unwrap(), Listen(None));
        for wrong in ["9187", "127.0.0.1", "localhost:9187", ":9187"] {
            assert!(
                listen(wrong).unwrap_err().contains("127.0.0.1:9187"),
                "{wrong}"
            );
        }
        assert_eq!(
            toml::from_str::<Config>("[log]\nformat = \"json\"")
                .unwrap()
                .log
                .format,
            LogFormat::Json
        );
        assert!(toml::from_str::<Config>("[log]\nformat = \"xml\"").is_err());
    }

    #[test]
    fn a_token_comes_from_the_environment_first_and_never_prints_itself() {
        let token = Token::find(Some(" Bot abc.def \n".to_owned()), None).unwrap();
        assert_eq!(token.expose(), "abc.def");
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(matches!(
            Token::find(Some("  ".to_owned()), None),
            Err(TokenError::Missing)
        ));
        assert!(matches!(
            Token::find(Some("two words".to_owned()), None),
            Err(TokenError::Malformed { .. })
        ));
    }

    #[test]
    fn a_token_comes_from_a_file_second() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc.def\n").unwrap();
        assert_eq!(
            Token::find(None, Some(file.path())).unwrap().expose(),
            "abc.def"
        );
        std::fs::write(file.path(), "\n").unwrap();
        assert!(matches!(
            Token::find(None, Some(file.path())),
            Err(TokenError::Malformed { .. })
        ));
        let error = Token::find(None, Some(Path::new("abc.def.ghi"))).unwrap_err();
        assert!(
            matches!(error, TokenError::Read(_)) && !error.to_string().contains("abc"),
            "{error}"
        );
    }
}
