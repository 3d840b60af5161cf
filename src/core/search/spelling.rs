//! Correcting a misspelt word to the nearest word that the knowledge base knows.
//!
//! Distances are optimal string alignment (`strsim::osa_distance`: insertion, deletion, substitution, transposition
//! of neighbours). Candidates come from a deletion neighbourhood (Garbe's SymSpell; Bocek, Hunt and Stiller, "Fast
//! Similarity Search in Large Dictionaries", 2007): two words within *n* edits share a form that is each of them with
//! at most *n* letters removed, so one look-up per form of the misspelt word finds them all, however large the
//! vocabulary is.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::dictionary::TermDictionary;
use super::lists::Lists;

/// Words shorter than this, in characters, are never corrected: too many short words are one edit apart.
const SHORTEST: usize = 4;
/// From this length on, in characters, two edits are allowed instead of one.
const TWO_EDITS_FROM: usize = 8;
/// Longer strings, in characters, are not words: there is nothing to correct, and they would have too many deletions.
const LONGEST: usize = 24;
/// From this length on, in characters, any other letter is a slip; in a shorter word it makes too many other words.
const ANY_SLIP_FROM: usize = 9;
/// Each half of a word that is split in two has at least this many characters.
const SHORTEST_HALF: usize = 3;

/// Finds the known words near a misspelt one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Speller {
    /// The deletion neighbourhood: (hash of a word with letters removed, number of the word), bucket after bucket. A form is
    /// in the bucket that the highest bits of its hash name.
    forms: Lists<(u32, u32)>,
    /// How far a hash is shifted to be the number of a bucket.
    shift: u32,
    protected: FxHashSet<String>,
}

/// The result of checking a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelling {
    /// The knowledge base has the word, or it must not be touched.
    Kept,
    /// Unknown, and nothing known is near.
    Unknown,
    /// Misspelt: the number of the word that was probably meant.
    Corrected(u32),
    /// Two words written as one.
    Split(u32, u32),
}

impl Speller {
    /// Builds the speller for these words.
    pub(super) fn new(words: &TermDictionary, protected: FxHashSet<String>) -> Self {
        let mut forms = Vec::new();
        for (number, (word, known)) in (0u32..).zip(words.iter()) {
            // A word that is in no phrasing is a correction only within one edit: there are many, and they are rarely meant.
            let most = if known.uses == 0 {
                1
            } else {
                edits(word.chars().count())
            };
            for_each_deletion(word, most, |form| forms.push((form, number)));
        }
        // About as many buckets as forms.
        let bits = forms.len().max(2).ilog2();
        let shift = u32::BITS - bits;
        let forms = Lists::new(
            1 << bits,
            forms
                .iter()
                .map(|&(form, number)| ((form >> shift) as usize, (form, number))),
        );
        Self {
            forms,
            shift,
            protected,
        }
    }

    /// The numbers of the words that have this form.
    fn having(&self, form: u32) -> impl Iterator<Item = u32> {
        self.forms
            .get((form >> self.shift) as usize)
            .iter()
            .filter(move |&&(hash, _)| hash == form)
            .map(|&(_, number)| number)
    }

