//! Finding the topic and the section that answer a question.
//!
//! [`Index::new`] learns from a knowledge base; [`Index::search`] ranks its topics and their sections for a question.
//! Neither does input or output, neither can fail, and both give the same result on every machine.

mod bm25;
mod classifier;
mod corpus;
mod explain;
mod features;
mod groups;
mod lexicon;
mod lists;
mod meaning;
mod parts;
mod phrasings;
mod reach;
mod reading;
mod sections;
mod sentences;
mod spelling;
mod words;

use std::sync::Arc;

use crate::knowledge::KnowledgeBase;
use crate::text;
use bm25::Bm25;
use classifier::Classifier;
pub use classifier::XorShift;
pub use corpus::{Corpus, MessageText, SectionTexts, TopicTexts};
pub use explain::{Candidate, Explanation, Gain};
use features::{Counts, Learner, Space, Weighed};
use lists::Lists;
use meaning::{Meaning, Meanings};
pub use parts::{Part, Parts};
use phrasings::Phrasings;
pub use reach::unreachable;
use reading::{Reader, Reading};
use sections::{Said, Sections};
use sentences::Likeness;
pub use sentences::{Encode, SENTENCE_DIMENSIONS, SentenceVector, Sentences, no_encoder};
use serde::{Deserialize, Serialize};

/// How much BM25 counts beside the classifier's logit.
const BM25_WEIGHT: f32 = 0.15;
/// How much the likeness of a topic's nearest phrasing, 0 to 1, counts beside the classifier's logit: more makes the bot
/// answer more of what is out of scope.
const LIKENESS_WEIGHT: f32 = 3.0;
/// How much the likeness in meaning to a topic's nearest example counts, where there is an encoder.
const MEANT_NEAREST: f32 = 6.0;
/// How much the mean likeness in meaning to its five nearest examples counts.
const MEANT_NEAR: f32 = 14.0;
/// The same for a section of a topic, for both.
const MEANT_SECTION: f32 = 1.0;
/// The first step of training; larger ones learn the phrasings by heart and generalise less.
const STEP: f32 = 1.0;
/// A message of at least this many words may tell a story around the sentence that asks.
const LONG_MESSAGE: usize = 20;
/// An asking sentence shorter than this many words ("any ideas?") says nothing by itself.
const SHORTEST_ASKING: usize = 4;
/// How far a phrasing that is repeated to the letter leads.
const REPEATED_LEAD: f32 = 6.0;

/// The most matches that a search returns.
pub const MOST_MATCHES: usize = 5;

/// A knowledge base, learned by heart. Immutable; searching it needs no lock.
///
/// Copies share what was learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Index {
    reader: Arc<Reader>,
    space: Arc<Space>,
    classifier: Arc<Classifier>,
    bm25: Arc<Bm25>,
    phrasings: Arc<Phrasings>,
    sections: Arc<Sections>,
    /// The ids of the topics, which decide ties.
    topics: Arc<[String]>,
    parts: Parts,
    #[serde(skip, default = "read_meanings")]
    meanings: Arc<Meanings>,
    /// What the encoder says of the same texts, if there is one.
    #[serde(skip)]
    sentences: Option<Arc<Sentences>>,
}

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The words of the person who asks.
    pub text: String,
    /// What the same person asked before in the same conversation, oldest first.
    pub previous: Vec<String>,
    /// Whether the message was not addressed to the bot.
    pub overheard: bool,
    /// What the encoder says of the text, if there is one.
    pub vector: Option<Box<SentenceVector>>,
}

impl Question {
    /// A question that was put to the bot, without a conversation before it.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same with what an encoder says of it.
    pub fn encoded(self, encode: &Encode<'_>) -> Self {
        Self {
            vector: encode(&self.text).map(Box::new),
            ..self
        }
    }
}

/// A section that may answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Which topic of the knowledge base, by position.
    pub topic: usize,
    /// Which section of the topic, by position.
    pub section: usize,
    /// The logit of the topic above the mean of all: about 0 for a topic that has nothing to do with the question, 5 to
    /// 20 for one that has.
    pub score: f32,
}

