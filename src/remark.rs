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
    /// Thanks, or a sign of approval.
    Thanks,
    /// A question about who is behind the bot.
    WhoMadeYou,
    /// Nothing but the beginning of a question, or the subject of the whole guide.
    Unfinished,
}

#[rustfmt::skip]
const NO: &[&str] = &[
    "no", "nope", "nah", "no thanks", "not really", "none", "neither", "none of them", "none of these",
    "none of those", "not these", "not those", "not that", "not it", "not this", "thats not it", "not what i meant",
    "thats not what i meant", "wrong", "no thats wrong",
];
#[rustfmt::skip]
const YES: &[&str] = &[
    "yes", "yep", "yeah", "yup", "yes please", "sure", "correct", "exactly", "right", "thats it", "that one",
    "this one", "yes that", "yes that one",
];
#[rustfmt::skip]
const THANKS: &[&str] = &[
    "thanks", "thank you", "thx", "ty", "tysm", "thanks a lot", "thank you so much", "many thanks", "cool", "ok",
    "okay", "ok cool", "ok thanks", "cool thanks", "great", "great thanks", "nice", "perfect", "awesome", "got it",
    "got it thanks", "k",
];
#[rustfmt::skip]
const WHO_MADE_YOU: &[&str] = &[
    "who made you", "who built you", "who created you", "who wrote you", "who programmed you", "who runs you",
    "who owns you",
];
const ORDINALS: [&[&str]; 6] = [
    &["first", "1st", "1", "one", "top"],
    &["second", "2nd", "2", "two"],
    &["third", "3rd", "3", "three"],
    &["fourth", "4th", "4", "four"],
    &["fifth", "5th", "5", "five"],
    &["sixth", "6th", "6", "six"],
];
/// Words that may surround an ordinal.
const AROUND: &[&str] = &[
    "the", "one", "please", "number", "option", "no", "yes", "i", "mean", "meant", "take", "show",
    "me", "answer",
];
/// Words that say nothing on their own, however many there are.
#[rustfmt::skip]
const EMPTY: &[&str] = &[
    "how", "do", "does", "did", "i", "what", "whats", "is", "are", "a", "an", "the", "why", "when", "where", "who",
    "which", "can", "could", "should", "would", "will", "to", "you", "me", "my", "for", "in", "on", "of", "about",
    "and", "or", "if", "it", "internship", "internships", "intern", "question", "please", "help",
];
const APPROVAL: &[char] = &[
    '👍', '👌', '🙏', '❤', '♥', '😊', '😀', '😃', '😄', '🙂', '🥰', '🎉', '🙌', '👏', '✅', '💯',
    '🔥', '🤝', '💪',
];
const REFUSAL: &[char] = &['👎', '❌', '🚫'];
/// The maximum length of a remark; longer messages say more.
const MAX_WORDS: usize = 6;

/// The remark that a message is, if it is not a question.
pub fn read(text: &str) -> Option<Remark> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.is_empty() {
        return if text.contains(REFUSAL) {
            Some(Remark::No)
        } else {
            text.contains(APPROVAL).then_some(Remark::Thanks)
        };
    }
    if words.len() > MAX_WORDS {
        return None;
    }
    let said = words.join(" ");
    let is_one_of = |known: &[&str]| known.contains(&said.as_str());
    let whole = [
        (NO, Remark::No),
        (YES, Remark::Yes),
        (THANKS, Remark::Thanks),
        (WHO_MADE_YOU, Remark::WhoMadeYou),
    ];
    if let Some((_, remark)) = whole.into_iter().find(|(known, _)| is_one_of(known)) {
        return Some(remark);
    }
    pick(&words).map(Remark::Pick).or_else(|| {
        let is_letter = |word: &str| word.len() == 1 && !text.contains(['+', '#']);
        let is_empty = |word: &&str| EMPTY.contains(word) || is_letter(word);
        words.iter().all(is_empty).then_some(Remark::Unfinished)
    })
}

/// Which one is meant by "the second one" or "2".
fn pick(words: &[&str]) -> Option<usize> {
    let number_of = |word: &&str| ORDINALS.iter().position(|names| names.contains(word));
    // "the second one": "one" only counts as a number if there is no other.
    let ordinal = words
        .iter()
        .find(|word| **word != "one" && number_of(word).is_some());
    let ordinal = ordinal.or_else(|| words.iter().find(|word| **word == "one"))?;
    let is_around = |word: &&str| word == ordinal || AROUND.contains(word);
    words.iter().all(is_around).then(|| number_of(ordinal))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_are_not_questions() {
        let rows: &[(Remark, &[&str])] = &[
            (Remark::No, &["no", "None of those.", "that’s not it", "👎"]),
            (Remark::Yes, &["yes", "Yes!", "that's it"]),
            (
                Remark::Pick(0),
                &["the first one", "1", "first please", "1st"],
            ),
            (
                Remark::Pick(1),
                &["the second one", "2", "number 2", "i mean the second"],
            ),
            (Remark::Pick(2), &["3rd", "show me the third one"]),
            (Remark::Thanks, &["thanks!", "ok cool", "👍", "👍🏽", "❤️"]),
            (Remark::WhoMadeYou, &["who made you?"]),
            (
                Remark::Unfinished,
                &["how do i", "what", "internship?", "c"],
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
