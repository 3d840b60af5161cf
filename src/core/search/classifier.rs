//! Multinomial logistic regression (maximum entropy) on sparse features, trained by stochastic gradient descent.
//!
//! Berger, Della Pietra and Della Pietra, "A Maximum Entropy Approach to Natural Language Processing", 1996; Bottou,
//! "Large-Scale Machine Learning with Stochastic Gradient Descent", 2010. Training is deterministic: a fixed order, a
//! fixed number of passes, and arithmetic that gives the same bits on every machine.

use serde::{Deserialize, Serialize};
use wide::{f32x8, i16x8, i32x4, i32x8, u8x16};

use super::lists::Lists;
use super::meaning::Meaning;
use super::vectorizer::{Vectors, WeightedFeature};

/// Values for some of the classes, few enough to stay in vector registers; rows are padded to whole blocks. Blocks of 40
/// take fewer instructions, and three times as long.
type WeightBlock = [f32x8; WIDTH];
const WIDTH: usize = 2;
/// The classes of a vector register.
const LANE: usize = 8;
/// The classes of a block.
const LANES: usize = LANE * WIDTH;

/// How much of the weight shared by several right classes goes to those that already seem right; the rest is divided evenly.
const LENIENCE: f32 = 0.5;

/// What a weight of zero is kept as: processors widen bytes without a sign in one step.
const ZERO_WEIGHT: u8 = 128;
/// Sums of kept weights stay below this: 2³¹, less what rounding may add.
const LARGEST_SUM: f32 = 2_147_000_000.0;

/// How many passes the weights are averaged over.
const AVERAGED: usize = 3;

/// Added to a number between ±2²² and subtracted again, it rounds that to a whole one, halves to the even one, by nothing but
/// IEEE arithmetic: other ways to round treat halves differently on some processors.
const ROUND: f32 = 12_582_912.0;

/// A trained model: one weight for each pair of a column of a vector and a class.
///
/// Training needs single precision; what it has learned is kept in 8 bits, each row with its own scale: an error of at most a
/// 254th of the largest weight of the row, and a quarter of the memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Classifier {
    classes: usize,
    /// Row after row of weights above [`ZERO_WEIGHT`], one row a column, padded to whole blocks.
    weights: Box<[[u8; LANES]]>,
    /// What the weights of each row are multiplied by.
    scales: Box<[f32]>,
    /// Such a row for each number of a text's meaning.
    meaning: Box<[f32x8]>,
}