/// What a search found, and the evidence for and against it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// One match for each topic, best first, at most [`MOST_MATCHES`]. Empty where the question has no word.
    pub matches: Vec<Match>,
    /// The kind of message out of scope that fits best, by position, and its score on the scale of [`Match::score`].
    pub aside: Option<(usize, f32)>,
    /// How like the question is to the nearest phrasing of the best topic: a cosine, 0 to 1.
    pub nearest: f32,
    /// The same for the nearest example out of scope.
    pub nearest_aside: f32,
    /// How far the scores of all classes are apart: their standard deviation. What the knowledge base does not know leaves
    /// all classes alike.
    pub deviation: f32,
    /// By how much the classifier prefers all topics together to all kinds out of scope together: the logarithm of the odds.
    /// Zero if the knowledge base has no examples out of scope.
    pub scope_odds: f32,
    /// How many words the question has, abbreviations written out.
    pub words: usize,
    /// How many of them neither the knowledge base nor the lexicon has, nor anything like them.
    pub unknown: usize,
    /// For a question of a few words: the sections, by topic and position, in whose texts alone all of these stand. A rare word
    /// may stand in a text and in no phrasing. Not looked for where the question was overheard: nothing is offered there.
    pub in_texts: Vec<(usize, usize)>,
    /// What the encoder says, if it was asked.
    pub encoded: Option<EncoderEvidence>,
    /// The section of the best topic that fits next best, and how far it is behind. Nothing where a phrasing of the best one
    /// was repeated.
    pub next_section: Option<(usize, f32)>,
}

/// How alike in meaning a question is to what the index has learned from: cosines, from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EncoderEvidence {
    /// To the nearest example of the best topic.
    pub nearest: f32,
    /// To the five nearest examples of the best topic, on average.
    pub near: f32,
    /// The same for the topic, other than the best, that is nearest in meaning.
    pub other: f32,
    /// The same for the nearest kind of message out of scope.
    pub aside: f32,
}

impl Index {
    /// Learns a knowledge base.
    pub fn new(knowledge: &KnowledgeBase) -> Self {
        Self::with_parts(&Corpus::from(knowledge), Parts::ALL)
    }

    /// Learns a corpus, with all parts of the search or some switched off.
    pub fn with_parts(corpus: &Corpus, parts: Parts) -> Self {
        let examples = corpus.examples(parts.has(Part::Titles), parts.has(Part::OutOfScope));
        let classes = corpus.topics.len()
            + if parts.has(Part::OutOfScope) {
                corpus.out_of_scope.len()
            } else {
                0
            };
        let (reader, asked, shown) =
            Reader::new(corpus, examples.iter().map(|example| example.text), parts);

        let meanings = if parts.has(Part::Meaning) {
            Meanings::read()
        } else {
            Meanings::default()
        };
        let mut meanings_of: Vec<Meaning> = Vec::with_capacity(examples.len());
        let mut learner = Learner::default();
        let mut phrasings = Phrasings::default();
        let mut documents: Vec<Vec<u32>> = vec![Vec::new(); classes];
        for (example, numbers) in examples.iter().zip(asked.iter()) {
            let reading = reader.recall(numbers);
            learner.add(example.class, &reading);
            if example.is_phrasing() {
                phrasings.add(&reading);
            }
            meanings_of.push(meanings.of(&reading));
            if let Some(document) = documents.get_mut(example.class) {
                document.extend(reader.terms(&reading));
            }
        }
        for (document, topic) in documents.iter_mut().zip(&corpus.topics) {
            document.extend(reader.terms(&reader.read(&topic.keywords.join(" "))));
        }
        let bm25 = if parts.has(Part::Bm25) {
            Bm25::new(documents, reader.term_count())
        } else {
            Bm25::default()
        };
        let (space, vectors) = learner.finish(classes, parts);
        let targets = (0..).zip(&examples).flat_map(|(number, example)| {
            example.classes().map(move |class| (number, class as u32))
        });
        let targets = Lists::new(examples.len(), targets);
        Self {
            classifier: Arc::new(Classifier::train(
                &vectors,
                &meanings_of,
                &targets,
                space.columns(),
                classes,
                passes(vectors.len()),
                STEP,
            )),
            phrasings: Arc::new(
                phrasings.finish(
                    examples
                        .iter()
                        .zip(vectors.iter())
                        .filter(|(example, _)| example.is_phrasing()),
                    space.columns(),
                    space.full_length(),
                ),
            ),
            sections: Arc::new(Sections::new(corpus, &shown, &reader, &examples, &vectors)),
            reader: Arc::new(reader),
            space: Arc::new(space),
            bm25: Arc::new(bm25),
            topics: corpus.topics.iter().map(|topic| topic.id.clone()).collect(),
            parts,
            meanings: Arc::new(meanings),
            sentences: None,
        }
    }

