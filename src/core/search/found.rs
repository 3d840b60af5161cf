//! What a search found.

use super::classifier::exp;
use crate::knowledge::{KnowledgeBase, Section, Topic};

/// The most matches that a search returns.
pub const MAX_MATCHES: usize = 5;

/// A section that may answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Which topic of the knowledge base, by position.
    pub topic: usize,
    /// Which section of the topic, by position.
    pub section: usize,
    /// The logit of the topic above the mean of all: about 0 for a topic that has nothing to do with the question, 5 to
    /// 20 for one that has.
    pub score: f32,
    /// How much of it the topic's nearest examples in meaning add.
    pub meant: f32,
}

impl Match {
    /// The topic and the section, in the knowledge base that was searched.
    pub fn find<'a>(&self, knowledge: &'a KnowledgeBase) -> Option<(&'a Topic, &'a Section)> {
        knowledge.section_at(self.topic, self.section)
    }
}

/// What a search found, and the evidence for and against it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// One match for each topic, best first, at most [`MAX_MATCHES`]. Empty if the question has no words.
    pub matches: Vec<Match>,
    /// The out-of-scope kind that fits best, by position, and its score on the scale of [`Match::score`].
    pub out_of_scope: Option<(usize, f32)>,
    /// How similar the question is to the best topic's nearest phrasing: a cosine, 0 to 1.
    pub nearest: f32,
    /// The same for the nearest example out of scope.
    pub nearest_out_of_scope: f32,
    /// How far apart the scores of all classes are: their standard deviation. A question that the knowledge base does not know leaves
    /// all classes alike.
    pub deviation: f32,
    /// By how much the classifier prefers all topics together to all out-of-scope kinds together: the log odds.
    /// Zero if the knowledge base has no examples out of scope.
    pub scope_odds: f32,
    /// How many words the question has, abbreviations written out.
    pub words: usize,
    /// How many of them are unknown: not in the knowledge base or the lexicon, nor similar to a word that is.
    pub unknown: usize,
    /// How many of them carry meaning.
    pub content_words: usize,
    /// For a question of a few words: the only sections, by topic and position, whose texts have all of them. A rare word
    /// may be in a text but in no phrasing. Not searched if the question was overheard, because nothing is offered then.
    pub in_texts: Vec<(usize, usize)>,
    /// Whether the question repeats a phrasing, a title or a heading of the best topic, stem for stem.
    pub repeats: bool,
    /// The encoder's evidence, if it was used.
    pub encoded: Option<EncoderEvidence>,
    /// The best topic's second-best section, and how far it is behind. `None` if a phrasing of the best one
    /// was repeated.
    pub next_section: Option<(usize, f32)>,
}

/// How similar in meaning a question is to what the index has learned from: cosines, from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EncoderEvidence {
    /// To the nearest example of the best topic.
    pub nearest: f32,
    /// To the five nearest examples of the best topic, on average.
    pub near: f32,
    /// The same for the topic, other than the best, that is nearest in meaning.
    pub other: f32,
    /// The same for the nearest kind of message out of scope.
    pub out_of_scope: f32,
}

/// The standard deviation of scores.
pub(super) fn deviation(scores: &[f32]) -> f32 {
    let count = scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() / count;
    let variance = scores
        .iter()
        .map(|score| (score - mean) * (score - mean))
        .sum::<f32>()
        / count;
    libm::sqrtf(variance)
}

/// By how much the classes before `topics` are likelier than those from it on.
pub(super) fn scope_odds(scores: &[f32], topics: usize) -> f32 {
    let (topics, kinds) = scores.split_at(topics.min(scores.len()));
    if topics.is_empty() || kinds.is_empty() {
        return 0.0;
    }
    let greatest = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum = |scores: &[f32]| {
        scores
            .iter()
            .map(|score| exp(score - greatest))
            .sum::<f32>()
    };
    libm::logf(sum(topics).max(f32::MIN_POSITIVE) / sum(kinds).max(f32::MIN_POSITIVE))
}
