//! Comparing a question with every phrasing: which section of a topic answers, and how near anything is at all.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::classifier::{Example, Sparse};
use super::features::Space;
use super::reading::{Reading, UNKNOWN_STEM};

/// The vectors of all phrasings.
#[derive(Debug, Default)]
pub(super) struct Phrasings {
    /// For each phrasing, its class and, within a topic, the section that answers it; ordered by class.
    places: Vec<(usize, Option<usize>)>,
    /// The phrasings that have a feature, with their unit vectors' values, feature after feature.
    postings: Vec<(u32, f32)>,
    /// For each feature, where its postings begin; one more at the end.
    starts: Vec<usize>,
    /// The longest that a question's vector can be.
    full_length: f32,
    /// The stems of each phrasing → its number, to know a question that is typed exactly like one.
    by_stems: FxHashMap<Vec<u32>, u32>,
}

impl Phrasings {
    /// Remembers all phrasings; `places`, ordered by class, `readings` and `examples` go together.
    pub(super) fn new(places: Vec<(usize, Option<usize>)>, readings: &[Reading], examples: &[Example], space: &Space) -> Self {
        let mut by_stems = FxHashMap::default();
        for (number, reading) in (0u32..).zip(readings) {
            by_stems.entry(stems(reading)).or_insert(number);
        }
        // A counting sort: how many phrasings have each feature, where each feature's postings begin, and then the postings.
        let mut starts = vec![0; space.len() + 1];
        for &id in examples.iter().flat_map(|example| &example.features.ids) {
            if let Some(count) = starts.get_mut(id as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut postings = vec![(0, 0.0); total];
        for (number, example) in (0u32..).zip(examples) {
            let Sparse { ids, values } = &example.features;
            let length = libm::sqrtf(values.iter().map(|value| value * value).sum());
            for (&id, &value) in ids.iter().zip(values) {
                let Some(at) = next.get_mut(id as usize) else { continue };
                if let Some(posting) = postings.get_mut(*at) {
                    *posting = (number, value / length);
                }
                *at += 1;
            }
        }
        Self { places, postings, starts, full_length: space.full_length(), by_stems }
    }

    /// The class and the section of the phrasing that the question repeats, if it repeats one.
    pub(super) fn repeated(&self, reading: &Reading) -> Option<(usize, usize)> {
        let number = *self.by_stems.get(&stems(reading))?;
        self.places.get(number as usize).map(|&(class, section)| (class, section.unwrap_or(0)))
    }

    /// How like a question is to each phrasing: the cosine, with what the knowledge base has never seen counting as
    /// unlike.
    pub(super) fn likeness(&self, vector: &Sparse) -> Vec<f32> {
        let mut likeness = vec![0.0; self.places.len()];
        for (&id, &value) in vector.ids.iter().zip(&vector.values) {
            let id = id as usize;
            let postings = match (self.starts.get(id), self.starts.get(id + 1)) {
                (Some(&start), Some(&end)) => self.postings.get(start..end).unwrap_or_default(),
                _ => continue,
            };
            for &(number, other) in postings {
                if let Some(sum) = likeness.get_mut(number as usize) {
                    *sum += value * other;
                }
            }
        }
        likeness.iter_mut().for_each(|sum| *sum /= self.full_length);
        likeness
    }

    /// The likeness of the nearest phrasing of some neighbouring classes; 0 where they have none.
    pub(super) fn nearest(&self, classes: Range<usize>, likeness: &[f32]) -> f32 {
        likeness.get(self.numbers(classes)).unwrap_or_default().iter().copied().fold(0.0, f32::max)
    }

    /// How like a question is to each phrasing of a topic, with the section that the phrasing asks for.
    pub(super) fn of_topic<'a>(&'a self, topic: usize, likeness: &'a [f32]) -> impl Iterator<Item = (Option<usize>, f32)> + 'a {
        let numbers = self.numbers(topic..topic + 1);
        let places = self.places.get(numbers.clone()).unwrap_or_default();
        places.iter().map(|&(_, section)| section).zip(likeness.get(numbers).unwrap_or_default().iter().copied())
    }

    /// The numbers of the phrasings of some neighbouring classes.
    fn numbers(&self, classes: Range<usize>) -> Range<usize> {
        let first_of = |bound: usize| self.places.partition_point(|&(class, _)| class < bound);
        first_of(classes.start)..first_of(classes.end)
    }
}

/// What a text says, whatever the endings of its words. A text with an unknown word repeats nothing.
fn stems(reading: &Reading) -> Vec<u32> {
    let stems: Vec<u32> = reading.words.iter().map(|word| word.stem).collect();
    if stems.contains(&UNKNOWN_STEM) { Vec::new() } else { stems }
}