    /// The same index with what an encoder says of the texts that it was learned from.
    #[must_use]
    pub fn with_sentences(&self, sentences: Option<Sentences>) -> Self {
        Self {
            sentences: sentences.map(Arc::new),
            ..self.clone()
        }
    }

    /// Whether an encoder is asked too, of questions that come with a vector.
    pub fn has_sentences(&self) -> bool {
        self.sentences.is_some()
    }

    /// The index as bytes, to be kept until the next start.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into memory cannot fail, and every part of an index can be written.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The index that these bytes hold, if they hold one. Only a program of the same sources understands them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Ranks the topics and their sections for a question.
    pub fn search(&self, question: &Question) -> Found {
        let reading = self.reader.read(&question.text);
        if reading.words.is_empty() {
            return Found::default();
        }
        let vector = self.vector(&reading);
        let mut scores = self.logits(&reading, &vector);
        if self.parts.has(Part::Sentences) {
            self.lean_on_asking_sentence(&question.text, &reading, &mut scores);
        }
        let before = if self.parts.has(Part::Context) {
            self.context(&question.previous, &reading)
        } else {
            None
        };
        if let Some((share, before)) = &before {
            let of_before = self.logits(before, &self.vector(before));
            scores
                .iter_mut()
                .zip(of_before)
                .for_each(|(score, before)| *score += share * before);
        }
        let deviation = deviation(&scores);
        let scope_odds = scope_odds(&scores, self.topics.len());
        self.add_bm25(1.0, &reading, &mut scores);
        if let Some((share, before)) = &before {
            self.add_bm25(*share, before, &mut scores);
        }

        let repeated = self.phrasings.repeated(&reading);
        if let Some((class, _)) = repeated {
            let best = scores.iter().copied().fold(0.0, f32::max);
            if let Some(score) = scores.get_mut(class) {
                *score = best + REPEATED_LEAD;
            }
        }

        let likeness = self.phrasings.likeness(&vector);
        for (class, score) in scores.iter_mut().enumerate() {
            *score += LIKENESS_WEIGHT * self.phrasings.nearest(class..class + 1, &likeness);
        }
        let heard = self.listen_to_encoder(question, &mut scores);
        let topics = self.topics.len();
        let mut ranked: Vec<(f32, usize)> = scores.iter().copied().take(topics).zip(0..).collect();
        ranked.sort_by(|(a_score, a), (b_score, b)| {
            b_score
                .total_cmp(a_score)
                .then_with(|| self.topics.get(*a).cmp(&self.topics.get(*b)))
        });
        ranked.truncate(MOST_MATCHES);
        let said = Said::by(&reading, &self.space);
        let mut next_section = None;
        let matches: Vec<Match> = ranked
            .into_iter()
            .enumerate()
            .map(|(rank, (score, topic))| {
                let (section, next) = match repeated {
                    Some((class, section)) if class == topic => (section, None),
                    _ => self.sections.best(
                        topic,
                        &vector,
                        &said,
                        &self.phrasings,
                        &likeness,
                        heard.as_ref(),
                    ),
                };
                if rank == 0 {
                    next_section = next;
                }
                Match {
                    topic,
                    section,
                    score,
                }
            })
            .collect();
        let best = matches.first().map_or(0, |found| found.topic);
        Found {
            aside: scores
                .iter()
                .copied()
                .skip(topics)
                .enumerate()
                .max_by(|(a, a_score), (b, b_score)| a_score.total_cmp(b_score).then(b.cmp(a))),
            nearest: self.phrasings.nearest(best..best + 1, &likeness),
            nearest_aside: self.phrasings.nearest(topics..usize::MAX, &likeness),
            deviation,
            scope_odds,
            words: reading.words.len(),
            unknown: reading.unknown.len(),
            in_texts: if question.overheard {
                Vec::new()
            } else {
                self.in_texts(&reading)
            },
            encoded: heard.map(|heard| heard.evidence(best, topics)),
            next_section,
            matches,
        }
    }

