//! Reading a text as the index sees it: abbreviations written out, misspellings corrected, stems, groups of words that
//! mean the same.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

use super::corpus::Corpus;
use super::lexicon;
use super::parts::{Part, Parts};
use super::spelling::{Speller, Spelling};
use crate::text;

/// Everything that turns a text into words with meaning; built once for an index.
pub(super) struct Reader {
    stemmer: Stemmer,
    /// Known word → its stem, and whether it is a stop word.
    words: FxHashMap<String, (u32, bool)>,
    /// Known stem → its number.
    stems: FxHashMap<String, u32>,
    speller: Option<Speller>,
    abbreviations: FxHashMap<String, Vec<String>>,
    /// The stems of a member → the numbers of its groups: those of the guide come before those of the lexicon.
    groups: FxHashMap<Vec<u32>, Vec<u32>>,
    group_names: Vec<String>,
    /// The groups with numbers below this are the guide's, the others are the lexicon's.
    own_groups: u32,
    /// For each stem, the most words of a member that begins with it.
    longest_members: Vec<usize>,
}

/// A text as the index sees it.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The words as understood.
    pub words: Vec<Word>,
    /// The words as typed that were understood as others.
    pub retyped: Vec<String>,
    /// The groups of the guide that the text mentions, in order, each once.
    pub groups: Vec<u32>,
    /// The same for the groups of the lexicon.
    pub english: Vec<u32>,
    /// What was corrected, and into what.
    pub corrections: Vec<(String, String)>,
    /// Words that the knowledge base does not have and that resemble none it has.
    pub unknown: Vec<String>,
}

impl Reading {
    /// The groups that the text mentions: those of the guide, then those of the lexicon.
    pub(super) fn all_groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().chain(&self.english).copied()
    }
}

/// One understood word.
#[derive(Debug)]
pub(super) struct Word {
    /// The word, spelt right.
    pub text: String,
    /// The number of its stem (Porter's second English stemmer, Snowball), or [`UNKNOWN_STEM`].
    pub stem: u32,
    /// Whether it carries no meaning by itself.
    pub stop: bool,
    /// Whether it stands for another spelling.
    pub corrected: bool,
}

/// The stem of a word that the knowledge base does not have. Numbers of known stems are below it.
pub(super) const UNKNOWN_STEM: u32 = (1 << 30) - 1;

/// Words of this many characters, corrected, are what was meant; shorter ones may be others that the guide lacks.
const SHORTEST_CORRECTED: usize = 8;
/// Stands before the name of a group, so that it is no stem.
const GROUP_MARK: char = '=';

impl Reader {
    /// Learns the words of a corpus; `questions` are the words of every text in it that stands for a question.
    pub(super) fn new(corpus: &Corpus, questions: &[Vec<String>], parts: Parts) -> Self {
        let mut reader = Self {
            stemmer: Stemmer::create(Algorithm::English),
            words: FxHashMap::default(),
            stems: FxHashMap::default(),
            speller: None,
            abbreviations: FxHashMap::default(),
            groups: FxHashMap::default(),
            group_names: Vec::new(),
            own_groups: 0,
            longest_members: Vec::new(),
        };
        if parts.has(Part::Vocabulary) {
            for (short, long) in &corpus.abbreviations {
                if let Some(short) = text::words(short).into_iter().next() {
                    reader.abbreviations.insert(short, text::words(long));
                }
            }
        }
        let counts = reader.learn_words(corpus, questions, parts);
        reader.longest_members.resize(reader.stems.len(), 0);
        if parts.has(Part::Vocabulary) {
            for word in &corpus.stop_words {
                if let Some((_, stop)) = reader.words.get_mut(word) {
                    *stop = true;
                }
            }
            for (name, members) in &corpus.groups {
                reader.learn_group(name, members.iter().map(|member| text::words(member)));
            }
        }
        reader.own_groups = reader.group_names.len() as u32;
        if parts.has(Part::English) {
            for members in lexicon::groups() {
                let name = members.first().copied().unwrap_or_default();
                reader.learn_group(name, members.iter().map(|member| member.split(' ').collect()));
            }
        }
        if parts.has(Part::Spelling) {
            reader.speller = Some(Speller::new(counts, corpus.protected.iter().cloned().collect()));
        }
        reader
    }

