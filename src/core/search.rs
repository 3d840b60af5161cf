//! Finding the topic and the section that answer a question.
//!
//! [`Index::new`] learns from a knowledge base; [`Index::search`] ranks its topics and their sections for a question.
//! Neither does input or output, neither can fail, and both give the same result on every machine.

mod ablation;
mod analyzer;
mod bm25;
mod classifier;
mod common;
mod context;
mod corpus;
mod corrected;
mod dictionary;
mod explain;
mod features;
mod found;
mod groups;
mod lexicon;
mod linear;
mod lists;
mod meaning;
mod neighbours;
mod phrasings;
mod ranked;
mod reach;
mod sections;
mod sentences;
mod spelling;
mod training;
mod vectorizer;
mod whitening;
mod xorshift;

use std::sync::Arc;

use crate::text;
pub use ablation::{Component, Components};
use analyzer::{AnalyzedText, Analyzer};
use bm25::Bm25;
use classifier::Classifier;
pub use corpus::{Corpus, MessageText, SectionTexts, TopicTexts, fold};
pub use explain::{Candidate, Explanation, Gain};
use features::Counts;
pub use found::{EncoderEvidence, Found, MAX_MATCHES, Match};
use found::{deviation, scope_odds};
use meaning::{Meaning, Meanings, RoundedMeaning};
use neighbours::MeantExamples;
use phrasings::{PhrasingLikeness, Phrasings};
pub use reach::unreachable;
use sections::{QueryTerms, Sections};
use sentences::SentenceLikeness;
pub use sentences::{Encode, SENTENCE_DIMENSIONS, SentenceVector, Sentences, no_encoder};
use serde::{Deserialize, Serialize};
use vectorizer::{Vectorizer, WeightedFeature};
use whitening::Whitening;
pub use xorshift::XorShift;

/// The weight of BM25 relative to the classifier's logit.
const BM25_WEIGHT: f32 = 0.15;
/// The weight of the similarity, 0 to 1, of a topic's nearest phrasing, relative to the classifier's logit: more makes the bot
/// answer more out-of-scope messages.
const LIKENESS_WEIGHT: f32 = 3.0;
/// The number of classes, best first, that are compared example by example.
const MAX_COMPARED: usize = 8;
/// A message of at least this many words may tell a story around the sentence that asks.
const LONG_MESSAGE: usize = 20;
/// An asking sentence shorter than this many words ("any ideas?") says nothing by itself.
const SHORTEST_ASKING: usize = 4;
/// A question with more meaningful words than this says more than which text to look into.
const MAX_CONTENT_WORDS: usize = 3;
/// The lead of a phrasing that is repeated exactly.
const REPEATED_LEAD: f32 = 6.0;

/// Identifies the source code of the search: another version learns something else from the same texts. `build.rs` sets it.
pub const LEARNER: &str = env!("LEARNER_FINGERPRINT");

/// A learned knowledge base. Immutable; searching it needs no lock.
///
/// Copies share what was learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Index {
    analyzer: Arc<Analyzer>,
    vectorizer: Arc<Vectorizer>,
    classifier: Arc<Classifier>,
    bm25: Arc<Bm25>,
    phrasings: Arc<Phrasings>,
    examples: Arc<MeantExamples>,
    sections: Arc<Sections>,
    whitening: Arc<Whitening>,
    /// The topics' ids, which break ties.
    topics: Arc<[String]>,
    components: Components,
    #[serde(skip, default = "read_meanings")]
    meanings: Arc<Meanings>,
    /// The encoder's vectors of the same texts, if there is an encoder.
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
    /// The encoder's vector of the text, if there is an encoder.
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

    /// The same, with its vector from an encoder if the index uses one.
    pub fn encoded(self, index: &Index, encode: &Encode<'_>) -> Self {
        let to_encode = index.has_sentences().then(|| index.corrected(&self.text));
        Self {
            vector: to_encode.and_then(|text| encode(&text)).map(Box::new),
            ..self
        }
    }
}

impl Index {
    /// The same index, with an encoder's vectors of the texts that it was learned from.
    #[must_use]
    pub fn with_sentences(&self, sentences: Option<Sentences>) -> Self {
        Self {
            sentences: sentences.map(Arc::new),
            ..self.clone()
        }
    }

    /// Whether the index uses an encoder, for questions that come with a vector.
    pub fn has_sentences(&self) -> bool {
        self.sentences.is_some()
    }

