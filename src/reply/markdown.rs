//! What people wrote, and dates, as Discord's Markdown.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A text that is safe inside a link's brackets, where Markdown cannot tell its own brackets from the text's.
pub(super) fn link_text(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '[' => out.push('('),
            ']' => out.push(')'),
            '\\' | '*' | '_' | '~' | '`' | '|' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

/// What a person wrote, on one line and escaped, so that it formats nothing, mentions nobody, shows no preview and turns no letters
/// around.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for character in word.chars() {
            match character {
                '@' => out.push_str("@\u{200b}"),
                ':' => out.push_str(":\u{200b}"),
                '\u{200e}'
                | '\u{200f}'
                | '\u{61c}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => {}
                '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '-' | '[' | ']' | '('
                | ')' => out.extend(['\\', character]),
                _ => out.push(character),
            }
        }
    }
    out
}

/// Undoes [`escape`], as far as possible.
pub fn unescape(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\\' | '\u{200b}'))
        .collect()
}

/// A date in the reader's own format: noon in UTC is the same day nearly everywhere.
pub(super) fn date(date: Date) -> String {
    let noon = date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
    noon.map_or_else(
        |_| date.to_string(),
        |noon| format!("<t:{}:D>", noon.timestamp().as_second()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_formats_nothing_and_mentions_nobody() {
        assert_eq!(
            escape("**hi** <@1>\n# @everyone"),
            "\\*\\*hi\\*\\* \\<@\u{200b}1\\> \\# @\u{200b}everyone"
        );
        assert_eq!(escape("a\u{202e}b\u{2069} \u{200f}c"), "ab c");
        assert_eq!(
            escape("see https://example.org"),
            "see https:\u{200b}//example.org"
        );
        assert_eq!(
            unescape(&escape("is **node.js** (or c#) @ 9:30 fine?")),
            "is **node.js** (or c#) @ 9:30 fine?"
        );
    }
}
