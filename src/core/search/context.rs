//! How much the previous question counts in a conversation.

use super::analyzer::AnalyzedText;

/// Words that begin a follow-up question.
const LINKING: [&str; 9] = [
    "and", "or", "but", "what", "ok", "so", "then", "any", "also",
];
/// Words that stand for something said before.
const REFERRING: [&str; 12] = [
    "it", "that", "them", "they", "one", "ones", "those", "this", "there", "instead", "else", "too",
];

/// How much the previous question counts; `None` if this one says enough by itself.
pub(super) fn share_of_previous(question: &AnalyzedText) -> Option<f32> {
    let words = &question.words;
    let mut texts = words.iter().map(|word| word.text.as_ref());
    let refers = texts
        .clone()
        .next()
        .is_some_and(|first| LINKING.contains(&first))
        || texts.any(|word| REFERRING.contains(&word));
    match question.content_words().count() {
        0..=2 => Some(0.6),
        3..=4 if refers => Some(0.5),
        3..=4 => Some(0.3),
        5..=8 if refers => Some(0.2),
        _ => None,
    }
}
