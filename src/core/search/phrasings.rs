//! Compares a question with every phrasing: which section of a topic answers, and how close anything is at all.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use wide::f32x8;

use super::analyzer::{AnalyzedText, UNKNOWN_STEM};
use super::corpus::Example;
use super::lists::Lists;
use super::vectorizer::WeightedFeature;

/// The vectors of all phrasings.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Phrasings {
    /// Where the phrasings of each class begin; one more at the end.
    classes: Vec<u32>,
    /// For each phrasing, the section of the topic that answers it, if it asks for one.
    sections: Vec<Option<u32>>,
    /// For each column, the phrasings that have it.
    postings: Lists<Posting>,
    /// The longest that a question's vector can be.
    full_length: f32,
    /// The stems of all phrasings, one after the other, and where those of each end.
    stems: Vec<u32>,
    ends: Vec<u32>,
    /// The phrasings in the order of their stems, to find one that is repeated.
    by_stems: Vec<u32>,
}

/// A phrasing that has a feature, in the upper 20 bits, and the value that the feature has in the phrasing's unit vector, in the
/// lower 12: twice as many fit into the processor's cache as with a whole word for each.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Posting(u32);

const VALUE_BITS: u32 = 12;
/// What one is in a [`Posting`].
const POSTING_ONE: f32 = ((1 << VALUE_BITS) - 1) as f32;
/// What one is in a question's value: products add up to less than 2³¹, because both vectors have unit length.
const QUESTION_ONE: f32 = 262_144.0;

/// How much of a question's squared length is compared with the phrasings. The features that make up the rest fill two fifths of the
/// postings that it has, and without them a search finds the same.
const TELLING: f32 = 0.97;

impl Posting {
    fn new(number: u32, value: f32) -> Self {
        Self(number << VALUE_BITS | libm::roundf(value * POSTING_ONE) as u32)
    }

    fn number(self) -> usize {
        (self.0 >> VALUE_BITS) as usize
    }

    fn value(self) -> i32 {
        (self.0 & ((1 << VALUE_BITS) - 1)) as i32
    }
}

impl Phrasings {
    /// Adds the stems of a phrasing.
    pub(super) fn add(&mut self, analyzed: &AnalyzedText) {
        self.stems
            .extend(analyzed.words.iter().map(|word| word.stem));
        self.ends.push(self.stems.len() as u32);
    }

    /// Remembers all phrasings, whose stems were added, with their vectors; they are ordered by class.
    pub(super) fn finish<'a>(
        self,
        phrasings: impl Iterator<Item = (&'a Example<'a>, &'a [(u32, f32)])> + Clone,
        columns: usize,
        full_length: f32,
    ) -> Self {
        let of_class: Vec<usize> = phrasings
            .clone()
            .map(|(example, _)| example.class)
            .collect();
        let classes = of_class.last().map_or(0, |class| class + 1);
        let postings = (0u32..)
            .zip(phrasings.clone())
            .flat_map(|(number, (_, vector))| {
                let length = libm::sqrtf(vector.iter().map(|(_, value)| value * value).sum());
                vector.iter().map(move |&(column, value)| {
                    (column as usize, Posting::new(number, value / length))
                })
            });
        let mut finished = Self {
            classes: (0..=classes)
                .map(|bound| of_class.partition_point(|&class| class < bound) as u32)
                .collect(),
            sections: phrasings
                .map(|(example, _)| example.section.map(|section| section as u32))
                .collect(),
            full_length,
            postings: Lists::new(columns, postings),
            ..self
        };
        let mut by_stems: Vec<u32> = (0..of_class.len() as u32).collect();
        // Of identical phrasings, the first stays first.
        by_stems.sort_by(|&a, &b| finished.stems_of(a).cmp(finished.stems_of(b)));
        finished.by_stems = by_stems;
        finished
    }

    /// The class and the section of the phrasing that the question repeats, if it repeats one. A question with an unknown
    /// word repeats nothing.
    pub(super) fn repeated(&self, analyzed: &AnalyzedText) -> Option<(usize, usize)> {
        let stems: Vec<u32> = analyzed.words.iter().map(|word| word.stem).collect();
        if stems.contains(&UNKNOWN_STEM) {
            return None;
        }
        let at = self
            .by_stems
            .partition_point(|&number| self.stems_of(number) < stems.as_slice());
        let number = *self
            .by_stems
            .get(at)
            .filter(|&&number| self.stems_of(number) == stems)?;
        let class = self
            .classes
            .partition_point(|&start| start <= number)
            .checked_sub(1)?;
        Some((
            class,
            self.sections.get(number as usize)?.unwrap_or(0) as usize,
        ))
    }

