//! What an FAQ says, in whatever form it is written.

use crate::knowledge::format::Located;
use crate::text::one_line;

/// A question of an FAQ.
pub(super) struct FaqEntry {
    pub question: Located<String>,
    pub answer: Located<String>,
    pub links: Vec<FaqLink>,
    /// Its category, if it has one.
    pub category: Option<String>,
}

/// A link in an answer.
pub(super) struct FaqLink {
    /// What it is called; empty for a bare address.
    pub name: String,
    pub url: Located<String>,
    /// Its description; may be empty.
    pub description: String,
}

/// What an FAQ says.
#[derive(Default)]
pub(super) struct Faq {
    pub name: Option<String>,
    pub entries: Vec<FaqEntry>,
}

impl FaqEntry {
    /// The same without the marks by which FAQs number and name their parts.
    pub(super) fn tidied(mut self) -> Self {
        self.question.value = one_line(unnumbered(&self.question.value));
        let answer = self.answer.value.trim();
        let unmarked = answer.strip_prefix("A:").or(answer.strip_prefix("a:"));
        self.answer.value = unmarked.map_or(answer, str::trim).to_owned();
        self
    }
}

/// A question without a prefix such as "Q:", "Q3." or "12)".
fn unnumbered(question: &str) -> &str {
    let question = question.trim();
    let rest = question.strip_prefix(['Q', 'q']).unwrap_or(question);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let unmarked = rest.strip_prefix([':', '.', ')']);
    unmarked
        .filter(|unmarked| rest.len() < question.len() && unmarked.starts_with(char::is_whitespace))
        .map_or(question, str::trim)
}