    /// The sections that alone have all telling words of a short question in their texts.
    fn in_texts(&self, reading: &Reading) -> Vec<(usize, usize)> {
        let telling = reading.words.iter().filter(|word| !word.stop);
        let stems: Vec<u32> = telling.map(|word| word.stem).collect();
        if stems.is_empty() || stems.len() > MOST_TELLING {
            return Vec::new();
        }
        self.sections.with_words(&stems)
    }

    /// What a text is about, for comparing texts with each other: the stems of the words that carry meaning, words of one
    /// group under the group's name, long words corrected. In the order of the alphabet, each once.
    pub fn telling(&self, text: &str) -> Vec<String> {
        self.reader.telling(text)
    }

    /// The word that somebody has begun to type: the one that questions of the knowledge base use most often. Nothing where
    /// it is finished, or no word begins so.
    pub fn finished(&self, begun: &str) -> Option<&str> {
        self.reader.finished(begun)
    }

    /// The features of a text.
    fn vector(&self, reading: &Reading) -> Vec<Weighed> {
        self.space.vector(&Counts::of(reading))
    }

    /// The classifier's logit of each class, above the mean of all.
    fn logits(&self, reading: &Reading, vector: &[Weighed]) -> Vec<f32> {
        let mut logits = self.classifier.scores(vector, &self.meanings.of(reading));
        let mean = logits.iter().sum::<f32>() / logits.len().max(1) as f32;
        logits.iter_mut().for_each(|logit| *logit -= mean);
        logits
    }

    /// Adds a share of what the rare words of a question say.
    fn add_bm25(&self, share: f32, reading: &Reading, scores: &mut [f32]) {
        for term in self.reader.terms(reading) {
            for &(class, gain) in self.bm25.gains(term) {
                if let Some(score) = scores.get_mut(class as usize) {
                    *score += share * BM25_WEIGHT * gain;
                }
            }
        }
    }

    /// Adds what the encoder says, if there is one.
    fn listen_to_encoder(&self, question: &Question, scores: &mut [f32]) -> Option<Heard<'_>> {
        let sentences = self.sentences.as_deref();
        let sentences = sentences.filter(|_| self.parts.has(Part::Encoder))?;
        let cosines = sentences.cosines(question.vector.as_deref()?);
        let classes = sentences.classes(&cosines);
        for (score, likeness) in scores.iter_mut().zip(&classes) {
            *score += MEANT_NEAREST * likeness.nearest + MEANT_NEAR * likeness.near;
        }
        Some(Heard {
            sentences,
            cosines,
            classes,
        })
    }

    /// In a long message, most sentences tell a story and one asks: that one counts as much as the whole.
    fn lean_on_asking_sentence(&self, text: &str, whole: &Reading, scores: &mut [f32]) {
        if whole.words.len() < LONG_MESSAGE {
            return;
        }
        let asking: Vec<&str> = text::sentences(text)
            .filter(|sentence| text::asks(sentence))
            .collect();
        let reading = self.reader.read(&asking.join(" "));
        if reading.words.len() < SHORTEST_ASKING || reading.words.len() == whole.words.len() {
            return;
        }
        let of_asking = self.logits(&reading, &self.vector(&reading));
        for (score, asking) in scores.iter_mut().zip(of_asking) {
            *score = (*score + asking) / 2.0;
        }
    }

    /// A question that says little by itself ("and for remote ones?") is read with the one before it: how much that one
    /// counts, and what it says.
    fn context(&self, previous: &[String], reading: &Reading) -> Option<(f32, Reading<'_>)> {
        let before = previous.last()?;
        let telling = reading.words.iter().filter(|word| !word.stop).count();
        let refers = reading
            .words
            .first()
            .is_some_and(|word| LINKING.contains(&word.text.as_ref()))
            || reading
                .words
                .iter()
                .any(|word| REFERRING.contains(&word.text.as_ref()));
        let share = match telling {
            0..=2 => 0.6,
            3..=4 if refers => 0.5,
            3..=4 => 0.3,
            5..=8 if refers => 0.2,
            _ => return None,
        };
        Some((share, self.reader.read(before)))
    }
}

