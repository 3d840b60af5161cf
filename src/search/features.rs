//! Features of a text: what the classifier learns from and judges by.
//!
//! Five blocks, each weighted by TF-IDF (Salton and Buckley, "Term-weighting approaches in automatic text retrieval",
//! 1988), scaled to unit length and then by its own weight, so that no block drowns another. A feature that the
//! knowledge base has never seen has no id but counts towards the length: a question full of them scores low.

use rustc_hash::FxHashMap;

use super::classifier::Sparse;
use super::parts::{Part, Parts};
use super::reading::Reading;

/// The kinds of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Stems of single words.
    Words,
    /// Two neighbouring stems: "follow up" is not "up".
    Pairs,
    /// Runs of three characters of a word that is no stop word, its ends marked: what misspelt and inflected words share.
    Characters,
    /// Groups of words that mean the same in this guide.
    Groups,
    /// Groups of words that mean the same in English.
    English,
}

impl Block {
    pub(super) const ALL: [Self; 5] = [Self::Words, Self::Pairs, Self::Characters, Self::Groups, Self::English];

    /// How much the block weighs against the others.
    fn weight(self, parts: Parts) -> f32 {
        match self {
            Self::Words if parts.has(Part::Words) => 0.8,
            Self::Pairs if parts.has(Part::Pairs) => 0.8,
            Self::Characters if parts.has(Part::Characters) => 1.0,
            Self::Groups if parts.has(Part::Vocabulary) => 0.5,
            Self::English if parts.has(Part::English) => 1.0,
            _ => 0.0,
        }
    }
}

/// The share of a corrected word's characters that comes from what was typed; the rest comes from the correction.
const TYPED: f32 = 0.5;

/// A feature's name: one number for each, without collisions.
pub(super) fn word_key(stem: u32) -> u64 {
    1 << 63 | u64::from(stem)
}

pub(super) fn pair_key(left: u32, right: u32) -> u64 {
    0b11 << 62 | u64::from(left) << 30 | u64::from(right)
}

pub(super) fn group_key(group: u32) -> u64 {
    0b101 << 61 | u64::from(group)
}

/// Three characters of at most 21 bits each.
fn run_key(run: [char; 3]) -> u64 {
    run.iter().fold(0, |key, &c| key << 21 | u64::from(c as u32))
}

/// The features of one text before weighting: how often each occurs.
#[derive(Debug, Default)]
pub(super) struct Counts {
    blocks: [Vec<(u64, f32)>; 5],
}

impl Counts {
    /// Counts the features of a text.
    pub(super) fn of(reading: &Reading) -> Self {
        let words = reading.words.iter().map(|word| (word_key(word.stem), 1.0)).collect();
        let pairs = reading.words.windows(2).filter_map(|pair| match pair {
            [left, right] => Some((pair_key(left.stem, right.stem), 1.0)),
            _ => None,
        });
        let mut characters = Vec::with_capacity(reading.words.len() * 6);
        for word in reading.words.iter().filter(|word| !word.stop) {
            push_runs(&word.text, if word.corrected { 1.0 - TYPED } else { 1.0 }, &mut characters);
        }
        reading.retyped.iter().for_each(|word| push_runs(word, TYPED, &mut characters));
        let groups = |groups: &[u32]| merged(groups.iter().map(|&group| (group_key(group), 1.0)).collect());
        let blocks = [merged(words), merged(pairs.collect()), merged(characters), groups(&reading.groups), groups(&reading.english)];
        Self { blocks }
    }

    /// All features, each once, block after block.
    fn keys(&self) -> impl Iterator<Item = u64> {
        self.blocks.iter().flatten().map(|&(key, _)| key)
    }
}

fn push_runs(word: &str, share: f32, counts: &mut Vec<(u64, f32)>) {
    let mut run = [' ', ' ', ' '];
    for (at, next) in word.chars().chain(std::iter::once(' ')).enumerate() {
        run = [run[1], run[2], next];
        if at > 0 {
            counts.push((run_key(run), share));
        }
    }
}

