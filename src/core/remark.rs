//! Messages to the bot that are not questions: a response to what it has just said, thanks, or the beginning of a
//! sentence. Pure.
//!
//! A message must consist of nothing else to count: "no" is a remark, "no experience" is a question.

/// A message to the bot that is not a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// A rejection of what was offered or answered.
    No,
    /// Agreement.
    Yes,
    /// One of the candidates offered, counted from zero.
    Pick(usize),
    /// The last of the candidates offered.
    PickLast,
    /// Thanks, or a sign of approval.
    Thanks,
    /// A question about who is behind the bot.
    WhoMadeYou,
    /// Nothing but the beginning of a question, or the subject of the whole guide.
    Unfinished,
}

#[rustfmt::skip]
const NO: &[&str] = &[
    "no", "nope", "nah", "no thanks", "not really", "none", "neither", "none of them", "none of these", "none of those",
    "none of the above", "neither of them", "neither of these", "neither of those", "neither one", "none of these help",
    "none of those help", "none of them help", "none fit", "none fits", "not these", "not those", "not that", "not it",
    "not this", "thats not it", "that isnt it", "this isnt it", "not what i meant", "thats not what i meant",
    "not what i asked", "thats not what i asked", "wrong", "wrong one", "wrong answer", "thats wrong", "something else",
    "not helpful", "not very helpful", "thats not helpful", "not useful", "that didnt help", "this didnt help", "didnt help",
    "that doesnt help", "this doesnt help", "doesnt help", "useless",
];
#[rustfmt::skip]
const YES: &[&str] = &[
    "yes", "yep", "yeah", "yup", "sure", "correct", "exactly", "right", "thats it", "that one", "this one", "yes that",
    "both", "both of them", "all of them", "all of these", "all of those",
];
#[rustfmt::skip]
const THANKS: &[&str] = &[
    "thanks", "thank you", "thx", "ty", "tysm", "thanks a lot", "thank you so much", "thanks so much", "many thanks", "cool",
    "ok", "okay", "k", "great", "great answer", "good answer", "nice", "nice one", "perfect", "awesome", "amazing", "got it",
    "i see", "makes sense", "that makes sense", "good to know", "interesting", "helpful", "very helpful", "that helped",
    "that helps", "this helps", "love it", "love this", "good bot", "np", "no problem", "noted",
];
#[rustfmt::skip]
const WHO_MADE_YOU: &[&str] = &[
    "who made you", "who built you", "who created you", "who wrote you", "who programmed you", "who runs you",
    "who owns you", "who is your creator", "whos your creator", "who are you", "what are you", "what is your name",
    "whats your name", "are you there", "you there", "are you chatgpt", "are you chat gpt", "are you gpt", "are you real",
];
/// Words that change nothing before or after one of the above.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "no", "nope", "nah", "yes", "yep", "yeah", "ok", "okay", "oh", "ah", "um", "well", "lol", "haha", "please", "pls", "plz",
    "thanks", "thx", "ty", "sorry", "though", "tho", "cool", "great", "bro", "man", "mate", "dude", "bot",
];
const LAST: &[&str] = &["last", "bottom"];
const ORDINALS: [&[&str]; 6] = [
    &["first", "1st", "1", "one", "top"],
    &["second", "2nd", "2", "two"],
    &["third", "3rd", "3", "three"],
    &["fourth", "4th", "4", "four"],
    &["fifth", "5th", "5", "five"],
    &["sixth", "6th", "6", "six"],
];
/// Words that may surround an ordinal.
#[rustfmt::skip]
const AROUND: &[&str] = &[
    "the", "one", "please", "pls", "plz", "thanks", "number", "option", "no", "yes", "ok", "i", "id", "ill", "mean", "meant",
    "want", "like", "would", "take", "pick", "choose", "give", "show", "open", "me", "lets", "go", "with", "answer",
];
/// Words that say nothing on their own, however many there are.
#[rustfmt::skip]
const EMPTY: &[&str] = &[
    "how", "hw", "do", "does", "did", "i", "im", "am", "what", "whats", "is", "are", "a", "an", "the", "why", "when", "where",
    "who", "which", "can", "cant", "could", "should", "would", "will", "to", "you", "me", "my", "for", "in", "on", "of",
    "about", "and", "or", "if", "it", "be", "have", "get", "want", "wanna", "need", "dont", "just", "so", "like", "feel",
    "think", "hate", "know", "idk", "tell", "explain", "life", "internship", "internships", "intern", "question", "please",
    "help",
];
const APPROVAL: &[char] = &[
    '👍', '👌', '🙏', '❤', '♥', '😊', '😀', '😃', '😄', '🙂', '🥰', '🎉', '🙌', '👏', '✅', '💯',
    '🔥', '🤝', '💪', '😂', '🤣', '😅', '😁', '😍', '🤩', '✨', '⭐', '💖',
];
const REFUSAL: &[char] = &['👎', '❌', '🚫'];
/// The maximum length of a remark; longer messages say more.
const MAX_WORDS: usize = 6;

