//! Features of a text: what the classifier learns from and judges by.
//!
//! Five blocks, each weighted by TF-IDF (Salton and Buckley, "Term-weighting approaches in automatic text retrieval",
//! 1988), scaled to unit length and then by its own weight, so that no block drowns another. A feature that the
//! knowledge base does not have has no column but counts towards the length, so a question full of them scores low.

use super::ablation::{Component, Components};
use super::analyzer::AnalyzedText;

/// How many kinds of features there are.
pub(super) const BLOCKS: usize = 5;

/// The kinds of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Stems of single words.
    Words,
    /// Two neighbouring stems: "follow up" is not "up".
    Pairs,
    /// Character trigrams of words that are not stop words, with the ends marked: what misspelt and inflected words share.
    Characters,
    /// Groups of words that mean the same in this guide.
    Groups,
    /// Groups of words that mean the same in English.
    English,
}

impl Block {
    pub(super) const ALL: [Self; BLOCKS] = [
        Self::Words,
        Self::Pairs,
        Self::Characters,
        Self::Groups,
        Self::English,
    ];

    /// The block's weight relative to the others.
    pub(super) fn weight(self, components: Components) -> f32 {
        match self {
            Self::Words if components.has(Component::Words) => 0.8,
            Self::Pairs if components.has(Component::Pairs) => 0.8,
            Self::Characters if components.has(Component::Characters) => 1.0,
            Self::Groups if components.has(Component::Vocabulary) => 0.5,
            Self::English if components.has(Component::English) => 1.0,
            _ => 0.0,
        }
    }
}

/// The weight of a corrected word's trigrams as typed; the rest comes from the correction.
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
    run.iter()
        .fold(0, |key, &c| key << 21 | u64::from(c as u32))
}

/// The features of one text before weighting: how often each occurs, block after block.
#[derive(Debug, Default)]
pub(super) struct Counts {
    features: Vec<(u64, f32)>,
    /// Where each block ends.
    ends: [usize; BLOCKS],
}

impl Counts {
    /// Counts the features of a text.
    pub(super) fn of(analyzed: &AnalyzedText) -> Self {
        let mut counts = Self::default();
        counts.count(analyzed);
        counts
    }

    /// Counts the features of a text in place of those of the text before.
    pub(super) fn count(&mut self, analyzed: &AnalyzedText) {
        let features = &mut self.features;
        features.clear();
        for (block, end) in Block::ALL.into_iter().zip(&mut self.ends) {
            let start = features.len();
            match block {
                Block::Words => {
                    features.extend(analyzed.words.iter().map(|word| (word_key(word.stem), 1.0)))
                }
                Block::Pairs => features.extend(
                    analyzed
                        .words
                        .iter()
                        .zip(analyzed.words.iter().skip(1))
                        .map(|(left, right)| (pair_key(left.stem, right.stem), 1.0)),
                ),
                Block::Characters => {
                    for word in analyzed.words.iter().filter(|word| !word.stop) {
                        push_runs(
                            &word.text,
                            if word.corrected { 1.0 - TYPED } else { 1.0 },
                            features,
                        );
                    }
                    analyzed
                        .corrections
                        .iter()
                        .for_each(|(typed, _)| push_runs(typed, TYPED, features));
                }
                Block::Groups => {
                    features.extend(analyzed.groups.iter().map(|&group| (group_key(group), 1.0)))
                }
                Block::English => features.extend(
                    analyzed
                        .english
                        .iter()
                        .map(|&group| (group_key(group), 1.0)),
                ),
            }
            features
                .get_mut(start..)
                .unwrap_or_default()
                .sort_unstable_by_key(|&(key, _)| key);
            // Blocks have no key in common: only what stands twice in this one is added up.
            features.dedup_by(|next, first| {
                let same = next.0 == first.0;
                if same {
                    first.1 += next.1;
                }
                same
            });
            *end = features.len();
        }
    }

    /// How many different features there are.
    pub(super) fn len(&self) -> usize {
        self.features.len()
    }

    /// The features of each block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &[(u64, f32)]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let block = self.features.get(start..end).unwrap_or_default();
            start = end;
            block
        })
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

/// The weight of a feature that occurs this often in a text.
pub(super) fn frequency(count: f32) -> f32 {
    if count > 1.0 {
        1.0 + libm::logf(count)
    } else {
        count
    }
}