    /// Remembers every word of the corpus; returns them with the number of their uses in questions.
    fn learn_words(&mut self, corpus: &Corpus, questions: &[Vec<String>], parts: Parts) -> Vec<(String, u32)> {
        let mut counts: FxHashMap<String, u32> = FxHashMap::default();
        let mut count = |word: &str, uses: u32| match counts.get_mut(word) {
            Some(known) => *known += uses,
            None => {
                counts.insert(word.to_owned(), uses);
            }
        };
        questions.iter().flatten().for_each(|word| count(word, 1));
        let texts = corpus.topics.iter().flat_map(|topic| topic.sections.iter().map(|section| &section.text).chain(&topic.keywords));
        let members = corpus.groups.iter().flat_map(|(_, members)| members);
        texts.chain(members).chain(&corpus.stop_words).flat_map(|text| text::words(text)).for_each(|word| count(&word, 0));
        if parts.has(Part::English) {
            lexicon::groups().flatten().flat_map(|member| member.split(' ')).for_each(|word| count(word, 0));
        }
        for (short, long) in &self.abbreviations {
            count(short, 0);
            long.iter().for_each(|word| count(word, 0));
        }
        let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
        counts.sort_unstable();
        for (word, _) in &counts {
            let stem = self.stemmer.stem(word);
            let next = self.stems.len() as u32;
            let number = *self.stems.entry(stem.into_owned()).or_insert(next);
            self.words.insert(word.clone(), (number, false));
        }
        counts
    }

    /// Remembers a group: its name, and the words of each member.
    fn learn_group<Word: AsRef<str>>(&mut self, name: &str, members: impl Iterator<Item = Vec<Word>>) {
        let number = self.group_names.len() as u32;
        self.group_names.push(name.to_owned());
        for member in members {
            let stems: Vec<u32> = member.iter().map(|word| self.known_stem(word.as_ref())).collect();
            if let Some(longest) = stems.first().and_then(|&first| self.longest_members.get_mut(first as usize)) {
                *longest = stems.len().max(*longest);
            }
            let groups = self.groups.entry(stems).or_default();
            if !groups.contains(&number) {
                groups.push(number);
            }
        }
    }

    /// The number of terms that a reading can have: every one is below it.
    pub(super) fn term_count(&self) -> usize {
        self.stems.len() + self.group_names.len()
    }

