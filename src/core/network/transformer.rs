//! The network: six layers of BERT (Devlin et al., 2019) in the sizes of all-MiniLM-L6-v2, and the mean over the tokens (Reimers
//! and Gurevych, "Sentence-BERT", 2019).
//!
//! It uses only additions, multiplications and divisions in a fixed order, and functions made of them, so that a text gets the same vector on
//! every machine.

use std::fmt;

use wide::f32x8;

use super::matrix::Matrix;

/// The numbers of a vector.
pub(super) const WIDTH: usize = 384;
/// The numbers of a vector inside a layer's second half.
pub(super) const INNER: usize = 1536;
/// Layers, one after the other.
pub(super) const LAYERS: usize = 6;
/// The elements of a vector that one attention head looks at.
const HEAD: usize = 32;
/// One over the root of `HEAD`.
const HEAD_SCALE: f32 = 0.176_776_69;
/// What the model adds to a variance.
const EPSILON: f32 = 1e-12;

/// The network's weights.
pub struct Transformer {
    pub(super) words: WordEmbeddings,
    /// For each position, with what is the same for every token.
    pub(super) positions: Vec<f32>,
    pub(super) norm: Norm,
    pub(super) layers: Vec<Layer>,
}

/// A vector for each token, as bytes and a scale.
#[derive(Default)]
pub(super) struct WordEmbeddings {
    rows: Vec<[i8; WIDTH]>,
    scales: Vec<f32>,
}

/// One layer.
pub(super) struct Layer {
    /// Queries, keys and values.
    pub(super) attention: Matrix,
    pub(super) attended: Matrix,
    pub(super) attended_norm: Norm,
    pub(super) inner: Matrix,
    pub(super) outer: Matrix,
    pub(super) outer_norm: Norm,
}

/// Makes mean and variance of a vector the same, then scales and shifts each of its numbers.
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

impl fmt::Debug for Transformer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Transformer({} tokens)", self.words.len())
    }
}

impl WordEmbeddings {
    /// Adds a token. The vectors agree with those of unrounded tokens to a cosine of at least 0.9999.
    pub(super) fn push(&mut self, vector: &[f32]) {
        let peak = vector
            .iter()
            .fold(0.0_f32, |peak, number| peak.max(number.abs()));
        let mut row = [0; WIDTH];
        if peak > 0.0 {
            for (byte, number) in row.iter_mut().zip(vector) {
                *byte = libm::roundf(number / peak * 127.0) as i8;
            }
        }
        self.rows.push(row);
        self.scales.push(peak / 127.0);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl Transformer {
    /// The vectors of texts, each of which is the ids of its tokens; each has unit length.
    pub fn vectors(&self, texts: &[Vec<u32>]) -> Vec<[f32; WIDTH]> {
        let mut tokens: Vec<f32> = Vec::new();
        for text in texts {
            let places = text.iter().zip(self.positions.chunks_exact(WIDTH));
            for (&id, position) in places {
                let row = self.words.rows.get(id as usize);
                let scale = self.words.scales.get(id as usize).copied();
                let (row, scale) = (row.unwrap_or(&[0; WIDTH]), scale.unwrap_or_default());
                tokens.extend(
                    row.iter()
                        .zip(position)
                        .map(|(byte, position)| f32::from(*byte) * scale + position),
                );
            }
        }
        self.norm.apply(&mut tokens);
        for layer in &self.layers {
            layer.apply(&mut tokens, texts);
        }
        parts(&tokens, texts, WIDTH).map(mean).collect()
    }
}

impl Layer {
    /// Replaces each token's vector by the next one.
    fn apply(&self, tokens: &mut [f32], texts: &[Vec<u32>]) {
        let looked_at = self.attention.times(tokens);
        let mut seen = vec![0.0; tokens.len()];
        let mut places = seen.as_mut_slice();
        for part in parts(&looked_at, texts, 3 * WIDTH) {
            let (place, rest) = places.split_at_mut((part.len() / 3).min(places.len()));
            attend(part, place);
            places = rest;
        }
        add(tokens, &self.attended.times(&seen));
        self.attended_norm.apply(tokens);
        let mut inner = self.inner.times(tokens);
        inner.iter_mut().for_each(|number| *number = gelu(*number));
        add(tokens, &self.outer.times(&inner));
        self.outer_norm.apply(tokens);
    }
}

impl Norm {
    fn apply(&self, vectors: &mut [f32]) {
        for vector in vectors.as_chunks_mut::<WIDTH>().0 {
            let mean = sum(vector) / WIDTH as f32;
            vector.iter_mut().for_each(|number| *number -= mean);
            let variance = dot(vector, vector) / WIDTH as f32;
            let factor = 1.0 / libm::sqrtf(variance + EPSILON);
            for ((number, scale), shift) in vector.iter_mut().zip(&self.scale).zip(&self.shift) {
                *number = *number * factor * scale + shift;
            }
        }
    }
}

/// The part that belongs to each text, of rows of `width` numbers, one for each token.
fn parts<'a>(
    rows: &'a [f32],
    texts: &'a [Vec<u32>],
    width: usize,
) -> impl Iterator<Item = &'a [f32]> {
    let mut rest = rows;
    texts.iter().map(move |text| {
        let (part, after) = rest.split_at((text.len() * width).min(rest.len()));
        rest = after;
        part
    })
}

