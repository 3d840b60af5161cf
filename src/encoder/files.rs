//! The files that make up the encoder. They are identified by their hashes, because what is learned from the vectors is valid for
//! these weights only.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Why an encoder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// A file is missing.
    #[error("{} is missing: run `internbot encoder install`", .0.display())]
    Missing(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is damaged, or not the file that this version of internbot uses: run `internbot encoder install`", .0.display())]
    Damaged(PathBuf),
}

/// A file, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ModelFile {
    pub(super) name: &'static str,
    /// In bytes.
    pub(super) size: u64,
    /// In hexadecimal.
    pub(super) sha256: &'static str,
}

/// The weights.
pub(super) const WEIGHTS: ModelFile = ModelFile {
    name: "model.safetensors",
    size: 90_868_376,
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
};
/// The vocabulary.
pub(super) const TOKENIZER: ModelFile = ModelFile {
    name: "tokenizer.json",
    size: 466_247,
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
};

/// The vectors of texts that were computed before, next to those.
pub(super) const VECTORS: &str = "vectors.bin";

/// All files that are installed.
pub(super) const FILES: [ModelFile; 2] = [WEIGHTS, TOKENIZER];

impl ModelFile {
    /// Checks that the size, in bytes, and the hash are those of this file; if not, says what differs.
    pub(super) fn compare(&self, size: u64, sha256: &str) -> Result<(), String> {
        if size > self.size {
            Err(format!("it has more than {} bytes", self.size))
        } else if size < self.size {
            Err(format!("it has {size} bytes instead of {}", self.size))
        } else if sha256 != self.sha256 {
            Err(format!(
                "its SHA-256 is {sha256} instead of {}",
                self.sha256
            ))
        } else {
            Ok(())
        }
    }

    /// Whether a file is this one.
    ///
    /// # Errors
    /// If it is missing, cannot be read, or is another file.
    pub(super) fn check(&self, path: &Path) -> Result<(), EncoderError> {
        let file = File::open(path).map_err(unreadable(path))?;
        let size = file.metadata().map_err(unreadable(path))?.len();
        if size != self.size || sha256(file).map_err(unreadable(path))? != self.sha256 {
            return Err(EncoderError::Damaged(path.to_owned()));
        }
        Ok(())
    }
}

/// The hash of a reader's contents, in hexadecimal.
pub(super) fn sha256(mut from: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut from, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
}

/// Adds the file's path to an error.
pub(super) fn unreadable(path: &Path) -> impl Fn(io::Error) -> EncoderError {
    |source| {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound => EncoderError::Missing(path),
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => EncoderError::Damaged(path),
            _ => EncoderError::Read { path, source },
        }
    }
}