    /// What a reading says, one number for each stem and each group.
    pub(super) fn terms<'a>(&self, reading: &'a Reading) -> impl Iterator<Item = u32> + 'a {
        let stems = self.stems.len() as u32;
        reading.words.iter().map(|word| word.stem).chain(reading.all_groups().map(move |group| stems + group))
    }

    /// The stems of a text, abbreviations written out.
    pub(super) fn stems(&self, text: &str) -> impl Iterator<Item = u32> {
        self.understand_from(0, text::words(text)).words.into_iter().map(|word| word.stem)
    }

    /// Reads a text.
    pub(super) fn read(&self, text: &str) -> Reading {
        self.understand(text::words(text))
    }

    /// Reads a text that is already split into words.
    pub(super) fn understand(&self, typed: Vec<String>) -> Reading {
        let mut reading = self.understand_from(0, typed);
        (reading.groups, reading.english) = self.groups_in(&reading.words).into_iter().partition(|&group| group < self.own_groups);
        reading
    }

    /// The same without the groups, correcting only words of at least so many characters.
    fn understand_from(&self, shortest: usize, typed: Vec<String>) -> Reading {
        let mut reading = Reading { words: Vec::with_capacity(typed.len() + 4), ..Reading::default() };
        for word in typed {
            if let Some(long) = self.abbreviations.get(&word) {
                reading.words.extend(long.iter().map(|part| self.word(part.clone(), false)));
                continue;
            }
            let known = self.words.contains_key(&word);
            match self
                .speller
                .as_ref()
                .filter(|_| !known && word.chars().count() >= shortest)
                .map_or(Spelling::Kept, |speller| speller.correct(&word))
            {
                Spelling::Kept => reading.words.push(self.word(word, false)),
                Spelling::Unknown => {
                    reading.unknown.push(word.clone());
                    reading.words.push(self.word(word, false));
                }
                Spelling::Corrected(right) => {
                    match self.abbreviations.get(&right) {
                        Some(long) => reading.words.extend(long.iter().map(|part| self.word(part.clone(), true))),
                        None => reading.words.push(self.word(right.clone(), true)),
                    }
                    reading.retyped.push(word.clone());
                    reading.corrections.push((word, right));
                }
                Spelling::Split(left, right) => {
                    reading.retyped.push(word.clone());
                    reading.corrections.push((word, format!("{left} {right}")));
                    reading.words.extend([self.word(left, true), self.word(right, true)]);
                }
            }
        }
        reading
    }

    /// What a text is about: the stems of its words that carry meaning, those of one group under the name of the group.
    /// In the order of the alphabet, each once. Short words are not corrected: one that the guide lacks must not become one
    /// that it has.
    pub(super) fn telling(&self, text: &str) -> Vec<String> {
        let words = self.understand_from(SHORTEST_CORRECTED, text::words(text)).words;
        let mut telling: Vec<String> = Vec::with_capacity(words.len());
        let mut rest = words.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let member = (1..=self.longest_member(first.stem).min(rest.len())).rev().find_map(|length| {
                let stems: Vec<u32> = rest.iter().take(length).map(|word| word.stem).collect();
                let group = self.groups.get(&stems)?.first().copied().filter(|&group| group < self.own_groups)?;
                Some((group, length))
            });
            if let Some((group, length)) = member {
                telling.push(format!("{GROUP_MARK}{}", self.group_name(group)));
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            if !first.stop {
                telling.push(self.stemmer.stem(&first.text).into_owned());
            }
            rest = others;
        }
        telling.sort_unstable();
        telling.dedup();
        telling
    }

    /// What an explanation calls a group.
    pub(super) fn group_name(&self, number: u32) -> &str {
        self.group_names.get(number as usize).map_or("", String::as_str)
    }

    fn word(&self, text: String, corrected: bool) -> Word {
        match self.words.get(&text) {
            Some(&(stem, stop)) => Word { text, stem, stop, corrected },
            None => Word { stem: self.stem(&text), text, stop: false, corrected },
        }
    }

    /// The stem of a word of the corpus or the lexicon.
    fn known_stem(&self, word: &str) -> u32 {
        self.words.get(word).map_or_else(|| self.stem(word), |&(stem, _)| stem)
    }

    fn stem(&self, word: &str) -> u32 {
        self.stems.get(self.stemmer.stem(word).as_ref()).copied().unwrap_or(UNKNOWN_STEM)
    }

    /// The most words of a member of a group that begins with a stem.
    fn longest_member(&self, stem: u32) -> usize {
        self.longest_members.get(stem as usize).copied().unwrap_or(0)
    }

    fn groups_in(&self, words: &[Word]) -> Vec<u32> {
        let mut found = Vec::new();
        let stems: Vec<u32> = words.iter().map(|word| word.stem).collect();
        for start in 0..stems.len() {
            let longest = stems.get(start).map_or(0, |&stem| self.longest_member(stem));
            for length in 1..=longest.min(stems.len() - start) {
                let member = stems.get(start..start + length).unwrap_or_default();
                for &group in self.groups.get(member).into_iter().flatten() {
                    if !found.contains(&group) {
                        found.push(group);
                    }
                }
            }
        }
        found
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("words", &self.words.len()).field("groups", &self.group_names.len()).finish_non_exhaustive()
    }
}