/// The attention between the tokens of a text: turns each token's queries, keys and values into a vector.
fn attend(looked_at: &[f32], seen: &mut [f32]) {
    let rows: Vec<_> = looked_at.chunks_exact(3 * WIDTH).map(heads).collect();
    let mut weights = vec![0.0; rows.len()];
    for head in 0..WIDTH / HEAD {
        for ([query, ..], seen) in rows.iter().zip(seen.chunks_exact_mut(WIDTH)) {
            let Some(query) = query.get(head) else {
                continue;
            };
            let mut peak = f32::MIN;
            for (weight, [_, key, _]) in weights.iter_mut().zip(&rows) {
                *weight = key
                    .get(head)
                    .map_or(f32::MIN, |key| dot(query, key) * HEAD_SCALE);
                peak = peak.max(*weight);
            }
            weights
                .iter_mut()
                .for_each(|weight| *weight = exp(*weight - peak));
            let all: f32 = weights.iter().sum();
            let mut sums = [f32x8::ZERO; HEAD / 8];
            for (weight, [_, _, value]) in weights.iter().zip(&rows) {
                let Some(value) = value.get(head) else {
                    continue;
                };
                for (sum, value) in sums.iter_mut().zip(value.as_chunks().0) {
                    *sum += f32x8::new(*value) * f32x8::splat(*weight);
                }
            }
            if let Some(place) = seen.as_chunks_mut::<HEAD>().0.get_mut(head) {
                for (place, sum) in place.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                    *place = (sum / f32x8::splat(all)).to_array();
                }
            }
        }
    }
}

/// Queries, keys and values of a token, by head.
fn heads(row: &[f32]) -> [&[[f32; HEAD]]; 3] {
    let (query, rest) = row.split_at(WIDTH.min(row.len()));
    let (key, value) = rest.split_at(WIDTH.min(rest.len()));
    [query, key, value].map(|part| part.as_chunks().0)
}

/// The mean of vectors, scaled to unit length.
fn mean(vectors: &[f32]) -> [f32; WIDTH] {
    let mut mean = [0.0; WIDTH];
    for vector in vectors.chunks_exact(WIDTH) {
        add(&mut mean, vector);
    }
    let length = libm::sqrtf(dot(&mean, &mean));
    if length > 0.0 {
        mean.iter_mut().for_each(|number| *number /= length);
    }
    mean
}

fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

fn sum(numbers: &[f32]) -> f32 {
    let eights = numbers.as_chunks::<8>().0.iter();
    let sums = eights
        .fold(f32x8::ZERO, |sum, eight| sum + f32x8::new(*eight))
        .to_array();
    total(sums)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let eights = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let sums = eights
        .fold(f32x8::ZERO, |sum, (a, b)| {
            sum + f32x8::new(*a) * f32x8::new(*b)
        })
        .to_array();
    total(sums)
}

/// The sum of eight numbers, in one order whatever the processor offers.
fn total([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// A number times the share of the normal distribution below it (Hendrycks and Gimpel, 2016).
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function, to 2e-7 (Abramowitz and Stegun, 1964, 7.1.26).
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let sum = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t
        + 0.254_829_6)
        * t;
    (1.0 - sum * exp(-size * size)).copysign(x)
}

/// The exponential function of a number that is not above 0, to 1e-7 of itself; of what is below -87, that of -87
/// (the polynomial of the Cephes library by Moshier).
fn exp(x: f32) -> f32 {
    /// At this size the last bit of a number of 32 bits counts ones.
    const ONES: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let power = x * std::f32::consts::LOG2_E + ONES;
    let whole = power - ONES;
    // ln 2 in two parts, the first of which has few bits, so that its product is exact.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let polynomial = ((((1.987_569_1e-4 * rest + 1.398_199_9e-3) * rest + 8.333_452e-3) * rest
        + 4.166_579_6e-2)
        * rest
        + 0.166_666_66)
        * rest
        + 0.5;
    let two_to_the_whole = f32::from_bits((power.to_bits() << 23).wrapping_add(127 << 23));
    (polynomial * rest * rest + rest + 1.0) * two_to_the_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_those_of_the_library() {
        for step in -9000..=0 {
            let x = step as f32 / 100.0;
            let exact = libm::expf(x.max(-87.0));
            assert!((exp(x) - exact).abs() <= 2e-7 * exact, "exp {x}");
        }
        for step in -600..=600 {
            let x = step as f32 / 100.0;
            assert!((erf(x) - libm::erff(x)).abs() < 4e-7, "erf {x}");
        }
        assert_eq!((gelu(0.0), gelu(-40.0), gelu(40.0)), (0.0, 0.0, 40.0));
    }
}
