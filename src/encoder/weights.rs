//! Reads the weights from `model.safetensors` one tensor at a time, so that they are never in memory twice.
//!
//! `adapter.safetensors`, which is part of the program, is added to them: a low-rank matrix for each of the layers' matrices (Hu et
//! al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021). `adapt.py` trained it on the guide that ships, so that texts
//! that ask for the same section point the same way. The weights that were downloaded stay as they were published.

use std::io::{self, BufReader, Cursor, Error, ErrorKind, Read, Seek, SeekFrom};

use safetensors::tensor::{Dtype, Metadata};

use super::matrix::Matrix;
use super::transformer::{INNER, LAYERS, Layer, Norm, Transformer, WIDTH, WordEmbeddings};

/// The longest header that is read; the model's has 11 kB.
const LONGEST_HEADER: u64 = 1 << 20;

/// What is added to the weights.
pub(super) static ADAPTER: &[u8] = include_bytes!("adapter.safetensors");
/// The rank of what is added to a matrix.
const RANK: usize = 8;

/// Reads the network.
///
/// # Errors
/// If the file cannot be read or does not hold this network.
pub(super) fn read(file: impl Read + Seek) -> io::Result<Transformer> {
    let mut adapter = Tensors::open(Cursor::new(ADAPTER))?;
    let mut tensors = Tensors::open(BufReader::with_capacity(1 << 16, file))?;
    let mut words = WordEmbeddings::default();
    tensors.rows("embeddings.word_embeddings.weight", WIDTH, |row| {
        words.push(row)
    })?;
    let mut positions = tensors.matrix("embeddings.position_embeddings.weight", WIDTH)?;
    // Every text is the first of the two that the model could tell apart.
    let kinds = tensors.matrix("embeddings.token_type_embeddings.weight", WIDTH)?;
    for position in positions.chunks_exact_mut(WIDTH) {
        position.iter_mut().zip(&kinds).for_each(|(a, b)| *a += b);
    }
    Ok(Transformer {
        words,
        positions,
        norm: tensors.norm("embeddings.LayerNorm")?,
        layers: (0..LAYERS)
            .map(|number| tensors.layer(number, &mut adapter))
            .collect::<io::Result<_>>()?,
    })
}

struct Tensors<R> {
    file: R,
    metadata: Metadata,
    /// Where the first tensor begins.
    start: u64,
}

impl<R: Read + Seek> Tensors<R> {
    fn open(mut file: R) -> io::Result<Self> {
        let mut length = [0; 8];
        file.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        let mut header = Vec::new();
        file.by_ref()
            .take(length.min(LONGEST_HEADER))
            .read_to_end(&mut header)?;
        Ok(Self {
            file,
            metadata: serde_json::from_slice(&header)?,
            start: 8 + length,
        })
    }

    /// Visits the rows of a tensor, each with this many numbers.
    fn rows(&mut self, name: &str, columns: usize, mut each: impl FnMut(&[f32])) -> io::Result<()> {
        let info = self.metadata.info(name);
        let info = info.filter(|info| info.shape.last() == Some(&columns));
        let size = match info.map(|info| info.dtype) {
            Some(Dtype::F32) => Some(4),
            Some(Dtype::BF16) => Some(2),
            _ => None,
        };
        let (info, size) = info.zip(size).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidData,
                format!("there is no {name} of {columns} columns"),
            )
        })?;
        let (from, to) = info.data_offsets;
        self.file.seek(SeekFrom::Start(self.start + from as u64))?;
        let mut bytes = vec![0; size * columns];
        let mut row = vec![0.0; columns];
        for _ in 0..(to - from) / bytes.len() {
            self.file.read_exact(&mut bytes)?;
            for (number, bytes) in row.iter_mut().zip(bytes.chunks_exact(size)) {
                // The shorter format has the upper half of a number's bits.
                let mut whole = [0; 4];
                whole
                    .iter_mut()
                    .rev()
                    .zip(bytes.iter().rev())
                    .for_each(|(to, from)| *to = *from);
                *number = f32::from_le_bytes(whole);
            }
            each(&row);
        }
        Ok(())
    }

    /// The numbers of a tensor.
    fn matrix(&mut self, name: &str, columns: usize) -> io::Result<Vec<f32>> {
        let mut numbers = Vec::new();
        self.rows(name, columns, |row| numbers.extend_from_slice(row))?;
        Ok(numbers)
    }

    /// One matrix of several, under each other, with what the adapter adds to each.
    fn joined(
        &mut self,
        adapter: &mut Tensors<impl Read + Seek>,
        names: &[String],
        columns: usize,
        rows: usize,
    ) -> io::Result<Matrix> {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            let mut part = self.matrix(&format!("{name}.weight"), columns)?;
            adapter.add_to(&mut part, name, columns)?;
            weights.extend(part);
            bias.extend(self.matrix(&format!("{name}.bias"), rows)?);
        }
        Ok(Matrix::new(&weights, &bias, columns))
    }

    /// Adds the product of an adapter's two narrow matrices to a matrix of weights.
    fn add_to(&mut self, weights: &mut [f32], name: &str, columns: usize) -> io::Result<()> {
        let across = self.matrix(&format!("{name}.lora_A.weight"), columns)?;
        let down = self.matrix(&format!("{name}.lora_B.weight"), RANK)?;
        let rows = weights
            .chunks_exact_mut(columns)
            .zip(down.as_chunks::<RANK>().0);
        for (row, factors) in rows {
            for (factor, across) in factors.iter().zip(across.chunks_exact(columns)) {
                row.iter_mut()
                    .zip(across)
                    .for_each(|(weight, across)| *weight += factor * across);
            }
        }
        Ok(())
    }

    fn norm(&mut self, name: &str) -> io::Result<Norm> {
        Ok(Norm {
            scale: self.matrix(&format!("{name}.weight"), WIDTH)?,
            shift: self.matrix(&format!("{name}.bias"), WIDTH)?,
        })
    }

    fn layer(
        &mut self,
        number: usize,
        adapter: &mut Tensors<impl Read + Seek>,
    ) -> io::Result<Layer> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let parts = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        Ok(Layer {
            attention: self.joined(adapter, &parts, WIDTH, WIDTH)?,
            attended: self.joined(adapter, &[name("attention.output.dense")], WIDTH, WIDTH)?,
            attended_norm: self.norm(&name("attention.output.LayerNorm"))?,
            inner: self.joined(adapter, &[name("intermediate.dense")], WIDTH, INNER)?,
            outer: self.joined(adapter, &[name("output.dense")], INNER, WIDTH)?,
            outer_norm: self.norm(&name("output.LayerNorm"))?,
        })
    }
}
