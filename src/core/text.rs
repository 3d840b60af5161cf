//! Normalising a message and splitting it into words. Pure: no vocabulary, no knowledge base.
//!
//! Every text that the matcher sees (questions, phrasings, headings) passes through [`words`], so that both sides of a
//! comparison look alike, whatever the writer's keyboard, apostrophes or markup.

mod asking;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub use asking::{asks, sentences};

/// The most characters of a message that are read. Discord allows 2,000, and 4,000 with Nitro
/// (<https://discord.com/developers/docs/resources/message#create-message>), so nothing that a person
/// can send is cut; it bounds the work for text that comes from a pipe.
pub const MAX_CHARS: usize = 4_000;

/// The end of the Latin alphabet with its extensions in Unicode's first blocks; the other ones fold into these.
const LATIN_END: char = '\u{24f}';

/// Splits a message into normalised words: lower case, no accents, contractions written out, markup removed.
///
/// Fenced code, links, mentions and custom emoji are dropped, because what they hold is not what was asked.
/// Symbols that name a language stay in the word (`c++`, `c#`), and so do dots inside a word (`node.js`).
///
/// ```
/// assert_eq!(internbot_core::text::words("What's *C++*, résumé-wise?"), ["what", "is", "c++", "resume", "wise"]);
/// assert_eq!(internbot_core::text::words("re\u{ad}sume, what´s"), ["resume", "what", "is"]);
/// ```
pub fn words(message: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(message, |word| words.push(word.to_owned()));
    words
}

/// The same without allocating a list: calls `each` with every word, in order.
pub fn for_each_word(message: &str, mut each: impl FnMut(&str)) {
    let plain = without_markup(message);
    let plain = fold(&plain);
    for chunk in plain.split(separates) {
        if chunk.bytes().all(|byte| byte.is_ascii_lowercase()) {
            split_plain(chunk, &mut each);
        } else {
            split_chunk(chunk, &mut each);
        }
    }
}

/// Whether most letters of a message are from the Latin alphabet, the only one that this crate can read.
///
/// ```
/// use internbot_core::text::is_latin;
/// assert!(is_latin("¿qué es un résumé?"));
/// assert!(!is_latin("как написать резюме"));
/// ```
pub fn is_latin(message: &str) -> bool {
    let folded = fold(message);
    let letters = folded.chars().filter(|c| c.is_alphabetic());
    let lead = letters.map(|c| if c <= LATIN_END { 1_i64 } else { -1 });
    lead.sum::<i64>() >= 0
}

/// Whether a message has a letter of another alphabet.
pub fn has_foreign_letters(message: &str) -> bool {
    let folded = fold(message);
    folded.chars().any(|c| c.is_alphabetic() && c > LATIN_END)
}

/// Whether a character stands between words wherever it occurs.
fn separates(c: char) -> bool {
    #[rustfmt::skip]
    let is_sign = matches!(
        c,
        '-' | '–' | '—' | '_' | ',' | ';' | '!' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '<' | '>' | '|' | '*' | '~' | '='
            | '^' | '%' | '$' | '€' | '£' | '…'
    );
    c.is_whitespace() || is_sign
}

/// Cuts to [`MAX_CHARS`] and removes fenced code, links, mentions and custom emoji.
fn without_markup(message: &str) -> Cow<'_, str> {
    let end = match message.len() {
        // No more bytes than characters are allowed: nothing to count.
        0..=MAX_CHARS => message.len(),
        _ => message
            .char_indices()
            .nth(MAX_CHARS)
            .map_or(message.len(), |(at, _)| at),
    };
    let message = message.get(..end).unwrap_or(message);
    if !message
        .bytes()
        .any(|byte| matches!(byte, b'<' | b'`' | b':'))
        && !message.contains("www.")
    {
        return Cow::Borrowed(message);
    }
    let prose: String = message
        .split("```")
        .step_by(2)
        .collect::<Vec<_>>()
        .join(" ");
    let mut out = String::with_capacity(prose.len());
    let mut rest = prose.as_str();
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let close = tail
            .find('>')
            .filter(|&end| is_discord_token(tail.get(1..end).unwrap_or_default()));
        let skip = close.map_or(1, |end| end + 1);
        out.push(' ');
        rest = tail.get(skip..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(
        out.split_whitespace()
            .filter(|word| !is_link(word))
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Whether the inside of `<…>` is a mention, a custom emoji, a timestamp or a slash command.
fn is_discord_token(inside: &str) -> bool {
    inside.starts_with(['@', '#', ':', '/']) || inside.starts_with("a:") || inside.starts_with("t:")
}

fn is_link(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '[', '<', '"']);
    ["http://", "https://", "www."].iter().any(|start| {
        word.get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    })
}

/// Compatibility decomposition (Unicode NFKD), without combining marks and invisible characters, in lower case, with one kind of apostrophe.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'`')
    {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase().replace('`', "'"));
    }
    // Apostrophes first: normalised, the accent that stands for one would be a space.
    let apostrophes = text.chars().map(|c| match c {
        '’' | '‘' | '`' | '´' | 'ʼ' => '\'',
        c => c,
    });
    let folded = apostrophes
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_invisible(*c))
        .flat_map(char::to_lowercase);
    Cow::Owned(folded.collect())
}

/// A text on one line, with one space between words.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with its first letter as a capital.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().chars()).collect()
}

/// How many characters a text has.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// A number of things, whose plural ends with an s: "1 topic", "2 topics".
pub fn counted(count: usize, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}

/// The text in at most `most` characters: a cut text ends with an ellipsis, at a space if one is close.
pub fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    if most == 0 {
        return String::new();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    let at_word = kept
        .rfind(char::is_whitespace)
        .filter(|&space| space * 4 >= kept.len() * 3);
    let kept = at_word.and_then(|space| kept.get(..space)).unwrap_or(&kept);
    format!("{}…", kept.trim_end())
}

