//! Vectors of texts, kept in a file: after an edit of the guide only what changed is computed.
//!
//! The file has a line that names the encoder, then for each text the beginning of its SHA-256 and its vector, then the
//! SHA-256 of everything before. It is always replaced as a whole, so that several processes can share it; the last one to write wins. A file that cannot be
//! read is rebuilt.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indexmap::IndexMap;
use internbot_core::network::ADAPTER;
use rustc_hash::{FxBuildHasher, FxHashSet};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::Encoder;
use super::files::{VECTORS, WEIGHTS};
use crate::search::{SENTENCE_DIMENSIONS, SentenceVector};

/// Increase this when the same text would get another vector from the same weights and the same adapter.
const FORMAT: u32 = 1;
/// The beginning of a hash, which identifies a text: with 40,000 texts, the chance of a collision is one in 10^29.
const KEY: usize = 16;
/// In bytes.
const VECTOR: usize = 2 * SENTENCE_DIMENSIONS;
/// The SHA-256 at the end.
const CHECKSUM: usize = 32;
/// The maximum number of texts in a file, which then has 31 MB. The shipped guide has 21,000; the rest is what other guides used last.
const MAX_TEXTS: usize = 40_000;
/// How many characters of text are encoded at a time: about 60 tokens, so that the weights are read less often.
const BATCH: usize = 240;

type Key = [u8; KEY];
type Entries = IndexMap<Key, SentenceVector, FxBuildHasher>;

/// Where vectors are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorCache {
    path: PathBuf,
}

/// Vectors of texts, and what it took to get them.
#[derive(Debug)]
pub struct Encoded {
    /// One for each text, in the order of the texts.
    pub vectors: Vec<SentenceVector>,
    /// How many were computed; the others were in the file.
    pub computed: usize,
    /// What is wrong with the file, for the log. The vectors are correct either way.
    pub faults: Vec<CacheFault>,
}

/// What is wrong with a file of vectors.
#[derive(Debug, thiserror::Error)]
pub enum CacheFault {
    /// It is damaged, from another version, or something else entirely.
    #[error("{} is damaged or from another version, so all vectors were computed again", .0.display())]
    Damaged(PathBuf),
    /// It cannot be read.
    #[error("cannot read {}, so all vectors were computed again: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {}, so the next start computes the vectors again: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl VectorCache {
    /// The cache of the encoder in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join(VECTORS),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The vectors of texts: from the file or, if they are not in it, computed on all cores. Afterwards the file has
    /// them too. `progress` receives how many have been computed, and of how many.
    ///
    /// This takes minutes for thousands of new texts: call it where nothing waits for it.
    pub fn encode<T: AsRef<str> + Sync>(
        &self,
        encoder: &Encoder,
        texts: &[T],
        progress: impl Fn(usize, usize) + Sync,
    ) -> Encoded {
        self.encode_with(|texts| encoder.encode_all(texts), texts, progress)
    }

    fn encode_with<T: AsRef<str> + Sync>(
        &self,
        encode: impl Fn(&[&str]) -> Vec<SentenceVector> + Sync,
        texts: &[T],
        progress: impl Fn(usize, usize) + Sync,
    ) -> Encoded {
        let mut faults = Vec::new();
        let mut entries = self.read().unwrap_or_else(|fault| {
            faults.push(fault);
            Entries::default()
        });
        let keys: Vec<Key> = texts.iter().map(|text| key(text.as_ref())).collect();
        let mut missing: IndexMap<Key, &str, FxBuildHasher> = IndexMap::default();
        for (key, text) in keys.iter().zip(texts) {
            if !entries.contains_key(key) {
                missing.insert(*key, text.as_ref());
            }
        }
        let computed = missing.len();
        entries.extend(compute(missing.into_iter().collect(), encode, progress));
        let zero = SentenceVector::default();
        let vectors = keys
            .iter()
            .map(|key| entries.get(key).copied().unwrap_or(zero))
            .collect();
        if computed > 0 {
            // What other guides used is the first to go.
            let own: FxHashSet<&Key> = keys.iter().collect();
            entries.sort_by_cached_key(|key, _| !own.contains(key));
            if let Err(source) = self.write(&entries) {
                faults.push(CacheFault::Write {
                    path: self.path.clone(),
                    source,
                });
            }
        }
        Encoded {
            vectors,
            computed,
            faults,
        }
    }

