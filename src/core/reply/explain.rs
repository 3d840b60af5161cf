//! Explains an answer: how the question was read, where the scores came from, and what decided.

use crate::answer::{Answer, Outcome};
use crate::knowledge::KnowledgeBase;
use crate::search::{Candidate, Explanation, Gain};
use crate::text::cut;

use super::{Reply, escape};

/// The maximum number of candidates in a message, which is read on a phone.
const MAX_CANDIDATES: usize = 3;
/// The maximum number of score components in a message.
const MAX_PARTS: usize = 3;
/// How many characters of a question are repeated.
const QUOTED: usize = 200;
/// Parts of a score below this are noise.
const NOISE: f32 = 0.05;

/// How a question was read: corrections, unknown words and synonyms.
pub fn how_read(explanation: &Explanation) -> Vec<String> {
    let corrected = explanation
        .corrections
        .iter()
        .map(|(typed, meant)| format!("corrected: {typed} → {meant}"));
    let list = |what: &str, words: &[String]| {
        (!words.is_empty()).then(|| format!("{what}: {}", words.join(", ")))
    };
    let unknown = list("words not in the guide", &explanation.unknown);
    corrected
        .chain(unknown)
        .chain(list("synonym groups", &explanation.groups))
        .collect()
}

/// The evidence for leaving the question alone, and how close the nearest phrasing is.
pub fn what_is_near(knowledge: &KnowledgeBase, explanation: &Explanation) -> Vec<String> {
    let found = &explanation.found;
    let out_of_scope = found
        .out_of_scope
        .and_then(|(kind, score)| Some((knowledge.out_of_scope().get(kind)?, score)));
    let out_of_scope = out_of_scope
        .map(|(kind, score)| format!("nearest out-of-scope kind: {} {score:.1}", kind.id));
    let nearest = format!(
        "best topic's nearest phrasing: {:.2} similar; nearest example out of scope: {:.2}",
        found.nearest, found.nearest_out_of_scope
    );
    out_of_scope.into_iter().chain([nearest]).collect()
}

/// What was decided, and why.
pub fn outcome(answer: &Answer) -> String {
    let outcome = match answer.outcome {
        Outcome::Answer => "answer",
        Outcome::Suggest => "suggest",
        Outcome::None => "none",
    };
    format!("Outcome: {outcome} ({})", answer.reason)
}

/// The components of a score, without those that make no difference.
pub fn parts(candidate: &Candidate) -> String {
    gains(
        candidate
            .parts
            .iter()
            .filter(|gain| gain.points.abs() >= NOISE),
    )
}

/// The words that matter most.
pub fn words(candidate: &Candidate) -> String {
    gains(candidate.words.iter())
}

fn gains<'a>(gains: impl Iterator<Item = &'a Gain>) -> String {
    gains
        .map(|gain| format!("{} {:+.1}", gain.what, gain.points))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A message that explains an answer.
pub fn explain(
    knowledge: &KnowledgeBase,
    question: &str,
    explanation: &Explanation,
    answer: &Answer,
) -> Reply {
    let quote = format!("> {}", escape(&cut(question, QUOTED)));
    let read: Vec<String> = how_read(explanation)
        .iter()
        .map(|line| format!("- {}", escape(line)))
        .collect();
    let candidates = explanation
        .candidates
        .iter()
        .take(MAX_CANDIDATES)
        .enumerate();
    let candidates: Vec<String> = candidates
        .filter_map(|(at, candidate)| self::candidate(knowledge, at + 1, candidate))
        .collect();
    let near: Vec<String> = what_is_near(knowledge, explanation)
        .iter()
        .map(|line| format!("- {}", escape(line)))
        .collect();
    let blocks = [
        ("How I read it", read),
        ("Where the scores come from", candidates),
        ("What else counts", near),
    ];
    let blocks = blocks.into_iter().filter(|(_, lines)| !lines.is_empty());
    let blocks = blocks.map(|(heading, lines)| format!("**{heading}**\n{}", lines.join("\n")));
    let decided = format!("{quote}\n**{}**", outcome(answer));
    Reply {
        title: "Why this answer".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: [decided]
            .into_iter()
            .chain(blocks)
            .collect::<Vec<_>>()
            .join("\n\n"),
        ..Reply::default()
    }
    .within_limits()
}

fn candidate(knowledge: &KnowledgeBase, number: usize, candidate: &Candidate) -> Option<String> {
    let (topic, section) = candidate.place.find(knowledge)?;
    let mut most: Vec<&Gain> = candidate
        .parts
        .iter()
        .filter(|gain| gain.points.abs() >= NOISE)
        .collect();
    most.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    let head = format!(
        "{number}. {} › {}: **{:.1}**",
        escape(&topic.title),
        escape(&section.heading),
        candidate.place.score
    );
    let words = gains(candidate.words.iter().take(MAX_PARTS));
    let words = if words.is_empty() {
        words
    } else {
        format!("\n   strongest words: {}", escape(&words))
    };
    Some(format!(
        "{head}\n   {}{words}",
        escape(&gains(most.into_iter().take(MAX_PARTS)))
    ))
}
