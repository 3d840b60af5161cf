//! Removes from a question anything that could identify who asked it, before anything is kept. Pure, like the core.
//!
//! It removes code, mentions and anything else that Discord writes in angle brackets, custom emoji, links, email and IP
//! addresses, names that begin with `@`, numbers of five digits or more however they are grouped (telephone numbers,
//! ids), long strings that look like tokens, street addresses, and names where someone introduces themselves. It errs on the
//! side of removing too much. A bare name in a sentence looks like any other word and stays.

mod words;

use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use unicode_normalization::UnicodeNormalization;

use crate::text;
use words::GONE;

/// How many characters of a question are kept.
pub const MOST: usize = 300;
/// Numbers with this many digits are removed: shorter ones are years, pages or hourly pay.
const DIGITS: usize = 5;
/// A string this long with digits or capitals in it is not a word.
const LONG: usize = 20;
/// A string this long is not a word, whatever it is made of.
const TOO_LONG: usize = 40;
/// A run of this many hexadecimal digits is not a word, even if all of them are letters.
const HEX: usize = 12;
/// A string this long with three digits in it may be a token.
const MIXED: usize = 10;

/// What is removed wherever it occurs, in this order, and what replaces it.
const PATTERN_TABLE: [(&str, &str); 8] = [
    // Code, up to its end or the end of the text.
    (
        r"(?s)`{4,}.*?(?:`{4,}|\z)|`{3}.*?(?:`{3,}|\z)|`{2}.*?(?:`{2,}|\z)|`[^`]*(?:`+|\z)",
        " … ",
    ),
    // What Discord writes in angle brackets: mentions, channels, commands, times, custom emoji, links without preview.
    (r"<[@#:/atih][^ >]*>", " … "),
    ("<", " "),
    // "ada (at) example (dot) org".
    (r"(?i) ?[(\[{]at[)\]}] ?", "@"),
    (r"(?i) ?[(\[{]dot[)\]}] ?", "."),
    // Numbers of five digits or more, with up to three separators between two digits: "(0) 170". Shorter ones are years, pages or
    // hourly pay. A telephone number's prefix goes with it.
    (r"[+(#]*\p{N}(?:[\s\-–‐‑.,/():+]{0,3}\p{N}){4,}", "…"),
    // IP version 4.
    (r"\p{N}{1,3}(?:\.\p{N}{1,3}){3}", "…"),
    // A custom emoji as it is typed: `:wave_hi:`.
    (r"(^|\s):[\p{L}\p{N}_]{2,}:\S*", "$1…"),
];
/// Words to remove, without the punctuation around them.
const PERSONAL_TABLE: [&str; 5] = [
    // Addresses, names that begin with `@`, links.
    "@",
    "://",
    r"(?i)^www\.",
    // An old-style Discord name: `ada#1815`.
    r"^[^#]{2,}#(?:\P{N}*\p{N}){3}",
    // An IPv6 or MAC address.
    r"(?i)^[0-9a-f.%/…]*:[0-9a-f.%/…]*:[0-9a-f:.%/…]*$",
];
/// Words that name or address someone: mentions and names that begin with `@`, and email addresses.
const NAMED_TABLE: [&str; 2] = [r"^[^\p{L}\p{N}]*@", r"^[^@/]+@[^@/]+\.\p{L}{2,}"];
/// A web address without `www`: a name with a top-level domain.
const DOMAIN_PATTERN: &str = r"^(?:[^/?:]*\.)?[^/?:.]{2,}\.(?:[^/?:]*\.)?\p{L}{2,}(?:\.*[/?:].*)?$";
/// Words that look like one but are things people ask about, as is anything that ends in ".js".
const THINGS: [&str; 6] = [
    "asp.net",
    "ml.net",
    "vb.net",
    "socket.io",
    "draw.io",
    "ph.d",
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let table = PATTERN_TABLE.iter();
    table
        .filter_map(|(pattern, instead)| Some((Regex::new(pattern).ok()?, *instead)))
        .collect()
});
static PERSONAL: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(PERSONAL_TABLE).unwrap_or_default());
static NAMED: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(NAMED_TABLE).unwrap_or_default());
static DOMAIN: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new([DOMAIN_PATTERN]).unwrap_or_default());

