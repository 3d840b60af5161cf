//! A question as an encoder should read it.

use std::borrow::Cow;

use super::Index;
use crate::text;

impl Index {
    /// A question with its misspelt words, which an encoder takes apart into pieces that mean nothing, corrected to words of
    /// the guide, and everything else as it was typed. A word with a vector of its own stays as it is, unless the guide's
    /// examples misspell a word in the same way.
    pub fn corrected<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let stays = |typed: &str| self.meanings.has(typed) && !self.analyzer.is_misspelling(typed);
        let mut corrections = self.analyzer.read(text).corrections;
        corrections.retain(|(typed, _)| !stays(typed));
        if corrections.is_empty() {
            return Cow::Borrowed(text);
        }
        let is_sign = |c: char| !c.is_alphanumeric();
        let mut whole = String::with_capacity(text.len() + 8);
        for piece in text.split_inclusive(is_sign) {
            let (word, sign) = piece.split_at(piece.trim_end_matches(is_sign).len());
            let words = text::words(word);
            let correction = corrections
                .iter()
                .find(|(typed, _)| words == [typed.as_str()]);
            whole.push_str(correction.map_or(word, |(_, right)| right));
            whole.push_str(sign);
        }
        Cow::Owned(whole)
    }
}
