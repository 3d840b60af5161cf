//! What a search found, as numbers to judge it by.

use crate::search::Found;

/// The result of a search as numbers for judging it.
#[derive(Debug, Clone, Copy)]
pub struct Evidence {
    numbers: [f32; FEATURES],
    /// Whether an encoder was asked; if not, its numbers are zero.
    encoded: bool,
}

/// How many numbers there are in an [`Evidence`].
pub const FEATURES: usize = 14;

impl Evidence {
    /// What each number is called.
    pub const NAMES: [&str; FEATURES] = [
        "SCORE",
        "LEAD",
        "OUT_OF_SCOPE",
        "NEAREST",
        "NEAREST_OUT_OF_SCOPE",
        "DEVIATION",
        "SCOPE_ODDS",
        "WORDS",
        "UNKNOWN",
        "ASKS",
        "ENCODED_NEAREST",
        "ENCODED_NEAR",
        "ENCODED_OTHER",
        "ENCODED_OUT_OF_SCOPE",
    ];

    /// The evidence for the best match of a search; [`asks`](super::asks) says whether the message asks something.
    pub fn of(found: &Found, asks: bool) -> Self {
        let score = |at: usize| found.matches.get(at).map_or(0.0, |found| found.score);
        let words = found.words.max(1) as f32;
        let encoded = found.encoded.unwrap_or_default();
        let numbers = [
            score(0),
            score(0) - score(1),
            found.out_of_scope.map_or(0.0, |(_, score)| score),
            found.nearest,
            found.nearest_out_of_scope,
            found.deviation,
            found.scope_odds,
            libm::logf(words),
            found.unknown as f32 / words,
            f32::from(u8::from(asks)),
            encoded.nearest,
            encoded.near,
            encoded.other,
            encoded.out_of_scope,
        ];
        Self {
            numbers,
            encoded: found.encoded.is_some(),
        }
    }

    /// The numbers, in the order of [`Self::NAMES`].
    pub fn features(self) -> [f32; FEATURES] {
        self.numbers
    }

    /// The first for words alone, the second if an encoder was asked.
    pub(super) fn either<T>(self, words_alone: T, encoded: T) -> T {
        if self.encoded { encoded } else { words_alone }
    }

    pub(super) fn probability(self, model: &Model) -> f32 {
        let (base, coefficients) = model;
        let sum: f32 = self
            .numbers
            .iter()
            .zip(coefficients)
            .map(|(value, coefficient)| value * coefficient)
            .sum();
        1.0 / (1.0 + libm::expf(-base - sum))
    }
}

/// A logistic model: its base and its coefficients.
pub(super) type Model = (f32, [f32; FEATURES]);
