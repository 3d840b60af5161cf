//! The evidence of a sentence encoder, if an operator has installed one: how similar in meaning a question is to everything that
//! the index has learned from.
//!
//! Nothing is trained: the nearest neighbours vote (Cover and Hart, "Nearest Neighbor Pattern Classification", 1967).

use std::fmt;

use super::common::CommonParts;
use super::corpus::Corpus;
use super::found::EncoderEvidence;
use super::neighbours::{Likeness, Neighbours};

/// The numbers of a vector.
pub const SENTENCE_DIMENSIONS: usize = 384;

/// What one is in a [`SentenceVector`].
const ONE: f32 = 32_767.0;

/// The weight of the similarity to a class's nearest example.
const ENCODED_NEAREST: f32 = 6.0;
/// The weight of the mean similarity to its five nearest examples.
const ENCODED_NEAR: f32 = 14.0;
/// The weights of the similarity in meaning to a section's nearest example, and to its five nearest on average.
const ENCODED_SECTION: f32 = 2.0;

/// The meaning of a text according to a sentence encoder: a vector of unit length, each element of which is rounded to one of
/// 32,767 parts of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SentenceVector([i16; SENTENCE_DIMENSIONS]);

/// Turns a text into a vector; `None` if there is no encoder.
pub type Encode<'a> = dyn Fn(&str) -> Option<SentenceVector> + Sync + 'a;

/// No encoder.
pub fn no_encoder(_: &str) -> Option<SentenceVector> {
    None
}

impl SentenceVector {
    /// Rounds a vector of unit length.
    pub fn new(numbers: [f32; SENTENCE_DIMENSIONS]) -> Self {
        Self(numbers.map(|number| libm::roundf(number * ONE) as i16))
    }

    /// A vector of numbers that are rounded already.
    pub fn from_numbers(numbers: [i16; SENTENCE_DIMENSIONS]) -> Self {
        Self(numbers)
    }

    /// The numbers, in parts of 32,767.
    pub fn numbers(&self) -> &[i16; SENTENCE_DIMENSIONS] {
        &self.0
    }

    /// The numbers as they were before rounding, nearly.
    pub fn to_f32(&self) -> [f32; SENTENCE_DIMENSIONS] {
        self.0.map(|number| f32::from(number) / ONE)
    }

    /// How similar two texts are, from -1 to 1: the cosine of the angle between their vectors.
    pub fn cosine(&self, other: &Self) -> f32 {
        // Below 2^31, because both are of unit length.
        let products = self.0.iter().zip(&other.0);
        let sum: i32 = products.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        sum as f32 / (ONE * ONE)
    }
}

impl Default for SentenceVector {
    /// A zero vector, similar to nothing.
    fn default() -> Self {
        Self([0; SENTENCE_DIMENSIONS])
    }
}

impl fmt::Debug for SentenceVector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SentenceVector({SENTENCE_DIMENSIONS} numbers)")
    }
}

/// The vectors of all examples of a corpus.
#[derive(Debug)]
pub struct Sentences {
    common: CommonParts<SENTENCE_DIMENSIONS>,
    /// Without their common parts.
    vectors: Vec<SentenceVector>,
    neighbours: Neighbours,
}

impl Sentences {
    /// Encodes all examples of a corpus; `None` if one of them cannot be encoded.
    pub fn new(corpus: &Corpus, encode: &Encode<'_>) -> Option<Self> {
        let vectors: Option<_> = Self::texts(corpus).into_iter().map(encode).collect();
        Some(Self::with_vectors(corpus, vectors?))
    }

    /// The examples of a corpus, with the vectors of all its [texts](Self::texts), in the order of those.
    pub fn with_vectors(corpus: &Corpus, mut vectors: Vec<SentenceVector>) -> Self {
        let examples = corpus.examples(true, true);
        let common = CommonParts::of(vectors.iter().map(SentenceVector::to_f32));
        for vector in &mut vectors {
            *vector = SentenceVector::new(common.taken_out_of(vector.to_f32()));
        }
        Self {
            neighbours: Neighbours::new(&examples, corpus.topics.len() + corpus.out_of_scope.len()),
            common,
            vectors,
        }
    }

    /// The texts of a corpus that are to be encoded, each once or more often.
    pub fn texts(corpus: &Corpus) -> Vec<&str> {
        let examples = corpus.examples(true, true);
        examples.iter().map(|example| example.text).collect()
    }

    /// How alike a question is to the examples of each class.
    pub(super) fn likeness(&self, question: &SentenceVector) -> SentenceLikeness<'_> {
        let question = SentenceVector::new(self.common.taken_out_of(question.to_f32()));
        let vectors = self.vectors.iter();
        let cosines: Vec<f32> = vectors.map(|vector| vector.cosine(&question)).collect();
        SentenceLikeness {
            classes: self.neighbours.classes(&cosines),
            sentences: self,
            cosines,
        }
    }
}

/// How similar in meaning a question is to everything that the index has learned from.
#[derive(Debug)]
pub(super) struct SentenceLikeness<'a> {
    sentences: &'a Sentences,
    cosines: Vec<f32>,
    /// To each class.
    classes: Vec<Likeness>,
}

impl SentenceLikeness<'_> {
    /// What it adds to the score of each class.
    pub(super) fn points(&self) -> Vec<(usize, f32)> {
        let points = |likeness: &Likeness| likeness.points(ENCODED_NEAREST, ENCODED_NEAR);
        self.classes.iter().map(points).enumerate().collect()
    }

    /// What it adds to each section of a topic. A phrasing of the topic as a whole asks for the first.
    pub(super) fn sections(&self, topic: usize, sections: usize) -> Vec<f32> {
        let likeness = self
            .sentences
            .neighbours
            .sections(topic, sections, &self.cosines);
        let points = |likeness: &Likeness| likeness.points(ENCODED_SECTION, ENCODED_SECTION);
        likeness.iter().map(points).collect()
    }

    /// The evidence for the best topic; the classes from `topics` on are out of scope.
    pub(super) fn evidence(&self, best: usize, topics: usize) -> EncoderEvidence {
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
            out_of_scope: greatest(&mut classes().skip(topics)),
        }
    }
}
