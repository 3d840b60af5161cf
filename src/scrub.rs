//! Taking out of a question whatever could tell who asked it, before anything is kept. Pure, like the core.
//!
//! What goes: code, mentions and whatever else Discord writes in angle brackets, custom emoji, links, e-mail and IP
//! addresses, names that begin with `@`, numbers of five digits and more however they are grouped (telephone numbers,
//! ids), long runs that look like tokens, street addresses, and names where somebody introduces themselves. It prefers
//! to take out too much. A name that stands alone in a sentence looks like any other word and stays.

use unicode_normalization::UnicodeNormalization;

use crate::text;

/// The most of a question that is kept, in characters.
pub const MOST: usize = 300;
/// What stands for what was taken out.
const GONE: &str = "…";
/// Numbers of this many digits are taken out: shorter ones are years, pages, pay by the hour.
const DIGITS: usize = 5;
/// So many separators may stand between two digits of one number: "(0) 170".
const SEPARATORS: usize = 3;
/// A word of this many characters with digits or capitals in it is no word.
const LONG: usize = 20;
/// A word of this many characters is none whatever it is made of.
const TOO_LONG: usize = 40;
/// A run of this many hexadecimal digits is no word even without a figure in it.
const HEX: usize = 12;
/// A word of this many characters, three of them figures, may be a token.
const MIXED: usize = 10;

/// A question without what could tell who asked it: only [`scrub`] makes one, so only such a text is ever kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scrubbed(String);

impl Scrubbed {
    /// The text, at most [`MOST`] characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words of the text, so that spellings which differ in case and marks are one.
    pub fn key(&self) -> String {
        text::words(&self.0).join(" ")
    }

    /// Whether nothing is left to learn from.
    pub fn is_empty(&self) -> bool {
        !self.0.chars().any(char::is_alphabetic)
    }
}

/// Takes out of a text what could tell who wrote it.
///
/// ```
/// let kept = internbot::scrub::scrub("hi, my name is Ada, mail ada@example.org or call +49 170 1234567 now");
/// assert_eq!(kept.as_str(), "hi, my name is … mail … or call … now");
/// ```
pub fn scrub(text: &str) -> Scrubbed {
    Scrubbed(text::cut(&without_personal(text), MOST))
}

