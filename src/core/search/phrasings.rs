//! Compares a question with every phrasing: which section of a topic answers, and how close anything is at all.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use wide::{f32x8, i32x8};

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
    /// For each column, the phrasings that have it: one set of lists for every [`PAGE`] phrasings.
    pages: Vec<Lists<Posting>>,
    /// The longest that a question's vector can be.
    full_length: f32,
    /// The stems of all phrasings, one after the other, and where those of each end.
    stems: Vec<u32>,
    ends: Vec<u32>,
    /// The phrasings in the order of their stems, to find one that is repeated.
    by_stems: Vec<u32>,
}

/// A phrasing that has a feature, by its place in its page, and the value that the feature has in the phrasing's unit vector. A
/// search reads tens of thousands of these, so they are small and need no unpacking.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Posting {
    place: u16,
    value: u16,
}

/// How many phrasings a page has: as many as a [`Posting`] can name.
const PAGE: usize = 1 << 16;
/// What one is in a [`Posting`].
const POSTING_ONE: f32 = 16_384.0;
/// What one is in a question's value.
const QUESTION_ONE: f32 = 65_536.0;
/// What one is in a likeness. Both vectors have unit length, so the products add up to no more than about 2³⁰: half of what fits.
const LIKENESS_ONE: f32 = POSTING_ONE * QUESTION_ONE;

/// How much of a question's squared length is compared with the phrasings. The features that make up the rest are in most of them, and
/// without these a search finds the same in less time.
const TELLING: f32 = 0.9;

/// How similar a question is to each phrasing: the cosine, in units of 1/[`LIKENESS_ONE`].
#[derive(Debug)]
pub(super) struct PhrasingLikeness(Vec<i32>);

impl PhrasingLikeness {
    /// The likeness of some phrasings.
    fn of(&self, numbers: Range<usize>) -> &[i32] {
        self.0.get(numbers).unwrap_or_default()
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
        let page = |page: usize| {
            let phrasings = phrasings.clone().skip(page * PAGE).take(PAGE);
            let postings = (0..=u16::MAX)
                .zip(phrasings)
                .flat_map(|(place, (_, vector))| {
                    let length = libm::sqrtf(vector.iter().map(|(_, value)| value * value).sum());
                    vector.iter().map(move |&(column, value)| {
                        let value = libm::roundf(value / length * POSTING_ONE) as u16;
                        (column as usize, Posting { place, value })
                    })
                });
            Lists::new(columns, postings)
        };
        let mut finished = Self {
            classes: (0..=classes)
                .map(|bound| of_class.partition_point(|&class| class < bound) as u32)
                .collect(),
            pages: (0..of_class.len().div_ceil(PAGE)).map(page).collect(),
            sections: phrasings
                .map(|(example, _)| example.section.map(|section| section as u32))
                .collect(),
            full_length,
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

    /// How similar a question is to each phrasing, with features that the knowledge base does not have counting as different.
    pub(super) fn likeness(&self, vector: &[WeightedFeature]) -> PhrasingLikeness {
        let (telling, share) = self.telling(vector);
        let length = self.full_length * share;
        let mut sums = vec![0_i32; self.sections.len()];
        for (page, sums) in self.pages.iter().zip(sums.chunks_mut(PAGE)) {
            for &&WeightedFeature { column, value, .. } in &telling {
                let value = (value / length * QUESTION_ONE) as i32;
                let mut add = |posting: &Posting| {
                    if let Some(sum) = sums.get_mut(usize::from(posting.place)) {
                        *sum += value * i32::from(posting.value);
                    }
                };
                // Half of the time of a search goes here: four at a time, so that less of it goes into counting.
                let (fours, rest) = page.get(column as usize).as_chunks::<4>();
                for four in fours {
                    four.iter().for_each(&mut add);
                }
                rest.iter().for_each(add);
            }
        }
        PhrasingLikeness(sums)
    }

    /// The features of a question that tell phrasings apart, and which share of its length they make up. The rest, which is in many
    /// phrasings and weighs little, is taken to be as similar as they are.
    fn telling<'a>(&self, vector: &'a [WeightedFeature]) -> (Vec<&'a WeightedFeature>, f32) {
        let square = |feature: &WeightedFeature| feature.value * feature.value;
        let worth = |feature: &WeightedFeature| {
            let pages = self.pages.iter();
            let postings: usize = pages
                .map(|page| page.get(feature.column as usize).len())
                .sum();
            square(feature) / postings as f32
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
        (telling.map(|(_, feature)| feature).collect(), share)
    }

    /// The likeness of the nearest phrasing of some neighbouring classes, from 0 to 1; 0 where they have none.
    pub(super) fn nearest(&self, classes: Range<usize>, likeness: &PhrasingLikeness) -> f32 {
        let (eights, rest) = likeness.of(self.numbers(classes)).as_chunks::<8>();
        // Every processor knows the greater of two floats, but not of two integers.
        let nearest = eights.iter().fold(f32x8::ZERO, |nearest, eight| {
            nearest.fast_max(i32x8::new(*eight).round_float())
        });
        let rest = rest.iter().map(|&like| like as f32);
        let nearest = nearest.to_array().into_iter().chain(rest);
        nearest.fold(0.0, f32::max) / LIKENESS_ONE
    }

    /// How similar a question is to each phrasing of a topic, with the section that the phrasing asks for.
    pub(super) fn of_topic<'a>(
        &'a self,
        topic: usize,
        likeness: &'a PhrasingLikeness,
    ) -> impl Iterator<Item = (Option<usize>, f32)> + 'a {
        let numbers = self.numbers(topic..topic + 1);
        let sections = self.sections.get(numbers.clone()).unwrap_or_default();
        let likeness = likeness.of(numbers).iter();
        sections
            .iter()
            .map(|section| section.map(|section| section as usize))
            .zip(likeness.map(|&like| like as f32 / LIKENESS_ONE))
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

#[cfg(test)]
mod tests {
    use super::super::corpus::Example;
    use super::super::vectorizer::WeightedFeature;
    use super::{PAGE, Phrasings};

    #[test]
    fn a_phrasing_after_the_first_page_is_as_near_as_one_in_it() {
        let example = |class| Example {
            class,
            section: None,
            answers: &[],
            text: "",
        };
        let (first, second) = (example(0), example(1));
        let vectors: Vec<[(u32, f32); 1]> = (0..PAGE as u32 + 8).map(|at| [(at, 1.0)]).collect();
        let phrasings = vectors.iter().enumerate().map(|(at, vector)| {
            let example = if at < PAGE { &first } else { &second };
            (example, vector.as_slice())
        });
        let phrasings = Phrasings::default().finish(phrasings, vectors.len(), 1.0);

        for (column, nearest) in [(3, [1.0, 0.0]), (PAGE as u32 + 3, [0.0, 1.0])] {
            let likeness = phrasings.likeness(&[WeightedFeature {
                key: 0,
                column,
                value: 1.0,
            }]);
            let found = [0, 1].map(|class| phrasings.nearest(class..class + 1, &likeness));
            assert_eq!(found, nearest);
        }
    }
}