    fn stems_of(&self, number: u32) -> &[u32] {
        let start = (number as usize)
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&end| end as usize);
        self.ends
            .get(number as usize)
            .and_then(|&end| self.stems.get(start..end as usize))
            .unwrap_or_default()
    }

    /// How similar a question is to each phrasing: the cosine, with features that the knowledge base does not have counting as
    /// different.
    pub(super) fn likeness(&self, vector: &[WeightedFeature]) -> Vec<f32> {
        let (telling, share) = self.telling(vector);
        let length = self.full_length * share;
        let mut sums = vec![0_i32; self.sections.len()];
        for &WeightedFeature { column, value, .. } in telling {
            let value = (value / length * QUESTION_ONE) as i32;
            let mut add = |posting: &Posting| {
                if let Some(sum) = sums.get_mut(posting.number()) {
                    *sum += value * posting.value();
                }
            };
            // A third of the instructions of a search are here: four at a time, so that less of it goes into counting.
            let (fours, rest) = self.postings.get(column as usize).as_chunks::<4>();
            for four in fours {
                four.iter().for_each(&mut add);
            }
            rest.iter().for_each(add);
        }
        let cosine = |sum| sum as f32 * (1.0 / (QUESTION_ONE * POSTING_ONE));
        sums.into_iter().map(cosine).collect()
    }

    /// The features of a question that tell phrasings apart, and which share of its length they make up. The rest, which is in many
    /// phrasings and weighs little, is taken to be as similar as they are.
    fn telling<'a>(
        &self,
        vector: &'a [WeightedFeature],
    ) -> (impl Iterator<Item = &'a WeightedFeature>, f32) {
        let square = |feature: &WeightedFeature| feature.value * feature.value;
        let worth = |feature: &WeightedFeature| {
            square(feature) / self.postings.get(feature.column as usize).len() as f32
        };
        let mut ranked: Vec<(f32, &WeightedFeature)> = vector
            .iter()
            .map(|feature| (worth(feature), feature))
            .collect();
        // Features of the same worth stay in their order, so that the same question always leaves out the same ones.
        ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let whole: f32 = vector.iter().map(square).sum();
        let (mut kept, mut skipped) = (whole, 0);
        for (_, feature) in &ranked {
            let rest = kept - square(feature);
            if rest < TELLING * whole {
                break;
            }
            kept = rest;
            skipped += 1;
        }
        let telling = ranked.into_iter().skip(skipped);
        let share = libm::sqrtf(kept / whole.max(f32::MIN_POSITIVE));
        (telling.map(|(_, feature)| feature), share)
    }

    /// The likeness of the nearest phrasing of some neighbouring classes; 0 where they have none.
    pub(super) fn nearest(&self, classes: Range<usize>, likeness: &[f32]) -> f32 {
        let likeness = likeness.get(self.numbers(classes)).unwrap_or_default();
        let (eights, rest) = likeness.as_chunks::<8>();
        let nearest = eights.iter().fold(f32x8::ZERO, |nearest, eight| {
            // No likeness is NaN, for which `max` would look.
            nearest.fast_max(f32x8::new(*eight))
        });
        nearest
            .to_array()
            .iter()
            .chain(rest)
            .copied()
            .fold(0.0, f32::max)
    }

    /// How similar a question is to each phrasing of a topic, with the section that the phrasing asks for.
    pub(super) fn of_topic<'a>(
        &'a self,
        topic: usize,
        likeness: &'a [f32],
    ) -> impl Iterator<Item = (Option<usize>, f32)> + 'a {
        let numbers = self.numbers(topic..topic + 1);
        let sections = self.sections.get(numbers.clone()).unwrap_or_default();
        let likeness = likeness.get(numbers).unwrap_or_default();
        sections
            .iter()
            .map(|section| section.map(|section| section as usize))
            .zip(likeness.iter().copied())
    }

    /// The numbers of the phrasings of some neighbouring classes.
    fn numbers(&self, classes: Range<usize>) -> Range<usize> {
        let start_of = |class: usize| {
            self.classes
                .get(class)
                .map_or(self.sections.len(), |&start| start as usize)
        };
        start_of(classes.start)..start_of(classes.end)
    }
}