/// A question without anything that could identify who asked it. Only [`scrub`] creates one, so only such texts are ever kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scrubbed(String);

impl Scrubbed {
    /// The text, at most [`MOST`] characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words of the text, so that texts that differ only in case and punctuation count as one.
    pub fn key(&self) -> String {
        text::words(&self.0).join(" ")
    }

    /// Whether there is nothing left to learn from.
    pub fn is_empty(&self) -> bool {
        !self.0.chars().any(char::is_alphabetic)
    }
}

/// Removes from a text anything that could identify who wrote it.
///
/// ```
/// let kept = internbot_core::scrub::scrub("hi, my name is Ada, mail ada@example.org or call +49 170 1234567 now");
/// assert_eq!(kept.as_str(), "hi, my name is … mail … or call … now");
/// ```
pub fn scrub(text: &str) -> Scrubbed {
    Scrubbed(text::cut(&without_personal(text), MOST))
}

/// A text without anything that could identify who wrote it, with single spaces between words.
fn without_personal(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .filter(|c| !text::is_invisible(*c))
        .take(text::MAX_CHARS)
        .collect();
    let plain = PATTERNS.iter().fold(plain, |plain, (pattern, instead)| {
        pattern.replace_all(&plain, *instead).into_owned()
    });
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut gone: Vec<bool> = words.iter().map(|word| is_personal(word)).collect();
    words::mark_names(&words, &mut gone);
    words::mark_addresses(&words, &mut gone);
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    for (word, gone) in words.iter().zip(gone) {
        let word = if gone { GONE } else { word };
        if !(word == GONE && kept.last() == Some(&GONE)) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// A text as it was written, with its lines, but without mentions, names that begin with `@`, and email addresses: for a draft that
/// someone reads and changes before it is kept.
///
/// ```
/// use internbot_core::scrub::without_names;
/// let draft = without_names("thanks @ada!\n- `npm i react@18`\n- mail ada@example.org <@1>");
/// assert_eq!(draft, "thanks …\n- `npm i react@18`\n- mail … …");
/// ```
pub fn without_names(text: &str) -> String {
    let draft = text.split_inclusive(char::is_whitespace).map(|piece| {
        let word = piece.trim_end();
        let end = piece.strip_prefix(word).unwrap_or_default();
        let word = if NAMED.is_match(word) { GONE } else { word };
        format!("{word}{end}")
    });
    draft.collect()
}

/// Whether a text has anything that could identify who wrote it.
///
/// ```
/// use internbot_core::scrub::tells_who;
/// assert!(tells_who("my name is Ada and they ghosted me"));
/// assert!(!tells_who("my manager ghosted me for 3 weeks"));
/// ```
pub fn tells_who(text: &str) -> bool {
    let plain: String = text.nfkc().filter(|c| !text::is_invisible(*c)).collect();
    without_personal(text) != text::one_line(&plain)
}

/// Whether a word could identify one person, or lead to them.
fn is_personal(word: &str) -> bool {
    let bare = word
        .trim_matches(|c: char| "()[]{}\"'“”‘’*_~|,;!?".contains(c))
        .trim_end_matches(['.', ':']);
    let lower = bare.to_lowercase();
    let is_thing =
        THINGS.contains(&lower.as_str()) || !lower.contains('/') && lower.ends_with(".js");
    PERSONAL.is_match(bare) || DOMAIN.is_match(bare) && !is_thing || is_token(bare)
}

/// Whether a word looks like a key, an id or a checksum.
fn is_token(word: &str) -> bool {
    let length = word.chars().count();
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let capitals =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let joined = !word.contains(['/', '-', ',', '…']);
    digits >= DIGITS
        || length >= TOO_LONG
        || (length >= LONG && (digits > 0 || (capitals && joined)))
        || (length >= MIXED && digits >= 3 && joined)
        || (length >= HEX && word.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