impl Classifier {
    /// Trains on the examples and, if there are any, their meanings, each with the classes any of which is right, best
    /// first, with a step that falls from `step` to half of it in a straight line. What is kept is the mean of the weights after
    /// each of the last [`AVERAGED`] passes: it depends less on the order of the examples than any of them (Polyak and
    /// Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992).
    ///
    /// An example's `key` gives it its place in each pass. A key that depends on nothing but the example leaves the order of all the
    /// others as it was when one is added or changed, and so their answers.
    pub(super) fn train(
        examples: &Vectors,
        meanings: &[Meaning],
        keys: &[u64],
        targets: &Lists<u32>,
        columns: usize,
        classes: usize,
        step: f32,
    ) -> Self {
        let passes = passes(examples.len());
        let blocks = classes.div_ceil(LANES);
        let mut weights = vec![WeightBlock::default(); columns * blocks];
        let mut meaning_weights = vec![WeightBlock::default(); super::meaning::DIMENSIONS * blocks];
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut gradient = vec![WeightBlock::default(); blocks];
        let mut probabilities = vec![0.0_f32; blocks * LANES];
        let mut averages = (weights.clone(), meaning_weights.clone());
        let total = (passes * examples.len()) as f32;
        let mut seen = 0.0;
        for pass in 1..=passes {
            let place =
                |&number: &usize| mixed(keys.get(number).copied().unwrap_or_default(), pass);
            order.sort_by_cached_key(place);
            for &number in &order {
                let (Some(vector), targets) = (examples.get(number), targets.get(number)) else {
                    continue;
                };
                let rate = step * (1.0 - 0.5 * seen / total);
                seen += 1.0;
                let meaning = meanings.get(number).map_or(&[][..], |meaning| &meaning[..]);
                for (block, logits) in probabilities.chunks_exact_mut(LANES).enumerate() {
                    let mut sums = WeightBlock::default();
                    for (row, value) in meaning.iter().enumerate() {
                        if let Some(row) = meaning_weights.get(row * blocks + block) {
                            add(&mut sums, *value, row);
                        }
                    }
                    for &(column, value) in vector {
                        if let Some(row) = weights.get(column as usize * blocks + block) {
                            add(&mut sums, value, row);
                        }
                    }
                    logits.copy_from_slice(&lanes(sums));
                }
                softmax(&mut probabilities, classes);
                subtract_targets(targets, &mut probabilities);
                for (block, probabilities) in
                    gradient.iter_mut().zip(probabilities.chunks_exact(LANES))
                {
                    *block = read(probabilities);
                }
                for (row, value) in meaning.iter().enumerate() {
                    let step = -rate * value;
                    let rows = meaning_weights
                        .get_mut(row * blocks..(row + 1) * blocks)
                        .unwrap_or_default();
                    rows.iter_mut()
                        .zip(&gradient)
                        .for_each(|(row, gradient)| add(row, step, gradient));
                }
                for &(column, value) in vector {
                    let (step, start) = (-rate * value, column as usize * blocks);
                    for (row, gradient) in weights
                        .get_mut(start..start + blocks)
                        .unwrap_or_default()
                        .iter_mut()
                        .zip(&gradient)
                    {
                        add(row, step, gradient);
                    }
                }
            }
            if let Some(count @ 1..) = (pass + AVERAGED).checked_sub(passes) {
                average(&mut averages.0, &weights, count);
                average(&mut averages.1, &meaning_weights, count);
            }
        }
        Self::rounded(&averages.0, &averages.1, classes)
    }

    /// Keeps weights in 8 bits, those of meanings as they are.
    fn rounded(weights: &[WeightBlock], meaning: &[WeightBlock], classes: usize) -> Self {
        let blocks = classes.div_ceil(LANES).max(1);
        let eights = classes.div_ceil(LANE);
        let mut kept = Vec::with_capacity(weights.len());
        let mut scales = Vec::with_capacity(weights.len() / blocks);
        for row in weights.chunks_exact(blocks) {
            let largest = row
                .iter()
                .flatten()
                .fold(f32x8::ZERO, |largest, weights| largest.max(weights.abs()));
            let largest = largest.to_array().into_iter().fold(0.0, f32::max);
            let scale = if largest > 0.0 {
                largest / f32::from(i8::MAX)
            } else {
                1.0
            };
            let (splat, round) = (f32x8::splat(scale), f32x8::splat(ROUND));
            let whole = |weights: f32x8| weights / splat + round - round;
            let above_zero = |weight: f32| (weight + f32::from(ZERO_WEIGHT)) as u8;
            kept.extend(
                row.iter()
                    .map(|block| lanes(block.map(whole)).map(above_zero)),
            );
            scales.push(scale);
        }
        let meaning = meaning.chunks_exact(blocks);
        Self {
            classes,
            weights: kept.into_boxed_slice(),
            scales: scales.into_boxed_slice(),
            meaning: meaning
                .flat_map(|row| row.iter().flatten().take(eights).copied())
                .collect(),
        }
    }

