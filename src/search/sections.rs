//! Which section of a topic answers, once the topic is known.
//!
//! Two things speak for a section: that its phrasings are like the question, and that its text has the question's
//! words. A classifier for each topic did not do better: a section has too few phrasings to learn from.

use rustc_hash::FxHashSet;

use super::corpus::Corpus;
use super::features::{Space, word_key};
use super::phrasings::Phrasings;
use super::reading::{Reader, Reading};

/// How much a phrasing of the topic as a whole counts for the first section, against one of the section's own.
const GENERAL: f32 = 0.9;
/// How much the mean likeness of a section's phrasings counts beside the greatest.
const MEAN: f32 = 2.5;
/// How much it counts that the section's text has all words of the question.
const TEXT: f32 = 1.2;

/// The stems of each section of each topic.
#[derive(Debug, Default)]
pub(super) struct Sections {
    topics: Vec<Vec<FxHashSet<u32>>>,
}

impl Sections {
    pub(super) fn new(corpus: &Corpus, reader: &Reader) -> Self {
        let topics = corpus.topics.iter().map(|topic| {
            let sections = topic.sections.iter();
            sections.map(|section| reader.stems(&section.heading).chain(reader.stems(&section.text)).collect()).collect()
        });
        Self { topics: topics.collect() }
    }

    /// The section of a topic that fits the question best; the first of equals.
    pub(super) fn best(&self, topic: usize, reading: &Reading, space: &Space, phrasings: &Phrasings, likeness: &[f32]) -> usize {
        let Some(texts) = self.topics.get(topic) else { return 0 };
        let weight = |stem: u32| space.id(word_key(stem)).map_or(0.0, |id| space.idf(id));
        let whole: f32 = reading.words.iter().map(|word| weight(word.stem)).sum();
        // For each section: the greatest likeness of its phrasings, the sum and the number of all.
        let mut likes = vec![(0.0_f32, 0.0_f32, 0.0_f32); texts.len()];
        for (own, like) in phrasings.of_topic(topic, likeness) {
            if let Some((nearest, sum, count)) = likes.get_mut(own.unwrap_or(0)) {
                let like = if own.is_none() { GENERAL * like } else { like };
                *nearest = nearest.max(like);
                *sum += like;
                *count += 1.0;
            }
        }
        let mut best = (0, f32::MIN);
        for (section, (text, (nearest, sum, count))) in texts.iter().zip(likes).enumerate() {
            let shared: f32 = reading.words.iter().filter(|word| text.contains(&word.stem)).map(|word| weight(word.stem)).sum();
            let score = nearest + MEAN * sum / f32::max(count, 1.0) + TEXT * shared / f32::max(whole, 1.0);
            if score > best.1 {
                best = (section, score);
            }
        }
        best.0
    }
}