    /// The contents of the file; empty if there is none.
    fn read(&self) -> Result<Entries, CacheFault> {
        let path = || self.path.clone();
        match fs::read(&self.path) {
            Ok(bytes) => entries(&bytes).ok_or_else(|| CacheFault::Damaged(path())),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(Entries::default()),
            Err(source) => Err(CacheFault::Read {
                path: path(),
                source,
            }),
        }
    }

    /// Replaces the file, which is always complete.
    fn write(&self, entries: &Entries) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder)?;
        let mut hasher = Sha256::new();
        let mut out = BufWriter::new(&mut file);
        let mut put = |bytes: &[u8]| {
            hasher.update(bytes);
            out.write_all(bytes)
        };
        put(header().as_bytes())?;
        for (key, vector) in entries.iter().take(MAX_TEXTS) {
            put(key)?;
            put(vector.numbers().map(i16::to_le_bytes).as_flattened())?;
        }
        out.write_all(&hasher.finalize())?;
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// The line that says which encoder the file belongs to, weights and adapter.
fn header() -> String {
    let adapter = Sha256::digest(ADAPTER);
    format!(
        "internbot vectors {FORMAT} of {} with {adapter:x}\n",
        WEIGHTS.sha256
    )
}

/// The contents of a file; `None` if it is damaged or something else.
fn entries(file: &[u8]) -> Option<Entries> {
    let (content, checksum) = file.split_at_checked(file.len().checked_sub(CHECKSUM)?)?;
    let records = content.strip_prefix(header().as_bytes())?;
    let (records, rest) = records.as_chunks::<{ KEY + VECTOR }>();
    if !rest.is_empty() || Sha256::digest(content).as_slice() != checksum {
        return None;
    }
    let entry = |record: &[u8; KEY + VECTOR]| {
        let (key, vector) = record.split_first_chunk::<KEY>()?;
        let mut numbers = [0; SENTENCE_DIMENSIONS];
        for (number, bytes) in numbers.iter_mut().zip(vector.as_chunks().0) {
            *number = i16::from_le_bytes(*bytes);
        }
        Some((*key, SentenceVector::from_numbers(numbers)))
    };
    let mut entries = Entries::with_capacity_and_hasher(records.len(), FxBuildHasher);
    entries.extend(records.iter().filter_map(entry));
    Some(entries)
}

fn key(text: &str) -> Key {
    let hash = Sha256::digest(text);
    hash.first_chunk().copied().unwrap_or_default()
}

/// Computes the vectors of texts, by all cores.
fn compute(
    mut texts: Vec<(Key, &str)>,
    encode: impl Fn(&[&str]) -> Vec<SentenceVector> + Sync,
    progress: impl Fn(usize, usize) + Sync,
) -> Vec<(Key, SentenceVector)> {
    // The longest first, so that the threads end at the same time.
    texts.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    let batches = batches(&texts);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut vectors = Vec::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let texts_of: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
            let keys = batch.iter().map(|(key, _)| *key);
            vectors.extend(keys.zip(encode(&texts_of)));
            let done = done.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
            progress(done, texts.len());
        }
        vectors
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores.min(batches.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let vectors = threads.into_iter().filter_map(|thread| thread.join().ok());
        vectors.flatten().collect()
    })
}