/// The remark that a message is, if it is not a question.
pub fn read(text: &str) -> Option<Remark> {
    let plain: String = without_custom_emoji(text)
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.is_empty() {
        return if text.contains(REFUSAL) {
            Some(Remark::No)
        } else if text.contains(APPROVAL) {
            Some(Remark::Thanks)
        } else {
            text.contains("<:").then_some(Remark::Unfinished)
        };
    }
    if words.len() > MAX_WORDS {
        return None;
    }
    let shortened: Vec<&str> = words.iter().map(|word| without_drawl(word)).collect();
    response(&words)
        .or_else(|| response(&shortened))
        .or_else(|| pick(&words))
        .or_else(|| {
            let is_letter = |word: &str| word.len() == 1 && !text.contains(['+', '#']);
            let is_empty = |word: &&str| EMPTY.contains(word) || is_letter(word);
            words.iter().all(is_empty).then_some(Remark::Unfinished)
        })
}

/// What these words say in response, as they stand or without the fillers around them.
fn response(words: &[&str]) -> Option<Remark> {
    let is_filler = |word: &&str| FILLERS.contains(word);
    let from = words.iter().take_while(|word| is_filler(word)).count();
    let after = words
        .iter()
        .rev()
        .take_while(|word| is_filler(word))
        .count();
    let core = words.get(from..words.len().saturating_sub(after));
    let mut readings = vec![words.join(" ")];
    match core {
        Some(core) if !core.is_empty() => readings.push(core.join(" ")),
        // "no sorry": nothing but fillers.
        _ => readings.extend(words.iter().map(|word| (*word).to_owned())),
    }
    let lists = [
        (NO, Remark::No),
        (YES, Remark::Yes),
        (THANKS, Remark::Thanks),
        (WHO_MADE_YOU, Remark::WhoMadeYou),
    ];
    readings.iter().find_map(|said| {
        let mut lists = lists.iter();
        lists
            .find(|(known, _)| known.contains(&said.as_str()))
            .map(|(_, remark)| *remark)
    })
}

/// A word whose last letter is not drawn out: "tyyy" is "ty".
fn without_drawl(word: &str) -> &str {
    let last = word.chars().next_back().unwrap_or_default();
    let stem = word.trim_end_matches(last);
    word.get(..stem.len() + last.len_utf8()).unwrap_or(word)
}

/// A message without the emoji of its server, such as `<:party:123>`.
fn without_custom_emoji(text: &str) -> String {
    let mut pieces = text.split('<');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = match piece.split_once('>') {
            Some((name, rest)) if name.starts_with([':', 'a']) && name.contains(':') => rest,
            _ => piece,
        };
        plain.push(' ');
        plain.push_str(rest);
    }
    plain
}

/// Which one is meant by "the second one", "2" or "the last one".
fn pick(words: &[&str]) -> Option<Remark> {
    let number_of = |word: &&str| ORDINALS.iter().position(|names| names.contains(word));
    // "the second one": "one" only counts as a number if there is no other.
    let ordinal = words
        .iter()
        .find(|word| **word != "one" && (number_of(word).is_some() || LAST.contains(word)));
    let ordinal = ordinal.or_else(|| words.iter().find(|word| **word == "one"))?;
    let is_around = |word: &&str| word == ordinal || AROUND.contains(word);
    let remark = number_of(ordinal).map_or(Remark::PickLast, Remark::Pick);
    words.iter().all(is_around).then_some(remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_are_not_questions() {
        let rows: &[(Remark, &[&str])] = &[
            (
                Remark::No,
                &[
                    "no",
                    "noooo",
                    "no sorry",
                    "None of those.",
                    "nope, none of those",
                    "none of the above",
                    "not helpful",
                    "that’s not it",
                    "👎",
                ],
            ),
            (
                Remark::Yes,
                &["yes", "Yes please!", "that's it", "yes that one", "both"],
            ),
            (
                Remark::Pick(0),
                &["the first one", "1", "first please", "1st"],
            ),
            (
                Remark::Pick(1),
                &[
                    "the second one",
                    "2",
                    "#2",
                    "number 2",
                    "i mean the second",
                    "the 2nd one pls",
                    "i want the second one",
                    "pick 2",
                ],
            ),
            (Remark::Pick(2), &["3rd", "show me the third one"]),
            (Remark::PickLast, &["the last one", "last one please"]),
            (
                Remark::Thanks,
                &[
                    "thanks!",
                    "ok cool",
                    "oh okay",
                    "ah i see",
                    "okk",
                    "tyyy",
                    "great answer",
                    "ok makes sense, thanks",
                    "👍",
                    "👍🏽",
                    "❤️",
                    "😂",
                ],
            ),
            (
                Remark::WhoMadeYou,
                &["who made you?", "who are you", "are you there?"],
            ),
            (
                Remark::Unfinished,
                &[
                    "how do i",
                    "what",
                    "internship?",
                    "c",
                    "i want to",
                    "i just want",
                    "idk",
                    "my life",
                    "<:party:123>",
                ],
            ),
        ];
        for (remark, texts) in rows {
            for text in *texts {
                assert_eq!(read(text), Some(*remark), "{text}");
            }
        }
    }

    #[test]
    fn messages_that_are_questions() {
        for text in [
            "no experience",
            "how do i negotiate",
            "resume",
            "is one page enough",
            "first internship",
            "what about the second round",
            "not what i expected from an internship",
            "no thanks to the recruiter",
            "i want to die",
            "last internship",
            "thanks, and how long should it be",
            "c++",
            "简历怎么写",
            "?!",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
