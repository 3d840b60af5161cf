//! Arithmetic with vectors whose length is a multiple of eight, in an order of its own that is the same on every machine.

use wide::f32x8;

/// Adds a multiple of a vector.
pub(super) fn add<const N: usize>(sum: &mut [f32; N], times: f32, vector: &[f32; N]) {
    sum.iter_mut()
        .zip(vector)
        .for_each(|(sum, number)| *sum += times * number);
}

/// Scales a vector to unit length; zero stays zero.
pub(super) fn to_unit_length<const N: usize>(vector: &mut [f32; N]) {
    let length = libm::sqrtf(dot(vector, vector));
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
}

/// The product of two vectors: how alike they are, where both have unit length.
pub(super) fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    let (a, _) = a.as_chunks::<8>();
    let (b, _) = b.as_chunks::<8>();
    a.iter()
        .zip(b)
        .fold(f32x8::ZERO, |sum, (a, b)| {
            sum + f32x8::new(*a) * f32x8::new(*b)
        })
        .reduce_add()
}
