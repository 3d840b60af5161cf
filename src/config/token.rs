//! The bot's token: where it comes from, and what can be wrong with it.

use std::fmt;
use std::path::Path;

use crate::text_file;

/// The environment variable that holds the token.
pub const TOKEN_VARIABLE: &str = "DISCORD_TOKEN";

/// The command that starts the bot with a token, for the usual shell.
#[cfg(not(windows))]
const START: &str = "DISCORD_TOKEN=… internbot run";
#[cfg(windows)]
const START: &str = "$env:DISCORD_TOKEN = \"…\"; internbot run";

/// The token of a bot. It never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is none anywhere.
    #[error(
        "there is no token yet, so the bot cannot log in to Discord.\n\n\
         1. Open https://discord.com/developers/applications and create an application. On its Bot page, click Reset Token and copy the \
         token.\n\
         2. Start the bot with it:\n\n    {START}\n\n   or save it in a file, name that file as discord.token_file in config/internbot.toml, and \
         run: internbot run\n\
         3. Open the invite address shown in the log, and choose your server.\n\n\
         If something does not work, `internbot doctor` says why. `internbot chat` answers here, without Discord."
    )]
    Missing,
    /// The file that should contain it cannot be read. Its name is not shown, because it may be the token itself, in the
    /// wrong place.
    #[error(
        "cannot read the file named in discord.token_file: {0}; save the token there, or set DISCORD_TOKEN"
    )]
    Read(std::io::Error),
    /// The value cannot be a token.
    #[error("{place} does not contain a token: {mistake}")]
    Malformed {
        /// Where it came from.
        place: String,
        /// What is wrong, and what to do.
        mistake: TokenMistake,
    },
}

/// What is wrong with a token, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenMistake {
    /// There are quotation marks around it.
    #[error("it has quotation marks around it; remove them")]
    Quoted,
    /// There is a name in front of it.
    #[error("it begins with a name and \"=\"; keep only what follows")]
    Named,
    /// It is neither UTF-8 nor UTF-16.
    #[error("it is not text; save the file as UTF-8")]
    NotText,
    /// Anything else.
    #[error(
        "copy the whole token from the Bot page at https://discord.com/developers/applications (Reset Token)"
    )]
    Other,
}

impl Token {
    /// A token, without the spaces around it.
    ///
    /// # Errors
    /// If it cannot be one.
    pub fn parse(text: &str) -> Result<Self, TokenMistake> {
        let text = text.trim();
        let text = text.strip_prefix("Bot ").unwrap_or(text).trim();
        if text.starts_with(['"', '\'', '“']) || text.ends_with(['"', '\'', '”']) {
            return Err(TokenMistake::Quoted);
        }
        // No token has the sign.
        if text.contains('=') {
            return Err(TokenMistake::Named);
        }
        if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(TokenMistake::Other);
        }
        Ok(Self(text.to_owned()))
    }

    /// Finds the token: in the environment variable, or else in the file named in the configuration.
    ///
    /// # Errors
    /// If there is none, the file cannot be read, or it contains something else.
    pub fn find(variable: Option<String>, file: Option<&Path>) -> Result<Self, TokenError> {
        let malformed = |place: String| move |mistake| TokenError::Malformed { place, mistake };
        if let Some(text) = variable.filter(|text| !text.trim().is_empty()) {
            return Self::parse(&text).map_err(malformed(TOKEN_VARIABLE.to_owned()));
        }
        let path = file.ok_or(TokenError::Missing)?;
        let bytes = std::fs::read(path).map_err(TokenError::Read)?;
        let text = text_file::decode(&bytes).ok_or(TokenMistake::NotText);
        text.and_then(|text| Self::parse(&text))
            .map_err(malformed(path.display().to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(bytes: &[u8]) -> Result<Token, TokenError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Token::find(None, Some(file.path()))
    }

    #[test]
    fn a_token_comes_from_the_environment_first_and_never_prints_itself() {
        let token = Token::find(Some(" Bot abc.def \n".to_owned()), None).unwrap();
        assert_eq!(token.expose(), "abc.def");
        assert_eq!(format!("{token:?}"), "Token(…)");
        let none = Token::find(Some("  ".to_owned()), None);
        assert!(matches!(none, Err(TokenError::Missing)));
    }

    #[test]
    fn a_mistake_is_named() {
        for (text, mistake) in [
            ("\"a.b.c\"", TokenMistake::Quoted),
            ("'a.b.c'", TokenMistake::Quoted),
            ("DISCORD_TOKEN=a.b.c", TokenMistake::Named),
            ("two words", TokenMistake::Other),
        ] {
            assert_eq!(Token::parse(text), Err(mistake), "{text}");
        }
    }

    #[test]
    fn a_token_comes_second_from_a_file_in_any_encoding() {
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            let units = "abc.def\r\n".encode_utf16().flat_map(bytes);
            [mark.to_vec(), units.collect()].concat()
        };
        for bytes in [
            b"abc.def\n".to_vec(),
            utf16(&[], u16::to_le_bytes),
            utf16(&[], u16::to_be_bytes),
            b"\xef\xbb\xbfabc.def".to_vec(),
            utf16(&[0xff, 0xfe], u16::to_le_bytes),
            utf16(&[0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(in_file(&bytes).unwrap().expose(), "abc.def", "{bytes:?}");
        }
        assert!(in_file(b"\n").is_err());
        let error = in_file(&[0xc3, 0x28]).unwrap_err().to_string();
        assert!(error.contains("save the file as UTF-8"), "{error}");
        let error = Token::find(None, Some(Path::new("abc.def.ghi"))).unwrap_err();
        assert!(
            matches!(error, TokenError::Read(_)) && !error.to_string().contains("abc"),
            "{error}"
        );
    }
}
