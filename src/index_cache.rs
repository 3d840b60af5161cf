//! Keeps what was learned from a guide in a file: learning takes a second, reading it back a twentieth of that.
//!
//! A file is named after its fingerprint, the SHA-256 of the learned texts and of the search's source code.
//! If anything is wrong with it or its folder, the guide is learned again and gives the same answers.

use std::env;
use std::fs;
use std::hash::Hasher;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use etcetera::BaseStrategy;
use jiff::Zoned;
use rustc_hash::FxHasher;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::guide::Guide;
use crate::knowledge::{GuideSource, KnowledgeBase, LoadError};
use crate::search::{Components, Corpus, Index, LEARNER};

/// The extension of the files.
const EXTENSION: &str = "index";
/// How many files are kept, newest first: each is about 26 MB for a guide like the shipped one.
const KEPT: usize = 4;
/// Guides with less text than this, in bytes, are not kept: learning them is as fast as reading a file.
const SMALLEST: usize = 100_000;
/// The size of the buffer for reading a file: larger than any that glibc keeps for what is allocated later, so that its memory
/// goes back to the system at once (`M_MMAP_THRESHOLD` in mallopt(3)).
const BUFFER: usize = 33 << 20;
/// A file begins with the fingerprint and a checksum of the rest.
const FINGERPRINT_BYTES: usize = 32;
const HEADER_BYTES: usize = FINGERPRINT_BYTES + 8;

/// A folder of files, each with what was learned from one guide. Several processes can share it.
#[derive(Debug, Clone)]
pub struct IndexCache {
    folder: Option<PathBuf>,
}

impl IndexCache {
    /// The cache of the user who runs the program: the folder that systemd made for the service, or `internbot` in the user's
    /// cache folder. If there is neither, nothing is kept.
    pub fn of_user() -> Self {
        let service = env::var_os("CACHE_DIRECTORY").map(PathBuf::from);
        let user = || {
            let folders = etcetera::choose_base_strategy().ok()?;
            Some(folders.cache_dir().join("internbot"))
        };
        Self {
            folder: service.or_else(user),
        }
    }

    /// A cache in a folder, which is created when needed.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
        }
    }

    /// The folder, which need not exist; `None` if nothing is kept.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Reads a guide, as it is today, and learns it.
    ///
    /// # Errors
    /// If a file cannot be read, or has an error.
    pub fn load(&self, source: &GuideSource) -> Result<Guide, LoadError> {
        Ok(self.learn(source.load(Zoned::now().date())?))
    }

    /// Learns a guide, or reads back what an earlier start learned from the same texts.
    pub fn learn(&self, knowledge: KnowledgeBase) -> Guide {
        let corpus = Corpus::from(&knowledge);
        let texts = corpus.to_bytes();
        let index = match self.folder.as_deref() {
            Some(folder) if texts.len() >= SMALLEST => {
                let fingerprint = fingerprint(&texts);
                let path = folder.join(name(&fingerprint));
                read(&path, &fingerprint).unwrap_or_else(|| {
                    let index = Index::with_components(&corpus, Components::ALL);
                    // A full or read-only folder only costs time at the next start.
                    let _ = write(&path, &fingerprint, &index.to_bytes());
                    index
                })
            }
            _ => Index::with_components(&corpus, Components::ALL),
        };
        Guide::with_index(knowledge, index)
    }
}

fn fingerprint(texts: &[u8]) -> [u8; FINGERPRINT_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(LEARNER);
    hasher.update(texts);
    hasher.finalize().into()
}

fn name(fingerprint: &[u8]) -> String {
    let start: String = fingerprint
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{start}.{EXTENSION}")
}

/// Detects damage; it does not protect against tampering.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish().to_le_bytes()
}

/// The contents of a file, if it is intact and has this fingerprint.
fn read(path: &Path, fingerprint: &[u8]) -> Option<Index> {
    let mut bytes = Vec::with_capacity(BUFFER);
    fs::File::open(path).ok()?.read_to_end(&mut bytes).ok()?;
    let (header, body) = bytes.split_at_checked(HEADER_BYTES)?;
    let (of_file, sum) = header.split_at_checked(FINGERPRINT_BYTES)?;
    if of_file != fingerprint || sum != checksum(body) {
        return None;
    }
    Index::from_bytes(body)
}

/// Writes a temporary file and moves it into place, so that nobody reads half a file; then removes the oldest.
fn write(path: &Path, fingerprint: &[u8], body: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let mut unfinished = NamedTempFile::new_in(folder)?;
    for part in [fingerprint, &checksum(body), body] {
        unfinished.write_all(part)?;
    }
    unfinished.persist(path)?;
    remove_oldest(folder)
}

fn remove_oldest(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let is_ours = entry.path().extension()? == EXTENSION;
            let modified = entry.metadata().ok()?.modified().ok()?;
            is_ours.then(|| (modified, entry.path()))
        })
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files
        .iter()
        .skip(KEPT)
        .try_for_each(|(_, path)| fs::remove_file(path))
}
