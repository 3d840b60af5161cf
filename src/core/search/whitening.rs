//! Vectors of meaning, stretched so that every direction tells texts apart equally well.
//!
//! The texts of one guide are all about the same field: their vectors lie close together and differ in few of their directions.
//! Dividing by the square root of their covariance evens that out (Su et al., "Whitening Sentence Representations for Better
//! Semantics and Faster Retrieval", 2021).

use serde::{Deserialize, Serialize};

use super::linear::to_unit_length;
use super::meaning::{DIMENSIONS, Meaning};

/// The identity matrix counts as much in the covariance as this many texts: what only a few texts say of a direction is mostly
/// chance, and directions in which texts hardly differ are not stretched to noise (Ledoit and Wolf, "A Well-Conditioned Estimator for
/// Large-Dimensional Covariance Matrices", 2004).
const PRIOR_TEXTS: f64 = 2_500.0;

/// The Cholesky factor of the covariance of a guide's vectors, row after row, each up to its diagonal; empty if they do not
/// vary.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Whitening(Vec<Vec<f32>>);

impl Whitening {
    /// Learns how vectors vary. Those without a known word are zero and do not count.
    pub(super) fn new(meanings: &[Meaning]) -> Self {
        let known = meanings.iter();
        let known: Vec<&Meaning> = known
            .filter(|meaning| meaning.iter().any(|number| *number != 0.0))
            .collect();
        let mut covariance = covariance(&known);
        let diagonal = covariance.iter().filter_map(|row| row.last());
        let variance = diagonal.sum::<f64>() / DIMENSIONS as f64;
        if variance <= 0.0 {
            return Self::default();
        }
        let shrinkage = PRIOR_TEXTS / (PRIOR_TEXTS + known.len() as f64);
        for row in &mut covariance {
            row.iter_mut()
                .for_each(|value| *value = (1.0 - shrinkage) * *value / variance);
            if let Some(diagonal) = row.last_mut() {
                *diagonal += shrinkage;
            }
        }
        let rounded = |row: Vec<f64>| row.into_iter().map(|number| number as f32).collect();
        Self(
            cholesky(&covariance, shrinkage)
                .into_iter()
                .map(rounded)
                .collect(),
        )
    }

    /// The vector, whitened and scaled to unit length; zero stays zero.
    pub(super) fn apply(&self, meaning: &Meaning) -> Meaning {
        if self.0.is_empty() {
            return *meaning;
        }
        let mut whitened = [0.0; DIMENSIONS];
        for (at, (row, number)) in self.0.iter().zip(meaning).enumerate() {
            // Forward substitution.
            let known = row.iter().zip(&whitened).take(at);
            let rest = number - known.map(|(a, b)| a * b).sum::<f32>();
            if let (Some(whitened), Some(diagonal)) = (whitened.get_mut(at), row.last()) {
                *whitened = rest / diagonal;
            }
        }
        to_unit_length(&mut whitened);
        whitened
    }
}

/// How each number varies with those up to it: the lower half of the covariance matrix.
fn covariance(vectors: &[&Meaning]) -> Vec<Vec<f64>> {
    let count = vectors.len().max(1) as f64;
    let mut mean = [0.0; DIMENSIONS];
    for vector in vectors {
        let sums = mean.iter_mut().zip(*vector);
        sums.for_each(|(mean, number)| *mean += f64::from(*number) / count);
    }
    let mut covariance: Vec<Vec<f64>> = (1..=DIMENSIONS).map(|length| vec![0.0; length]).collect();
    for vector in vectors {
        let mut deviations = vector.map(f64::from);
        let numbers = deviations.iter_mut().zip(&mean);
        numbers.for_each(|(number, mean)| *number -= mean);
        for (row, own) in covariance.iter_mut().zip(&deviations) {
            let sums = row.iter_mut().zip(&deviations);
            sums.for_each(|(sum, other)| *sum += own * other / count);
        }
    }
    covariance
}

/// The lower triangle of which a shrunk covariance, given by its lower half, is the product with its own transpose.
fn cholesky(shrunk: &[Vec<f64>], shrinkage: f64) -> Vec<Vec<f64>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(shrunk.len());
    for row in shrunk {
        let mut own: Vec<f64> = Vec::with_capacity(row.len());
        for (column, value) in row.iter().enumerate() {
            let product = |other: &[f64]| -> f64 {
                let known = own.iter().zip(other).take(column);
                known.map(|(a, b)| a * b).sum()
            };
            own.push(match factor.get(column) {
                Some(above) => (value - product(above)) / above.last().copied().unwrap_or(1.0),
                // The diagonal: at least the shrinkage, because no covariance is negative.
                None => libm::sqrt((value - product(&own)).max(shrinkage)),
            });
        }
        factor.push(own);
    }
    factor
}
