//! Which section of a topic answers, once the topic is known.
//!
//! Four things count for a section: how similar its nearest phrasing is to the question, how similar its phrasings are on average,
//! whether its heading and text have the question's words, and what the topic's own small classifier has learned from
//! phrasings, headings and messages. The classifier ignores ways to ask about the topic as a whole, because they ask for no section.

use serde::{Deserialize, Serialize};

use super::analyzer::{AnalyzedText, Analyzer};
use super::classifier::{XorShift, softmax};
use super::corpus::{Corpus, Example};
use super::dictionary::Texts;
use super::features::word_key;
use super::phrasings::Phrasings;
use super::ranked::Ranked;
use super::vectorizer::{Vectorizer, Vectors, WeightedFeature};

/// The weight of a phrasing of the whole topic for the first section, relative to the section's own phrasings.
const GENERAL: f32 = 0.9;
/// The weight of the mean similarity of a section's phrasings, relative to the greatest.
const MEAN: f32 = 1.5;
/// The weight of the section's text having all the question's words.
const TEXT: f32 = 1.2;
/// How much a point of the topic's own classifier counts.
const CLASSIFIED: f32 = 0.3;
/// The maximum number of sections with a question's words in their texts; with more, the words do not single any out.
const MOST_WITH_WORDS: usize = 2;
/// How often the training of a topic's classifier goes over its examples.
const PASSES: usize = 4;
/// Its first step.
const STEP: f32 = 1.5;

/// A question's content, for comparing it with the texts of sections.
#[derive(Debug)]
pub(super) struct QueryTerms {
    /// The stem of each word, and how much it says.
    words: Vec<(u32, f32)>,
    /// How much all of them say together.
    whole: f32,
}

impl QueryTerms {
    /// What a text says.
    pub(super) fn by(analyzed: &AnalyzedText, vectorizer: &Vectorizer) -> Self {
        let words: Vec<(u32, f32)> = analyzed
            .words
            .iter()
            .map(|word| (word.stem, vectorizer.idf(word_key(word.stem))))
            .collect();
        Self {
            whole: words.iter().map(|(_, idf)| idf).sum(),
            words,
        }
    }
}

/// What is known of the sections of each topic.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Sections {
    topics: Vec<TopicSections>,
}

/// What is known of the sections of one topic.
#[derive(Debug, Default, Serialize, Deserialize)]
struct TopicSections {
    /// The stems of each section's heading and text, in order.
    texts: Vec<Box<[u32]>>,
    /// The columns that the classifier knows.
    columns: Ranked,
    /// For each of them, a weight for each section, in units of `scale`.
    weights: Vec<i16>,
    scale: f32,
}

impl Sections {
    /// Learns the sections of all topics: `texts` are theirs, section after section, `vectors` those of the examples.
    pub(super) fn new(
        corpus: &Corpus,
        texts: &Texts,
        analyzer: &Analyzer,
        examples: &[Example<'_>],
        vectors: &Vectors,
    ) -> Self {
        let mut texts = texts.iter().map(|numbers| {
            let mut stems: Vec<u32> = analyzer
                .recall_words(numbers)
                .words
                .iter()
                .map(|word| word.stem)
                .collect();
            stems.sort_unstable();
            stems.dedup();
            stems.into_boxed_slice()
        });
        let mut lessons: Vec<Vec<SectionExample<'_>>> = Vec::new();
        lessons.resize_with(corpus.topics.len(), Vec::new);
        for (number, example) in examples.iter().enumerate() {
            let Some(vector) = vectors.get(number) else {
                continue;
            };
            let mut add = |topic: usize, section: usize| {
                if let Some(of_topic) = lessons.get_mut(topic) {
                    match of_topic.last_mut().filter(|lesson| lesson.number == number) {
                        Some(lesson) => lesson.right.push(section),
                        None => of_topic.push(SectionExample {
                            number,
                            vector,
                            right: vec![section],
                        }),
                    }
                }
            };
            match (example.section, example.answers) {
                (Some(section), []) => add(example.class, section),
                (None, []) => {}
                (_, answers) => answers
                    .iter()
                    .filter_map(|&(topic, section)| Some((topic, section?)))
                    .for_each(|(topic, section)| add(topic, section)),
            }
        }
        let topics = corpus.topics.iter().zip(lessons).map(|(topic, lessons)| {
            let texts: Vec<Box<[u32]>> = texts.by_ref().take(topic.sections.len()).collect();
            TopicSections::learn(texts, &lessons)
        });
        Self {
            topics: topics.collect(),
        }
    }

    /// The sections, by topic and position, whose heading and text have all of these stems; none if there are more than a few,
    /// because then the words do not tell them apart.
    pub(super) fn with_words(&self, stems: &[u32]) -> Vec<(usize, usize)> {
        let topics = self.topics.iter().enumerate();
        let texts = topics.flat_map(|(topic, sections)| {
            let texts = sections.texts.iter().enumerate();
            texts.map(move |(section, text)| ((topic, section), text))
        });
        let has_all = |text: &[u32]| stems.iter().all(|stem| text.binary_search(stem).is_ok());
        let mut found: Vec<_> = texts
            .filter(|(_, text)| has_all(text))
            .map(|(place, _)| place)
            .take(MOST_WITH_WORDS + 1)
            .collect();
        if found.len() > MOST_WITH_WORDS {
            found.clear();
        }
        found
    }

    /// The section of a topic that fits the question best (the first on a tie), and the second best with how far it is behind.
    pub(super) fn best(
        &self,
        topic: usize,
        vector: &[WeightedFeature],
        query: &QueryTerms,
        phrasings: &Phrasings,
        likeness: &[f32],
        meant: impl FnOnce(usize) -> Vec<f32>,
    ) -> (usize, Option<(usize, f32)>) {
        let Some(sections) = self.topics.get(topic) else {
            return (0, None);
        };
        // For each section: the greatest likeness of its phrasings, the sum and the number of all.
        let mut likes = vec![(0.0_f32, 0.0_f32, 0.0_f32); sections.texts.len()];
        for (own, like) in phrasings.of_topic(topic, likeness) {
            if let Some((nearest, sum, count)) = likes.get_mut(own.unwrap_or(0)) {
                let like = if own.is_none() { GENERAL * like } else { like };
                *nearest = nearest.max(like);
                *sum += like;
                *count += 1.0;
            }
        }
        let logits = sections.logits(vector.iter().map(|weighed| (weighed.column, weighed.value)));
        let meant = meant(sections.texts.len());
        let (mut best, mut next) = ((0, f32::MIN), (0, f32::MIN));
        for (section, (((text, (nearest, sum, count)), logit), meant)) in sections
            .texts
            .iter()
            .zip(likes)
            .zip(logits)
            .zip(meant)
            .enumerate()
        {
            let shared: f32 = query
                .words
                .iter()
                .filter(|(stem, _)| text.binary_search(stem).is_ok())
                .map(|(_, idf)| idf)
                .sum();
            let score = nearest
                + MEAN * sum / f32::max(count, 1.0)
                + TEXT * shared / f32::max(query.whole, 1.0)
                + CLASSIFIED * logit
                + meant;
            if score > best.1 {
                (best, next) = ((section, score), best);
            } else if score > next.1 {
                next = (section, score);
            }
        }
        let behind = best.1 - next.1;
        (best.0, (next.1 > f32::MIN).then_some((next.0, behind)))
    }
}

/// Where the row of each column of an example begins, with the column's value.
type Rows = Vec<(usize, f32)>;

/// An example for a topic's classifier.
struct SectionExample<'a> {
    number: usize,
    vector: &'a [(u32, f32)],
    /// The sections any of which is right.
    right: Vec<usize>,
}