    /// Judges one word as [`crate::text::words`] gives it.
    pub(super) fn correct(&self, words: &TermDictionary, word: &str) -> Spelling {
        let length = word.chars().count();
        if words.find(word).is_some()
            || self.protected.contains(word)
            || word.chars().any(|c| c.is_ascii_digit())
        {
            return Spelling::Kept;
        }
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Spelling::Unknown;
        }
        if let Some(known) = self.nearest(words, word, edits(length)) {
            return Spelling::Corrected(known);
        }
        match split(words, word) {
            Some((left, right)) => Spelling::Split(left, right),
            None => Spelling::Unknown,
        }
    }

    /// The known word with the fewest edits; on a tie the one with the same first letter, then with the same letters, then the
    /// more frequent, then alphabetically.
    fn nearest(&self, words: &TermDictionary, word: &str, most: usize) -> Option<u32> {
        let mut candidates: Vec<u32> = Vec::new();
        for_each_deletion(word, most, |form| candidates.extend(self.having(form)));
        candidates.sort_unstable();
        candidates.dedup();
        let first = word.chars().next();
        candidates
            .into_iter()
            .filter_map(|number| Some((number, words.at(number)?)))
            .filter(|(_, (near, _))| near.chars().count() >= SHORTEST - 1)
            .filter_map(|(number, (near, known))| {
                let distance = strsim::osa_distance(word, near);
                // Numbers follow the alphabet.
                (distance <= most).then(|| {
                    (
                        distance,
                        near.chars().next() != first,
                        !same_letters(word, near),
                        u32::MAX - known.uses,
                        number,
                    )
                })
            })
            .min()
            .map(|(.., number)| number)
    }
}

/// Whether a word may be a slip of the finger for another: two neighbours swapped, a letter left out or doubled, or, in a long
/// word, one letter wrong or too many.
pub(super) fn is_slip(word: &str, right: &str) -> bool {
    let (word, right) = (word.as_bytes(), right.as_bytes());
    if word.len().abs_diff(right.len()) > 1 || word.len() < SHORTEST || word == right {
        return false;
    }
    let same = word.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (rest, right_rest) = (word.split_at(same).1, right.split_at(same).1);
    let any = word.len() >= ANY_SLIP_FROM;
    match (rest, right_rest) {
        ([a, b, rest @ ..], [c, d, right_rest @ ..]) if rest == right_rest && a == d && b == c => {
            true
        }
        ([_, rest @ ..], [_, right_rest @ ..]) if rest == right_rest => any,
        (rest, [_, right_rest @ ..]) if rest == right_rest => true,
        ([extra, rest @ ..], right_rest) if rest == right_rest => {
            let before = same.checked_sub(1).and_then(|at| word.get(at));
            any || before == Some(extra)
        }
        _ => false,
    }
}

/// The most frequent way to read a word as two known ones.
fn split(words: &TermDictionary, word: &str) -> Option<(u32, u32)> {
    word.char_indices()
        .map(|(at, _)| word.split_at(at))
        .filter(|(left, right)| {
            left.chars().count() >= SHORTEST_HALF && right.chars().count() >= SHORTEST_HALF
        })
        .filter_map(|(left, right)| Some((words.find(left)?, words.find(right)?)))
        .map(|((left, known), (right, other))| (known.uses.min(other.uses), left, right))
        .max()
        .map(|(_, left, right)| (left, right))
}

/// Whether two words have the same letters, in whatever order.
fn same_letters(word: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    word.len() == other.len() && sorted(word) == sorted(other)
}

/// How many edits are allowed for a word of this length, in characters.
fn edits(length: usize) -> usize {
    if length < TWO_EDITS_FROM { 1 } else { 2 }
}

/// Calls `each` with the hash of the word and of every form of it that lacks up to `most` (one or two) characters.
fn for_each_deletion(word: &str, most: usize, mut each: impl FnMut(u32)) {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() > LONGEST {
        return;
    }
    let without = |i: usize, j: usize| {
        hash_letters(
            letters
                .iter()
                .enumerate()
                .filter(|&(at, _)| at != i && at != j)
                .map(|(_, c)| *c),
        )
    };
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

/// A hash of letters, the same on machines of 32 and of 64 bits, which `rustc-hash` is not: forms that share a hash by chance
/// would be others there.
fn hash_letters(letters: impl Iterator<Item = char>) -> u32 {
    /// An odd number without a pattern: 2⁶⁴ divided by the golden ratio.
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let hash = letters.fold(0, |hash: u64, c| {
        hash.wrapping_add(u64::from(c as u32)).wrapping_mul(MIX)
    });
    // The upper half is the well-mixed one.
    (hash >> 32) as u32
}
