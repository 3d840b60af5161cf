//! Vectors of meaning, stretched so that every direction tells texts apart equally well.
//!
//! The texts of one guide are all about the same field: their vectors lie close together and differ in few of their directions.
//! Dividing by the square root of their covariance evens that out (Su et al., "Whitening Sentence Representations for Better
//! Semantics and Faster Retrieval", 2021).

use serde::{Deserialize, Serialize};

use super::meaning::{DIMENSIONS, Meaning};

/// The share of the identity matrix in the covariance: directions in which texts hardly differ are not stretched to noise.
const SHRINKAGE: f64 = 0.1;

/// The Cholesky factor of the covariance of a guide's vectors, row after row, each up to its diagonal; empty if there is nothing
/// to even out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Whitening(Vec<Vec<f32>>);

impl Whitening {
    /// Learns how vectors vary. Those without a known word are zero and do not count.
    pub(super) fn new(meanings: &[Meaning]) -> Self {
        let known: Vec<[f64; DIMENSIONS]> = meanings
            .iter()
            .filter(|meaning| meaning.iter().any(|number| *number != 0.0))
            .map(|meaning| meaning.map(f64::from))
            .collect();
        let covariance = covariance(&known);
        let diagonal = covariance.iter().filter_map(|row| row.last());
        let variance = diagonal.sum::<f64>() / DIMENSIONS as f64;
        if variance <= 0.0 {
            return Self::default();
        }
        let mut factor: Vec<Vec<f64>> = Vec::with_capacity(DIMENSIONS);
        for (at, row) in covariance.iter().enumerate() {
            let mut own: Vec<f64> = Vec::with_capacity(at + 1);
            for (column, value) in row.iter().enumerate() {
                let shrunk = (1.0 - SHRINKAGE) * value / variance
                    + if column == at { SHRINKAGE } else { 0.0 };
                let rest = |above: &[f64]| {
                    let products = own.iter().zip(above).map(|(a, b)| a * b);
                    shrunk - products.sum::<f64>()
                };
                own.push(match factor.get(column) {
                    Some(above) => {
                        rest(above.get(..column).unwrap_or_default())
                            / above.last().copied().unwrap_or(1.0)
                    }
                    // At least the shrinkage, because the covariance is never negative.
                    None => libm::sqrt(rest(&own).max(SHRINKAGE)),
                });
            }
            factor.push(own);
        }
        let rounded = |row: Vec<f64>| row.into_iter().map(|number| number as f32).collect();
        Self(factor.into_iter().map(rounded).collect())
    }

    /// The vector, evened out and scaled to unit length; zero stays zero.
    pub(super) fn apply(&self, meaning: &Meaning) -> Meaning {
        if self.0.is_empty() {
            return *meaning;
        }
        let mut evened = [0.0; DIMENSIONS];
        for (at, (row, number)) in self.0.iter().zip(meaning).enumerate() {
            // Forward substitution.
            let known = row.iter().zip(&evened).take(at);
            let rest = number - known.map(|(a, b)| a * b).sum::<f32>();
            if let (Some(evened), Some(diagonal)) = (evened.get_mut(at), row.last()) {
                *evened = rest / diagonal;
            }
        }
        super::meaning::to_unit_length(&mut evened);
        evened
    }
}

/// How each number varies with those up to it: the lower half of the covariance matrix.
fn covariance(vectors: &[[f64; DIMENSIONS]]) -> Vec<Vec<f64>> {
    let count = vectors.len().max(1) as f64;
    let mut mean = [0.0; DIMENSIONS];
    for vector in vectors {
        let sums = mean.iter_mut().zip(vector);
        sums.for_each(|(mean, number)| *mean += number / count);
    }
    let mut covariance: Vec<Vec<f64>> = (1..=DIMENSIONS).map(|length| vec![0.0; length]).collect();
    for vector in vectors {
        let mut apart = *vector;
        apart
            .iter_mut()
            .zip(&mean)
            .for_each(|(number, mean)| *number -= mean);
        for (row, own) in covariance.iter_mut().zip(&apart) {
            row.iter_mut()
                .zip(&apart)
                .for_each(|(sum, other)| *sum += own * other / count);
        }
    }
    covariance
}