/// Texts in groups of about [`BATCH`] characters.
fn batches<'a, 'b>(texts: &'b [(Key, &'a str)]) -> Vec<&'b [(Key, &'a str)]> {
    let mut length = 0;
    let together = texts.chunk_by(move |(_, text), _| {
        length += text.len();
        let fits = length < BATCH;
        if !fits {
            length = 0;
        }
        fits
    });
    together.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands in for the encoder: encodes texts by their length.
    fn encode(texts: &[&str]) -> Vec<SentenceVector> {
        let vector =
            |text: &&str| SentenceVector::from_numbers([text.len() as i16; SENTENCE_DIMENSIONS]);
        texts.iter().map(vector).collect()
    }

    fn cache() -> (tempfile::TempDir, VectorCache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = VectorCache::in_folder(folder.path());
        (folder, cache)
    }

    fn of<T: AsRef<str> + Sync>(cache: &VectorCache, texts: &[T]) -> Encoded {
        let encoded = cache.encode_with(encode, texts, |_, _| ());
        let lengths = |vector: &SentenceVector| vector.numbers()[7] as usize;
        let expected: Vec<_> = texts.iter().map(|text| text.as_ref().len()).collect();
        let found: Vec<_> = encoded.vectors.iter().map(lengths).collect();
        assert_eq!(found, expected);
        encoded
    }

    #[test]
    fn new_texts_are_computed_once_and_other_guides_vectors_stay() {
        let (_folder, cache) = cache();
        assert_eq!(of(&cache, &["one", "three", "one"]).computed, 2);
        assert_eq!(of(&cache, &["three", "thirteen", "one"]).computed, 1);
        assert_eq!(of(&cache, &["three", "one"]).computed, 0);
        assert_eq!(of(&cache, &["thirteen"]).computed, 0);
        let texts: Vec<_> = (0..5000).map(|length| "x".repeat(length % 997)).collect();
        let encoded = of(&cache, &texts);
        assert_eq!(encoded.computed, 997);
        assert!(encoded.faults.is_empty());
        assert_eq!(of::<&str>(&cache, &[]).computed, 0);
    }

    #[test]
    fn progress_ends_with_all() {
        let (_folder, cache) = cache();
        let most = AtomicUsize::new(0);
        let texts: Vec<_> = (0..300).map(|length| "x".repeat(length)).collect();
        cache.encode_with(encode, &texts, |done, of| {
            assert_eq!(of, 300);
            most.fetch_max(done, Ordering::Relaxed);
        });
        assert_eq!(most.into_inner(), 300);
    }

    #[test]
    fn a_damaged_truncated_or_foreign_file_is_rebuilt() {
        let (_folder, cache) = cache();
        let texts = ["one", "three", "thirteen"];
        of(&cache, &texts);
        let good = fs::read(cache.path()).unwrap();
        let mut flipped = good.clone();
        flipped[300] ^= 1;
        let other = String::from_utf8_lossy(&good).replace("vectors 1", "vectors 0");
        let wrong: [&[u8]; 7] = [
            &flipped,
            &good[..good.len() - 1],
            &good[..good.len() / 2],
            &good[..10],
            &[],
            b"-- a diary --",
            other.as_bytes(),
        ];
        for bytes in wrong {
            fs::write(cache.path(), bytes).unwrap();
            let encoded = of(&cache, &texts);
            assert_eq!(encoded.computed, 3);
            assert!(matches!(encoded.faults[..], [CacheFault::Damaged(_)]));
            assert_eq!(fs::read(cache.path()).unwrap(), good);
        }
    }

    #[test]
    fn concurrent_users_always_find_a_complete_file() {
        let (_folder, cache) = cache();
        thread::scope(|scope| {
            for first in 0..4_usize {
                let cache = &cache;
                scope.spawn(move || {
                    for round in 0..20 {
                        let text = |n| "x".repeat(100 * first + n);
                        let texts: Vec<_> = (0..=round).map(text).collect();
                        assert!(of(cache, &texts).faults.is_empty());
                    }
                });
            }
        });
        assert_eq!(
            fs::read_dir(cache.path().parent().unwrap())
                .unwrap()
                .count(),
            1
        );
    }

    #[test]
    fn a_missing_folder_is_reported_and_does_no_other_harm() {
        let (folder, cache) = cache();
        folder.close().unwrap();
        let encoded = of(&cache, &["one"]);
        let fault = encoded.faults[0].to_string();
        assert!(fault.contains("the next start computes"), "{fault}");
    }
}