/// A text without what could tell who wrote it, its words apart by one space.
fn without_personal(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .filter(|c| !text::is_invisible(*c))
        .take(text::MAX_CHARS)
        .collect();
    let plain = spelled_out(&without_discord(&without_code(&plain)));
    let plain = without_numbers(&plain);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut gone: Vec<bool> = words.iter().map(|word| is_personal(word)).collect();
    names(&words, &mut gone);
    addresses(&words, &mut gone);
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    for (word, gone) in words.iter().zip(gone) {
        let word = if gone { GONE } else { word };
        if !(word == GONE && kept.last() == Some(&GONE)) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// Whether a text has something that could tell who wrote it.
///
/// ```
/// use internbot::scrub::tells_who;
/// assert!(tells_who("my name is Ada and they ghosted me"));
/// assert!(!tells_who("my manager ghosted me for 3 weeks"));
/// ```
pub fn tells_who(text: &str) -> bool {
    let plain: String = text.nfkc().filter(|c| !text::is_invisible(*c)).collect();
    without_personal(text) != text::one_line(&plain)
}

/// Without fenced code and code in a line; what is opened and not closed goes to the end.
fn without_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('`') {
        let ticks = 1 + tail.chars().take_while(|c| *c == '`').count();
        let fence = "`".repeat(ticks);
        out.push_str(before);
        out.push_str(" … ");
        let inside = tail.trim_start_matches('`');
        rest = inside
            .split_once(fence.as_str())
            .map_or("", |(_, after)| after.trim_start_matches('`'));
    }
    out.push_str(rest);
    out
}

/// Without what Discord writes in angle brackets: mentions, channels, commands, times, custom emoji, links without preview.
fn without_discord(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('<') {
        out.push_str(before);
        let close = tail.split_once('>').filter(|(inside, _)| {
            inside.starts_with(['@', '#', ':', '/', 'a', 't', 'i', 'h']) && !inside.contains(' ')
        });
        match close {
            Some((_, after)) => {
                out.push_str(" … ");
                rest = after;
            }
            None => {
                out.push(' ');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// "ada (at) example (dot) org" as an address is written.
fn spelled_out(text: &str) -> String {
    let mut text = text.to_owned();
    for (word, sign) in [("at", "@"), ("AT", "@"), ("dot", "."), ("DOT", ".")] {
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            for spelled in [
                format!(" {open}{word}{close} "),
                format!("{open}{word}{close}"),
            ] {
                text = text.replace(&spelled, sign);
            }
        }
    }
    text
}

/// Without numbers of many digits, whatever groups them, and without addresses of machines.
fn without_numbers(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        if !c.is_numeric() {
            out.push(c);
            at += 1;
            continue;
        }
        let number = number(characters.get(at..).unwrap_or_default());
        let digits = number.iter().filter(|c| c.is_numeric()).count();
        let dots = number.iter().filter(|c| **c == '.').count();
        if digits >= DIGITS || dots >= 3 {
            // What leads a telephone number goes with it.
            out.truncate(out.trim_end_matches(['+', '(', '#']).len());
            out.push('…');
        } else {
            out.extend(number);
        }
        at += number.len();
    }
    out
}

/// The number that a text begins with: digits, and what may stand between two of them.
fn number(characters: &[char]) -> &[char] {
    let mut end = 0;
    for (at, c) in characters.iter().enumerate() {
        if c.is_numeric() {
            end = at + 1;
        } else if at - end >= SEPARATORS || !(c.is_whitespace() || "-–‐‑.,/():+".contains(*c))
        {
            break;
        }
    }
    characters.get(..end).unwrap_or_default()
}

/// Whether a word could belong to one person, or lead to them.
fn is_personal(word: &str) -> bool {
    let bare = word
        .trim_matches(|c: char| "()[]{}\"'“”‘’*_~|,;!?".contains(c))
        .trim_end_matches(['.', ':']);
    bare.contains('@')
        || bare.contains("://")
        || is_link(bare)
        || is_emoji(word)
        || is_handle(bare)
        || is_token(bare)
        || is_machine(bare)
}

/// Whether a word is the address of a page: with `www`, a path, or a name and what may be a country or the like.
fn is_link(word: &str) -> bool {
    /// What looks like a domain and is a thing that people ask about.
    const THINGS: [&str; 6] = [
        "asp.net",
        "ml.net",
        "vb.net",
        "socket.io",
        "draw.io",
        "ph.d",
    ];
    let lower = word.to_lowercase();
    if lower.starts_with("www.") {
        return true;
    }
    let host = lower.split(['/', '?', ':']).next().unwrap_or_default();
    let host = host.trim_end_matches('.');
    if lower.len() == host.len() && (THINGS.contains(&host) || host.ends_with(".js")) {
        return false;
    }
    let mut parts = host.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let others: Vec<&str> = parts.collect();
    last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
        && others.iter().any(|part| part.chars().count() >= 2)
}

/// Whether a word is a custom emoji as it is typed: `:wave_hi:`.
fn is_emoji(word: &str) -> bool {
    let inside = word
        .strip_prefix(':')
        .and_then(|rest| rest.split_once(':'))
        .map(|(inside, _)| inside);
    inside.is_some_and(|inside| {
        inside.len() >= 2 && inside.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Whether a word is a name as Discord had them: `ada#1815`.
fn is_handle(word: &str) -> bool {
    word.split_once('#').is_some_and(|(name, number)| {
        name.chars().count() >= 2 && number.chars().filter(|c| c.is_numeric()).count() >= 3
    })
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

/// Whether a word is the address of a machine: IP version 6, or hardware.
fn is_machine(word: &str) -> bool {
    word.matches(':').count() >= 2
        && word
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '%' | '/' | '…'))
}

/// A word as it is compared: lower case, without marks around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
        .replace('’', "'")
}

/// Words that end a name.
const AFTER_NAME: [&str; 34] = [
    "and",
    "but",
    "i",
    "i'm",
    "im",
    "i've",
    "ive",
    "from",
    "so",
    "how",
    "what",
    "can",
    "could",
    "do",
    "does",
    "is",
    "a",
    "an",
    "the",
    "with",
    "who",
    "where",
    "when",
    "why",
    "please",
    "currently",
    "studying",
    "in",
    "at",
    "my",
    "here",
    "should",
    "any",
    "want",
];
/// Words after "I'm" that are no name even where "from" follows.
const NO_NAME: [&str; 19] = [
    "a",
    "an",
    "the",
    "not",
    "far",
    "away",
    "new",
    "here",
    "back",
    "just",
    "also",
    "still",
    "currently",
    "originally",
    "actually",
    "someone",
    "student",
    "fresh",
    "straight",
];

/// Marks names where somebody introduces themselves: "my name is X", "call me X", "I'm X from …", "this is X from …".
fn names(words: &[&str], gone: &mut [bool]) {
    let bare: Vec<String> = words.iter().map(|word| self::bare(word)).collect();
    let word = |at: usize| bare.get(at).map_or("", String::as_str);
    for at in 0..bare.len() {
        match (word(at), word(at + 1), word(at + 2)) {
            ("name", "is", _) | ("call", "me", _) => {
                mark(gone, at + 2, name_length(words, &bare, at + 2))
            }
            ("name's" | "regards" | "sincerely", ..) => {
                mark(gone, at + 1, name_length(words, &bare, at + 1))
            }
            ("name", ..) if words.get(at).is_some_and(|word| word.ends_with(':')) => {
                mark(gone, at + 1, name_length(words, &bare, at + 1))
            }
            ("i", "am", _) | ("this", "is", _) => {
                mark(gone, at + 2, introduced(words, &bare, at + 2))
            }
            ("i'm" | "im", ..) => mark(gone, at + 1, introduced(words, &bare, at + 1)),
            _ => {}
        }
    }
}

fn mark(gone: &mut [bool], from: usize, length: usize) {
    gone.iter_mut()
        .skip(from)
        .take(length)
        .for_each(|gone| *gone = true);
}

/// How many words from here on are a name: up to three, until one that goes on with the sentence.
fn name_length(words: &[&str], bare: &[String], from: usize) -> usize {
    let mut length = 0;
    for (word, bare) in words.iter().zip(bare).skip(from).take(3) {
        if AFTER_NAME.contains(&bare.as_str()) {
            break;
        }
        length += 1;
        if word.ends_with([',', '.', '!', '?', ';', ')']) {
            break;
        }
    }
    length
}

/// How many words from here on are a name before "from" or "here": one or two, or none.
fn introduced(words: &[&str], bare: &[String], from: usize) -> usize {
    let end = (1..=2).find(|length| {
        matches!(
            bare.get(from + length).map(String::as_str),
            Some("from" | "here" | "speaking")
        )
    });
    let is_name = |at: usize| {
        let (Some(word), Some(bare)) = (words.get(at), bare.get(at)) else {
            return false;
        };
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        !NO_NAME.contains(&bare.as_str())
            && (capital || !(bare.ends_with("ing") || bare.ends_with("ed")))
    };
    end.filter(|length| (from..from + length).all(is_name))
        .unwrap_or_default()
}

/// Marks street addresses and postcodes with letters.
fn addresses(words: &[&str], gone: &mut [bool]) {
    /// What ends the name of a street and nothing else.
    const STREETS: [&str; 8] = [
        "street",
        "avenue",
        "ave",
        "road",
        "rd",
        "boulevard",
        "blvd",
        "lane",
    ];
    /// What ends the name of a street where the words before it are names.
    const PERHAPS: [&str; 8] = [
        "st", "drive", "dr", "way", "court", "place", "square", "terrace",
    ];
    const GERMAN: [&str; 5] = ["straße", "strasse", "platz", "allee", "gasse"];
    let is_number = |word: &str| {
        word == GONE || word.starts_with(|c: char| c.is_numeric()) || word.starts_with('…')
    };
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    for (at, word) in words.iter().enumerate() {
        let bare = self::bare(word);
        let sure = STREETS.contains(&bare.as_str());
        if sure || PERHAPS.contains(&bare.as_str()) {
            let number = (1..=4)
                .filter_map(|back| at.checked_sub(back))
                .find(|at| words.get(*at).is_some_and(|word| is_number(word)));
            let between = |number: usize| words.get(number + 1..at).unwrap_or_default();
            match number {
                Some(number)
                    if sure
                        || (!between(number).is_empty()
                            && between(number).iter().all(is_capital)) =>
                {
                    mark(gone, number, at + 1 - number);
                }
                None if sure && is_capital(word) => mark(gone, at.saturating_sub(1), 2),
                _ => {}
            }
        }
        let next = words.get(at + 1).copied().unwrap_or_default();
        if (GERMAN.iter().any(|end| bare.ends_with(end)) || bare.ends_with("str"))
            && is_number(next)
        {
            mark(gone, at, 2);
        }
        if is_outward(word) && is_inward(next) {
            mark(gone, at, 2);
        }
    }
}

/// The first half of a British or Canadian postcode: `SW1A`, `K1A`.
fn is_outward(word: &str) -> bool {
    let length = word.chars().count();
    (2..=4).contains(&length)
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().any(|c| c.is_ascii_digit())
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// The second half: `1AA`, `0B1`.
fn is_inward(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() == 3
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().any(|c| c.is_ascii_uppercase())
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn becomes(text: &str, kept: &str) {
        assert_eq!(scrub(text).as_str(), kept, "of {text:?}");
    }

    #[test]
    fn what_could_tell_who_asked_goes() {
        becomes(
            "<@123456789012345678> how do i start <#12> <:wave:998877665544332211> <a:x:1> <t:1> </ask:5>?",
            "… how do i start … ?",
        );
        becomes(
            "mail me: ada.lovelace@example.org or ada (at) example (dot) org",
            "mail me: … or …",
        );
        becomes(
            "see https://example.org/me?x=1 and www.example.org, example.org/ada, ada.dev",
            "see … and …",
        );
        becomes(
            "call +49 (0) 170 / 123-4567 or (555) 123-4567 or 555.123.4567 now",
            "call … or … or … now",
        );
        becomes(
            "my id is 123456789012345678, student no 4711-0815",
            "my id is …, student no …",
        );
        becomes(
            "server 192.168.1.1 and 8.8.8.8 and fe80::1ff:fe23:4567:890a",
            "server … and … and …",
        );
        becomes(
            "token ghp_16C7e42F292c6912E7710c838347Ae178B4a and deadbeefcafe",
            "token … and …",
        );
        becomes(
            "why does `println!(\"x\")` and ```rust\nlet secret = 1;\n``` fail",
            "why does … and … fail",
        );
        becomes("an unclosed ```fn main", "an unclosed …");
        becomes("@ada and ada#1815 :wave_hi: hello", "… and … hello");
        becomes(
            "full width １２３４５６７ and 1\u{200b}2\u{200b}3\u{200b}4\u{200b}5",
            "full width … and …",
        );
    }

    #[test]
    fn who_introduces_themselves_stays_unnamed() {
        becomes(
            "My name is Ada Lovelace and i need a referral",
            "My name is … and i need a referral",
        );
        becomes(
            "my name's ada, how do i start",
            "my name's … how do i start",
        );
        becomes("I'm Ada from Berlin", "I'm … from Berlin");
        becomes("hi im ada from berlin", "hi im … from berlin");
        becomes("this is Ada Lovelace from IBM", "this is … from IBM");
        becomes("Name: Ada Lovelace", "Name: …");
        becomes("i am coming from a bootcamp", "i am coming from a bootcamp");
        becomes("i'm a student from berlin", "i'm a student from berlin");
    }

    #[test]
    fn where_somebody_lives_goes() {
        becomes(
            "i live at 221B Baker Street, London NW1 6XE is that far",
            "i live at … London … is that far",
        );
        becomes("Hauptstraße 12, 10115 Berlin", "… Berlin");
        becomes("12 Ocean Drive", "…");
    }

    #[test]
    fn what_a_question_needs_stays() {
        for text in [
            "how do i get a backend internship with no experience?",
            "is node.js or asp.net better in 2026, C++ or C#?",
            "do 3-4 projects suffice for a 12 week internship at $25/hr",
            "e.g. is a ph.d needed, i.e. after 2 years of AWS S3 and k8s",
            "is drive a good place to work",
            "front-end/back-end/full-stack roles",
        ] {
            becomes(text, text);
        }
    }

    /// What must never be kept.
    fn secret() -> impl Strategy<Value = String> {
        prop_oneof![
            "[1-9][0-9]{16,18}",
            "<@!?[1-9][0-9]{16,18}>",
            "\\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{4,7}",
            "\\([0-9]{3}\\) [0-9]{3}-[0-9]{4}",
            "[a-z]{3,8}\\.[a-z]{3,8}@[a-z]{3,8}\\.(com|org|de)",
            "https?://[a-z]{3,9}\\.(com|dev)/[a-z]{3,9}",
            "(10|192)\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
            "[A-Za-z0-9]{24}\\.[A-Za-z0-9]{6}\\.[A-Za-z0-9_]{27}",
            "[0-9a-f]{32}",
        ]
    }

    proptest! {
        #[test]
        fn no_secret_survives(before in "[a-zA-Z ,.?!]{0,60}", secret in secret(), after in "[a-zA-Z ,.?!]{0,60}") {
            let kept = scrub(&format!("{before} {secret} {after}"));
            prop_assert!(!kept.as_str().contains(&secret), "{:?}", kept);
            for part in secret.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() >= 12) {
                prop_assert!(!kept.as_str().contains(part), "{part} in {:?}", kept);
            }
        }

        #[test]
        fn of_anything_little_is_left_and_nothing_more_goes(text in "\\PC{0,600}") {
            let kept = scrub(&text);
            prop_assert!(kept.as_str().chars().count() <= MOST);
            prop_assert!(!kept.as_str().contains('@') && !kept.as_str().contains("://"));
            let mut digits = 0;
            for c in kept.as_str().chars() {
                digits = if c.is_numeric() { digits + 1 } else { 0 };
                prop_assert!(digits < DIGITS, "{:?}", kept);
            }
        }
    }
}