/// What the encoder said of a question.
struct Heard<'a> {
    sentences: &'a Sentences,
    cosines: Vec<f32>,
    classes: Vec<Likeness>,
}

impl Heard<'_> {
    /// What it adds to each section of a topic.
    fn sections(&self, topic: usize, sections: usize) -> Vec<f32> {
        let all = self.sentences.sections(topic, sections, &self.cosines);
        all.iter()
            .map(|likeness| MEANT_SECTION * likeness.nearest + MEANT_SECTION * likeness.near)
            .collect()
    }

    /// The evidence for the best topic; the classes from `topics` on are out of scope.
    fn evidence(&self, best: usize, topics: usize) -> EncoderEvidence {
        let greatest = |classes: &mut dyn Iterator<Item = (usize, &Likeness)>| {
            classes.fold(0.0, |greatest, (_, likeness)| {
                f32::max(greatest, likeness.near)
            })
        };
        let classes = || self.classes.iter().enumerate();
        let of_best = self.classes.get(best).copied().unwrap_or_default();
        EncoderEvidence {
            nearest: of_best.nearest,
            near: of_best.near,
            other: greatest(&mut classes().take(topics).filter(|(class, _)| *class != best)),
            aside: greatest(&mut classes().skip(topics)),
        }
    }
}

/// The file of word vectors.
fn read_meanings() -> Arc<Meanings> {
    Arc::new(Meanings::read())
}

/// The standard deviation of scores.
fn deviation(scores: &[f32]) -> f32 {
    let count = scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() / count;
    let variance = scores
        .iter()
        .map(|score| (score - mean) * (score - mean))
        .sum::<f32>()
        / count;
    libm::sqrtf(variance)
}

/// By how much the classes before `topics` are likelier than those after it.
fn scope_odds(scores: &[f32], topics: usize) -> f32 {
    let (topics, kinds) = scores.split_at(topics.min(scores.len()));
    if topics.is_empty() || kinds.is_empty() {
        return 0.0;
    }
    let greatest = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum = |scores: &[f32]| {
        scores
            .iter()
            .map(|score| classifier::exp(score - greatest))
            .sum::<f32>()
    };
    libm::logf(sum(topics).max(f32::MIN_POSITIVE) / sum(kinds).max(f32::MIN_POSITIVE))
}

/// A question of more telling words than this says more than which text to look into.
const MOST_TELLING: usize = 3;
/// Words that begin a question which goes on from the one before.
const LINKING: [&str; 9] = [
    "and", "or", "but", "what", "ok", "so", "then", "any", "also",
];
/// Words that stand for something said before.
const REFERRING: [&str; 12] = [
    "it", "that", "them", "they", "one", "ones", "those", "this", "there", "instead", "else", "too",
];

/// How often training goes over all examples: a small knowledge base needs more passes to learn as much, a large one
/// learns from its many examples. 8 passes up to 3,000 examples, 6 from 4,000 on.
fn passes(examples: usize) -> usize {
    (24_000 / examples.max(1)).clamp(6, 8)
}
