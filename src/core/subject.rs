//! What a question is about, for comparing questions with each other. Pure.
//!
//! Two questions are compared by the stems of their meaningful words, with synonyms from the guide's vocabulary under one
//! name. The fewer of the guide's phrasings have a stem, the more it weighs, so stems missing there weigh most. Likeness is the
//! weighted share of common stems (Sørensen–Dice), 0 to 1; two stems of five letters or more that are an edit apart are
//! common too.

use rustc_hash::FxHashMap;

use crate::knowledge::KnowledgeBase;
use crate::search::Index;

/// Stems shorter than this, in characters, match only themselves.
const SHORTEST_MISSPELT: usize = 5;
/// From this length on, in characters, two edits are a misspelling; before, one.
const TWO_EDITS_FROM: usize = 8;

/// What a question is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    stems: Box<[Stem]>,
    /// The total weight.
    weight: f32,
}

/// A stem, and its weight.
#[derive(Debug, Clone, PartialEq)]
struct Stem {
    text: Box<str>,
    /// The letters that it has, one bit each: a quick way to see that two stems do not match.
    letters: u32,
    /// In characters.
    length: usize,
    weight: f32,
}

/// How much each stem says: its inverse frequency among a guide's phrasings.
#[derive(Debug)]
pub struct StemWeights {
    phrasings: f32,
    having: FxHashMap<String, u32>,
}

impl StemWeights {
    /// Counts the stems of a guide.
    pub fn new(knowledge: &KnowledgeBase, index: &Index) -> Self {
        let mut having: FxHashMap<String, u32> = FxHashMap::default();
        let mut phrasings: u32 = 0;
        for topic in knowledge.topics() {
            for phrasing in topic.phrasings() {
                phrasings += 1;
                for stem in index.content_terms(&phrasing.text) {
                    *having.entry(stem).or_default() += 1;
                }
            }
        }
        Self {
            phrasings: phrasings as f32,
            having,
        }
    }

    /// What a text is about, by the index of the same guide.
    pub fn subject(&self, index: &Index, text: &str) -> Subject {
        let stems: Box<[Stem]> = index
            .content_terms(text)
            .into_iter()
            .map(|stem| Stem::new(stem, |stem| self.of_stem(stem)))
            .collect();
        Subject {
            weight: stems.iter().map(|stem| stem.weight).sum(),
            stems,
        }
    }

    fn of_stem(&self, stem: &str) -> f32 {
        let having = self.having.get(stem).copied().unwrap_or_default() as f32;
        let rarity = libm::logf(1.0 + self.phrasings / (1.0 + having));
        // Squared, as in a TF-IDF cosine: one rare word says more than several common ones.
        rarity * rarity
    }
}

impl Subject {
    /// How similar two questions are, 0 to 1; 0 if one of them says nothing.
    pub fn likeness(&self, other: &Self) -> f32 {
        if self.weight + other.weight == 0.0 {
            return 0.0;
        }
        let mut left: Vec<&Stem> = other.stems.iter().collect();
        let mut common = 0.0;
        for stem in &self.stems {
            if let Some(at) = left.iter().position(|other| stem.is_like(other)) {
                common += stem.weight + left.swap_remove(at).weight;
            }
        }
        common / (self.weight + other.weight)
    }
}

impl Stem {
    fn new(text: String, weight: impl FnOnce(&str) -> f32) -> Self {
        let letters = text.bytes().filter(u8::is_ascii_lowercase);
        Self {
            letters: letters.fold(0, |letters, letter| letters | 1 << (letter - b'a')),
            length: text.chars().count(),
            weight: weight(&text),
            text: text.into_boxed_str(),
        }
    }

    /// Whether the two are the same, or one is the other misspelt.
    fn is_like(&self, other: &Self) -> bool {
        if self.text == other.text {
            return true;
        }
        let edits = match self.length.min(other.length) {
            0..SHORTEST_MISSPELT => return false,
            SHORTEST_MISSPELT..TWO_EDITS_FROM => 1,
            _ => 2,
        };
        // An edit changes at most one letter into another.
        (self.letters ^ other.letters).count_ones() as usize <= 2 * edits
            && self.length.abs_diff(other.length) <= edits
            && strsim::osa_distance(&self.text, &other.text) <= edits
    }
}
