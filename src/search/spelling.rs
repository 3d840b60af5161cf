//! Correcting a misspelt word to the nearest word that the knowledge base knows.
//!
//! Distances are optimal string alignment (`strsim::osa_distance`: insertion, deletion, substitution, transposition
//! of neighbours). Candidates come from a deletion neighbourhood (Garbe's SymSpell; Bocek, Hunt and Stiller, "Fast
//! Similarity Search in Large Dictionaries", 2007): two words within *n* edits share a form that is each of them with
//! at most *n* letters removed, so one look-up per form of the misspelt word finds them all, however large the
//! vocabulary is.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

/// Words shorter than this, in characters, are never corrected: too many short words are one edit apart.
const SHORTEST: usize = 4;
/// From this length on, in characters, two edits are allowed instead of one.
const TWO_EDITS_FROM: usize = 8;
/// Words longer than this, in characters, are not words: nothing to correct, and their deletions would be many.
const LONGEST: usize = 24;
/// Each half of a word that is split in two has at least this many characters.
const SHORTEST_HALF: usize = 3;

/// The words that the knowledge base knows, and how often it uses them.
#[derive(Debug, Default)]
pub(super) struct Speller {
    /// In the order of the alphabet.
    words: Vec<Known>,
    /// (hash of a word with letters removed, word), sorted: the deletion neighbourhood.
    deletions: Vec<(u32, u32)>,
    protected: FxHashSet<String>,
}

#[derive(Debug)]
struct Known {
    word: String,
    count: u32,
}

/// What became of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelling {
    /// The knowledge base has the word, or it must not be touched.
    Kept,
    /// Unknown, and nothing known is near.
    Unknown,
    /// Misspelt: the word that was probably meant.
    Corrected(String),
    /// Two words written as one.
    Split(String, String),
}

impl Speller {
    /// Builds the speller from every word of a knowledge base with the number of its uses, each word once,
    /// in the order of the alphabet.
    pub(super) fn new(counts: Vec<(String, u32)>, protected: FxHashSet<String>) -> Self {
        let words: Vec<Known> = counts.into_iter().map(|(word, count)| Known { word, count }).collect();
        let mut deletions = Vec::with_capacity(words.len() * 16);
        for (id, known) in (0u32..).zip(&words) {
            // A word that no phrasing has is corrected to over one edit only: there are many, and they are seldom meant.
            let most = if known.count == 0 { 1 } else { edits(known.word.chars().count()) };
            for_each_deletion(&known.word, most, |form| deletions.push((form, id)));
        }
        deletions.sort_unstable();
        deletions.dedup();
        Self { words, deletions, protected }
    }

    /// Judges one word as [`crate::text::words`] gives it.
    pub(super) fn correct(&self, word: &str) -> Spelling {
        let length = word.chars().count();
        if self.count(word).is_some() || self.protected.contains(word) || word.chars().any(|c| c.is_ascii_digit()) {
            return Spelling::Kept;
        }
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Spelling::Unknown;
        }
        if let Some(known) = self.nearest(word, edits(length)) {
            return Spelling::Corrected(known.to_owned());
        }
        match self.split(word) {
            Some((left, right)) => Spelling::Split(left.to_owned(), right.to_owned()),
            None => Spelling::Unknown,
        }
    }

    /// The known word with the fewest edits; then the one with the same first letter, then the more frequent, then by alphabet.
    fn nearest(&self, word: &str, most: usize) -> Option<&str> {
        let mut candidates: Vec<u32> = Vec::new();
        for_each_deletion(word, most, |form| {
            let from = self.deletions.partition_point(|&(hash, _)| hash < form);
            candidates.extend(self.deletions.iter().skip(from).take_while(|&&(hash, _)| hash == form).map(|&(_, id)| id));
        });
        candidates.sort_unstable();
        candidates.dedup();
        let first = word.chars().next();
        candidates
            .into_iter()
            .filter_map(|id| self.words.get(id as usize))
            .filter(|known| known.word.chars().count() >= SHORTEST - 1)
            .filter_map(|known| {
                let distance = strsim::osa_distance(word, &known.word);
                (distance <= most).then(|| {
                    let other_start = known.word.chars().next() != first;
                    (distance, other_start, u32::MAX - known.count, known.word.as_str())
                })
            })
            .min()
            .map(|(.., known)| known)
    }

    /// The most frequent way to read a word as two known ones.
    fn split<'a>(&self, word: &'a str) -> Option<(&'a str, &'a str)> {
        word.char_indices()
            .map(|(at, _)| word.split_at(at))
            .filter(|(left, right)| left.chars().count() >= SHORTEST_HALF && right.chars().count() >= SHORTEST_HALF)
            .filter_map(|(left, right)| Some((self.count(left)?.min(self.count(right)?), left, right)))
            .max()
            .map(|(_, left, right)| (left, right))
    }

    /// How often the knowledge base uses a word; nothing where it does not have it.
    fn count(&self, word: &str) -> Option<u32> {
        let at = self.words.binary_search_by(|known| known.word.as_str().cmp(word)).ok()?;
        self.words.get(at).map(|known| known.count)
    }
}

/// How many edits a word of this many characters may be away.
fn edits(length: usize) -> usize {
    if length < TWO_EDITS_FROM { 1 } else { 2 }
}

/// Calls `each` with the hash of the word and of every form of it that lacks up to `most` (one or two) characters.
fn for_each_deletion(word: &str, most: usize, mut each: impl FnMut(u32)) {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() > LONGEST {
        return;
    }
    let without = |i: usize, j: usize| hash_letters(letters.iter().enumerate().filter(|&(at, _)| at != i && at != j).map(|(_, c)| *c));
    each(hash_letters(letters.iter().copied()));
    for i in 0..letters.len() {
        each(without(i, i));
        if most > 1 {
            for j in i + 1..letters.len() {
                each(without(i, j));
            }
        }
    }
}

fn hash_letters(letters: impl Iterator<Item = char>) -> u32 {
    let mut hasher = FxHasher::default();
    letters.for_each(|c| (c as u32).hash(&mut hasher));
    // Folding keeps the well-mixed upper half.
    (hasher.finish() >> 32) as u32
}
