//! Multinomial logistic regression (maximum entropy) on sparse features, trained by stochastic gradient descent.
//!
//! Berger, Della Pietra and Della Pietra, "A Maximum Entropy Approach to Natural Language Processing", 1996; Bottou,
//! "Large-Scale Machine Learning with Stochastic Gradient Descent", 2010. Training is deterministic: a fixed order, a
//! fixed number of passes, and arithmetic (`libm` for the exponential) that gives the same bits on every machine.

/// A sparse vector: feature ids and their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Sparse {
    /// Ids below the number of features; no id twice.
    pub ids: Vec<u32>,
    /// One value for each id.
    pub values: Vec<f32>,
}

/// One vector to learn from and the class it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Example {
    /// What is seen.
    pub features: Sparse,
    /// What it is.
    pub class: usize,
}

/// A trained model: one weight for each pair of a feature and a class.
#[derive(Debug, Clone, Default)]
pub(super) struct Classifier {
    classes: usize,
    /// Classes rounded up to whole vector registers, so that the inner loops have no remainder.
    stride: usize,
    /// Row after row of `stride` weights, one row a feature.
    weights: Vec<f32>,
}

const LANES: usize = 8;

impl Classifier {
    /// Trains on the examples, `passes` times over all, with a step that falls from `step` to zero in a straight line.
    pub(super) fn train(examples: &[Example], features: usize, classes: usize, passes: usize, step: f32) -> Self {
        let stride = classes.div_ceil(LANES) * LANES;
        let mut model = Self { classes, stride, weights: vec![0.0; features * stride] };
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut random = XorShift::seeded("order of examples");
        let mut probabilities = vec![0.0; stride];
        let total = (passes * examples.len()) as f32;
        let mut seen = 0.0;
        for _ in 0..passes {
            random.shuffle(&mut order);
            for example in order.iter().filter_map(|&at| examples.get(at)) {
                let rate = step * (1.0 - seen / total);
                seen += 1.0;
                model.scores_into(&example.features, &mut probabilities);
                softmax(&mut probabilities, classes);
                if let Some(probability) = probabilities.get_mut(example.class) {
                    *probability -= 1.0;
                }
                for (&id, &value) in example.features.ids.iter().zip(&example.features.values) {
                    let scale = rate * value;
                    let row = model.weights.get_mut(id as usize * stride..(id as usize + 1) * stride).unwrap_or_default();
                    for (weight, gradient) in row.iter_mut().zip(&probabilities) {
                        *weight -= scale * gradient;
                    }
                }
            }
        }
        model
    }

    /// The logit of each class.
    pub(super) fn scores(&self, features: &Sparse) -> Vec<f32> {
        let mut scores = vec![0.0; self.stride];
        self.scores_into(features, &mut scores);
        scores.truncate(self.classes);
        scores
    }

    /// How much more a feature pulls to one class than to the average one.
    pub(super) fn pull(&self, feature: u32, class: usize) -> f32 {
        let start = feature as usize * self.stride;
        let row = self.weights.get(start..start + self.classes).unwrap_or_default();
        row.get(class).map_or(0.0, |weight| weight - row.iter().sum::<f32>() / self.classes as f32)
    }

    fn scores_into(&self, features: &Sparse, scores: &mut [f32]) {
        scores.fill(0.0);
        for (&id, &value) in features.ids.iter().zip(&features.values) {
            let row = self.weights.get(id as usize * self.stride..(id as usize + 1) * self.stride).unwrap_or_default();
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += value * weight;
            }
        }
    }
}

/// Turns logits into probabilities in place; the padding beyond `classes` becomes zero.
fn softmax(scores: &mut [f32], classes: usize) {
    let (real, padding) = scores.split_at_mut(classes.min(scores.len()));
    padding.fill(0.0);
    let top = real.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in real.iter_mut() {
        *score = libm::expf(*score - top);
        sum += *score;
    }
    real.iter_mut().for_each(|score| *score /= sum);
}

/// Marsaglia's xorshift generator ("Xorshift RNGs", 2003): enough to shuffle, the same everywhere.
#[derive(Debug)]
pub struct XorShift(u64);

impl XorShift {
    /// A generator whose numbers depend on a text only.
    pub fn seeded(text: &str) -> Self {
        // FNV-1a; the generator must not begin with zero.
        Self(text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)) | 1)
    }

    /// A number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Fisher and Yates's shuffle.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
