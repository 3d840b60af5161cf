//! The words that the knowledge base and the lexicon have.

use indexmap::IndexMap;
use rust_stemmers::Stemmer;
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::{Deserialize, Serialize};

use super::spelling;
use crate::text;

/// A word that only examples have is taken for a misspelling of one that this many times as many examples use.
const MISSPELLING_RATIO: u32 = 10;
/// Words that fewer examples use explain no misspelling.
const FREQUENT: u32 = 50;

/// All known words.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct TermDictionary {
    /// In alphabetical order; a word's position is its number.
    words: IndexMap<Box<str>, Known, FxBuildHasher>,
    /// What the examples misspell, as they misspell it, in alphabetical order.
    misspellings: Vec<Box<str>>,
}

/// What is known of a word.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Known {
    /// The number of its stem.
    pub stem: u32,
    /// Whether it is a stop word.
    pub stop: bool,
    /// How often questions of the knowledge base use it.
    pub uses: u32,
}

/// Texts as numbers of words, one after the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    words: Vec<u32>,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Texts {
    /// Each text, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let text = self.words.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            text
        })
    }
}

/// Collects words. Until all are known, a word's number is its order of arrival.
#[derive(Debug, Default)]
pub(super) struct TermDictionaryBuilder {
    turns: FxHashMap<Box<str>, u32>,
    /// How often examples use the word of each turn.
    uses: Vec<u32>,
    /// Whether anything else has the word of each turn: a section, the vocabulary or the lexicon.
    reviewed: Vec<bool>,
}

impl TermDictionaryBuilder {
    /// Adds a word that an example uses this many times, or that stands elsewhere if none does.
    pub(super) fn add(&mut self, word: &str, times: u32) -> u32 {
        let turn = match self.turns.get(word) {
            Some(&turn) => turn,
            None => {
                let turn = self.uses.len() as u32;
                self.turns.insert(word.into(), turn);
                self.uses.push(0);
                self.reviewed.push(false);
                turn
            }
        };
        if let Some(reviewed) = self.reviewed.get_mut(turn as usize) {
            *reviewed |= times == 0;
        }
        if let Some(uses) = self.uses.get_mut(turn as usize) {
            *uses += times;
        }
        turn
    }

    /// Adds the words of a text, given in parts, and puts it to the others.
    pub(super) fn add_text(&mut self, parts: &[&str], times: u32, texts: &mut Texts) {
        for part in parts {
            text::for_each_word(part, |word| texts.words.push(self.add(word, times)));
        }
        texts.ends.push(texts.words.len() as u32);
    }

    /// Reads the examples' misspellings as what was meant, orders the words, numbers their stems, and numbers the words of the
    /// texts again.
    pub(super) fn finish(
        mut self,
        stemmer: &Stemmer,
        stems: &mut FxHashMap<Box<str>, u32>,
        texts: [&mut Texts; 2],
    ) -> TermDictionary {
        let (misspellings, mut misspelt) = self.take_misspellings();
        misspelt.sort_unstable();
        let mut turns: Vec<(Box<str>, u32)> = self.turns.into_iter().collect();
        turns.sort_unstable();
        let mut numbers = vec![0; turns.len()];
        for (number, (_, turn)) in (0..).zip(&turns) {
            if let Some(place) = numbers.get_mut(*turn as usize) {
                *place = number;
            }
        }
        for word in texts.into_iter().flat_map(|texts| &mut texts.words) {
            let turn = misspellings.get(word).unwrap_or(word);
            *word = numbers.get(*turn as usize).copied().unwrap_or_default();
        }
        let mut words = IndexMap::with_capacity_and_hasher(turns.len(), FxBuildHasher);
        for (word, turn) in turns {
            let (stem, next) = (stemmer.stem(&word), stems.len() as u32);
            let stem = match stems.get(stem.as_ref()) {
                Some(&stem) => stem,
                None => *stems.entry(stem.into()).or_insert(next),
            };
            words.insert(
                word,
                Known {
                    stem,
                    stop: false,
                    uses: self.uses.get(turn as usize).copied().unwrap_or_default(),
                },
            );
        }
        TermDictionary {
            words,
            misspellings: misspelt,
        }
    }

