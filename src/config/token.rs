//! The bot's token: where it comes from, and what can be wrong with it.

use std::fmt;
use std::path::Path;

use crate::{text, text_file};

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

/// What is wrong with a token, and what to do. A token has letters, digits, dots, hyphens and underscores, so any other sign in it
/// may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenMistake {
    /// There are quotation marks or backticks around it.
    #[error("it has quotation marks or backticks around it; remove them")]
    Quoted,
    /// There are brackets around it.
    #[error("it has brackets around it; remove them")]
    Bracketed,
    /// There is a name in front of it.
    #[error("it begins with a name and \"{0}\"; keep only what follows")]
    Named(char),
    /// It is the name of a variable.
    #[error(
        "it is the name of a variable that nothing has filled in; write the token itself in its place"
    )]
    Variable,
    /// There is something else before or after it.
    #[error("it has more than one word; keep only the token, without a name or a comment")]
    Words,
    /// It has a sign that no token has.
    #[error("it has a \"{0}\", which no token has; remove that")]
    Sign(char),
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
        let text = text.trim_matches(|c: char| c.is_whitespace() || text::is_invisible(c));
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bot") => token.trim_start(),
            _ => text,
        };
        match mistake(token) {
            Some(mistake) => Err(mistake),
            None => Ok(Self(token.to_owned())),
        }
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

/// Why a text cannot be a token. What is around a token comes first: it tells more than the first sign that no token has.
fn mistake(text: &str) -> Option<TokenMistake> {
    const QUOTES: [char; 5] = ['"', '\'', '`', '“', '”'];
    const BRACKETS: [char; 8] = ['<', '>', '[', ']', '(', ')', '{', '}'];
    let is_around = |signs: &[char]| text.starts_with(signs) || text.ends_with(signs);
    let belongs = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let mistake = match text.chars().find(|c| !belongs(*c)) {
        None if text.is_empty() => TokenMistake::Other,
        None => return None,
        _ if is_around(&QUOTES) => TokenMistake::Quoted,
        _ if text.starts_with(['$', '%']) => TokenMistake::Variable,
        Some(sign @ ('=' | ':')) => TokenMistake::Named(sign),
        _ if text.contains(char::is_whitespace) => TokenMistake::Words,
        _ if is_around(&BRACKETS) => TokenMistake::Bracketed,
        Some(sign) if sign.is_ascii() => TokenMistake::Sign(sign),
        Some(_) => TokenMistake::Other,
    };
    Some(mistake)
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
        for text in ["bot abc.def", "BOT  abc.def", "\u{200b}abc.def\u{feff}"] {
            assert_eq!(Token::parse(text).unwrap(), token, "{text:?}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
        let none = Token::find(Some("  ".to_owned()), None);
        assert!(matches!(none, Err(TokenError::Missing)));
    }

    #[test]
    fn a_mistake_is_named() {
        for (text, mistake) in [
            ("\"a.b.c\"", TokenMistake::Quoted),
            ("'a.b.c'", TokenMistake::Quoted),
            ("`a.b.c`", TokenMistake::Quoted),
            ("“a.b.c”", TokenMistake::Quoted),
            ("<a.b.c>", TokenMistake::Bracketed),
            ("[a.b.c]", TokenMistake::Bracketed),
            ("DISCORD_TOKEN=a.b.c", TokenMistake::Named('=')),
            ("token: a.b.c", TokenMistake::Named(':')),
            ("Authorization: Bot a.b.c", TokenMistake::Named(':')),
            ("${DISCORD_TOKEN}", TokenMistake::Variable),
            ("$env:DISCORD_TOKEN", TokenMistake::Variable),
            ("%DISCORD_TOKEN%", TokenMistake::Variable),
            ("a.b.c # note", TokenMistake::Words),
            ("token a.b.c", TokenMistake::Words),
            ("a.b.c\nd.e.f", TokenMistake::Words),
            ("a.b.c,", TokenMistake::Sign(',')),
            ("a.b.c;", TokenMistake::Sign(';')),
            ("a.b.***", TokenMistake::Sign('*')),
            ("MTIz…", TokenMistake::Other),
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
