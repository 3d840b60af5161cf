//! Reads a text for the index: writes out abbreviations, corrects misspellings, and finds stems and groups of words that
//! mean the same.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::ablation::{Component, Components};
use super::corpus::Corpus;
use super::dictionary::{TermDictionary, TermDictionaryBuilder, Texts};
use super::groups::{self, Groups};
use super::lexicon;
use super::spelling::{Speller, Spelling};
use crate::text;

/// Everything that turns a text into words with meaning; built once for an index.
#[derive(Serialize, Deserialize)]
pub(super) struct Analyzer {
    #[serde(skip, default = "stemmer")]
    stemmer: Stemmer,
    words: TermDictionary,
    /// Known stem → its number.
    stems: FxHashMap<Box<str>, u32>,
    speller: Option<Speller>,
    /// The number of what people type → the numbers of what it means.
    abbreviations: FxHashMap<u32, Vec<u32>>,
    groups: Groups,
}

/// A text as the index sees it.
#[derive(Debug, Default)]
pub(super) struct AnalyzedText<'a> {
    /// The words as understood.
    pub words: Vec<Word<'a>>,
    /// The groups of the guide that the text mentions, in order, each once.
    pub groups: Vec<u32>,
    /// The same for the groups of the lexicon.
    pub english: Vec<u32>,
    /// What was corrected, and into what.
    pub corrections: Vec<(String, String)>,
    /// Words that the knowledge base does not have and that resemble none of its words.
    pub unknown: Vec<String>,
}

impl AnalyzedText<'_> {
    /// The words that carry meaning.
    pub(super) fn content_words(&self) -> impl Iterator<Item = &Word<'_>> {
        self.words.iter().filter(|word| !word.stop)
    }

    /// The groups that the text mentions: those of the guide, then those of the lexicon.
    pub(super) fn all_groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().chain(&self.english).copied()
    }
}

/// One understood word.
#[derive(Debug)]
pub(super) struct Word<'a> {
    /// The word, correctly spelt.
    pub text: Cow<'a, str>,
    /// The number of its stem (Porter's second English stemmer, Snowball), or [`UNKNOWN_STEM`].
    pub stem: u32,
    /// Whether it is a stop word.
    pub stop: bool,
    /// Whether it stands for another spelling.
    pub corrected: bool,
}

/// The stem of a word that the knowledge base does not have. Numbers of known stems are below it.
pub(super) const UNKNOWN_STEM: u32 = (1 << 30) - 1;

/// From this length on, in characters, a corrected word is what was meant; a shorter one may be a word that the guide lacks.
const SHORTEST_CORRECTED: usize = 8;
/// Precedes the name of a group, so that it cannot be a stem.
const GROUP_MARK: char = '=';

/// The English stemmer.
fn stemmer() -> Stemmer {
    Stemmer::create(Algorithm::English)
}