    /// Removes the examples' misspellings, which are not to be taken for words: the turn of each and of what was meant, and
    /// the misspellings themselves.
    fn take_misspellings(&mut self) -> (FxHashMap<u32, u32>, Vec<Box<str>>) {
        let known = |turn: u32| {
            let uses = self.uses.get(turn as usize).copied().unwrap_or_default();
            let reviewed = self.reviewed.get(turn as usize).copied();
            (uses, reviewed.unwrap_or_default())
        };
        let frequent: Vec<(&str, u32, u32)> = self
            .turns
            .iter()
            .map(|(word, &turn)| (&**word, turn, known(turn)))
            .filter(|(.., (uses, reviewed))| *reviewed && *uses >= FREQUENT)
            .map(|(word, turn, (uses, _))| (word, turn, uses))
            .collect();
        let meant = |word: &str, uses: u32| {
            let near = frequent.iter().filter(|(right, _, others)| {
                uses.saturating_mul(MISSPELLING_RATIO) <= *others && spelling::is_slip(word, right)
            });
            near.max_by_key(|(right, _, uses)| (*uses, *right))
        };
        let misspellings: FxHashMap<u32, u32> = self
            .turns
            .iter()
            .map(|(word, &turn)| (word, turn, known(turn)))
            .filter(|(.., (_, reviewed))| !reviewed)
            .filter_map(|(word, turn, (uses, _))| Some((turn, meant(word, uses)?.1)))
            .collect();
        for (&turn, &right) in &misspellings {
            let uses = self.uses.get(turn as usize).copied().unwrap_or_default();
            if let Some(others) = self.uses.get_mut(right as usize) {
                *others += uses;
            }
        }
        let misspelt = self
            .turns
            .extract_if(|_, turn| misspellings.contains_key(turn))
            .map(|(word, _)| word)
            .collect();
        (misspellings, misspelt)
    }
}

impl TermDictionary {
    /// The number of a word, and what is known about it; `None` if it is unknown.
    pub(super) fn find(&self, word: &str) -> Option<(u32, &Known)> {
        self.words
            .get_full(word)
            .map(|(number, _, known)| (number as u32, known))
    }

    /// The word of a number.
    pub(super) fn at(&self, number: u32) -> Option<(&str, &Known)> {
        self.words
            .get_index(number as usize)
            .map(|(word, known)| (&**word, known))
    }

    /// All words, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.words.iter().map(|(word, known)| (&**word, known))
    }

    /// Whether the examples have this, and it is a misspelling.
    pub(super) fn is_misspelling(&self, word: &str) -> bool {
        let found = self
            .misspellings
            .binary_search_by(|known| (**known).cmp(word));
        found.is_ok()
    }

    /// Marks a word as a stop word.
    pub(super) fn stop(&mut self, word: &str) {
        if let Some(known) = self.words.get_mut(word) {
            known.stop = true;
        }
    }

    /// The word beginning with this text that questions use most often, alphabetically first on a tie; `None` if the text is
    /// a word of questions already.
    pub(super) fn finished(&self, begun: &str) -> Option<&str> {
        if self.find(begun).is_some_and(|(_, known)| known.uses > 0) {
            return None;
        }
        let from = self.words.partition_point(|word, _| **word < *begun);
        let like = self
            .iter()
            .skip(from)
            .take_while(|(word, _)| word.starts_with(begun))
            .filter(|(_, known)| known.uses > 0);
        like.max_by(|(a, a_known), (b, b_known)| a_known.uses.cmp(&b_known.uses).then(b.cmp(a)))
            .map(|(word, _)| word)
    }
}