/// Cuts a text in place, as [`cut`] does; one that fits already is left alone.
pub(crate) fn shorten(text: &mut String, most: usize) {
    // A text has no more characters than bytes: most need no counting.
    if text.len() > most && length(text) > most {
        *text = cut(text, most);
    }
}

/// Whether a character is invisible: it would split a word that looks like one, or hide a number from a search for
/// it. PostgreSQL keeps no text with a NUL.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\0' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Turns a piece without spaces into words: slashes and dots that are not part of a name separate.
fn split_chunk(chunk: &str, each: &mut impl FnMut(&str)) {
    match chunk {
        "w/" => return each("with"),
        "w/o" => return each("without"),
        "b/c" => return each("because"),
        "1:1" | "1:1s" | "1on1" | "1on1s" => return each("1:1"),
        _ => {}
    }
    for piece in chunk.split(['/', '\\', ':', '@']) {
        let piece = piece.trim_matches(|c: char| !c.is_alphanumeric() && !"+#.&'".contains(c));
        let piece = piece.trim_matches(['.', '\'', '&']);
        if piece.contains('\'') {
            split_contraction(piece, each);
        } else if !piece.is_empty() {
            split_word(piece, each);
        }
    }
}

/// Writes out `don't`, `what's`, `i've`; a possessive loses its `'s`.
fn split_contraction(piece: &str, each: &mut impl FnMut(&str)) {
    let (head, tail) = piece.split_once('\'').unwrap_or((piece, ""));
    match tail {
        "t" => {
            let stem = match head {
                "can" => "can",
                "won" => "will",
                "shan" => "shall",
                _ => head.strip_suffix('n').unwrap_or(head),
            };
            split_word(stem, each);
            each("not");
        }
        "re" | "m" | "ve" | "ll" | "d" => {
            split_word(head, each);
            each(match tail {
                "re" => "are",
                "m" => "am",
                "ve" => "have",
                "ll" => "will",
                _ => "would",
            });
        }
        "s" => {
            split_word(head, each);
            if [
                "what", "that", "who", "where", "how", "it", "there", "when", "why", "here", "he",
                "she", "let",
            ]
            .contains(&head)
            {
                each("is");
            }
        }
        _ => {
            split_word(head, each);
            for part in tail.split('\'') {
                split_word(part, each);
            }
        }
    }
}

/// Contractions typed without the apostrophe, written out. Only those that are not words themselves.
fn written_out(word: &str) -> Option<[&'static str; 2]> {
    Some(match word {
        "arent" => ["are", "not"],
        "cant" => ["can", "not"],
        "couldnt" => ["could", "not"],
        "didnt" => ["did", "not"],
        "doesnt" => ["does", "not"],
        "dont" => ["do", "not"],
        "hadnt" => ["had", "not"],
        "hasnt" => ["has", "not"],
        "havent" => ["have", "not"],
        "hows" => ["how", "is"],
        "im" => ["i", "am"],
        "isnt" => ["is", "not"],
        "ive" => ["i", "have"],
        "shouldnt" => ["should", "not"],
        "thats" => ["that", "is"],
        "theres" => ["there", "is"],
        "theyre" => ["they", "are"],
        "theyve" => ["they", "have"],
        "wasnt" => ["was", "not"],
        "whats" => ["what", "is"],
        "wheres" => ["where", "is"],
        "wont" => ["will", "not"],
        "wouldnt" => ["would", "not"],
        "youre" => ["you", "are"],
        _ => return None,
    })
}

/// A word of letters only.
fn split_plain(word: &str, each: &mut impl FnMut(&str)) {
    match written_out(word) {
        Some(parts) => parts.into_iter().for_each(each),
        None if word.is_empty() => {}
        None => each(word),
    }
}

/// One word; a word that joins names by dots, `&` or `+` keeps them only where they are part of the name.
fn split_word(piece: &str, each: &mut impl FnMut(&str)) {
    if piece.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return split_plain(piece, each);
    }
    let named = piece.trim_end_matches(['+', '#']);
    let symbols = piece.get(named.len()..).unwrap_or_default();
    if !symbols.is_empty() && named.chars().count() == 1 && named.chars().all(char::is_alphanumeric)
    {
        each(piece);
        return;
    }
    let is_name = |part: &str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    let mut parts = piece.split('.');
    if let (Some(first), Some("js" | "net" | "io" | "py" | "ai" | "com" | "sh" | "dev"), None) =
        (parts.next(), parts.next(), parts.next())
        && is_name(first)
    {
        each(piece);
        return;
    }
    if piece == "ds&a" || piece == "q&a" {
        each(piece);
        return;
    }
    for part in piece.split(|c: char| !c.is_alphanumeric()) {
        split_alphanumeric(part, each);
    }
}

/// A run of letters and digits; a number with a unit glued to it (`3wks`, `12h`) becomes two words.
fn split_alphanumeric(part: &str, each: &mut impl FnMut(&str)) {
    let digits = part
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(part.len());
    let (number, unit) = part.split_at(digits);
    if !number.is_empty()
        && unit.len() >= 2
        && !["st", "nd", "rd", "th"].contains(&unit)
        && unit.chars().all(char::is_alphabetic)
    {
        each(number);
        each(unit);
    } else {
        split_plain(part, each);
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn cuts_at_a_word_and_never_over_the_limit() {
        assert_eq!(cut("a short text", 12), "a short text");
        assert_eq!(cut("a text that is long", 16), "a text that is…");
        assert_eq!(cut("ünïcödé", 4), "ünï…");
        assert_eq!(cut("x", 0), "");
    }
}
