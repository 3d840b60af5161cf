//! What words mean beyond the guide: a vector for each of some thousands of English words; words used in similar ways
//! point in similar directions.
//!
//! `meaning/vectors.bin` was distilled from the sentence encoder all-MiniLM-L6-v2 (Wang et al., "MiniLM", 2020; Reimers and Gurevych,
//! "Sentence-BERT", 2019; Apache License 2.0) by `meaning/distill.py`. A text is the sum of its words, scaled to unit length.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use wide::{i16x8, i32x4};

use super::analyzer::AnalyzedText;
use super::linear::to_unit_length;

/// The numbers of a vector.
pub(super) const DIMENSIONS: usize = 64;

/// The vector of a text.
pub(super) type Meaning = [f32; DIMENSIONS];

static FILE: &[u8] = include_bytes!("meaning/vectors.bin");

/// What the file holds.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    /// Word → its row.
    words: FxHashMap<&'static str, u32>,
    scales: Vec<f32>,
    /// Row after row, as signed bytes.
    rows: &'static [u8],
}

impl Meanings {
    /// Reads the file. A malformed file gives no words.
    pub(super) fn read() -> Self {
        let number = |at: usize| {
            let bytes = FILE.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            u32::from_le_bytes(bytes.unwrap_or_default()) as usize
        };
        let (count, names) = (number(5), number(13));
        let text = FILE
            .get(17..17 + names)
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let words = text.unwrap_or_default().split('\n').zip(0..).collect();
        let scales = FILE
            .get(17 + names..17 + names + 4 * count)
            .unwrap_or_default();
        let (scales, _) = scales.as_chunks::<4>();
        Self {
            words,
            scales: scales
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes) / 127.0)
                .collect(),
            rows: FILE.get(17 + names + 4 * count..).unwrap_or_default(),
        }
    }

    /// Whether a word has a vector.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// The vector of a text; all zero if no word is known.
    pub(super) fn of(&self, analyzed: &AnalyzedText) -> Meaning {
        let mut sum = [0.0; DIMENSIONS];
        for word in &analyzed.words {
            let Some(&at) = self.words.get(word.text.as_ref()) else {
                continue;
            };
            let at = at as usize;
            let scale = self.scales.get(at).copied().unwrap_or_default();
            let row = self
                .rows
                .get(at * DIMENSIONS..(at + 1) * DIMENSIONS)
                .unwrap_or_default();
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, &byte)| *sum += scale * f32::from(byte as i8));
        }
        to_unit_length(&mut sum);
        sum
    }
}

/// The vector of a text, each number rounded to one of 4,096 parts of one, so that a product of two vectors fits into 32 bits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct RoundedMeaning([i16x8; DIMENSIONS / 8]);

/// What one is in a [`RoundedMeaning`].
const ONE: f32 = 4_096.0;

impl RoundedMeaning {
    /// Rounds a vector of at most unit length.
    pub(super) fn new(meaning: &Meaning) -> Self {
        let (eights, _) = meaning.as_chunks::<8>();
        let mut rounded = [i16x8::default(); DIMENSIONS / 8];
        for (rounded, eight) in rounded.iter_mut().zip(eights) {
            *rounded = i16x8::new(eight.map(|number| libm::roundf(number * ONE) as i16));
        }
        Self(rounded)
    }

    /// How similar two texts are, from -1 to 1: the cosine of the angle between their vectors.
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        let products = self.0.iter().zip(&other.0);
        let sum = products.fold(i32x4::ZERO, |sum, (a, b)| sum + a.dot(*b));
        sum.reduce_add() as f32 / (ONE * ONE)
    }
}