    /// The index as bytes, to be kept until the next start.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into memory cannot fail, and every part of an index can be written.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The index in these bytes, if they contain one. Only a program built from the same sources can read them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Ranks the topics and their sections for a question.
    pub fn search(&self, question: &Question) -> Found {
        let analyzed = self.analyzer.read(&question.text);
        if analyzed.words.is_empty() {
            return Found::default();
        }
        let vector = self.vector(&analyzed);
        let meaning = self.meaning(&analyzed);
        let mut scores = self.logits(&vector, &meaning);
        if self.components.has(Component::Sentences) {
            self.lean_on_asking_sentence(&question.text, &analyzed, &mut scores);
        }
        let before = if self.components.has(Component::Context) {
            self.context(&question.previous, &analyzed)
        } else {
            None
        };
        if let Some((share, before)) = &before {
            let of_before = self.logits(&self.vector(before), &self.meaning(before));
            scores
                .iter_mut()
                .zip(of_before)
                .for_each(|(score, before)| *score += share * before);
        }
        let deviation = deviation(&scores);
        let scope_odds = scope_odds(&scores, self.topics.len());
        self.add_bm25(1.0, &analyzed, &mut scores);
        if let Some((share, before)) = &before {
            self.add_bm25(*share, before, &mut scores);
        }

        let repeated = self.phrasings.repeated(&analyzed);
        if let Some((class, _)) = repeated {
            let best = scores.iter().copied().fold(0.0, f32::max);
            if let Some(score) = scores.get_mut(class) {
                *score = best + REPEATED_LEAD;
            }
        }

        let likeness = self.phrasings.likeness(&vector);
        for (class, score) in scores.iter_mut().enumerate() {
            *score += self.points_of_phrasing(class, &likeness);
        }
        // An encoder knows what a text means better than the sum of its words does.
        let encoded = self.encoder_likeness(question);
        let meant = match &encoded {
            Some(encoded) => encoded.points(),
            None => self.points_of_neighbours(&meaning, &scores),
        };
        for &(class, points) in &meant {
            if let Some(score) = scores.get_mut(class) {
                *score += points;
            }
        }
        let topics = self.topics.len();
        let query = QueryTerms::by(&analyzed, &self.vectorizer);
        let mut next_section = None;
        let best_topics = self.best_topics(&scores).into_iter();
        let matches: Vec<Match> = best_topics
            .enumerate()
            .map(|(rank, (score, topic))| {
                let (section, next) = match repeated {
                    Some((class, section)) if class == topic => (section, None),
                    _ => self.sections.best(
                        topic,
                        &vector,
                        &query,
                        &self.phrasings,
                        &likeness,
                        encoded.as_ref(),
                    ),
                };
                if rank == 0 {
                    next_section = next;
                }
                let meant = meant.iter().find(|(class, _)| *class == topic);
                Match {
                    topic,
                    section,
                    score,
                    meant: meant.map_or(0.0, |(_, points)| *points),
                }
            })
            .collect();
        let best = matches.first().map_or(0, |found| found.topic);
        Found {
            out_of_scope: self.best_out_of_scope(&scores),
            nearest: self.phrasings.nearest(best..best + 1, &likeness),
            nearest_out_of_scope: self.phrasings.nearest(topics..usize::MAX, &likeness),
            deviation,
            scope_odds,
            words: analyzed.words.len(),
            unknown: analyzed.unknown.len(),
            content_words: analyzed.content_words().count(),
            in_texts: if question.overheard {
                Vec::new()
            } else {
                self.in_texts(&analyzed)
            },
            repeats: repeated.is_some_and(|(class, _)| class == best),
            encoded: encoded.map(|encoded| encoded.evidence(best, topics)),
            next_section,
            matches,
        }
    }

    /// The topics with the highest scores, best first, with their scores.
    fn best_topics(&self, scores: &[f32]) -> Vec<(f32, usize)> {
        let topics = scores.iter().copied().take(self.topics.len());
        let mut ranked: Vec<(f32, usize)> = topics.zip(0..).collect();
        ranked.sort_by(|(a_score, a), (b_score, b)| {
            let by_id = || self.topics.get(*a).cmp(&self.topics.get(*b));
            b_score.total_cmp(a_score).then_with(by_id)
        });
        ranked.truncate(MAX_MATCHES);
        ranked
    }

    /// The kind of message out of scope with the highest score, and that score.
    fn best_out_of_scope(&self, scores: &[f32]) -> Option<(usize, f32)> {
        let kinds = scores.iter().copied().skip(self.topics.len()).enumerate();
        kinds.max_by(|(a, a_score), (b, b_score)| a_score.total_cmp(b_score).then(b.cmp(a)))
    }

    /// The sections that alone have all content words of a short question in their texts.
    fn in_texts(&self, analyzed: &AnalyzedText) -> Vec<(usize, usize)> {
        let stems: Vec<u32> = analyzed.content_words().map(|word| word.stem).collect();
        if stems.is_empty() || stems.len() > MAX_CONTENT_WORDS {
            return Vec::new();
        }
        self.sections.with_words(&stems)
    }