/// Sorts by key and adds up what has the same key.
fn merged(mut counts: Vec<(u64, f32)>) -> Vec<(u64, f32)> {
    counts.sort_unstable_by_key(|&(key, _)| key);
    counts.dedup_by(|next, first| {
        let same = next.0 == first.0;
        if same {
            first.1 += next.1;
        }
        same
    });
    counts
}

/// Which features there are and how much each weighs, learned from the phrasings of a knowledge base.
#[derive(Debug, Default)]
pub(super) struct Space {
    ids: FxHashMap<u64, u32>,
    idf: Vec<f32>,
    unseen: f32,
    weights: [f32; 5],
}

impl Space {
    /// Learns from the counts of all phrasings, each with the class that it belongs to.
    pub(super) fn learn(phrasings: &[(usize, Counts)], classes: usize, parts: Parts) -> Self {
        let mut ids: FxHashMap<u64, u32> = FxHashMap::default();
        // For each feature: phrasings with it, classes with it, and the class that was counted last.
        let mut seen: Vec<(f32, f32, usize)> = Vec::new();
        for (class, counts) in phrasings {
            for key in counts.keys() {
                let id = *ids.entry(key).or_insert(seen.len() as u32) as usize;
                if id == seen.len() {
                    seen.push((0.0, 0.0, usize::MAX));
                }
                if let Some((in_phrasings, in_classes, last)) = seen.get_mut(id) {
                    *in_phrasings += 1.0;
                    if *last != *class {
                        *last = *class;
                        *in_classes += 1.0;
                    }
                }
            }
        }
        let (phrasings, classes) = (phrasings.len() as f32, classes as f32);
        // The geometric mean of the idf over phrasings and the idf over classes, both smoothed.
        let idf = |in_phrasings: f32, in_classes: f32| {
            let one = |all: f32, with: f32| libm::logf((1.0 + all) / (1.0 + with)) + 1.0;
            libm::sqrtf(one(phrasings, in_phrasings) * one(classes, in_classes))
        };
        Self {
            ids,
            idf: seen.iter().map(|&(in_phrasings, in_classes, _)| idf(in_phrasings, in_classes)).collect(),
            unseen: idf(0.0, 0.0),
            weights: Block::ALL.map(|block| block.weight(parts)),
        }
    }

    /// The number of features.
    pub(super) fn len(&self) -> usize {
        self.idf.len()
    }

    /// The longest that a vector can be: all blocks full of known features.
    pub(super) fn full_length(&self) -> f32 {
        libm::sqrtf(self.weights.iter().map(|weight| weight * weight).sum())
    }

    /// The vector of a text; features that the knowledge base has not seen have shortened it.
    pub(super) fn vector(&self, counts: &Counts) -> Sparse {
        let mut vector = Sparse::default();
        for (features, &weight) in counts.blocks.iter().zip(&self.weights) {
            if weight == 0.0 {
                continue;
            }
            let start = vector.values.len();
            let mut squares = 0.0;
            for &(key, count) in features {
                let frequency = if count > 1.0 { 1.0 + libm::logf(count) } else { count };
                let known = self.ids.get(&key).and_then(|&id| Some((id, *self.idf.get(id as usize)?)));
                let value = frequency * known.map_or(self.unseen, |(_, idf)| idf);
                squares += value * value;
                if let Some((id, _)) = known {
                    vector.ids.push(id);
                    vector.values.push(value);
                }
            }
            if squares > 0.0 {
                let scale = weight / libm::sqrtf(squares);
                vector.values.iter_mut().skip(start).for_each(|value| *value *= scale);
            }
        }
        vector
    }

    /// How much a feature says: its inverse document frequency.
    pub(super) fn idf(&self, id: u32) -> f32 {
        self.idf.get(id as usize).copied().unwrap_or(0.0)
    }

    /// The id of a feature, if the knowledge base has it.
    pub(super) fn id(&self, key: u64) -> Option<u32> {
        self.ids.get(&key).copied()
    }
}
