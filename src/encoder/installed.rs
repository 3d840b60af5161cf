//! An installed encoder, and the vectors it computes for a guide.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{CacheFault, Encoder, EncoderError, VectorCache, usual_folder};
use crate::search::{Corpus, SentenceVector, Sentences};

/// An encoder with the vectors that it has computed before.
#[derive(Debug)]
pub struct InstalledEncoder {
    encoder: Arc<Encoder>,
    cache: VectorCache,
}

impl InstalledEncoder {
    /// Opens the encoder in a folder or, without one, in the default place. `None` if none is installed there.
    ///
    /// # Errors
    /// If one is installed but cannot be used.
    pub fn open(folder: Option<&Path>) -> Result<Option<Self>, EncoderError> {
        let Some(folder) = folder.map(PathBuf::from).or_else(usual_folder) else {
            return Ok(None);
        };
        match Encoder::load(&folder) {
            Ok(encoder) => Ok(Some(Self {
                cache: VectorCache::in_folder(&folder),
                encoder: Arc::new(encoder),
            })),
            Err(EncoderError::Missing(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The vectors of everything that a guide teaches. This takes minutes for a guide that is new to it: call it where
    /// nothing waits for it. `progress` receives how many texts have been encoded, and of how many.
    pub fn sentences(
        &self,
        corpus: &Corpus,
        progress: impl Fn(usize, usize) + Sync,
    ) -> (Sentences, Vec<CacheFault>) {
        let texts = Sentences::texts(corpus);
        let encoded = self.cache.encode(&self.encoder, &texts, progress);
        let sentences = Sentences::with_vectors(corpus, encoded.vectors);
        (sentences, encoded.faults)
    }

    /// Encodes these texts. The function that it returns knows their vectors, and computes only those of other texts.
    pub fn knowing(
        self,
        texts: &[&str],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> (
        impl Fn(&str) -> SentenceVector + Sync + use<>,
        Vec<CacheFault>,
    ) {
        let encoded = self.cache.encode(&self.encoder, texts, progress);
        let texts = texts.iter().map(|text| (*text).to_owned());
        let known: FxHashMap<String, SentenceVector> = texts.zip(encoded.vectors).collect();
        let encode = move |text: &str| {
            let vector = known.get(text).copied();
            vector.unwrap_or_else(|| self.encode(text))
        };
        (encode, encoded.faults)
    }

    /// The encoder itself, to encode questions on other threads.
    pub fn encoder(&self) -> Arc<Encoder> {
        Arc::clone(&self.encoder)
    }

    /// The vector of a question.
    pub fn encode(&self, text: &str) -> SentenceVector {
        self.encoder.encode(text)
    }
}
