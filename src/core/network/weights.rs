//! Reads the weights from `model.safetensors` one tensor at a time, so that they are never in memory twice, and adds the adapter.

use std::fs::File;
use std::io::{self, BufReader, Error, ErrorKind, Read, Seek, SeekFrom};

use safetensors::tensor::{Dtype, Metadata};

use super::adapter::Adapter;
use super::matrix::Matrix;
use super::transformer::{INNER, LAYERS, Layer, Norm, Transformer, WIDTH, WordEmbeddings};

/// The longest header that is read; the model's has 11 kB.
const LONGEST_HEADER: u64 = 1 << 20;

/// Reads the network.
///
/// # Errors
/// If the file cannot be read or does not hold this network.
pub fn read(file: File) -> io::Result<Transformer> {
    let adapter = Adapter::read().map_err(Error::other)?;
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
            .map(|number| tensors.layer(number, &adapter))
            .collect::<io::Result<_>>()?,
    })
}

struct Tensors {
    file: BufReader<File>,
    metadata: Metadata,
    /// Where the first tensor begins.
    start: u64,
}

impl Tensors {
    fn open(mut file: BufReader<File>) -> io::Result<Self> {
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
        let info =
            info.filter(|info| info.dtype == Dtype::F32 && info.shape.last() == Some(&columns));
        let info = info.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidData,
                format!("there is no {name} of {columns} columns"),
            )
        })?;
        let (from, to) = info.data_offsets;
        self.file.seek(SeekFrom::Start(self.start + from as u64))?;
        let mut bytes = vec![0; 4 * columns];
        let mut row = vec![0.0; columns];
        for _ in 0..(to - from) / bytes.len() {
            self.file.read_exact(&mut bytes)?;
            for (number, bytes) in row.iter_mut().zip(bytes.as_chunks().0) {
                *number = f32::from_le_bytes(*bytes);
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

    /// One matrix of several, under each other, with what the adapter adds.
    fn joined(
        &mut self,
        adapter: &Adapter,
        names: &[String],
        columns: usize,
        rows: usize,
    ) -> io::Result<Matrix> {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            let mut part = self.matrix(&format!("{name}.weight"), columns)?;
            adapter
                .add_to(&mut part, name, columns)
                .map_err(Error::other)?;
            weights.extend(part);
            bias.extend(self.matrix(&format!("{name}.bias"), rows)?);
        }
        Ok(Matrix::new(&weights, &bias, columns))
    }

    fn norm(&mut self, name: &str) -> io::Result<Norm> {
        Ok(Norm {
            scale: self.matrix(&format!("{name}.weight"), WIDTH)?,
            shift: self.matrix(&format!("{name}.bias"), WIDTH)?,
        })
    }

    fn layer(&mut self, number: usize, adapter: &Adapter) -> io::Result<Layer> {
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