impl Analyzer {
    /// Learns the words of a corpus. Also the texts that stand for questions and the texts of the sections, in the order of
    /// the corpus, as numbers of words.
    pub(super) fn new<'a>(
        corpus: &'a Corpus,
        questions: impl Iterator<Item = &'a str>,
        components: Components,
    ) -> (Self, Texts, Texts) {
        let stemmer = stemmer();
        let mut builder = TermDictionaryBuilder::default();
        let (mut asked, mut shown) = (Texts::default(), Texts::default());
        for question in questions {
            builder.add_text(&[question], 1, &mut asked);
        }
        for section in corpus.topics.iter().flat_map(|topic| &topic.sections) {
            // A table or a sample of a section says what the section is about, unlike code in a question.
            let text = section.text.replace("```", " ");
            builder.add_text(&[&section.heading, &text], 0, &mut shown);
        }
        let keywords = corpus.topics.iter().flat_map(|topic| &topic.keywords);
        let members = corpus.groups.iter().flat_map(|(_, members)| members);
        let abbreviations: Vec<(Vec<String>, Vec<String>)> =
            if components.has(Component::Vocabulary) {
                corpus
                    .abbreviations
                    .iter()
                    .map(|(short, long)| (text::words(short), text::words(long)))
                    .collect()
            } else {
                Vec::new()
            };
        let others = keywords
            .chain(members)
            .chain(&corpus.stop_words)
            .flat_map(|text| text::words(text));
        others
            .chain(
                abbreviations
                    .iter()
                    .flat_map(|(short, long)| short.iter().chain(long))
                    .cloned(),
            )
            .for_each(|word| {
                builder.add(&word, 0);
            });
        if components.has(Component::English) {
            lexicon::groups()
                .flatten()
                .flat_map(|member| member.split(' '))
                .for_each(|word| {
                    builder.add(word, 0);
                });
        }
        let mut stems = FxHashMap::default();
        let words = builder.finish(&stemmer, &mut stems, [&mut asked, &mut shown]);
        let mut analyzer = Self {
            stemmer,
            words,
            stems,
            speller: None,
            abbreviations: FxHashMap::default(),
            groups: Groups::default(),
        };
        let number = |word: &String| analyzer.words.find(word).map(|(number, _)| number);
        analyzer.abbreviations = abbreviations
            .iter()
            .filter_map(|(short, long)| {
                Some((
                    number(short.first()?)?,
                    long.iter().filter_map(number).collect(),
                ))
            })
            .collect();
        analyzer.learn_groups(corpus, components);
        if components.has(Component::Spelling) {
            analyzer.speller = Some(Speller::new(
                &analyzer.words,
                corpus.protected.iter().cloned().collect(),
            ));
        }
        (analyzer, asked, shown)
    }

    /// Learns which words mean the same and which mean nothing.
    fn learn_groups(&mut self, corpus: &Corpus, components: Components) {
        let mut groups = groups::Builder::default();
        if components.has(Component::Vocabulary) {
            corpus
                .stop_words
                .iter()
                .for_each(|word| self.words.stop(word));
            for (name, members) in &corpus.groups {
                let stems = |member: &String| {
                    text::words(member)
                        .iter()
                        .map(|word| self.stem(word))
                        .collect()
                };
                groups.add(name, members.iter().map(stems));
            }
        }
        groups.end_of_own();
        if components.has(Component::English) {
            for members in lexicon::groups() {
                let stems = |member: &&str| member.split(' ').map(|word| self.stem(word)).collect();
                groups.add(
                    members.first().copied().unwrap_or_default(),
                    members.iter().map(stems),
                );
            }
        }
        self.groups = groups.finish();
    }

    /// The number of terms that an analyzed text can have: every one is below it.
    pub(super) fn term_count(&self) -> usize {
        self.stems.len() + self.groups.len()
    }

    /// What a text says, one number for each stem and each group.
    pub(super) fn terms<'a>(&self, analyzed: &'a AnalyzedText) -> impl Iterator<Item = u32> + 'a {
        let stems = self.stems.len() as u32;
        analyzed
            .words
            .iter()
            .map(|word| word.stem)
            .chain(analyzed.all_groups().map(move |group| stems + group))
    }

    /// Reads a text.
    pub(super) fn read(&self, text: &str) -> AnalyzedText<'_> {
        self.with_groups(self.understand(0, text))
    }

    /// Reads a text of the corpus, all of whose words are known.
    pub(super) fn recall(&self, numbers: &[u32]) -> AnalyzedText<'_> {
        self.with_groups(self.recall_words(numbers))
    }

    /// The same without the groups.
    pub(super) fn recall_words(&self, numbers: &[u32]) -> AnalyzedText<'_> {
        let mut analyzed = AnalyzedText {
            words: Vec::with_capacity(numbers.len()),
            ..AnalyzedText::default()
        };
        numbers
            .iter()
            .for_each(|&number| self.push(number, false, &mut analyzed));
        analyzed
    }

    /// Reads a text without its groups, correcting only words of at least this many characters.
    fn understand(&self, shortest: usize, text: &str) -> AnalyzedText<'_> {
        let typed = text::words(text);
        let mut analyzed = AnalyzedText {
            words: Vec::with_capacity(typed.len() + 4),
            ..AnalyzedText::default()
        };
        for word in typed {
            if let Some((number, _)) = self.words.find(&word) {
                self.push(number, false, &mut analyzed);
                continue;
            }
            let speller = self
                .speller
                .as_ref()
                .filter(|_| word.chars().count() >= shortest);
            match speller.map_or(Spelling::Kept, |speller| {
                speller.correct(&self.words, &word)
            }) {
                Spelling::Kept => self.push_unknown(word, &mut analyzed),
                Spelling::Unknown => {
                    analyzed.unknown.push(word.clone());
                    self.push_unknown(word, &mut analyzed);
                }
                Spelling::Corrected(right) => {
                    self.push(right, true, &mut analyzed);
                    analyzed
                        .corrections
                        .push((word, self.spelt(right).to_owned()));
                }
                Spelling::Split(left, right) => {
                    self.push(left, true, &mut analyzed);
                    self.push(right, true, &mut analyzed);
                    analyzed
                        .corrections
                        .push((word, format!("{} {}", self.spelt(left), self.spelt(right))));
                }
            }
        }
        analyzed
    }

    /// Adds a known word, written out where it is an abbreviation.
    fn push<'a>(&'a self, number: u32, corrected: bool, analyzed: &mut AnalyzedText<'a>) {
        let long = self
            .abbreviations
            .get(&number)
            .map_or(std::slice::from_ref(&number), Vec::as_slice);
        let words = long.iter().filter_map(|&number| self.words.at(number));
        analyzed.words.extend(words.map(|(text, known)| Word {
            text: text.into(),
            stem: known.stem,
            stop: known.stop,
            corrected,
        }));
    }

    fn push_unknown(&self, word: String, analyzed: &mut AnalyzedText) {
        analyzed.words.push(Word {
            stem: self.stem(&word),
            text: word.into(),
            stop: false,
            corrected: false,
        });
    }

    fn spelt(&self, number: u32) -> &str {
        self.words.at(number).map_or("", |(word, _)| word)
    }

    fn with_groups<'a>(&self, mut analyzed: AnalyzedText<'a>) -> AnalyzedText<'a> {
        let mut rest = analyzed.words.as_slice();
        while let Some((_, others)) = rest.split_first() {
            for &group in self
                .groups
                .beginning(rest.iter().map(|word| word.stem))
                .flat_map(|(_, groups)| groups)
            {
                let found = if self.groups.is_own(group) {
                    &mut analyzed.groups
                } else {
                    &mut analyzed.english
                };
                if !found.contains(&group) {
                    found.push(group);
                }
            }
            rest = others;
        }
        analyzed
    }

    /// What a text is about: the stems of its words that carry meaning, those of one group under the name of the group.
    /// In the order of the alphabet, each once. Short words are not corrected: one that the guide lacks must not become one
    /// that it has.
    pub(super) fn content_terms(&self, text: &str) -> Vec<String> {
        let words = self.understand(SHORTEST_CORRECTED, text).words;
        let mut terms: Vec<String> = Vec::with_capacity(words.len());
        let mut rest = words.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let members = self.groups.beginning(rest.iter().map(|word| word.stem));
            let own = members.filter_map(|(length, groups)| {
                Some((
                    groups
                        .first()
                        .copied()
                        .filter(|&group| self.groups.is_own(group))?,
                    length,
                ))
            });
            if let Some((group, length)) = own.last() {
                terms.push(format!("{GROUP_MARK}{}", self.groups.name(group)));
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            if !first.stop {
                terms.push(self.stemmer.stem(&first.text).into_owned());
            }
            rest = others;
        }
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Whether the guide's examples have this, and it is a misspelling.
    pub(super) fn is_misspelling(&self, word: &str) -> bool {
        self.words.is_misspelling(word)
    }

    /// What an explanation calls a group.
    pub(super) fn group_name(&self, number: u32) -> &str {
        self.groups.name(number)
    }

    /// The most frequent word in questions that begins with this text; `None` if the text is one of their words already.
    pub(super) fn finished(&self, begun: &str) -> Option<&str> {
        self.words.finished(begun)
    }

    fn stem(&self, word: &str) -> u32 {
        let stem = || self.stems.get(self.stemmer.stem(word).as_ref()).copied();
        self.words
            .find(word)
            .map(|(_, known)| known.stem)
            .or_else(stem)
            .unwrap_or(UNKNOWN_STEM)
    }
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer").finish_non_exhaustive()
    }
}
