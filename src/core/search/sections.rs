//! Which section of a topic answers, once the topic is known.
//!
//! Four things count for a section: how similar its nearest phrasing is to the question, how similar its phrasings are on average,
//! whether its heading and text have the question's words, and what the topic's own small classifier has learned from
//! phrasings, headings and messages. The classifier ignores ways to ask about the topic as a whole, because they ask for no section.

use serde::{Deserialize, Serialize};

use super::analyzer::{AnalyzedText, Analyzer};
use super::classifier::softmax;
use super::corpus::{Corpus, Example};
use super::dictionary::Texts;
use super::features::word_key;
use super::lists::Lists;
use super::phrasings::{PhrasingLikeness, Phrasings};
use super::ranked::Ranked;
use super::sentences::SentenceLikeness;
use super::vectorizer::{Vectorizer, Vectors, WeightedFeature};
use super::xorshift::XorShift;

/// The weight of a phrasing of the whole topic for the first section, relative to the section's own phrasings.
const GENERAL: f32 = 0.9;
/// The weight of the mean similarity of a section's phrasings, relative to the greatest.
const MEAN: f32 = 1.5;
/// The weight of the section's text having all the question's words.
const TEXT: f32 = 1.2;
/// How much a point of the topic's own classifier counts.
const CLASSIFIED: f32 = 0.3;
/// The maximum number of sections with a question's words in their texts; with more, the words do not single any out.
const MAX_WITH_WORDS: usize = 2;
/// How often the training of a topic's classifier goes over its examples.
const PASSES: usize = 4;
/// Its first step.
const STEP: f32 = 1.5;

/// A question's content, for comparing it with the texts of sections.
#[derive(Debug)]
pub(super) struct QueryTerms {
    /// Each stem once, and how much its words say together.
    words: Vec<(u32, f32)>,
    /// How much all of them say together.
    whole: f32,
}

impl QueryTerms {
    /// What a text says.
    pub(super) fn by(analyzed: &AnalyzedText, vectorizer: &Vectorizer) -> Self {
        let mut stems: Vec<u32> = analyzed.words.iter().map(|word| word.stem).collect();
        stems.sort_unstable();
        let words: Vec<(u32, f32)> = stems
            .chunk_by(|a, b| a == b)
            .filter_map(|same| {
                let stem = *same.first()?;
                Some((stem, same.len() as f32 * vectorizer.idf(word_key(stem))))
            })
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
    /// For each stem, the sections whose heading and text have it, in order. Sections are numbered over all topics.
    having: Lists<u32>,
    /// The number of each topic's first section; one more at the end.
    starts: Vec<u32>,
}

/// What is known of the sections of one topic.
#[derive(Debug, Default, Serialize, Deserialize)]
struct TopicSections {
    /// How many sections the topic has.
    count: usize,
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
        let mut words: Vec<(usize, u32)> = Vec::new();
        for (section, numbers) in (0..).zip(texts.iter()) {
            let text = analyzer.recall_words(numbers);
            words.extend(text.words.iter().map(|word| (word.stem as usize, section)));
        }
        words.sort_unstable();
        words.dedup();
        let stems = words.last().map_or(0, |(stem, _)| stem + 1);
        let mut starts = vec![0];
        for topic in &corpus.topics {
            let start = starts.last().copied().unwrap_or_default();
            starts.push(start + topic.sections.len() as u32);
        }
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
        let topics = corpus
            .topics
            .iter()
            .zip(lessons)
            .map(|(topic, lessons)| TopicSections::learn(topic.sections.len(), &lessons));
        Self {
            topics: topics.collect(),
            having: Lists::new(stems, words.into_iter()),
            starts,
        }
    }

