//! What a text means, as a vector: the sentence encoder all-MiniLM-L6-v2 (Wang et al., "MiniLM", 2020; Reimers and Gurevych,
//! "Sentence-BERT", 2019; Apache License 2.0), whose weights an operator may install. Nothing leaves the machine.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `files` | which files make up the encoder, and whether a folder has the right ones |
//! | `cache` | keeps vectors of texts in a file |
//! | `pool` | threads that encode questions; needs the feature `discord` |
//! | `install`, `download`, `folder` | put the files into a folder, and remove them from it |
//!
//! ```no_run
//! use internbot::encoder::Encoder;
//!
//! let encoder = Encoder::load("encoder".as_ref())?;
//! let likeness = encoder.encode("I got in!").cosine(&encoder.encode("they made me an offer"));
//! # Ok::<(), internbot::encoder::EncoderError>(())
//! ```

mod cache;
mod download;
mod files;
mod folder;
mod install;
mod installed;
#[cfg(feature = "discord")]
mod pool;

use std::fs::File;
use std::path::Path;

use files::{TOKENIZER, WEIGHTS};
use internbot_core::network::{self, Transformer, WordPieces};

use crate::search::SentenceVector;

pub use cache::{CacheFault, Encoded, VectorCache};
pub use download::{DOWNLOAD_SIZE, PUBLISHED, download};
pub use files::EncoderError;
pub use folder::{check, remove, usual_folder};
pub use install::{InstallError, install};
pub use installed::InstalledEncoder;
#[cfg(feature = "discord")]
pub use pool::{EncoderBusy, EncoderPool};

/// The encoder, in memory: 40 MB.
#[derive(Debug)]
pub struct Encoder {
    vocabulary: WordPieces,
    network: Transformer,
}

impl Encoder {
    /// Reads the encoder that was installed into a folder, which takes about a third of a second.
    ///
    /// # Errors
    /// If a file is missing, cannot be read, or is not the one that was installed.
    pub fn load(folder: &Path) -> Result<Self, EncoderError> {
        let path = folder.join(TOKENIZER.name);
        TOKENIZER.check(&path)?;
        let json = std::fs::read(&path).map_err(files::unreadable(&path))?;
        let vocabulary = WordPieces::read(&json).ok_or(EncoderError::Damaged(path))?;
        let path = folder.join(WEIGHTS.name);
        WEIGHTS.check(&path)?;
        let network = File::open(&path).and_then(network::read);
        let network = network.map_err(files::unreadable(&path))?;
        Ok(Self {
            vocabulary,
            network,
        })
    }

    /// The vector of a text. Anything after its first 254 tokens, about 200 words, is ignored.
    pub fn encode(&self, text: &str) -> SentenceVector {
        let vectors = self.encode_all(&[text]);
        vectors.into_iter().next().unwrap_or_default()
    }

    /// The vectors of several short texts: the same as one at a time, but faster.
    fn encode_all(&self, texts: &[&str]) -> Vec<SentenceVector> {
        let texts = texts.iter();
        let tokens: Vec<_> = texts.map(|text| self.vocabulary.tokens(text)).collect();
        let vectors = self.network.vectors(&tokens);
        vectors.into_iter().map(SentenceVector::new).collect()
    }
}
