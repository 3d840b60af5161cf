//! Names for what is new in a guide.

use std::collections::BTreeSet;

use super::limits::MAX_ID;
use crate::text;

/// Room for a hyphen and a number if a name is taken.
const NUMBER: usize = 3;

/// A new unique id, made from a text's meaningful words, or from `otherwise` if none of them can be used in an id.
pub fn new_id(
    text: &str,
    stop_words: &[String],
    otherwise: &str,
    taken: &BTreeSet<String>,
) -> String {
    let words = text::words(text).into_iter().map(|word| {
        word.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
    });
    let mut id = String::new();
    for word in words.filter(|word| !word.is_empty() && !stop_words.contains(word)) {
        if id.len() + word.len() + 1 > MAX_ID - NUMBER {
            break;
        }
        id = if id.is_empty() {
            word
        } else {
            format!("{id}-{word}")
        };
    }
    if id.is_empty() {
        id = otherwise.to_owned();
    }
    let numbered = std::iter::once(id.clone()).chain((2..).map(|number| format!("{id}-{number}")));
    numbered
        .into_iter()
        .find(|id| !taken.contains(id))
        .unwrap_or(id)
}
