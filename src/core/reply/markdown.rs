//! What people wrote, and dates, as Discord's Markdown.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What begins and ends a code block.
const FENCE: &str = "```";

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
                c if turns(c) => {}
                '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '-' | '[' | ']' | '('
                | ')' => out.extend(['\\', character]),
                _ => out.push(character),
            }
        }
    }
    out
}

/// Whether a character turns the letters after it around (Unicode Standard Annex 9, section 2).
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Undoes [`escape`], as far as possible.
pub fn unescape(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\\' | '\u{200b}'))
        .collect()
}

/// A text as a code block, which keeps its lines and marks, so that it can be copied or read with [`fenced`].
pub(super) fn fence(text: &str) -> String {
    let text: String = text.chars().filter(|c| !turns(*c)).collect();
    let text = text.replace(FENCE, "`\u{200b}`\u{200b}`");
    format!("{FENCE}\n{text}\n{FENCE}")
}

/// The text of the first code block that `fence` made, if there is one.
pub fn fenced(shown: &str) -> Option<String> {
    let (_, rest) = shown.split_once(&format!("{FENCE}\n"))?;
    let end = format!("\n{FENCE}");
    let text = rest.split_once(&end).map_or(rest, |(text, _)| text);
    Some(text.replace('\u{200b}', ""))
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
    fn a_code_block_gives_back_what_it_was_made_of() {
        let text = "**a** \\o/\n\n```\ncode\n```\n> b";
        let shown = format!("above\n{}\nbelow", fence(text));
        assert_eq!(shown.matches(FENCE).count(), 2);
        assert_eq!(fenced(&shown).as_deref(), Some(text));
        assert_eq!(fenced("> a question"), None);
    }

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
