//! What a search found.

use crate::knowledge::{KnowledgeBase, Section, Topic};

/// The most matches that a search returns.
pub const MOST_MATCHES: usize = 5;

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
    /// One match for each topic, best first, at most [`MOST_MATCHES`]. Empty where the question has no word.
    pub matches: Vec<Match>,
    /// The kind of message out of scope that fits best, by position, and its score on the scale of [`Match::score`].
    pub aside: Option<(usize, f32)>,
    /// How like the question is to the nearest phrasing of the best topic: a cosine, 0 to 1.
    pub nearest: f32,
    /// The same for the nearest example out of scope.
    pub nearest_aside: f32,
    /// How far the scores of all classes are apart: their standard deviation. What the knowledge base does not know leaves
    /// all classes alike.
    pub deviation: f32,
    /// By how much the classifier prefers all topics together to all kinds out of scope together: the logarithm of the odds.
    /// Zero if the knowledge base has no examples out of scope.
    pub scope_odds: f32,
    /// How many words the question has, abbreviations written out.
    pub words: usize,
    /// How many of them neither the knowledge base nor the lexicon has, nor anything like them.
    pub unknown: usize,
    /// For a question of a few words: the sections, by topic and position, in whose texts alone all of these stand. A rare word
    /// may stand in a text and in no phrasing. Not looked for where the question was overheard: nothing is offered there.
    pub in_texts: Vec<(usize, usize)>,
    /// Whether the question is a phrasing, a title or a heading of the best topic, stem for stem.
    pub repeats: bool,
    /// What the encoder says, if it was asked.
    pub encoded: Option<EncoderEvidence>,
    /// The section of the best topic that fits next best, and how far it is behind. Nothing where a phrasing of the best one
    /// was repeated.
    pub next_section: Option<(usize, f32)>,
}

/// How alike in meaning a question is to what the index has learned from: cosines, from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EncoderEvidence {
    /// To the nearest example of the best topic.
    pub nearest: f32,
    /// To the five nearest examples of the best topic, on average.
    pub near: f32,
    /// The same for the topic, other than the best, that is nearest in meaning.
    pub other: f32,
    /// The same for the nearest kind of message out of scope.
    pub aside: f32,
}
