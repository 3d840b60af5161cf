//! Names and street addresses, by the words around them.

/// Marks what was removed.
pub(super) const GONE: &str = "…";

/// A word for comparison: lower case, without punctuation around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
        .replace('’', "'")
}

/// Words that end a name.
#[rustfmt::skip]
const AFTER_NAME: [&str; 34] = [
    "and", "but", "i", "i'm", "im", "i've", "ive", "from", "so", "how", "what", "can", "could", "do", "does", "is", "a",
    "an", "the", "with", "who", "where", "when", "why", "please", "currently", "studying", "in", "at", "my", "here",
    "should", "any", "want",
];

/// Words after "I'm" that are not names, even if "from" follows.
#[rustfmt::skip]
const NO_NAME: [&str; 19] = [
    "a", "an", "the", "not", "far", "away", "new", "here", "back", "just", "also", "still", "currently", "originally",
    "actually", "someone", "student", "fresh", "straight",
];

/// Marks names where someone introduces themselves: "my name is X", "call me X", "I'm X from …", "this is X from …".
pub(super) fn mark_names(words: &[&str], gone: &mut [bool]) {
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

/// How many words from here on are a name: up to three, until one that continues the sentence.
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
pub(super) fn mark_addresses(words: &[&str], gone: &mut [bool]) {
    /// Words that only ever end a street name.
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
    /// Words that end a street name if the words before them are names.
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
