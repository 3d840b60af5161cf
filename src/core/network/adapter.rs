//! What is added to the published weights: a low-rank matrix for each of the layers' matrices (Hu et al., "LoRA: Low-Rank Adaptation of
//! Large Language Models", 2021).
//!
//! `adapt.py` trained it on the guide that ships, so that texts that the same topic answers, and to a lesser degree the same section, point
//! the same way. The weights that were downloaded stay as they were published.

use safetensors::{SafeTensorError, SafeTensors};

/// The file, which is part of the program.
pub static ADAPTER: &[u8] = include_bytes!("adapter.safetensors");

/// The matrices to add, each as the product of two narrow ones.
pub(super) struct Adapter(SafeTensors<'static>);

impl Adapter {
    /// Reads the file.
    pub(super) fn read() -> Result<Self, SafeTensorError> {
        SafeTensors::deserialize(ADAPTER).map(Self)
    }

    /// Adds what belongs to a matrix of weights.
    pub(super) fn add_to(
        &self,
        weights: &mut [f32],
        name: &str,
        columns: usize,
    ) -> Result<(), SafeTensorError> {
        let across = self.numbers(&format!("{name}.lora_A.weight"))?;
        let down = self.numbers(&format!("{name}.lora_B.weight"))?;
        let rank = across.len() / columns;
        let rows = weights.chunks_exact_mut(columns);
        for (row, factors) in rows.zip(down.chunks_exact(rank)) {
            for (factor, across) in factors.iter().zip(across.chunks_exact(columns)) {
                let weights = row.iter_mut().zip(across);
                weights.for_each(|(weight, across)| *weight += factor * across);
            }
        }
        Ok(())
    }

    /// The numbers of a tensor. Each is stored as the upper half of its bits.
    fn numbers(&self, name: &str) -> Result<Vec<f32>, SafeTensorError> {
        let tensor = self.0.tensor(name)?;
        let (halves, _) = tensor.data().as_chunks();
        let number = |half: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16);
        Ok(halves.iter().map(number).collect())
    }
}