    /// The logit of each class.
    pub(super) fn scores(&self, vector: &[WeightedFeature], meaning: &Meaning) -> Vec<f32> {
        let eights = self.classes.div_ceil(LANE);
        let mut sums = vec![f32x8::ZERO; eights];
        if eights > 0 {
            for (&value, row) in meaning.iter().zip(self.meaning.chunks_exact(eights)) {
                let value = f32x8::splat(value);
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sums, row)| *sums += value * *row);
            }
        }
        let sums = sums.into_iter().zip(self.add_up(vector));
        let mut scores: Vec<f32> = sums
            .flat_map(|(of_meaning, of_vector)| (of_meaning + of_vector).to_array())
            .collect();
        scores.truncate(self.classes);
        scores
    }

    /// The weights of a vector's columns, each times its value, summed by class in whole numbers, which takes half the time. Values
    /// are rounded to 16 bits or, in a vector of very many, to so few that a sum stays within 32.
    fn add_up(&self, vector: &[WeightedFeature]) -> Vec<f32x8> {
        let weighted = vector.iter().map(|feature| {
            let column = feature.column as usize;
            let scale = self.scales.get(column).copied().unwrap_or_default();
            (self.row(column), feature.value * scale)
        });
        let weighted: Vec<(&[[u8; LANES]], f32)> = weighted.collect();
        let sizes = || weighted.iter().map(|(_, value)| value.abs());
        let unit = (sizes().fold(0.0, f32::max) / f32::from(i16::MAX))
            .max(sizes().sum::<f32>() * f32::from(u8::MAX) / LARGEST_SUM)
            .max(f32::MIN_POSITIVE);
        let mut sums = vec![[i32x4::ZERO; 4]; self.classes.div_ceil(LANES)];
        let mut all = 0;
        // Two at a time: processors multiply pairs of 16 bits and add the products up in one step.
        for two in weighted.chunks(2) {
            let [(first, a), (second, b)] = match *two {
                [first, second] => [first, second],
                [last] => [last, (last.0, 0.0)],
                _ => continue,
            };
            let (a, b) = ((a / unit) as i16, (b / unit) as i16);
            all += i32::from(a) + i32::from(b);
            let values = i16x8::new([a, b, a, b, a, b, a, b]);
            for ((sums, first), second) in sums.iter_mut().zip(first).zip(second) {
                let (first, second) = (u8x16::new(*first), u8x16::new(*second));
                let low = u8x16::unpack_low(first, second);
                let high = u8x16::unpack_high(first, second);
                let fours = [
                    i16x8::from_u8x16_low(low),
                    i16x8::from_u8x16_high(low),
                    i16x8::from_u8x16_low(high),
                    i16x8::from_u8x16_high(high),
                ];
                let sums = sums.iter_mut().zip(fours);
                sums.for_each(|(sums, weights)| *sums += weights.dot(values));
            }
        }
        let zero = i32x4::splat(i32::from(ZERO_WEIGHT) * all);
        let fours = sums.as_flattened().iter();
        let numbers: Vec<i32> = fours.flat_map(|four| (*four - zero).to_array()).collect();
        let (eights, _) = numbers.as_chunks::<LANE>();
        let unit = f32x8::splat(unit);
        let eights = eights.iter();
        eights
            .map(|eight| unit * i32x8::new(*eight).round_float())
            .collect()
    }

    /// The weights of a column.
    fn row(&self, column: usize) -> &[[u8; LANES]] {
        let blocks = self.classes.div_ceil(LANES);
        let row = self.weights.get(column * blocks..(column + 1) * blocks);
        row.unwrap_or_default()
    }

    /// How much more a column pulls to one class than to the average one.
    pub(super) fn pull(&self, column: u32, class: usize) -> f32 {
        let column = column as usize;
        let row = self.row(column).iter();
        let weights = row.flatten().take(self.classes);
        let row: Vec<f32> = weights
            .map(|&weight| f32::from(weight) - f32::from(ZERO_WEIGHT))
            .collect();
        let mean = row.iter().sum::<f32>() / self.classes as f32;
        let scale = self.scales.get(column).copied().unwrap_or_default();
        row.get(class).map_or(0.0, |weight| scale * (weight - mean))
    }
}

