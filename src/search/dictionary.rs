//! The words that the knowledge base and the lexicon have.

use indexmap::IndexMap;
use rust_stemmers::Stemmer;
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::{Deserialize, Serialize};

use crate::text;

/// All known words in alphabetical order; a word's position is its number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct TermDictionary(IndexMap<Box<str>, Known, FxBuildHasher>);

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
    /// How often questions use the word of each turn.
    uses: Vec<u32>,
}

impl TermDictionaryBuilder {
    /// Adds a word that a question uses this many times.
    pub(super) fn add(&mut self, word: &str, times: u32) -> u32 {
        let turn = match self.turns.get(word) {
            Some(&turn) => turn,
            None => {
                let turn = self.uses.len() as u32;
                self.turns.insert(word.into(), turn);
                self.uses.push(0);
                turn
            }
        };
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

    /// Orders the words, numbers their stems, and numbers the words of the texts again.
    pub(super) fn finish(
        self,
        stemmer: &Stemmer,
        stems: &mut FxHashMap<Box<str>, u32>,
        texts: [&mut Texts; 2],
    ) -> TermDictionary {
        let mut turns: Vec<(Box<str>, u32)> = self.turns.into_iter().collect();
        turns.sort_unstable();
        let mut numbers = vec![0; turns.len()];
        for (number, (_, turn)) in (0..).zip(&turns) {
            if let Some(place) = numbers.get_mut(*turn as usize) {
                *place = number;
            }
        }
        for word in texts.into_iter().flat_map(|texts| &mut texts.words) {
            *word = numbers.get(*word as usize).copied().unwrap_or_default();
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
        TermDictionary(words)
    }
}

impl TermDictionary {
    /// The number of a word, and what is known about it; `None` if it is unknown.
    pub(super) fn find(&self, word: &str) -> Option<(u32, &Known)> {
        self.0
            .get_full(word)
            .map(|(number, _, known)| (number as u32, known))
    }

    /// The word of a number.
    pub(super) fn at(&self, number: u32) -> Option<(&str, &Known)> {
        self.0
            .get_index(number as usize)
            .map(|(word, known)| (&**word, known))
    }

    /// All words, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.0.iter().map(|(word, known)| (&**word, known))
    }

    /// Marks a word as a stop word.
    pub(super) fn stop(&mut self, word: &str) {
        if let Some(known) = self.0.get_mut(word) {
            known.stop = true;
        }
    }

    /// The word beginning with this text that questions use most often, alphabetically first on a tie; `None` if the text is
    /// a word of questions already.
    pub(super) fn finished(&self, begun: &str) -> Option<&str> {
        if self.find(begun).is_some_and(|(_, known)| known.uses > 0) {
            return None;
        }
        let from = self.0.partition_point(|word, _| **word < *begun);
        let like = self
            .iter()
            .skip(from)
            .take_while(|(word, _)| word.starts_with(begun))
            .filter(|(_, known)| known.uses > 0);
        like.max_by(|(a, a_known), (b, b_known)| a_known.uses.cmp(&b_known.uses).then(b.cmp(a)))
            .map(|(word, _)| word)
    }
}
