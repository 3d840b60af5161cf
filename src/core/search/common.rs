//! What the vectors of all texts have in common, taken out of each.
//!
//! The texts of one guide are all about the same field, so that their vectors point much the same way and are all alike. Their
//! mean and the few directions in which they vary most say little about one topic rather than another; without them, texts are told
//! apart better (Mu and Viswanath, "All-but-the-Top: Simple and Effective Postprocessing for Word Representations", 2018).

use super::linear::{add, dot, to_unit_length};

/// With fewer texts than this, their mean is largely what they are about, and stays.
const FEWEST: usize = 50;
/// With fewer texts than this, so are the directions in which they vary.
const FEWEST_FOR_DIRECTIONS: usize = 1_000;
/// How many directions are taken out; from one to eight do equally well.
const DIRECTIONS: usize = 3;
/// How many vectors are looked at, at most: more tell nothing new.
const MAX_SAMPLED: usize = 5_000;
/// Rounds of orthogonal iteration. The directions need not be exact.
const ROUNDS: usize = 20;

/// What the vectors of a guide's texts have in common. `N` is a multiple of eight.
#[derive(Debug)]
pub(super) struct CommonParts<const N: usize> {
    mean: [f32; N],
    /// Each of unit length and perpendicular to the others.
    directions: Vec<[f32; N]>,
}

impl<const N: usize> CommonParts<N> {
    /// Finds what vectors have in common: nothing if there are very few, and only the mean if there are few.
    pub(super) fn of(vectors: impl ExactSizeIterator<Item = [f32; N]>) -> Self {
        let mut common = Self {
            mean: [0.0; N],
            directions: Vec::new(),
        };
        let texts = vectors.len();
        if texts < FEWEST {
            return common;
        }
        let mut sample: Vec<[f32; N]> = vectors.step_by(texts.div_ceil(MAX_SAMPLED)).collect();
        for vector in &sample {
            add(&mut common.mean, 1.0 / sample.len() as f32, vector);
        }
        if texts >= FEWEST_FOR_DIRECTIONS {
            for vector in &mut sample {
                add(vector, -1.0, &common.mean);
            }
            common.directions = directions(&sample);
        }
        common
    }

    /// The vector without them, scaled to unit length.
    pub(super) fn taken_out_of(&self, vector: [f32; N]) -> [f32; N] {
        let mut rest = vector;
        add(&mut rest, -1.0, &self.mean);
        for direction in &self.directions {
            let share = dot(&rest, direction);
            add(&mut rest, -share, direction);
        }
        to_unit_length(&mut rest);
        rest
    }
}

/// The directions in which vectors vary most.
fn directions<const N: usize>(vectors: &[[f32; N]]) -> Vec<[f32; N]> {
    // Any vectors do to begin with, unless they are perpendicular to what is looked for.
    let mut directions: Vec<[f32; N]> = vectors.iter().take(DIRECTIONS).copied().collect();
    orthonormalize(&mut directions);
    for _ in 0..ROUNDS {
        let mut sums = vec![[0.0; N]; directions.len()];
        for vector in vectors {
            for (sum, direction) in sums.iter_mut().zip(&directions) {
                add(sum, dot(vector, direction), vector);
            }
        }
        orthonormalize(&mut sums);
        directions = sums;
    }
    directions
}

/// Makes vectors perpendicular to those before them and of unit length (Gram and Schmidt).
fn orthonormalize<const N: usize>(vectors: &mut [[f32; N]]) {
    for at in 0..vectors.len() {
        let (before, from) = vectors.split_at_mut(at);
        if let Some(vector) = from.first_mut() {
            for other in before {
                let share = dot(vector, other);
                add(vector, -share, other);
            }
            to_unit_length(vector);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_all_point_one_way_are_told_apart() {
        for texts in [FEWEST, FEWEST_FOR_DIRECTIONS] {
            // Each text says ten parts of what all say, and one of its own subject, of which there are sixteen.
            let texts: Vec<[f32; 16]> = (0..texts)
                .map(|text| {
                    let mut vector = [10.0; 16];
                    vector[text % 16] += 1.0;
                    to_unit_length(&mut vector);
                    vector
                })
                .collect();
            let [first, same, other] = [texts[8], texts[24], texts[9]];
            assert!(dot(&first, &other) > 0.99);

            let common = CommonParts::of(texts.iter().copied());

            let [first, same, other] = [first, same, other].map(|text| common.taken_out_of(text));
            assert!(dot(&first, &same) > 0.99);
            assert!(dot(&first, &other) < 0.5);
        }
    }
}
