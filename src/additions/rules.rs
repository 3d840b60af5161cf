//! What moderators may add: the guide's rules ([`knowledge::check()`]) and a few more, because nobody reviews it: no
//! invitations, no unsafe links, and no answers of their own on legal matters.

use jiff::civil::Date;

use super::form::sources;
use super::{AdditionError, LONGEST_QUESTION, Lesson, LessonReply};
use crate::answer::Outcome;
use crate::guide::Guide;
use crate::knowledge::{self, Severity, Stakes};
use crate::search::Question;
use crate::text;

/// Words that make a question a legal one.
#[rustfmt::skip]
const LEGAL: [&str; 26] = [
    "visa", "visas", "h1b", "cpt", "immigration", "deported", "tax", "taxes", "taxed", "taxation", "legal", "legally",
    "illegal", "lawsuit", "sue", "sued", "lawyer", "attorney", "discrimination", "discriminated", "discriminate",
    "discriminates", "noncompete", "cit", "brp", "tn1",
];

/// The same for two words in a row.
const LEGAL_PAIRS: [[&str; 2]; 8] = [
    ["work", "permit"],
    ["work", "authorization"],
    ["work", "authorisation"],
    ["minimum", "wage"],
    ["non", "compete"],
    ["employment", "contract"],
    ["employment", "law"],
    ["labor", "law"],
];

/// How invitations to other servers begin.
const INVITATIONS: [&str; 4] = [
    "discord.gg/",
    "discord.com/invite/",
    "discordapp.com/invite/",
    "dsc.gg/",
];

/// Whether a lesson may be shown to students of a server.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(lesson: &Lesson, guide: &Guide) -> Result<(), AdditionError> {
    if lesson.questions.is_empty() {
        return Err(AdditionError::Wordless);
    }
    let LessonReply::Own { text, link } = &lesson.reply else {
        return Ok(());
    };
    let lengths = lesson
        .questions
        .iter()
        .map(|question| text::length(question));
    if let Some(length) = lengths.max().filter(|length| *length > LONGEST_QUESTION) {
        return Err(AdditionError::Rule(format!(
            "a question has {length} characters, but the limit is {LONGEST_QUESTION}"
        )));
    }
    let mut texts = lesson.questions.iter().chain([text]).chain(link);
    if texts.any(|text| invites(text)) {
        return Err(AdditionError::Invitation);
    }
    if has_unsafe_link(text) {
        return Err(AdditionError::Link);
    }
    if text.matches("```").count() % 2 != 0 {
        return Err(AdditionError::CodeBlock);
    }
    let checked = knowledge::check(&sources(lesson), Date::ZERO);
    let mut errors = checked.problems.iter();
    if let Some(problem) = errors.find(|problem| problem.severity == Severity::Error) {
        let rule = format!("{}. {}", problem.message, problem.help);
        return Err(AdditionError::Rule(rule.trim_end_matches('.').to_owned()));
    }
    if lesson
        .questions
        .iter()
        .any(|question| is_legal(guide, question))
    {
        return Err(AdditionError::Law);
    }
    Ok(())
}

fn invites(text: &str) -> bool {
    let text = text.to_lowercase();
    INVITATIONS.iter().any(|start| text.contains(start))
}

/// Whether Markdown has a link that does not begin with `https://`.
fn has_unsafe_link(text: &str) -> bool {
    let text = text.to_lowercase();
    let named = text.split("](").skip(1);
    let mut targets = named.map(|target| target.trim_start_matches(['<', ' ']));
    let mut schemes = text.split("://").map(|before| {
        before
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
    });
    // What follows the last "://" is no scheme.
    let count = text.matches("://").count();
    targets.any(|target| !target.starts_with("https://"))
        || schemes.by_ref().take(count).any(|scheme| scheme != "https")
}

/// Whether a question is a legal one: by its words, or because the guide is sure that it belongs to a legal section.
fn is_legal(guide: &Guide, question: &str) -> bool {
    let words = text::words(question);
    let has_word = words.iter().any(|word| LEGAL.contains(&word.as_str()));
    let has_pair = words
        .windows(2)
        .any(|pair| LEGAL_PAIRS.iter().any(|legal| pair == legal));
    has_word || has_pair || is_answered_by_law(guide, question)
}

fn is_answered_by_law(guide: &Guide, question: &str) -> bool {
    let answer = guide.answer(&Question::new(question));
    let best = answer.matches.first();
    answer.outcome == Outcome::Answer
        && best
            .and_then(|best| best.find(&guide.knowledge))
            .is_some_and(|(_, section)| section.stakes == Stakes::Legal)
}
