//! Texts as weighted vectors of their features.
//!
//! Most features are in one phrasing only, and those of one phrasing are always seen and learned together. So they share
//! one column: their values in the phrasing, scaled to unit length, say how much each of them speaks for it. Every product
//! of two vectors stays what it was, and there are half as many columns.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::ablation::Components;
use super::analyzer::AnalyzedText;
use super::features::{BLOCKS, Block, Counts, frequency};

/// Stands for the column of a feature that has none yet.
const UNPLACED: u32 = u32::MAX;

/// One known feature of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct WeightedFeature {
    /// Its name.
    pub key: u64,
    /// Its column in a vector; several features of a text may share a column, and their values add up.
    pub column: u32,
    /// How much it counts there.
    pub value: f32,
}

/// The phrasings as vectors, one after the other.
#[derive(Debug, Default)]
pub(super) struct Vectors {
    /// Where each vector ends.
    ends: Vec<u32>,
    /// Columns and values; no column twice in a vector.
    entries: Vec<(u32, f32)>,
}

impl Vectors {
    /// The number of phrasings.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The vector of a phrasing.
    pub(super) fn get(&self, number: usize) -> Option<&[(u32, f32)]> {
        let start = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&end| end as usize);
        self.entries.get(start..*self.ends.get(number)? as usize)
    }

    /// The vector of each phrasing, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[(u32, f32)]> + Clone {
        (0..self.len()).filter_map(|number| self.get(number))
    }
}

/// Which features there are and how much each weighs, learned from the phrasings of a knowledge base.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Vectorizer {
    ids: FxHashMap<u64, u32>,
    features: Vec<Feature>,
    columns: usize,
    unseen: f32,
    weights: [f32; BLOCKS],
}

/// What is known of a feature.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Feature {
    /// Its inverse document frequency.
    idf: f32,
    column: u32,
    /// How much of the column it is: all of it, or a share where it stands in one phrasing alone.
    share: f32,
}

/// Where a feature was seen.
#[derive(Debug)]
struct FeatureCount {
    in_phrasings: u32,
    in_classes: u32,
    last_class: usize,
}

/// Learns which features there are, one phrasing after the other.
#[derive(Debug, Default)]
pub(super) struct VectorizerBuilder {
    ids: FxHashMap<u64, u32>,
    seen: Vec<FeatureCount>,
    /// The phrasings, each feature with its frequency under its id.
    examples: Vectors,
    /// Where each block of each phrasing ends.
    ends: Vec<u32>,
    counts: Counts,
}

impl VectorizerBuilder {
    /// Adds a phrasing of a class; those of one class come one after the other.
    pub(super) fn add(&mut self, class: usize, analyzed: &AnalyzedText) {
        let Self {
            ids,
            seen,
            examples,
            ends,
            counts,
        } = self;
        counts.count(analyzed);
        for block in counts.blocks() {
            for &(key, count) in block {
                let id = *ids.entry(key).or_insert(seen.len() as u32);
                if id as usize == seen.len() {
                    seen.push(FeatureCount {
                        in_phrasings: 0,
                        in_classes: 0,
                        last_class: usize::MAX,
                    });
                }
                if let Some(seen) = seen.get_mut(id as usize) {
                    seen.in_phrasings += 1;
                    if seen.last_class != class {
                        seen.last_class = class;
                        seen.in_classes += 1;
                    }
                }
                examples.entries.push((id, frequency(count)));
            }
            ends.push(examples.entries.len() as u32);
        }
    }

    /// What was learned, and the phrasings as vectors in it.
    pub(super) fn finish(self, classes: usize, components: Components) -> (Vectorizer, Vectors) {
        let Self {
            mut ids,
            seen,
            mut examples,
            ends,
            ..
        } = self;
        ids.shrink_to_fit();
        let (phrasings, classes) = ((ends.len() / BLOCKS) as f32, classes as f32);
        // The geometric mean of the idf over phrasings and the idf over classes, both smoothed.
        let idf = |in_phrasings: u32, in_classes: u32| {
            let one = |all: f32, with: u32| libm::logf((1.0 + all) / (1.0 + with as f32)) + 1.0;
            libm::sqrtf(one(phrasings, in_phrasings) * one(classes, in_classes))
        };
        let mut vectorizer = Vectorizer {
            ids,
            features: Vec::with_capacity(seen.len()),
            columns: 0,
            unseen: idf(0, 0),
            weights: Block::ALL.map(|block| block.weight(components)),
        };
        for FeatureCount {
            in_phrasings,
            in_classes,
            ..
        } in &seen
        {
            let is_shared = *in_phrasings > 1;
            let (column, share) = if is_shared {
                (vectorizer.columns as u32, 1.0)
            } else {
                (UNPLACED, 0.0)
            };
            vectorizer.columns += usize::from(is_shared);
            vectorizer.features.push(Feature {
                idf: idf(*in_phrasings, *in_classes),
                column,
                share,
            });
        }
        vectorizer.place(&mut examples, &ends);
        (vectorizer, examples)
    }
}

