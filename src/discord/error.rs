//! Why the bot stopped without being told to.

use url::Url;

/// Why the bot stopped without being told to; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The token is wrong, or no longer valid.
    #[error(
        "Discord does not accept the token: open the Bot page at https://discord.com/developers/applications, click Reset Token, and set \
         DISCORD_TOKEN to the new one"
    )]
    Token,
    /// The bot asks for an intent that it does not have.
    #[error(
        "Discord does not let the bot read messages that are not addressed to it: switch on the Message Content Intent on the Bot page at \
         https://discord.com/developers/applications, or clear discord.unasked_channels in the configuration"
    )]
    Intent,
    /// The bot is in more guilds than its shards may serve, or a shard has a number that it cannot have.
    #[error(
        "Discord does not let the bot connect with this number of shards: set discord.shards in the configuration to \"auto\", or to a \
         larger total in each process, such as \"0..=3 of 8\""
    )]
    Shards,
    /// Discord has changed.
    #[error(
        "Discord no longer supports the protocol of this version of internbot: update internbot"
    )]
    Outdated,
    /// The configured address is not that of Discord's API.
    #[error(
        "cannot use discord.api_url: {0}; correct it in the configuration, or leave it empty for Discord itself"
    )]
    Address(String),
    /// The client for requests cannot be built.
    #[error("cannot make connections: {0}; please report this")]
    Client(String),
}

/// Rejects an address that requests could not be sent to.
pub(super) fn check_address(origin: &str) -> Result<(), RunError> {
    let wrong = |why: &str| Err(RunError::Address(format!("\"{origin}\" {why}")));
    match Url::parse(origin) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
        Ok(url) if url.cannot_be_a_base() => wrong("needs http:// or https:// in front"),
        Ok(_) => wrong("begins with neither http:// nor https://"),
        Err(url::ParseError::RelativeUrlWithoutBase) => wrong("needs http:// or https:// in front"),
        Err(error) => wrong(&format!("is not an address ({error})")),
    }
}