    /// What a text is about, for comparing texts: the stems of the words that carry meaning, with words of one
    /// group under the group's name and long words corrected. In alphabetical order, each once.
    pub fn content_terms(&self, text: &str) -> Vec<String> {
        self.analyzer.content_terms(text)
    }

    /// The word that someone has begun to type: the matching one that the knowledge base's questions use most often. `None` if
    /// it is complete, or no word begins that way.
    pub fn finished(&self, begun: &str) -> Option<&str> {
        self.analyzer.finished(begun)
    }

    /// The features of a text.
    fn vector(&self, analyzed: &AnalyzedText) -> Vec<WeightedFeature> {
        self.vectorizer.vector(&Counts::of(analyzed))
    }

    /// What a text means, as its vector among the guide's.
    fn meaning(&self, analyzed: &AnalyzedText) -> Meaning {
        self.whitening.apply(&self.meanings.of(analyzed))
    }

    /// The classifier's logit of each class, above the mean of all.
    fn logits(&self, vector: &[WeightedFeature], meaning: &Meaning) -> Vec<f32> {
        let mut logits = self.classifier.scores(vector, meaning);
        let mean = logits.iter().sum::<f32>() / logits.len().max(1) as f32;
        logits.iter_mut().for_each(|logit| *logit -= mean);
        logits
    }

    /// Adds the evidence of a question's rare words.
    fn add_bm25(&self, share: f32, analyzed: &AnalyzedText, scores: &mut [f32]) {
        for term in self.analyzer.terms(analyzed) {
            for &(class, gain) in self.bm25.gains(term) {
                if let Some(score) = scores.get_mut(class as usize) {
                    *score += share * BM25_WEIGHT * gain;
                }
            }
        }
    }

    /// What a class's nearest phrasing adds to its score, by how alike the question is to each phrasing.
    fn points_of_phrasing(&self, class: usize, likeness: &PhrasingLikeness) -> f32 {
        LIKENESS_WEIGHT * self.phrasings.nearest(class..class + 1, likeness)
    }

    /// What the nearest examples in meaning add to the classes that are best so far. The others are too far behind for it to
    /// matter.
    fn points_of_neighbours(&self, meaning: &Meaning, scores: &[f32]) -> Vec<(usize, f32)> {
        let mut ranked: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
        if ranked.len() > MAX_COMPARED {
            ranked.select_nth_unstable_by(MAX_COMPARED, |(a, a_score), (b, b_score)| {
                b_score.total_cmp(a_score).then(a.cmp(b))
            });
            ranked.truncate(MAX_COMPARED);
        }
        let meaning = RoundedMeaning::new(meaning);
        for (class, points) in &mut ranked {
            *points = self.examples.points(*class, &meaning);
        }
        ranked
    }

    /// How alike the question is to all examples, if there is an encoder.
    fn encoder_likeness(&self, question: &Question) -> Option<SentenceLikeness<'_>> {
        let sentences = self.sentences.as_deref();
        let sentences = sentences.filter(|_| self.components.has(Component::Encoder))?;
        Some(sentences.likeness(question.vector.as_deref()?))
    }

    /// In a long message, most sentences tell a story and one asks: that one counts as much as the whole.
    fn lean_on_asking_sentence(&self, text: &str, whole: &AnalyzedText, scores: &mut [f32]) {
        if whole.words.len() < LONG_MESSAGE {
            return;
        }
        let asking: Vec<&str> = text::sentences(text)
            .filter(|sentence| text::asks(sentence))
            .collect();
        let analyzed = self.analyzer.read(&asking.join(" "));
        if analyzed.words.len() < SHORTEST_ASKING || analyzed.words.len() == whole.words.len() {
            return;
        }
        let of_asking = self.logits(&self.vector(&analyzed), &self.meaning(&analyzed));
        for (score, asking) in scores.iter_mut().zip(of_asking) {
            *score = (*score + asking) / 2.0;
        }
    }

    /// A question that says little by itself ("and for remote ones?") is read with the one before it: how much that one
    /// counts, and what it says.
    fn context(
        &self,
        previous: &[String],
        analyzed: &AnalyzedText,
    ) -> Option<(f32, AnalyzedText<'_>)> {
        let before = previous.last()?;
        Some((
            context::share_of_previous(analyzed)?,
            self.analyzer.read(before),
        ))
    }
}

/// The file of word vectors.
fn read_meanings() -> Arc<Meanings> {
    Arc::new(Meanings::read())
}
