//! Which section of a topic answers, once the topic is known.
//!
//! Two things speak for a section: that its phrasings are like the question, and that its text has the question's
//! words. A classifier for each topic did not do better: a section has too few phrasings to learn from.

use super::corpus::Corpus;
use super::features::{Space, word_key};
use super::phrasings::Phrasings;
use super::reading::{Reader, Reading};
use super::words::Texts;

/// How much a phrasing of the topic as a whole counts for the first section, against one of the section's own.
const GENERAL: f32 = 0.9;
/// How much the mean likeness of a section's phrasings counts beside the greatest.
const MEAN: f32 = 2.5;
/// How much it counts that the section's text has all words of the question.
const TEXT: f32 = 1.2;

/// What a question says, to compare it with the texts of sections.
#[derive(Debug)]
pub(super) struct Said {
    /// The stem of each word, and how much it tells.
    words: Vec<(u32, f32)>,
    /// How much all of them tell.
    whole: f32,
}

impl Said {
    /// What a reading says.
    pub(super) fn by(reading: &Reading, space: &Space) -> Self {
        let words: Vec<(u32, f32)> = reading
            .words
            .iter()
            .map(|word| (word.stem, space.idf(word_key(word.stem))))
            .collect();
        Self {
            whole: words.iter().map(|(_, idf)| idf).sum(),
            words,
        }
    }
}

/// The stems of each section of each topic, in order.
#[derive(Debug, Default)]
pub(super) struct Sections {
    topics: Vec<Vec<Box<[u32]>>>,
}

impl Sections {
    /// Remembers the words of each section, `texts` section after section.
    pub(super) fn new(corpus: &Corpus, texts: &Texts, reader: &Reader) -> Self {
        let mut texts = texts.iter().map(|numbers| {
            let mut stems: Vec<u32> = reader
                .recall_words(numbers)
                .words
                .iter()
                .map(|word| word.stem)
                .collect();
            stems.sort_unstable();
            stems.dedup();
            stems.into_boxed_slice()
        });
        Self {
            topics: corpus
                .topics
                .iter()
                .map(|topic| texts.by_ref().take(topic.sections.len()).collect())
                .collect(),
        }
    }

    /// The section of a topic that fits the question best; the first of equals.
    pub(super) fn best(
        &self,
        topic: usize,
        said: &Said,
        phrasings: &Phrasings,
        likeness: &[f32],
    ) -> usize {
        let Some(texts) = self.topics.get(topic) else {
            return 0;
        };
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
            let shared: f32 = said
                .words
                .iter()
                .filter(|(stem, _)| text.binary_search(stem).is_ok())
                .map(|(_, idf)| idf)
                .sum();
            let score = nearest
                + MEAN * sum / f32::max(count, 1.0)
                + TEXT * shared / f32::max(said.whole, 1.0);
            if score > best.1 {
                best = (section, score);
            }
        }
        best.0
    }
}
