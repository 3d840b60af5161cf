//! What a question is about, to compare questions with each other. Pure.
//!
//! Two questions are alike by the stems of their words that carry meaning, synonyms of the guide's vocabulary under one
//! name. A stem weighs more the fewer phrasings of the guide have it, so what is missing there weighs most. Likeness is the
//! weighted share of common stems (Sørensen–Dice), 0 to 1; two stems of five letters or more that are an edit apart are
//! common too.

use rustc_hash::FxHashMap;

use crate::knowledge::KnowledgeBase;
use crate::search::Index;

/// Stems shorter than this, in characters, are only like themselves.
const SHORTEST_MISSPELT: usize = 5;
/// From this length on, in characters, two edits are a misspelling; before, one.
const TWO_EDITS_FROM: usize = 8;

/// What a question is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    stems: Box<[Stem]>,
    /// What all of them tell.
    weight: f32,
}

/// A stem, and what it tells.
#[derive(Debug, Clone, PartialEq)]
struct Stem {
    text: Box<str>,
    /// The letters that it has, a bit each: a quick way to see that two stems are not alike.
    letters: u32,
    /// In characters.
    length: usize,
    weight: f32,
}

/// How much each stem tells: the inverse frequency among the phrasings of a guide.
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
                for stem in index.telling(&phrasing.text) {
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
            .telling(text)
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
        // Squared, as in a cosine of TF-IDF: one rare word tells more than several that are everywhere.
        rarity * rarity
    }
}

impl Subject {
    /// How alike two questions are, 0 to 1; not at all if one of them says nothing.
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
        // An edit replaces one letter by one other at the most.
        (self.letters ^ other.letters).count_ones() as usize <= 2 * edits
            && self.length.abs_diff(other.length) <= edits
            && strsim::osa_distance(&self.text, &other.text) <= edits
    }
}