    /// The sections, by topic and position, whose heading and text have all of these stems; none if there are more than a few,
    /// because then the words do not tell them apart.
    pub(super) fn with_words(&self, stems: &[u32]) -> Vec<(usize, usize)> {
        let Some((first, others)) = stems.split_first() else {
            return Vec::new();
        };
        let has = |stem: &u32, section: &u32| self.having(*stem).binary_search(section).is_ok();
        let sections = self.having(*first).iter();
        let mut found: Vec<_> = sections
            .filter(|section| others.iter().all(|stem| has(stem, section)))
            .filter_map(|&section| self.place(section))
            .take(MAX_WITH_WORDS + 1)
            .collect();
        if found.len() > MAX_WITH_WORDS {
            found.clear();
        }
        found
    }

    /// The sections whose heading and text have a stem, in order.
    fn having(&self, stem: u32) -> &[u32] {
        self.having.get(stem as usize)
    }

    /// The topic and the position of a section.
    fn place(&self, section: u32) -> Option<(usize, usize)> {
        let topic = self.starts.partition_point(|&start| start <= section) - 1;
        let start = self.starts.get(topic)?;
        Some((topic, (section - start) as usize))
    }

    /// How much of what a question says each section of a topic has in its heading and text.
    fn shared(&self, topic: usize, query: &QueryTerms) -> Vec<f32> {
        let start_of = |topic: usize| self.starts.get(topic).copied().unwrap_or_default();
        let (start, end) = (start_of(topic), start_of(topic + 1));
        let mut shared = vec![0.0; (end - start) as usize];
        for &(stem, idf) in &query.words {
            let having = self.having(stem);
            let own = having.get(having.partition_point(|&section| section < start)..);
            let own = own.unwrap_or_default().iter();
            for section in own.take_while(|&&section| section < end) {
                if let Some(sum) = shared.get_mut((section - start) as usize) {
                    *sum += idf;
                }
            }
        }
        shared
    }

    /// The section of a topic that fits the question best (the first on a tie), and the second best with how far it is behind.
    pub(super) fn best(
        &self,
        topic: usize,
        vector: &[WeightedFeature],
        query: &QueryTerms,
        phrasings: &Phrasings,
        likeness: &PhrasingLikeness,
        encoded: Option<&SentenceLikeness<'_>>,
    ) -> (usize, Option<(usize, f32)>) {
        let Some(sections) = self.topics.get(topic) else {
            return (0, None);
        };
        // For each section: the greatest likeness of its phrasings, the sum and the number of all.
        let mut likes = vec![(0.0_f32, 0.0_f32, 0.0_f32); sections.count];
        for (own, like) in phrasings.of_topic(topic, likeness) {
            if let Some((nearest, sum, count)) = likes.get_mut(own.unwrap_or(0)) {
                let like = if own.is_none() { GENERAL * like } else { like };
                *nearest = nearest.max(like);
                *sum += like;
                *count += 1.0;
            }
        }
        let logits = sections.logits(vector.iter().map(|weighed| (weighed.column, weighed.value)));
        let encoded = encoded.map_or_else(
            || vec![0.0; sections.count],
            |encoded| encoded.sections(topic, sections.count),
        );
        let (mut best, mut next) = ((0, f32::MIN), (0, f32::MIN));
        for (section, (((shared, (nearest, sum, count)), logit), encoded)) in self
            .shared(topic, query)
            .into_iter()
            .zip(likes)
            .zip(logits)
            .zip(encoded)
            .enumerate()
        {
            let score = nearest
                + MEAN * sum / f32::max(count, 1.0)
                + TEXT * shared / f32::max(query.whole, 1.0)
                + CLASSIFIED * logit
                + encoded;
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
    fn learn(count: usize, lessons: &[SectionExample<'_>]) -> Self {
        let mut columns: Vec<u32> = lessons
            .iter()
            .flat_map(|lesson| lesson.vector)
            .map(|&(column, _)| column)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let mut weights = vec![0.0; columns.len() * count];
        let mut learned = Self {
            weights: vec![0; weights.len()],
            scale: 0.0,
            columns: Ranked::new(&columns),
            count,
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
        let mut logits = vec![0.0; self.count];
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
            Some((row * self.count, value))
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