impl Vectorizer {
    /// Turns the features of the phrasings and their frequencies into columns and values, in place; `ends` tells where each
    /// block of each phrasing ends.
    fn place(&mut self, examples: &mut Vectors, ends: &[u32]) {
        let mut read = 0;
        let mut written = 0;
        let mut own: Vec<(u32, f32)> = Vec::new();
        for ends in ends.chunks_exact(BLOCKS) {
            own.clear();
            for (&end, &weight) in ends.iter().zip(&self.weights) {
                let block = read..end as usize;
                read = end as usize;
                let entries = examples.entries.get_mut(block.clone()).unwrap_or_default();
                let mut squares = 0.0;
                for (id, value) in entries.iter_mut() {
                    *value *= self
                        .features
                        .get(*id as usize)
                        .map_or(0.0, |feature| feature.idf);
                    squares += *value * *value;
                }
                let scale = if squares > 0.0 {
                    weight / libm::sqrtf(squares)
                } else {
                    0.0
                };
                if scale == 0.0 {
                    continue;
                }
                for at in block {
                    let Some(&(id, value)) = examples.entries.get(at) else {
                        continue;
                    };
                    let Some(feature) = self.features.get(id as usize) else {
                        continue;
                    };
                    if feature.column == UNPLACED {
                        own.push((id, scale * value));
                    } else if let Some(entry) = examples.entries.get_mut(written) {
                        *entry = (feature.column, scale * value);
                        written += 1;
                    }
                }
            }
            if !own.is_empty() {
                let length = libm::sqrtf(own.iter().map(|(_, value)| value * value).sum());
                let column = self.columns as u32;
                self.columns += 1;
                for &(id, value) in &own {
                    if let Some(feature) = self.features.get_mut(id as usize) {
                        (feature.column, feature.share) = (column, value / length);
                    }
                }
                if let Some(entry) = examples.entries.get_mut(written) {
                    *entry = (column, length);
                    written += 1;
                }
            }
            examples.ends.push(written as u32);
        }
        examples.entries.truncate(written);
        examples.entries.shrink_to_fit();
    }

    /// The number of columns.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The longest that a vector can be: all blocks full of known features.
    pub(super) fn full_length(&self) -> f32 {
        libm::sqrtf(self.weights.iter().map(|weight| weight * weight).sum())
    }

    /// The vector of a text; features that the knowledge base has not seen have shortened it.
    pub(super) fn vector(&self, counts: &Counts) -> Vec<WeightedFeature> {
        let mut vector = Vec::with_capacity(counts.len());
        for (features, &weight) in counts.blocks().zip(&self.weights) {
            if weight == 0.0 {
                continue;
            }
            let start = vector.len();
            let mut squares = 0.0;
            for &(key, count) in features {
                let known = self.feature(key);
                let value = frequency(count) * known.map_or(self.unseen, |feature| feature.idf);
                squares += value * value;
                if let Some(feature) = known {
                    vector.push(WeightedFeature {
                        key,
                        column: feature.column,
                        value: value * feature.share,
                    });
                }
            }
            if squares > 0.0 {
                let scale = weight / libm::sqrtf(squares);
                vector
                    .iter_mut()
                    .skip(start)
                    .for_each(|weighed| weighed.value *= scale);
            }
        }
        vector
    }

    /// How much a feature says: its inverse document frequency, or 0 if the knowledge base does not have it.
    pub(super) fn idf(&self, key: u64) -> f32 {
        self.feature(key).map_or(0.0, |feature| feature.idf)
    }

    fn feature(&self, key: u64) -> Option<&Feature> {
        self.features.get(*self.ids.get(&key)? as usize)
    }
}
