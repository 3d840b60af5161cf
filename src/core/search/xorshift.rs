//! Chance that is the same everywhere.

use crate::fnv::fnv1a;

/// Marsaglia's xorshift generator ("Xorshift RNGs", 2003): enough to shuffle, the same everywhere.
#[derive(Debug)]
pub struct XorShift(u64);

impl XorShift {
    /// A generator whose numbers depend on a text only.
    pub fn seeded(text: &str) -> Self {
        // The generator must not begin with zero.
        Self(fnv1a(text.bytes()) | 1)
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