/// Turns a mean of `count` - 1 sets of weights into one of `count`, with these.
fn average(mean: &mut [WeightBlock], weights: &[WeightBlock], count: usize) {
    let share = f32x8::splat(1.0 / count as f32);
    let lanes = mean.as_flattened_mut().iter_mut();
    lanes
        .zip(weights.as_flattened())
        .for_each(|(mean, weights)| *mean += (*weights - *mean) * share);
}

/// Subtracts from the probabilities what they should be: of several right classes each gets a share.
fn subtract_targets(targets: &[u32], probabilities: &mut [f32]) {
    let of = |class: u32, probabilities: &[f32]| {
        probabilities
            .get(class as usize)
            .copied()
            .unwrap_or_default()
    };
    let all: f32 = targets.iter().map(|&class| of(class, probabilities)).sum();
    let even = (1.0 - LENIENCE) / targets.len().max(1) as f32;
    for &class in targets {
        let share = even + LENIENCE * of(class, probabilities) / all.max(f32::MIN_POSITIVE);
        if let Some(probability) = probabilities.get_mut(class as usize) {
            *probability -= share;
        }
    }
}

/// Adds a multiple of a row to the sums of a block.
fn add(sums: &mut WeightBlock, times: f32, row: &WeightBlock) {
    let times = f32x8::splat(times);
    sums.iter_mut()
        .zip(row)
        .for_each(|(sums, row)| *sums += times * *row);
}

/// The numbers of a block, in order.
fn lanes(block: WeightBlock) -> [f32; LANES] {
    let mut lanes = [0.0; LANES];
    lanes
        .iter_mut()
        .zip(block.iter().flat_map(|eight| eight.as_array()))
        .for_each(|(lane, number)| *lane = *number);
    lanes
}

/// A block with these numbers.
fn read(numbers: &[f32]) -> WeightBlock {
    let mut block = WeightBlock::default();
    block
        .iter_mut()
        .zip(numbers.as_chunks().0)
        .for_each(|(eight, numbers)| *eight = f32x8::new(*numbers));
    block
}

/// Turns logits into probabilities in place; what fills up the last block, beyond `classes`, becomes zero.
pub(super) fn softmax(scores: &mut [f32], classes: usize) {
    let (real, filling) = scores.split_at_mut(classes.min(scores.len()));
    filling.fill(0.0);
    let top = real.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    real.iter_mut().for_each(|score| *score = exp(*score - top));
    let sum: f32 = real.iter().sum();
    real.iter_mut().for_each(|score| *score /= sum);
}

/// The exponential of a number that is not above zero, to seven digits: a power of two by its bits, times a polynomial
/// for the rest (Cephes, `exp2f`). The compiler handles several at once, as it cannot with a library's.
pub(super) fn exp(x: f32) -> f32 {
    /// Below, the result is too small for a float.
    const LOWEST: f32 = -126.0;
    let x = (x * std::f32::consts::LOG2_E).max(LOWEST);
    // Rounded to a whole number, which is in the lowest bits.
    let rounded = x + ROUND;
    let rest = x - (rounded - ROUND);
    let power = 1.535_336_2e-4;
    let power = power * rest + 1.339_887_4e-3;
    let power = power * rest + 9.618_437e-3;
    let power = power * rest + 5.550_332_5e-2;
    let power = power * rest + 0.240_226_48;
    let power = power * rest + std::f32::consts::LN_2;
    let power = power * rest + 1.0;
    // The exponent of a float begins at bit 23, and 127 stands for 2 to the zeroth.
    power
        * f32::from_bits(
            rounded
                .to_bits()
                .wrapping_sub(ROUND.to_bits())
                .wrapping_add(127)
                << 23,
        )
}

/// How often training goes over all examples: a small knowledge base needs more passes to learn as much, a large one
/// learns from its many examples. 8 passes up to 3,000 examples, 6 from 4,000 on.
fn passes(examples: usize) -> usize {
    (24_000 / examples.max(1)).clamp(6, 8)
}

/// A key's place in a round: the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", 2014).
fn mixed(key: u64, round: usize) -> u64 {
    let mixed = key.wrapping_add((round as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
