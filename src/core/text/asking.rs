//! Which sentences of a message ask something.

use super::words;

/// The most words that people type into a search box; more without a verb are a story in note form.
const LONGEST_SEARCH: usize = 9;
/// Words that make a question wherever they are.
const ASKING: [&str; 8] = [
    "how", "what", "why", "when", "where", "which", "wat", "wich",
];
/// Words that make a question if a sentence begins with them.
#[rustfmt::skip]
const OPENING: [&str; 37] = [
    "who", "whose", "is", "are", "am", "was", "do", "does", "did", "can", "could", "should", "would", "will", "may", "has", "have",
    "any", "anyone", "anybody", "need", "looking", "help", "tips", "advice", "best", "wondering", "explain", "tell", "recommend",
    "suggest", "y", "shoud", "shud", "ways", "must", "worth",
];
/// Small words that may come before.
const LEADING: [&str; 14] = [
    "so", "hey", "hi", "hello", "ok", "okay", "and", "but", "also", "well", "please", "pls", "btw",
    "or",
];
/// Verbs that stand before their subject in a question …
#[rustfmt::skip]
const VERBS: [&str; 21] = [
    "am", "is", "are", "was", "were", "do", "does", "did", "can", "could", "should", "shoud", "shuold", "shud", "would", "will", "may",
    "must", "have", "has", "r",
];
/// … and subjects that follow them. Not "that" and "my": "the thing is that", "this is my".
const SUBJECTS: [&str; 9] = [
    "i", "we", "you", "u", "it", "they", "there", "anyone", "any",
];
/// Words of someone telling something. Without any of them, a few words are a search.
#[rustfmt::skip]
const TELLING: [&str; 35] = [
    "i", "me", "my", "we", "us", "our", "you", "your", "u", "ur", "he", "she", "they", "it", "am", "is", "are", "was", "were", "be",
    "have", "has", "had", "got", "did", "will", "would", "thanks", "thank", "thx", "lol", "lmao", "haha", "wow", "just",
];
/// Words of someone who wants an opinion.
#[rustfmt::skip]
const WANTING: [&str; 13] = [
    "vs", "versus", "tips", "advice", "ideas", "suggestions", "recommendations", "thoughts", "worth", "normal", "legit", "meaning",
    "chance",
];
/// Words of someone who got one.
const THANKING: [&str; 4] = ["thanks", "thank", "thx", "ty"];

/// Splits a message into its sentences, in order, without empty ones.
///
/// ```
/// let sentences: Vec<_> = internbot_core::text::sentences("i got an offer. should i take it? thanks").collect();
/// assert_eq!(sentences, ["i got an offer.", "should i take it?", "thanks"]);
/// ```
pub fn sentences(message: &str) -> impl Iterator<Item = &str> {
    let mut ended = false;
    message
        .split_inclusive(move |c: char| {
            let ends = c == '\n' || (ended && c.is_whitespace());
            ended = matches!(c, '.' | '!' | '?' | ';');
            ends
        })
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
}

/// Whether a sentence asks something: it ends with a question mark, has a word or the word order of a question, begins as
/// requests do, or names a thing and says nothing of it, as people type into a search box.
///
/// ```
/// use internbot_core::text::asks;
/// assert!(asks("how do people find a mentor"));
/// assert!(asks("they wrote back after a month, should i answer"));
/// assert!(asks("cover letter length"));
/// assert!(!asks("my mentor is great"));
/// ```
pub fn asks(sentence: &str) -> bool {
    let words = words(sentence);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let first = words.iter().find(|word| !LEADING.contains(&word.as_str()));
    let inverted = words.windows(2).any(|pair| match pair {
        [verb, subject] => VERBS.contains(&verb.as_str()) && SUBJECTS.contains(&subject.as_str()),
        _ => false,
    });
    sentence.contains('?')
        || has(&ASKING)
        || first.is_some_and(|word| OPENING.contains(&word.as_str()))
        || inverted
        || (2..=LONGEST_SEARCH).contains(&words.len()) && !has(&TELLING)
        || has(&WANTING) && !has(&THANKING)
}