impl TopicSections {
    /// Trains the classifier of a topic: multinomial logistic regression, as `classifier` does for topics.
    fn learn(texts: Vec<Box<[u32]>>, lessons: &[SectionExample<'_>]) -> Self {
        let mut columns: Vec<u32> = lessons
            .iter()
            .flat_map(|lesson| lesson.vector)
            .map(|&(column, _)| column)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let count = texts.len();
        let mut weights = vec![0.0; columns.len() * count];
        let mut learned = Self {
            weights: vec![0; weights.len()],
            scale: 0.0,
            columns: Ranked::new(&columns),
            texts,
        };
        if count < 2 {
            return learned;
        }
        // The rows of each example are looked up once, not in every pass.
        let lessons: Vec<(Rows, &[usize])> = lessons
            .iter()
            .map(|lesson| {
                let rows = learned.rows(lesson.vector.iter().copied()).collect();
                (rows, lesson.right.as_slice())
            })
            .collect();
        let mut order: Vec<usize> = (0..lessons.len()).collect();
        let mut random = XorShift::seeded("order of lessons");
        let mut errors = vec![0.0; count];
        let total = (PASSES * lessons.len()) as f32;
        let mut seen = 0.0;
        for _ in 0..PASSES {
            random.shuffle(&mut order);
            for (vector, right) in order.iter().filter_map(|&at| lessons.get(at)) {
                let rate = STEP * (1.0 - seen / total);
                seen += 1.0;
                errors.fill(0.0);
                add_rows(&weights, vector.iter().copied(), &mut errors);
                softmax(&mut errors, count);
                let share = 1.0 / right.len() as f32;
                for &section in *right {
                    if let Some(error) = errors.get_mut(section) {
                        *error -= share;
                    }
                }
                for &(start, value) in vector {
                    let row = weights.get_mut(start..start + count).unwrap_or_default();
                    row.iter_mut()
                        .zip(&errors)
                        .for_each(|(weight, error)| *weight -= rate * value * error);
                }
            }
        }
        let largest = weights
            .iter()
            .fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        learned.scale = largest / f32::from(i16::MAX);
        learned.weights = weights
            .iter()
            .map(|weight| (weight / learned.scale.max(f32::MIN_POSITIVE)) as i16)
            .collect();
        learned
    }

    /// What the classifier says for each section, above the mean.
    fn logits(&self, vector: impl Iterator<Item = (u32, f32)>) -> Vec<f32> {
        let mut logits = vec![0.0; self.texts.len()];
        add_rows(&self.weights, self.rows(vector), &mut logits);
        logits.iter_mut().for_each(|logit| *logit *= self.scale);
        let mean = logits.iter().sum::<f32>() / logits.len().max(1) as f32;
        logits.iter_mut().for_each(|logit| *logit -= mean);
        logits
    }

    /// Where the weights of each known column of a vector begin, with the column's value.
    fn rows(&self, vector: impl Iterator<Item = (u32, f32)>) -> impl Iterator<Item = (usize, f32)> {
        vector.filter_map(|(column, value)| {
            let row = self.columns.rank(column)?;
            Some((row * self.texts.len(), value))
        })
    }
}

/// Adds the weights of each row, times its value, to the sums of the sections.
fn add_rows<W: Copy + Into<f32>>(
    weights: &[W],
    rows: impl Iterator<Item = (usize, f32)>,
    sums: &mut [f32],
) {
    for (start, value) in rows {
        let row = weights.get(start..start + sums.len());
        sums.iter_mut()
            .zip(row.unwrap_or_default())
            .for_each(|(sum, &weight)| *sum += value * weight.into());
    }
}
